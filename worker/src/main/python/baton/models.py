"""Models: their tensors by name, and a checkpoint's put into them."""

from __future__ import annotations

import hashlib
import math
import sys
from typing import Any, Dict, Mapping, Tuple

from .checkpoint import EXTRA, FROZEN, MODEL, _Draft, _Held
from .errors import BatonError, NEW_JOB
from .pack import _pack
from .unpack import _unpack
from .tensors import Blob, _NUMPY, _TORCH, _is_numpy, _is_torch, _to_numpy, _to_torch


def _named(value: Any) -> Dict[str, Any]:
    """One object, a list or a dict of them, by the prefix of their tensors."""
    if value is None:
        return {}
    if isinstance(value, (list, tuple)):
        return {"%d." % i: v for i, v in enumerate(value)}
    if isinstance(value, dict) and value and not any(_is_leaf(v) for v in value.values()):
        return {"%s." % k: v for k, v in value.items()}
    return {"": value}


def _is_leaf(value: Any) -> bool:
    return _is_torch(value) or _is_numpy(value)


def _bare(model: Any) -> Any:
    """The module itself, without what compiles or distributes it."""
    while True:
        if hasattr(model, "_orig_mod"):
            model = model._orig_mod
        elif type(model).__name__ in ("DistributedDataParallel", "DataParallel"):
            model = model.module
        else:
            return model


def _is_torch_module(thing: Any) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(_bare(thing), torch.nn.Module)


def _is_keras(thing: Any) -> bool:
    modules = [c.__module__.split(".")[0] for c in type(thing).__mro__]
    return "keras" in modules and hasattr(thing, "variables")


def _keras_variables(thing: Any) -> Dict[str, Any]:
    """A Keras model's or optimizer's variables by path, seed generators among them."""
    named: Dict[str, Any] = {}
    for variable in thing.variables:
        path, again = variable.path, 1
        while path in named:
            again += 1
            path = "%s#%d" % (variable.path, again)
        named[path] = variable
    return named


def _tensors_of(model: Any) -> Tuple[Dict[str, Any], Dict[str, Any]]:
    """A model's tensors by name, and what else its state holds."""
    if _is_keras(model):
        ops = sys.modules["keras"].ops
        named = _keras_variables(model)
        return {name: ops.convert_to_numpy(v) for name, v in named.items()}, {}
    state = _bare(model).state_dict() if hasattr(model, "state_dict") else model
    if not isinstance(state, Mapping):
        what = type(model).__name__
        raise BatonError("%s is no model: it has no state_dict and is no dict of arrays." % what)
    tensors = {k: v for k, v in state.items() if _is_leaf(v)}
    return tensors, {k: v for k, v in state.items() if k not in tensors}


def _load_model(model: Any, blobs: Mapping[str, Blob], rest: Mapping[str, Any]) -> None:
    """Puts a checkpoint's tensors into a model that has just these."""
    if _is_keras(model):
        for name, variable in _keras_variables(model).items():
            variable.assign(_to_numpy(blobs[name]))
    elif hasattr(model, "state_dict"):
        state = {name: _to_torch(blob) for name, blob in blobs.items()}
        _bare(model).load_state_dict({**state, **rest})
    else:
        for name, blob in blobs.items():
            if _is_torch(model[name]):
                with sys.modules["torch"].no_grad():
                    model[name].copy_(_to_torch(blob))
            else:
                model[name][...] = _to_numpy(blob)


def _layout(model: Any) -> Dict[str, Tuple[str, Tuple[int, ...]]]:
    """The dtype and shape of each of a model's tensors, by name."""
    layout = {}
    for name, value in _tensors_of(model)[0].items():
        names = _TORCH if _is_torch(value) else _NUMPY
        dtype = str(value.dtype).replace("torch.", "")
        layout[name] = (names.get(dtype, dtype), tuple(value.shape))
    return layout


def _require_fit(prefix: str, model: Any, blobs: Mapping[str, Blob]) -> None:
    """Refuses a checkpoint of another model, and names the first tensor that differs."""
    wanted = _layout(model)
    for name in sorted(set(wanted) | set(blobs)):
        if name not in blobs:
            raise _changed("The checkpoint has no tensor %s%s." % (prefix, name))
        if name not in wanted:
            raise _changed("The model has no tensor %s%s." % (prefix, name))
        found = (blobs[name].dtype, blobs[name].shape)
        if found != wanted[name]:
            message = "The tensor %s%s is %s in the checkpoint and %s in the model."
            raise _changed(message % (prefix, name, _describe(found), _describe(wanted[name])))


def _changed(message: str) -> BatonError:
    return BatonError(message + " The model is not the one that began the job.", NEW_JOB)


def _describe(layout: Tuple[str, Tuple[int, ...]]) -> str:
    return "%s %s" % (layout[0], list(layout[1]))


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


class _Models:
    """The models that a script gave, by the prefix of their tensors' names."""

    def __init__(self, model: Any):
        self.of: Dict[str, Any] = _named(model)

    def capture(self, draft: _Draft) -> None:
        rest = draft.state["model"] = {}
        for prefix, model in self.of.items():
            tensors, other = _tensors_of(model)
            for name, value in tensors.items():
                _require_sound(prefix + name, value, draft)
                blob = draft.host.copy("model " + prefix + name, value)
                draft.files[MODEL][prefix + name] = blob
            if other:
                rest[prefix] = _pack(other, "model." + prefix, draft.files[EXTRA], draft.host)

    def restore(self, held: _Held) -> None:
        every = {**held.files[MODEL], **held.files[FROZEN]}
        for prefix, model in self.of.items():
            mine = {k[len(prefix) :]: v for k, v in every.items() if k.startswith(prefix)}
            _require_fit(prefix, model, mine)
            other = _unpack(held.of("model").get(prefix, {}), held.files[EXTRA])
            _load_model(model, mine, other)

    def architecture(self) -> str:
        """The sha256 over names, dtypes and shapes of all tensors."""
        lines = [
            "%s%s %s %s\n" % (prefix, name, dtype, list(shape))
            for prefix, model in self.of.items()
            for name, (dtype, shape) in _layout(model).items()
        ]
        return hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()


def _require_sound(name: str, value: Any, draft: _Draft) -> None:
    if _has_nan(value):
        message = "%s holds NaN at epoch %d, batch %d, so nothing was saved."
        remedy = "Try a smaller learning rate, clipping, or cleaner data; or start anew."
        raise BatonError(message % (name, draft.epoch, draft.batch), remedy)
