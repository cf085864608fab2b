"""Ctrl-C and SIGTERM by hand: the first is obeyed after a save, the second at once."""

from __future__ import annotations

import os
import signal
import threading
from typing import Any, Dict, Optional

_SOON = "\nbaton: saves after this batch, then ends; the same again ends at once\n"


class _Interrupts:
    """Which signal has told this process to end, from the first batch to the last.

    Before, after, and in other threads than the main one Python's own way is left alone: an end
    that waits for a batch would be none.
    """

    def __init__(self) -> None:
        self.told: Optional[int] = None
        self._before: Dict[int, Any] = {}
        self._pid = 0

    def watch(self) -> None:
        self._pid = os.getpid()
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                before = signal.signal(number, self._hear)
                self._before[number] = signal.SIG_DFL if before is None else before

    def release(self) -> None:
        """Gives the signals back to whoever had them before."""
        if threading.current_thread() is threading.main_thread():
            for number, before in self._before.items():
                if signal.getsignal(number) == self._hear:
                    signal.signal(number, before)
            self._before = {}

    def _hear(self, number: int, frame: Any) -> None:
        if os.getpid() != self._pid:
            # A loader's process, which ends with this one. A terminal's Ctrl-C reaches it, too.
            if number == signal.SIGTERM:
                signal.signal(number, signal.SIG_DFL)
                os.kill(os.getpid(), number)
        elif self.told is None:
            self.told = number
            os.write(2, _SOON.encode())
        else:
            self.release()
            os.kill(os.getpid(), number)
