"""Accelerate: loaders that it has prepared, and the counts by which it accumulates gradients."""

from __future__ import annotations

import gc
import sys
from typing import Any, Dict, Iterator, List, Tuple


def _is_prepared(loader: Any) -> bool:
    """Whether Accelerate made this loader of one: it moves batches, and tells which is the last."""
    return any(kind.__name__ == "DataLoaderStateMixin" for kind in type(loader).__mro__)


def _source_of(loader: Any) -> Any:
    """The loader that gives the batches of a prepared one; any other is its own."""
    return getattr(loader, "base_dataloader", loader) if _is_prepared(loader) else loader


def _as_prepared(loader: Any, pairs: Iterator[Tuple[Any, bool]]) -> Iterator[Tuple[Any, bool]]:
    """Batches as a prepared loader gives them, on its device, and told while each is trained whether
    it is the last: then ``accumulate()`` steps."""
    if not _is_prepared(loader):
        yield from pairs
        return
    from accelerate.utils import send_to_device

    device = getattr(loader, "device", None) or getattr(
        getattr(loader, "state", None), "device", None
    )
    loader.begin()
    try:
        for item, is_last in pairs:
            if device is not None:
                item = send_to_device(
                    item, device, non_blocking=getattr(loader, "_non_blocking", False)
                )
            loader.end_of_dataloader = is_last
            yield item, is_last
    finally:
        loader.end()


def _accelerators() -> List[Any]:
    """The script's ``Accelerator``; more than one, in the order in which they were made."""
    accelerate = sys.modules.get("accelerate")
    kind = getattr(accelerate, "Accelerator", None)
    if kind is None or not getattr(
        sys.modules["accelerate.state"].GradientState, "_shared_state", None
    ):
        return []
    return [thing for thing in gc.get_objects() if issubclass(type(thing), kind)]


class _AcceleratesState:
    """Where the accumulation of gradients stands, and what a script registered for checkpoints."""

    def __init__(self, accelerators: List[Any]):
        self._accelerators = accelerators

    def state_dict(self) -> List[Dict[str, Any]]:
        return [
            {
                "step": one.step,
                "sync": one.gradient_state.sync_gradients,
                "scaler": None if one.scaler is None else one.scaler.state_dict(),
                "overflow": [bool(o.step_was_skipped) for o in one._optimizers],
                "registered": [thing.state_dict() for thing in one._custom_objects],
            }
            for one in self._accelerators
        ]

    def load_state_dict(self, state: List[Dict[str, Any]]) -> None:
        for one, held in zip(self._accelerators, state):
            one.step = held["step"]
            one.gradient_state._set_sync_gradients(held["sync"])
            if one.scaler is not None and held["scaler"] is not None:
                one.scaler.load_state_dict(held["scaler"])
            for optimizer, overflow in zip(one._optimizers, held["overflow"]):
                optimizer._is_overflow = overflow
            for thing, of in zip(one._custom_objects, held["registered"]):
                thing.load_state_dict(of)
