"""State of a script's own comes back in its own types, order and aliases, or is refused in a sentence."""

import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import json
import math
import os
import pathlib
import random
import struct
import time
import uuid

import baton
import pytest

numpy = pytest.importorskip("numpy")
torch = pytest.importorskip("torch")

Point = collections.namedtuple("Point", "x y")


class Mode(enum.IntEnum):
    WARM = 1


class Colour(enum.Enum):
    RED = "red"


class Right(enum.Flag):
    READ = 1
    WRITE = 2


@dataclasses.dataclass
class Meter:
    total: float = 0.0
    seen: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True)
class Fixed:
    a: int


@dataclasses.dataclass
class Slotted:
    __slots__ = ("a", "b")
    a: int
    b: list


def there_and_back(value: object) -> object:
    blobs: dict = {}
    packed = baton._pack(value, "at", blobs, baton._HostMemory())
    return baton._unpack(json.loads(json.dumps(packed, sort_keys=True, allow_nan=False)), blobs)


def same(a: object, b: object, seen: dict) -> bool:
    """Whether two are the same in type, order, aliases and bits."""
    if type(a) is not type(b):
        return False
    changing = (list, dict, set, bytearray, collections.deque, Meter, torch.Tensor, numpy.ndarray)
    if id(a) in seen and isinstance(a, changing):
        return seen[id(a)] is b
    seen[id(a)] = b
    if isinstance(a, float) and type(a) is float:
        return struct.pack("d", a) == struct.pack("d", b)
    if isinstance(a, complex) and type(a) is complex:
        return same(a.real, b.real, {}) and same(a.imag, b.imag, {})
    if isinstance(a, dict):
        if getattr(a, "default_factory", None) is not getattr(b, "default_factory", None):
            return False
        pairs = zip(a.items(), b.items())
        return len(a) == len(b) and all(
            same(x, y, seen) and same(v, w, seen) for (x, v), (y, w) in pairs
        )
    if isinstance(a, (list, tuple, collections.deque)):
        bounds = getattr(a, "maxlen", None) == getattr(b, "maxlen", None)
        return bounds and len(a) == len(b) and all(same(x, y, seen) for x, y in zip(a, b))
    if isinstance(a, (set, frozenset)):
        return a == b and {type(x) for x in a} == {type(x) for x in b}
    if isinstance(a, torch.Tensor):
        told = [(t.dtype, t.shape, t.stride() if t.numel() else 0, t.requires_grad) for t in (a, b)]
        as_bytes = [t.detach().contiguous().reshape(-1).view(torch.uint8) for t in (a, b)]
        return told[0] == told[1] and torch.equal(*as_bytes)
    if isinstance(a, numpy.ndarray):
        told = [(x.dtype, x.shape, x.flags.c_contiguous, x.flags.f_contiguous) for x in (a, b)]
        return told[0] == told[1] and a.tobytes() == b.tobytes()
    if isinstance(a, numpy.generic):
        return a.tobytes() == b.tobytes()
    if isinstance(a, random.Random):
        return a.getstate() == b.getstate()
    if isinstance(a, numpy.random.Generator):
        return str(a.bit_generator.state) == str(b.bit_generator.state)
    if isinstance(a, torch.Generator):
        return torch.equal(a.get_state(), b.get_state())
    if dataclasses.is_dataclass(a) and not isinstance(a, type):
        names = [f.name for f in dataclasses.fields(a)]
        return all(same(getattr(a, name), getattr(b, name), seen) for name in names)
    return a == b


def structured() -> object:
    return numpy.array([(1, 2.5, "ab")], dtype=[("i", "<i4"), ("f", "<f8"), ("s", "<U3")])


