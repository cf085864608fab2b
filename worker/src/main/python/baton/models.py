"""Models: their tensors by name, and a checkpoint's put into them."""

from __future__ import annotations

import hashlib
import math
import sys
from typing import Any, Dict, Iterator, List, Mapping, Tuple

from .checkpoint import EXTRA, FROZEN, MODEL, _Draft, _Held
from .compare import _Comparison, _same_bytes
from .errors import BatonError, NEW_JOB
from .modules import _Module
from .pack import _pack
from .strides import _laid_out, _strides_mark, _write
from .tensors import (
    Blob, _LAZY, _dtype_and_shape, _dtype_mark, _is_numpy, _is_torch, _is_uninitialized,
    _require_fit_to_save, _to_numpy, _to_torch,
)  # fmt: skip
from .unpack import _unpack


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
    """A model's tensors by name, and what else its state holds.

    A torch module's are taken from the modules themselves: hooks may leave some out of its
    ``state_dict``, or name them otherwise. What hooks add is among the rest.
    """
    if _is_keras(model):
        ops = sys.modules["keras"].ops
        named = _keras_variables(model)
        return {name: ops.convert_to_numpy(v) for name, v in named.items()}, {}
    if _is_torch_module(model):
        return _tensors_of_module(_bare(model))
    state = model.state_dict() if hasattr(model, "state_dict") else model
    if not isinstance(state, Mapping):
        what = type(model).__name__
        raise BatonError("%s is no model: it has no state_dict and is no dict of arrays." % what)
    tensors = {k: v for k, v in state.items() if _is_leaf(v)}
    return tensors, {k: v for k, v in state.items() if k not in tensors}


def _tensors_of_module(module: Any) -> Tuple[Dict[str, Any], Dict[str, Any]]:
    tensors: Dict[str, Any] = {}
    rest: Dict[str, Any] = {}
    for prefix, part in _parts_of(module):
        passing = getattr(part, "_non_persistent_buffers_set", ())
        for name, value in [*part._parameters.items(), *part._buffers.items()]:
            if value is not None and name not in passing:
                tensors[prefix + name] = value
        if type(part).get_extra_state is not sys.modules["torch"].nn.Module.get_extra_state:
            rest[prefix + "_extra_state"] = part.get_extra_state()
    places = {_place(v) for v in tensors.values()}
    for name, value in module.state_dict().items():
        known = name in tensors or name in rest
        if not known and not (_is_torch(value) and _place(value) in places):
            rest[name] = value
    return tensors, rest


def _parts_of(module: Any) -> Iterator[Tuple[str, Any]]:
    """A module and those in it, by what the names of their tensors begin with."""
    for name, part in module.named_modules(remove_duplicate=False):
        yield (name + "." if name else ""), part


def _place(value: Any) -> Any:
    """Where a tensor lies: the same of what ``state_dict`` gives and of the module's own."""
    if (
        _is_uninitialized(value)
        or value.numel() == 0
        or value.layout != sys.modules["torch"].strided
    ):
        return id(value)
    try:
        return value.data_ptr(), value.dtype, tuple(value.shape)
    except RuntimeError:
        return id(value)


def _load_rest(module: Any, rest: Mapping[str, Any]) -> None:
    """Puts back what a module's state holds beside its tensors."""
    rest = dict(rest)
    for prefix, part in _parts_of(module):
        if prefix + "_extra_state" in rest:
            part.set_extra_state(rest.pop(prefix + "_extra_state"))
    if rest:
        state = module.state_dict()
        state.update(rest)
        module.load_state_dict(state)


def _load_model(
    model: Any, blobs: Mapping[str, Blob], rest: Mapping[str, Any], marks: Mapping[str, Any]
) -> None:
    """Puts a checkpoint's tensors into a model that has just these."""
    if _is_keras(model):
        for name, variable in _keras_variables(model).items():
            variable.assign(_to_numpy(blobs[name]))
    elif _is_torch_module(model):
        module = _bare(model)
        for prefix, part in _parts_of(module):
            for own in (part._parameters, part._buffers):
                for name, value in list(own.items()):
                    full = prefix + name
                    if full in blobs and name not in _passing(part):
                        put = _put(value, blobs[full], marks.get(full, {}))
                        if put is not value:
                            own[name] = put
        if rest:
            _load_rest(module, rest)
    elif hasattr(model, "load_state_dict"):
        state = {name: _to_torch(blob) for name, blob in blobs.items()}
        model.load_state_dict({**state, **rest})
    else:
        for name, blob in blobs.items():
            _put(model[name], blob, marks.get(name, {}))


