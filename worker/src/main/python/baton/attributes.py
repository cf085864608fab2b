"""Attributes of modules and optimizers that training changes: counters, hidden states, schedules.

What a script's fresh objects hold at ``resume`` is looked at once; what is different when a
checkpoint is made is saved with it, and what is not in a checkpoint is as it was at ``resume``.
"""

from __future__ import annotations

import functools
import hashlib
import json
import sys
import types
from typing import (
    Any,
    Callable,
    Container,
    Dict,
    FrozenSet,
    Iterator,
    List,
    Mapping,
    Optional,
    Set,
    Tuple,
)

from .births import _Births, _Hold
from .errors import BatonError
from .pack import _Packer, _sort_key
from .reach import _own_modules
from .tensors import Blob, _HostMemory, _LAZY, _dtype_and_shape
from .tensors import _is_numpy, _is_torch, _is_uninitialized
from .unpack import _Unpacker

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
