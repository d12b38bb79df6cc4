"""The queue as the next start will find it, written whenever it changes.

Never by the window's thread, and never more than one write at a time: what changes while one is
under way goes into the next. What cannot be written is said once, and the work goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from wurstdesk.generation import Desk, GenerationRequest, KeptJob, KeptState
from wurstdesk.session.failures import Failure
from wurstdesk.session.jobs import JobQueue
from wurstdesk.session.keeper import Keeper

PATIENCE = 10_000
"""Milliseconds that anything waits for a disk that does not answer."""

_AHEAD = "ahead"
"""The key of what is no job: the request that something is loaded for before anybody asks."""

Then = Callable[[], None]
Jobs = tuple[KeptJob, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What an earlier session left. It ``was_cut_off`` where it ended in the middle of work."""

    jobs: Jobs
    was_cut_off: bool


class QueueKeeping(QObject):
    """Reads what was left, once, and keeps what there is now; without a keeper it keeps nothing.

    Nothing is written before what was left is known: it would be lost.
    """

    found = Signal(object)
    """``Found``, once, before anything is written."""
    failed = Signal(object)
    """The ``Failure`` that keeps the queue from being kept; told once until that works again."""

    def __init__(
        self, queue: JobQueue, keeper: Keeper | None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._queue = queue
        self._keeper = keeper
        self._ahead: GenerationRequest | None = None
        self._is_closed = False
        self._is_loaded = False
        self._is_busy = False
        self._is_due = False
        self._failure_is_told = False
        self._kept: Jobs = ()
        self._settling: list[Then] = []  # wait for the write that is under way
        self._next: list[Then] = []  # wait for the next one
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE)
        self._patience.timeout.connect(self._settle_all)
        queue.changed.connect(self.keep)

    def load(self) -> None:
        """Look for what was left, unless that is done."""
        if not self._is_loaded:
            self.keep()

    @Slot()
    def keep(self) -> None:
        """See to it that the queue is kept as it is now."""
        self._is_due = True
        self._go_on()

    def when_kept(self, then: Then) -> None:
        """Call ``then`` once the queue as it is now is on the disk, or cannot get there."""
        self._next.append(then)
        if not self._patience.isActive() and self._keeper is not None:
            self._patience.start()
        self.keep()

    def set_ahead(self, request: GenerationRequest | None) -> None:
        """Note that something is being loaded that no job has asked for, or no longer."""
        if request != self._ahead:
            self._ahead = request
            self.keep()

    def close(self) -> None:
        """Write a last time: the program ends as it should, so nothing of it was cut off."""
        if self._is_closed:
            return
        self._is_closed = True
        self._patience.stop()
        if self._keeper is None:
            return
        jobs = self._snapshot(is_end=True)
        if not self._is_loaded:
            self._keeper.ask(_Append(jobs), None, _ignore)
        elif jobs != self._kept or self._is_busy:
            self._keeper.ask(_Write(jobs), None, _ignore)

    # -- one at a time ----------------------------------------------------------------------

    def _go_on(self) -> None:
        if self._is_closed or self._is_busy or not self._is_due:
            return
        if self._keeper is None:
            self._is_due = False
            self._settle_all()
        elif not self._is_loaded:
            self._is_busy = True
            self._keeper.ask(_Read(), self._on_read, self._on_refused)
        else:
            self._write(self._keeper)

    def _write(self, keeper: Keeper) -> None:
        jobs = self._snapshot()
        self._is_due = False
        self._settling, self._next = [*self._settling, *self._next], []
        if jobs == self._kept:
            self._settle_all()
            return
        self._is_busy = True
        keeper.ask(_Write(jobs), self._on_written, self._on_refused)

    def _snapshot(self, *, is_end: bool = False) -> Jobs:
        running = self._queue.running
        jobs = [KeptJob(job.key, job.rest) for job in self._queue.waiting]
        if running is not None:
            state: KeptState = "waiting" if is_end else "running"
            jobs.insert(0, KeptJob(running.key, running.rest, state))
        if self._ahead is not None and not is_end:
            jobs.insert(0, KeptJob(_AHEAD, self._ahead, "running"))
        return tuple(jobs)

    # -- answers ----------------------------------------------------------------------------

    @Slot(object)
    def _on_read(self, left: Jobs) -> None:
        self._is_busy, self._is_loaded = False, True
        self._kept = left
        cut_off = any(job.state == "running" for job in left)
        self.found.emit(Found(tuple(job for job in left if job.key != _AHEAD), cut_off))
        self._go_on()

    @Slot(object)
    def _on_written(self, jobs: Jobs) -> None:
        self._is_busy = False
        self._failure_is_told = False
        self._kept = jobs
        self._settle()
        self._go_on()

    @Slot(object)
    def _on_refused(self, failure: Failure) -> None:
        self._is_busy = False
        if not self._failure_is_told:
            self._failure_is_told = True
            self.failed.emit(failure)
        if self._is_loaded:
            self._settle()
            self._go_on()
        else:  # the next change tries to read again
            self._is_due = False
            self._settle_all()

    def _settle(self) -> None:
        """Let those go on whose write has ended."""
        settled, self._settling = self._settling, []
        if not self._next:
            self._patience.stop()
        for then in settled:
            then()

    @Slot()
    def _settle_all(self) -> None:
        self._settling, self._next = [*self._settling, *self._next], []
        self._settle()


class _Read:
    """A question for the desk."""

    def __call__(self, desk: Desk) -> Jobs:
        return desk.jobs()


@dataclass(frozen=True, slots=True)
class _Write:
    """A question for the desk; the answer is what is kept now."""

    jobs: Jobs

    def __call__(self, desk: Desk) -> Jobs:
        desk.keep_jobs(self.jobs)
        return self.jobs


@dataclass(frozen=True, slots=True)
class _Append:
    """Keeps jobs beside those that nobody has read."""

    jobs: Jobs

    def __call__(self, desk: Desk) -> None:
        if self.jobs:
            desk.keep_jobs((*desk.jobs(), *self.jobs))


def _ignore(failure: Failure) -> None:
    """The window is gone; there is nobody left to tell."""
    del failure
