"""Whoever says what to do: the worker that started this process, or nobody."""

from __future__ import annotations

import os
from typing import Union

from .alone import _Alone
from .worker import _Worker


_link: Union[_Alone, _Worker, None] = None


def _connected() -> Union[_Alone, _Worker]:
    """Whoever says what to do: the worker that started this process, or nobody."""
    global _link
    if _link is None:
        # Taken out, so that no child of the script takes itself for the script.
        address = os.environ.pop("BATON_SOCKET", None)
        os.environ.pop("BATON_SCRIPT", None)
        _link = _Worker(address) if address else _Alone()
    return _link


def _is_connected() -> bool:
    return _link is not None
