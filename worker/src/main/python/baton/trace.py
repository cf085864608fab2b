"""What a drill compares: a line for each batch; and how soon it ends an epoch."""

from __future__ import annotations

import itertools
import json
import math
import os
import warnings
from typing import Any, Dict, Iterator, Mapping, Optional, TYPE_CHECKING, Tuple

from .fingerprint import _fingerprint, _sampled
from .forgotten import _of_thing, _strangers
from .generators import _capture_generators
from .kept import _given_to
from .models import _tensors_of
from .parts import _state_of
from .reach import _Found, _after_the_loop, _is_array, _is_plain, _reachable

if TYPE_CHECKING:
    from .run import Run


_TRACE = os.environ.pop("BATON_TRACE", None)
_MOST_BATCHES = int(os.environ.pop("BATON_DRILL_BATCHES", "0"))
"""So many batches end an epoch in a drill, as if the loader had no more; 0: no drill."""

_LONGEST_VALUE = 200
"""Of the script's own values none with more members is looked at: those are data."""


def _shortened(
    loader: Any, rest: Iterator[Any], count: int, done: int
) -> Tuple[Iterator[Any], int]:
    """What is left of an epoch, and its batches, as a drill wants them.

    An iterator goes on in the next epoch where this one leaves it, so it keeps its own end.
    """
    if not _MOST_BATCHES or hasattr(loader, "__next__"):
        return rest, count
    if count:
        return rest, min(count, _MOST_BATCHES)
    return itertools.islice(rest, max(0, _MOST_BATCHES - done)), 0


class _Trace:
    """Writes down, a JSON line for each batch, all that two runs are compared by.

    What the batch was and its loss; and fingerprints of what there was before it: the generators,
    what was given to ``resume``, what was not (``strangers``), and the script's own values. Of the
    last two only what has changed since the line before. Only where ``BATON_TRACE`` names a file.
    """

    def __init__(self, path: str):
        self._file = open(path, "a", encoding="utf-8", buffering=1)
        self._line: Dict[str, Any] = {}
        self._metrics: Dict[str, Any] = {}
        self._strangers: Dict[str, Tuple[str, Any]] = {}
        self._told: Dict[str, Dict[str, Optional[str]]] = {"strangers": {}, "values": {}}
        self._loss_before: Optional[float] = None
        self._begun = False

    def begin(self, run: "Run") -> None:
        """Before the first batch: where it begins, and what was not given to ``resume``."""
        if self._begun:
            return
        self._begun = True
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._strangers = _strangers(run)
            after = _after_the_loop()
        forgotten = [
            {"kind": kind, "name": type(thing).__name__, "path": path}
            for path, (kind, thing) in sorted(self._strangers.items())
        ]
        where = run._where_exactly()
        self._write(begin=where, forgotten=forgotten, **({"after": after} if after else {}))

    def given(self, run: "Run", item: Any = None) -> None:
        self._loss_before = run._loss
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            line = {"at": run._where_exactly(), **_fingerprints(run)}
            strange = {path: _of_thing(kind, t) for path, (kind, t) in self._strangers.items()}
            self._add_changes(line, "strangers", strange)
            self._add_changes(line, "values", _values(run, self._strangers))
            if item is not None:
                line["batch"] = _fingerprint(item)
        self._line = line

    def _add_changes(self, line: Dict[str, Any], what: str, now: Mapping[str, Any]) -> None:
        before = self._told[what]
        changed = {k: now.get(k) for k in {**before, **now} if before.get(k) != now.get(k)}
        before.update(changed)
        if changed:
            line[what] = changed

    def done(self, loss: Optional[float]) -> None:
        """After the batch; one without a step, as when gradients accumulate, has no loss."""
        stale = loss is self._loss_before
        if self._line:
            self._write(**self._line, loss=None if loss is None or stale else repr(loss))
        self._line = {}

    def evaluated(self, metrics: Mapping[str, Any]) -> None:
        self._metrics.update(metrics)

    def reached(self, run: "Run") -> None:
        """At a new position: what was measured on the way, and whether the script ends here."""
        if self._metrics:
            finite = {
                k: v if v is not None and math.isfinite(v) else None
                for k, v in self._metrics.items()
            }
            self._write(metrics=finite, of=run._where_exactly())
        self._metrics = {}
        if run._final is not None:
            self._write(ended=run._where_exactly(), reason=run._final)

    def _write(self, **what: Any) -> None:
        self._file.write(json.dumps(what, sort_keys=True) + "\n")


def _fingerprints(run: "Run") -> Dict[str, Any]:
    """Of the generators, and of what was given to ``resume`` by its kind."""
    own = {"own." + k.rstrip("."): v for k, v in run._parts.of["generators"].items()}
    generators = {k: _fingerprint(_state_of(v)) for k, v in own.items()}
    for name, blob in _capture_generators().items():
        generators[name[len("generator.") :]] = _fingerprint(bytes(blob.data))
    parts = {
        kind: _sampled([_state_of(thing) for thing in things.values()])
        for kind, things in run._parts.of.items()
        if things and kind != "generators"
    }
    if run._models.of:
        parts["model"] = _sampled([_tensors_of(model) for model in run._models.of.values()])
    return {"generators": generators, "parts": parts}


def _values(run: "Run", strangers: Mapping[str, Any]) -> Dict[str, str]:
    """The script's own numbers, texts and small tensors by the path that it reaches them by."""
    known = _given_to(run) | {id(thing) for _, thing in strangers.values()}
    values = {}
    for path, thing, is_own in _reachable(known, _has_no_values):
        if is_own and _is_small(thing):
            values[path] = _sampled(thing)
    return values


def _has_no_values(found: _Found) -> bool:
    return not found.is_own or _is_array(found.thing)


def _is_small(thing: Any) -> bool:
    if _is_array(thing):
        return getattr(thing, "ndim", 0) == 0 or thing.shape[0] <= _LONGEST_VALUE
    if issubclass(type(thing), (list, tuple)):
        return len(thing) <= _LONGEST_VALUE and all(_is_plain(member) for member in thing)
    return _is_plain(thing)
