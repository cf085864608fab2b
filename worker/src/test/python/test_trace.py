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
    folder.mkdir(exist_ok=True)
    (folder / "train.py").write_text(script)
    environment = {
        **os.environ,
        "BATON_TRACE": str(folder / "trace"),
        "BATON_FOLDER": str(folder / "saved"),
        "PYTHONPATH": str(Path(baton.__file__).parent),
        **variables,
    }
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
    generator = {"kind": "generator", "name": "Random", "path": "own"}
    optimizer = {"kind": "optimizer", "name": "Momentum", "path": "mine"}
    assert forgetful[0]["forgotten"] == [optimizer, generator]
    assert set(forgetful[1]["strangers"]) == {"mine", "own"}
    whole = traced(tmp_path / "two", OPTIMIZER, "optimizer=mine, state=weights")
    assert whole[0]["forgotten"] == [generator]


HIDDEN = """
import random, sys, types, weakref
import baton
import beside, installed

class Trainer:
    __slots__ = ("rng", "inner")
    def __init__(self):
        self.rng = random.Random(1)
        self.inner = {"list": [random.Random(2)]}

def drawing():
    mine = random.Random(3)
    return lambda: mine.random()

def main():
    local = random.Random(4)
    draw = drawing()
    trainer = Trainer()
    job = baton.job(epochs=1)
    run = baton.resume(state={})
    for x in run.batches([1, 2]):
        run.step(loss=local.random() + draw())

main()
"""


def test_generators_are_found_wherever_the_script_has_them_and_not_in_packages(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "site-packages"
    folder.mkdir()
    (folder / "installed.py").write_text("import random\ntheirs = random.Random(9)\n")
    project = tmp_path / "one"
    project.mkdir()
    (project / "beside.py").write_text("import random\nshared = random.Random(5)\n")
    path = str(Path(baton.__file__).parent) + os.pathsep + str(folder)
    lines = trace_of(project, HIDDEN, PYTHONPATH=path)
    assert [thing["path"] for thing in lines[0]["forgotten"]] == [
        "beside.shared", "local", "mine", "trainer.inner['list'][0]", "trainer.rng",
    ]  # fmt: skip


ODD = """
import types, weakref, warnings
import baton

class Held: pass
held = Held()
dead = weakref.proxy(held)
alive = Held()
proxy = weakref.proxy(alive)
del held

class Liar:
    @property
    def __class__(self):
        raise ReferenceError("nobody is here")
    @property
    def load_state_dict(self):
        raise RuntimeError("not yet")
    def __getattr__(self, name):
        warnings.warn("asked for " + name)
        raise ImportError("lazy " + name)
    def __eq__(self, other): raise TypeError("no")
    def __len__(self): raise TypeError("no")
    def __bool__(self): raise TypeError("no")

class Meta(type):
    def __getattr__(cls, name):
        raise ImportError("a lazy class " + name)

class Lazy(metaclass=Meta): pass

class LazyModule(types.ModuleType):
    def __getattr__(self, name):
        warnings.warn("asked for " + name)
        raise ImportError("lazy " + name)

liar, lazy, module = Liar(), Lazy(), LazyModule("odd")
around = [dead, proxy, liar, lazy, {"x": dead}]
around.append(around)
run = baton.resume(state={})
for x in run.batches([1.0, 2.0]):
    run.step(loss=x)
"""


def test_odd_things_are_survived_and_asked_nothing(tmp_path: Path) -> None:
    lines = trace_of(tmp_path / "one", ODD, PYTHONWARNINGS="error")
    assert [thing["path"] for thing in lines[0]["forgotten"]] == ["liar"]  # by its class
    assert [line["loss"] for line in lines[1:] if "at" in line] == ["1.0", "2.0"]


def test_values_of_the_script_are_written_when_they_change(tmp_path: Path) -> None:
    lines = trace_of(
        tmp_path / "one",
        "import baton\nbest, count = 0.5, 0\nrun = baton.resume(state={})\n"
        "for x in run.batches([1, 2]):\n    count += 1\n    run.step()\n",
    )
    first, second = [line["values"] for line in lines if "at" in line]
    assert {"best", "count"} <= set(first) and "best" not in second and "count" in second


LOOPS = {
    "for x in run.batches([1, 2]):\n    run.step()\n": None,
    "for x in run.batches([1, 2]):\n    run.step()\nprint('done')\n": "train.py line 5",
    "def main():\n    for x in run.batches([1, 2]):\n        run.step()\nmain()\n": None,
    "def main():\n    for x in run.batches([1, 2]):\n        run.step()\nmain()\nprint()\n": (
        "train.py line 7"
    ),
    "def part():\n    for x in run.batches([1, 2]):\n        run.step()\n    return 3\n"
    "for epoch in run.epochs():\n    part()\n    print(epoch)\n": None,
    "with open(__file__):\n    for x in run.batches([1, 2]):\n        run.step()\n    print(1)\n": (
        "train.py line 6"
    ),
}


@pytest.mark.parametrize("loop", LOOPS)
def test_what_follows_the_loop_is_told(loop: str, tmp_path: Path) -> None:
    lines = trace_of(tmp_path / "one", "import baton\nrun = baton.resume(state={})\n" + loop)
    assert lines[0].get("after") == LOOPS[loop]


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
