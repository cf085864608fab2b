"""Checkpoints that an older version wrote, ``state.json`` of format 1, are gone on from.

They are those of ``HalfDoneJobTest``, whose README tells how they were made; here they are gone on
from by hand, as if that version had been stopped and this one started in its folder.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Dict

import pytest
from conftest import RESOURCES

JOBS = Path(__file__).parents[4] / "scripts/cli/src/test/resources/baton/cli/program/half-done"
RATES = {"toy": 0.125, "torch": 0.5}


def put(job: Path, position: str, folder: Path) -> None:
    """Copies the files of a store's checkpoint to where a run by hand looks for them."""
    (manifest,) = job.glob("store/*/*-%s-*/manifest.json" % position)
    target = folder / position
    target.mkdir(parents=True)
    for file in json.loads(manifest.read_text())["files"]:
        shutil.copy(job / "store" / file["storeId"], target / file["name"])


def go_on(job: Path, folder: Path) -> Path:
    """Trains to the end of the job; its last checkpoint."""
    told = {"epochs": 3, "seed": 7, "rate": RATES[job.name]}
    environment = dict(
        os.environ,
        PYTHONPATH=str(RESOURCES),
        BATON_FOLDER=str(folder),
        BATON_JOB=json.dumps(told),
    )
    subprocess.run([sys.executable, str(job / "train.py")], env=environment, check=True)
    return folder / "e3-b0"


def model(checkpoint: Path) -> Dict[str, bytes]:
    import baton

    tensors: Dict[str, bytes] = {}
    for name in ("model.safetensors", "frozen.safetensors"):
        if (checkpoint / name).exists():
            for tensor, blob in baton.read_safetensors(checkpoint / name).items():
                tensors[tensor] = bytes(blob.data)
    return tensors


@pytest.mark.parametrize("position", ["e1-b0", "e1-b3"])
def test_a_model_goes_on_as_the_older_version_would_have(tmp_path: Path, position: str) -> None:
    pytest.importorskip("torch")
    put(JOBS / "torch", position, tmp_path)
    end = go_on(JOBS / "torch", tmp_path)
    assert model(end) == model(JOBS / "torch" / "unbroken")
    optimizer = JOBS / "torch" / "unbroken" / "optimizer.safetensors"
    assert (end / "optimizer.safetensors").read_bytes() == optimizer.read_bytes()


def test_plain_state_of_each_kind_goes_on_as_the_older_version_would_have(tmp_path: Path) -> None:
    put(JOBS / "toy", "e1-b3", tmp_path)
    end = go_on(JOBS / "toy", tmp_path)
    unbroken = json.loads((JOBS / "toy" / "unbroken" / "state.json").read_text())["state"][""]
    state = (end / "state.json").read_text()
    for number in [*unbroken["w"], unbroken["best"], *unbroken["recent"]["$deque"]]:
        assert repr(number) in state
