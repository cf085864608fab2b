"""Baton: three lines make a training script a relay that survives its machine.

    run = baton.resume(model, optimizer, scheduler)      # weights, slots, generators: as they were
    for x, y in run.batches(loader):                     # from the batch where the last one stopped
        ...
        run.step(loss=loss)                              # between two of these, all can be saved

Started by a Baton worker, the script obeys it over a local socket; see docs/program-protocol.md.
Started by hand, it saves into a folder and resumes from there. One file; the standard library
alone, and torch, keras or numpy where the script itself has imported them. Nothing is pickled.
"""

# Made of the modules in worker/src/main/python/baton by single.py: change them, not this.

from __future__ import annotations

import sys

if sys.version_info < (3, 9):
    raise SystemExit("baton.py needs Python 3.9 or newer, and this is " + sys.version.split()[0])

import ast
import base64
import collections
import ctypes
import errno
import functools
import hashlib
import itertools
import json
import math
import mmap
import os
import platform
import queue
import random
import shutil
import signal
import socket
import struct
import threading
import time
import traceback
import types
import warnings
import weakref
from pathlib import Path
from typing import Any, Callable, Container, Dict, Iterator, List, Mapping, NamedTuple, Optional, Tuple
from typing import Union

__version__ = "0.1.0"
__all__ = [
    "BatonError",
    "Job",
    "Run",
    "hugging_face_callback",
    "job",
    "keras_callback",
    "lightning_callback",
    "resume",
]

# --- Errors for people: what happened, what it means, and what to do -----------------------------


CUT = "baton: the connection to the worker is cut"
NEW_JOB = "Start the worker with the script that began the job, or submit a new job."


class BatonError(Exception):
    """What went wrong, in a sentence for people, and what to do about it."""

    def __init__(self, message: str, remedy: str = "Correct the script.", kind: str = "program"):
        super().__init__(message + " " + remedy)
        self.message, self.remedy, self.kind = message, remedy, kind


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__).rstrip(".")


def _explain(error: BaseException, trace: Any) -> Tuple[str, str, str]:
    """One sentence, what to do, and whose fault it is: the ``program``'s or the ``machine``'s."""
    if isinstance(error, BatonError):
        return error.message, error.remedy, error.kind
    frames = [f for f in traceback.extract_tb(trace) if "site-packages" not in f.filename]
    frames = [f for f in frames if not _is_ours(f.filename)] or frames
    where = " at %s line %s" % (Path(frames[-1].filename).name, frames[-1].lineno) if frames else ""
    message = "The script failed%s: %s: %s." % (where, type(error).__name__, _first_line(error))
    if isinstance(error, MemoryError) or "out of memory" in str(error).lower():
        return message, "Use a machine with more memory, or a smaller batch.", "machine"
    if isinstance(error, ImportError):
        return message, "Install it for %s." % sys.executable, "machine"
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return message, "Free space on the disk.", "machine"
    return message, "Correct the script or the job's parameters, and submit again.", "program"


def _is_ours(filename: str) -> bool:
    """Whether a file is Baton's: the one file that a worker delivers, or one of the package."""
    home = os.path.dirname(__file__)
    alone = os.path.basename(__file__) == "baton.py"
    return filename == __file__ if alone else os.path.dirname(filename) == home

# --- What a script has of its own: what is reachable from its modules and from its running functions ---


_DEEPEST = 6
_MOST_THINGS = 5000
_MOST_MEMBERS = 1000
"""Of a longer list or dict, which is data, no member is looked at."""

_SEQUENCES_OF_THINGS = (list, tuple, set, frozenset, collections.deque)
_HIDES_ANOTHER = (types.ModuleType, type, types.FunctionType, types.MethodType, types.FrameType)


class _Found(NamedTuple):
    """Something by the path that the script reaches it by, such as ``trainer.rng``."""

    path: str
    thing: Any
    is_own: bool
    """Whether all objects on that path are instances of the script's own classes."""


def _reachable(known: Container[int], stops: Callable[[_Found], bool]) -> Iterator[_Found]:
    """Everything that the script reaches, nearest first, each thing once.

    What is in ``known``, by its id, is left out, and all that is reached only by it; where it
    ``stops`` a thing is given, and not looked into. No attribute is asked for: a property, a lazy module or a
    proxy whose object is gone may do anything then.
    """
    ours = _own_modules()
    queue = collections.deque((found, 0) for found in _roots(ours))
    # Held while it is looked for, so that no id is given to another thing.
    seen: Dict[int, Any] = {}
    while queue and len(seen) < _MOST_THINGS:
        found, depth = queue.popleft()
        if id(found.thing) in seen or id(found.thing) in known:
            continue
        seen[id(found.thing)] = found.thing
        yield found
        if depth < _DEEPEST and not stops(found):
            queue.extend((member, depth + 1) for member in _members(found, ours))


def _own_modules() -> Dict[str, types.ModuleType]:
    """The script, and the modules beside it that it has imported, by name."""
    main = sys.modules.get("__main__")
    path = _file_of(main)
    if main is None or path is None:  # as in a notebook
        return {} if main is None else {"__main__": main}
    home = os.path.dirname(path) + os.sep
    own = {"__main__": main}
    for name, module in list(sys.modules.items()):
        file = _file_of(module)
        if file and file.startswith(home) and not _is_installed(file) and not _is_ours(file):
            own[name] = module
    return own


def _file_of(module: Any) -> Optional[str]:
    file = vars(module).get("__file__") if issubclass(type(module), types.ModuleType) else None
    return os.path.realpath(file) if isinstance(file, str) else None


def _is_installed(file: str) -> bool:
    return "site-packages" in file or "dist-packages" in file


def _roots(ours: Dict[str, types.ModuleType]) -> Iterator[_Found]:
    """What the running functions of the script have, then what its modules have."""
    for frame in _own_frames(ours):
        if frame.f_code.co_name != "<module>":
            yield from _named_things("", frame.f_locals)
    for name, module in ours.items():
        yield from _named_things("" if name == "__main__" else name + ".", vars(module))


def _own_frames(ours: Dict[str, types.ModuleType]) -> Iterator[types.FrameType]:
    """The functions of the script that wait for this one, the innermost first."""
    frame: Optional[types.FrameType] = sys._getframe()
    while frame is not None:
        if frame.f_globals.get("__name__") in ours:
            yield frame
        frame = frame.f_back


def _named_things(prefix: str, names: Any) -> Iterator[_Found]:
    for name, thing in list(names.items()):
        if not name.startswith("__"):
            yield _Found(prefix + name, thing, True)


def _members(found: _Found, ours: Dict[str, types.ModuleType]) -> List[_Found]:
    path, thing, is_own = found
    kind = type(thing)
    if issubclass(kind, dict):
        items = [] if len(thing) > _MOST_MEMBERS else list(dict.items(thing))
        return [_Found("%s[%r]" % (path, k), v, is_own) for k, v in items if _is_plain(k)]
    if issubclass(kind, _SEQUENCES_OF_THINGS):
        members = [] if len(thing) > _MOST_MEMBERS else list(thing)
        return [_Found("%s[%d]" % (path, i), v, is_own) for i, v in enumerate(members)]
    if kind is types.FunctionType:
        cells = zip(thing.__code__.co_freevars, thing.__closure__ or ())
        inner = cells if thing.__module__ in ours else ()
        return [_Found(name, _content(cell), is_own) for name, cell in inner]
    if kind is types.MethodType:
        return [_Found(path, thing.__self__, is_own)]
    if kind is types.GeneratorType:
        frame = thing.gi_frame
        names = frame.f_locals if frame is not None and not thing.gi_running else {}
        return [_Found("%s.%s" % (path, k), v, is_own) for k, v in list(names.items())]
    if issubclass(kind, type):
        inside = vars(thing) if thing.__module__ in ours else {}
    elif issubclass(kind, _HIDES_ANOTHER) or _is_array(thing):
        inside = {}
    else:
        inside, is_own = _attributes(thing), is_own and kind.__module__ in ours
    return [_Found("%s.%s" % (path, k), v, is_own) for k, v in list(inside.items())]


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return None  # It is not bound yet.


def _attributes(thing: Any) -> Dict[str, Any]:
    """What an object holds, without asking it."""
    try:
        inside = object.__getattribute__(thing, "__dict__")
    except Exception:
        inside = {}
    held = dict(inside) if type(inside) is dict else {}
    for kind in type(thing).__mro__:
        for name, slot in list(vars(kind).items()):
            if type(slot) is types.MemberDescriptorType:
                try:
                    held[name] = slot.__get__(thing, kind)
                except Exception:
                    pass  # Nothing is in it.
    return {name: value for name, value in held.items() if isinstance(name, str)}


def _is_plain(value: Any) -> bool:
    return value is None or issubclass(type(value), (bool, int, float, complex, str, bytes))


def _is_array(value: Any) -> bool:
    """A tensor, or an array of NumPy or one of its numbers."""
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
    kind = type(value)
    return (torch is not None and issubclass(kind, torch.Tensor)) or (
        numpy is not None and issubclass(kind, (numpy.ndarray, numpy.generic))
    )


def _after_the_loop() -> Optional[str]:
    """The line where the script goes on after its loop over epochs; none: it ends there."""
    for frame in reversed(list(_own_frames(_own_modules()))):
        file = frame.f_code.co_filename
        try:
            with open(file, encoding="utf-8") as source:
                tree = ast.parse(source.read())
        except (OSError, ValueError, SyntaxError):
            continue
        line, in_loop = _line_after(_body_of(tree, frame.f_code), frame.f_lineno)
        if line or in_loop:
            return "%s line %d" % (os.path.basename(file), line) if line else None
    return None


def _body_of(tree: ast.Module, code: types.CodeType) -> List[ast.stmt]:
    if code.co_name == "<module>":
        return tree.body
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == code.co_name:
            first = min([node.lineno] + [d.lineno for d in node.decorator_list])
            if code.co_firstlineno in (first, node.lineno):
                return node.body
    return []


