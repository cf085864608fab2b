"""An epoch that is resumed goes on with the batches that it would have gone on with.

Each loader of programs/loaders.py is trained unbroken, and as a relay of four lives, cut by SIGKILL
within the first epoch, at an epoch's end, and within the last one. Each checkpoint of the relay must
be, byte for byte, that which the unbroken training has at the same batch.
"""

import hashlib
import importlib.util
import os
import signal
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
    named_examples subset subset_sampler distributed distributed_batches weighted weighted_inside
    batched renamed doubled curriculum lazy stream own_stream shards self_iterating
    generator_function own_generator_function closure function list array progress tqdm
    shared_generator shared_stream shared_sampler enumerated zipped alternating new_sampler
    drawn_ahead drawn_ahead_given generator_object told_epoch replaced_generator taken""".split()
OF_PROCESSES = """plain one_by_one own_randomness own_sampler no_length endless endless_own buckets batched renamed
    doubled lazy persistent stream persistent_stream own_stream enumerated zipped""".split()


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
