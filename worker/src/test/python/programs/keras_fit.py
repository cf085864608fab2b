"""Keras' own loop with callbacks that have a state, in the FORM that the environment names."""

import os

import keras
import numpy
import torch

import baton

torch.set_num_threads(1)
FORM = os.environ.get("FORM", "arrays")
job = baton.job(epochs=5, seed=7)
x = numpy.random.default_rng(1).normal(size=(96, 6)).astype("float32")
y = (x.sum(axis=1) > 0).astype("int32")
layers = keras.layers


class Losses(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.last = []

    def on_train_batch_end(self, batch, logs=None):
        self.last = self.last[-4:] + [float(logs["loss"])]


class Shuffled(keras.utils.PyDataset):
    """As in Keras' guide: its order is shuffled on and on, from epoch to epoch."""

    def __init__(self):
        super().__init__()
        self.order = numpy.arange(96)

    def __len__(self):
        return 6

    def __getitem__(self, index):
        rows = self.order[16 * index : 16 * index + 16]
        return x[rows] + numpy.random.normal(size=(16, 6)).astype("float32") * 0.1, y[rows]

    def on_epoch_end(self):
        numpy.random.shuffle(self.order)


class Refused(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.pairs = zip([1], [2])


def generated():
    while True:
        rows = numpy.random.permutation(96)[:16]
        yield x[rows], y[rows]


model = keras.Sequential(
    [
        layers.Input((6,)),
        layers.Dense(16, "relu"),
        layers.BatchNormalization(),
        layers.Dropout(0.3),
        layers.Dense(2),
    ]
)
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
accumulate = {"gradient_accumulation_steps": 4} if FORM == "accumulate" else {}
optimizer = keras.optimizers.AdamW(0.01, **accumulate)
model.compile(optimizer=optimizer, loss=loss, metrics=["accuracy"])
run = baton.resume(model)
callbacks = [
    keras.callbacks.EarlyStopping("val_loss", patience=3, min_delta=1.0, restore_best_weights=True),
    keras.callbacks.ReduceLROnPlateau("val_loss", patience=1, min_delta=0.1),
    Losses(),
    baton.keras_callback(run),
]
callbacks += [Refused()] if FORM == "refused" else []
data, kept = (x, y), {"batch_size": 16}
if FORM in ("dataset", "generator"):
    data, kept = (Shuffled() if FORM == "dataset" else generated(),), {"steps_per_epoch": 6}
elif FORM == "steps":
    kept["steps_per_epoch"] = 4
history = model.fit(
    *data, **kept, initial_epoch=run.epoch, epochs=job.epochs, verbose=0,
    validation_data=(x, y), callbacks=callbacks,
)  # fmt: skip