VALUES = [
    -0.0, float("nan"), -math.nan, math.inf, 2**64, -(2**70), 10**5000, "\ud800", "$odd", 1j,
    complex(math.nan, -0.0), b"", b"ab", bytes(1000), bytearray(b"x"), bytearray(1000), range(1, 9, 2),
    slice(None, 3), (), (1, [2]), [[]], {}, {"": 1}, {"z": 1, "a": 2}, {"a": 1, "z": 2},
    {2: "a", 1: "b"}, {1: 1, "1": 2}, {"a.b": [1], "a": {"b": [2]}}, {(1, (2,)): 3}, {None: 1, True: 2, 2.5: 3},
    {Mode.WARM: 1}, {numpy.int64(3): 1}, {math.inf: 1}, {"$ref": "at"}, {"$root": [1]},
    set(), {3, 1}, frozenset([1, frozenset([2])]), {"b", "a", "c"}, {8, 0, 16},
    collections.deque([1, 2, 3], maxlen=3), collections.deque([1]), collections.deque(maxlen=0),
    collections.OrderedDict([("z", 1), ("a", 2)]), collections.Counter("abca"),
    collections.defaultdict(int, b=1, a=2), collections.defaultdict(None, {1: 2}),
    Point(1, [2]), Mode.WARM, Colour.RED, Right.READ, Right.READ | Right.WRITE, Right(0),
    Meter(1.5, [1]), Fixed(3), {Fixed(3): 1}, Slotted(1, [2]),
    numpy.float64(0.1), numpy.float32(0.1), numpy.int64(3), numpy.bool_(True), numpy.complex64(1j),
    numpy.str_("ab"), numpy.str_(""), numpy.bytes_(b"a"), numpy.datetime64("2020-01-01T00:00", "m"), numpy.longlong(3),
    numpy.float16(math.nan), numpy.dtype("<f4"), numpy.dtype(">i2"), numpy.float32,
    numpy.arange(4.0).reshape(2, 2).T, numpy.array(3), numpy.zeros((0, 3)), numpy.arange(6)[::-1],
    numpy.arange(24).reshape(2, 3, 4).transpose(1, 2, 0), numpy.array([True]), numpy.array([1j]),
    numpy.array(["ab", "c"]), numpy.array([1, 2], ">i4"), numpy.array(["2020"], "M8[D]"), structured(),
    numpy.array([math.nan, -0.0]), numpy.broadcast_to(numpy.array([1.0]), (3,)).copy(), numpy.float16([1, 2]),
    torch.zeros(2, 3), torch.randn(3, 2).t(), torch.tensor(7), torch.empty(0, 4), torch.tensor([math.nan, -0.0]),
    torch.randn(2, 3, 4, 5).to(memory_format=torch.channels_last), torch.zeros(1, 3, 1, 1).to(memory_format=torch.channels_last),
    torch.tensor([1 + 2j]), torch.tensor(1j, dtype=torch.complex128), torch.ones(1).expand(4), torch.arange(9.0)[::2],
    torch.arange(5.0).as_strided((3, 3), (1, 1)), torch.tensor([True]), torch.ones(2).bfloat16(),
    torch.ones(2, requires_grad=True), torch.nn.Parameter(torch.ones(2)), torch.arange(3, dtype=torch.int16),
    torch.Size([1, 2]), torch.float32, torch.device("cpu"), torch.channels_last,
    torch.tensor([[1.0, 3.0]]).max(1), random.Random(3), numpy.random.default_rng(3), torch.Generator(),
    datetime.datetime(2020, 1, 2, 3, 4, 5, 6), datetime.timedelta(-1, 2, 3), datetime.date(2020, 1, 2),
    decimal.Decimal("1.10"), fractions.Fraction(1, 3), uuid.UUID(int=3), pathlib.Path("a/b"), int, len, math.sin,
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=lambda v: type(v).__name__)
def test_a_value_comes_back_as_it_was(value: object) -> None:
    assert same(value, there_and_back(value), {})


