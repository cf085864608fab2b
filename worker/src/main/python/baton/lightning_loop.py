"""Lightning's Trainer."""

from __future__ import annotations

from typing import Any

from .generators import _derive, _seed_generators
from .resume import resume
from .loops import _Whole


def lightning_callback() -> Any:
    """A callback for Lightning's ``Trainer(max_epochs=job.epochs)``: saves after each epoch."""
    import lightning

    class Callback(lightning.Callback):
        def on_fit_start(self, trainer: Any, pl_module: Any) -> None:
            loops = trainer.fit_loop.epoch_loop
            self.counts = {"batches": 0, "steps": 0}
            schedulers = [config.scheduler for config in trainer.lr_scheduler_configs]
            scaler = getattr(trainer.precision_plugin, "scaler", None)
            parts = list(trainer.optimizers), schedulers
            self.run = resume(pl_module, *parts, scaler=scaler, state=self.counts)
            self.steps = _Whole(self.run)
            self.progress = (
                (loops.batch_progress.total, "batches"),
                (
                    loops.automatic_optimization.optim_progress.optimizer.step.total,
                    "steps",
                ),
            )
            for progress, name in self.progress:
                progress.ready = progress.completed = self.counts[name]
            epochs = trainer.fit_loop.epoch_progress.current
            epochs.ready = epochs.started = epochs.processed = epochs.completed = self.run.epoch
            # Of epoch 0 Lightning makes the loader's iterator before it starts, of others after.
            self.is_first = True
            if self.run.epoch == 0:
                self._seed()

        def on_train_epoch_start(self, trainer: Any, pl_module: Any) -> None:
            if self.is_first:
                self.steps.begin(1)
            self.steps.between()
            if self.run.epoch > 0:
                self._seed()
            self.is_first = False

        def _seed(self) -> None:
            _seed_generators(_derive(self.run.job.seed, self.run.epoch))

        def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
            for progress, name in self.progress:
                self.counts[name] = progress.completed
            if trainer.should_stop and trainer.current_epoch + 1 < self.run.job.epochs:
                self.run.finish("a Lightning callback stopped the training")
            metrics = {k: float(v) for k, v in trainer.callback_metrics.items()}
            self.run.evaluated(**metrics)
            loss = metrics.get("train_loss", metrics.get("loss"))
            self.steps.done(trainer.current_epoch + 1, 0, loss)

        def on_train_end(self, trainer: Any, pl_module: Any) -> None:
            self.steps.between()

    return Callback()