def _passing(part: Any) -> Any:
    return getattr(part, "_non_persistent_buffers_set", ())


def _put(target: Any, blob: Blob, marks: Mapping[str, Any]) -> Any:
    """Puts a blob's values into a tensor or an array, in place, and gives it; a buffer that has
    another shape by now is replaced."""
    if not _is_torch(target) and target is not None:
        values = _to_numpy(blob, marks.get("dtype"), marks.get("shape"))
        target[...] = values
        return target
    values = _to_torch(blob, marks.get("dtype"), marks.get("shape"))
    if _is_uninitialized(target):
        target.materialize(values.shape, dtype=values.dtype)
    if target is None:
        return values
    if (values.dtype, values.shape) != (target.dtype, target.shape):
        return values.to(target.device)
    wanted = marks.get("strides")
    if _strides_mark(target) != wanted:
        target.data = _laid_out(values.to(target.device), wanted)
    else:
        _write(target, values)
    return target


def _marks_of(value: Any) -> Dict[str, Any]:
    """What a blob does not tell about a model's tensor: how it lies, and a dtype of others."""
    marks: Dict[str, Any] = {}
    strides, dtype = _strides_mark(value), _dtype_mark(value)
    if strides is not None:
        marks["strides"] = strides
    if dtype is not None:
        marks["dtype"], marks["shape"] = dtype, list(value.shape)
    return marks


def _layout(tensors: Mapping[str, Any]) -> Dict[str, Tuple[str, Tuple[int, ...]]]:
    """The dtype and shape of each of a model's tensors, by name."""
    return {name: _dtype_and_shape(value) for name, value in tensors.items()}


def _require_fit(
    prefix: str, wanted: Mapping[str, Any], blobs: Mapping[str, Blob], told: Mapping[str, Any]
) -> None:
    """Refuses a checkpoint of another model, and names the first tensor that differs."""
    marks, changing = told.get("marks", {}), _changing_buffers(told)
    for name in sorted(set(wanted) | set(blobs)):
        if name not in wanted:
            raise _changed("The model has no tensor %s%s." % (prefix, name))
        if name not in blobs:
            if wanted[name][0] == _LAZY or name in changing:
                continue
            raise _changed("The checkpoint has no tensor %s%s." % (prefix, name))
        mark = marks.get(name, {})
        shape = tuple(mark.get("shape", blobs[name].shape))
        found = (mark.get("dtype", blobs[name].dtype), shape)
        if wanted[name][0] != _LAZY and found != wanted[name]:
            message = "The tensor %s%s is %s in the checkpoint and %s in the model."
            raise _changed(message % (prefix, name, _describe(found), _describe(wanted[name])))


def _changing_buffers(told: Mapping[str, Any]) -> "set[str]":
    """The names of buffers that a checkpoint has among the changed attributes."""
    return set(told.get("buffers", ()))


def _changed(message: str) -> BatonError:
    return BatonError(message + " The model is not the one that began the job.", NEW_JOB)


def _describe(layout: Tuple[str, Tuple[int, ...]]) -> str:
    return "%s %s" % (layout[0], list(layout[1]))


def _has_nan(value: Any) -> bool:
    if _is_torch(value):
        torch = sys.modules["torch"]
        if not (value.is_floating_point() or value.is_complex()) or value.numel() == 0:
            return False
        narrow = "float8" in str(value.dtype) or "float4" in str(value.dtype)
        return bool(torch.isnan(value.detach().float() if narrow else value.detach()).any())
    if _is_numpy(value):
        return bool(value.dtype.kind in "fc" and sys.modules["numpy"].isnan(value).any())
    return isinstance(value, float) and math.isnan(value)


