"""Lightning's trainer with callbacks that have a state, in the FORM that the environment names."""

import logging
import os
import sys
import warnings

if os.environ.get("FORM") == "pytorch_lightning":
    import pytorch_lightning as lightning
    from pytorch_lightning.callbacks import EarlyStopping, GradientAccumulationScheduler, ModelCheckpoint
else:
    import lightning
    from lightning.pytorch.callbacks import EarlyStopping, GradientAccumulationScheduler, ModelCheckpoint
import torch
import torchmetrics
from torch import nn
from torch.utils.data import DataLoader, Dataset, IterableDataset

import baton

warnings.filterwarnings("ignore")
logging.getLogger(lightning.__name__).setLevel(logging.ERROR)
torch.set_num_threads(1)
FORM = os.environ.get("FORM", "plain")
job = baton.job(epochs=5, seed=9, lr=1e-2)
x = torch.randn(80, 6, generator=torch.Generator().manual_seed(1))
y = (x.sum(dim=1) > 0).long()


class Augmented(Dataset):
    def __len__(self):
        return len(x)

    def __getitem__(self, index):
        return x[index] + 0.1 * torch.randn(6), y[index]


class Stream(IterableDataset):
    def __iter__(self):
        data = Augmented()
        return (data[i] for i in range(len(data)))


class Losses(lightning.Callback):
    """Keeps what it counts in attributes, and tells nobody."""

    def __init__(self):
        self.last, self.best = [], {"loss": float("inf"), "epoch": None}

    def on_train_batch_end(self, trainer, module, outputs, batch, index):
        self.last = self.last[-4:] + [float(outputs["loss"])]
        if self.last[-1] < self.best["loss"]:
            self.best.update(loss=self.last[-1], epoch=trainer.current_epoch)


class Classifier(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Dropout(0.3), nn.Linear(16, 2))
        self.accuracy = torchmetrics.Accuracy("multiclass", num_classes=2)
        self.automatic_optimization = FORM != "manual"
        self.outputs, self.seen = [], 0

    def training_step(self, batch, index):
        logits = self.net(batch[0])
        loss = nn.functional.cross_entropy(logits, batch[1])
        self.accuracy(logits, batch[1])
        self.log("train_loss", loss, on_epoch=True, on_step=False)
        self.log("accuracy", self.accuracy, on_epoch=True, on_step=False)
        self.log("a_gap", torch.tensor(float("nan")), on_epoch=True, on_step=False)
        self.outputs.append(loss.detach())
        self.seen += len(batch[0])
        if FORM == "manual":
            for optimizer, every in zip(self.optimizers(), (1, 2)):
                if index % every == 0:
                    optimizer.zero_grad()
                    self.manual_backward(nn.functional.cross_entropy(self.net(batch[0]), batch[1]))
                    self.clip_gradients(optimizer, 0.5, "norm")
                    optimizer.step()
        return loss

    def on_train_epoch_end(self):
        self.log("mean_of_outputs", torch.stack(self.outputs).mean())
        self.outputs.clear()

    def validation_step(self, batch, index):
        self.log("val_loss", nn.functional.cross_entropy(self.net(batch[0]), batch[1]))

    def on_save_checkpoint(self, checkpoint):
        checkpoint["seen"] = self.seen

    def on_load_checkpoint(self, checkpoint):
        self.seen = checkpoint["seen"]

    def configure_optimizers(self):
        parameters = list(self.net.parameters())
        if FORM == "manual":
            first = torch.optim.AdamW(parameters[:2], lr=job.lr)
            return [first, torch.optim.SGD(parameters[2:], lr=job.lr, momentum=0.9)]
        optimizer = torch.optim.AdamW(parameters, lr=job.lr)
        plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=0, threshold=1.0)
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": plateau, "monitor": "val_loss"},
        }


class Refused(lightning.Callback):
    def __init__(self):
        self.pairs = zip([1], [2])


train = DataLoader(Stream() if FORM == "stream" else Augmented(), 16, shuffle=FORM != "stream")
held = DataLoader(torch.utils.data.TensorDataset(x[:32], y[:32]), 16)
callbacks = [
    EarlyStopping("val_loss", patience=3, min_delta=1.0),
    ModelCheckpoint(monitor="val_loss", save_top_k=2, save_last=True),
    baton.lightning_callback(),
    Losses(),
]
more = [Refused()] * (FORM == "refused")
if FORM == "more and more":
    more = [GradientAccumulationScheduler({1: 3})]
trainer = lightning.Trainer(
    max_epochs=None if FORM == "plain" else 5, accelerator="cpu", callbacks=callbacks + more,
    accumulate_grad_batches=3 if FORM == "accumulate" else 1, val_check_interval=2 if FORM == "accumulate" else 1.0,
    enable_progress_bar=False, enable_model_summary=False, num_sanity_val_steps=0, log_every_n_steps=2,
    default_root_dir=os.environ["BATON_FOLDER"] + "-logs", max_steps=13 if FORM == "steps" else -1,
)  # fmt: skip
model = Classifier()
trainer.fit(model, train, held)
print(
    "ended at", trainer.global_step, "having seen", model.seen, callbacks[-1].best, file=sys.stderr
)
