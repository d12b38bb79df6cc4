"""How long what runs and what waits will take, as far as anybody knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from wurstdesk.generation import GenerationRequest
from wurstdesk.session.jobs import Job, JobState
from wurstdesk.session.progress import JobProgress

Estimate = Callable[[GenerationRequest], float | None]
"""Seconds that a request will take; None where nothing is known."""


def unknown(request: GenerationRequest) -> float | None:
    """The estimate of who has learned nothing yet."""
    del request
    return None


@dataclass(frozen=True, slots=True)
class QueueTime:
    """Seconds as of now. ``progress`` is of the job that runs; None where it is being ended.

    ``waiting`` is what all takes that has not begun; None where that is not known of one of them.
    """

    running_job: Job | None
    progress: JobProgress | None
    estimate: Estimate
    waiting: float | None

    def of(self, job: Job) -> float | None:
        """What is left of one job; None for what is over, or not known."""
        if job.state is JobState.WAITING:
            return self.estimate(job.rest)
        if job.state is not JobState.RUNNING or self.progress is None:
            return None
        latest = self.progress.latest
        if latest is not None and latest.seconds_left is not None:
            return latest.seconds_left
        return self.estimate(job.rest)

    @property
    def running(self) -> float | None:
        """What is left of the job that runs."""
        return None if self.running_job is None else self.of(self.running_job)

    @property
    def whole(self) -> float | None:
        """What is left of all of them; None where one is not known, or there is none."""
        if self.waiting is None:
            return None
        if self.running_job is None:
            return self.waiting or None
        running = self.running
        return None if running is None else running + self.waiting


def sum_of(jobs: Iterable[Job], estimate: Estimate) -> float | None:
    """How long jobs will take that wait; None where that is not known of one of them."""
    total = 0.0
    for job in jobs:
        seconds = estimate(job.rest)
        if seconds is None:
            return None
        total += seconds
    return total
