"""Training scripts drawn at random: one option of each kind, assembled into an ordinary script.

    python worker/src/test/python/generated.py 4711        prints the script of a seed
"""

from __future__ import annotations

import random
import sys
from typing import Any, Dict, List, Mapping, NamedTuple, Tuple


class Option(NamedTuple):
    """What one choice adds to a script; each text may be of several lines.

    ``before`` stands before the model is built, ``model`` builds it, ``made`` follows; ``given`` are
    arguments of ``baton.resume``; ``after`` stands between it and the loop; ``epoch``, ``batch``,
    ``cast``, ``update``, ``batch_end`` and ``epoch_end`` stand in the loop. ``needs`` names other
    choices.
    """

    before: str = ""
    model: str = ""
    made: str = ""
    given: Mapping[str, str] = {}
    after: str = ""
    epoch: str = ""
    batch: str = ""
    cast: str = ""
    update: str = ""
    batch_end: str = ""
    epoch_end: str = ""
    needs: Mapping[str, Tuple[str, ...]] = {}


def _dedent(text: str) -> List[str]:
    lines = [line for line in text.split("\n") if line.strip()]
    margin = min((len(line) - len(line.lstrip()) for line in lines), default=0)
    return [line[margin:].rstrip() for line in lines]


def _torch_optimizer(call: str) -> Option:
    return Option(made="optimizer = torch.optim." + call)


OPTIMIZERS: Dict[str, Option] = {
    "sgd": _torch_optimizer("SGD(model.parameters(), lr=0.05)"),
    "momentum": _torch_optimizer("SGD(model.parameters(), lr=0.05, momentum=0.9, nesterov=True)"),
    "adam": _torch_optimizer("Adam(model.parameters(), lr=0.02)"),
    "adamw": _torch_optimizer("AdamW(model.parameters(), lr=0.02, amsgrad=True)"),
    "rmsprop": _torch_optimizer("RMSprop(model.parameters(), lr=0.01, centered=True)"),
    "adagrad": _torch_optimizer("Adagrad(model.parameters(), lr=0.05)"),
    "adadelta": _torch_optimizer("Adadelta(model.parameters())"),
    "nadam": _torch_optimizer("NAdam(model.parameters(), lr=0.02)"),
    "radam": _torch_optimizer("RAdam(model.parameters(), lr=0.02)"),
    "asgd": _torch_optimizer("ASGD(model.parameters(), lr=0.02, t0=4)"),
    "rprop": _torch_optimizer("Rprop(model.parameters(), lr=0.01)"),
    "a set of parameters": Option(
        made="""
            some = [p for p in model.parameters() if p.requires_grad]
            random.Random(os.getpid()).shuffle(some)   # as a set orders them: anew in each process
            optimizer = torch.optim.Adam(some, lr=0.02)
        """
    ),
    "moments wider than weights": Option(
        before="""
            class Wide(torch.optim.Optimizer):
                def __init__(self, params, lr):
                    super().__init__(params, {"lr": lr})

                @torch.no_grad()
                def step(self, closure=None):
                    for group in self.param_groups:
                        for p in group["params"]:
                            if p.grad is None:
                                continue
                            s = self.state[p]
                            if not s:
                                s["avg"] = torch.zeros_like(p, dtype=torch.float64)
                                s["low"] = torch.zeros_like(p, dtype=torch.bfloat16)
                            s["avg"].mul_(0.9).add_(p.grad.double())
                            s["low"].add_(p.grad.bfloat16())
                            p.add_(s["avg"].float() + 0.1 * s["low"].float(), alpha=-group["lr"])
        """,
        made="optimizer = Wide(model.parameters(), lr=0.02)",
    ),
    "two": Option(
        made="""
            every = list(model.parameters())
            optimizer = torch.optim.AdamW(every[:1], lr=0.02)
            other = torch.optim.Adam(every[1:], lr=0.01)
        """,
        given={"optimizer": "[optimizer, other]"},
        batch_end="other.step(); other.zero_grad()",
    ),
    "group added if missing": Option(
        made="""
            every = list(model.parameters())
            optimizer = torch.optim.AdamW(every[1:], lr=0.02)
        """,
        epoch="""
            if epoch == 1 and len(optimizer.param_groups) == 1:
                optimizer.add_param_group({"params": every[:1], "lr": 0.001})
        """,
        needs={"loop": ("nested",), "scheduler": ("none", "by hand")},
    ),
    "group added": Option(
        made="""
            every = list(model.parameters())
            optimizer = torch.optim.AdamW(every[1:], lr=0.02)
        """,
        epoch="""
            if epoch == 1:
                optimizer.add_param_group({"params": every[:1], "lr": 0.001})
        """,
        needs={"loop": ("nested",), "scheduler": ("none", "by hand")},
    ),
    "counts by itself": Option(
        before="""
            class Slow(torch.optim.SGD):
                calls = 0

                def step(self, closure=None):
                    self.calls += 1
                    if self.calls % 3:
                        super().step(closure)
        """,
        made="optimizer = Slow(model.parameters(), lr=0.05, momentum=0.9)",
    ),
}


