"""Keras' own fit on the UCI digits, on any back-end; saved at the end of each epoch.

    KERAS_BACKEND=torch python digits_keras.py [digits.csv.gz]
    baton worker --program digits-keras='env KERAS_BACKEND=torch python digits_keras.py' …
"""

import gzip
import sys
from pathlib import Path

import keras
import numpy

import baton

SHIPPED = "worker/programs/src/main/resources/baton/programs/digits.csv.gz"
path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / SHIPPED
table = numpy.loadtxt(gzip.open(path, "rt"), delimiter=",", dtype="float32")
x, y = table[:, :64].reshape(-1, 8, 8, 1) / 16, table[:, 64].astype("int32")

job = baton.job(epochs=12, seed=1, lr=3e-3, batch=64)
layers = keras.layers
model = keras.Sequential([
    layers.Input((8, 8, 1)),
    layers.Conv2D(16, 3, padding="same", activation="relu"), layers.BatchNormalization(),
    layers.Conv2D(32, 3, padding="same", activation="relu"), layers.MaxPooling2D(),
    layers.Flatten(), layers.Dropout(0.3), layers.Dense(10),
])  # fmt: skip
model.compile(
    optimizer=keras.optimizers.AdamW(job.lr),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)

run = baton.resume(model)
model.fit(
    x[:1500], y[:1500], batch_size=job.batch, validation_data=(x[1500:], y[1500:]), verbose=2,
    initial_epoch=run.epoch, epochs=job.epochs, callbacks=[baton.keras_callback(run)],
)  # fmt: skip
