"""Loaders: an epoch's batches from any of them on."""

from __future__ import annotations

import collections
import copy
import hashlib
import itertools
import sys
from typing import Any, Deque, Iterator, List, Mapping, Optional

from .errors import BatonError
from .examples import _PerExample
from .fingerprint import _sampled
from .generators import _Stream, _generator_state

_MOST_DRAWN = 1 << 26
"""A sampler that gives more indices than this in an epoch is taken for endless."""


def _torch_loader(loader: Any) -> Any:
    """The module ``torch.utils.data`` if this is a ``DataLoader`` of it."""
    data = sys.modules.get("torch.utils.data")
    return data if data is not None and isinstance(loader, data.DataLoader) else None


def _is_function(loader: Any) -> bool:
    parts = ("__iter__", "__getitem__", "__next__")
    return callable(loader) and not any(hasattr(loader, name) for name in parts)


def _is_sequence(loader: Any) -> bool:
    both = hasattr(loader, "__getitem__") and hasattr(loader, "__len__")
    return both and not isinstance(loader, Mapping) and not _torch_loader(loader)


def _has_an_order(loader: Any) -> bool:
    """Whether it is a map-style ``DataLoader`` that goes by its sampler, and by nothing else."""
    data = _torch_loader(loader)
    if data is None or isinstance(loader.dataset, data.IterableDataset):
        return False
    kind, theirs = type(loader), data.DataLoader
    return all(getattr(kind, n) is getattr(theirs, n) for n in ("__iter__", "_index_sampler"))


def _sampler_of(loader: Any) -> Any:
    return loader.sampler if loader.batch_sampler is None else loader.batch_sampler


def _all_drawn(loader: Any) -> Optional[List[Any]]:
    """The order of a whole epoch; none where its end is not known, or too far."""
    sampler = _sampler_of(loader)
    try:
        promised = len(sampler)
    except (TypeError, NotImplementedError):
        return None
    most = promised + 1000 + promised // 10
    if most * (getattr(loader, "batch_size", None) or 1) > _MOST_DRAWN:
        return None
    drawn = list(itertools.islice(iter(sampler), most + 1))
    return drawn if len(drawn) <= most else None


def _loading(loader: Any, order: Any, seed: int) -> Iterator[Any]:
    """The batches of this order, loaded as ``loader`` does; by new processes if it has some."""
    rest = copy.copy(loader)
    vars(rest)["sampler" if loader.batch_sampler is None else "batch_sampler"] = order
    vars(rest).update(persistent_workers=False, _iterator=None)
    if loader.num_workers > 0:
        vars(rest)["worker_init_fn"] = _PerExample(seed, loader.worker_init_fn)
    return iter(rest)


class _DrawnLazily:
    """The order of a sampler whose end is not known, drawn as it is needed.

    It draws from generators of its own, and so ahead of the script too, as loader processes do.
    """

    def __init__(self, loader: Any, stream: _Stream):
        self._stream = stream
        with stream:
            self._drawn = iter(_sampler_of(loader))
        self._waiting: Deque[Any] = collections.deque()
        self._digest = hashlib.sha256()
        self.told = self._digest.hexdigest()

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        with self._stream:
            index = next(self._drawn)
        self._waiting.append(index)
        return index

    def skip(self, count: int) -> None:
        for _ in range(count):
            next(self, None)
            self.given()

    def given(self) -> None:
        """The batch of the oldest index that was drawn is given to the script."""
        if self._waiting:
            self._digest.update(repr(self._waiting.popleft()).encode())
            self.told = self._digest.hexdigest()

    def batches(self, loaded: Iterator[Any]) -> Iterator[Any]:
        for batch in loaded:
            self.given()
            yield batch


class _DrawnAgain:
    """The batches of any other loader: to enter it within an epoch, all before are drawn again.

    It draws from generators of its own: what the script draws from the global ones between two
    batches changes nothing of what comes, today as in an hour. What both draw from nevertheless,
    such as a generator that was given, is noticed: then the batches that are skipped may be others.
    """

    def __init__(self, loader: Any, stream: _Stream, watched: List[Any]):
        self._stream, self._watched = stream, watched
        with stream:
            self._batches = iter(loader)
        self.last = ""
        self.is_shared = False
        self.settle()

    def settle(self) -> None:
        """What the generators are now is how the loader left them."""
        self._left = [_generator_state(one) for one in self._watched]

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        if not self.is_shared:
            self.is_shared = self._left != [_generator_state(one) for one in self._watched]
        with self._stream:
            batch = next(self._batches)
        self.last = _sampled(batch)
        self.settle()
        return batch

    def skip(self, count: int) -> None:
        batch = None
        with self._stream:
            for done in range(count):
                try:
                    batch = next(self._batches)
                except StopIteration:
                    message = "An epoch has %d batches now, and training stopped after %d of one."
                    remedy = "Use the data that began the job."
                    raise BatonError(message % (done, count), remedy) from None
        self.last = _sampled(batch)
        self.settle()
