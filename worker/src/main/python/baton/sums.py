"""Running means of an epoch, which a resume does not forget."""

from __future__ import annotations

from typing import Dict

from .checkpoint import _Draft, _Held
from .errors import BatonError


class _Sums:
    """What is added up over the running epoch, by name: the loss, and what else ``step`` is told."""

    def __init__(self) -> None:
        self._of: Dict[str, Dict[str, float]] = {}

    def add(self, name: str, value: float) -> None:
        held = self._of.setdefault(name, {"sum": 0.0, "count": 0})
        held["sum"] += value
        held["count"] += 1

    def has(self, name: str) -> bool:
        return bool(self._of.get(name, {}).get("count"))

    def mean(self, name: str) -> float:
        if not self.has(name):
            remedy = "Tell it after each optimizer step: run.step(%s=%s)." % (name, name)
            raise BatonError("There is no mean of %s in this epoch yet." % name, remedy)
        return self._of[name]["sum"] / self._of[name]["count"]

    def clear(self) -> None:
        self._of = {}

    def capture(self, draft: _Draft) -> None:
        draft.state["sums"] = {name: _told(held) for name, held in self._of.items()}

    def restore(self, held: _Held) -> None:
        self._of = {name: _read(told) for name, told in held.of("sums").items()}


def _told(held: Dict[str, float]) -> Dict[str, object]:
    """JSON knows no infinite sum; Python's text of a float keeps all its bits."""
    return {"sum": repr(held["sum"]), "count": held["count"]}


def _read(told: Dict[str, object]) -> Dict[str, float]:
    return {"sum": float(str(told["sum"])), "count": int(str(told["count"]))}
