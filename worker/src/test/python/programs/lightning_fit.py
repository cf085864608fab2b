"""Lightning's trainer, with dropout, shuffling and a schedule by epochs, resumed at epochs."""

import logging
import warnings

import lightning
import torch
from torch import nn

import baton

warnings.filterwarnings("ignore")
logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
torch.set_num_threads(1)
job = baton.job(epochs=4, seed=9, lr=1e-2)


class Classifier(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Dropout(0.3), nn.Linear(16, 2))

    def training_step(self, batch, index):
        loss = nn.functional.cross_entropy(self.net(batch[0]), batch[1])
        self.log("train_loss", loss, on_epoch=True, on_step=False)
        return loss

    def configure_optimizers(self):
        optimizer = torch.optim.AdamW(self.parameters(), lr=job.lr)
        return [optimizer], [torch.optim.lr_scheduler.StepLR(optimizer, 2)]


x = torch.randn(96, 6, generator=torch.Generator().manual_seed(1))
data = torch.utils.data.TensorDataset(x, (x.sum(dim=1) > 0).long())
trainer = lightning.Trainer(
    max_epochs=job.epochs, accelerator="cpu", logger=False, enable_checkpointing=False,
    enable_progress_bar=False, enable_model_summary=False, callbacks=[baton.lightning_callback()],
)  # fmt: skip
trainer.fit(Classifier(), torch.utils.data.DataLoader(data, 16, shuffle=True))
