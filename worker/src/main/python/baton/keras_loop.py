"""Keras' fit."""

from __future__ import annotations

from typing import Any

from .generators import _derive
from .loops import _Whole
from .run import Run


def keras_callback(run: Run) -> Any:
    """A callback for Keras' ``fit``, to be given last: saves at the end of each epoch.

    ``model.fit(..., initial_epoch=run.epoch, epochs=run.job.epochs, callbacks=[...])``. To be
    saved within epochs, loop over ``run.batches`` and call ``model.train_on_batch`` instead.
    """
    import keras

    steps = _Whole(run)

    class Callback(keras.callbacks.Callback):  # type: ignore[misc]
        def on_train_begin(self, logs: Any = None) -> None:
            steps.begin(1)

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            keras.utils.set_random_seed(_derive(run.job.seed, epoch))

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            metrics = dict(logs or {})
            if self.model.stop_training and epoch + 1 < run.job.epochs:
                run.finish("a Keras callback stopped the training")
            run.evaluated(**metrics)
            steps.done(epoch + 1, 0, metrics.get("loss"))
            if not steps.between():
                self.model.stop_training = True

    return Callback()
