"""A checkpoint: copied between two steps, written in the background, read once at a start.

Each part of a run's state is a section: an object with ``capture(draft)``, which puts its tensors and
its JSON into a :class:`_Draft`, and ``restore(held)``, which takes them from a :class:`_Held`.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Dict, Mapping

from .errors import BatonError, NEW_JOB
from .tensors import Blob, _HostMemory, read_safetensors, write_safetensors

FORMAT = 2
LOOPS = ("loop", "accelerate")
"""What stands in the section ``state`` besides the script's own."""
MODEL, FROZEN, OPTIMIZER, EXTRA, STATE = (
    "model.safetensors",
    "frozen.safetensors",
    "optimizer.safetensors",
    "extra.safetensors",
    "state.json",
)
_ALWAYS = (MODEL, OPTIMIZER, EXTRA)


class _Draft:
    """A checkpoint in the making: tensors by file and name, everything else as JSON by section.

    What it holds is copied to host memory, so that training may go on while it is written.
    """

    def __init__(self, host: _HostMemory, epoch: int, batch: int):
        self.host, self.epoch, self.batch = host, epoch, batch
        self.files: Dict[str, Dict[str, Blob]] = {name: {} for name in (*_ALWAYS, FROZEN)}
        position = {"epoch": epoch, "batch": batch}
        self.state: Dict[str, Any] = {"format": FORMAT, "position": position}

    def finish(self) -> None:
        """Waits for the copies from GPUs; nothing may be added any more."""
        self.host.finish()
        self._text = json.dumps(self.state, sort_keys=True, allow_nan=False, indent=1).encode()

    def write(self, folder: Path, sync: bool) -> None:
        """Writes new files into an existing folder; with ``sync`` they are on the disk then."""
        for name, blobs in self.files.items():
            if blobs or name in _ALWAYS:
                write_safetensors(folder / name, blobs, sync)
        with open(folder / STATE, "xb") as file:
            file.write(self._text)
            if sync:
                file.flush()
                os.fsync(file.fileno())


class _Held:
    """A checkpoint as it was read: its tensors stay mapped for as long as this is held."""

    def __init__(self, folder: Path, epoch: int, batch: int):
        self.epoch, self.batch = epoch, batch
        self.is_restored_again = False
        """Whether the script has done what stands before its batches since the first restore."""
        self.files: Dict[str, Mapping[str, Blob]] = {}
        for name in (*_ALWAYS, FROZEN):
            there = name in _ALWAYS or (folder / name).exists()
            self.files[name] = read_safetensors(folder / name) if there else {}
        try:
            self.state: Dict[str, Any] = json.loads((folder / STATE).read_bytes())
        except (OSError, ValueError) as e:
            message = "The checkpoint's %s cannot be read: %s." % (STATE, e)
            raise BatonError(message, "Go on from the checkpoint before it.") from None
        known = self.state.get("format") in (1, FORMAT)
        if not known or self.state.get("position") != {"epoch": epoch, "batch": batch}:
            raise BatonError("The checkpoint was not written by this baton.py.", NEW_JOB)
        if self.state["format"] == 1:
            self.state["sums"] = {"loss": self.state.pop("losses")}
        told = self.state.get("state", {})
        self.loops = {name: told.pop(name) for name in LOOPS if name in told}
        """The packed states of frameworks' loops, by name."""

    @property
    def is_within_epoch(self) -> bool:
        """Whether its epoch is under way: then the script does what stands before the epoch's
        first batch again, though that has been done."""
        return self.batch > 0

    def of(self, section: str) -> Any:
        """A section's JSON; empty where the checkpoint is of a version that had none."""
        return self.state.get(section, {})
