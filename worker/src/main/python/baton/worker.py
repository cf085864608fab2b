"""A run under a worker: the child's end of docs/reference/program-protocol.md."""

from __future__ import annotations

import functools
import json
import math
import os
import platform
import queue
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import Any, Callable, Dict, Optional, TYPE_CHECKING

from .alone import Start
from .errors import BatonError, CUT, _explain, _first_line
from .profile import _profile

if TYPE_CHECKING:
    from .job import Job
    from .run import Run


PROTOCOL = 2
_PID = os.getpid()


class _Worker:
    """A Baton worker at the other end of a socket; it decides, this obeys."""

    obeys = True

    def __init__(self, address: str):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.connect(address)
        self._sending = threading.Lock()
        self._inbox: "queue.Queue[Dict[str, Any]]" = queue.Queue()
        threading.Thread(target=self._listen, name="baton", daemon=True).start()
        if threading.current_thread() is threading.main_thread():
            # The worker hears of the end too, and still wants a last save from here.
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, self._leave_it_to_the_worker)
        sys.excepthook = self._on_exception
        self._send("hello", version=PROTOCOL, language="Python " + platform.python_version())
        start = self._receive("start")
        if start["version"] != PROTOCOL:
            raise BatonError("The worker speaks another version of the program protocol.")
        spec, at = start["spec"], start["position"]
        self.parameters = spec["parameters"]
        self.epochs, self.seed, self.device = spec["epochs"], spec["seed"], start["device"]
        data = start.get("data")
        self.data = Path(data) if data else None
        files = start.get("files")
        self._start = Start(at["epoch"], at["batch"], Path(files) if files else None)
        self._said_ready = False
        # A process of the script's that imports it again, as loaders may, trains the same job.
        told = {"epochs": self.epochs, "seed": self.seed, **self.parameters}
        os.environ["BATON_JOB"] = json.dumps(told)

    def expect(self, job: "Job") -> None:
        """What made the run is compared by the worker, by the profile in ``ready``."""

    def over(self, run: "Run") -> None:
        """The worker knows."""

    @staticmethod
    def _leave_it_to_the_worker(number: int, frame: Any) -> None:
        if os.getpid() != _PID:  # a process that the script forked
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)

    def _on_exception(self, kind: Any, error: Any, trace: Any) -> None:
        if os.getpid() == _PID:
            message, remedy, whose = _explain(error, trace)
            try:
                self._send("error", kind=whose, sentence=message[:1000], remedy=remedy[:500])
                if isinstance(error, BatonError):
                    return  # The worker shows the sentence.
            except OSError:
                pass
        sys.__excepthook__(kind, error, trace)

    def _listen(self) -> None:
        try:
            with self._socket.makefile("r", encoding="utf-8") as lines:
                for line in lines:
                    self._inbox.put(json.loads(line))
        except (OSError, ValueError):
            pass
        # Without its worker nobody saves this, and a GPU held for nothing helps nobody.
        try:
            os.write(2, (CUT + "\n").encode())
        except OSError:
            pass  # A worker that was killed reads no output either.
        if os.getpgrp() == _PID or "BATON_RUN" in os.environ:
            os.killpg(0, signal.SIGKILL)
        os._exit(1)

    def _send(self, message: str, **fields: Any) -> None:
        line = json.dumps({"type": message, **fields}, allow_nan=False) + "\n"
        with self._sending:
            self._socket.sendall(line.encode())

    def _receive(self, *expected: str) -> Dict[str, Any]:
        message = self._inbox.get()
        if message["type"] == "stop":
            raise SystemExit(0)
        if message["type"] not in expected:
            raise BatonError("The worker said %s out of turn." % message["type"])
        return message

    def start(self) -> Start:
        return self._start

    def ready(self, run: "Run", batches: int) -> None:
        if not self._said_ready:
            self._said_ready = True
            architecture = run._models.architecture()
            profile = _profile(run)
            self._send("ready", batches=batches, architecture=architecture, profile=profile)
            self.orders(run, False)

    def evaluated(self, metrics: Dict[str, float]) -> None:
        """Tells them; JSON has no NaN and no infinity, so such a metric crosses as null."""
        finite = {k: v if math.isfinite(v) else None for k, v in metrics.items()}
        self._send("evaluated", metrics=finite)

    def batch_done(self, run: "Run", loss: Optional[float], final: Optional[str]) -> None:
        if final is not None:
            self._send("final", reason=final[:500])
        position = {"epoch": run.epoch, "batch": run.batch}
        self._send("batch", position=position, **({} if loss is None else {"loss": loss}))

    def orders(self, run: "Run", ended: bool) -> bool:
        """Saves as often as it is told to; returns when told to go on."""
        while True:
            message = self._receive("save") if ended else self._receive("save", "go")
            if message["type"] == "go":
                return True
            number, folder = message["id"], Path(message["folder"])
            write = run._copy()
            position = {"epoch": run.epoch, "batch": run.batch}
            self._send("snapshotted", id=number, position=position)
            run._writing.begin(functools.partial(self._write, number, folder, write))

    def _write(self, number: int, folder: Path, write: Callable[[Path, bool], None]) -> None:
        try:
            write(folder, False)
            self._send("saved", id=number)
        except Exception as e:
            self._send("saved", id=number, error=_first_line(e)[:500])
