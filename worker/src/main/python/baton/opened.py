"""Which of the files that a script opened made its training what it is, and what was in them."""

from __future__ import annotations

import fnmatch
import hashlib
import os
import stat
import sys
import sysconfig

from pathlib import Path
from typing import Dict, Iterable, List, Optional, Set

from .early import _heard_from_the_start

_EARLY = _heard_from_the_start()

_LARGEST_FILE = 10 << 20
"""Bytes of the largest file that is looked at; what is larger is data, which a job can name."""

_MOST_FILES = 200
"""So many files are looked at, those opened first."""

_MOST_NOTES = 1_000

_MODULES = (".pyc", ".pyo", ".so", ".pyd", ".dll", ".dylib")
_WEIGHTS = (".pt", ".pth", ".ckpt", ".safetensors")
"""Their writers are in C, so that nobody hears who has written such a file."""

_SYSTEM = """/proc /sys /dev /run /etc /usr /bin /sbin /lib /lib32 /lib64 /var/lib /var/cache
    /System /Library /Applications""".split()

_CACHES = """XDG_CACHE_HOME XDG_CONFIG_HOME HF_HOME HF_HUB_CACHE HF_DATASETS_CACHE TRANSFORMERS_CACHE
    TORCH_HOME TORCHINDUCTOR_CACHE_DIR TRITON_CACHE_DIR MPLCONFIGDIR KERAS_HOME NUMBA_CACHE_DIR
    CUDA_CACHE_PATH CONDA_PREFIX""".split()


def _working_directory() -> str:
    try:
        return os.getcwd()
    except OSError:  # it has been deleted
        return os.path.dirname(os.path.abspath(sys.argv[0] if sys.argv else ""))


_HOME = _working_directory()
"""Where the script was started, wherever it goes from there."""


def _main_file() -> Optional[str]:
    """The path of the script; None in a notebook or at a prompt."""
    name = getattr(sys.modules.get("__main__"), "__file__", None)
    return os.path.join(_HOME, name) if name else None


class _Places:
    """Tells the script's own files from those of Python, of the system, of caches and of Baton."""

    def __init__(self, own: Iterable[Path]):
        main = _main_file()
        self._bases = [os.path.dirname(main)] if main else []
        self._bases += [_HOME] if _HOME != os.path.expanduser("~") else []
        self._bases = [base for base in self._bases if base != os.sep]
        python = [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), sys.prefix]
        python += [sys.base_prefix, sys.exec_prefix]
        python = [p for p in python if p and not any(_is_below(b, p) for b in self._bases)]
        self._never = python + [_notes_folder()] + [str(folder) for folder in own]
        self._elsewhere = _SYSTEM + [os.environ[name] for name in _CACHES if name in os.environ]
        modules = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
        self._modules = {os.path.join(_HOME, m) for m in modules if isinstance(m, str)}
        self._modules.update(sys.path)

    def name_of(self, path: str) -> Optional[str]:
        """By which a file is known on any machine; None: it is none of the script's own."""
        if path.endswith(_MODULES) or path in self._modules:
            return None
        if "site-packages" in path or "dist-packages" in path:
            return None
        if any(_is_below(path, place) for place in self._never):
            return None
        for base in self._bases:
            if _is_below(path, base):
                name = os.path.relpath(path, base)
                return None if _is_hidden(name) else _clean(name.replace(os.sep, "/"))
        if _is_hidden(path) or any(_is_below(path, place) for place in self._elsewhere):
            return None
        return _clean(os.path.basename(path))


