"""A model with a frozen part, whose sums are exact in 53 bits: the same on every processor."""

import torch
import baton

job = baton.job(epochs=3, rate=0.5)


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lift = torch.nn.Linear(2, 3).double().requires_grad_(False)
        self.drop = torch.nn.Dropout(0.5)
        self.head = torch.nn.Linear(3, 1).double()
        for p in self.parameters():
            p.data.copy_(torch.randint(-1, 2, p.shape))

    def forward(self, x):
        return self.head(self.drop(self.lift(x).clamp(-1, 1)))


model = Net()
optimizer = torch.optim.SGD(model.head.parameters(), lr=job.rate, momentum=0.5)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
noise = torch.Generator().manual_seed(job.seed)
x = torch.tensor([[1, 0], [0, 1], [-1, 1], [1, 1], [0, -1], [-1, -1], [1, -1], [-1, 0]]).double()
data = torch.utils.data.TensorDataset(x, x.sum(1, keepdim=True))
loader = torch.utils.data.DataLoader(data, batch_size=2, shuffle=True)
seen = {"batches": 0, "last": torch.zeros(1)}
run = baton.resume(model, optimizer, scheduler, generators=noise, state=seen)

for epoch in run.epochs():
    for inputs, wanted in run.batches(loader):
        wanted = wanted + torch.randint(0, 2, (1,), generator=noise)
        loss = torch.nn.functional.mse_loss(model(inputs), wanted) / 2
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        seen["batches"] += 1
        seen["last"] = loss.detach().float().reshape(1)
        run.step(loss=loss)
    scheduler.step()
    run.evaluated(batches=seen["batches"], last=seen["last"].item(), rate=scheduler.get_last_lr()[0])
