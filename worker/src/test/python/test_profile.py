"""What made a run: its arguments, the small files that it read, its devices; and what is left out."""

import json
import os
import random
import shutil
import sys
from pathlib import Path
from typing import Any, Dict

import baton
import pytest
from by_hand import LIBRARY, begin, life, written
from test_protocol import FakeWorker

READS = """
import baton, os, sys
%s
job = baton.job(epochs=2, %s)
state = {"w": 0}
run = baton.resume(state=state)
for epoch in run.epochs():
    for x in run.batches([1, 2]):
        state["w"] += x
        run.step()
        pass  # HERE
"""


def record(script: Path, *arguments: str, **how: Any) -> Dict[str, Any]:
    """What the folder of a fresh run says of it."""
    folder = script.parent / "baton-checkpoints"
    shutil.rmtree(folder, ignore_errors=True)
    ended = life(script, *arguments, **how)
    assert ended.status == 0, ended.stderr
    return json.loads((folder / "baton.json").read_text())


def reads(
    folder: Path, lines: str, ignore: str = "", *arguments: str, **how: Any
) -> Dict[str, str]:
    """The files of a script's profile that does these lines before it trains."""
    script = written(folder, READS % (lines, ignore))
    made = record(script, *arguments, **how)
    assert made["profile"]["files"] == json.dumps(
        made["files"], sort_keys=True, separators=(",", ":")
    )
    return made["files"]


# Arguments


@pytest.mark.parametrize(
    "ignore, arguments, kept",
    [
        ([], "--lr 0.1 'a b'", "--lr 0.1 'a b'"),
        (["--data-dir"], "--data-dir /x --lr 1", "--lr 1"),
        (["--data-dir"], "--lr 1 --data-dir=/x in.txt", "--lr 1 in.txt"),
        (["--data_dir"], "--data-dir /x --data_dir=/y", ""),
        (["--shift"], "--shift -0.5 --lr 1", "--lr 1"),
        (["--quiet"], "--quiet --lr 1", "--lr 1"),
        (["-d"], "-d /x -e 2", "-e 2"),
        (["data.dir"], "data.dir=/x model.width=8", "model.width=8"),
        (["data.dir"], "data.dir", "data.dir"),
    ],
)
def test_arguments_are_told_but_for_those_that_are_ignored(
    ignore: list, arguments: str, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shlex

    monkeypatch.setattr(baton, "_ARGUMENTS", shlex.split(arguments))
    assert " ".join(map(shlex.quote, baton._arguments(ignore))) == kept


def test_arguments_are_those_that_the_script_was_started_with(tmp_path: Path) -> None:
    script = written(tmp_path, READS % ("del sys.argv[1:]", "ignore='--seed'"))
    made = record(script, "--lr", "0.1 or so", "--seed", "7")
    assert made["arguments"] == ["--lr", "0.1 or so"]
    assert made["profile"]["arguments"] == "--lr '0.1 or so'"


def test_long_arguments_are_cut_and_told_apart_by_their_hash(tmp_path: Path) -> None:
    script = written(tmp_path, READS % ("", ""))
    one, other = (record(script, "x" * 2000 + end)["profile"]["arguments"] for end in "ab")
    assert one != other and len(one) <= 900 and one[:800] == other[:800]


def test_arguments_that_are_no_text_are_told_all_the_same(tmp_path: Path) -> None:
    script = written(tmp_path, READS % ("", ""))
    assert record(script, os.fsdecode(b"\xff"))["profile"]["arguments"] == "'\\udcff'"


# Files


def test_a_file_is_known_by_its_place_beside_the_script_on_any_machine(tmp_path: Path) -> None:
    lines = (
        "open(os.path.join(os.path.dirname(__file__), 'conf/a.json')).read(); open('b.txt').read()"
    )
    found = []
    for name in ("here", "there"):
        folder = tmp_path / name
        (folder / "conf").mkdir(parents=True)
        (folder / "conf" / "a.json").write_text("1")
        (folder / "work").mkdir()
        (folder / "work" / "b.txt").write_text("2")
        found.append(
            reads(folder, lines, cwd=folder / "work", BATON_FOLDER=folder / "baton-checkpoints")
        )
    assert (
        found[0]
        == found[1]
        == {"conf/a.json": "6b86b273ff34fce1", "work/b.txt": "d4735e3a265e16ee"}
    )


def test_one_that_lies_elsewhere_is_known_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "labels.csv").write_text("1")
    script = tmp_path / "code"
    assert reads(script, "open('../data/labels.csv').read()") == {"labels.csv": "6b86b273ff34fce1"}


