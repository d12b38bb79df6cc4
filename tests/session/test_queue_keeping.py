"""The queue on the disk: before a job starts, at each change, and through a disk that fails."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from fakes import Gate, Step, UntilCancelled, full_disk, picture_of
from runner_bench import RunnerBench, request
from wurstdesk.generation import GenerationRequest, KeptJob, PictureReady
from wurstdesk.session.jobs import JobState
from wurstdesk.session.queue_keeping import QueueKeeping

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


def test_a_job_is_kept_before_it_starts(bench: RunnerBench) -> None:
    seen: list[list[tuple[str, str]]] = []

    def script(asked: GenerationRequest) -> list[Step]:
        seen.append(kept(bench))  # in the worker's thread, before anything else
        return [PictureReady(picture_of(asked))]

    bench.generator.script = script
    bench.runner.add(request("one"))
    bench.runner.add(request("two"))
    bench.wait_until_idle()

    assert seen == [[("one", "running"), ("two", "waiting")], [("two", "running")]]
    bench.wait_until_kept()
    assert kept(bench) == []


def test_nothing_starts_before_the_disk_has_answered(bench: RunnerBench) -> None:
    bench.load()
    bench.desk.gate = Gate()
    bench.runner.add(request())
    bench.desk.gate.wait_until_reached()

    assert bench.runner.is_running, "for the eye it began at once"
    assert bench.generator.requests == []
    bench.desk.gate.open()
    bench.wait_until_idle()
    assert bench.states() == [DONE]


def test_changes_while_a_write_is_under_way_become_one_write(bench: RunnerBench) -> None:
    bench.load()
    bench.desk.gate = Gate()
    bench.runner.queue.add(request("first"))
    bench.desk.gate.wait_until_reached()
    for number in range(20):
        bench.runner.queue.add(request(str(number)))
    bench.desk.gate.open()
    bench.wait_until_kept()
    assert len(bench.desk.history) == 2
    assert len(bench.desk.kept_jobs) == 21


def test_a_disk_that_fails_stops_nothing_and_is_said_once(bench: RunnerBench) -> None:
    bench.load()
    bench.desk.failures += [full_disk() for _ in range(20)]
    for _ in range(3):
        bench.runner.add(request())
    bench.wait_until_idle()

    assert bench.states() == [DONE] * 3
    (failure,) = bench.failures
    assert failure.message == "The queue is not kept for the next start: The disk is full."
    assert failure.hint == "Make room on it, then save again."


def test_a_disk_that_works_again_may_fail_again(bench: RunnerBench) -> None:
    bench.load()
    for _ in range(2):
        bench.desk.failures.append(full_disk())
        bench.runner.add(request())
        bench.wait_until_idle()
        bench.wait_until_kept()
        bench.runner.add(request())
        bench.wait_until_idle()
        bench.wait_until_kept()
    assert len(bench.failures) == 2


def test_a_desk_that_cannot_be_read_stops_nothing_and_loses_nothing(bench: RunnerBench) -> None:
    left = KeptJob("1", request("left"))
    bench.desk.kept_jobs = (left,)
    bench.desk.failures.append(full_disk())
    gate = Gate()
    bench.generator.script = lambda r: [gate, PictureReady(picture_of(r))]
    bench.runner.add(request("new"))
    gate.wait_until_reached()
    assert bench.desk.kept_jobs == (left,)

    bench.runner.add(request("newer"))  # the disk works again
    bench.qtbot.waitUntil(lambda: len(bench.runner.queue) == 3)
    gate.open()
    bench.wait_until_idle()
    assert bench.prompts_made() == ["new"]
    assert [job.request.prompt for job in bench.runner.queue.waiting] == ["left", "newer"]
    assert bench.runner.queue.is_paused


def test_a_disk_that_does_not_answer_is_not_waited_for_longer_than_patience(
    bench: RunnerBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.load()
    bench.desk.gate = Gate()
    bench.runner.keeping._patience.setInterval(1)
    bench.runner.add(request())
    bench.wait_until_idle()
    assert bench.states() == [DONE]
    assert bench.desk.history == []


def test_without_a_keeper_jobs_run_all_the_same(qtbot: QtBot, bench: RunnerBench) -> None:
    called: list[int] = []
    keeping = QueueKeeping(bench.runner.queue, None)
    keeping.when_kept(lambda: called.append(1))
    keeping.close()
    assert called == [1]


def test_what_is_made_is_not_made_again_at_the_next_start(bench: RunnerBench) -> None:
    gate = Gate()
    bench.generator.script = lambda r: [
        PictureReady(picture_of(r, 0)),
        PictureReady(picture_of(r, 1)),
        gate,
        PictureReady(picture_of(r, 2)),
    ]
    bench.runner.add(request(seed=10, count=3))
    bench.qtbot.waitUntil(lambda: bool(bench.desk.kept_jobs[:1]) and _rest(bench) == (12, 1))
    gate.open()
    bench.wait_until_idle()


def _rest(bench: RunnerBench) -> tuple[int, int]:
    (job,) = bench.desk.kept_jobs
    return job.request.seed, job.request.num_images


def test_the_proper_end_leaves_what_runs_waiting(qtbot: QtBot) -> None:
    bench = RunnerBench(qtbot)
    endless = UntilCancelled()
    bench.play(endless)
    bench.runner.add(request("one"))
    bench.runner.add(request("two"))
    endless.wait_until_reached()
    bench.end()
    assert kept(bench) == [("one", "waiting"), ("two", "waiting")]
    assert bench.desk.is_closed


def test_an_end_before_anything_was_read_loses_nothing(qtbot: QtBot) -> None:
    bench = RunnerBench(qtbot)
    bench.desk.kept_jobs = (KeptJob("1", request("left")),)
    gate = Gate()
    bench.keeper.do(gate.pass_through)
    bench.runner.add(request("new"))
    gate.wait_until_reached()
    threading.Timer(0.05, gate.open).start()
    bench.end()
    assert kept(bench) == [("left", "waiting"), ("new", "waiting")]
