"""A character-level GPT on a few of Shakespeare's sonnets (sonnets.txt: public domain).

    python chargpt.py [text]                       (baton.py beside it, or on PYTHONPATH)
    baton worker --program chargpt='python chargpt.py' …
"""

import sys
from pathlib import Path

import torch
from torch import nn

import baton

path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("sonnets.txt")
text = path.read_text()
letters = sorted(set(text))
codes = torch.tensor([letters.index(c) for c in text])

job = baton.job(epochs=100, seed=1, lr=3e-3, width=64, layers=2, window=64, batch=16)


class GPT(nn.Module):
    def __init__(self):
        super().__init__()
        self.letter = nn.Embedding(len(letters), job.width)
        self.place = nn.Embedding(job.window, job.width)
        layer = nn.TransformerEncoderLayer(
            job.width, 4, 4 * job.width, 0.1, "gelu", batch_first=True, norm_first=True
        )
        self.blocks = nn.TransformerEncoder(layer, job.layers, enable_nested_tensor=False)
        self.out = nn.Linear(job.width, len(letters))

    def forward(self, ids):
        n = ids.shape[1]
        mask = nn.Transformer.generate_square_subsequent_mask(n, device=ids.device)
        h = self.letter(ids) + self.place(torch.arange(n, device=ids.device))
        return self.out(self.blocks(h, mask=mask))


def windows(epoch):
    """Each letter once an epoch, cut at another place each time."""
    cut = torch.randint(job.window, ()).item()
    usable = (len(codes) - cut - 1) // job.window * job.window
    ids = codes[cut : cut + usable].reshape(-1, job.window)
    nexts = codes[cut + 1 : cut + 1 + usable].reshape(-1, job.window)
    for rows in torch.randperm(len(ids)).split(job.batch):
        yield ids[rows].to(job.device), nexts[rows].to(job.device)


model = GPT().to(job.device)
optimizer = torch.optim.AdamW(model.parameters(), lr=job.lr)
run = baton.resume(model, optimizer)
for ids, nexts in run.batches(windows):
    loss = nn.functional.cross_entropy(model(ids).flatten(0, 1), nexts.flatten())
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    run.step(loss=loss)
