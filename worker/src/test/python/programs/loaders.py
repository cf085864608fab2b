"""A small training from one of many loaders, each with a state of its own: LOADER names it.

What it trains depends on each batch, in their order; and between two batches it draws from all global
generators, as dropout and augmentation do.
"""

import itertools
import os
import random

import numpy
import torch
from torch import nn
from torch.utils.data import (
    BatchSampler,
    DataLoader,
    Dataset,
    DistributedSampler,
    IterableDataset,
    RandomSampler,
    Sampler,
    Subset,
    SubsetRandomSampler,
    TensorDataset,
    WeightedRandomSampler,
    get_worker_info,
)

import baton

torch.set_num_threads(1)
job = baton.job(epochs=3, seed=11)
WORKERS = int(os.environ.get("LOADERS", "0"))
START = {"multiprocessing_context": os.environ["START"]} if "START" in os.environ else {}
X = torch.randn(48, 4, generator=torch.Generator().manual_seed(1))
DATA = TensorDataset(X)
processes = {"num_workers": WORKERS, **(START if WORKERS else {})}


class Examples(Dataset):
    """Draws for each example from each global generator."""

    def __len__(self):
        return len(X)

    def __getitem__(self, i):
        return (X[i] + 0.1 * torch.randn(4) + random.random() + float(numpy.random.rand()),)


class OwnRandomness(Dataset):
    """Draws for each example from generators of its own, and counts."""

    shared = numpy.random.RandomState(8)

    def __init__(self):
        self.rng = numpy.random.default_rng(3)
        self.more = {"python": random.Random(4), "torch": [torch.Generator().manual_seed(5)]}
        self.calls = 0

    def __len__(self):
        return len(X)

    def __getitem__(self, i):
        self.calls += 1
        x = X[i] + float(self.rng.random()) + self.more["python"].random()
        x = x + torch.rand(1, generator=self.more["torch"][0]) + float(self.shared.rand())
        return (x + (0.01 * self.calls if get_worker_info() is None else 0),)


class OwnSampler(Sampler):
    def __init__(self):
        self.rng = numpy.random.default_rng(7)

    def __iter__(self):
        return iter(self.rng.permutation(len(X)).tolist())

    def __len__(self):
        return len(X)


class CountingSampler(Sampler):
    """Another order each time that it is asked, by its own count."""

    def __init__(self):
        self.epoch = 0

    def __iter__(self):
        self.epoch += 1
        generator = torch.Generator().manual_seed(self.epoch)
        return iter(torch.randperm(len(X), generator=generator).tolist())

    def __len__(self):
        return len(X)


class ShufflingSampler(Sampler):
    """Shuffles in place, so that each order is made of the one before."""

    def __init__(self, rng=None):
        self.places, self.rng = list(range(len(X))), rng or random.Random(2)

    def __iter__(self):
        self.rng.shuffle(self.places)
        return iter(self.places)

    def __len__(self):
        return len(X)


class NoLength(Sampler):
    """As many as it likes, another number each time."""

    def __iter__(self):
        many = 40 + int(torch.randint(8, (1,)))
        return iter(torch.randperm(len(X))[:many].tolist())


class Endless(Sampler):
    def __init__(self, rng=None):
        self.rng = rng

    def __iter__(self):
        while True:
            if self.rng is not None:
                yield from self.rng.permutation(len(X)).tolist()
            else:
                yield from torch.randperm(len(X)).tolist()

    def __len__(self):
        return len(X)


class Buckets(Sampler):
    """Batches of neighbours, shuffled; what is left over waits for the next epoch."""

    def __init__(self):
        self.rng, self.left = random.Random(9), []

    def __iter__(self):
        order = self.left + self.rng.sample(range(len(X)), 45)
        batches = [sorted(order[i : i + 6]) for i in range(0, len(order), 6)]
        self.left = batches.pop() if len(batches[-1]) < 6 else []
        self.rng.shuffle(batches)
        return iter(batches)


mined = {}


class HardFirst(Sampler):
    """Asks the model, which is another one by the time that an epoch is resumed."""

    def __iter__(self):
        with torch.no_grad():
            error = mined["model"](X.double()).abs().flatten()
        return iter(error.argsort(descending=True).tolist())

    def __len__(self):
        return len(X)


class Stream(IterableDataset):
    """Shuffles what its process gives, through a buffer, with the global generators."""

    def __iter__(self):
        info = get_worker_info()
        mine = range(0, len(X)) if info is None else range(info.id, len(X), info.num_workers)
        buffer = []
        for i in mine:
            buffer.append(i)
            if len(buffer) > 8:
                yield X[buffer.pop(random.randrange(len(buffer)))] + 0.1 * torch.randn(4)
        random.shuffle(buffer)
        for i in buffer:
            yield X[i] + float(numpy.random.rand())


