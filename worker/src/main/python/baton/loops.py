"""Loops that are not ours: Baton gives them their batches, and comes between two of them."""

from __future__ import annotations

import math
import sys
from typing import Any, Callable, Dict, Iterator, Optional, Tuple

from .errors import BatonError
from .generators import _derive, _seed_generators
from .opened import _EARLY
from .run import Run
from .tensors import _is_torch


class _Foreign:
    """A loop that is not ours, which trains the batches that it is given.

    1. Before each epoch it calls :meth:`begin_epoch`, after each :meth:`end_epoch`.
    2. The batches of an epoch it takes from :meth:`batches`. Asking for the next says that the one
       before is done with all that belongs to it: so it is told, and may be saved there.
    3. After each batch it calls :meth:`trained`, and says whether its optimizer has moved.
    4. When it ends, it calls :meth:`finish`.
    """

    def __init__(self, run: Run, seed: Callable[[int], None] = _seed_generators):
        self.run, self.seed = run, seed
        _EARLY.close()  # Their loaders may read before the first step is asked for.
        self._is_out = False
        """Whether a batch has been given out that is not told yet."""
        self._epoch_done = self._is_last = False

    @property
    def is_whole(self) -> bool:
        """Whether the batch that was given out last is its epoch's last."""
        return self._is_last

    def begin_epoch(self) -> None:
        """Before an epoch, or what is left of it, and before what the loop does ahead of its batches:
        tells of the last one, and undoes what was done before the first."""
        run = self.run
        run._data.look_around(run)
        if self._epoch_done:
            self._close_epoch()
        run._parts.training_begins()
        run._restore_again(within_epoch=False)
        self.seed(_derive(run.job.seed, run.epoch))
        run._data.open_epoch()
        run._parts.epoch_begins()

    def batches(self, loader: Any, count: int = 0) -> Iterator[Tuple[Any, bool]]:
        """What is left of the epoch's batches, each with whether it is the last.

        ``count`` is how many the loop will take of an epoch, if it knows; its loader may know less.
        """
        run = self.run
        items, count = self._enter(loader, count)
        pairs = run._pairs(items, run.batch, count)
        while not run._over:
            self._tell()
            pair = next(pairs, None)
            if pair is None or run._over:
                return
            run._stepped, run._trained = False, True
            run._gradients.begin_batch()
            if run._trace:
                run._trace.given(run, pair[0])
            self._is_out, self._is_last = True, pair[1]
            yield pair
            if pair[1]:
                return  # It is told when the epoch has ended.

    def _enter(self, loader: Any, count: int) -> Tuple[Iterator[Any], int]:
        run = self.run
        seed = _derive(run.job.seed, run.epoch)
        self.seed(seed)
        items, known = run._data.begin(loader, run.epoch, run.batch, seed)
        run._count, run._stepped_in_epoch = count or known, True
        run._parts.batches_begin()
        run._restore_again(within_epoch=True)
        run._begin(run._count)
        return items, run._count

    def trained(self, loss: Any = None, has_stepped: bool = True) -> None:
        """After a batch; a loss that is not finite is the loop's affair, and told to nobody."""
        value = None if loss is None else float(loss.detach() if _is_torch(loss) else loss)
        if value is not None and not math.isfinite(value):
            value = None
        if has_stepped:
            self.run.step(loss=value)
        elif value is not None:
            self.run._sums.add("loss", value)

    def end_epoch(self, metrics: Dict[str, Any]) -> None:
        """After all batches of an epoch, and the evaluation that belongs to it."""
        if metrics:
            self.run.evaluated(**_numbers(metrics))
        self._epoch_done = True

    def finish(self, reason: str) -> None:
        """The loop has ended: with the job's last epoch, or before it for a ``reason``."""
        run = self.run
        if run._over:
            return
        if self._epoch_done:
            if run.epoch + 1 < run.job.epochs:
                run.finish(reason)
            self._close_epoch()
        elif self._is_out:
            run.finish(reason)
            self._tell()
        else:
            message = "The training loop ended at %s and trained nothing: %s." % (
                run._where(),
                reason,
            )
            raise BatonError(message, "Let it train all of the job's %d epochs." % run.job.epochs)

    def _tell(self) -> None:
        """Reports the batch that was given out, and takes orders."""
        if self._is_out:
            self._is_out = False
            if self.run._trace:
                self.run._trace.done(self.run._loss)
            self.run._go_on()

    def _close_epoch(self) -> None:
        run = self.run
        if self._is_out and run._trace:
            run._trace.done(run._loss)
        self._is_out = self._epoch_done = False
        run._inner_done = run._stepped_in_epoch = True
        run._close_epoch()
        run._inner_done = False


def _from_callers(look: Callable[[Dict[str, Any]], Any]) -> Any:
    """What ``look`` finds in the names of a function that waits for this one, the innermost first."""
    frame: Any = sys._getframe(1)
    while frame is not None:
        found = look(frame.f_locals)
        if found is not None:
            return found
        frame = frame.f_back
    return None


def _numbers(metrics: Dict[str, Any]) -> Dict[str, float]:
    """Those that are one number each; a framework's dict may hold others."""
    found: Dict[str, float] = {}
    for name, value in metrics.items():
        number = _as_number(value)
        if number is not None:
            found[str(name)] = number
    return found


def _as_number(value: Any) -> Optional[float]:
    try:
        return float(value)
    except (TypeError, ValueError, RuntimeError):
        return None
