"""Two models, two AdamW optimizers, a scheduler each, an average of one, and a gradient scaler."""

import torch
from torch import nn

import baton

torch.set_num_threads(1)
job = baton.job(epochs=5, seed=11, lr=2e-3)
maker = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 2))
judge = nn.Sequential(nn.Linear(2, 16), nn.LeakyReLU(), nn.Dropout(0.2), nn.Linear(16, 1))
average = torch.optim.swa_utils.AveragedModel(
    maker, avg_fn=lambda mean, new, count: 0.9 * mean + 0.1 * new
)
make = torch.optim.AdamW(maker.parameters(), lr=job.lr)
tell = torch.optim.AdamW(judge.parameters(), lr=job.lr, amsgrad=True)
plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(make, patience=1)
steps = torch.optim.lr_scheduler.MultiStepLR(tell, milestones=[10, 30])
if hasattr(torch.amp, "GradScaler"):
    scaler = torch.amp.GradScaler("cpu", init_scale=256.0, growth_interval=7)
else:  # before torch 2.3 it scales on GPUs alone
    scaler = torch.cuda.amp.GradScaler(enabled=False)
data = torch.randn(96, 2, generator=torch.Generator().manual_seed(2)) * 0.3 + 1.0
notes = {"wins": 0, "best": float("inf")}

run = baton.resume(
    {"maker": maker, "judge": judge},
    [make, tell],
    {"plateau": plateau, "steps": steps},
    scaler=scaler,
    ema=average,
    state=notes,
)
loader = torch.utils.data.DataLoader(data, batch_size=8, shuffle=True, drop_last=True)
for epoch in run.epochs():
    for real in run.batches(loader):
        fake = maker(torch.randn(len(real), 4))
        told = judge(real), judge(fake.detach())
        truth = torch.ones(len(real), 1)
        bce = nn.functional.binary_cross_entropy_with_logits
        loss = bce(told[0], truth) + bce(told[1], 1 - truth)
        tell.zero_grad()
        scaler.scale(loss).backward()
        scaler.step(tell)
        fooled = bce(judge(fake), truth)
        make.zero_grad()
        scaler.scale(fooled).backward()
        scaler.step(make)
        scaler.update()
        steps.step()
        average.update_parameters(maker)
        notes["wins"] += int(fooled < loss)
        run.step(loss=loss)
    plateau.step(float(fooled))
    notes["best"] = min(notes["best"], float(fooled))
    run.evaluated(best=notes["best"])