class OwnStream(IterableDataset):
    """With a generator and a count of its own, and another length each time."""

    def __init__(self):
        self.rng, self.begun = numpy.random.default_rng(6), 0

    def __iter__(self):
        self.begun += 1
        for _ in range(40 + int(self.rng.integers(8))):
            yield X[int(self.rng.integers(len(X)))] * self.begun


class Shards(IterableDataset):
    """As HF datasets have it: another order each epoch, which somebody must tell."""

    epoch = 0

    def set_epoch(self, epoch):
        self.epoch = epoch

    def state_dict(self):
        return {"epoch": self.epoch}

    def load_state_dict(self, state):
        self.epoch = state["epoch"]

    def __iter__(self):
        order = list(range(len(X)))
        random.Random(self.epoch).shuffle(order)
        return (X[i] for i in order)


class SelfIterating:
    """Its own iterator, which goes on where it stopped."""

    def __init__(self):
        self.at, self.order = 0, list(range(len(X)))

    def __iter__(self):
        return self

    def __next__(self):
        if self.at and self.at % 48 == 0:
            self.at += 1
            raise StopIteration
        if self.at % 5 == 0:
            random.shuffle(self.order)
        self.at += 1
        return X[self.order[self.at % 40 : self.at % 40 + 4]]


class Doubled(DataLoader):
    """A loader of another class, that gives what it likes."""

    def __iter__(self):
        for batch in super().__iter__():
            yield [batch[0] + torch.rand(1)]
            if torch.rand(1) < 0.5:
                yield batch


class Renamed(DataLoader):
    """A loader of another class that changes nothing about the order."""

    def __init__(self, dataset, *args, **kwargs):
        super().__init__(dataset, *args, collate_fn=self.together, **kwargs)

    def together(self, examples):
        return [torch.stack([x for (x,) in examples])]


class Batched(Dataset):
    """Loads several at once."""

    def __len__(self):
        return len(X)

    def __getitem__(self, i):
        raise AssertionError("one by one")

    def __getitems__(self, places):
        return [(X[i] + random.random(),) for i in places]


class Together:
    """Puts examples together with a generator of its own."""

    def __init__(self):
        self.rng = numpy.random.default_rng(5)

    def __call__(self, examples):
        return torch.stack([x for (x,) in examples]) + float(self.rng.normal())


class Curriculum(Dataset):
    """The script makes it harder as it goes."""

    def __init__(self):
        self.strength = 1.0

    def __len__(self):
        return len(X)

    def __getitem__(self, i):
        return (X[i] * self.strength,)


class Lazy(Dataset):
    """Makes its generator, and opens its file, when the first example is asked for."""

    rng = None
    file = None
    is_open = False

    def __len__(self):
        return len(X)

    def __getitem__(self, i):
        if not self.is_open:
            self.file, self.is_open = open(os.devnull), True
        assert self.file.read() == ""
        if self.rng is None:
            self.rng = numpy.random.default_rng(torch.initial_seed() % 1000)
        return (X[i] + float(self.rng.random()),)


def generator_function(epoch):
    """Keeps what it has drawn: a batch depends on all before it."""
    kept = list(range(len(X)))
    while len(kept) > 5:
        random.shuffle(kept)
        places, kept = kept[:5], kept[4:]
        yield X[places] + 0.1 * torch.randn(4) * float(numpy.random.rand())


own_rng = random.Random(21)
own_places = list(range(len(X)))
own_turns = 0


def own_generator_function(epoch):
    """With a generator, a list and a number of the script's own."""
    global own_turns
    own_turns += 1
    own_rng.shuffle(own_places)
    for i in range(0, 40, 5):
        yield X[own_places[i : i + 5]] * own_rng.random() * own_turns


def made_by_closure():
    rng, places = numpy.random.default_rng(5), list(range(len(X)))

    def batches(epoch):
        rng.shuffle(places)
        return DataLoader([X[i] for i in places], 6, sampler=Endless(rng), drop_last=True)

    return lambda epoch: itertools.islice(batches(epoch), 7)


class Progress:
    """As tqdm does it: iterates over what it is given."""

    def __init__(self, iterable):
        self.iterable = iterable

    def __len__(self):
        return len(self.iterable)

    def __iter__(self):
        yield from self.iterable


def plain(**how):
    return DataLoader(Examples(), 6, shuffle=True, **{**processes, **how})


