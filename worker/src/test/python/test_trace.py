"""What is written down for a drill: enough to tell order, generators and losses apart."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import baton

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
    folder.mkdir()
    (folder / "train.py").write_text(SCRIPT % (before, given))
    environment = dict(
        os.environ,
        BATON_TRACE=str(folder / "trace"),
        BATON_FOLDER=str(folder / "saved"),
        PYTHONPATH=str(Path(baton.__file__).parent),
    )
    subprocess.run([sys.executable, str(folder / "train.py")], check=True, env=environment)
    return [json.loads(line) for line in (folder / "trace").read_text().splitlines()]


def test_two_equal_runs_leave_equal_traces(tmp_path: Path) -> None:
    one = traced(tmp_path / "one", "", "state=weights")
    assert one == traced(tmp_path / "other", "", "state=weights")
    assert one[0] == {"begin": "e0-b0", "forgotten": []}
    assert [line["at"] for line in one[1:]] == [
        "e0-b0", "e0-b1", "e0-b2", "e1-b0", "e1-b1", "e1-b2",
    ]  # fmt: skip
    assert all({"batch", "generators", "loss"} <= set(line) for line in one[1:])
    assert len({line["generators"]["python"] for line in one[1:]}) == 6


def test_what_was_not_given_is_named(tmp_path: Path) -> None:
    forgetful = traced(tmp_path / "one", OPTIMIZER, "state=weights")
    assert forgetful[0]["forgotten"] == [
        {"kind": "generator", "name": "Random"},
        {"kind": "optimizer", "name": "Momentum"},
    ]
    whole = traced(tmp_path / "two", OPTIMIZER, "optimizer=mine, state=weights")
    assert whole[0]["forgotten"] == [{"kind": "generator", "name": "Random"}]


def test_without_the_variable_nothing_is_written(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.delenv("BATON_TRACE", raising=False)
    assert baton._TRACE is None


def test_a_fingerprint_tells_numbers_types_and_places_apart() -> None:
    values = [1, 1.0, "1", [1, 2], [2, 1], [[1], 2], {"x": 1}, {"x": 2}, {"y": 1}, None]
    assert len({baton._fingerprint(value) for value in values}) == len(values)
    assert baton._fingerprint(random) == baton._fingerprint(os)
