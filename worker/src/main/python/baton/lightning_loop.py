"""Lightning's Trainer: saved between any two optimizer steps by its own checkpoint hooks."""

from __future__ import annotations

import os
import sys
from typing import Any, Callable, Dict, Iterator, List, Optional, Set, Tuple

from .callbacks import _CLOCK_NAMES, _CallbackAttributes, _is_of_package, _names_of_packages
from .attributes import _Attributes
from .checkpoint import EXTRA, FROZEN, MODEL, _Held
from .errors import BatonError
from .job import _current_job
from .link import _connected
from .loops import _Foreign
from .models import _bare, _given, _layout
from .pack import _pack
from .resume import _resumed
from .run import Run
from .tensors import _HostMemory, _is_torch, _to_torch
from .unpack import _unpack

_REFUSED = {
    "Timer": "it ends the training by the clock, which is never the same twice. Give the Trainer "
    "max_epochs or max_steps instead of max_time.",
    "LearningRateFinder": "it trains before the training. Run it once, and give its result to the "
    "job as a parameter.",
    "BatchSizeFinder": "it trains before the training. Run it once, and give its result to the job "
    "as a parameter.",
}
"""Lightning's own callbacks that cannot be resumed exactly, and why."""

_METRICS = ("callback", "logged", "progress_bar")
_OURS_TO_KEEP = ("state_dict", "optimizer_states", "lr_schedulers", "loops", "callbacks")
_DESCRIPTIONS = ("epoch", "global_step", "pytorch-lightning_version")


def lightning_callback(**given: Any) -> Any:
    """A callback for Lightning's ``Trainer``: resumes, and saves after any optimizer step.

    It keeps what Lightning's own checkpoints keep, the callbacks and the data module among it, the
    order of the data, and the metrics of the running epoch. ``given`` is for :func:`resume`: ``ema``,
    ``generators``, ``state``. The job's number of epochs holds where the Trainer's is another.
    """
    names = ("lightning.pytorch", "pytorch_lightning")
    found = [sys.modules[name] for name in names if name in sys.modules]
    found = found or [__import__("lightning.pytorch").pytorch]
    relay = _LightningRelay(given)

    class Callback(*[module.Callback for module in found]):  # type: ignore[misc]
        def setup(self, trainer: Any, pl_module: Any, stage: str) -> None:
            if stage == "fit":
                relay.set_up(trainer, pl_module, self)

        def on_train_batch_end(
            self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int, *of: Any
        ) -> None:
            relay.batch_done(trainer, outputs)

    return Callback()


