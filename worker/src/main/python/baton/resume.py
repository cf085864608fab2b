"""The way in: restores what a script gives, and returns the run to go on with."""

from __future__ import annotations

from typing import Any, Tuple

from .accelerate_loop import _AcceleratesState, _accelerators
from .errors import BatonError
from .job import _current_job
from .keras_state import _KerasState
from .link import _connected
from .models import _is_keras
from .run import Run


def resume(
    model: Any = None,
    optimizer: Any = None,
    scheduler: Any = None,
    *,
    scaler: Any = None,
    ema: Any = None,
    generators: Any = None,
    state: Any = None,
) -> "Run":
    """Restores everything given from the newest checkpoint, and returns the run to go on with.

    Each may be a list or a dict of several. ``generators`` are NumPy's or torch's of the script's
    own; the global ones are restored anyway. ``state`` is one dict or list of plain values that is
    restored in place, or an object with ``state_dict``.
    """
    given = {"scaler": scaler, "ema": ema, "generators": generators, "state": state}
    return _resumed(None, model, optimizer, scheduler, **given)


def _resumed(
    loop: Any, model: Any, optimizer: Any, scheduler: Any, state: Any = None, **given: Any
) -> "Run":
    """The run of a script, or of a framework's ``loop`` that has a state of its own."""
    if model is not None and _is_keras(model):
        loop = loop or _KerasState()
        if optimizer is None:
            optimizer = _optimizer_of(model)
    parts = {"optimizer": optimizer, "scheduler": scheduler}
    parts.update({kind: given.get(kind) for kind in ("scaler", "ema", "generators")})
    loops = {} if loop is None else {"loop": loop}
    accelerators = [] if loop is not None else _accelerators()
    if accelerators:
        loops["accelerate"] = _AcceleratesState(accelerators)
    return Run(_connected(), _current_job(), model, parts, state, loops)


def _optimizer_of(model: Any) -> Any:
    """The optimizer that a Keras model was compiled with, built for its variables."""
    if not getattr(model, "built", True) or not model.variables:
        remedy = "Build it before baton.resume: call it once on a batch."
        raise BatonError("The Keras model has no variables yet.", remedy)
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None and not optimizer.built:
        optimizer.build(model.trainable_variables)
    return optimizer


def position() -> Tuple[int, int]:
    """The epoch and batch where :func:`resume` goes on: whole epochs done, batches of the next one.

    For what is built before, such as a schedule that needs to know how far training has come.
    """
    start = _connected().start()
    return start.epoch, start.batch
