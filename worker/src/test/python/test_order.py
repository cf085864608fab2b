"""An epoch that is resumed goes on with the batches that it would have gone on with.

Each loader of programs/loaders.py is trained unbroken, and as a relay of four lives, cut by SIGKILL
within the first epoch, at an epoch's end, and within the last one. Each checkpoint of the relay must
be, byte for byte, that which the unbroken training has at the same batch.
"""

import hashlib
import importlib.util
import os
import signal
import sys
from pathlib import Path
from typing import Callable, Dict, Optional, Tuple

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("numpy")
if importlib.util.find_spec("torch._dynamo"):  # so that each forked life need not import it
    importlib.import_module("torch._dynamo")
from relay import train  # noqa: E402

CUTS = ((0, 3), (1, 0), (2, 4))
torch.set_num_threads(1)


def trained(
    folder: Path, cuts: Tuple[Tuple[int, int], ...], patch: Optional[Callable] = None
) -> Dict[str, str]:
    """The digest of each checkpoint of lives that end after the save at these positions, by it."""
    seen = folder / "seen"
    folder.mkdir()
    for cut in (*cuts, None):
        status = train("loaders.py", folder / "saves", patch=noting(seen, cut, patch))
        if cut is None or os.WIFEXITED(status):
            assert status == 0, "a life ended by itself with %d" % status
            break
        assert os.WTERMSIG(status) == signal.SIGKILL
    return dict(line.split() for line in seen.read_text().splitlines())


def noting(seen: Path, cut: Optional[Tuple[int, int]], then: Optional[Callable]) -> Callable:
    def patch(baton: object) -> None:
        whole = baton._Alone._write_whole

        def write(self: object, name: str, write: object) -> None:
            whole(self, name, write)
            sha = hashlib.sha256()
            for file in sorted((self.folder / name).iterdir()):
                sha.update(file.read_bytes())
            with open(seen, "a") as lines:
                lines.write("%s %s\n" % (name, sha.hexdigest()))
            if cut is not None and name == "e%d-b%d" % cut:
                os.kill(os.getpid(), signal.SIGKILL)

        baton._Alone._write_whole = write
        if then is not None:
            then(baton)

    return patch


IN_PROCESS = """plain tail in_order one_by_one own_randomness own_sampler counting_sampler
    shuffling_sampler shuffling_globally no_length endless endless_own buckets batches_of_tensors numpy_places
    named_examples subset subset_sampler distributed distributed_batches weighted weighted_inside hard_first
    batched renamed doubled collated curriculum lazy stream own_stream shards self_iterating
    generator_function own_generator_function closure function list array progress tqdm
    shared_generator shared_stream shared_sampler enumerated zipped alternating new_sampler
    drawn_ahead drawn_ahead_given generator_object told_epoch replaced_generator taken looked_into""".split()
OF_PROCESSES = """plain one_by_one own_randomness own_sampler no_length endless endless_own buckets batched renamed
    collated doubled lazy persistent stream persistent_stream own_stream enumerated zipped""".split()


