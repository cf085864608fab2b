"""The job to train, and the run that goes on with it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Dict, Iterable, Optional, Tuple

from .errors import BatonError
from .generators import _derive, _seed_generators
from .link import _connected


_job: Optional["Job"] = None


class Job:
    """What to train: epochs, seed and device, and the job's parameters as attributes.

    ``data`` is the folder with what to train on, to be read only; ``None`` if the job names none.
    """

    ignored: Tuple[str, ...] = ()
    """Arguments and files by which two starts of the script may differ."""
    knows_epochs = True

    def __init__(
        self,
        epochs: int,
        seed: int,
        device: str,
        parameters: Dict[str, Any],
        data: Optional[Path] = None,
    ):
        self.epochs, self.seed, self.device = epochs, seed, device
        if "data" not in parameters:
            self.data = data
        self.parameters = parameters

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["parameters"][name]
        except KeyError:
            raise AttributeError("the job has no parameter " + name) from None


def job(
    epochs: Optional[int] = None, seed: int = 0, *, ignore: Iterable[str] = (), **parameters: Any
) -> Job:
    """The job to train; what is given here are defaults, what the coordinator says wins.

    Seeds Python's, NumPy's and torch's generators: call it after their import, and before the
    model is built, so that a fresh start is the same everywhere. Without ``epochs`` it is one.

    A run goes on only with the arguments and the small files that it began with. ``ignore`` names
    those that do not matter: options (``--data-dir``, with its value), and files by name or pattern.
    """
    global _job
    link = _connected()
    unknown = sorted(set(link.parameters) - set(parameters))
    if unknown:
        message = "The script has no parameter %s." % ", ".join(unknown)
        known = ", ".join(sorted(parameters)) or "none"
        raise BatonError(message, "It has: %s. Submit the job again, or add it." % known)
    chosen = {k: _like(k, v, link.parameters.get(k, v)) for k, v in parameters.items()}
    torch = sys.modules.get("torch")
    gpu = link.device == "gpu" or (not link.obeys and torch and torch.cuda.is_available())
    if gpu and not (torch and torch.cuda.is_available()) and torch:
        message = "This torch (%s) finds no GPU." % torch.__version__
        raise BatonError(message, "Install a torch with CUDA, or start for the CPU.", "machine")
    _job = Job(
        (1 if epochs is None else epochs) if link.epochs is None else link.epochs,
        seed if link.seed is None else link.seed,
        "cuda" if gpu else "cpu",
        chosen,
        link.data,
    )
    _job.ignored = (ignore,) if isinstance(ignore, str) else tuple(ignore)
    _job.knows_epochs = epochs is not None or link.epochs is not None
    _seed_generators(_derive(_job.seed))
    if "keras" in sys.modules:
        sys.modules["keras"].utils.set_random_seed(_derive(_job.seed))
    return _job


def _like(name: str, default: Any, value: Any) -> Any:
    """``value`` in the type of its default."""
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if default is None or type(value) is type(default):
        return value
    message = "The parameter %s must be like %r, not %r." % (name, default, value)
    raise BatonError(message, "Submit the job again.")


def _current_job() -> Job:
    """What :func:`job` returned last; its defaults where the script has not called it."""
    return _job or job()
