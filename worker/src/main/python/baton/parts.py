"""What else has a state: optimizers, schedulers, scalers, averages, generators."""

from __future__ import annotations

import collections
import sys
from typing import Any, Dict, Iterator, List, Set, Tuple

from .births import Found, _Births
from .checkpoint import EXTRA, OPTIMIZER, _Draft, _Held
from .compare import _Comparison
from .errors import BatonError, NEW_JOB, _first_line
from .generators import _generator_state, _is_known_generator, _set_generator_state
from .models import (
    _Models,
    _bare,
    _given,
    _is_keras,
    _is_torch_module,
    _keras_variables,
    _layout,
    _named,
    _place,
    _tensors_of,
)
from .modules import _Module
from .optimizers import _Optimizer, _is_torch_like, _with_inner
from .pack import _Packer, _found_in
from .tensors import Blob, _HostMemory, _is_torch
from .unpack import _Unpacker


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
