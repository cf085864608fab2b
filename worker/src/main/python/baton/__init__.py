"""Baton: three lines make a training script a relay that survives its machine.

    run = baton.resume(model, optimizer, scheduler)      # weights, slots, generators: as they were
    for x, y in run.batches(loader):                     # from the batch where the last one stopped
        ...
        run.step(loss=loss)                              # between two of these, all can be saved

Started by a Baton worker, the script obeys it over a local socket; see docs/reference/program-protocol.md.
Started by hand, it saves into a folder and resumes from there. One file; the standard library
alone, and torch, keras or numpy where the script itself has imported them. Nothing is pickled.
"""

from __future__ import annotations

import sys

if sys.version_info < (3, 9):
    raise SystemExit("baton.py needs Python 3.9 or newer, and this is " + sys.version.split()[0])

from .errors import BatonError
from .hugging_face import hugging_face_callback
from .job import Job, job
from .keras_loop import keras_callback
from .lightning_loop import lightning_callback
from .resume import position, resume
from .run import Run

__version__ = "0.1.0"
__all__ = [
    "BatonError",
    "Job",
    "Run",
    "hugging_face_callback",
    "job",
    "keras_callback",
    "lightning_callback",
    "position",
    "resume",
]