def test_what_is_not_the_scripts_own_is_left_out(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("1")
    (tmp_path / "big.bin").write_bytes(bytes((10 << 20) + 1))
    (tmp_path / "helper.py").write_text("")
    (tmp_path / "loaded.py").write_text("")
    (tmp_path / "notes.txt").write_text("")
    lines = """
import json, helper
for path in ("/etc/hostname", "/proc/self/status", os.__file__, ".git/HEAD", "big.bin", "helper.py"):
    os.path.exists(path) and open(path, "rb").read()
os.listdir("."); os.path.getsize("notes.txt"); open("made.txt", "w").write("x"); open("made.txt").read()
open("half", "w").close(); os.replace("half", "whole"); open("whole").read()
open("loaded.py").read()
"""
    assert list(reads(tmp_path, lines)) == ["loaded.py"]  # a configuration, though it is Python


def test_what_it_reads_only_for_its_batches_is_left_out(tmp_path: Path) -> None:
    for i in range(3):
        (tmp_path / ("%d.txt" % i)).write_text("%d" % i)
    script = """
import baton
class Files:
    def __len__(self): return 2
    def __getitem__(self, i): return open("%%d.txt" %% i).read()
open("2.txt").read()
job = baton.job()
run = baton.resume(state={})
for x in run.batches(Files()):
    run.step()
""".replace("%%", "%")
    assert list(record(written(tmp_path, script))["files"]) == ["2.txt"]


def test_files_and_patterns_that_are_ignored_are_left_out(tmp_path: Path) -> None:
    for name in ("a.json", "a.csv", "b.csv", "c.txt"):
        (tmp_path / name).write_text("1")
    lines = "[open(name).read() for name in ('a.json', 'a.csv', 'b.csv', 'c.txt')]"
    assert list(reads(tmp_path, lines, "ignore=['*.csv', 'c.txt']")) == ["a.json"]


def test_two_files_of_one_name_are_told_apart_from_one(tmp_path: Path) -> None:
    for folder in "xy":
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.json").write_text(folder)
    script = tmp_path / "code"
    both = reads(script, "[open('../%s/a.json' % f).read() for f in 'xy']")
    assert both == reads(script, "[open('../%s/a.json' % f).read() for f in 'yx']")
    assert both != reads(script, "open('../x/a.json').read()") and list(both) == ["a.json"]


def test_many_files_are_one_hash_and_not_more_than_200(tmp_path: Path) -> None:
    for i in range(205):
        (tmp_path / ("file-%03d.txt" % i)).write_text("%d" % i)
    script = written(
        tmp_path, READS % ("[open('file-%03d.txt' % i).read() for i in range(205)]", "")
    )
    made = record(script)
    assert len(made["files"]) == 200
    assert made["profile"]["files"].startswith("sha256:") and len(made["profile"]["files"]) == 71


def test_what_the_script_writes_while_it_trains_is_its_own_ever_after(tmp_path: Path) -> None:
    lines = "os.path.exists('best.json') and open('best.json').read()"
    here = "open('best.json', 'w').write(str(state))"
    script = written(tmp_path, READS % (lines, ""), here)
    assert life(script).status == 0
    for epochs in (3, 4):  # each life finds what the one before has left, another each time
        assert life(script, BATON_JOB='{"epochs": %d}' % epochs).status == 0
    assert json.loads((tmp_path / "baton-checkpoints" / "baton.json").read_text())["files"] == {}


def test_weights_that_change_on_this_machine_are_the_scripts_own(tmp_path: Path) -> None:
    """Nobody hears who writes them, for their writers are in C."""
    (tmp_path / "teacher.pt").write_text("1")
    (tmp_path / "mine.pt").write_text("1")
    lines = "open('teacher.pt').read(); open('mine.pt').read()"
    assert list(reads(tmp_path, lines)) == ["mine.pt", "teacher.pt"]
    (tmp_path / "mine.pt").write_text("2")
    assert list(reads(tmp_path, lines)) == ["teacher.pt"]


def test_a_cache_that_the_first_start_makes_is_no_other_file_for_the_next(tmp_path: Path) -> None:
    (tmp_path / "raw.csv").write_text("1")
    lines = """
if os.path.exists("cache.npy"):
    open("cache.npy").read()
else:
    open("raw.csv").read(); open("cache.npy", "w").write("1")
"""
    script = written(tmp_path, READS % (lines, ""))
    assert life(script).status == 0
    assert life(script, BATON_JOB='{"epochs": 3}').status == 0


def test_a_file_in_the_place_of_another_is_refused(tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text(name)
    script = written(tmp_path, READS % ("open(os.environ['CONFIG']).read()", ""))
    assert life(script, CONFIG="a.json").status == 0
    other = life(script, CONFIG="b.json", BATON_JOB='{"epochs": 3}')
    assert other.status == 1
    assert (
        "holds a run with a.json (content " in other.said
        and "no b.json, and this run" in other.said
    )


# Who is heard to read


READERS = {
    "numpy.load": "import numpy; numpy.load('x.npy')",
    "numpy.loadtxt": "import numpy; numpy.loadtxt('x.txt')",
    "numpy.fromfile": "import numpy; numpy.fromfile('x.npy')",
    "numpy.memmap": "import numpy; numpy.memmap('x.npy')",
    "torch.load": "import torch; torch.load('x.pt')",
    "gzip": "import gzip; gzip.open('x.gz').read()",
    "pathlib": "import pathlib; pathlib.Path('x.txt').read_text()",
    "os.open": "os.close(os.open('x.txt', os.O_RDONLY))",
    "zipfile": "import zipfile; zipfile.ZipFile('x.pt').namelist()",
    "pandas": "import pandas; pandas.read_csv('x.txt')",
}


@pytest.mark.parametrize("reader", sorted(READERS))
def test_what_these_read_is_heard(reader: str, tmp_path: Path) -> None:
    module = reader.partition(".")[0]
    pytest.importorskip(module)
    if module in ("numpy", "torch"):
        sys.modules[module] and __import__("numpy").save(tmp_path / "x.npy", [1.0])
    if reader in ("torch.load", "zipfile"):
        __import__("torch").save({}, tmp_path / "x.pt")
    (tmp_path / "x.txt").write_text("1\n")
    import gzip

    gzip.open(tmp_path / "x.gz", "w").close()
    heard = reads(tmp_path, READERS[reader])
    assert [name for name in heard if name.startswith("x.")], heard


# Under a worker


def ready_of(folder: Path, script: str) -> Dict[str, str]:
    worker = FakeWorker(folder, script)
    try:
        return worker.start()["profile"]
    finally:
        worker.close()


def test_what_is_read_before_baton_is_imported_is_heard_under_a_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", "5")
    config = tmp_path / "config.yaml"
    config.write_text("1")
    profile = ready_of(tmp_path, "open(%r).read()\n%s" % (str(config), READS % ("", "")))
    assert profile["files"] == '{"config.yaml":"6b86b273ff34fce1"}'
    assert profile["hash_seed"] == "5" and profile["arguments"] == ""
    assert "unsure" not in profile and profile["device"] == "cpu"
    assert all(len(fact) <= 1000 for fact in profile.values())


def test_the_script_is_the_same_wherever_the_worker_delivers(tmp_path: Path) -> None:
    """The scratch may lie in the script's folder, and be another one each time."""
    hashes = []
    for number in ("c0", "c1"):
        library = tmp_path / "spool" / number / "lib"
        if not LIBRARY.exists():
            life(written(tmp_path / "any", ""))
        shutil.copytree(LIBRARY, library)
        script = written(tmp_path, READS % ("", ""))
        hashes.append(record(script, PYTHONPATH=library)["profile"]["script"])
        shutil.rmtree(tmp_path / "spool")
    assert hashes[0] == hashes[1] != "unknown"


def test_in_a_notebook_nothing_is_taken_for_the_scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["__main__"], "__file__", None, raising=False)
    monkeypatch.setitem(sys.modules, "ipykernel", sys)
    monkeypatch.setattr(baton, "_ARGUMENTS", ["-f", "/run/kernel-%d.json" % random.getrandbits(32)])
    assert baton._arguments([]) == [] and baton._script_files() == {}
    assert baton._script_hash() == "unknown" and baton._script_hashes() == ({}, "", [""])


# Devices


@pytest.fixture
def fake() -> Any:
    """Tensors on devices that this machine need not have."""
    torch = pytest.importorskip("torch")
    mode = pytest.importorskip("torch._subclasses.fake_tensor").FakeTensorMode()

    def make(*devices: str) -> Any:
        with mode:
            return {str(i): torch.empty(1, device=device) for i, device in enumerate(devices)}

    return make


def parts_of(optimizer: Any = None) -> Any:
    return baton._Parts({"optimizer": optimizer, "ema": None}, None, baton._Models(None))


def devices(tensors: Any) -> set:
    models = baton._Models({"model": Named(tensors)})
    models.of = {"": tensors}
    return baton._devices(models, parts_of())


class Named:
    def state_dict(self) -> dict:
        return {}

    def __init__(self, tensors: Any):
        self.tensors = tensors


def test_the_cpu_is_sure_and_a_gpu_only_with_deterministic_algorithms(
    fake: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch = pytest.importorskip("torch")
    assert baton._unsure(devices(fake("cpu"))) == ""
    assert devices(fake("cuda:0")) == {"cuda:0"}
    gpu = baton._unsure({"cuda:0", "cpu"})
    assert "call torch.use_deterministic_algorithms(True) before the model is built" in gpu
    assert "CUBLAS_WORKSPACE_CONFIG=:4096:8" in gpu and len(gpu) < 300
    torch.use_deterministic_algorithms(True)
    try:
        assert baton._unsure({"cuda:0"}) == ""
        monkeypatch.setattr(torch.backends.cudnn, "benchmark", True)
        assert "torch.backends.cudnn.benchmark = False" in baton._unsure({"cuda:0"})
        monkeypatch.undo()
        torch.use_deterministic_algorithms(True, warn_only=True)
        assert "warn_only=True" in baton._unsure({"cuda:0"})
    finally:
        torch.use_deterministic_algorithms(False)
    assert "how exactly mps repeats" in baton._unsure({"mps:0"})


def test_parameters_on_two_gpus_are_refused(fake: Any) -> None:
    models = baton._Models(None)
    models.of = {"": fake("cuda:0", "cuda:1", "cpu")}
    with pytest.raises(
        baton.BatonError, match="The parameters lie on 2 devices: cuda:0, cuda:1."
    ) as e:
        baton._refuse_several(models, parts_of())
    assert "CUDA_VISIBLE_DEVICES=0" in e.value.remedy
    models.of = {"": fake("cuda:0", "cpu", "meta")}
    baton._refuse_several(models, parts_of())


def test_a_model_that_is_spread_over_gpus_is_refused_though_it_is_inside_another() -> None:
    torch = pytest.importorskip("torch")
    model = torch.nn.Sequential(torch.nn.DataParallel(torch.nn.Linear(1, 1)))
    baton._refuse_several(baton._Models(model), parts_of())  # no GPU, or one
    model[0].device_ids = [0, 1]
    with pytest.raises(baton.BatonError, match="spread over 2 GPUs by DataParallel"):
        baton._refuse_several(baton._Models(model), parts_of())


def test_one_of_several_processes_is_refused(tmp_path: Path) -> None:
    script = written(tmp_path, READS % ("", ""))
    assert life(script, WORLD_SIZE=1).status == 0
    several = life(script, WORLD_SIZE=2)
    assert several.status == 1
    assert (
        "This is one of 2 processes that train together, and Baton saves one alone." in several.said
    )


def test_processes_that_found_each_other_by_torch_are_refused(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    together = """
import torch
torch.distributed.init_process_group("gloo", init_method="file://" + os.path.abspath("meet"),
                                     rank=int(sys.argv[1]), world_size=2)
os.environ["BATON_FOLDER"] = sys.argv[1]
"""
    script = written(tmp_path, READS % (together, ""))
    processes = [begin(script, rank) for rank in "01"]
    for process in processes:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 1 and "This is one of 2 processes" in " ".join(said.split())


def test_under_a_worker_the_end_is_done_before_the_last_save_is_ordered(tmp_path: Path) -> None:
    end = "run.at_end(lambda: run.evaluated(test=0.5))\nfor epoch in run.epochs():"
    script = (READS % ("", "")).replace("for epoch in run.epochs():", end)
    worker = FakeWorker(tmp_path, script)
    try:
        worker.start()
        for done in range(4):
            worker.say(type="go")
            if done == 3:
                assert worker.hear("evaluated")["metrics"] == {"test": 0.5}
            worker.hear("batch")
        (tmp_path / "saved").mkdir()
        worker.say(type="save", id=1, folder=str(tmp_path / "saved"))
        assert worker.hear("snapshotted")["position"] == {"epoch": 2, "batch": 0}
        worker.hear("saved")
        worker.say(type="stop")
        assert worker.child.wait(10) == 0
    finally:
        worker.close()
