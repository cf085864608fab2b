"""The folder of a run by hand: whose it is, what made its run, and who trains in it now."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import socket
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from .errors import BatonError, _first_line, _say
from .opened import _HOME, _differing, _main_file, _working_directory
from .profile import _script_files

_RECORD = "baton.json"
_RECORD_FORMAT = 1
_LOCK = ".lock"
"""Hidden, since scripts list the folder to find their newest save."""
_SUMS = "sha256sums"
"""What the files of a save are, as the command ``sha256sum --check`` reads it."""
_DAMAGED = "damaged-"
_MOST_NAMED = 3


class _Made(NamedTuple):
    """What makes a run what it is, as it stands in its folder."""

    epochs: int
    seed: int
    parameters: Dict[str, Any]
    arguments: List[str]
    script: Dict[str, str]
    """The hash of the script and of each module beside it, by name."""
    main: str
    main_but_epochs: List[str]
    """The script's own name; its hash without its numbers of epochs, and these."""
    files: Dict[str, str]
    profile: Dict[str, str]


class _Folder:
    """Holds the saves of one run; another run is refused, and a second process is kept out."""

    def __init__(self, path: Path):
        self.path = path
        self._lock: Any = None
        self._whole: Optional[Path] = None

    def __str__(self) -> str:
        """Its name for people: from the working directory, if the script is where it was started."""
        is_below = _HOME in map(str, self.path.parents) and _working_directory() == _HOME
        return os.path.relpath(self.path, _HOME) if is_below else str(self.path)

    def saves(self) -> List[Tuple[int, int, Path]]:
        """The epoch and batch of each whole save, and where it lies."""
        saves = []
        for folder in self.path.glob("e*-b*"):
            epoch, _, batch = folder.name[1:].partition("-b")
            if epoch.isdigit() and batch.isdigit():
                saves.append((int(epoch), int(batch), folder))
        return saves

    def newest(self) -> Optional[Tuple[int, int, Path]]:
        """The newest save that is what was written; a damaged one is told, and put aside."""
        saves = sorted(self.saves(), reverse=True)
        for place, save in enumerate(saves):
            damaged = _damaged(save[2]) if save[2] != self._whole else ""
            if not damaged:
                self._whole = save[2]
                return save
            message = "The save %s is damaged: %s is not what was written." % (save[2], damaged)
            if place + 1 == len(saves):
                remedy = "Bring it back from a copy, or delete %s to start anew." % self
                raise BatonError(message, remedy, "machine")
            aside = save[2].with_name(_DAMAGED + save[2].name)
            shutil.rmtree(aside, ignore_errors=True)
            save[2].rename(aside)
            _say("%s It is put aside as %s." % (message, aside.name))
        return None

    # One process at a time

    def lock(self) -> None:
        """Keeps other processes out until this one ends, however it ends."""
        if self._lock is not None:
            return
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            file = open(self.path / _LOCK, "a+", encoding="utf-8")
        except OSError as e:
            message = "The folder %s cannot be written: %s." % (self, _reason(e))
            remedy = "Set BATON_FOLDER to a folder that can."
            raise BatonError(message, remedy, "machine") from None
        self._require_alone(file)
        self._lock = file
        for half in self.path.glob(".e*-b*"):
            shutil.rmtree(half, ignore_errors=True)

    def _require_alone(self, file: Any) -> None:
        try:
            import fcntl

            # Not flock, which a loader's processes would hold on to after this one is killed.
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            file.seek(0)
            holder = file.read(200).strip() or "another one"
            message = "A process trains in %s already: %s." % (self, holder)
            remedy = "Wait until it ends, stop it, or set BATON_FOLDER to another folder."
            raise BatonError(message, remedy) from None
        except (ImportError, OSError) as e:
            message = "%s cannot be locked (%s): see that no second process trains in it"
            _say(message % (self, _first_line(e)))
        file.truncate(0)
        file.write("pid %d on %s\n" % (os.getpid(), socket.gethostname()))
        file.flush()

    def release(self) -> None:
        """Lets others in: the run is complete."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    # One run

    def record(self) -> Dict[str, Any]:
        """What made the run that the folder holds; empty: nothing is saved, or no record of it."""
        path = self.path / _RECORD
        if not self.saves() or not path.exists():
            return {}
        try:
            record: Dict[str, Any] = json.loads(path.read_bytes())
            known = record["format"] == _RECORD_FORMAT
            if known and not set(_Made._fields) <= set(record):
                raise ValueError("it is not whole")
        except (OSError, ValueError, KeyError, TypeError) as e:
            message = "%s cannot be read: %s." % (path, _first_line(e))
            raise BatonError(message, "Delete it to go on with the saves beside it.") from None
        if not known:
            remedy = "Use the baton.py that wrote it, or a newer one."
            raise BatonError("%s is of a newer version of Baton." % path, remedy)
        return record

    def write_record(self, made: _Made, changes: List[str]) -> None:
        record = {"format": _RECORD_FORMAT, "changes": changes, **made._asdict()}
        half = self.path / ("." + _RECORD)
        with open(half, "w", encoding="utf-8") as file:
            json.dump(record, file, indent=1, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        half.replace(self.path / _RECORD)


def _sha256(path: Path) -> str:
    sha = hashlib.sha256()
    with open(path, "rb") as file:
        for part in iter(lambda: file.read(1 << 20), b""):
            sha.update(part)
    return sha.hexdigest()


def _seal(save: Path) -> None:
    """Writes down what the files of a save are."""
    sums = ["%s  %s\n" % (_sha256(path), path.name) for path in sorted(save.iterdir())]
    with open(save / _SUMS, "x", encoding="utf-8") as file:
        file.writelines(sums)
        file.flush()
        os.fsync(file.fileno())


def _damaged(save: Path) -> str:
    """A file of a save that is not what was written; empty: none, or an older version wrote it."""
    try:
        lines = (save / _SUMS).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return ""
    except (OSError, ValueError):
        return _SUMS
    for line in lines:
        sha, _, name = line.partition("  ")
        try:
            if _sha256(save / name) != sha:
                return name
        except OSError:
            return name
    return ""


def _reason(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else _first_line(error)


def _plain(parameters: Dict[str, Any]) -> Dict[str, Any]:
    """The parameters that JSON holds; others may not even look the same in the next process."""
    plain = {}
    for name, value in parameters.items():
        try:
            plain[name] = json.loads(json.dumps(value, allow_nan=False))
        except (TypeError, ValueError):
            pass
    return plain


def _script_hashes() -> Tuple[Dict[str, str], str, List[str]]:
    """A hash of the script and of each module beside it by name; the script's own name; its hash
    without its numbers of epochs, and these."""
    main, hashes, without = "", {}, [""]
    for name, path in _script_files().items():
        text = path.read_bytes()
        hashes[name] = _hash(text)
        if str(path) == os.path.realpath(_main_file() or ""):
            main, text = name, re.sub(_TOLD, rb"\1N", text)
            numbers = [number.decode() for _, number in re.findall(_EPOCHS, text)]
            without = [_hash(re.sub(_EPOCHS, rb"\1N", text)), *numbers]
    return hashes, main, without


_TOLD = rb"(\bjob\s*\(\s*(?:epochs\s*=\s*)?)\d+\b"
_EPOCHS = (
    rb"(?i)(epochs?\b[\"']?\s*(?::\s*int\s*)?[=:,]\s*"
    rb"(?:type\s*=\s*int\s*,\s*)?(?:default\s*=\s*)?)(\d+)\b"
)
"""Where a script tells ``baton.job`` how many epochs it trains, and where that number may stand."""


def _hash(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()[:16]


def _changes(record: Dict[str, Any], now: _Made) -> List[Tuple[str, str]]:
    """What makes another run of it: each thing as the folder's run has it, and as this one has."""
    changes: List[Tuple[str, str]] = []
    if record["seed"] != now.seed:
        changes.append(("seed %d" % record["seed"], "seed %d" % now.seed))
    before = record["parameters"]
    for name in sorted(set(before) & set(now.parameters)):
        if before[name] != now.parameters[name]:
            one, other = before[name], now.parameters[name]
            changes.append(("%s=%s" % (name, one), "%s=%s" % (name, other)))
    if not _same_arguments(record, now):
        changes.append(
            (_arguments_in_words(record["arguments"]), _arguments_in_words(now.arguments))
        )
    changes += _script_changes(record, now)
    for name in _differing(record["files"], now.files):
        one, other = record["files"].get(name), now.files.get(name)
        words = [("%s (content %s)" % (name, h[:8])) if h else "no " + name for h in (one, other)]
        changes.append((words[0], words[1]))
    return changes


