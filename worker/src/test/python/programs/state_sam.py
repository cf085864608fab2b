"""SAM, an optimizer whose state leaves out that of the one it wraps."""

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


class SAM(torch.optim.Optimizer):
    def __init__(self, params, base, rho=0.05, **kw):
        super().__init__(params, dict(rho=rho, **kw))
        self.base_optimizer = base(self.param_groups, **kw)
        self.param_groups = self.base_optimizer.param_groups
        self.defaults.update(self.base_optimizer.defaults)
        self.calls = 0

    @torch.no_grad()
    def first(self):
        for grp in self.param_groups:
            for p in grp["params"]:
                self.state[p]["old_p"] = p.data.clone()
                p.add_(p.grad * grp["rho"])

    @torch.no_grad()
    def second(self):
        self.calls += 1
        for grp in self.param_groups:
            for p in grp["params"]:
                p.data = self.state[p]["old_p"]
        self.base_optimizer.step()

    def step(self, closure=None):
        pass

    def load_state_dict(self, sd):
        super().load_state_dict(sd)
        self.base_optimizer.param_groups = self.param_groups


optimizer = SAM(model.parameters(), torch.optim.SGD, lr=0.05, momentum=0.9)
sched = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.95)
run = baton.resume(model, optimizer, sched)
for epoch in run.epochs():
    for a, b in run.batches(loader):
        f = lambda: nn.functional.mse_loss(model(a), b)
        optimizer.zero_grad()
        loss = f()
        loss.backward()
        optimizer.first()
        optimizer.zero_grad()
        f().backward()
        optimizer.second()
        optimizer.zero_grad()
        run.step(loss=loss)
    sched.step()