class _LightningRelay:
    """Comes between the steps of a Trainer's loops.

    1. ``set_up``, before Lightning restores: gives it its part of a checkpoint as if it were a file.
    2. ``_resume``, after it has restored: Baton restores the rest.
    3. The fit loop asks for its loader: it gets a fetcher that gives Baton's batches.
    4. Before each epoch and each batch: what came before is told, and may be saved.
    """

    def __init__(self, given: Dict[str, Any]):
        self._given = given
        self.run: Optional[Run] = None
        self.steps = 0
        self._fresh: Optional[_Attributes] = None

    def set_up(self, trainer: Any, module: Any, callback: Any) -> None:
        if self.run is not None:
            remedy = "A job is one training: make each stage a script of its own."
            raise BatonError("The Trainer's fit was called a second time.", remedy)
        _require_supported(trainer)
        self.trainer, self.module = trainer, module
        _limit_epochs(trainer, _current_job().epochs)
        self.state = _LightningState(trainer, module, callback)
        connector = trainer._checkpoint_connector
        start = _connected().start()
        if start.files is not None:
            held = _Held(start.files, start.epoch, start.batch)
        if start.files is not None and "loop" in held.loops:
            saved = _unpack(held.loops["loop"], held.files[EXTRA])
            connector._loaded_checkpoint = self.state.as_theirs(saved, held)
            self._fresh = _fresh_attributes(module)
        self._wrap(connector, "restore_training_state", self._resume)
        self._wrap(trainer.fit_loop, "setup_data", self._set_up_data)

    @staticmethod
    def _wrap(thing: Any, name: str, around: Callable[..., Any]) -> None:
        """Puts a method of one object's in the place of its class's, which it is given first."""
        theirs = getattr(thing, name)
        setattr(thing, name, lambda *of, **named: around(theirs, *of, **named))

    def _resume(self, theirs: Callable[[], None]) -> None:
        trainer, connector = self.trainer, self.trainer._checkpoint_connector
        if connector._ckpt_path:
            message = "trainer.fit was given the checkpoint %s, and Baton resumes by itself."
            remedy = "Leave ckpt_path out; to begin with other weights, load them into the model."
            raise BatonError(message % connector._ckpt_path, remedy)
        theirs()
        if self._fresh is not None:
            self._fresh.restore({}, {})  # what hooks have set comes from the checkpoint again
        self.state.begin()
        schedulers = _Schedulers(trainer)
        given = {"scaler": getattr(trainer.precision_plugin, "scaler", None), **self._given}
        optimizers = list(trainer.optimizers)
        self.run = _resumed(self.state, self.module, optimizers, schedulers, **given)
        self.foreign = _Foreign(self.run)
        self.steps = trainer.global_step
        loop = trainer.fit_loop
        self._is_within = self.run.batch > 0
        if not self._is_within:
            _say_not_restarting(loop)
        if self.run._over:
            trainer.limit_train_batches = 0
        self._wrap(loop, "on_advance_start", self._before_epoch)
        self._wrap(loop, "on_advance_end", self._after_epoch)
        self._wrap(loop, "on_run_end", self._after_all)
        self._wrap(loop.epoch_loop, "on_run_start", self._before_batches)

    # The fit loop

    def _set_up_data(self, theirs: Callable[[], None]) -> None:
        """Lightning makes an iterator of each loader while it sets them up, and none is begun."""
        loop = self.trainer.fit_loop
        if loop._combined_loader is not None and not loop._should_reload_train_dl:
            return theirs()
        strategy = self.trainer.strategy
        process = strategy.process_dataloader
        strategy.process_dataloader = lambda loader: _NotBegun(process(loader))
        try:
            theirs()
        finally:
            del strategy.process_dataloader
        combined = loop._combined_loader
        if combined is not None:
            combined.flattened = [getattr(one, "loader", one) for one in combined.flattened]
            if type(loop._data_fetcher).__name__ == "_DataLoaderIterDataFetcher":
                message = "The training_step takes the iterator of the loader."
                raise BatonError(
                    message, "Let it take a batch: training_step(self, batch, batch_idx)."
                )
            loop._data_fetcher = _fetcher(loop._data_fetcher, self)

    def _before_epoch(self, theirs: Callable[[], None]) -> None:
        if not self._is_beyond():
            self.foreign.begin_epoch()
        theirs()
        for callback in self.trainer.callbacks if self._is_within else ():
            # What it does at an epoch's start it has lost with the process.
            if type(callback).__name__ == "StochasticWeightAveraging":
                callback.on_train_epoch_start(self.trainer, self.module)

    def _is_beyond(self) -> bool:
        """Whether an epoch more than the job's begins, as batch norms need after averaging: it is
        a part of the last."""
        assert self.run is not None
        return self.foreign._epoch_done and self.run.epoch + 1 >= self.run.job.epochs

    def _before_batches(self, theirs: Callable[[Any], None], fetcher: Any) -> None:
        loop = self.trainer.fit_loop
        theirs(fetcher)
        if self._is_within:
            # It would step a plateau's schedule twice after a validation, and not at this epoch's end.
            _say_not_restarting(loop)
        self._is_within = False

    def pairs(self, count: Optional[int]) -> Iterator[Tuple[Any, Optional[bool]]]:
        """The running epoch's batches, each with whether it is the last, if that is known."""
        combined = self.trainer.fit_loop._combined_loader
        alone = len(combined.flattened) == 1 and combined.iterables is combined.flattened[0]
        loader = combined.flattened[0] if alone else combined
        pairs: Iterator[Tuple[Any, Optional[bool]]]
        if self._is_beyond():
            pairs = ((item, None) for item in loader)
        else:
            pairs = iter(self.foreign.batches(loader, count or 0))
        for item, is_last in pairs:
            yield (item if alone or not _gives_triples(self.trainer) else item[0]), is_last

    def batch_done(self, trainer: Any, outputs: Any) -> None:
        if self.run is None:
            return
        loss = outputs.get("loss") if isinstance(outputs, dict) else outputs
        has_stepped, self.steps = trainer.global_step != self.steps, trainer.global_step
        wanted = self._is_wanted(loss)
        # Lightning has divided it where gradients accumulate.
        self.foreign.trained(
            loss * trainer.accumulate_grad_batches if wanted else None, has_stepped
        )

    def _is_wanted(self, loss: Any) -> bool:
        """On a GPU, where to ask is to wait, only some are asked for."""
        if not _is_torch(loss) or loss.numel() != 1:
            return False
        assert self.run is not None
        return loss.device.type == "cpu" or bool(self.run._trace) or self.run.batch % 50 == 0

    def _after_epoch(self, theirs: Callable[[], None]) -> None:
        loop = self.trainer.fit_loop.epoch_loop
        was_beyond, is_whole = self._is_beyond(), loop._num_ready_batches_reached()
        theirs()
        if is_whole and not was_beyond:
            self.foreign.end_epoch(dict(self.trainer.callback_metrics))

    def _after_all(self, theirs: Callable[[], None]) -> None:
        theirs()
        trainer = self.trainer
        if _reaches(trainer.global_step, trainer.max_steps):
            why = "the Trainer's max_steps are done"
        elif trainer.should_stop:
            why = "a Lightning callback stopped the training"
        else:
            why = "the Trainer's max_epochs are done"
        self.foreign.finish(why)


