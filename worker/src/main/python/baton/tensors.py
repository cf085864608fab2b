"""Tensors as bytes: safetensors files, and host copies of what torch and NumPy hold."""

from __future__ import annotations

import ctypes
import json
import math
import mmap
import os
import struct
import sys
from pathlib import Path
from typing import Any, Dict, List, Mapping, NamedTuple, Tuple

from .errors import BatonError, NEW_JOB


class Blob(NamedTuple):
    """A tensor as safetensors has it; ``owner`` keeps the memory under ``data`` alive."""

    dtype: str
    shape: Tuple[int, ...]
    data: Any
    owner: Any = None


# By width, narrow to wide: files hold the widest first, so that every tensor is aligned.
_WIDTHS = {
    "BOOL": 1, "U8": 1, "I8": 1, "F8_E5M2": 1, "F8_E4M3": 1,
    "I16": 2, "U16": 2, "F16": 2, "BF16": 2,
    "I32": 4, "U32": 4, "F32": 4, "F64": 8, "I64": 8, "U64": 8,
}  # fmt: skip
_RANK = {name: rank for rank, name in enumerate(_WIDTHS)}
_TORCH = {
    "bool": "BOOL", "uint8": "U8", "int8": "I8", "float8_e5m2": "F8_E5M2",
    "float8_e4m3fn": "F8_E4M3", "int16": "I16", "uint16": "U16", "float16": "F16",
    "bfloat16": "BF16", "int32": "I32", "uint32": "U32", "float32": "F32", "float64": "F64",
    "int64": "I64", "uint64": "U64",
}  # fmt: skip
_NUMPY = {
    "bool": "BOOL", "uint8": "U8", "int8": "I8", "int16": "I16", "uint16": "U16",
    "float16": "F16", "int32": "I32", "uint32": "U32", "float32": "F32", "float64": "F64",
    "int64": "I64", "uint64": "U64",
}  # fmt: skip


def write_safetensors(path: Path, blobs: Mapping[str, Blob], sync: bool = False) -> None:
    """Writes a new file of named tensors; the same tensors give the same bytes."""
    names = sorted(sorted(blobs), key=lambda name: -_RANK[blobs[name].dtype])
    header: Dict[str, Any] = {"__metadata__": {"format": "pt"}}
    at = 0
    for name in names:
        dtype, shape, data, _ = blobs[name]
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + len(data)]}
        at += len(data)
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "xb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for name in names:
            file.write(blobs[name].data)
        if sync:
            file.flush()
            os.fsync(file.fileno())


def read_safetensors(path: Path) -> Dict[str, Blob]:
    """The tensors of a file by name, mapped into memory."""
    try:
        with open(path, "rb") as file:
            mapped = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY))
        (length,) = struct.unpack_from("<Q", mapped)
        header = json.loads(bytes(mapped[8 : 8 + length]))
        header.pop("__metadata__", None)
        blobs = {}
        for name, entry in header.items():
            begin, end = entry["data_offsets"]
            data = mapped[8 + length + begin : 8 + length + end]
            shape = tuple(entry["shape"])
            if len(data) != _WIDTHS[entry["dtype"]] * math.prod(shape):
                raise ValueError("the tensor %s is cut short" % name)
            blobs[name] = Blob(entry["dtype"], shape, data, mapped)
        return blobs
    except FileNotFoundError:
        raise BatonError("The checkpoint has no %s." % path.name, NEW_JOB) from None
    except (ValueError, KeyError, TypeError, struct.error) as e:
        message = "The checkpoint's %s cannot be read: %s." % (path.name, e)
        raise BatonError(message, "Go on from the checkpoint before it.") from None


def _is_torch(value: Any) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def _is_numpy(value: Any) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, (numpy.ndarray, numpy.generic))


def _why_unfit(value: Any) -> str:
    """What keeps a tensor or an array from being saved; empty if nothing does."""
    if _is_numpy(value):
        return "holds Python objects" if value.dtype.hasobject else ""
    torch = sys.modules["torch"]
    if _is_uninitialized(value):
        return "has no shape yet"
    dispatch = getattr(torch.Tensor, "__torch_dispatch__", None)
    if getattr(type(value), "__torch_dispatch__", None) is not dispatch:
        return "is a %s" % type(value).__name__
    if value.is_quantized:
        return "is quantized"
    if value.layout != torch.strided:
        return "is sparse" if "sparse" in str(value.layout) else "is %s" % value.layout
    return "is on the meta device, without values" if value.device.type == "meta" else ""


def _require_fit_to_save(path: str, value: Any) -> None:
    why = _why_unfit(value)
    if why:
        remedy = "Give Baton a dense copy of it, or keep it out of what is saved."
        raise BatonError(
            "The tensor %s %s, and has no place in a checkpoint." % (path, why), remedy
        )


def _is_uninitialized(value: Any) -> bool:
    """Whether a lazy module has not seen its first batch yet, so that this has no shape."""
    torch = sys.modules.get("torch")
    lazy: Any = getattr(torch, "nn", None) and torch.nn.parameter  # type: ignore[union-attr]
    return isinstance(value, getattr(lazy, "UninitializedTensorMixin", ()))


