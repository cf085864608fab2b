"""How a tensor lies in memory: kernels may sum in another order where it lies differently."""

from __future__ import annotations

import sys
from typing import Any, List, Optional, Sequence, Tuple

from .tensors import _is_torch

_WIDE = 1 << 26
"""Gaps between elements are kept up to so many bytes; beyond, a tensor is restored without them."""


def _strides_mark(value: Any) -> Optional[List[int]]:
    """Strides, in elements for torch and in bytes for NumPy; ``None`` for row by row."""
    if _is_torch(value):
        strides, item = tuple(value.stride()), 1
        plain = strides == _row_by_row(value.shape, 1)
        width = value.element_size()
    else:
        strides, item = tuple(value.strides), value.itemsize
        plain = bool(value.flags.c_contiguous)
        width = 1
    if plain or 0 in value.shape or not value.shape:
        return None
    low, high = _extent(value.shape, strides)
    size = item
    for n in value.shape:
        size *= n
    if (high - low + item) * width > max(_WIDE, 4 * size * width):
        strides = _without_gaps(value.shape, strides, item)
    return list(strides)


def _row_by_row(shape: Sequence[int], item: int) -> Tuple[int, ...]:
    strides = []
    for n in reversed(shape):
        strides.append(item)
        item *= max(n, 1)
    return tuple(reversed(strides))


def _extent(shape: Sequence[int], strides: Sequence[int]) -> Tuple[int, int]:
    """The offsets of the first and of the last element, from the one at index 0."""
    ends = [(n - 1) * s for n, s in zip(shape, strides)]
    return sum(e for e in ends if e < 0), sum(e for e in ends if e > 0)


def _without_gaps(shape: Sequence[int], strides: Sequence[int], item: int) -> Tuple[int, ...]:
    dense = [0] * len(shape)
    for i in sorted(range(len(shape)), key=lambda i: (abs(strides[i]), -i)):
        if strides[i]:
            dense[i] = item if strides[i] > 0 else -item
            item *= shape[i]
    return tuple(dense)


def _laid_out(values: Any, strides: Optional[Sequence[int]]) -> Any:
    """The same values, lying in memory as ``strides`` say."""
    if strides is None:
        return values
    if _is_torch(values):
        torch = sys.modules["torch"]
        made = torch.empty_strided(values.shape, strides, dtype=values.dtype, device=values.device)
        _write(made, values)
        return made
    numpy = sys.modules["numpy"]
    low, high = _extent(values.shape, strides)
    memory = numpy.zeros(high - low + values.itemsize, dtype="u1")
    made = numpy.ndarray(values.shape, values.dtype, memory, -low, tuple(strides))
    made[...] = values
    return made


def _write(target: Any, values: Any) -> None:
    """Puts values into an existing tensor or array, one whose elements share memory too."""
    if not _is_torch(target):
        target[...] = values
        return
    torch = sys.modules["torch"]
    with torch.no_grad():
        if not _overlaps_itself(target):
            target.copy_(values)
            return
        # Elements that share memory have one value, so it does not matter which is written last.
        _, high = _extent(target.shape, target.stride())
        line = torch.as_strided(target.detach(), (high + 1,), (1,), target.storage_offset())
        places = torch.arange(high + 1, device=target.device)
        places = torch.as_strided(places, target.shape, target.stride())
        line[places.reshape(-1)] = values.to(target.device).reshape(-1)


def _overlaps_itself(tensor: Any) -> bool:
    """Whether two of its elements share memory; true, too, of a few that only might."""
    pairs = sorted((s, n) for s, n in zip(tensor.stride(), tensor.shape) if n > 1)
    reach = 0
    for stride, n in pairs:
        if stride <= reach:
            return True
        reach += stride * (n - 1)
    return False
