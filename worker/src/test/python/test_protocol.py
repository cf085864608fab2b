"""A worker of forty lines drives a script over the socket, as docs/reference/program-protocol.md has it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Dict, Iterator, Optional

import pytest
from conftest import RESOURCES

TOY = """
import random, time
import baton
job = baton.job(rate=0.1)
state = {"w": [random.random()]}
run = baton.resume(state=state)
for x in run.batches([1.0, 2.0, 3.0]):
    state["w"] = [w - job.rate * (w - x * random.random()) for w in state["w"]]
    run.step(loss=state["w"][0])
"""

SPEC = {"name": "toy", "epochs": 2, "seed": 1, "parameters": {}}


class FakeWorker:
    """The other end of the socket, and the child with its process group."""

    def __init__(self, folder: Path, script: str):
        (folder / "train.py").write_text(script)
        self.server = socket.socket(socket.AF_UNIX)
        self.server.bind(str(folder / "s"))
        self.server.listen(1)
        environment = dict(os.environ, BATON_SOCKET=str(folder / "s"), PYTHONPATH=str(RESOURCES))
        self.child = subprocess.Popen(
            [sys.executable, str(folder / "train.py")],
            env=environment, start_new_session=True, stderr=subprocess.PIPE,
        )  # fmt: skip
        self.server.settimeout(30)
        self.socket, _ = self.server.accept()
        self.socket.settimeout(30)
        self.lines = self.socket.makefile("r")

    def say(self, **message: Any) -> None:
        self.socket.sendall(json.dumps(message).encode() + b"\n")

    def hear(self, kind: str) -> Dict[str, Any]:
        message = json.loads(self.lines.readline())
        assert message.pop("type") == kind, message
        return message

    def start(self, epoch: int = 0, batch: int = 0, files: Optional[Path] = None) -> Dict[str, Any]:
        hello = self.hear("hello")
        assert hello["version"] == 2
        position = {"epoch": epoch, "batch": batch}
        where = {} if files is None else {"files": str(files)}
        self.say(type="start", version=2, spec=SPEC, position=position, device="cpu", **where)
        return self.hear("ready")

    def close(self) -> None:
        self.socket.close()
        self.server.close()
        try:
            os.killpg(self.child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.child.wait()


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Any]:
    begun = []

    def begin_one(script: str, name: str) -> FakeWorker:
        (tmp_path / name).mkdir()
        begun.append(FakeWorker(tmp_path / name, script))
        return begun[-1]

    yield begin_one
    for worker in begun:
        worker.close()


def test_one_order_is_one_batch(begin: Any) -> None:
    worker = begin(TOY, "a")
    ready = worker.start()
    assert ready["batches"] == 3 and ready["profile"]["language"].startswith("Python 3")
    for batch in (1, 2):
        worker.say(type="go")
        assert worker.hear("batch")["position"] == {"epoch": 0, "batch": batch}
    worker.say(type="go")
    assert set(worker.hear("evaluated")["metrics"]) == {"loss"}
    assert worker.hear("batch")["position"] == {"epoch": 1, "batch": 0}
    worker.say(type="stop")
    assert worker.child.wait(10) == 0


def test_a_metric_that_is_not_finite_crosses_as_null(begin: Any) -> None:
    worker = begin("import baton\nbaton._connected().evaluated({'a': float('nan'), 'b': 1.0})", "a")
    worker.hear("hello")
    worker.say(type="start", version=2, spec=SPEC, position={"epoch": 0, "batch": 0}, device="cpu")
    assert worker.hear("evaluated")["metrics"] == {"a": None, "b": 1.0}


def test_a_save_comes_between_two_batches_and_is_resumed_from(begin: Any, tmp_path: Path) -> None:
    states = []
    for name, stop_at in (("unbroken", None), ("relayed", 2)):
        worker = begin(TOY, name)
        worker.start()
        for done in range(6):
            if done == stop_at:
                folder = saved(worker, tmp_path / (name + "-half"))
                os.killpg(worker.child.pid, signal.SIGKILL)
                worker = begin(TOY, name + "-2")
                worker.start(0, 2, folder)
            worker.say(type="go")
            if done % 3 == 2:
                worker.hear("evaluated")
            worker.hear("batch")
        folder = saved(worker, tmp_path / (name + "-end"))
        states.append({f.name: f.read_bytes() for f in folder.iterdir()})
    assert states[0] == states[1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_that_ends_machines_leaves_the_last_save_to_the_worker(
    begin: Any, tmp_path: Path, number: int
) -> None:
    worker = begin(TOY, "a")
    worker.start()
    worker.say(type="go")
    worker.hear("batch")
    os.kill(worker.child.pid, number)
    worker.say(type="go")
    assert worker.hear("batch")["position"] == {"epoch": 0, "batch": 2}
    saved(worker, tmp_path / "last")


def saved(worker: FakeWorker, folder: Path) -> Path:
    folder.mkdir()
    worker.say(type="save", id=7, folder=str(folder))
    assert worker.hear("snapshotted")["id"] == 7
    assert worker.hear("saved") == {"id": 7}
    return folder


def test_a_save_that_cannot_be_written_is_told(begin: Any, tmp_path: Path) -> None:
    worker = begin(TOY, "a")
    worker.start()
    worker.say(type="save", id=1, folder=str(tmp_path / "not" / "there"))
    worker.hear("snapshotted")
    assert "No such file" in worker.hear("saved")["error"]


def test_a_script_whose_worker_dies_takes_its_group_with_it(begin: Any) -> None:
    worker = begin(TOY + "    time.sleep(600)\n", "a")
    worker.start()
    worker.say(type="go")
    time.sleep(0.1)
    worker.socket.shutdown(socket.SHUT_RDWR)
    assert worker.child.wait(10) == -signal.SIGKILL
    assert b"the connection to the worker is cut" in worker.child.stderr.read()


def test_another_version_of_the_protocol_is_refused(begin: Any) -> None:
    worker = begin(TOY, "a")
    worker.hear("hello")
    worker.say(type="start", version=1, spec={}, position={}, device="cpu")
    error = worker.hear("error")
    assert error["kind"] == "program" and "another version" in error["sentence"]


def test_a_script_that_hangs_outlives_no_worker_that_is_killed(begin: Any) -> None:
    hangs = """
    print("hangs", file=sys.stderr, flush=True)
    time.sleep(600)
"""
    worker = begin("import sys" + TOY + hangs[1:], "a")
    worker.start()
    worker.say(type="go")
    assert worker.child.stderr.readline() == b"hangs\n"
    # All that a killed process held is closed: the output's reader too.
    worker.child.stderr.close()
    worker.lines.close()
    worker.socket.close()
    assert worker.child.wait(10) == -signal.SIGKILL
