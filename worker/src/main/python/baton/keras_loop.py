"""Keras' fit: saved between any two batches."""

from __future__ import annotations

import copy
import itertools
import random
import sys
from typing import Any, Callable, Dict, Iterator, List, Optional, Set, Tuple

from .callbacks import _CallbackAttributes, _is_of_package, _names_of_packages
from .errors import BatonError
from .generators import _capture_generators, _derive, _restore_generators, _seed_generators
from .loops import _Foreign, _from_callers
from .run import Run

_KEPT = {
    "EarlyStopping": {"wait", "stopped_epoch", "best", "best_weights", "best_epoch"},
    "ReduceLROnPlateau": {"wait", "best", "cooldown_counter"},
    "ModelCheckpoint": {
        "best", "_batches_seen_since_last_saving", "_last_batch_seen", "_current_epoch",
    },
    "SwapEMAWeights": {"_ema_weights_in_model"},
    "TensorBoard": {"_global_train_batch", "_previous_epoch_iterations"},
    "History": {"history", "epoch"},
}  # fmt: skip
"""What Keras' own callbacks go on with. Keras asks none of them for a state."""


def keras_callback(run: Run) -> Any:
    """A callback for Keras' ``fit``, which is saved after any batch.

    ``model.fit(..., initial_epoch=run.epoch, epochs=run.job.epochs, callbacks=[...])``. It keeps what
    other callbacks hold, the metrics of the running epoch, and the order of the data.
    """
    import keras

    relay = _FitRelay(run)

    class Callback(keras.callbacks.Callback):  # type: ignore[misc]
        def on_train_begin(self, logs: Any = None) -> None:
            relay.begin(self, last)

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            relay.before_epoch(epoch)

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            relay.batch_done(logs or {})

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            relay.epoch_done(dict(logs or {}))

    class Last(keras.callbacks.Callback):  # type: ignore[misc]
        def on_train_end(self, logs: Any = None) -> None:
            relay.end()

    last = Last()
    return Callback()


class _FitRelay:
    """Comes between the batches of a ``fit``.

    1. When it begins, Baton puts itself first among the callbacks, and last for the end.
    2. It gives ``fit`` its batches in the place of its own iterator, which it finds among the names of
       the function that has called it. Where there is none such, epochs count as one batch.
    """

    def __init__(self, run: Run):
        self.run = run
        self.foreign = _Foreign(run, sys.modules["keras"].utils.set_random_seed)
        self.iterator: Any = None
        self._past = 0

    def begin(self, callback: Any, last: Any) -> None:
        callbacks = _from_callers(lambda names: _list_with(names.get("self"), callback))
        model = self.model = callback._model
        callbacks[:] = [callback, *(c for c in callbacks if c not in (callback, last)), last]
        self.iterator = _from_callers(lambda names: _iterator_of(names, model))
        data = getattr(getattr(self.iterator, "data_adapter", None), "py_dataset", None)
        state = _FitState(model, [c for c in callbacks if c not in (callback, last)], data)
        state.begin()
        self.run._loops.of["loop"].begin(state)
        if hasattr(model, "jax_state_sync"):
            self.run._before_read = model.jax_state_sync
        if self.iterator is not None:
            self.iterator._enumerate_iterator = self.steps

    def before_epoch(self, epoch: int) -> None:
        run = self.run
        self.foreign.begin_epoch()
        if run._over:
            self.model.stop_training = True
        elif epoch != run.epoch:
            message = "Keras' fit begins epoch %d, and training stopped at %s."
            remedy = "Write: model.fit(..., initial_epoch=run.epoch, epochs=run.job.epochs, ...)."
            raise BatonError(message % (epoch, run._where()), remedy)
        if self.iterator is None and not run._over:
            next(self.foreign.batches([None], 1))

    def steps(self) -> Iterator[Tuple[int, int, Iterator[Any]]]:
        """In the place of the iterator's own: the numbers of a step's batches, and the batches.

        They are fetched before the callbacks hear of the step, for a save comes before that.
        """
        iterator, run = self.iterator, self.run
        iterator.data_adapter.on_epoch_begin()
        size, done = iterator.steps_per_execution, run.batch
        pairs = self.foreign.batches(*self._source())
        while True:
            if run._trace and hasattr(self.model, "jax_state_sync"):
                self.model.jax_state_sync()
            group = [item for item, _ in itertools.islice(pairs, size)]
            if not group:
                break
            yield done, done + size - 1, iter(group)
            done += size
        if not iterator.num_batches and not run._over:
            iterator._num_batches = done
        iterator.data_adapter.on_epoch_end()

    def _source(self) -> Tuple[Any, int]:
        """What to take an epoch's batches from, and how many there will be; 0: not known.

        With ``steps_per_epoch`` Keras goes through the data once in several epochs.
        """
        iterator: Any = self.iterator
        adapter, steps, whole = (
            iterator.data_adapter,
            iterator.steps_per_epoch,
            iterator._num_batches,
        )
        kind = type(adapter).__name__
        if kind == "GeneratorDataAdapter":
            return self._generated(adapter, steps), steps or 0
        epoch = self.run.epoch
        begun, done = _place_in_data(epoch, steps, whole, iterator.steps_per_execution)
        count = min(steps, whole - done) if steps and whole else steps or whole or 0
        seed = _derive(self.run.job.seed, begun)
        if kind == "PyDatasetAdapter":
            if whole is None:
                done = epoch * (steps or 0)
            return (lambda _: _PyBatches(adapter, seed, done, count)), count
        loader = _batches_of(adapter)
        if (done, count) != (0, whole) and count:
            return (lambda _: _part_of_pass(loader, seed, done, count)), count
        return loader, count

    def _generated(self, adapter: Any, steps: Optional[int]) -> Iterator[Any]:
        """A generator goes on from epoch to epoch: resumed, what was trained is drawn again."""
        if not hasattr(self, "_generator"):
            self._generator = iter(adapter.generator())
            for epoch in range(self.run.epoch):
                self.foreign.seed(_derive(self.run.job.seed, epoch))
                for _ in range(steps or 0):
                    next(self._generator, None)
        return _Each(self._generator, _converter(adapter))

    def batch_done(self, logs: Dict[str, Any]) -> None:
        if self.iterator is not None:
            self.foreign.trained()
            loss = logs.get("loss")
            self.run._loss = self.run._loss if loss is None else float(loss)

    def epoch_done(self, metrics: Dict[str, Any]) -> None:
        if self.iterator is None:
            self.foreign.trained()
        is_whole = self.foreign.is_whole or not self.model.stop_training
        if self.run._over:
            return
        if is_whole:
            self.foreign.end_epoch(metrics)
        else:
            self.run.evaluated(**metrics)

    def end(self) -> None:
        if self.model.stop_training:
            if not self.run._over:
                self.foreign.finish("a Keras callback stopped the training")
        else:
            self.foreign.begin_epoch()


