"""Runs a script that can be killed: forked from a process that has its imports done already."""

import hashlib
import importlib
import importlib.util
import os
import random
import resource
import runpy
import signal
import sys
import threading
import traceback
from pathlib import Path
from typing import Callable, Optional

if importlib.util.find_spec("torch") and importlib.util.find_spec("torch._dynamo"):
    importlib.import_module("torch._dynamo")  # so that each forked life need not import it

LONGEST_LIFE_SECONDS = 120
MOST_BYTES = 4 << 30
PROGRAMS = Path(__file__).parent / "programs"


def train(
    program: str,
    folder: Path,
    patch: Optional[Callable[[object], None]] = None,
    save_seconds: str = "0",
) -> int:
    """One process's life; its wait status."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            signal.alarm(LONGEST_LIFE_SECONDS)
            resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))
            os.environ.update(BATON_FOLDER=str(folder), BATON_SAVE_SECONDS=save_seconds)
            sys.modules.pop("baton", None)
            sys.argv = [program]
            torch = sys.modules.get("torch")
            if torch is not None:
                # A fork breaks torch's thread pool. The first who asks renews it; the threads of a
                # backward pass would ask at once, and the process ends: "Invalid thread pool!".
                torch.set_num_threads(1)
            import baton

            os.fsync = lambda file: None  # a killed process loses no written page
            if patch is not None:
                patch(baton)
            runpy.run_path(str(PROGRAMS / program), run_name="__main__")
            code = 0
        except SystemExit as e:
            code = e.code if isinstance(e.code, int) else 1
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    return os.waitpid(pid, 0)[1]


def counting_steps(into: Path) -> Callable[[object], None]:
    """A patch that writes down, a byte each, how many steps a life has trained."""

    def patch(baton: object) -> None:
        step = baton.Run.step

        def counted(self: object, *what: object, **named: object) -> None:
            with open(into, "ab") as file:
                file.write(b".")
            step(self, *what, **named)

        baton.Run.step = counted

    return patch


def dying_after(
    steps: int, seconds: float, number: int = signal.SIGKILL
) -> Callable[[object], None]:
    """A patch that sends a life a signal so soon after it has trained so many steps."""

    def patch(baton: object) -> None:
        step = baton.Run.step
        left = [steps]

        def counted(self: object, *what: object, **named: object) -> None:
            left[0] -= 1
            if left[0] == 0:
                killer = threading.Timer(seconds, os.kill, (os.getpid(), number))
                killer.daemon = True
                killer.start()
            step(self, *what, **named)

        baton.Run.step = counted

    return patch


def relay(program: str, folder: Path, kills: int, seed: int, longest: int) -> int:
    """Lives ended at random instants, at most so many steps each, then one to the end.

    Counted in steps and not in seconds, so that a fast machine is not done before the first kill.
    Returns how many were cut short.
    """
    draw = random.Random(seed)
    cut = 0
    for _ in range(kills):
        patch = dying_after(draw.randint(1, longest), draw.uniform(0, 0.01))
        status = train(program, folder, patch=patch)
        if status == 0:
            break
        assert os.WTERMSIG(status) == signal.SIGKILL
        cut += 1
    assert train(program, folder) == 0
    return cut


def broken_off(program: str, folder: Path, epoch: int, batch: int, **how: object) -> None:
    """Trains until just after the save at a position, and ends there by SIGKILL."""

    def patch(baton: object) -> None:
        whole = baton._Alone._write_whole

        def write_and_die(self: object, name: str, write: object) -> None:
            whole(self, name, write)
            if name == "e%d-b%d" % (epoch, batch):
                os.kill(os.getpid(), signal.SIGKILL)

        baton._Alone._write_whole = write_and_die

    assert os.WTERMSIG(train(program, folder, patch=patch)) == signal.SIGKILL


def digest(folder: Path) -> str:
    """Of the newest checkpoint's files, which are the same for the same state."""
    def place(path: Path) -> tuple:
        epoch, _, batch = path.name[1:].partition("-b")
        return int(epoch), int(batch)

    newest = max(folder.glob("e*-b*"), key=place)
    sha = hashlib.sha256()
    for file in sorted(newest.iterdir()):
        sha.update(file.name.encode() + hashlib.sha256(file.read_bytes()).digest())
    return "%s %s" % (newest.name, sha.hexdigest())