def _scheduler(call: str, step: str = "epoch_end") -> Option:
    made = "scheduler = torch.optim.lr_scheduler." + call
    return Option(made=made, given={"scheduler": "scheduler"}, **{step: "scheduler.step()"})


SCHEDULERS: Dict[str, Option] = {
    "none": Option(),
    "step": _scheduler("StepLR(optimizer, 1, 0.5)"),
    "cosine": _scheduler("CosineAnnealingLR(optimizer, 18)", "batch_end"),
    "warm restarts": _scheduler("CosineAnnealingWarmRestarts(optimizer, 5)", "batch_end"),
    "one cycle": _scheduler(
        "OneCycleLR(optimizer, 0.05, total_steps=100, cycle_momentum=False)", "batch_end"
    ),
    "exponential": _scheduler("ExponentialLR(optimizer, 0.9)", "batch_end"),
    "lambda": _scheduler("LambdaLR(optimizer, lambda n: 1 / (1 + n))", "batch_end"),
    "sequential": _scheduler(
        "SequentialLR(optimizer, [torch.optim.lr_scheduler.LinearLR(optimizer), "
        "torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)], [7])",
        "batch_end",
    ),
    "chained": _scheduler(
        "ChainedScheduler([torch.optim.lr_scheduler.ConstantLR(optimizer, 0.5, 7), "
        "torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)])",
        "batch_end",
    ),
    "plateau": Option(
        made="scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=0)",
        given={"scheduler": "scheduler"},
        epoch_end="scheduler.step(loss.item() + epoch)",
    ),
    "at the epoch's start": Option(
        made="scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1, 0.7)",
        given={"scheduler": "scheduler"},
        epoch="scheduler.step()",
        needs={"loop": ("nested",)},
    ),
    "by hand": Option(
        batch="""
            for group in optimizer.param_groups:
                group["lr"] = 0.02 / (1 + run.epoch + 0.1 * run.batch)
        """
    ),
}

_HEAD = "nn.Sequential(nn.Linear(8, 12), nn.Tanh(), %s nn.Linear(12, 1))"


def _module(body: str, forward: str, **more: Any) -> Option:
    """A model of a class of the script's own: what its constructor adds, and its forward pass."""
    lines = [line for line in body.strip("\n").split("\n")]
    text = ["class Net(nn.Module):", "    def __init__(self):", "        super().__init__()"]
    text += ["        self.one, self.two = nn.Linear(8, 12), nn.Linear(12, 1)"]
    text += ["        " + line.strip() for line in lines if line.strip()]
    text += ["", "    def forward(self, a):"]
    text += ["        " + line for line in _dedent(forward)]
    return Option(before="\n".join(text), model="model = Net()", **more)


