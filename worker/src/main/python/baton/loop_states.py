"""What a framework's loop holds beside the model and its optimizers."""

from __future__ import annotations

from typing import Any, Dict, Mapping

from .checkpoint import EXTRA, _Draft, _Held
from .pack import _pack
from .unpack import _unpack


class _LoopStates:
    """The states of frameworks' loops by name; a part of the program's state.

    A loop has ``state_dict()``, of plain values and tensors, and ``load_state_dict(state)``; and
    ``load_before(counts, held)`` for checkpoints of format 1, in which it was the script's own state.
    """

    def __init__(self, loops: Mapping[str, Any]):
        self.of: Dict[str, Any] = dict(loops)

    def capture(self, draft: _Draft) -> None:
        told = draft.state.setdefault("state", {})
        for name, loop in self.of.items():
            told[name] = _pack(loop.state_dict(), "state." + name, draft.files[EXTRA], draft.host)

    def restore(self, held: _Held) -> None:
        if held.state["format"] == 1 and "loop" in self.of:
            packed = held.loops.setdefault("before", held.state.get("state", {}).pop("", {}))
            self.of["loop"].load_before(_unpack(packed, held.files[EXTRA]), held)
        for name, loop in self.of.items():
            packed = held.loops.get(name)
            if packed is not None:
                loop.load_state_dict(_unpack(packed, held.files[EXTRA]))
