"""Nested state as JSON and tensors, without pickle."""

from __future__ import annotations

import base64
import collections
import json
import random
import types
from typing import Any, Callable, Dict, List, Optional

from .births import Found, _Births, _Marks
from .errors import BatonError
from .kinds import _BY_NAME, _NOT_ATOMIC, _find, _name_of, _pack_atom
from .generators import _generator_state, _is_known_generator
from .memory import _Leaf, _shared_memory
from .strides import _strides_mark
from .tensors import Blob, _HostMemory, _dtype_mark, _is_numpy, _is_torch, _require_fit_to_save

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