def _line_after(body: List[ast.stmt], line: int) -> Tuple[int, bool]:
    """The first line that is run once the outermost loop around ``line`` is over, 0 for none; and
    whether there is such a loop."""
    for place, statement in enumerate(body):
        if statement.lineno <= line <= (statement.end_lineno or statement.lineno):
            after, in_loop = 0, isinstance(statement, (ast.For, ast.While))
            for block in () if in_loop else ("body", "orelse", "finalbody"):
                found, is_loop = _line_after(getattr(statement, block, []), line)
                after, in_loop = after or found, in_loop or is_loop
            rest = [s.lineno for s in body[place + 1 :] if not _does_nothing(s)]
            return after or (rest[0] if rest else 0), in_loop
    return 0, False


def _does_nothing(statement: ast.stmt) -> bool:
    """A definition, ``pass``, a bare ``return``, a docstring: nobody misses it."""
    if isinstance(statement, ast.Return):
        return statement.value is None
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    return isinstance(statement, (ast.Pass, ast.FunctionDef, ast.ClassDef, ast.Import))

# --- Tensors as bytes: safetensors files, and host copies of what torch and NumPy hold -----------


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

# --- Nested state as JSON and tensors, without pickle --------------------------------------------


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

# --- A checkpoint: copied between two steps, written in the background, read once at a start -----


FORMAT = 2
MODEL, FROZEN, OPTIMIZER, EXTRA, STATE = (
    "model.safetensors",
    "frozen.safetensors",
    "optimizer.safetensors",
    "extra.safetensors",
    "state.json",
)
_ALWAYS = (MODEL, OPTIMIZER, EXTRA)


class _Draft:
    """A checkpoint in the making: tensors by file and name, everything else as JSON by section.

    What it holds is copied to host memory, so that training may go on while it is written.
    """

    def __init__(self, host: _HostMemory, epoch: int, batch: int):
        self.host, self.epoch, self.batch = host, epoch, batch
        self.files: Dict[str, Dict[str, Blob]] = {name: {} for name in (*_ALWAYS, FROZEN)}
        position = {"epoch": epoch, "batch": batch}
        self.state: Dict[str, Any] = {"format": FORMAT, "position": position}

    def finish(self) -> None:
        """Waits for the copies from GPUs; nothing may be added any more."""
        self.host.finish()
        self._text = json.dumps(self.state, sort_keys=True, allow_nan=False, indent=1).encode()

    def write(self, folder: Path, sync: bool) -> None:
        """Writes new files into an existing folder; with ``sync`` they are on the disk then."""
        for name, blobs in self.files.items():
            if blobs or name in _ALWAYS:
                write_safetensors(folder / name, blobs, sync)
        with open(folder / STATE, "xb") as file:
            file.write(self._text)
            if sync:
                file.flush()
                os.fsync(file.fileno())


class _Held:
    """A checkpoint as it was read: its tensors stay mapped for as long as this is held."""

    def __init__(self, folder: Path, epoch: int, batch: int):
        self.epoch, self.batch = epoch, batch
        self.files: Dict[str, Mapping[str, Blob]] = {}
        for name in (*_ALWAYS, FROZEN):
            there = name in _ALWAYS or (folder / name).exists()
            self.files[name] = read_safetensors(folder / name) if there else {}
        try:
            self.state: Dict[str, Any] = json.loads((folder / STATE).read_bytes())
        except (OSError, ValueError) as e:
            message = "The checkpoint's %s cannot be read: %s." % (STATE, e)
            raise BatonError(message, "Go on from the checkpoint before it.") from None
        known = self.state.get("format") in (1, FORMAT)
        if not known or self.state.get("position") != {"epoch": epoch, "batch": batch}:
            raise BatonError("The checkpoint was not written by this baton.py.", NEW_JOB)
        if self.state["format"] == 1:
            self.state["sums"] = {"loss": self.state.pop("losses")}

    @property
    def is_within_epoch(self) -> bool:
        """Whether its epoch is under way: then the script does what stands before the epoch's
        first batch again, though that has been done."""
        return self.batch > 0

    def of(self, section: str) -> Any:
        """A section's JSON; empty where the checkpoint is of a version that had none."""
        return self.state.get(section, {})

# --- Models: their tensors by name, and a checkpoint's put into them -----------------------------


def _named(value: Any) -> Dict[str, Any]:
    """One object, a list or a dict of them, by the prefix of their tensors."""
    if value is None:
        return {}
    if isinstance(value, (list, tuple)):
        return {"%d." % i: v for i, v in enumerate(value)}
    if isinstance(value, dict) and value and not any(_is_leaf(v) for v in value.values()):
        return {"%s." % k: v for k, v in value.items()}
    return {"": value}


def _is_leaf(value: Any) -> bool:
    return _is_torch(value) or _is_numpy(value)


def _bare(model: Any) -> Any:
    """The module itself, without what compiles or distributes it."""
    while True:
        if hasattr(model, "_orig_mod"):
            model = model._orig_mod
        elif type(model).__name__ in ("DistributedDataParallel", "DataParallel"):
            model = model.module
        else:
            return model


def _is_torch_module(thing: Any) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(_bare(thing), torch.nn.Module)


def _is_keras(thing: Any) -> bool:
    modules = [c.__module__.split(".")[0] for c in type(thing).__mro__]
    return "keras" in modules and hasattr(thing, "variables")


def _keras_variables(thing: Any) -> Dict[str, Any]:
    """A Keras model's or optimizer's variables by path, seed generators among them."""
    named: Dict[str, Any] = {}
    for variable in thing.variables:
        path, again = variable.path, 1
        while path in named:
            again += 1
            path = "%s#%d" % (variable.path, again)
        named[path] = variable
    return named


def _tensors_of(model: Any) -> Tuple[Dict[str, Any], Dict[str, Any]]:
    """A model's tensors by name, and what else its state holds."""
    if _is_keras(model):
        ops = sys.modules["keras"].ops
        named = _keras_variables(model)
        return {name: ops.convert_to_numpy(v) for name, v in named.items()}, {}
    state = _bare(model).state_dict() if hasattr(model, "state_dict") else model
    if not isinstance(state, Mapping):
        what = type(model).__name__
        raise BatonError("%s is no model: it has no state_dict and is no dict of arrays." % what)
    tensors = {k: v for k, v in state.items() if _is_leaf(v)}
    return tensors, {k: v for k, v in state.items() if k not in tensors}


def _load_model(model: Any, blobs: Mapping[str, Blob], rest: Mapping[str, Any]) -> None:
    """Puts a checkpoint's tensors into a model that has just these."""
    if _is_keras(model):
        for name, variable in _keras_variables(model).items():
            variable.assign(_to_numpy(blobs[name]))
    elif hasattr(model, "state_dict"):
        state = {name: _to_torch(blob) for name, blob in blobs.items()}
        _bare(model).load_state_dict({**state, **rest})
    else:
        for name, blob in blobs.items():
            if _is_torch(model[name]):
                with sys.modules["torch"].no_grad():
                    model[name].copy_(_to_torch(blob))
            else:
                model[name][...] = _to_numpy(blob)


def _layout(model: Any) -> Dict[str, Tuple[str, Tuple[int, ...]]]:
    """The dtype and shape of each of a model's tensors, by name."""
    layout = {}
    for name, value in _tensors_of(model)[0].items():
        names = _TORCH if _is_torch(value) else _NUMPY
        dtype = str(value.dtype).replace("torch.", "")
        layout[name] = (names.get(dtype, dtype), tuple(value.shape))
    return layout


def _require_fit(prefix: str, model: Any, blobs: Mapping[str, Blob]) -> None:
    """Refuses a checkpoint of another model, and names the first tensor that differs."""
    wanted = _layout(model)
    for name in sorted(set(wanted) | set(blobs)):
        if name not in blobs:
            raise _changed("The checkpoint has no tensor %s%s." % (prefix, name))
        if name not in wanted:
            raise _changed("The model has no tensor %s%s." % (prefix, name))
        found = (blobs[name].dtype, blobs[name].shape)
        if found != wanted[name]:
            message = "The tensor %s%s is %s in the checkpoint and %s in the model."
            raise _changed(message % (prefix, name, _describe(found), _describe(wanted[name])))


def _changed(message: str) -> BatonError:
    return BatonError(message + " The model is not the one that began the job.", NEW_JOB)


def _describe(layout: Tuple[str, Tuple[int, ...]]) -> str:
    return "%s %s" % (layout[0], list(layout[1]))


def _has_nan(value: Any) -> bool:
    if _is_torch(value):
        floats = value.is_floating_point() and value.numel() > 0
        return bool(floats and sys.modules["torch"].isnan(value).any())
    if _is_numpy(value):
        return bool(value.dtype.kind == "f" and sys.modules["numpy"].isnan(value).any())
    if isinstance(value, dict):
        return any(_has_nan(v) for v in value.values())
    if isinstance(value, (list, tuple)):
        return any(_has_nan(v) for v in value)
    return isinstance(value, float) and math.isnan(value)


class _Models:
    """The models that a script gave, by the prefix of their tensors' names."""

    def __init__(self, model: Any):
        self.of: Dict[str, Any] = _named(model)

    def capture(self, draft: _Draft) -> None:
        rest = draft.state["model"] = {}
        for prefix, model in self.of.items():
            tensors, other = _tensors_of(model)
            for name, value in tensors.items():
                _require_sound(prefix + name, value, draft)
                blob = draft.host.copy("model " + prefix + name, value)
                draft.files[MODEL][prefix + name] = blob
            if other:
                rest[prefix] = _pack(other, "model." + prefix, draft.files[EXTRA], draft.host)

    def restore(self, held: _Held) -> None:
        every = {**held.files[MODEL], **held.files[FROZEN]}
        for prefix, model in self.of.items():
            mine = {k[len(prefix) :]: v for k, v in every.items() if k.startswith(prefix)}
            _require_fit(prefix, model, mine)
            other = _unpack(held.of("model").get(prefix, {}), held.files[EXTRA])
            _load_model(model, mine, other)

    def architecture(self) -> str:
        """The sha256 over names, dtypes and shapes of all tensors."""
        lines = [
            "%s%s %s %s\n" % (prefix, name, dtype, list(shape))
            for prefix, model in self.of.items()
            for name, (dtype, shape) in _layout(model).items()
        ]
        return hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()