given = torch.Generator().manual_seed(3)
given_python = random.Random(4)
weights = torch.ones(len(X))
weighted = WeightedRandomSampler(weights, len(X))
own_weights = WeightedRandomSampler(torch.ones(len(X)), 45)
two = [DataLoader(DATA, 6, sampler=OwnSampler()), DataLoader(DATA, 8, sampler=ShufflingSampler())]
curriculum = Curriculum()
shards = Shards()
large = torch.ones(9000, 2)
growing = list(X)
prologue_rng = numpy.random.default_rng(2)
LOADERS = {
    "plain": plain,
    "tail": lambda: plain(drop_last=True, generator=torch.Generator().manual_seed(1)),
    "in_order": lambda: DataLoader(Examples(), 6, **processes),
    "one_by_one": lambda: DataLoader(Examples(), None, sampler=RandomSampler(X), **processes),
    "own_randomness": lambda: DataLoader(OwnRandomness(), 6, shuffle=True, **processes),
    "own_sampler": lambda: DataLoader(DATA, 6, sampler=OwnSampler(), **processes),
    "counting_sampler": lambda: DataLoader(DATA, 6, sampler=CountingSampler(), **processes),
    "shuffling_sampler": lambda: DataLoader(DATA, 6, sampler=ShufflingSampler(), **processes),
    "shuffling_globally": lambda: DataLoader(DATA, 6, sampler=ShufflingSampler(random)),
    "no_length": lambda: DataLoader(Examples(), 6, sampler=NoLength(), **processes),
    "endless": lambda: DataLoader(Examples(), 6, sampler=Endless(), **processes),
    "endless_own": lambda: DataLoader(
        Examples(), 6, sampler=Endless(numpy.random.default_rng(1)), **processes
    ),
    "buckets": lambda: DataLoader(DATA, batch_sampler=Buckets(), **processes),
    "batches_of_tensors": lambda: DataLoader(
        Examples(), batch_sampler=list(torch.arange(48).view(8, 6).flip(0)), **processes
    ),
    "numpy_places": lambda: DataLoader(
        Examples(), 6, sampler=numpy.random.default_rng(4).permutation(48), **processes
    ),
    "named_examples": lambda: DataLoader(
        {name: X[i] for i, name in enumerate("abcdefghijklmnop")},
        sampler=random.Random(2).sample("abcdefghijklmnop", 14), batch_size=3,
    ),
    "subset": lambda: DataLoader(Subset(Examples(), range(40)), 5, shuffle=True, **processes),
    "subset_sampler": lambda: DataLoader(DATA, 5, sampler=SubsetRandomSampler(range(3, 44))),
    "distributed": lambda: DataLoader(
        DATA, 5, sampler=DistributedSampler(DATA, num_replicas=1, rank=0), **processes
    ),
    "distributed_batches": lambda: DataLoader(
        DATA, batch_sampler=BatchSampler(DistributedSampler(DATA, 1, 0), 7, True), **processes
    ),
    "weighted": lambda: DataLoader(DATA, 6, sampler=weighted, **processes),
    "weighted_inside": lambda: DataLoader(DATA, 6, sampler=own_weights, **processes),
    "hard_first": lambda: DataLoader(Examples(), 6, sampler=HardFirst(), **processes),
    "batched": lambda: DataLoader(Batched(), 6, shuffle=True, **processes),
    "renamed": lambda: Renamed(Examples(), 6, shuffle=True, **processes),
    "doubled": lambda: Doubled(Examples(), 6, shuffle=True, **processes),
    "collated": lambda: DataLoader(DATA, 6, shuffle=True, collate_fn=Together(), **processes),
    "curriculum": lambda: DataLoader(curriculum, 6, shuffle=True, **processes),
    "lazy": lambda: DataLoader(Lazy(), 6, shuffle=True, **processes),
    "persistent": lambda: plain(persistent_workers=WORKERS > 0),
    "stream": lambda: DataLoader(Stream(), 5, **processes),
    "persistent_stream": lambda: DataLoader(
        Stream(), 5, persistent_workers=WORKERS > 0, **processes
    ),
    "own_stream": lambda: DataLoader(OwnStream(), 5, **processes),
    "shards": lambda: DataLoader(shards, 5, **processes),
    "self_iterating": SelfIterating,
    "generator_function": lambda: generator_function,
    "own_generator_function": lambda: own_generator_function,
    "closure": made_by_closure,
    "function": lambda: lambda epoch: random.sample(list(X.split(4)), 12),
    "list": lambda: list(X.split(5)),
    "array": lambda: X.view(8, 6, 4).numpy(),
    "progress": lambda: Progress(plain()),
    "tqdm": lambda: __import__("tqdm").tqdm(plain(), disable=True),
    "shared_generator": lambda: DataLoader(DATA, 6, shuffle=True, generator=given),
    "shared_stream": lambda: lambda epoch: (
        X[torch.randint(48, (6,), generator=given)] for _ in range(8)
    ),
    "shared_sampler": lambda: DataLoader(DATA, 6, sampler=ShufflingSampler(given_python)),
    # Those that are made within the epoch:
    "enumerated": None, "zipped": None, "alternating": None, "new_sampler": None,
    "drawn_ahead": None, "drawn_ahead_given": None, "generator_object": None, "told_epoch": None,
    "replaced_generator": None, "taken": None, "shuffled_list": None, "going_on": None,
    "by_process": None, "made_by_model": None,
    "beside": plain, "looked_into": plain,
    "written": lambda: DataLoader(TensorDataset(large), 6, sampler=range(48)),
    "growing": lambda: DataLoader(growing, 6, shuffle=True),
}  # fmt: skip
name = os.environ["LOADER"]
loader = LOADERS[name] and LOADERS[name]()
each_epoch = plain() if name in ("enumerated", "zipped", "taken") else None
own_data = OwnRandomness()
endless = itertools.cycle(X.split(4))
listed = list(X.split(4))


