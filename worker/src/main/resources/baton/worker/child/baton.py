"""Baton: three lines make a training script a relay that survives its machine.

    run = baton.resume(model, optimizer, scheduler)      # weights, slots, generators: as they were
    for x, y in run.batches(loader):                     # from the batch where the last one stopped
        ...
        run.step(loss=loss)                              # between two of these, all can be saved

Started by a Baton worker, the script obeys it over a local socket; see docs/reference/program-protocol.md.
Started by hand, it saves into a folder and resumes from there. One file; the standard library
alone, and torch, keras or numpy where the script itself has imported them. Nothing is pickled.
"""

# Made of the modules in worker/src/main/python/baton by single.py: change them, not this.

from __future__ import annotations

import sys

if sys.version_info < (3, 9):
    raise SystemExit("baton.py needs Python 3.9 or newer, and this is " + sys.version.split()[0])

import array
import ast
import atexit
import base64
import collections
import copy
import ctypes
import dataclasses
import datetime
import decimal
import dis
import enum
import errno
import fnmatch
import fractions
import functools
import gc
import hashlib
import inspect
import itertools
import json
import math
import mmap
import operator
import os
import pathlib
import platform
import queue
import random
import re
import shlex
import shutil
import signal
import socket
import stat
import struct
import sysconfig
import textwrap
import threading
import time
import traceback
import types
import uuid
import warnings
import weakref
from pathlib import Path
from types import MappingProxyType
from typing import Any, Callable, Container, Deque, Dict, FrozenSet, Iterable, Iterator, List, Mapping
from typing import NamedTuple, Optional, Sequence, Set, Tuple, Union

