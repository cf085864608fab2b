"""What an object keeps in its plain attributes: a callback's counters, lists, best values so far.

Frameworks ask few of their callbacks for a state, and Keras none: what a resumed training goes on
with is mostly in plain attributes. These are saved, restored in place, or refused by name.

A saved value is nested as the attribute is, and each container in it is a dict with one entry, which
says what it is: ``{"list": [...]}``, ``{"pairs": [[key, value], ...]}``, ``{"array": tensor}``.
"""

from __future__ import annotations

import collections
import decimal
import dis
import enum
import fractions
import functools
import hashlib
import inspect
import re
import sys
import time
import types
from typing import Any, Dict, Iterable, List, Optional, Set

from .errors import BatonError
from .generators import _is_global_generator, _is_known_generator
from .models import _is_keras
from .parts import _load_state, _state_of
from .reach import _attributes, _is_array, _is_installed, _is_plain
from .tensors import _is_torch

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
