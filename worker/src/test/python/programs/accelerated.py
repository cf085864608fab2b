"""A loop with Accelerate: gradients accumulate, and the epoch's last batches make a shorter step."""

import os

import torch
from accelerate import Accelerator
from torch import nn
from torch.utils.data import DataLoader, Dataset, IterableDataset

import baton

torch.set_num_threads(1)
FORM = os.environ.get("FORM", "map")
job = baton.job(epochs=3, seed=5)
x = torch.randn(90, 6, generator=torch.Generator().manual_seed(1))
y = (x.sum(dim=1) > 0).long()


class Augmented(Dataset):
    def __len__(self):
        return len(x)

    def __getitem__(self, index):
        return x[index] + 0.1 * torch.randn(6), y[index]


class Stream(IterableDataset):
    def __iter__(self):
        return (Augmented()[i] for i in range(len(x)))


accelerator = Accelerator(cpu=True, gradient_accumulation_steps=4)
model = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Dropout(0.3), nn.Linear(16, 2))
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.02, total_steps=20)
loader = DataLoader(Stream(), 16) if FORM == "stream" else DataLoader(Augmented(), 16, shuffle=True)
model, optimizer, loader, scheduler = accelerator.prepare(model, optimizer, loader, scheduler)
run = baton.resume(model, optimizer, scheduler)
for epoch in run.epochs():
    for inputs, labels in run.batches(loader):
        with accelerator.accumulate(model):
            loss = nn.functional.cross_entropy(model(inputs), labels)
            accelerator.backward(loss)
            if accelerator.sync_gradients:
                accelerator.clip_grad_norm_(model.parameters(), 0.5)
            optimizer.step()
            scheduler.step()
            optimizer.zero_grad()
        if accelerator.sync_gradients:
            run.step(loss=loss)
