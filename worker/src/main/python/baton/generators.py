"""The generators of randomness: seeded, captured, restored."""

from __future__ import annotations

import hashlib
import random
import struct
import sys
from typing import Any, Dict, Mapping, Optional

from .checkpoint import EXTRA, _Draft, _Held
from .errors import BatonError, NEW_JOB
from .tensors import Blob, _to_torch


def _derive(*what: Any) -> int:
    """A seed of 32 bits, as every framework takes it."""
    return int.from_bytes(hashlib.sha256(repr(what).encode()).digest()[:4], "big")


def _seed_generators(seed: int) -> None:
    random.seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seed)


def _capture_generators() -> Dict[str, Blob]:
    """The states of Python's, NumPy's, torch's and CUDA's generators, as bytes."""
    states: Dict[str, bytes] = {}
    _, words, gauss = random.getstate()
    spare = struct.pack("<?d", gauss is not None, gauss or 0.0)
    states["python"] = struct.pack("<625I", *words) + spare
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        _, key, place, has_gauss, gauss = numpy.random.get_state()
        states["numpy"] = struct.pack("<624Ii?d", *key.tolist(), place, bool(has_gauss), gauss)
    torch = sys.modules.get("torch")
    if torch is not None:
        states["torch"] = bytes(torch.get_rng_state().tolist())
        if torch.cuda.is_available() and torch.cuda.is_initialized():
            for i, state in enumerate(torch.cuda.get_rng_state_all()):
                states["cuda.%d" % i] = bytes(state.tolist())
    return {"generator." + k: Blob("U8", (len(v),), v) for k, v in states.items()}


def _restore_generators(blobs: Mapping[str, Blob]) -> None:
    states = {k[len("generator.") :]: v for k, v in blobs.items() if k.startswith("generator.")}
    if "python" not in states:
        raise BatonError("The checkpoint has no tensor generator.python.", NEW_JOB)
    *words, has_gauss, gauss = struct.unpack("<625I?d", states["python"].data)
    random.setstate((3, tuple(words), gauss if has_gauss else None))
    if "numpy" in states:
        numpy = sys.modules.get("numpy") or __import__("numpy")
        *key, place, has_gauss, gauss = struct.unpack("<624Ii?d", states["numpy"].data)
        numpy.random.set_state(("MT19937", key, place, int(has_gauss), gauss))
    if "torch" in states:
        torch = sys.modules.get("torch") or __import__("torch")
        torch.set_rng_state(_to_torch(states["torch"]))
        cuda = [v for k, v in sorted(states.items()) if k.startswith("cuda.")]
        for i, blob in enumerate(cuda[: torch.cuda.device_count()]):
            torch.cuda.set_rng_state(_to_torch(blob), i)


class _Generators:
    """The global generators, as they are, or as they were before a look ahead drew from them."""

    def __init__(self) -> None:
        self._before: Optional[Dict[str, Blob]] = None

    def hold(self) -> None:
        """From here on a checkpoint has the generators of now, until :meth:`release`."""
        self._before = _capture_generators()

    def release(self) -> None:
        self._before = None

    def capture(self, draft: _Draft) -> None:
        draft.files[EXTRA].update(self._before or _capture_generators())

    def restore(self, held: _Held) -> None:
        _restore_generators(held.files[EXTRA])
