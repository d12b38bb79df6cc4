"""The queue: requests in the order in which they were asked for, each with the life of a job.

It lives in memory and knows neither threads nor Qt; ``state`` starts what it names next.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import count

from wurstdesk.generation import GenerationRequest
from wurstdesk.session.failures import Failure


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


@dataclass(eq=False, slots=True)
class Job:
    """A request in the queue. ``failure`` is set where the state is FAILED."""

    id: int
    request: GenerationRequest
    state: JobState = JobState.WAITING
    failure: Failure | None = None


class JobQueue:
    """Jobs of this session, oldest first. At most one is running."""

    def __init__(self) -> None:
        self._jobs: list[Job] = []
        self._ids = count(1)

    def __iter__(self) -> Iterator[Job]:
        return iter(self._jobs)

    def __len__(self) -> int:
        return len(self._jobs)

    def add(self, request: GenerationRequest) -> Job:
        """Put a request at the end of the queue."""
        job = Job(next(self._ids), request)
        self._jobs.append(job)
        return job

    @property
    def running(self) -> Job | None:
        return next((job for job in self._jobs if job.state is JobState.RUNNING), None)

    @property
    def waiting(self) -> tuple[Job, ...]:
        return tuple(job for job in self._jobs if job.state is JobState.WAITING)

    def start_next(self) -> Job | None:
        """Set the oldest waiting job running and give it; None where one runs or none waits."""
        if self.running is not None or not self.waiting:
            return None
        job = self.waiting[0]
        job.state = JobState.RUNNING
        return job

    def finish(self, state: JobState, failure: Failure | None = None) -> Job | None:
        """End the running job; None where none runs."""
        if not state.is_final:
            raise ValueError(f"{state} ends no job")
        job = self.running
        if job is not None:
            job.state, job.failure = state, failure
        return job

    def cancel_waiting(self) -> int:
        """Cancel all that has not begun; how many there were."""
        waiting = self.waiting
        for job in waiting:
            job.state = JobState.CANCELLED
        return len(waiting)
