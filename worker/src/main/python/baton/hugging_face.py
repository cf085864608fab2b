"""Hugging Face's Trainer."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path
from typing import Any, Dict, Optional

from .generators import _derive, _seed_generators
from .resume import resume
from .link import _connected
from .loops import _Whole
from .unpack import _unpack
from .run import Run
from .checkpoint import EXTRA, MODEL, STATE
from .tensors import read_safetensors


def hugging_face_callback() -> Any:
    """A callback for Hugging Face's ``Trainer``, which can be saved after every optimizer step.

    ``trainer.train(resume_from_checkpoint=callback.checkpoint)`` skips to the batch by itself.
    """
    import tempfile

    from transformers import TrainerCallback, TrainerState

    kept = (
        "global_step", "epoch", "num_input_tokens_seen", "total_flos", "train_batch_size",
        "logging_steps", "eval_steps", "save_steps",
    )  # fmt: skip

    class Callback(TrainerCallback):  # type: ignore[misc]
        def __init__(self) -> None:
            self.counts: Dict[str, Any] = dict.fromkeys(kept, 0)
            self.checkpoint: Optional[str] = None
            self.run: Optional[Run] = None
            start = _connected().start()
            if start.files is not None:
                folder = Path(tempfile.mkdtemp(prefix="baton-trainer-"))
                shutil.copyfile(start.files / MODEL, folder / MODEL)
                saved = json.loads((start.files / STATE).read_bytes())["state"][""]
                saved = _unpack(saved, read_safetensors(start.files / EXTRA))
                TrainerState(**saved).save_to_json(str(folder / "trainer_state.json"))
                self.checkpoint = str(folder)

        def on_train_begin(self, args: Any, state: Any, control: Any, **of: Any) -> None:
            parts = of["optimizer"], of["lr_scheduler"]
            self.run = resume(of["model"], *parts, state=self.counts)
            self.steps = _Whole(self.run)
            self.is_first = True
            self.per_epoch = state.max_steps // max(1, math.ceil(state.num_train_epochs))
            if self.checkpoint:
                shutil.rmtree(self.checkpoint, ignore_errors=True)

        def on_epoch_begin(self, args: Any, state: Any, control: Any, **of: Any) -> None:
            assert self.run is not None
            if not self.steps.between():
                control.should_training_stop = True
            _seed_generators(_derive(self.run.job.seed, self.run.epoch))

        def on_step_begin(self, args: Any, state: Any, control: Any, **of: Any) -> None:
            if self.is_first:
                self.steps.begin(self.per_epoch)
            self.is_first = False
            if not self.steps.between():
                control.should_training_stop = True

        def on_step_end(self, args: Any, state: Any, control: Any, **of: Any) -> None:
            self.counts.update({name: getattr(state, name) for name in kept})
            self.steps.done(*divmod(state.global_step, self.per_epoch))

        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **of: Any) -> None:
            assert self.run is not None
            if "loss" in (logs or {}):
                self.run._loss = float(logs["loss"])

        def on_evaluate(
            self, args: Any, state: Any, control: Any, metrics: Any = None, **of: Any
        ) -> None:
            assert self.run is not None
            timeless = {k: v for k, v in (metrics or {}).items() if "per_second" not in k}
            numbers = {k: v for k, v in timeless.items() if isinstance(v, (int, float))}
            self.run.evaluated(**{k: v for k, v in numbers.items() if "runtime" not in k})

        def on_train_end(self, args: Any, state: Any, control: Any, **of: Any) -> None:
            assert self.run is not None
            if self.run.epoch < self.run.job.epochs and not self.run._over:
                self.run.finish("the Hugging Face trainer stopped")
            self.steps.between()

    return Callback()
