"""Baton's start of a child's Python: runs before the script, and before it imports anything.

The worker puts this file beside ``baton.py``, at the head of ``PYTHONPATH``, so Python finds it in the
place of the environment's own ``sitecustomize``, which is run after it as if it had been found.
"""

import importlib.util
import os
import sys
from importlib.machinery import PathFinder


def _run_the_next():
    """Runs the ``sitecustomize`` that Python would have found without this one, if there is one."""
    here = os.path.dirname(os.path.abspath(__file__))
    elsewhere = [folder for folder in sys.path if os.path.abspath(folder) != here]
    spec = PathFinder.find_spec("sitecustomize", elsewhere)
    if spec is not None and spec.loader is not None:
        sys.modules["sitecustomize"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules["sitecustomize"])


_run_the_next()
