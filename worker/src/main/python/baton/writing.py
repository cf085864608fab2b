"""Writes a save in the background, one at a time."""

from __future__ import annotations

import threading
from typing import Callable, Optional


class _Writing:
    """A thread that writes one save; the next waits for it, for there is memory for one."""

    def __init__(self) -> None:
        self._thread: Optional[threading.Thread] = None
        self._failed: Optional[BaseException] = None

    def begin(self, work: Callable[[], None]) -> None:
        def run() -> None:
            try:
                work()
            except BaseException as e:
                self._failed = e

        self._thread = threading.Thread(target=run, name="baton-save")
        self._thread.start()

    def finish(self) -> None:
        """Waits for the save that is being written; raises what it failed with."""
        if self._thread is not None:
            self._thread.join()
        self._thread = None
        if self._failed is not None:
            raise self._failed
