"""Loops that are not ours, Keras', Lightning's and Hugging Face's, resume exactly too."""

import importlib
import importlib.util
from pathlib import Path
from typing import Dict, List, Tuple

import pytest

pytest.importorskip("torch")
for module in ("torch._dynamo", "transformers.trainer"):  # so that each life need not import it
    if importlib.util.find_spec(module.split(".")[0]) and importlib.util.find_spec(module):
        importlib.import_module(module)
from relay import broken_off, digest, train  # noqa: E402

FRAMEWORKS = {
    "keras_fit.py": "keras",
    "lightning_fit.py": "lightning",
    "hugging_face.py": "transformers",
    "accelerated.py": "accelerate",
}
KERAS, LIGHTNING, TRANSFORMERS, ACCELERATE = FRAMEWORKS
AT_ONCE = [(0, 3), (1, 0), (2, 4)]
"""In the first epoch, at an epoch's end, in a later epoch."""


@pytest.mark.parametrize(
    "program, form, cuts",
    [
        (KERAS, "arrays", AT_ONCE),
        (KERAS, "accumulate", [(0, 5), (1, 3)]),
        (KERAS, "dataset", [(0, 2), (1, 0), (2, 3)]),
        (KERAS, "generator", [(1, 4)]),
        (KERAS, "steps", [(1, 1), (2, 2)]),
        (LIGHTNING, "plain", AT_ONCE),
        (LIGHTNING, "pytorch_lightning", [(1, 3)]),
        (LIGHTNING, "accumulate", [(0, 3), (1, 3)]),
        (LIGHTNING, "more and more", [(1, 3), (2, 0)]),
        (LIGHTNING, "manual", [(1, 3), (2, 0)]),
        (LIGHTNING, "stream", [(0, 2), (1, 4)]),
        (LIGHTNING, "steps", [(1, 3)]),
        (TRANSFORMERS, "plain", [(0, 4), (1, 0), (1, 3)]),
        (TRANSFORMERS, "accumulate", [(0, 4), (1, 4)]),
        (TRANSFORMERS, "counts", [(0, 4), (1, 0)]),
        (TRANSFORMERS, "early", [(0, 3), (1, 1)]),
        (TRANSFORMERS, "steps", [(1, 4), (2, 1)]),
        (TRANSFORMERS, "stream", [(0, 3), (1, 2)]),
        (ACCELERATE, "map", [(0, 4), (1, 0), (1, 4)]),
        (ACCELERATE, "stream", [(0, 4), (2, 4)]),
    ],
)
def test_a_foreign_loop_resumes_exactly(
    program: str,
    form: str,
    cuts: List[Tuple[int, int]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("pytorch_lightning" if form == "pytorch_lightning" else FRAMEWORKS[program])
    monkeypatch.setenv("FORM", form)
    assert train(program, tmp_path / "unbroken") == 0
    expected = digest(tmp_path / "unbroken")
    for epoch, batch in cuts:
        relayed = tmp_path / ("e%d-b%d" % (epoch, batch))
        broken_off(program, relayed, epoch, batch)
        assert train(program, relayed) == 0
        assert digest(relayed) == expected, "cut at e%d-b%d" % (epoch, batch)


@pytest.mark.parametrize("program", [KERAS, LIGHTNING, TRANSFORMERS])
def test_a_loop_broken_off_again_and_again_resumes_exactly(program: str, tmp_path: Path) -> None:
    pytest.importorskip(FRAMEWORKS[program])
    for cut in [(0, 1), (0, 4), (1, 0), (1, 2), (2, 0)]:
        broken_off(program, tmp_path / "relayed", *cut)
    assert train(program, tmp_path / "relayed") == 0
    assert train(program, tmp_path / "unbroken") == 0
    assert digest(tmp_path / "relayed") == digest(tmp_path / "unbroken")


def test_the_best_model_is_loaded_at_the_end_though_its_machine_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("transformers")
    monkeypatch.setenv("FORM", "best")
    assert train(TRANSFORMERS, tmp_path / "unbroken") == 0
    broken_off(TRANSFORMERS, tmp_path / "relayed", 2, 2)
    (tmp_path / "relayed-trainer").rename(tmp_path / "another machine's")
    assert train(TRANSFORMERS, tmp_path / "relayed") == 0
    assert digest(tmp_path / "relayed") == digest(tmp_path / "unbroken")


@pytest.mark.parametrize("program", [KERAS, LIGHTNING, TRANSFORMERS])
def test_a_callback_whose_state_cannot_be_kept_is_refused_before_anything_is_trained(
    program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture
) -> None:
    pytest.importorskip(FRAMEWORKS[program])
    monkeypatch.setenv("FORM", "refused")
    assert train(program, tmp_path / "saves") != 0
    said = capfd.readouterr().err
    assert "The callback Refused keeps a zip in its attribute pairs, which cannot be saved." in said
    assert not list((tmp_path / "saves").glob("e*"))


@pytest.mark.parametrize("program, ends", [(KERAS, "e4-b0"), (LIGHTNING, "e4-b0")])
def test_a_loop_that_stops_early_ends_where_it_stopped(
    program: str, ends: str, tmp_path: Path
) -> None:
    pytest.importorskip(FRAMEWORKS[program])
    assert train(program, tmp_path) == 0
    assert digest(tmp_path).startswith(ends + " ")


def test_metrics_of_a_resumed_epoch_are_those_of_the_whole(
    tmp_path: Path, capfd: pytest.CaptureFixture
) -> None:
    pytest.importorskip("lightning")
    assert train(LIGHTNING, tmp_path / "unbroken") == 0
    expected = _told(capfd.readouterr().err)
    broken_off(LIGHTNING, tmp_path / "relayed", 1, 3)
    capfd.readouterr()
    assert train(LIGHTNING, tmp_path / "relayed") == 0
    resumed = _told(capfd.readouterr().err)
    assert {k: expected[k] for k in resumed} == resumed and resumed


def _told(printed: str) -> Dict[str, str]:
    """What was said of each epoch, by what it was."""
    lines = [line for line in printed.splitlines() if "mean_of_outputs" in line]
    return {line: line for line in lines}
