"""A run by hand: saves into a folder, and goes on from there."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple, Optional, TYPE_CHECKING, Tuple


if TYPE_CHECKING:
    from .run import Run


_PID = os.getpid()


class Start(NamedTuple):
    """Where training begins: the files of a checkpoint, or nothing for a fresh start."""

    epoch: int
    batch: int
    files: Optional[Path]


class _Alone:
    """No coordinator: saves into a folder now and then, and begins where the last run stopped."""

    device: Optional[str] = None
    obeys = False

    def __init__(self) -> None:
        told = json.loads(os.environ.get("BATON_JOB", "{}"))
        self.epochs: Optional[int] = told.pop("epochs", None)
        self.seed: Optional[int] = told.pop("seed", None)
        self.parameters: Dict[str, Any] = told
        self.folder = Path(os.environ.get("BATON_FOLDER", "baton-checkpoints"))
        data = os.environ.get("BATON_DATA")
        self.data = Path(data) if data else None
        self.every = float(os.environ.get("BATON_SAVE_SECONDS", "60"))
        self.keep = 2
        self._saved_at = time.monotonic()
        self._terminated = self._said_ready = False
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, self._on_sigterm)

    def _on_sigterm(self, number: int, frame: Any) -> None:
        if self._terminated or os.getpid() != _PID:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGTERM)
        self._terminated = True

    def start(self) -> Start:
        newest = max(self._saves(), default=None)
        return Start(0, 0, None) if newest is None else Start(*newest)

    def _saves(self) -> List[Tuple[int, int, Path]]:
        saves = []
        for folder in self.folder.glob("e*-b*"):
            epoch, _, batch = folder.name[1:].partition("-b")
            if epoch.isdigit() and batch.isdigit():
                saves.append((int(epoch), int(batch), folder))
        return saves

    def ready(self, run: "Run", batches: int) -> None:
        if not self._said_ready:
            self._said_ready = True
            message = "baton: training begins at %s; saves go to %s"
            print(message % (run._where(), self.folder), file=sys.stderr)

    def evaluated(self, metrics: Dict[str, float]) -> None:
        shown = ", ".join("%s %.4g" % item for item in sorted(metrics.items()))
        print("baton:", shown, file=sys.stderr)

    def batch_done(self, run: "Run", loss: Optional[float], final: Optional[str]) -> None:
        """Nobody to tell."""

    def orders(self, run: "Run", ended: bool) -> bool:
        due = time.monotonic() - self._saved_at >= self.every
        if due or ended or self._terminated:
            name, write = "e%d-b%d" % (run.epoch, run.batch), run._copy()
            run._writing.begin(lambda: self._write_whole(name, write))
            self._saved_at = time.monotonic()
        if self._terminated or ended:
            run._writing.finish()
        if self._terminated:
            print("baton: saved at", run._where(), "- stopping as told", file=sys.stderr)
            raise SystemExit(128 + signal.SIGTERM)
        return not ended

    def _write_whole(self, name: str, write: Callable[[Path, bool], None]) -> None:
        """Writes a folder that is seen whole or not at all, and deletes the oldest ones."""
        half = self.folder / ("." + name)
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(parents=True)
        write(half, True)
        shutil.rmtree(self.folder / name, ignore_errors=True)
        half.rename(self.folder / name)
        for _, _, old in sorted(self._saves())[: -self.keep]:
            shutil.rmtree(old, ignore_errors=True)
