"""What an object holds that can change: copied, compared, saved and put back in its place."""

from __future__ import annotations

import array
import collections
import copy
import operator
import os
import sys
import time
import types
from typing import Any, Dict, List, Mapping, NamedTuple, Optional

from .checkpoint import EXTRA, _Draft
from .errors import BatonError
from .generators import (
    _generator_state,
    _is_global_generator,
    _is_known_generator,
    _made_generator,
    _set_generator_state,
)
from .pack import _pack
from .unpack import _unpack
from .reach import _is_array, _is_plain
from .tensors import Blob, _is_torch, _is_uninitialized

RANDOMNESS, NUMBERS, EVERYTHING = 0, 1, 2
"""What of an object is kept: its generators alone; numbers, texts and orders, too; or all that can
be saved, as of a sampler."""

_MOST_PLAIN = 1000
_LONGEST_LIST = 1 << 20
_LARGEST_ARRAY = {NUMBERS: 1 << 16, EVERYTHING: 1 << 26}
_LARGEST_ORDER = 1 << 22
"""Bytes of an array that are kept. One of integers is taken for an order, which may be long."""

_CONTAINERS = (list, tuple, dict, set, frozenset, collections.deque)
_DAYS = 10 * 86400.0


class _Copy(NamedTuple):
    """A value as it was: a ``generator``, a ``plain`` value, a long ``list``, or an ``array``."""

    kind: str
    content: Any


def _copied(value: Any, keep: int) -> Optional[_Copy]:
    """A copy that nobody else changes; none: it is nothing that is kept."""
    if _is_known_generator(value):
        return None if _is_global_generator(value) else _Copy("generator", _generator_state(value))
    if keep == RANDOMNESS:
        return None
    if _is_array(value):
        return _copied_array(value, keep)
    if _is_plain_within(value, _MOST_PLAIN) >= 0:
        return None if _is_of_this_process(value) else _Copy("plain", copy.deepcopy(value))
    if type(value) is list and len(value) <= _LONGEST_LIST:
        return _Copy("list", tuple(value))
    return None


def _copied_array(value: Any, keep: int) -> Optional[_Copy]:
    if _is_uninitialized(value):
        return None
    if getattr(value, "ndim", 0) == 0 and not _is_torch(value):
        return _Copy("plain", value)
    dtype = str(value.dtype)
    is_order = value.ndim == 1 and "int" in dtype
    most = max(_LARGEST_ARRAY[keep], _LARGEST_ORDER if is_order else 0)
    size = value.numel() * value.element_size() if _is_torch(value) else value.nbytes
    if size > most or dtype == "object":
        return None
    try:
        return _Copy("array", value.detach().clone() if _is_torch(value) else value.copy())
    except (RuntimeError, NotImplementedError, TypeError):
        return None  # It has no bytes of its own.


def _is_plain_within(value: Any, most: int, deep: int = 0) -> int:
    """How many more members there may be after those of a value of plain ones; -1: it is another."""
    if _is_plain(value) or (_is_array(value) and getattr(value, "ndim", 1) == 0):
        return most - 1
    if type(value) not in _CONTAINERS and not issubclass(type(value), (dict, list, tuple)):
        return -1
    if len(value) > most or deep > 3:
        return -1
    members = [m for item in value.items() for m in item] if isinstance(value, dict) else value
    for member in members:
        most = _is_plain_within(member, most, deep + 1)
        if most < 0:
            return -1
    return most


def _is_of_this_process(value: Any) -> bool:
    """Whether a number is the process's, or what the clock shows: no training depends on it."""
    if type(value) is float:
        return abs(value - time.time()) < _DAYS
    return type(value) is int and value == os.getpid()


def _are_same(a: Optional[_Copy], b: Optional[_Copy]) -> bool:
    if a is None or b is None or a.kind != b.kind:
        return a is b
    if a.kind == "generator":
        return bool(a.content == b.content)
    if a.kind == "list":
        if len(a.content) != len(b.content):
            return False
        if all(map(operator.is_, a.content, b.content)):
            return True
        return all(_is_same_member(x, y) for x, y in zip(a.content, b.content))
    if type(a.content) is not type(b.content):
        return False
    if a.kind == "plain":
        return repr(a.content) == repr(b.content)
    if a.content.dtype != b.content.dtype or a.content.shape != b.content.shape:
        return False
    if not _is_torch(a.content):
        return bool(a.content.tobytes() == b.content.tobytes())
    if a.content.device != b.content.device:
        return False
    unlike = a.content != b.content
    return not bool((unlike & ~((a.content != a.content) & (b.content != b.content))).any())


