"""What is trained and was not given to ``baton.resume`` is refused by its name; what is not, is not."""

from pathlib import Path
from typing import Tuple

import pytest

torch = pytest.importorskip("torch")
from relay import broken_off, digest, train  # noqa: E402

SCRIPT = """
import copy
import torch
from torch import nn
import baton

job = baton.job(epochs=2, seed=1)
x = torch.randn(12, 4)
model = nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 1))
some, others = list(model.parameters())[:2], list(model.parameters())[2:]
optimizer = torch.optim.Adam(some, lr=0.1)
%s
run = baton.resume(%s)
for epoch in run.epochs():
    for a in run.batches([x[:4], x[4:8], x[8:]]):
        loss = model(a).square().mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
        %s
        run.step(loss=loss)
"""
GIVEN = "model, optimizer"


def life(
    tmp_path: Path, capfd: pytest.CaptureFixture, *parts: str, given: str = GIVEN
) -> Tuple[int, str]:
    """The exit status of one life, and the sentence that it ended with."""
    script = tmp_path / "train.py"
    made, each_batch = parts
    script.write_text(SCRIPT % (made, given, each_batch))
    status = train(str(script), tmp_path / "saved")
    return status, " ".join(capfd.readouterr().err.split())


@pytest.mark.parametrize(
    "name, kind, made, each_batch",
    [
        ("second", "Adam", "second = torch.optim.Adam(others)", "second.step()"),
        (
            "steps",
            "StepLR",
            "steps = torch.optim.lr_scheduler.StepLR(optimizer, 2)",
            "steps.step()",
        ),
        (
            "average",
            "AveragedModel",
            "average = torch.optim.swa_utils.AveragedModel(model)",
            "average.update_parameters(model)",
        ),
        (
            "teacher",
            "Sequential",
            "teacher = copy.deepcopy(model)",
            "[p.data.mul_(0.9).add_(q.data) for p, q in "
            "zip(teacher.parameters(), model.parameters())]",
        ),
        ("norm", "BatchNorm1d", "norm = nn.BatchNorm1d(4, affine=False)", "norm(a)"),
    ],
)
def test_what_changes_and_was_forgotten_is_refused_within_the_first_steps(
    name: str,
    kind: str,
    made: str,
    each_batch: str,
    tmp_path: Path,
    capfd: pytest.CaptureFixture,
) -> None:
    status, said = life(tmp_path, capfd, made, each_batch)
    assert status != 0
    assert "%s (%s) changes in training and was not given to baton.resume" % (name, kind) in said
    assert not list((tmp_path / "saved").glob("e0-b2"))


@pytest.mark.parametrize(
    "made, each_batch",
    [
        ("frozen = nn.BatchNorm1d(4).eval()", "frozen(a)"),
        ("unused = torch.optim.Adam(others)", "pass"),
        ("wrapper = nn.ModuleList([model])", "pass"),
        ("whole = nn.ModuleList([model, nn.BatchNorm1d(4).eval()])", "whole[1](a)"),
        ("copied = copy.deepcopy(model)", "copied.load_state_dict(model.state_dict())"),
        ("pass", "torch.optim.Adam([torch.zeros(1, requires_grad=True)]).step()"),
    ],
)
def test_what_is_not_trained_need_not_be_given(
    made: str, each_batch: str, tmp_path: Path, capfd: pytest.CaptureFixture
) -> None:
    status, said = life(tmp_path, capfd, made, each_batch)
    assert status == 0, said


def test_parameters_that_no_model_has_are_refused_before_the_first_batch(
    tmp_path: Path, capfd: pytest.CaptureFixture
) -> None:
    made = "scale = nn.Parameter(torch.ones(2)); optimizer.add_param_group({'params': [scale]})"
    status, said = life(tmp_path, capfd, made, "pass")
    assert status != 0 and not list((tmp_path / "saved").glob("e*"))
    assert "number 0 of group 1, shape [2], that no model given to baton.resume has" in said
    for given in ("[model, {'scale': scale}], optimizer", "model, optimizer, state=[scale]"):
        (folder := tmp_path / given[1:3]).mkdir()
        status, said = life(folder, capfd, made, "pass", given=given)
        assert status == 0, said


def test_groups_that_were_taken_out_are_refused(
    tmp_path: Path, capfd: pytest.CaptureFixture
) -> None:
    made = "optimizer.add_param_group({'params': others})"
    status, said = life(tmp_path, capfd, made, "del optimizer.param_groups[1:]")
    assert status != 0 and "had 2 groups of parameters at baton.resume and has 1 now" in said


WRAPPERS = """
class Noam:
    def __init__(self, *inner):
        self.inner, self.count = inner, 0
    def zero_grad(self): [one.zero_grad() for one in self.inner]
    def step(self):
        self.count += 1
        for one in self.inner:
            one.param_groups[0]["lr"] = 0.1 / self.count
            one.step()
    def state_dict(self): return {"count": self.count}
    def load_state_dict(self, state): self.count = state["count"]
optimizer = Noam(optimizer, torch.optim.Adam(others))
"""


def test_optimizers_in_a_wrapper_that_tells_only_its_own_count_are_kept(
    tmp_path: Path, capfd: pytest.CaptureFixture
) -> None:
    status, said = life(tmp_path, capfd, WRAPPERS, "pass")
    assert status == 0, said
    broken_off(str(tmp_path / "train.py"), tmp_path / "other", 0, 2)
    assert train(str(tmp_path / "train.py"), tmp_path / "other") == 0
    assert digest(tmp_path / "other") == digest(tmp_path / "saved")


def test_a_state_by_the_ids_of_parameters_is_refused(
    tmp_path: Path, capfd: pytest.CaptureFixture
) -> None:
    made = """
class ById(torch.optim.SGD):
    def state_dict(self): return {**super().state_dict(), "slow": {id(p): 1 for p in some}}
optimizer = ById(some, lr=0.1)
"""
    status, said = life(tmp_path, capfd, made, "pass")
    assert status != 0 and "has 'slow' by the id() of its parameters" in said


def test_a_model_that_the_script_has_let_go_of_is_not_kept(tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text(
        "import gc, weakref\nalive = weakref.WeakSet()\n"
        + SCRIPT.replace("epochs=2", "epochs=6") % ("", GIVEN, "")
        + "    probe = copy.deepcopy(model)\n    alive.add(probe)\n"
        + "    gc.collect()\n    assert len(alive) <= 2, len(alive)\n"
    )
    assert train(str(script), tmp_path / "saved") == 0