MODELS: Dict[str, Option] = {
    "plain": Option(model="model = " + _HEAD % ""),
    "dropout": Option(model="model = " + _HEAD % "nn.Dropout(0.3),"),
    "batch norm": Option(model="model = " + _HEAD % "nn.BatchNorm1d(12),"),
    "lazy": Option(model="model = nn.Sequential(nn.LazyLinear(12), nn.Tanh(), nn.LazyLinear(1))"),
    "complex": _module(
        "self.w = nn.Parameter(torch.randn(5, dtype=torch.cfloat) * 0.1)",
        """
        a = torch.fft.irfft(torch.fft.rfft(a) * self.w, n=8)
        return self.two(torch.tanh(self.one(a)))
        """,
        needs={"optimizer": ("adam", "sgd", "momentum", "a set of parameters")},
    ),
    "tied": _module(
        "self.back = nn.Linear(12, 8); self.back.weight = nn.Parameter(self.one.weight.t()); "
        "self.again = nn.Linear(8, 12); self.again.weight = self.one.weight",
        "return self.two(torch.tanh(self.one(a)) + torch.tanh(self.again(a)))",
    ),
    "a hidden state": _module(
        "self.h = torch.zeros(1, 12)",
        """
        h = torch.tanh(self.one(a)) + 0.5 * self.h
        self.h = h.mean(0, keepdim=True).detach()
        return self.two(h)
        """,
    ),
    "a counter": _module(
        "self.seen = 0",
        """
        self.seen += 1
        return self.two(torch.tanh(self.one(a))) / (1 + 0.01 * self.seen)
        """,
    ),
    "a list that grows": _module(
        "self.log = []",
        """
        out = self.two(torch.tanh(self.one(a)))
        self.log.append(float(out.detach().mean()))
        return out * (1 + 0.01 * sum(self.log[-4:]))
        """,
    ),
    "a late buffer": _module(
        "self.register_buffer('mean', None)",
        """
        h = torch.tanh(self.one(a))
        if self.mean is None:
            self.mean = torch.zeros(12)
        self.mean = 0.9 * self.mean + 0.1 * h.mean(0).detach()
        return self.two(h - self.mean)
        """,
    ),
    "a buffer registered late": _module(
        "",
        """
        h = torch.tanh(self.one(a))
        if not hasattr(self, "mean"):
            self.register_buffer("mean", torch.zeros(12))
        self.mean.mul_(0.9).add_(h.mean(0).detach(), alpha=0.1)
        return self.two(h - self.mean)
        """,
    ),
    "a buffer that is not persistent": _module(
        "self.register_buffer('mean', torch.zeros(12), persistent=False)",
        """
        h = torch.tanh(self.one(a))
        self.mean.mul_(0.9).add_(h.mean(0).detach(), alpha=0.1)
        return self.two(h - self.mean)
        """,
    ),
    "an expanded buffer": _module(
        "self.register_buffer('scale', torch.ones(1).expand(12))",
        """
        self.scale[:1].mul_(0.99)
        return self.two(torch.tanh(self.one(a)) * self.scale)
        """,
    ),
    "frozen, then trained": Option(
        model="model = " + _HEAD % "nn.Dropout(0.1),",
        made="model[0].requires_grad_(False)",
        epoch="""
            if epoch == 1:
                model[0].requires_grad_(True)
        """,
        needs={"loop": ("nested",), "optimizer": ("sgd", "momentum", "adam", "adamw", "rmsprop")},
    ),
    "a module in eval mode from epoch 1": Option(
        model="model = " + _HEAD % "nn.BatchNorm1d(12),",
        epoch="""
            if epoch == 1:
                model[2].eval()
        """,
        needs={"loop": ("nested",)},
    ),
    "channels last": Option(
        model="""
            model = nn.Sequential(
                nn.Unflatten(1, (2, 2, 2)), nn.Conv2d(2, 4, 2, padding=1), nn.ReLU(),
                nn.Flatten(), nn.Linear(36, 1)).to(memory_format=torch.channels_last)
        """
    ),
    "weight norm": Option(
        model="""
            model = nn.Sequential(nn.utils.weight_norm(nn.Linear(8, 12)), nn.Tanh(), nn.Linear(12, 1))
        """,
    ),
    "two models": Option(
        model="""
            first, second = nn.Sequential(nn.Linear(8, 12), nn.Dropout(0.2)), nn.Linear(12, 1)
            model = nn.Sequential(first, second)
        """,
        given={"model": '{"first": first, "second": second}'},
    ),
    "half precision": Option(
        model="model = " + (_HEAD % "") + ".bfloat16()",
        cast="a, b = a.bfloat16(), b.bfloat16()",
        needs={"optimizer": ("sgd", "momentum", "adam", "adamw", "moments wider than weights")},
    ),
}

def _sampler(body: str, **more: Any) -> Option:
    return Option(before=body, made="loader = DataLoader(data, 4, sampler=Mine(data))", **more)


