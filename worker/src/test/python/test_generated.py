"""Scripts drawn at random, killed at random places, end with the bits of their unbroken runs.

SCRIPTS sets how many (24); FIRST_SEED draws others. The long form, with every option of
``generated.py`` at least ten times:  SCRIPTS=500 pytest test_generated.py
"""

import collections
import os
import random
import signal
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("numpy")
from generated import KINDS, Choice, draw, script  # noqa: E402
from relay import digest, train  # noqa: E402

SCRIPTS = int(os.environ.get("SCRIPTS", "24"))
FIRST_SEED = int(os.environ.get("FIRST_SEED", "1"))
LEAST = SCRIPTS // 50
LIVES = 4
torch.set_num_threads(1)


class Drawn(NamedTuple):
    seed: int
    choice: Choice


def drawn() -> List[Drawn]:
    """So many choices that fit, then more until each option stood in enough of them."""
    found = [Drawn(seed, draw(seed)) for seed in range(FIRST_SEED, FIRST_SEED + SCRIPTS)]
    count = collections.Counter(item for each in found for item in each.choice.items())
    for kind, options in KINDS.items():
        for option in sorted(options):
            while count[kind, option] < LEAST:
                seed = found[-1].seed + 1
                found.append(Drawn(seed, draw(seed, {kind: option})))
                count.update(found[-1].choice.items())
    return found


def dying_after_saves(count: int) -> Any:
    """A patch that ends a life by SIGKILL as soon as so many saves are written."""

    def patch(baton: Any) -> None:
        whole, left = baton._Alone._write_whole, [count]

        def write_and_die(self: Any, name: str, write: Any) -> None:
            whole(self, name, write)
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        baton._Alone._write_whole = write_and_die

    return patch


def broken_at(each: Drawn, folder: Path, patch: Any = None) -> Optional[str]:
    """What is wrong with a script's relay; none: its last checkpoint is the unbroken run's."""
    folder.mkdir()
    program = folder / "train.py"
    program.write_text(script(each.choice))
    chance = random.Random(each.seed)

    def life(into: str, *patches: Any) -> int:
        def every(baton: Any) -> None:
            for one in patches:
                if one is not None:
                    one(baton)

        return train(str(program), folder / into, patch=every)

    if life("unbroken", patch) != 0:
        return "the unbroken run failed"
    for _ in range(LIVES - 1):
        status = life("relayed", patch, dying_after_saves(chance.randint(1, 8)))
        if status == 0:
            break
        if not os.WIFSIGNALED(status):
            return "a resumed run failed"
    else:
        if life("relayed", patch) != 0:
            return "a resumed run failed"
    same = digest(folder / "relayed") == digest(folder / "unbroken")
    return None if same else "it differs"


def test_scripts_drawn_at_random_resume_exactly(tmp_path: Path) -> None:
    wrong: Dict[int, str] = {}
    every = drawn()
    for each in every:
        what = broken_at(each, tmp_path / str(each.seed))
        if what:
            wrong[each.seed] = "%s: %s" % (what, ", ".join(each.choice.values()))
    report = "\n".join("seed %d, %s" % item for item in wrong.items())
    assert not wrong, "%d of %d:\n%s" % (len(wrong), len(every), report)