__version__ = "0.1.0"
__all__ = [
    "BatonError",
    "Job",
    "Run",
    "hugging_face_callback",
    "job",
    "keras_callback",
    "lightning_callback",
    "position",
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

    def _render_traceback_(self) -> List[str]:
        """What a notebook shows in place of the lines of code that led here."""
        return ["baton: " + str(self)]


def _say(text: str) -> None:
    """A line for people, of 80 columns at most."""
    how: Dict[str, Any] = {"break_long_words": False, "break_on_hyphens": False}
    print(textwrap.fill("baton: " + text, 80, subsequent_indent="    ", **how), file=sys.stderr)


def _speak_in_sentences() -> None:
    """Has Python show a :class:`BatonError` without the lines of code that led to it."""
    before = sys.excepthook
    if getattr(before, "speaks_in_sentences", False):
        return

    def show(kind: Any, error: Any, trace: Any) -> None:
        if isinstance(error, BatonError):
            _say(str(error))
        else:
            before(kind, error, trace)

    setattr(show, "speaks_in_sentences", True)
    sys.excepthook = show


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

# --- What must be heard from a process's start: which files it opens, and an optimizer's first step ---


_MOST_OPENED = 20_000
"""Of so many files at most it is noted that they were opened."""


_HEARD = frozenset(["open", "os.rename", "import"])


class _Early:
    """Notes the files that this process opens, and stops it at an optimizer's step before ``resume``.

    Made where Python starts (``sitecustomize.py`` under a worker) or where ``baton`` is imported. It
    hears Python's own audit events: what a library opens in C, past Python, it does not hear.
    """

    def __init__(self, before_baton: bool) -> None:
        self.pid, self.began = os.getpid(), time.time()
        self.opened: Dict[str, None] = {}
        """The paths that were opened to be read, in their order, until :meth:`close`."""
        self.written: Dict[str, None] = {}
        """The paths that were opened to be written, or that something was renamed to."""
        self.on_write: Optional[Callable[[str], None]] = None
        self._stop: Optional[Callable[[], None]] = None
        self._before_baton = before_baton
        self._listens, self._resumed, self._hooked = True, False, False
        self._handle: Any = None
        sys.addaudithook(self._hear)
        self._watch_optimizers()

    def close(self) -> None:
        """Notes no more of what is read: the first batch is asked for."""
        self._listens = False

    def stop_with(self, stop: Callable[[], None]) -> None:
        """What ends the script; ``baton`` gives it as soon as it is imported."""
        self._stop = stop

    def resume(self) -> None:
        """The script has called ``baton.resume``, so its optimizers may step."""
        self._resumed = True
        if self._handle is not None:
            self._handle.remove()
            self._handle = None

    def _hear(self, event: str, arguments: Any) -> None:
        if event not in _HEARD:
            return
        try:
            if event == "open":
                self._note(*arguments)
            elif event == "os.rename":
                self._note(arguments[1], "w", 0)
            elif not self._hooked:
                self._watch_optimizers()
        except Exception:
            pass  # An error here would come out of the script's own open().

    def _note(self, path: Any, mode: Optional[str], flags: int) -> None:
        if isinstance(path, int):
            return
        name = os.fsdecode(path)
        if name.endswith(".pyc"):
            return
        writes = self._writes(mode, flags)
        if not (writes or self._listens) or os.getpid() != self.pid:
            return
        noted = self.written if writes else self.opened
        name = os.path.abspath(name)
        if name not in noted and len(noted) < _MOST_OPENED:
            noted[name] = None
            if writes and self.on_write is not None:
                self.on_write(name)

    def _writes(self, mode: Optional[str], flags: int) -> bool:
        """Whether it is opened to be written. What is opened for both may only be read: until the
        first batch its time tells whether it was; later it is taken to be written."""
        both = "+" in mode if mode else bool(flags & os.O_RDWR)
        only = any(c in mode for c in "wxa") if mode else bool(flags & (os.O_WRONLY | os.O_CREAT))
        return only or both and not self._listens

    def _watch_optimizers(self) -> None:
        """Has torch call :meth:`_before_step`, as soon as the script has imported it."""
        module = sys.modules.get("torch.optim.optimizer")
        if module is None or self._resumed or getattr(module.__spec__, "_initializing", False):
            return
        self._hooked = True
        if hasattr(module, "register_optimizer_step_pre_hook"):
            self._handle = module.register_optimizer_step_pre_hook(self._before_step)
        else:
            self._wrap_steps(module.Optimizer)

    def _wrap_steps(self, optimizer: Any) -> None:
        """For torch before 2.0, which wraps the step of each class when it makes the first of it."""
        hook = optimizer._hook_for_profile

        def wrap(this: Any) -> None:
            hook(this)
            step = type(this).step
            if not getattr(step, "baton_watches", False):

                def watched(*of: Any, **named: Any) -> Any:
                    self._before_step()
                    return step(*of, **named)

                watched.__dict__.update(step.__dict__, baton_watches=True)
                type(this).step = watched

        optimizer._hook_for_profile = wrap

    def _before_step(self, *of: Any) -> None:
        if self._resumed or os.getpid() != self.pid:
            return
        processes = sys.modules.get("multiprocessing.process")
        if processes is not None and processes.parent_process() is not None:
            return  # A helper of the script's, which may train what it likes.
        if self._stop is None and self._before_baton and "baton" not in sys.modules:
            __import__("baton")
        if self._stop is not None:
            self._stop()


def _heard_from_the_start() -> _Early:
    """This process's, which ``sitecustomize.py`` may have made; a process that was forked has its own."""
    early: Optional[_Early] = getattr(sys, "_baton_early", None)
    if early is None or early.pid != os.getpid():
        early = _Early(before_baton=False)
        setattr(sys, "_baton_early", early)
    return early

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
    """The script, the modules beside it that it has imported, and the package that runs, by name."""
    main = sys.modules.get("__main__")
    path = _file_of(main)
    if main is None or path is None:  # as in a notebook
        return {} if main is None else {"__main__": main}
    home = os.path.dirname(path) + os.sep
    own = {"__main__": main, main.__name__: main}  # another name in a process that was spawned
    running = _running_packages(path)
    for name, module in list(sys.modules.items()):
        file = _file_of(module)
        beside = file and file.startswith(home) and not _is_installed(file)
        if file and (beside or name.partition(".")[0] in running) and not _is_ours(file):
            own[name] = module
    return own


def _running_packages(main: str) -> Set[str]:
    """Packages whose functions run now and that are not installed as others' are; or the one that a
    console script, which has nothing of its own, calls."""
    is_console_script = os.path.dirname(main) == os.path.join(os.path.realpath(sys.prefix), "bin")
    packages: Set[str] = set()
    inner, frame = "", sys._getframe()
    while frame is not None:
        name, file = str(frame.f_globals.get("__name__")), frame.f_code.co_filename
        if name == "__main__":
            packages.update({inner} if is_console_script else ())
        elif not _is_installed(file) and not _is_ours(file) and not _is_pythons(file):
            packages.add(name.partition(".")[0])
        inner, frame = name.partition(".")[0], frame.f_back  # type: ignore[assignment]
    return packages - {""}


def _is_pythons(file: str) -> bool:
    return file.startswith("<") or os.path.dirname(os.path.realpath(os.__file__)) in file


def _file_of(module: Any) -> Optional[str]:
    file = vars(module).get("__file__") if issubclass(type(module), types.ModuleType) else None
    return _real_path(file) if isinstance(file, str) else None


@functools.lru_cache(maxsize=1 << 14)
def _real_path(file: str) -> str:
    """The same for as long as the process lives, also where the script changes its directory."""
    return os.path.realpath(file)


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

# --- A checkpoint: copied between two steps, written in the background, read once at a start -----


FORMAT = 2
LOOPS = ("loop", "accelerate")
"""What stands in the section ``state`` besides the script's own."""
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
        self.is_restored_again = False
        """Whether the script has done what stands before its batches since the first restore."""
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
        told = self.state.get("state", {})
        self.loops = {name: told.pop(name) for name in LOOPS if name in told}
        """The packed states of frameworks' loops, by name."""

    @property
    def is_within_epoch(self) -> bool:
        """Whether its epoch is under way: then the script does what stands before the epoch's
        first batch again, though that has been done."""
        return self.batch > 0

    def of(self, section: str) -> Any:
        """A section's JSON; empty where the checkpoint is of a version that had none."""
        return self.state.get(section, {})

# --- How a tensor lies in memory: kernels may sum in another order where it lies differently -----


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

# --- Values that never change, as JSON: numbers of every kind, enums, and what is known by its name ---


_NOT_ATOMIC = object()
_WHOLE = 1 << 63
_NAN = struct.pack(">d", float("nan")).hex()
_BY_NAME = (types.FunctionType, types.BuiltinFunctionType, type)


def _name_of(thing: Any) -> str:
    """By what :func:`_find` finds it in another process."""
    kind = thing if hasattr(thing, "__qualname__") else type(thing)
    return "%s:%s" % (getattr(kind, "__module__", None) or "builtins", kind.__qualname__)


def _find(name: str) -> Any:
    """What a module that has been imported already knows by this name, or ``None``."""
    module, _, path = name.partition(":")
    thing: Any = sys.modules.get(module)
    for part in path.split("."):
        thing = getattr(thing, part, None)
    return thing


def _find_class(name: str, classes: Dict[str, type]) -> type:
    """A class by its name; ``classes`` are those seen in what the script gave."""
    found = classes.get(name) or _find(name)
    if isinstance(found, type):
        return found
    message = "The checkpoint has a %s, and the script has none." % name.partition(":")[2]
    raise BatonError(message, "Start the script that began the job.")


def _pack_atom(value: Any) -> Any:
    """JSON for a value without parts that never changes; ``_NOT_ATOMIC`` for any other."""
    kind = type(value)
    if kind in (str, bool, type(None)):
        return value
    if kind is int:
        return value if -_WHOLE < value < _WHOLE else {"$int": hex(value)}
    if kind is float:
        return _pack_float(value)
    if kind is complex:
        return {"$complex": [_pack_float(value.real), _pack_float(value.imag)]}
    if kind in _TEXTS:
        return _pack_text(kind, value)
    if isinstance(value, enum.Enum):
        return _pack_enum(value)
    return _pack_of_framework(kind, value)


def _pack_float(value: float) -> Any:
    if math.isfinite(value):
        return value
    if value == value:
        return {"$float": repr(value)}
    bits = struct.pack(">d", value).hex()
    return {"$float": "nan" if bits == _NAN else bits}


def _unpack_float(packed: Any) -> float:
    if not isinstance(packed, dict):
        return float(packed)
    text = packed["$float"]
    return struct.unpack(">d", bytes.fromhex(text))[0] if len(text) == 16 else float(text)


def _pack_enum(value: Any) -> Any:
    if isinstance(value, enum.Flag):
        return {"$enum": _name_of(type(value)), "value": _pack_atom(int(value.value))}
    return {"$enum": _name_of(type(value)), "name": value.name}


def _pack_of_framework(kind: type, value: Any) -> Any:
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    if numpy is not None and isinstance(value, numpy.generic):
        if value.dtype.names is None and not value.dtype.hasobject:
            known = numpy.dtype(value.dtype.str).type is kind
            dtype = value.dtype.str if known else value.dtype.char
            return {"$scalar": dtype, "bytes": value.tobytes().hex()}
    elif numpy is not None and isinstance(value, numpy.dtype):
        if value.names is None and not value.hasobject:
            return {"$npdtype": value.str}
    elif torch is not None:
        if kind is torch.Size:
            return {"$size": [int(n) for n in value]}
        if kind in (torch.dtype, torch.memory_format, torch.layout):
            return {"$torchname": str(value).replace("torch.", "")}
        if kind is torch.device:
            return {"$device": str(value)}
    return _NOT_ATOMIC


def _pack_text(kind: type, value: Any) -> Any:
    write, read = _TEXTS[kind]
    text = write(value)
    if repr(read(text)) != repr(value):
        return _NOT_ATOMIC
    return {"$text": kind.__name__, "value": text}


def _read_delta(text: str) -> datetime.timedelta:
    return datetime.timedelta(*(int(n) for n in text.split()))


def _write_delta(value: datetime.timedelta) -> str:
    return "%d %d %d" % (value.days, value.seconds, value.microseconds)


_TEXTS: Dict[type, Tuple[Callable[[Any], str], Callable[[str], Any]]] = {
    datetime.datetime: (datetime.datetime.isoformat, datetime.datetime.fromisoformat),
    datetime.date: (datetime.date.isoformat, datetime.date.fromisoformat),
    datetime.time: (datetime.time.isoformat, datetime.time.fromisoformat),
    datetime.timedelta: (_write_delta, _read_delta),
    decimal.Decimal: (str, decimal.Decimal),
    fractions.Fraction: (str, fractions.Fraction),
    uuid.UUID: (str, uuid.UUID),
    pathlib.PosixPath: (str, pathlib.PosixPath),
    pathlib.PurePosixPath: (str, pathlib.PurePosixPath),
    pathlib.PureWindowsPath: (str, pathlib.PureWindowsPath),
}


def _unpack_atom(tag: str, packed: Dict[str, Any], classes: Dict[str, type]) -> Any:
    """What :func:`_pack_atom` was given; ``_NOT_ATOMIC`` if the tag is of something else."""
    held = packed[tag]
    if tag == "$float":
        return _unpack_float(packed)
    if tag == "$int":
        return int(held, 16)
    if tag == "$complex":
        return complex(*(_unpack_float(part) for part in held))
    if tag == "$text":
        return next(read for k, (_, read) in _TEXTS.items() if k.__name__ == held)(packed["value"])
    if tag == "$enum":
        kind: Any = _find_class(held, classes)
        if not issubclass(kind, enum.Enum):
            raise BatonError("%s is no enum any more." % held)
        return kind[packed["name"]] if "name" in packed else kind(_whole(packed["value"]))
    if tag == "$scalar":
        numpy = sys.modules.get("numpy") or __import__("numpy")
        one = numpy.zeros(1, numpy.dtype(held))
        one.view("u1")[...] = list(bytes.fromhex(packed["bytes"]))
        return one[0]
    if tag == "$npdtype":
        return (sys.modules.get("numpy") or __import__("numpy")).dtype(held)
    if tag in ("$size", "$torchname", "$device"):
        torch = sys.modules.get("torch") or __import__("torch")
        if tag == "$torchname":
            return getattr(torch, held)
        return torch.Size(held) if tag == "$size" else torch.device(held)
    return _NOT_ATOMIC


def _whole(packed: Any) -> int:
    return int(packed["$int"], 16) if isinstance(packed, dict) else packed

# --- Which objects of a script's state are its own, and so are restored in place -----------------


Found = Dict[str, Any]
"""Objects that can change, by the path that they were found at."""


class _Births:
    """When each changing object of a state came to be, which tells what a resume does with it.

    A script that is started in the midst of its training makes some objects again, and has names of
    its own for them. So an object is saved with its birth, and restored accordingly:

    1. made before the first epoch: the script has made its like at the same path, which is filled;
    2. made at this epoch's beginning, before its first batch: so again, if the epoch is resumed;
    3. made later, or where 1. or 2. had made another: a new one, so that no other name of the
       script's for what had been there sees a change.

    1. needs no mark, nor does 3. at a path where the script had made nothing.
    """

    def __init__(self) -> None:
        self._script: Dict[str, "_Hold"] = {}
        self._epoch: Dict[str, "_Hold"] = {}
        self._ours: Dict[str, Any] = {}
        self._paths: Dict[int, Tuple[str, "_Hold", bool]] = {}
        self._before: Found = {}
        self.classes: Dict[str, type] = {}

    def script_made(self, found: Found) -> None:
        """What is there before the first epoch, or as ``resume`` is called."""
        ours = {id(thing) for thing in self._ours.values()}
        for path, thing in found.items():
            if id(thing) not in ours:
                self._script[path] = self._note(path, thing, False)

    def epoch_begins(self, found: Found) -> None:
        """What is there before the lines of an epoch that stand before its batches."""
        self.epoch_ends()
        self._before = found

    def batches_begin(self, found: Found) -> None:
        """What is there before an epoch's first batch."""
        before = {id(thing) for thing in self._before.values()}
        self._before = {}
        for path, thing in found.items():
            if id(thing) not in before and self.path_of(thing) is None:
                self._epoch[path] = self._note(path, thing, True)

    def epoch_ends(self) -> None:
        """The next epoch's lines make what those of this one had made."""
        self._paths = {k: v for k, v in self._paths.items() if not v[2]}
        self._epoch = {}

    def _note(self, path: str, thing: Any, of_epoch: bool) -> "_Hold":
        held = _Hold(thing)
        self._paths[id(thing)] = path, held, of_epoch
        return held

    def path_of(self, thing: Any) -> Optional[Tuple[str, bool]]:
        """Where the script made it, and whether at this epoch's beginning; none: it is of 3."""
        path, held, of_epoch = self._paths.get(id(thing), ("", None, False))
        return (path, of_epoch) if held is not None and held() is thing else None

    def is_made_at(self, path: str) -> bool:
        return path in self._script or path in self._epoch

    def made_at(self, path: str, of_epoch: bool) -> Any:
        """What the script made there, or ``None``."""
        held = (self._epoch if of_epoch else self._script).get(path)
        return held() if held is not None else None

    def restored(self, ours: Found) -> None:
        """What Baton has made and put there; a second restore fills it again."""
        self._ours = ours

    def ours_at(self, path: str) -> Any:
        return self._ours.get(path)

    def training_begins(self) -> None:
        """No restore comes any more."""
        self._ours = {}


class _Marks:
    """The births of a state's objects that are not as expected, by path: a part of its JSON."""

    def __init__(self, told: Optional[Dict[str, Any]] = None) -> None:
        self.told = told if told is not None else {}
        self._new: Set[str] = set(self.told.get("new", ()))

    def add(self, path: str, birth: Optional[Tuple[str, bool]], is_made: bool) -> None:
        if birth is None:
            if is_made:
                self.told.setdefault("new", []).append(path)
        elif birth[1]:
            self.told.setdefault("epoch", {})[path] = birth[0]
        elif birth[0] != path:
            self.told.setdefault("moved", {})[path] = birth[0]

    def candidate(self, path: str, births: _Births) -> Any:
        """The object to be filled with what was saved at a path, or ``None`` for a new one."""
        if path in self.told.get("epoch", {}):
            return births.made_at(self.told["epoch"][path], True)
        if path in self._new:
            return births.ours_at(path)
        found = births.made_at(self.told.get("moved", {}).get(path, path), False)
        return births.ours_at(path) if found is None else found


class _Hold:
    """An object; of a tensor or an array a weak reference, for it may be large and be replaced."""

    def __init__(self, thing: Any):
        weak = _is_torch(thing) or _is_numpy(thing)
        self._get = weakref.ref(thing) if weak else lambda: thing

    def __call__(self) -> Any:
        return self._get()

# --- Tensors and arrays that lie in the same memory, so that a change of one is a change of another ---


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
    kind = "bits" if bits is thing else "numpy"
    told: Dict[str, Any] = {"kind": kind, "state": _texts(bits.state)}
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
            _require_kind(thing, kind, "bits" if bits is thing else "numpy")
            _spawn(bits, told.get("spawned", 0))
            told = _arrays(told["state"])
        bits.state = told


def _made_generator(told: Mapping[str, Any]) -> Any:
    """A new generator whose state :func:`_generator_state` told."""
    kind = told["kind"]
    if kind == "python":
        made: Any = random.Random()
    elif kind == "torch":
        made = (sys.modules.get("torch") or __import__("torch")).Generator()
    else:
        numpy = sys.modules.get("numpy") or __import__("numpy")
        bits = getattr(numpy.random, told["state"]["bit_generator"])()
        makers = {"bits": lambda: bits, "numpy": lambda: numpy.random.Generator(bits)}
        made = makers.get(kind, lambda: numpy.random.RandomState(bits))()
    _set_generator_state(made, told)
    return made


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


class _Stream:
    """Global generators of a loader's own: they are in use ``with`` it, and put away otherwise.

    What the script draws between two batches then changes nothing of what the loader draws, so that
    the batches of an epoch can be drawn again without the script.
    """

    def __init__(self) -> None:
        self._put_away = _global_states()
        self._others: Any = None

    def __enter__(self) -> None:
        self._others = _global_states()
        _set_global_states(self._put_away)

    def __exit__(self, *of: Any) -> None:
        self._put_away = _global_states()
        _set_global_states(self._others)


def _global_states() -> Dict[str, Any]:
    """The global generators' states as they give them: quicker than what a checkpoint has."""
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    states: Dict[str, Any] = {"python": random.getstate()}
    if numpy is not None:
        states["numpy"] = numpy.random.get_state()
    if torch is not None:
        states["torch"] = torch.get_rng_state()
        if torch.cuda.is_available() and torch.cuda.is_initialized():
            states["cuda"] = torch.cuda.get_rng_state_all()
    return states


def _set_global_states(states: Mapping[str, Any]) -> None:
    random.setstate(states["python"])
    if "numpy" in states:
        sys.modules["numpy"].random.set_state(states["numpy"])
    if "torch" in states:
        sys.modules["torch"].set_rng_state(states["torch"])
    if "cuda" in states:
        sys.modules["torch"].cuda.set_rng_state_all(states["cuda"])

# --- Nested state as JSON and tensors, without pickle --------------------------------------------


_SHORT = 256
"""Bytes stand in the JSON up to this length."""
_PLAIN = "Give Baton numbers, strings, tensors, and lists or dicts of them."
_FACTORIES = (int, float, complex, bool, str, bytes, list, tuple, dict, set, frozenset)
_DICTS: Dict[type, str] = {
    dict: "$dict",
    collections.OrderedDict: "$ordered",
    collections.Counter: "$counter",
    collections.defaultdict: "$default",
}
_LISTS = (list, set, collections.deque)


def _pack(value: Any, path: str, blobs: Dict[str, Blob], host: Optional[_HostMemory]) -> Any:
    """``value`` as JSON; what is a tensor in it goes to ``blobs`` under its path.

    Without ``host`` nothing is copied: what cannot be saved is refused, and that is all.
    """
    return _Packer(blobs, host).root(value, path)


def _found_in(value: Any, path: str) -> _Packer:
    """What changes in ``value``, and which classes are in it; nothing is refused."""
    packer = _Packer({}, None, lenient=True)
    packer.root(value, path)
    return packer


class _Packer:
    """One walk over a nested state; an object that is met again is told by where it was first,
    counted from the root, as is all that this knows of places."""

    def __init__(
        self,
        blobs: Dict[str, Blob],
        host: Optional[_HostMemory],
        births: Optional[_Births] = None,
        lenient: bool = False,
    ):
        self.blobs, self.host, self.births, self._lenient = blobs, host, births, lenient
        self.found: Found = {}
        self.classes: Dict[str, type] = {}
        self._seen: Dict[int, str] = {}
        self._root = 0
        self._marks = _Marks()
        self._leaves: List[_Leaf] = []
        self._dicts = {kind: self._dict for kind in _DICTS}
        self._by_kind: Dict[type, Callable[[Any, str], Any]] = {
            **self._dicts,
            **{kind: self._list for kind in _LISTS},
            tuple: self._tuple,
            frozenset: self._frozen,
            bytes: self._bytes,
            bytearray: self._bytes,
            slice: self._slice,
            range: self._slice,
        }

    def unmakeable(self) -> Found:
        """Those found that Baton can fill and cannot make."""
        kinds = (*self._by_kind, random.Random)
        return {
            path: value
            for path, value in self.found.items()
            if type(value) not in kinds and not _is_torch(value) and not _is_numpy(value)
        }

    def root(self, value: Any, path: str) -> Any:
        self._root = len(path)
        try:
            packed = self.pack(value, path)
        except RecursionError:
            message = "%s is nested too deeply to be saved." % path
            raise BatonError(message, "Keep it in a flat list or dict.") from None
        if self.host is not None:
            for leaf in _shared_memory(self._leaves):
                self._copy(leaf)
        return {"$root": packed, **self._marks.told} if self._marks.told else packed

    def pack(self, value: Any, path: str) -> Any:
        atom = _pack_atom(value)
        if atom is not _NOT_ATOMIC:
            if type(atom) is dict and "$enum" in atom:
                self._know(type(value), path)
            return atom
        kind = type(value)
        if kind in (tuple, frozenset, bytes, slice, range) or isinstance(value, _BY_NAME):
            return self._unchanging(value, path)
        if issubclass(kind, tuple):
            return self._named_tuple(value, path)
        if _is_dataclass(kind) and kind.__dataclass_params__.frozen:
            return self._dataclass(value, path)
        place = path[self._root :]
        at = self._seen.setdefault(id(value), place)
        if at != place:
            return {"$ref": at}
        self.found[place] = value  # keeps it alive, so that no other gets its id
        packed = self._changing(kind, value, path)
        if self.births is not None:
            birth = self.births.path_of(value)
            self._marks.add(place, birth, self.births.is_made_at(place))
        return packed

    def _unchanging(self, value: Any, path: str) -> Any:
        if isinstance(value, _BY_NAME):
            return self._by_name(value, path)
        return self._by_kind[type(value)](value, path)

    def _changing(self, kind: type, value: Any, path: str) -> Any:
        make = self._by_kind.get(kind)
        if make is not None:
            return make(value, path)
        if _is_torch(value) or _is_numpy(value):
            return self._leaf(value, path)
        if _is_dataclass(kind):
            return self._dataclass(value, path)
        if _is_known_generator(value):
            return {"$generator": _name_of(kind), "state": _generator_state(value)}
        if _is_stateful(kind):
            return self._stateful(value, path)
        return self._own(value, path)

    # Containers

    def _list(self, value: Any, path: str) -> Any:
        if type(value) is set:
            return {"$set": self._members(value, path)}
        items = [self.pack(v, "%s.%d" % (path, i)) for i, v in enumerate(value)]
        kind = type(value)
        if kind is collections.deque:
            return {"$deque": items, "maxlen": value.maxlen}
        return items

    def _tuple(self, value: Any, path: str) -> Any:
        return {"$tuple": [self.pack(v, "%s.%d" % (path, i)) for i, v in enumerate(value)]}

    def _frozen(self, value: Any, path: str) -> Any:
        return {"$frozenset": self._members(value, path)}

    def _members(self, value: Any, path: str) -> List[Any]:
        """A set's members in an order of their own: that of a set differs with each process."""
        return sorted((self._hashable(v, path + "!member") for v in value), key=_sort_key)

    def _slice(self, value: Any, path: str) -> Any:
        ends = [self.pack(v, path) for v in (value.start, value.stop, value.step)]
        return {"$range" if type(value) is range else "$slice": ends}

    def _bytes(self, value: Any, path: str) -> Any:
        tag = "$bytes" if type(value) is bytes else "$bytearray"
        if len(value) <= _SHORT:
            return {tag: base64.b64encode(value).decode()}
        if self.host is None:
            return None
        name = self._name(path)
        self.blobs[name] = Blob("U8", (len(value),), bytes(value))
        return {tag: None, "blob": name}

    def _dict(self, value: Any, path: str) -> Any:
        kind = type(value)
        if kind is dict and _is_json_dict(value):
            return {k: self.pack(v, _member(path, k, i)) for i, (k, v) in enumerate(value.items())}
        packed = self._pairs(value.items(), path)
        if kind is collections.defaultdict:
            return {"$default": packed, "factory": self._factory(value, path)}
        return {_DICTS[kind]: packed}

    def _pairs(self, items: Any, path: str) -> List[Any]:
        """Keys before values, as the unpacker visits them."""
        items = list(items)
        keys = [self._key(k, path) for k, _ in items]
        places = [_member(path, k, i) for i, (k, _) in enumerate(items)]
        return [[k, self.pack(v, at)] for k, (_, v), at in zip(keys, items, places)]

    def _key(self, key: Any, path: str) -> Any:
        return self._hashable(key, path + "!key")

    def _hashable(self, value: Any, path: str) -> Any:
        """A key, or a member of a set; what is told apart by being itself has no text to sort by."""
        before = len(self.found)
        packed = self.pack(value, path)
        if len(self.found) > before and not self._lenient:
            what = type(value).__name__
            message = "%s is a %s, which cannot be a key or a member of a set here." % (path, what)
            raise BatonError(message, "Use names or numbers for keys.")
        return packed

    def _factory(self, value: Any, path: str) -> Any:
        """A new one is given a factory that is known by its name; the script's keeps its own."""
        factory = value.default_factory
        if factory is None:
            return None
        name = _name_of(factory)
        if factory in _FACTORIES or (isinstance(factory, _BY_NAME) and _find(name) is factory):
            return name
        own = getattr(factory, "__self__", None) is value or isinstance(factory, _BY_NAME)
        if not own:
            self._refuse("%s.default_factory" % path, factory, _PLAIN)
        self._require_made("%s, with its default_factory," % path, value, path)
        return name

    # Classes of others

    def _named_tuple(self, value: Any, path: str) -> Any:
        kind = type(value)
        fields = getattr(kind, "_fields", None)
        odd = getattr(value, "__dict__", None) or (fields is None) != _is_struct_sequence(kind)
        if odd:
            self._refuse(path, value, "Make it a tuple.")
        self._know(kind, path)
        items = [self.pack(v, "%s.%d" % (path, i)) for i, v in enumerate(value)]
        return {"$namedtuple": items, "class": _name_of(kind), "fields": list(fields or ())}

    def _dataclass(self, value: Any, path: str) -> Any:
        self._know(type(value), path)
        return {"$dataclass": self._attributes(value, path), "class": _name_of(type(value))}

    def _attributes(self, value: Any, path: str) -> List[Any]:
        return [[k, self.pack(v, "%s.%s" % (path, k))] for k, v in _attributes_of(value).items()]

    def _know(self, kind: type, path: str) -> None:
        """Refuses a class that another process could not find."""
        name = _name_of(kind)
        self.classes[name] = kind
        known = self.births.classes if self.births is not None else {}
        if _find(name) is not kind and known.get(name) is not kind and not self._lenient:
            what = name.partition(":")[2]
            message = "%s is a %s, a class that no module knows by its name." % (path, what)
            raise BatonError(message, "Define the class at the top of the script or of a module.")

    def _by_name(self, value: Any, path: str) -> Any:
        name = _name_of(value)
        if _find(name) is not value and not self._lenient:
            kind = "class" if isinstance(value, type) else "function"
            message = "%s is a %s that no module knows by its name." % (path, kind)
            raise BatonError(message, "Keep it out of what is saved, or define it in a module.")
        return {"$name": name}

    def _stateful(self, value: Any, path: str) -> Any:
        if hasattr(type(value), "named_parameters"):
            remedy = "Give it to baton.resume as one of the models: {'net': net, 'other': it}."
            self._refuse(path, value, remedy)
        self._require_made(path, value, path)
        if self._lenient:
            return None
        packed = self.pack(value.state_dict(), path + ".state")
        return {"$stateful": packed, "class": _name_of(type(value))}

    def _own(self, value: Any, path: str) -> Any:
        """An object of a class that the script defines, perhaps with a dict or a list for a base."""
        kind = type(value)
        base = _base_of(kind)
        if base is None or not _is_defined_in_python(kind, base):
            self._refuse(path, value, _PLAIN)
            return None
        self._require_made(path, value, path)
        packed: Dict[str, Any] = {"$own": _name_of(kind)}
        if base in _DICTS:
            packed["items"] = self._pairs(base.items(value), path)
        elif base is not object:
            items = enumerate(base.__iter__(value))
            packed["items"] = [self.pack(v, "%s.%d" % (path, i)) for i, v in items]
            if base is set:
                packed["items"].sort(key=_sort_key)
        packed["attributes"] = self._attributes(value, path)
        return packed

    def _require_made(self, what: str, value: Any, path: str) -> None:
        """Refuses an object that only the script can make, unless a resumed one makes it again."""
        if self._lenient or (self.births is not None and self.births.path_of(value) is not None):
            return
        message = "%s is a %s that was made after baton.resume." % (what, type(value).__name__)
        remedy = "Make it before the loop, or give Baton the numbers and tensors in it."
        raise BatonError(message + " Baton can fill such an object, but not make one.", remedy)

    def _refuse(self, path: str, value: Any, remedy: str) -> None:
        if not self._lenient:
            what = type(value).__name__
            raise BatonError(
                "%s is a %s, which cannot be saved without pickle." % (path, what), remedy
            )

    # Tensors and arrays

    def _leaf(self, value: Any, path: str) -> Any:
        if self._lenient:
            return None
        _require_plain_class(path, value)
        _require_fit_to_save(path, value)
        node = {"$torch" if _is_torch(value) else "$numpy": None, **_leaf_marks(value)}
        self._leaves.append(_Leaf(path, value, node))
        return node

    def _copy(self, leaf: _Leaf) -> None:
        name = self._name(leaf.path)
        tag = "$torch" if _is_torch(leaf.value) else "$numpy"
        assert self.host is not None
        if leaf.memory is not None:
            if leaf.memory.name is None:
                leaf.memory.name = name
                self.blobs[name] = leaf.memory.blob()
            name = leaf.memory.name
        else:
            self.blobs[name] = self.host.copy(name, leaf.value)
        leaf.node[tag] = name

    def _name(self, path: str) -> str:
        """A name that no other tensor of the file has."""
        path = path.encode("utf-8", "backslashreplace").decode()
        name, again = path, 1
        while name in self.blobs:
            again += 1
            name = "%s#%d" % (path, again)
        return name


def _leaf_marks(value: Any) -> Dict[str, Any]:
    """What a blob does not tell about a tensor or an array."""
    node: Dict[str, Any] = {}
    strides = _strides_mark(value)
    dtype = _dtype_mark(value)
    if strides is not None:
        node["strides"] = strides
    if dtype is not None:
        node["dtype"], node["shape"] = dtype, list(value.shape)
    if not _is_torch(value):
        if not value.flags.writeable:
            node["fixed"] = True
        return node
    if value.device.type != "cpu":
        node["device"] = str(value.device)
    if value.requires_grad and value.is_leaf:
        node["grad"] = True
    if type(value).__name__ == "Parameter":
        node["parameter"] = True
    return node


def _require_plain_class(path: str, value: Any) -> None:
    plain = ("ndarray",) if _is_numpy(value) else ("Tensor", "Parameter")
    if type(value).__name__ not in plain:
        what = type(value).__name__
        message = "%s is a %s, which would come back as another kind of array." % (path, what)
        raise BatonError(message, "Give Baton a plain tensor or array.")


def _member(path: str, key: Any, place: int) -> str:
    """The path of a dict's value: by its key where that reads well, else by its place."""
    kind = type(key)
    if kind is int:
        return "%s.%d" % (path, key)
    if kind is str and len(key) <= 100 and not key.isdigit() and not set(key) & _ODD:
        return ("%s.'%s'" if "." in key else "%s.%s") % (path, key)
    return "%s[%d]" % (path, place)


_ODD = set("[]!#'")


def _sort_key(packed: Any) -> str:
    return json.dumps(packed, sort_keys=True)


def _is_json_dict(value: Dict[Any, Any]) -> bool:
    """Whether a JSON object keeps it: its keys are texts in the order in which JSON is written."""
    before = ""
    for key in value:
        if type(key) is not str or key.startswith("$") or key < before:
            return False
        before = key
    return True


def _is_dataclass(kind: Any) -> bool:
    return hasattr(kind, "__dataclass_fields__") and _base_of(kind) is object


def _attributes_of(value: Any) -> Dict[str, Any]:
    """An object's attributes, those in slots too."""
    held: Dict[str, Any] = {}
    for kind in reversed(type(value).__mro__):
        slots = kind.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if name.startswith("__") and not name.endswith("__"):
                name = "_%s%s" % (kind.__name__.lstrip("_"), name)
            if name not in ("__dict__", "__weakref__") and hasattr(value, name):
                held[name] = getattr(value, name)
    held.update(getattr(value, "__dict__", {}))
    return held


def _is_struct_sequence(kind: type) -> bool:
    """Whether it is one of C's named tuples, such as what ``torch.max`` returns."""
    return hasattr(kind, "n_sequence_fields")


def _base_of(kind: type) -> Any:
    """The container of Python's that a class is made of, ``object``, or ``None`` for others."""
    bases = (*_DICTS, *_LISTS)
    found = [k for k in kind.__mro__ if k in bases]
    if found:
        return found[0]
    return object if all(k is object or _is_heap(k) for k in kind.__mro__) else None


def _is_heap(kind: type) -> bool:
    return bool(kind.__flags__ & (1 << 9))


def _is_defined_in_python(kind: type, base: type) -> bool:
    """Whether all that its objects hold are the container's members and attributes."""
    for one in kind.__mro__:
        if one in base.__mro__ or not one.__base__:
            continue
        slots = one.__dict__.get("__slots__", ())
        own = 1 if isinstance(slots, str) else len(slots)
        own += ("__dict__" in one.__dict__) + ("__weakref__" in one.__dict__)
        if not _is_heap(one) or one.__basicsize__ - one.__base__.__basicsize__ > 8 * own:
            return False
    return not issubclass(kind, types.ModuleType)


def _is_stateful(kind: type) -> bool:
    return hasattr(kind, "state_dict") and hasattr(kind, "load_state_dict")

# --- Nested state from JSON and tensors: what the script has made is filled, the rest is made ----


def _unpack(packed: Any, blobs: Mapping[str, Blob]) -> Any:
    """What :func:`_pack` was given, all of it new."""
    return _Unpacker(blobs, None).root(packed)


class _Unpacker:
    """One walk over a packed state, which visits its members as the packer did."""

    def __init__(self, blobs: Mapping[str, Blob], births: Optional[_Births]):
        self._blobs, self._births = blobs, births
        self._classes = births.classes if births is not None else {}
        self._marks = _Marks()
        self._used: Set[int] = set()
        self._at: Dict[str, Any] = {}
        self._memories: Dict[str, bytearray] = {}
        self.made: Found = {}
        self._by_tag: Dict[str, Callable[[Any, str, Dict[str, Any]], Any]] = {
            "$tuple": lambda held, path, _: tuple(self._each(held, path)),
            "$frozenset": lambda held, path, _: frozenset(self._each(held, path)),
            "$slice": lambda held, path, _: slice(*self._each(held, path)),
            "$range": lambda held, path, _: range(*self._each(held, path)),
            "$bytes": lambda held, path, packed: self._bytes(held, packed),
            "$bytearray": self._bytearray,
            "$list": lambda held, path, _: self._list(held, path),
            "$set": self._set,
            "$deque": self._deque,
            "$dict": lambda held, path, _: self._dict(held, path, dict),
            "$ordered": lambda held, path, _: self._dict(held, path, collections.OrderedDict),
            "$counter": lambda held, path, _: self._dict(held, path, collections.Counter),
            "$default": self._default,
            "$namedtuple": self._named_tuple,
            "$dataclass": self._dataclass,
            "$name": lambda held, path, _: self._named(held, path),
            "$generator": self._generator,
            "$stateful": self._stateful,
            "$own": self._own,
            "$torch": self._leaf,
            "$numpy": self._leaf,
        }

    def root(self, packed: Any) -> Any:
        if isinstance(packed, dict) and "$root" in packed:
            self._marks = _Marks({k: v for k, v in packed.items() if k != "$root"})
            packed = packed["$root"]
        return self.unpack(packed, "")

    def unpack(self, packed: Any, path: str) -> Any:
        if isinstance(packed, list):
            return self._list(packed, path)
        if not isinstance(packed, dict):
            return packed
        tag = next(iter(packed), "")
        if not tag.startswith("$"):
            return self._dict(list(packed.items()), path, dict)
        if tag == "$ref":
            return self._at[packed[tag]]
        atom = _unpack_atom(tag, packed, self._classes)
        if atom is not _NOT_ATOMIC:
            return atom
        if tag not in self._by_tag:
            raise BatonError("The checkpoint's %s is of a kind, %s, not known here." % (path, tag))
        return self._by_tag[tag](packed[tag], path, packed)

    def _candidate(self, path: str, fits: Callable[[Any], bool]) -> Any:
        """What is to be filled with the object at a path, once; ``None`` if it is to be made."""
        if self._births is None:
            return None
        found = self._marks.candidate(path, self._births)
        if found is None or id(found) in self._used or not fits(found):
            return None
        self._used.add(id(found))
        return found

    def _there_or_new(self, path: str, kind: type, make: Callable[[], Any]) -> Any:
        """Known by its path before its members are, which may lead back to it."""
        thing = self._candidate(path, lambda found: type(found) is kind)
        if thing is None:
            thing = self.made[path] = make()
        self._at[path] = thing
        return thing

    # Containers

    def _each(self, held: List[Any], path: str) -> List[Any]:
        return [self.unpack(v, "%s.%d" % (path, i)) for i, v in enumerate(held)]

    def _list(self, held: List[Any], path: str) -> Any:
        thing = self._there_or_new(path, list, list)
        thing[:] = self._each(held, path)
        return thing

    def _deque(self, held: Any, path: str, packed: Dict[str, Any]) -> Any:
        def fits(found: Any) -> bool:
            bound = packed.get("maxlen", found.maxlen)  # format 1 did not tell
            return type(found) is collections.deque and found.maxlen == bound

        thing = self._candidate(path, lambda f: type(f) is collections.deque and fits(f))
        if thing is None:
            thing = self.made[path] = collections.deque(maxlen=packed.get("maxlen"))
        self._at[path] = thing
        members = self._each(held, path)
        thing.clear()
        thing.extend(members)
        return thing

    def _set(self, held: Any, path: str, packed: Dict[str, Any]) -> Any:
        thing = self._there_or_new(path, set, set)
        members = self._each(held, path)
        thing.clear()
        thing.update(members)
        return thing

    def _dict(self, pairs: List[Any], path: str, kind: Any) -> Any:
        thing = self._there_or_new(path, kind, kind)
        self._fill_dict(thing, pairs, path, kind)
        return thing

    def _fill_dict(self, thing: Any, pairs: List[Any], path: str, kind: Any) -> None:
        keys = [self._key(k, path) for k, _ in pairs]
        places = [_member(path, k, i) for i, k in enumerate(keys)]
        values = [self.unpack(v, place) for (_, v), place in zip(pairs, places)]
        kind.clear(thing)
        for key, value in zip(keys, values):
            kind.__setitem__(thing, key, value)

    def _key(self, packed: Any, path: str) -> Any:
        return self.unpack(packed, path + "!key") if isinstance(packed, dict) else packed

    def _default(self, held: Any, path: str, packed: Dict[str, Any]) -> Any:
        name = packed["factory"]

        def fits(found: Any) -> bool:
            own = type(found) is collections.defaultdict
            return own and _factory_name(found.default_factory) == name

        thing = self._candidate(path, fits)
        if thing is None:
            factory = None if name is None else _find(name)
            known = (*_FACTORIES, None)
            if factory not in known and not isinstance(factory, (type, types.FunctionType)):
                raise self._missing(path, "defaultdict")
            thing = self.made[path] = collections.defaultdict(factory)
        self._at[path] = thing
        self._fill_dict(thing, held, path, dict)
        return thing

    # Classes of others

    def _named_tuple(self, held: Any, path: str, packed: Dict[str, Any]) -> Any:
        kind: Any = _find_class(packed["class"], self._classes)
        fields = list(getattr(kind, "_fields", ()))
        if not issubclass(kind, tuple) or fields != packed["fields"]:
            message = "The checkpoint's %s has the fields %s, and %s has %s."
            names = ", ".join(packed["fields"]), kind.__name__, ", ".join(fields)
            raise BatonError(message % (path, *names), NEW_JOB)
        members = self._each(held, path)
        return tuple.__new__(kind, members) if fields else kind(members)

    def _dataclass(self, held: Any, path: str, packed: Dict[str, Any]) -> Any:
        kind: Any = _find_class(packed["class"], self._classes)
        if not hasattr(kind, "__dataclass_fields__"):
            raise BatonError("%s is no dataclass any more." % packed["class"], NEW_JOB)
        if kind.__dataclass_params__.frozen:
            thing: Any = object.__new__(kind)
        else:
            thing = self._there_or_new(path, kind, lambda: object.__new__(kind))
        self._set_attributes(thing, held, path)
        return thing

    def _set_attributes(self, thing: Any, held: List[Any], path: str) -> None:
        values = {name: self.unpack(v, "%s.%s" % (path, name)) for name, v in held}
        own = getattr(thing, "__dict__", {})
        for name in [name for name in own if name not in values]:
            del own[name]
        for name, value in values.items():
            if isinstance(getattr(type(thing), name, None), types.MemberDescriptorType):
                object.__setattr__(thing, name, value)
            else:
                own[name] = value

    def _named(self, name: str, path: str) -> Any:
        found = _find(name)
        if found is None:
            raise BatonError(
                "The checkpoint's %s is %s, which is not there." % (path, name), NEW_JOB
            )
        return found

    def _generator(self, held: Any, path: str, packed: Dict[str, Any]) -> Any:
        name = packed["$generator"]
        thing = self._candidate(path, lambda found: _name_of(type(found)) == name)
        if thing is None:
            thing = self.made[path] = _new_generator(name)
        self._at[path] = thing
        _set_generator_state(thing, packed["state"])
        return thing

    def _stateful(self, held: Any, path: str, packed: Dict[str, Any]) -> Any:
        thing = self._existing(path, packed["class"])
        thing.load_state_dict(self.unpack(held, path + ".state"))
        return thing

    def _existing(self, path: str, name: str) -> Any:
        thing = self._candidate(path, lambda found: _name_of(type(found)) == name)
        if thing is None:
            raise self._missing(path, name.partition(":")[2])
        self._at[path] = thing
        return thing

    def _missing(self, path: str, what: str) -> BatonError:
        message = "The checkpoint has a %s at %s, and the script made none there." % (what, path)
        return BatonError(message, "Make it before baton.resume, as the run that was saved did.")

    def _own(self, held: Any, path: str, packed: Dict[str, Any]) -> Any:
        thing = self._existing(path, held)
        base = _base_of(type(thing))
        if base in _DICTS:
            self._fill_dict(thing, packed["items"], path, base)
        elif "items" in packed:
            members = self._each(packed["items"], path)
            base.clear(thing)
            (base.update if base is set else base.extend)(thing, members)
        self._set_attributes(thing, packed["attributes"], path)
        return thing

    # Bytes, tensors and arrays

    def _bytes(self, held: Any, packed: Dict[str, Any]) -> bytes:
        return bytes(self._blob(packed["blob"]).data) if held is None else base64.b64decode(held)

    def _bytearray(self, held: Any, path: str, packed: Dict[str, Any]) -> Any:
        thing = self._there_or_new(path, bytearray, bytearray)
        thing[:] = self._bytes(held, packed)
        return thing

    def _blob(self, name: str) -> Blob:
        if name not in self._blobs:
            raise BatonError("The checkpoint has no tensor %s." % name, NEW_JOB)
        return self._blobs[name]

    def _leaf(self, held: str, path: str, packed: Dict[str, Any]) -> Any:
        made = self._values(packed)
        candidate = self._candidate(path, lambda found: _is_alike(found, made))
        if candidate is not None:
            _write(candidate, made)
            made = candidate
        else:
            self.made[path] = made
        self._at[path] = made
        return made

    def _values(self, packed: Dict[str, Any]) -> Any:
        """A new tensor or array, as it was saved."""
        is_torch = "$torch" in packed
        blob = self._blob(packed["$torch" if is_torch else "$numpy"])
        if "at" in packed:
            name = packed["$torch" if is_torch else "$numpy"]
            memory = self._memories.setdefault(name, bytearray(blob.data))
            made = _in_memory(packed, memory, is_torch)
        else:
            to = _to_torch if is_torch else _to_numpy
            made = to(blob, packed.get("dtype"), packed.get("shape"))
            made = _laid_out(_placed(made, packed.get("device")), packed.get("strides"))
        if packed.get("fixed"):
            made.flags.writeable = False
        if packed.get("parameter"):
            made = _torch().nn.Parameter(made, requires_grad=False)
        return made.requires_grad_(True) if packed.get("grad") else made


def _torch() -> Any:
    import torch

    return torch


def _factory_name(factory: Any) -> Optional[str]:
    return None if factory is None else _name_of(factory)


def _placed(tensor: Any, device: Optional[str]) -> Any:
    """On the device that it was on, where there is such a one."""
    if device is None:
        return tensor
    try:
        return tensor.to(device)
    except (RuntimeError, AssertionError, NotImplementedError):
        return tensor


def _is_alike(found: Any, made: Any) -> bool:
    """Whether the values of one can be put into the other, and nothing else be different."""
    alike = type(found) is type(made) and (_is_torch(made) or _is_numpy(made))
    if not alike or tuple(found.shape) != tuple(made.shape) or found.dtype != made.dtype:
        return False
    if _is_torch(made) and found.requires_grad and not found.is_leaf:
        return False
    return "fixed" not in (marks := _leaf_marks(found)) and marks == _leaf_marks(made)


def _new_generator(name: str) -> Any:
    """One of a kind that needs nothing of the script's to be made."""
    kind = name.partition(":")[2]
    if name == "random:Random":
        return random.Random()
    if name.startswith("torch"):
        return _torch().Generator()
    numpy = sys.modules.get("numpy") or __import__("numpy")
    makers = {"Generator": numpy.random.default_rng, "RandomState": numpy.random.RandomState}
    made = makers.get(kind) or getattr(numpy.random, kind, None)
    if made is None or not name.startswith("numpy.random"):
        raise BatonError("The checkpoint has a generator %s, which Baton cannot make." % kind)
    return made()

# --- Attributes of modules and optimizers that training changes: counters, hidden states, schedules ---


_BUFFER = "buffer."
_MOST_VALUES, _MOST_BYTES = 20_000, 1 << 26
"""A longer list or dict is a vocabulary or a data set, not a counter: it is not looked at."""
_ATOMS = (int, float, bool, str, type(None))
_FRAMEWORKS = frozenset(
    "torch lightning pytorch_lightning lightning_fabric transformers keras accelerate peft"
    " torchvision diffusers".split()
)
_CODE = (types.FunctionType, types.MethodType, types.BuiltinFunctionType, type, types.ModuleType)

Layout = Mapping[str, Any]
"""The dtype and shape of tensors by name."""


class _Attributes:
    """The changing attributes of objects by name: of a model's modules, or of an optimizer."""

    def __init__(
        self,
        what: str,
        holders: Callable[[], Mapping[str, Any]],
        skip: Tuple[str, ...] = (),
        buffers: Optional[Layout] = None,
        elsewhere: Callable[[], List[Any]] = list,
    ):
        """``elsewhere`` gives what is saved without this, whichever attribute it is."""
        self._elsewhere = elsewhere
        self._what, self._holders, self._skip, self._layout = what, holders, skip, buffers or {}
        self._births = _Births()
        self._fresh: Dict[str, Dict[str, _Seen]] = {}
        now = {name: self._of(name, thing) for name, thing in holders().items()}
        for name, held in now.items():
            self._fresh[name] = {k: self._see(name, k, v) for k, v in held.items()}

    def _see(self, name: str, attribute: str, value: Any) -> "_Seen":
        if type(value) in _ATOMS:
            return _Seen(value)
        root = {name: {attribute: value}}
        lenient = _Counting({}, None, lenient=True)
        try:
            lenient.root(root, "")
            self._births.script_made({k: v for k, v in lenient.found.items() if v is not root})
            self._births.classes.update(lenient.classes)
        except BatonError:
            pass  # too large
        return _Seen(value, self._packed(value))

    def _packed(self, value: Any) -> "Optional[_Packed]":
        """As JSON and tensors; ``None`` if it is none that Baton keeps."""
        if isinstance(value, _CODE):
            return None
        try:
            packer = _Counting({}, _HostMemory(), self._births)
            return _Packed(packer.root(value, ""), packer.blobs)
        except BatonError:
            return None

    def _of(self, name: str, thing: Any) -> Dict[str, Any]:
        kind: Any = type(thing)
        hidden = _names_of_frameworks(kind)
        other = {id(one) for one in self._elsewhere() if one is not None}
        held = {
            k: v
            for k, v in getattr(thing, "__dict__", {}).items()
            if k not in self._skip
            and id(v) not in other
            and not (k.startswith("_") and k in hidden)
        }
        for k, v in getattr(thing, "_buffers", {}).items():
            if not self._is_with_the_weights(thing, name, k, v):
                held[_BUFFER + k] = v
        return held

    def _is_with_the_weights(self, thing: Any, name: str, buffer: str, value: Any) -> bool:
        if buffer in thing._non_persistent_buffers_set:
            return False
        return _is_uninitialized(value) or self.is_as_built(
            (name + "." + buffer).lstrip("."), value
        )

    def is_as_built(self, name: str, value: Any) -> bool:
        """Whether a buffer is of the dtype and shape that it had at ``resume``."""
        built = self._layout.get(name)
        if value is None or built is None:
            return False
        return built[0] == _LAZY or built == _dtype_and_shape(value)

    def changing_buffers(self) -> List[str]:
        """The names of those that a state dict has, and that are not as they were built."""
        names = []
        for name, thing in self._holders().items():
            for buffer, value in getattr(thing, "_buffers", {}).items():
                full = (name + "." + buffer).lstrip(".")
                lasts = buffer not in thing._non_persistent_buffers_set
                there = value is not None or full in self._layout
                if lasts and there and not self._is_with_the_weights(thing, name, buffer, value):
                    names.append(full)
        return sorted(names)

    def _changed(self) -> Dict[str, Dict[str, Any]]:
        changed: Dict[str, Dict[str, Any]] = {}
        for name, thing in self._holders().items():
            fresh = self._fresh.get(name, {})
            now = self._of(name, thing)
            for attribute, value in now.items():
                seen = fresh.get(attribute)
                if seen is None or not seen.is_still(value, self._packed):
                    if self._is_kept(name, thing, attribute, value, seen):
                        changed.setdefault(name, {})[attribute] = value
        return changed

    def _is_kept(self, name: str, thing: Any, attribute: str, value: Any, seen: Any) -> bool:
        """Whether it can be saved; if not, and a resumed script had another there, it is refused."""
        if type(value) in _ATOMS or self._packed(value) is not None:
            return True
        own = type(thing).__module__ in _own_names() and not attribute.startswith(_BUFFER)
        if seen is not None and own and not isinstance(value, _CODE) and not _is_module(value):
            what = type(value).__name__
            message = "The attribute %s of %s has become a %s, which Baton cannot keep."
            named = "%s%s" % (self._what, "." + name if name else "")
            remedy = "Keep numbers and tensors in it, or clear it before run.step."
            raise BatonError(message % (attribute, named, what), remedy)
        return False

    def check(self) -> None:
        """Refuses what has changed and cannot be kept."""
        self._changed()

    def capture(self, path: str, blobs: Dict[str, Blob], host: Optional[_HostMemory]) -> Any:
        changed = self._changed()
        if not changed:
            return {}
        return _Packer(blobs, host, self._births).root(changed, path)

    def restore(self, told: Any, blobs: Mapping[str, Blob], lasting: Container[str] = ()) -> None:
        """``lasting`` are the buffers that a state dict has."""
        unpacker = _Unpacker(blobs, self._births)
        values = unpacker.root(told) if told else {}
        self._births.restored(unpacker.made)
        for name, thing in self._holders().items():
            held, fresh = values.get(name, {}), self._fresh.get(name, {})
            for attribute, value in held.items():
                full = (name + "." + attribute[len(_BUFFER) :]).lstrip(".")
                _set(thing, attribute, value, full in lasting)
            for attribute, value in self._of(name, thing).items():
                seen = fresh.get(attribute)
                if attribute in held or (seen and seen.is_still(value, self._packed)):
                    continue
                if seen is None:
                    if type(value) in _ATOMS or self._packed(value) is not None:
                        _delete(thing, attribute)
                elif seen.can_be_made:
                    _set(thing, attribute, seen.make(), False)


class _Seen:
    """What an attribute was at ``resume``."""

    def __init__(self, value: Any, packed: "Optional[_Packed]" = None):
        self._is_atom = type(value) in _ATOMS
        self._held, self._version = _Hold(value), _version(value)
        self._text = packed.text() if packed is not None else None
        self._packed = packed if packed is not None and packed.size() <= 1 << 20 else None

    def is_still(self, value: Any, pack: Callable[[Any], "Optional[_Packed]"]) -> bool:
        was = self._held()
        if self._is_atom:
            same = type(value) is type(was)
            return same and (value is was or repr(value) == repr(was))
        if self._text is None or (value is was and self._version is not None):
            return value is was and self._version == _version(value)
        packed = pack(value)
        return packed is not None and packed.text() == self._text

    @property
    def can_be_made(self) -> bool:
        return self._is_atom or self._packed is not None

    def make(self) -> Any:
        if self._packed is None:
            return self._held()
        packed = json.loads(json.dumps(self._packed.plain()))
        return _Unpacker(self._packed.blobs, None).root(packed)


class _Packed:
    """A value as JSON and tensors, to be compared and made again."""

    def __init__(self, told: Any, blobs: Dict[str, Blob]):
        self.told, self.blobs = told, blobs

    def size(self) -> int:
        return sum(len(blob.data) for blob in self.blobs.values())

    def plain(self) -> Any:
        """Without the births of its objects."""
        return self.told["$root"] if type(self.told) is dict and "$root" in self.told else self.told

    def text(self) -> str:
        digest = hashlib.blake2b(_sort_key(self.plain()).encode(), digest_size=16)
        for name in sorted(self.blobs):
            digest.update(self.blobs[name].data)
        return digest.hexdigest()


class _Counting(_Packer):
    """A packer that gives up on what is too large to be looked at whenever a checkpoint is made."""

    _values = _bytes_seen = 0

    def pack(self, value: Any, path: str) -> Any:
        self._values += 1
        if _is_torch(value) or _is_numpy(value):
            self._bytes_seen += 0 if _is_uninitialized(value) else _size(value)
        if self._values > _MOST_VALUES or (self._values > 3 and self._bytes_seen > _MOST_BYTES):
            raise BatonError("%s is too large to be looked at." % path)
        if _is_module(value) or _is_parameter(value) or _is_foreign(type(value)):
            raise BatonError("%s is no plain value." % path)
        return super().pack(value, path)


def _size(value: Any) -> int:
    return int(value.nbytes) if _is_numpy(value) else value.numel() * value.element_size()


def _set(thing: Any, attribute: str, value: Any, is_lasting: bool) -> None:
    if not attribute.startswith(_BUFFER):
        thing.__dict__[attribute] = value
        return
    name = attribute[len(_BUFFER) :]
    thing._buffers[name] = value
    change = thing._non_persistent_buffers_set
    (change.discard if is_lasting else change.add)(name)


def _delete(thing: Any, attribute: str) -> None:
    if attribute.startswith(_BUFFER):
        thing._buffers.pop(attribute[len(_BUFFER) :], None)
    else:
        thing.__dict__.pop(attribute, None)


def _version(value: Any) -> Optional[int]:
    """How often a tensor was written to; ``None`` for what does not count."""
    try:
        return int(value._version) if _is_torch(value) else None
    except RuntimeError:
        return None


def _is_parameter(value: Any) -> bool:
    """Whether it is the model's or the optimizer's to save."""
    return _is_torch(value) and (type(value).__name__ != "Tensor" or _is_trained(value))


def _is_trained(value: Any) -> bool:
    return bool(value.requires_grad and value.is_leaf)


def _is_module(value: Any) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and hasattr(torch, "nn") and isinstance(value, torch.nn.Module)


def _is_foreign(kind: type) -> bool:
    """Whether it is a class of others, none that holds plain values: a trainer, a tokenizer."""
    if kind.__module__ in ("builtins", "collections", "numpy", "torch", "enum", "random"):
        return False
    root = kind.__module__.partition(".")[0]
    if root in ("numpy", "torch", "pathlib", "datetime", "decimal", "fractions", "uuid"):
        return hasattr(kind, "state_dict") or hasattr(kind, "__enter__")
    plain = issubclass(kind, tuple) or hasattr(kind, "__dataclass_fields__")
    return not plain and not hasattr(kind, "__members__") and kind.__module__ not in _own_names()


def _own_names() -> FrozenSet[str]:
    return _names_beside(getattr(sys.modules.get("__main__"), "__file__", None))


@functools.lru_cache(maxsize=1)
def _names_beside(script: Optional[str]) -> FrozenSet[str]:
    return frozenset(_own_modules()) | {"__main__"}


@functools.lru_cache(maxsize=None)
def _names_of_frameworks(kind: type) -> FrozenSet[str]:
    """The names that the code of a class's framework mentions: they are its own business."""
    names: Set[str] = set()
    for one in kind.__mro__:
        if one.__module__.partition(".")[0] in _FRAMEWORKS:
            for member in vars(one).values():
                names.update(_mentioned(member))
    return frozenset(names)


def _mentioned(member: Any) -> Iterator[str]:
    for part in (member, *(getattr(member, n, None) for n in ("__func__", "fget", "fset"))):
        code = getattr(part, "__code__", None)
        codes = [code] if isinstance(code, types.CodeType) else []
        while codes:
            one = codes.pop()
            yield from one.co_names
            for constant in one.co_consts:
                if isinstance(constant, types.CodeType):
                    codes.append(constant)
                elif isinstance(constant, str):
                    yield constant

# --- What a restore put back, compared with what was saved: nothing may be silently different ----


_CHUNK = 1 << 22
_PAIRS = ("$dict", "$ordered", "$counter", "$default")
_LISTS_OF = ("$tuple", "$deque", "$list", "$set", "$frozenset", "$namedtuple")
Blobs = Mapping[str, Blob]


class _Comparison:
    """Saved state and the same captured after a restore, walked side by side."""

    def __init__(self, saved: Blobs, now: Blobs, is_old: bool, may_have_more: bool = False):
        self._saved, self._now, self._is_old, self._more = saved, now, is_old, may_have_more

    def require_same(self, path: str, was: Any, now: Any) -> None:
        found = self.difference(path, was, now)
        if found:
            message = "%s, so the training would not go on as it was." % found
            raise BatonError(message, NEW_JOB)

    def difference(self, path: str, was: Any, now: Any) -> Optional[str]:
        """What differs first, in words; ``None``: nothing does."""
        was, now = _without_births(was), _without_births(now)
        for tag in ("$torch", "$numpy"):
            if type(was) is dict and tag in was:
                return self._of_tensors(path, tag, was, now)
        if self._is_old and type(now) is dict and "$ref" in now:
            return None
        old, new = _members_of(was), _members_of(now)
        if old is None or new is None or (_kind_told(was) != _kind_told(now) and not self._is_old):
            return None if self._are_equal(was, now) else _restored_as(path, was, now)
        for key, member in old.items():
            if key not in new:
                return "%s is in the checkpoint and was not restored" % _at(path, key)
            found = self.difference(_at(path, key), member, new[key])
            if found:
                return found
        extra = [] if self._more or self._is_old else [key for key in new if key not in old]
        return (
            "%s was restored and is not in the checkpoint" % _at(path, extra[0]) if extra else None
        )

    def _are_equal(self, was: Any, now: Any) -> bool:
        if self._is_old:
            return _loosely(was) == _loosely(now)
        return was == now and type(was) is type(now) and _sort_key(was) == _sort_key(now)

    def _of_tensors(self, path: str, tag: str, was: Any, now: Any) -> Optional[str]:
        blob = self._saved.get(was[tag])
        other = self._now.get(str(now.get(tag))) if type(now) is dict else None
        if blob is None or other is None:
            if self._is_old and blob is not None and type(now) is dict and "$scalar" in now:
                return None
            return _restored_as(path, was, now)
        marks = [{k: v for k, v in m.items() if k not in (tag, "device")} for m in (was, now)]
        if (marks[0] != marks[1] and not self._is_old) or blob[:2] != other[:2]:
            return "%s is %s in the checkpoint and %s restored" % (
                path, _describe_tensor(blob, marks[0]), _describe_tensor(other, marks[1]),
            )  # fmt: skip
        return None if _same_bytes(blob.data, other.data) else "%s has other values restored" % path


def _without_births(packed: Any) -> Any:
    return packed["$root"] if type(packed) is dict and "$root" in packed else packed


def _kind_told(packed: Any) -> Any:
    """A container's kind with all that is told of it but its members; of a dict's order, nothing."""
    if type(packed) is list:
        return "$list"
    tag = next(iter(sorted(packed)), "") if packed else ""
    if not tag.startswith("$") or tag == "$dict":
        return "$dict"
    return tag, [packed.get(more) for more in ("maxlen", "factory", "class", "fields")]


def _members_of(packed: Any) -> Optional[Dict[str, Any]]:
    """A container's members by key or place; ``None`` for what is none."""
    if type(packed) is list:
        return {str(i): member for i, member in enumerate(packed)}
    if type(packed) is not dict:
        return None
    tag = min(packed, default="")
    if not tag.startswith("$"):
        return {_sort_key(k): member for k, member in packed.items()}
    if tag in _PAIRS:
        return {_sort_key(k): member for k, member in packed[tag]}
    if tag in _LISTS_OF:
        return {str(i): member for i, member in enumerate(packed[tag])}
    return packed if any(isinstance(v, (dict, list)) for v in packed.values()) else None


def _at(path: str, key: str) -> str:
    return "%s.%s" % (path, key.strip('"'))


def _loosely(packed: Any) -> Any:
    """A value without its kind: a checkpoint of format 1 did not tell them all."""
    if type(packed) is not dict:
        return packed
    if "$float" in packed:
        return repr(_unpack_float(packed))
    return _sort_key(packed)


def _restored_as(path: str, was: Any, now: Any) -> str:
    return "%s is %s in the checkpoint and %s restored" % (path, _shown(was), _shown(now))


def _shown(packed: Any) -> str:
    if type(packed) is dict:
        tag = min(packed, default="")
        if tag.startswith("$"):
            kind = packed.get("class") or packed.get("factory") or ""
            return "a %s %s" % (tag[1:], kind) if kind else "a %s" % tag[1:]
        return "a dict"
    text = _sort_key(packed)
    return "a list" if type(packed) is list else text if len(text) <= 40 else text[:40] + "..."


def _describe_tensor(blob: Blob, marks: Dict[str, Any]) -> str:
    told = str(marks.get("dtype", blob.dtype))
    if list(blob.shape):
        told += " %s" % list(marks.get("shape", blob.shape))
    if "strides" in marks:
        told += " with strides %s" % marks["strides"]
    return told


def _same_bytes(one: Any, other: Any) -> bool:
    if len(one) != len(other):
        return False
    pairs: Iterator[Tuple[Any, Any]] = (
        (one[i : i + _CHUNK], other[i : i + _CHUNK]) for i in range(0, len(one), _CHUNK)
    )
    return all(bytes(a) == bytes(b) for a, b in pairs)

# --- What a torch module is besides its tensors: modes, what is trained, attributes, its parts ---


class _Module:
    """One of the script's torch modules, as it was at ``resume`` and as it has become."""

    def __init__(self, what: str, module: Any, layout: Mapping[str, Tuple[str, Tuple[int, ...]]]):
        self._what, self._module = what, module
        self._parts = {name: type(part) for name, part in module.named_modules()}
        self._parameters = _parameters_of(module)
        base = tuple(vars(sys.modules["torch"].nn.Module()))
        self._attributes = _Attributes(what, self._holders, base, layout)

    def _holders(self) -> Dict[str, Any]:
        scripted = getattr(sys.modules["torch"].jit, "ScriptModule", ())
        named = self._module.named_modules()
        return {name: part for name, part in named if not isinstance(part, scripted)}

    def check(self) -> None:
        """Refuses parts that the script has added since, and attributes that cannot be kept."""
        self._require_same_parts()
        self._attributes.check()

    def _require_same_parts(self) -> None:
        now = {name: type(part) for name, part in self._module.named_modules()}
        for what, before, after in (
            ("module", self._parts, now),
            ("parameter", self._parameters, _parameters_of(self._module)),
        ):
            for name in sorted(set(before) ^ set(after)):
                done = "was added to" if name in after else "was taken out of"
                message = "The %s %s %s %s after baton.resume, and a resumed script would not"
                message += " have done so."
                remedy = "Build the whole model before baton.resume."
                raise BatonError(message % (what, name, done, self._what), remedy)

    def capture(self, path: str, draft: _Draft) -> Dict[str, Any]:
        self._require_same_parts()
        told = _modes(self._module)
        changed = self._attributes.capture(path, draft.files[EXTRA], draft.host)
        if changed:
            told["attributes"] = changed
        buffers = self._attributes.changing_buffers()
        if buffers:
            told["buffers"] = buffers
        return told

    def restore(self, told: Mapping[str, Any], held: _Held) -> None:
        """Puts all of it back; of a checkpoint that did not tell, nothing."""
        if told:
            _set_modes(self._module, told)
            lasting = told.get("buffers", ())
            self._attributes.restore(told.get("attributes", {}), held.files[EXTRA], lasting)


def _parameters_of(module: Any) -> Dict[str, type]:
    named = (
        module.named_parameters(remove_duplicate=False)
        if _can_repeat(module)
        else module.named_parameters()
    )
    return {name: type(parameter) for name, parameter in named}


def _can_repeat(module: Any) -> bool:
    """Whether this torch gives a shared parameter by all of its names; since 2.0."""
    return "remove_duplicate" in module.named_parameters.__code__.co_varnames


def _modes(module: Any) -> Dict[str, Any]:
    """Whether it is in training, which of its modules are in another mode, and what is frozen."""
    training = bool(module.training)
    named = module.named_modules()
    other = [name for name, part in named if bool(part.training) != training]
    frozen = [name for name, p in module.named_parameters() if not p.requires_grad]
    told: Dict[str, Any] = {"training": training}
    if other:
        told["otherwise"] = other
    if frozen:
        told["frozen"] = frozen
    return told


def _set_modes(module: Any, told: Mapping[str, Any]) -> None:
    other, frozen = set(told.get("otherwise", ())), set(told.get("frozen", ()))
    for name, part in module.named_modules():
        part.training = told["training"] != (name in other)
    for name, parameter in module.named_parameters():
        if parameter.requires_grad == (name in frozen) and parameter.is_leaf:
            parameter.requires_grad_(name not in frozen)

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
    """A model's tensors by name, and what else its state holds.

    A torch module's are taken from the modules themselves: hooks may leave some out of its
    ``state_dict``, or name them otherwise. What hooks add is among the rest.
    """
    if _is_keras(model):
        ops = sys.modules["keras"].ops
        named = _keras_variables(model)
        return {name: ops.convert_to_numpy(v) for name, v in named.items()}, {}
    if _is_torch_module(model):
        return _tensors_of_module(_bare(model))
    state = model.state_dict() if hasattr(model, "state_dict") else model
    if not isinstance(state, Mapping):
        what = type(model).__name__
        raise BatonError("%s is no model: it has no state_dict and is no dict of arrays." % what)
    tensors = {k: v for k, v in state.items() if _is_leaf(v)}
    return tensors, {k: v for k, v in state.items() if k not in tensors}


def _tensors_of_module(module: Any) -> Tuple[Dict[str, Any], Dict[str, Any]]:
    tensors: Dict[str, Any] = {}
    rest: Dict[str, Any] = {}
    for prefix, part in _parts_of(module):
        passing = getattr(part, "_non_persistent_buffers_set", ())
        for name, value in [*part._parameters.items(), *part._buffers.items()]:
            if value is not None and name not in passing:
                tensors[prefix + name] = value
        if type(part).get_extra_state is not sys.modules["torch"].nn.Module.get_extra_state:
            rest[prefix + "_extra_state"] = part.get_extra_state()
    places = {_place(v) for v in tensors.values()}
    for name, value in module.state_dict().items():
        known = name in tensors or name in rest
        if not known and not (_is_torch(value) and _place(value) in places):
            rest[name] = value
    return tensors, rest


def _parts_of(module: Any) -> Iterator[Tuple[str, Any]]:
    """A module and those in it, by what the names of their tensors begin with."""
    for name, part in module.named_modules(remove_duplicate=False):
        yield (name + "." if name else ""), part


def _place(value: Any) -> Any:
    """Where a tensor lies: the same of what ``state_dict`` gives and of the module's own."""
    if (
        _is_uninitialized(value)
        or value.numel() == 0
        or value.layout != sys.modules["torch"].strided
    ):
        return id(value)
    try:
        return value.data_ptr(), value.dtype, tuple(value.shape)
    except RuntimeError:
        return id(value)


def _load_rest(module: Any, rest: Mapping[str, Any]) -> None:
    """Puts back what a module's state holds beside its tensors."""
    rest = dict(rest)
    for prefix, part in _parts_of(module):
        if prefix + "_extra_state" in rest:
            part.set_extra_state(rest.pop(prefix + "_extra_state"))
    if rest:
        state = module.state_dict()
        state.update(rest)
        module.load_state_dict(state)


def _load_model(
    model: Any, blobs: Mapping[str, Blob], rest: Mapping[str, Any], marks: Mapping[str, Any]
) -> None:
    """Puts a checkpoint's tensors into a model that has just these."""
    if _is_keras(model):
        for name, variable in _keras_variables(model).items():
            variable.assign(_to_numpy(blobs[name]))
    elif _is_torch_module(model):
        module = _bare(model)
        for prefix, part in _parts_of(module):
            for own in (part._parameters, part._buffers):
                for name, value in list(own.items()):
                    full = prefix + name
                    if full in blobs and name not in _passing(part):
                        put = _put(value, blobs[full], marks.get(full, {}))
                        if put is not value:
                            own[name] = put
        if rest:
            _load_rest(module, rest)
    elif hasattr(model, "load_state_dict"):
        state = {name: _to_torch(blob) for name, blob in blobs.items()}
        model.load_state_dict({**state, **rest})
    else:
        for name, blob in blobs.items():
            _put(model[name], blob, marks.get(name, {}))


def _passing(part: Any) -> Any:
    return getattr(part, "_non_persistent_buffers_set", ())


def _put(target: Any, blob: Blob, marks: Mapping[str, Any]) -> Any:
    """Puts a blob's values into a tensor or an array, in place, and gives it; a buffer that has
    another shape by now is replaced."""
    if not _is_torch(target) and target is not None:
        values = _to_numpy(blob, marks.get("dtype"), marks.get("shape"))
        target[...] = values
        return target
    values = _to_torch(blob, marks.get("dtype"), marks.get("shape"))
    if _is_uninitialized(target):
        target.materialize(values.shape, dtype=values.dtype)
    if target is None:
        return values
    if (values.dtype, values.shape) != (target.dtype, target.shape):
        return values.to(target.device)
    wanted = marks.get("strides")
    if _strides_mark(target) != wanted:
        target.data = _laid_out(values.to(target.device), wanted)
    else:
        _write(target, values)
    return target


def _marks_of(value: Any) -> Dict[str, Any]:
    """What a blob does not tell about a model's tensor: how it lies, and a dtype of others."""
    marks: Dict[str, Any] = {}
    strides, dtype = _strides_mark(value), _dtype_mark(value)
    if strides is not None:
        marks["strides"] = strides
    if dtype is not None:
        marks["dtype"], marks["shape"] = dtype, list(value.shape)
    return marks


def _layout(tensors: Mapping[str, Any]) -> Dict[str, Tuple[str, Tuple[int, ...]]]:
    """The dtype and shape of each of a model's tensors, by name."""
    return {name: _dtype_and_shape(value) for name, value in tensors.items()}


def _require_fit(
    prefix: str, wanted: Mapping[str, Any], blobs: Mapping[str, Blob], told: Mapping[str, Any]
) -> None:
    """Refuses a checkpoint of another model, and names the first tensor that differs."""
    marks, changing = told.get("marks", {}), _changing_buffers(told)
    for name in sorted(set(wanted) | set(blobs)):
        if name not in wanted:
            raise _changed("The model has no tensor %s%s." % (prefix, name))
        if name not in blobs:
            if wanted[name][0] == _LAZY or name in changing:
                continue
            raise _changed("The checkpoint has no tensor %s%s." % (prefix, name))
        mark = marks.get(name, {})
        shape = tuple(mark.get("shape", blobs[name].shape))
        found = (mark.get("dtype", blobs[name].dtype), shape)
        if wanted[name][0] != _LAZY and found != wanted[name]:
            message = "The tensor %s%s is %s in the checkpoint and %s in the model."
            raise _changed(message % (prefix, name, _describe(found), _describe(wanted[name])))


def _changing_buffers(told: Mapping[str, Any]) -> "set[str]":
    """The names of buffers that a checkpoint has among the changed attributes."""
    return set(told.get("buffers", ()))


def _changed(message: str) -> BatonError:
    return BatonError(message + " The model is not the one that began the job.", NEW_JOB)


def _describe(layout: Tuple[str, Tuple[int, ...]]) -> str:
    return "%s %s" % (layout[0], list(layout[1]))


def _has_nan(value: Any) -> bool:
    if _is_torch(value):
        torch = sys.modules["torch"]
        if not (value.is_floating_point() or value.is_complex()) or value.numel() == 0:
            return False
        narrow = "float8" in str(value.dtype) or "float4" in str(value.dtype)
        return bool(torch.isnan(value.detach().float() if narrow else value.detach()).any())
    if _is_numpy(value):
        return bool(value.dtype.kind in "fc" and sys.modules["numpy"].isnan(value).any())
    return isinstance(value, float) and math.isnan(value)


class _Models:
    """The models that a script gave, by the prefix of their tensors' names."""

    def __init__(self, model: Any):
        self.of: Dict[str, Any] = _named(model)
        self._built: Dict[str, Dict[str, Tuple[str, Tuple[int, ...]]]] = {}
        self._modules: Dict[str, _Module] = {}
        lines: List[str] = []
        for prefix, model in self.of.items():
            tensors, rest = _tensors_of(model)
            for name, value in tensors.items():
                if not _is_uninitialized(value):
                    _require_fit_to_save(prefix + name, value)
            _pack(rest, ("model." + prefix).rstrip("."), {}, None)
            self._built[prefix] = _layout(tensors)
            if _is_torch_module(model) and not _is_keras(model):  # Keras sets modes by itself
                what = "model" + ("." + prefix.rstrip(".") if prefix else "")
                self._modules[prefix] = _Module(what, _bare(model), self._built[prefix])
            lines += _lines_of(prefix, _layout(_given(model)))
        self._architecture = hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()

    def check(self) -> None:
        """Refuses what the script has made since ``resume`` and a resumed one could not put back."""
        for prefix, module in self._modules.items():
            module.check()
            _pack(_tensors_of(self.of[prefix])[1], ("model." + prefix).rstrip("."), {}, None)

    def capture(self, draft: _Draft) -> None:
        rest = draft.state["model"] = {}
        modules = draft.state["modules"] = {}
        for prefix, model in self.of.items():
            tensors, other = _tensors_of(model)
            told = modules[prefix] = {}
            if prefix in self._modules:
                told.update(self._modules[prefix].capture("modules." + prefix, draft))
            kept = {k: v for k, v in tensors.items() if k not in _changing_buffers(told)}
            marks = {k: _marks_of(v) for k, v in kept.items() if not _is_uninitialized(v)}
            for name, value in kept.items():
                if _is_uninitialized(value):
                    continue
                _require_sound(prefix + name, value, draft)
                file = FROZEN if _is_frozen(value) else MODEL
                blob = draft.host.copy("model " + prefix + name, value)
                draft.files[file][prefix + name] = blob
            marks = {k: v for k, v in marks.items() if v}
            if marks:
                told["marks"] = marks
            if other:
                rest[prefix] = _pack(other, "model." + prefix, draft.files[EXTRA], draft.host)

    def restore(self, held: _Held) -> None:
        every = {**held.files[MODEL], **held.files[FROZEN]}
        for prefix, model in self.of.items():
            mine = {k[len(prefix) :]: v for k, v in every.items() if k.startswith(prefix)}
            told = held.of("modules").get(prefix, {})
            _require_fit(prefix, self._built[prefix], mine, told)
            other = _unpack(held.of("model").get(prefix, {}), held.files[EXTRA])
            if prefix in self._modules:
                self._modules[prefix].restore(told, held)
            _load_model(model, mine, other, told.get("marks", {}))

    def require_restored(self, held: _Held, now: _Draft) -> None:
        """Refuses a difference between what was saved and what a restore has made of it."""
        is_old = held.state["format"] == 1
        saved = {**held.files[MODEL], **held.files[FROZEN]}
        found = {**now.files[MODEL], **now.files[FROZEN]}
        for name, blob in saved.items():
            if name not in found or blob[:2] != found[name][:2]:
                raise _changed("The tensor %s was not restored as it was saved." % name)
            if not _same_bytes(blob.data, found[name].data):
                raise _changed("The tensor %s has other values restored." % name)
        compared = _Comparison(held.files[EXTRA], now.files[EXTRA], is_old)
        compared.require_same("model", held.of("model"), now.state["model"])
        if not is_old:
            # A load_state_dict of the script's own may set attributes that had not been set.
            compared = _Comparison(held.files[EXTRA], now.files[EXTRA], False, may_have_more=True)
            compared.require_same("modules", held.of("modules"), now.state["modules"])

    def architecture(self) -> str:
        """The sha256 over names, dtypes and shapes of all tensors, as the script built them."""
        return self._architecture


def _given(model: Any) -> Mapping[str, Any]:
    """The tensors that a model's own ``state_dict`` names, by which its architecture is known."""
    if _is_keras(model) or not _is_torch_module(model):
        return _tensors_of(model)[0]
    return {k: v for k, v in _bare(model).state_dict().items() if _is_leaf(v)}


def _lines_of(prefix: str, layout: Mapping[str, Tuple[str, Tuple[int, ...]]]) -> List[str]:
    told = sorted(layout.items())
    return ["%s%s %s %s\n" % (prefix, name, d, list(shape)) for name, (d, shape) in told]


def _is_frozen(value: Any) -> bool:
    """Whether it is a parameter that is not trained: such are sent again only if they change."""
    return (
        _is_torch(value)
        and isinstance(value, sys.modules["torch"].nn.Parameter)
        and not value.requires_grad
    )


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

# --- Optimizers: their state by the names of their parameters, exact where torch's loading is not ---


_DEEPEST_INNER = 3


def _is_torch_like(thing: Any) -> bool:
    """Whether it has parameters in groups, as torch's optimizers and what wraps them have."""
    return hasattr(thing, "param_groups") and hasattr(thing, "load_state_dict")


class _Optimizer:
    """One of the script's optimizers, or what wraps one.

    1. Its own ``load_state_dict`` is called, for what it does beside.
    2. Tensors that torch cast to a parameter's dtype, or laid out anew, are put in as they were.
    3. The dicts that were its groups stay its groups, for the script may have names for them.
    4. Optimizers inside it whose state its own leaves out are loaded, then attributes that changed.
    """

    def __init__(self, prefix: str, optimizer: Any, models: _Models):
        self._what = ("optimizer." + prefix).rstrip(".")
        self._thing, self._models = optimizer, models
        self._births = _Births()
        skip = ("state", "param_groups", "defaults")

        def elsewhere() -> List[Any]:
            inner = _inner_of(optimizer).values()
            return [getattr(one, name, None) for one in inner for name in skip[:2]]

        self._attributes = _Attributes(
            self._what, lambda: _inner_of(optimizer), skip, elsewhere=elsewhere
        )
        self._births.script_made(_found_in(optimizer.state_dict(), "").unmakeable())
        self._first_names = self._names()

    def check(self, saved: Callable[[], Container[Any]]) -> None:
        """Refuses what cannot be kept; ``saved`` gives the places of tensors that are not its own."""
        self._require_same_groups()
        self._require_parameters_saved(saved)
        self._attributes.check()
        self._pack_state(self._thing, {}, None)

    def _require_parameters_saved(self, saved: Callable[[], Container[Any]]) -> None:
        """Refuses parameters that are trained and that nothing given to ``resume`` holds."""
        for g, (group, names) in enumerate(zip(self._thing.param_groups, self._names())):
            for i, (parameter, name) in enumerate(zip(group["params"], names)):
                unknown = name == "unnamed.%d.%d" % (g, i) and parameter.requires_grad
                if unknown and _place(parameter) not in saved():
                    message = "The %s trains a parameter, number %d of group %d, shape %s, that no"
                    message += " model given to baton.resume has: its values would not be saved."
                    remedy = "Give what it belongs to, too: baton.resume([model, criterion], ...),"
                    remedy += ' or by a name: baton.resume([model, {"scale": scale}], ...).'
                    shape = list(parameter.shape)
                    raise BatonError(message % (self._what, i, g, shape), remedy)

    def capture(self, draft: _Draft) -> Dict[str, Any]:
        self._require_same_groups()
        blobs = draft.files[OPTIMIZER]
        told: Dict[str, Any] = {"is": self._pack_state(self._thing, blobs, draft.host)}
        told["groups"] = self._names_in_order()
        device = self._device()
        if device != "cpu":
            told["device"] = device
        inner = {
            name: self._pack_state(thing, blobs, draft.host, "." + name)
            for name, thing in _inner_of(self._thing).items()
            if name and not _covers(self._thing, thing)
        }
        if inner:
            told["inner"] = inner
        attributes = self._attributes.capture(
            self._what + ".attributes", draft.files[EXTRA], draft.host
        )
        if attributes:
            told["attributes"] = attributes
        return told

    def _pack_state(
        self,
        thing: Any,
        blobs: Dict[str, Blob],
        host: Optional[_HostMemory],
        name: str = "",
    ) -> Any:
        state = thing.state_dict()
        packer = _Packer(blobs, host, self._births)
        self._require_no_ids(state)
        if isinstance(state, dict) and isinstance(state.get("state"), dict):
            # Which parameter had its first step first is no part of the training's state.
            state = {**state, "state": dict(sorted(state["state"].items(), key=_by_place))}
        if not name and self._is_in_other_order(state):
            state = {**state, "state": dict(state["state"])}
            _reorder(state, self._names(), self._names_in_order(), state["param_groups"])
        return packer.root(state, self._what + name)

    def _require_no_ids(self, state: Any) -> None:
        """Refuses a state by ``id(parameter)``, which is another in each process."""
        ids = {id(p) for group in self._thing.param_groups for p in group["params"]}
        for name, held in state.items() if isinstance(state, dict) else ():
            if isinstance(held, dict) and not ids.isdisjoint(held):
                message = "The state_dict of the %s has %r by the id() of its parameters, which is"
                message += " another in each process: it could not be put back."
                remedy = "Tell it by the parameters' places, as torch's own optimizers do."
                raise BatonError(message % (self._what, name), remedy)

    def _device(self) -> str:
        for group in self._thing.param_groups:
            for parameter in group["params"]:
                return str(getattr(getattr(parameter, "device", None), "type", "cpu"))
        return "cpu"

    # Names

    def _names(self) -> List[List[str]]:
        """The names of its parameters by group; of one that no model has, its place."""
        known = _names_of_parameters(self._models)
        return [
            [known.get(id(p), "unnamed.%d.%d" % (g, i)) for i, p in enumerate(group["params"])]
            for g, group in enumerate(self._thing.param_groups)
        ]

    def _names_in_order(self) -> List[List[str]]:
        """The same in the order in which the models name them: it is no part of the training's
        state which a set, say, named first in this process."""
        place = {name: i for i, name in enumerate(_names_of_parameters(self._models).values())}
        return [sorted(names, key=lambda n: place.get(n, len(place))) for names in self._names()]

    def _is_in_other_order(self, state: Any) -> bool:
        is_known = isinstance(state, dict) and {"state", "param_groups"} <= set(state)
        return is_known and self._names() != self._names_in_order()

    def _require_same_groups(self) -> None:
        """Refuses groups that a resumed script would not have: ``add_param_group`` adds new ones."""
        found = self._names()
        if len(found) < len(self._first_names):
            message = "The %s had %d groups of parameters at baton.resume and has %d now."
            remedy = "Leave them in it; a group with lr=0, or no gradients, is not trained."
            raise BatonError(message % (self._what, len(self._first_names), len(found)), remedy)
        for g, (before, now) in enumerate(zip(self._first_names, found)):
            if set(before) != set(now):
                message = "Group %d of the %s had %s at baton.resume and has %s now."
                shown = _only_in_each(before, now)
                remedy = "Leave its parameters in it, and add others with add_param_group."
                raise BatonError(message % (g, self._what, *shown), remedy)

    # Restoring

    def restore(self, told: Any, held: _Held, is_last: bool) -> bool:
        """Says whether all of it is restored: groups may still be added by the script until the
        last time that this is called, and are added here then."""
        if held.state["format"] == 1:
            told = {"is": told}
        self._births.script_made(_found_in(self._thing.state_dict(), "").unmakeable())
        state = _Unpacker(held.files[OPTIMIZER], self._births).root(told["is"])
        groups, whole = told.get("groups"), True
        if groups is not None and groups != self._names():
            whole = self._fit_groups(state, groups, is_last)
        same_device = told.get("device", "cpu") == self._device()
        self._load(self._thing, state, same_device)
        for name, thing in _inner_of(self._thing).items():
            if name in told.get("inner", {}):
                packed = told["inner"][name]
                inner = _Unpacker(held.files[OPTIMIZER], self._births).root(packed)
                self._load(thing, inner, same_device)
        self._attributes.restore(told.get("attributes", {}), held.files[EXTRA])
        return whole

    def _fit_groups(self, state: Any, saved: List[List[str]], is_last: bool) -> bool:
        """Makes the groups and the state fit each other by the parameters' names."""
        now = self._names()
        if not isinstance(state, dict) or not {"state", "param_groups"} <= set(state):
            raise self._another(0, [n for g in saved for n in g], [n for g in now for n in g])
        for g, names in enumerate(saved[len(now) :] if is_last else ()):
            self._add_group(names, state["param_groups"][len(now) + g])
        now = self._names()
        for g, (was, found) in enumerate(zip(saved, now)):
            if sorted(was) != sorted(found):
                raise self._another(g, was, found)
        if len(now) > len(saved):
            raise self._another(len(saved), [], now[len(saved)])
        _reorder(state, saved, now, self._thing.state_dict()["param_groups"])
        return len(now) == len(saved)

    def _add_group(self, names: List[str], saved: Mapping[str, Any]) -> None:
        by_name = {}
        for model in self._models.of.values():
            by_name.update(_parameters_by_id(model))
        known = {name: by_name[k] for k, name in _names_of_parameters(self._models).items()}
        missing = [name for name in names if name not in known]
        if missing:
            message = "The checkpoint's %s has a group with %s, which no model given has."
            remedy = "Add the group before the first batch, or give its model to baton.resume."
            raise BatonError(message % (self._what, ", ".join(missing[:3])), remedy)
        settings = {k: v for k, v in saved.items() if k not in ("params", "param_names")}
        parameters: List[Any] = [known[name] for name in names]
        if "param_names" in saved:
            parameters = list(zip(saved["param_names"], parameters))
        self._thing.add_param_group({"params": parameters, **settings})

    def _another(self, g: int, was: List[str], found: List[str]) -> BatonError:
        message = "Group %d of the %s has %s in the checkpoint and %s in the script."
        return BatonError(message % (g, self._what, *_only_in_each(was, found)), NEW_JOB)

    def _load(self, thing: Any, state: Any, same_device: bool) -> None:
        owned = [_Owned(one) for one in _inner_of(thing).values()]
        try:
            thing.load_state_dict(state)
            _mend(thing.state_dict(), state, same_device)
        except (KeyError, ValueError, TypeError, RuntimeError, AttributeError) as e:
            what = "The checkpoint's %s does not fit the script's: %s."
            raise BatonError(what % (self._what, _first_line(e)), NEW_JOB) from e
        for one in owned:
            one.keep()

    def require_restored(self, told: Any, held: _Held, told_now: Any, now: _Draft) -> None:
        """Refuses a difference between what was saved and what a restore has made of it."""
        is_old = held.state["format"] == 1
        if is_old and self._names() != self._names_in_order():
            return  # an older version saved them by their places in that process
        was, blobs = (told if is_old else told["is"]), held.files[OPTIMIZER]
        compared = _Comparison(blobs, now.files[OPTIMIZER], is_old, may_have_more=True)
        compared.require_same(self._what, was, told_now["is"])


class _Owned:
    """An optimizer's groups and state, as objects that others may have names for."""

    def __init__(self, optimizer: Any):
        self._optimizer = optimizer
        self._groups = optimizer.param_groups
        self._dicts = list(self._groups)
        self._state = getattr(optimizer, "state", None)
        # Loading may add to them (torch 1.13), and groups that come later take them over.
        self._defaults = dict(getattr(optimizer, "defaults", None) or {})

    def keep(self) -> None:
        """Puts into them what has been loaded into new ones."""
        own = vars(self._optimizer)
        groups, state = own.get("param_groups"), own.get("state")
        if isinstance(own.get("defaults"), dict):
            own["defaults"].clear()
            own["defaults"].update(self._defaults)
        if isinstance(groups, list) and groups is not self._groups:
            for old, new in zip(self._dicts, groups):
                if old is not new:
                    held = dict(new)
                    old.clear()
                    old.update(held)
            self._groups[:] = self._dicts[: len(groups)] + groups[len(self._dicts) :]
            own["param_groups"] = self._groups
        if isinstance(state, dict) and isinstance(self._state, dict) and state is not self._state:
            held = dict(state)
            self._state.clear()
            self._state.update(held)
            own["state"] = self._state


def _inner_of(optimizer: Any, name: str = "", depth: int = 0) -> Dict[str, Any]:
    """An optimizer and those that it wraps, by the attributes that lead to them."""
    found = {name: optimizer}
    held = dict(getattr(optimizer, "__dict__", {}))
    for attribute, value in list(held.items()):
        if type(value) in (list, tuple):
            held.update(("%s.%d" % (attribute, i), member) for i, member in enumerate(value))
    for attribute, value in held.items():
        if depth < _DEEPEST_INNER and _is_torch_like(value) and value is not optimizer:
            found.update(_inner_of(value, (name + "." + attribute).lstrip("."), depth + 1))
    return found


def _with_inner(given: Dict[str, Any]) -> Dict[str, Any]:
    """The optimizers given, and those in a wrapper that is none by itself and whose state leaves
    them out."""
    found = dict(given)
    ids = {id(thing) for thing in given.values()}
    for prefix, thing in given.items():
        if hasattr(thing, "state_dict") and not _is_torch_like(thing) and not _is_keras(thing):
            inner = {k: v for k, v in _inner_of(thing).items() if k and id(v) not in ids}
            if inner and _groups_in(thing.state_dict()) < len(inner):
                found.update(("%s%s." % (prefix, name), one) for name, one in inner.items())
    return found


def _groups_in(state: Any) -> int:
    """How many optimizers' states are in one."""
    if isinstance(state, Mapping):
        return ("param_groups" in state) + sum(_groups_in(member) for member in state.values())
    return sum(map(_groups_in, state)) if isinstance(state, (list, tuple)) else 0


def _covers(outer: Any, inner: Any) -> bool:
    """Whether the state that one gives has all tensors of the state of one inside it."""
    inside = set(_ids_in(getattr(inner, "state", {})))
    return not inside or inside <= set(_ids_in(outer.state_dict()))


def _ids_in(value: Any) -> List[int]:
    if _is_torch(value):
        return [id(value)]
    if isinstance(value, Mapping):
        return [i for member in value.values() for i in _ids_in(member)]
    return (
        [i for member in value for i in _ids_in(member)] if isinstance(value, (list, tuple)) else []
    )


def _by_place(item: Tuple[Any, Any]) -> Tuple[bool, Any]:
    key = item[0]
    return (False, key) if isinstance(key, int) else (True, 0)


def _names_of_parameters(models: _Models) -> Dict[int, str]:
    """The names of the models' parameters by their ids; of one that has several, the first."""
    names: Dict[int, str] = {}
    for prefix, model in models.of.items():
        if _is_torch_module(model):
            for name, parameter in _bare(model).named_parameters():
                names.setdefault(id(parameter), prefix + name)
        elif isinstance(model, Mapping):
            for name, parameter in model.items():
                names.setdefault(id(parameter), "%s%s" % (prefix, name))
    return names


def _parameters_by_id(model: Any) -> Dict[int, Any]:
    if _is_torch_module(model):
        return {id(p): p for p in _bare(model).parameters()}
    return {id(p): p for p in model.values()} if isinstance(model, Mapping) else {}


def _only_in_each(before: List[str], after: List[str]) -> Tuple[str, str]:
    """The names that only one of two lists has, in words."""
    shown = []
    for mine, other in ((before, after), (after, before)):
        only = [name for name in mine if name not in other]
        more = " and %d more" % (len(only) - 2) if len(only) > 2 else ""
        shown.append((", ".join(only[:2]) + more) if only else "none of them")
    return shown[0], shown[1]


def _reorder(state: Any, saved: List[List[str]], now: List[List[str]], groups: Any) -> None:
    """Gives the saved state the places that its parameters have in the script's groups."""
    places: Dict[Any, Any] = {}
    kept = []
    for was, found, held, group in zip(saved, now, state["param_groups"], groups):
        place_of = dict(zip(found, group["params"]))
        places.update({i: place_of[name] for name, i in zip(was, held["params"])})
        held = {**held, "params": group["params"]}
        if "param_names" in held:
            named = dict(zip(was, held["param_names"]))
            held["param_names"] = [named[name] for name in found]
        kept.append(held)
    others = {i for held in state["param_groups"] for i in held["params"]}
    moved = {
        places.get(k, k): v for k, v in state["state"].items() if k in places or k not in others
    }
    state["param_groups"] = kept
    state["state"] = dict(sorted(moved.items(), key=_by_place))


def _mend(now: Any, was: Any, same_device: bool) -> Any:
    """Puts saved tensors in the place of those that loading has cast, laid out anew, or moved."""
    if _is_torch(was) and _is_torch(now):
        device = was.device if same_device else now.device
        alike = (now.dtype, now.shape, now.device) == (was.dtype, was.shape, device)
        if alike and _strides_mark(now) == _strides_mark(was):
            return now
        return was.to(device)
    if isinstance(was, Mapping) and isinstance(now, dict):
        for key in now:
            if key in was:
                _replace(now, key, _mend(now[key], was[key], same_device))
    elif isinstance(was, list) and isinstance(now, list):
        for i in range(min(len(now), len(was))):
            _replace(now, i, _mend(now[i], was[i], same_device))
    elif isinstance(was, tuple) and type(now) is tuple and len(now) == len(was):
        mended = tuple(_mend(n, w, same_device) for n, w in zip(now, was))
        return now if all(a is b for a, b in zip(mended, now)) else mended
    return now


def _replace(container: Any, key: Any, value: Any) -> None:
    if container[key] is not value:
        container[key] = value

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
    if _is_known_generator(thing):
        return _generator_state(thing)
    if isinstance(thing, (tuple, frozenset, str, bytes, int, float, complex)):
        what = type(thing).__name__
        message = "The state given to baton.resume is a %s, which cannot be filled again." % what
        raise BatonError(message, "Give a dict or a list of such values.")
    return thing


def _load_state(what: str, thing: Any, state: Any) -> None:
    try:
        if _is_keras(thing):
            for path, variable in _keras_variables(thing).items():
                variable.assign(state[path])
        elif hasattr(thing, "load_state_dict"):
            thing.load_state_dict(_as_of_module(thing, state) if _is_torch_module(thing) else state)
        elif _is_known_generator(thing):
            _set_generator_state(thing, state)
        elif isinstance(thing, dict):
            thing.clear()
            thing.update(state)
        elif isinstance(thing, list):
            thing[:] = state
        else:
            raise ValueError("it was a %s" % type(state).__name__)
    except (KeyError, ValueError, TypeError, RuntimeError) as e:
        message = "The checkpoint's %s does not fit the script's: %s." % (what, _first_line(e))
        raise BatonError(message, NEW_JOB) from e


def _as_of_module(module: Any, state: Any) -> Any:
    """With the versions of its parts, without which some take it for a checkpoint of old."""
    made = collections.OrderedDict(state)
    made._metadata = getattr(module.state_dict(), "_metadata", {})  # type: ignore[attr-defined]
    return made


class _Parts:
    """What else a script gave, by kind and by the prefix of its tensors' names."""

    def __init__(self, parts: Dict[str, Any], state: Any, models: _Models):
        self.of: Dict[str, Dict[str, Any]] = {kind: _named(part) for kind, part in parts.items()}
        self._models = models
        self.of["optimizer"] = _with_inner(self.of["optimizer"])
        self.of["state"] = {} if state is None else {"": state}
        self._optimizers = {
            prefix: _Optimizer(prefix, thing, models)
            for prefix, thing in self.of["optimizer"].items()
            if _is_torch_like(thing) and not _is_keras(thing)
        }
        self._modules = {
            prefix: _Module(("ema." + prefix).rstrip("."), _bare(thing), _layout(_given(thing)))
            for prefix, thing in self.of["ema"].items()
            if _is_torch_module(thing)
        }
        self._births: Dict[Tuple[str, str], _Births] = {}
        for kind, prefix, thing in self._packed_things():
            self._births[kind, prefix] = _Births()
            self._look_at(kind, prefix, thing)
        self._waiting: Set[str] = set()
        self._ahead: Dict[Tuple[str, str], Tuple[Any, Dict[str, Blob]]] = {}

    def _packed_things(self) -> Iterator[Tuple[str, str, Any]]:
        for kind, things in self.of.items():
            for prefix, thing in things.items():
                if kind != "optimizer" or prefix not in self._optimizers:
                    yield kind, prefix, thing

    def _look_at(self, kind: str, prefix: str, thing: Any) -> None:
        """What the script has made by now, which a restore fills."""
        found = _found_in(_state_of(thing), _path_of(kind, prefix))
        births = self._births[kind, prefix]
        births.classes.update(found.classes)
        made = found.found if kind == "state" else found.unmakeable()
        births.script_made(made)

    # What the script makes, and when

    def training_begins(self) -> None:
        """Before the first epoch's lines."""
        for kind, prefix, thing in self._packed_things():
            self._look_at(kind, prefix, thing)

    def epoch_begins(self) -> None:
        """Before the lines of an epoch that stand before its batches."""
        for births, found in self._found():
            births.epoch_begins(found)

    def batches_begin(self) -> None:
        """Before an epoch's first batch."""
        for births, found in self._found():
            births.batches_begin(found)

    def epoch_ends(self) -> None:
        for births in self._births.values():
            births.epoch_ends()

    def _found(self) -> Iterator[Tuple[_Births, Found]]:
        for prefix, thing in self.of["state"].items():
            found = _found_in(_state_of(thing), _path_of("state", prefix))
            yield self._births["state", prefix], found.found

    # Saving and restoring

    def check(self) -> None:
        """Refuses what cannot be saved; nothing is copied."""
        for optimizer in self._optimizers.values():
            optimizer.check(self._places_saved)
        for module in self._modules.values():
            module.check()
        for kind, prefix, thing in self._packed_things():
            births = self._births[kind, prefix]
            _Packer({}, None, births).root(_state_of(thing), _path_of(kind, prefix))

    def _places_saved(self) -> Set[Any]:
        """Where all tensors lie that are saved with what was given."""
        given = [thing for things in self.of.values() for thing in things.values()]
        rest = [m for m in self._models.of.values() if not _is_torch_module(m)]
        found = _tensors_in([_state_of(t) for t in given] + [_tensors_of(m) for m in rest])
        return {_place(tensor) for tensor in found}

    def capture(self, draft: _Draft) -> None:
        for kind in self.of:
            draft.state.setdefault(kind, {})
        for prefix, optimizer in self._optimizers.items():
            draft.state["optimizer"][prefix] = optimizer.capture(draft)
        for prefix, module in self._modules.items():
            path = "modules.ema." + prefix
            draft.state["modules"]["ema:" + prefix] = module.capture(path, draft)
        for kind, prefix, thing in self._packed_things():
            blobs = draft.files[_file_of_kind(kind)]
            if (kind, prefix) in self._ahead:
                draft.state[kind][prefix], held = self._ahead[kind, prefix]
                blobs.update(held)
            else:
                draft.state[kind][prefix] = self._packed(kind, prefix, thing, blobs, draft.host)

    def _packed(
        self, kind: str, prefix: str, thing: Any, blobs: Dict[str, Blob], host: _HostMemory
    ) -> Any:
        packer = _Packer(blobs, host, self._births[kind, prefix])
        return packer.root(_state_of(thing), _path_of(kind, prefix))

    def hold(self) -> None:
        """From here on a checkpoint has what a loader may change of now, until :meth:`release`."""
        for kind, prefix, thing in self._packed_things():
            if kind in ("generators", "state"):
                blobs: Dict[str, Blob] = {}
                packed = self._packed(kind, prefix, thing, blobs, _HostMemory())
                self._ahead[kind, prefix] = packed, blobs

    def release(self) -> None:
        """The look ahead is over."""
        self._ahead = {}

    def restore(self, held: _Held) -> None:
        for kind, things in self.of.items():
            if set(things) != set(held.of(kind)):
                found, given = len(held.of(kind)), len(things)
                message = "The checkpoint has the %s of %d, the script gives %d to baton.resume."
                raise BatonError(message % (kind, found, given), NEW_JOB)
        self._waiting = {
            prefix
            for prefix, optimizer in self._optimizers.items()
            if not optimizer.restore(held.of("optimizer")[prefix], held, held.is_restored_again)
        }
        for prefix, module in self._modules.items():
            module.restore(held.of("modules").get("ema:" + prefix, {}), held)
        for kind, prefix, thing in self._packed_things():
            births = self._births[kind, prefix]
            if kind != "state":
                self._look_at(kind, prefix, thing)
            unpacker = _Unpacker(held.files[_file_of_kind(kind)], births)
            state = unpacker.root(held.of(kind)[prefix])
            births.restored(unpacker.made)
            if state is not thing:
                _load_state(kind, thing, state)

    def require_restored(self, held: _Held, now: _Draft) -> None:
        """Refuses a difference between what was saved and what a restore has made of it."""
        is_old = held.state["format"] == 1
        for kind, things in self.of.items():
            if is_old and kind == "generators":
                continue  # told in another form; each of them takes its own or refuses it
            file = _file_of_kind(kind)
            may_have_more = kind in ("optimizer", "scheduler")
            compared = _Comparison(held.files[file], now.files[file], is_old, may_have_more)
            for prefix in things:
                was, new = held.of(kind)[prefix], now.state[kind][prefix]
                if kind == "optimizer" and prefix in self._optimizers:
                    if prefix not in self._waiting:
                        self._optimizers[prefix].require_restored(was, held, new, now)
                    continue
                compared.require_same(_path_of(kind, prefix), was, new)


def _path_of(kind: str, prefix: str) -> str:
    return (kind + "." + prefix).rstrip(".")


def _file_of_kind(kind: str) -> str:
    return OPTIMIZER if kind == "optimizer" else EXTRA


def _tensors_in(value: Any) -> List[Any]:
    found = _found_in(value, "").found.values()
    return [one for one in found if _is_torch(one)]

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
        if self._lives():
            self._lives_on = True
        elif self._watched and self._lives_on is None:
            self._lives_on = False
        self._watched = []
        with_gradient = (p for _, p in self._each_parameter() if p.grad is not None)
        for parameter in itertools.islice(with_gradient, _WATCHED):
            self._watched.append((parameter, weakref.ref(parameter.grad)))

    def _lives(self) -> bool:
        """Whether a gradient that is watched is still its parameter's."""
        return any(old() is not None and old() is p.grad for p, old in self._watched)

    def _parameters(self) -> Dict[str, Any]:
        """By name; those that only an optimizer knows by their place in it."""
        return dict(self._each_parameter())

    def _each_parameter(self) -> Iterator[Tuple[str, Any]]:
        """The same one by one: after each step the first few are enough."""
        seen = set()
        for prefix, model in self._models.of.items():
            if _is_torch_module(model):
                for name, parameter in _bare(model).named_parameters():
                    seen.add(id(parameter))
                    yield prefix + name, parameter
        for prefix, optimizer in self._parts.of["optimizer"].items():
            for g, group in enumerate(getattr(optimizer, "param_groups", ())):
                for i, parameter in enumerate(group["params"]):
                    if id(parameter) not in seen:
                        yield "optimizer.%s%d.%d" % (prefix, g, i), parameter

    def capture(self, draft: _Draft) -> None:
        watched = self._lives() if self._watched else None
        told = draft.state["gradients"] = {"lives_on": self._lives_on, "watched": watched, "of": {}}
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
        self._watch_again(told["watched"], list(parameters.values()))
        self._stepped = False

    def _watch_again(self, lives: Optional[bool], parameters: List[Any]) -> None:
        """Watches as much as was watched; one that is gone by now stands for those that were, and
        for those that were not saved, since they would be thrown away."""
        with_gradient = [p for p in parameters if p.grad is not None]
        self._watched = [(p, weakref.ref(p.grad)) for p in with_gradient[:_WATCHED] if lives]
        if lives is not None and parameters and not self._watched:
            self._watched = [(parameters[0], lambda: None)]


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

# --- What an object holds that can change: copied, compared, saved and put back in its place -----


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

# --- What a loader draws from: its sampler, its data set, and what else it reaches, by name ------


_DEEPEST_SOURCE = 8
_MOST_WALKED = 64
"""Of a longer list or dict, which is data, no member is looked into."""

_OPAQUE = (types.FrameType, types.CodeType, types.ModuleType, types.TracebackType, str, bytes)
_NOT_DATA = ("baton", "logging", "threading", "_thread", "multiprocessing", "socket", "_io", "io")
_MACHINERY = ("_iterator", "_DataLoader__multiprocessing_context")
"""A ``DataLoader``'s own processes."""


class _Slot(NamedTuple):
    """Where a value stands: in an object, under an attribute's name, a key, or a place."""

    owner: Any
    key: Any
    value: Any
    keep: int


class _Source(NamedTuple):
    """An object that a loader reaches; ``only_iterators`` were passed on the way to it."""

    path: str
    thing: Any
    keep: int
    depth: int
    only_iterators: bool


class _Sources:
    """The objects that a loader reaches and the values in them, by the names of both.

    An object that the script itself has a name for is called by that, so that it is the same one in
    each loader that uses it.
    """

    def __init__(
        self,
        names: Mapping[int, str],
        leave: Container[int],
        ours: Container[str],
        most: int = 2000,
    ):
        self.slots: Dict[str, Dict[str, _Slot]] = {}
        self.objects: Dict[str, Any] = {}
        self.loaders: List[Any] = []
        self.running: List[Any] = []
        self.iterators: List[Any] = []
        self._names, self._leave, self._ours, self._most = names, leave, ours, most
        self._seen: Dict[int, Any] = {}
        self._slotted: Set[int] = set()

    def add(self, path: str, thing: Any) -> None:
        """All that is reached from here, nearest first, and was not before."""
        queue: Deque[_Source] = collections.deque()
        queue.append(_Source(path, thing, _keep(thing, path, NUMBERS, self._ours), 0, True))
        while queue and len(self._seen) < self._most:
            source = queue.popleft()
            if id(source.thing) in self._seen or id(source.thing) in self._leave:
                continue
            self._seen[id(source.thing)] = source.thing
            path = self._names.get(id(source.thing), source.path)
            source = source._replace(path=path)
            self._note(source)
            if source.depth < _DEEPEST_SOURCE:
                queue.extend(self._members(source))

    def without(self, paths: Container[str]) -> "_Sources":
        """The same, less what has these names."""
        rest = copy.copy(self)
        rest.slots = {path: of for path, of in self.slots.items() if path not in paths}
        return rest

    def _note(self, source: _Source) -> None:
        path, thing = source.path, source.thing
        self.objects[path] = thing
        if _is_loader(thing):
            self.loaders.append(thing)
        if source.only_iterators and _is_opaque_iterator(thing):
            self.iterators.append(thing)
        if _is_changed_in_place(thing) and id(thing) not in self._slotted:
            keep = max(source.keep, NUMBERS) if id(thing) in self._names else source.keep
            self._slot(path, "", _Slot(None, None, thing, keep))

    def _slot(self, path: str, name: str, slot: _Slot) -> None:
        if _is_changed_in_place(slot.value):
            self._slotted.add(id(slot.value))
        self.slots.setdefault(path, {})[name] = slot

    def _members(self, source: _Source) -> Iterator[_Source]:
        path, thing, keep, depth, only_iterators = source
        inner = only_iterators and _is_opaque_iterator(thing)
        whole = issubclass(type(thing), _CONTAINERS) and _is_plain_within(thing, _MOST_WALKED) >= 0
        for name, owner, key, value in () if whole else _held_by(thing, self._ours):
            if id(value) in self._leave:
                continue
            if owner is not None and not self._has_a_name(value):
                self._slot(path, name, _Slot(owner, key, value, keep))
            if _is_walked(value, self._ours):
                near = _keep(value, name, keep, self._ours)
                yield _Source(path + name, value, near, depth + 1, inner)

    def _has_a_name(self, value: Any) -> bool:
        """Whether it is kept by the name that it has, and not by where it was found."""
        named = id(value) in self._names or id(value) in self._slotted
        return _is_changed_in_place(value) and named


def _keep(thing: Any, name: str, parents: int, ours: Container[str]) -> int:
    """What is kept of an object."""
    kind = type(thing)
    data = sys.modules.get("torch.utils.data")
    if data is not None:
        if issubclass(kind, (data.Sampler, data.DataLoader)):
            return EVERYTHING
        if issubclass(kind, data.Dataset):
            return NUMBERS
    if name.endswith((".sampler", ".batch_sampler")):
        return EVERYTHING
    if issubclass(kind, (dict, list, tuple, collections.deque)) or _is_array(thing):
        return parents
    own = thing if issubclass(kind, (type, types.FunctionType)) else kind
    return NUMBERS if str(own.__module__) in ours else RANDOMNESS


def _is_changed_in_place(value: Any) -> bool:
    """Whether it is an object that keeps its identity while what it holds changes."""
    if _is_array(value):
        return getattr(value, "ndim", 0) > 0 or hasattr(value, "copy_")
    return type(value) in (list, dict, set, collections.deque) or _is_known_generator(value)


def _is_walked(value: Any, ours: Container[str]) -> bool:
    if _is_changed_in_place(value):
        return True
    kind = type(value)
    if _is_plain(value) or _is_array(value) or issubclass(kind, _OPAQUE):
        return False
    if issubclass(kind, type):
        return str(value.__module__) in ours
    return str(kind.__module__).partition(".")[0] not in _NOT_DATA


def _is_loader(thing: Any) -> bool:
    data = sys.modules.get("torch.utils.data")
    return data is not None and issubclass(type(thing), data.DataLoader)


def _is_opaque_iterator(thing: Any) -> bool:
    """Whether its place in what it iterates over cannot be seen."""
    kind = type(thing)
    if kind is types.GeneratorType or kind.__module__ in ("builtins", "itertools"):
        return hasattr(kind, "__next__") and hasattr(kind, "__iter__")
    return kind.__module__ == "torch.utils.data.dataloader" and hasattr(kind, "__next__")


_Held_ = Tuple[str, Any, Any, Any]


def _held_by(thing: Any, ours: Container[str]) -> List[_Held_]:
    """What an object holds: the name of each, by whom it is held and as what, and itself.

    Without a holder it cannot be put back, only what is in it. No attribute is asked for.
    """
    kind = type(thing)
    if issubclass(kind, dict):
        items = dict.items(thing) if len(thing) <= _MOST_WALKED else ()
        return [("[%r]" % (k,), thing, k, v) for k, v in list(items) if _is_plain(k)]
    if issubclass(kind, (list, tuple, collections.deque)):
        few = list(thing) if len(thing) <= _MOST_WALKED else []
        owner = None if issubclass(kind, tuple) else thing
        return [("[%d]" % i, owner, i, v) for i, v in enumerate(few)]
    if kind is types.FunctionType:
        return _held_by_function(thing, ours)
    if kind is types.MethodType:
        bound = {"__self__": thing.__self__, "__func__": thing.__func__}
        return [("." + n, None, None, v) for n, v in bound.items()]
    if kind is functools.partial:
        inner = (thing.func, thing.args, thing.keywords)
        return [("(%d)" % i, None, None, v) for i, v in enumerate(inner)]
    if kind is types.GeneratorType:
        return _held_by_generator(thing, ours)
    if _is_opaque_iterator(thing) and kind.__module__ in ("builtins", "itertools"):
        return [("<%d>" % i, None, None, v) for i, v in enumerate(gc.get_referents(thing))]
    if issubclass(kind, type):
        return _held_by_class(thing, ours)
    held = [
        ("." + name, thing, name, value)
        for name, value in _attributes(thing).items()
        if name not in _MACHINERY
    ]
    classes = [k for k in kind.__mro__ if str(k.__module__) in ours]
    return held + [("::" + k.__name__, None, None, k) for k in classes]


def _held_by_function(function: Any, ours: Container[str]) -> List[_Held_]:
    code = function.__code__
    cells = list(zip(code.co_freevars, function.__closure__ or ()))
    held: List[_Held_] = [("(%s)" % n, cell, n, _content(cell)) for n, cell in cells]
    given = {**dict(enumerate(function.__defaults__ or ())), **(function.__kwdefaults__ or {})}
    held += [("(%s)" % k, None, None, v) for k, v in given.items()]
    held += [("." + n, function, n, v) for n, v in vars(function).items()]
    return held + _globals_of(function.__globals__, code, ours)


def _held_by_generator(generator: Any, ours: Container[str]) -> List[_Held_]:
    frame = generator.gi_frame
    if frame is None or generator.gi_running:
        return []
    held: List[_Held_] = [(":" + n, None, None, v) for n, v in frame.f_locals.items()]
    held.append(("<0>", None, None, generator.gi_yieldfrom))
    return held + _globals_of(frame.f_globals, generator.gi_code, ours)


def _held_by_class(kind: Any, ours: Container[str]) -> List[_Held_]:
    held: List[_Held_] = []
    for name, value in vars(kind).items():
        inner = _wrapped(value)
        if type(inner) is types.FunctionType:
            held.append(("." + name, None, None, inner))
        elif not name.startswith("__"):
            held.append(("." + name, kind, name, value))
    return held


def _wrapped(member: Any) -> Any:
    """The function in a member of a class."""
    if type(member) in (staticmethod, classmethod):
        return member.__func__
    return member.fget if type(member) is property else member


def _globals_of(names: Dict[str, Any], code: Any, ours: Container[str]) -> List[_Held_]:
    """The module's names that a function of the script's uses; it holds those that it sets."""
    if names.get("__name__") not in ours:
        return []
    used = [(name, is_set) for name, is_set in _names_in(code) if name in names]
    return [("::" + n, names if is_set else None, n, names[n]) for n, is_set in used]


@functools.lru_cache(maxsize=4096)
def _names_in(code: Any) -> Tuple[Tuple[str, bool], ...]:
    """The global names in a function's code, and in that of functions within it; and whether it
    sets them."""
    used: Dict[str, bool] = {}
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME", "STORE_GLOBAL"):
            name = str(step.argval)
            used[name] = used.get(name, False) or step.opname == "STORE_GLOBAL"
    for inner in code.co_consts:
        if type(inner) is types.CodeType:
            for name, is_set in _names_in(inner):
                used[name] = used.get(name, False) or is_set
    return tuple(used.items())

# --- What the batches are drawn from, kept: only what has changed since the script began stands in a ---


_Copies = Dict[str, Dict[str, _Copy]]
_OTHER = _Copy("other", None)
"""Stands for an object whose value is nothing that is kept."""


_CHANGED = "The training changes %s, which the data are drawn from, and it is not saved."

_MOST_AROUND = 20_000
"""So many objects of the script's are looked at, once."""


def _given_to(run: "Run") -> "Set[int]":
    """The ids of what was given to ``resume``, and of what that consists of."""
    known = {id(part) for parts in run._parts.of.values() for part in parts.values()}
    known |= {id(run), id(run.job), id(run._link), id(run._parts.of)}
    for model in [_bare(m) for m in run._models.of.values()] + list(run._parts.of["ema"].values()):
        known.add(id(model))
        known.update(id(m) for m in (model.modules() if hasattr(model, "modules") else ()))
    for scheduler in run._parts.of["scheduler"].values():
        known.update(id(inner) for inner in getattr(scheduler, "_schedulers", ()))
    return known


def _given_members(thing: Any, depth: int) -> "List[Any]":
    """A given thing, and what its containers hold, two deep."""
    held: Any = ()
    if depth < 2 and type(thing) in (list, dict, tuple):
        held = thing.values() if type(thing) is dict else thing
    return [thing, *(inner for member in held for inner in _given_members(member, depth + 1))]


class _Now:
    """Copies of what loaders reach, at one moment."""

    def __init__(self, first: _Copies, slots: Dict[str, Dict[str, _Slot]], copies: _Copies):
        self._first, self._slots, self._copies = first, slots, copies

    def changed(self) -> _Copies:
        """What differs from how it was at first; of what was not there, the generators alone."""
        changed: _Copies = {}
        for path, copies in self._copies.items():
            first = self._first.get(path)
            for name in _kept_names(self._slots[path], copies, first):
                if first is None or not _are_same(copies[name], first.get(name)):
                    changed.setdefault(path, {})[name] = copies[name]
        return changed


class _Kept:
    """Generators, counters and orders that a loader reaches, found without being given.

    1. Before the first epoch it is noted what the script has, under which names, and how it is: the
       same in each life of the script, as it has done the same until there.
    2. In a checkpoint stands what differs from that, of all that some loader has reached.
    3. What is put back is that; what is not told has not changed.
    """

    def __init__(self) -> None:
        self._names: Dict[int, str] = {}
        self._named: Dict[str, Any] = {}
        self._first: _Copies = {}
        self._met: Dict[str, Any] = {}
        self._around: Set[str] = set()
        self._versions: Dict[int, int] = {}
        self._given_paths: Set[str] = set()
        self.roots: Set[str] = set()
        self._leave: Set[int] = set()
        self._ours: Dict[str, Any] = {}
        self.looked = False
        self._before: Dict[int, Dict[str, _Copy]] = {}

    def look_at_given(self, state: Mapping[str, Any]) -> None:
        """Notes how the given state is before it is restored: in each life the same."""
        sources = self._sources(_MOST_AROUND)
        for prefix, thing in state.items():
            for i, member in enumerate(_given_members(thing, 0)):
                sources.add("given.%s%d" % (prefix, i), member)
        self._before = {id(t): _copies_of(sources, path) for path, t in sources.objects.items()}
        self._given = list(sources.objects.values())  # as long as they live, no other has their id

    def look_around(self, run: "Run", loader: Any = None) -> None:
        """Notes what the script has, once, before its first epoch."""
        if self.looked:
            return
        self.looked = True
        self._leave = _given_to(run) - {
            id(s) for s in run._parts.of["state"].values() if _is_data(s)
        }
        self._ours = _own_modules()
        variables = {found.path for found in _roots(self._ours)}
        for found in _reachable(self._leave, lambda found: _is_array(found.thing)):
            # What an object holds may be another thing of the same kind tomorrow.
            lasts = found.path in variables or not _is_changed_in_place(found.thing)
            if lasts and _is_walked(found.thing, self._ours):
                self._name(found.path, found.thing)
        if loader is not None and id(loader) not in self._names:
            self._name("run.batches", loader)
        # Those that measure, too: what they draw decides when a schedule falls, or training ends.
        self.roots.update(path for path, thing in self._named.items() if _is_loader(thing))
        sources = self._sources(_MOST_AROUND)
        for path, thing in self._named.items():
            sources.add(path, thing)
        self._first = _all_of(sources)
        for path, thing in sources.objects.items():
            self._first[path] = self._before.get(id(thing), self._first.get(path, {}))
            if id(thing) in self._before:
                self._given_paths.add(path)
            elif _is_too_large(thing):
                self._versions[id(thing)] = thing._version
        self._met = dict(sources.objects)
        self._around = set(sources.objects)

    def _name(self, path: str, thing: Any) -> None:
        while path in self._named:  # a function's variable, and a module's of the same name
            path += "'"
        self._names[id(thing)] = path
        self._named[path] = thing

    def _sources(self, most: int = 2000) -> _Sources:
        return _Sources(self._names, self._leave, self._ours, most)

    def reach(self, loaders: Mapping[str, Any]) -> _Sources:
        """What these reach, and what has a name of those that loaders before them reached."""
        sources = self._sources()
        for path, thing in loaders.items():
            sources.add(path, thing)
        sources.running = list(sources.loaders)
        self.roots.update(set(sources.objects) & set(self._named))
        for path in sorted(self.roots):
            if sources.objects.get(path, self._named[path]) is self._named[path]:
                sources.add(path, self._named[path])
        return sources

    def know(self, roots: Iterable[str]) -> None:
        """These were reached by a loader in a life before this one."""
        self.roots.update(set(roots) & set(self._named))

    def meet(self, sources: _Sources) -> None:
        """Notes how things are that were not there before."""
        for path, thing in sources.objects.items():
            is_new = self._met.get(path) is not thing and path not in self._named
            if is_new or path not in self._first:
                self._first[path] = _copies_of(sources, path)
                self._met[path] = thing

    def made(self, sources: _Sources) -> Dict[str, str]:
        """Fingerprints of the data that the script has made since its training began."""
        return {
            path + name: _sampled_data(slot.value)
            for path, slots in sources.slots.items()
            for name, slot in slots.items()
            if path not in self._around and slot.keep == NUMBERS and _is_data_of_its_own(slot.value)
        }

    def now(self, sources: _Sources) -> "_Now":
        """What there is; it is compared with how it was at first only where it is asked for."""
        slots = sources.slots
        for path, thing in sources.objects.items():
            version = self._versions.get(id(thing))
            if version is not None and thing._version != version:
                raise BatonError(_CHANGED % path, "Give it as state=.")
        return _Now(self._first, slots, {path: _copies_of(sources, path) for path in slots})

    def pack(self, copies: _Copies, prefix: str, draft: _Draft) -> Dict[str, Any]:
        told: Dict[str, Any] = {}
        for path, slots in sorted(copies.items()):
            for name, copy in sorted(slots.items()):
                first = self._first.get(path, {}).get(name)
                packed = _packed(copy, first, "%s.%s%s" % (prefix, path, name), draft)
                if packed is not None:
                    told.setdefault(path, {})[name] = packed
                elif first is not None and first.content and path + name not in self._given_paths:
                    self._require_as_long(path + name, first, copy)
        return told

    def _require_as_long(self, path: str, first: _Copy, now: _Copy) -> None:
        """A list of examples: one that was empty may have been loaded, one that grows is refused."""
        if len(first.content) != len(now.content):
            raise BatonError(_CHANGED % path, "Give it as state=.")

    def put(self, told: Mapping[str, Any], held: _Held, sources: _Sources) -> List[str]:
        """Puts back what is told; and all else that was reached, as it was at first.

        Returns which generators it found no place for.
        """
        blobs = held.files[EXTRA]
        for path, slots in sources.slots.items():
            first = self._first.get(path)
            copies = _copies_of(sources, path)
            kept = _kept_names(slots, copies, first)
            for name, slot in slots.items():
                packed = told.get(path, {}).get(name)
                wanted = (first or {}).get(name) if name in kept else None
                if packed is not None:
                    wanted = _fitting(path + name, packed, (first or {}).get(name), blobs)
                if wanted is not None and wanted is not _OTHER:
                    if not _are_same(copies[name], wanted):
                        _require_put(path + name, slot, wanted)
        return self._put_absent(told, blobs, sources)

    def _put_absent(
        self, told: Mapping[str, Any], blobs: Mapping[str, Any], sources: _Sources
    ) -> List[str]:
        """Attributes that came to be in training are made again."""
        missing = []
        for path, packed_slots in told.items():
            owner = sources.objects.get(path)
            for name in sorted(set(packed_slots) - set(sources.slots.get(path, ()))):
                packed = packed_slots[name]
                if owner is not None and name.startswith("."):
                    slot = _Slot(owner, name[1:], None, NUMBERS)
                    _require_put(path + name, slot, _fitting(path + name, packed, None, blobs))
                elif "generator" in packed:
                    missing.append(path + name)
        return missing

    def generators(self, sources: _Sources) -> List[Any]:
        slots = [slot for of in sources.slots.values() for slot in of.values()]
        return [slot.value for slot in slots if _is_known_generator(slot.value)]


def _are_all_same(a: _Copies, b: _Copies) -> bool:
    flat = [{(p, n): c for p, of in copies.items() for n, c in of.items()} for copies in (a, b)]
    same = set(flat[0]) == set(flat[1])
    return same and all(_are_same(copy, flat[1][at]) for at, copy in flat[0].items())


def _all_of(sources: _Sources) -> _Copies:
    return {path: _copies_of(sources, path) for path in sources.objects}


def _copies_of(sources: _Sources, path: str) -> Dict[str, _Copy]:
    return {name: _copy_of(slot) for name, slot in sources.slots.get(path, {}).items()}


def _copy_of(slot: _Slot) -> _Copy:
    return _copied(slot.value, slot.keep) or _OTHER


def _is_acquired(now: _Copy, first: Optional[_Copy]) -> bool:
    """Whether an object has got something that is not kept, as an open file, since it was first
    seen: then it may hold a note of it, which means nothing to another process."""
    nothing = first is None or (first.kind == "plain" and first.content is None)
    return now is _OTHER and nothing


def _kept_names(
    slots: Dict[str, _Slot], copies: Dict[str, _Copy], first: Optional[Dict[str, _Copy]]
) -> List[str]:
    """Which of an object's values are its state."""
    if first is None:
        return [name for name, copy in copies.items() if copy.kind == "generator"]
    cautious = any(_is_acquired(copies[name], first.get(name)) for name in copies)
    return [
        name
        for name, copy in copies.items()
        if copy is not _OTHER
        and (not cautious or _is_safe(copy, first.get(name)))
        and not _is_remembered(name, slots[name], copy, first.get(name))
    ]


def _is_remembered(name: str, slot: _Slot, now: _Copy, first: Optional[_Copy]) -> bool:
    """Whether it is what a data set has loaded, to have it at hand: no state of it."""
    if now.kind == "generator" or slot.keep == EVERYTHING:
        return False
    came = first is None or first is _OTHER or (first.kind == "plain" and first.content is None)
    return came and (now.kind == "array" or name.startswith("["))


def _is_safe(now: _Copy, first: Optional[_Copy]) -> bool:
    """Whether it means the same to another process, which has not opened what this one has."""
    if now.kind != "plain":
        return True
    numbers = (int, float)
    was_number = first is not None and type(first.content) in numbers
    return was_number and type(now.content) in numbers


def _is_too_large(value: Any) -> bool:
    """Whether it is a tensor of which no copies are kept, though it tells how often it was changed."""
    if not _is_torch(value) or _is_uninitialized(value):
        return False
    is_plain = not value.is_inference() and not value.requires_grad
    return is_plain and value.ndim > 0 and _copied(value, NUMBERS) is None


def _is_data_of_its_own(value: Any) -> bool:
    return type(value) is list or (_is_array(value) and getattr(value, "ndim", 0) > 0)


def _sampled_data(value: Any) -> str:
    if type(value) is list:
        return _sampled([len(value), value[:: max(1, len(value) // 1000)]])
    return _sampled(value)


def _is_data(thing: Any) -> bool:
    data = sys.modules.get("torch.utils.data")
    return data is not None and isinstance(thing, (data.Sampler, data.Dataset, data.DataLoader))


def _fitting(what: str, packed: Any, first: Optional[_Copy], blobs: Mapping[str, Any]) -> _Copy:
    try:
        return _unpacked(packed, first, blobs)
    except BatonError as e:
        raise BatonError("%s cannot be put back: %s" % (what, e.message), e.remedy) from None


def _require_put(what: str, slot: _Slot, wanted: _Copy) -> None:
    try:
        if _put_back(slot.owner, slot.key, slot.value, wanted):
            return
        why = "it is a %s now" % type(slot.value).__name__
    except (ValueError, TypeError, KeyError, RuntimeError) as e:
        why = str(e)
    raise BatonError("The checkpoint's %s cannot be put back: %s." % (what, why), NEW_JOB)

# --- Loader processes: each example's randomness is its own, whoever loads it --------------------


class _PerExample:
    """A ``worker_init_fn``: in its process generators are seeded before each example, by its index.

    Those of the data set, too, so that it does not matter which process loads an example, or which
    ones it loaded before. The data set stays the script's; the script's own function runs first.
    """

    def __init__(self, seed: int, own: Optional[Callable[[int], Any]]):
        self.seed, self.own = seed, own

    def __call__(self, worker: int) -> None:
        if self.own is not None:
            self.own(worker)
        fetch: Any = sys.modules["torch.utils.data._utils.fetch"]
        theirs: Any = getattr(fetch, "_MapDatasetFetcher", None)
        if theirs is None:
            message = "This version of torch loads examples in a way that Baton does not know."
            raise BatonError(message, "Load them in the script's process: num_workers=0.")
        seed, torch_data = self.seed, sys.modules["torch.utils.data"]
        fetch_theirs = theirs.fetch
        examples: List[_Examples] = []

        def fetch_ours(fetcher: Any, index: Any) -> Any:
            if torch_data.get_worker_info().dataset is not fetcher.dataset:
                return fetch_theirs(fetcher, index)  # of a loader within the data set
            if not examples:
                batched = "__getitems__" in fetch_theirs.__code__.co_names
                examples.append(_Examples(fetcher, seed, batched))
            return fetcher.collate_fn(examples[0].get(index, fetcher.auto_collation))

        theirs.fetch = fetch_ours


class _Examples:
    """A data set as one loader process has it, with the generators that it and ``collate_fn`` reach."""

    def __init__(self, fetcher: Any, seed: int, batched: bool):
        self.dataset, self.seed = fetcher.dataset, seed
        self._collate = fetcher.collate_fn
        self._generators: Dict[str, Any] = {}
        self._find()
        self._is_settled = False
        self._batched = batched and self._has_its_own_batches()

    def get(self, index: Any, is_batch: bool) -> Any:
        """What is given to ``collate_fn``."""
        if not is_batch:
            return self._load(index, lambda i: self.dataset[i])
        if self._batched:
            return self._load(index, self.dataset.__getitems__)
        return [self._load(one, lambda i: self.dataset[i]) for one in index]

    def _has_its_own_batches(self) -> bool:
        """A ``Subset`` gives several at once only if what it is of does."""
        dataset, subset = self.dataset, sys.modules["torch.utils.data"].Subset
        while type(dataset) is subset:
            dataset = dataset.dataset
        return bool(getattr(dataset, "__getitems__", None))

    def _load(self, index: Any, load: Callable[[Any], Any]) -> Any:
        """Loads the first one again if that made generators: now they are seeded, too."""
        while True:
            self._seed(index)
            loaded = load(index)
            if self._is_settled or not self._find():
                self._is_settled = True
                return loaded

    def _seed(self, index: Any) -> None:
        _seed_generators(_derive(self.seed, index))
        for path, generator in self._generators.items():
            _seed_generator(generator, _derive(self.seed, index, path))

    def _find(self) -> bool:
        """Looks for generators; whether there are more than before."""
        before = len(self._generators)
        sources = _Sources({}, (), _own_modules())
        sources.add("dataset", self.dataset)
        sources.add("collate_fn", self._collate)
        for path, slots in sources.slots.items():
            for name, slot in slots.items():
                if _is_known_generator(slot.value) and not _is_global_generator(slot.value):
                    self._generators[path + name] = slot.value
        return len(self._generators) > before

# --- The order of an epoch: what its sampler gave, as it stands in a checkpoint ------------------


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

# --- Loaders: an epoch's batches from any of them on ---------------------------------------------


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

# --- Loaders that a script draws from by itself, beside those of ``run.batches`` -----------------


_NO_MORE = object()


class _Beside:
    """Refuses an iterator of a ``DataLoader`` that the script goes on with from batch to batch.

    Its place is nowhere in a checkpoint. One that is run through within a batch, as an evaluation
    does, or at an epoch's end, needs none; nor does one of a thread that loads ahead.
    """

    def __init__(self) -> None:
        self._now = self._deep = 0

    def watch(self) -> None:
        """From here on each draw from an iterator is seen, whoever made it."""
        module: Any = sys.modules.get("torch.utils.data.dataloader")
        theirs = getattr(getattr(module, "_BaseDataLoaderIter", None), "__next__", None)
        if theirs is None or hasattr(theirs, "__wrapped__"):
            return
        thread = threading.get_ident()

        @functools.wraps(theirs)
        def draw(iterator: Any) -> Any:
            if not self._deep and threading.get_ident() == thread:
                self._require_new(iterator)
            return theirs(iterator)

        module._BaseDataLoaderIter.__next__ = draw

    def _require_new(self, iterator: Any) -> None:
        held = vars(iterator)
        is_begun = held.get("_num_yielded", 0) > 0
        if is_begun and held.get("_baton_batch", self._now) != self._now:
            message = (
                "The script goes on from batch to batch with an iterator of a DataLoader of its "
            )
            message += "own, beside run.batches: its place cannot be saved."
            remedy = "Give run.batches both, as run.batches(zip(loader, other)) in each epoch."
            raise BatonError(message, remedy)
        held["_baton_batch"] = self._now

    def batch_done(self) -> None:
        self._now += 1

    def __enter__(self) -> None:
        self._deep += 1

    def __exit__(self, *of: Any) -> None:
        self._deep -= 1

    def drawn(self, items: Iterator[Any]) -> Iterator[Any]:
        """The same items; what they are drawn from is no affair of the script's."""
        while True:
            with self:
                item = next(items, _NO_MORE)
            if item is _NO_MORE:
                return
            yield item


_BESIDE = _Beside()

# --- The order of the data: what the running epoch's batches are drawn from, and which are left ---


class _State(NamedTuple):
    """What the batches are drawn from at one moment: what was found, and what was given."""

    found: _Copies
    given: Dict[str, Any]


def _is_same_state(a: _State, b: _State) -> bool:
    return a.given == b.given and _are_all_same(a.found, b.found)


def _end_processes(sources: _Sources) -> None:
    """Processes that outlive an epoch know what they drew in it: each epoch begins with new ones."""
    for loader in sources.running:
        if getattr(loader, "_iterator", None) is not None:
            loader._iterator = None


class _Running:
    """An epoch under way: its loader, and what that was before its order was drawn."""

    def __init__(self, opened: Optional[_State]):
        self.opened, self.began = opened, _State({}, {})
        self.loaders: Dict[str, Any] = {}
        self.entered: Set[str] = set()
        self.made: Dict[str, str] = {}
        self.order: Optional[_Order] = None
        self.lazily: Optional[_DrawnLazily] = None
        self.again: Optional[_DrawnAgain] = None


class _Data:
    """What the batches are drawn from, and how many of an epoch's are done.

    A checkpoint within an epoch has it three times: as the epoch was opened, before the script did
    what it does ahead of its batches; as it began, before the order was drawn; and as it is. At a
    resume each is put back at the same moment, so that the script does with it what it did.
    """

    def __init__(self, parts: _Parts, is_drilled: bool = False):
        self._parts, self._is_drilled = parts, is_drilled
        self._kept = _Kept()
        self._running: Optional[_Running] = None
        self._loaders: Dict[str, Any] = {}
        self._spent: List[Any] = []
        self._opened: Optional[_State] = None
        self._ahead: Optional[Tuple[_Now, Dict[str, Any]]] = None
        self._held: Optional[_Held] = None
        self._kept.look_at_given(parts.of["state"])

    # An epoch

    def look_around(self, run: "Run", loader: Any = None) -> None:
        """Once, before the first epoch: notes what the script has."""
        self._kept.look_around(run, loader)
        _BESIDE.watch()

    def open_epoch(self) -> None:
        """Before the script does what it does ahead of an epoch's batches."""
        told = self._told_within()
        if told:
            self._kept.know(told.get("of", ()))
            self._put(told.get("opened", told.get("began")), self._kept.reach({}))
        self._opened = self._state({})

    def begin(self, loader: Any, epoch: int, batch: int, seed: int) -> Tuple[Iterator[Any], int]:
        """The epoch's batches from ``batch`` on, and how many the whole epoch has; 0: not known."""
        with _BESIDE:
            items, count = self._begin(loader, epoch, batch, seed)
        return _BESIDE.drawn(items), count

    def _begin(self, loader: Any, epoch: int, batch: int, seed: int) -> Tuple[Iterator[Any], int]:
        running = self._running = _Running(self._opened)
        self._opened = None
        self._enter("run.batches", loader, epoch, seed)
        if _is_function(loader):
            loader = loader(epoch)
            self._enter("run.batches()", loader, epoch, seed)
        told = self._told_within()
        self._require_same_data(told.get("made", {}), running.made)
        begun = self._begun(running, loader, batch, seed, told)
        self._spent = self._reached().iterators
        self._held = None
        return begun

    def _enter(self, path: str, loader: Any, epoch: int, seed: int) -> None:
        """Before anything is drawn from a loader."""
        running = self._running
        assert running is not None
        running.loaders[path] = loader
        sources = self._kept.reach(running.loaders)
        self._require_new(sources, epoch)
        self._kept.meet(sources)
        if _torch_loader(loader):
            self._seed(loader, epoch, seed)
        _end_processes(sources)
        told = self._told_within()
        if "began" in told:
            self._put(told["began"], sources.without(running.entered), is_first=not running.entered)
        fresh = self._kept.reach(running.loaders).without(running.entered)
        running.began.found.update(self._kept.now(fresh).changed())
        running.made.update(self._kept.made(fresh))
        if not running.entered:
            running.began.given.update(self._given())
        running.entered.update(sources.slots)

    def _require_new(self, sources: _Sources, epoch: int) -> None:
        for one in sources.iterators:
            is_over = type(one) is types.GeneratorType and one.gi_frame is None
            if not is_over and any(one is other for other in self._spent):
                message = (
                    "Epoch %d goes on with an iterator that an epoch before it has begun: a %s."
                )
                remedy = "Give run.batches a new one in each epoch, or a function of its number."
                raise BatonError(message % (epoch, type(one).__name__), remedy)

    def _require_same_data(self, held: Dict[str, str], made: Dict[str, str]) -> None:
        for path in sorted(set(held) & set(made)):
            if held[path] != made[path] and not self._is_drilled:  # a drill says what made it
                message = "The data of epoch %d cannot be made again: %s is another one now."
                remedy = (
                    "Give what they are made from as generators= or state=. What the model makes is to "
                    "be made only where run.batch is 0, and given as state=."
                )
                raise BatonError(message % (self._epoch_held(), path), remedy)

    def _seed(self, loader: Any, epoch: int, seed: int) -> None:
        given = {id(one) for one in self._parts.of["generators"].values()}
        samplers = [
            loader.sampler,
            loader.batch_sampler,
            getattr(loader.batch_sampler, "sampler", 0),
        ]
        for thing in [loader, *samplers]:
            if hasattr(thing, "set_epoch"):
                thing.set_epoch(epoch)
            generator: Any = getattr(thing, "generator", None)
            if hasattr(generator, "manual_seed") and id(generator) not in given:
                generator.manual_seed(seed)

    def _begun(
        self, running: _Running, loader: Any, batch: int, seed: int, told: Dict[str, Any]
    ) -> Tuple[Iterator[Any], int]:
        if _is_sequence(loader):
            return (loader[i] for i in range(batch, len(loader))), len(loader)
        if not _has_an_order(loader):
            return self._drawn_again(running, loader, batch, seed, told), 0
        drawn = _all_drawn(loader)
        if "drawn" in told or (drawn is None and "order" not in told):
            return self._drawn_lazily(running, loader, batch, seed, told), 0
        if self._held is not None and "order" in told:
            running.order = _order_of(self._held, told["order"], drawn)
        else:
            running.order = _Order(drawn or [])
        order = running.order.from_batch(batch)
        return _loading(loader, order, seed), running.order.count

    def _drawn_lazily(
        self, running: _Running, loader: Any, batch: int, seed: int, told: Dict[str, Any]
    ) -> Iterator[Any]:
        stream = self._own_stream(seed)
        lazily = running.lazily = _DrawnLazily(loader, stream)
        lazily.skip(batch)
        if told.get("drawn", lazily.told) != lazily.told:
            message = "The order of epoch %d cannot be drawn again: its sampler gives another one."
            remedy = "Give what it draws from as generators= or state=."
            raise BatonError(message % self._epoch_held(), remedy)
        return lazily.batches(_loading(loader, lazily, seed))

    def _drawn_again(
        self, running: _Running, loader: Any, batch: int, seed: int, told: Dict[str, Any]
    ) -> Iterator[Any]:
        again = running.again = _DrawnAgain(loader, self._own_stream(seed), self._generators())
        if batch:
            again.skip(batch)
        again.is_shared = told.get("shared", False)
        if not again.is_shared and told.get("last", again.last) != again.last:
            message = "The batches of epoch %d cannot be drawn again: batch %d is another one now."
            remedy = "Give what they are drawn from as generators= or state=, or draw them alike."
            raise BatonError(message % (self._epoch_held(), batch - 1), remedy)
        return again

    def _own_stream(self, seed: int) -> _Stream:
        """From here on the loader draws from generators of its own, and the script from others."""
        stream = _Stream()
        _seed_generators(_derive(seed, "script"))
        return stream

    def _epoch_held(self) -> int:
        return self._held.epoch if self._held is not None else 0

    def end_epoch(self) -> None:
        """Nothing of the epoch is needed any more, but what its loader has come to."""
        if self._running is not None:
            self._loaders = self._running.loaders
            _end_processes(self._reached())
        self._running = None

    # What there is

    def _reached(self) -> _Sources:
        loaders = self._running.loaders if self._running is not None else self._loaders
        return self._kept.reach(loaders)

    def _state(self, loaders: Dict[str, Any]) -> _State:
        return _State(self._kept.now(self._kept.reach(loaders)).changed(), self._given())

    def _given(self) -> Dict[str, Any]:
        given = self._parts.of["generators"].items()
        return {k: _generator_state(one) for k, one in given if _is_known_generator(one)}

    def _generators(self) -> List[Any]:
        given = [one for one in self._parts.of["generators"].values() if _is_known_generator(one)]
        return given + self._kept.generators(self._reached())

    def found(self) -> List[Any]:
        """The generators that were found without being given."""
        return self._kept.generators(self._reached()) if self._kept.looked else []

    # Looking ahead, saving and restoring

    def hold(self) -> None:
        """From here on a checkpoint has what there is now, until :meth:`release`."""
        if self._running is not None:
            self._ahead = (self._kept.now(self._reached()), self._progress())

    def release(self) -> None:
        """The look ahead is over."""
        self._ahead = None

    def _progress(self) -> Dict[str, Any]:
        """How a loader of unknown length has come along."""
        running = self._running
        if running is None or running.order is not None:
            return {}
        if running.lazily is not None:
            return {"drawn": running.lazily.told}
        return {"last": running.again.last} if running.again is not None else {}

    def capture(self, draft: _Draft) -> None:
        told = draft.state["data"] = {}
        if not self._kept.looked:
            return
        running = self._running if draft.batch else None
        if self._ahead is not None:
            now, progress = _State(self._ahead[0].changed(), {}), self._ahead[1]
        else:
            now, progress = self._now(draft), self._progress()
        self._tell(told, "now", now, draft)
        told["of"] = sorted(self._kept.roots)
        if running is None:
            return
        self._tell(told, "began", running.began, draft)
        if running.opened is not None and not _is_same_state(running.opened, running.began):
            self._tell(told, "opened", running.opened, draft)
        told.update(progress)
        if running.made:
            told["made"] = running.made
        if running.again is not None:
            told["shared"] = running.again.is_shared
        if running.order is not None:
            told["order"] = running.order.capture(draft)

    def _now(self, draft: _Draft) -> _State:
        running = self._running
        if running is not None and not draft.batch:  # begun, and no batch of it is done
            return running.opened or running.began
        return self._state(running.loaders if running is not None else self._loaders)

    def _tell(self, told: Dict[str, Any], moment: str, state: _State, draft: _Draft) -> None:
        found = self._kept.pack(state.found, "data." + moment, draft)
        told[moment] = {"found": found}
        if moment != "now":  # as they are now stands with what was given
            told[moment]["given"] = state.given

    def restore(self, held: _Held) -> None:
        """At the start only noted; put back once it is known what there is."""
        told = held.of("data")
        self._held = held
        if self._running is not None:
            self._require_none(self._put(told.get("now"), self._reached()))
            if self._running.again is not None:
                self._running.again.settle()
            self._held = None
        elif self._kept.looked and not held.is_within_epoch:
            self._kept.know(told.get("of", ()))
            self._put(told.get("now"), self._kept.reach({}))

    def _told_within(self) -> Dict[str, Any]:
        """What a checkpoint within the epoch that begins tells; empty for a new epoch."""
        held = self._held
        return held.of("data") if held is not None and held.is_within_epoch else {}

    def _put(
        self, told: Optional[Dict[str, Any]], sources: _Sources, is_first: bool = True
    ) -> List[str]:
        held = self._held
        if told is None or held is None:
            return []
        given = self._parts.of["generators"] if is_first else {}
        for prefix, state in told.get("given", {}).items():
            if prefix in given:
                _set_generator_state(given[prefix], state)
        return self._kept.put(told["found"], held, sources)

    @staticmethod
    def _require_none(missing: List[str]) -> None:
        if missing:
            message = "The checkpoint has the state of %s, which is not there now."
            raise BatonError(message % missing[0], "Make it before run.batches is asked.")

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

# --- Which of the files that a script opened made its training what it is, and what was in them ---


_EARLY = _heard_from_the_start()

_LARGEST_FILE = 10 << 20
"""Bytes of the largest file that is looked at; what is larger is data, which a job can name."""

_MOST_FILES = 200
"""So many files are looked at, those opened first."""

_MOST_NOTES = 1_000

_MODULES = (".pyc", ".pyo", ".so", ".pyd", ".dll", ".dylib")
_WEIGHTS = (".pt", ".pth", ".ckpt", ".safetensors")
"""Their writers are in C, so that nobody hears who has written such a file."""

_SYSTEM = """/proc /sys /dev /run /etc /usr /bin /sbin /lib /lib32 /lib64 /var/lib /var/cache
    /System /Library /Applications""".split()

_CACHES = """XDG_CACHE_HOME XDG_CONFIG_HOME HF_HOME HF_HUB_CACHE HF_DATASETS_CACHE TRANSFORMERS_CACHE
    TORCH_HOME TORCHINDUCTOR_CACHE_DIR TRITON_CACHE_DIR MPLCONFIGDIR KERAS_HOME NUMBA_CACHE_DIR
    CUDA_CACHE_PATH CONDA_PREFIX""".split()


def _working_directory() -> str:
    try:
        return os.getcwd()
    except OSError:  # it has been deleted
        return os.path.dirname(os.path.abspath(sys.argv[0] if sys.argv else ""))


_HOME = _working_directory()
"""Where the script was started, wherever it goes from there."""


def _main_file() -> Optional[str]:
    """The path of the script; None in a notebook or at a prompt."""
    name = getattr(sys.modules.get("__main__"), "__file__", None)
    return os.path.join(_HOME, name) if name else None


class _Places:
    """Tells the script's own files from those of Python, of the system, of caches and of Baton."""

    def __init__(self, own: Iterable[Path]):
        main = _main_file()
        self._bases = [os.path.dirname(main)] if main else []
        self._bases += [_HOME] if _HOME != os.path.expanduser("~") else []
        self._bases = [base for base in self._bases if base != os.sep]
        python = [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), sys.prefix]
        python += [sys.base_prefix, sys.exec_prefix]
        python = [p for p in python if p and not any(_is_below(b, p) for b in self._bases)]
        self._never = python + [_notes_folder()] + [str(folder) for folder in own]
        self._elsewhere = _SYSTEM + [os.environ[name] for name in _CACHES if name in os.environ]
        modules = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
        self._modules = {os.path.join(_HOME, m) for m in modules if isinstance(m, str)}
        self._modules.update(sys.path)

    def name_of(self, path: str) -> Optional[str]:
        """By which a file is known on any machine; None: it is none of the script's own."""
        if path.endswith(_MODULES) or path in self._modules:
            return None
        if "site-packages" in path or "dist-packages" in path:
            return None
        if any(_is_below(path, place) for place in self._never):
            return None
        for base in self._bases:
            if _is_below(path, base):
                name = os.path.relpath(path, base)
                return None if _is_hidden(name) else _clean(name.replace(os.sep, "/"))
        if _is_hidden(path) or any(_is_below(path, place) for place in self._elsewhere):
            return None
        return _clean(os.path.basename(path))


def _clean(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode()  # not all names are UTF-8


def _is_below(path: str, folder: str) -> bool:
    folder = folder.rstrip(os.sep)
    return path == folder or path.startswith(folder + os.sep)


def _notes_folder() -> str:
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(cache, "baton")


def _is_hidden(path: str) -> bool:
    return any(part.startswith(".") and part != ".." for part in path.split(os.sep))


class _Products:
    """The files that this script has made itself, in this life or in an earlier one on this machine.

    They follow from the training, so that another content is no other start of it. Noted in a text
    file of the user's cache, a line each: ``wrote PATH``; of weights, which are written where nobody
    hears it, ``saw TIME PATH``: if they have changed since, the script is taken to have done it.
    """

    def __init__(self) -> None:
        key = hashlib.sha256((_main_file() or _HOME).encode("utf-8", "replace")).hexdigest()[:16]
        self._notes = os.path.join(_notes_folder(), "made-by-%s.txt" % key)
        self._wrote: Set[str] = set()
        self._saw: Dict[str, int] = {}
        try:
            lines = Path(self._notes).read_text(encoding="utf-8", errors="surrogateescape")
        except OSError:
            lines = ""
        for line in lines.splitlines():
            what, _, rest = line.partition(" ")
            if what == "wrote":
                self._wrote.add(rest)
            elif what == "saw" and rest.partition(" ")[0].isdigit():
                self._saw.setdefault(rest.partition(" ")[2], int(rest.partition(" ")[0]))

    def has(self, path: str, found: os.stat_result) -> bool:
        """Whether the script has made it, or has had it made: since it was started it is there."""
        if path in _EARLY.written or path in self._wrote or found.st_mtime >= _EARLY.began:
            return True
        return self._saw.get(path, found.st_mtime_ns) != found.st_mtime_ns

    def note(self, paths: Iterable[str], seen: Dict[str, int]) -> None:
        lines = ["wrote %s\n" % path for path in paths if path not in self._wrote]
        self._wrote.update(paths)
        lines += ["saw %d %s\n" % (at, p) for p, at in seen.items() if p not in self._saw]
        self._saw.update(seen)
        if not lines or len(self._wrote) > _MOST_NOTES:
            return
        try:
            os.makedirs(os.path.dirname(self._notes), exist_ok=True)
            with open(self._notes, "a", encoding="utf-8", errors="surrogateescape") as file:
                file.write("".join(line for line in lines if line.count("\n") == 1))
        except OSError:
            pass  # Then a file that the script changes will be called another one.


class _Opened:
    """The files that this process opened to read before its first batch, and what was in them."""

    def __init__(self, ignored: Iterable[str], own: Iterable[Path]):
        self._ignored, self._own = list(ignored), list(own)
        self._hashes: Optional[Dict[str, str]] = None

    def hashes(self) -> Dict[str, str]:
        """The first 16 digits of each file's sha256, by its name, in the order of the names."""
        _EARLY.close()
        if self._hashes is None:
            self._hashes = self._look()
        return self._hashes

    def _look(self) -> Dict[str, str]:
        places, products = _Places(self._own), _Products()
        found: Dict[str, List[str]] = {}
        made: List[str] = []
        seen: Dict[str, int] = {}
        for path in list(_EARLY.opened):
            name = places.name_of(path)
            if name is None or self._is_ignored(name) or len(found) >= _MOST_FILES:
                continue
            status = _regular(path)
            if status is None or status.st_size > _LARGEST_FILE:
                continue
            if products.has(path, status):
                made.append(path)
                continue
            digest = _digest(path)
            if digest:
                found.setdefault(name, []).append(digest)
                if path.endswith(_WEIGHTS):
                    seen[path] = status.st_mtime_ns
        made += [path for path in list(_EARLY.written) if places.name_of(path)]
        products.note(made, seen)
        _EARLY.on_write = lambda path: products.note([path] if places.name_of(path) else [], {})
        return {name: _one(digests) for name, digests in sorted(found.items())}

    def _is_ignored(self, name: str) -> bool:
        names = name, name.rpartition("/")[2]
        return any(fnmatch.fnmatch(n, pattern) for n in names for pattern in self._ignored)


def _regular(path: str) -> Optional[os.stat_result]:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status if stat.S_ISREG(status.st_mode) else None


def _digest(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return hashlib.sha256(file.read(_LARGEST_FILE + 1)).hexdigest()[:16]
    except OSError:
        return ""


def _one(digests: List[str]) -> str:
    """Of files in several places that have one name."""
    if len(digests) == 1:
        return digests[0]
    return hashlib.sha256("".join(sorted(digests)).encode()).hexdigest()[:16]


def _differing(before: Dict[str, str], now: Dict[str, str]) -> List[str]:
    """The names of the files by which two starts differ.

    A file that only one of them has read is no difference yet: it may be a cache, or a note of the
    script's own that is there since its last life. If each has read one that the other has not, one
    may stand in the place of the other.
    """
    changed = [name for name in before if now.get(name, before[name]) != before[name]]
    gone, new = set(before) - set(now), set(now) - set(before)
    return sorted(changed) + (sorted(gone | new) if gone and new else [])

# --- The devices that a script trains on: what is refused there, and what is not sure to be exact ---


_WORLD_SIZES = ("WORLD_SIZE", "OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MV2_COMM_WORLD_SIZE")

_ONE_GPU = (
    "Baton saves one process on one device: set CUDA_VISIBLE_DEVICES=0, and take away what %s."
)


def _devices(models: _Models, parts: _Parts) -> Set[str]:
    """Where the parameters of a run lie, such as ``cuda:0``; empty: torch trains none of them."""
    tensors: List[Any] = []
    for model in models.of.values():
        if _is_torch_module(model):
            tensors += list(_bare(model).parameters())
        elif _is_keras(model):
            tensors += [getattr(variable, "value", None) for variable in model.variables]
        elif isinstance(model, dict):
            tensors += list(model.values())
    for optimizer in parts.of["optimizer"].values():
        for group in getattr(optimizer, "param_groups", ()):
            tensors += group["params"]
    return {_name(tensor.device) for tensor in tensors if _is_torch(tensor)}


def _name(device: Any) -> str:
    if device.type == "cuda" and device.index is None:
        return "cuda:%d" % sys.modules["torch"].cuda.current_device()
    return str(device)


def _refuse_several(models: _Models, parts: _Parts) -> None:
    """Refuses what Baton cannot save whole: several processes that train as one, several GPUs."""
    world = _world_size()
    if world > 1:
        message = "This is one of %d processes that train together, and Baton saves one alone."
        remedy = "Start the script as one process: without torchrun, mpirun or accelerate launch."
        raise BatonError(message % world, remedy)
    for model in models.of.values():
        for module in model.modules() if _is_torch_module(model) else ():
            spread = len(getattr(module, "device_ids", None) or ())
            if spread > 1 and "DataParallel" in type(module).__name__:
                message = "The model is spread over %d GPUs by %s."
                found = spread, type(module).__name__
                raise BatonError(message % found, _ONE_GPU % "spreads it", "machine")
    gpus = sorted(name for name in _devices(models, parts) if not name.startswith(("cpu", "meta")))
    if len(gpus) > 1:
        message = "The parameters lie on %d devices: %s."
        found = len(gpus), ", ".join(gpus)
        raise BatonError(message % found, _ONE_GPU % "places them on others", "machine")


def _world_size() -> int:
    """How many processes train together; 1 where nothing says so."""
    distributed = sys.modules.get("torch.distributed")
    if distributed is not None and distributed.is_available() and distributed.is_initialized():
        return int(distributed.get_world_size())
    sizes = [os.environ.get(name, "") for name in _WORLD_SIZES]
    return max([int(size) for size in sizes if size.isdigit()], default=1)


def _unsure(devices: Set[str]) -> str:
    """Why not even a repeat on this very machine is sure to be exact, and what makes it so."""
    kinds = {name.partition(":")[0] for name in devices} - {"cpu", "meta"}
    others = sorted(kinds - {"cuda"})
    if others:
        return "nothing is known of how exactly %s repeats its results; the CPU does" % others[0]
    if not kinds:
        return ""
    torch: Any = sys.modules["torch"]
    deterministic = "torch.use_deterministic_algorithms(True)"
    variable = "CUBLAS_WORKSPACE_CONFIG=:4096:8"
    if not torch.are_deterministic_algorithms_enabled():
        message = "a GPU may add in another order each time: call %s before the model is built, and"
        return (message + " set %s in the environment") % (deterministic, variable)
    if getattr(torch, "is_deterministic_algorithms_warn_only_enabled", bool)():
        return "deterministic algorithms are on with warn_only=True: call %s alone" % deterministic
    if torch.backends.cudnn.benchmark:
        message = "cuDNN chooses its algorithms by their speed each time: set %s"
        return message % "torch.backends.cudnn.benchmark = False"
    return ""


def _facts(devices: Set[str], device: str) -> Dict[str, str]:
    """A profile's facts of the device; ``device`` is what the job says."""
    torch = sys.modules.get("torch")
    gpu = device == "cuda" or any(name.startswith("cuda") for name in devices)
    facts = {"device": "gpu" if gpu else "cpu"}
    if torch is not None:
        facts["threads"] = str(torch.get_num_threads())
        facts["deterministic"] = str(torch.are_deterministic_algorithms_enabled()).lower()
        if gpu and torch.cuda.is_available():
            facts["gpu"] = torch.cuda.get_device_name()
            facts["cuda"] = str(torch.version.cuda)
    unsure = _unsure(devices)
    if unsure:
        facts["unsure"] = unsure
    return facts

# --- What may change the bits of a training: versions, device, threads, script, arguments, files ---


_ARGUMENTS = list(sys.argv[1:])
"""As they were when ``baton`` was imported: some scripts take their own away afterwards."""

_LONGEST_FACT = 900


def _profile(run: "Run") -> Dict[str, str]:
    """What may change the bits, by name."""
    profile = {
        "language": "Python " + platform.python_version(),
        "script": _script_hash(),
        "processor": _processor(),
        "hash_seed": os.environ.get("PYTHONHASHSEED", "random"),
        "arguments": _short(" ".join(map(shlex.quote, _arguments(run.job.ignored)))),
        "files": _files_fact(run._opened.hashes()),
        **_facts(_devices(run._models, run._parts), run.job.device),
    }
    for name in ("torch", "numpy", "keras", "tensorflow", "jax", "transformers", "lightning"):
        version = getattr(sys.modules.get(name), "__version__", None)
        if version:
            profile[name] = str(version)
    for name in ("OMP_NUM_THREADS", "ATEN_CPU_CAPABILITY", "MKL_CBWR", "CUBLAS_WORKSPACE_CONFIG"):
        if name in os.environ:
            profile[name] = os.environ[name]
    return profile


def _arguments(ignored: Iterable[str]) -> List[str]:
    """The script's arguments, but for those that the job ignores: an option and its value.

    ``--data-dir X``, ``--data-dir=X`` and Hydra's ``data.dir=X`` have one; ``-`` and ``_`` in a name
    are the same. What a notebook was started with is none of its script's.
    """
    if "ipykernel" in sys.modules:
        return []
    without = {_option(name) for name in ignored}
    kept: List[str] = []
    skip = False
    for argument in _ARGUMENTS:
        name, is_pair, _ = argument.partition("=")
        is_value = not argument.startswith("-") or _is_number(argument)
        if skip and is_value:
            skip = False
        elif _option(name) in without and (is_pair or argument.startswith("-")):
            skip = not is_pair
        else:
            skip = False
            kept.append(argument)
    return kept


def _option(name: str) -> str:
    return name.replace("_", "-")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _short(fact: str) -> str:
    fact = fact.encode("utf-8", "backslashreplace").decode()  # not all arguments are UTF-8
    if len(fact) <= _LONGEST_FACT:
        return fact
    digest = hashlib.sha256(fact.encode()).hexdigest()
    return "%s... sha256:%s" % (fact[: _LONGEST_FACT - 80], digest)


def _files_fact(hashes: Dict[str, str]) -> str:
    text = json.dumps(hashes, sort_keys=True, separators=(",", ":"))
    if len(text) <= _LONGEST_FACT:
        return text
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _script_hash() -> str:
    """Over the script and every module beside it that it has imported."""
    digest = hashlib.sha256()
    files = _script_files()
    for name, path in files.items():
        digest.update(("%s\0" % name).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest() if files else "unknown"


def _script_files() -> Dict[str, Path]:
    """The script and the modules beside it that it has imported, by their names from its folder."""
    main = _main_file()
    if not main:
        return {}
    home = Path(main).resolve().parent
    files = {Path(main).resolve()}
    below = os.path.join(home, "")
    for module in list(sys.modules.values()):
        name: Optional[Any] = getattr(module, "__file__", None)
        if name and name.endswith(".py") and _real_path(name).startswith(below):
            files.add(Path(_real_path(name)))
    return {
        path.relative_to(home).as_posix(): path
        for path in sorted(files)
        if path.exists() and "site-packages" not in path.parts and not _is_delivered(path)
    }


def _is_delivered(path: Path) -> bool:
    """Whether the worker delivers it: it is no part of the script, wherever the scratch lies."""
    own = Path(__file__).resolve()
    together = own.name != "baton.py" or path.name == "sitecustomize.py"
    return path == own or together and path.parent == own.parent


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.machine()

# --- The folder of a run by hand: whose it is, what made its run, and who trains in it now -------


_RECORD = "baton.json"
_RECORD_FORMAT = 1
_LOCK = ".lock"
"""Hidden, since scripts list the folder to find their newest save."""
_SUMS = "sha256sums"
"""What the files of a save are, as the command ``sha256sum --check`` reads it."""
_DAMAGED = "damaged-"
_MOST_NAMED = 3


class _Made(NamedTuple):
    """What makes a run what it is, as it stands in its folder."""

    epochs: int
    seed: int
    parameters: Dict[str, Any]
    arguments: List[str]
    script: Dict[str, str]
    """The hash of the script and of each module beside it, by name."""
    main: str
    main_but_epochs: List[str]
    """The script's own name; its hash without its numbers of epochs, and these."""
    files: Dict[str, str]
    profile: Dict[str, str]


class _Folder:
    """Holds the saves of one run; another run is refused, and a second process is kept out."""

    def __init__(self, path: Path):
        self.path = path
        self._lock: Any = None
        self._whole: Optional[Path] = None

    def __str__(self) -> str:
        """Its name for people: from the working directory, if the script is where it was started."""
        is_below = _HOME in map(str, self.path.parents) and _working_directory() == _HOME
        return os.path.relpath(self.path, _HOME) if is_below else str(self.path)

    def saves(self) -> List[Tuple[int, int, Path]]:
        """The epoch and batch of each whole save, and where it lies."""
        saves = []
        for folder in self.path.glob("e*-b*"):
            epoch, _, batch = folder.name[1:].partition("-b")
            if epoch.isdigit() and batch.isdigit():
                saves.append((int(epoch), int(batch), folder))
        return saves

    def newest(self) -> Optional[Tuple[int, int, Path]]:
        """The newest save that is what was written; a damaged one is told, and put aside."""
        saves = sorted(self.saves(), reverse=True)
        for place, save in enumerate(saves):
            damaged = _damaged(save[2]) if save[2] != self._whole else ""
            if not damaged:
                self._whole = save[2]
                return save
            message = "The save %s is damaged: %s is not what was written." % (save[2], damaged)
            if place + 1 == len(saves):
                remedy = "Bring it back from a copy, or delete %s to start anew." % self
                raise BatonError(message, remedy, "machine")
            aside = save[2].with_name(_DAMAGED + save[2].name)
            shutil.rmtree(aside, ignore_errors=True)
            save[2].rename(aside)
            _say("%s It is put aside as %s." % (message, aside.name))
        return None

    # One process at a time

    def lock(self) -> None:
        """Keeps other processes out until this one ends, however it ends."""
        if self._lock is not None:
            return
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            file = open(self.path / _LOCK, "a+", encoding="utf-8")
        except OSError as e:
            message = "The folder %s cannot be written: %s." % (self, _reason(e))
            remedy = "Set BATON_FOLDER to a folder that can."
            raise BatonError(message, remedy, "machine") from None
        self._require_alone(file)
        self._lock = file
        for half in self.path.glob(".e*-b*"):
            shutil.rmtree(half, ignore_errors=True)

    def _require_alone(self, file: Any) -> None:
        try:
            import fcntl

            # Not flock, which a loader's processes would hold on to after this one is killed.
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            file.seek(0)
            holder = file.read(200).strip() or "another one"
            message = "A process trains in %s already: %s." % (self, holder)
            remedy = "Wait until it ends, stop it, or set BATON_FOLDER to another folder."
            raise BatonError(message, remedy) from None
        except (ImportError, OSError) as e:
            message = "%s cannot be locked (%s): see that no second process trains in it"
            _say(message % (self, _first_line(e)))
        file.truncate(0)
        file.write("pid %d on %s\n" % (os.getpid(), socket.gethostname()))
        file.flush()

    def release(self) -> None:
        """Lets others in: the run is complete."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    # One run

    def record(self) -> Dict[str, Any]:
        """What made the run that the folder holds; empty: nothing is saved, or no record of it."""
        path = self.path / _RECORD
        if not self.saves() or not path.exists():
            return {}
        try:
            record: Dict[str, Any] = json.loads(path.read_bytes())
            known = record["format"] == _RECORD_FORMAT
            if known and not set(_Made._fields) <= set(record):
                raise ValueError("it is not whole")
        except (OSError, ValueError, KeyError, TypeError) as e:
            message = "%s cannot be read: %s." % (path, _first_line(e))
            raise BatonError(message, "Delete it to go on with the saves beside it.") from None
        if not known:
            remedy = "Use the baton.py that wrote it, or a newer one."
            raise BatonError("%s is of a newer version of Baton." % path, remedy)
        return record

    def write_record(self, made: _Made, changes: List[str]) -> None:
        record = {"format": _RECORD_FORMAT, "changes": changes, **made._asdict()}
        half = self.path / ("." + _RECORD)
        with open(half, "w", encoding="utf-8") as file:
            json.dump(record, file, indent=1, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        half.replace(self.path / _RECORD)


def _sha256(path: Path) -> str:
    sha = hashlib.sha256()
    with open(path, "rb") as file:
        for part in iter(lambda: file.read(1 << 20), b""):
            sha.update(part)
    return sha.hexdigest()


def _seal(save: Path) -> None:
    """Writes down what the files of a save are."""
    sums = ["%s  %s\n" % (_sha256(path), path.name) for path in sorted(save.iterdir())]
    with open(save / _SUMS, "x", encoding="utf-8") as file:
        file.writelines(sums)
        file.flush()
        os.fsync(file.fileno())


def _damaged(save: Path) -> str:
    """A file of a save that is not what was written; empty: none, or an older version wrote it."""
    try:
        lines = (save / _SUMS).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return ""
    except (OSError, ValueError):
        return _SUMS
    for line in lines:
        sha, _, name = line.partition("  ")
        try:
            if _sha256(save / name) != sha:
                return name
        except OSError:
            return name
    return ""


def _reason(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else _first_line(error)


def _plain(parameters: Dict[str, Any]) -> Dict[str, Any]:
    """The parameters that JSON holds; others may not even look the same in the next process."""
    plain = {}
    for name, value in parameters.items():
        try:
            plain[name] = json.loads(json.dumps(value, allow_nan=False))
        except (TypeError, ValueError):
            pass
    return plain


def _script_hashes() -> Tuple[Dict[str, str], str, List[str]]:
    """A hash of the script and of each module beside it by name; the script's own name; its hash
    without its numbers of epochs, and these."""
    main, hashes, without = "", {}, [""]
    for name, path in _script_files().items():
        text = path.read_bytes()
        hashes[name] = _hash(text)
        if str(path) == os.path.realpath(_main_file() or ""):
            main, text = name, re.sub(_TOLD, rb"\1N", text)
            numbers = [number.decode() for _, number in re.findall(_EPOCHS, text)]
            without = [_hash(re.sub(_EPOCHS, rb"\1N", text)), *numbers]
    return hashes, main, without


_TOLD = rb"(\bjob\s*\(\s*(?:epochs\s*=\s*)?)\d+\b"
_EPOCHS = (
    rb"(?i)(epochs?\b[\"']?\s*(?::\s*int\s*)?[=:,]\s*"
    rb"(?:type\s*=\s*int\s*,\s*)?(?:default\s*=\s*)?)(\d+)\b"
)
"""Where a script tells ``baton.job`` how many epochs it trains, and where that number may stand."""


def _hash(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()[:16]


def _changes(record: Dict[str, Any], now: _Made) -> List[Tuple[str, str]]:
    """What makes another run of it: each thing as the folder's run has it, and as this one has."""
    changes: List[Tuple[str, str]] = []
    if record["seed"] != now.seed:
        changes.append(("seed %d" % record["seed"], "seed %d" % now.seed))
    before = record["parameters"]
    for name in sorted(set(before) & set(now.parameters)):
        if before[name] != now.parameters[name]:
            one, other = before[name], now.parameters[name]
            changes.append(("%s=%s" % (name, one), "%s=%s" % (name, other)))
    if not _same_arguments(record, now):
        changes.append(
            (_arguments_in_words(record["arguments"]), _arguments_in_words(now.arguments))
        )
    changes += _script_changes(record, now)
    for name in _differing(record["files"], now.files):
        one, other = record["files"].get(name), now.files.get(name)
        words = [("%s (content %s)" % (name, h[:8])) if h else "no " + name for h in (one, other)]
        changes.append((words[0], words[1]))
    return changes


def _script_changes(record: Dict[str, Any], now: _Made) -> List[Tuple[str, str]]:
    before, same = record["script"], _same_but_epochs(record, now)
    if not before or not now.script:
        return []  # a notebook has none
    changes = []
    if record["main"] != now.main and not same:
        changes.append(("the script %s" % record["main"], now.main))
    for name in sorted(set(before) & set(now.script)):
        if before[name] != now.script[name] and not (name == now.main and same):
            one, other = before[name][:8], now.script[name][:8]
            changes.append(("%s (version %s)" % (name, one), "version %s" % other))
    return changes


def _same_but_epochs(record: Dict[str, Any], now: _Made) -> bool:
    """Whether the script is the same, but for the number of epochs, which may grow."""
    one, other = record["main_but_epochs"], now.main_but_epochs
    grown = str(record["epochs"]), str(now.epochs)
    alike = [was == is_now or (was, is_now) == grown for was, is_now in zip(one, other)]
    return len(one) == len(other) and all(alike)


def _same_arguments(record: Dict[str, Any], now: _Made) -> bool:
    """Whether they are the same, but for the number of epochs, which may grow."""
    before = record["arguments"]
    if len(before) != len(now.arguments):
        return False
    grown = str(record["epochs"]), str(now.epochs)
    for one, other in zip(before, now.arguments):
        (name, _, was), (its_name, _, is_now) = one.rpartition("="), other.rpartition("=")
        if one != other and (name != its_name or (was, is_now) != grown):
            return False
    return True


def _arguments_in_words(arguments: List[str]) -> str:
    return "the arguments " + " ".join(arguments) if arguments else "no arguments"


def _in_words(folder: _Folder, changes: List[Tuple[str, str]]) -> str:
    more = len(changes) - _MOST_NAMED
    rest = " and %d more" % more if more > 0 else ""
    before = ", ".join(one for one, _ in changes[:_MOST_NAMED])
    now = ", ".join(other for _, other in changes[:_MOST_NAMED])
    return "%s holds a run with %s%s, and this run has %s." % (folder, before, rest, now)


def _departures(before: Dict[str, str], now: Dict[str, str]) -> List[str]:
    """What else differs, by which a result is equivalent and not identical."""
    of_the_run = ("script", "arguments", "files", "unsure")
    names = sorted((set(before) | set(now)) - set(of_the_run))
    return [
        "%s was %s and is %s" % (name, before.get(name, "not there"), now.get(name, "not there"))
        for name in names
        if before.get(name) != now.get(name)
    ]


def _require_same(folder: _Folder, record: Dict[str, Any], now: Optional[_Made]) -> str:
    """Refuses another run, unless a person accepts it: then what differs, in a sentence."""
    changes = _changes(record, now) if record and now else []
    if not changes:
        return ""
    sentence = _in_words(folder, changes)
    if os.environ.get("BATON_ACCEPT_CHANGE", "0") not in ("", "0"):
        return sentence
    remedy = (
        "Set BATON_FOLDER to another folder, delete this one to start anew, or set"
        " BATON_ACCEPT_CHANGE=1 to go on knowingly."
    )
    raise BatonError(sentence, remedy)

# --- Ctrl-C and SIGTERM by hand: the first is obeyed after a save, the second at once ------------


_SOON = "\nbaton: saves after this batch, then ends; the same again ends at once\n"


class _Interrupts:
    """Which signal has told this process to end, from the first batch to the last.

    Before, after, and in other threads than the main one Python's own way is left alone: an end
    that waits for a batch would be none.
    """

    def __init__(self) -> None:
        self.told: Optional[int] = None
        self._before: Dict[int, Any] = {}
        self._pid = 0

    def watch(self) -> None:
        self._pid = os.getpid()
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                before = signal.signal(number, self._hear)
                self._before[number] = signal.SIG_DFL if before is None else before

    def release(self) -> None:
        """Gives the signals back to whoever had them before."""
        if threading.current_thread() is threading.main_thread():
            for number, before in self._before.items():
                if signal.getsignal(number) == self._hear:
                    signal.signal(number, before)
            self._before = {}

    def _hear(self, number: int, frame: Any) -> None:
        if os.getpid() != self._pid:
            # A loader's process, which ends with this one. A terminal's Ctrl-C reaches it, too.
            if number == signal.SIGTERM:
                signal.signal(number, signal.SIG_DFL)
                os.kill(os.getpid(), number)
        elif self.told is None:
            self.told = number
            os.write(2, _SOON.encode())
        else:
            self.release()
            os.kill(os.getpid(), number)

# --- A run by hand: saves into a folder, and goes on from there ----------------------------------


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
        _speak_in_sentences()
        told = _told_job()
        self.epochs: Optional[int] = told.pop("epochs", None)
        self.seed: Optional[int] = told.pop("seed", None)
        self.parameters: Dict[str, Any] = told
        self.folder = Path(_HOME, os.environ.get("BATON_FOLDER", "baton-checkpoints"))
        data = os.environ.get("BATON_DATA")
        self.data = Path(_HOME, data) if data else None
        self.every = _seconds("BATON_SAVE_SECONDS", "60")
        self.keep = 2
        self._held = _Folder(self.folder)
        self._record: Dict[str, Any] = {}
        self._interrupts = _Interrupts()
        self._saved_at = time.monotonic()
        self._metrics: Dict[str, float] = {}
        self._begun = self._ended = False
        self._not_written = ""

    # The start

    def expect(self, job: "Job") -> None:
        """Before anything is restored: takes the folder, if it is this run's."""
        self._held.lock()
        self._record = self._held.record()
        _require_same(self._held, self._record, self._made(job, {}, {}))

    def start(self) -> Start:
        newest = self._held.newest()
        return Start(0, 0, None) if newest is None else Start(*newest)

    def _made(self, job: "Job", files: Dict[str, str], profile: Dict[str, str]) -> _Made:
        arguments, parameters = _arguments(job.ignored), _plain(job.parameters)
        script = _script_hashes()
        return _Made(job.epochs, job.seed, parameters, arguments, *script, files, profile)

    def ready(self, run: "Run", batches: int) -> None:
        """Before the first batch: what made the run is known whole, and is written down."""
        if self._begun:
            return
        self._begun = True
        profile = _profile(run)
        made = self._made(run.job, run._opened.hashes(), profile)
        accepted = _require_same(self._held, self._record, made)
        departures = _departures(self._record.get("profile", profile), profile)
        changes = list(self._record.get("changes", []))
        if accepted:
            _say("goes on knowingly, though %s" % accepted)
        if departures:
            _say("equivalent, not identical, from here on: %s" % "; ".join(departures))
        changes += ["%s: %s" % (run._where_exactly(), c) for c in [accepted, *departures] if c]
        try:
            self._held.write_record(made, changes)
        except OSError as e:
            raise BatonError(*self._cannot_write(_reason(e))) from None
        self._tell_start(run, profile)
        self._interrupts.watch()
        atexit.register(self._tell_left, run, os.getpid())

    def _tell_start(self, run: "Run", profile: Dict[str, str]) -> None:
        if not run.job.knows_epochs:
            _say("trains 1 epoch, because baton.job(epochs=...) says no other")
        begins = "goes on" if run.epoch or run.batch else "training begins"
        _say("%s at %s; saves go to %s" % (begins, run._where(), self._held))
        if (run.epoch or run.batch) and profile["hash_seed"] == "random":
            _say(
                "if the order of a set matters here, start with PYTHONHASHSEED=0: it is drawn anew"
            )
        if "unsure" in profile:
            _say("not known to be exact here: %s" % profile["unsure"])

    def over(self, run: "Run") -> None:
        """The run was complete before it began."""
        self._tell_end(run)
        self._held.release()

    def _tell_left(self, run: "Run", pid: int) -> None:
        """At the process's end: whether the script left its loop as if the training were done."""
        if self._ended or os.getpid() != pid or getattr(sys, "last_value", None) is not None:
            return
        newest = max(self._held.saves(), default=None)
        whole = "nothing is saved" if newest is None else "the last save is %s" % newest[2].name
        message = "the script ended at %s, and the job has %d epochs; %s."
        message += " To end a training early, call run.finish(reason) instead of break"
        _say(message % (run._where(), run.job.epochs, whole))

    def _tell_end(self, run: "Run") -> None:
        self._ended = True
        anew = "to start anew, delete %s" % self._held
        if run._final is not None:
            _say("complete at epoch %d (%s); %s" % (_epochs_begun(run), run._final, anew))
        else:
            _say("complete at epoch %d; to train on, raise epochs; %s" % (run.epoch, anew))

    # What is measured

    def evaluated(self, metrics: Dict[str, float]) -> None:
        self._metrics.update(metrics)

    def batch_done(self, run: "Run", loss: Optional[float], final: Optional[str]) -> None:
        """Shows what was measured, all of an epoch in one line."""
        if self._metrics:
            where = "epoch %d" % _epochs_begun(run)
            if run.batch:
                where += ", batch %d" % run.batch
            names = sorted(self._metrics, key=lambda name: name != "loss")
            shown = ", ".join("%s %s" % (n, _number(self._metrics[n])) for n in names)
            self._metrics = {}
            _say("%s: %s" % (where, shown))

    # Saves

    def orders(self, run: "Run", ended: bool) -> bool:
        due = time.monotonic() - self._saved_at >= self.every
        told = self._interrupts.told
        if due or ended or told:
            name, write = run._where_exactly(), run._copy()
            run._writing.begin(lambda: self._write_whole(name, write))
            self._saved_at = time.monotonic()
        if told or ended:
            run._writing.finish()
            self._interrupts.release()
            if self._not_written:
                raise BatonError(*self._cannot_write(self._not_written))
        if ended:
            self._tell_end(run)
            self._held.release()
        if told:
            self._ended = True
            _say("saved at %s; stops as told" % run._where())
            raise SystemExit(128 + told)
        return not ended

    def _write_whole(self, name: str, write: Callable[[Path, bool], None]) -> None:
        """Writes a folder that is seen whole or not at all, and deletes the oldest ones.

        A save that cannot be written ends no training: the next one may be.
        """
        half = self.folder / ("." + name)
        shutil.rmtree(half, ignore_errors=True)
        try:
            half.mkdir(parents=True)
            write(half, True)
            _seal(half)
            shutil.rmtree(self.folder / name, ignore_errors=True)
            half.rename(self.folder / name)
        except OSError as e:
            shutil.rmtree(half, ignore_errors=True)
            if not self._not_written:
                _say(
                    "%s The training goes on, and tries again." % self._cannot_write(_reason(e))[0]
                )
            self._not_written = _reason(e)
            return
        self._not_written = ""
        for _, _, old in sorted(self._held.saves())[: -self.keep]:
            shutil.rmtree(old, ignore_errors=True)

    def _cannot_write(self, reason: str) -> Tuple[str, str, str]:
        newest = max(self._held.saves(), default=None)
        whole = "nothing is saved yet" if newest is None else "%s is whole" % newest[2].name
        message = "Nothing can be written to %s: %s; %s." % (self._held, reason, whole)
        return message, "Free space, and start again: it goes on from there.", "machine"


def _told_job() -> Dict[str, Any]:
    """The epochs, seed and parameters of ``BATON_JOB``."""
    text = os.environ.get("BATON_JOB", "{}")
    remedy = """Write it as: BATON_JOB='{"epochs": 2, "lr": 0.01}'."""
    try:
        told = json.loads(text)
    except ValueError as e:
        raise BatonError("BATON_JOB is no JSON: %s." % _first_line(e), remedy) from None
    if not isinstance(told, dict):
        raise BatonError("BATON_JOB is no JSON object: %s." % text[:100], remedy)
    for name in ("epochs", "seed"):
        if not isinstance(told.get(name, 0), int):
            raise BatonError("The %s in BATON_JOB is no whole number." % name, remedy)
    return told


def _seconds(name: str, default: str) -> float:
    text = os.environ.get(name, default)
    try:
        return float(text)
    except ValueError:
        raise BatonError(
            "%s is no number of seconds: %s." % (name, text), "Set it to 60."
        ) from None


def _epochs_begun(run: "Run") -> int:
    return run.epoch + (run.batch > 0)


def _number(value: float) -> str:
    return "%.4g" % value if math.isfinite(value) else "-"

# --- A run under a worker: the child's end of docs/reference/program-protocol.md -----------------


PROTOCOL = 2
_PID = os.getpid()


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
            # The worker hears of the end too, and still wants a last save from here.
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, self._leave_it_to_the_worker)
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
        # A process of the script's that imports it again, as loaders may, trains the same job.
        told = {"epochs": self.epochs, "seed": self.seed, **self.parameters}
        os.environ["BATON_JOB"] = json.dumps(told)

    def expect(self, job: "Job") -> None:
        """What made the run is compared by the worker, by the profile in ``ready``."""

    def over(self, run: "Run") -> None:
        """The worker knows."""

    @staticmethod
    def _leave_it_to_the_worker(number: int, frame: Any) -> None:
        if os.getpid() != _PID:  # a process that the script forked
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)

    def _on_exception(self, kind: Any, error: Any, trace: Any) -> None:
        if os.getpid() == _PID:
            message, remedy, whose = _explain(error, trace)
            try:
                self._send("error", kind=whose, sentence=message[:1000], remedy=remedy[:500])
                if isinstance(error, BatonError):
                    return  # The worker shows the sentence.
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
            profile = _profile(run)
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
        os.environ.pop("BATON_SCRIPT", None)
        _link = _Worker(address) if address else _Alone()
    return _link


def _is_connected() -> bool:
    return _link is not None

# --- Stops a script that trains without being able to resume, before hours are spent -------------


_LINES = """Add, before the loop: run = baton.resume(model, optimizer). Loop over
    "for epoch in run.epochs()" and "for batch in run.batches(loader)", and call run.step(loss=loss)
    after optimizer.step()."""

_LINES_OF = {
    "lightning": "Give the trainer callbacks=[baton.lightning_callback()].",
    "transformers": "Give the trainer callbacks=[callback], callback = baton.hugging_face_callback().",
}


def _refuse_unresumed() -> None:
    """Called before an optimizer's step, as long as the script has not called ``baton.resume``."""
    main = sys.modules.get("__main__")
    imports = any(value is sys.modules.get("baton") for value in vars(main).values())
    if "BATON_SOCKET" in os.environ or _is_connected() or imports:
        _connected()
        message = "The script takes its first optimizer step and has not called baton.resume."
        raise BatonError(message + " Nothing of its training could be saved.", _lines_to_add())


def _lines_to_add() -> str:
    """For the framework whose loop is under way, or for the script's own loop."""
    frame = sys._getframe()
    while frame is not None:
        package = str(frame.f_globals.get("__name__")).partition(".")[0]
        package = {"pytorch_lightning": "lightning"}.get(package, package)
        if package in _LINES_OF:
            return _LINES_OF[package]
        frame = frame.f_back  # type: ignore[assignment]
    return " ".join(_LINES.split())


_EARLY.stop_with(_refuse_unresumed)
if "BATON_SOCKET" in os.environ:
    # Python processes that the script starts are its helpers, and may train what they like.
    os.environ["BATON_SCRIPT"] = str(os.getpid())

# --- What a script trains with and has not given to ``resume``: found, and refused once it changes ---


_HOW = {
    "model": "baton.resume([model, %s], ...)",
    "optimizer": "baton.resume(model, [optimizer, %s], ...)",
    "scheduler": "baton.resume(model, optimizer, [scheduler, %s], ...)",
    "scaler": "baton.resume(model, optimizer, scaler=%s)",
}


class _Forgotten:
    """Refuses what holds a state of training that would begin anew with each life of the script.

    What the script reaches is looked at before the first batch, after the first steps and at the end
    of each epoch. What has not changed is not trained, and is nobody's business.
    """

    def __init__(self) -> None:
        self._seen: Dict[Tuple[str, int], Tuple[Callable[[], Any], Optional[str]]] = {}
        """By path and id, what leads to the thing for as long as the script has it."""

    def look(self, run: "Run") -> None:
        """Refuses what is another than when it was looked at first."""
        modules = _modules_given(run)
        owned = _ids_of_tensors(modules)
        self._seen = {key: seen for key, seen in self._seen.items() if seen[0]() is not None}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            strangers = _strangers(run)
        for path, (kind, thing) in strangers.items():
            kind = "scaler" if hasattr(type(thing), "unscale_") else kind
            if kind not in _HOW or (kind == "optimizer" and not _is_torch_like(thing)):
                continue
            if kind == "model":
                now: Optional[str] = _sampled(_tensors_in_module(thing, owned))
            else:
                now = _of_thing(kind, thing)
            first = self._seen.setdefault((path, id(thing)), (_reference(thing), now))[1]
            if None in (now, first) or now == first:
                continue
            # A copy of a model is as good as the model.
            if now not in {_sampled(_tensors_in_module(module)) for module in modules}:
                what = "%s (%s) changes in training and was not given to baton.resume: started"
                what += " again, the script would go on with a new one."
                raise BatonError(
                    what % (path, type(thing).__name__), "Give it too: %s." % (_HOW[kind] % path)
                )


def _reference(thing: Any) -> Callable[[], Any]:
    """Leads to a thing and does not keep it: a script may make a new one in each epoch."""
    try:
        return weakref.ref(thing)
    except TypeError:
        return lambda: thing


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


def _strangers(run: "Run") -> Dict[str, Tuple[str, Any]]:
    """What has a state, is reached by the script and was not given to ``resume``: its kind and
    itself, by the path that it is reached by."""
    found: Dict[str, Tuple[str, Any]] = {}
    known = _given_to(run) | {id(one) for one in run._data.found()} | _inside_given(run)
    owned = _ids_of_tensors(_modules_given(run))
    for path, thing, _ in _reachable(known, lambda found: bool(_kind_of(found.thing))):
        kind = _kind_of(thing)
        if kind and not (kind == "model" and _is_of_given(thing, known, owned)):
            found[path] = (kind, thing)
    return found


def _inside_given(run: "Run") -> Set[int]:
    """The ids of what given things hold, which is saved with them."""
    given = [thing for things in run._parts.of.values() for thing in things.values()]
    found = {id(one) for thing in given for one in _inner_of(thing).values()}
    for thing in given + [m for m in run._models.of.values() if not _is_torch_module(m)]:
        found.update(id(one) for one in _attributes(thing).values())
    for state in run._parts.of["state"].values():
        found.update(id(one) for one in _found_in(state, "").found.values())
    return found


def _modules_given(run: "Run") -> List[Any]:
    given = [*run._models.of.values(), *run._parts.of["ema"].values()]
    return [_bare(module) for module in given if _is_torch_module(module)]


def _is_of_given(module: Any, known: Set[int], owned: Set[int]) -> bool:
    """Whether a module only wraps what was given, as one that is compiled or has a loss with it."""
    own = _tensors_in_module(module, owned)
    return id(_bare(module)) in known or not own


def _tensors_in_module(module: Any, but: Container[int] = ()) -> List[Any]:
    """A module's parameters and buffers, without those of some ids."""
    return [t for t in [*module.parameters(), *module.buffers()] if id(t) not in but]


def _ids_of_tensors(modules: List[Any]) -> Set[int]:
    return {id(tensor) for module in modules for tensor in _tensors_in_module(module)}


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
            held = next(iter(thing.parameters()), None), next(iter(thing.buffers()), None)
            return "model" if held != (None, None) else ""
        if hasattr(kind, "zero_grad"):
            return "optimizer"
        if hasattr(kind, "get_last_lr"):
            return "scheduler"
        return "" if str(kind.__module__).split(".")[0] in _LOOPS_OF else "state"
    except Exception:
        return ""

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


def _values(run: "Run", strangers: Mapping[str, Any]) -> Dict[str, str]:
    """The script's own numbers, texts and small tensors by the path that it reaches them by."""
    known = _given_to(run) | {id(thing) for _, thing in strangers.values()}
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

# --- The job to train, and the run that goes on with it ------------------------------------------


_job: Optional["Job"] = None


class Job:
    """What to train: epochs, seed and device, and the job's parameters as attributes.

    ``data`` is the folder with what to train on, to be read only; ``None`` if the job names none.
    """

    ignored: Tuple[str, ...] = ()
    """Arguments and files by which two starts of the script may differ."""
    knows_epochs = True

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


def job(
    epochs: Optional[int] = None, seed: int = 0, *, ignore: Iterable[str] = (), **parameters: Any
) -> Job:
    """The job to train; what is given here are defaults, what the coordinator says wins.

    Seeds Python's, NumPy's and torch's generators: call it after their import, and before the
    model is built, so that a fresh start is the same everywhere. Without ``epochs`` it is one.

    A run goes on only with the arguments and the small files that it began with. ``ignore`` names
    those that do not matter: options (``--data-dir``, with its value), and files by name or pattern.
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
        (1 if epochs is None else epochs) if link.epochs is None else link.epochs,
        seed if link.seed is None else link.seed,
        "cuda" if gpu else "cpu",
        chosen,
        link.data,
    )
    _job.ignored = (ignore,) if isinstance(ignore, str) else tuple(ignore)
    _job.knows_epochs = epochs is not None or link.epochs is not None
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

# --- Accelerate: loaders that it has prepared, and the counts by which it accumulates gradients ---


def _is_prepared(loader: Any) -> bool:
    """Whether Accelerate made this loader of one: it moves batches, and tells which is the last."""
    return any(kind.__name__ == "DataLoaderStateMixin" for kind in type(loader).__mro__)


def _source_of(loader: Any) -> Any:
    """The loader that gives the batches of a prepared one; any other is its own."""
    return getattr(loader, "base_dataloader", loader) if _is_prepared(loader) else loader


def _as_prepared(loader: Any, pairs: Iterator[Tuple[Any, bool]]) -> Iterator[Tuple[Any, bool]]:
    """Batches as a prepared loader gives them, on its device, and told while each is trained whether
    it is the last: then ``accumulate()`` steps."""
    if not _is_prepared(loader):
        yield from pairs
        return
    from accelerate.utils import send_to_device

    device = getattr(loader, "device", None) or getattr(
        getattr(loader, "state", None), "device", None
    )
    loader.begin()
    try:
        for item, is_last in pairs:
            if device is not None:
                item = send_to_device(
                    item, device, non_blocking=getattr(loader, "_non_blocking", False)
                )
            loader.end_of_dataloader = is_last
            yield item, is_last
    finally:
        loader.end()


def _accelerators() -> List[Any]:
    """The script's ``Accelerator``; more than one, in the order in which they were made."""
    accelerate = sys.modules.get("accelerate")
    kind = getattr(accelerate, "Accelerator", None)
    if kind is None or not getattr(
        sys.modules["accelerate.state"].GradientState, "_shared_state", None
    ):
        return []
    return [thing for thing in gc.get_objects() if issubclass(type(thing), kind)]


class _AcceleratesState:
    """Where the accumulation of gradients stands, and what a script registered for checkpoints."""

    def __init__(self, accelerators: List[Any]):
        self._accelerators = accelerators

    def state_dict(self) -> List[Dict[str, Any]]:
        return [
            {
                "step": one.step,
                "sync": one.gradient_state.sync_gradients,
                "scaler": None if one.scaler is None else one.scaler.state_dict(),
                "overflow": [bool(o.step_was_skipped) for o in one._optimizers],
                "registered": [thing.state_dict() for thing in one._custom_objects],
            }
            for one in self._accelerators
        ]

    def load_state_dict(self, state: List[Dict[str, Any]]) -> None:
        for one, held in zip(self._accelerators, state):
            one.step = held["step"]
            one.gradient_state._set_sync_gradients(held["sync"])
            if one.scaler is not None and held["scaler"] is not None:
                one.scaler.load_state_dict(held["scaler"])
            for optimizer, overflow in zip(one._optimizers, held["overflow"]):
                optimizer._is_overflow = overflow
            for thing, of in zip(one._custom_objects, held["registered"]):
                thing.load_state_dict(of)

# --- What Keras' fit holds beside the model and its optimizer ------------------------------------


class _KerasState:
    """Holds the state of a ``fit`` that has not begun yet, and asks the one that has.

    A script resumes its model before it makes the callbacks, and calls ``fit`` last.
    """

    def __init__(self) -> None:
        self.fit: Any = None
        self._waiting: Optional[Dict[str, Any]] = None

    def begin(self, fit: Any) -> None:
        self.fit = fit
        if self._waiting:
            fit.load_state_dict(self._waiting)
        self._waiting = None

    def state_dict(self) -> Dict[str, Any]:
        return {} if self.fit is None else dict(self.fit.state_dict())

    def load_before(self, counts: Any, held: _Held) -> None:
        """Nothing was kept of a ``fit``, which was saved at the ends of epochs."""

    def load_state_dict(self, state: Dict[str, Any]) -> None:
        if self.fit is None:
            self._waiting = state
        elif state:
            self.fit.load_state_dict(state)

# --- What a framework's loop holds beside the model and its optimizers ---------------------------


class _LoopStates:
    """The states of frameworks' loops by name; a part of the program's state.

    A loop has ``state_dict()``, of plain values and tensors, and ``load_state_dict(state)``; and
    ``load_before(counts, held)`` for checkpoints of format 1, in which it was the script's own state.
    """

    def __init__(self, loops: Mapping[str, Any]):
        self.of: Dict[str, Any] = dict(loops)

    def capture(self, draft: _Draft) -> None:
        told = draft.state.setdefault("state", {})
        for name, loop in self.of.items():
            told[name] = _pack(loop.state_dict(), "state." + name, draft.files[EXTRA], draft.host)

    def restore(self, held: _Held) -> None:
        if held.state["format"] == 1 and "loop" in self.of:
            packed = held.loops.setdefault("before", held.state.get("state", {}).pop("", {}))
            self.of["loop"].load_before(_unpack(packed, held.files[EXTRA]), held)
        for name, loop in self.of.items():
            packed = held.loops.get(name)
            if packed is not None:
                loop.load_state_dict(_unpack(packed, held.files[EXTRA]))

# --- A script in training: gives out batches, and can be saved between any two steps -------------


_END = object()
_FIRST_STEPS = 2
"""After so many steps, too, it is seen whether all can be saved: by then optimizers have a state."""


def _to_float(value: Any) -> float:
    return float(value.detach() if _is_torch(value) else value)


def _with_last(items: Iterator[Any], done: int, count: int) -> Iterator[Tuple[Any, bool]]:
    """Batches of an epoch that has ``count``, each with whether it is the last."""
    for item in items:
        done += 1
        yield item, done == count
        if done == count:
            return


def _looking_ahead(items: Iterator[Any], data: _Data) -> Iterator[Tuple[Any, bool]]:
    """The same where only a look ahead tells it: it is made before the batch is trained.

    Until the next one, a checkpoint has what the batches are drawn from as it was before it.
    """
    item = next(items, _END)
    while item is not _END:
        data.release()
        data.hold()
        after = next(items, _END)
        yield item, after is _END
        item = after
    data.release()


class _Batches:
    """Batches for a script's loop, and how many there are, for a progress bar around them."""

    def __init__(self, items: Iterator[Any], left: Optional[Callable[[], int]]):
        self._items, self._left = items, left

    def __iter__(self) -> Iterator[Any]:
        return self._items

    def __next__(self) -> Any:
        return next(self._items)

    def __len__(self) -> int:
        if self._left is None:
            raise TypeError("the batches of all epochs have no length; loop over run.epochs()")
        return self._left()


class Run:
    """A script in training: gives out batches, and can be saved between any two steps."""

    def __init__(
        self,
        link: Any,
        job: Job,
        model: Any,
        parts: Dict[str, Any],
        state: Any,
        loops: Mapping[str, Any] = MappingProxyType({}),
    ):
        self.job = job
        self.epoch = self.batch = 0
        """Whole epochs done, and batches done of the next one."""
        self._link = link
        self._models = _Models(model)
        self._parts = _Parts(parts, state, self._models)
        _refuse_several(self._models, self._parts)
        _EARLY.resume()
        self._sums = _Sums()
        self._loops = _LoopStates(loops)
        self._data = _Data(self._parts, is_drilled=bool(_TRACE))
        self._gradients = _Gradients(self._models, self._parts)
        self._generators = _Generators()
        self._sections = (
            self._models,
            self._loops,
            self._parts,
            self._sums,
            self._data,
            self._gradients,
            self._generators,
        )
        self._host = _HostMemory()
        self._writing = _Writing()
        self._before_read: Callable[[], None] = lambda: None
        self._count = 0
        self._loss: Optional[float] = None
        self._final: Optional[str] = None
        self._metrics: Dict[str, float] = {}
        self._nested = self._inner_done = False
        self._trace = _Trace(_TRACE) if _TRACE else None
        self._forgotten = _Forgotten()
        self._stepped = self._stepped_in_epoch = self._trained = False
        self._unchecked_steps = _FIRST_STEPS
        self._held: Optional[_Held] = None
        self._at_end: List[Callable[[], Any]] = []
        link.expect(job)
        start = link.start()
        given = (start.files, job.data, getattr(link, "folder", None))
        self._opened = _Opened(job.ignored, [path for path in given if path])
        if start.files is not None:
            self._held = _Held(start.files, start.epoch, start.batch)
            self.epoch, self.batch = start.epoch, start.batch
            self._restore(self._held)
        self._over = self._final is not None or self.epoch >= job.epochs
        if self._over:
            link.over(self)

    # Training

    def epochs(self) -> Iterator[int]:
        """The epochs that are left; within each, :meth:`batches` gives that epoch's alone."""
        self._nested = True
        self._data.look_around(self)
        self._parts.training_begins()
        self._restore_again(within_epoch=False)
        while not self._over:
            self._inner_done = False
            # So that what the script draws ahead of its batches is the same at a resume.
            _seed_generators(_derive(self.job.seed, self.epoch))
            self._data.open_epoch()
            self._parts.epoch_begins()
            yield self.epoch
            if not self._over:
                self._close_epoch()

    def batches(self, loader: Any) -> Iterator[Any]:
        """The batches that are left, of this epoch within :meth:`epochs`, else of all epochs.

        ``loader`` is iterated anew each epoch; a function is called with the epoch's number. Within
        :meth:`epochs` its length is that of what is left, where the loader has one.
        """
        left = (lambda: len(loader) - self.batch) if self._nested else None
        return _Batches(self._each(loader), left)

    def _each(self, loader: Any) -> Iterator[Any]:
        if self._nested:
            if self._inner_done:
                remedy = "Give one epoch's batches in one loop, from one loader."
                raise BatonError("run.batches was asked twice within an epoch.", remedy)
            yield from self._one_epoch(loader)
            return
        self._parts.training_begins()
        while not self._over:
            yield from self._one_epoch(loader)
            if not self._over:
                self._close_epoch()

    def step(self, loss: Any = None, **others: Any) -> None:
        """Says that the optimizer has moved, and so that the state may be saved after this batch.

        Batches without it, as when gradients accumulate, are saved with the next one that has it.
        Of ``loss`` and of all ``others`` there is a :meth:`mean` over the epoch.
        """
        self._stepped = self._stepped_in_epoch = True
        self._gradients.stepped()
        if self._unchecked_steps:
            self._unchecked_steps -= 1
            self._check()
        for name, other in others.items():
            self._sums.add(name, _to_float(other))
        if loss is None:
            return
        value = _to_float(loss)
        if math.isfinite(value):
            self._loss = value
            self._sums.add("loss", value)
        elif not self._parts.of["scaler"]:  # a scaler skips steps of infinite gradients by design
            message = "The loss is %r at %s." % (value, self._where())
            raise BatonError(message, "Try a smaller learning rate, clipping, or cleaner data.")

    def mean(self, name: str) -> float:
        """The mean of what :meth:`step` was told under this name since the epoch began.

        It is over the whole epoch, also where that was begun by another worker.
        """
        return self._sums.mean(name)

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

    def at_end(self, function: Callable[[], Any]) -> Callable[[], Any]:
        """Has ``function`` called when the training is done; may be used as a decorator.

        For what would stand after the loop, which a worker does not reach: a test, an export. It is
        called after the last epoch's own lines and before the last save, by whoever trains the last
        batch; metrics that it tells by :meth:`evaluated` are the last epoch's. Several are called in
        their order. If the process is killed in it, another trains the last batches again and calls
        it again: at least once, then, and for each result once.
        """
        if self._over and self._trained:
            remedy = "Call run.at_end before the loop."
            raise BatonError("run.at_end was called after the training's end.", remedy)
        self._at_end.append(function)
        return function

    def _call_at_end(self) -> None:
        for function in self._at_end:
            try:
                function()
            except BatonError:
                raise
            except Exception as e:
                traceback.print_exc()
                message, remedy, kind = _explain(e, e.__traceback__)
                again = " Started again, the run goes on from its last save and comes here again."
                raise BatonError(
                    "At the training's end: " + message, remedy + again, kind
                ) from None

    @property
    def epoch_ended(self) -> bool:
        """Whether the batch being trained is its epoch's last."""
        if not self._count:
            remedy = "Write: for epoch in run.epochs(): for batch in run.batches(loader)."
            raise BatonError("The loader does not tell how many batches it has.", remedy)
        return self.batch + 1 == self._count

    def _one_epoch(self, loader: Any) -> Iterator[Any]:
        _EARLY.close()
        self._data.look_around(self, loader)
        self._restore_again(within_epoch=False)
        seed = _derive(self.job.seed, self.epoch)
        _seed_generators(seed)
        if _is_prepared(loader) and hasattr(loader, "set_epoch"):
            loader.set_epoch(self.epoch)
        iterator, count = self._data.begin(_source_of(loader), self.epoch, self.batch, seed)
        iterator, count = _shortened(loader, iterator, count, self.batch)
        if count and self.batch >= count:
            message = "An epoch has %d batches now, and training stopped after %d of one."
            raise BatonError(message % (count, self.batch), "Use the data that began the job.")
        self._count, self._stepped_in_epoch = count, self.batch > 0
        self._parts.batches_begin()
        self._restore_again(within_epoch=True)
        self._begin(count)
        if _is_prepared(loader):
            yield from self._paired(_as_prepared(loader, self._pairs(iterator, self.batch, count)))
        else:
            yield from self._counted(iterator, count) if count else self._uncounted(iterator)

    def _pairs(self, items: Iterator[Any], done: int, count: int) -> Iterator[Tuple[Any, bool]]:
        """Batches for a loop that must know while it trains one whether it is the epoch's last."""
        return _with_last(items, done, count) if count else _looking_ahead(items, self._data)

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

    def _paired(self, pairs: Iterator[Tuple[Any, bool]]) -> Iterator[Any]:
        for item, is_last in pairs:
            yield from self._one_batch(item)
            if is_last:
                self._inner_done = True
            elif not self._go_on():
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
        for section in (self._generators, self._parts, self._data):
            section.hold() if begins else section.release()

    def _one_batch(self, item: Any) -> Iterator[Any]:
        self._stepped, self._trained = False, True
        self._gradients.begin_batch()
        if self._trace:
            self._trace.given(self, item)
        yield item
        _BESIDE.batch_done()
        if self._trace:
            self._trace.done(self._loss)

    def _go_on(self) -> bool:
        """After a batch within an epoch: reports it, takes orders, says whether more is wanted."""
        self.batch += 1
        if self._trace:
            self._trace.reached(self)
        if self._final is not None:
            self._call_at_end()
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
        if self._final is not None or self.epoch + 1 >= self.job.epochs:
            self._call_at_end()
        if self._sums.has("loss") and "loss" not in self._metrics:
            self.evaluated(loss=self._sums.mean("loss"))
        self._metrics = {}
        self._sums.clear()
        self._require_given()
        self._data.end_epoch()
        self._parts.epoch_ends()
        self.epoch, self.batch = self.epoch + 1, 0
        if self._trace:
            self._trace.reached(self)
        # Whatever an evaluation has drawn, each epoch begins the same.
        _seed_generators(_derive(self.job.seed, self.epoch))
        self._link.batch_done(self, self._loss, self._final)
        ended = self._final is not None or self.epoch >= self.job.epochs
        self._over = not self._link.orders(self, ended)

    def _begin(self, batches: int) -> None:
        if self._unchecked_steps == _FIRST_STEPS:
            self._check()
        if self._trace:
            self._trace.begin(self)
        self._link.ready(self, batches)

    def _check(self) -> None:
        """Refuses what could not be saved or put back, before hours are spent."""
        self._before_read()
        self._models.check()
        self._parts.check()
        self._require_given()

    def _require_given(self) -> None:
        """Refuses what is trained and was not given; a drill tells it by what differs instead."""
        if not self._trace and not self._loops.of:
            self._forgotten.look(self)

    def _where_exactly(self) -> str:
        return "e%d-b%d" % (self.epoch, self.batch)

    def _where(self) -> str:
        return "epoch %d, batch %d" % (self.epoch, self.batch)

    # Saving and restoring

    def _copy(self) -> Callable[[Path, bool], None]:
        """Copies the whole state to host memory; what is returned writes the copy to a folder."""
        self._writing.finish()
        self._before_read()
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
        self._require_restored(held)

    def _require_restored(self, held: _Held) -> None:
        """Compares what was restored with what was saved, by capturing it again."""
        self._writing.finish()
        again = _Draft(self._host, held.epoch, held.batch)
        compared = (self._models, self._parts)
        for section in compared:
            section.capture(again)
        self._host.finish()
        for section in compared:
            section.require_restored(held, again)

    def _restore_again(self, within_epoch: bool) -> None:
        """Undoes what the script did since ``resume`` and had done before the save already.

        A script that is started in the midst of its training runs the lines before its loop again,
        and within an epoch those before its batches too: ``scheduler.step()``, ``model.train()``,
        ``optimizer.zero_grad()``, draws from generators. Unbroken, they had run once.
        """
        if self._held is not None and self._held.is_within_epoch == within_epoch:
            self._held.is_restored_again = True
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
    given = {"scaler": scaler, "ema": ema, "generators": generators, "state": state}
    return _resumed(None, model, optimizer, scheduler, **given)


def _resumed(
    loop: Any, model: Any, optimizer: Any, scheduler: Any, state: Any = None, **given: Any
) -> "Run":
    """The run of a script, or of a framework's ``loop`` that has a state of its own."""
    if model is not None and _is_keras(model):
        loop = loop or _KerasState()
        if optimizer is None:
            optimizer = _optimizer_of(model)
    parts = {"optimizer": optimizer, "scheduler": scheduler}
    parts.update({kind: given.get(kind) for kind in ("scaler", "ema", "generators")})
    loops = {} if loop is None else {"loop": loop}
    accelerators = [] if loop is not None else _accelerators()
    if accelerators:
        loops["accelerate"] = _AcceleratesState(accelerators)
    return Run(_connected(), _current_job(), model, parts, state, loops)


def _optimizer_of(model: Any) -> Any:
    """The optimizer that a Keras model was compiled with, built for its variables."""
    if not getattr(model, "built", True) or not model.variables:
        remedy = "Build it before baton.resume: call it once on a batch."
        raise BatonError("The Keras model has no variables yet.", remedy)
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None and not optimizer.built:
        optimizer.build(model.trainable_variables)
    return optimizer


def position() -> Tuple[int, int]:
    """The epoch and batch where :func:`resume` goes on: whole epochs done, batches of the next one.

    For what is built before, such as a schedule that needs to know how far training has come.
    """
    start = _connected().start()
    return start.epoch, start.batch

# --- Loops that are not ours: Baton gives them their batches, and comes between two of them ------


class _Foreign:
    """A loop that is not ours, which trains the batches that it is given.

    1. Before each epoch it calls :meth:`begin_epoch`, after each :meth:`end_epoch`.
    2. The batches of an epoch it takes from :meth:`batches`. Asking for the next says that the one
       before is done with all that belongs to it: so it is told, and may be saved there.
    3. After each batch it calls :meth:`trained`, and says whether its optimizer has moved.
    4. When it ends, it calls :meth:`finish`.
    """

    def __init__(self, run: Run, seed: Callable[[int], None] = _seed_generators):
        self.run, self.seed = run, seed
        _EARLY.close()  # Their loaders may read before the first step is asked for.
        self._is_out = False
        """Whether a batch has been given out that is not told yet."""
        self._epoch_done = self._is_last = False

    @property
    def is_whole(self) -> bool:
        """Whether the batch that was given out last is its epoch's last."""
        return self._is_last

    def begin_epoch(self) -> None:
        """Before an epoch, or what is left of it, and before what the loop does ahead of its batches:
        tells of the last one, and undoes what was done before the first."""
        run = self.run
        run._data.look_around(run)
        if self._epoch_done:
            self._close_epoch()
        run._parts.training_begins()
        run._restore_again(within_epoch=False)
        self.seed(_derive(run.job.seed, run.epoch))
        run._data.open_epoch()
        run._parts.epoch_begins()

    def batches(self, loader: Any, count: int = 0) -> Iterator[Tuple[Any, bool]]:
        """What is left of the epoch's batches, each with whether it is the last.

        ``count`` is how many the loop will take of an epoch, if it knows; its loader may know less.
        """
        run = self.run
        items, count = self._enter(loader, count)
        pairs = run._pairs(items, run.batch, count)
        while not run._over:
            self._tell()
            pair = next(pairs, None)
            if pair is None or run._over:
                return
            run._stepped, run._trained = False, True
            run._gradients.begin_batch()
            if run._trace:
                run._trace.given(run, pair[0])
            self._is_out, self._is_last = True, pair[1]
            yield pair
            if pair[1]:
                return  # It is told when the epoch has ended.

    def _enter(self, loader: Any, count: int) -> Tuple[Iterator[Any], int]:
        run = self.run
        seed = _derive(run.job.seed, run.epoch)
        self.seed(seed)
        items, known = run._data.begin(loader, run.epoch, run.batch, seed)
        run._count, run._stepped_in_epoch = count or known, True
        run._parts.batches_begin()
        run._restore_again(within_epoch=True)
        run._begin(run._count)
        return items, run._count

    def trained(self, loss: Any = None, has_stepped: bool = True) -> None:
        """After a batch; a loss that is not finite is the loop's affair, and told to nobody."""
        value = None if loss is None else float(loss.detach() if _is_torch(loss) else loss)
        if value is not None and not math.isfinite(value):
            value = None
        if has_stepped:
            self.run.step(loss=value)
        elif value is not None:
            self.run._sums.add("loss", value)

    def end_epoch(self, metrics: Dict[str, Any]) -> None:
        """After all batches of an epoch, and the evaluation that belongs to it."""
        if metrics:
            self.run.evaluated(**_numbers(metrics))
        self._epoch_done = True

    def finish(self, reason: str) -> None:
        """The loop has ended: with the job's last epoch, or before it for a ``reason``."""
        run = self.run
        if run._over:
            return
        if self._epoch_done:
            if run.epoch + 1 < run.job.epochs:
                run.finish(reason)
            self._close_epoch()
        elif self._is_out:
            run.finish(reason)
            self._tell()
        else:
            message = "The training loop ended at %s and trained nothing: %s." % (
                run._where(),
                reason,
            )
            raise BatonError(message, "Let it train all of the job's %d epochs." % run.job.epochs)

    def _tell(self) -> None:
        """Reports the batch that was given out, and takes orders."""
        if self._is_out:
            self._is_out = False
            if self.run._trace:
                self.run._trace.done(self.run._loss)
            self.run._go_on()

    def _close_epoch(self) -> None:
        run = self.run
        if self._is_out and run._trace:
            run._trace.done(run._loss)
        self._is_out = self._epoch_done = False
        run._inner_done = run._stepped_in_epoch = True
        run._close_epoch()
        run._inner_done = False


def _from_callers(look: Callable[[Dict[str, Any]], Any]) -> Any:
    """What ``look`` finds in the names of a function that waits for this one, the innermost first."""
    frame: Any = sys._getframe(1)
    while frame is not None:
        found = look(frame.f_locals)
        if found is not None:
            return found
        frame = frame.f_back
    return None


def _numbers(metrics: Dict[str, Any]) -> Dict[str, float]:
    """Those that are one number each; a framework's dict may hold others."""
    found: Dict[str, float] = {}
    for name, value in metrics.items():
        number = _as_number(value)
        if number is not None:
            found[str(name)] = number
    return found


def _as_number(value: Any) -> Optional[float]:
    try:
        return float(value)
    except (TypeError, ValueError, RuntimeError):
        return None

# --- What an object keeps in its plain attributes: a callback's counters, lists, best values so far ---


_LEFT: Any = {"left": True}
"""Stands for a member that is no state of a training: the script's own stays in its place."""

_LARGE = 1 << 16
"""An array of so many bytes is saved only if it has changed since the training began."""

_DEEP = 12
_SINGLE = (bytes, complex, decimal.Decimal, enum.Enum, fractions.Fraction)

_CLOCK_NAMES = re.compile(
    r"(^|_)(t|t\d|tic|toc|time|times|timer|timestamp|start|started|began|end|ended|elapsed|duration"
    r"|durations|seconds|secs|clock|speed|throughput|eta)(_|$)"
)
"""Names of what holds readings of a clock, if it holds fractions: nothing goes on from these."""

_PLACES_OF_NO_STATE = frozenset(
    """_io _thread accelerate aim argparse asyncio clearml comet_ml concurrent contextlib csv
    datasets datetime enum fsspec inspect io keras lightning lightning_fabric logging matplotlib
    mlflow multiprocessing neptune os pathlib PIL pytorch_lightning queue re requests rich socket
    subprocess tempfile tensorboard tensorboardX threading tokenizers torch tqdm transformers types
    typing urllib3 wandb weakref""".split()
)
"""Packages whose objects show, write, connect or describe; what of theirs has a state tells it."""


class _CallbackAttributes:
    """The plain attributes of one object, by the name that it has in messages.

    Those in ``without`` are others' affair, and all but those in ``only``, and the things in ``known``
    wherever they are. Where it is not ``strict``, what cannot be saved is left, but for iterators.
    """

    def __init__(
        self,
        thing: Any,
        what: str,
        known: Set[int],
        without: Iterable[str] = (),
        only: Optional[Set[str]] = None,
        strict: bool = True,
    ):
        self.thing, self.what = thing, what
        self._known, self._without, self._only = known, set(without), only
        self._strict = strict
        self._at_first: Dict[str, str] = {}
        self._begun = False

    def begin(self) -> None:
        """Before anything is restored: refuses what cannot be saved, and notes large arrays."""
        self.state_dict()
        self._begun = True

    def state_dict(self) -> Dict[str, Any]:
        saved = {k: self._saved(v, k, k, {id(self.thing)}) for k, v in self._own().items()}
        return {k: saved[k] for k in sorted(saved) if saved[k] != _LEFT}

    def load_state_dict(self, state: Dict[str, Any]) -> None:
        own = self._own()
        for name, saved in state.items():
            _set_attribute(self.thing, name, _put_in_place(own.get(name), saved))

    def _own(self) -> Dict[str, Any]:
        held = _attributes(self.thing)
        names = set(held) - self._without
        names &= names if self._only is None else self._only
        return {k: held[k] for k in names if id(held[k]) not in self._known}

    def _saved(self, value: Any, path: str, name: str, inside: Set[int]) -> Any:
        if value is None or type(value) in (bool, int, str):
            return value
        if type(value) is float:
            return _LEFT if _is_reading(name, value) else value
        if id(value) in self._known or id(value) in inside:
            return _LEFT
        if isinstance(value, _SINGLE):
            return {"atom": value}
        if _is_array(value):
            return self._saved_array(value, path)
        if len(inside) > _DEEP:
            return self._refused(value, path)
        inside = inside | {id(value)}
        if isinstance(value, dict):
            return self._saved_dict(value, path, inside)
        if isinstance(value, (list, tuple, set, frozenset, collections.deque)):
            members = [
                self._saved(v, "%s[%d]" % (path, i), name, inside) for i, v in enumerate(value)
            ]
            return self._saved_members(value, members, path)
        return self._saved_object(value, path, inside)

    def _saved_array(self, value: Any, path: str) -> Any:
        size = value.numel() * value.element_size() if _is_torch(value) else value.nbytes
        if size >= _LARGE:
            now = _of_bytes(value)
            if not self._begun:
                self._at_first[path] = now
            if self._at_first.get(path) == now:
                return _LEFT
        return {"array": value}

    def _saved_members(self, value: Any, members: List[Any], path: str) -> Any:
        if members and all(member == _LEFT for member in members):
            return _LEFT
        if not isinstance(value, (set, frozenset)):
            return {"list": members}
        if not all(member is None or type(member) in (bool, int, float, str) for member in members):
            return self._refused(value, path)
        return {"set": sorted(members, key=lambda m: (type(m).__name__, m))}

    def _saved_dict(self, value: Any, path: str, inside: Set[int]) -> Any:
        if not all(_is_plain(k) or (type(k) is tuple and all(map(_is_plain, k))) for k in value):
            return self._refused(value, path)
        pairs = [
            [k, self._saved(v, "%s[%r]" % (path, k), str(k), inside)] for k, v in value.items()
        ]
        return _LEFT if pairs and all(v == _LEFT for _, v in pairs) else {"pairs": pairs}

    def _saved_object(self, value: Any, path: str, inside: Set[int]) -> Any:
        kind = type(value)
        if kind.__module__.startswith("jax") and hasattr(value, "__array__"):
            return {"jax": sys.modules["numpy"].asarray(value)}
        if _is_metric(kind):
            return {"metric": _metric_state(value)}
        if _is_keras(value):
            return {"keras": _keras_state(value)}
        tells = hasattr(kind, "state_dict") and hasattr(kind, "load_state_dict")
        if tells or (_is_known_generator(value) and not _is_global_generator(value)):
            return {"state": _state_of(value)}
        if _is_nothing_to_save(value):
            return _LEFT
        if hasattr(kind, "__next__") or _is_of_package(kind):
            return self._refused(value, path)
        held = _attributes(value)
        members = {k: self._saved(v, "%s.%s" % (path, k), k, inside) for k, v in held.items()}
        kept = {k: members[k] for k in sorted(members) if members[k] != _LEFT}
        return {"object": kept} if kept else _LEFT

    def _refused(self, value: Any, path: str) -> Any:
        if not self._strict and not hasattr(type(value), "__next__"):
            return _LEFT
        message = "%s keeps a %s in its attribute %s, which cannot be saved."
        remedy = (
            "Give %s the methods state_dict() and load_state_dict(state), or keep only numbers, "
            "texts, tensors, and lists or dicts of them in it." % type(self.thing).__name__
        )
        raise BatonError(message % (self.what, type(value).__name__, path), remedy)


def _put_in_place(value: Any, saved: Any) -> Any:
    """What was saved: in ``value`` itself where that can change, else a new one of its type."""
    if not isinstance(saved, dict):
        return saved
    ((kind, held),) = saved.items()
    if kind == "array":
        return _put_array(value, held)
    if kind == "atom":
        return held
    if kind == "jax":
        return sys.modules["jax"].numpy.asarray(held)
    if kind == "list":
        return _put_members(value, held)
    if kind == "pairs":
        return _put_pairs(value, held)
    if kind == "set":
        if not isinstance(value, set):
            return frozenset(held) if isinstance(value, frozenset) else set(held)
        value.clear()
        value.update(held)
    elif kind == "metric":
        _load_metric_state(value, held)
    elif kind == "keras":
        _load_keras_state(value, held)
    elif kind == "state":
        _load_state("state of a %s" % type(value).__name__, value, held)
    elif kind == "object":
        of = _attributes(value)
        for name, member in held.items():
            _set_attribute(value, name, _put_in_place(of.get(name), member))
    return value


def _put_members(value: Any, held: List[Any]) -> Any:
    old = list(value) if isinstance(value, (list, tuple, collections.deque)) else []
    members = [_put_in_place(old[i] if i < len(old) else None, m) for i, m in enumerate(held)]
    if isinstance(value, list):
        value[:] = members
        return value
    if isinstance(value, collections.deque):
        value.clear()
        value.extend(members)
        return value
    if hasattr(value, "_fields"):
        return type(value)(*members)
    return tuple(members) if isinstance(value, tuple) else members


def _put_pairs(value: Any, held: List[Any]) -> Any:
    old = value if isinstance(value, dict) else {}
    members = [(key, _put_in_place(old.get(key), member)) for key, member in held]
    if not isinstance(value, dict):
        return dict(members)
    value.clear()
    for key, member in members:
        value[key] = member
    return value


def _put_array(value: Any, held: Any) -> Any:
    """In place where it fits, since the script may hold the same array elsewhere."""
    if _is_torch(value) and _is_torch(held):
        if value.shape != held.shape or value.dtype != held.dtype or not value.is_leaf:
            return held.to(value.device)
        with sys.modules["torch"].no_grad():
            return value.copy_(held)
    if not hasattr(value, "flags") or not hasattr(held, "flags"):
        return held
    if isinstance(value, sys.modules["numpy"].generic):
        return value.dtype.type(held)
    if value.flags.writeable and value.shape == held.shape and value.dtype == held.dtype:
        value[...] = held
        return value
    return held


def _set_attribute(thing: Any, name: str, value: Any) -> None:
    if _attributes(thing).get(name, _LEFT) is value:
        return
    try:
        setattr(thing, name, value)
    except AttributeError:  # a frozen data class, or a property that can only be read
        object.__setattr__(thing, name, value)


def _is_reading(name: str, value: float) -> bool:
    """Whether a number is a clock's: by its name, or because it is about now."""
    return bool(_CLOCK_NAMES.search(name.lower())) or abs(value - time.time()) < 1e7


def _of_bytes(value: Any) -> str:
    array = value.detach().cpu() if _is_torch(value) else value
    if _is_torch(array):
        torch = sys.modules["torch"]
        array = array.contiguous().reshape(-1).view(torch.uint8).numpy()
    digest = hashlib.blake2b(digest_size=8)
    digest.update(sys.modules["numpy"].ascontiguousarray(array).data)
    return digest.hexdigest()


def _is_nothing_to_save(value: Any) -> bool:
    """A function, a class, a module; a writer, a connection, a description of another package."""
    if isinstance(value, (type, types.ModuleType, functools.partial)) or inspect.isroutine(value):
        return True
    kind = type(value)
    if not _is_of_package(kind):
        return False
    return callable(value) or kind.__module__.split(".")[0] in _PLACES_OF_NO_STATE


def _is_of_package(kind: Any) -> bool:
    """Whether a class is Python's or an installed package's, and not the script's own."""
    if kind.__module__ == "__main__":
        return False
    file = getattr(sys.modules.get(kind.__module__), "__file__", None)
    home = inspect.__file__.rpartition("inspect")[0]
    return file is None or _is_installed(file) or file.startswith(home)


def _names_of_packages(kind: Any) -> Set[str]:
    """The attributes that the installed classes among the bases of a class set themselves."""
    names: Set[str] = set()
    for base in kind.__mro__:
        for member in vars(base).values() if _is_of_package(base) else ():
            for one in (member, getattr(member, "fget", None), getattr(member, "fset", None)):
                code = getattr(one, "__code__", None)
                steps = dis.get_instructions(code) if code else ()
                names.update(str(s.argval) for s in steps if s.opname == "STORE_ATTR")
    return names


def _is_metric(kind: Any) -> bool:
    """Of torchmetrics, whose ``state_dict`` leaves out what has been gathered so far."""
    return any(c.__module__ == "torchmetrics.metric" for c in kind.__mro__)


def _metric_state(metric: Any) -> Dict[str, Any]:
    held = {name: getattr(metric, name) for name in metric._defaults}
    inner = {k: m for k, m in metric.named_children() if _is_metric(type(m))}
    return {
        "of": {k: list(v) if isinstance(v, list) else v for k, v in held.items()},
        "count": metric._update_count,
        "computed": metric._computed,
        "inner": {k: _metric_state(m) for k, m in inner.items()},
    }


def _load_metric_state(metric: Any, state: Dict[str, Any]) -> None:
    for name, held in state["of"].items():
        setattr(metric, name, _to_device_of(metric, held))
    metric._update_count = state["count"]
    metric._computed = _to_device_of(metric, state["computed"])
    inner = dict(metric.named_children())
    for name, held in state["inner"].items():
        _load_metric_state(inner[name], held)


def _to_device_of(metric: Any, held: Any) -> Any:
    if isinstance(held, list):
        return [_to_device_of(metric, member) for member in held]
    return held.to(metric.device) if _is_torch(held) else held


def _keras_state(thing: Any) -> List[Any]:
    return [sys.modules["keras"].ops.convert_to_numpy(v) for v in thing.variables]


def _load_keras_state(thing: Any, state: List[Any]) -> None:
    for variable, held in zip(thing.variables, state):
        variable.assign(held)

# --- Keras' fit: saved between any two batches ---------------------------------------------------


_KEPT = {
    "EarlyStopping": {"wait", "stopped_epoch", "best", "best_weights", "best_epoch"},
    "ReduceLROnPlateau": {"wait", "best", "cooldown_counter"},
    "ModelCheckpoint": {
        "best", "_batches_seen_since_last_saving", "_last_batch_seen", "_current_epoch",
    },
    "SwapEMAWeights": {"_ema_weights_in_model"},
    "TensorBoard": {"_global_train_batch", "_previous_epoch_iterations"},
    "History": {"history", "epoch"},
}  # fmt: skip
"""What Keras' own callbacks go on with. Keras asks none of them for a state."""


def keras_callback(run: Run) -> Any:
    """A callback for Keras' ``fit``, which is saved after any batch.

    ``model.fit(..., initial_epoch=run.epoch, epochs=run.job.epochs, callbacks=[...])``. It keeps what
    other callbacks hold, the metrics of the running epoch, and the order of the data.
    """
    import keras

    relay = _FitRelay(run)

    class Callback(keras.callbacks.Callback):  # type: ignore[misc]
        def on_train_begin(self, logs: Any = None) -> None:
            relay.begin(self, last)

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            relay.before_epoch(epoch)

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            relay.batch_done(logs or {})

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            relay.epoch_done(dict(logs or {}))

    class Last(keras.callbacks.Callback):  # type: ignore[misc]
        def on_train_end(self, logs: Any = None) -> None:
            relay.end()

    last = Last()
    return Callback()


class _FitRelay:
    """Comes between the batches of a ``fit``.

    1. When it begins, Baton puts itself first among the callbacks, and last for the end.
    2. It gives ``fit`` its batches in the place of its own iterator, which it finds among the names of
       the function that has called it. Where there is none such, epochs count as one batch.
    """

    def __init__(self, run: Run):
        self.run = run
        self.foreign = _Foreign(run, sys.modules["keras"].utils.set_random_seed)
        self.iterator: Any = None
        self._past = 0

    def begin(self, callback: Any, last: Any) -> None:
        callbacks = _from_callers(lambda names: _list_with(names.get("self"), callback))
        model = self.model = callback._model
        callbacks[:] = [callback, *(c for c in callbacks if c not in (callback, last)), last]
        self.iterator = _from_callers(lambda names: _iterator_of(names, model))
        data = getattr(getattr(self.iterator, "data_adapter", None), "py_dataset", None)
        state = _FitState(model, [c for c in callbacks if c not in (callback, last)], data)
        state.begin()
        self.run._loops.of["loop"].begin(state)
        if hasattr(model, "jax_state_sync"):
            self.run._before_read = model.jax_state_sync
        if self.iterator is not None:
            self.iterator._enumerate_iterator = self.steps

    def before_epoch(self, epoch: int) -> None:
        run = self.run
        self.foreign.begin_epoch()
        if run._over:
            self.model.stop_training = True
        elif epoch != run.epoch:
            message = "Keras' fit begins epoch %d, and training stopped at %s."
            remedy = "Write: model.fit(..., initial_epoch=run.epoch, epochs=run.job.epochs, ...)."
            raise BatonError(message % (epoch, run._where()), remedy)
        if self.iterator is None and not run._over:
            next(self.foreign.batches([None], 1))

    def steps(self) -> Iterator[Tuple[int, int, Iterator[Any]]]:
        """In the place of the iterator's own: the numbers of a step's batches, and the batches.

        They are fetched before the callbacks hear of the step, for a save comes before that.
        """
        iterator, run = self.iterator, self.run
        iterator.data_adapter.on_epoch_begin()
        size, done = iterator.steps_per_execution, run.batch
        pairs = self.foreign.batches(*self._source())
        while True:
            if run._trace and hasattr(self.model, "jax_state_sync"):
                self.model.jax_state_sync()
            group = [item for item, _ in itertools.islice(pairs, size)]
            if not group:
                break
            yield done, done + size - 1, iter(group)
            done += size
        if not iterator.num_batches and not run._over:
            iterator._num_batches = done
        iterator.data_adapter.on_epoch_end()

    def _source(self) -> Tuple[Any, int]:
        """What to take an epoch's batches from, and how many there will be; 0: not known.

        With ``steps_per_epoch`` Keras goes through the data once in several epochs.
        """
        iterator: Any = self.iterator
        adapter, steps, whole = (
            iterator.data_adapter,
            iterator.steps_per_epoch,
            iterator._num_batches,
        )
        kind = type(adapter).__name__
        if kind == "GeneratorDataAdapter":
            return self._generated(adapter, steps), steps or 0
        epoch = self.run.epoch
        begun, done = _place_in_data(epoch, steps, whole, iterator.steps_per_execution)
        count = min(steps, whole - done) if steps and whole else steps or whole or 0
        seed = _derive(self.run.job.seed, begun)
        if kind == "PyDatasetAdapter":
            if whole is None:
                done = epoch * (steps or 0)
            return (lambda _: _PyBatches(adapter, seed, done, count)), count
        loader = _batches_of(adapter)
        if (done, count) != (0, whole) and count:
            return (lambda _: _part_of_pass(loader, seed, done, count)), count
        return loader, count

    def _generated(self, adapter: Any, steps: Optional[int]) -> Iterator[Any]:
        """A generator goes on from epoch to epoch: resumed, what was trained is drawn again."""
        if not hasattr(self, "_generator"):
            self._generator = iter(adapter.generator())
            for epoch in range(self.run.epoch):
                self.foreign.seed(_derive(self.run.job.seed, epoch))
                for _ in range(steps or 0):
                    next(self._generator, None)
        return _Each(self._generator, _converter(adapter))

    def batch_done(self, logs: Dict[str, Any]) -> None:
        if self.iterator is not None:
            self.foreign.trained()
            loss = logs.get("loss")
            self.run._loss = self.run._loss if loss is None else float(loss)

    def epoch_done(self, metrics: Dict[str, Any]) -> None:
        if self.iterator is None:
            self.foreign.trained()
        is_whole = self.foreign.is_whole or not self.model.stop_training
        if self.run._over:
            return
        if is_whole:
            self.foreign.end_epoch(metrics)
        else:
            self.run.evaluated(**metrics)

    def end(self) -> None:
        if self.model.stop_training:
            if not self.run._over:
                self.foreign.finish("a Keras callback stopped the training")
        else:
            self.foreign.begin_epoch()


def _list_with(thing: Any, callback: Any) -> Optional[List[Any]]:
    """A callback list's callbacks, if this is the one that has ours."""
    held = getattr(thing, "callbacks", None)
    return held if isinstance(held, list) and any(c is callback for c in held) else None


def _iterator_of(names: Dict[str, Any], model: Any) -> Any:
    """The iterator of a ``fit``, if it can be given batches: not that of TensorFlow's data, nor one
    whose loader runs in threads of Keras'."""
    found: Any = names.get("epoch_iterator")
    if names.get("self") is not model or not hasattr(found, "_enumerate_iterator"):
        return None
    adapter = found.data_adapter
    own = ("ArrayDataAdapter", "PyDatasetAdapter", "TorchDataLoaderAdapter", "GeneratorDataAdapter")
    backend = sys.modules["keras"].backend.backend()
    is_plain = type(adapter).__name__ in own and getattr(adapter, "enqueuer", None) is None
    return found if is_plain and backend in ("torch", "jax", "numpy") else None


def _place_in_data(
    epoch: int, steps: Optional[int], whole: Optional[int], size: int
) -> Tuple[int, int]:
    """The epoch in which the running pass over the data has begun, and its batches up to this one."""
    if not steps or not whole:
        return epoch, 0
    since, seen = 0, 0
    for past in range(epoch):
        for _ in range(0, steps, size):
            if seen >= whole:
                break
            seen += size
        if seen >= whole:
            since, seen = past + 1, 0
    return since, seen


def _batches_of(adapter: Any) -> Any:
    """What Keras takes its batches from, made anew for each epoch, when it is begun."""
    if sys.modules["keras"].backend.backend() == "torch":
        return adapter.get_torch_dataloader()
    return _Anew(adapter.get_jax_iterator)


class _Anew:
    """An iterable that begins anew each time."""

    def __init__(self, make: Callable[[], Iterator[Any]]):
        self._make = make

    def __iter__(self) -> Iterator[Any]:
        return iter(self._make())


def _converter(adapter: Any) -> Callable[[Any], Any]:
    """Makes of a batch what Keras trains on."""
    utils = sys.modules[type(adapter).__module__].data_adapter_utils  # type: ignore[attr-defined]
    if sys.modules["keras"].backend.backend() == "torch":
        return lambda batch: next(iter(utils.get_torch_dataloader([batch]).dataset))
    return lambda batch: next(utils.get_jax_iterator([batch]))


class _Each:
    """An iterator of batches, each made into what Keras trains on."""

    def __init__(self, items: Iterator[Any], convert: Callable[[Any], Any]):
        self._items, self._convert = items, convert

    def __iter__(self) -> "_Each":
        return self

    def __next__(self) -> Any:
        return self._convert(next(self._items))


class _PyBatches:
    """So many batches of a ``PyDataset``, in an order that is drawn of a seed if it is shuffled."""

    def __init__(self, adapter: Any, seed: int, first: int, count: int):
        self._adapter, self._convert = adapter, _converter(adapter)
        whole = adapter.py_dataset.num_batches
        order = list(range(first + count if whole is None else whole))
        if whole is not None and adapter.shuffle:
            random.Random(seed).shuffle(order)
        self._order = order[first : first + count]

    def __len__(self) -> int:
        return len(self._order)

    def __getitem__(self, index: int) -> Any:
        adapter = self._adapter
        batch = adapter.py_dataset[self._order[index]]
        return self._convert(adapter._standardize_batch(batch))


def _part_of_pass(loader: Any, seed: int, first: int, count: int) -> Any:
    """So many batches of a pass over the data that began with this seed."""
    if not hasattr(loader, "batch_sampler"):
        return _PartOfPass(loader, seed, first, count)
    now = _capture_generators()
    _seed_generators(seed)
    order = list(loader.batch_sampler)[first : first + count]
    _restore_generators(now)
    part = copy.copy(loader)
    vars(part)["batch_sampler"] = order
    return part


class _PartOfPass:
    """So many batches of what can only be gone through from its beginning."""

    def __init__(self, loader: Any, seed: int, first: int, count: int):
        self._loader, self._seed, self._first, self._end = loader, seed, first, first + count

    def __iter__(self) -> Iterator[Any]:
        _seed_generators(self._seed)
        return itertools.islice(iter(self._loader), self._first, self._end)


class _FitState:
    """What a ``fit`` goes on with: its callbacks, its metrics, Keras' own generator, its data set."""

    def __init__(self, model: Any, callbacks: List[Any], data: Any):
        self._model, self._callbacks, self._data = model, callbacks, data
        self._attributes: Dict[str, _CallbackAttributes] = {}
        self._told: Dict[str, Any] = {}

    def begin(self) -> None:
        """Refuses a callback whose state cannot be kept, before anything is trained."""
        model = self._model
        known: Set[int] = {id(model), id(getattr(model, "optimizer", None))}
        known |= {id(v) for v in model.variables} | {id(c) for c in self._callbacks}
        known |= {id(layer) for layer in model._flatten_layers()}
        for place, callback in enumerate(self._callbacks):
            kind = type(callback)
            name, what = "%d.%s" % (place, kind.__name__), "The callback %s" % kind.__name__
            kept = set().union(*(_KEPT.get(base.__name__, set()) for base in kind.__mro__))
            if kind.__name__ == "BackupAndRestore":
                message = "Keras' BackupAndRestore resumes the training, and so does Baton."
                raise BatonError(message, "Leave it out of the callbacks.")
            if hasattr(kind, "state_dict") and hasattr(kind, "load_state_dict"):
                self._told[name] = callback
            elif not _is_of_package(kind):
                without = _names_of_packages(kind) - kept
                self._attributes[name] = _CallbackAttributes(callback, what, known, without)
            elif kept:
                self._attributes[name] = _CallbackAttributes(callback, what, known, (), kept, False)
        for name, thing in (("model", model), ("data", self._data)):
            if thing is not None and not _is_of_package(type(thing)):
                without = _names_of_packages(type(thing)) | _of_torch()
                what = "The %s" % name
                self._attributes[name] = _CallbackAttributes(
                    thing, what, known, without, None, False
                )
        for one in self._attributes.values():
            one.begin()

    def _variables(self) -> List[Any]:
        return [variable for metric in self._model.metrics for variable in metric.variables]

    def state_dict(self) -> Dict[str, Any]:
        to_numpy = sys.modules["keras"].ops.convert_to_numpy
        generator = _keras_generator()
        return {
            "callbacks": {k: one.state_dict() for k, one in self._attributes.items()},
            "told": {k: c.state_dict() for k, c in self._told.items()},
            "metrics": [to_numpy(v) for v in self._variables()],
            "generator": None if generator is None else to_numpy(generator.state),
        }

    def load_state_dict(self, state: Dict[str, Any]) -> None:
        for name, one in self._attributes.items():
            one.load_state_dict(state["callbacks"].get(name, {}))
        for name, callback in self._told.items():
            callback.load_state_dict(state["told"][name])
        for variable, held in zip(self._variables(), state["metrics"]):
            variable.assign(held)
        if state["generator"] is not None:
            made = sys.modules["keras.src.random.seed_generator"].global_seed_generator()  # type: ignore[attr-defined]
            made.state.assign(state["generator"])


def _keras_generator() -> Any:
    """The generator of all of Keras' random numbers that are given none, if there is one yet."""
    seeds = sys.modules.get("keras.src.random.seed_generator")
    held = sys.modules.get("keras.src.backend.common.global_state")
    if seeds is None or held is None:
        return None
    return held.get_global_attribute(seeds.GLOBAL_SEED_GENERATOR)


def _of_torch() -> Set[str]:
    """What a model of the torch back-end holds as torch's module."""
    torch = sys.modules.get("torch")
    return set() if torch is None else set(vars(torch.nn.Module()))

# --- Lightning's Trainer: saved between any two optimizer steps by its own checkpoint hooks ------


_REFUSED = {
    "Timer": "it ends the training by the clock, which is never the same twice. Give the Trainer "
    "max_epochs or max_steps instead of max_time.",
    "LearningRateFinder": "it trains before the training. Run it once, and give its result to the "
    "job as a parameter.",
    "BatchSizeFinder": "it trains before the training. Run it once, and give its result to the job "
    "as a parameter.",
}
"""Lightning's own callbacks that cannot be resumed exactly, and why."""

_METRICS = ("callback", "logged", "progress_bar")
_OURS_TO_KEEP = ("state_dict", "optimizer_states", "lr_schedulers", "loops", "callbacks")
_DESCRIPTIONS = ("epoch", "global_step", "pytorch-lightning_version")


def lightning_callback(**given: Any) -> Any:
    """A callback for Lightning's ``Trainer``: resumes, and saves after any optimizer step.

    It keeps what Lightning's own checkpoints keep, the callbacks and the data module among it, the
    order of the data, and the metrics of the running epoch. ``given`` is for :func:`resume`: ``ema``,
    ``generators``, ``state``. The job's number of epochs holds where the Trainer's is another.
    """
    names = ("lightning.pytorch", "pytorch_lightning")
    found = [sys.modules[name] for name in names if name in sys.modules]
    found = found or [__import__("lightning.pytorch").pytorch]
    relay = _LightningRelay(given)

    class Callback(*[module.Callback for module in found]):  # type: ignore[misc]
        def setup(self, trainer: Any, pl_module: Any, stage: str) -> None:
            if stage == "fit":
                relay.set_up(trainer, pl_module, self)

        def on_train_batch_end(
            self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int, *of: Any
        ) -> None:
            relay.batch_done(trainer, outputs)

    return Callback()


class _LightningRelay:
    """Comes between the steps of a Trainer's loops.

    1. ``set_up``, before Lightning restores: gives it its part of a checkpoint as if it were a file.
    2. ``_resume``, after it has restored: Baton restores the rest.
    3. The fit loop asks for its loader: it gets a fetcher that gives Baton's batches.
    4. Before each epoch and each batch: what came before is told, and may be saved.
    """

    def __init__(self, given: Dict[str, Any]):
        self._given = given
        self.run: Optional[Run] = None
        self.steps = 0
        self._fresh: Optional[_Attributes] = None

    def set_up(self, trainer: Any, module: Any, callback: Any) -> None:
        if self.run is not None:
            remedy = "A job is one training: make each stage a script of its own."
            raise BatonError("The Trainer's fit was called a second time.", remedy)
        _require_supported(trainer)
        self.trainer, self.module = trainer, module
        _limit_epochs(trainer, _current_job().epochs)
        self.state = _LightningState(trainer, module, callback)
        connector = trainer._checkpoint_connector
        start = _connected().start()
        if start.files is not None:
            held = _Held(start.files, start.epoch, start.batch)
        if start.files is not None and "loop" in held.loops:
            saved = _unpack(held.loops["loop"], held.files[EXTRA])
            connector._loaded_checkpoint = self.state.as_theirs(saved, held)
            self._fresh = _fresh_attributes(module)
        self._wrap(connector, "restore_training_state", self._resume)
        self._wrap(trainer.fit_loop, "setup_data", self._set_up_data)

    @staticmethod
    def _wrap(thing: Any, name: str, around: Callable[..., Any]) -> None:
        """Puts a method of one object's in the place of its class's, which it is given first."""
        theirs = getattr(thing, name)
        setattr(thing, name, lambda *of, **named: around(theirs, *of, **named))

    def _resume(self, theirs: Callable[[], None]) -> None:
        trainer, connector = self.trainer, self.trainer._checkpoint_connector
        if connector._ckpt_path:
            message = "trainer.fit was given the checkpoint %s, and Baton resumes by itself."
            remedy = "Leave ckpt_path out; to begin with other weights, load them into the model."
            raise BatonError(message % connector._ckpt_path, remedy)
        theirs()
        if self._fresh is not None:
            self._fresh.restore({}, {})  # what hooks have set comes from the checkpoint again
        self.state.begin()
        schedulers = _Schedulers(trainer)
        given = {"scaler": getattr(trainer.precision_plugin, "scaler", None), **self._given}
        optimizers = list(trainer.optimizers)
        self.run = _resumed(self.state, self.module, optimizers, schedulers, **given)
        self.foreign = _Foreign(self.run)
        self.steps = trainer.global_step
        loop = trainer.fit_loop
        self._is_within = self.run.batch > 0
        if not self._is_within:
            _say_not_restarting(loop)
        if self.run._over:
            trainer.limit_train_batches = 0
        self._wrap(loop, "on_advance_start", self._before_epoch)
        self._wrap(loop, "on_advance_end", self._after_epoch)
        self._wrap(loop, "on_run_end", self._after_all)
        self._wrap(loop.epoch_loop, "on_run_start", self._before_batches)

    # The fit loop

    def _set_up_data(self, theirs: Callable[[], None]) -> None:
        """Lightning makes an iterator of each loader while it sets them up, and none is begun."""
        loop = self.trainer.fit_loop
        if loop._combined_loader is not None and not loop._should_reload_train_dl:
            return theirs()
        strategy = self.trainer.strategy
        process = strategy.process_dataloader
        strategy.process_dataloader = lambda loader: _NotBegun(process(loader))
        try:
            theirs()
        finally:
            del strategy.process_dataloader
        combined = loop._combined_loader
        if combined is not None:
            combined.flattened = [getattr(one, "loader", one) for one in combined.flattened]
            if type(loop._data_fetcher).__name__ == "_DataLoaderIterDataFetcher":
                message = "The training_step takes the iterator of the loader."
                raise BatonError(
                    message, "Let it take a batch: training_step(self, batch, batch_idx)."
                )
            loop._data_fetcher = _fetcher(loop._data_fetcher, self)

    def _before_epoch(self, theirs: Callable[[], None]) -> None:
        if not self._is_beyond():
            self.foreign.begin_epoch()
        theirs()
        for callback in self.trainer.callbacks if self._is_within else ():
            # What it does at an epoch's start it has lost with the process.
            if type(callback).__name__ == "StochasticWeightAveraging":
                callback.on_train_epoch_start(self.trainer, self.module)

    def _is_beyond(self) -> bool:
        """Whether an epoch more than the job's begins, as batch norms need after averaging: it is
        a part of the last."""
        assert self.run is not None
        return self.foreign._epoch_done and self.run.epoch + 1 >= self.run.job.epochs

    def _before_batches(self, theirs: Callable[[Any], None], fetcher: Any) -> None:
        loop = self.trainer.fit_loop
        theirs(fetcher)
        if self._is_within:
            # It would step a plateau's schedule twice after a validation, and not at this epoch's end.
            _say_not_restarting(loop)
        self._is_within = False

    def pairs(self, count: Optional[int]) -> Iterator[Tuple[Any, Optional[bool]]]:
        """The running epoch's batches, each with whether it is the last, if that is known."""
        combined = self.trainer.fit_loop._combined_loader
        alone = len(combined.flattened) == 1 and combined.iterables is combined.flattened[0]
        loader = combined.flattened[0] if alone else combined
        pairs: Iterator[Tuple[Any, Optional[bool]]]
        if self._is_beyond():
            pairs = ((item, None) for item in loader)
        else:
            pairs = iter(self.foreign.batches(loader, count or 0))
        for item, is_last in pairs:
            yield (item if alone or not _gives_triples(self.trainer) else item[0]), is_last

    def batch_done(self, trainer: Any, outputs: Any) -> None:
        if self.run is None:
            return
        loss = outputs.get("loss") if isinstance(outputs, dict) else outputs
        has_stepped, self.steps = trainer.global_step != self.steps, trainer.global_step
        wanted = self._is_wanted(loss)
        # Lightning has divided it where gradients accumulate.
        self.foreign.trained(
            loss * trainer.accumulate_grad_batches if wanted else None, has_stepped
        )

    def _is_wanted(self, loss: Any) -> bool:
        """On a GPU, where to ask is to wait, only some are asked for."""
        if not _is_torch(loss) or loss.numel() != 1:
            return False
        assert self.run is not None
        return loss.device.type == "cpu" or bool(self.run._trace) or self.run.batch % 50 == 0

    def _after_epoch(self, theirs: Callable[[], None]) -> None:
        loop = self.trainer.fit_loop.epoch_loop
        was_beyond, is_whole = self._is_beyond(), loop._num_ready_batches_reached()
        theirs()
        if is_whole and not was_beyond:
            self.foreign.end_epoch(dict(self.trainer.callback_metrics))

    def _after_all(self, theirs: Callable[[], None]) -> None:
        theirs()
        trainer = self.trainer
        if _reaches(trainer.global_step, trainer.max_steps):
            why = "the Trainer's max_steps are done"
        elif trainer.should_stop:
            why = "a Lightning callback stopped the training"
        else:
            why = "the Trainer's max_epochs are done"
        self.foreign.finish(why)


def _fresh_attributes(module: Any) -> _Attributes:
    """Those of the module and its parts as the script has made them, before Lightning restores."""
    parts = dict(module.named_modules())
    now = module.named_modules
    return _Attributes(
        "model",
        lambda: {name: part for name, part in now() if parts.get(name) is part},
        tuple(vars(sys.modules["torch"].nn.Module())),
        _layout(_given(module)),
    )


def _reaches(value: int, limit: Optional[int]) -> bool:
    return limit is not None and limit != -1 and value >= limit


def _require_supported(trainer: Any) -> None:
    for callback in trainer.callbacks:
        for kind in type(callback).__mro__:
            if kind.__name__ in _REFUSED and _is_of_package(kind):
                message = "Lightning's %s cannot be resumed exactly: " % kind.__name__
                reason, _, remedy = _REFUSED[kind.__name__].partition(". ")
                raise BatonError(message + reason + ".", remedy)
    if getattr(trainer, "_val_check_time_interval", None) is not None:
        message = "The Trainer validates by the clock (val_check_interval), never the same twice."
        raise BatonError(message, "Give val_check_interval a number of batches.")


def _limit_epochs(trainer: Any, epochs: int) -> None:
    """The job's epochs hold; a Trainer that was given none has a thousand, or no limit."""
    theirs = trainer.fit_loop.max_epochs
    if theirs is None or theirs == -1 or theirs > epochs:
        if theirs not in (None, -1, 1000) or trainer.max_steps not in (None, -1):
            limit = "max_epochs=%s" % theirs if theirs not in (None, -1) else "max_steps"
            message = (
                "baton: the job has %d epochs: its training ends there, whatever the Trainer's %s"
            )
            print(message % (epochs, limit), file=sys.stderr)
        trainer.fit_loop.max_epochs = epochs


def _say_not_restarting(loop: Any) -> None:
    """At an epoch's end nothing is under way, which Lightning cannot tell from its counts alone."""
    for one in (loop, loop.epoch_loop, loop.epoch_loop.val_loop):
        one._restarting = False
        one._loaded_from_state_dict = one._resuming_from_checkpoint = False


def _gives_triples(trainer: Any) -> bool:
    version = sys.modules[type(trainer).__module__.split(".trainer")[0]].__version__
    return tuple(int(part) for part in version.split(".")[:2]) >= (2, 1)


class _NotBegun:
    """A loader of which an iterator can be made without beginning it."""

    def __init__(self, loader: Any):
        self.loader = loader

    def __getattr__(self, name: str) -> Any:
        return getattr(self.loader, name)

    def __len__(self) -> int:
        return len(self.loader)

    def __iter__(self) -> Iterator[Any]:
        return iter([None])


def _fetcher(theirs: Any, relay: _LightningRelay) -> Any:
    """In the place of Lightning's own: it gives Baton's batches, and begins with the first."""
    base: Any = next(kind for kind in type(theirs).__mro__ if kind.__name__ == "_DataFetcher")

    class Fetcher(base):  # type: ignore[misc,valid-type]
        def __iter__(self) -> Any:
            self.iterator = relay.pairs(self.length)
            self.fetched, self.done, self._index = 0, False, relay.run.batch if relay.run else 0
            return self

        def __next__(self) -> Any:
            self._start_profiler()
            try:
                item, is_last = next(self.iterator)
            except StopIteration:
                self.done = True
                raise
            finally:
                self._stop_profiler()
            self.fetched += 1
            self.done = self.fetched >= self.length if is_last is None else is_last
            self._index += 1
            return (item, self._index - 1, 0) if _gives_triples(relay.trainer) else item

        def reset(self) -> None:
            self.fetched, self.done = 0, False

    made = Fetcher()
    made.setup(theirs.combined_loader)
    made.length = theirs.length
    return iter(made)


# What Lightning's own checkpoints hold, and what they do not


class _Schedulers:
    """The Trainer's schedulers of now: a callback may put others in their place.

    Such a one takes them away when it is restored, and makes its own when its epoch begins; until then
    the state of these waits.
    """

    def __init__(self, trainer: Any):
        self._trainer = trainer
        self._waiting: Optional[List[Any]] = None

    def state_dict(self) -> List[Any]:
        configs = self._trainer.lr_scheduler_configs
        if self._waiting is not None and len(self._waiting) != len(configs):
            return self._waiting
        return [config.scheduler.state_dict() for config in configs]

    def load_state_dict(self, state: List[Any]) -> None:
        configs = self._trainer.lr_scheduler_configs
        self._waiting = state if len(state) != len(configs) else None
        if self._waiting is None:
            for config, one in zip(configs, state):
                config.scheduler.load_state_dict(one)


class _LightningState:
    """A Trainer's state beside weights, optimizers and schedulers.

    It is what ``dump_checkpoint`` gives, which asks callbacks, data module, precision plugin and the
    module's own hooks; the metrics of the running epoch; and what callbacks keep in attributes.
    """

    def __init__(self, trainer: Any, module: Any, ours: Any):
        self._trainer, self._module, self._ours = trainer, module, ours
        self._loaded = False

    def begin(self) -> None:
        """Once all is set up: refuses a callback whose state cannot be kept."""
        trainer, module = self._trainer, self._module
        known = {id(self._ours), id(trainer), id(module), id(trainer.datamodule)}
        known |= {
            id(part) for part in (*module.modules(), *module.parameters(), *trainer.optimizers)
        }
        known |= {id(config.scheduler) for config in trainer.lr_scheduler_configs}
        known |= {id(callback) for callback in trainer.callbacks}
        self._attributes = self._attributes_of_callbacks(known)
        for one in self._attributes.values():
            one.begin()
        _pack(self.state_dict(), "the Trainer's state", {}, _HostMemory())

    def _attributes_of_callbacks(self, known: Set[int]) -> Dict[str, _CallbackAttributes]:
        """Of those of the script's own classes that do not tell their state themselves."""
        found = {}
        for callback in self._trainer.callbacks:
            kind = type(callback)
            if callback is self._ours or _is_of_package(kind) or _tells_its_state(kind):
                continue
            what = "The callback %s" % kind.__name__
            found[callback.state_key] = _CallbackAttributes(
                callback, what, known, _names_of_packages(kind)
            )
        return found

    def state_dict(self) -> Dict[str, Any]:
        trainer = self._trainer
        whole = trainer._checkpoint_connector.dump_checkpoint(weights_only=False)
        hints = _hyper_parameters(self._module, trainer.datamodule)
        more = {k: v for k, v in whole.items() if k not in (*_OURS_TO_KEEP, *_DESCRIPTIONS, *hints)}
        connector = trainer._logger_connector
        metrics = [getattr(connector, "_%s_metrics" % name) for name in _METRICS]
        return {
            "loops": _without_loaders(whole["loops"]["fit_loop"]),
            "callbacks": self._of_callbacks(whole["callbacks"]),
            "weights": self._changed_weights(whole["state_dict"]),
            "more": more,
            "results": _results_state(trainer.fit_loop.epoch_loop._results),
            "metrics": [
                {k: v for k, v in of.items() if not _CLOCK_NAMES.search(k)} for of in metrics
            ],
            "log": [connector._first_loop_iter, connector._current_fx],
            "attributes": {k: one.state_dict() for k, one in self._attributes.items()},
            "should_stop": trainer.should_stop,
            "accumulate": trainer.accumulate_grad_batches,
        }

    def load_before(self, counts: Dict[str, int], held: _Held) -> None:
        """The version before kept these counts alone, at the ends of epochs, and each scheduler by
        its place."""
        told = held.state["scheduler"]
        if "" not in told:
            held.state["scheduler"] = {"": [told[place] for place in sorted(told)]}
        loop = self._trainer.fit_loop
        steps = loop.epoch_loop.automatic_optimization.optim_progress.optimizer.step.total
        epochs = _connected().start().epoch
        for progress, count in (
            (loop.epoch_loop.batch_progress.total, counts["batches"]),
            (steps, counts["steps"]),
            (loop.epoch_progress.total, epochs),
            (loop.epoch_progress.current, epochs),
        ):
            for name in ("ready", "started", "processed", "completed"):
                if hasattr(progress, name):
                    setattr(progress, name, count)
        loop.epoch_loop._batches_that_stepped = counts["steps"]

    def load_state_dict(self, state: Dict[str, Any]) -> None:
        trainer = self._trainer
        _load_progress(trainer.fit_loop, state["loops"])
        if self._loaded:
            # The first time Lightning has done it, and asks for its Trainer's own number.
            self._load_callbacks(state)
            trainer.accumulate_grad_batches = state["accumulate"]
        self._loaded = True
        connector = trainer._logger_connector
        connector._first_loop_iter, connector._current_fx = state["log"]
        for name, metrics in zip(_METRICS, state["metrics"]):
            held = {k: v.to(self._module.device) if _is_torch(v) else v for k, v in metrics.items()}
            setattr(connector, "_%s_metrics" % name, held)
        _load_results(trainer, self._module, state["results"])
        for key, one in self._attributes.items():
            one.load_state_dict(state["attributes"].get(key, {}))
        trainer.should_stop = state["should_stop"]

    def as_theirs(self, state: Dict[str, Any], held: _Held) -> Dict[str, Any]:
        """What Lightning finds in a checkpoint of its own, but for what Baton restores."""
        tensors = {**held.files[MODEL], **held.files[FROZEN]}
        weights = {name: _to_torch(blob) for name, blob in tensors.items()}
        if state["weights"] is not None:
            weights = {k: weights.get(k) if v is None else v for k, v in state["weights"].items()}
        totals = state["loops"]["epoch_loop.automatic_optimization.optim_progress"]["optimizer"]
        return {
            **state["more"],
            "epoch": held.epoch,
            "global_step": totals["step"]["total"]["completed"],
            "pytorch-lightning_version": _version_of(self._trainer),
            "state_dict": weights,
            "optimizer_states": [],
            "lr_schedulers": [],
            "loops": {"fit_loop": state["loops"]},
            "callbacks": self._to_callbacks(state["callbacks"]),
        }

    def _load_callbacks(self, state: Dict[str, Any]) -> None:
        told = self._to_callbacks(state["callbacks"])
        for callback in self._trainer.callbacks:
            if callback.state_key in told:
                callback.load_state_dict(told[callback.state_key])
            if hasattr(callback, "current_score"):  # a ModelCheckpoint saves it, and loads it not
                callback.current_score = told[callback.state_key]["current_score"]
        module = self._trainer.datamodule
        mine = state["more"].get(type(module).__qualname__)
        if module is not None and mine is not None:
            module.load_state_dict(mine)

    def _of_callbacks(self, told: Dict[str, Any]) -> Dict[str, Any]:
        return {k: _by_name(v) if "best_model_path" in v else v for k, v in told.items()}

    def _to_callbacks(self, told: Dict[str, Any]) -> Dict[str, Any]:
        """A new one each time, for a callback may keep what it is given."""
        folders = {c.state_key: getattr(c, "dirpath", None) for c in self._trainer.callbacks}
        return {
            k: _by_path(v, folders.get(k)) if "best_model_path" in v else dict(v)
            for k, v in told.items()
        }

    def _changed_weights(self, told: Dict[str, Any]) -> Any:
        """What hooks have put in the place of the weights; ``None`` for a tensor that is still the
        model's, and for all."""
        own = _bare(self._module).state_dict()
        same = {k: None if k in own and _is_same(v, own[k]) else v for k, v in told.items()}
        is_untouched = set(own) == set(told) and all(v is None for v in same.values())
        return None if is_untouched else same


def _is_same(a: Any, b: Any) -> bool:
    if not (_is_torch(a) and _is_torch(b)):
        return False
    return a.shape == b.shape and a.dtype == b.dtype and a.data_ptr() == b.data_ptr()


def _tells_its_state(kind: Any) -> bool:
    """Whether a class of the script's own says what its state is."""
    own = [base for base in kind.__mro__ if not _is_of_package(base)]
    return any(n in vars(base) for base in own for n in ("state_dict", "on_save_checkpoint"))


def _hyper_parameters(*things: Any) -> Set[str]:
    """The keys under which Lightning describes what a module was made with: no state."""
    names = ["CHECKPOINT_HYPER_PARAMS_" + which for which in ("NAME", "KEY", "TYPE")]
    return {str(getattr(thing, name)) for thing in things for name in names if hasattr(thing, name)}


def _version_of(trainer: Any) -> str:
    return str(sys.modules[type(trainer).__module__.split(".trainer")[0]].__version__)


def _without_loaders(loops: Dict[str, Any]) -> Dict[str, Any]:
    return {**loops, "state_dict": {}}


def _load_progress(loop: Any, state: Dict[str, Any]) -> None:
    """Its counts, without the conclusion that it starts again."""
    loops = (loop, loop.epoch_loop, loop.epoch_loop.val_loop)
    flags = ("_restarting", "_loaded_from_state_dict", "_resuming_from_checkpoint")
    before = [(one, f, getattr(one, f)) for one in loops for f in flags if hasattr(one, f)]
    loop.load_state_dict(state)
    for one, flag, value in before:
        setattr(one, flag, value)


def _by_name(state: Dict[str, Any]) -> Dict[str, Any]:
    """A ModelCheckpoint's state, with its files named from its folder on: each life has another."""
    folder = state.get("dirpath")

    def named(value: Any) -> Any:
        if isinstance(value, str) and folder and value.startswith(str(folder)):
            return {"file": os.path.relpath(value, str(folder))}
        if isinstance(value, dict):
            return {"files": [[named(k), v] for k, v in value.items()]}
        return value

    return {k: named(v) for k, v in state.items() if k != "dirpath"}


def _by_path(state: Dict[str, Any], folder: Any) -> Dict[str, Any]:
    def path(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        if "file" in value:
            return os.path.join(str(folder), value["file"])
        return {path(k): v for k, v in value["files"]}

    return {**{k: path(v) for k, v in state.items()}, "dirpath": folder}


# Metrics that are gathered over an epoch


def _results_state(results: Any) -> Dict[str, Any]:
    """What ``self.log`` has gathered in the running epoch, and how it is to be gathered."""
    return {key: _result_state(metric) for key, metric in results.items()}


_RESULT = ("value", "cumulated_batch_size", "_forward_cache", "_computed")
_META = (
    "fx", "name", "prog_bar", "logger", "on_step", "on_epoch", "enable_graph",
    "add_dataloader_idx", "dataloader_idx", "metric_attribute",
)  # fmt: skip


def _result_state(metric: Any) -> Dict[str, Any]:
    held = {name: getattr(metric, name, None) for name in _RESULT}
    if not metric.is_tensor:
        held["value"] = None  # the module's own metric
    return {
        "held": held,
        "count": getattr(metric, "_update_count", 0),
        "has_reset": metric.has_reset,
        "is_tensor": metric.is_tensor,
        "meta": {name: getattr(metric.meta, name) for name in _META if hasattr(metric.meta, name)},
        "reduce": metric.meta.reduce_fx.__name__,
        "sync": [metric.meta.sync.should, getattr(metric.meta.sync, "rank_zero_only", False)],
    }


def _load_results(trainer: Any, module: Any, state: Dict[str, Any]) -> None:
    results = trainer.fit_loop.epoch_loop._results
    theirs = sys.modules[type(results).__module__]
    results.clear()
    for key, told in state.items():
        meta = theirs._Metadata(
            reduce_fx=getattr(sys.modules["torch"], told["reduce"]), **told["meta"]
        )
        should, rank_zero_only = told["sync"]
        fn = trainer.strategy.reduce
        meta.sync = theirs._Sync(_should=should, fn=fn, _group=None, rank_zero_only=rank_zero_only)
        metric = theirs._ResultMetric(meta, told["is_tensor"]).to(module.device)
        for name, value in told["held"].items():
            if hasattr(metric, name) or value is not None:
                setattr(metric, name, value.to(module.device) if _is_torch(value) else value)
        if not told["is_tensor"]:
            attribute = told["meta"]["metric_attribute"]
            metric.value = dict(module.named_modules()).get(attribute)
        metric._update_count = told["count"]
        metric.has_reset = told["has_reset"]
        results[key] = metric

# --- Hugging Face's Trainer: saved between any two optimizer steps, with what its own checkpoints keep ---


_LONGEST_HISTORY = 2000
"""So many entries of ``log_history`` are kept, the newest."""

_LONGEST_COUNTED = 1000
"""A longer list that a Trainer begins with is data."""

_NOT_KEPT = ("stateful_callbacks", "log_history", "best_model_checkpoint")


def hugging_face_callback(**given: Any) -> Any:
    """A callback for Hugging Face's ``Trainer``: resumes, and saves after any optimizer step.

    ``trainer.train(resume_from_checkpoint=callback.checkpoint)`` skips to the step by itself. It keeps
    the whole ``TrainerState``, what callbacks hold, the best model if it is to be loaded at the end, and
    the order of the data. ``given`` is for :func:`resume`: ``ema``, ``generators``, ``state``.
    """
    from transformers import TrainerCallback

    relay = _TrainerRelay(given)

    class Callback(TrainerCallback):  # type: ignore[misc]
        checkpoint = relay.checkpoint

        def on_train_begin(self, args: Any, state: Any, control: Any, **of: Any) -> None:
            relay.begin(self, args, state, control, of)

        def on_epoch_begin(self, args: Any, state: Any, control: Any, **of: Any) -> None:
            relay.before_epoch()

        def on_epoch_end(self, args: Any, state: Any, control: Any, **of: Any) -> None:
            relay.is_epoch_over = True

        def on_step_end(self, args: Any, state: Any, control: Any, **of: Any) -> None:
            relay.step_done(state)

        def on_save(self, args: Any, state: Any, control: Any, **of: Any) -> None:
            relay.note_best(state)

        def on_evaluate(
            self, args: Any, state: Any, control: Any, metrics: Any = None, **of: Any
        ) -> None:
            relay.evaluated(metrics or {})

    class Last(TrainerCallback):  # type: ignore[misc]
        def on_train_end(self, args: Any, state: Any, control: Any, **of: Any) -> None:
            relay.end(state)

    relay.last = Last()
    return Callback()


class _TrainerRelay:
    """Comes between the steps of a Trainer's loop.

    1. A folder that looks like a checkpoint of the Trainer's makes it begin at the right step.
    2. At ``on_train_begin`` Baton restores what it holds, and puts itself first among the callbacks.
    3. The Trainer's loader gives Baton's batches; before the first of a step it tells of the last one.
    """

    def __init__(self, given: Dict[str, Any]):
        self._given = given
        self.checkpoint: Optional[str] = None
        self.run: Optional[Run] = None
        self.is_epoch_over = False
        self.last: Any = None
        self._held_loss: Any = None
        start = _connected().start()
        if start.files is not None:
            self.checkpoint = _as_trainers(_Held(start.files, start.epoch, start.batch))

    def begin(self, callback: Any, args: Any, state: Any, control: Any, of: Dict[str, Any]) -> None:
        if self.run is not None:
            remedy = "A job is one training: make each stage a script of its own."
            raise BatonError("The Trainer's train was called a second time.", remedy)
        trainer = _from_callers(lambda names: _if_trainer(names.get("self")))
        handler = trainer.callback_handler
        handler.callbacks.remove(callback)
        handler.callbacks[:] = [callback, *handler.callbacks, self.last]
        self.trainer, self.args, self.control = trainer, args, control
        loader = of["train_dataloader"]
        count = len(loader) if _has_length(loader) else 0
        _require_whole_steps(args, count)
        self.state = _TrainersState(
            trainer, state, args, handler.callbacks, of, (callback, self.last)
        )
        self.state.begin()
        scaler = getattr(trainer.accelerator, "scaler", None)
        given = {"scaler": scaler, **self._given}
        self._began_at = state.global_step
        self.run = _resumed(self.state, of["model"], of["optimizer"], of["lr_scheduler"], **given)
        if self.run._held is not None and self.run._held.state["format"] == 1:
            self.run.batch *= args.gradient_accumulation_steps  # It counted steps.
        self._require_resumed(args)
        if self.checkpoint:
            shutil.rmtree(self.checkpoint, ignore_errors=True)
        self.foreign = _Foreign(self.run)
        self._take_loader(loader)
        trainer.training_step = self._training_step(trainer.training_step)
        if args.load_best_model_at_end:
            trainer._load_best_model = self.state.load_best
        self._tell_limits(state, count)

    def _require_resumed(self, args: Any) -> None:
        assert self.run is not None
        is_first = self.run.epoch == self.run.batch == 0
        if is_first and self._began_at:
            message = "The Trainer resumes from a checkpoint of its own, and Baton has none yet."
            remedy = (
                "Give it the weights another way, and resume_from_checkpoint=callback.checkpoint."
            )
            raise BatonError(message, remedy)
        if not is_first and self._began_at != self.state.assumed_step:
            message = "The Trainer did not begin at %s." % self.run._where()
            remedy = "Write: trainer.train(resume_from_checkpoint=callback.checkpoint)."
            raise BatonError(message, remedy)

    def _tell_limits(self, state: Any, count: int) -> None:
        epochs = self.run.job.epochs if self.run else 0
        if count and state.num_train_epochs > epochs:
            message = (
                "baton: the job has %d epochs: its training ends there, and the Trainer's in %d"
            )
            print(message % (epochs, state.num_train_epochs), file=sys.stderr)

    # The loop

    def _take_loader(self, loader: Any) -> None:
        """Makes the Trainer's loader give Baton's batches, also where it is asked to skip some."""
        relay, kind = self, type(loader)

        class Loader(kind):  # type: ignore[misc,valid-type]
            def __iter__(self) -> Iterator[Any]:
                return relay.batches(self)

        self._loader, self._kind, self._ours = loader, kind, Loader
        theirs: Any = sys.modules["transformers.trainer"]
        skip = theirs.skip_first_batches
        theirs.skip_first_batches = lambda one, n=0: one if one is loader else skip(one, n)
        self._skip = skip

    def batches(self, loader: Any) -> Iterator[Any]:
        assert self.run is not None
        _make(loader, self._kind)
        if self.run._over:
            self.control.should_training_stop = True
            return
        count = len(loader) if _has_length(loader) else 0
        pairs = self.foreign.batches(_source_of(loader), count)
        for item, _ in _as_prepared(loader, pairs):
            yield item

    def before_epoch(self) -> None:
        assert self.run is not None
        if self.is_epoch_over:
            self._end_epoch()
        self.foreign.begin_epoch()
        _make(self._loader, self._ours)
        if self.run._over:
            self.control.should_training_stop = True

    def _end_epoch(self) -> None:
        self.is_epoch_over = False
        self.foreign.end_epoch({})

    def _training_step(self, theirs: Any) -> Any:
        """Adds the losses of a step up; and what had been added up for the next log, in its place
        in the sum, where the Trainer begins with nothing."""
        self._loss = 0.0

        def step(*of: Any, **named: Any) -> Any:
            loss = theirs(*of, **named)
            if loss.device.type == "cpu" or (self.run and self.run._trace):
                self._loss += float(loss)
            return self.state.with_sum_before(loss)

        return step

    def step_done(self, state: Any) -> None:
        loss, self._loss = self._loss, 0.0
        self.foreign.trained(loss if loss else None)

    def note_best(self, state: Any) -> None:
        self.state.note_best()

    def evaluated(self, metrics: Dict[str, Any]) -> None:
        assert self.run is not None
        timeless = {k: v for k, v in metrics.items() if _is_timeless(k) and k != "epoch"}
        self.run.evaluated(**{k: v for k, v in timeless.items() if isinstance(v, (int, float))})

    def end(self, state: Any) -> None:
        assert self.run is not None
        _make(self._loader, self._kind)
        sys.modules["transformers.trainer"].skip_first_batches = self._skip  # type: ignore[attr-defined]
        if self.run._over:
            return
        if self.is_epoch_over and self._is_whole(state):
            self._end_epoch()
        done = state.global_step >= state.max_steps > 0
        why = "the Trainer's steps are done" if done else "a callback stopped the Trainer"
        self.foreign.finish(why)

    def _is_whole(self, state: Any) -> bool:
        """Whether the epoch that has ended was trained to its last batch."""
        assert self.run is not None
        return self.foreign.is_whole


def _make(thing: Any, kind: Any) -> None:
    """Gives an object another class; Accelerate's loaders tell a wrong one when asked for theirs."""
    object.__dict__["__class__"].__set__(thing, kind)  # type: ignore[index]


def _if_trainer(thing: Any) -> Any:
    is_one = hasattr(thing, "callback_handler") and hasattr(thing, "train_dataset")
    return thing if is_one and hasattr(thing, "get_train_dataloader") else None


def _has_length(loader: Any) -> bool:
    try:
        return len(loader) > 0
    except (TypeError, NotImplementedError):
        return False


def _is_timeless(name: str) -> bool:
    return "runtime" not in name and "per_second" not in name and not name.endswith("_time")


def _require_whole_steps(args: Any, count: int) -> None:
    """Older Trainers carry the gradients of an epoch's last batches over to the next, uncounted."""
    version = sys.modules["transformers"].__version__
    is_old = tuple(int(part) for part in version.split(".")[:2]) < (4, 46)
    if is_old and count % args.gradient_accumulation_steps:
        message = "transformers %s accumulates gradients over an epoch's end, uncounted." % version
        remedy = "Use 4.46 or newer, or a gradient_accumulation_steps that divides an epoch's %d batches."
        raise BatonError(message, remedy % count)


def _as_trainers(held: _Held) -> str:
    """A folder in which a Trainer finds weights, and the step to begin at."""
    import tempfile

    from transformers import TrainerState

    if held.state["format"] == 1:
        told = _unpack(held.state["state"][""], held.files[EXTRA])
        saved = {"trainer": told, "steps_per_epoch": 0, "batches_per_step": 1}
    else:
        saved = _unpack(held.loops["loop"], held.files[EXTRA])
    folder = Path(tempfile.mkdtemp(prefix="baton-trainer-"))
    write_safetensors(folder / MODEL, {**held.files[MODEL], **held.files[FROZEN]})
    known = {field.name for field in dataclasses.fields(TrainerState)}
    told = {k: v for k, v in saved["trainer"].items() if k in known}
    told["global_step"] = _assumed_step(saved, held.epoch, held.batch)
    TrainerState(**told).save_to_json(str(folder / "trainer_state.json"))
    return str(folder)


def _assumed_step(saved: Dict[str, Any], epoch: int, batch: int) -> int:
    """The step from which a Trainer finds epoch and batch, though an epoch may have ended early."""
    if not saved["steps_per_epoch"]:
        return int(saved["trainer"]["global_step"])
    return int(epoch * saved["steps_per_epoch"] + batch // saved["batches_per_step"])


class _TrainersState:
    """What a Trainer holds beside weights, optimizer and schedule.

    Its ``TrainerState``, the sums of the loss for its logs, what callbacks keep, and of the best model
    what has been trained: it lies in a folder of a machine that may be gone when it is to be loaded.
    """

    def __init__(
        self,
        trainer: Any,
        state: Any,
        args: Any,
        callbacks: List[Any],
        of: Any,
        ours: Tuple[Any, ...],
    ):
        self._trainer, self._state, self._args, self._of = trainer, state, args, of
        self._callbacks = [c for c in callbacks if c not in ours]
        self._sum_before: Any = None
        self._best: Optional[Dict[str, Any]] = None
        self.assumed_step = -1
        loader = of["train_dataloader"]
        each = args.gradient_accumulation_steps
        count = math.ceil(len(loader) / each) if _has_length(loader) else state.max_steps
        self._sizes = {"steps_per_epoch": count, "batches_per_step": each}

    def begin(self) -> None:
        """Refuses a callback whose state cannot be kept, before anything is trained."""
        known: Set[int] = {id(self._trainer), id(self._args), id(self._state)}
        known |= {id(thing) for thing in self._of.values()} | {id(c) for c in self._callbacks}
        model = self._of.get("model")
        known |= (
            {id(p) for p in (*model.modules(), *model.parameters())} if model is not None else set()
        )
        self._attributes = {}
        for place, callback in enumerate(self._callbacks):
            kind = type(callback)
            if not _is_of_package(kind) and not _tells_all(kind):
                name, what = "%d.%s" % (place, kind.__name__), "The callback %s" % kind.__name__
                self._attributes[name] = _CallbackAttributes(callback, what, known)
                self._attributes[name].begin()
        self._look_at_trainer(known)

        # The Trainer adds to it at its own saves, and has read it from a file without it.
        export = [c for c in (*self._callbacks, self._trainer.control) if hasattr(c, "state")]
        if hasattr(self._state, "stateful_callbacks"):
            self._state.stateful_callbacks = type(self._state)(
                stateful_callbacks=[c for c in export if hasattr(c, "from_state")]
            ).stateful_callbacks

    def _look_at_trainer(self, known: Set[int]) -> None:
        """Of a class of the script's own: what its loss counts, but no data, and no other model."""
        kind, torch = type(self._trainer), sys.modules["torch"]
        if _is_of_package(kind):
            return
        for value in vars(self._trainer).values():
            is_long = isinstance(value, (list, tuple, dict, set)) and len(value) > _LONGEST_COUNTED
            if is_long or isinstance(value, torch.nn.Module):
                known.add(id(value))
        self._attributes["trainer"] = _CallbackAttributes(
            self._trainer, "The Trainer", known, _names_of_packages(kind), None, False
        )
        self._attributes["trainer"].begin()

    def state_dict(self) -> Dict[str, Any]:
        trainer, state = self._trainer, self._state
        told = {f.name: getattr(state, f.name) for f in dataclasses.fields(state)}
        history = [
            {k: v for k, v in entry.items() if _is_timeless(k)}
            for entry in state.log_history[-_LONGEST_HISTORY:]
        ]
        best = state.best_model_checkpoint
        return {
            "trainer": {k: v for k, v in told.items() if k not in _NOT_KEPT},
            "history": history,
            "best": best and os.path.basename(os.path.normpath(best)),
            "best_weights": self._best,
            "sums": {
                "loss": self._sum(),
                "total": trainer._total_loss_scalar,
                "logged": trainer._globalstep_last_logged,
                "flos": trainer.current_flos,
            },
            "callbacks": {k: one.state_dict() for k, one in self._attributes.items()},
            "told": {str(i): _told_by(c) for i, c in self._that_tell()},
            **self._sizes,
        }

    def load_before(self, counts: Dict[str, Any], held: _Held) -> None:
        """The version before kept these numbers alone, and counted steps where batches count now."""
        for name, value in counts.items():
            setattr(self._state, name, value)
        self.assumed_step = counts["global_step"]

    def load_state_dict(self, saved: Dict[str, Any]) -> None:
        trainer, state = self._trainer, self._state
        for name, value in saved["trainer"].items():
            setattr(state, name, value)
        state.log_history[:] = [dict(entry) for entry in saved["history"]]
        folder = saved["best"] and os.path.join(self._args.output_dir, saved["best"])
        state.best_model_checkpoint = folder
        if folder and self._args.load_best_model_at_end:
            os.makedirs(folder, exist_ok=True)  # the Trainer looks for it when it deletes others
        self._best = saved["best_weights"]
        sums = saved["sums"]
        trainer._total_loss_scalar, trainer.current_flos = sums["total"], sums["flos"]
        trainer._globalstep_last_logged = sums["logged"]
        trainer._initial_global_step = 0
        self._put_sum(sums["loss"])
        for name, one in self._attributes.items():
            one.load_state_dict(saved["callbacks"].get(name, {}))
        for i, callback in self._that_tell():
            _tell(callback, saved["told"][str(i)])
        run = _connected().start()
        self.assumed_step = _assumed_step(saved, run.epoch, run.batch)

    def _that_tell(self) -> List[Tuple[int, Any]]:
        return [(i, c) for i, c in enumerate(self._callbacks) if _tells_all(type(c))]

    # The loss that is logged

    def _sum(self) -> float:
        """What the Trainer has added up since its last log: an attribute, or a name in its loop."""
        held = getattr(self._trainer, "_tr_loss", None)
        if held is None:
            loop = lambda names: (
                names.get("tr_loss") if names.get("self") is self._trainer else None
            )  # noqa: E731
            held = _from_callers(loop)
        whole = 0.0 if held is None else float(held)
        return whole if self._sum_before is None else whole + self._sum_before

    def _put_sum(self, value: float) -> None:
        held: Any = getattr(self._trainer, "_tr_loss", None)
        if _is_torch(held):
            held.fill_(value)
        else:
            self._sum_before = value or None

    def with_sum_before(self, loss: Any) -> Any:
        """A step's loss, with what had been added up before it; a Trainer leaves out one that is
        not finite."""
        if self._sum_before is None or not bool(loss.isfinite()):
            return loss
        before, self._sum_before = self._sum_before, None
        return loss + before

    # The best model

    def note_best(self) -> None:
        """After the Trainer saved its own checkpoint: if that is the best so far, its weights."""
        state = self._state
        if not self._args.load_best_model_at_end or state.best_model_checkpoint is None:
            return
        if os.path.basename(state.best_model_checkpoint).endswith("-%d" % state.global_step):
            model = _bare(self._of["model"])
            frozen = {name for name, p in model.named_parameters() if not p.requires_grad}
            held = {k: v for k, v in model.state_dict().items() if k not in frozen and _is_torch(v)}
            self._best = {k: v.detach().to("cpu", copy=True) for k, v in held.items()}

    def load_best(self) -> None:
        """In the place of the Trainer's: its folder may have stayed on another machine."""
        if self._best is not None:
            _bare(self._of["model"]).load_state_dict(self._best, strict=False)


def _tells_all(kind: Any) -> bool:
    """Whether callbacks of a class say what their state is."""
    own = hasattr(kind, "state_dict") and hasattr(kind, "load_state_dict")
    return own or any(base.__name__ == "ExportableState" for base in kind.__mro__)


def _told_by(callback: Any) -> Any:
    return callback.state_dict() if hasattr(callback, "state_dict") else callback.state()


def _tell(callback: Any, state: Any) -> None:
    """Into the same object, which the script may hold; the Trainer would make a new one."""
    if hasattr(callback, "load_state_dict"):
        callback.load_state_dict(state)
        return
    given = {k: v for k, v in state.get("args", {}).items() if k in vars(callback)}
    for name, value in {**given, **state.get("attributes", {})}.items():
        setattr(callback, name, value)