def _fresh_attributes(module: Any) -> _Attributes:
    """Those of the module and its parts as the script has made them, before Lightning restores."""
    parts = dict(module.named_modules())
    now = module.named_modules
    return _Attributes(
        "model",
        lambda: {name: part for name, part in now() if parts.get(name) is part},
        tuple(vars(sys.modules["torch"].nn.Module())),
        _layout(_given(module)),
    )


def _reaches(value: int, limit: Optional[int]) -> bool:
    return limit is not None and limit != -1 and value >= limit


def _require_supported(trainer: Any) -> None:
    for callback in trainer.callbacks:
        for kind in type(callback).__mro__:
            if kind.__name__ in _REFUSED and _is_of_package(kind):
                message = "Lightning's %s cannot be resumed exactly: " % kind.__name__
                reason, _, remedy = _REFUSED[kind.__name__].partition(". ")
                raise BatonError(message + reason + ".", remedy)
    if getattr(trainer, "_val_check_time_interval", None) is not None:
        message = "The Trainer validates by the clock (val_check_interval), never the same twice."
        raise BatonError(message, "Give val_check_interval a number of batches.")


def _limit_epochs(trainer: Any, epochs: int) -> None:
    """The job's epochs hold; a Trainer that was given none has a thousand, or no limit."""
    theirs = trainer.fit_loop.max_epochs
    if theirs is None or theirs == -1 or theirs > epochs:
        if theirs not in (None, -1, 1000) or trainer.max_steps not in (None, -1):
            limit = "max_epochs=%s" % theirs if theirs not in (None, -1) else "max_steps"
            message = (
                "baton: the job has %d epochs: its training ends there, whatever the Trainer's %s"
            )
            print(message % (epochs, limit), file=sys.stderr)
        trainer.fit_loop.max_epochs = epochs


def _say_not_restarting(loop: Any) -> None:
    """At an epoch's end nothing is under way, which Lightning cannot tell from its counts alone."""
    for one in (loop, loop.epoch_loop, loop.epoch_loop.val_loop):
        one._restarting = False
        one._loaded_from_state_dict = one._resuming_from_checkpoint = False


def _gives_triples(trainer: Any) -> bool:
    version = sys.modules[type(trainer).__module__.split(".trainer")[0]].__version__
    return tuple(int(part) for part in version.split(".")[:2]) >= (2, 1)


class _NotBegun:
    """A loader of which an iterator can be made without beginning it."""

    def __init__(self, loader: Any):
        self.loader = loader

    def __getattr__(self, name: str) -> Any:
        return getattr(self.loader, name)

    def __len__(self) -> int:
        return len(self.loader)

    def __iter__(self) -> Iterator[Any]:
        return iter([None])


def _fetcher(theirs: Any, relay: _LightningRelay) -> Any:
    """In the place of Lightning's own: it gives Baton's batches, and begins with the first."""
    base: Any = next(kind for kind in type(theirs).__mro__ if kind.__name__ == "_DataFetcher")

    class Fetcher(base):  # type: ignore[misc,valid-type]
        def __iter__(self) -> Any:
            self.iterator = relay.pairs(self.length)
            self.fetched, self.done, self._index = 0, False, relay.run.batch if relay.run else 0
            return self

        def __next__(self) -> Any:
            self._start_profiler()
            try:
                item, is_last = next(self.iterator)
            except StopIteration:
                self.done = True
                raise
            finally:
                self._stop_profiler()
            self.fetched += 1
            self.done = self.fetched >= self.length if is_last is None else is_last
            self._index += 1
            return (item, self._index - 1, 0) if _gives_triples(relay.trainer) else item

        def reset(self) -> None:
            self.fetched, self.done = 0, False

    made = Fetcher()
    made.setup(theirs.combined_loader)
    made.length = theirs.length
    return iter(made)


