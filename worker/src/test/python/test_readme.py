"""The change to a script that the README shows is the whole change: counted here, and run."""

import re
from pathlib import Path
from typing import Any, List

import pytest
from relay import digest, train

ROOT = Path(__file__).parents[4]
WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight"]

# What the README leaves out: what the lines that do not change speak of.
REST = """
Net = lambda: torch.nn.Linear(2, 1)
criterion = torch.nn.MSELoss()
examples = [(torch.tensor([i / 8, 1 - i / 8]), torch.tensor([i / 4])) for i in range(8)]
loader = torch.utils.data.DataLoader(examples, batch_size=2, shuffle=True)
"""


def diff() -> List[str]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"```diff\n( import torch\n.*?)```", text, re.DOTALL)
    assert found
    return found.group(1).splitlines()


def test_the_readme_counts_the_lines_of_its_diff() -> None:
    gone = sum(line.startswith("-") for line in diff())
    come = sum(line.startswith("+") for line in diff())
    said = "%s lines more, and %s that change" % (WORDS[come - gone].title(), WORDS[gone])
    assert said in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_script_of_the_readme_trains_and_goes_on_exactly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch")
    lines = [line[1:] for line in diff() if not line.startswith("-")]
    script = tmp_path / "train.py"
    script.write_text("\n".join(lines).replace("\nmodel =", REST + "model =", 1) + "\n")

    assert train(str(script), tmp_path / "unbroken") == 0
    monkeypatch.setenv("BATON_JOB", '{"epochs": 7}')
    assert train(str(script), tmp_path / "relayed") == 0
    monkeypatch.delenv("BATON_JOB")
    assert train(str(script), tmp_path / "relayed") == 0

    assert (tmp_path / "unbroken" / "e20-b0").is_dir(), "as many epochs as it says"
    assert digest(tmp_path / "relayed") == digest(tmp_path / "unbroken")


def test_a_script_that_names_no_epochs_is_told_so(tmp_path: Path, capfd: Any) -> None:
    script = tmp_path / "train.py"
    script.write_text(
        "import baton\nrun = baton.resume(state={})\nfor x in run.batches([1, 2]): run.step()\n"
    )

    assert train(str(script), tmp_path / "saves") == 0

    assert "baton: trains 1 epoch, because baton.job(epochs=...) says no other" in capfd.readouterr().err
    assert (tmp_path / "saves" / "e1-b0").is_dir()


def test_what_the_diff_takes_away_is_a_plain_script() -> None:
    before = "\n".join(line[1:] for line in diff() if not line.startswith("+"))
    compile(before, "train.py", "exec")
    assert "baton" not in before
