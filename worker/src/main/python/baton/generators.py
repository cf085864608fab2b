"""The generators of randomness: seeded, captured, restored."""

from __future__ import annotations

import base64
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


def _is_known_generator(thing: Any) -> bool:
    """Whether it is one of Python's, NumPy's or torch's whose state can be saved and put back."""
    kind = type(thing)
    if issubclass(kind, random.Random):
        return not issubclass(kind, random.SystemRandom)
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    if numpy is not None and hasattr(numpy.random, "BitGenerator"):
        known = (numpy.random.Generator, numpy.random.BitGenerator, numpy.random.RandomState)
        if issubclass(kind, known):
            return True
    return torch is not None and issubclass(kind, torch.Generator)


def _is_global_generator(thing: Any) -> bool:
    """Whether it is one that draws where none is named, and that Baton seeds each epoch."""
    ours = [getattr(random, "_inst", None)]
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    if numpy is not None:
        state = getattr(getattr(numpy.random, "mtrand", None), "_rand", None)
        ours += [state, getattr(state, "_bit_generator", None)]
    if torch is not None:
        ours += [torch.default_generator, *getattr(torch.cuda, "default_generators", ())]
    return thing is not None and any(thing is one for one in ours)


def _generator_state(thing: Any) -> Dict[str, Any]:
    """A generator's state as JSON has it: its kind, numbers, and bytes as base64.

    Of NumPy's with the count of those that were spawned from it: the next one depends on it.
    """
    if isinstance(thing, random.Random):
        try:
            version, words, gauss = thing.getstate()
            data = struct.pack("<%dI" % len(words), *words)
        except (TypeError, ValueError, struct.error, NotImplementedError):
            what = "The generator %s has a state that cannot be saved." % type(thing).__name__
            raise BatonError(what, "Give random.Random, NumPy's or torch's generators.") from None
        return {"kind": "python", "version": version, "words": _text(data), "gauss": gauss}
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(thing, torch.Generator):
        return {"kind": "torch", "bytes": _text(thing.get_state().numpy().tobytes())}
    if hasattr(thing, "get_state"):
        return {"kind": "RandomState", "state": _texts(thing.get_state(legacy=False))}
    bits = getattr(thing, "bit_generator", thing)
    kind = "bits" if bits is thing else "numpy"
    told: Dict[str, Any] = {"kind": kind, "state": _texts(bits.state)}
    spawned = getattr(_seed_sequence(bits), "n_children_spawned", 0)
    return {**told, "spawned": spawned} if spawned else told