def _clean(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode()  # not all names are UTF-8


def _is_below(path: str, folder: str) -> bool:
    folder = folder.rstrip(os.sep)
    return path == folder or path.startswith(folder + os.sep)


def _notes_folder() -> str:
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(cache, "baton")


def _is_hidden(path: str) -> bool:
    return any(part.startswith(".") and part != ".." for part in path.split(os.sep))


class _Products:
    """The files that this script has made itself, in this life or in an earlier one on this machine.

    They follow from the training, so that another content is no other start of it. Noted in a text
    file of the user's cache, a line each: ``wrote PATH``; of weights, which are written where nobody
    hears it, ``saw TIME PATH``: if they have changed since, the script is taken to have done it.
    """

    def __init__(self) -> None:
        key = hashlib.sha256((_main_file() or _HOME).encode("utf-8", "replace")).hexdigest()[:16]
        self._notes = os.path.join(_notes_folder(), "made-by-%s.txt" % key)
        self._wrote: Set[str] = set()
        self._saw: Dict[str, int] = {}
        try:
            lines = Path(self._notes).read_text(encoding="utf-8", errors="surrogateescape")
        except OSError:
            lines = ""
        for line in lines.splitlines():
            what, _, rest = line.partition(" ")
            if what == "wrote":
                self._wrote.add(rest)
            elif what == "saw" and rest.partition(" ")[0].isdigit():
                self._saw.setdefault(rest.partition(" ")[2], int(rest.partition(" ")[0]))

    def has(self, path: str, found: os.stat_result) -> bool:
        """Whether the script has made it, or has had it made: since it was started it is there."""
        if path in _EARLY.written or path in self._wrote or found.st_mtime >= _EARLY.began:
            return True
        return self._saw.get(path, found.st_mtime_ns) != found.st_mtime_ns

    def note(self, paths: Iterable[str], seen: Dict[str, int]) -> None:
        lines = ["wrote %s\n" % path for path in paths if path not in self._wrote]
        self._wrote.update(paths)
        lines += ["saw %d %s\n" % (at, p) for p, at in seen.items() if p not in self._saw]
        self._saw.update(seen)
        if not lines or len(self._wrote) > _MOST_NOTES:
            return
        try:
            os.makedirs(os.path.dirname(self._notes), exist_ok=True)
            with open(self._notes, "a", encoding="utf-8", errors="surrogateescape") as file:
                file.write("".join(line for line in lines if line.count("\n") == 1))
        except OSError:
            pass  # Then a file that the script changes will be called another one.


class _Opened:
    """The files that this process opened to read before its first batch, and what was in them."""

    def __init__(self, ignored: Iterable[str], own: Iterable[Path]):
        self._ignored, self._own = list(ignored), list(own)
        self._hashes: Optional[Dict[str, str]] = None

    def hashes(self) -> Dict[str, str]:
        """The first 16 digits of each file's sha256, by its name, in the order of the names."""
        _EARLY.close()
        if self._hashes is None:
            self._hashes = self._look()
        return self._hashes

    def _look(self) -> Dict[str, str]:
        places, products = _Places(self._own), _Products()
        found: Dict[str, List[str]] = {}
        made: List[str] = []
        seen: Dict[str, int] = {}
        for path in list(_EARLY.opened):
            name = places.name_of(path)
            if name is None or self._is_ignored(name) or len(found) >= _MOST_FILES:
                continue
            status = _regular(path)
            if status is None or status.st_size > _LARGEST_FILE:
                continue
            if products.has(path, status):
                made.append(path)
                continue
            digest = _digest(path)
            if digest:
                found.setdefault(name, []).append(digest)
                if path.endswith(_WEIGHTS):
                    seen[path] = status.st_mtime_ns
        made += [path for path in list(_EARLY.written) if places.name_of(path)]
        products.note(made, seen)
        _EARLY.on_write = lambda path: products.note([path] if places.name_of(path) else [], {})
        return {name: _one(digests) for name, digests in sorted(found.items())}

    def _is_ignored(self, name: str) -> bool:
        names = name, name.rpartition("/")[2]
        return any(fnmatch.fnmatch(n, pattern) for n in names for pattern in self._ignored)


def _regular(path: str) -> Optional[os.stat_result]:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status if stat.S_ISREG(status.st_mode) else None


def _digest(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return hashlib.sha256(file.read(_LARGEST_FILE + 1)).hexdigest()[:16]
    except OSError:
        return ""


def _one(digests: List[str]) -> str:
    """Of files in several places that have one name."""
    if len(digests) == 1:
        return digests[0]
    return hashlib.sha256("".join(sorted(digests)).encode()).hexdigest()[:16]


def _differing(before: Dict[str, str], now: Dict[str, str]) -> List[str]:
    """The names of the files by which two starts differ.

    A file that only one of them has read is no difference yet: it may be a cache, or a note of the
    script's own that is there since its last life. If each has read one that the other has not, one
    may stand in the place of the other.
    """
    changed = [name for name in before if now.get(name, before[name]) != before[name]]
    gone, new = set(before) - set(now), set(now) - set(before)
    return sorted(changed) + (sorted(gone | new) if gone and new else [])
