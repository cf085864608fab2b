"""What is written can be read by others, comes back as it was, or is refused in a sentence."""

import collections
import json
import random
from pathlib import Path

import baton
import pytest


def there_and_back(value: object) -> object:
    blobs: dict = {}
    packed = baton._pack(value, "at", blobs, baton._HostMemory())
    return baton._unpack(json.loads(json.dumps(packed)), blobs)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        2**70,
        0.1,
        float("-inf"),
        "ü",
        [],
        {},
        [1, [2.5, None]],
        (1, (2,)),
        {"a": {"b": [1]}},
        {1: "one", 2: "two"},
        {"$odd": 1},
        {"empty": {"$odd": []}},
        {3, 1},
        collections.deque([1, 2]),
        collections.Counter({5: 2}),
    ],
)
def test_plain_values_come_back_as_they_were(value: object) -> None:
    back = there_and_back(value)
    assert back == value and type(back) is type(value)


@pytest.mark.parametrize("value", [object(), [lambda: 0], {"a": iter([])}])
def test_what_needs_pickle_is_refused_with_its_place(value: object) -> None:
    with pytest.raises(baton.BatonError, match="at"):
        there_and_back(value)


def test_the_generators_go_on_where_they_were() -> None:
    random.seed(1)
    random.gauss(0, 1)  # leaves a second number for the next call
    state = baton._capture_generators()
    expected = [random.gauss(0, 1), random.random()]
    baton._restore_generators(state)
    assert [random.gauss(0, 1), random.random()] == expected


@pytest.mark.parametrize("kind", ["PCG64", "MT19937", "torch"])
def test_generators_of_the_scripts_own_go_on_where_they_were(kind: str) -> None:
    framework = pytest.importorskip("torch" if kind == "torch" else "numpy")
    if kind == "torch":
        own = framework.Generator().manual_seed(1)
        draw = lambda: framework.rand(3, generator=own).tolist()  # noqa: E731
    else:
        own = framework.random.Generator(getattr(framework.random, kind)(1))
        draw = lambda: own.random(3).tolist()  # noqa: E731
    draw()
    state = there_and_back(baton._state_of(own))
    expected = draw()
    baton._load_state("generators", own, state)
    assert draw() == expected


def test_tensors_are_read_by_the_reference_implementation(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    safetensors = pytest.importorskip("safetensors.torch")
    tensors = {
        "a": torch.randn(3, 2).t(),
        "half": torch.randn(5).to(torch.bfloat16),
        "none": torch.empty(0, 4),
        "one": torch.tensor(7),
        "yes": torch.tensor([True, False]),
    }
    host = baton._HostMemory()
    blobs = {name: host.copy(name, tensor) for name, tensor in tensors.items()}
    baton.write_safetensors(tmp_path / "x.safetensors", blobs)
    theirs = safetensors.load_file(str(tmp_path / "x.safetensors"))
    ours = {k: baton._to_torch(b) for k, b in baton.read_safetensors(tmp_path / "x.safetensors").items()}
    for name, tensor in tensors.items():
        assert torch.equal(theirs[name], tensor) and torch.equal(ours[name], tensor)
        assert ours[name].dtype == tensor.dtype


def test_ours_and_the_reference_write_the_same_bytes(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    safetensors = pytest.importorskip("safetensors.torch")
    tensors = {"b": torch.ones(3), "a": torch.ones(2, dtype=torch.int64), "c": torch.ones(1).half()}
    host = baton._HostMemory()
    blobs = {name: host.copy(name, tensor) for name, tensor in tensors.items()}
    baton.write_safetensors(tmp_path / "ours", blobs)
    safetensors.save_file(tensors, str(tmp_path / "theirs"), metadata={"format": "pt"})
    assert (tmp_path / "ours").read_bytes() == (tmp_path / "theirs").read_bytes()


class Changed:
    """A checkpoint of one model, and a run of another that tries to resume from it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("BATON_FOLDER", str(folder))
        monkeypatch.setattr(baton, "_link", None)
        monkeypatch.setattr(baton, "_job", None)
        self.torch = pytest.importorskip("torch")
        model = self.torch.nn.Linear(2, 3)
        run = baton.resume(model, self.torch.optim.Adam(model.parameters()))
        folder.mkdir(exist_ok=True)
        (folder / "e1-b2").mkdir()
        run.epoch, run.batch = 1, 2
        run._copy()(folder / "e1-b2", False)
        self.folder = folder / "e1-b2"

    def resume(self, model: object) -> None:
        baton.resume(model, self.torch.optim.Adam(model.parameters()))


@pytest.fixture
def changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Changed:
    return Changed(tmp_path / "saves", monkeypatch)


def test_a_tensor_of_another_shape_is_named(changed: Changed) -> None:
    with pytest.raises(baton.BatonError, match=r"weight is F32 \[3, 2\] in the checkpoint and F32 \[3, 4\]"):
        changed.resume(changed.torch.nn.Linear(4, 3))


def test_another_dtype_is_named(changed: Changed) -> None:
    with pytest.raises(baton.BatonError, match=r"bias is F32 \[3\] in the checkpoint and F64 \[3\]"):
        changed.resume(changed.torch.nn.Linear(2, 3).double())


def test_a_tensor_too_many_is_named(changed: Changed) -> None:
    with pytest.raises(baton.BatonError, match="The model has no tensor bias"):
        changed.resume(changed.torch.nn.Linear(2, 3, bias=False))


def test_a_tensor_too_few_is_named(changed: Changed) -> None:
    model = changed.torch.nn.Linear(2, 3)
    model.more = changed.torch.nn.Parameter(changed.torch.ones(1))
    with pytest.raises(baton.BatonError, match="The checkpoint has no tensor more"):
        changed.resume(model)


def test_weights_with_nan_are_not_saved(changed: Changed) -> None:
    model = changed.torch.nn.Linear(2, 3)
    run = baton.resume(model, changed.torch.optim.Adam(model.parameters()))
    with changed.torch.no_grad():
        model.weight[0, 0] = float("nan")
    with pytest.raises(baton.BatonError, match="weight holds NaN at epoch 1, batch 2"):
        run._copy()


def test_a_missing_file_is_named(changed: Changed) -> None:
    (changed.folder / "optimizer.safetensors").unlink()
    with pytest.raises(baton.BatonError, match="has no optimizer.safetensors"):
        changed.resume(changed.torch.nn.Linear(2, 3))
