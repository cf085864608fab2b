"""What a run was given goes into a checkpoint and comes out of it, whole, or is refused by its name."""

import inspect
from pathlib import Path
from typing import Any, Callable

import baton
import pytest

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")
X, Y = torch.linspace(-1, 1, 32).reshape(8, 4), torch.linspace(0, 1, 8).reshape(8, 1)


class Lives:
    """A training that is broken off after some steps, and gone on with by fresh objects."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch):
        self.folder, self.monkeypatch = folder, monkeypatch
        monkeypatch.setenv("BATON_FOLDER", str(folder))

    def begin(self) -> None:
        self.monkeypatch.setattr(baton, "_link", None)
        self.monkeypatch.setattr(baton, "_job", None)
        torch.manual_seed(1)

    def saved(self, run: Any, epoch: int = 0, batch: int = 3) -> Path:
        folder = self.folder / ("e%d-b%d" % (epoch, batch))
        folder.mkdir(parents=True)
        run.epoch, run.batch = epoch, batch
        run._copy()(folder, False)
        return folder

    def go_on(self, make: Callable[[], Any], train: Callable[..., None]) -> None:
        """The same after a restore as without; ``make`` gives what ``resume`` is given."""
        self.begin()
        given = make()
        run = baton.resume(**given)
        train(given, 3)
        run._check()
        one = self.saved(run)
        self.begin()
        again = make()
        other = baton.resume(**again)
        train(again, 1)  # a script may do this and that before its first batch
        other._restore_again(within_epoch=True)
        other._check()
        target = self.folder.parent / "again"
        target.mkdir()
        other._copy()(target, False)
        for file in one.iterdir():
            assert file.read_bytes() == (target / file.name).read_bytes(), file.name


@pytest.fixture
def lives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lives:
    return Lives(tmp_path / "saves", monkeypatch)


def steps(given: dict, count: int) -> None:
    model, optimizer = given["model"], given["optimizer"]
    for _ in range(count):
        def closure() -> Any:
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(model(X), Y)
            loss.backward()
            return loss

        optimizer.step(closure)
        for scheduler in [given["scheduler"]] if "scheduler" in given else []:
            plateau = isinstance(scheduler, torch.optim.lr_scheduler.ReduceLROnPlateau)
            scheduler.step(float("nan")) if plateau else scheduler.step()


def net() -> Any:
    return nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3), nn.Linear(3, 1))


OPTIMIZERS = [
    name for name, kind in vars(torch.optim).items()
    if inspect.isclass(kind) and name not in ("Optimizer", "SparseAdam", "Muon")
]  # fmt: skip


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_each_of_torchs_optimizers(lives: Lives, name: str) -> None:
    def make() -> dict:
        model = net()
        return {"model": model, "optimizer": getattr(torch.optim, name)(model.parameters(), lr=0.01)}

    lives.go_on(make, lambda given, count: steps(given, count))


@pytest.mark.parametrize(
    "settings",
    [{"amsgrad": True}, {"foreach": True}, {"fused": True}, {"maximize": True}, {"lr": torch.tensor(0.01)}],
    ids=str,
)
def test_the_settings_of_adam(lives: Lives, settings: dict) -> None:
    def make() -> dict:
        model = net()
        return {"model": model, "optimizer": torch.optim.Adam(model.parameters(), **settings)}

    lives.go_on(make, steps)


class Warmer:
    def __init__(self) -> None:
        self.seen = 0

    def __call__(self, epoch: int) -> float:
        self.seen += 1
        return 1.0 / (1 + self.seen)


S = torch.optim.lr_scheduler
SCHEDULERS = {
    "lambda": lambda o: S.LambdaLR(o, Warmer()),
    "plain lambda": lambda o: S.LambdaLR(o, lambda epoch: 0.9**epoch),
    "multiplicative": lambda o: S.MultiplicativeLR(o, lambda epoch: 0.9),
    "step": lambda o: S.StepLR(o, 2),
    "multistep": lambda o: S.MultiStepLR(o, [1, 3, 3]),
    "constant": lambda o: S.ConstantLR(o),
    "linear": lambda o: S.LinearLR(o),
    "exponential": lambda o: S.ExponentialLR(o, 0.9),
    "polynomial": lambda o: S.PolynomialLR(o, 9),
    "cosine": lambda o: S.CosineAnnealingLR(o, 9),
    "restarts": lambda o: S.CosineAnnealingWarmRestarts(o, 2),
    "cyclic": lambda o: S.CyclicLR(o, 0.001, 0.1, step_size_up=2),
    "one cycle": lambda o: S.OneCycleLR(o, 0.1, 20),
    "plateau": lambda o: S.ReduceLROnPlateau(o, patience=1),
    "sequential": lambda o: S.SequentialLR(o, [S.ConstantLR(o), S.ExponentialLR(o, 0.9)], [2]),
    "chained": lambda o: S.ChainedScheduler([S.ConstantLR(o), S.ExponentialLR(o, 0.9)]),
    "swa": lambda o: torch.optim.swa_utils.SWALR(o, 0.05),
}


@pytest.mark.parametrize("name", SCHEDULERS)
def test_each_of_torchs_schedulers(lives: Lives, name: str) -> None:
    def make() -> dict:
        model = net()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
        return {"model": model, "optimizer": optimizer, "scheduler": SCHEDULERS[name](optimizer)}

    lives.go_on(make, steps)


class Counting(nn.Module):
    """Changes in all the ways that a module can."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(4, 1)
        self.drop = nn.Dropout(0.5)
        self.step, self.hidden, self.best = 0, None, float("inf")
        self.window: list = []
        self.register_buffer("cache", torch.zeros(2), persistent=False)
        self.register_buffer("late", None)
        self.register_buffer("grows", torch.zeros(0))

    def forward(self, x: Any) -> Any:
        self.step += 1
        self.window.append(float(x.sum()))
        self.hidden = x.mean() if self.hidden is None else 0.5 * self.hidden + x.mean()
        self.cache += 1
        self.late = torch.ones(3) * self.step
        self.grows = torch.cat([self.grows, torch.ones(1)])
        self.drop.p = 0.5 / self.step
        if not hasattr(self, "very_late"):
            self.register_buffer("very_late", torch.full((2,), 7.0))
        return self.inner(self.drop(x))


