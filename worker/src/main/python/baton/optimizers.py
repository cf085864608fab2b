"""Optimizers: their state by the names of their parameters, exact where torch's loading is not."""

from __future__ import annotations

from typing import Any, Callable, Container, Dict, List, Mapping, Optional, Tuple

from .attributes import _Attributes
from .births import _Births
from .checkpoint import EXTRA, OPTIMIZER, _Draft, _Held
from .compare import _Comparison
from .errors import BatonError, NEW_JOB, _first_line
from .models import _Models, _bare, _is_keras, _is_torch_module, _place
from .pack import _Packer, _found_in
from .strides import _strides_mark
from .tensors import Blob, _HostMemory, _is_torch
from .unpack import _Unpacker

_DEEPEST_INNER = 3


def _is_torch_like(thing: Any) -> bool:
    """Whether it has parameters in groups, as torch's optimizers and what wraps them have."""
    return hasattr(thing, "param_groups") and hasattr(thing, "load_state_dict")


class _Optimizer:
    """One of the script's optimizers, or what wraps one.

    1. Its own ``load_state_dict`` is called, for what it does beside.
    2. Tensors that torch cast to a parameter's dtype, or laid out anew, are put in as they were.
    3. The dicts that were its groups stay its groups, for the script may have names for them.
    4. Optimizers inside it whose state its own leaves out are loaded, then attributes that changed.
    """

    def __init__(self, prefix: str, optimizer: Any, models: _Models):
        self._what = ("optimizer." + prefix).rstrip(".")
        self._thing, self._models = optimizer, models
        self._births = _Births()
        skip = ("state", "param_groups", "defaults")

        def elsewhere() -> List[Any]:
            inner = _inner_of(optimizer).values()
            return [getattr(one, name, None) for one in inner for name in skip[:2]]

        self._attributes = _Attributes(
            self._what, lambda: _inner_of(optimizer), skip, elsewhere=elsewhere
        )
        self._births.script_made(_found_in(optimizer.state_dict(), "").unmakeable())
        self._first_names = self._names()

    def check(self, saved: Callable[[], Container[Any]]) -> None:
        """Refuses what cannot be kept; ``saved`` gives the places of tensors that are not its own."""
        self._require_same_groups()
        self._require_parameters_saved(saved)
        self._attributes.check()
        self._pack_state(self._thing, {}, None)

    def _require_parameters_saved(self, saved: Callable[[], Container[Any]]) -> None:
        """Refuses parameters that are trained and that nothing given to ``resume`` holds."""
        for g, (group, names) in enumerate(zip(self._thing.param_groups, self._names())):
            for i, (parameter, name) in enumerate(zip(group["params"], names)):
                unknown = name == "unnamed.%d.%d" % (g, i) and parameter.requires_grad
                if unknown and _place(parameter) not in saved():
                    message = "The %s trains a parameter, number %d of group %d, shape %s, that no"
                    message += " model given to baton.resume has: its values would not be saved."
                    remedy = "Give what it belongs to, too: baton.resume([model, criterion], ...),"
                    remedy += ' or by a name: baton.resume([model, {"scale": scale}], ...).'
                    shape = list(parameter.shape)
                    raise BatonError(message % (self._what, i, g, shape), remedy)

    def capture(self, draft: _Draft) -> Dict[str, Any]:
        self._require_same_groups()
        blobs = draft.files[OPTIMIZER]
        told: Dict[str, Any] = {"is": self._pack_state(self._thing, blobs, draft.host)}
        told["groups"] = self._names_in_order()
        device = self._device()
        if device != "cpu":
            told["device"] = device
        inner = {
            name: self._pack_state(thing, blobs, draft.host, "." + name)
            for name, thing in _inner_of(self._thing).items()
            if name and not _covers(self._thing, thing)
        }
        if inner:
            told["inner"] = inner
        attributes = self._attributes.capture(
            self._what + ".attributes", draft.files[EXTRA], draft.host
        )
        if attributes:
            told["attributes"] = attributes
        return told

    def _pack_state(
        self,
        thing: Any,
        blobs: Dict[str, Blob],
        host: Optional[_HostMemory],
        name: str = "",
    ) -> Any:
        state = thing.state_dict()
        packer = _Packer(blobs, host, self._births)
        self._require_no_ids(state)
        if isinstance(state, dict) and isinstance(state.get("state"), dict):
            # Which parameter had its first step first is no part of the training's state.
            state = {**state, "state": dict(sorted(state["state"].items(), key=_by_place))}
        if not name and self._is_in_other_order(state):
            state = {**state, "state": dict(state["state"])}
            _reorder(state, self._names(), self._names_in_order(), state["param_groups"])
        return packer.root(state, self._what + name)

    def _require_no_ids(self, state: Any) -> None:
        """Refuses a state by ``id(parameter)``, which is another in each process."""
        ids = {id(p) for group in self._thing.param_groups for p in group["params"]}
        for name, held in state.items() if isinstance(state, dict) else ():
            if isinstance(held, dict) and not ids.isdisjoint(held):
                message = "The state_dict of the %s has %r by the id() of its parameters, which is"
                message += " another in each process: it could not be put back."
                remedy = "Tell it by the parameters' places, as torch's own optimizers do."
                raise BatonError(message % (self._what, name), remedy)

    def _device(self) -> str:
        for group in self._thing.param_groups:
            for parameter in group["params"]:
                return str(getattr(getattr(parameter, "device", None), "type", "cpu"))
        return "cpu"

    # Names

    def _names(self) -> List[List[str]]:
        """The names of its parameters by group; of one that no model has, its place."""
        known = _names_of_parameters(self._models)
        return [
            [known.get(id(p), "unnamed.%d.%d" % (g, i)) for i, p in enumerate(group["params"])]
            for g, group in enumerate(self._thing.param_groups)
        ]

    def _names_in_order(self) -> List[List[str]]:
        """The same in the order in which the models name them: it is no part of the training's
        state which a set, say, named first in this process."""
        place = {name: i for i, name in enumerate(_names_of_parameters(self._models).values())}
        return [sorted(names, key=lambda n: place.get(n, len(place))) for names in self._names()]

    def _is_in_other_order(self, state: Any) -> bool:
        is_known = isinstance(state, dict) and {"state", "param_groups"} <= set(state)
        return is_known and self._names() != self._names_in_order()

    def _require_same_groups(self) -> None:
        """Refuses groups that a resumed script would not have: ``add_param_group`` adds new ones."""
        found = self._names()
        if len(found) < len(self._first_names):
            message = "The %s had %d groups of parameters at baton.resume and has %d now."
            remedy = "Leave them in it; a group with lr=0, or no gradients, is not trained."
            raise BatonError(message % (self._what, len(self._first_names), len(found)), remedy)
        for g, (before, now) in enumerate(zip(self._first_names, found)):
            if set(before) != set(now):
                message = "Group %d of the %s had %s at baton.resume and has %s now."
                shown = _only_in_each(before, now)
                remedy = "Leave its parameters in it, and add others with add_param_group."
                raise BatonError(message % (g, self._what, *shown), remedy)

    # Restoring

    def restore(self, told: Any, held: _Held, is_last: bool) -> bool:
        """Says whether all of it is restored: groups may still be added by the script until the
        last time that this is called, and are added here then."""
        if held.state["format"] == 1:
            told = {"is": told}
        self._births.script_made(_found_in(self._thing.state_dict(), "").unmakeable())
        state = _Unpacker(held.files[OPTIMIZER], self._births).root(told["is"])
        groups, whole = told.get("groups"), True
        if groups is not None and groups != self._names():
            whole = self._fit_groups(state, groups, is_last)
        same_device = told.get("device", "cpu") == self._device()
        self._load(self._thing, state, same_device)
        for name, thing in _inner_of(self._thing).items():
            if name in told.get("inner", {}):
                packed = told["inner"][name]
                inner = _Unpacker(held.files[OPTIMIZER], self._births).root(packed)
                self._load(thing, inner, same_device)
        self._attributes.restore(told.get("attributes", {}), held.files[EXTRA])
        return whole

    def _fit_groups(self, state: Any, saved: List[List[str]], is_last: bool) -> bool:
        """Makes the groups and the state fit each other by the parameters' names."""
        now = self._names()
        if not isinstance(state, dict) or not {"state", "param_groups"} <= set(state):
            raise self._another(0, [n for g in saved for n in g], [n for g in now for n in g])
        for g, names in enumerate(saved[len(now) :] if is_last else ()):
            self._add_group(names, state["param_groups"][len(now) + g])
        now = self._names()
        for g, (was, found) in enumerate(zip(saved, now)):
            if sorted(was) != sorted(found):
                raise self._another(g, was, found)
        if len(now) > len(saved):
            raise self._another(len(saved), [], now[len(saved)])
        _reorder(state, saved, now, self._thing.state_dict()["param_groups"])
        return len(now) == len(saved)

    def _add_group(self, names: List[str], saved: Mapping[str, Any]) -> None:
        by_name = {}
        for model in self._models.of.values():
            by_name.update(_parameters_by_id(model))
        known = {name: by_name[k] for k, name in _names_of_parameters(self._models).items()}
        missing = [name for name in names if name not in known]
        if missing:
            message = "The checkpoint's %s has a group with %s, which no model given has."
            remedy = "Add the group before the first batch, or give its model to baton.resume."
            raise BatonError(message % (self._what, ", ".join(missing[:3])), remedy)
        settings = {k: v for k, v in saved.items() if k not in ("params", "param_names")}
        parameters: List[Any] = [known[name] for name in names]
        if "param_names" in saved:
            parameters = list(zip(saved["param_names"], parameters))
        self._thing.add_param_group({"params": parameters, **settings})

    def _another(self, g: int, was: List[str], found: List[str]) -> BatonError:
        message = "Group %d of the %s has %s in the checkpoint and %s in the script."
        return BatonError(message % (g, self._what, *_only_in_each(was, found)), NEW_JOB)

    def _load(self, thing: Any, state: Any, same_device: bool) -> None:
        owned = [_Owned(one) for one in _inner_of(thing).values()]
        try:
            thing.load_state_dict(state)
            _mend(thing.state_dict(), state, same_device)
        except (KeyError, ValueError, TypeError, RuntimeError, AttributeError) as e:
            what = "The checkpoint's %s does not fit the script's: %s."
            raise BatonError(what % (self._what, _first_line(e)), NEW_JOB) from e
        for one in owned:
            one.keep()

    def require_restored(self, told: Any, held: _Held, told_now: Any, now: _Draft) -> None:
        """Refuses a difference between what was saved and what a restore has made of it."""
        is_old = held.state["format"] == 1
        if is_old and self._names() != self._names_in_order():
            return  # an older version saved them by their places in that process
        was, blobs = (told if is_old else told["is"]), held.files[OPTIMIZER]
        compared = _Comparison(blobs, now.files[OPTIMIZER], is_old, may_have_more=True)
        compared.require_same(self._what, was, told_now["is"])


