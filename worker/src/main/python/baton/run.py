"""A script in training: gives out batches, and can be saved between any two steps."""

from __future__ import annotations

import math
import traceback
from pathlib import Path
from types import MappingProxyType
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Tuple

from .accelerate_loop import _as_prepared, _is_prepared, _source_of
from .beside import _BESIDE
from .checkpoint import _Draft, _Held
from .devices import _refuse_several
from .errors import BatonError, _explain
from .forgotten import _Forgotten
from .generators import _Generators, _derive, _seed_generators
from .gradients import _Gradients
from .job import Job
from .loop_states import _LoopStates
from .models import _Models
from .opened import _EARLY, _Opened
from .order import _Data
from .parts import _Parts
from .sums import _Sums
from .tensors import _HostMemory, _is_torch
from .trace import _TRACE, _Trace, _shortened
from .writing import _Writing

_END = object()
_FIRST_STEPS = 2
"""After so many steps, too, it is seen whether all can be saved: by then optimizers have a state."""


def _to_float(value: Any) -> float:
    return float(value.detach() if _is_torch(value) else value)


def _with_last(items: Iterator[Any], done: int, count: int) -> Iterator[Tuple[Any, bool]]:
    """Batches of an epoch that has ``count``, each with whether it is the last."""
    for item in items:
        done += 1
        yield item, done == count
        if done == count:
            return


def _looking_ahead(items: Iterator[Any], data: _Data) -> Iterator[Tuple[Any, bool]]:
    """The same where only a look ahead tells it: it is made before the batch is trained.

    Until the next one, a checkpoint has what the batches are drawn from as it was before it.
    """
    item = next(items, _END)
    while item is not _END:
        data.release()
        data.hold()
        after = next(items, _END)
        yield item, after is _END
        item = after
    data.release()


class _Batches:
    """Batches for a script's loop, and how many there are, for a progress bar around them."""

    def __init__(self, items: Iterator[Any], left: Optional[Callable[[], int]]):
        self._items, self._left = items, left

    def __iter__(self) -> Iterator[Any]:
        return self._items

    def __next__(self) -> Any:
        return next(self._items)

    def __len__(self) -> int:
        if self._left is None:
            raise TypeError("the batches of all epochs have no length; loop over run.epochs()")
        return self._left()