def test_attributes_and_buffers_that_change(lives: Lives) -> None:
    def make() -> dict:
        model = Counting()
        return {"model": model, "optimizer": torch.optim.SGD(model.parameters(), lr=0.01)}

    lives.begin()
    given = make()
    run = baton.resume(**given)
    steps(given, 3)
    given["model"].eval()
    given["model"].drop.train()
    given["model"].inner.bias.requires_grad_(False)
    lives.saved(run)
    lives.begin()
    again = make()["model"]
    baton.resume(again, torch.optim.SGD(again.parameters(), lr=0.01))
    was = given["model"]
    assert (again.step, again.window, again.drop.p) == (was.step, was.window, was.drop.p)
    assert torch.equal(again.hidden, was.hidden) and torch.equal(again.cache, was.cache)
    assert torch.equal(again.late, was.late) and torch.equal(again.grows, was.grows)
    assert "very_late" in again.state_dict() and torch.equal(again.very_late, was.very_late)
    assert not again.training and again.drop.training and not again.inner.training
    assert not again.inner.bias.requires_grad and again.inner.weight.requires_grad


def test_frozen_weights_have_a_file_of_their_own(lives: Lives) -> None:
    lives.begin()
    model = net()
    model[0].requires_grad_(False)
    run = baton.resume(model)
    folder = lives.saved(run)
    names = {file: set(baton.read_safetensors(folder / file)) for file in ("model.safetensors", "frozen.safetensors")}
    assert names["frozen.safetensors"] == {"0.weight", "0.bias"}
    assert not names["frozen.safetensors"] & names["model.safetensors"]


