"""A small CNN on the UCI digits: 12 epochs take some 5 s on one CPU core.

    python digits_torch.py [digits.csv.gz]         (baton.py beside it, or on PYTHONPATH)
    baton worker --program digits='python digits_torch.py' …
"""

import gzip
import sys
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import baton

SHIPPED = "worker/programs/src/main/resources/baton/programs/digits.csv.gz"
path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / SHIPPED
rows = [list(map(float, line.split(","))) for line in gzip.open(path, "rt")]
table = torch.tensor(rows)
x, y = table[:, :64].reshape(-1, 1, 8, 8) / 16, table[:, 64].long()

job = baton.job(epochs=12, seed=1, lr=3e-3, batch=64)
model = nn.Sequential(
    nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(),
    nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Dropout(0.3), nn.Linear(32 * 16, 10),
).to(job.device)  # fmt: skip
optimizer = torch.optim.AdamW(model.parameters(), lr=job.lr)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, job.epochs)
loader = DataLoader(TensorDataset(x[:1500], y[:1500]), job.batch, shuffle=True)

run = baton.resume(model, optimizer, scheduler)
for epoch in run.epochs():
    model.train()
    for images, labels in run.batches(loader):
        logits = model(images.to(job.device))
        loss = nn.functional.cross_entropy(logits, labels.to(job.device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        run.step(loss=loss)
    scheduler.step()
    model.eval()
    with torch.no_grad():
        guesses = model(x[1500:].to(job.device)).argmax(dim=1).cpu()
    run.evaluated(accuracy=(guesses == y[1500:]).float().mean())
