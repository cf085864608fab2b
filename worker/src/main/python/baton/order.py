"""The order of the data: an epoch's batches, from any of them on."""

from __future__ import annotations

import sys
from typing import Any, Iterator, Tuple

from .checkpoint import _Draft, _Held
from .generators import _derive, _seed_generators
from .parts import _Parts


class _Seeded:
    """A data set for loader processes: each example's randomness is its own, whoever loads it."""

    def __init__(self, dataset: Any, seed: int):
        self.dataset, self.seed = dataset, seed

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, index: Any) -> Any:
        _seed_generators(_derive(self.seed, index))
        return self.dataset[index]


def _remaining(loader: Any, epoch: int, skip: int, seed: int) -> Tuple[Iterator[Any], int]:
    """An epoch's batches from ``skip`` on, and how many the whole epoch has; 0: not known.

    The skipped ones are not loaded if the loader is a map-style ``DataLoader`` or a sequence.
    """
    if callable(loader) and not hasattr(loader, "__iter__") and not hasattr(loader, "__getitem__"):
        loader = loader(epoch)
    torch_data = sys.modules.get("torch.utils.data")
    if torch_data is not None and isinstance(loader, torch_data.DataLoader):
        return _remaining_of_loader(torch_data, loader, epoch, skip, seed)
    if hasattr(loader, "__getitem__") and hasattr(loader, "__len__"):
        return (loader[i] for i in range(skip, len(loader))), len(loader)
    return _skipping(iter(loader), skip), 0


def _remaining_of_loader(
    data: Any, loader: Any, epoch: int, skip: int, seed: int
) -> Tuple[Iterator[Any], int]:
    samplers = [loader.sampler, loader.batch_sampler, getattr(loader.batch_sampler, "sampler", 0)]
    for thing in [loader] + samplers:
        if hasattr(thing, "set_epoch"):
            thing.set_epoch(epoch)
        generator = getattr(thing, "generator", None)
        if generator is not None and hasattr(generator, "manual_seed"):
            generator.manual_seed(seed)
    if isinstance(loader.dataset, data.IterableDataset) or type(loader) is not data.DataLoader:
        return _skipping(iter(loader), skip), 0
    order = list(loader.sampler if loader.batch_sampler is None else loader.batch_sampler)
    kept = {"sampler" if loader.batch_sampler is None else "batch_sampler": order[skip:]}
    if loader.batch_sampler is None:
        kept["batch_size"] = None  # type: ignore[assignment]
    if loader.num_workers > 0:
        kept["prefetch_factor"] = loader.prefetch_factor
        kept["multiprocessing_context"] = loader.multiprocessing_context
    rest = data.DataLoader(
        _Seeded(loader.dataset, seed) if loader.num_workers > 0 else loader.dataset,
        num_workers=loader.num_workers,
        collate_fn=loader.collate_fn,
        pin_memory=loader.pin_memory,
        timeout=loader.timeout,
        worker_init_fn=loader.worker_init_fn,
        generator=loader.generator,
        **kept,
    )
    return iter(rest), len(order)


def _skipping(iterator: Iterator[Any], skip: int) -> Iterator[Any]:
    for _ in range(skip):
        next(iterator, None)
    return iterator


class _Data:
    """What the batches of the running epoch are drawn from."""

    def __init__(self, parts: _Parts):
        self._parts = parts

    def begin(self, loader: Any, epoch: int, batch: int, seed: int) -> Tuple[Iterator[Any], int]:
        """The epoch's batches from ``batch`` on, and how many the whole epoch has; 0: not known."""
        return _remaining(loader, epoch, batch, seed)

    def end_epoch(self) -> None:
        """Nothing of the epoch is needed any more."""

    def hold(self) -> None:
        """From here on a checkpoint has the generators of now, until :meth:`release`."""

    def release(self) -> None:
        """The look ahead is over."""

    def capture(self, draft: _Draft) -> None:
        draft.state["data"] = {}

    def restore(self, held: _Held) -> None:
        """Nothing yet."""
