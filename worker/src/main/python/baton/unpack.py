"""Nested state from JSON and tensors: what the script has made is filled, the rest is made."""

from __future__ import annotations

import base64
import collections
import random
import sys
import types
from typing import Any, Callable, Dict, List, Mapping, Optional, Set

from .births import Found, _Births, _Marks
from .errors import BatonError, NEW_JOB
from .generators import _set_generator_state
from .kinds import _NOT_ATOMIC, _find, _find_class, _name_of, _unpack_atom
from .memory import _in_memory
from .pack import _DICTS, _FACTORIES, _base_of, _leaf_marks, _member
from .strides import _laid_out, _write
from .tensors import Blob, _is_numpy, _is_torch, _to_numpy, _to_torch


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
