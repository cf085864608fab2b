"""What a torch module is besides its tensors: modes, what is trained, attributes, its parts."""

from __future__ import annotations

import sys
from typing import Any, Dict, Mapping, Tuple

from .attributes import _Attributes
from .checkpoint import EXTRA, _Draft, _Held
from .errors import BatonError


class _Module:
    """One of the script's torch modules, as it was at ``resume`` and as it has become."""

    def __init__(self, what: str, module: Any, layout: Mapping[str, Tuple[str, Tuple[int, ...]]]):
        self._what, self._module = what, module
        self._parts = {name: type(part) for name, part in module.named_modules()}
        self._parameters = _parameters_of(module)
        base = tuple(vars(sys.modules["torch"].nn.Module()))
        self._attributes = _Attributes(what, self._holders, base, layout)

    def _holders(self) -> Dict[str, Any]:
        scripted = getattr(sys.modules["torch"].jit, "ScriptModule", ())
        named = self._module.named_modules()
        return {name: part for name, part in named if not isinstance(part, scripted)}

    def check(self) -> None:
        """Refuses parts that the script has added since, and attributes that cannot be kept."""
        self._require_same_parts()
        self._attributes.check()

    def _require_same_parts(self) -> None:
        now = {name: type(part) for name, part in self._module.named_modules()}
        for what, before, after in (
            ("module", self._parts, now),
            ("parameter", self._parameters, _parameters_of(self._module)),
        ):
            for name in sorted(set(before) ^ set(after)):
                done = "was added to" if name in after else "was taken out of"
                message = "The %s %s %s %s after baton.resume, and a resumed script would not"
                message += " have done so."
                remedy = "Build the whole model before baton.resume."
                raise BatonError(message % (what, name, done, self._what), remedy)

    def capture(self, path: str, draft: _Draft) -> Dict[str, Any]:
        self._require_same_parts()
        told = _modes(self._module)
        changed = self._attributes.capture(path, draft.files[EXTRA], draft.host)
        if changed:
            told["attributes"] = changed
        buffers = self._attributes.changing_buffers()
        if buffers:
            told["buffers"] = buffers
        return told

    def restore(self, told: Mapping[str, Any], held: _Held) -> None:
        """Puts all of it back; of a checkpoint that did not tell, nothing."""
        if told:
            _set_modes(self._module, told)
            lasting = told.get("buffers", ())
            self._attributes.restore(told.get("attributes", {}), held.files[EXTRA], lasting)


def _parameters_of(module: Any) -> Dict[str, type]:
    named = (
        module.named_parameters(remove_duplicate=False)
        if _can_repeat(module)
        else module.named_parameters()
    )
    return {name: type(parameter) for name, parameter in named}


def _can_repeat(module: Any) -> bool:
    """Whether this torch gives a shared parameter by all of its names; since 2.0."""
    return "remove_duplicate" in module.named_parameters.__code__.co_varnames


def _modes(module: Any) -> Dict[str, Any]:
    """Whether it is in training, which of its modules are in another mode, and what is frozen."""
    training = bool(module.training)
    named = module.named_modules()
    other = [name for name, part in named if bool(part.training) != training]
    frozen = [name for name, p in module.named_parameters() if not p.requires_grad]
    told: Dict[str, Any] = {"training": training}
    if other:
        told["otherwise"] = other
    if frozen:
        told["frozen"] = frozen
    return told


def _set_modes(module: Any, told: Mapping[str, Any]) -> None:
    other, frozen = set(told.get("otherwise", ())), set(told.get("frozen", ()))
    for name, part in module.named_modules():
        part.training = told["training"] != (name in other)
    for name, parameter in module.named_parameters():
        if parameter.requires_grad == (name in frozen) and parameter.is_leaf:
            parameter.requires_grad_(name not in frozen)
