"""What a script trains with and has not given to ``resume``: found, and refused once it changes."""

from __future__ import annotations

import random
import warnings
import weakref
from typing import Any, Callable, Container, Dict, List, Optional, Set, TYPE_CHECKING, Tuple

from .errors import BatonError
from .fingerprint import _fingerprint, _sampled
from .generators import _is_known_generator
from .kept import _given_to
from .models import _bare, _is_torch_module, _tensors_of
from .optimizers import _inner_of, _is_torch_like
from .pack import _found_in
from .parts import _state_of
from .reach import _attributes, _reachable

if TYPE_CHECKING:
    from .run import Run

_HOW = {
    "model": "baton.resume([model, %s], ...)",
    "optimizer": "baton.resume(model, [optimizer, %s], ...)",
    "scheduler": "baton.resume(model, optimizer, [scheduler, %s], ...)",
    "scaler": "baton.resume(model, optimizer, scaler=%s)",
}


class _Forgotten:
    """Refuses what holds a state of training that would begin anew with each life of the script.

    What the script reaches is looked at before the first batch, after the first steps and at the end
    of each epoch. What has not changed is not trained, and is nobody's business.
    """

    def __init__(self) -> None:
        self._seen: Dict[Tuple[str, int], Tuple[Callable[[], Any], Optional[str]]] = {}
        """By path and id, what leads to the thing for as long as the script has it."""

    def look(self, run: "Run") -> None:
        """Refuses what is another than when it was looked at first."""
        modules = _modules_given(run)
        owned = _ids_of_tensors(modules)
        self._seen = {key: seen for key, seen in self._seen.items() if seen[0]() is not None}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            strangers = _strangers(run)
        for path, (kind, thing) in strangers.items():
            kind = "scaler" if hasattr(type(thing), "unscale_") else kind
            if kind not in _HOW or (kind == "optimizer" and not _is_torch_like(thing)):
                continue
            if kind == "model":
                now: Optional[str] = _sampled(_tensors_in_module(thing, owned))
            else:
                now = _of_thing(kind, thing)
            first = self._seen.setdefault((path, id(thing)), (_reference(thing), now))[1]
            if None in (now, first) or now == first:
                continue
            # A copy of a model is as good as the model.
            if now not in {_sampled(_tensors_in_module(module)) for module in modules}:
                what = "%s (%s) changes in training and was not given to baton.resume: started"
                what += " again, the script would go on with a new one."
                raise BatonError(
                    what % (path, type(thing).__name__), "Give it too: %s." % (_HOW[kind] % path)
                )


def _reference(thing: Any) -> Callable[[], Any]:
    """Leads to a thing and does not keep it: a script may make a new one in each epoch."""
    try:
        return weakref.ref(thing)
    except TypeError:
        return lambda: thing


def _of_thing(kind: str, thing: Any) -> Optional[str]:
    """A fingerprint of what was not given; none: its state cannot be looked at."""
    try:
        if issubclass(type(thing), random.Random):
            return _fingerprint(thing.getstate())
        if hasattr(thing, "random_raw"):  # NumPy's bit generators
            return _fingerprint(thing.state)
        if kind == "generator":
            return _fingerprint(_state_of(thing))
        return _sampled(_tensors_of(thing) if kind == "model" else _state_of(thing))
    except Exception:
        return None


def _strangers(run: "Run") -> Dict[str, Tuple[str, Any]]:
    """What has a state, is reached by the script and was not given to ``resume``: its kind and
    itself, by the path that it is reached by."""
    found: Dict[str, Tuple[str, Any]] = {}
    known = _given_to(run) | {id(one) for one in run._data.found()} | _inside_given(run)
    owned = _ids_of_tensors(_modules_given(run))
    for path, thing, _ in _reachable(known, lambda found: bool(_kind_of(found.thing))):
        kind = _kind_of(thing)
        if kind and not (kind == "model" and _is_of_given(thing, known, owned)):
            found[path] = (kind, thing)
    return found


def _inside_given(run: "Run") -> Set[int]:
    """The ids of what given things hold, which is saved with them."""
    given = [thing for things in run._parts.of.values() for thing in things.values()]
    found = {id(one) for thing in given for one in _inner_of(thing).values()}
    for thing in given + [m for m in run._models.of.values() if not _is_torch_module(m)]:
        found.update(id(one) for one in _attributes(thing).values())
    for state in run._parts.of["state"].values():
        found.update(id(one) for one in _found_in(state, "").found.values())
    return found


def _modules_given(run: "Run") -> List[Any]:
    given = [*run._models.of.values(), *run._parts.of["ema"].values()]
    return [_bare(module) for module in given if _is_torch_module(module)]


def _is_of_given(module: Any, known: Set[int], owned: Set[int]) -> bool:
    """Whether a module only wraps what was given, as one that is compiled or has a loss with it."""
    own = _tensors_in_module(module, owned)
    return id(_bare(module)) in known or not own


def _tensors_in_module(module: Any, but: Container[int] = ()) -> List[Any]:
    """A module's parameters and buffers, without those of some ids."""
    return [t for t in [*module.parameters(), *module.buffers()] if id(t) not in but]


def _ids_of_tensors(modules: List[Any]) -> Set[int]:
    return {id(tensor) for module in modules for tensor in _tensors_in_module(module)}


_LOOPS_OF = ("lightning", "pytorch_lightning", "transformers", "accelerate", "keras", "baton")
"""Packages that save the states of their own loops by themselves, or whose callback does."""


def _kind_of(thing: Any) -> str:
    """What a thing is by what its class can do; empty: nothing that has a state of training.

    The class is asked, never the thing: a proxy, or a module that is imported late, answers for
    itself, with an error too.
    """
    kind = type(thing)
    if _is_known_generator(thing):
        return "generator"
    try:
        if issubclass(kind, type) or not hasattr(kind, "load_state_dict"):
            return ""
        if hasattr(kind, "forward"):
            held = next(iter(thing.parameters()), None), next(iter(thing.buffers()), None)
            return "model" if held != (None, None) else ""
        if hasattr(kind, "zero_grad"):
            return "optimizer"
        if hasattr(kind, "get_last_lr"):
            return "scheduler"
        return "" if str(kind.__module__).split(".")[0] in _LOOPS_OF else "state"
    except Exception:
        return ""
