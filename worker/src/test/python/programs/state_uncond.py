"""A parameter group that is added in epoch 1, of parameters in no order."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
import baton

job = baton.job(epochs=3, seed=1)
g = torch.Generator().manual_seed(0)
x = torch.randn(80, 8, generator=g)
y = x @ torch.randn(8, 1, generator=g)
loader = DataLoader(TensorDataset(x, y), 8, shuffle=True)
model = nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Linear(16, 1))
optimizer = torch.optim.AdamW(model[2].parameters(), lr=1e-2)
sched = torch.optim.lr_scheduler.StepLR(optimizer, 7)
run = baton.resume(model, optimizer)
for epoch in run.epochs():
    if epoch == 1:
        optimizer.add_param_group(
            {"params": list(set(model[0].parameters())), "lr": 1e-3, "betas": (0.8, 0.99)}
        )
    for a, b in run.batches(loader):
        loss = nn.functional.mse_loss(model(a), b)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        run.step(loss=loss)