def _require_sound(name: str, value: Any, draft: _Draft) -> None:
    if _has_nan(value):
        message = "%s holds NaN at epoch %d, batch %d, so nothing was saved."
        remedy = "Try a smaller learning rate, clipping, or cleaner data; or start anew."
        raise BatonError(message % (name, draft.epoch, draft.batch), remedy)

# --- Fingerprints of values: short texts by which two runs are compared --------------------------


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

# --- The generators of randomness: seeded, captured, restored ------------------------------------


def _derive(*what: Any) -> int:
    """A seed of 32 bits, as every framework takes it."""
    return int.from_bytes(hashlib.sha256(repr(what).encode()).digest()[:4], "big")


def _seed_generators(seed: int) -> None:
    random.seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seed)


def _capture_generators() -> Dict[str, Blob]:
    """The states of Python's, NumPy's, torch's and CUDA's generators, as bytes."""
    states: Dict[str, bytes] = {}
    _, words, gauss = random.getstate()
    spare = struct.pack("<?d", gauss is not None, gauss or 0.0)
    states["python"] = struct.pack("<625I", *words) + spare
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        _, key, place, has_gauss, gauss = numpy.random.get_state()
        states["numpy"] = struct.pack("<624Ii?d", *key.tolist(), place, bool(has_gauss), gauss)
    torch = sys.modules.get("torch")
    if torch is not None:
        states["torch"] = bytes(torch.get_rng_state().tolist())
        if torch.cuda.is_available() and torch.cuda.is_initialized():
            for i, state in enumerate(torch.cuda.get_rng_state_all()):
                states["cuda.%d" % i] = bytes(state.tolist())
    return {"generator." + k: Blob("U8", (len(v),), v) for k, v in states.items()}


def _restore_generators(blobs: Mapping[str, Blob]) -> None:
    states = {k[len("generator.") :]: v for k, v in blobs.items() if k.startswith("generator.")}
    if "python" not in states:
        raise BatonError("The checkpoint has no tensor generator.python.", NEW_JOB)
    *words, has_gauss, gauss = struct.unpack("<625I?d", states["python"].data)
    random.setstate((3, tuple(words), gauss if has_gauss else None))
    if "numpy" in states:
        numpy = sys.modules.get("numpy") or __import__("numpy")
        *key, place, has_gauss, gauss = struct.unpack("<624Ii?d", states["numpy"].data)
        numpy.random.set_state(("MT19937", key, place, int(has_gauss), gauss))
    if "torch" in states:
        torch = sys.modules.get("torch") or __import__("torch")
        torch.set_rng_state(_to_torch(states["torch"]))
        cuda = [v for k, v in sorted(states.items()) if k.startswith("cuda.")]
        for i, blob in enumerate(cuda[: torch.cuda.device_count()]):
            torch.cuda.set_rng_state(_to_torch(blob), i)


def _is_known_generator(thing: Any) -> bool:
    """Whether it is one of Python's, NumPy's or torch's whose state can be saved and put back."""
    kind = type(thing)
    if issubclass(kind, random.Random):
        return not issubclass(kind, random.SystemRandom)
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    if numpy is not None and hasattr(numpy.random, "BitGenerator"):
        known = (numpy.random.Generator, numpy.random.BitGenerator, numpy.random.RandomState)
        if issubclass(kind, known):
            return True
    return torch is not None and issubclass(kind, torch.Generator)


def _is_global_generator(thing: Any) -> bool:
    """Whether it is one that draws where none is named, and that Baton seeds each epoch."""
    ours = [getattr(random, "_inst", None)]
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    if numpy is not None:
        state = getattr(getattr(numpy.random, "mtrand", None), "_rand", None)
        ours += [state, getattr(state, "_bit_generator", None)]
    if torch is not None:
        ours += [torch.default_generator, *getattr(torch.cuda, "default_generators", ())]
    return thing is not None and any(thing is one for one in ours)


def _generator_state(thing: Any) -> Dict[str, Any]:
    """A generator's state as JSON has it: its kind, numbers, and bytes as base64.

    Of NumPy's with the count of those that were spawned from it: the next one depends on it.
    """
    if isinstance(thing, random.Random):
        try:
            version, words, gauss = thing.getstate()
            data = struct.pack("<%dI" % len(words), *words)
        except (TypeError, ValueError, struct.error, NotImplementedError):
            what = "The generator %s has a state that cannot be saved." % type(thing).__name__
            raise BatonError(what, "Give random.Random, NumPy's or torch's generators.") from None
        return {"kind": "python", "version": version, "words": _text(data), "gauss": gauss}
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(thing, torch.Generator):
        return {"kind": "torch", "bytes": _text(thing.get_state().numpy().tobytes())}
    if hasattr(thing, "get_state"):
        return {"kind": "RandomState", "state": _texts(thing.get_state(legacy=False))}
    bits = getattr(thing, "bit_generator", thing)
    told: Dict[str, Any] = {"kind": "numpy", "state": _texts(bits.state)}
    spawned = getattr(_seed_sequence(bits), "n_children_spawned", 0)
    return {**told, "spawned": spawned} if spawned else told


