"""Stops a script that trains without being able to resume, before hours are spent."""

from __future__ import annotations

import os
import sys

from .errors import BatonError
from .link import _connected, _is_connected
from .opened import _EARLY

_LINES = """Add, before the loop: run = baton.resume(model, optimizer). Loop over
    "for epoch in run.epochs()" and "for batch in run.batches(loader)", and call run.step(loss=loss)
    after optimizer.step()."""

_LINES_OF = {
    "lightning": "Give the trainer callbacks=[baton.lightning_callback()].",
    "transformers": "Give the trainer callbacks=[callback], callback = baton.hugging_face_callback().",
}


def _refuse_unresumed() -> None:
    """Called before an optimizer's step, as long as the script has not called ``baton.resume``."""
    main = sys.modules.get("__main__")
    imports = any(value is sys.modules.get("baton") for value in vars(main).values())
    if "BATON_SOCKET" in os.environ or _is_connected() or imports:
        _connected()
        message = "The script takes its first optimizer step and has not called baton.resume."
        raise BatonError(message + " Nothing of its training could be saved.", _lines_to_add())


def _lines_to_add() -> str:
    """For the framework whose loop is under way, or for the script's own loop."""
    frame = sys._getframe()
    while frame is not None:
        package = str(frame.f_globals.get("__name__")).partition(".")[0]
        package = {"pytorch_lightning": "lightning"}.get(package, package)
        if package in _LINES_OF:
            return _LINES_OF[package]
        frame = frame.f_back  # type: ignore[assignment]
    return " ".join(_LINES.split())


_EARLY.stop_with(_refuse_unresumed)
if "BATON_SOCKET" in os.environ:
    # Python processes that the script starts are its helpers, and may train what they like.
    os.environ["BATON_SCRIPT"] = str(os.getpid())