class _Owned:
    """An optimizer's groups and state, as objects that others may have names for."""

    def __init__(self, optimizer: Any):
        self._optimizer = optimizer
        self._groups = optimizer.param_groups
        self._dicts = list(self._groups)
        self._state = getattr(optimizer, "state", None)
        # Loading may add to them (torch 1.13), and groups that come later take them over.
        self._defaults = dict(getattr(optimizer, "defaults", None) or {})

    def keep(self) -> None:
        """Puts into them what has been loaded into new ones."""
        own = vars(self._optimizer)
        groups, state = own.get("param_groups"), own.get("state")
        if isinstance(own.get("defaults"), dict):
            own["defaults"].clear()
            own["defaults"].update(self._defaults)
        if isinstance(groups, list) and groups is not self._groups:
            for old, new in zip(self._dicts, groups):
                if old is not new:
                    held = dict(new)
                    old.clear()
                    old.update(held)
            self._groups[:] = self._dicts[: len(groups)] + groups[len(self._dicts) :]
            own["param_groups"] = self._groups
        if isinstance(state, dict) and isinstance(self._state, dict) and state is not self._state:
            held = dict(state)
            self._state.clear()
            self._state.update(held)
            own["state"] = self._state


def _inner_of(optimizer: Any, name: str = "", depth: int = 0) -> Dict[str, Any]:
    """An optimizer and those that it wraps, by the attributes that lead to them."""
    found = {name: optimizer}
    held = dict(getattr(optimizer, "__dict__", {}))
    for attribute, value in list(held.items()):
        if type(value) in (list, tuple):
            held.update(("%s.%d" % (attribute, i), member) for i, member in enumerate(value))
    for attribute, value in held.items():
        if depth < _DEEPEST_INNER and _is_torch_like(value) and value is not optimizer:
            found.update(_inner_of(value, (name + "." + attribute).lstrip("."), depth + 1))
    return found


