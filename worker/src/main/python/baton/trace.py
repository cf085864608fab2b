"""What a drill compares: a line for each batch; and how soon it ends an epoch."""

from __future__ import annotations

import gc
import hashlib
import itertools
import json
import math
import os
import random
import sys
from typing import Any, Dict, Iterator, List, Mapping, Optional, TYPE_CHECKING, Tuple

from .errors import BatonError
from .generators import _capture_generators
from .models import _bare, _is_leaf
from .parts import _state_of
from .tensors import _HostMemory

if TYPE_CHECKING:
    from .run import Run


_TRACE = os.environ.pop("BATON_TRACE", None)
_MOST_BATCHES = int(os.environ.pop("BATON_DRILL_BATCHES", "0"))
"""So many batches end an epoch in a drill, as if the loader had no more; 0: no drill."""


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
    """Writes down, a JSON line for each batch, what it was, which state the generators had before
    it, and its loss: by these two runs are compared. Only where ``BATON_TRACE`` names a file."""

    def __init__(self, path: str):
        self._file = open(path, "a", encoding="utf-8", buffering=1)
        self._given: Dict[str, Any] = {}
        self._metrics: Dict[str, Any] = {}
        self._loss_before: Optional[float] = None
        self._begun = False

    def begin(self, run: "Run") -> None:
        """Before the first batch: where it begins, and what was not given to ``resume``."""
        if not self._begun:
            self._begun = True
            self._write(begin=run._where_exactly(), forgotten=_forgotten(run))

    def given(self, run: "Run", item: Any = None) -> None:
        own = {"own." + k.rstrip("."): v for k, v in run._parts.of["generators"].items()}
        states = {k: _fingerprint(_state_of(v)) for k, v in own.items()}
        for name, blob in _capture_generators().items():
            states[name[len("generator.") :]] = _fingerprint(bytes(blob.data))
        self._given = {"at": run._where_exactly(), "generators": states}
        self._loss_before = run._loss
        if item is not None:
            self._given["batch"] = _fingerprint(item)

    def done(self, loss: Optional[float]) -> None:
        """After the batch; one without a step, as when gradients accumulate, has no loss."""
        stale = loss is self._loss_before
        if self._given:
            self._write(**self._given, loss=None if loss is None or stale else repr(loss))
        self._given = {}

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


def _fingerprint(value: Any) -> str:
    """Of the numbers and texts in it; of anything else the type alone."""
    digest = hashlib.blake2b(digest_size=8)
    _feed(digest, value)
    return digest.hexdigest()


def _feed(digest: Any, value: Any) -> None:
    digest.update(type(value).__name__.encode())
    if _is_leaf(value):
        host = _HostMemory()
        try:
            blob = host.copy("", value)
            host.finish()
        except BatonError:
            return  # It has no bytes of its own, such as a sparse tensor.
        digest.update(("%s %s" % (blob.dtype, blob.shape)).encode())
        digest.update(blob.data)
    elif isinstance(value, Mapping):
        for key in value:
            digest.update(repr(key).encode())
            _feed(digest, value[key])
    elif isinstance(value, (list, tuple)):
        digest.update(b"%d" % len(value))
        for member in value:
            _feed(digest, member)
    elif isinstance(value, (bytes, bytearray, str, int, float)) or value is None:
        digest.update(repr(value).encode())


def _forgotten(run: "Run") -> List[Dict[str, str]]:
    """What could be saved and restored, is alive, and was not given to ``resume``."""
    known = {id(part) for parts in run._parts.of.values() for part in parts.values()}
    for model in [_bare(m) for m in run._models.of.values()] + list(run._parts.of["ema"].values()):
        known.add(id(model))
        known.update(id(m) for m in (model.modules() if hasattr(model, "modules") else ()))
    for scheduler in run._parts.of["scheduler"].values():
        known.update(id(inner) for inner in getattr(scheduler, "_schedulers", ()))
    found: List[Tuple[str, Any]] = []
    for thing in gc.get_objects():
        if id(thing) not in known:
            kind = _kind_of(thing, type(thing))
            if kind:
                found.append((kind, thing))
    whole = [thing for kind, thing in found if kind == "model"]
    inner = {id(m) for thing in whole for m in thing.modules() if m is not thing}
    names = {(kind, type(t).__name__) for kind, t in found if id(t) not in inner}
    return [{"kind": kind, "name": name} for kind, name in sorted(names)][:20]


def _kind_of(thing: Any, kind: Any) -> str:
    """What a thing is by what its class can do; empty: nothing that has a state of training."""
    if isinstance(thing, random.Random):
        names = getattr(sys.modules.get("tempfile"), "_name_sequence", None)
        theirs = (getattr(random, "_inst", None), getattr(names, "_rng", None))
        known = isinstance(thing, random.SystemRandom) or any(thing is one for one in theirs)
        return "" if known else "generator"
    if not hasattr(kind, "load_state_dict"):
        return ""
    if hasattr(kind, "forward"):
        return "model" if next(thing.parameters(), None) is not None else ""
    if hasattr(kind, "zero_grad"):
        return "optimizer"
    return "scheduler" if hasattr(kind, "get_last_lr") else "state"