class _Models:
    """The models that a script gave, by the prefix of their tensors' names."""

    def __init__(self, model: Any):
        self.of: Dict[str, Any] = _named(model)
        self._built: Dict[str, Dict[str, Tuple[str, Tuple[int, ...]]]] = {}
        self._modules: Dict[str, _Module] = {}
        lines: List[str] = []
        for prefix, model in self.of.items():
            tensors, rest = _tensors_of(model)
            for name, value in tensors.items():
                if not _is_uninitialized(value):
                    _require_fit_to_save(prefix + name, value)
            _pack(rest, ("model." + prefix).rstrip("."), {}, None)
            self._built[prefix] = _layout(tensors)
            if _is_torch_module(model) and not _is_keras(model):  # Keras sets modes by itself
                what = "model" + ("." + prefix.rstrip(".") if prefix else "")
                self._modules[prefix] = _Module(what, _bare(model), self._built[prefix])
            lines += _lines_of(prefix, _layout(_given(model)))
        self._architecture = hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()

    def check(self) -> None:
        """Refuses what the script has made since ``resume`` and a resumed one could not put back."""
        for prefix, module in self._modules.items():
            module.check()
            _pack(_tensors_of(self.of[prefix])[1], ("model." + prefix).rstrip("."), {}, None)

    def capture(self, draft: _Draft) -> None:
        rest = draft.state["model"] = {}
        modules = draft.state["modules"] = {}
        for prefix, model in self.of.items():
            tensors, other = _tensors_of(model)
            told = modules[prefix] = {}
            if prefix in self._modules:
                told.update(self._modules[prefix].capture("modules." + prefix, draft))
            kept = {k: v for k, v in tensors.items() if k not in _changing_buffers(told)}
            marks = {k: _marks_of(v) for k, v in kept.items() if not _is_uninitialized(v)}
            for name, value in kept.items():
                if _is_uninitialized(value):
                    continue
                _require_sound(prefix + name, value, draft)
                file = FROZEN if _is_frozen(value) else MODEL
                blob = draft.host.copy("model " + prefix + name, value)
                draft.files[file][prefix + name] = blob
            marks = {k: v for k, v in marks.items() if v}
            if marks:
                told["marks"] = marks
            if other:
                rest[prefix] = _pack(other, "model." + prefix, draft.files[EXTRA], draft.host)

    def restore(self, held: _Held) -> None:
        every = {**held.files[MODEL], **held.files[FROZEN]}
        for prefix, model in self.of.items():
            mine = {k[len(prefix) :]: v for k, v in every.items() if k.startswith(prefix)}
            told = held.of("modules").get(prefix, {})
            _require_fit(prefix, self._built[prefix], mine, told)
            other = _unpack(held.of("model").get(prefix, {}), held.files[EXTRA])
            if prefix in self._modules:
                self._modules[prefix].restore(told, held)
            _load_model(model, mine, other, told.get("marks", {}))

    def require_restored(self, held: _Held, now: _Draft) -> None:
        """Refuses a difference between what was saved and what a restore has made of it."""
        is_old = held.state["format"] == 1
        saved = {**held.files[MODEL], **held.files[FROZEN]}
        found = {**now.files[MODEL], **now.files[FROZEN]}
        for name, blob in saved.items():
            if name not in found or blob[:2] != found[name][:2]:
                raise _changed("The tensor %s was not restored as it was saved." % name)
            if not _same_bytes(blob.data, found[name].data):
                raise _changed("The tensor %s has other values restored." % name)
        compared = _Comparison(held.files[EXTRA], now.files[EXTRA], is_old)
        compared.require_same("model", held.of("model"), now.state["model"])
        if not is_old:
            # A load_state_dict of the script's own may set attributes that had not been set.
            compared = _Comparison(held.files[EXTRA], now.files[EXTRA], False, may_have_more=True)
            compared.require_same("modules", held.of("modules"), now.state["modules"])

    def architecture(self) -> str:
        """The sha256 over names, dtypes and shapes of all tensors, as the script built them."""
        return self._architecture


def _given(model: Any) -> Mapping[str, Any]:
    """The tensors that a model's own ``state_dict`` names, by which its architecture is known."""
    if _is_keras(model) or not _is_torch_module(model):
        return _tensors_of(model)[0]
    return {k: v for k, v in _bare(model).state_dict().items() if _is_leaf(v)}


def _lines_of(prefix: str, layout: Mapping[str, Tuple[str, Tuple[int, ...]]]) -> List[str]:
    told = sorted(layout.items())
    return ["%s%s %s %s\n" % (prefix, name, d, list(shape)) for name, (d, shape) in told]


def _is_frozen(value: Any) -> bool:
    """Whether it is a parameter that is not trained: such are sent again only if they change."""
    return (
        _is_torch(value)
        and isinstance(value, sys.modules["torch"].nn.Parameter)
        and not value.requires_grad
    )


def _require_sound(name: str, value: Any, draft: _Draft) -> None:
    if _has_nan(value):
        message = "%s holds NaN at epoch %d, batch %d, so nothing was saved."
        remedy = "Try a smaller learning rate, clipping, or cleaner data; or start anew."
        raise BatonError(message % (name, draft.epoch, draft.batch), remedy)