LOADERS: Dict[str, Option] = {
    "shuffled": Option(made="loader = DataLoader(data, 4, shuffle=True)"),
    "in order": Option(made="loader = DataLoader(data, 4)"),
    "drop last": Option(made="loader = DataLoader(data, 5, shuffle=True, drop_last=True)"),
    "a generator of its own": Option(
        made="loader = DataLoader(data, 4, shuffle=True, generator=torch.Generator().manual_seed(7))"
    ),
    "a shared generator": Option(
        made="""
            shared = torch.Generator().manual_seed(3)
            loader = DataLoader(data, 4, shuffle=True, generator=shared)
        """,
        given={"generators": "shared"},
        batch="a = a + 0.1 * torch.randn(a.shape, generator=shared)",
        needs={"state": ("none", "a counter", "a window", "an alias", "types", "NaN")},
    ),
    "a sampler with NumPy's generator": _sampler(
        """
            class Mine(Sampler):
                def __init__(self, data):
                    self.n, self.rng = len(data), numpy.random.default_rng(7)

                def __iter__(self):
                    return iter(self.rng.permutation(self.n).tolist())

                def __len__(self):
                    return self.n
        """
    ),
    "a sampler with Python's generator": _sampler(
        """
            class Mine(Sampler):
                def __init__(self, data):
                    self.n, self.inner = len(data), {"rng": random.Random(7)}

                def __iter__(self):
                    order = list(range(self.n))
                    self.inner["rng"].shuffle(order)
                    return iter(order)

                def __len__(self):
                    return self.n
        """
    ),
    "a sampler that counts": _sampler(
        """
            class Mine(Sampler):
                def __init__(self, data):
                    self.n, self.round = len(data), 0

                def __iter__(self):
                    self.round += 1
                    return iter(random.Random(self.round).sample(range(self.n), self.n))

                def __len__(self):
                    return self.n
        """
    ),
    "set_epoch": _sampler(
        """
            class Mine(Sampler):
                def __init__(self, data):
                    self.n, self.epoch = len(data), 0

                def set_epoch(self, epoch):
                    self.epoch = epoch

                def __iter__(self):
                    return iter(random.Random(self.epoch).sample(range(self.n), self.n))

                def __len__(self):
                    return self.n
        """
    ),
    "weights that change": Option(
        made="""
            weights = torch.ones(len(data), dtype=torch.double)
            sampler = torch.utils.data.WeightedRandomSampler(weights, len(data))
            loader = DataLoader(data, 4, sampler=sampler)
        """,
        given={"state": '{"weights": sampler.weights}'},
        batch_end="sampler.weights[run.batch] = sampler.weights[run.batch] * (1 + abs(float(loss)))",
        needs={"state": ("none",)},
    ),
    "a batch sampler": Option(
        before="""
            class Batches:
                def __init__(self, n):
                    self.n, self.rng = n, numpy.random.RandomState(5)

                def __iter__(self):
                    order = self.rng.permutation(self.n).tolist()
                    while order:
                        size = 3 + self.rng.randint(3)
                        yield order[:size]
                        order = order[size:]
        """,
        made="loader = DataLoader(data, batch_sampler=Batches(len(data)))",
    ),
    "a sampler without length": _sampler(
        """
            class Mine(Sampler):
                def __init__(self, data):
                    self.n = len(data)

                def __iter__(self):
                    yield from torch.randperm(self.n).tolist()
        """
    ),
    "a stream": Option(
        before="""
            class Stream(IterableDataset):
                def __iter__(self):
                    rows = list(range(24))
                    random.shuffle(rows)
                    for i in rows:
                        yield x[i] + 0.1 * torch.randn(8), y[i]
        """,
        made="loader = DataLoader(Stream(), 4)",
    ),
    "a stream with its own generator": Option(
        before="""
            class Stream(IterableDataset):
                def __init__(self):
                    self.rng, self.round = numpy.random.default_rng(3), 0

                def __iter__(self):
                    self.round += 1
                    for i in self.rng.permutation(24):
                        yield x[i] * (1 + 0.1 * self.round) + float(self.rng.normal()), y[i]
        """,
        made="loader = DataLoader(Stream(), 4)",
    ),
    "a stream in processes that persist": Option(
        before="""
            class Stream(IterableDataset):
                def __iter__(self):
                    info = torch.utils.data.get_worker_info()
                    mine = list(range(info.id, 24, info.num_workers))
                    random.shuffle(mine)
                    for i in mine:
                        yield x[i] + 0.1 * torch.randn(8), y[i]
        """,
        made="loader = DataLoader(Stream(), 4, num_workers=2, persistent_workers=True)",
    ),
    "examples drawn in a process": Option(
        before="""
            class Drawn(torch.utils.data.Dataset):
                def __init__(self):
                    self.rng = numpy.random.default_rng(2)

                def __len__(self):
                    return 24

                def __getitem__(self, i):
                    return x[i] + 0.1 * torch.randn(8) + float(self.rng.normal()), y[i] + random.random()
        """,
        made="loader = DataLoader(Drawn(), 4, shuffle=True, num_workers=1)",
    ),
    "examples drawn here": Option(
        before="""
            class Drawn(torch.utils.data.Dataset):
                def __init__(self):
                    self.rng = numpy.random.default_rng(2)

                def __len__(self):
                    return 24

                def __getitem__(self, i):
                    return x[i] + 0.1 * torch.randn(8) + float(self.rng.normal()), y[i] + random.random()
        """,
        made="loader = DataLoader(Drawn(), 4, shuffle=True)",
    ),
    "examples drawn here, without length": Option(
        before="""
            class Drawn(torch.utils.data.Dataset):
                def __getitem__(self, i):
                    return x[i] + 0.1 * torch.randn(8), y[i] + random.random()

            class Mine(Sampler):
                def __init__(self):
                    pass

                def __iter__(self):
                    yield from torch.randperm(24).tolist()
        """,
        made="loader = DataLoader(Drawn(), 4, sampler=Mine())",
    ),
    "put together in a process": Option(
        before="""
            class Together:
                def __init__(self):
                    self.rng = numpy.random.default_rng(5)

                def __call__(self, rows):
                    a, b = zip(*rows)
                    return torch.stack(a) + float(self.rng.normal()), torch.stack(b)
        """,
        made="loader = DataLoader(data, 4, shuffle=True, num_workers=1, collate_fn=Together())",
    ),
    "a Python generator": Option(
        before="""
            def loader(epoch):
                for _ in range(6):
                    rows = torch.randint(0, 24, (4,))
                    yield x[rows] + random.random(), y[rows]
        """,
    ),
    "a generator with its own generator": Option(
        before="""
            rng = random.Random(9)

            def loader(epoch):
                for _ in range(6):
                    rows = rng.sample(range(24), 4)
                    yield x[rows], y[rows]
        """,
    ),
    "a list": Option(made="loader = [(x[i : i + 4], y[i : i + 4]) for i in range(0, 24, 4)]"),
    "an endless sampler": Option(
        before="""
            class Mine(Sampler):
                def __init__(self, data):
                    self.n = len(data)

                def __iter__(self):
                    while True:
                        yield from torch.randperm(self.n).tolist()
        """,
        made="loader = DataLoader(data, 4, sampler=Mine(data))",
        batch_end="""
            if run.batch == 13:
                run.finish("enough")
        """,
        needs={
            "loop": ("nested",),
            "scheduler": ("none", "by hand", "cosine", "exponential", "lambda"),
            "epoch": ("nothing", "zero_grad", "train()"),
        },
    ),
}