def _set_generator_state(thing: Any, told: Any) -> None:
    """Puts back what :func:`_generator_state` told, or the object's own form of an older checkpoint.

    A state of another kind of generator is a ``ValueError``.
    """
    kind = told.get("kind") if isinstance(told, dict) else None
    if isinstance(thing, random.Random):
        _require_kind(thing, kind, "python")
        data = base64.b64decode(told["words"])
        words = struct.unpack("<%dI" % (len(data) // 4), data)
        thing.setstate((told["version"], words, told["gauss"]))
    elif hasattr(thing, "manual_seed"):
        torch = sys.modules["torch"]
        if kind is not None:
            _require_kind(thing, kind, "torch")
            told = torch.frombuffer(bytearray(base64.b64decode(told["bytes"])), dtype=torch.uint8)
        thing.set_state(told)
    elif hasattr(thing, "set_state"):
        if kind is not None:
            _require_kind(thing, kind, "RandomState")
            told = _arrays(told["state"])
        thing.set_state(told)
    else:
        bits = getattr(thing, "bit_generator", thing)
        if kind is not None:
            _require_kind(thing, kind, "numpy")
            _spawn(bits, told.get("spawned", 0))
            told = _arrays(told["state"])
        bits.state = told


def _require_kind(thing: Any, found: Any, wanted: str) -> None:
    if found != wanted:
        what = type(thing).__name__
        raise ValueError("the state of a generator of the kind %s is none of a %s" % (found, what))


def _spawn(bits: Any, count: int) -> None:
    """Counts on to so many children; NumPy has no other way to say it."""
    seeds = _seed_sequence(bits)
    missing = count - getattr(seeds, "n_children_spawned", 0)
    if missing < 0:
        raise ValueError("more generators were spawned from it than the checkpoint knows")
    if missing:
        seeds.spawn(missing)


def _seed_sequence(bits: Any) -> Any:
    return getattr(bits, "seed_seq", None) or getattr(bits, "_seed_seq", None)


def _seed_generator(thing: Any, seed: int) -> None:
    """Seeds one of the script's own, in place."""
    if hasattr(thing, "manual_seed"):
        thing.manual_seed(seed)
    elif isinstance(thing, random.Random):
        thing.seed(seed)
    elif hasattr(thing, "get_state"):
        fresh = type(thing._bit_generator)(seed).state
        thing.set_state({**thing.get_state(legacy=False), **fresh, "has_gauss": 0, "gauss": 0.0})
    else:
        bits = getattr(thing, "bit_generator", thing)
        bits.state = type(bits)(seed).state


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _texts(value: Any) -> Any:
    """NumPy's nested state as JSON: an array by its dtype and bytes, a number as Python's."""
    if isinstance(value, dict):
        return {k: _texts(v) for k, v in value.items()}
    numpy = sys.modules["numpy"]
    if isinstance(value, numpy.ndarray):
        little = value.astype(value.dtype.newbyteorder("<"), copy=False)
        return {"dtype": value.dtype.name, "bytes": _text(little.tobytes())}
    return value.item() if isinstance(value, numpy.generic) else value


def _arrays(value: Any) -> Any:
    """What :func:`_texts` was given."""
    if not isinstance(value, dict):
        return value
    if set(value) != {"dtype", "bytes"}:
        return {k: _arrays(v) for k, v in value.items()}
    numpy = sys.modules["numpy"]
    stored = numpy.dtype(value["dtype"]).newbyteorder("<")
    return numpy.frombuffer(base64.b64decode(value["bytes"]), stored).astype(value["dtype"])


class _Generators:
    """The global generators, as they are, or as they were before a look ahead drew from them."""

    def __init__(self) -> None:
        self._before: Optional[Dict[str, Blob]] = None

    def hold(self) -> None:
        """From here on a checkpoint has the generators of now, until :meth:`release`."""
        self._before = _capture_generators()

    def release(self) -> None:
        self._before = None

    def capture(self, draft: _Draft) -> None:
        draft.files[EXTRA].update(self._before or _capture_generators())

    def restore(self, held: _Held) -> None:
        _restore_generators(held.files[EXTRA])

# --- What else has a state: optimizers, schedulers, scalers, averages, generators ----------------


def _state_of(thing: Any) -> Any:
    """The nested state of an optimizer, a scheduler, or whatever else can be restored."""
    if _is_keras(thing):
        if not getattr(thing, "built", True):
            remedy = "Call optimizer.build(model.trainable_variables) before baton.resume."
            raise BatonError("The Keras optimizer is not built.", remedy)
        ops = sys.modules["keras"].ops
        return {path: ops.convert_to_numpy(v) for path, v in _keras_variables(thing).items()}
    if hasattr(thing, "state_dict"):
        return thing.state_dict()
    if hasattr(thing, "bit_generator"):
        return thing.bit_generator.state
    if hasattr(thing, "get_state") and hasattr(thing, "set_state"):
        return thing.get_state()
    if isinstance(thing, (dict, list)):
        return thing
    what = type(thing).__name__
    raise BatonError("%s cannot be saved: it is no dict or list and has no state_dict." % what)


def _load_state(what: str, thing: Any, state: Any) -> None:
    try:
        if _is_keras(thing):
            for path, variable in _keras_variables(thing).items():
                variable.assign(state[path])
        elif hasattr(thing, "load_state_dict"):
            thing.load_state_dict(state)
        elif hasattr(thing, "bit_generator"):
            thing.bit_generator.state = state
        elif hasattr(thing, "set_state"):
            thing.set_state(state)
        elif isinstance(thing, dict):
            thing.clear()
            thing.update(state)
        else:
            thing[:] = state
    except (KeyError, ValueError, TypeError, RuntimeError) as e:
        message = "The checkpoint's %s does not fit the script's: %s." % (what, _first_line(e))
        raise BatonError(message, NEW_JOB) from e


class _Parts:
    """What else a script gave, by kind and by the prefix of its tensors' names."""

    def __init__(self, parts: Dict[str, Any], state: Any, models: _Models):
        self.of: Dict[str, Dict[str, Any]] = {kind: _named(part) for kind, part in parts.items()}
        self._models = models
        self.of["state"] = {} if state is None else {"": state}

    def capture(self, draft: _Draft) -> None:
        for kind, things in self.of.items():
            blobs = draft.files[OPTIMIZER if kind == "optimizer" else EXTRA]
            held = draft.state[kind] = {}
            for prefix, thing in things.items():
                path = (kind + "." + prefix).rstrip(".")
                held[prefix] = _pack(_state_of(thing), path, blobs, draft.host)

    def restore(self, held: _Held) -> None:
        for kind, things in self.of.items():
            if set(things) != set(held.of(kind)):
                found, given = len(held.of(kind)), len(things)
                message = "The checkpoint has the %s of %d, the script gives %d to baton.resume."
                raise BatonError(message % (kind, found, given), NEW_JOB)
            blobs = held.files[OPTIMIZER if kind == "optimizer" else EXTRA]
            for prefix, thing in things.items():
                _load_state(kind, thing, _unpack(held.of(kind)[prefix], blobs))

# --- Running means of an epoch, which a resume does not forget -----------------------------------


class _Sums:
    """What is added up over the running epoch, by name: the loss, and what else ``step`` is told."""

    def __init__(self) -> None:
        self._of: Dict[str, Dict[str, float]] = {}

    def add(self, name: str, value: float) -> None:
        held = self._of.setdefault(name, {"sum": 0.0, "count": 0})
        held["sum"] += value
        held["count"] += 1

    def has(self, name: str) -> bool:
        return bool(self._of.get(name, {}).get("count"))

    def mean(self, name: str) -> float:
        if not self.has(name):
            remedy = "Tell it after each optimizer step: run.step(%s=%s)." % (name, name)
            raise BatonError("There is no mean of %s in this epoch yet." % name, remedy)
        return self._of[name]["sum"] / self._of[name]["count"]

    def clear(self) -> None:
        self._of = {}

    def capture(self, draft: _Draft) -> None:
        draft.state["sums"] = {name: _told(held) for name, held in self._of.items()}

    def restore(self, held: _Held) -> None:
        self._of = {name: _read(told) for name, told in held.of("sums").items()}


def _told(held: Dict[str, float]) -> Dict[str, object]:
    """JSON knows no infinite sum; Python's text of a float keeps all its bits."""
    return {"sum": repr(held["sum"]), "count": held["count"]}


def _read(told: Dict[str, object]) -> Dict[str, float]:
    return {"sum": float(str(told["sum"])), "count": int(str(told["count"]))}

# --- Gradients that wait for their optimizer step, which a checkpoint must not lose --------------


_WATCHED = 8
"""So many parameters tell whether a script throws its gradients away after each step."""


class _Gradients:
    """The gradients of all parameters, saved where the next step would add to them.

    Right after a step they are of no use to a script that throws them away before the next backward
    pass (``zero_grad`` does by default), and are not saved; whether it does is seen by watching some
    of them from step to step. They are saved:

    1. after a batch that made no step, as at an epoch's end with gradients accumulated;
    2. as long as only one step has been seen;
    3. once some gradient has lived through a step: it is zeroed in place, or added to.
    """

    def __init__(self, models: _Models, parts: _Parts):
        self._models, self._parts = models, parts
        self._stepped = False
        self._lives_on: Optional[bool] = None
        self._watched: List[Any] = []
        self._optimizer_moved = True
        self._can_tell = all([self._hook(o) for o in parts.of["optimizer"].values()])

    def _hook(self, optimizer: Any) -> bool:
        def moved(*of: Any) -> None:
            self._optimizer_moved = True

        try:
            optimizer.register_step_post_hook(moved)
        except AttributeError:  # torch before 2.0, or a wrapper that lacks what the hook needs
            return False
        return True

    def begin_batch(self) -> None:
        self._stepped = False

    def stepped(self) -> None:
        """After an optimizer step, as the script says, and as its optimizers do where they can."""
        moved, self._optimizer_moved = self._optimizer_moved, False
        self._stepped = moved or not self._can_tell
        self._watch()

    def _watch(self) -> None:
        if any(old() is not None and old() is p.grad for p, old in self._watched):
            self._lives_on = True
        elif self._watched and self._lives_on is None:
            self._lives_on = False
        self._watched = []
        for parameter in self._parameters().values():
            if parameter.grad is not None and len(self._watched) < _WATCHED:
                self._watched.append((parameter, weakref.ref(parameter.grad)))

    def _parameters(self) -> Dict[str, Any]:
        """By name; those that only an optimizer knows by their place in it."""
        named: Dict[str, Any] = {}
        seen = set()
        for prefix, model in self._models.of.items():
            if _is_torch_module(model):
                for name, parameter in _bare(model).named_parameters():
                    named[prefix + name] = parameter
                    seen.add(id(parameter))
        for prefix, optimizer in self._parts.of["optimizer"].items():
            for g, group in enumerate(getattr(optimizer, "param_groups", ())):
                for i, parameter in enumerate(group["params"]):
                    if id(parameter) not in seen:
                        named["optimizer.%s%d.%d" % (prefix, g, i)] = parameter
        return named

    def capture(self, draft: _Draft) -> None:
        told = draft.state["gradients"] = {"lives_on": self._lives_on, "of": {}}
        if self._stepped and self._lives_on is False:
            return
        for name, parameter in self._parameters().items():
            if parameter.grad is not None:
                path = "gradients." + name
                told["of"][name] = _pack_one(parameter.grad, path, draft)

    def restore(self, held: _Held) -> None:
        told = held.of("gradients")
        if not told:
            return
        self._lives_on = told["lives_on"]
        parameters = self._parameters()
        for name in sorted(set(told["of"]) - set(parameters)):
            raise BatonError("The checkpoint has a gradient of %s, no parameter." % name, NEW_JOB)
        for name, parameter in parameters.items():
            packed = told["of"].get(name)
            parameter.grad = None if packed is None else _unpack_one(packed, held, parameter)
        self._watched = []
        self._stepped = False
        if told["of"]:
            self._watch_restored(parameters)

    def _watch_restored(self, parameters: Dict[str, Any]) -> None:
        with_gradient = [p for p in parameters.values() if p.grad is not None]
        self._watched = [(p, weakref.ref(p.grad)) for p in with_gradient[:_WATCHED]]


def _pack_one(gradient: Any, path: str, draft: _Draft) -> Any:
    """Zeroes by their place alone, a sparse gradient by its indices and values."""
    torch = sys.modules["torch"]
    if gradient.layout == torch.sparse_coo:
        parts = {"indices": gradient._indices(), "values": gradient._values()}
        packed = _pack(parts, path, draft.files[EXTRA], draft.host)
        return {"sparse": packed, "coalesced": gradient.is_coalesced()}
    if not gradient.any() and not torch.signbit(gradient).any():
        return "zero"
    return {"dense": _pack(gradient, path, draft.files[EXTRA], draft.host)}


def _unpack_one(packed: Any, held: _Held, parameter: Any) -> Any:
    torch = sys.modules["torch"]
    if packed == "zero":
        return torch.zeros_like(parameter)
    if "dense" in packed:
        value = _unpack(packed["dense"], held.files[EXTRA])
        return torch.empty_like(parameter).copy_(value)
    parts = _unpack(packed["sparse"], held.files[EXTRA])
    device = parameter.device
    indices, values = parts["indices"].to(device), parts["values"].to(device)
    made = torch.sparse_coo_tensor(indices, values, parameter.shape)
    return made._coalesced_(packed["coalesced"])

# --- The order of the data: an epoch's batches, from any of them on ------------------------------


class _Seeded:
    """A data set for loader processes: each example's randomness is its own, whoever loads it."""

    def __init__(self, dataset: Any, seed: int):
        self.dataset, self.seed = dataset, seed

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, index: Any) -> Any:
        _seed_generators(_derive(self.seed, index))
        return self.dataset[index]


def _remaining(loader: Any, epoch: int, skip: int, seed: int) -> Tuple[Iterator[Any], int]:
    """An epoch's batches from ``skip`` on, and how many the whole epoch has; 0: not known.

    The skipped ones are not loaded if the loader is a map-style ``DataLoader`` or a sequence.
    """
    if callable(loader) and not hasattr(loader, "__iter__") and not hasattr(loader, "__getitem__"):
        loader = loader(epoch)
    torch_data = sys.modules.get("torch.utils.data")
    if torch_data is not None and isinstance(loader, torch_data.DataLoader):
        return _remaining_of_loader(torch_data, loader, epoch, skip, seed)
    if hasattr(loader, "__getitem__") and hasattr(loader, "__len__"):
        return (loader[i] for i in range(skip, len(loader))), len(loader)
    return _skipping(iter(loader), skip), 0


def _remaining_of_loader(
    data: Any, loader: Any, epoch: int, skip: int, seed: int
) -> Tuple[Iterator[Any], int]:
    samplers = [loader.sampler, loader.batch_sampler, getattr(loader.batch_sampler, "sampler", 0)]
    for thing in [loader] + samplers:
        if hasattr(thing, "set_epoch"):
            thing.set_epoch(epoch)
        generator = getattr(thing, "generator", None)
        if generator is not None and hasattr(generator, "manual_seed"):
            generator.manual_seed(seed)
    if isinstance(loader.dataset, data.IterableDataset) or type(loader) is not data.DataLoader:
        return _skipping(iter(loader), skip), 0
    order = list(loader.sampler if loader.batch_sampler is None else loader.batch_sampler)
    kept = {"sampler" if loader.batch_sampler is None else "batch_sampler": order[skip:]}
    if loader.batch_sampler is None:
        kept["batch_size"] = None  # type: ignore[assignment]
    if loader.num_workers > 0:
        kept["prefetch_factor"] = loader.prefetch_factor
        kept["multiprocessing_context"] = loader.multiprocessing_context
    rest = data.DataLoader(
        _Seeded(loader.dataset, seed) if loader.num_workers > 0 else loader.dataset,
        num_workers=loader.num_workers,
        collate_fn=loader.collate_fn,
        pin_memory=loader.pin_memory,
        timeout=loader.timeout,
        worker_init_fn=loader.worker_init_fn,
        generator=loader.generator,
        **kept,
    )
    return iter(rest), len(order)


def _skipping(iterator: Iterator[Any], skip: int) -> Iterator[Any]:
    for _ in range(skip):
        next(iterator, None)
    return iterator


class _Data:
    """What the batches of the running epoch are drawn from."""

    def __init__(self, parts: _Parts):
        self._parts = parts

    def begin(self, loader: Any, epoch: int, batch: int, seed: int) -> Tuple[Iterator[Any], int]:
        """The epoch's batches from ``batch`` on, and how many the whole epoch has; 0: not known."""
        return _remaining(loader, epoch, batch, seed)

    def end_epoch(self) -> None:
        """Nothing of the epoch is needed any more."""

    def hold(self) -> None:
        """From here on a checkpoint has the generators of now, until :meth:`release`."""

    def release(self) -> None:
        """The look ahead is over."""

    def capture(self, draft: _Draft) -> None:
        draft.state["data"] = {}

    def restore(self, held: _Held) -> None:
        """Nothing yet."""

# --- Writes a save in the background, one at a time ----------------------------------------------


class _Writing:
    """A thread that writes one save; the next waits for it, for there is memory for one."""

    def __init__(self) -> None:
        self._thread: Optional[threading.Thread] = None
        self._failed: Optional[BaseException] = None

    def begin(self, work: Callable[[], None]) -> None:
        def run() -> None:
            try:
                work()
            except BaseException as e:
                self._failed = e

        self._thread = threading.Thread(target=run, name="baton-save")
        self._thread.start()

    def finish(self) -> None:
        """Waits for the save that is being written; raises what it failed with."""
        if self._thread is not None:
            self._thread.join()
        self._thread = None
        if self._failed is not None:
            raise self._failed

# --- A run by hand: saves into a folder, and goes on from there ----------------------------------


_PID = os.getpid()


class Start(NamedTuple):
    """Where training begins: the files of a checkpoint, or nothing for a fresh start."""

    epoch: int
    batch: int
    files: Optional[Path]


class _Alone:
    """No coordinator: saves into a folder now and then, and begins where the last run stopped."""

    device: Optional[str] = None
    obeys = False

    def __init__(self) -> None:
        told = json.loads(os.environ.get("BATON_JOB", "{}"))
        self.epochs: Optional[int] = told.pop("epochs", None)
        self.seed: Optional[int] = told.pop("seed", None)
        self.parameters: Dict[str, Any] = told
        self.folder = Path(os.environ.get("BATON_FOLDER", "baton-checkpoints"))
        data = os.environ.get("BATON_DATA")
        self.data = Path(data) if data else None
        self.every = float(os.environ.get("BATON_SAVE_SECONDS", "60"))
        self.keep = 2
        self._saved_at = time.monotonic()
        self._terminated = self._said_ready = False
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, self._on_sigterm)

    def _on_sigterm(self, number: int, frame: Any) -> None:
        if self._terminated or os.getpid() != _PID:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGTERM)
        self._terminated = True

    def start(self) -> Start:
        newest = max(self._saves(), default=None)
        return Start(0, 0, None) if newest is None else Start(*newest)

    def _saves(self) -> List[Tuple[int, int, Path]]:
        saves = []
        for folder in self.folder.glob("e*-b*"):
            epoch, _, batch = folder.name[1:].partition("-b")
            if epoch.isdigit() and batch.isdigit():
                saves.append((int(epoch), int(batch), folder))
        return saves

    def ready(self, run: "Run", batches: int) -> None:
        if not self._said_ready:
            self._said_ready = True
            message = "baton: training begins at %s; saves go to %s"
            print(message % (run._where(), self.folder), file=sys.stderr)

    def evaluated(self, metrics: Dict[str, float]) -> None:
        shown = ", ".join("%s %.4g" % item for item in sorted(metrics.items()))
        print("baton:", shown, file=sys.stderr)

    def batch_done(self, run: "Run", loss: Optional[float], final: Optional[str]) -> None:
        """Nobody to tell."""

    def orders(self, run: "Run", ended: bool) -> bool:
        due = time.monotonic() - self._saved_at >= self.every
        if due or ended or self._terminated:
            name, write = "e%d-b%d" % (run.epoch, run.batch), run._copy()
            run._writing.begin(lambda: self._write_whole(name, write))
            self._saved_at = time.monotonic()
        if self._terminated or ended:
            run._writing.finish()
        if self._terminated:
            print("baton: saved at", run._where(), "- stopping as told", file=sys.stderr)
            raise SystemExit(128 + signal.SIGTERM)
        return not ended

    def _write_whole(self, name: str, write: Callable[[Path, bool], None]) -> None:
        """Writes a folder that is seen whole or not at all, and deletes the oldest ones."""
        half = self.folder / ("." + name)
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(parents=True)
        write(half, True)
        shutil.rmtree(self.folder / name, ignore_errors=True)
        half.rename(self.folder / name)
        for _, _, old in sorted(self._saves())[: -self.keep]:
            shutil.rmtree(old, ignore_errors=True)

