"""State that the script has names for, makes anew each epoch, or replaces."""

import collections
import random

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
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
state = {
    "win": None,
    "best": None,
    "h": torch.zeros(1),
    "meters": collections.defaultdict(lambda: collections.deque(maxlen=3)),
    "rng": random.Random(3),
}
zeros = state["h"]
run = baton.resume(model, optimizer, state=state)
extra = state["extra"] = []
for epoch in run.epochs():
    state["win"] = win = collections.deque(maxlen=4)
    state["h"] = zeros
    for a, b in run.batches(loader):
        loss = nn.functional.mse_loss(model(a), b) * state["rng"].random()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        win.append(loss.item())
        extra.append(len(win))
        state["h"] = state["h"] + loss.detach()
        if not state["best"] or loss.item() < state["best"]["loss"]:
            state["best"] = {
                "loss": loss.item(),
                "weights": [p.detach().clone() for p in model.parameters()],
            }
        optimizer.param_groups[0]["lr"] = (
            0.05 / (1 + sum(win) / len(win)) + 0.001 * float(zeros.sum()) + 1e-4 * len(extra)
        )
        run.step(loss=loss)
