"""Loaders that a script draws from by itself, beside those of ``run.batches``."""

from __future__ import annotations

import functools
import sys
import threading
from typing import Any, Iterator

from .errors import BatonError

_NO_MORE = object()


class _Beside:
    """Refuses an iterator of a ``DataLoader`` that the script goes on with from batch to batch.

    Its place is nowhere in a checkpoint. One that is run through within a batch, as an evaluation
    does, or at an epoch's end, needs none; nor does one of a thread that loads ahead.
    """

    def __init__(self) -> None:
        self._now = self._deep = 0

    def watch(self) -> None:
        """From here on each draw from an iterator is seen, whoever made it."""
        module: Any = sys.modules.get("torch.utils.data.dataloader")
        theirs = getattr(getattr(module, "_BaseDataLoaderIter", None), "__next__", None)
        if theirs is None or hasattr(theirs, "__wrapped__"):
            return
        thread = threading.get_ident()

        @functools.wraps(theirs)
        def draw(iterator: Any) -> Any:
            if not self._deep and threading.get_ident() == thread:
                self._require_new(iterator)
            return theirs(iterator)

        module._BaseDataLoaderIter.__next__ = draw

    def _require_new(self, iterator: Any) -> None:
        held = vars(iterator)
        is_begun = held.get("_num_yielded", 0) > 0
        if is_begun and held.get("_baton_batch", self._now) != self._now:
            message = (
                "The script goes on from batch to batch with an iterator of a DataLoader of its "
            )
            message += "own, beside run.batches: its place cannot be saved."
            remedy = "Give run.batches both, as run.batches(zip(loader, other)) in each epoch."
            raise BatonError(message, remedy)
        held["_baton_batch"] = self._now

    def batch_done(self) -> None:
        self._now += 1

    def __enter__(self) -> None:
        self._deep += 1

    def __exit__(self, *of: Any) -> None:
        self._deep -= 1

    def drawn(self, items: Iterator[Any]) -> Iterator[Any]:
        """The same items; what they are drawn from is no affair of the script's."""
        while True:
            with self:
                item = next(items, _NO_MORE)
            if item is _NO_MORE:
                return
            yield item


_BESIDE = _Beside()
