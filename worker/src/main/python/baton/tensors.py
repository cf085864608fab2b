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


class _HostMemory:
    """Host copies of tensors, in memory that is used again; page-locked for those of a GPU."""

    def __init__(self) -> None:
        self._kept: Dict[str, Any] = {}
        self._waiting: List[Any] = []

    def copy(self, name: str, value: Any) -> Blob:
        """A copy that nobody else changes, until the next of that name; a GPU's is there only
        after :meth:`finish`."""
        if not _is_torch(value):
            return self._copy_numpy(name, value)
        torch = sys.modules["torch"]
        tensor = value.detach()
        dtype = _TORCH.get(str(tensor.dtype).replace("torch.", ""))
        if dtype is None or tensor.layout != torch.strided:
            what = "%s, %s" % (tensor.dtype, tensor.layout)
            raise BatonError("The tensor %s (%s) has no place in safetensors." % (name, what))
        gpu = tensor.device.type == "cuda"
        host = self._kept.get(name)
        if host is None or host.shape != tensor.shape or host.dtype != tensor.dtype:
            host = torch.empty(tensor.shape, dtype=tensor.dtype, pin_memory=gpu)
            self._kept[name] = host
        host.copy_(tensor, non_blocking=gpu)
        if gpu:
            self._waiting = [torch.cuda]
        size = host.numel() * host.element_size()
        data = (ctypes.c_char * size).from_address(host.data_ptr()) if size else b""
        return Blob(dtype, tuple(host.shape), data, host)

    def finish(self) -> None:
        """Waits for the copies from GPUs that are under way."""
        for device in self._waiting:
            device.synchronize()
        self._waiting = []

    @staticmethod
    def _copy_numpy(name: str, value: Any) -> Blob:
        dtype = _NUMPY.get(value.dtype.name)
        if dtype is None:
            message = "The array %s (%s) has no place in safetensors." % (name, value.dtype)
            raise BatonError(message)
        little = value.astype(value.dtype.newbyteorder("<"), copy=False)
        return Blob(dtype, tuple(value.shape), little.tobytes())


def _to_torch(blob: Blob) -> Any:
    torch = sys.modules.get("torch") or __import__("torch")
    name = next(name for name, dtype in _TORCH.items() if dtype == blob.dtype)
    dtype = getattr(torch, name)
    if not len(blob.data):
        return torch.empty(blob.shape, dtype=dtype)
    data = bytearray(blob.data) if isinstance(blob.data, bytes) else blob.data
    # A clone lies where torch aligns it: kernels may sum in another order elsewhere.
    return torch.frombuffer(data, dtype=dtype).reshape(blob.shape).clone()


def _to_numpy(blob: Blob) -> Any:
    numpy = sys.modules.get("numpy") or __import__("numpy")
    name = next(name for name, dtype in _NUMPY.items() if dtype == blob.dtype)
    dtype = numpy.dtype(name).newbyteorder("<")
    return numpy.frombuffer(blob.data, dtype=dtype).reshape(blob.shape).astype(name)