def loader_of(epoch):
    if name == "enumerated":
        return enumerate(each_epoch)
    if name == "zipped":
        return zip(each_epoch, DataLoader(Stream(), 6, **processes))
    if name == "taken":
        return itertools.islice(iter(each_epoch), 6)
    if name == "alternating":
        return two[epoch % 2]
    if name == "new_sampler":
        own_data.rng.random()
        return DataLoader(own_data, 6, sampler=OwnSampler(), **processes)
    if name == "drawn_ahead":
        return X[torch.randperm(48)].split(6)
    if name == "drawn_ahead_given":
        return [X[numpy.sort(prologue_rng.permutation(48)[i : i + 6])] for i in range(0, 48, 6)]
    if name == "generator_object":
        return generator_function(epoch)
    if name == "told_epoch":
        shards.set_epoch(epoch * 2)
        return DataLoader(shards, 5, **processes)
    if name == "replaced_generator":
        own_data.rng = numpy.random.default_rng(epoch)
        return DataLoader(own_data, 6, shuffle=True, **processes)
    if name == "going_on":
        return itertools.islice(endless, 5)
    if name == "by_process":
        return (x * os.getpid() for x in X.split(4))
    if name == "made_by_model":
        with torch.no_grad():
            return DataLoader(TensorDataset(X + mined["model"](X.double()).float()), 6)
    if name == "shuffled_list":
        random.shuffle(listed)
        return listed
    return loader


def value(batch):
    """All numbers of a batch, one after the other."""
    if isinstance(batch, torch.Tensor):
        return batch.reshape(-1).double()
    if isinstance(batch, numpy.ndarray):
        return torch.from_numpy(batch).reshape(-1).double()
    if isinstance(batch, (int, float)):
        return torch.tensor([float(batch)], dtype=torch.double)
    return torch.cat([value(member) for member in batch])


def main():
    global loader
    model = mined["model"] = nn.Linear(4, 1).double()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.5)
    shared = {"generators": [given, given_python]} if name.startswith("shared") else {}
    if name == "drawn_ahead_given":
        shared = {"generators": prologue_rng}
    run = baton.resume(model, optimizer, **shared)
    beside = iter(plain(drop_last=True))
    for epoch in run.epochs():
        for batch in run.batches(loader_of(epoch)):
            x = value(batch)
            x = x[: len(x) // 4 * 4].view(-1, 4)
            noise = torch.randn(1).item() + random.random() + numpy.random.rand()
            if name == "beside":
                noise += float(next(beside)[0].mean())
            if name == "looked_into":  # as one that shows some examples does
                beside = iter(DataLoader(DATA, 5, shuffle=True))
                noise += float(next(beside)[0].mean())
            if name.startswith("shared"):
                noise += torch.rand(1, generator=given).item() + given_python.random()
            order = torch.linspace(1, 2, len(x), dtype=torch.double).unsqueeze(1)
            loss = ((model(x * (1 + 0.1 * noise)) * order) ** 2).mean().tanh()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            weights[int(x.abs().sum() * 1000) % 48] += 1
            own_weights.weights[int(x.abs().sum() * 999) % 48] += 1
            curriculum.strength *= 1.01
            run.step(loss=loss)
            if name.startswith("endless") and run.batch == 9:
                run.finish("enough")
        curriculum.strength += 0.1
        large[5] += 1
        growing.append(X[epoch])


if __name__ == "__main__":
    main()