# What Lightning's own checkpoints hold, and what they do not


class _Schedulers:
    """The Trainer's schedulers of now: a callback may put others in their place.

    Such a one takes them away when it is restored, and makes its own when its epoch begins; until then
    the state of these waits.
    """

    def __init__(self, trainer: Any):
        self._trainer = trainer
        self._waiting: Optional[List[Any]] = None

    def state_dict(self) -> List[Any]:
        configs = self._trainer.lr_scheduler_configs
        if self._waiting is not None and len(self._waiting) != len(configs):
            return self._waiting
        return [config.scheduler.state_dict() for config in configs]

    def load_state_dict(self, state: List[Any]) -> None:
        configs = self._trainer.lr_scheduler_configs
        self._waiting = state if len(state) != len(configs) else None
        if self._waiting is None:
            for config, one in zip(configs, state):
                config.scheduler.load_state_dict(one)


class _LightningState:
    """A Trainer's state beside weights, optimizers and schedulers.

    It is what ``dump_checkpoint`` gives, which asks callbacks, data module, precision plugin and the
    module's own hooks; the metrics of the running epoch; and what callbacks keep in attributes.
    """

    def __init__(self, trainer: Any, module: Any, ours: Any):
        self._trainer, self._module, self._ours = trainer, module, ours
        self._loaded = False

    def begin(self) -> None:
        """Once all is set up: refuses a callback whose state cannot be kept."""
        trainer, module = self._trainer, self._module
        known = {id(self._ours), id(trainer), id(module), id(trainer.datamodule)}
        known |= {
            id(part) for part in (*module.modules(), *module.parameters(), *trainer.optimizers)
        }
        known |= {id(config.scheduler) for config in trainer.lr_scheduler_configs}
        known |= {id(callback) for callback in trainer.callbacks}
        self._attributes = self._attributes_of_callbacks(known)
        for one in self._attributes.values():
            one.begin()
        _pack(self.state_dict(), "the Trainer's state", {}, _HostMemory())

    def _attributes_of_callbacks(self, known: Set[int]) -> Dict[str, _CallbackAttributes]:
        """Of those of the script's own classes that do not tell their state themselves."""
        found = {}
        for callback in self._trainer.callbacks:
            kind = type(callback)
            if callback is self._ours or _is_of_package(kind) or _tells_its_state(kind):
                continue
            what = "The callback %s" % kind.__name__
            found[callback.state_key] = _CallbackAttributes(
                callback, what, known, _names_of_packages(kind)
            )
        return found

    def state_dict(self) -> Dict[str, Any]:
        trainer = self._trainer
        whole = trainer._checkpoint_connector.dump_checkpoint(weights_only=False)
        hints = _hyper_parameters(self._module, trainer.datamodule)
        more = {k: v for k, v in whole.items() if k not in (*_OURS_TO_KEEP, *_DESCRIPTIONS, *hints)}
        connector = trainer._logger_connector
        metrics = [getattr(connector, "_%s_metrics" % name) for name in _METRICS]
        return {
            "loops": _without_loaders(whole["loops"]["fit_loop"]),
            "callbacks": self._of_callbacks(whole["callbacks"]),
            "weights": self._changed_weights(whole["state_dict"]),
            "more": more,
            "results": _results_state(trainer.fit_loop.epoch_loop._results),
            "metrics": [
                {k: v for k, v in of.items() if not _CLOCK_NAMES.search(k)} for of in metrics
            ],
            "log": [connector._first_loop_iter, connector._current_fx],
            "attributes": {k: one.state_dict() for k, one in self._attributes.items()},
            "should_stop": trainer.should_stop,
            "accumulate": trainer.accumulate_grad_batches,
        }

    def load_before(self, counts: Dict[str, int], held: _Held) -> None:
        """The version before kept these counts alone, at the ends of epochs, and each scheduler by
        its place."""
        told = held.state["scheduler"]
        if "" not in told:
            held.state["scheduler"] = {"": [told[place] for place in sorted(told)]}
        loop = self._trainer.fit_loop
        steps = loop.epoch_loop.automatic_optimization.optim_progress.optimizer.step.total
        epochs = _connected().start().epoch
        for progress, count in (
            (loop.epoch_loop.batch_progress.total, counts["batches"]),
            (steps, counts["steps"]),
            (loop.epoch_progress.total, epochs),
            (loop.epoch_progress.current, epochs),
        ):
            for name in ("ready", "started", "processed", "completed"):
                if hasattr(progress, name):
                    setattr(progress, name, count)
        loop.epoch_loop._batches_that_stepped = counts["steps"]

    def load_state_dict(self, state: Dict[str, Any]) -> None:
        trainer = self._trainer
        _load_progress(trainer.fit_loop, state["loops"])
        if self._loaded:
            # The first time Lightning has done it, and asks for its Trainer's own number.
            self._load_callbacks(state)
            trainer.accumulate_grad_batches = state["accumulate"]
        self._loaded = True
        connector = trainer._logger_connector
        connector._first_loop_iter, connector._current_fx = state["log"]
        for name, metrics in zip(_METRICS, state["metrics"]):
            held = {k: v.to(self._module.device) if _is_torch(v) else v for k, v in metrics.items()}
            setattr(connector, "_%s_metrics" % name, held)
        _load_results(trainer, self._module, state["results"])
        for key, one in self._attributes.items():
            one.load_state_dict(state["attributes"].get(key, {}))
        trainer.should_stop = state["should_stop"]

    def as_theirs(self, state: Dict[str, Any], held: _Held) -> Dict[str, Any]:
        """What Lightning finds in a checkpoint of its own, but for what Baton restores."""
        tensors = {**held.files[MODEL], **held.files[FROZEN]}
        weights = {name: _to_torch(blob) for name, blob in tensors.items()}
        if state["weights"] is not None:
            weights = {k: weights.get(k) if v is None else v for k, v in state["weights"].items()}
        totals = state["loops"]["epoch_loop.automatic_optimization.optim_progress"]["optimizer"]
        return {
            **state["more"],
            "epoch": held.epoch,
            "global_step": totals["step"]["total"]["completed"],
            "pytorch-lightning_version": _version_of(self._trainer),
            "state_dict": weights,
            "optimizer_states": [],
            "lr_schedulers": [],
            "loops": {"fit_loop": state["loops"]},
            "callbacks": self._to_callbacks(state["callbacks"]),
        }

    def _load_callbacks(self, state: Dict[str, Any]) -> None:
        told = self._to_callbacks(state["callbacks"])
        for callback in self._trainer.callbacks:
            if callback.state_key in told:
                callback.load_state_dict(told[callback.state_key])
            if hasattr(callback, "current_score"):  # a ModelCheckpoint saves it, and loads it not
                callback.current_score = told[callback.state_key]["current_score"]
        module = self._trainer.datamodule
        mine = state["more"].get(type(module).__qualname__)
        if module is not None and mine is not None:
            module.load_state_dict(mine)

    def _of_callbacks(self, told: Dict[str, Any]) -> Dict[str, Any]:
        return {k: _by_name(v) if "best_model_path" in v else v for k, v in told.items()}

    def _to_callbacks(self, told: Dict[str, Any]) -> Dict[str, Any]:
        """A new one each time, for a callback may keep what it is given."""
        folders = {c.state_key: getattr(c, "dirpath", None) for c in self._trainer.callbacks}
        return {
            k: _by_path(v, folders.get(k)) if "best_model_path" in v else dict(v)
            for k, v in told.items()
        }

    def _changed_weights(self, told: Dict[str, Any]) -> Any:
        """What hooks have put in the place of the weights; ``None`` for a tensor that is still the
        model's, and for all."""
        own = _bare(self._module).state_dict()
        same = {k: None if k in own and _is_same(v, own[k]) else v for k, v in told.items()}
        is_untouched = set(own) == set(told) and all(v is None for v in same.values())
        return None if is_untouched else same


