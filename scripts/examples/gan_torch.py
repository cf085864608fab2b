"""Two networks, two AdamW optimizers: a maker learns to draw a ring of points, a judge to tell.

    python gan_torch.py                            (baton.py beside it, or on PYTHONPATH)
    baton worker --program gan='python gan_torch.py' …
"""

import math

import torch
from torch import nn

import baton

job = baton.job(epochs=20, seed=1, lr=1e-3, width=64, batch=64, points=4096)


def network(inputs, outputs):
    return nn.Sequential(
        nn.Linear(inputs, job.width), nn.LeakyReLU(0.2), nn.Dropout(0.1),
        nn.Linear(job.width, job.width), nn.LeakyReLU(0.2),
        nn.Linear(job.width, outputs),
    ).to(job.device)  # fmt: skip


angles = torch.rand(job.points) * 2 * math.pi
ring = torch.stack([angles.cos(), angles.sin()], dim=1) + 0.02 * torch.randn(job.points, 2)
loader = torch.utils.data.DataLoader(ring, job.batch, shuffle=True, drop_last=True)

maker, judge = network(4, 2), network(2, 1)
make = torch.optim.AdamW(maker.parameters(), lr=job.lr, betas=(0.5, 0.999))
tell = torch.optim.AdamW(judge.parameters(), lr=job.lr, betas=(0.5, 0.999))
says = nn.functional.binary_cross_entropy_with_logits

run = baton.resume({"maker": maker, "judge": judge}, {"make": make, "tell": tell})
for epoch in run.epochs():
    for real in run.batches(loader):
        real = real.to(job.device)
        fake = maker(torch.randn(len(real), 4, device=job.device))
        yes, no = torch.ones(len(real), 1).to(real), torch.zeros(len(real), 1).to(real)
        told = says(judge(real), yes) + says(judge(fake.detach()), no)
        tell.zero_grad()
        told.backward()
        tell.step()
        fooled = says(judge(fake), yes)
        make.zero_grad()
        fooled.backward()
        make.step()
        run.step(loss=told)
    with torch.no_grad():
        radius = maker(torch.randn(512, 4, device=job.device)).norm(dim=1)
    run.evaluated(radius=radius.mean(), spread=radius.std())
