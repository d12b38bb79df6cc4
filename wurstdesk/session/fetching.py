"""Fetches checkpoints, one after the other, each in a process of its own that a thread listens to.

Nothing here begins by itself: a fetch that the last session did not end waits until it is asked
for again, and goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from wurstdesk.generation.fetching import (
    Cancelled,
    Checking,
    Converting,
    Failed,
    Fetched,
    FetchedAgain,
    FetchEvent,
    FetchOrder,
    FetchRepository,
    HalfPrecision,
    Offer,
    Paused,
    Planned,
    Progressed,
    StartFetch,
    Waiting,
)
from wurstdesk.generation.shelf import UnfinishedFetch
from wurstdesk.session.failures import Failure
from wurstdesk.session.fetch_job import FetchJob, FetchState
from wurstdesk.session.fetch_thread import FetchThread
from wurstdesk.session.keeper import Keeper
from wurstdesk.session.messages import MessageAction, MessageKind, MessageList
from wurstdesk.session.window_memory import WindowMemory

DiscardFetch = Callable[[FetchOrder], None]

_MEMORY = "fetches"
_FETCHED = "fetched"
_USUAL_SPEED = 6_250_000.0
"""Bytes a second, of which an estimate is made before anything was ever fetched: 50 Mbit/s."""


class FetchQueue(QObject):
    """What is fetched, what waits for it, and what was not ended. End it with ``close()``.

    ``mirror`` gives the address in place of the hub's that the person has set, "" for none.
    """

    changed = Signal()
    """Which fetches there are, or the state of one."""
    progressed = Signal()
    """How far the one that runs is."""
    fetched = Signal(object)
    """``tuple[Path, ...]``: the folders that came, whole and checked."""
    discarded = Signal()
    """What a fetch has left is deleted."""
    told = Signal(str)
    failed = Signal(object)
    """``Failure``, a bug."""

    def __init__(
        self,
        start_fetch: StartFetch,
        discard: DiscardFetch,
        models_folder: Path,
        *,
        memory: WindowMemory,
        messages: MessageList,
        keeper: Keeper,
        mirror: Callable[[], str],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._start_fetch = start_fetch
        self._discard = discard
        self.models_folder = models_folder
        self._memory = memory
        self._messages = messages
        self._keeper = keeper
        self._mirror = mirror
        self._numbers = count(1)
        self._thread: FetchThread | None = None
        self._is_closed = False
        self.jobs: list[FetchJob] = []
        self._speed = 0.0
        self._recall()

    # -- what is shown ----------------------------------------------------------------------

    @property
    def current(self) -> FetchJob | None:
        """The one whose process is there, or was there last and failed."""
        running = next((job for job in self.jobs if job.is_under_way), None)
        return running or next((job for job in self.jobs if job.state == "waiting"), None)

    @property
    def is_running(self) -> bool:
        """Whether something is being fetched at this moment."""
        return any(job.state == "running" for job in self.jobs)

    def seconds_for(self, size: int) -> float:
        """How long so many bytes would take, by the last fetch or by a usual connection."""
        return size / (self._speed or _USUAL_SPEED)

    @property
    def knows_speed(self) -> bool:
        """Whether estimates are by a fetch on this machine."""
        return self._speed > 0

    @property
    def usual_speed(self) -> float:
        """Bytes a second that estimates go by."""
        return self._speed or _USUAL_SPEED

    def job(self, number: int) -> FetchJob | None:
        """By its number."""
        return next((job for job in self.jobs if job.number == number), None)

    # -- actions ----------------------------------------------------------------------------

    def get(self, offer: Offer, half: HalfPrecision | None = None) -> FetchJob:
        """Fetch a published checkpoint or prior."""
        return self._get(offer.title, offer.repositories, half)

    def get_named(self, repo: str, half: HalfPrecision | None = None) -> FetchJob:
        """Fetch any repository of the same layout."""
        return self._get(repo, (FetchRepository(repo),), half)

    def add(self, title: str, order: FetchOrder) -> FetchJob:
        """Fetch what a repair needs, from where it came."""
        return self._add(FetchJob(next(self._numbers), title, order, follows_mirror=False))

    def adopt(self, unfinished: Sequence[UnfinishedFetch], offers: Sequence[Offer]) -> None:
        """Show what others have begun and not ended, the halves of an offer as one."""
        self.jobs = [job for job in self.jobs if not job.is_found]
        known = {repo.repo_id for job in self.jobs for repo in job.order.repositories}
        left = {left.repo: left for left in unfinished if left.repo not in known}
        for offer in offers:
            repos = [repo.repo_id for repo in offer.repositories]
            if all(repo in left for repo in repos):
                halves = [left.pop(repo) for repo in repos]
                self._adopt(offer.title, offer.repositories, halves)
        for one in left.values():
            self._adopt(one.repo, one.order.repositories, [one])
        self.changed.emit()

    def _adopt(
        self,
        title: str,
        repositories: tuple[FetchRepository, ...],
        parts: Sequence[UnfinishedFetch],
    ) -> None:
        order = replace(parts[0].order, repositories=repositories)
        done = sum(part.bytes_on_disk for part in parts)
        job = FetchJob(next(self._numbers), title, order, "stopped", done=done, is_found=True)
        self.jobs.append(job)

    def pause(self, number: int) -> None:
        """Stand still; what waits behind it stands still, too."""
        job = self.job(number)
        if job is not None and job.state == "running" and self._thread is not None:
            self._thread.pause()
        elif job is not None and job.state == "waiting":
            self._become(job, "stopped")

    def resume(self, number: int) -> None:
        """Go on with what was paused, stopped or failed."""
        job = self.job(number)
        if job is None:
            return
        if job.state == "paused" and self._thread is not None:
            job.state = "running"
            self._thread.resume()
            self.changed.emit()
        elif job.state in {"stopped", "failed"}:
            if job.follows_mirror:
                job.order = replace(job.order, endpoint=self._mirror())
            job.failure, job.note, job.is_found = None, "", False
            self._become(job, "waiting")
            self._next()

    def cancel(self, number: int) -> None:
        """Call one off. What is there is kept until it is thrown away."""
        job = self.job(number)
        if job is None:
            return
        if job.is_under_way and self._thread is not None:
            self._thread.cancel()
        elif job.done:
            self._become(job, "stopped")
        else:
            self.throw_away(number)

    def throw_away(self, number: int) -> None:
        """Delete what a fetch that is not under way has left, and forget it."""
        job = self.job(number)
        if job is None or job.is_under_way:
            return
        self.jobs.remove(job)
        self._remember()
        self.changed.emit()
        self._keeper.do(
            _Discard(self._discard, job.order), self._on_discarded, self._on_not_discarded
        )

    def close(self) -> None:
        """End what runs; it goes on at another start. Nothing can be fetched afterwards."""
        self._is_closed = True
        self._remember()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.end()

    # -- one after the other ----------------------------------------------------------------

    def _get(
        self, title: str, repositories: tuple[FetchRepository, ...], half: HalfPrecision | None
    ) -> FetchJob:
        order = FetchOrder(repositories, self.models_folder, half, self._mirror())
        return self._add(FetchJob(next(self._numbers), title, order))

    def _add(self, job: FetchJob) -> FetchJob:
        for there in self.jobs:
            if there.is_same_as(job):
                self.resume(there.number)
                return there
        self.jobs.append(job)
        self._remember()
        self.changed.emit()
        self._next()
        return job

    def _next(self) -> None:
        if self._thread is not None or self._is_closed:
            return
        job = next((job for job in self.jobs if job.state == "waiting"), None)
        if job is None:
            return
        job.rest()
        job.step = "asking"
        self._thread = FetchThread(self._start_fetch, job.order, job.number, self)
        self._thread.happened.connect(self._on_event)
        self._thread.broke.connect(self._on_broke)
        self._thread.finished.connect(self._on_finished)
        self._become(job, "running")
        self._thread.start()

    def _become(self, job: FetchJob, state: FetchState) -> None:
        job.state = state
        self._remember()
        self.changed.emit()

    @Slot()
    def _on_finished(self) -> None:
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.deleteLater()
            job = self.job(thread.number)
            if job is not None and job.is_under_way:  # it ended without a word
                self._become(job, "stopped")
        self._next()

    # -- what comes -------------------------------------------------------------------------

    @Slot(int, object)
    def _on_event(self, number: int, event: FetchEvent) -> None:
        job = self.job(number)
        if job is None or self._is_closed:
            return
        if isinstance(event, Progressed | Checking | Converting | Waiting | FetchedAgain):
            self._on_progress(job, event)
        elif isinstance(event, Planned):
            job.done, job.total = event.done, event.total
            self._remember()
            self.changed.emit()
        elif isinstance(event, Paused):
            job.rest()
            self._become(job, "paused")
        elif isinstance(event, Fetched):
            self._on_fetched(job, event)
        elif isinstance(event, Failed):
            self._on_failed(job, event)
        elif isinstance(event, Cancelled):
            self._on_cancelled(job)

    def _on_progress(self, job: FetchJob, event: FetchEvent) -> None:
        was = (job.state, job.step)
        job.take(event)
        self._speed = job.speed or self._speed
        if isinstance(event, FetchedAgain):
            job.note = self.tr("{0} is fetched again: {1}.").format(event.file, event.reason)
        if was != (job.state, job.step):
            self.changed.emit()
        self.progressed.emit()

    def _on_fetched(self, job: FetchJob, event: Fetched) -> None:
        self.jobs.remove(job)
        self._remember()
        self.changed.emit()
        folders = tuple(Path(folder) for folder in event.folders)
        self._messages.post(
            MessageKind.NOTE,
            self.tr("{0} is here, checked and ready.").format(job.title),
            actions=(MessageAction.USE_CHECKPOINT,),
            key=fetched_key(folders),
            stays=True,
        )
        self.fetched.emit(folders)

    def _on_failed(self, job: FetchJob, event: Failed) -> None:
        job.failure = event
        self._become(job, "failed")
        self._messages.post(
            MessageKind.PROBLEM,
            event.message,
            event.hint,
            actions=(MessageAction.SHOW_CHECKPOINTS,),
            details=event.details,
            key=f"fetch {job.number}",
        )

    def _on_cancelled(self, job: FetchJob) -> None:
        job.rest()
        self._become(job, "stopped")
        if not job.done:
            self.throw_away(job.number)
        self.told.emit(self.tr("{0} is not fetched any more.").format(job.title))

    @Slot(int, object)
    def _on_broke(self, number: int, failure: Failure) -> None:
        job = self.job(number)
        if job is not None:
            job.failure = Failed(failure.message, failure.hint, failure.details)
            self._become(job, "failed")
        self.failed.emit(failure)

    @Slot(object)
    def _on_discarded(self, _nothing: None) -> None:
        self.discarded.emit()

    @Slot(object)
    def _on_not_discarded(self, failure: Failure) -> None:
        if failure.is_bug:
            self.failed.emit(failure)
        else:
            self._messages.post(MessageKind.PROBLEM, failure.message, failure.hint)

    # -- from one start to the next ---------------------------------------------------------

    def _remember(self) -> None:
        kept = [job.to_dict() for job in self.jobs if not job.is_found]
        self._memory.keep(_MEMORY, {"orders": kept, "speed": self._speed})

    def _recall(self) -> None:
        kept = self._memory.mapping(_MEMORY)
        speed = kept.get("speed")
        self._speed = float(speed) if isinstance(speed, int | float) and speed > 0 else 0.0
        orders = kept.get("orders")
        self.jobs = list(self._recalled(orders if isinstance(orders, list) else []))

    def _recalled(self, orders: list[Any]) -> Iterator[FetchJob]:
        for entry in orders:
            with suppress(KeyError, TypeError, ValueError, AttributeError):  # of another version
                yield FetchJob.from_dict(next(self._numbers), entry)


class _Discard:
    """Throws away what an order has left, in the keeper's thread."""

    def __init__(self, discard: DiscardFetch, order: FetchOrder) -> None:
        self._discard = discard
        self._order = order

    def __call__(self) -> None:
        self._discard(self._order)


def fetched_key(folders: tuple[Path, ...]) -> str:
    """The key of the message that offers what came."""
    return "\n".join([_FETCHED, *map(str, folders)])


def folders_of_key(key: str) -> tuple[Path, ...]:
    """The folders that such a message is about; none of any other message."""
    head, *lines = key.splitlines() or [""]
    return tuple(map(Path, lines)) if head == _FETCHED else ()
