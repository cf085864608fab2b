"""Scripts whose state is easily lost resume exactly: wrapped optimizers, groups added later, aliases."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
from relay import broken_off, digest, train  # noqa: E402

torch.set_num_threads(1)
if not hasattr(torch.optim.lr_scheduler, "LRScheduler") or not hasattr(torch.amp, "GradScaler"):
    pytest.skip("these are written for torch 2.3 and newer", allow_module_level=True)


@pytest.mark.parametrize("name", ["sam", "lookahead", "uncond", "warm", "prologue"])
def test_it_is_the_same_wherever_it_is_cut(name: str, tmp_path: Path) -> None:
    program = "state_%s.py" % name
    assert train(program, tmp_path / "unbroken") == 0
    for epoch, batch in ((0, 3), (1, 5), (2, 0)):
        folder = tmp_path / ("e%d-b%d" % (epoch, batch))
        broken_off(program, folder, epoch, batch)
        assert train(program, folder) == 0
        assert digest(folder) == digest(tmp_path / "unbroken"), (epoch, batch)
