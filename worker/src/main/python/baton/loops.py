"""Loops that are not ours: what is done is reported when the next step begins."""

from __future__ import annotations

from typing import Any

from .opened import _EARLY
from .run import Run


class _Whole:
    """Steps of a loop that is not ours: what is done is reported when the next begins."""

    def __init__(self, run: Run):
        self.run = run
        _EARLY.close()  # Their loaders may read before the first step is asked for.
        self._pending = False

    def begin(self, batches: int) -> None:
        """Before the first step: puts the generators back, then waits for the first order."""
        run = self.run
        run._restore_again(within_epoch=True)
        run._held = None
        run._begin(batches)

    def done(self, epoch: int, batch: int, loss: Any = None) -> None:
        run = self.run
        if run._trace:
            run._trace.given(run)
        run.step(loss=loss)
        run.epoch, run.batch = epoch, batch
        self._pending = True

    def between(self) -> bool:
        """Reports, takes orders, and says whether to go on."""
        run = self.run
        if not self._pending:
            return not run._over
        self._pending = False
        if run._trace:
            run._trace.done(run._loss)  # only here: some tell the loss after the step
        if run.batch == 0:
            run.epoch -= 1
            run._inner_done = True
            run._close_epoch()
        else:
            run.batch -= 1
            run._go_on()
        return not run._over