STATES: Dict[str, Option] = {
    "none": Option(),
    "a counter": Option(
        made='count = {"n": 0}',
        given={"state": "count"},
        batch="""
            count["n"] += 1
            a = a * (1 + 0.01 * count["n"])
        """,
    ),
    "a window": Option(
        made='kept = {"window": collections.deque(maxlen=4)}',
        given={"state": "kept"},
        batch_end="""
            kept["window"].append(float(loss))
            for group in optimizer.param_groups:
                group["lr"] = 0.02 * min(1.0, sum(kept["window"]) / 4)
        """,
        needs={"scheduler": ("none",)},
    ),
    "an alias": Option(
        made="""
            history, center = [], torch.zeros(1)
            inner = {"history": history}
            kept = {"history": history, "center": center, "inner": inner, "again": inner}
        """,
        given={"state": "kept"},
        batch="a = a + 0.01 * len(history) + center",
        batch_end="""
            history.append(float(loss))
            center.add_(float(loss))
        """,
    ),
    "types": Option(
        before="""
            Point = collections.namedtuple("Point", "x y")

            class Mode(enum.IntEnum):
                WARM = 1
                HOT = 2
        """,
        made="""
            kept = {
                "default": collections.defaultdict(int), "ordered": collections.OrderedDict(b=1, a=2),
                "point": Point(1, 2.0), "mode": Mode.WARM, "f64": numpy.float64(0.1),
                "f32": numpy.float32(0.1), 7: "int", "frozen": frozenset([3]), "bytes": b"ab",
                "array": numpy.arange(6.0).reshape(2, 3).T, "tuple": (1, [2]),
                "counter": collections.Counter("ab"), "complex": 1 + 2j, "nan": float("nan"),
            }
            kinds = {k: type(v) for k, v in kept.items()}
        """,
        given={"state": "kept"},
        batch="""
            assert {k: type(v) for k, v in kept.items()} == kinds and kept["array"].flags.f_contiguous
            kept["default"][run.batch] += 1
            kept["ordered"].move_to_end("b")
            kept["point"] = kept["point"]._replace(y=kept["point"].y + 0.5)
            kept["mode"] = Mode.HOT if kept["mode"] is Mode.WARM else Mode.WARM
            kept["f32"] = kept["f32"] * numpy.float32(1.1)
            kept["tuple"][1].append(run.batch)
            kept["array"][0, 0] += 1
            a = a * float(kept["f32"]) + kept["mode"] + 0.01 * kept["default"][0]
        """,
    ),
    "NaN": Option(
        made='kept = {"best": float("nan"), "n": 0}',
        given={"state": "kept"},
        batch_end="""
            kept["n"] += 1
            kept["best"] = float("nan") if kept["n"] % 2 else float(loss)
        """,
    ),
    "Python's generator": Option(
        made="own = random.Random(5)",
        given={"generators": "own"},
        batch="a = -a if own.random() < 0.5 else a",
    ),
    "NumPy's generator": Option(
        made="own = numpy.random.default_rng(5)",
        given={"generators": '{"own": own}'},
        batch="a = a + float(own.normal())",
    ),
    "torch's generator": Option(
        made="own = torch.Generator().manual_seed(5)",
        given={"generators": "[own]"},
        batch="a = a + torch.randn(a.shape, generator=own)",
    ),
    "an object": Option(
        before="""
            class Meter:
                def __init__(self):
                    self.values = []

                def state_dict(self):
                    return {"values": list(self.values)}

                def load_state_dict(self, state):
                    self.values = list(state["values"])
        """,
        made="meter = Meter()",
        given={"state": "meter"},
        batch="a = a * (1 + 0.01 * len(meter.values))",
        batch_end="meter.values.append(float(loss))",
    ),
    "an average of the weights": Option(
        made="average = torch.optim.swa_utils.AveragedModel(model)",
        given={"ema": "average"},
        batch_end="average.update_parameters(model)",
        needs={"model": ("plain", "dropout", "batch norm", "channels last")},
    ),
}

