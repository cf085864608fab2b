"""The examples that are shipped train, and resume exactly."""

import os
from pathlib import Path

import pytest

pytest.importorskip("torch")
from relay import broken_off, digest, train  # noqa: E402

ROOT = Path(__file__).parents[4]
EXAMPLES = ROOT / "scripts" / "examples"
DIGITS = ROOT / "worker/programs/src/main/resources/baton/programs/digits.csv.gz"


@pytest.mark.parametrize(
    "script, batch", [("digits_torch.py", 5), ("gan_torch.py", 9), ("digits_keras.py", 0), ("chargpt.py", 3)]
)
def test_an_example_resumes_exactly(
    script: str, batch: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if script.startswith("digits") and not DIGITS.exists():
        pytest.skip("the digits are not there")
    if "keras" in script:
        pytest.importorskip("keras")
    monkeypatch.setenv("BATON_JOB", '{"epochs": 3}')
    program = str(EXAMPLES / script)
    broken_off(program, tmp_path / "relayed", 1, batch)
    assert train(program, tmp_path / "relayed") == 0
    assert train(program, tmp_path / "unbroken") == 0
    assert digest(tmp_path / "relayed") == digest(tmp_path / "unbroken")


def test_the_examples_are_short() -> None:
    for script in EXAMPLES.glob("*.py"):
        lines = [l for l in script.read_text().splitlines() if l.strip()]
        assert len(lines) <= 65, script.name
