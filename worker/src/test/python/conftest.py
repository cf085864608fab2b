"""Lets the tests import the baton.py that the worker delivers, on one thread each."""

import os
import sys
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OMP_WAIT_POLICY"] = "passive"
os.environ["KERAS_BACKEND"] = "torch"
RESOURCES = Path(__file__).parents[2] / "main" / "resources" / "baton" / "worker" / "child"
sys.path[:0] = [str(RESOURCES), str(Path(__file__).parent)]
sys.dont_write_bytecode = True