def _list_with(thing: Any, callback: Any) -> Optional[List[Any]]:
    """A callback list's callbacks, if this is the one that has ours."""
    held = getattr(thing, "callbacks", None)
    return held if isinstance(held, list) and any(c is callback for c in held) else None


def _iterator_of(names: Dict[str, Any], model: Any) -> Any:
    """The iterator of a ``fit``, if it can be given batches: not that of TensorFlow's data, nor one
    whose loader runs in threads of Keras'."""
    found: Any = names.get("epoch_iterator")
    if names.get("self") is not model or not hasattr(found, "_enumerate_iterator"):
        return None
    adapter = found.data_adapter
    own = ("ArrayDataAdapter", "PyDatasetAdapter", "TorchDataLoaderAdapter", "GeneratorDataAdapter")
    backend = sys.modules["keras"].backend.backend()
    is_plain = type(adapter).__name__ in own and getattr(adapter, "enqueuer", None) is None
    return found if is_plain and backend in ("torch", "jax", "numpy") else None


def _place_in_data(
    epoch: int, steps: Optional[int], whole: Optional[int], size: int
) -> Tuple[int, int]:
    """The epoch in which the running pass over the data has begun, and its batches up to this one."""
    if not steps or not whole:
        return epoch, 0
    since, seen = 0, 0
    for past in range(epoch):
        for _ in range(0, steps, size):
            if seen >= whole:
                break
            seen += size
        if seen >= whole:
            since, seen = past + 1, 0
    return since, seen


def _batches_of(adapter: Any) -> Any:
    """What Keras takes its batches from, made anew for each epoch, when it is begun."""
    if sys.modules["keras"].backend.backend() == "torch":
        return adapter.get_torch_dataloader()
    return _Anew(adapter.get_jax_iterator)


class _Anew:
    """An iterable that begins anew each time."""

    def __init__(self, make: Callable[[], Iterator[Any]]):
        self._make = make

    def __iter__(self) -> Iterator[Any]:
        return iter(self._make())


def _converter(adapter: Any) -> Callable[[Any], Any]:
    """Makes of a batch what Keras trains on."""
    utils = sys.modules[type(adapter).__module__].data_adapter_utils  # type: ignore[attr-defined]
    if sys.modules["keras"].backend.backend() == "torch":
        return lambda batch: next(iter(utils.get_torch_dataloader([batch]).dataset))
    return lambda batch: next(utils.get_jax_iterator([batch]))


class _Each:
    """An iterator of batches, each made into what Keras trains on."""

    def __init__(self, items: Iterator[Any], convert: Callable[[Any], Any]):
        self._items, self._convert = items, convert

    def __iter__(self) -> "_Each":
        return self

    def __next__(self) -> Any:
        return self._convert(next(self._items))


