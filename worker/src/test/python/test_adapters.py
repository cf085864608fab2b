"""Loops that are not ours, Keras', Lightning's and Hugging Face's, resume exactly too."""

from pathlib import Path

import pytest

pytest.importorskip("torch")
from relay import broken_off, digest, train  # noqa: E402


@pytest.mark.parametrize(
    "framework, program, epoch, batch",
    [
        ("keras", "keras_fit.py", 2, 0),
        ("lightning", "lightning_fit.py", 2, 0),
        ("transformers", "hugging_face.py", 1, 3),
        ("transformers", "hugging_face.py", 2, 0),
    ],
)
def test_a_foreign_loop_resumes_exactly(
    framework: str, program: str, epoch: int, batch: int, tmp_path: Path
) -> None:
    pytest.importorskip(framework)
    broken_off(program, tmp_path / "relayed", epoch, batch)
    assert train(program, tmp_path / "relayed") == 0
    assert train(program, tmp_path / "unbroken") == 0
    assert digest(tmp_path / "relayed") == digest(tmp_path / "unbroken")
