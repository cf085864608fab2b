"""Errors for people: what happened, what it means, and what to do."""

from __future__ import annotations

import errno
import os
import sys
import textwrap
import traceback
from pathlib import Path
from typing import Any, Dict, List, Tuple


CUT = "baton: the connection to the worker is cut"
NEW_JOB = "Start the worker with the script that began the job, or submit a new job."


class BatonError(Exception):
    """What went wrong, in a sentence for people, and what to do about it."""

    def __init__(self, message: str, remedy: str = "Correct the script.", kind: str = "program"):
        super().__init__(message + " " + remedy)
        self.message, self.remedy, self.kind = message, remedy, kind

    def _render_traceback_(self) -> List[str]:
        """What a notebook shows in place of the lines of code that led here."""
        return ["baton: " + str(self)]


def _say(text: str) -> None:
    """A line for people, of 80 columns at most."""
    how: Dict[str, Any] = {"break_long_words": False, "break_on_hyphens": False}
    print(textwrap.fill("baton: " + text, 80, subsequent_indent="    ", **how), file=sys.stderr)


def _speak_in_sentences() -> None:
    """Has Python show a :class:`BatonError` without the lines of code that led to it."""
    before = sys.excepthook
    if getattr(before, "speaks_in_sentences", False):
        return

    def show(kind: Any, error: Any, trace: Any) -> None:
        if isinstance(error, BatonError):
            _say(str(error))
        else:
            before(kind, error, trace)

    setattr(show, "speaks_in_sentences", True)
    sys.excepthook = show


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__).rstrip(".")


def _explain(error: BaseException, trace: Any) -> Tuple[str, str, str]:
    """One sentence, what to do, and whose fault it is: the ``program``'s or the ``machine``'s."""
    if isinstance(error, BatonError):
        return error.message, error.remedy, error.kind
    frames = [f for f in traceback.extract_tb(trace) if "site-packages" not in f.filename]
    frames = [f for f in frames if not _is_ours(f.filename)] or frames
    where = " at %s line %s" % (Path(frames[-1].filename).name, frames[-1].lineno) if frames else ""
    message = "The script failed%s: %s: %s." % (where, type(error).__name__, _first_line(error))
    if isinstance(error, MemoryError) or "out of memory" in str(error).lower():
        return message, "Use a machine with more memory, or a smaller batch.", "machine"
    if isinstance(error, ImportError):
        return message, "Install it for %s." % sys.executable, "machine"
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return message, "Free space on the disk.", "machine"
    return message, "Correct the script or the job's parameters, and submit again.", "program"


def _is_ours(filename: str) -> bool:
    """Whether a file is Baton's: the one file that a worker delivers, or one of the package."""
    home = os.path.dirname(__file__)
    alone = os.path.basename(__file__) == "baton.py"
    return filename == __file__ if alone else os.path.dirname(filename) == home
