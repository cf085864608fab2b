"""Baton's start of a child's Python: runs before the script, and before it imports anything.

The worker puts this file beside ``baton.py``, at the head of ``PYTHONPATH``, so Python finds it in the
place of the environment's own ``sitecustomize``, which is run after it as if it had been found.
"""

import os
import sys

from baton.early import _Early


def _begin():
    """Begins to listen, in the process that may be the script; its helpers know that it has begun."""
    if "BATON_SOCKET" in os.environ and "BATON_SCRIPT" not in os.environ:
        sys._baton_early = _Early(before_baton=True)


def _run_the_next():
    """Runs the ``sitecustomize`` that Python would have found without this one, if there is one."""
    # By these names they are there already; importlib itself would have to be loaded.
    from _frozen_importlib import module_from_spec
    from _frozen_importlib_external import PathFinder

    here = os.path.dirname(os.path.abspath(__file__))
    elsewhere = [folder for folder in sys.path if os.path.abspath(folder) != here]
    spec = PathFinder.find_spec("sitecustomize", elsewhere)
    if spec is not None and spec.loader is not None:
        sys.modules["sitecustomize"] = module_from_spec(spec)
        spec.loader.exec_module(sys.modules["sitecustomize"])


try:
    _begin()
except Exception:
    pass  # Whatever this misses, no Python may fail to start for it.
_run_the_next()
