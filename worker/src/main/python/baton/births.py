"""Which objects of a script's state are its own, and so are restored in place."""

from __future__ import annotations

import weakref
from typing import Any, Dict, Optional, Set, Tuple

from .tensors import _is_numpy, _is_torch

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
