"""By hand: a folder holds one run, one process trains in it, and whatever ends it, nothing is lost."""

import json
import os
import signal
from pathlib import Path

import pytest
from by_hand import TOY, begin, life, lines, written
from relay import digest, train

SAVES = "baton-checkpoints"


@pytest.fixture
def unbroken(tmp_path: Path) -> str:
    script = written(tmp_path / "unbroken")
    assert life(script).status == 0
    return digest(tmp_path / "unbroken" / SAVES)


@pytest.fixture
def half(tmp_path: Path) -> Path:
    """The script of a run that was killed in its second epoch."""
    kill_script = written(tmp_path / "half", here="os.kill(os.getpid(), signal.SIGKILL)")
    assert life(kill_script, "--at", "1,1").status == -signal.SIGKILL
    (tmp_path / "half" / SAVES / "baton.json").unlink()
    return written(tmp_path / "half")


# One run


def begun(folder: Path) -> Path:
    """The script of a run of one epoch, which is complete and can be trained on."""
    script = written(folder)
    assert life(script, "--epochs", "1").status == 0
    return script


def test_another_parameter_is_refused_and_both_are_named(tmp_path: Path) -> None:
    script = begun(tmp_path)
    before = digest(tmp_path / SAVES)
    other = life(script, "--epochs", "2", BATON_JOB='{"rate": 0.25}')
    assert other.status == 1
    assert "baton-checkpoints holds a run with rate=0.5, and this run has rate=0.25." in other.said
    assert "BATON_FOLDER" in other.said and "BATON_ACCEPT_CHANGE=1" in other.said
    assert "Traceback" not in other.said
    assert digest(tmp_path / SAVES) == before


def test_another_seed_is_refused_and_both_are_named(tmp_path: Path) -> None:
    other = life(begun(tmp_path), "--epochs", "2", BATON_JOB='{"seed": 2}')
    assert other.status == 1 and "holds a run with seed 1, and this run has seed 2" in other.said


def test_other_arguments_are_refused_and_both_are_named(tmp_path: Path) -> None:
    other = life(begun(tmp_path), "--epochs", "1", "--lr", "0.2")
    assert other.status == 1
    assert (
        "the arguments --epochs 1, and this run has the arguments --epochs 1 --lr 0.2" in other.said
    )


def test_an_argument_that_is_ignored_may_differ(tmp_path: Path) -> None:
    assert life(begun(tmp_path), "--data-dir", "there", "--epochs", "2").status == 0


def test_another_script_is_refused_and_named(tmp_path: Path) -> None:
    script = begun(tmp_path)
    script.write_text(script.read_text().replace("0.98", "0.99"))
    other = life(script, "--epochs", "2")
    assert other.status == 1 and "holds a run with train.py (version " in other.said