UPDATES: Dict[str, Option] = {
    "each batch": Option(
        update="optimizer.zero_grad(); loss.backward(); optimizer.step(); run.step(loss=loss)"
    ),
    "zeroed after": Option(
        update="loss.backward(); optimizer.step(); run.step(loss=loss); optimizer.zero_grad()"
    ),
    "zeroed in place": Option(
        update="""
            for p in model.parameters():
                if p.grad is not None:
                    p.grad.zero_()
            loss.backward(); optimizer.step(); run.step(loss=loss)
        """
    ),
    "clipped": Option(
        update="""
            optimizer.zero_grad(); loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 0.5)
            optimizer.step(); run.step(loss=loss)
        """
    ),
    "accumulated over the epoch's end": Option(
        made='micro = {"n": 0}',
        update="""
            (loss / 4).backward()
            micro["n"] += 1
            if micro["n"] % 4 == 0:
                optimizer.step(); optimizer.zero_grad(); run.step(loss=loss)
        """,
        given={"state": "micro"},
        needs={"state": ("none",), "loader": ("shuffled", "in order", "a list", "a stream")},
    ),
    "never zeroed": Option(
        update="(0.1 * loss).backward(); optimizer.step(); run.step(loss=loss)",
    ),
    "step told each micro-batch": Option(
        made='micro = {"n": 0}',
        update="""
            (loss / 3).backward()
            micro["n"] += 1
            if micro["n"] % 3 == 0:
                optimizer.step(); optimizer.zero_grad()
            run.step(loss=loss)
        """,
        given={"state": "micro"},
        needs={"state": ("none",)},
    ),
}

