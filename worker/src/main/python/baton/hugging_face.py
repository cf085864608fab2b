"""Hugging Face's Trainer: saved between any two optimizer steps, with what its own checkpoints keep."""

from __future__ import annotations

import dataclasses
import math
import os
import shutil
import sys
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Set, Tuple

from .accelerate_loop import _as_prepared, _source_of
from .callbacks import _CallbackAttributes, _is_of_package, _names_of_packages
from .checkpoint import EXTRA, FROZEN, MODEL, _Held
from .errors import BatonError
from .link import _connected
from .loops import _Foreign, _from_callers
from .models import _bare
from .resume import _resumed
from .unpack import _unpack
from .run import Run
from .tensors import _is_torch, write_safetensors

_LONGEST_HISTORY = 2000
"""So many entries of ``log_history`` are kept, the newest."""

_LONGEST_COUNTED = 1000
"""A longer list that a Trainer begins with is data."""

_NOT_KEPT = ("stateful_callbacks", "log_history", "best_model_checkpoint")


def hugging_face_callback(**given: Any) -> Any:
    """A callback for Hugging Face's ``Trainer``: resumes, and saves after any optimizer step.

    ``trainer.train(resume_from_checkpoint=callback.checkpoint)`` skips to the step by itself. It keeps
    the whole ``TrainerState``, what callbacks hold, the best model if it is to be loaded at the end, and
    the order of the data. ``given`` is for :func:`resume`: ``ema``, ``generators``, ``state``.
    """
    from transformers import TrainerCallback

    relay = _TrainerRelay(given)

    class Callback(TrainerCallback):  # type: ignore[misc]
        checkpoint = relay.checkpoint

        def on_train_begin(self, args: Any, state: Any, control: Any, **of: Any) -> None:
            relay.begin(self, args, state, control, of)

        def on_epoch_begin(self, args: Any, state: Any, control: Any, **of: Any) -> None:
            relay.before_epoch()

        def on_epoch_end(self, args: Any, state: Any, control: Any, **of: Any) -> None:
            relay.is_epoch_over = True

        def on_step_end(self, args: Any, state: Any, control: Any, **of: Any) -> None:
            relay.step_done(state)

        def on_save(self, args: Any, state: Any, control: Any, **of: Any) -> None:
            relay.note_best(state)

        def on_evaluate(
            self, args: Any, state: Any, control: Any, metrics: Any = None, **of: Any
        ) -> None:
            relay.evaluated(metrics or {})

    class Last(TrainerCallback):  # type: ignore[misc]
        def on_train_end(self, args: Any, state: Any, control: Any, **of: Any) -> None:
            relay.end(state)

    relay.last = Last()
    return Callback()


