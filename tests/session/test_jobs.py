"""The queue: one at a time, in order, through failures."""

from __future__ import annotations

import pytest

from wurstdesk.generation import GenerationRequest
from wurstdesk.session.failures import Failure
from wurstdesk.session.jobs import JobQueue, JobState


def test_jobs_run_one_at_a_time_in_order() -> None:
    queue = JobQueue()
    first, second = (queue.add(GenerationRequest(seed=seed)) for seed in (1, 2))

    assert queue.start_next() is first
    assert queue.start_next() is None
    assert (queue.running, queue.waiting) == (first, (second,))

    queue.finish(JobState.DONE)
    assert queue.start_next() is second
    assert [job.state for job in queue] == [JobState.DONE, JobState.RUNNING]


def test_a_failure_is_kept_and_the_queue_goes_on() -> None:
    queue = JobQueue()
    queue.add(GenerationRequest())
    queue.add(GenerationRequest())
    queue.start_next()

    failed = queue.finish(JobState.FAILED, Failure("No."))

    assert failed is not None
    assert failed.failure == Failure("No.")
    assert queue.start_next() is not None


def test_clearing_leaves_what_runs() -> None:
    queue = JobQueue()
    for seed in range(3):
        queue.add(GenerationRequest(seed=seed))
    running = queue.start_next()

    assert queue.cancel_waiting() == 2

    assert queue.running is running
    assert queue.waiting == ()
    assert len(queue) == 3


def test_a_job_ends_only_in_a_final_state() -> None:
    queue = JobQueue()
    queue.add(GenerationRequest())
    queue.start_next()

    with pytest.raises(ValueError, match="ends no job"):
        queue.finish(JobState.WAITING)


def test_nothing_to_finish() -> None:
    assert JobQueue().finish(JobState.DONE) is None
