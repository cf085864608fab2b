"""What a script has of its own: what is reachable from its modules and from its running functions."""

from __future__ import annotations

import ast
import collections
import functools
import os
import sys
import types
from typing import Any, Callable, Container, Dict, Iterator, List, NamedTuple, Optional, Set, Tuple

from .errors import _is_ours

_DEEPEST = 6
_MOST_THINGS = 5000
_MOST_MEMBERS = 1000
"""Of a longer list or dict, which is data, no member is looked at."""

_SEQUENCES_OF_THINGS = (list, tuple, set, frozenset, collections.deque)
_HIDES_ANOTHER = (types.ModuleType, type, types.FunctionType, types.MethodType, types.FrameType)


class _Found(NamedTuple):
    """Something by the path that the script reaches it by, such as ``trainer.rng``."""

    path: str
    thing: Any
    is_own: bool
    """Whether all objects on that path are instances of the script's own classes."""


def _reachable(known: Container[int], stops: Callable[[_Found], bool]) -> Iterator[_Found]:
    """Everything that the script reaches, nearest first, each thing once.

    What is in ``known``, by its id, is left out, and all that is reached only by it; where it
    ``stops`` a thing is given, and not looked into. No attribute is asked for: a property, a lazy module or a
    proxy whose object is gone may do anything then.
    """
    ours = _own_modules()
    queue = collections.deque((found, 0) for found in _roots(ours))
    # Held while it is looked for, so that no id is given to another thing.
    seen: Dict[int, Any] = {}
    while queue and len(seen) < _MOST_THINGS:
        found, depth = queue.popleft()
        if id(found.thing) in seen or id(found.thing) in known:
            continue
        seen[id(found.thing)] = found.thing
        yield found
        if depth < _DEEPEST and not stops(found):
            queue.extend((member, depth + 1) for member in _members(found, ours))


def _own_modules() -> Dict[str, types.ModuleType]:
    """The script, the modules beside it that it has imported, and the package that runs, by name."""
    main = sys.modules.get("__main__")
    path = _file_of(main)
    if main is None or path is None:  # as in a notebook
        return {} if main is None else {"__main__": main}
    home = os.path.dirname(path) + os.sep
    own = {"__main__": main, main.__name__: main}  # another name in a process that was spawned
    running = _running_packages(path)
    for name, module in list(sys.modules.items()):
        file = _file_of(module)
        beside = file and file.startswith(home) and not _is_installed(file)
        if file and (beside or name.partition(".")[0] in running) and not _is_ours(file):
            own[name] = module
    return own


def _running_packages(main: str) -> Set[str]:
    """Packages whose functions run now and that are not installed as others' are; or the one that a
    console script, which has nothing of its own, calls."""
    is_console_script = os.path.dirname(main) == os.path.join(os.path.realpath(sys.prefix), "bin")
    packages: Set[str] = set()
    inner, frame = "", sys._getframe()
    while frame is not None:
        name, file = str(frame.f_globals.get("__name__")), frame.f_code.co_filename
        if name == "__main__":
            packages.update({inner} if is_console_script else ())
        elif not _is_installed(file) and not _is_ours(file) and not _is_pythons(file):
            packages.add(name.partition(".")[0])
        inner, frame = name.partition(".")[0], frame.f_back  # type: ignore[assignment]
    return packages - {""}


def _is_pythons(file: str) -> bool:
    return file.startswith("<") or os.path.dirname(os.path.realpath(os.__file__)) in file


def _file_of(module: Any) -> Optional[str]:
    file = vars(module).get("__file__") if issubclass(type(module), types.ModuleType) else None
    return _real_path(file) if isinstance(file, str) else None


@functools.lru_cache(maxsize=1 << 14)
def _real_path(file: str) -> str:
    """The same for as long as the process lives, also where the script changes its directory."""
    return os.path.realpath(file)


def _is_installed(file: str) -> bool:
    return "site-packages" in file or "dist-packages" in file


def _roots(ours: Dict[str, types.ModuleType]) -> Iterator[_Found]:
    """What the running functions of the script have, then what its modules have."""
    for frame in _own_frames(ours):
        if frame.f_code.co_name != "<module>":
            yield from _named_things("", frame.f_locals)
    for name, module in ours.items():
        yield from _named_things("" if name == "__main__" else name + ".", vars(module))


def _own_frames(ours: Dict[str, types.ModuleType]) -> Iterator[types.FrameType]:
    """The functions of the script that wait for this one, the innermost first."""
    frame: Optional[types.FrameType] = sys._getframe()
    while frame is not None:
        if frame.f_globals.get("__name__") in ours:
            yield frame
        frame = frame.f_back