class _PyBatches:
    """So many batches of a ``PyDataset``, in an order that is drawn of a seed if it is shuffled."""

    def __init__(self, adapter: Any, seed: int, first: int, count: int):
        self._adapter, self._convert = adapter, _converter(adapter)
        whole = adapter.py_dataset.num_batches
        order = list(range(first + count if whole is None else whole))
        if whole is not None and adapter.shuffle:
            random.Random(seed).shuffle(order)
        self._order = order[first : first + count]

    def __len__(self) -> int:
        return len(self._order)

    def __getitem__(self, index: int) -> Any:
        adapter = self._adapter
        batch = adapter.py_dataset[self._order[index]]
        return self._convert(adapter._standardize_batch(batch))


def _part_of_pass(loader: Any, seed: int, first: int, count: int) -> Any:
    """So many batches of a pass over the data that began with this seed."""
    if not hasattr(loader, "batch_sampler"):
        return _PartOfPass(loader, seed, first, count)
    now = _capture_generators()
    _seed_generators(seed)
    order = list(loader.batch_sampler)[first : first + count]
    _restore_generators(now)
    part = copy.copy(loader)
    vars(part)["batch_sampler"] = order
    return part


class _PartOfPass:
    """So many batches of what can only be gone through from its beginning."""

    def __init__(self, loader: Any, seed: int, first: int, count: int):
        self._loader, self._seed, self._first, self._end = loader, seed, first, first + count

    def __iter__(self) -> Iterator[Any]:
        _seed_generators(self._seed)
        return itertools.islice(iter(self._loader), self._first, self._end)


class _FitState:
    """What a ``fit`` goes on with: its callbacks, its metrics, Keras' own generator, its data set."""

    def __init__(self, model: Any, callbacks: List[Any], data: Any):
        self._model, self._callbacks, self._data = model, callbacks, data
        self._attributes: Dict[str, _CallbackAttributes] = {}
        self._told: Dict[str, Any] = {}

    def begin(self) -> None:
        """Refuses a callback whose state cannot be kept, before anything is trained."""
        model = self._model
        known: Set[int] = {id(model), id(getattr(model, "optimizer", None))}
        known |= {id(v) for v in model.variables} | {id(c) for c in self._callbacks}
        known |= {id(layer) for layer in model._flatten_layers()}
        for place, callback in enumerate(self._callbacks):
            kind = type(callback)
            name, what = "%d.%s" % (place, kind.__name__), "The callback %s" % kind.__name__
            kept = set().union(*(_KEPT.get(base.__name__, set()) for base in kind.__mro__))
            if kind.__name__ == "BackupAndRestore":
                message = "Keras' BackupAndRestore resumes the training, and so does Baton."
                raise BatonError(message, "Leave it out of the callbacks.")
            if hasattr(kind, "state_dict") and hasattr(kind, "load_state_dict"):
                self._told[name] = callback
            elif not _is_of_package(kind):
                without = _names_of_packages(kind) - kept
                self._attributes[name] = _CallbackAttributes(callback, what, known, without)
            elif kept:
                self._attributes[name] = _CallbackAttributes(callback, what, known, (), kept, False)
        for name, thing in (("model", model), ("data", self._data)):
            if thing is not None and not _is_of_package(type(thing)):
                without = _names_of_packages(type(thing)) | _of_torch()
                what = "The %s" % name
                self._attributes[name] = _CallbackAttributes(
                    thing, what, known, without, None, False
                )
        for one in self._attributes.values():
            one.begin()

    def _variables(self) -> List[Any]:
        return [variable for metric in self._model.metrics for variable in metric.variables]

    def state_dict(self) -> Dict[str, Any]:
        to_numpy = sys.modules["keras"].ops.convert_to_numpy
        generator = _keras_generator()
        return {
            "callbacks": {k: one.state_dict() for k, one in self._attributes.items()},
            "told": {k: c.state_dict() for k, c in self._told.items()},
            "metrics": [to_numpy(v) for v in self._variables()],
            "generator": None if generator is None else to_numpy(generator.state),
        }

    def load_state_dict(self, state: Dict[str, Any]) -> None:
        for name, one in self._attributes.items():
            one.load_state_dict(state["callbacks"].get(name, {}))
        for name, callback in self._told.items():
            callback.load_state_dict(state["told"][name])
        for variable, held in zip(self._variables(), state["metrics"]):
            variable.assign(held)
        if state["generator"] is not None:
            made = sys.modules["keras.src.random.seed_generator"].global_seed_generator()  # type: ignore[attr-defined]
            made.state.assign(state["generator"])


def _keras_generator() -> Any:
    """The generator of all of Keras' random numbers that are given none, if there is one yet."""
    seeds = sys.modules.get("keras.src.random.seed_generator")
    held = sys.modules.get("keras.src.backend.common.global_state")
    if seeds is None or held is None:
        return None
    return held.get_global_attribute(seeds.GLOBAL_SEED_GENERATOR)


def _of_torch() -> Set[str]:
    """What a model of the torch back-end holds as torch's module."""
    torch = sys.modules.get("torch")
    return set() if torch is None else set(vars(torch.nn.Module()))
