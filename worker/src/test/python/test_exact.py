"""Relayed equals unbroken, bit for bit; and the controls that must differ, do.

KILLS sets how many lives each relay has that end by SIGKILL at a random instant.
"""

import importlib.util
import os
import shutil
import signal
import time
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
if importlib.util.find_spec("torch._dynamo"):  # so that each forked life need not import it
    importlib.import_module("torch._dynamo")
from relay import broken_off, counting_steps, digest, dying_after, relay, train  # noqa: E402

KILLS = int(os.environ.get("KILLS", "4"))
torch.set_num_threads(1)


@pytest.mark.parametrize("program", ["cnn.py", "gan.py"])
def test_killed_at_random_instants_equals_unbroken(program: str, tmp_path: Path) -> None:
    steps = tmp_path / "steps"
    assert train(program, tmp_path / "unbroken", patch=counting_steps(steps)) == 0
    longest = max(2, int(1.6 * steps.stat().st_size / (KILLS + 1)))
    seed = time.time_ns()
    cut = relay(program, tmp_path / "relayed", KILLS, seed, longest)
    assert cut >= KILLS // 2, "only %d of %d lives were cut short, seed %d" % (cut, KILLS, seed)
    assert digest(tmp_path / "relayed") == digest(tmp_path / "unbroken"), "seed %d" % seed
    print("%s: %d lives cut short by SIGKILL, equal at %s" % (
        program, cut, digest(tmp_path / "relayed")))


@pytest.mark.parametrize("program, batch", [("cnn.py", 4), ("gan.py", 7)])
def test_controls_differ(program: str, batch: int, tmp_path: Path) -> None:
    def no_generators(baton: object) -> None:
        baton._restore_generators = lambda blobs: None

    def no_optimizer(baton: object) -> None:
        baton._Optimizer.restore = lambda self, told, held, is_last: True
        baton.Run._require_restored = lambda self, held: None

    def optimizer_not_loaded(baton: object) -> None:
        baton._Optimizer.restore = lambda self, told, held, is_last: True

    def another_order(baton: object) -> None:
        derive = baton._derive
        baton._derive = lambda *what: derive(*what, 1)

    broken_off(program, tmp_path / "half", 1, batch)
    seen = {}
    for patch in (None, no_generators, no_optimizer, another_order):
        folder = tmp_path / (patch.__name__ if patch else "honest")
        shutil.copytree(tmp_path / "half", folder)
        assert train(program, folder, patch=patch) == 0
        seen[folder.name] = digest(folder)
    shutil.copytree(tmp_path / "half", tmp_path / "refused")
    assert train(program, tmp_path / "refused", patch=optimizer_not_loaded) != 0
    assert train(program, tmp_path / "unbroken") == 0
    assert seen.pop("honest") == digest(tmp_path / "unbroken")
    for name, other in seen.items():
        assert other != digest(tmp_path / "unbroken"), name


def test_loader_processes_resume_exactly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOADERS", "2")
    broken_off("cnn.py", tmp_path / "relayed", 2, 3)
    assert train("cnn.py", tmp_path / "relayed") == 0
    assert train("cnn.py", tmp_path / "unbroken") == 0
    assert digest(tmp_path / "relayed") == digest(tmp_path / "unbroken")


def test_sigterm_saves_at_the_next_batch_and_the_rest_is_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "relayed"
    told = dying_after(steps=5, seconds=0, number=signal.SIGTERM)
    status = train("cnn.py", folder, patch=told, save_seconds="1000")
    assert os.WEXITSTATUS(status) == 128 + signal.SIGTERM
    assert len(list(folder.glob("e*-b*"))) == 1
    assert train("cnn.py", folder) == 0
    assert train("cnn.py", tmp_path / "unbroken") == 0
    assert digest(folder) == digest(tmp_path / "unbroken")


def test_a_finished_training_trains_no_more(tmp_path: Path) -> None:
    assert train("gan.py", tmp_path) == 0
    before = digest(tmp_path)
    assert train("gan.py", tmp_path) == 0
    assert digest(tmp_path) == before
