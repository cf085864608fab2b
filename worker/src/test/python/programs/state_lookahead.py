"""Lookahead, an optimizer with a state dict and a counter of its own."""

import collections

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


class Lookahead(torch.optim.Optimizer):
    def __init__(self, opt, k=5, alpha=0.5):
        self.optimizer, self.k, self.alpha = opt, k, alpha
        self.param_groups = opt.param_groups
        self.state = collections.defaultdict(dict)
        self.fast_state = opt.state
        self.counter = 0
        self.slow = {}

    def zero_grad(self):
        self.optimizer.zero_grad()

    def step(self, closure=None):
        self.optimizer.step()
        self.counter += 1
        for gr in self.param_groups:
            for p in gr["params"]:
                s = self.state[p]
                if "slow" not in s:
                    s["slow"] = p.data.clone()
                if self.counter % self.k == 0:
                    s["slow"].add_(p.data - s["slow"], alpha=self.alpha)
                    p.data.copy_(s["slow"])

    def state_dict(self):
        fast = self.optimizer.state_dict()
        ids = {id(p): i for i, p in enumerate(p for gr in self.param_groups for p in gr["params"])}
        return {
            "fast_state": fast["state"],
            "slow_state": {ids[id(k)]: v for k, v in self.state.items()},
            "param_groups": fast["param_groups"],
        }

    def load_state_dict(self, sd):
        self.optimizer.load_state_dict(
            {"state": sd["fast_state"], "param_groups": sd["param_groups"]}
        )
        ps = [p for gr in self.param_groups for p in gr["params"]]
        self.state = collections.defaultdict(dict, {ps[i]: v for i, v in sd["slow_state"].items()})


optimizer = Lookahead(torch.optim.AdamW(model.parameters(), lr=0.01))
group = optimizer.param_groups[0]
run = baton.resume(model, optimizer)
for epoch in run.epochs():
    for a, b in run.batches(loader):
        group["lr"] = 0.01 / (1 + optimizer.counter)
        loss = nn.functional.mse_loss(model(a), b)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        run.step(loss=loss)