class _TrainerRelay:
    """Comes between the steps of a Trainer's loop.

    1. A folder that looks like a checkpoint of the Trainer's makes it begin at the right step.
    2. At ``on_train_begin`` Baton restores what it holds, and puts itself first among the callbacks.
    3. The Trainer's loader gives Baton's batches; before the first of a step it tells of the last one.
    """

    def __init__(self, given: Dict[str, Any]):
        self._given = given
        self.checkpoint: Optional[str] = None
        self.run: Optional[Run] = None
        self.is_epoch_over = False
        self.last: Any = None
        self._held_loss: Any = None
        start = _connected().start()
        if start.files is not None:
            self.checkpoint = _as_trainers(_Held(start.files, start.epoch, start.batch))

    def begin(self, callback: Any, args: Any, state: Any, control: Any, of: Dict[str, Any]) -> None:
        if self.run is not None:
            remedy = "A job is one training: make each stage a script of its own."
            raise BatonError("The Trainer's train was called a second time.", remedy)
        trainer = _from_callers(lambda names: _if_trainer(names.get("self")))
        handler = trainer.callback_handler
        handler.callbacks.remove(callback)
        handler.callbacks[:] = [callback, *handler.callbacks, self.last]
        self.trainer, self.args, self.control = trainer, args, control
        loader = of["train_dataloader"]
        count = len(loader) if _has_length(loader) else 0
        _require_whole_steps(args, count)
        self.state = _TrainersState(
            trainer, state, args, handler.callbacks, of, (callback, self.last)
        )
        self.state.begin()
        scaler = getattr(trainer.accelerator, "scaler", None)
        given = {"scaler": scaler, **self._given}
        self._began_at = state.global_step
        self.run = _resumed(self.state, of["model"], of["optimizer"], of["lr_scheduler"], **given)
        if self.run._held is not None and self.run._held.state["format"] == 1:
            self.run.batch *= args.gradient_accumulation_steps  # It counted steps.
        self._require_resumed(args)
        if self.checkpoint:
            shutil.rmtree(self.checkpoint, ignore_errors=True)
        self.foreign = _Foreign(self.run)
        self._take_loader(loader)
        trainer.training_step = self._training_step(trainer.training_step)
        if args.load_best_model_at_end:
            trainer._load_best_model = self.state.load_best
        self._tell_limits(state, count)

    def _require_resumed(self, args: Any) -> None:
        assert self.run is not None
        is_first = self.run.epoch == self.run.batch == 0
        if is_first and self._began_at:
            message = "The Trainer resumes from a checkpoint of its own, and Baton has none yet."
            remedy = (
                "Give it the weights another way, and resume_from_checkpoint=callback.checkpoint."
            )
            raise BatonError(message, remedy)
        if not is_first and self._began_at != self.state.assumed_step:
            message = "The Trainer did not begin at %s." % self.run._where()
            remedy = "Write: trainer.train(resume_from_checkpoint=callback.checkpoint)."
            raise BatonError(message, remedy)

    def _tell_limits(self, state: Any, count: int) -> None:
        epochs = self.run.job.epochs if self.run else 0
        if count and state.num_train_epochs > epochs:
            message = (
                "baton: the job has %d epochs: its training ends there, and the Trainer's in %d"
            )
            print(message % (epochs, state.num_train_epochs), file=sys.stderr)

    # The loop

    def _take_loader(self, loader: Any) -> None:
        """Makes the Trainer's loader give Baton's batches, also where it is asked to skip some."""
        relay, kind = self, type(loader)

        class Loader(kind):  # type: ignore[misc,valid-type]
            def __iter__(self) -> Iterator[Any]:
                return relay.batches(self)

        self._loader, self._kind, self._ours = loader, kind, Loader
        theirs: Any = sys.modules["transformers.trainer"]
        skip = theirs.skip_first_batches
        theirs.skip_first_batches = lambda one, n=0: one if one is loader else skip(one, n)
        self._skip = skip

    def batches(self, loader: Any) -> Iterator[Any]:
        assert self.run is not None
        _make(loader, self._kind)
        if self.run._over:
            self.control.should_training_stop = True
            return
        count = len(loader) if _has_length(loader) else 0
        pairs = self.foreign.batches(_source_of(loader), count)
        for item, _ in _as_prepared(loader, pairs):
            yield item

    def before_epoch(self) -> None:
        assert self.run is not None
        if self.is_epoch_over:
            self._end_epoch()
        self.foreign.begin_epoch()
        _make(self._loader, self._ours)
        if self.run._over:
            self.control.should_training_stop = True

    def _end_epoch(self) -> None:
        self.is_epoch_over = False
        self.foreign.end_epoch({})

    def _training_step(self, theirs: Any) -> Any:
        """Adds the losses of a step up; and what had been added up for the next log, in its place
        in the sum, where the Trainer begins with nothing."""
        self._loss = 0.0

        def step(*of: Any, **named: Any) -> Any:
            loss = theirs(*of, **named)
            if loss.device.type == "cpu" or (self.run and self.run._trace):
                self._loss += float(loss)
            return self.state.with_sum_before(loss)

        return step

    def step_done(self, state: Any) -> None:
        loss, self._loss = self._loss, 0.0
        self.foreign.trained(loss if loss else None)

    def note_best(self, state: Any) -> None:
        self.state.note_best()

    def evaluated(self, metrics: Dict[str, Any]) -> None:
        assert self.run is not None
        timeless = {k: v for k, v in metrics.items() if _is_timeless(k) and k != "epoch"}
        self.run.evaluated(**{k: v for k, v in timeless.items() if isinstance(v, (int, float))})

    def end(self, state: Any) -> None:
        assert self.run is not None
        _make(self._loader, self._kind)
        sys.modules["transformers.trainer"].skip_first_batches = self._skip  # type: ignore[attr-defined]
        if self.run._over:
            return
        if self.is_epoch_over and self._is_whole(state):
            self._end_epoch()
        done = state.global_step >= state.max_steps > 0
        why = "the Trainer's steps are done" if done else "a callback stopped the Trainer"
        self.foreign.finish(why)

    def _is_whole(self, state: Any) -> bool:
        """Whether the epoch that has ended was trained to its last batch."""
        assert self.run is not None
        return self.foreign.is_whole


