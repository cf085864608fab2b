"""What may change the bits of a training: versions, device, threads, and the script itself."""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from pathlib import Path
from typing import Dict


def _profile(device: str) -> Dict[str, str]:
    """What may change the bits: versions, device, threads, and the script itself."""
    profile = {
        "language": "Python " + platform.python_version(),
        "script": _script_hash(),
        "device": "gpu" if device == "cuda" else "cpu",
        "processor": _processor(),
    }
    for name in ("torch", "numpy", "keras", "tensorflow", "jax", "transformers", "lightning"):
        version = getattr(sys.modules.get(name), "__version__", None)
        if version:
            profile[name] = str(version)
    for name in ("OMP_NUM_THREADS", "ATEN_CPU_CAPABILITY", "MKL_CBWR", "CUBLAS_WORKSPACE_CONFIG"):
        if name in os.environ:
            profile[name] = os.environ[name]
    torch = sys.modules.get("torch")
    if torch is not None:
        profile["threads"] = str(torch.get_num_threads())
        profile["deterministic"] = str(torch.are_deterministic_algorithms_enabled()).lower()
        if device == "cuda":
            profile["gpu"] = torch.cuda.get_device_name()
            profile["cuda"] = str(torch.version.cuda)
    return profile


def _script_hash() -> str:
    """Over the script and every module beside it that it has imported."""
    main = getattr(sys.modules.get("__main__"), "__file__", None)
    if not main:
        return "unknown"
    home = Path(main).resolve().parent
    files = {Path(main).resolve()}
    for module in list(sys.modules.values()):
        path = getattr(module, "__file__", None)
        if path and path.endswith(".py") and home in Path(path).resolve().parents:
            files.add(Path(path).resolve())
    # What the worker delivers is no part of the script, wherever its scratch lies.
    own = {Path(__file__).resolve(), Path(__file__).resolve().with_name("sitecustomize.py")}
    beside = [f for f in files - own if "site-packages" not in f.parts and f.exists()]
    digest = hashlib.sha256()
    for path in sorted(beside):
        digest.update(("%s\0" % path.relative_to(home).as_posix()).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.machine()