class Run:
    """A script in training: gives out batches, and can be saved between any two steps."""

    def __init__(
        self,
        link: Any,
        job: Job,
        model: Any,
        parts: Dict[str, Any],
        state: Any,
        loops: Mapping[str, Any] = MappingProxyType({}),
    ):
        self.job = job
        self.epoch = self.batch = 0
        """Whole epochs done, and batches done of the next one."""
        self._link = link
        self._models = _Models(model)
        self._parts = _Parts(parts, state, self._models)
        _refuse_several(self._models, self._parts)
        _EARLY.resume()
        self._sums = _Sums()
        self._loops = _LoopStates(loops)
        self._data = _Data(self._parts, is_drilled=bool(_TRACE))
        self._gradients = _Gradients(self._models, self._parts)
        self._generators = _Generators()
        self._sections = (
            self._models,
            self._loops,
            self._parts,
            self._sums,
            self._data,
            self._gradients,
            self._generators,
        )
        self._host = _HostMemory()
        self._writing = _Writing()
        self._before_read: Callable[[], None] = lambda: None
        self._count = 0
        self._loss: Optional[float] = None
        self._final: Optional[str] = None
        self._metrics: Dict[str, float] = {}
        self._nested = self._inner_done = False
        self._trace = _Trace(_TRACE) if _TRACE else None
        self._forgotten = _Forgotten()
        self._stepped = self._stepped_in_epoch = self._trained = False
        self._unchecked_steps = _FIRST_STEPS
        self._held: Optional[_Held] = None
        self._at_end: List[Callable[[], Any]] = []
        link.expect(job)
        start = link.start()
        given = (start.files, job.data, getattr(link, "folder", None))
        self._opened = _Opened(job.ignored, [path for path in given if path])
        if start.files is not None:
            self._held = _Held(start.files, start.epoch, start.batch)
            self.epoch, self.batch = start.epoch, start.batch
            self._restore(self._held)
        self._over = self._final is not None or self.epoch >= job.epochs
        if self._over:
            link.over(self)

    # Training

    def epochs(self) -> Iterator[int]:
        """The epochs that are left; within each, :meth:`batches` gives that epoch's alone."""
        self._nested = True
        self._data.look_around(self)
        self._parts.training_begins()
        self._restore_again(within_epoch=False)
        while not self._over:
            self._inner_done = False
            # So that what the script draws ahead of its batches is the same at a resume.
            _seed_generators(_derive(self.job.seed, self.epoch))
            self._data.open_epoch()
            self._parts.epoch_begins()
            yield self.epoch
            if not self._over:
                self._close_epoch()

    def batches(self, loader: Any) -> Iterator[Any]:
        """The batches that are left, of this epoch within :meth:`epochs`, else of all epochs.

        ``loader`` is iterated anew each epoch; a function is called with the epoch's number. Within
        :meth:`epochs` its length is that of what is left, where the loader has one.
        """
        left = (lambda: len(loader) - self.batch) if self._nested else None
        return _Batches(self._each(loader), left)

    def _each(self, loader: Any) -> Iterator[Any]:
        if self._nested:
            if self._inner_done:
                remedy = "Give one epoch's batches in one loop, from one loader."
                raise BatonError("run.batches was asked twice within an epoch.", remedy)
            yield from self._one_epoch(loader)
            return
        self._parts.training_begins()
        while not self._over:
            yield from self._one_epoch(loader)
            if not self._over:
                self._close_epoch()

    def step(self, loss: Any = None, **others: Any) -> None:
        """Says that the optimizer has moved, and so that the state may be saved after this batch.

        Batches without it, as when gradients accumulate, are saved with the next one that has it.
        Of ``loss`` and of all ``others`` there is a :meth:`mean` over the epoch.
        """
        self._stepped = self._stepped_in_epoch = True
        self._gradients.stepped()
        if self._unchecked_steps:
            self._unchecked_steps -= 1
            self._check()
        for name, other in others.items():
            self._sums.add(name, _to_float(other))
        if loss is None:
            return
        value = _to_float(loss)
        if math.isfinite(value):
            self._loss = value
            self._sums.add("loss", value)
        elif not self._parts.of["scaler"]:  # a scaler skips steps of infinite gradients by design
            message = "The loss is %r at %s." % (value, self._where())
            raise BatonError(message, "Try a smaller learning rate, clipping, or cleaner data.")

    def mean(self, name: str) -> float:
        """The mean of what :meth:`step` was told under this name since the epoch began.

        It is over the whole epoch, also where that was begun by another worker.
        """
        return self._sums.mean(name)

    def evaluated(self, **metrics: Any) -> None:
        """Reports what was measured, such as the accuracy on held-out data.

        A number that is not finite is shown as a gap and ends nothing.
        """
        values = {name: float(value) for name, value in metrics.items()}
        self._metrics.update(values)
        if self._trace:
            self._trace.evaluated(values)
        self._link.evaluated(values)

    def finish(self, reason: str) -> None:
        """Ends the training after this batch, before the last epoch; the job is complete then."""
        self._final = reason

    def at_end(self, function: Callable[[], Any]) -> Callable[[], Any]:
        """Has ``function`` called when the training is done; may be used as a decorator.

        For what would stand after the loop, which a worker does not reach: a test, an export. It is
        called after the last epoch's own lines and before the last save, by whoever trains the last
        batch; metrics that it tells by :meth:`evaluated` are the last epoch's. Several are called in
        their order. If the process is killed in it, another trains the last batches again and calls
        it again: at least once, then, and for each result once.
        """
        if self._over and self._trained:
            remedy = "Call run.at_end before the loop."
            raise BatonError("run.at_end was called after the training's end.", remedy)
        self._at_end.append(function)
        return function

    def _call_at_end(self) -> None:
        for function in self._at_end:
            try:
                function()
            except BatonError:
                raise
            except Exception as e:
                traceback.print_exc()
                message, remedy, kind = _explain(e, e.__traceback__)
                again = " Started again, the run goes on from its last save and comes here again."
                raise BatonError(
                    "At the training's end: " + message, remedy + again, kind
                ) from None

    @property
    def epoch_ended(self) -> bool:
        """Whether the batch being trained is its epoch's last."""
        if not self._count:
            remedy = "Write: for epoch in run.epochs(): for batch in run.batches(loader)."
            raise BatonError("The loader does not tell how many batches it has.", remedy)
        return self.batch + 1 == self._count

    def _one_epoch(self, loader: Any) -> Iterator[Any]:
        _EARLY.close()
        self._data.look_around(self, loader)
        self._restore_again(within_epoch=False)
        seed = _derive(self.job.seed, self.epoch)
        _seed_generators(seed)
        if _is_prepared(loader) and hasattr(loader, "set_epoch"):
            loader.set_epoch(self.epoch)
        iterator, count = self._data.begin(_source_of(loader), self.epoch, self.batch, seed)
        iterator, count = _shortened(loader, iterator, count, self.batch)
        if count and self.batch >= count:
            message = "An epoch has %d batches now, and training stopped after %d of one."
            raise BatonError(message % (count, self.batch), "Use the data that began the job.")
        self._count, self._stepped_in_epoch = count, self.batch > 0
        self._parts.batches_begin()
        self._restore_again(within_epoch=True)
        self._begin(count)
        if _is_prepared(loader):
            yield from self._paired(_as_prepared(loader, self._pairs(iterator, self.batch, count)))
        else:
            yield from self._counted(iterator, count) if count else self._uncounted(iterator)

    def _pairs(self, items: Iterator[Any], done: int, count: int) -> Iterator[Tuple[Any, bool]]:
        """Batches for a loop that must know while it trains one whether it is the epoch's last."""
        return _with_last(items, done, count) if count else _looking_ahead(items, self._data)

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

    def _paired(self, pairs: Iterator[Tuple[Any, bool]]) -> Iterator[Any]:
        for item, is_last in pairs:
            yield from self._one_batch(item)
            if is_last:
                self._inner_done = True
            elif not self._go_on():
                return

    def _uncounted(self, iterator: Iterator[Any]) -> Iterator[Any]:
        item = next(iterator, _END)
        if item is _END:
            raise BatonError("The loader gave no batch at all.", "Give run.batches a new one.")
        while item is not _END:
            yield from self._one_batch(item)
            # Only a look ahead tells whether the epoch ends here, and it may draw from these.
            self._look_ahead(True)
            item = next(iterator, _END)
            if item is not _END and not self._go_on():
                return
            self._look_ahead(False)
        self._inner_done = True

    def _look_ahead(self, begins: bool) -> None:
        """Until it ends, a checkpoint has the generators of before it began."""
        for section in (self._generators, self._parts, self._data):
            section.hold() if begins else section.release()

    def _one_batch(self, item: Any) -> Iterator[Any]:
        self._stepped, self._trained = False, True
        self._gradients.begin_batch()
        if self._trace:
            self._trace.given(self, item)
        yield item
        _BESIDE.batch_done()
        if self._trace:
            self._trace.done(self._loss)

    def _go_on(self) -> bool:
        """After a batch within an epoch: reports it, takes orders, says whether more is wanted."""
        self.batch += 1
        if self._trace:
            self._trace.reached(self)
        if self._final is not None:
            self._call_at_end()
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
        if self._final is not None or self.epoch + 1 >= self.job.epochs:
            self._call_at_end()
        if self._sums.has("loss") and "loss" not in self._metrics:
            self.evaluated(loss=self._sums.mean("loss"))
        self._metrics = {}
        self._sums.clear()
        self._require_given()
        self._data.end_epoch()
        self._parts.epoch_ends()
        self.epoch, self.batch = self.epoch + 1, 0
        if self._trace:
            self._trace.reached(self)
        # Whatever an evaluation has drawn, each epoch begins the same.
        _seed_generators(_derive(self.job.seed, self.epoch))
        self._link.batch_done(self, self._loss, self._final)
        ended = self._final is not None or self.epoch >= self.job.epochs
        self._over = not self._link.orders(self, ended)

    def _begin(self, batches: int) -> None:
        if self._unchecked_steps == _FIRST_STEPS:
            self._check()
        if self._trace:
            self._trace.begin(self)
        self._link.ready(self, batches)

    def _check(self) -> None:
        """Refuses what could not be saved or put back, before hours are spent."""
        self._before_read()
        self._models.check()
        self._parts.check()
        self._require_given()

    def _require_given(self) -> None:
        """Refuses what is trained and was not given; a drill tells it by what differs instead."""
        if not self._trace and not self._loops.of:
            self._forgotten.look(self)

    def _where_exactly(self) -> str:
        return "e%d-b%d" % (self.epoch, self.batch)

    def _where(self) -> str:
        return "epoch %d, batch %d" % (self.epoch, self.batch)

    # Saving and restoring

    def _copy(self) -> Callable[[Path, bool], None]:
        """Copies the whole state to host memory; what is returned writes the copy to a folder."""
        self._writing.finish()
        self._before_read()
        draft = _Draft(self._host, self.epoch, self.batch)
        draft.state["final"] = self._final
        for section in self._sections:
            section.capture(draft)
        draft.finish()
        return draft.write

    def _restore(self, held: _Held) -> None:
        self._final = held.state["final"]
        for section in self._sections:
            section.restore(held)
        self._require_restored(held)

    def _require_restored(self, held: _Held) -> None:
        """Compares what was restored with what was saved, by capturing it again."""
        self._writing.finish()
        again = _Draft(self._host, held.epoch, held.batch)
        compared = (self._models, self._parts)
        for section in compared:
            section.capture(again)
        self._host.finish()
        for section in compared:
            section.require_restored(held, again)

    def _restore_again(self, within_epoch: bool) -> None:
        """Undoes what the script did since ``resume`` and had done before the save already.

        A script that is started in the midst of its training runs the lines before its loop again,
        and within an epoch those before its batches too: ``scheduler.step()``, ``model.train()``,
        ``optimizer.zero_grad()``, draws from generators. Unbroken, they had run once.
        """
        if self._held is not None and self._held.is_within_epoch == within_epoch:
            self._held.is_restored_again = True
            self._restore(self._held)
            self._held = None