def _make(thing: Any, kind: Any) -> None:
    """Gives an object another class; Accelerate's loaders tell a wrong one when asked for theirs."""
    object.__dict__["__class__"].__set__(thing, kind)  # type: ignore[index]


def _if_trainer(thing: Any) -> Any:
    is_one = hasattr(thing, "callback_handler") and hasattr(thing, "train_dataset")
    return thing if is_one and hasattr(thing, "get_train_dataloader") else None


def _has_length(loader: Any) -> bool:
    try:
        return len(loader) > 0
    except (TypeError, NotImplementedError):
        return False


def _is_timeless(name: str) -> bool:
    return "runtime" not in name and "per_second" not in name and not name.endswith("_time")


def _require_whole_steps(args: Any, count: int) -> None:
    """Older Trainers carry the gradients of an epoch's last batches over to the next, uncounted."""
    version = sys.modules["transformers"].__version__
    is_old = tuple(int(part) for part in version.split(".")[:2]) < (4, 46)
    if is_old and count % args.gradient_accumulation_steps:
        message = "transformers %s accumulates gradients over an epoch's end, uncounted." % version
        remedy = "Use 4.46 or newer, or a gradient_accumulation_steps that divides an epoch's %d batches."
        raise BatonError(message, remedy % count)


def _as_trainers(held: _Held) -> str:
    """A folder in which a Trainer finds weights, and the step to begin at."""
    import tempfile

    from transformers import TrainerState

    if held.state["format"] == 1:
        told = _unpack(held.state["state"][""], held.files[EXTRA])
        saved = {"trainer": told, "steps_per_epoch": 0, "batches_per_step": 1}
    else:
        saved = _unpack(held.loops["loop"], held.files[EXTRA])
    folder = Path(tempfile.mkdtemp(prefix="baton-trainer-"))
    write_safetensors(folder / MODEL, {**held.files[MODEL], **held.files[FROZEN]})
    known = {field.name for field in dataclasses.fields(TrainerState)}
    told = {k: v for k, v in saved["trainer"].items() if k in known}
    told["global_step"] = _assumed_step(saved, held.epoch, held.batch)
    TrainerState(**told).save_to_json(str(folder / "trainer_state.json"))
    return str(folder)


