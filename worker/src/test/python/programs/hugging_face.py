"""Hugging Face's trainer on a tiny model made here, resumed within an epoch."""

import tempfile

import torch
from torch import nn
from transformers import Trainer, TrainingArguments

import baton

torch.set_num_threads(1)
job = baton.job(epochs=3, seed=13)


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Dropout(0.3), nn.Linear(16, 2))

    def forward(self, x=None, labels=None):
        logits = self.net(x)
        return {"loss": nn.functional.cross_entropy(logits, labels), "logits": logits}


x = torch.randn(96, 6, generator=torch.Generator().manual_seed(1))
y = (x.sum(dim=1) > 0).long()
data = [{"x": a, "labels": b} for a, b in zip(x, y)]
arguments = TrainingArguments(
    tempfile.mkdtemp(), num_train_epochs=job.epochs, per_device_train_batch_size=16,
    seed=job.seed, save_strategy="no", report_to=[], use_cpu=True, disable_tqdm=True,
    logging_steps=2, eval_strategy="epoch",
)  # fmt: skip
callback = baton.hugging_face_callback()
trainer = Trainer(Classifier(), arguments, train_dataset=data, eval_dataset=data[:16],
                  callbacks=[callback])  # fmt: skip
trainer.train(resume_from_checkpoint=callback.checkpoint)
