"""What Keras' fit holds beside the model and its optimizer."""

from __future__ import annotations

from typing import Any, Dict, Optional

from .checkpoint import _Held


class _KerasState:
    """Holds the state of a ``fit`` that has not begun yet, and asks the one that has.

    A script resumes its model before it makes the callbacks, and calls ``fit`` last.
    """

    def __init__(self) -> None:
        self.fit: Any = None
        self._waiting: Optional[Dict[str, Any]] = None

    def begin(self, fit: Any) -> None:
        self.fit = fit
        if self._waiting:
            fit.load_state_dict(self._waiting)
        self._waiting = None

    def state_dict(self) -> Dict[str, Any]:
        return {} if self.fit is None else dict(self.fit.state_dict())

    def load_before(self, counts: Any, held: _Held) -> None:
        """Nothing was kept of a ``fit``, which was saved at the ends of epochs."""

    def load_state_dict(self, state: Dict[str, Any]) -> None:
        if self.fit is None:
            self._waiting = state
        elif state:
            self.fit.load_state_dict(state)
