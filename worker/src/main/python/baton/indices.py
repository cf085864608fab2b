"""The order of an epoch: what its sampler gave, as it stands in a checkpoint."""

from __future__ import annotations

import hashlib
import itertools
import json
import sys
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Tuple

from .checkpoint import EXTRA, _Draft, _Held
from .errors import BatonError
from .pack import _pack
from .unpack import _unpack
from .tensors import Blob, _HostMemory, _is_torch
from .values import _numbers_of, _of_numbers

_MOST_ORDER = 4 << 20
"""Bytes of an order that stand in a checkpoint; of a longer one its hash does, and it is drawn
again."""


class _Form(NamedTuple):
    """How a sampler gives integers: batches of them in a ``list``, a ``tuple``, an ``array`` or a
    ``tensor``, or one by one (``one``); and of which type they are."""

    batch: str
    number: str


class _Order:
    """What is left of an epoch's order, from some batch of the whole epoch on."""

    def __init__(self, batches: List[Any], begins_at: int = 0):
        self.batches, self.begins_at = batches, begins_at
        self._form, numbers, sizes = _taken_apart(batches)
        self._sizes = sizes
        self._ends = [0, *itertools.accumulate(sizes)]
        self._numbers = numbers

    @property
    def count(self) -> int:
        """The batches of the whole epoch."""
        return self.begins_at + len(self.batches)

    def from_batch(self, batch: int) -> List[Any]:
        return self.batches[max(0, batch - self.begins_at) :]

    def capture(self, draft: _Draft) -> Dict[str, Any]:
        """What is left of it after the batches that are done."""
        at = draft.batch - self.begins_at
        told: Dict[str, Any] = {"count": self.count}
        if self._form is None:
            return {**told, **self._packed(self.batches[at:], draft)}
        numbers = _of_numbers(self._numbers[self._ends[at] :])
        sizes = _of_numbers(self._sizes[at:])
        if len(numbers.data) + len(sizes.data) > _MOST_ORDER:
            return {**told, "hash": _hash_of(numbers.data, sizes.data, repr(self._form).encode())}
        draft.files[EXTRA].update({"data.order": numbers, "data.order.sizes": sizes})
        return {**told, "form": list(self._form)}

    def _packed(self, batches: List[Any], draft: _Draft) -> Dict[str, Any]:
        blobs: Dict[str, Blob] = {}
        try:
            packed = _pack(batches, "data.order", blobs, _HostMemory())
            text = json.dumps(packed)
        except (BatonError, ValueError, TypeError):
            return {"hash": _hash_of(repr(batches).encode())}
        size = len(text) + sum(len(blob.data) for blob in blobs.values())
        if size > _MOST_ORDER or len(blobs) > 1000:
            return {"hash": _hash_of(text.encode(), *(bytes(b.data) for b in blobs.values()))}
        draft.files[EXTRA].update(blobs)
        return {"packed": packed}


def _order_of(held: _Held, told: Mapping[str, Any], drawn: Optional[List[Any]]) -> _Order:
    """The order that a checkpoint has, or that was ``drawn`` again where it has but its hash."""
    begins_at = held.batch
    if "hash" not in told:
        return _Order(_held_batches(held, told), begins_at)
    order = _Order([] if drawn is None else drawn[begins_at:], begins_at)
    again = _Draft(_HostMemory(), held.epoch, held.batch)
    if order.capture(again) != told:
        message = "The order of epoch %d cannot be drawn again: its sampler gives another one."
        remedy = "Give what it draws from as generators= or state=, or make the epochs shorter."
        raise BatonError(message % held.epoch, remedy)
    return order


def _held_batches(held: _Held, told: Mapping[str, Any]) -> List[Any]:
    blobs = held.files[EXTRA]
    if "packed" in told:
        return list(_unpack(told["packed"], blobs))
    form = _Form(*told["form"])
    numbers = _numbers_of(blobs["data.order"])
    sizes = _numbers_of(blobs["data.order.sizes"])
    return _put_together(form, numbers, sizes)


def _taken_apart(batches: List[Any]) -> Tuple[Optional[_Form], List[int], List[int]]:
    """The form of an order, its integers one after the other, and the size of each batch; no form:
    it is made of something else."""
    kinds = {_kind_of_batch(batch) for batch in batches}
    kind = kinds.pop() if len(kinds) == 1 else ""
    if kind in ("list", "tuple"):
        flat = list(itertools.chain.from_iterable(batches))
        sizes = [len(batch) for batch in batches]
    elif kind.startswith(("array", "tensor")):
        flat = [number for batch in batches for number in batch.tolist()]
        return _Form(*kind.split(" ")), flat, [len(batch) for batch in batches]
    else:
        flat, sizes, kind = batches, [1] * len(batches), "one"
    numbers = {_kind_of_number(number) for number in flat}
    number = numbers.pop() if len(numbers) == 1 else "" if numbers else "int"
    if not number:
        return None, [], [1] * len(batches)
    return _Form(kind, number), flat if number == "int" else [int(n) for n in flat], sizes


def _kind_of_batch(batch: Any) -> str:
    if type(batch) in (list, tuple):
        return type(batch).__name__
    numpy = sys.modules.get("numpy")
    if numpy is not None and type(batch) is numpy.ndarray and batch.ndim == 1:
        return "array " + batch.dtype.name if batch.dtype.kind in "iu" else ""
    if _is_torch(batch) and batch.dim() == 1 and str(batch.dtype) == "torch.int64":
        return "tensor int64" if batch.device.type == "cpu" else ""
    return ""


def _kind_of_number(number: Any) -> str:
    if type(number) is int:
        return "int" if -(1 << 63) <= number < 1 << 63 else ""
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(number, numpy.integer):
        return "numpy." + number.dtype.name
    if _is_torch(number) and number.dim() == 0 and str(number.dtype) == "torch.int64":
        return "torch" if number.device.type == "cpu" else ""
    return ""


def _put_together(form: _Form, numbers: List[int], sizes: List[int]) -> List[Any]:
    """What :func:`_taken_apart` was given."""
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    members: List[Any] = numbers
    if form.number.startswith("numpy.") and numpy is not None:
        members = list(numpy.array(numbers, form.number[len("numpy.") :]))
    elif form.number == "torch" and torch is not None:
        members = [torch.tensor(number) for number in numbers]
    if form.batch == "one":
        return members
    ends = [0, *itertools.accumulate(sizes)]
    parts = [members[a:b] for a, b in zip(ends, ends[1:])]
    if form.batch == "array" and numpy is not None:
        return [numpy.array(part, form.number) for part in parts]
    if form.batch == "tensor" and torch is not None:
        return [torch.tensor(part) for part in parts]
    return [tuple(part) for part in parts] if form.batch == "tuple" else parts


def _hash_of(*parts: Any) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(b"%d " % len(part))
        digest.update(part)
    return digest.hexdigest()
