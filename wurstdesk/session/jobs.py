"""The queue: requests in the order in which they were asked for, each with the life of a job.

It knows no threads; ``runner`` starts what it names next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from uuid import uuid4

from PySide6.QtCore import QObject, Signal

from wurstdesk.generation import GenerationRequest, KeptJob
from wurstdesk.session.failures import Failure

FINISHED_KEPT = 50
"""Jobs that are over and stay in the list, so that they can be tried again."""


class JobState(Enum):
    """Where a job stands; the last three are final."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        return self in {JobState.DONE, JobState.FAILED, JobState.CANCELLED}


def _new_key() -> str:
    return uuid4().hex


@dataclass(eq=False, slots=True)
class Job:
    """A request in the queue. ``failure`` is set where the state is FAILED.

    ``finished`` are the indices of its pictures that are made and saved. ``has_begun`` tells a job
    that was stopped from one that was taken out before its turn.
    """

    request: GenerationRequest
    key: str = field(default_factory=_new_key)
    state: JobState = JobState.WAITING
    failure: Failure | None = None
    finished: set[int] = field(default_factory=set)
    has_begun: bool = False

    @property
    def can_retry(self) -> bool:
        """Whether there is something left to make."""
        return self.state in {JobState.FAILED, JobState.CANCELLED}

    @property
    def rest(self) -> GenerationRequest:
        """The request for the pictures that are still missing: those from the first gap on.

        A picture depends on its own seed alone, so that they come out as they would have.
        """
        count = self.request.num_images
        first = next((index for index in range(count) if index not in self.finished), 0)
        if not first:
            return self.request
        return self.request.for_picture(first).changed(num_images=count - first)


class JobQueue(QObject):
    """Jobs of this session, oldest first. At most one is running."""

    changed = Signal()
    """Jobs came, went, moved or have another state; or the queue pauses, or no longer."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: list[Job] = []
        self._is_paused = False

    def __iter__(self) -> Iterator[Job]:
        return iter(tuple(self._jobs))

    def __len__(self) -> int:
        return len(self._jobs)

    @property
    def running(self) -> Job | None:
        return next((job for job in self._jobs if job.state is JobState.RUNNING), None)

    @property
    def waiting(self) -> tuple[Job, ...]:
        """In the order in which they will be made."""
        return tuple(job for job in self._jobs if job.state is JobState.WAITING)

    @property
    def finished(self) -> tuple[Job, ...]:
        """What is over, one way or the other, the oldest first."""
        return tuple(job for job in self._jobs if job.state.is_final)

    @property
    def is_paused(self) -> bool:
        """Whether nothing that waits may start."""
        return self._is_paused

    def find(self, key: str) -> Job | None:
        """The job of that key, or None."""
        return next((job for job in self._jobs if job.key == key), None)

    # -- what comes and goes ----------------------------------------------------------------

    def add(self, request: GenerationRequest) -> Job:
        """Put a request at the end of the queue."""
        job = Job(request)
        self._jobs.append(job)
        self.changed.emit()
        return job

    def restore(self, kept: Iterable[KeptJob]) -> tuple[Job, ...]:
        """Put what an earlier session left before everything that waits; all of it waits."""
        known = {job.key for job in self._jobs}
        jobs = tuple(Job(k.request, k.key) for k in kept if k.key not in known)
        at = self._place_of_waiting(0)
        self._jobs[at:at] = jobs
        if jobs:
            self.changed.emit()
        return jobs

    def move(self, job: Job, position: int) -> None:
        """Make a waiting job the one at ``position`` among those that wait."""
        if job.state is not JobState.WAITING or self.waiting.index(job) == position:
            return
        self._jobs.remove(job)
        self._jobs.insert(self._place_of_waiting(position), job)
        self.changed.emit()

    def remove(self, jobs: Iterable[Job]) -> None:
        """Take jobs out of the list, other than the one that runs."""
        gone = [job for job in jobs if job.state is not JobState.RUNNING]
        self._keep_if(lambda job: job not in gone)

    def retry(self, job: Job) -> None:
        """Let a failed or cancelled job wait again, at the end of the queue."""
        if not job.can_retry or job not in self._jobs:
            return
        self._jobs.remove(job)
        self._jobs.append(job)
        job.state, job.failure = JobState.WAITING, None
        self.changed.emit()

    def forget_finished(self) -> None:
        """Take everything out of the list that is over."""
        self._keep_if(lambda job: not job.state.is_final)

    def cancel(self, jobs: Iterable[Job]) -> int:
        """Cancel those of the jobs that have not begun; how many there were."""
        waiting = [job for job in jobs if job.state is JobState.WAITING]
        for job in waiting:
            job.state = JobState.CANCELLED
        if waiting:
            self._forget_oldest()
            self.changed.emit()
        return len(waiting)

    def cancel_waiting(self) -> int:
        """Cancel all that has not begun; how many there were."""
        return self.cancel(self.waiting)

    # -- what runs --------------------------------------------------------------------------

    def set_paused(self, is_paused: bool) -> None:
        """Let nothing start that waits, or let it start again."""
        if is_paused != self._is_paused:
            self._is_paused = is_paused
            self.changed.emit()

    def start_next(self) -> Job | None:
        """Set the oldest waiting job running and give it; None where that cannot be."""
        if self._is_paused or self.running is not None or not self.waiting:
            return None
        job = self.waiting[0]
        job.state, job.has_begun = JobState.RUNNING, True
        self.changed.emit()
        return job

    def finish(self, state: JobState, failure: Failure | None = None) -> Job | None:
        """End the running job; None where none runs."""
        if not state.is_final:
            raise ValueError(f"{state} ends no job")
        job = self.running
        if job is not None:
            job.state, job.failure = state, failure
            self._forget_oldest()
            self.changed.emit()
        return job

    def _place_of_waiting(self, position: int) -> int:
        """Where in the list a job belongs that is to be the one at ``position`` of the waiting."""
        waiting = self.waiting
        if position < len(waiting):
            return self._jobs.index(waiting[max(0, position)])
        return len(self._jobs)

    def _forget_oldest(self) -> None:
        for job in self.finished[:-FINISHED_KEPT]:
            self._jobs.remove(job)

    def _keep_if(self, stays: Callable[[Job], bool]) -> None:
        kept = [job for job in self._jobs if stays(job)]
        if len(kept) != len(self._jobs):
            self._jobs = kept
            self.changed.emit()