def _script_changes(record: Dict[str, Any], now: _Made) -> List[Tuple[str, str]]:
    before, same = record["script"], _same_but_epochs(record, now)
    if not before or not now.script:
        return []  # a notebook has none
    changes = []
    if record["main"] != now.main and not same:
        changes.append(("the script %s" % record["main"], now.main))
    for name in sorted(set(before) & set(now.script)):
        if before[name] != now.script[name] and not (name == now.main and same):
            one, other = before[name][:8], now.script[name][:8]
            changes.append(("%s (version %s)" % (name, one), "version %s" % other))
    return changes


def _same_but_epochs(record: Dict[str, Any], now: _Made) -> bool:
    """Whether the script is the same, but for the number of epochs, which may grow."""
    one, other = record["main_but_epochs"], now.main_but_epochs
    grown = str(record["epochs"]), str(now.epochs)
    alike = [was == is_now or (was, is_now) == grown for was, is_now in zip(one, other)]
    return len(one) == len(other) and all(alike)


def _same_arguments(record: Dict[str, Any], now: _Made) -> bool:
    """Whether they are the same, but for the number of epochs, which may grow."""
    before = record["arguments"]
    if len(before) != len(now.arguments):
        return False
    grown = str(record["epochs"]), str(now.epochs)
    for one, other in zip(before, now.arguments):
        (name, _, was), (its_name, _, is_now) = one.rpartition("="), other.rpartition("=")
        if one != other and (name != its_name or (was, is_now) != grown):
            return False
    return True


