"""Baton's start of a child's Python: runs before the script, and before it imports anything.

The worker puts this file beside ``baton.py``, at the head of ``PYTHONPATH``, so Python finds it in the
place of the environment's own ``sitecustomize``, which is run after it as if it had been found.
"""

# Made by single.py: change child_start.py and early.py, not this.

from __future__ import annotations

import os
import sys
import time

_MOST_OPENED = 20_000
"""Of so many files at most it is noted that they were opened."""


_HEARD = frozenset(["open", "os.rename", "import"])


class _Early:
    """Notes the files that this process opens, and stops it at an optimizer's step before ``resume``.

    Made where Python starts (``sitecustomize.py`` under a worker) or where ``baton`` is imported. It
    hears Python's own audit events: what a library opens in C, past Python, it does not hear.
    """

    def __init__(self, before_baton: bool) -> None:
        self.pid, self.began = os.getpid(), time.time()
        self.opened: Dict[str, None] = {}
        """The paths that were opened to be read, in their order, until :meth:`close`."""
        self.written: Dict[str, None] = {}
        """The paths that were opened to be written, or that something was renamed to."""
        self.on_write: Optional[Callable[[str], None]] = None
        self._stop: Optional[Callable[[], None]] = None
        self._before_baton = before_baton
        self._listens, self._resumed, self._hooked = True, False, False
        self._handle: Any = None
        sys.addaudithook(self._hear)
        self._watch_optimizers()

    def close(self) -> None:
        """Notes no more of what is read: the first batch is asked for."""
        self._listens = False

    def stop_with(self, stop: Callable[[], None]) -> None:
        """What ends the script; ``baton`` gives it as soon as it is imported."""
        self._stop = stop

    def resume(self) -> None:
        """The script has called ``baton.resume``, so its optimizers may step."""
        self._resumed = True
        if self._handle is not None:
            self._handle.remove()
            self._handle = None

    def _hear(self, event: str, arguments: Any) -> None:
        if event not in _HEARD:
            return
        try:
            if event == "open":
                self._note(*arguments)
            elif event == "os.rename":
                self._note(arguments[1], "w", 0)
            elif not self._hooked:
                self._watch_optimizers()
        except Exception:
            pass  # An error here would come out of the script's own open().

    def _note(self, path: Any, mode: Optional[str], flags: int) -> None:
        if isinstance(path, int):
            return
        name = os.fsdecode(path)
        if name.endswith(".pyc"):
            return
        writes = self._writes(mode, flags)
        if not (writes or self._listens) or os.getpid() != self.pid:
            return
        noted = self.written if writes else self.opened
        name = os.path.abspath(name)
        if name not in noted and len(noted) < _MOST_OPENED:
            noted[name] = None
            if writes and self.on_write is not None:
                self.on_write(name)

    def _writes(self, mode: Optional[str], flags: int) -> bool:
        """Whether it is opened to be written. What is opened for both may only be read: until the
        first batch its time tells whether it was; later it is taken to be written."""
        both = "+" in mode if mode else bool(flags & os.O_RDWR)
        only = any(c in mode for c in "wxa") if mode else bool(flags & (os.O_WRONLY | os.O_CREAT))
        return only or both and not self._listens

    def _watch_optimizers(self) -> None:
        """Has torch call :meth:`_before_step`, as soon as the script has imported it."""
        module = sys.modules.get("torch.optim.optimizer")
        if module is None or self._resumed or getattr(module.__spec__, "_initializing", False):
            return
        self._hooked = True
        if hasattr(module, "register_optimizer_step_pre_hook"):
            self._handle = module.register_optimizer_step_pre_hook(self._before_step)
        else:
            self._wrap_steps(module.Optimizer)

    def _wrap_steps(self, optimizer: Any) -> None:
        """For torch before 2.0, which wraps the step of each class when it makes the first of it."""
        hook = optimizer._hook_for_profile

        def wrap(this: Any) -> None:
            hook(this)
            step = type(this).step
            if not getattr(step, "baton_watches", False):

                def watched(*of: Any, **named: Any) -> Any:
                    self._before_step()
                    return step(*of, **named)

                watched.__dict__.update(step.__dict__, baton_watches=True)
                type(this).step = watched

        optimizer._hook_for_profile = wrap

    def _before_step(self, *of: Any) -> None:
        if self._resumed or os.getpid() != self.pid:
            return
        processes = sys.modules.get("multiprocessing.process")
        if processes is not None and processes.parent_process() is not None:
            return  # A helper of the script's, which may train what it likes.
        if self._stop is None and self._before_baton and "baton" not in sys.modules:
            __import__("baton")
        if self._stop is not None:
            self._stop()


def _heard_from_the_start() -> _Early:
    """This process's, which ``sitecustomize.py`` may have made; a process that was forked has its own."""
    early: Optional[_Early] = getattr(sys, "_baton_early", None)
    if early is None or early.pid != os.getpid():
        early = _Early(before_baton=False)
        setattr(sys, "_baton_early", early)
    return early


def _begin():
    """Begins to listen, in the process that may be the script; its helpers know that it has begun."""
    if "BATON_SOCKET" in os.environ and "BATON_SCRIPT" not in os.environ:
        sys._baton_early = _Early(before_baton=True)


def _run_the_next():
    """Runs the ``sitecustomize`` that Python would have found without this one, if there is one."""
    # By these names they are there already; importlib itself would have to be loaded.
    from _frozen_importlib import module_from_spec
    from _frozen_importlib_external import PathFinder

    here = os.path.dirname(os.path.abspath(__file__))
    elsewhere = [folder for folder in sys.path if os.path.abspath(folder) != here]
    spec = PathFinder.find_spec("sitecustomize", elsewhere)
    if spec is not None and spec.loader is not None:
        sys.modules["sitecustomize"] = module_from_spec(spec)
        spec.loader.exec_module(sys.modules["sitecustomize"])


try:
    _begin()
except Exception:
    pass  # Whatever this misses, no Python may fail to start for it.
_run_the_next()
