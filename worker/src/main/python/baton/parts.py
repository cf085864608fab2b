"""What else has a state: optimizers, schedulers, scalers, averages, generators."""

from __future__ import annotations

import sys
from typing import Any, Dict

from .checkpoint import EXTRA, OPTIMIZER, _Draft, _Held
from .errors import BatonError, NEW_JOB, _first_line
from .generators import _generator_state, _is_known_generator, _set_generator_state
from .models import _Models, _is_keras, _keras_variables, _named
from .pack import _pack
from .unpack import _unpack


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
    if isinstance(thing, (dict, list)):
        return thing
    what = type(thing).__name__
    raise BatonError("%s cannot be saved: it is no dict or list and has no state_dict." % what)


def _load_state(what: str, thing: Any, state: Any) -> None:
    try:
        if _is_keras(thing):
            for path, variable in _keras_variables(thing).items():
                variable.assign(state[path])
        elif hasattr(thing, "load_state_dict"):
            thing.load_state_dict(state)
        elif _is_known_generator(thing):
            _set_generator_state(thing, state)
        elif isinstance(thing, dict):
            thing.clear()
            thing.update(state)
        else:
            thing[:] = state
    except (KeyError, ValueError, TypeError, RuntimeError) as e:
        message = "The checkpoint's %s does not fit the script's: %s." % (what, _first_line(e))
        raise BatonError(message, NEW_JOB) from e


class _Parts:
    """What else a script gave, by kind and by the prefix of its tensors' names."""

    def __init__(self, parts: Dict[str, Any], state: Any, models: _Models):
        self.of: Dict[str, Dict[str, Any]] = {kind: _named(part) for kind, part in parts.items()}
        self._models = models
        self.of["state"] = {} if state is None else {"": state}

    def capture(self, draft: _Draft) -> None:
        for kind, things in self.of.items():
            blobs = draft.files[OPTIMIZER if kind == "optimizer" else EXTRA]
            held = draft.state[kind] = {}
            for prefix, thing in things.items():
                path = (kind + "." + prefix).rstrip(".")
                held[prefix] = _pack(_state_of(thing), path, blobs, draft.host)

    def restore(self, held: _Held) -> None:
        for kind, things in self.of.items():
            if set(things) != set(held.of(kind)):
                found, given = len(held.of(kind)), len(things)
                message = "The checkpoint has the %s of %d, the script gives %d to baton.resume."
                raise BatonError(message % (kind, found, given), NEW_JOB)
            blobs = held.files[OPTIMIZER if kind == "optimizer" else EXTRA]
            for prefix, thing in things.items():
                _load_state(kind, thing, _unpack(held.of(kind)[prefix], blobs))
