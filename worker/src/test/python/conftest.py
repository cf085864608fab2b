"""Lets the tests import the baton.py that the worker delivers, on one thread each."""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OMP_WAIT_POLICY"] = "passive"
os.environ["KERAS_BACKEND"] = "torch"
CACHE = tempfile.mkdtemp(prefix="baton-tests-")
atexit.register(shutil.rmtree, CACHE, ignore_errors=True)
os.environ["XDG_CACHE_HOME"] = CACHE  # What scripts note for their next life does not stay.
RESOURCES = Path(__file__).parents[2] / "main" / "resources" / "baton" / "worker" / "child"
sys.path[:0] = [str(RESOURCES), str(Path(__file__).parent)]
sys.dont_write_bytecode = True
