"""Nested state as JSON and tensors, without pickle."""

from __future__ import annotations

import collections
import math
from typing import Any, Callable, Dict, Mapping

from .errors import BatonError, NEW_JOB
from .tensors import Blob, _HostMemory, _is_numpy, _is_torch, _to_numpy, _to_torch


def _pack(value: Any, path: str, blobs: Dict[str, Blob], host: _HostMemory) -> Any:
    """``value`` as JSON; what is a tensor in it goes to ``blobs`` under its path."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {"$float": repr(value)}
    if _is_torch(value):
        blobs[path] = host.copy(path, value)
        return {"$torch": path}
    if _is_numpy(value):
        blobs[path] = host.copy(path, value)
        return {"$numpy": path}
    if isinstance(value, (list, tuple, set, frozenset, collections.deque)):
        kind = next(k for k, of in _SEQUENCES.items() if isinstance(value, of))
        members = sorted(value) if kind == "$set" else value
        items = [_pack(v, "%s.%d" % (path, i), blobs, host) for i, v in enumerate(members)]
        return items if kind == "$list" else {kind: items}
    if isinstance(value, dict):
        plain = all(isinstance(k, str) and not k.startswith("$") for k in value)
        keys = sorted(value) if plain else sorted(value, key=lambda k: (type(k).__name__, k))
        packed = [(k, _pack(value[k], "%s.%s" % (path, k), blobs, host)) for k in keys]
        if isinstance(value, collections.Counter):
            return {"$counter": packed}
        return dict(packed) if plain else {"$dict": [[_key(k, path), v] for k, v in packed]}
    message = "%s is a %s, which cannot be saved without pickle." % (path, type(value).__name__)
    raise BatonError(message, "Give Baton numbers, strings, tensors, and lists or dicts of them.")


_SEQUENCES: Dict[str, Any] = {
    "$list": list,
    "$tuple": tuple,
    "$deque": collections.deque,
    "$set": (set, frozenset),
}


def _key(key: Any, path: str) -> Any:
    if isinstance(key, (bool, int, float, str)) or key is None:
        return key
    raise BatonError("%s has the key %r, which is neither a string nor a number." % (path, key))


def _unpack(value: Any, blobs: Mapping[str, Blob]) -> Any:
    """What :func:`_pack` was given."""
    if isinstance(value, list):
        return [_unpack(v, blobs) for v in value]
    if not isinstance(value, dict):
        return value
    kind = next(iter(value), "")
    if not kind.startswith("$"):
        return {k: _unpack(v, blobs) for k, v in value.items()}
    held = value[kind]
    if kind == "$float":
        return float(held)
    if kind in ("$torch", "$numpy"):
        if held not in blobs:
            raise BatonError("The checkpoint has no tensor %s." % held, NEW_JOB)
        return _to_torch(blobs[held]) if kind == "$torch" else _to_numpy(blobs[held])
    if kind == "$dict":
        return {k: _unpack(v, blobs) for k, v in held}
    if kind == "$counter":
        return collections.Counter(dict(held))
    make: Callable[[Any], Any] = {"$tuple": tuple, "$deque": collections.deque, "$set": set}[kind]
    return make(_unpack(v, blobs) for v in held)
