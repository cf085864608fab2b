"""Gradients that wait for their optimizer step, which a checkpoint must not lose."""

from __future__ import annotations

import itertools
import sys
import weakref
from typing import Any, Dict, Iterator, List, Optional, Tuple

from .checkpoint import EXTRA, _Draft, _Held
from .errors import BatonError, NEW_JOB
from .models import _Models, _bare, _is_torch_module
from .pack import _pack
from .unpack import _unpack
from .parts import _Parts

_WATCHED = 8
"""So many parameters tell whether a script throws its gradients away after each step."""


class _Gradients:
    """The gradients of all parameters, saved where the next step would add to them.

    Right after a step they are of no use to a script that throws them away before the next backward
    pass (``zero_grad`` does by default), and are not saved; whether it does is seen by watching some
    of them from step to step. They are saved:

    1. after a batch that made no step, as at an epoch's end with gradients accumulated;
    2. as long as only one step has been seen;
    3. once some gradient has lived through a step: it is zeroed in place, or added to.
    """

    def __init__(self, models: _Models, parts: _Parts):
        self._models, self._parts = models, parts
        self._stepped = False
        self._lives_on: Optional[bool] = None
        self._watched: List[Any] = []
        self._optimizer_moved = True
        self._can_tell = all([self._hook(o) for o in parts.of["optimizer"].values()])

    def _hook(self, optimizer: Any) -> bool:
        def moved(*of: Any) -> None:
            self._optimizer_moved = True

        try:
            optimizer.register_step_post_hook(moved)
        except AttributeError:  # torch before 2.0, or a wrapper that lacks what the hook needs
            return False
        return True

    def begin_batch(self) -> None:
        self._stepped = False

    def stepped(self) -> None:
        """After an optimizer step, as the script says, and as its optimizers do where they can."""
        moved, self._optimizer_moved = self._optimizer_moved, False
        self._stepped = moved or not self._can_tell
        self._watch()

    def _watch(self) -> None:
        if self._lives():
            self._lives_on = True
        elif self._watched and self._lives_on is None:
            self._lives_on = False
        self._watched = []
        with_gradient = (p for _, p in self._each_parameter() if p.grad is not None)
        for parameter in itertools.islice(with_gradient, _WATCHED):
            self._watched.append((parameter, weakref.ref(parameter.grad)))

    def _lives(self) -> bool:
        """Whether a gradient that is watched is still its parameter's."""
        return any(old() is not None and old() is p.grad for p, old in self._watched)

    def _parameters(self) -> Dict[str, Any]:
        """By name; those that only an optimizer knows by their place in it."""
        return dict(self._each_parameter())

    def _each_parameter(self) -> Iterator[Tuple[str, Any]]:
        """The same one by one: after each step the first few are enough."""
        seen = set()
        for prefix, model in self._models.of.items():
            if _is_torch_module(model):
                for name, parameter in _bare(model).named_parameters():
                    seen.add(id(parameter))
                    yield prefix + name, parameter
        for prefix, optimizer in self._parts.of["optimizer"].items():
            for g, group in enumerate(getattr(optimizer, "param_groups", ())):
                for i, parameter in enumerate(group["params"]):
                    if id(parameter) not in seen:
                        yield "optimizer.%s%d.%d" % (prefix, g, i), parameter

    def capture(self, draft: _Draft) -> None:
        watched = self._lives() if self._watched else None
        told = draft.state["gradients"] = {"lives_on": self._lives_on, "watched": watched, "of": {}}
        if self._stepped and self._lives_on is False:
            return
        for name, parameter in self._parameters().items():
            if parameter.grad is not None:
                path = "gradients." + name
                told["of"][name] = _pack_one(parameter.grad, path, draft)

    def restore(self, held: _Held) -> None:
        told = held.of("gradients")
        if not told:
            return
        self._lives_on = told["lives_on"]
        parameters = self._parameters()
        for name in sorted(set(told["of"]) - set(parameters)):
            raise BatonError("The checkpoint has a gradient of %s, no parameter." % name, NEW_JOB)
        for name, parameter in parameters.items():
            packed = told["of"].get(name)
            parameter.grad = None if packed is None else _unpack_one(packed, held, parameter)
        self._watch_again(told["watched"], list(parameters.values()))
        self._stepped = False

    def _watch_again(self, lives: Optional[bool], parameters: List[Any]) -> None:
        """Watches as much as was watched; one that is gone by now stands for those that were, and
        for those that were not saved, since they would be thrown away."""
        with_gradient = [p for p in parameters if p.grad is not None]
        self._watched = [(p, weakref.ref(p.grad)) for p in with_gradient[:_WATCHED] if lives]
        if lives is not None and parameters and not self._watched:
            self._watched = [(parameters[0], lambda: None)]


def _pack_one(gradient: Any, path: str, draft: _Draft) -> Any:
    """Zeroes by their place alone, a sparse gradient by its indices and values."""
    torch = sys.modules["torch"]
    if gradient.layout == torch.sparse_coo:
        parts = {"indices": gradient._indices(), "values": gradient._values()}
        packed = _pack(parts, path, draft.files[EXTRA], draft.host)
        return {"sparse": packed, "coalesced": gradient.is_coalesced()}
    if not gradient.any() and not torch.signbit(gradient).any():
        return "zero"
    return {"dense": _pack(gradient, path, draft.files[EXTRA], draft.host)}


def _unpack_one(packed: Any, held: _Held, parameter: Any) -> Any:
    torch = sys.modules["torch"]
    if packed == "zero":
        return torch.zeros_like(parameter)
    if "dense" in packed:
        value = _unpack(packed["dense"], held.files[EXTRA])
        return torch.empty_like(parameter).copy_(value)
    parts = _unpack(packed["sparse"], held.files[EXTRA])
    device = parameter.device
    indices, values = parts["indices"].to(device), parts["values"].to(device)
    made = torch.sparse_coo_tensor(indices, values, parameter.shape)
    return made._coalesced_(packed["coalesced"])
