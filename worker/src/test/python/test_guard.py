"""A script that trains and could not be resumed is stopped at its first step; no other process is."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from by_hand import environment, written
from conftest import RESOURCES
from relay import train
from test_protocol import SPEC, FakeWorker, begin  # noqa: F401

torch = pytest.importorskip("torch")

TRAINS = """
import torch
%s
model = torch.nn.Linear(2, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
print("steps", flush=True)
model(torch.ones(2)).sum().backward()
optimizer.step()
print("trained on", flush=True)
"""


def told_by(worker: FakeWorker) -> Any:
    worker.hear("hello")
    position = {"epoch": 0, "batch": 0}
    worker.say(type="start", version=2, spec=SPEC, position=position, device="cpu")
    return worker.hear("error")


@pytest.mark.parametrize("how", ["", "import baton; job = baton.job()"])
def test_under_a_worker_it_is_stopped_with_the_lines_to_add(how: str, begin: Any) -> None:  # noqa: F811
    worker = begin(TRAINS % how, "a")
    error = told_by(worker)
    assert error["kind"] == "program"
    assert error["sentence"] == (
        "The script takes its first optimizer step and has not called baton.resume."
        " Nothing of its training could be saved."
    )
    assert "run = baton.resume(model, optimizer)" in error["remedy"] and len(error["remedy"]) < 400
    assert worker.child.wait(30) == 1


@pytest.mark.parametrize(
    "how, stopped",
    [
        ("import baton", True),
        ("from baton import job; job()", True),
        ("import baton as b", True),
        ("", False),
        ("from baton import BatonError", False),
    ],
)
def test_by_hand_it_is_stopped_if_it_imports_baton(
    how: str, stopped: bool, tmp_path: Path, capfd: pytest.CaptureFixture
) -> None:
    status = train(str(written(tmp_path, TRAINS % how)), tmp_path / "saves")
    said = capfd.readouterr()
    assert (os.WEXITSTATUS(status) == 1) is stopped and ("trained on" in said.out) is not stopped
    assert ("has not called baton.resume" in said.err) is stopped
    assert not (tmp_path / "saves").exists()


def test_it_may_step_after_resume_and_nothing_is_left_in_torch(tmp_path: Path) -> None:
    script = TRAINS.replace("print(", "run = baton.resume(model, optimizer); print(", 1)
    begins = "import sys, torch.optim.optimizer as o, baton; hook = sys._baton_early._before_step"
    hooks = "o._global_optimizer_pre_hooks.values()"
    begins += "\nassert hook in %s" % hooks
    program = written(tmp_path, script % begins + "assert hook not in %s\n" % hooks)
    assert train(str(program), tmp_path / "saves") == 0


HELPERS = """
import multiprocessing, os, sys
import torch
import baton

def helps(number=0):
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    model(torch.ones(2)).sum().backward()
    optimizer.step()
    return number

class Trained(torch.utils.data.Dataset):
    def __len__(self): return 2
    def __getitem__(self, i): return helps(i)

if __name__ == "__main__":
    job = baton.job()
    with multiprocessing.get_context(sys.argv[1] if len(sys.argv) > 1 else "fork").Pool(1) as pool:
        assert pool.map(helps, [1]) == [1]
    assert sorted(torch.cat(list(torch.utils.data.DataLoader(Trained(), num_workers=1))).tolist()) == [0, 1]
    if os.fork() == 0:
        helps()
        os._exit(0)
    assert os.wait()[1] == 0
    print("helped")
"""


def test_steps_of_helper_processes_are_nobodys_business(tmp_path: Path) -> None:
    assert train(str(written(tmp_path, HELPERS)), tmp_path / "saves") == 0


def test_nor_are_those_of_spawned_ones_and_other_scripts(tmp_path: Path, begin: Any) -> None:  # noqa: F811
    (tmp_path / "other.py").write_text(TRAINS % "")
    other = "import subprocess, sys; subprocess.run([sys.executable, %r], check=True)"
    script = HELPERS.replace(
        "    job =", "    %s\n    job =" % (other % str(tmp_path / "other.py"))
    )
    worker = begin(script.replace('"fork"', '"spawn"') + "    baton.resume().finish\n", "a")
    worker.hear("hello")
    position = {"epoch": 0, "batch": 0}
    worker.say(type="start", version=2, spec=SPEC, position=position, device="cpu")
    assert worker.child.wait(60) == 0


def test_a_loader_process_that_imports_the_script_again_has_the_workers_job(begin: Any) -> None:  # noqa: F811
    script = """
import multiprocessing
import baton
job = baton.job(rate=0.1)
def rate(x): return job.rate
if __name__ == "__main__":
    state = {}
    run = baton.resume(state=state)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        state["rate"] = pool.map(rate, [0])[0]
    for x in run.batches([1]):
        run.step(loss=state["rate"])
"""
    worker = begin(script, "a")
    worker.hear("hello")
    position, spec = {"epoch": 0, "batch": 0}, {**SPEC, "parameters": {"rate": 0.75}}
    worker.say(type="start", version=2, spec=spec, position=position, device="cpu")
    worker.hear("ready")
    worker.say(type="go")
    assert worker.hear("evaluated")["metrics"] == {"loss": 0.75}


# The start of any Python below the worker


def start_up(code: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    words = [sys.executable, "-c", code]
    return subprocess.run(words, env=environment(**variables), capture_output=True, text=True)


def test_the_environments_own_start_is_run_after_batons(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nprint('own', __file__)\n")
    path = "%s:%s" % (RESOURCES, tmp_path)
    for socket in ("", str(tmp_path / "socket")):
        ran = start_up(
            "import sitecustomize; print(sitecustomize.__file__)",
            PYTHONPATH=path,
            BATON_SOCKET=socket,
        )
        assert ran.stdout == "own %s\n%s\n" % (
            tmp_path / "sitecustomize.py",
            tmp_path / "sitecustomize.py",
        )


def test_an_error_in_the_environments_own_start_ends_no_python(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("1 / 0\n")
    ran = start_up("print('goes on')", PYTHONPATH="%s:%s" % (RESOURCES, tmp_path), BATON_SOCKET="x")
    assert ran.returncode == 0 and ran.stdout == "goes on\n"


def test_a_python_that_trains_nothing_imports_nothing_for_it() -> None:
    code = "import sys; print(len(sys.modules), 'typing' in sys.modules, 'torch' in sys.modules)"
    bare = start_up(code, PYTHONPATH="")
    below = start_up(code, BATON_SOCKET="x")
    assert int(below.stdout.split()[0]) <= int(bare.stdout.split()[0]) + 2  # itself, __future__
    assert below.stdout.split()[1:] == bare.stdout.split()[1:]


def test_a_frameworks_loop_is_told_its_own_lines(
    tmp_path: Path, capfd: pytest.CaptureFixture
) -> None:
    for module, words in (
        ("lightning.loop", "lightning_callback"),
        ("transformers.trainer", "hugging_face_callback"),
    ):
        script = (TRAINS % "import baton").replace(
            "optimizer.step()",
            "exec('optimizer.step()', {'__name__': %r, 'optimizer': optimizer})" % module,
        )
        assert train(str(written(tmp_path, script)), tmp_path / "saves") != 0
        assert words in capfd.readouterr().err
