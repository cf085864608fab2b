"""What else has a state: optimizers, schedulers, scalers, averages, generators."""

from __future__ import annotations

import math
import sys
from typing import Any

from .errors import BatonError, NEW_JOB, _first_line
from .models import _is_keras, _keras_variables
from .tensors import _is_numpy, _is_torch


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
    if hasattr(thing, "bit_generator"):
        return thing.bit_generator.state
    if hasattr(thing, "get_state") and hasattr(thing, "set_state"):
        return thing.get_state()
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
        elif hasattr(thing, "bit_generator"):
            thing.bit_generator.state = state
        elif hasattr(thing, "set_state"):
            thing.set_state(state)
        elif isinstance(thing, dict):
            thing.clear()
            thing.update(state)
        else:
            thing[:] = state
    except (KeyError, ValueError, TypeError, RuntimeError) as e:
        message = "The checkpoint's %s does not fit the script's: %s." % (what, _first_line(e))
        raise BatonError(message, NEW_JOB) from e


def _has_nan(value: Any) -> bool:
    if _is_torch(value):
        floats = value.is_floating_point() and value.numel() > 0
        return bool(floats and sys.modules["torch"].isnan(value).any())
    if _is_numpy(value):
        return bool(value.dtype.kind == "f" and sys.modules["numpy"].isnan(value).any())
    if isinstance(value, dict):
        return any(_has_nan(v) for v in value.values())
    if isinstance(value, (list, tuple)):
        return any(_has_nan(v) for v in value)
    return isinstance(value, float) and math.isnan(value)
