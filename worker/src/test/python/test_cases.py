"""Ordinary scripts after public reports of lost state: each resumes exactly, wherever it is cut.

A script in ``cases`` names the report and the kind of state it shows. Those that Baton refuses stand in
``REFUSED`` with the words of the refusal; docs/guide/python.md has the reasons.
"""

import os
import shutil
import signal
from pathlib import Path
from typing import Dict, List, NamedTuple

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("numpy")
from relay import broken_off, digest, train  # noqa: E402

CASES = Path(__file__).parent / "cases"
WITHIN_0, END_0, WITHIN_1, END_1, WITHIN_2 = (0, 5), (1, 0), (1, 7), (2, 0), (2, 3)
EVERYWHERE = (WITHIN_0, END_0, WITHIN_1)


class Case(NamedTuple):
    """A script, how it is started, and after which saves it is killed."""

    script: str
    environment: Dict[str, str] = {}
    cuts: tuple = EVERYWHERE
    needs: str = "torch"

    @property
    def title(self) -> str:
        return "-".join([self.script, *("%s=%s" % item for item in self.environment.items())])


TABLE = [
    Case("accum_even", cuts=((0, 8), END_0, (1, 4), END_1, (2, 16))),
    Case("accum_leftover", cuts=((0, 6), END_0, (1, 7), END_1, (2, 5))),
    Case("adafactor_hf", needs="transformers"),
    Case("add_group_later"),
    Case("alias_state"),
    Case("args_differ"),
    Case("bf16_opt_state"),
    Case("complex_param"),
    Case("deque_types"),
    Case("deque_window"),
    Case("hf_early_stopping", cuts=(WITHIN_0, END_0, (1, 7), (1, 12)), needs="transformers"),
    Case("hf_max_steps", cuts=(WITHIN_0, END_0, (1, 15), END_1, WITHIN_2), needs="transformers"),
    Case("infinite_sampler", cuts=((0, 1), (0, 5), (0, 12), (0, 19))),
    Case("lazy_layers"),
    Case("lightning_early_stopping", cuts=(WITHIN_0, END_0, (1, 7), (3, 0)), needs="lightning"),
    Case("nan_metric", {"WHERE": "metric"}),
    Case("nan_metric", {"WHERE": "state"}),
    Case("own_random", {"GIVE": "1"}),
    Case("own_sampler"),
    Case("peft_lora", cuts=((0, 3), END_0, (1, 3)), needs="peft"),
    Case("rnn_hidden", {"GIVE": "1"}),
    Case("running_loss_metric"),
    Case("set_vocabulary"),
    Case("shared_generator"),
    Case("slow_first_batch"),
    Case("worker_init_dataset"),
    Case("workers_iterable", {"PERSIST": "1"}, cuts=(WITHIN_0, END_0, WITHIN_1)),
    Case("workers_iterable", {"PERSIST": "0"}, cuts=(WITHIN_0, END_0, WITHIN_1)),
]
MUST_DIFFER = [Case("own_random", {"GIVE": "0"}), Case("rnn_hidden", {"GIVE": "0"})]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", os.environ.get("PYTHONHASHSEED", "random"))
    monkeypatch.chdir(tmp_path)


def relayed(case: Case, folder: Path, monkeypatch: pytest.MonkeyPatch) -> List[str]:
    """The digests of the unbroken run and of one relay for each place where it is cut."""
    pytest.importorskip(case.needs)
    for name, value in case.environment.items():
        monkeypatch.setenv(name, value)
    program = str(CASES / (case.script + ".py"))
    assert train(program, folder / "unbroken") == 0
    digests = [digest(folder / "unbroken")]
    for epoch, batch in case.cuts:
        into = folder / ("cut-e%d-b%d" % (epoch, batch))
        broken_off(program, into, epoch, batch)
        assert train(program, into) == 0
        digests.append(digest(into))
        shutil.rmtree(into)
    return digests


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.title)
def test_a_script_resumes_exactly(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unbroken, *others = relayed(case, tmp_path, monkeypatch)
    wrong = [cut for cut, other in zip(case.cuts, others) if other != unbroken]
    assert not wrong, "differs when cut at %s" % wrong


@pytest.mark.parametrize("case", MUST_DIFFER, ids=lambda case: case.title)
def test_what_is_not_given_and_not_reachable_differs(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unbroken, *others = relayed(case, tmp_path, monkeypatch)
    assert any(other != unbroken for other in others)