def _is_same(a: Any, b: Any) -> bool:
    if not (_is_torch(a) and _is_torch(b)):
        return False
    return a.shape == b.shape and a.dtype == b.dtype and a.data_ptr() == b.data_ptr()


def _tells_its_state(kind: Any) -> bool:
    """Whether a class of the script's own says what its state is."""
    own = [base for base in kind.__mro__ if not _is_of_package(base)]
    return any(n in vars(base) for base in own for n in ("state_dict", "on_save_checkpoint"))


def _hyper_parameters(*things: Any) -> Set[str]:
    """The keys under which Lightning describes what a module was made with: no state."""
    names = ["CHECKPOINT_HYPER_PARAMS_" + which for which in ("NAME", "KEY", "TYPE")]
    return {str(getattr(thing, name)) for thing in things for name in names if hasattr(thing, name)}


def _version_of(trainer: Any) -> str:
    return str(sys.modules[type(trainer).__module__.split(".trainer")[0]].__version__)


def _without_loaders(loops: Dict[str, Any]) -> Dict[str, Any]:
    return {**loops, "state_dict": {}}


def _load_progress(loop: Any, state: Dict[str, Any]) -> None:
    """Its counts, without the conclusion that it starts again."""
    loops = (loop, loop.epoch_loop, loop.epoch_loop.val_loop)
    flags = ("_restarting", "_loaded_from_state_dict", "_resuming_from_checkpoint")
    before = [(one, f, getattr(one, f)) for one in loops for f in flags if hasattr(one, f)]
    loop.load_state_dict(state)
    for one, flag, value in before:
        setattr(one, flag, value)


