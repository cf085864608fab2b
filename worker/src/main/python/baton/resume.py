"""The way in: restores what a script gives, and returns the run to go on with."""

from __future__ import annotations

from typing import Any, Tuple

from .job import _current_job
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
    if model is not None and optimizer is None and _is_keras(model):
        optimizer = getattr(model, "optimizer", None)
        if optimizer is not None and not optimizer.built:
            optimizer.build(model.trainable_variables)
    parts = {"optimizer": optimizer, "scheduler": scheduler, "scaler": scaler, "ema": ema}
    parts["generators"] = generators
    return Run(_connected(), _current_job(), model, parts, state)


def position() -> Tuple[int, int]:
    """The epoch and batch where :func:`resume` goes on: whole epochs done, batches of the next one.

    For what is built before, such as a schedule that needs to know how far training has come.
    """
    start = _connected().start()
    return start.epoch, start.batch