# --- What may change the bits of a training: versions, device, threads, and the script itself ----


def _profile(device: str) -> Dict[str, str]:
    """What may change the bits: versions, device, threads, and the script itself."""
    profile = {
        "language": "Python " + platform.python_version(),
        "script": _script_hash(),
        "device": "gpu" if device == "cuda" else "cpu",
        "processor": _processor(),
    }
    for name in ("torch", "numpy", "keras", "tensorflow", "jax", "transformers", "lightning"):
        version = getattr(sys.modules.get(name), "__version__", None)
        if version:
            profile[name] = str(version)
    for name in ("OMP_NUM_THREADS", "ATEN_CPU_CAPABILITY", "MKL_CBWR", "CUBLAS_WORKSPACE_CONFIG"):
        if name in os.environ:
            profile[name] = os.environ[name]
    torch = sys.modules.get("torch")
    if torch is not None:
        profile["threads"] = str(torch.get_num_threads())
        profile["deterministic"] = str(torch.are_deterministic_algorithms_enabled()).lower()
        if device == "cuda":
            profile["gpu"] = torch.cuda.get_device_name()
            profile["cuda"] = str(torch.version.cuda)
    return profile


def _script_hash() -> str:
    """Over the script and every module beside it that it has imported."""
    main = getattr(sys.modules.get("__main__"), "__file__", None)
    if not main:
        return "unknown"
    home = Path(main).resolve().parent
    files = {Path(main).resolve()}
    for module in list(sys.modules.values()):
        path = getattr(module, "__file__", None)
        if path and path.endswith(".py") and home in Path(path).resolve().parents:
            files.add(Path(path).resolve())
    # What the worker delivers is no part of the script, wherever its scratch lies.
    own = {Path(__file__).resolve(), Path(__file__).resolve().with_name("sitecustomize.py")}
    beside = [f for f in files - own if "site-packages" not in f.parts and f.exists()]
    digest = hashlib.sha256()
    for path in sorted(beside):
        digest.update(("%s\0" % path.relative_to(home).as_posix()).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.machine()

# --- A run under a worker: the child's end of docs/program-protocol.md ---------------------------


PROTOCOL = 2


class _Worker:
    """A Baton worker at the other end of a socket; it decides, this obeys."""

    obeys = True

    def __init__(self, address: str):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.connect(address)
        self._sending = threading.Lock()
        self._inbox: "queue.Queue[Dict[str, Any]]" = queue.Queue()
        threading.Thread(target=self._listen, name="baton", daemon=True).start()
        if threading.current_thread() is threading.main_thread():
            # The worker hears of the machine's end too, and still wants a last save from here.
            signal.signal(signal.SIGTERM, self._on_sigterm)
        sys.excepthook = self._on_exception
        self._send("hello", version=PROTOCOL, language="Python " + platform.python_version())
        start = self._receive("start")
        if start["version"] != PROTOCOL:
            raise BatonError("The worker speaks another version of the program protocol.")
        spec, at = start["spec"], start["position"]
        self.parameters = spec["parameters"]
        self.epochs, self.seed, self.device = spec["epochs"], spec["seed"], start["device"]
        data = start.get("data")
        self.data = Path(data) if data else None
        files = start.get("files")
        self._start = Start(at["epoch"], at["batch"], Path(files) if files else None)
        self._said_ready = False

    @staticmethod
    def _on_sigterm(number: int, frame: Any) -> None:
        if os.getpid() != _PID:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGTERM)

    def _on_exception(self, kind: Any, error: Any, trace: Any) -> None:
        if os.getpid() == _PID:
            message, remedy, whose = _explain(error, trace)
            try:
                self._send("error", kind=whose, sentence=message[:1000], remedy=remedy[:500])
            except OSError:
                pass
        sys.__excepthook__(kind, error, trace)

    def _listen(self) -> None:
        try:
            with self._socket.makefile("r", encoding="utf-8") as lines:
                for line in lines:
                    self._inbox.put(json.loads(line))
        except (OSError, ValueError):
            pass
        # Without its worker nobody saves this, and a GPU held for nothing helps nobody.
        try:
            os.write(2, (CUT + "\n").encode())
        except OSError:
            pass  # A worker that was killed reads no output either.
        if os.getpgrp() == _PID or "BATON_RUN" in os.environ:
            os.killpg(0, signal.SIGKILL)
        os._exit(1)

    def _send(self, message: str, **fields: Any) -> None:
        line = json.dumps({"type": message, **fields}, allow_nan=False) + "\n"
        with self._sending:
            self._socket.sendall(line.encode())

    def _receive(self, *expected: str) -> Dict[str, Any]:
        message = self._inbox.get()
        if message["type"] == "stop":
            raise SystemExit(0)
        if message["type"] not in expected:
            raise BatonError("The worker said %s out of turn." % message["type"])
        return message

    def start(self) -> Start:
        return self._start

    def ready(self, run: "Run", batches: int) -> None:
        if not self._said_ready:
            self._said_ready = True
            architecture = run._models.architecture()
            profile = _profile(run.job.device)
            self._send("ready", batches=batches, architecture=architecture, profile=profile)
            self.orders(run, False)

    def evaluated(self, metrics: Dict[str, float]) -> None:
        """Tells them; JSON has no NaN and no infinity, so such a metric crosses as null."""
        finite = {k: v if math.isfinite(v) else None for k, v in metrics.items()}
        self._send("evaluated", metrics=finite)

    def batch_done(self, run: "Run", loss: Optional[float], final: Optional[str]) -> None:
        if final is not None:
            self._send("final", reason=final[:500])
        position = {"epoch": run.epoch, "batch": run.batch}
        self._send("batch", position=position, **({} if loss is None else {"loss": loss}))

    def orders(self, run: "Run", ended: bool) -> bool:
        """Saves as often as it is told to; returns when told to go on."""
        while True:
            message = self._receive("save") if ended else self._receive("save", "go")
            if message["type"] == "go":
                return True
            number, folder = message["id"], Path(message["folder"])
            write = run._copy()
            position = {"epoch": run.epoch, "batch": run.batch}
            self._send("snapshotted", id=number, position=position)
            run._writing.begin(functools.partial(self._write, number, folder, write))

    def _write(self, number: int, folder: Path, write: Callable[[Path, bool], None]) -> None:
        try:
            write(folder, False)
            self._send("saved", id=number)
        except Exception as e:
            self._send("saved", id=number, error=_first_line(e)[:500])

