"""A run by hand: saves into a folder, and goes on from there."""

from __future__ import annotations

import atexit
import json
import math
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any, Callable, Dict, NamedTuple, Optional, TYPE_CHECKING, Tuple

from .errors import BatonError, _first_line, _say, _speak_in_sentences
from .folder import (
    _Folder,
    _Made,
    _departures,
    _plain,
    _reason,
    _require_same,
    _script_hashes,
    _seal,
)
from .interrupts import _Interrupts
from .opened import _HOME
from .profile import _arguments, _profile

if TYPE_CHECKING:
    from .job import Job
    from .run import Run


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
        _speak_in_sentences()
        told = _told_job()
        self.epochs: Optional[int] = told.pop("epochs", None)
        self.seed: Optional[int] = told.pop("seed", None)
        self.parameters: Dict[str, Any] = told
        self.folder = Path(_HOME, os.environ.get("BATON_FOLDER", "baton-checkpoints"))
        data = os.environ.get("BATON_DATA")
        self.data = Path(_HOME, data) if data else None
        self.every = _seconds("BATON_SAVE_SECONDS", "60")
        self.keep = 2
        self._held = _Folder(self.folder)
        self._record: Dict[str, Any] = {}
        self._interrupts = _Interrupts()
        self._saved_at = time.monotonic()
        self._metrics: Dict[str, float] = {}
        self._begun = self._ended = False
        self._not_written = ""

    # The start

    def expect(self, job: "Job") -> None:
        """Before anything is restored: takes the folder, if it is this run's."""
        self._held.lock()
        self._record = self._held.record()
        _require_same(self._held, self._record, self._made(job, {}, {}))

    def start(self) -> Start:
        newest = self._held.newest()
        return Start(0, 0, None) if newest is None else Start(*newest)

    def _made(self, job: "Job", files: Dict[str, str], profile: Dict[str, str]) -> _Made:
        arguments, parameters = _arguments(job.ignored), _plain(job.parameters)
        script = _script_hashes()
        return _Made(job.epochs, job.seed, parameters, arguments, *script, files, profile)

    def ready(self, run: "Run", batches: int) -> None:
        """Before the first batch: what made the run is known whole, and is written down."""
        if self._begun:
            return
        self._begun = True
        profile = _profile(run)
        made = self._made(run.job, run._opened.hashes(), profile)
        accepted = _require_same(self._held, self._record, made)
        departures = _departures(self._record.get("profile", profile), profile)
        changes = list(self._record.get("changes", []))
        if accepted:
            _say("goes on knowingly, though %s" % accepted)
        if departures:
            _say("equivalent, not identical, from here on: %s" % "; ".join(departures))
        changes += ["%s: %s" % (run._where_exactly(), c) for c in [accepted, *departures] if c]
        try:
            self._held.write_record(made, changes)
        except OSError as e:
            raise BatonError(*self._cannot_write(_reason(e))) from None
        self._tell_start(run, profile)
        self._interrupts.watch()
        atexit.register(self._tell_left, run, os.getpid())

    def _tell_start(self, run: "Run", profile: Dict[str, str]) -> None:
        if not run.job.knows_epochs:
            _say("trains 1 epoch, because baton.job(epochs=...) says no other")
        begins = "goes on" if run.epoch or run.batch else "training begins"
        _say("%s at %s; saves go to %s" % (begins, run._where(), self._held))
        if (run.epoch or run.batch) and profile["hash_seed"] == "random":
            _say(
                "if the order of a set matters here, start with PYTHONHASHSEED=0: it is drawn anew"
            )
        if "unsure" in profile:
            _say("not known to be exact here: %s" % profile["unsure"])

    def over(self, run: "Run") -> None:
        """The run was complete before it began."""
        self._tell_end(run)
        self._held.release()

    def _tell_left(self, run: "Run", pid: int) -> None:
        """At the process's end: whether the script left its loop as if the training were done."""
        if self._ended or os.getpid() != pid or getattr(sys, "last_value", None) is not None:
            return
        newest = max(self._held.saves(), default=None)
        whole = "nothing is saved" if newest is None else "the last save is %s" % newest[2].name
        message = "the script ended at %s, and the job has %d epochs; %s."
        message += " To end a training early, call run.finish(reason) instead of break"
        _say(message % (run._where(), run.job.epochs, whole))

    def _tell_end(self, run: "Run") -> None:
        self._ended = True
        anew = "to start anew, delete %s" % self._held
        if run._final is not None:
            _say("complete at epoch %d (%s); %s" % (_epochs_begun(run), run._final, anew))
        else:
            _say("complete at epoch %d; to train on, raise epochs; %s" % (run.epoch, anew))

    # What is measured

    def evaluated(self, metrics: Dict[str, float]) -> None:
        self._metrics.update(metrics)

    def batch_done(self, run: "Run", loss: Optional[float], final: Optional[str]) -> None:
        """Shows what was measured, all of an epoch in one line."""
        if self._metrics:
            where = "epoch %d" % _epochs_begun(run)
            if run.batch:
                where += ", batch %d" % run.batch
            names = sorted(self._metrics, key=lambda name: name != "loss")
            shown = ", ".join("%s %s" % (n, _number(self._metrics[n])) for n in names)
            self._metrics = {}
            _say("%s: %s" % (where, shown))

    # Saves

    def orders(self, run: "Run", ended: bool) -> bool:
        due = time.monotonic() - self._saved_at >= self.every
        told = self._interrupts.told
        if due or ended or told:
            name, write = run._where_exactly(), run._copy()
            run._writing.begin(lambda: self._write_whole(name, write))
            self._saved_at = time.monotonic()
        if told or ended:
            run._writing.finish()
            self._interrupts.release()
            if self._not_written:
                raise BatonError(*self._cannot_write(self._not_written))
        if ended:
            self._tell_end(run)
            self._held.release()
        if told:
            self._ended = True
            _say("saved at %s; stops as told" % run._where())
            raise SystemExit(128 + told)
        return not ended

    def _write_whole(self, name: str, write: Callable[[Path, bool], None]) -> None:
        """Writes a folder that is seen whole or not at all, and deletes the oldest ones.

        A save that cannot be written ends no training: the next one may be.
        """
        half = self.folder / ("." + name)
        shutil.rmtree(half, ignore_errors=True)
        try:
            half.mkdir(parents=True)
            write(half, True)
            _seal(half)
            shutil.rmtree(self.folder / name, ignore_errors=True)
            half.rename(self.folder / name)
        except OSError as e:
            shutil.rmtree(half, ignore_errors=True)
            if not self._not_written:
                _say(
                    "%s The training goes on, and tries again." % self._cannot_write(_reason(e))[0]
                )
            self._not_written = _reason(e)
            return
        self._not_written = ""
        for _, _, old in sorted(self._held.saves())[: -self.keep]:
            shutil.rmtree(old, ignore_errors=True)

    def _cannot_write(self, reason: str) -> Tuple[str, str, str]:
        newest = max(self._held.saves(), default=None)
        whole = "nothing is saved yet" if newest is None else "%s is whole" % newest[2].name
        message = "Nothing can be written to %s: %s; %s." % (self._held, reason, whole)
        return message, "Free space, and start again: it goes on from there.", "machine"


def _told_job() -> Dict[str, Any]:
    """The epochs, seed and parameters of ``BATON_JOB``."""
    text = os.environ.get("BATON_JOB", "{}")
    remedy = """Write it as: BATON_JOB='{"epochs": 2, "lr": 0.01}'."""
    try:
        told = json.loads(text)
    except ValueError as e:
        raise BatonError("BATON_JOB is no JSON: %s." % _first_line(e), remedy) from None
    if not isinstance(told, dict):
        raise BatonError("BATON_JOB is no JSON object: %s." % text[:100], remedy)
    for name in ("epochs", "seed"):
        if not isinstance(told.get(name, 0), int):
            raise BatonError("The %s in BATON_JOB is no whole number." % name, remedy)
    return told


def _seconds(name: str, default: str) -> float:
    text = os.environ.get(name, default)
    try:
        return float(text)
    except ValueError:
        raise BatonError(
            "%s is no number of seconds: %s." % (name, text), "Set it to 60."
        ) from None


def _epochs_begun(run: "Run") -> int:
    return run.epoch + (run.batch > 0)


def _number(value: float) -> str:
    return "%.4g" % value if math.isfinite(value) else "-"
