"""Values that never change, as JSON: numbers of every kind, enums, and what is known by its name."""

from __future__ import annotations

import datetime
import decimal
import enum
import fractions
import math
import pathlib
import struct
import sys
import types
import uuid
from typing import Any, Callable, Dict, Tuple

from .errors import BatonError

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