# --- Whoever says what to do: the worker that started this process, or nobody --------------------


_link: Union[_Alone, _Worker, None] = None


def _connected() -> Union[_Alone, _Worker]:
    """Whoever says what to do: the worker that started this process, or nobody."""
    global _link
    if _link is None:
        # Taken out, so that no child of the script takes itself for the script.
        address = os.environ.pop("BATON_SOCKET", None)
        _link = _Worker(address) if address else _Alone()
    return _link

# --- What a drill compares: a line for each batch; and how soon it ends an epoch -----------------


_TRACE = os.environ.pop("BATON_TRACE", None)
_MOST_BATCHES = int(os.environ.pop("BATON_DRILL_BATCHES", "0"))
"""So many batches end an epoch in a drill, as if the loader had no more; 0: no drill."""

_LONGEST_VALUE = 200
"""Of the script's own values none with more members is looked at: those are data."""


def _shortened(
    loader: Any, rest: Iterator[Any], count: int, done: int
) -> Tuple[Iterator[Any], int]:
    """What is left of an epoch, and its batches, as a drill wants them.

    An iterator goes on in the next epoch where this one leaves it, so it keeps its own end.
    """
    if not _MOST_BATCHES or hasattr(loader, "__next__"):
        return rest, count
    if count:
        return rest, min(count, _MOST_BATCHES)
    return itertools.islice(rest, max(0, _MOST_BATCHES - done)), 0


class _Trace:
    """Writes down, a JSON line for each batch, all that two runs are compared by.

    What the batch was and its loss; and fingerprints of what there was before it: the generators,
    what was given to ``resume``, what was not (``strangers``), and the script's own values. Of the
    last two only what has changed since the line before. Only where ``BATON_TRACE`` names a file.
    """

    def __init__(self, path: str):
        self._file = open(path, "a", encoding="utf-8", buffering=1)
        self._line: Dict[str, Any] = {}
        self._metrics: Dict[str, Any] = {}
        self._strangers: Dict[str, Tuple[str, Any]] = {}
        self._told: Dict[str, Dict[str, Optional[str]]] = {"strangers": {}, "values": {}}
        self._loss_before: Optional[float] = None
        self._begun = False

    def begin(self, run: "Run") -> None:
        """Before the first batch: where it begins, and what was not given to ``resume``."""
        if self._begun:
            return
        self._begun = True
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._strangers = _strangers(run)
            after = _after_the_loop()
        forgotten = [
            {"kind": kind, "name": type(thing).__name__, "path": path}
            for path, (kind, thing) in sorted(self._strangers.items())
        ]
        where = run._where_exactly()
        self._write(begin=where, forgotten=forgotten, **({"after": after} if after else {}))

    def given(self, run: "Run", item: Any = None) -> None:
        self._loss_before = run._loss
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            line = {"at": run._where_exactly(), **_fingerprints(run)}
            strange = {path: _of_thing(kind, t) for path, (kind, t) in self._strangers.items()}
            self._add_changes(line, "strangers", strange)
            self._add_changes(line, "values", _values(run, self._strangers))
            if item is not None:
                line["batch"] = _fingerprint(item)
        self._line = line

    def _add_changes(self, line: Dict[str, Any], what: str, now: Mapping[str, Any]) -> None:
        before = self._told[what]
        changed = {k: now.get(k) for k in {**before, **now} if before.get(k) != now.get(k)}
        before.update(changed)
        if changed:
            line[what] = changed

    def done(self, loss: Optional[float]) -> None:
        """After the batch; one without a step, as when gradients accumulate, has no loss."""
        stale = loss is self._loss_before
        if self._line:
            self._write(**self._line, loss=None if loss is None or stale else repr(loss))
        self._line = {}

    def evaluated(self, metrics: Mapping[str, Any]) -> None:
        self._metrics.update(metrics)

    def reached(self, run: "Run") -> None:
        """At a new position: what was measured on the way, and whether the script ends here."""
        if self._metrics:
            finite = {
                k: v if v is not None and math.isfinite(v) else None
                for k, v in self._metrics.items()
            }
            self._write(metrics=finite, of=run._where_exactly())
        self._metrics = {}
        if run._final is not None:
            self._write(ended=run._where_exactly(), reason=run._final)

    def _write(self, **what: Any) -> None:
        self._file.write(json.dumps(what, sort_keys=True) + "\n")


def _fingerprints(run: "Run") -> Dict[str, Any]:
    """Of the generators, and of what was given to ``resume`` by its kind."""
    own = {"own." + k.rstrip("."): v for k, v in run._parts.of["generators"].items()}
    generators = {k: _fingerprint(_state_of(v)) for k, v in own.items()}
    for name, blob in _capture_generators().items():
        generators[name[len("generator.") :]] = _fingerprint(bytes(blob.data))
    parts = {
        kind: _sampled([_state_of(thing) for thing in things.values()])
        for kind, things in run._parts.of.items()
        if things and kind != "generators"
    }
    if run._models.of:
        parts["model"] = _sampled([_tensors_of(model) for model in run._models.of.values()])
    return {"generators": generators, "parts": parts}


def _of_thing(kind: str, thing: Any) -> Optional[str]:
    """A fingerprint of what was not given; none: its state cannot be looked at."""
    try:
        if issubclass(type(thing), random.Random):
            return _fingerprint(thing.getstate())
        if hasattr(thing, "random_raw"):  # NumPy's bit generators
            return _fingerprint(thing.state)
        if kind == "generator":
            return _fingerprint(_state_of(thing))
        return _sampled(_tensors_of(thing) if kind == "model" else _state_of(thing))
    except Exception:
        return None


def _values(run: "Run", strangers: Mapping[str, Any]) -> Dict[str, str]:
    """The script's own numbers, texts and small tensors by the path that it reaches them by."""
    known = _known(run) | {id(thing) for _, thing in strangers.values()}
    values = {}
    for path, thing, is_own in _reachable(known, _has_no_values):
        if is_own and _is_small(thing):
            values[path] = _sampled(thing)
    return values


def _has_no_values(found: _Found) -> bool:
    return not found.is_own or _is_array(found.thing)


def _is_small(thing: Any) -> bool:
    if _is_array(thing):
        return getattr(thing, "ndim", 0) == 0 or thing.shape[0] <= _LONGEST_VALUE
    if issubclass(type(thing), (list, tuple)):
        return len(thing) <= _LONGEST_VALUE and all(_is_plain(member) for member in thing)
    return _is_plain(thing)


def _known(run: "Run") -> "set[int]":
    """The ids of what was given to ``resume``, and of what that consists of."""
    known = {id(part) for parts in run._parts.of.values() for part in parts.values()}
    known |= {id(run), id(run.job), id(run._link), id(run._parts.of)}
    for model in [_bare(m) for m in run._models.of.values()] + list(run._parts.of["ema"].values()):
        known.add(id(model))
        known.update(id(m) for m in (model.modules() if hasattr(model, "modules") else ()))
    for scheduler in run._parts.of["scheduler"].values():
        known.update(id(inner) for inner in getattr(scheduler, "_schedulers", ()))
    return known


def _strangers(run: "Run") -> Dict[str, Tuple[str, Any]]:
    """What has a state, is reached by the script and was not given to ``resume``: its kind and
    itself, by the path that it is reached by."""
    found: Dict[str, Tuple[str, Any]] = {}
    for path, thing, _ in _reachable(_known(run), lambda found: bool(_kind_of(found.thing))):
        kind = _kind_of(thing)
        if kind:
            found[path] = (kind, thing)
    return found


_LOOPS_OF = ("lightning", "pytorch_lightning", "transformers", "accelerate", "keras", "baton")
"""Packages that save the states of their own loops by themselves, or whose callback does."""


