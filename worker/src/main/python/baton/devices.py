"""The devices that a script trains on: what is refused there, and what is not sure to be exact."""

from __future__ import annotations

import os
import sys
from typing import Any, Dict, List, Set

from .errors import BatonError
from .models import _Models, _bare, _is_keras, _is_torch_module
from .parts import _Parts
from .tensors import _is_torch

_WORLD_SIZES = ("WORLD_SIZE", "OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MV2_COMM_WORLD_SIZE")

_ONE_GPU = (
    "Baton saves one process on one device: set CUDA_VISIBLE_DEVICES=0, and take away what %s."
)


def _devices(models: _Models, parts: _Parts) -> Set[str]:
    """Where the parameters of a run lie, such as ``cuda:0``; empty: torch trains none of them."""
    tensors: List[Any] = []
    for model in models.of.values():
        if _is_torch_module(model):
            tensors += list(_bare(model).parameters())
        elif _is_keras(model):
            tensors += [getattr(variable, "value", None) for variable in model.variables]
        elif isinstance(model, dict):
            tensors += list(model.values())
    for optimizer in parts.of["optimizer"].values():
        for group in getattr(optimizer, "param_groups", ()):
            tensors += group["params"]
    return {_name(tensor.device) for tensor in tensors if _is_torch(tensor)}


def _name(device: Any) -> str:
    if device.type == "cuda" and device.index is None:
        return "cuda:%d" % sys.modules["torch"].cuda.current_device()
    return str(device)


def _refuse_several(models: _Models, parts: _Parts) -> None:
    """Refuses what Baton cannot save whole: several processes that train as one, several GPUs."""
    world = _world_size()
    if world > 1:
        message = "This is one of %d processes that train together, and Baton saves one alone."
        remedy = "Start the script as one process: without torchrun, mpirun or accelerate launch."
        raise BatonError(message % world, remedy)
    for model in models.of.values():
        for module in model.modules() if _is_torch_module(model) else ():
            spread = len(getattr(module, "device_ids", None) or ())
            if spread > 1 and "DataParallel" in type(module).__name__:
                message = "The model is spread over %d GPUs by %s."
                found = spread, type(module).__name__
                raise BatonError(message % found, _ONE_GPU % "spreads it", "machine")
    gpus = sorted(name for name in _devices(models, parts) if not name.startswith(("cpu", "meta")))
    if len(gpus) > 1:
        message = "The parameters lie on %d devices: %s."
        found = len(gpus), ", ".join(gpus)
        raise BatonError(message % found, _ONE_GPU % "places them on others", "machine")


def _world_size() -> int:
    """How many processes train together; 1 where nothing says so."""
    distributed = sys.modules.get("torch.distributed")
    if distributed is not None and distributed.is_available() and distributed.is_initialized():
        return int(distributed.get_world_size())
    sizes = [os.environ.get(name, "") for name in _WORLD_SIZES]
    return max([int(size) for size in sizes if size.isdigit()], default=1)


def _unsure(devices: Set[str]) -> str:
    """Why not even a repeat on this very machine is sure to be exact, and what makes it so."""
    kinds = {name.partition(":")[0] for name in devices} - {"cpu", "meta"}
    others = sorted(kinds - {"cuda"})
    if others:
        return "nothing is known of how exactly %s repeats its results; the CPU does" % others[0]
    if not kinds:
        return ""
    torch: Any = sys.modules["torch"]
    deterministic = "torch.use_deterministic_algorithms(True)"
    variable = "CUBLAS_WORKSPACE_CONFIG=:4096:8"
    if not torch.are_deterministic_algorithms_enabled():
        message = "a GPU may add in another order each time: call %s before the model is built, and"
        return (message + " set %s in the environment") % (deterministic, variable)
    if getattr(torch, "is_deterministic_algorithms_warn_only_enabled", bool)():
        return "deterministic algorithms are on with warn_only=True: call %s alone" % deterministic
    if torch.backends.cudnn.benchmark:
        message = "cuDNN chooses its algorithms by their speed each time: set %s"
        return message % "torch.backends.cudnn.benchmark = False"
    return ""


def _facts(devices: Set[str], device: str) -> Dict[str, str]:
    """A profile's facts of the device; ``device`` is what the job says."""
    torch = sys.modules.get("torch")
    gpu = device == "cuda" or any(name.startswith("cuda") for name in devices)
    facts = {"device": "gpu" if gpu else "cpu"}
    if torch is not None:
        facts["threads"] = str(torch.get_num_threads())
        facts["deterministic"] = str(torch.are_deterministic_algorithms_enabled()).lower()
        if gpu and torch.cuda.is_available():
            facts["gpu"] = torch.cuda.get_device_name()
            facts["cuda"] = str(torch.version.cuda)
    unsure = _unsure(devices)
    if unsure:
        facts["unsure"] = unsure
    return facts