def _assumed_step(saved: Dict[str, Any], epoch: int, batch: int) -> int:
    """The step from which a Trainer finds epoch and batch, though an epoch may have ended early."""
    if not saved["steps_per_epoch"]:
        return int(saved["trainer"]["global_step"])
    return int(epoch * saved["steps_per_epoch"] + batch // saved["batches_per_step"])


class _TrainersState:
    """What a Trainer holds beside weights, optimizer and schedule.

    Its ``TrainerState``, the sums of the loss for its logs, what callbacks keep, and of the best model
    what has been trained: it lies in a folder of a machine that may be gone when it is to be loaded.
    """

    def __init__(
        self,
        trainer: Any,
        state: Any,
        args: Any,
        callbacks: List[Any],
        of: Any,
        ours: Tuple[Any, ...],
    ):
        self._trainer, self._state, self._args, self._of = trainer, state, args, of
        self._callbacks = [c for c in callbacks if c not in ours]
        self._sum_before: Any = None
        self._best: Optional[Dict[str, Any]] = None
        self.assumed_step = -1
        loader = of["train_dataloader"]
        each = args.gradient_accumulation_steps
        count = math.ceil(len(loader) / each) if _has_length(loader) else state.max_steps
        self._sizes = {"steps_per_epoch": count, "batches_per_step": each}

    def begin(self) -> None:
        """Refuses a callback whose state cannot be kept, before anything is trained."""
        known: Set[int] = {id(self._trainer), id(self._args), id(self._state)}
        known |= {id(thing) for thing in self._of.values()} | {id(c) for c in self._callbacks}
        model = self._of.get("model")
        known |= (
            {id(p) for p in (*model.modules(), *model.parameters())} if model is not None else set()
        )
        self._attributes = {}
        for place, callback in enumerate(self._callbacks):
            kind = type(callback)
            if not _is_of_package(kind) and not _tells_all(kind):
                name, what = "%d.%s" % (place, kind.__name__), "The callback %s" % kind.__name__
                self._attributes[name] = _CallbackAttributes(callback, what, known)
                self._attributes[name].begin()
        self._look_at_trainer(known)

        # The Trainer adds to it at its own saves, and has read it from a file without it.
        export = [c for c in (*self._callbacks, self._trainer.control) if hasattr(c, "state")]
        if hasattr(self._state, "stateful_callbacks"):
            self._state.stateful_callbacks = type(self._state)(
                stateful_callbacks=[c for c in export if hasattr(c, "from_state")]
            ).stateful_callbacks

    def _look_at_trainer(self, known: Set[int]) -> None:
        """Of a class of the script's own: what its loss counts, but no data, and no other model."""
        kind, torch = type(self._trainer), sys.modules["torch"]
        if _is_of_package(kind):
            return
        for value in vars(self._trainer).values():
            is_long = isinstance(value, (list, tuple, dict, set)) and len(value) > _LONGEST_COUNTED
            if is_long or isinstance(value, torch.nn.Module):
                known.add(id(value))
        self._attributes["trainer"] = _CallbackAttributes(
            self._trainer, "The Trainer", known, _names_of_packages(kind), None, False
        )
        self._attributes["trainer"].begin()

    def state_dict(self) -> Dict[str, Any]:
        trainer, state = self._trainer, self._state
        told = {f.name: getattr(state, f.name) for f in dataclasses.fields(state)}
        history = [
            {k: v for k, v in entry.items() if _is_timeless(k)}
            for entry in state.log_history[-_LONGEST_HISTORY:]
        ]
        best = state.best_model_checkpoint
        return {
            "trainer": {k: v for k, v in told.items() if k not in _NOT_KEPT},
            "history": history,
            "best": best and os.path.basename(os.path.normpath(best)),
            "best_weights": self._best,
            "sums": {
                "loss": self._sum(),
                "total": trainer._total_loss_scalar,
                "logged": trainer._globalstep_last_logged,
                "flos": trainer.current_flos,
            },
            "callbacks": {k: one.state_dict() for k, one in self._attributes.items()},
            "told": {str(i): _told_by(c) for i, c in self._that_tell()},
            **self._sizes,
        }

    def load_before(self, counts: Dict[str, Any], held: _Held) -> None:
        """The version before kept these numbers alone, and counted steps where batches count now."""
        for name, value in counts.items():
            setattr(self._state, name, value)
        self.assumed_step = counts["global_step"]

    def load_state_dict(self, saved: Dict[str, Any]) -> None:
        trainer, state = self._trainer, self._state
        for name, value in saved["trainer"].items():
            setattr(state, name, value)
        state.log_history[:] = [dict(entry) for entry in saved["history"]]
        folder = saved["best"] and os.path.join(self._args.output_dir, saved["best"])
        state.best_model_checkpoint = folder
        if folder and self._args.load_best_model_at_end:
            os.makedirs(folder, exist_ok=True)  # the Trainer looks for it when it deletes others
        self._best = saved["best_weights"]
        sums = saved["sums"]
        trainer._total_loss_scalar, trainer.current_flos = sums["total"], sums["flos"]
        trainer._globalstep_last_logged = sums["logged"]
        trainer._initial_global_step = 0
        self._put_sum(sums["loss"])
        for name, one in self._attributes.items():
            one.load_state_dict(saved["callbacks"].get(name, {}))
        for i, callback in self._that_tell():
            _tell(callback, saved["told"][str(i)])
        run = _connected().start()
        self.assumed_step = _assumed_step(saved, run.epoch, run.batch)

    def _that_tell(self) -> List[Tuple[int, Any]]:
        return [(i, c) for i, c in enumerate(self._callbacks) if _tells_all(type(c))]

    # The loss that is logged

    def _sum(self) -> float:
        """What the Trainer has added up since its last log: an attribute, or a name in its loop."""
        held = getattr(self._trainer, "_tr_loss", None)
        if held is None:
            loop = lambda names: (
                names.get("tr_loss") if names.get("self") is self._trainer else None
            )  # noqa: E731
            held = _from_callers(loop)
        whole = 0.0 if held is None else float(held)
        return whole if self._sum_before is None else whole + self._sum_before

    def _put_sum(self, value: float) -> None:
        held: Any = getattr(self._trainer, "_tr_loss", None)
        if _is_torch(held):
            held.fill_(value)
        else:
            self._sum_before = value or None

    def with_sum_before(self, loss: Any) -> Any:
        """A step's loss, with what had been added up before it; a Trainer leaves out one that is
        not finite."""
        if self._sum_before is None or not bool(loss.isfinite()):
            return loss
        before, self._sum_before = self._sum_before, None
        return loss + before

    # The best model

    def note_best(self) -> None:
        """After the Trainer saved its own checkpoint: if that is the best so far, its weights."""
        state = self._state
        if not self._args.load_best_model_at_end or state.best_model_checkpoint is None:
            return
        if os.path.basename(state.best_model_checkpoint).endswith("-%d" % state.global_step):
            model = _bare(self._of["model"])
            frozen = {name for name, p in model.named_parameters() if not p.requires_grad}
            held = {k: v for k, v in model.state_dict().items() if k not in frozen and _is_torch(v)}
            self._best = {k: v.detach().to("cpu", copy=True) for k, v in held.items()}

    def load_best(self) -> None:
        """In the place of the Trainer's: its folder may have stayed on another machine."""
        if self._best is not None:
            _bare(self._of["model"]).load_state_dict(self._best, strict=False)


def _tells_all(kind: Any) -> bool:
    """Whether callbacks of a class say what their state is."""
    own = hasattr(kind, "state_dict") and hasattr(kind, "load_state_dict")
    return own or any(base.__name__ == "ExportableState" for base in kind.__mro__)


def _told_by(callback: Any) -> Any:
    return callback.state_dict() if hasattr(callback, "state_dict") else callback.state()


def _tell(callback: Any, state: Any) -> None:
    """Into the same object, which the script may hold; the Trainer would make a new one."""
    if hasattr(callback, "load_state_dict"):
        callback.load_state_dict(state)
        return
    given = {k: v for k, v in state.get("args", {}).items() if k in vars(callback)}
    for name, value in {**given, **state.get("attributes", {})}.items():
        setattr(callback, name, value)
