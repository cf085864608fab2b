"""Hugging Face's trainer on a tiny model made here, in the FORM that the environment names."""

import os
import sys

import torch
from torch import nn
from torch.utils.data import Dataset, IterableDataset
from transformers import EarlyStoppingCallback, Trainer, TrainerCallback, TrainingArguments

import baton

torch.set_num_threads(1)
FORM = os.environ.get("FORM", "plain")
job = baton.job(epochs=3, seed=13)


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Dropout(0.3), nn.Linear(16, 2))

    def forward(self, x=None, labels=None):
        logits = self.net(x)
        return {"loss": nn.functional.cross_entropy(logits, labels), "logits": logits}


class Losses(TrainerCallback):
    def __init__(self):
        self.last, self.epochs = [], 0

    def on_epoch_begin(self, args, state, control, **of):
        self.epochs += 1

    def on_log(self, args, state, control, logs=None, **of):
        self.last = self.last[-4:] + [logs.get("loss")]


class Refused(TrainerCallback):
    def __init__(self):
        self.pairs = zip([1], [2])


class Counting(Trainer):
    """Its loss depends on how often it was asked for."""

    asked = 0

    def compute_loss(self, model, inputs, *of, **named):
        self.asked += 1
        loss = super().compute_loss(model, inputs, *of, **named)
        return loss if isinstance(loss, tuple) else loss * (1 + 0.01 * self.asked)


x = torch.randn(90, 6, generator=torch.Generator().manual_seed(1))
y = (x.sum(dim=1) > 0).long()


class Augmented(Dataset):
    def __len__(self):
        return len(x)

    def __getitem__(self, index):
        return {"x": x[index] + 0.1 * torch.randn(6), "labels": y[index]}


class Stream(IterableDataset):
    def __iter__(self):
        return (Augmented()[i] for i in range(len(x)))


more = {"eval_strategy": "epoch"}
if FORM == "best":
    more = {
        "eval_strategy": "steps", "eval_steps": 2, "save_strategy": "steps", "save_steps": 2,
        "load_best_model_at_end": True, "save_total_limit": 1, "learning_rate": 0.3,
    }  # fmt: skip
elif FORM == "early":
    more = {"eval_strategy": "steps", "eval_steps": 2, "metric_for_best_model": "eval_loss"}
elif FORM == "accumulate":
    more = {"gradient_accumulation_steps": 4, "eval_strategy": "epoch"}
elif FORM in ("steps", "stream"):
    more = {"max_steps": 15}
arguments = TrainingArguments(
    os.environ["BATON_FOLDER"] + "-trainer", num_train_epochs=job.epochs, seed=job.seed,
    per_device_train_batch_size=16, report_to=[], use_cpu=True, disable_tqdm=True, logging_steps=4,
    lr_scheduler_type="cosine", **{"save_strategy": "no", **more},
)  # fmt: skip
callback = baton.hugging_face_callback()
stop = [EarlyStoppingCallback(3, 0.5)] if FORM == "early" else []
trainer = (Counting if FORM == "counts" else Trainer)(
    Classifier(), arguments, train_dataset=Stream() if FORM == "stream" else Augmented(),
    eval_dataset=[{"x": a, "labels": b} for a, b in zip(x[:16], y[:16])],
    callbacks=[Losses(), *stop, callback, *([Refused()] if FORM == "refused" else [])],
)  # fmt: skip
result = trainer.train(resume_from_checkpoint=callback.checkpoint)
print(
    "ended at", trainer.state.global_step, "with a loss of", result.training_loss, file=sys.stderr
)