def _by_name(state: Dict[str, Any]) -> Dict[str, Any]:
    """A ModelCheckpoint's state, with its files named from its folder on: each life has another."""
    folder = state.get("dirpath")

    def named(value: Any) -> Any:
        if isinstance(value, str) and folder and value.startswith(str(folder)):
            return {"file": os.path.relpath(value, str(folder))}
        if isinstance(value, dict):
            return {"files": [[named(k), v] for k, v in value.items()]}
        return value

    return {k: named(v) for k, v in state.items() if k != "dirpath"}


def _by_path(state: Dict[str, Any], folder: Any) -> Dict[str, Any]:
    def path(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        if "file" in value:
            return os.path.join(str(folder), value["file"])
        return {path(k): v for k, v in value["files"]}

    return {**{k: path(v) for k, v in state.items()}, "dirpath": folder}


# Metrics that are gathered over an epoch


def _results_state(results: Any) -> Dict[str, Any]:
    """What ``self.log`` has gathered in the running epoch, and how it is to be gathered."""
    return {key: _result_state(metric) for key, metric in results.items()}


_RESULT = ("value", "cumulated_batch_size", "_forward_cache", "_computed")
_META = (
    "fx", "name", "prog_bar", "logger", "on_step", "on_epoch", "enable_graph",
    "add_dataloader_idx", "dataloader_idx", "metric_attribute",
)  # fmt: skip


def _result_state(metric: Any) -> Dict[str, Any]:
    held = {name: getattr(metric, name, None) for name in _RESULT}
    if not metric.is_tensor:
        held["value"] = None  # the module's own metric
    return {
        "held": held,
        "count": getattr(metric, "_update_count", 0),
        "has_reset": metric.has_reset,
        "is_tensor": metric.is_tensor,
        "meta": {name: getattr(metric.meta, name) for name in _META if hasattr(metric.meta, name)},
        "reduce": metric.meta.reduce_fx.__name__,
        "sync": [metric.meta.sync.should, getattr(metric.meta.sync, "rank_zero_only", False)],
    }


def _load_results(trainer: Any, module: Any, state: Dict[str, Any]) -> None:
    results = trainer.fit_loop.epoch_loop._results
    theirs = sys.modules[type(results).__module__]
    results.clear()
    for key, told in state.items():
        meta = theirs._Metadata(
            reduce_fx=getattr(sys.modules["torch"], told["reduce"]), **told["meta"]
        )
        should, rank_zero_only = told["sync"]
        fn = trainer.strategy.reduce
        meta.sync = theirs._Sync(_should=should, fn=fn, _group=None, rank_zero_only=rank_zero_only)
        metric = theirs._ResultMetric(meta, told["is_tensor"]).to(module.device)
        for name, value in told["held"].items():
            if hasattr(metric, name) or value is not None:
                setattr(metric, name, value.to(module.device) if _is_torch(value) else value)
        if not told["is_tensor"]:
            attribute = told["meta"]["metric_attribute"]
            metric.value = dict(module.named_modules()).get(attribute)
        metric._update_count = told["count"]
        metric.has_reset = told["has_reset"]
        results[key] = metric