def _is_same_member(a: Any, b: Any) -> bool:
    return a is b or (type(a) is int and type(b) is int and a == b)


def _packed(value: _Copy, first: Optional[_Copy], path: str, draft: _Draft) -> Any:
    """As JSON and tensors; none: a list of things that are no numbers and were not there at first."""
    blobs = draft.files[EXTRA]
    if value.kind == "generator":
        return {"generator": value.content}
    if value.kind != "list":
        return {"value": _pack(value.content, path, blobs, draft.host)}
    if all(type(member) is int for member in value.content):
        numbers = list(value.content)
        told = "numbers"
    else:
        numbers = _places(value, first)
        told = "permuted"
    if not numbers:
        return None
    blobs[path] = _of_numbers(numbers)
    return {told: path}


def _places(value: _Copy, first: Optional[_Copy]) -> List[int]:
    """Where the members of a list stood at first; empty: it is no other order of them."""
    if first is None or first.kind != "list" or len(first.content) != len(value.content):
        return []
    stood: Dict[int, List[int]] = {}
    for place, member in enumerate(first.content):
        stood.setdefault(id(member), []).append(place)
    for places in stood.values():
        places.reverse()
    try:
        return [stood[id(member)].pop() for member in value.content]
    except (KeyError, IndexError):
        return []


def _of_numbers(numbers: List[int]) -> Blob:
    """Integers in the fewest bytes each that hold them all."""
    least, most = min(numbers, default=0), max(numbers, default=0)
    narrow = next((c, d) for c, d, top in _WIDTH_OF_NUMBERS if least >= 0 and most < top or not top)
    data = array.array(narrow[0], numbers)
    return Blob(narrow[1], (len(data),), data.tobytes())


_WIDTH_OF_NUMBERS = (
    ("B", "U8", 1 << 8),
    ("H", "U16", 1 << 16),
    ("I", "U32", 1 << 32),
    ("q", "I64", 0),
)


def _numbers_of(blob: Blob) -> List[int]:
    """What :func:`_of_numbers` was given."""
    code = next(code for code, dtype, _ in _WIDTH_OF_NUMBERS if dtype == blob.dtype)
    numbers = array.array(code)
    numbers.frombytes(bytes(blob.data))
    return numbers.tolist()


def _unpacked(told: Any, first: Optional[_Copy], blobs: Mapping[str, Blob]) -> _Copy:
    """What :func:`_packed` was given."""
    if "generator" in told:
        return _Copy("generator", told["generator"])
    if "value" in told:
        value = _unpack(told["value"], blobs)
        is_array = _is_array(value) and (_is_torch(value) or value.ndim > 0)
        return _Copy("array" if is_array else "plain", value)
    if "numbers" in told:
        return _Copy("list", tuple(_numbers_of(blobs[told["numbers"]])))
    places = _numbers_of(blobs[told["permuted"]])
    if first is None or first.kind != "list" or len(first.content) != len(places):
        raise BatonError("The list has other members now.", "Use the data that began the job.")
    return _Copy("list", tuple(first.content[place] for place in places))


def _put_back(owner: Any, key: Any, now: Any, value: _Copy) -> bool:
    """Puts a value back, into the object that is there if it can take it; whether it could."""
    content = value.content
    if value.kind == "generator":
        if not _is_known_generator(now):
            return now is None and _assign(owner, key, _made_generator(content))
        _set_generator_state(now, content)
        return True
    if value.kind == "array" and type(now) is type(content) and now.shape == content.shape:
        if now.dtype == content.dtype:
            if _is_torch(now):
                with sys.modules["torch"].no_grad():
                    now.copy_(content)
            else:
                now[...] = content
            return True
    if value.kind == "plain" and _is_array(now) and _is_torch(now) and _is_torch(content):
        with sys.modules["torch"].no_grad():
            now.copy_(content)
        return True
    if type(now) is list and value.kind in ("list", "plain") and isinstance(content, (list, tuple)):
        now[:] = content
        return True
    if isinstance(now, (dict, set)) and type(now) is type(content):
        now.clear()
        now.update(content)
        return True
    if value.kind == "list":
        content = list(content)
    return _assign(owner, key, copy.deepcopy(content) if value.kind == "plain" else content)


def _assign(owner: Any, key: Any, value: Any) -> bool:
    try:
        if type(owner) is types.CellType:
            owner.cell_contents = value
        elif isinstance(owner, (dict, list, collections.deque)):
            owner[key] = value
        elif isinstance(owner, type):
            setattr(owner, key, value)
        else:
            object.__setattr__(owner, key, value)
    except (AttributeError, TypeError, KeyError, IndexError):
        return False
    return True