def _kind_of(thing: Any) -> str:
    """What a thing is by what its class can do; empty: nothing that has a state of training.

    The class is asked, never the thing: a proxy, or a module that is imported late, answers for
    itself, with an error too.
    """
    kind = type(thing)
    if _is_known_generator(thing):
        return "generator"
    try:
        if issubclass(kind, type) or not hasattr(kind, "load_state_dict"):
            return ""
        if hasattr(kind, "forward"):
            return "model" if next(iter(thing.parameters()), None) is not None else ""
        if hasattr(kind, "zero_grad"):
            return "optimizer"
        if hasattr(kind, "get_last_lr"):
            return "scheduler"
        return "" if str(kind.__module__).split(".")[0] in _LOOPS_OF else "state"
    except Exception:
        return ""

# --- The job to train, and the run that goes on with it ------------------------------------------


_job: Optional["Job"] = None


class Job:
    """What to train: epochs, seed and device, and the job's parameters as attributes.

    ``data`` is the folder with what to train on, to be read only; ``None`` if the job names none.
    """

    def __init__(
        self,
        epochs: int,
        seed: int,
        device: str,
        parameters: Dict[str, Any],
        data: Optional[Path] = None,
    ):
        self.epochs, self.seed, self.device = epochs, seed, device
        if "data" not in parameters:
            self.data = data
        self.parameters = parameters

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["parameters"][name]
        except KeyError:
            raise AttributeError("the job has no parameter " + name) from None


def job(epochs: int = 1, seed: int = 0, **parameters: Any) -> Job:
    """The job to train; what is given here are defaults, what the coordinator says wins.

    Seeds Python's, NumPy's and torch's generators: call it after their import, and before the
    model is built, so that a fresh start is the same everywhere.
    """
    global _job
    link = _connected()
    unknown = sorted(set(link.parameters) - set(parameters))
    if unknown:
        message = "The script has no parameter %s." % ", ".join(unknown)
        known = ", ".join(sorted(parameters)) or "none"
        raise BatonError(message, "It has: %s. Submit the job again, or add it." % known)
    chosen = {k: _like(k, v, link.parameters.get(k, v)) for k, v in parameters.items()}
    torch = sys.modules.get("torch")
    gpu = link.device == "gpu" or (not link.obeys and torch and torch.cuda.is_available())
    if gpu and not (torch and torch.cuda.is_available()) and torch:
        message = "This torch (%s) finds no GPU." % torch.__version__
        raise BatonError(message, "Install a torch with CUDA, or start for the CPU.", "machine")
    _job = Job(
        epochs if link.epochs is None else link.epochs,
        seed if link.seed is None else link.seed,
        "cuda" if gpu else "cpu",
        chosen,
        link.data,
    )
    _seed_generators(_derive(_job.seed))
    if "keras" in sys.modules:
        sys.modules["keras"].utils.set_random_seed(_derive(_job.seed))
    return _job


def _like(name: str, default: Any, value: Any) -> Any:
    """``value`` in the type of its default."""
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if default is None or type(value) is type(default):
        return value
    message = "The parameter %s must be like %r, not %r." % (name, default, value)
    raise BatonError(message, "Submit the job again.")


def _current_job() -> Job:
    """What :func:`job` returned last; its defaults where the script has not called it."""
    return _job or job()

# --- A script in training: gives out batches, and can be saved between any two steps -------------


_END = object()


class Run:
    """A script in training: gives out batches, and can be saved between any two steps."""

    def __init__(self, link: Any, job: Job, model: Any, parts: Dict[str, Any], state: Any):
        self.job = job
        self.epoch = self.batch = 0
        """Whole epochs done, and batches done of the next one."""
        self._link = link
        self._models = _Models(model)
        self._parts = _Parts(parts, state, self._models)
        self._sums = _Sums()
        self._data = _Data(self._parts)
        self._gradients = _Gradients(self._models, self._parts)
        self._generators = _Generators()
        self._sections = (
            self._models,
            self._parts,
            self._sums,
            self._data,
            self._gradients,
            self._generators,
        )
        self._host = _HostMemory()
        self._writing = _Writing()
        self._count = 0
        self._loss: Optional[float] = None
        self._final: Optional[str] = None
        self._metrics: Dict[str, float] = {}
        self._nested = self._inner_done = False
        self._trace = _Trace(_TRACE) if _TRACE else None
        self._stepped = self._stepped_in_epoch = False
        self._held: Optional[_Held] = None
        start = link.start()
        if start.files is not None:
            self._held = _Held(start.files, start.epoch, start.batch)
            self.epoch, self.batch = start.epoch, start.batch
            self._restore(self._held)
        self._over = self._final is not None or self.epoch >= job.epochs

    # Training

    def epochs(self) -> Iterator[int]:
        """The epochs that are left; within each, :meth:`batches` gives that epoch's alone."""
        self._nested = True
        self._restore_again(within_epoch=False)
        while not self._over:
            self._inner_done = False
            yield self.epoch
            if not self._over:
                self._close_epoch()

    def batches(self, loader: Any) -> Iterator[Any]:
        """The batches that are left, of this epoch within :meth:`epochs`, else of all epochs.

        ``loader`` is iterated anew each epoch; a function is called with the epoch's number.
        """
        if self._nested:
            if self._inner_done:
                remedy = "Give one epoch's batches in one loop, from one loader."
                raise BatonError("run.batches was asked twice within an epoch.", remedy)
            yield from self._one_epoch(loader)
            return
        while not self._over:
            yield from self._one_epoch(loader)
            if not self._over:
                self._close_epoch()

    def step(self, loss: Any = None) -> None:
        """Says that the optimizer has moved, and so that the state may be saved after this batch.

        Batches without it, as when gradients accumulate, are saved with the next one that has it.
        """
        self._stepped = self._stepped_in_epoch = True
        self._gradients.stepped()
        if loss is None:
            return
        value = float(loss.detach() if _is_torch(loss) else loss)
        if math.isfinite(value):
            self._loss = value
            self._sums.add("loss", value)
        elif not self._parts.of["scaler"]:  # a scaler skips steps of infinite gradients by design
            message = "The loss is %r at %s." % (value, self._where())
            raise BatonError(message, "Try a smaller learning rate, clipping, or cleaner data.")

    def evaluated(self, **metrics: Any) -> None:
        """Reports what was measured, such as the accuracy on held-out data.

        A number that is not finite is shown as a gap and ends nothing.
        """
        values = {name: float(value) for name, value in metrics.items()}
        self._metrics.update(values)
        if self._trace:
            self._trace.evaluated(values)
        self._link.evaluated(values)

    def finish(self, reason: str) -> None:
        """Ends the training after this batch, before the last epoch; the job is complete then."""
        self._final = reason

    @property
    def epoch_ended(self) -> bool:
        """Whether the batch being trained is its epoch's last."""
        if not self._count:
            remedy = "Write: for epoch in run.epochs(): for batch in run.batches(loader)."
            raise BatonError("The loader does not tell how many batches it has.", remedy)
        return self.batch + 1 == self._count

    def _one_epoch(self, loader: Any) -> Iterator[Any]:
        self._restore_again(within_epoch=False)
        seed = _derive(self.job.seed, self.epoch)
        _seed_generators(seed)
        iterator, count = self._data.begin(loader, self.epoch, self.batch, seed)
        iterator, count = _shortened(loader, iterator, count, self.batch)
        if count and self.batch >= count:
            message = "An epoch has %d batches now, and training stopped after %d of one."
            raise BatonError(message % (count, self.batch), "Use the data that began the job.")
        self._count, self._stepped_in_epoch = count, self.batch > 0
        self._restore_again(within_epoch=True)
        self._begin(count)
        yield from self._counted(iterator, count) if count else self._uncounted(iterator)

    def _counted(self, iterator: Iterator[Any], count: int) -> Iterator[Any]:
        while True:
            item = next(iterator, _END)
            if item is _END:
                message = "The loader promised %d batches and gave %d." % (count, self.batch)
                raise BatonError(message)
            yield from self._one_batch(item)
            if self.batch + 1 == count:
                self._inner_done = True
                return
            if not self._go_on():
                return

    def _uncounted(self, iterator: Iterator[Any]) -> Iterator[Any]:
        item = next(iterator, _END)
        if item is _END:
            raise BatonError("The loader gave no batch at all.", "Give run.batches a new one.")
        while item is not _END:
            yield from self._one_batch(item)
            # Only a look ahead tells whether the epoch ends here, and it may draw from these.
            self._look_ahead(True)
            item = next(iterator, _END)
            if item is not _END and not self._go_on():
                return
            self._look_ahead(False)
        self._inner_done = True

    def _look_ahead(self, begins: bool) -> None:
        """Until it ends, a checkpoint has the generators of before it began."""
        for section in (self._generators, self._data):
            section.hold() if begins else section.release()

    def _one_batch(self, item: Any) -> Iterator[Any]:
        self._stepped = False
        self._gradients.begin_batch()
        if self._trace:
            self._trace.given(self, item)
        yield item
        if self._trace:
            self._trace.done(self._loss)

    def _go_on(self) -> bool:
        """After a batch within an epoch: reports it, takes orders, says whether more is wanted."""
        self.batch += 1
        if self._trace:
            self._trace.reached(self)
        if self._stepped or self._final is not None:
            self._link.batch_done(self, self._loss, self._final)
            self._over = not self._link.orders(self, self._final is not None)
        return not self._over

    def _close_epoch(self) -> None:
        if not self._inner_done:
            remedy = "To end training early, call run.finish(reason) instead of break."
            raise BatonError("An epoch was left before its last batch.", remedy)
        if not self._stepped_in_epoch:
            remedy = "Call run.step(loss=loss) after each optimizer.step()."
            raise BatonError("The script trained an epoch and never called run.step.", remedy)
        if self._sums.has("loss") and "loss" not in self._metrics:
            self.evaluated(loss=self._sums.mean("loss"))
        self._metrics = {}
        self._sums.clear()
        self._data.end_epoch()
        self.epoch, self.batch = self.epoch + 1, 0
        if self._trace:
            self._trace.reached(self)
        # Whatever an evaluation has drawn, each epoch begins the same.
        _seed_generators(_derive(self.job.seed, self.epoch))
        self._link.batch_done(self, self._loss, self._final)
        ended = self._final is not None or self.epoch >= self.job.epochs
        self._over = not self._link.orders(self, ended)

    def _begin(self, batches: int) -> None:
        if self._trace:
            self._trace.begin(self)
        self._link.ready(self, batches)

    def _where_exactly(self) -> str:
        return "e%d-b%d" % (self.epoch, self.batch)

    def _where(self) -> str:
        return "epoch %d, batch %d" % (self.epoch, self.batch)

    # Saving and restoring

    def _copy(self) -> Callable[[Path, bool], None]:
        """Copies the whole state to host memory; what is returned writes the copy to a folder."""
        self._writing.finish()
        draft = _Draft(self._host, self.epoch, self.batch)
        draft.state["final"] = self._final
        for section in self._sections:
            section.capture(draft)
        draft.finish()
        return draft.write

    def _restore(self, held: _Held) -> None:
        self._final = held.state["final"]
        for section in self._sections:
            section.restore(held)

    def _restore_again(self, within_epoch: bool) -> None:
        """Undoes what the script did since ``resume`` and had done before the save already.

        A script that is started in the midst of its training runs the lines before its loop again,
        and within an epoch those before its batches too: ``scheduler.step()``, ``model.train()``,
        ``optimizer.zero_grad()``, draws from generators. Unbroken, they had run once.
        """
        if self._held is not None and self._held.is_within_epoch == within_epoch:
            self._restore(self._held)
            self._held = None

