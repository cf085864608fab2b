"""Starts a script as a person does."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, List

from conftest import CACHE, RESOURCES

LIBRARY = Path(CACHE, "library")
"""The files that a worker delivers, where their compiled code may lie."""

TOY = """
import argparse, os, random, signal, sys
import baton

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--epochs", type=int, default=3)
parser.add_argument("--data-dir", default="here")
parser.add_argument("--at", default="")   # epoch, batch: where something happens
options = parser.parse_args()
config = open(os.path.join(os.path.dirname(__file__), "config.json")).read()
job = baton.job(epochs=options.epochs, seed=1, rate=0.5, ignore=["--data-dir", "--at", "notes*"])
state = {"w": [random.random()]}
run = baton.resume(state=state)
for epoch in run.epochs():
    for x in run.batches([1.0, 2.0, 3.0]):
        state["w"] = [w - options.lr * (w - x * random.random()) for w in state["w"]]
        run.step(loss=state["w"][0], half=run.batch / 2)
        if options.at == "%d,%d" % (epoch, run.batch):
            run._writing.finish()
            pass  # HERE
    run.evaluated(accuracy=0.98)
"""
"""Three epochs of three batches, without torch; HERE is what a test puts in."""


def written(folder: Path, script: str = TOY, here: str = "pass") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "train.py").write_text(script.replace("pass  # HERE", here))
    if not (folder / "config.json").exists():
        (folder / "config.json").write_text("{}")
    return folder / "train.py"


def environment(**variables: Any) -> "dict[str, str]":
    kept = {k: v for k, v in os.environ.items() if not k.startswith("BATON_")}
    if not LIBRARY.exists():
        shutil.copytree(RESOURCES, LIBRARY, ignore=shutil.ignore_patterns("__pycache__"))
    kept.update(PYTHONPATH=str(LIBRARY), BATON_SAVE_SECONDS="0")
    return {**kept, **{k: str(v) for k, v in variables.items()}}


def begin(script: Path, *arguments: str, **how: Any) -> "subprocess.Popen[str]":
    """The process, with pipes for all three of its streams."""
    variables = {k: how.pop(k) for k in list(how) if k.isupper()}
    pipe = subprocess.PIPE
    words = [sys.executable, str(script), *arguments]
    how.setdefault("cwd", script.parent)
    # Who runs the tests in a shell's background has Ctrl-C ignored, and so would all that it starts.
    how.setdefault("preexec_fn", lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    return subprocess.Popen(
        words, env=environment(**variables), text=True, stdin=pipe, stdout=pipe, stderr=pipe, **how
    )


class Life:
    """A process that has ended: its exit status, what it printed, and what it said to people."""

    def __init__(self, process: "subprocess.Popen[str]"):
        self.printed, self.stderr = process.communicate(timeout=120)
        self.status = process.returncode
        self.said = " ".join(self.stderr.split())


def life(script: Path, *arguments: str, **how: Any) -> Life:
    return Life(begin(script, *arguments, **how))


def lines(of: Life) -> List[str]:
    return of.stderr.splitlines()
