"""What is written down for a drill: enough to tell order, generators and losses apart."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import baton
import pytest

SCRIPT = """
import random
import baton

job = baton.job(epochs=2, seed=3)
%s
weights = {"w": 1.0}
run = baton.resume(%s)
for x in run.batches(lambda epoch: random.sample([1.0, 2.0, 3.0], 3)):
    weights["w"] += x * random.random()
    run.step(loss=weights["w"])
"""
OPTIMIZER = """
class Momentum:
    def zero_grad(self): pass
    def state_dict(self): return {}
    def load_state_dict(self, state): pass
mine = Momentum()
own = random.Random(1)
"""


def traced(folder: Path, before: str, given: str) -> list:
    return trace_of(folder, SCRIPT % (before, given))


def trace_of(folder: Path, script: str, **variables: str) -> list:
    folder.mkdir()
    (folder / "train.py").write_text(script)
    environment = dict(
        os.environ,
        BATON_TRACE=str(folder / "trace"),
        BATON_FOLDER=str(folder / "saved"),
        PYTHONPATH=str(Path(baton.__file__).parent),
        **variables,
    )
    subprocess.run([sys.executable, str(folder / "train.py")], check=True, env=environment)
    return [json.loads(line) for line in (folder / "trace").read_text().splitlines()]


def test_two_equal_runs_leave_equal_traces(tmp_path: Path) -> None:
    one = traced(tmp_path / "one", "", "state=weights")
    assert one == traced(tmp_path / "other", "", "state=weights")
    assert one[0] == {"begin": "e0-b0", "forgotten": []}
    batches = [line for line in one if "at" in line]
    assert [line["at"] for line in batches] == [
        "e0-b0", "e0-b1", "e0-b2", "e1-b0", "e1-b1", "e1-b2",
    ]  # fmt: skip
    assert all({"batch", "generators", "loss"} <= set(line) for line in batches)
    assert len({line["generators"]["python"] for line in batches}) == 6


def test_what_was_not_given_is_named(tmp_path: Path) -> None:
    forgetful = traced(tmp_path / "one", OPTIMIZER, "state=weights")
    assert forgetful[0]["forgotten"] == [
        {"kind": "generator", "name": "Random"},
        {"kind": "optimizer", "name": "Momentum"},
    ]
    whole = traced(tmp_path / "two", OPTIMIZER, "optimizer=mine, state=weights")
    assert whole[0]["forgotten"] == [{"kind": "generator", "name": "Random"}]


def test_the_loss_of_an_earlier_step_is_not_that_of_a_batch_without_one(tmp_path: Path) -> None:
    accumulating = (
        "import baton\n"
        "run = baton.resume(state={})\n"
        "for x in run.batches([1.0, 2.0, 3.0, 4.0]):\n"
        "    if x % 2 == 0:\n"
        "        run.step(loss=x)\n"
    )
    lines = trace_of(tmp_path / "one", accumulating)
    assert [line["loss"] for line in lines if "at" in line] == [None, "2.0", None, "4.0"]


def test_metrics_are_written_at_the_position_that_follows(tmp_path: Path) -> None:
    measuring = SCRIPT % ("", "state=weights") + "    run.evaluated(seen=x)\n"
    measuring += "    if run.epoch_ended and run.epoch == 1:\n        run.finish('enough')\n"
    lines = trace_of(tmp_path / "one", measuring)
    told = [line for line in lines if "metrics" in line]
    assert [line["of"] for line in told] == [
        "e0-b1", "e0-b2", "e1-b0", "e1-b1", "e1-b2", "e2-b0",
    ]  # fmt: skip
    assert set(told[0]["metrics"]) == {"seen"} and set(told[2]["metrics"]) == {"seen", "loss"}
    assert lines[-1] == {"ended": "e2-b0", "reason": "enough"}


LOADERS = {
    "counted": "[1, 2, 3, 4, 5]",
    "not counted": "lambda epoch: iter([1, 2, 3, 4, 5])",
    "an endless generator for each epoch": "lambda epoch: itertools.count()",
}


@pytest.mark.parametrize("loader", LOADERS.values(), ids=LOADERS)
def test_a_drill_ends_each_epoch_after_so_many_batches(loader: str, tmp_path: Path) -> None:
    script = (
        "import itertools\nimport baton\njob = baton.job(epochs=2)\nrun = baton.resume(state={})\n"
        "for epoch in run.epochs():\n    for x in run.batches(%s):\n        run.step()\n" % loader
    )
    lines = trace_of(tmp_path / "one", script, BATON_DRILL_BATCHES="3")
    assert [line["at"] for line in lines if "at" in line] == [
        "e0-b0", "e0-b1", "e0-b2", "e1-b0", "e1-b1", "e1-b2",
    ]  # fmt: skip


def test_a_drill_leaves_an_iterator_its_own_end(tmp_path: Path) -> None:
    script = (
        "import baton\nrun = baton.resume(state={})\n"
        "for x in run.batches(iter([1, 2, 3, 4])):\n    run.step()\n"
    )
    lines = trace_of(tmp_path / "one", script, BATON_DRILL_BATCHES="3")
    assert [line["at"] for line in lines if "at" in line][-1] == "e0-b3"


def test_without_the_variable_nothing_is_written(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.delenv("BATON_TRACE", raising=False)
    assert baton._TRACE is None


def test_a_fingerprint_tells_numbers_types_and_places_apart() -> None:
    values = [1, 1.0, "1", [1, 2], [2, 1], [[1], 2], {"x": 1}, {"x": 2}, {"y": 1}, None]
    assert len({baton._fingerprint(value) for value in values}) == len(values)
    assert baton._fingerprint(random) == baton._fingerprint(os)
