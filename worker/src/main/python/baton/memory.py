"""Tensors and arrays that lie in the same memory, so that a change of one is a change of another."""

from __future__ import annotations

import ctypes
import sys
from typing import Any, Dict, List, Mapping, Optional, Tuple

from .errors import BatonError
from .strides import _extent, _overlaps_itself
from .tensors import Blob, _is_torch

_ALIGNED = 16
_LARGEST = 1 << 24
"""Whether the elements of two lie between one another is looked at up to so many bytes."""


class _Memory:
    """A stretch of memory that several tensors or arrays lie in."""

    def __init__(self, start: int, end: int):
        self.start, self.end = start, end
        self.pad = start % _ALIGNED
        self.name: Optional[str] = None
        self.data = b""

    def blob(self) -> Blob:
        size = len(self.data)
        return Blob("U8", (size,), self.data)


class _Leaf:
    """A tensor or an array in a state: where it is in the state, and its node in the JSON."""

    def __init__(self, path: str, value: Any, node: Dict[str, Any]):
        self.path, self.value, self.node = path, value, node
        self.memory: Optional[_Memory] = None
        self.start, self.end = _bytes_of(value)


def _bytes_of(value: Any) -> Tuple[int, int]:
    """The addresses of its first byte and of the one after its last; equal if it has none."""
    if 0 in value.shape:
        return 0, 0
    if _is_torch(value):
        width = value.element_size()
        at = value.data_ptr()
        low, high = _extent(value.shape, value.stride())
        return at + low * width, at + (high + 1) * width
    at = value.__array_interface__["data"][0]
    low, high = _extent(value.shape, value.strides)
    return at + low, at + high + value.itemsize


def _shared_memory(leaves: List[_Leaf]) -> List[_Leaf]:
    """The same, each with the memory that it shares with others of them."""
    ordered = sorted(
        (leaf for leaf in leaves if leaf.end > leaf.start), key=lambda leaf: leaf.start
    )
    group: List[_Leaf] = []
    end = 0
    for leaf in [*ordered, None]:
        if leaf is None or leaf.start >= end:
            if len(group) > 1:
                _join(group)
            group, end = [], 0
        if leaf is not None:
            group.append(leaf)
            end = max(end, leaf.end)
    return leaves


def _join(group: List[_Leaf]) -> None:
    """Gives those of neighbours in memory that do share some a common memory."""
    start, end = group[0].start, max(leaf.end for leaf in group)
    if end - start <= _LARGEST and not _have_common_bytes(group, start, end):
        return
    memory = _Memory(start, end)
    memory.data = bytes(memory.pad) + _stretch(group, start, end)
    for leaf in group:
        leaf.memory = memory
        leaf.node.update(at=leaf.start - start + memory.pad, shape=list(leaf.value.shape))
        leaf.node["dtype"] = _dtype_text(leaf.value)
        leaf.node["strides"] = list(
            leaf.value.stride() if _is_torch(leaf.value) else leaf.value.strides
        )


def _dtype_text(value: Any) -> str:
    return str(value.dtype).replace("torch.", "") if _is_torch(value) else value.dtype.str


def _have_common_bytes(group: List[_Leaf], start: int, end: int) -> bool:
    """Whether an element belongs to two: a row and the one after it have none in common."""
    widths = {_width(leaf.value) for leaf in group}
    if len(widths) > 1 or any(_is_torch(x.value) and _overlaps_itself(x.value) for x in group):
        return True
    width = widths.pop()
    torch = sys.modules.get("torch")
    count = (end - start) // width
    taken = sys.modules["numpy"].zeros(count, "u1") if torch is None else torch.zeros(count).bool()
    for leaf in group:
        view = _elements(taken, leaf, start, width)
        if bool(view.any()):
            return True
        view[...] = 1
    return False


def _elements(taken: Any, leaf: _Leaf, start: int, width: int) -> Any:
    """The places of a leaf's elements in ``taken``, which has one for each from ``start`` on."""
    value, at = leaf.value, (leaf.start - start) // width
    if _is_torch(taken):
        by = 1 if _is_torch(value) else width
        strides = [s // by for s in (value.stride() if _is_torch(value) else value.strides)]
        return taken.as_strided(value.shape, [abs(s) for s in strides], at)
    strides = [s // width for s in value.strides]
    low, _ = _extent(value.shape, strides)
    return sys.modules["numpy"].ndarray(value.shape, "u1", taken, at - low, tuple(strides))


def _width(value: Any) -> int:
    return value.element_size() if _is_torch(value) else value.itemsize


def _stretch(group: List[_Leaf], start: int, end: int) -> bytes:
    torch = sys.modules.get("torch")
    device = next((leaf.value for leaf in group if _is_torch(leaf.value)), None)
    if device is None or device.device.type == "cpu":
        return ctypes.string_at(start, end - start)
    if len({leaf.value.untyped_storage().data_ptr() for leaf in group}) > 1:
        paths = " and ".join(leaf.path for leaf in group[:2])
        raise BatonError("%s share memory of a GPU." % paths, "Give Baton a clone of one.")
    assert torch is not None
    storage = device.untyped_storage()
    line = torch.empty(0, dtype=torch.uint8, device=device.device)
    line = line.set_(storage, start - storage.data_ptr(), (end - start,), (1,))
    return bytes(line.cpu().numpy().tobytes())


def _in_memory(node: Mapping[str, Any], memory: bytearray, is_torch: bool) -> Any:
    """A tensor or an array that lies in a memory, as its node says."""
    if not is_torch:
        numpy = sys.modules.get("numpy") or __import__("numpy")
        dtype = numpy.dtype(node["dtype"])
        low, _ = _extent(node["shape"], node["strides"])
        return numpy.ndarray(node["shape"], dtype, memory, node["at"] - low, tuple(node["strides"]))
    torch = sys.modules.get("torch") or __import__("torch")
    dtype = getattr(torch, node["dtype"])
    width = torch.empty(0, dtype=dtype).element_size()
    whole = len(memory) // width * width
    line = torch.frombuffer(memory, dtype=torch.uint8)[:whole].view(dtype)
    return line.as_strided(node["shape"], node["strides"], node["at"] // width)
