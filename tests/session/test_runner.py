"""Jobs on their way to the worker: paused, stopped in each way, repeated, timed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from fakes import Gate, Step, UntilCancelled, full_disk, picture_of
from runner_bench import RunnerBench, request
from wurstdesk.errors import CheckpointError
from wurstdesk.generation import GenerationRequest, PictureReady, Plan, StageProgress
from wurstdesk.session.jobs import JobState

DONE, FAILED, CANCELLED = JobState.DONE, JobState.FAILED, JobState.CANCELLED
RUNNING, WAITING = JobState.RUNNING, JobState.WAITING


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[RunnerBench]:
    opened = RunnerBench(qtbot)
    yield opened
    if opened.desk.gate is not None:
        opened.desk.gate.open()
    opened.end()


def kept(bench: RunnerBench) -> list[tuple[str, str]]:
    return [(job.request.prompt, job.state) for job in bench.desk.kept_jobs]


def is_paused(bench: RunnerBench) -> bool:
    return bench.runner.queue.is_paused


# -- paused, moved, retried ---------------------------------------------------------------------


def test_a_paused_queue_finishes_what_runs_and_starts_nothing(bench: RunnerBench) -> None:
    gate = Gate()
    bench.generator.script = lambda r: [gate, PictureReady(picture_of(r))]
    for prompt in ("one", "two"):
        bench.runner.add(request(prompt))
    bench.runner.set_paused(True)
    gate.open()
    bench.wait_until_idle()
    assert bench.states() == [DONE, WAITING]
    bench.runner.add(request("three"))
    assert bench.remarks == ["Added to the queue, which is paused."]

    bench.runner.set_paused(False)
    bench.wait_until_idle()
    assert bench.prompts_made() == ["one", "two", "three"]


def test_jobs_are_made_in_the_order_they_were_moved_to(bench: RunnerBench) -> None:
    gate = Gate()
    bench.generator.script = lambda r: [gate, PictureReady(picture_of(r))]
    jobs = [bench.runner.add(request(prompt)) for prompt in ("one", "two", "three")]
    bench.runner.queue.move(jobs[2], 0)
    bench.wait_until_kept()
    assert [prompt for prompt, _ in kept(bench)] == ["one", "three", "two"]
    gate.open()
    bench.wait_until_idle()
    assert bench.prompts_made() == ["one", "three", "two"]


def test_a_pause_ends_with_the_queue(bench: RunnerBench) -> None:
    bench.runner.set_paused(True)
    assert not is_paused(bench), "there is nothing to hold back"
    endless = UntilCancelled()
    bench.play(endless)
    bench.runner.add(request())
    waiting = bench.runner.add(request())
    bench.runner.set_paused(True)
    bench.runner.stop()
    bench.wait_until_idle()
    assert is_paused(bench)

    bench.runner.queue.remove([waiting])
    assert not is_paused(bench)


def test_a_failed_job_can_be_tried_again(bench: RunnerBench) -> None:
    failures: list[BaseException] = [CheckpointError("No prior.")]
    bench.generator.script = lambda r: [failures.pop() if failures else PictureReady(picture_of(r))]
    job = bench.runner.add(request())
    bench.wait_until_idle()
    assert bench.states() == [FAILED]

    bench.runner.retry(job)
    bench.wait_until_idle()
    assert job.failure is None
    assert bench.states() == [DONE]
    assert [p.request for p in bench.pictures] == [request()]


def test_a_retry_makes_only_what_is_missing(bench: RunnerBench) -> None:
    failures: list[BaseException] = [MemoryError()]

    def script(asked: GenerationRequest) -> list[Step]:
        pictures = [PictureReady(picture_of(asked, i)) for i in range(asked.num_images)]
        return [pictures[0], failures.pop()] if failures else [*pictures]

    bench.generator.script = script
    job = bench.runner.add(request(seed=20, count=3))
    bench.wait_until_idle()
    assert job.finished == {0}

    bench.runner.retry(job)
    bench.wait_until_idle()
    assert job.finished == {0, 1, 2}
    assert [picture.request.seed for picture in bench.pictures] == [20, 21, 22]
    assert len(bench.runner.round.cells) == 2


# -- stopped ------------------------------------------------------------------------------------


def test_stop_is_acknowledged_at_once_and_what_waits_comes_next(bench: RunnerBench) -> None:
    endless = UntilCancelled()
    scripts: list[list[Step]] = [[endless]]
    bench.generator.script = lambda r: scripts.pop() if scripts else [PictureReady(picture_of(r))]
    bench.runner.add(request("one"))
    bench.runner.add(request("two"))
    endless.wait_until_reached()

    with bench.qtbot.waitSignal(bench.runner.activity_changed, timeout=0, raising=False) as told:
        bench.runner.stop()
        assert bench.runner.is_stopping
    assert told.signal_triggered, "whoever listens knows before stop() returns"

    bench.wait_until_idle()
    assert bench.states() == [CANCELLED, DONE]


def test_a_job_that_is_not_kept_yet_is_stopped_at_once(bench: RunnerBench) -> None:
    bench.load()
    bench.desk.gate = Gate()
    bench.runner.add(request("one"))
    bench.desk.gate.wait_until_reached()
    bench.runner.add(request("two"))

    bench.runner.stop()
    assert bench.states() == [CANCELLED, RUNNING]

    bench.desk.gate.open()
    bench.wait_until_idle()
    assert bench.prompts_made() == ["two"]
    assert bench.states() == [CANCELLED, DONE]


def test_stop_after_this_picture(bench: RunnerBench) -> None:
    first = Gate()
    rest = UntilCancelled()
    bench.generator.script = lambda r: [first, PictureReady(picture_of(r, 0)), rest]
    bench.runner.add(request("one", count=4))
    bench.runner.add(request("two"))
    bench.runner.set_stopping_after(True)
    assert not bench.runner.is_stopping, "the picture in hand is made"
    first.open()
    bench.wait_until_idle()

    assert bench.states() == [CANCELLED, WAITING]
    assert len(bench.pictures) == 1
    assert bench.runner.queue.is_paused
    assert not bench.runner.is_stopping_after
    assert bench.remarks == ["Stopped after the picture; the queue is paused."]

    (stopped, _) = bench.runner.queue
    bench.generator.script = lambda r: [PictureReady(picture_of(r, i)) for i in range(r.num_images)]
    bench.runner.retry(stopped)
    bench.runner.set_paused(False)
    bench.wait_until_idle()
    assert [(r.prompt, r.num_images) for r in bench.generator.requests[1:]] == [
        ("two", 1),
        ("one", 3),
    ]


def test_stop_after_the_last_picture_is_the_end_of_the_job(bench: RunnerBench) -> None:
    gate = Gate()
    bench.generator.script = lambda r: [gate, PictureReady(picture_of(r))]
    bench.runner.add(request("one"))
    bench.runner.add(request("two"))
    bench.runner.set_stopping_after(True)
    gate.open()
    bench.wait_until_idle()
    assert bench.states() == [DONE, WAITING]
    assert bench.runner.queue.is_paused


def test_stop_after_this_picture_can_be_taken_back(bench: RunnerBench) -> None:
    gate = Gate()
    bench.generator.script = lambda r: [
        gate,
        *(PictureReady(picture_of(r, i)) for i in range(r.num_images)),
    ]
    bench.runner.set_stopping_after(True)
    assert not bench.runner.is_stopping_after, "nothing runs"
    bench.runner.add(request(count=2))
    bench.runner.set_stopping_after(True)
    bench.runner.set_stopping_after(False)
    gate.open()
    bench.wait_until_idle()
    assert bench.states() == [DONE]
    assert len(bench.pictures) == 2


# -- repeated -----------------------------------------------------------------------------------


def repeat(bench: RunnerBench, times: int) -> list[int]:
    """Let the bench add the next request, as the state does, but only so often."""
    seeds = list(range(100, 100 + times))
    used: list[int] = []

    def add() -> None:
        if seeds:
            used.append(seeds.pop(0))
            bench.runner.add(request(seed=used[-1]))
        else:
            bench.runner.set_repeating(False)

    bench.runner.repeat_due.connect(add)
    return used


def test_repeat_adds_the_next_request_when_everything_is_done(bench: RunnerBench) -> None:
    used = repeat(bench, 3)
    bench.runner.set_repeating(True)
    assert used == [], "it begins with the next picture, not by itself"
    bench.runner.add(request("a"))
    bench.runner.add(request("b"))
    bench.qtbot.waitUntil(lambda: not bench.runner.is_repeating)
    assert used == [100, 101, 102]
    assert [r.seed for r in bench.generator.requests] == [7, 7, 100, 101, 102]


def test_repeating_that_is_switched_on_later_waits_for_the_next_picture(bench: RunnerBench) -> None:
    used = repeat(bench, 1)
    bench.runner.add(request())
    with bench.qtbot.waitSignal(bench.worker.idle):
        bench.wait_until_idle()
    bench.runner.set_repeating(True)
    with bench.qtbot.waitSignal(bench.worker.idle):
        bench.worker.consider(request())
    assert used == []


def test_stop_ends_the_repeating(bench: RunnerBench) -> None:
    endless = UntilCancelled()
    used = repeat(bench, 3)
    bench.play(endless)
    bench.runner.add(request())
    bench.runner.set_repeating(True)
    endless.wait_until_reached()
    bench.runner.stop()
    assert not bench.runner.is_repeating
    with bench.qtbot.waitSignal(bench.worker.idle):
        pass
    assert used == []


@pytest.mark.parametrize("what", ["a job", "saving"])
def test_a_failure_ends_the_repeating(bench: RunnerBench, what: str) -> None:
    used = repeat(bench, 3)
    if what == "a job":
        bench.play(CheckpointError("No."))
    else:
        bench.sink.failures.append(full_disk())
    bench.runner.set_repeating(True)
    with bench.qtbot.waitSignal(bench.worker.idle):
        bench.runner.add(request())
    assert used == []
    assert not bench.runner.is_repeating


# -- how long -----------------------------------------------------------------------------------


def test_the_time_of_the_whole_queue(bench: RunnerBench) -> None:
    gate = Gate()
    bench.generator.script = lambda r: [StageProgress("prior", 1, 4, 12.5), gate]
    assert bench.runner.time.whole is None
    bench.runner.add(request())
    waiting = bench.runner.add(request(count=3))
    bench.qtbot.waitUntil(lambda: bench.runner.time.running == 12.5)
    assert bench.runner.time.whole is None, "of the one that waits nothing is known"

    bench.runner.estimate = lambda asked: 2.0 * asked.num_images
    time = bench.runner.time
    assert (time.of(waiting), time.whole) == (6.0, 18.5)
    gate.open()
    bench.wait_until_idle()
    time = bench.runner.time
    assert (time.of(waiting), time.whole) == (None, None)


def test_before_the_first_step_the_estimate_stands_for_what_runs(bench: RunnerBench) -> None:
    bench.desk.gate = Gate()
    bench.runner.estimate = lambda asked: 2.0 * asked.num_images
    bench.runner.add(request(count=2))
    assert bench.runner.time.running == 4.0
    bench.desk.gate.open()
    bench.wait_until_idle()


def test_the_first_step_of_a_size_compiles(bench: RunnerBench) -> None:
    before, after = Gate(), Gate()
    gates = [before, after]
    bench.generator.made_plan = Plan("cuda", "float16", "A card", compile=True)
    bench.generator.script = lambda r: [
        StageProgress("prior", 0, 4),
        gates.pop(0),
        StageProgress("prior", 1, 4),
    ]
    for expected, gate in ((True, before), (False, after)):
        bench.runner.add(request())
        gate.wait_until_reached()
        bench.qtbot.waitUntil(lambda: bool(_latest(bench)))
        assert bench.runner.is_compiling is expected
        gate.open()
        bench.wait_until_idle()
    assert not bench.runner.is_compiling


def _latest(bench: RunnerBench) -> StageProgress | None:
    progress = bench.runner.job_progress
    return progress.latest if progress else None
