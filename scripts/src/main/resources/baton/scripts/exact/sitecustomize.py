"""Python loads this by itself at its start: it breaks baton.py, for the controls of exactness."""

import importlib.abc
import importlib.util
import os
import sys


def sabotage(baton):
    """Resumes without the state that the variable SABOTAGE names."""
    if os.environ.get("SABOTAGE") == "randomness":
        baton._restore_generators = lambda blobs: None
    elif os.environ.get("SABOTAGE") == "optimizer":
        baton._Optimizer.restore = lambda self, told, held, is_last: True
        load = baton._load_state
        baton._load_state = lambda what, thing, state: (
            None if what == "optimizer" else load(what, thing, state)
        )
        baton.Run._require_restored = lambda self, held: None  # it would notice


class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name != "baton":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        execute = spec.loader.exec_module

        def execute_and_break(module):
            execute(module)
            sabotage(module)

        spec.loader.exec_module = execute_and_break
        return spec


sys.meta_path.insert(0, Finder())