@pytest.mark.parametrize("name", IN_PROCESS)
def test_a_loader_goes_on_where_it_was(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    equal(name, "0", tmp_path, monkeypatch)


@pytest.mark.parametrize("name", OF_PROCESSES)
@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_loader_with_processes_goes_on_where_it_was(
    name: str, processes: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    equal(name, processes, tmp_path, monkeypatch)


def equal(name: str, processes: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOADER", name)
    monkeypatch.setenv("LOADERS", processes)
    unbroken = trained(folder / "unbroken", ())
    relayed = trained(folder / "relayed", CUTS)
    assert list(relayed) == list(unbroken)
    differ = [at for at in unbroken if relayed[at] != unbroken[at]]
    assert not differ, "differs from %s on" % differ[0]


def nothing_is_put_back(baton: object) -> None:
    baton._Kept.put = lambda self, told, held, sources: []


def one_stream(baton: object) -> None:
    baton._Stream.__enter__ = baton._Stream.__exit__ = lambda self, *of: None


def nothing_is_held(baton: object) -> None:
    baton._Data.hold = baton._Parts.hold = lambda self: None


def processes_stay(baton: object) -> None:
    baton._end_processes = lambda sources: None


def examples_are_not_seeded(baton: object) -> None:
    baton._PerExample.__call__ = lambda self, worker: None


def the_order_is_drawn_anew(baton: object) -> None:
    begun = baton._order_of
    baton._order_of = lambda held, told, drawn: (
        baton._Order(drawn[held.batch :], held.batch) if drawn else begun(held, told, drawn)
    )


def what_is_ahead_of_the_batches_is_not_seeded(baton: object) -> None:
    seed = baton._seed_generators

    def not_in_epochs(value: int) -> None:
        if sys._getframe(1).f_code.co_name != "epochs":
            seed(value)

    baton._seed_generators = not_in_epochs


@pytest.mark.parametrize(
    "planted, name, processes",
    [
        (nothing_is_put_back, "own_sampler", "0"),
        (nothing_is_put_back, "own_randomness", "0"),
        (nothing_is_put_back, "counting_sampler", "0"),
        (nothing_is_put_back, "shuffling_sampler", "0"),
        (nothing_is_put_back, "own_generator_function", "0"),
        (nothing_is_put_back, "curriculum", "0"),
        (nothing_is_put_back, "own_stream", "0"),
        (one_stream, "generator_function", "0"),
        (one_stream, "doubled", "0"),
        (nothing_is_held, "own_stream", "0"),
        (nothing_is_held, "shared_stream", "0"),
        (processes_stay, "persistent_stream", "2"),
        (examples_are_not_seeded, "plain", "2"),
        (the_order_is_drawn_anew, "hard_first", "0"),
        (what_is_ahead_of_the_batches_is_not_seeded, "drawn_ahead", "0"),
    ],
)
def test_a_planted_defect_is_seen(
    planted: Callable, name: str, processes: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each part of it is needed by some loader: without it the relay differs, or is refused."""
    monkeypatch.setenv("LOADER", name)
    monkeypatch.setenv("LOADERS", processes)
    unbroken = trained(tmp_path / "unbroken", (), planted)
    try:
        assert trained(tmp_path / "relayed", CUTS, planted) != unbroken
    except AssertionError as e:
        assert "ended by itself" in str(e)


def refused(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: object, *how: object
) -> str:
    monkeypatch.setenv("LOADER", name)
    monkeypatch.setenv("LOADERS", "0")
    with pytest.raises(AssertionError, match="ended by itself"):
        trained(folder / "refused", *how)
    return capfd.readouterr().err


def test_an_order_that_cannot_be_drawn_again_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: object
) -> None:
    def only_a_hash(baton: object) -> None:
        baton._MOST_ORDER = 1

    told = refused("hard_first", tmp_path, monkeypatch, capfd, ((1, 4),), only_a_hash)
    assert "The order of epoch 1 cannot be drawn again" in told


@pytest.mark.parametrize(
    "name", ["plain", "own_sampler", "shuffling_sampler", "numpy_places", "named_examples"]
)
def test_a_long_order_is_drawn_again(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def only_a_hash(baton: object) -> None:
        baton._MOST_ORDER = 1

    monkeypatch.setenv("LOADER", name)
    assert trained(tmp_path / "relayed", CUTS, only_a_hash) == trained(
        tmp_path / "unbroken", (), only_a_hash
    )


def test_an_iterator_that_goes_on_from_epoch_to_epoch_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: object
) -> None:
    told = refused("going_on", tmp_path, monkeypatch, capfd, ())
    assert "Epoch 1 goes on with an iterator that an epoch before it has begun" in told
    assert "Give run.batches a new one in each epoch" in told


def test_an_iterator_of_the_scripts_own_that_goes_on_beside_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: object
) -> None:
    told = refused("beside", tmp_path, monkeypatch, capfd, ())
    assert "goes on from batch to batch with an iterator of a DataLoader of its own" in told
    assert "run.batches(zip(loader, other))" in told


def test_data_that_the_model_makes_in_each_epoch_are_refused_within_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: object
) -> None:
    told = refused("made_by_model", tmp_path, monkeypatch, capfd, ((1, 0), (1, 2)))
    assert "The data of epoch 1 cannot be made again: run.batches.dataset" in told
    assert "only where run.batch is 0" in told


@pytest.mark.parametrize("name, what", [("written", "large"), ("growing", "growing")])
def test_examples_that_the_training_changes_and_that_are_not_saved_are_refused(
    name: str, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: object
) -> None:
    told = refused(name, tmp_path, monkeypatch, capfd, ())
    assert "The training changes %s, which the data are drawn from" % what in told


def test_batches_that_are_others_in_each_process_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: object
) -> None:
    told = refused("by_process", tmp_path, monkeypatch, capfd, ((1, 2),))
    assert "The batches of epoch 1 cannot be drawn again: batch 1 is another one now" in told
