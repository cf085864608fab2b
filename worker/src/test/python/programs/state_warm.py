"""A scheduler that holds another, an average of the model, and a gradient scaler."""

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


class Warm(torch.optim.lr_scheduler.LRScheduler):
    def __init__(self, o, total, after):
        self.total, self.after_scheduler, self.finished = total, after, False
        super().__init__(o)

    def get_lr(self):
        if self.last_epoch > self.total:
            return self.after_scheduler.get_last_lr()
        return [b * (self.last_epoch + 1) / (self.total + 1) for b in self.base_lrs]

    def step(self, epoch=None):
        if getattr(self, "last_epoch", 0) > self.total:
            self.after_scheduler.step()
        super().step(epoch)


optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
sched = Warm(optimizer, 6, torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9))
ema = torch.optim.swa_utils.AveragedModel(model)
scaler = torch.amp.GradScaler("cpu", init_scale=64.0, growth_interval=5)
run = baton.resume(model, optimizer, sched, ema=ema, scaler=scaler)
for epoch in run.epochs():
    for a, b in run.batches(loader):
        loss = nn.functional.mse_loss(model(a), b)
        optimizer.zero_grad()
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        sched.step()
        ema.update_parameters(model)
        run.step(loss=loss)