if hasattr(torch, "float8_e4m3fnuz"):

    @pytest.mark.parametrize(
        "dtype", ["float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "complex32"]
    )
    def test_a_rare_dtype_comes_back(dtype: str) -> None:
        value = torch.tensor([0.5, 1.0, -2.0]).to(getattr(torch, dtype))
        assert same(value, there_and_back(value), {})


def test_one_object_at_two_places_stays_one_and_two_stay_two() -> None:
    shared, tensor = [1], torch.ones(2)
    value = {
        "a": shared,
        "b": [shared, [1]],
        "t": (tensor, tensor.clone()),
        "u": tensor,
        "d": {"x": shared},
    }
    back = there_and_back(value)
    assert same(value, back, {})
    assert back["a"] is back["b"][0] is back["d"]["x"] and back["b"][1] is not back["a"]
    assert back["u"] is back["t"][0] and back["t"][1] is not back["u"]


def test_what_contains_itself_comes_back() -> None:
    value: list = [1]
    value.append({"me": value, "t": (value,)})
    back = there_and_back(value)
    assert back[1]["me"] is back and back[1]["t"][0] is back


def test_views_share_their_memory_again() -> None:
    base = torch.arange(12.0)
    array = numpy.arange(6.0)
    value = {
        "row": base[2:5], "base": base, "bytes": base.view(torch.int32), "odd": base[1::2],
        "array": array, "end": array[::-1][:2], "as_torch": torch.from_numpy(array),
    }  # fmt: skip
    back = there_and_back(value)
    back["base"][3] = 50.0
    assert back["row"][1] == 50.0 and back["odd"][1] == 50.0
    assert back["bytes"][3] == base.new_tensor(50.0).view(torch.int32)
    back["array"][5] = 7.0
    assert back["end"][0] == 7.0 and back["as_torch"][5] == 7.0
    assert back["row"].stride() == (1,) and back["odd"].stride() == (2,)


def test_halves_of_one_tensor_are_no_views_of_each_other() -> None:
    whole = torch.arange(12.0).reshape(3, 4)
    value = dict(zip("ab", whole.chunk(2, dim=1)))
    blobs: dict = {}
    packed = baton._pack(value, "at", blobs, baton._HostMemory())
    assert "at" not in packed["a"] and same(value, baton._unpack(packed, blobs), {})


@pytest.mark.parametrize(
    "value, words",
    [
        (object(), "at is a object"),
        ([lambda: 0], "at.0 is a function"),
        ({"a": open(os.devnull)}, "at.a is a TextIOWrapper"),
        ({"a": iter([1])}, "at.a is a list_iterator"),
        ({"a": torch.nn.Linear(1, 1)}, "at.a is a Linear.*as one of the models"),
        (numpy.array([object()]), "at holds Python objects"),
        (torch.ones(2).to_sparse(), "The tensor at is sparse"),
        (torch.ones(2, device="meta"), "meta device"),
        (torch.quantize_per_tensor(torch.ones(2), 1.0, 0, torch.qint8), "is quantized"),
        (numpy.ma.array([1]), "MaskedArray"),
        (type("Mine", (int,), {})(1), "at is a Mine"),
        ({"x": type("Mine", (dict,), {})()}, "at.x is a Mine that was made after baton.resume"),
        (collections.defaultdict(lambda: 0), "at, with its default_factory"),
        (enum.Enum("Local", "A").A, "at is a Local"),
    ],
    ids=lambda v: type(v).__name__,
)
def test_what_cannot_be_kept_is_refused_with_its_place_and_kind(value: object, words: str) -> None:
    with pytest.raises(baton.BatonError, match=words):
        baton._pack(value, "at", {}, None)
    with pytest.raises(baton.BatonError, match=words):
        there_and_back(value)


def anything(draw: random.Random, depth: int, pool: list) -> object:
    """A value of random kinds; now and then one that has been given before."""
    if pool and draw.random() < 0.1:
        return draw.choice(pool)
    if depth == 0 or draw.random() < 0.3:
        return draw.choice(VALUES)
    members = [anything(draw, depth - 1, pool) for _ in range(draw.randrange(4))]
    keys = [
        draw.choice([1, 0, "b", "a", "a.b", (1, "x"), Mode.WARM, None, "$x", numpy.int32(4)])
        for _ in members
    ]
    made = draw.choice([
        lambda: members, lambda: tuple(members), lambda: dict(zip(keys, members)),
        lambda: collections.deque(members, maxlen=draw.choice([None, 5])),
        lambda: collections.OrderedDict(zip(keys, members)),
        lambda: collections.defaultdict(list, zip(keys, members)),
        lambda: Point(members, 1), lambda: Meter(0.5, members), lambda: set(keys),
    ])()  # fmt: skip
    pool.append(made)
    return made


def test_random_states_come_back() -> None:
    seed = int(os.environ.get("SEED", time.time_ns()))
    print("SEED=%d" % seed)
    for i in range(300):
        draw = random.Random(seed + i)
        value = anything(draw, 4, [])
        assert same(value, there_and_back(value), {}), "SEED=%d" % (seed + i)


def test_a_set_is_told_in_an_order_of_its_own() -> None:
    one, other = {"a", "b", 1, None}, {None, 1, "b", "a"}
    assert baton._pack(one, "at", {}, None) == baton._pack(other, "at", {}, None)


def test_ten_thousand_entries_are_packed_fast() -> None:
    value = {"n%d" % i: [i, float(i), {"a": (i, "x")}] for i in range(10_000)}
    begun = time.perf_counter()
    packed = baton._pack(value, "at", {}, baton._HostMemory())
    baton._unpack(packed, {})
    assert time.perf_counter() - begun < 5
