"""What may change the bits of a training: versions, device, threads, script, arguments, files."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shlex
import sys
from pathlib import Path
from typing import Any, Dict, Iterable, List, Optional, TYPE_CHECKING

from .devices import _devices, _facts
from .opened import _main_file
from .reach import _real_path

if TYPE_CHECKING:
    from .run import Run


_ARGUMENTS = list(sys.argv[1:])
"""As they were when ``baton`` was imported: some scripts take their own away afterwards."""

_LONGEST_FACT = 900


def _profile(run: "Run") -> Dict[str, str]:
    """What may change the bits, by name."""
    profile = {
        "language": "Python " + platform.python_version(),
        "script": _script_hash(),
        "processor": _processor(),
        "hash_seed": os.environ.get("PYTHONHASHSEED", "random"),
        "arguments": _short(" ".join(map(shlex.quote, _arguments(run.job.ignored)))),
        "files": _files_fact(run._opened.hashes()),
        **_facts(_devices(run._models, run._parts), run.job.device),
    }
    for name in ("torch", "numpy", "keras", "tensorflow", "jax", "transformers", "lightning"):
        version = getattr(sys.modules.get(name), "__version__", None)
        if version:
            profile[name] = str(version)
    for name in ("OMP_NUM_THREADS", "ATEN_CPU_CAPABILITY", "MKL_CBWR", "CUBLAS_WORKSPACE_CONFIG"):
        if name in os.environ:
            profile[name] = os.environ[name]
    return profile


def _arguments(ignored: Iterable[str]) -> List[str]:
    """The script's arguments, but for those that the job ignores: an option and its value.

    ``--data-dir X``, ``--data-dir=X`` and Hydra's ``data.dir=X`` have one; ``-`` and ``_`` in a name
    are the same. What a notebook was started with is none of its script's.
    """
    if "ipykernel" in sys.modules:
        return []
    without = {_option(name) for name in ignored}
    kept: List[str] = []
    skip = False
    for argument in _ARGUMENTS:
        name, is_pair, _ = argument.partition("=")
        is_value = not argument.startswith("-") or _is_number(argument)
        if skip and is_value:
            skip = False
        elif _option(name) in without and (is_pair or argument.startswith("-")):
            skip = not is_pair
        else:
            skip = False
            kept.append(argument)
    return kept


def _option(name: str) -> str:
    return name.replace("_", "-")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _short(fact: str) -> str:
    fact = fact.encode("utf-8", "backslashreplace").decode()  # not all arguments are UTF-8
    if len(fact) <= _LONGEST_FACT:
        return fact
    digest = hashlib.sha256(fact.encode()).hexdigest()
    return "%s... sha256:%s" % (fact[: _LONGEST_FACT - 80], digest)


def _files_fact(hashes: Dict[str, str]) -> str:
    text = json.dumps(hashes, sort_keys=True, separators=(",", ":"))
    if len(text) <= _LONGEST_FACT:
        return text
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _script_hash() -> str:
    """Over the script and every module beside it that it has imported."""
    digest = hashlib.sha256()
    files = _script_files()
    for name, path in files.items():
        digest.update(("%s\0" % name).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest() if files else "unknown"


def _script_files() -> Dict[str, Path]:
    """The script and the modules beside it that it has imported, by their names from its folder."""
    main = _main_file()
    if not main:
        return {}
    home = Path(main).resolve().parent
    files = {Path(main).resolve()}
    below = os.path.join(home, "")
    for module in list(sys.modules.values()):
        name: Optional[Any] = getattr(module, "__file__", None)
        if name and name.endswith(".py") and _real_path(name).startswith(below):
            files.add(Path(_real_path(name)))
    return {
        path.relative_to(home).as_posix(): path
        for path in sorted(files)
        if path.exists() and "site-packages" not in path.parts and not _is_delivered(path)
    }


def _is_delivered(path: Path) -> bool:
    """Whether the worker delivers it: it is no part of the script, wherever the scratch lies."""
    own = Path(__file__).resolve()
    together = own.name != "baton.py" or path.name == "sitecustomize.py"
    return path == own or together and path.parent == own.parent


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.machine()
