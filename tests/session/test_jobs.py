"""The queue: one at a time, in order, through failures, moved, retried and restored."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from wurstdesk.generation import GenerationRequest, KeptJob
from wurstdesk.session.failures import Failure
from wurstdesk.session.jobs import FINISHED_KEPT, Job, JobQueue, JobState


@pytest.fixture
def queue(qtbot: QtBot) -> JobQueue:
    del qtbot
    return JobQueue()


def fill(queue: JobQueue, *prompts: str) -> list[Job]:
    return [queue.add(GenerationRequest(prompt=prompt)) for prompt in prompts]


def prompts(jobs: tuple[Job, ...]) -> str:
    return " ".join(job.request.prompt for job in jobs)


def test_jobs_run_one_at_a_time_in_order(queue: JobQueue) -> None:
    first, second = fill(queue, "a", "b")

    assert queue.start_next() is first
    assert queue.start_next() is None
    assert (queue.running, queue.waiting) == (first, (second,))

    queue.finish(JobState.DONE)
    assert queue.start_next() is second
    assert [job.state for job in queue] == [JobState.DONE, JobState.RUNNING]


def test_a_failure_is_kept_and_the_queue_goes_on(queue: JobQueue) -> None:
    fill(queue, "a", "b")
    queue.start_next()

    failed = queue.finish(JobState.FAILED, Failure("No."))

    assert failed is not None
    assert failed.failure == Failure("No.")
    assert queue.start_next() is not None


def test_clearing_leaves_what_runs(queue: JobQueue) -> None:
    fill(queue, "a", "b", "c")
    running = queue.start_next()

    assert queue.cancel_waiting() == 2

    assert queue.running is running
    assert queue.waiting == ()
    assert len(queue) == 3


def test_a_job_ends_only_in_a_final_state(queue: JobQueue) -> None:
    fill(queue, "a")
    queue.start_next()

    with pytest.raises(ValueError, match="ends no job"):
        queue.finish(JobState.WAITING)


def test_nothing_to_finish(queue: JobQueue) -> None:
    assert queue.finish(JobState.DONE) is None


@pytest.mark.parametrize(
    ("moved", "position", "order"),
    [("b", 0, "b c d"), ("d", 0, "d b c"), ("b", 2, "c d b"), ("b", 9, "c d b"), ("d", 1, "b d c")],
)
def test_a_waiting_job_moves_among_those_that_wait(
    queue: JobQueue, moved: str, position: int, order: str
) -> None:
    jobs = {job.request.prompt: job for job in fill(queue, "a", "b", "c", "d")}
    queue.start_next()
    queue.move(jobs[moved], position)
    assert prompts(queue.waiting) == order
    assert queue.running is jobs["a"]


def test_what_runs_is_neither_moved_nor_removed(qtbot: QtBot, queue: JobQueue) -> None:
    running, _ = fill(queue, "a", "b")
    queue.start_next()
    with qtbot.assertNotEmitted(queue.changed):
        queue.move(running, 1)
        queue.remove([running])
        queue.retry(running)
    assert len(queue) == 2


def test_jobs_are_removed(queue: JobQueue) -> None:
    a, b, _ = fill(queue, "a", "b", "c")
    queue.remove([a, b])
    assert prompts(queue.waiting) == "c"
    assert queue.find(a.key) is None


def test_a_failed_job_is_tried_again_after_the_others(queue: JobQueue) -> None:
    failed, _ = fill(queue, "a", "b")
    queue.start_next()
    queue.finish(JobState.FAILED, Failure("No."))
    queue.start_next()
    queue.finish(JobState.DONE)
    fill(queue, "c")

    queue.retry(failed)

    assert prompts(queue.waiting) == "c a"
    assert failed.failure is None
    (done,) = queue.finished
    queue.retry(done)
    assert done.state is JobState.DONE, "there is nothing left to make"


def test_nothing_starts_while_it_is_paused(qtbot: QtBot, queue: JobQueue) -> None:
    (job,) = fill(queue, "a")
    queue.set_paused(True)
    assert queue.start_next() is None
    with qtbot.waitSignal(queue.changed):
        queue.set_paused(False)
    assert queue.start_next() is job


def test_what_an_earlier_session_left_comes_first_and_only_once(queue: JobQueue) -> None:
    fill(queue, "now", "later")
    queue.start_next()
    kept = [
        KeptJob("1", GenerationRequest(prompt="x"), "running"),
        KeptJob("2", GenerationRequest()),
    ]

    assert [job.key for job in queue.restore(kept)] == ["1", "2"]
    assert queue.restore(kept) == ()

    assert [job.request.prompt for job in queue.waiting] == ["x", "", "later"]
    assert queue.running is not None


def test_the_oldest_of_what_is_over_is_forgotten(queue: JobQueue) -> None:
    for number in range(FINISHED_KEPT + 2):
        fill(queue, str(number))
        queue.start_next()
        queue.finish(JobState.DONE)
    assert len(queue.finished) == FINISHED_KEPT
    assert queue.finished[0].request.prompt == "2"

    fill(queue, "waits")
    queue.forget_finished()
    assert prompts(tuple(queue)) == "waits"


@given(
    count=st.integers(1, 8),
    finished=st.sets(st.integers(0, 7)),
    seed=st.sampled_from([0, 7, 2**32 - 3]),
    decoder_seed=st.sampled_from([None, 5]),
)
def test_the_rest_of_a_job_makes_the_pictures_that_are_missing(
    count: int, finished: set[int], seed: int, decoder_seed: int | None
) -> None:
    request = GenerationRequest(num_images=count, seed=seed, decoder_seed=decoder_seed)
    job = Job(request, finished={index for index in finished if index < count - 1})

    rest = [job.rest.for_picture(index) for index in range(job.rest.num_images)]

    every = [request.for_picture(index) for index in range(count)]
    assert rest == every[count - len(rest) :]
    missing = [index for index in range(count) if index not in job.finished]
    assert count - len(rest) == missing[0]