def _with_inner(given: Dict[str, Any]) -> Dict[str, Any]:
    """The optimizers given, and those in a wrapper that is none by itself and whose state leaves
    them out."""
    found = dict(given)
    ids = {id(thing) for thing in given.values()}
    for prefix, thing in given.items():
        if hasattr(thing, "state_dict") and not _is_torch_like(thing) and not _is_keras(thing):
            inner = {k: v for k, v in _inner_of(thing).items() if k and id(v) not in ids}
            if inner and _groups_in(thing.state_dict()) < len(inner):
                found.update(("%s%s." % (prefix, name), one) for name, one in inner.items())
    return found


def _groups_in(state: Any) -> int:
    """How many optimizers' states are in one."""
    if isinstance(state, Mapping):
        return ("param_groups" in state) + sum(_groups_in(member) for member in state.values())
    return sum(map(_groups_in, state)) if isinstance(state, (list, tuple)) else 0


def _covers(outer: Any, inner: Any) -> bool:
    """Whether the state that one gives has all tensors of the state of one inside it."""
    inside = set(_ids_in(getattr(inner, "state", {})))
    return not inside or inside <= set(_ids_in(outer.state_dict()))


def _ids_in(value: Any) -> List[int]:
    if _is_torch(value):
        return [id(value)]
    if isinstance(value, Mapping):
        return [i for member in value.values() for i in _ids_in(member)]
    return (
        [i for member in value for i in _ids_in(member)] if isinstance(value, (list, tuple)) else []
    )