def test_parameters_in_another_order_are_found_by_their_names(lives: Lives) -> None:
    def given(reverse: bool) -> tuple:
        lives.begin()
        model = net()
        parameters = list(model.parameters())
        return model, torch.optim.Adam(parameters[::-1] if reverse else parameters)

    model, optimizer = given(False)
    run = baton.resume(model, optimizer)
    steps({"model": model, "optimizer": optimizer}, 2)
    lives.saved(run)
    other, reversed_one = given(True)
    baton.resume(other, reversed_one)
    for mine, theirs in zip(model.parameters(), other.parameters()):
        assert torch.equal(optimizer.state[mine]["exp_avg"], reversed_one.state[theirs]["exp_avg"])


def test_another_membership_of_groups_is_refused_with_both_named(lives: Lives) -> None:
    lives.begin()
    model = net()
    run = baton.resume(model, torch.optim.Adam(model.parameters()))
    lives.saved(run)
    lives.begin()
    model = net()
    with pytest.raises(baton.BatonError, match="has 0.weight, 0.bias in the checkpoint and none of them"):
        baton.resume(model, torch.optim.Adam(list(model.parameters())[2:]))


class Odd(torch.optim.Optimizer):
    """Keeps its state in another dtype, with a wrapper's counter beside it."""

    def __init__(self, parameters: Any, lr: float = 0.01):
        super().__init__(parameters, {"lr": lr})
        self.calls = 0

    def step(self, closure: Any = None) -> None:
        closure()
        self.calls += 1
        for group in self.param_groups:
            for p in group["params"]:
                state = self.state[p]
                state.setdefault("avg", torch.zeros(p.shape, dtype=torch.float64)).add_(p.grad)
                state["count"] = state.get("count", torch.tensor(0)) + 1
                state["mask"] = p.grad > 0
                state["pair"] = (torch.ones(1, dtype=torch.float16), [torch.ones(1, dtype=torch.int8)])
        self.state["overall"] = {"seen": self.calls}


def test_an_optimizer_keeps_its_own_dtypes_and_counters(lives: Lives) -> None:
    def make() -> dict:
        model = net()
        return {"model": model, "optimizer": Odd(model.parameters())}

    lives.go_on(make, steps)


def test_names_for_groups_stay_good(lives: Lives) -> None:
    lives.begin()
    model = net()
    run = baton.resume(model, torch.optim.SGD(model.parameters(), lr=0.5))
    lives.saved(run)
    lives.begin()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    group, groups, state = optimizer.param_groups[0], optimizer.param_groups, optimizer.state
    baton.resume(model, optimizer)
    assert group["lr"] == 0.5 and group is optimizer.param_groups[0]
    assert groups is optimizer.param_groups and state is optimizer.state


class Lossy(torch.optim.SGD):
    def load_state_dict(self, state: Any) -> None:
        super().load_state_dict(state)
        self.param_groups[0]["lr"] = 0.25


def test_what_a_restore_changes_is_refused_by_its_name(lives: Lives) -> None:
    lives.begin()
    model = net()
    run = baton.resume(model, Lossy(model.parameters(), lr=0.5))
    lives.saved(run)
    lives.begin()
    words = r"optimizer.param_groups.0.lr is 0.5 in the checkpoint and 0.25 restored"
    with pytest.raises(baton.BatonError, match=words):
        baton.resume(model, Lossy(model.parameters(), lr=0.5))


def test_layouts_come_back(lives: Lives) -> None:
    def make(last: bool) -> Any:
        lives.begin()
        model = nn.Conv2d(3, 2, 3)
        return model.to(memory_format=torch.channels_last) if last else model

    run = baton.resume(make(True))
    lives.saved(run)
    again = make(False)
    baton.resume(again)
    assert again.weight.is_contiguous(memory_format=torch.channels_last)
    assert not again.weight.is_contiguous()


