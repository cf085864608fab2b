"""A script in training."""

from __future__ import annotations

import hashlib
import json
import math
import os
import threading
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, Optional

from .alone import Start
from .errors import BatonError, NEW_JOB
from .generators import _capture_generators, _derive, _restore_generators, _seed_generators
from .job import Job
from .models import _layout, _load_model, _named, _require_fit, _tensors_of
from .order import _remaining
from .pack import _pack, _unpack
from .parts import _has_nan, _load_state, _state_of
from .tensors import (
    Blob,
    EXTRA,
    FORMAT,
    MODEL,
    OPTIMIZER,
    STATE,
    _HostMemory,
    _is_torch,
    read_safetensors,
    write_safetensors,
)
from .trace import _TRACE, _Trace


_END = object()


class Run:
    """A script in training: gives out batches, and can be saved between any two steps."""

    def __init__(self, link: Any, job: Job, model: Any, parts: Dict[str, Any], state: Any):
        self.job = job
        self.epoch = self.batch = 0
        """Whole epochs done, and batches done of the next one."""
        self._link = link
        self._models = _named(model)
        self._parts = {kind: _named(part) for kind, part in parts.items()}
        self._parts["state"] = {} if state is None else {"": state}
        self._host = _HostMemory()
        self._writer: Optional[threading.Thread] = None
        self._write_failed: Optional[BaseException] = None
        self._generators: Optional[Dict[str, Blob]] = None
        self._count = 0
        self._loss: Optional[float] = None
        self._loss_sum, self._loss_count = 0.0, 0
        self._final: Optional[str] = None
        self._metrics: Dict[str, float] = {}
        self._nested = self._over = self._inner_done = False
        self._trace = _Trace(_TRACE) if _TRACE else None
        self._stepped = self._stepped_in_epoch = False
        start = link.start()
        if start.files is not None:
            self._restore(start)
        self._over = self._final is not None or self.epoch >= job.epochs

    # Training

    def epochs(self) -> Iterator[int]:
        """The epochs that are left; within each, :meth:`batches` gives that epoch's alone."""
        self._nested = True
        while not self._over:
            self._inner_done = False
            yield self.epoch
            if not self._over:
                self._close_epoch()

    def batches(self, loader: Any) -> Iterator[Any]:
        """The batches that are left, of this epoch within :meth:`epochs`, else of all epochs.

        ``loader`` is iterated anew each epoch; a function is called with the epoch's number.
        """
        if self._nested:
            yield from self._one_epoch(loader)
            return
        while not self._over:
            yield from self._one_epoch(loader)
            if not self._over:
                self._close_epoch()

    def step(self, loss: Any = None) -> None:
        """Says that the optimizer has moved, and so that the state may be saved after this batch.

        Batches without it, as when gradients accumulate, are saved with the next one that has it.
        """
        self._stepped = self._stepped_in_epoch = True
        if loss is None:
            return
        value = float(loss.detach() if _is_torch(loss) else loss)
        if math.isfinite(value):
            self._loss = value
            self._loss_sum += value
            self._loss_count += 1
        elif not self._parts["scaler"]:  # a scaler skips steps of infinite gradients by design
            message = "The loss is %r at %s." % (value, self._where())
            raise BatonError(message, "Try a smaller learning rate, clipping, or cleaner data.")

    def evaluated(self, **metrics: Any) -> None:
        """Reports what was measured, such as the accuracy on held-out data."""
        values = {name: float(value) for name, value in metrics.items()}
        for name, value in values.items():
            if not math.isfinite(value):
                raise BatonError("The metric %s is %r at %s." % (name, value, self._where()))
        self._metrics.update(values)
        self._link.evaluated(values)

    def finish(self, reason: str) -> None:
        """Ends the training after this batch, before the last epoch; the job is complete then."""
        self._final = reason

    @property
    def epoch_ended(self) -> bool:
        """Whether the batch being trained is its epoch's last."""
        if not self._count:
            remedy = "Write: for epoch in run.epochs(): for batch in run.batches(loader)."
            raise BatonError("The loader does not tell how many batches it has.", remedy)
        return self.batch + 1 == self._count

    def _one_epoch(self, loader: Any) -> Iterator[Any]:
        seed = _derive(self.job.seed, self.epoch)
        _seed_generators(seed)
        iterator, count = _remaining(loader, self.epoch, self.batch, seed)
        if count and self.batch >= count:
            message = "An epoch has %d batches now, and training stopped after %d of one."
            raise BatonError(message % (count, self.batch), "Use the data that began the job.")
        self._count, self._stepped_in_epoch = count, self.batch > 0
        if self._generators is not None and self.batch:
            _restore_generators(self._generators)
        self._generators = None
        self._begin(count)
        yield from self._counted(iterator, count) if count else self._uncounted(iterator)

    def _counted(self, iterator: Iterator[Any], count: int) -> Iterator[Any]:
        while True:
            item = next(iterator, _END)
            if item is _END:
                message = "The loader promised %d batches and gave %d." % (count, self.batch)
                raise BatonError(message)
            yield from self._one_batch(item)
            if self.batch + 1 == count:
                self._inner_done = True
                return
            if not self._go_on():
                return

    def _uncounted(self, iterator: Iterator[Any]) -> Iterator[Any]:
        item = next(iterator, _END)
        if item is _END:
            raise BatonError("The loader gave no batch at all.", "Give run.batches a new one.")
        while item is not _END:
            yield from self._one_batch(item)
            # Only a look ahead tells whether the epoch ends here, and it may draw from these.
            self._generators = _capture_generators()
            item = next(iterator, _END)
            if item is not _END and not self._go_on():
                return
            self._generators = None
        self._inner_done = True

    def _one_batch(self, item: Any) -> Iterator[Any]:
        self._stepped = False
        if self._trace:
            self._trace.given(self, item)
        yield item
        if self._trace:
            self._trace.done(self._loss)

    def _go_on(self) -> bool:
        """After a batch within an epoch: reports it, takes orders, says whether more is wanted."""
        self.batch += 1
        if self._stepped or self._final is not None:
            self._link.batch_done(self, self._loss, self._final)
            self._over = not self._link.orders(self, self._final is not None)
        return not self._over

    def _close_epoch(self) -> None:
        if not self._inner_done:
            remedy = "To end training early, call run.finish(reason) instead of break."
            raise BatonError("An epoch was left before its last batch.", remedy)
        if not self._stepped_in_epoch:
            remedy = "Call run.step(loss=loss) after each optimizer.step()."
            raise BatonError("The script trained an epoch and never called run.step.", remedy)
        if self._loss_count and "loss" not in self._metrics:
            self.evaluated(loss=self._loss_sum / self._loss_count)
        self._metrics = {}
        self._loss_sum, self._loss_count = 0.0, 0
        self.epoch, self.batch = self.epoch + 1, 0
        # Whatever an evaluation has drawn, each epoch begins the same.
        _seed_generators(_derive(self.job.seed, self.epoch))
        self._link.batch_done(self, self._loss, self._final)
        ended = self._final is not None or self.epoch >= self.job.epochs
        self._over = not self._link.orders(self, ended)

    def _begin(self, batches: int) -> None:
        if self._trace:
            self._trace.begin(self)
        self._link.ready(self, batches)

    def _where_exactly(self) -> str:
        return "e%d-b%d" % (self.epoch, self.batch)

    def _where(self) -> str:
        return "epoch %d, batch %d" % (self.epoch, self.batch)

    # Saving and restoring

    def _copy(self) -> Callable[[Path, bool], None]:
        """Copies the whole state to host memory; what is returned writes the copy to a folder."""
        self._finish_writing()
        files: Dict[str, Dict[str, Blob]] = {MODEL: {}, OPTIMIZER: {}, EXTRA: {}}
        rest: Dict[str, Any] = {}
        for prefix, model in self._models.items():
            tensors, other = _tensors_of(model)
            for name, value in tensors.items():
                self._require_sound(prefix + name, value)
                files[MODEL][prefix + name] = self._host.copy("model " + prefix + name, value)
            if other:
                rest[prefix] = _pack(other, "model." + prefix, files[EXTRA], self._host)
        state: Dict[str, Any] = {
            "format": FORMAT,
            "position": {"epoch": self.epoch, "batch": self.batch},
            "losses": {"sum": self._loss_sum, "count": self._loss_count},
            "final": self._final,
            "model": rest,
        }
        for kind, things in self._parts.items():
            blobs = files[OPTIMIZER if kind == "optimizer" else EXTRA]
            state[kind] = {}
            for prefix, thing in things.items():
                held = _state_of(thing)
                if kind == "state":
                    self._require_sound("state", held)
                path = (kind + "." + prefix).rstrip(".")
                state[kind][prefix] = _pack(held, path, blobs, self._host)
        files[EXTRA].update(self._generators or _capture_generators())
        self._host.finish()
        text = json.dumps(state, sort_keys=True, allow_nan=False, indent=1).encode()

        def write(folder: Path, sync: bool) -> None:
            for name, blobs in files.items():
                write_safetensors(folder / name, blobs, sync)
            with open(folder / STATE, "xb") as file:
                file.write(text)
                if sync:
                    file.flush()
                    os.fsync(file.fileno())

        return write

    def _require_sound(self, name: str, value: Any) -> None:
        if _has_nan(value):
            message = "%s holds NaN at %s, so nothing was saved." % (name, self._where())
            remedy = "Try a smaller learning rate, clipping, or cleaner data; or start anew."
            raise BatonError(message, remedy)

    def _in_background(self, work: Callable[[], None]) -> None:
        def run() -> None:
            try:
                work()
            except BaseException as e:
                self._write_failed = e

        self._writer = threading.Thread(target=run, name="baton-save")
        self._writer.start()

    def _finish_writing(self) -> None:
        """Waits for the save that is being written: there is memory for one."""
        if self._writer is not None:
            self._writer.join()
        self._writer = None
        if self._write_failed is not None:
            raise self._write_failed

    def _restore(self, start: Start) -> None:
        assert start.files is not None
        files = {name: read_safetensors(start.files / name) for name in (MODEL, OPTIMIZER, EXTRA)}
        try:
            state = json.loads((start.files / STATE).read_bytes())
        except (OSError, ValueError) as e:
            message = "The checkpoint's %s cannot be read: %s." % (STATE, e)
            raise BatonError(message, "Go on from the checkpoint before it.") from None
        position = state.get("position")
        expected = {"epoch": start.epoch, "batch": start.batch}
        if state.get("format") != FORMAT or position != expected:
            raise BatonError("The checkpoint was not written by this baton.py.", NEW_JOB)
        for prefix, model in self._models.items():
            mine = {k[len(prefix) :]: v for k, v in files[MODEL].items() if k.startswith(prefix)}
            _require_fit(prefix, model, mine)
            other = _unpack(state["model"].get(prefix, {}), files[EXTRA])
            _load_model(model, mine, other)
        for kind, things in self._parts.items():
            if set(things) != set(state[kind]):
                found, given = len(state[kind]), len(things)
                message = "The checkpoint has the %s of %d, the script gives %d to baton.resume."
                raise BatonError(message % (kind, found, given), NEW_JOB)
            blobs = files[OPTIMIZER if kind == "optimizer" else EXTRA]
            for prefix, thing in things.items():
                _load_state(kind, thing, _unpack(state[kind][prefix], blobs))
        losses = state["losses"]
        self._loss_sum, self._loss_count = losses["sum"], losses["count"]
        self._final = state["final"]
        self._generators = files[EXTRA]
        self.epoch, self.batch = start.epoch, start.batch

    def _architecture(self) -> str:
        lines = [
            "%s%s %s %s\n" % (prefix, name, dtype, list(shape))
            for prefix, model in self._models.items()
            for name, (dtype, shape) in _layout(model).items()
        ]
        return hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()
