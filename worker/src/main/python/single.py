"""Makes the files that a worker delivers to its child of the package's modules.

    python3 worker/src/main/python/single.py            writes them
    python3 worker/src/main/python/single.py --check    fails if they are others than the modules give

A module is taken whole but for its docstring and its imports of the others: in one file their names
are all there. So no two modules may give one name to two things, and a module imports only such that
stand before it in ``ORDER``; what it needs for annotations alone, under ``TYPE_CHECKING``.
``sitecustomize.py`` is ``child_start.py`` with the module ``early`` in place of its import.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Dict, List, Set, Tuple

HOME = Path(__file__).resolve().parent
PACKAGE = HOME / "baton"
SINGLE = HOME.parent / "resources" / "baton" / "worker" / "child" / "baton.py"
START = SINGLE.with_name("sitecustomize.py")
ORDER = """errors early reach tensors checkpoint strides kinds births memory generators pack unpack
    attributes compare modules models fingerprint optimizers parts sums gradients values sources kept
    examples indices loaders beside order writing opened devices profile folder interrupts alone
    worker link guard forgotten trace job accelerate_loop keras_state loop_states run resume loops
    callbacks keras_loop lightning_loop hugging_face""".split()


class Module:
    """A module's source, split into its docstring, what it imports from elsewhere, and the rest."""

    def __init__(self, name: str):
        text = (PACKAGE / (name + ".py")).read_text(encoding="utf-8")
        tree = ast.parse(text)
        lines = text.splitlines()
        self.name, self.title = name, (ast.get_docstring(tree) or name).splitlines()[0]
        self.imports: Set[str] = set()
        self.needs: Set[str] = set()
        self.names: List[str] = []
        for node in tree.body:
            if isinstance(node, (ast.Import, ast.ImportFrom)) or _is_for_annotations(node):
                self._import(node)
                _blank(lines, node)
            elif isinstance(node, ast.Expr) and node is tree.body[0]:
                _blank(lines, node)
            else:
                self.names += _names_of(node)
        self.body = "\n".join(lines).strip("\n")

    def _import(self, node: ast.stmt) -> None:
        if isinstance(node, ast.Import):
            self.imports.update("import " + alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level:
            self.needs.add(str(node.module))
        elif isinstance(node, ast.ImportFrom) and node.module != "__future__":
            names = {alias.name for alias in node.names} - {"TYPE_CHECKING"}
            self.imports.update("from %s import %s" % (node.module, name) for name in names)


def _is_for_annotations(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"


def _blank(lines: List[str], node: ast.stmt) -> None:
    for line in range(node.lineno - 1, node.end_lineno or node.lineno):
        lines[line] = ""


def _names_of(node: ast.stmt) -> List[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    targets = getattr(node, "targets", [getattr(node, "target", None)])
    return [n.id for t in targets if t for n in ast.walk(t) if isinstance(n, ast.Name)]


def single() -> str:
    """The text of the one file."""
    modules = [Module(name) for name in ORDER]
    owner: Dict[str, str] = {}
    for place, module in enumerate(modules):
        late = module.needs - set(ORDER[:place])
        if late:
            raise SystemExit("%s.py imports %s, which comes later" % (module.name, sorted(late)))
        for name in module.names:
            if owner.setdefault(name, module.name) != module.name:
                raise SystemExit("%s.py and %s.py both name %s" % (owner[name], module.name, name))
    front = Module("__init__")
    head, version = _front(front)
    missing = {p.stem for p in PACKAGE.glob("*.py")} - set(ORDER) - {"__init__"}
    if missing:
        raise SystemExit("these modules have no place in ORDER: %s" % sorted(missing))
    parts = [head, _sorted_imports(modules), version]
    for module in modules:
        rule = "# --- %s " % module.title.rstrip(".")
        parts.append("\n" + rule + "-" * max(3, 99 - len(rule)) + "\n\n\n" + module.body)
    return "\n".join(parts) + "\n"


def _front(module: Module) -> Tuple[str, str]:
    """The package's docstring with its check of Python's version, and its public names."""
    text = (PACKAGE / "__init__.py").read_text(encoding="utf-8")
    docstring = text[: text.index("from __future__")]
    check, _, version = module.body.partition("__version__")
    note = "# Made of the modules in worker/src/main/python/baton by single.py: change them, not this.\n"
    head = docstring + note + "\nfrom __future__ import annotations\n\nimport sys\n\n"
    return head + check.strip("\n") + "\n", "\n__version__" + version.rstrip("\n")


def _sorted_imports(modules: List[Module]) -> str:
    every = set().union(*(module.imports for module in modules)) - {"import sys"}
    whole = sorted(line for line in every if line.startswith("import "))
    named: Dict[str, List[str]] = {}
    for line in every - set(whole):
        _, source, _, name = line.split(" ", 3)
        named.setdefault(source, []).append(name)
    for source, names in sorted(named.items()):
        for at in range(0, len(names), 10):
            whole.append("from %s import %s" % (source, ", ".join(sorted(names)[at : at + 10])))
    return "\n".join(whole)


def start() -> str:
    """The text of sitecustomize.py; it imports nothing that a bare Python has not loaded."""
    text = (HOME / "child_start.py").read_text(encoding="utf-8")
    docstring, body = text.split("import os\nimport sys\n\nfrom baton.early import _Early\n")
    early = Module("early")
    needed = sorted(line for line in early.imports if line.startswith("import "))
    head = docstring + "# Made by single.py: change child_start.py and early.py, not this.\n\n"
    head += "from __future__ import annotations\n\n" + "\n".join(needed)
    return head + "\n\n" + early.body + "\n" + body


MADE = {SINGLE: single, START: start}


if __name__ == "__main__":
    for path, make in MADE.items():
        made = make()
        if sys.argv[1:] != ["--check"]:
            path.write_text(made, encoding="utf-8")
        elif path.read_text(encoding="utf-8") != made:
            raise SystemExit("%s is stale: run %s" % (path.name, Path(__file__).name))