class Shared(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(4, 4), nn.Linear(4, 4)
        self.b.weight = self.a.weight
        self.register_buffer("wide", torch.ones(1).expand(4))
        self.register_buffer("line", torch.arange(6.0).as_strided((4, 3), (1, 1)))
        self.spectrum = nn.Parameter(torch.randn(3, dtype=torch.cfloat))
        self.norm = nn.utils.parametrizations.spectral_norm(nn.Linear(4, 1))

    def forward(self, x: Any) -> Any:
        scale = self.spectrum.abs().sum() + self.wide.sum() + self.line.sum()
        return self.norm(self.b(self.a(x))) * scale


def test_tied_expanded_overlapping_and_complex_tensors(lives: Lives) -> None:
    def make() -> dict:
        model = Shared()
        return {"model": model, "optimizer": torch.optim.Adam(model.parameters())}

    lives.go_on(make, steps)


@pytest.mark.parametrize("kind", ["sparse", "meta", "late parameter", "late module"])
def test_what_no_checkpoint_can_hold_is_refused_at_the_start(lives: Lives, kind: str) -> None:
    lives.begin()
    model = net()
    if kind == "sparse":
        model.register_buffer("s", torch.eye(2).to_sparse())
    elif kind == "meta":
        model.register_buffer("s", torch.ones(1, device="meta"))
    if not kind.startswith("late"):
        with pytest.raises(baton.BatonError, match="The tensor s is"):
            baton.resume(model)
        return
    run = baton.resume(model)
    model.more = nn.Parameter(torch.ones(1)) if kind == "late parameter" else nn.ReLU()
    with pytest.raises(baton.BatonError, match="more was added to model after baton.resume"):
        run._check()


def test_a_hook_that_leaves_weights_out_loses_none(lives: Lives) -> None:
    class Small(nn.Linear):
        note = 3

        def state_dict(self, *of: Any, **named: Any) -> Any:
            state = super().state_dict(*of, **named)
            del state["bias"]
            return {**state, "note": 3}

        def load_state_dict(self, state: Any, *of: Any, **named: Any) -> None:
            assert state["note"] == 3

    lives.begin()
    model = Small(2, 2)
    lives.saved(baton.resume(model))
    bias = model.bias.detach().clone()
    lives.begin()
    torch.manual_seed(9)
    again = Small(2, 2)
    baton.resume(again)
    assert torch.equal(again.bias, bias)


def test_state_is_restored_in_place_where_the_script_made_it_and_only_there(lives: Lives) -> None:
    def make() -> tuple:
        lives.begin()
        window, zeros, notes = [], torch.zeros(2), {"inner": {"n": 0}}
        return window, zeros, notes, {"window": window, "h": zeros, "notes": notes}

    window, zeros, notes, state = make()
    run = baton.resume(state=state)
    window.append(1.5)
    notes["inner"]["n"] = 4
    state["h"] = torch.ones(2)
    lives.saved(run)
    window, zeros, notes, state = make()
    inner = notes["inner"]
    baton.resume(state=state)
    assert window == [1.5] and state["window"] is window and inner["n"] == 4
    assert torch.equal(state["h"], torch.ones(2)) and torch.equal(zeros, torch.zeros(2))


class Meter:
    def __init__(self) -> None:
        self.total, self.seen = 0.0, []


def test_an_object_of_the_scripts_is_filled_and_one_made_later_is_refused(lives: Lives) -> None:
    lives.begin()
    meter = Meter()
    run = baton.resume(state={"meter": meter})
    meter.total = 3.0
    meter.seen.append(1)
    lives.saved(run)
    lives.begin()
    meter = Meter()
    seen, state = meter.seen, {"meter": meter}
    run = baton.resume(state=state)
    assert state["meter"] is meter and meter.total == 3.0 and seen == [1] and meter.seen is seen
    state["other"] = Meter()
    with pytest.raises(baton.BatonError, match="state.other is a Meter that was made after"):
        run._check()
