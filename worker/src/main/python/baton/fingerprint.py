"""Fingerprints of values: short texts by which two runs are compared."""

from __future__ import annotations

import hashlib
from typing import Any, Mapping, Optional

from .errors import BatonError
from .models import _is_leaf
from .reach import _is_plain
from .tensors import _HostMemory, _is_torch


_SAMPLE = 256
"""So many numbers of a tensor are looked at after each batch; checkpoints are compared whole."""


def _sampled(value: Any) -> str:
    return _fingerprint(value, _SAMPLE)


def _fingerprint(value: Any, most: Optional[int] = None) -> str:
    """Of the numbers and texts in it, of at most so many of a tensor; of others the type alone."""
    digest = hashlib.blake2b(digest_size=8)
    _feed(digest, value, most)
    return digest.hexdigest()


def _feed(digest: Any, value: Any, most: Optional[int] = None) -> None:
    digest.update(type(value).__name__.encode())
    if _is_leaf(value):
        host = _HostMemory()
        try:
            digest.update(("%s %s" % (value.dtype, tuple(value.shape))).encode())
            blob = host.copy("", _sample(value, most))
            host.finish()
        except (BatonError, NotImplementedError, RuntimeError, ValueError):
            return  # It has no bytes of its own, such as a sparse tensor.
        digest.update(blob.data)
    elif isinstance(value, Mapping):
        for key in value if most is None else sorted(value, key=repr):  # a state has no order
            digest.update(repr(key).encode() if _is_plain(key) else b"")
            _feed(digest, value[key], most)
    elif isinstance(value, (list, tuple)):
        digest.update(b"%d" % len(value))
        for member in value:
            _feed(digest, member, most)
    elif isinstance(value, (bytes, bytearray, str, int, float)) or value is None:
        digest.update(repr(value).encode())


def _sample(value: Any, most: Optional[int]) -> Any:
    if most is None:
        return value
    flat = (value.detach() if _is_torch(value) else value).reshape(-1)
    return flat[:: max(1, len(flat) // most)]