EPOCHS: Dict[str, Option] = {
    "nothing": Option(),
    "zero_grad": Option(epoch="optimizer.zero_grad()", needs={"loop": ("nested",)}),
    "train()": Option(
        epoch="model.train()",
        epoch_end="model.eval()",
        needs={
            "loop": ("nested",),
            "model": ("plain", "dropout", "batch norm", "lazy", "channels last", "two models"),
        },
    ),
    "draws": Option(
        after="noise = torch.randn(3) + random.random()",
        epoch="noise = torch.rand(2).sum() + random.random() + numpy.random.rand()",
        needs={"loop": ("nested",)},
    ),
    "an evaluation that draws": Option(
        epoch_end="""
            with torch.no_grad():
                run.evaluated(held=float(model(x[:4].to(next(model.parameters()).real.dtype)).float().mean()) + random.random() + float(torch.rand(1)))
        """,
        needs={
            "model": ("plain", "dropout", "batch norm", "lazy", "tied", "channels last", "half precision")
        },
    ),
    "a metric that is NaN": Option(epoch_end='run.evaluated(auc=float("nan"))'),
    "finish": Option(
        epoch_end="""
            if epoch == 1:
                run.finish("early")
        """,
        needs={"loop": ("nested",)},
    ),
    "finish within": Option(
        batch_end="""
            if run.epoch == 1 and run.batch == 2:
                run.finish("early")
        """
    ),
    "an untouched state before the loop": Option(
        after="""
            optimizer.zero_grad()
            for group in optimizer.param_groups:
                group["lr"] *= 0.7
        """,
        needs={"scheduler": ("none",)},
    ),
}

LOOPS: Dict[str, Option] = {"nested": Option(), "flat": Option()}

KINDS: Dict[str, Dict[str, Option]] = {
    "model": MODELS,
    "optimizer": OPTIMIZERS,
    "scheduler": SCHEDULERS,
    "loader": LOADERS,
    "state": STATES,
    "update": UPDATES,
    "epoch": EPOCHS,
    "loop": LOOPS,
}

Choice = Dict[str, str]


def draw(seed: int, forced: Mapping[str, str] = {}) -> Choice:
    """One option of each kind such that they fit together; ``forced`` ones are among them."""
    chance = random.Random(seed)
    while True:
        choice = {kind: chance.choice(sorted(options)) for kind, options in KINDS.items()}
        choice.update(forced)
        if fits(choice):
            return choice


def fits(choice: Choice) -> bool:
    needs = [KINDS[kind][name].needs for kind, name in choice.items()]
    loop_matters = choice["loop"] == "nested" or not any(
        KINDS[kind][name].epoch or KINDS[kind][name].epoch_end for kind, name in choice.items()
    )
    bare = choice["update"] != "never zeroed" or choice["optimizer"] not in ("two",)
    made = choice["model"] != "lazy" or choice["optimizer"] != "adagrad"  # torch makes its sums at once
    every = all(choice[kind] in names for need in needs for kind, names in need.items())
    return every and loop_matters and bare and made


def script(choice: Choice) -> str:
    """The text of a script."""
    options = [KINDS[kind][choice[kind]] for kind in KINDS]

    def text(part: str) -> List[str]:
        return [line for option in options for line in _dedent(getattr(option, part))]

    given = {"model": "model", "optimizer": "optimizer"}
    for option in options:
        given.update(option.given)
    arguments = ", ".join("%s=%s" % item for item in given.items())
    lines = [
        '"""%s"""' % ", ".join("%s: %s" % item for item in choice.items()),
        "import collections, enum, os, random",
        "import numpy, torch",
        "from torch import nn",
        "from torch.utils.data import DataLoader, IterableDataset, Sampler, TensorDataset",
        "import baton",
        "",
        "job = baton.job(epochs=3, seed=1)",
        "g = torch.Generator().manual_seed(0)",
        "x = torch.randn(24, 8, generator=g)",
        "y = x.sum(1, keepdim=True) / 3",
        "data = TensorDataset(x, y)",
        *text("before"),
        *text("model"),
        *text("made"),
        "run = baton.resume(%s)" % arguments,
        *text("after"),
    ]
    inner = [
        *text("batch"),
        *text("cast"),
        "loss = nn.functional.mse_loss(model(a), b)",
        *text("update"),
        *text("batch_end"),
    ]
    if choice["loop"] == "nested":
        lines += ["for epoch in run.epochs():"]
        lines += ["    " + line for line in text("epoch")]
        lines += ["    for a, b in run.batches(loader):"]
        lines += ["        " + line for line in inner]
        lines += ["    " + line for line in text("epoch_end")]
    else:
        lines += ["for a, b in run.batches(loader):"] + ["    " + line for line in inner]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(script(draw(int(sys.argv[1]))))
