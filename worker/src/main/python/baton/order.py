"""The order of the data: what the running epoch's batches are drawn from, and which are left."""

from __future__ import annotations

import types
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Set, TYPE_CHECKING, Tuple

from .beside import _BESIDE
from .checkpoint import _Draft, _Held
from .errors import BatonError
from .generators import (
    _Stream,
    _derive,
    _generator_state,
    _is_known_generator,
    _seed_generators,
    _set_generator_state,
)
from .indices import _Order, _order_of
from .kept import _Copies, _Kept, _Now, _are_all_same
from .loaders import (
    _DrawnAgain,
    _DrawnLazily,
    _all_drawn,
    _has_an_order,
    _is_function,
    _is_sequence,
    _loading,
    _torch_loader,
)
from .parts import _Parts
from .sources import _Sources

if TYPE_CHECKING:
    from .run import Run


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
