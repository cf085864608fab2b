"""What a loader draws from: its sampler, its data set, and what else it reaches, by name."""

from __future__ import annotations

import collections
import copy
import dis
import functools
import gc
import sys
import types
from typing import Any, Container, Deque, Dict, Iterator, List, Mapping, NamedTuple, Set, Tuple

from .reach import _attributes, _content, _is_array, _is_plain
from .generators import _is_known_generator
from .values import EVERYTHING, NUMBERS, RANDOMNESS, _CONTAINERS, _is_plain_within

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
