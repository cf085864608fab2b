"""Keras' own loop, with dropout, batch norm and shuffling, resumed at epochs."""

import keras
import numpy
import torch

import baton

torch.set_num_threads(1)
job = baton.job(epochs=5, seed=7)
x = numpy.random.default_rng(1).normal(size=(96, 6)).astype("float32")
y = (x.sum(axis=1) > 0).astype("int32")
layers = keras.layers
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
model.compile(optimizer="adamw", loss=loss, metrics=["accuracy"])
run = baton.resume(model)
model.fit(
    x, y, batch_size=16, initial_epoch=run.epoch, epochs=job.epochs, verbose=0,
    validation_data=(x, y), callbacks=[baton.keras_callback(run)],
)  # fmt: skip
