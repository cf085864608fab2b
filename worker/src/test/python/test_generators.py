"""A generator of the script's own goes on where it was, of whichever kind it is."""

import json
import random

import baton
import pytest

numpy = pytest.importorskip("numpy")
torch = pytest.importorskip("torch")


class Mine(random.Random):
    """As some libraries have."""


def python_draws(own: random.Random) -> list:
    return [own.random(), own.gauss(0, 1), own.randrange(10**9)]


def numpy_draws(own: object) -> list:
    return [own.random(), int(own.integers(7, dtype=numpy.int32)), own.standard_normal()]


def old_draws(own: object) -> list:
    return [own.rand(), own.randn(), own.randint(9)]


def torch_draws(own: object) -> list:
    return [torch.rand(1, generator=own).item(), torch.randperm(9, generator=own).tolist()]


BITS = [b for b in ("MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64") if hasattr(numpy.random, b)]
KINDS = {
    "random.Random": (lambda: random.Random(3), python_draws),
    "of a class of its own": (lambda: Mine(3), python_draws),
    "RandomState": (lambda: numpy.random.RandomState(4), old_draws),
    "RandomState of PCG64": (lambda: numpy.random.RandomState(numpy.random.PCG64(4)), old_draws),
    "torch": (lambda: torch.Generator().manual_seed(4), torch_draws),
    "bits alone": (lambda: numpy.random.PCG64(5), lambda own: [own.random_raw()]),
    **{
        b: (lambda b=b: numpy.random.Generator(getattr(numpy.random, b)(5)), numpy_draws)
        for b in BITS
    },
}


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_generator_goes_on_where_it_was(kind: str) -> None:
    make, draws = KINDS[kind]
    own, other = make(), make()
    draws(own)  # an odd number of normal draws: the second of a pair waits in it
    told = json.loads(json.dumps(baton._generator_state(own), allow_nan=False))
    expected = draws(own), draws(own)
    baton._set_generator_state(other, told)
    assert baton._generator_state(other) == told
    assert (draws(other), draws(other)) == expected


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_seeded_generator_forgets_what_it_has_drawn(kind: str) -> None:
    make, draws = KINDS[kind]
    own, other = make(), make()
    draws(own)
    for one in (own, other):
        baton._seed_generator(one, 77)
    assert draws(own) == draws(other)


@pytest.mark.parametrize("kind", ["RandomState", "torch", "PCG64"])
def test_a_state_that_an_older_baton_saved_is_put_back(kind: str) -> None:
    make, draws = KINDS[kind]
    own = make()
    draws(own)
    old = own.bit_generator.state if kind == "PCG64" else own.get_state()
    expected = draws(own)
    baton._set_generator_state(own, old)
    assert draws(own) == expected


def test_what_was_spawned_from_a_generator_is_counted() -> None:
    own, other = numpy.random.default_rng(1), numpy.random.default_rng(1)
    if not hasattr(own, "spawn"):
        pytest.skip("NumPy before 1.25 spawns from the seeds alone")
    own.spawn(3)
    baton._set_generator_state(other, baton._generator_state(own))
    assert other.spawn(1)[0].random() == own.spawn(1)[0].random()


def test_the_state_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="of the kind python is none of a Generator"):
        told = baton._generator_state(random.Random(1))
        baton._set_generator_state(numpy.random.default_rng(1), told)


def test_the_global_ones_are_known() -> None:
    for one in (random._inst, numpy.random.mtrand._rand, torch.default_generator):
        assert baton._is_known_generator(one) and baton._is_global_generator(one)
    assert not baton._is_global_generator(random.Random())
    assert not baton._is_known_generator(random.SystemRandom())
