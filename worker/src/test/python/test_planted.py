"""Each cause that was mended, broken again: a script of the kind that it concerns must notice.

Without these, ``test_generated.py`` could be blind and nobody would know. The comparison after a
restore is off here: a defect must be seen by what it does to the bits.
"""

from pathlib import Path
from typing import Any, Dict, NamedTuple

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("numpy")
from generated import draw  # noqa: E402
from test_generated import Drawn, broken_at  # noqa: E402

SEEDS = range(1, 13)
"""Of so many relays of the kind at least one must differ; most do at the first."""


class Defect(NamedTuple):
    """What is broken, where, and the choice of options that it concerns."""

    title: str
    place: str
    by: Any
    concerns: Dict[str, str]


def nothing(*of: Any, **named: Any) -> None:
    return None


def nothing_to(what: str) -> Any:
    """Of ``_load_state``: everything is loaded but this."""

    def broken(load: Any) -> Any:
        return lambda kind, thing, state: None if kind == what else load(kind, thing, state)

    return broken


def only(within_epoch: bool) -> Any:
    """Of ``Run._restore_again``: one of its two moments is left out."""

    def broken(again: Any) -> Any:
        def some(self: Any, within_epoch: bool, of: bool = within_epoch) -> None:
            if within_epoch == of:
                again(self, within_epoch)

        return some

    return broken


def without_marks(deque: Any) -> Any:
    """Of ``_Unpacker._deque``: the bound is forgotten."""

    def broken(self: Any, held: Any, path: str, packed: Dict[str, Any]) -> Any:
        import collections

        return collections.deque(self._each(held if isinstance(held, list) else held, path))

    return broken


def made_anew(there: Any) -> Any:
    """Of ``_Unpacker._there_or_new``: never there."""
    return lambda self, path, kind, make: make()


PLAIN = {"state": "none", "epoch": "nothing", "update": "each batch"}
DEFECTS = [
    Defect("torch casts moments", "_mend", lambda _: lambda now, was, same: now,
           {"optimizer": "moments wider than weights"}),
    Defect("parameters by place, not by name", "_reorder", lambda _: nothing,
           {"optimizer": "a set of parameters"}),
    Defect("late groups are not added", "_Optimizer._add_group", lambda _: nothing,
           {"optimizer": "group added"}),
    Defect("an optimizer's own counter", "_Attributes.restore", lambda _: nothing,
           {"optimizer": "counts by itself"}),
    Defect("a module's own tensors", "_Attributes.restore", lambda _: nothing,
           {"model": "a hidden state"}),
    Defect("a module's own counter", "_Attributes.restore", lambda _: nothing,
           {"model": "a counter"}),
    Defect("modes and frozen parameters", "_set_modes", lambda _: nothing,
           {"model": "a module in eval mode from epoch 1"}),
    Defect("late buffers", "_Module.restore", lambda _: nothing,
           {"model": "a buffer registered late"}),
    Defect("buffers that are not persistent", "_Module.restore", lambda _: nothing,
           {"model": "a buffer that is not persistent"}),
    Defect("pending gradients", "_Gradients.restore", lambda _: nothing,
           {"update": "accumulated over the epoch's end"}),
    Defect("gradients that live on", "_Gradients.restore", lambda _: nothing,
           {"update": "never zeroed"}),
    Defect("lines before an epoch's batches count twice", "Run._restore_again", only(False),
           {"scheduler": "at the epoch's start"}),
    Defect("lines before the loop count twice", "Run._restore_again", only(True),
           {"epoch": "an untouched state before the loop", "state": "none"}),
    Defect("schedulers", "_load_state", nothing_to("scheduler"), {"scheduler": "cosine"}),
    Defect("averages of weights", "_load_state", nothing_to("ema"),
           {"state": "an average of the weights"}),
    Defect("objects with a state_dict", "_load_state", nothing_to("state"), {"state": "an object"}),
    Defect("state in place", "_Unpacker._there_or_new", made_anew, {"state": "an alias"}),
    Defect("a deque's bound", "_Unpacker._deque", without_marks, {"state": "a window"}),
    Defect("generators given", "_set_generator_state", lambda _: nothing,
           {"state": "Python's generator"}),
    Defect("the global generators", "_restore_generators", lambda _: nothing, {"model": "dropout"}),
    Defect("generators of a sampler", "_Kept.put", lambda _: lambda *of: [],
           {"loader": "a sampler with NumPy's generator"}),
    Defect("a sampler's counter", "_Kept.put", lambda _: lambda *of: [],
           {"loader": "a sampler that counts"}),
    Defect("processes that persist", "_end_processes", lambda _: nothing,
           {"loader": "a stream in processes that persist"}),
    Defect("draws of a look ahead", "_Generators.hold", lambda _: nothing,
           {"loader": "examples drawn here, without length"}),
    Defect("a look ahead of a loader's own generator", "_Data.hold", lambda _: nothing,
           {"loader": "a generator with its own generator"}),
]  # fmt: skip


def broken(defect: Defect) -> Any:
    """A patch that plants a defect, and leaves out the comparison that would refuse it."""

    def patch(baton: Any) -> None:
        baton.Run._require_restored = nothing
        *holder, name = defect.place.split(".")
        place = getattr(baton, holder[0]) if holder else baton
        setattr(place, name, defect.by(getattr(place, name)))

    return patch


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.title)
def test_a_planted_defect_is_noticed(defect: Defect, tmp_path: Path) -> None:
    forced = {**{k: v for k, v in PLAIN.items() if fits_with(k, defect)}, **defect.concerns}
    for seed in SEEDS:
        each = Drawn(seed, draw(seed, forced))
        if broken_at(each, tmp_path / str(seed), broken(defect)):
            return
    pytest.fail("not noticed in %d relays of %s" % (len(SEEDS), forced))


def fits_with(kind: str, defect: Defect) -> bool:
    """Whether a plain option of this kind leaves the concerned ones possible."""
    return kind not in ("state",) or "update" not in defect.concerns
