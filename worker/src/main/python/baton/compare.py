"""What a restore put back, compared with what was saved: nothing may be silently different."""

from __future__ import annotations

from typing import Any, Dict, Iterator, Mapping, Optional, Tuple

from .errors import BatonError, NEW_JOB
from .kinds import _unpack_float
from .pack import _sort_key
from .tensors import Blob

_CHUNK = 1 << 22
_PAIRS = ("$dict", "$ordered", "$counter", "$default")
_LISTS_OF = ("$tuple", "$deque", "$list", "$set", "$frozenset", "$namedtuple")
Blobs = Mapping[str, Blob]


class _Comparison:
    """Saved state and the same captured after a restore, walked side by side."""

    def __init__(self, saved: Blobs, now: Blobs, is_old: bool, may_have_more: bool = False):
        self._saved, self._now, self._is_old, self._more = saved, now, is_old, may_have_more

    def require_same(self, path: str, was: Any, now: Any) -> None:
        found = self.difference(path, was, now)
        if found:
            message = "%s, so the training would not go on as it was." % found
            raise BatonError(message, NEW_JOB)

    def difference(self, path: str, was: Any, now: Any) -> Optional[str]:
        """What differs first, in words; ``None``: nothing does."""
        was, now = _without_births(was), _without_births(now)
        for tag in ("$torch", "$numpy"):
            if type(was) is dict and tag in was:
                return self._of_tensors(path, tag, was, now)
        if self._is_old and type(now) is dict and "$ref" in now:
            return None
        old, new = _members_of(was), _members_of(now)
        if old is None or new is None or (_kind_told(was) != _kind_told(now) and not self._is_old):
            return None if self._are_equal(was, now) else _restored_as(path, was, now)
        for key, member in old.items():
            if key not in new:
                return "%s is in the checkpoint and was not restored" % _at(path, key)
            found = self.difference(_at(path, key), member, new[key])
            if found:
                return found
        extra = [] if self._more or self._is_old else [key for key in new if key not in old]
        return (
            "%s was restored and is not in the checkpoint" % _at(path, extra[0]) if extra else None
        )

    def _are_equal(self, was: Any, now: Any) -> bool:
        if self._is_old:
            return _loosely(was) == _loosely(now)
        return was == now and type(was) is type(now) and _sort_key(was) == _sort_key(now)

    def _of_tensors(self, path: str, tag: str, was: Any, now: Any) -> Optional[str]:
        blob = self._saved.get(was[tag])
        other = self._now.get(str(now.get(tag))) if type(now) is dict else None
        if blob is None or other is None:
            if self._is_old and blob is not None and type(now) is dict and "$scalar" in now:
                return None
            return _restored_as(path, was, now)
        marks = [{k: v for k, v in m.items() if k not in (tag, "device")} for m in (was, now)]
        if (marks[0] != marks[1] and not self._is_old) or blob[:2] != other[:2]:
            return "%s is %s in the checkpoint and %s restored" % (
                path, _describe_tensor(blob, marks[0]), _describe_tensor(other, marks[1]),
            )  # fmt: skip
        return None if _same_bytes(blob.data, other.data) else "%s has other values restored" % path


def _without_births(packed: Any) -> Any:
    return packed["$root"] if type(packed) is dict and "$root" in packed else packed


def _kind_told(packed: Any) -> Any:
    """A container's kind with all that is told of it but its members; of a dict's order, nothing."""
    if type(packed) is list:
        return "$list"
    tag = next(iter(sorted(packed)), "") if packed else ""
    if not tag.startswith("$") or tag == "$dict":
        return "$dict"
    return tag, [packed.get(more) for more in ("maxlen", "factory", "class", "fields")]


def _members_of(packed: Any) -> Optional[Dict[str, Any]]:
    """A container's members by key or place; ``None`` for what is none."""
    if type(packed) is list:
        return {str(i): member for i, member in enumerate(packed)}
    if type(packed) is not dict:
        return None
    tag = min(packed, default="")
    if not tag.startswith("$"):
        return {_sort_key(k): member for k, member in packed.items()}
    if tag in _PAIRS:
        return {_sort_key(k): member for k, member in packed[tag]}
    if tag in _LISTS_OF:
        return {str(i): member for i, member in enumerate(packed[tag])}
    return packed if any(isinstance(v, (dict, list)) for v in packed.values()) else None


def _at(path: str, key: str) -> str:
    return "%s.%s" % (path, key.strip('"'))


def _loosely(packed: Any) -> Any:
    """A value without its kind: a checkpoint of format 1 did not tell them all."""
    if type(packed) is not dict:
        return packed
    if "$float" in packed:
        return repr(_unpack_float(packed))
    return _sort_key(packed)


def _restored_as(path: str, was: Any, now: Any) -> str:
    return "%s is %s in the checkpoint and %s restored" % (path, _shown(was), _shown(now))


def _shown(packed: Any) -> str:
    if type(packed) is dict:
        tag = min(packed, default="")
        if tag.startswith("$"):
            kind = packed.get("class") or packed.get("factory") or ""
            return "a %s %s" % (tag[1:], kind) if kind else "a %s" % tag[1:]
        return "a dict"
    text = _sort_key(packed)
    return "a list" if type(packed) is list else text if len(text) <= 40 else text[:40] + "..."


def _describe_tensor(blob: Blob, marks: Dict[str, Any]) -> str:
    told = str(marks.get("dtype", blob.dtype))
    if list(blob.shape):
        told += " %s" % list(marks.get("shape", blob.shape))
    if "strides" in marks:
        told += " with strides %s" % marks["strides"]
    return told


def _same_bytes(one: Any, other: Any) -> bool:
    if len(one) != len(other):
        return False
    pairs: Iterator[Tuple[Any, Any]] = (
        (one[i : i + _CHUNK], other[i : i + _CHUNK]) for i in range(0, len(one), _CHUNK)
    )
    return all(bytes(a) == bytes(b) for a, b in pairs)