class _HostMemory:
    """Host copies of tensors, in memory that is used again; page-locked for those of a GPU."""

    def __init__(self) -> None:
        self._kept: Dict[str, Any] = {}
        self._waiting: List[Any] = []

    def copy(self, name: str, value: Any) -> Blob:
        """A copy that nobody else changes, until the next of that name; a GPU's is there only
        after :meth:`finish`. A complex one is a real one with a last dimension of 2, one of a
        dtype that safetensors does not know is its bytes: see :func:`_dtype_mark`."""
        _require_fit_to_save(name, value)
        if not _is_torch(value):
            return _copy_numpy(value)
        torch = sys.modules["torch"]
        tensor = value.detach()
        gpu = tensor.device.type == "cuda"
        host = self._kept.get(name)
        if host is None or host.shape != tensor.shape or host.dtype != tensor.dtype:
            host = torch.empty(tensor.shape, dtype=tensor.dtype, pin_memory=gpu)
            self._kept[name] = host
        host.copy_(tensor, non_blocking=gpu)
        if gpu:
            self._waiting = [torch.cuda]
        if host.is_complex():
            host = torch.view_as_real(host)
        elif _dtype_name(host) not in _TORCH:
            host = host.reshape(-1).view(torch.uint8)
        size = host.numel() * host.element_size()
        data = (ctypes.c_char * size).from_address(host.data_ptr()) if size else b""
        return Blob(_TORCH[_dtype_name(host)], tuple(host.shape), data, host)

    def finish(self) -> None:
        """Waits for the copies from GPUs that are under way."""
        for device in self._waiting:
            device.synchronize()
        self._waiting = []


def _copy_numpy(value: Any) -> Blob:
    if _dtype_mark(value) is None:
        return Blob(_NUMPY[value.dtype.name], tuple(value.shape), value.tobytes())
    data = value.tobytes()
    return Blob("U8", (len(data),), data)


_LAZY = "uninitialized"


def _dtype_and_shape(value: Any) -> Tuple[str, Tuple[int, ...]]:
    """As a blob would tell them, but of dtypes that safetensors does not know by their own name."""
    if _is_uninitialized(value):
        return _LAZY, ()
    names = _TORCH if _is_torch(value) else _NUMPY
    dtype = str(value.dtype).replace("torch.", "")
    return names.get(dtype, dtype), tuple(value.shape)


def _dtype_name(tensor: Any) -> str:
    return str(tensor.dtype).replace("torch.", "")


def _dtype_mark(value: Any) -> Any:
    """What tells the dtype of a tensor that a blob cannot tell; ``None`` where it can."""
    if _is_torch(value):
        name = _dtype_name(value)
        return None if name in _TORCH else name
    dtype = value.dtype
    if dtype.names is None and dtype.name in _NUMPY and dtype.isnative:
        return None
    format_of = sys.modules["numpy"].lib.format
    return dtype.str if dtype.names is None else _as_lists(format_of.dtype_to_descr(dtype))


def _as_lists(value: Any) -> Any:
    return [_as_lists(v) for v in value] if isinstance(value, (list, tuple)) else value


def _as_descr(value: Any) -> Any:
    """A structured dtype's description as NumPy wants it: a list of tuples."""
    if isinstance(value, str):
        return value
    return [tuple(_as_descr(p) if i == 1 else _tuples(p) for i, p in enumerate(f)) for f in value]


def _tuples(value: Any) -> Any:
    return tuple(_tuples(v) for v in value) if isinstance(value, list) else value


def _to_torch(blob: Blob, mark: Any = None, shape: Any = None) -> Any:
    """A new tensor of a blob; ``mark`` as :func:`_dtype_mark` gave it, with the ``shape``."""
    torch = sys.modules.get("torch") or __import__("torch")
    name = next(name for name, dtype in _TORCH.items() if dtype == blob.dtype)
    dtype = getattr(torch, name)
    if len(blob.data):
        data = bytearray(blob.data) if isinstance(blob.data, bytes) else blob.data
        # A clone lies where torch aligns it: kernels may sum in another order elsewhere.
        made = torch.frombuffer(data, dtype=dtype).reshape(blob.shape).clone()
    else:
        made = torch.empty(blob.shape, dtype=dtype)
    if mark is None:
        return made
    return made.view(getattr(torch, mark)).reshape(shape)


def _to_numpy(blob: Blob, mark: Any = None, shape: Any = None) -> Any:
    """A new array of a blob; ``mark`` as :func:`_dtype_mark` gave it, with the ``shape``."""
    numpy = sys.modules.get("numpy") or __import__("numpy")
    if mark is not None:
        dtype = numpy.lib.format.descr_to_dtype(_as_descr(mark))
        return numpy.frombuffer(bytearray(blob.data), dtype=dtype).reshape(shape)
    name = next(name for name, dtype in _NUMPY.items() if dtype == blob.dtype)
    dtype = numpy.dtype(name).newbyteorder("<")
    return numpy.frombuffer(blob.data, dtype=dtype).reshape(blob.shape).astype(name)
