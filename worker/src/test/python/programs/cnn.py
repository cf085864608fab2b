"""A CNN with batch norm and dropout; its augmentation draws from three generators."""

import random

import numpy
import torch
from torch import nn

import baton

torch.set_num_threads(1)
job = baton.job(epochs=4, seed=3, lr=1e-2)


class Images(torch.utils.data.Dataset):
    def __init__(self):
        generator = torch.Generator().manual_seed(1)
        self.x = torch.randn(160, 1, 8, 8, generator=generator)
        self.y = (self.x.mean(dim=(1, 2, 3)) > 0).long()

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        shift = random.choice([-1, 0, 1])
        noise = 0.1 * torch.randn(1, 8, 8) + 0.1 * float(numpy.random.rand())
        return torch.roll(self.x[i], shift, dims=2) + noise, self.y[i]


model = nn.Sequential(
    nn.Conv2d(1, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Dropout(0.3), nn.Flatten(),
    nn.Linear(8 * 36, 2),
)  # fmt: skip
optimizer = torch.optim.AdamW(model.parameters(), lr=job.lr)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, job.epochs * 10)
workers = int(__import__("os").environ.get("LOADERS", "0"))
loader = torch.utils.data.DataLoader(Images(), 16, shuffle=True, num_workers=workers)

run = baton.resume(model, optimizer, scheduler)
for x, y in run.batches(loader):
    loss = nn.functional.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    scheduler.step()
    run.step(loss=loss)
    if run.epoch_ended:
        model.eval()
        with torch.no_grad():
            run.evaluated(first=model(loader.dataset.x[:1])[0, 0])
        model.train()