def test_another_module_beside_the_script_is_refused_and_named(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text("WIDTH = 1\n")
    script = written(tmp_path, "import net\n" + TOY)
    assert life(script, "--epochs", "1").status == 0
    (tmp_path / "net.py").write_text("WIDTH = 2\n")
    other = life(script, "--epochs", "2")
    assert other.status == 1 and "holds a run with net.py (version " in other.said


def test_a_file_with_another_content_is_refused_and_named(tmp_path: Path) -> None:
    script = begun(tmp_path)
    (tmp_path / "config.json").write_text('{"width": 2}')
    other = life(script, "--epochs", "2")
    assert other.status == 1 and "holds a run with config.json (content 44136fa3)" in other.said


def test_a_change_is_accepted_knowingly_and_written_down(tmp_path: Path) -> None:
    script = begun(tmp_path)
    (tmp_path / "config.json").write_text('{"width": 2}')
    accepted = life(script, "--epochs", "2", BATON_ACCEPT_CHANGE="1")
    assert accepted.status == 0 and "goes on knowingly, though baton-checkpoints" in accepted.said
    record = json.loads((tmp_path / SAVES / "baton.json").read_text())
    assert record["changes"][0].startswith("e1-b0: ") and record["format"] == 1
    assert life(script, "--epochs", "3").status == 0  # it is this run's from now on


@pytest.mark.parametrize("how", ["argument", "variable", "script"])
def test_more_epochs_are_no_other_run(how: str, tmp_path: Path) -> None:
    literal = TOY.replace("options.epochs, ", "2, ") if how == "script" else TOY
    script = written(tmp_path, literal)
    first = ("--epochs", "2") if how == "argument" else ()
    assert (
        life(script, *first, **({"BATON_JOB": '{"epochs": 2}'} if how == "variable" else {})).status
        == 0
    )
    script.write_text(script.read_text().replace("epochs=2", "epochs=3"))
    more = ("--epochs", "3") if how == "argument" else ()
    longer = life(script, *more, **({"BATON_JOB": '{"epochs": 3}'} if how == "variable" else {}))
    assert longer.status == 0 and "baton: goes on at epoch 2, batch 0" in longer.said
    assert "complete at epoch 3" in longer.said


def test_trained_on_it_is_the_run_that_was_longer_from_the_start(
    tmp_path: Path, unbroken: str
) -> None:
    script = begun(tmp_path / "grown")
    assert life(script, "--epochs", "3").status == 0
    assert digest(tmp_path / "grown" / SAVES) == unbroken


def test_a_finished_run_says_so_and_trains_no_more(tmp_path: Path) -> None:
    script = begun(tmp_path)
    before = digest(tmp_path / SAVES)
    again = life(script, "--epochs", "1")
    assert again.status == 0 and digest(tmp_path / SAVES) == before
    assert lines(again) == [
        "baton: complete at epoch 1; to train on, raise epochs; to start anew, delete",
        "    baton-checkpoints",
    ]


def test_one_that_was_finished_early_says_why(tmp_path: Path) -> None:
    script = written(tmp_path, here='run.finish("good enough")')
    assert life(script, "--at", "1,2").status == 0
    again = life(script)
    assert again.said == (
        "baton: complete at epoch 2 (good enough); to start anew, delete baton-checkpoints"
    )


def test_a_folder_of_the_version_before_is_taken_up_and_gets_a_record(
    half: Path, unbroken: str
) -> None:
    assert life(half).status == 0
    assert (half.parent / SAVES / "baton.json").exists()
    assert digest(half.parent / SAVES) == unbroken
    assert "holds a run with" in life(half, BATON_JOB='{"rate": 1}').said


def test_a_record_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    script = begun(tmp_path)
    (tmp_path / SAVES / "baton.json").write_text('{"format": 2}')
    newer = life(script, "--epochs", "2")
    assert newer.status == 1 and "of a newer version of Baton" in newer.said


def test_another_version_of_python_is_equivalent_and_not_refused(tmp_path: Path) -> None:
    script = begun(tmp_path)
    path = tmp_path / SAVES / "baton.json"
    path.write_text(path.read_text().replace('"language": "Python ', '"language": "Python 2.7 or '))
    other = life(script, "--epochs", "2")
    assert other.status == 0
    assert "equivalent, not identical, from here on: language was Python 2.7 or" in other.said


# One process


def test_a_second_process_is_kept_out_until_the_first_is_gone(
    tmp_path: Path, unbroken: str
) -> None:
    folder = tmp_path / "relayed"
    script = written(folder, here="print('waits', flush=True); sys.stdin.readline()")
    first = begin(script, "--at", "1,1")
    assert first.stdout.readline() == "waits\n"
    second = life(script, "--at", "1,1")
    assert second.status == 1
    assert "A process trains in baton-checkpoints already: pid %d on " % first.pid in second.said
    first.kill()
    first.communicate()
    written(folder)
    # Another script now, and a person who knows why.
    assert life(folder / "train.py", BATON_ACCEPT_CHANGE="1").status == 0
    assert digest(folder / SAVES) == unbroken


def test_a_process_that_a_killed_one_left_behind_keeps_nobody_out(tmp_path: Path) -> None:
    here = "os.fork() or [print(os.getpid(), flush=True), sys.stdin.readline(), os._exit(0)]; "
    script = written(tmp_path, here=here + "os.wait()")
    first = begin(script, "--at", "0,1")
    orphan = int(first.stdout.readline())
    first.kill()
    first.wait()
    os.kill(orphan, 0)  # it is alive
    assert life(script).status == 0
    first.communicate()


def test_a_file_system_without_locks_is_warned_of(tmp_path: Path) -> None:
    without = """import fcntl
def lockf(*of): raise OSError(95, "Operation not supported")
fcntl.lockf = lockf
"""
    script = written(tmp_path, without + TOY)
    alone = life(script)
    assert (
        alone.status == 0 and "cannot be locked ([Errno 95] Operation not supported)" in alone.said
    )


# Its end


def test_ctrl_c_saves_and_the_rest_is_the_same(tmp_path: Path, unbroken: str) -> None:
    script = written(tmp_path / "stopped", here="os.kill(os.getpid(), signal.SIGINT)")
    stopped = life(script, "--at", "1,1", BATON_SAVE_SECONDS="1000")
    assert stopped.status == 130, stopped.stderr
    assert [f.name for f in (tmp_path / "stopped" / SAVES).glob("e*")] == ["e1-b2"]
    assert "saved at epoch 1, batch 2" in stopped.said and "Traceback" not in stopped.said
    written(tmp_path / "stopped")
    assert life(script, BATON_ACCEPT_CHANGE="1").status == 0
    assert digest(tmp_path / "stopped" / SAVES) == unbroken


def test_a_second_ctrl_c_ends_at_once_and_keeps_the_last_save(tmp_path: Path) -> None:
    here = "[os.kill(os.getpid(), signal.SIGINT) for _ in '12']; print('not reached')"
    stopped = life(written(tmp_path, here=here), "--at", "1,1")
    assert stopped.status == -signal.SIGINT and "KeyboardInterrupt" in stopped.stderr
    assert stopped.printed == ""
    assert max((tmp_path / SAVES).glob("e*")).name == "e1-b1"


def test_sigterm_saves_as_ctrl_c_does(tmp_path: Path) -> None:
    script = written(tmp_path, here="os.kill(os.getpid(), signal.SIGTERM)")
    assert life(script, "--at", "1,1", BATON_SAVE_SECONDS="1000").status == 143
    assert [f.name for f in (tmp_path / SAVES).glob("e*")] == ["e1-b2"]


def test_before_the_first_batch_and_after_the_last_ctrl_c_is_pythons_own(tmp_path: Path) -> None:
    press = "os.kill(os.getpid(), signal.SIGINT)\n"
    early = written(
        tmp_path / "early", TOY.replace("run = baton.resume", press + "run = baton.resume")
    )
    assert life(early).status == -signal.SIGINT
    assert life(written(tmp_path / "late", TOY + press)).status == -signal.SIGINT


def test_in_another_thread_than_the_main_one_it_trains_all_the_same(tmp_path: Path) -> None:
    body = "".join("    " + line + "\n" for line in TOY.splitlines())
    script = (
        "import threading\ndef main():\n%s\nt = threading.Thread(target=main)\nt.start()\nt.join()"
    )
    assert "complete at epoch 3" in life(written(tmp_path, script % body)).said


LOADERS = """
import os, signal
import torch
import baton

class Numbers(torch.utils.data.Dataset):
    def __len__(self): return 24
    def __getitem__(self, i): return torch.randn(3) + i

os.setsid()
torch.set_num_threads(1)
job = baton.job(epochs=2, seed=4)
model = torch.nn.Linear(3, 1)
optimizer = torch.optim.Adam(model.parameters())
loader = torch.utils.data.DataLoader(Numbers(), 4, shuffle=True, num_workers=2)
run = baton.resume(model, optimizer)
for epoch in run.epochs():
    for x in run.batches(loader):
        loss = model(x).square().mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
        run.step(loss=loss)
        if os.environ.get("AT") == "%d,%d" % (epoch, run.batch):
            os.killpg(0, signal.SIGINT)
"""


def test_ctrl_c_at_a_terminal_leaves_the_loaders_alive_until_the_save(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture
) -> None:
    pytest.importorskip("torch")
    script = str(written(tmp_path, LOADERS))
    monkeypatch.setenv("AT", "1,2")
    stopped = train(script, tmp_path / "stopped", save_seconds="1000")
    said = capfd.readouterr().err
    assert os.WEXITSTATUS(stopped) == 130, said
    assert "Error" not in said and "saved at epoch 1, batch 3" in said
    monkeypatch.delenv("AT")
    assert train(script, tmp_path / "stopped") == 0
    assert train(script, tmp_path / "unbroken") == 0
    assert digest(tmp_path / "stopped") == digest(tmp_path / "unbroken")


# Its folder


def test_the_folder_is_where_the_script_was_started_wherever_it_goes(tmp_path: Path) -> None:
    (tmp_path / "outputs").mkdir()
    moved = TOY.replace("parser =", "os.chdir('outputs')\nparser =")
    assert life(written(tmp_path, moved)).status == 0
    assert (tmp_path / SAVES / "e3-b0").is_dir() and not list((tmp_path / "outputs").iterdir())
    named = written(tmp_path / "named", moved.replace("'outputs'", "'/'"))
    assert life(named, BATON_FOLDER="mine").status == 0
    assert (tmp_path / "named" / "mine" / "e3-b0").is_dir()


def test_a_folder_that_cannot_be_is_said_before_hours_are_spent(tmp_path: Path) -> None:
    script = written(tmp_path)
    (tmp_path / "taken").write_text("")
    refused = life(script, BATON_FOLDER="taken/saves")
    assert refused.status == 1
    assert (
        "The folder taken/saves cannot be written: Not a directory. Set BATON_FOLDER"
        in refused.said
    )


def test_a_full_disk_ends_no_training_and_costs_no_save(tmp_path: Path) -> None:
    limit = "__import__('resource').setrlimit(1, (%s, %s))"
    full = written(tmp_path / "full", here=limit % (100, 100))
    ended = life(full, "--at", "1,1")
    assert ended.status == 1 and "Traceback" not in ended.stderr
    assert ended.said.count("The training goes on, and tries again.") == 1
    assert (
        "Nothing can be written to baton-checkpoints: File too large; e1-b1 is whole." in ended.said
    )
    assert "epoch 3: loss" in ended.said  # it went on to the end
    assert not list((tmp_path / "full" / SAVES).glob(".e*"))
    assert life(written(tmp_path / "full"), BATON_ACCEPT_CHANGE="1").status == 0
    assert life(written(tmp_path / "unbroken")).status == 0
    assert digest(tmp_path / "full" / SAVES) == digest(tmp_path / "unbroken" / SAVES)


def test_room_that_comes_back_is_used(tmp_path: Path) -> None:
    limit = "__import__('resource').setrlimit(1, (%d, -1))"
    back = TOY.replace("    run.evaluated", "    %s\n    run.evaluated" % (limit % -1))
    ended = life(written(tmp_path, back, limit % 100), "--at", "1,0")
    assert ended.status == 0 and "tries again" in ended.said
    assert (tmp_path / SAVES / "e3-b0").is_dir()


def test_a_half_written_save_is_cleared_away(half: Path) -> None:
    leftover = half.parent / SAVES / ".e9-b9"
    leftover.mkdir()
    assert life(half).status == 0 and not leftover.exists()


# What it says


def test_each_epoch_is_one_line_that_names_it(tmp_path: Path) -> None:
    script = written(tmp_path, here="run.evaluated(middle=float('nan'))")
    said = lines(life(script, "--at", "1,0"))
    assert said[0] == "baton: training begins at epoch 0, batch 0; saves go to baton-checkpoints"
    assert [line.split(" ", 3)[:3] for line in said[1:5]] == [
        ["baton:", "epoch", "1:"],
        ["baton:", "epoch", "2,"],
        ["baton:", "epoch", "2:"],
        ["baton:", "epoch", "3:"],
    ]
    assert said[2] == "baton: epoch 2, batch 1: middle -"
    assert said[1].startswith("baton: epoch 1: loss 0.") and said[1].endswith(", accuracy 0.98")
    assert said[5].startswith("baton: complete at epoch 3;") and len(said) == 7
    assert max(map(len, said)) <= 80


def test_many_metrics_are_broken_into_lines_of_80_columns(tmp_path: Path) -> None:
    many = "run.evaluated(**{'metric_of_class_%d' % i: i / 3 for i in range(9)})"
    said = lines(life(written(tmp_path, here=many), "--at", "0,2"))
    assert max(map(len, said)) <= 80 and any("    " == line[:4] for line in said)


@pytest.mark.parametrize("call", ["job = baton.job(seed=1)", ""])
def test_one_epoch_is_said_loudly_where_nobody_says_how_many(call: str, tmp_path: Path) -> None:
    script = """
import baton
%s
state = {"w": 0}
run = baton.resume(state=state)
for x in run.batches([1, 2]):
    run.step()
"""
    said = life(written(tmp_path, script % call)).said
    assert "baton: trains 1 epoch, because baton.job(epochs=...) says no other" in said
    told = life(written(tmp_path / "told", script % call), BATON_JOB='{"epochs": 1}').said
    assert "trains 1 epoch" not in told


@pytest.mark.parametrize(
    "told, words",
    [
        ("{epochs: 2}", "BATON_JOB is no JSON"),
        ("[]", "BATON_JOB is no JSON object"),
        ('{"epochs": "2"}', "The epochs in BATON_JOB is no whole number"),
        ('{"rat": 1}', "The script has no parameter rat. It has: rate."),
    ],
)
def test_a_wrong_job_is_explained_in_a_sentence(told: str, words: str, tmp_path: Path) -> None:
    wrong = life(written(tmp_path), BATON_JOB=told)
    assert wrong.status == 1 and words in wrong.said and "Traceback" not in wrong.said


def test_the_scripts_own_errors_keep_their_lines(tmp_path: Path) -> None:
    failed = life(written(tmp_path, here="1 / 0"), "--at", "1,1")
    assert (
        failed.status == 1 and "Traceback" in failed.stderr and "ZeroDivisionError" in failed.stderr
    )


def test_the_order_of_sets_is_warned_of_where_it_may_matter(half: Path) -> None:
    assert "PYTHONHASHSEED=0" in life(half, PYTHONHASHSEED="random").said
    (half.parent / SAVES / "e3-b0").rename(half.parent / SAVES / "e1-b0")


# Around the loop


def test_the_position_is_known_before_resume(half: Path) -> None:
    text = half.read_text().replace("state =", "print(baton.position())\nstate =", 1)
    half.write_text(text)
    assert life(half).printed == "(1, 1)\n"
    assert life(written(half.parent / "new", text)).printed == "(0, 0)\n"


AT_END = """
@run.at_end
def test():
    print("tested", job.epochs, round(run.mean("half"), 3))
    run.evaluated(test=0.25)
run.at_end(lambda: print("exported"))
for epoch in run.epochs():
"""
ENDING = TOY.replace("for epoch in run.epochs():\n", AT_END)


def test_what_is_to_be_done_at_the_end_is_done_once_in_its_order(tmp_path: Path) -> None:
    script = written(tmp_path, ENDING)
    done = life(script)
    assert done.printed == "tested 3 0.5\nexported\n"
    assert "accuracy 0.98, test 0.25" in done.said
    assert life(script).printed == ""  # complete: nothing is left to be done


@pytest.mark.parametrize("epoch, batch", [(0, 2), (2, 0), (2, 2)])
def test_it_is_done_by_whoever_trains_the_last_batch(
    epoch: int, batch: int, tmp_path: Path
) -> None:
    script = written(tmp_path / "relayed", ENDING, "os.kill(os.getpid(), signal.SIGKILL)")
    killed = life(script, "--at", "%d,%d" % (epoch, batch))
    assert killed.status == -signal.SIGKILL and killed.printed == ""
    assert life(script).printed == "tested 3 0.5\nexported\n"
    assert life(written(tmp_path / "unbroken", ENDING)).status == 0
    assert digest(tmp_path / "relayed" / SAVES) == digest(tmp_path / "unbroken" / SAVES)


def test_killed_in_it_the_last_batches_are_trained_again_and_it_is_done_again(
    tmp_path: Path,
) -> None:
    once = """
    run._writing.finish()
    if not os.path.exists("died"):
        open("died", "w").close()
        os.kill(os.getpid(), signal.SIGKILL)
"""
    dies = ENDING.replace("    run.evaluated(test", once[1:] + "    run.evaluated(test")
    script = written(tmp_path / "relayed", dies)
    killed = life(script)
    assert killed.status == -signal.SIGKILL
    assert max((tmp_path / "relayed" / SAVES).glob("e*")).name == "e2-b2"
    assert life(script).printed == "tested 3 0.5\nexported\n"
    (tmp_path / "unbroken").mkdir()
    (tmp_path / "unbroken" / "died").write_text("")
    assert life(written(tmp_path / "unbroken", dies)).status == 0
    assert digest(tmp_path / "relayed" / SAVES) == digest(tmp_path / "unbroken" / SAVES)


def test_an_early_end_is_an_end_too(tmp_path: Path) -> None:
    script = written(tmp_path, ENDING, "run.finish('enough')")
    assert life(script, "--at", "1,1").printed.endswith("exported\n")


def test_an_error_in_it_is_a_sentence_and_the_run_comes_there_again(tmp_path: Path) -> None:
    fails = ENDING.replace('print("exported")', "1 / 0")
    script = written(tmp_path, fails)
    for _ in range(2):
        failed = life(script)
        assert failed.status == 1 and failed.printed == "tested 3 0.5\n"
        assert "At the training's end: The script failed at train.py line " in failed.said
        assert "ZeroDivisionError" in failed.said and "goes on from its last save" in failed.said


def test_asked_too_late_it_is_said(tmp_path: Path) -> None:
    late = life(written(tmp_path, TOY + "run.at_end(print)\n"))
    assert late.status == 1 and "run.at_end was called after the training's end." in late.said
    assert life(written(tmp_path, TOY + "run.at_end(print)\n")).status == 0  # nothing is trained


def test_a_mean_is_over_the_whole_epoch_wherever_it_was_cut(tmp_path: Path) -> None:
    means = TOY.replace(
        "    run.evaluated(",
        "    print(epoch, run.mean('half'), run.mean('loss'))\n    run.evaluated(",
    )
    script = written(tmp_path / "unbroken", means)
    whole = life(script)
    for batch in range(3):
        relayed = written(tmp_path / str(batch), means, "os.kill(os.getpid(), signal.SIGKILL)")
        life(relayed, "--at", "1,%d" % batch)
        rest = life(relayed)
        assert rest.printed.splitlines() == whole.printed.splitlines()[1:]
        assert [l for l in lines(rest) if "epoch 2:" in l] == [
            l for l in lines(whole) if "epoch 2:" in l
        ]
        assert digest(tmp_path / str(batch) / SAVES) == digest(tmp_path / "unbroken" / SAVES)


def test_a_mean_that_nobody_told_is_named(tmp_path: Path) -> None:
    script = TOY.replace("    run.evaluated(", "    run.mean('auc')\n    run.evaluated(")
    assert (
        "There is no mean of auc in this epoch yet. Tell it" in life(written(tmp_path, script)).said
    )


# What a save is


@pytest.mark.parametrize("harm", ["last byte", "header", "cut", "gone"])
def test_a_damaged_save_is_told_and_put_aside_and_the_one_before_goes_on(
    harm: str, unbroken: str, tmp_path: Path
) -> None:
    dies = written(tmp_path / "half", here="os.kill(os.getpid(), signal.SIGKILL)")
    assert life(dies, "--at", "1,1").status == -signal.SIGKILL
    (tmp_path / "half" / SAVES / "baton.json").unlink()
    newest = tmp_path / "half" / SAVES / "e1-b1"
    file = newest / "model.safetensors" if harm == "gone" else newest / "state.json"
    whole = bytearray(file.read_bytes())
    if harm == "gone":
        file.unlink()
    elif harm == "cut":
        file.write_bytes(whole[:-7])
    else:
        whole[-3 if harm == "last byte" else 3] ^= 1
        file.write_bytes(whole)

    after = life(written(tmp_path / "half"))

    assert after.status == 0
    assert "e1-b1 is damaged: %s is not what was written" % file.name in after.said
    assert (
        "put aside as damaged-e1-b1" in after.said and "goes on at epoch 1, batch 0" in after.said
    )
    assert digest(tmp_path / "half" / SAVES) == unbroken


def test_if_no_save_is_whole_the_run_does_not_begin_anew_in_silence(tmp_path: Path) -> None:
    script = begun(tmp_path)
    for save in (tmp_path / SAVES).glob("e*-b*"):
        (save / "model.safetensors").write_bytes(b"")

    after = life(script, "--epochs", "2")

    assert after.status == 1 and "Traceback" not in after.said
    assert "Bring it back from a copy, or delete baton-checkpoints to start anew." in after.said


def test_a_loop_that_is_left_by_break_is_told(tmp_path: Path) -> None:
    script = written(
        tmp_path, TOY.replace("    run.evaluated(", "    if epoch: break\n    run.evaluated(")
    )

    left = life(script)

    assert left.status == 0
    assert "the script ended at epoch 1, batch 2, and the job has 3 epochs" in left.said
    assert "the last save is e1-b2" in left.said and "call run.finish(reason)" in left.said


def test_an_end_that_was_told_otherwise_is_not_told_again(tmp_path: Path) -> None:
    whole = life(written(tmp_path / "whole"))
    finished = life(written(tmp_path / "finished", here="run.finish('enough')"), "--at", "0,1")
    failed = life(written(tmp_path / "failed", here="1 / 0"), "--at", "1,1")

    assert [each.status for each in (whole, finished, failed)] == [0, 0, 1]
    assert not any("the script ended at" in each.said for each in (whole, finished, failed))


def test_the_batches_of_an_epoch_have_a_length_for_progress_bars(tmp_path: Path) -> None:
    loop = "    batches = run.batches([1.0, 2.0, 3.0]); print('left', len(batches))\n    for x in batches:"
    script = written(
        tmp_path,
        TOY.replace("    for x in run.batches([1.0, 2.0, 3.0]):", loop),
        here="os.kill(os.getpid(), signal.SIGKILL)",
    )
    assert life(script, "--at", "1,1").status == -signal.SIGKILL
    (tmp_path / SAVES / "baton.json").unlink()

    script.write_text(script.read_text().replace("os.kill(os.getpid(), signal.SIGKILL)", "pass"))
    assert life(script).printed.splitlines() == ["left 2", "left 3"]