def _set_generator_state(thing: Any, told: Any) -> None:
    """Puts back what :func:`_generator_state` told, or the object's own form of an older checkpoint.

    A state of another kind of generator is a ``ValueError``.
    """
    kind = told.get("kind") if isinstance(told, dict) else None
    if isinstance(thing, random.Random):
        _require_kind(thing, kind, "python")
        data = base64.b64decode(told["words"])
        words = struct.unpack("<%dI" % (len(data) // 4), data)
        thing.setstate((told["version"], words, told["gauss"]))
    elif hasattr(thing, "manual_seed"):
        torch = sys.modules["torch"]
        if kind is not None:
            _require_kind(thing, kind, "torch")
            told = torch.frombuffer(bytearray(base64.b64decode(told["bytes"])), dtype=torch.uint8)
        thing.set_state(told)
    elif hasattr(thing, "set_state"):
        if kind is not None:
            _require_kind(thing, kind, "RandomState")
            told = _arrays(told["state"])
        thing.set_state(told)
    else:
        bits = getattr(thing, "bit_generator", thing)
        if kind is not None:
            _require_kind(thing, kind, "bits" if bits is thing else "numpy")
            _spawn(bits, told.get("spawned", 0))
            told = _arrays(told["state"])
        bits.state = told


def _made_generator(told: Mapping[str, Any]) -> Any:
    """A new generator whose state :func:`_generator_state` told."""
    kind = told["kind"]
    if kind == "python":
        made: Any = random.Random()
    elif kind == "torch":
        made = (sys.modules.get("torch") or __import__("torch")).Generator()
    else:
        numpy = sys.modules.get("numpy") or __import__("numpy")
        bits = getattr(numpy.random, told["state"]["bit_generator"])()
        makers = {"bits": lambda: bits, "numpy": lambda: numpy.random.Generator(bits)}
        made = makers.get(kind, lambda: numpy.random.RandomState(bits))()
    _set_generator_state(made, told)
    return made


def _require_kind(thing: Any, found: Any, wanted: str) -> None:
    if found != wanted:
        what = type(thing).__name__
        raise ValueError("the state of a generator of the kind %s is none of a %s" % (found, what))


def _spawn(bits: Any, count: int) -> None:
    """Counts on to so many children; NumPy has no other way to say it."""
    seeds = _seed_sequence(bits)
    missing = count - getattr(seeds, "n_children_spawned", 0)
    if missing < 0:
        raise ValueError("more generators were spawned from it than the checkpoint knows")
    if missing:
        seeds.spawn(missing)


def _seed_sequence(bits: Any) -> Any:
    return getattr(bits, "seed_seq", None) or getattr(bits, "_seed_seq", None)


def _seed_generator(thing: Any, seed: int) -> None:
    """Seeds one of the script's own, in place."""
    if hasattr(thing, "manual_seed"):
        thing.manual_seed(seed)
    elif isinstance(thing, random.Random):
        thing.seed(seed)
    elif hasattr(thing, "get_state"):
        fresh = type(thing._bit_generator)(seed).state
        thing.set_state({**thing.get_state(legacy=False), **fresh, "has_gauss": 0, "gauss": 0.0})
    else:
        bits = getattr(thing, "bit_generator", thing)
        bits.state = type(bits)(seed).state


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _texts(value: Any) -> Any:
    """NumPy's nested state as JSON: an array by its dtype and bytes, a number as Python's."""
    if isinstance(value, dict):
        return {k: _texts(v) for k, v in value.items()}
    numpy = sys.modules["numpy"]
    if isinstance(value, numpy.ndarray):
        little = value.astype(value.dtype.newbyteorder("<"), copy=False)
        return {"dtype": value.dtype.name, "bytes": _text(little.tobytes())}
    return value.item() if isinstance(value, numpy.generic) else value


def _arrays(value: Any) -> Any:
    """What :func:`_texts` was given."""
    if not isinstance(value, dict):
        return value
    if set(value) != {"dtype", "bytes"}:
        return {k: _arrays(v) for k, v in value.items()}
    numpy = sys.modules["numpy"]
    stored = numpy.dtype(value["dtype"]).newbyteorder("<")
    return numpy.frombuffer(base64.b64decode(value["bytes"]), stored).astype(value["dtype"])


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


class _Stream:
    """Global generators of a loader's own: they are in use ``with`` it, and put away otherwise.

    What the script draws between two batches then changes nothing of what the loader draws, so that
    the batches of an epoch can be drawn again without the script.
    """

    def __init__(self) -> None:
        self._put_away = _global_states()
        self._others: Any = None

    def __enter__(self) -> None:
        self._others = _global_states()
        _set_global_states(self._put_away)

    def __exit__(self, *of: Any) -> None:
        self._put_away = _global_states()
        _set_global_states(self._others)


def _global_states() -> Dict[str, Any]:
    """The global generators' states as they give them: quicker than what a checkpoint has."""
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    states: Dict[str, Any] = {"python": random.getstate()}
    if numpy is not None:
        states["numpy"] = numpy.random.get_state()
    if torch is not None:
        states["torch"] = torch.get_rng_state()
        if torch.cuda.is_available() and torch.cuda.is_initialized():
            states["cuda"] = torch.cuda.get_rng_state_all()
    return states


def _set_global_states(states: Mapping[str, Any]) -> None:
    random.setstate(states["python"])
    if "numpy" in states:
        sys.modules["numpy"].random.set_state(states["numpy"])
    if "torch" in states:
        sys.modules["torch"].set_rng_state(states["torch"])
    if "cuda" in states:
        sys.modules["torch"].cuda.set_rng_state_all(states["cuda"])