# --- The way in: restores what a script gives, and returns the run to go on with -----------------


def resume(
    model: Any = None,
    optimizer: Any = None,
    scheduler: Any = None,
    *,
    scaler: Any = None,
    ema: Any = None,
    generators: Any = None,
    state: Any = None,
) -> "Run":
    """Restores everything given from the newest checkpoint, and returns the run to go on with.

    Each may be a list or a dict of several. ``generators`` are NumPy's or torch's of the script's
    own; the global ones are restored anyway. ``state`` is one dict or list of plain values that is
    restored in place, or an object with ``state_dict``.
    """
    if model is not None and optimizer is None and _is_keras(model):
        optimizer = getattr(model, "optimizer", None)
        if optimizer is not None and not optimizer.built:
            optimizer.build(model.trainable_variables)
    parts = {"optimizer": optimizer, "scheduler": scheduler, "scaler": scaler, "ema": ema}
    parts["generators"] = generators
    return Run(_connected(), _current_job(), model, parts, state)

# --- Loops that are not ours: what is done is reported when the next step begins -----------------


class _Whole:
    """Steps of a loop that is not ours: what is done is reported when the next begins."""

    def __init__(self, run: Run):
        self.run = run
        self._pending = False

    def begin(self, batches: int) -> None:
        """Before the first step: puts the generators back, then waits for the first order."""
        run = self.run
        run._restore_again(within_epoch=True)
        run._held = None
        run._begin(batches)

    def done(self, epoch: int, batch: int, loss: Any = None) -> None:
        run = self.run
        if run._trace:
            run._trace.given(run)
        run.step(loss=loss)
        run.epoch, run.batch = epoch, batch
        self._pending = True

    def between(self) -> bool:
        """Reports, takes orders, and says whether to go on."""
        run = self.run
        if not self._pending:
            return not run._over
        self._pending = False
        if run._trace:
            run._trace.done(run._loss)  # only here: some tell the loss after the step
        if run.batch == 0:
            run.epoch -= 1
            run._inner_done = True
            run._close_epoch()
        else:
            run.batch -= 1
            run._go_on()
        return not run._over

# --- Keras' fit ----------------------------------------------------------------------------------


def keras_callback(run: Run) -> Any:
    """A callback for Keras' ``fit``, to be given last: saves at the end of each epoch.

    ``model.fit(..., initial_epoch=run.epoch, epochs=run.job.epochs, callbacks=[...])``. To be
    saved within epochs, loop over ``run.batches`` and call ``model.train_on_batch`` instead.
    """
    import keras

    steps = _Whole(run)

    class Callback(keras.callbacks.Callback):  # type: ignore[misc]
        def on_train_begin(self, logs: Any = None) -> None:
            steps.begin(1)

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            keras.utils.set_random_seed(_derive(run.job.seed, epoch))

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            metrics = dict(logs or {})
            if self.model.stop_training and epoch + 1 < run.job.epochs:
                run.finish("a Keras callback stopped the training")
            run.evaluated(**metrics)
            steps.done(epoch + 1, 0, metrics.get("loss"))
            if not steps.between():
                self.model.stop_training = True

    return Callback()

# --- Lightning's Trainer -------------------------------------------------------------------------


def lightning_callback() -> Any:
    """A callback for Lightning's ``Trainer(max_epochs=job.epochs)``: saves after each epoch."""
    import lightning

    class Callback(lightning.Callback):
        def on_fit_start(self, trainer: Any, pl_module: Any) -> None:
            loops = trainer.fit_loop.epoch_loop
            self.counts = {"batches": 0, "steps": 0}
            schedulers = [config.scheduler for config in trainer.lr_scheduler_configs]
            scaler = getattr(trainer.precision_plugin, "scaler", None)
            parts = list(trainer.optimizers), schedulers
            self.run = resume(pl_module, *parts, scaler=scaler, state=self.counts)
            self.steps = _Whole(self.run)
            self.progress = (
                (loops.batch_progress.total, "batches"),
                (
                    loops.automatic_optimization.optim_progress.optimizer.step.total,
                    "steps",
                ),
            )
            for progress, name in self.progress:
                progress.ready = progress.completed = self.counts[name]
            epochs = trainer.fit_loop.epoch_progress.current
            epochs.ready = epochs.started = epochs.processed = epochs.completed = self.run.epoch
            # Of epoch 0 Lightning makes the loader's iterator before it starts, of others after.
            self.is_first = True
            if self.run.epoch == 0:
                self._seed()

        def on_train_epoch_start(self, trainer: Any, pl_module: Any) -> None:
            if self.is_first:
                self.steps.begin(1)
            self.steps.between()
            if self.run.epoch > 0:
                self._seed()
            self.is_first = False

        def _seed(self) -> None:
            _seed_generators(_derive(self.run.job.seed, self.run.epoch))

        def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
            for progress, name in self.progress:
                self.counts[name] = progress.completed
            if trainer.should_stop and trainer.current_epoch + 1 < self.run.job.epochs:
                self.run.finish("a Lightning callback stopped the training")
            metrics = {k: float(v) for k, v in trainer.callback_metrics.items()}
            self.run.evaluated(**metrics)
            loss = metrics.get("train_loss", metrics.get("loss"))
            self.steps.done(trainer.current_epoch + 1, 0, loss)

        def on_train_end(self, trainer: Any, pl_module: Any) -> None:
            self.steps.between()

    return Callback()

# --- Hugging Face's Trainer ----------------------------------------------------------------------


def hugging_face_callback() -> Any:
    """A callback for Hugging Face's ``Trainer``, which can be saved after every optimizer step.

    ``trainer.train(resume_from_checkpoint=callback.checkpoint)`` skips to the batch by itself.
    """
    import tempfile

    from transformers import TrainerCallback, TrainerState

    kept = (
        "global_step", "epoch", "num_input_tokens_seen", "total_flos", "train_batch_size",
        "logging_steps", "eval_steps", "save_steps",
    )  # fmt: skip

    class Callback(TrainerCallback):  # type: ignore[misc]
        def __init__(self) -> None:
            self.counts: Dict[str, Any] = dict.fromkeys(kept, 0)
            self.checkpoint: Optional[str] = None
            self.run: Optional[Run] = None
            start = _connected().start()
            if start.files is not None:
                folder = Path(tempfile.mkdtemp(prefix="baton-trainer-"))
                shutil.copyfile(start.files / MODEL, folder / MODEL)
                saved = json.loads((start.files / STATE).read_bytes())["state"][""]
                saved = _unpack(saved, read_safetensors(start.files / EXTRA))
                TrainerState(**saved).save_to_json(str(folder / "trainer_state.json"))
                self.checkpoint = str(folder)

        def on_train_begin(self, args: Any, state: Any, control: Any, **of: Any) -> None:
            parts = of["optimizer"], of["lr_scheduler"]
            self.run = resume(of["model"], *parts, state=self.counts)
            self.steps = _Whole(self.run)
            self.is_first = True
            self.per_epoch = state.max_steps // max(1, math.ceil(state.num_train_epochs))
            if self.checkpoint:
                shutil.rmtree(self.checkpoint, ignore_errors=True)

        def on_epoch_begin(self, args: Any, state: Any, control: Any, **of: Any) -> None:
            assert self.run is not None
            if not self.steps.between():
                control.should_training_stop = True
            _seed_generators(_derive(self.run.job.seed, self.run.epoch))

        def on_step_begin(self, args: Any, state: Any, control: Any, **of: Any) -> None:
            if self.is_first:
                self.steps.begin(self.per_epoch)
            self.is_first = False
            if not self.steps.between():
                control.should_training_stop = True

        def on_step_end(self, args: Any, state: Any, control: Any, **of: Any) -> None:
            self.counts.update({name: getattr(state, name) for name in kept})
            self.steps.done(*divmod(state.global_step, self.per_epoch))

        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **of: Any) -> None:
            assert self.run is not None
            if "loss" in (logs or {}):
                self.run._loss = float(logs["loss"])

        def on_evaluate(
            self, args: Any, state: Any, control: Any, metrics: Any = None, **of: Any
        ) -> None:
            assert self.run is not None
            timeless = {k: v for k, v in (metrics or {}).items() if "per_second" not in k}
            numbers = {k: v for k, v in timeless.items() if isinstance(v, (int, float))}
            self.run.evaluated(**{k: v for k, v in numbers.items() if "runtime" not in k})

        def on_train_end(self, args: Any, state: Any, control: Any, **of: Any) -> None:
            assert self.run is not None
            if self.run.epoch < self.run.job.epochs and not self.run._over:
                self.run.finish("the Hugging Face trainer stopped")
            self.steps.between()

    return Callback()