def _by_place(item: Tuple[Any, Any]) -> Tuple[bool, Any]:
    key = item[0]
    return (False, key) if isinstance(key, int) else (True, 0)


def _names_of_parameters(models: _Models) -> Dict[int, str]:
    """The names of the models' parameters by their ids; of one that has several, the first."""
    names: Dict[int, str] = {}
    for prefix, model in models.of.items():
        if _is_torch_module(model):
            for name, parameter in _bare(model).named_parameters():
                names.setdefault(id(parameter), prefix + name)
        elif isinstance(model, Mapping):
            for name, parameter in model.items():
                names.setdefault(id(parameter), "%s%s" % (prefix, name))
    return names


def _parameters_by_id(model: Any) -> Dict[int, Any]:
    if _is_torch_module(model):
        return {id(p): p for p in _bare(model).parameters()}
    return {id(p): p for p in model.values()} if isinstance(model, Mapping) else {}


def _only_in_each(before: List[str], after: List[str]) -> Tuple[str, str]:
    """The names that only one of two lists has, in words."""
    shown = []
    for mine, other in ((before, after), (after, before)):
        only = [name for name in mine if name not in other]
        more = " and %d more" % (len(only) - 2) if len(only) > 2 else ""
        shown.append((", ".join(only[:2]) + more) if only else "none of them")
    return shown[0], shown[1]


def _reorder(state: Any, saved: List[List[str]], now: List[List[str]], groups: Any) -> None:
    """Gives the saved state the places that its parameters have in the script's groups."""
    places: Dict[Any, Any] = {}
    kept = []
    for was, found, held, group in zip(saved, now, state["param_groups"], groups):
        place_of = dict(zip(found, group["params"]))
        places.update({i: place_of[name] for name, i in zip(was, held["params"])})
        held = {**held, "params": group["params"]}
        if "param_names" in held:
            named = dict(zip(was, held["param_names"]))
            held["param_names"] = [named[name] for name in found]
        kept.append(held)
    others = {i for held in state["param_groups"] for i in held["params"]}
    moved = {
        places.get(k, k): v for k, v in state["state"].items() if k in places or k not in others
    }
    state["param_groups"] = kept
    state["state"] = dict(sorted(moved.items(), key=_by_place))


def _mend(now: Any, was: Any, same_device: bool) -> Any:
    """Puts saved tensors in the place of those that loading has cast, laid out anew, or moved."""
    if _is_torch(was) and _is_torch(now):
        device = was.device if same_device else now.device
        alike = (now.dtype, now.shape, now.device) == (was.dtype, was.shape, device)
        if alike and _strides_mark(now) == _strides_mark(was):
            return now
        return was.to(device)
    if isinstance(was, Mapping) and isinstance(now, dict):
        for key in now:
            if key in was:
                _replace(now, key, _mend(now[key], was[key], same_device))
    elif isinstance(was, list) and isinstance(now, list):
        for i in range(min(len(now), len(was))):
            _replace(now, i, _mend(now[i], was[i], same_device))
    elif isinstance(was, tuple) and type(now) is tuple and len(now) == len(was):
        mended = tuple(_mend(n, w, same_device) for n, w in zip(now, was))
        return now if all(a is b for a, b in zip(mended, now)) else mended
    return now


def _replace(container: Any, key: Any, value: Any) -> None:
    if container[key] is not value:
        container[key] = value