def _named_things(prefix: str, names: Any) -> Iterator[_Found]:
    for name, thing in list(names.items()):
        if not name.startswith("__"):
            yield _Found(prefix + name, thing, True)


def _members(found: _Found, ours: Dict[str, types.ModuleType]) -> List[_Found]:
    path, thing, is_own = found
    kind = type(thing)
    if issubclass(kind, dict):
        items = [] if len(thing) > _MOST_MEMBERS else list(dict.items(thing))
        return [_Found("%s[%r]" % (path, k), v, is_own) for k, v in items if _is_plain(k)]
    if issubclass(kind, _SEQUENCES_OF_THINGS):
        members = [] if len(thing) > _MOST_MEMBERS else list(thing)
        return [_Found("%s[%d]" % (path, i), v, is_own) for i, v in enumerate(members)]
    if kind is types.FunctionType:
        cells = zip(thing.__code__.co_freevars, thing.__closure__ or ())
        inner = cells if thing.__module__ in ours else ()
        return [_Found(name, _content(cell), is_own) for name, cell in inner]
    if kind is types.MethodType:
        return [_Found(path, thing.__self__, is_own)]
    if kind is types.GeneratorType:
        frame = thing.gi_frame
        names = frame.f_locals if frame is not None and not thing.gi_running else {}
        return [_Found("%s.%s" % (path, k), v, is_own) for k, v in list(names.items())]
    if issubclass(kind, type):
        inside = vars(thing) if thing.__module__ in ours else {}
    elif issubclass(kind, _HIDES_ANOTHER) or _is_array(thing):
        inside = {}
    else:
        inside, is_own = _attributes(thing), is_own and kind.__module__ in ours
    return [_Found("%s.%s" % (path, k), v, is_own) for k, v in list(inside.items())]


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return None  # It is not bound yet.


def _attributes(thing: Any) -> Dict[str, Any]:
    """What an object holds, without asking it."""
    try:
        inside = object.__getattribute__(thing, "__dict__")
    except Exception:
        inside = {}
    held = dict(inside) if type(inside) is dict else {}
    for kind in type(thing).__mro__:
        for name, slot in list(vars(kind).items()):
            if type(slot) is types.MemberDescriptorType:
                try:
                    held[name] = slot.__get__(thing, kind)
                except Exception:
                    pass  # Nothing is in it.
    return {name: value for name, value in held.items() if isinstance(name, str)}


def _is_plain(value: Any) -> bool:
    return value is None or issubclass(type(value), (bool, int, float, complex, str, bytes))


def _is_array(value: Any) -> bool:
    """A tensor, or an array of NumPy or one of its numbers."""
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
    kind = type(value)
    return (torch is not None and issubclass(kind, torch.Tensor)) or (
        numpy is not None and issubclass(kind, (numpy.ndarray, numpy.generic))
    )


def _after_the_loop() -> Optional[str]:
    """The line where the script goes on after its loop over epochs; none: it ends there."""
    for frame in reversed(list(_own_frames(_own_modules()))):
        file = frame.f_code.co_filename
        try:
            with open(file, encoding="utf-8") as source:
                tree = ast.parse(source.read())
        except (OSError, ValueError, SyntaxError):
            continue
        line, in_loop = _line_after(_body_of(tree, frame.f_code), frame.f_lineno)
        if line or in_loop:
            return "%s line %d" % (os.path.basename(file), line) if line else None
    return None


def _body_of(tree: ast.Module, code: types.CodeType) -> List[ast.stmt]:
    if code.co_name == "<module>":
        return tree.body
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == code.co_name:
            first = min([node.lineno] + [d.lineno for d in node.decorator_list])
            if code.co_firstlineno in (first, node.lineno):
                return node.body
    return []


def _line_after(body: List[ast.stmt], line: int) -> Tuple[int, bool]:
    """The first line that is run once the outermost loop around ``line`` is over, 0 for none; and
    whether there is such a loop."""
    for place, statement in enumerate(body):
        if statement.lineno <= line <= (statement.end_lineno or statement.lineno):
            after, in_loop = 0, isinstance(statement, (ast.For, ast.While))
            for block in () if in_loop else ("body", "orelse", "finalbody"):
                found, is_loop = _line_after(getattr(statement, block, []), line)
                after, in_loop = after or found, in_loop or is_loop
            rest = [s.lineno for s in body[place + 1 :] if not _does_nothing(s)]
            return after or (rest[0] if rest else 0), in_loop
    return 0, False


def _does_nothing(statement: ast.stmt) -> bool:
    """A definition, ``pass``, a bare ``return``, a docstring: nobody misses it."""
    if isinstance(statement, ast.Return):
        return statement.value is None
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    return isinstance(statement, (ast.Pass, ast.FunctionDef, ast.ClassDef, ast.Import))