def _arguments_in_words(arguments: List[str]) -> str:
    return "the arguments " + " ".join(arguments) if arguments else "no arguments"


def _in_words(folder: _Folder, changes: List[Tuple[str, str]]) -> str:
    more = len(changes) - _MOST_NAMED
    rest = " and %d more" % more if more > 0 else ""
    before = ", ".join(one for one, _ in changes[:_MOST_NAMED])
    now = ", ".join(other for _, other in changes[:_MOST_NAMED])
    return "%s holds a run with %s%s, and this run has %s." % (folder, before, rest, now)


def _departures(before: Dict[str, str], now: Dict[str, str]) -> List[str]:
    """What else differs, by which a result is equivalent and not identical."""
    of_the_run = ("script", "arguments", "files", "unsure")
    names = sorted((set(before) | set(now)) - set(of_the_run))
    return [
        "%s was %s and is %s" % (name, before.get(name, "not there"), now.get(name, "not there"))
        for name in names
        if before.get(name) != now.get(name)
    ]


def _require_same(folder: _Folder, record: Dict[str, Any], now: Optional[_Made]) -> str:
    """Refuses another run, unless a person accepts it: then what differs, in a sentence."""
    changes = _changes(record, now) if record and now else []
    if not changes:
        return ""
    sentence = _in_words(folder, changes)
    if os.environ.get("BATON_ACCEPT_CHANGE", "0") not in ("", "0"):
        return sentence
    remedy = (
        "Set BATON_FOLDER to another folder, delete this one to start anew, or set"
        " BATON_ACCEPT_CHANGE=1 to go on knowingly."
    )
    raise BatonError(sentence, remedy)
