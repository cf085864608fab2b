"""Loader processes: each example's randomness is its own, whoever loads it."""

from __future__ import annotations

import sys
from typing import Any, Callable, Dict, List, Optional

from .errors import BatonError
from .generators import _derive, _is_global_generator, _is_known_generator
from .generators import _seed_generator, _seed_generators
from .reach import _own_modules
from .sources import _Sources


class _PerExample:
    """A ``worker_init_fn``: in its process generators are seeded before each example, by its index.

    Those of the data set, too, so that it does not matter which process loads an example, or which
    ones it loaded before. The data set stays the script's; the script's own function runs first.
    """

    def __init__(self, seed: int, own: Optional[Callable[[int], Any]]):
        self.seed, self.own = seed, own

    def __call__(self, worker: int) -> None:
        if self.own is not None:
            self.own(worker)
        fetch: Any = sys.modules["torch.utils.data._utils.fetch"]
        theirs: Any = getattr(fetch, "_MapDatasetFetcher", None)
        if theirs is None:
            message = "This version of torch loads examples in a way that Baton does not know."
            raise BatonError(message, "Load them in the script's process: num_workers=0.")
        seed, torch_data = self.seed, sys.modules["torch.utils.data"]
        fetch_theirs = theirs.fetch
        examples: List[_Examples] = []

        def fetch_ours(fetcher: Any, index: Any) -> Any:
            if torch_data.get_worker_info().dataset is not fetcher.dataset:
                return fetch_theirs(fetcher, index)  # of a loader within the data set
            if not examples:
                batched = "__getitems__" in fetch_theirs.__code__.co_names
                examples.append(_Examples(fetcher, seed, batched))
            return fetcher.collate_fn(examples[0].get(index, fetcher.auto_collation))

        theirs.fetch = fetch_ours


class _Examples:
    """A data set as one loader process has it, with the generators that it and ``collate_fn`` reach."""

    def __init__(self, fetcher: Any, seed: int, batched: bool):
        self.dataset, self.seed = fetcher.dataset, seed
        self._collate = fetcher.collate_fn
        self._generators: Dict[str, Any] = {}
        self._find()
        self._is_settled = False
        self._batched = batched and self._has_its_own_batches()

    def get(self, index: Any, is_batch: bool) -> Any:
        """What is given to ``collate_fn``."""
        if not is_batch:
            return self._load(index, lambda i: self.dataset[i])
        if self._batched:
            return self._load(index, self.dataset.__getitems__)
        return [self._load(one, lambda i: self.dataset[i]) for one in index]

    def _has_its_own_batches(self) -> bool:
        """A ``Subset`` gives several at once only if what it is of does."""
        dataset, subset = self.dataset, sys.modules["torch.utils.data"].Subset
        while type(dataset) is subset:
            dataset = dataset.dataset
        return bool(getattr(dataset, "__getitems__", None))

    def _load(self, index: Any, load: Callable[[Any], Any]) -> Any:
        """Loads the first one again if that made generators: now they are seeded, too."""
        while True:
            self._seed(index)
            loaded = load(index)
            if self._is_settled or not self._find():
                self._is_settled = True
                return loaded

    def _seed(self, index: Any) -> None:
        _seed_generators(_derive(self.seed, index))
        for path, generator in self._generators.items():
            _seed_generator(generator, _derive(self.seed, index, path))

    def _find(self) -> bool:
        """Looks for generators; whether there are more than before."""
        before = len(self._generators)
        sources = _Sources({}, (), _own_modules())
        sources.add("dataset", self.dataset)
        sources.add("collate_fn", self._collate)
        for path, slots in sources.slots.items():
            for name, slot in slots.items():
                if _is_known_generator(slot.value) and not _is_global_generator(slot.value):
                    self._generators[path + name] = slot.value
        return len(self._generators) > before
