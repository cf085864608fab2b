"""What the batches are drawn from, kept: only what has changed since the script began stands in a
checkpoint."""

from __future__ import annotations

import sys
from typing import Any, Dict, Iterable, List, Mapping, Optional, Set, TYPE_CHECKING

from .checkpoint import EXTRA, _Draft, _Held
from .errors import BatonError, NEW_JOB
from .fingerprint import _sampled
from .generators import _is_known_generator
from .models import _bare
from .reach import _is_array, _own_modules, _reachable, _roots
from .sources import _Slot, _Sources, _is_changed_in_place, _is_loader, _is_walked
from .tensors import _is_torch, _is_uninitialized
from .values import EVERYTHING, NUMBERS, _Copy, _are_same, _copied, _packed, _put_back, _unpacked

if TYPE_CHECKING:
    from .run import Run

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
