"""The start after an end that was none: what was left is asked about, and the end explained."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pytestqt.qtbot import QtBot

from fake_desk import MemoryDesk
from fakes import Gate, UntilCancelled, picture_of
from runner_bench import RunnerBench, request
from studio import Studio
from wurstdesk.generation import KeptJob, PictureReady
from wurstdesk.session.jobs import JobState
from wurstdesk.session.messages import MessageAction

LEFT = (
    KeptJob("1", request("cut off", seed=3), "running"),
    KeptJob("2", request("waited", seed=4)),
)


@contextmanager
def started(
    qtbot: QtBot, desk: MemoryDesk, *, crash_is_known: bool = False
) -> Iterator[RunnerBench]:
    """The next start of the program, on what the last one left."""
    bench = RunnerBench(qtbot, desk)
    bench.unfinished.crash_is_known = crash_is_known
    try:
        bench.load()
        yield bench
    finally:
        bench.end()


def desk_after_a_crash(qtbot: QtBot) -> MemoryDesk:
    """A desk as it was in the middle of work."""
    bench = RunnerBench(qtbot)
    endless = UntilCancelled()
    bench.generator.script = lambda r: [PictureReady(picture_of(r, 0)), endless]
    bench.runner.add(request("cut off", seed=10, count=3))
    bench.runner.add(request("waited"))
    endless.wait_until_reached()
    qtbot.waitUntil(lambda: len(bench.pictures) == 1)
    bench.wait_until_kept()
    found = MemoryDesk(kept_jobs=bench.desk.kept_jobs)
    bench.end()
    return found


def test_after_a_crash_nothing_runs_before_the_answer(qtbot: QtBot) -> None:
    desk = desk_after_a_crash(qtbot)
    with started(qtbot, desk) as bench:
        assert [job.request.prompt for job in bench.unfinished.jobs] == ["cut off", "waited"]
        assert bench.states() == [JobState.WAITING] * 2
        assert bench.runner.queue.is_paused
        assert bench.generator.requests == []
        bench.wait_until_kept()
        assert [job.state for job in desk.kept_jobs] == ["waiting"] * 2, "no second explanation"

        with qtbot.waitSignal(bench.unfinished.answered):
            bench.unfinished.resume()
        bench.wait_until_idle()

        made = [(r.prompt, r.seed, r.num_images) for r in bench.generator.requests]
        assert made == [("cut off", 11, 2), ("waited", 7, 1)], "only what is missing"
        bench.wait_until_kept()
        assert desk.kept_jobs == ()


def test_kept_paused_they_wait_for_resume(qtbot: QtBot) -> None:
    desk = MemoryDesk(kept_jobs=LEFT)
    with started(qtbot, desk) as bench:
        bench.unfinished.keep_paused()
        assert bench.unfinished.jobs == ()
        assert bench.runner.queue.is_paused
        assert bench.states() == [JobState.WAITING] * 2

        bench.runner.set_paused(False)
        bench.wait_until_idle()
        assert bench.prompts_made() == ["cut off", "waited"]


def test_cleared_they_are_gone_from_the_disk_and_can_be_retried(qtbot: QtBot) -> None:
    desk = MemoryDesk(kept_jobs=LEFT)
    with started(qtbot, desk) as bench:
        bench.unfinished.clear()
        bench.wait_until_kept()
        assert desk.kept_jobs == ()
        assert not bench.runner.queue.is_paused
        (first, _) = bench.runner.queue
        bench.runner.retry(first)
        bench.wait_until_idle()
        assert bench.prompts_made() == ["cut off"]


def test_resuming_in_the_queue_answers_too(qtbot: QtBot) -> None:
    with started(qtbot, MemoryDesk(kept_jobs=LEFT)) as bench:
        with qtbot.waitSignal(bench.unfinished.answered):
            bench.runner.set_paused(False)
        assert bench.unfinished.jobs == ()
        bench.wait_until_idle()


def test_no_answer_before_the_next_end_keeps_the_question(qtbot: QtBot) -> None:
    desk = MemoryDesk(kept_jobs=LEFT)
    with started(qtbot, desk):
        pass
    assert [job.request.prompt for job in desk.kept_jobs] == ["cut off", "waited"]
    with started(qtbot, desk) as bench:
        assert len(bench.unfinished.jobs) == 2
        assert bench.messages.all == (), "that one ended as it should"


def test_what_is_asked_for_meanwhile_runs_and_what_was_left_still_waits(qtbot: QtBot) -> None:
    bench = RunnerBench(qtbot, MemoryDesk(kept_jobs=LEFT))
    gate = Gate()
    bench.generator.script = lambda r: [gate, PictureReady(picture_of(r))]
    bench.runner.add(request("new"))
    gate.wait_until_reached()
    assert [(job.request.prompt, job.state) for job in bench.desk.kept_jobs] == [
        ("new", "running"),
        ("cut off", "waiting"),
        ("waited", "waiting"),
    ]
    gate.open()
    bench.wait_until_idle()
    assert bench.prompts_made() == ["new"]
    assert len(bench.unfinished.jobs) == 2
    bench.end()


def test_nothing_was_left(qtbot: QtBot) -> None:
    bench = RunnerBench(qtbot)
    with qtbot.assertNotEmitted(bench.unfinished.asked):
        bench.load()
    assert bench.messages.all == ()
    assert not bench.runner.queue.is_paused
    bench.end()


def test_an_end_without_a_word_is_explained_and_low_memory_offered(qtbot: QtBot) -> None:
    with started(qtbot, MemoryDesk(kept_jobs=LEFT)) as bench:
        (message,) = bench.messages.all
        assert "most likely because memory ran out" in message.text
        assert message.actions == (MessageAction.LOW_MEMORY,)
        bench.messages.sweep()
        assert message in bench.messages.all, "it stays until it is read"
        bench.unfinished.forget_explanation()
        assert message not in bench.messages.all


def test_low_memory_is_not_offered_to_who_has_it(qtbot: QtBot) -> None:
    bench = RunnerBench(qtbot, MemoryDesk(kept_jobs=LEFT))
    bench.unfinished.saves_memory = True
    bench.load()
    (message,) = bench.messages.all
    assert message.actions == ()
    assert "Low-memory mode is on already" in message.hint
    bench.end()


def test_an_end_with_the_computer_is_no_matter_of_memory(qtbot: QtBot) -> None:
    bench = RunnerBench(qtbot, MemoryDesk(kept_jobs=LEFT))
    bench.unfinished.was_restarted = True
    bench.load()
    (message,) = bench.messages.all
    assert message.text == "The computer was restarted while Wurstdesk was at work."
    assert message.hint.startswith("If it had stopped answering")
    bench.end()


@pytest.mark.parametrize(("jobs", "crash_is_known"), [(LEFT, True), (LEFT[1:], False)])
def test_a_crash_with_a_report_or_a_proper_end_is_not_explained(
    qtbot: QtBot, jobs: tuple[KeptJob, ...], crash_is_known: bool
) -> None:
    with started(qtbot, MemoryDesk(kept_jobs=jobs), crash_is_known=crash_is_known) as bench:
        assert bench.messages.all == ()
        assert len(bench.unfinished.jobs) == len(jobs)


def test_an_end_while_loading_ahead_is_explained_and_not_repeated(qtbot: QtBot) -> None:
    first = RunnerBench(qtbot)
    with qtbot.waitSignal(first.worker.planned):
        first.runner.prepare(request())
    desk = MemoryDesk(kept_jobs=first.desk.history[0])
    qtbot.waitUntil(lambda: first.desk.kept_jobs == ())  # loaded: nothing is under way
    first.end()
    assert first.generator.warmed == [request()]

    with started(qtbot, desk) as bench:
        assert bench.unfinished.jobs == (), "nobody had asked for it"
        assert bench.messages.all[0].actions == (MessageAction.LOW_MEMORY,)
        bench.runner.prepare(request())
        bench.wait_until_kept()
        assert not bench.worker.isRunning(), "it would end the same way"
        bench.runner.add(request())
        bench.wait_until_idle()
        assert bench.states() == [JobState.DONE]


def test_low_memory_mode_is_one_press_away(studio: Studio) -> None:
    studio.desk.kept_jobs = LEFT
    studio.state.start()
    messages = studio.state.messages
    studio.qtbot.waitUntil(lambda: bool(messages.all))
    assert messages.all[0].actions == (MessageAction.LOW_MEMORY,)

    studio.state.save_memory()

    assert studio.state.settings.offload == "sequential"
    assert studio.state.unfinished.saves_memory
    assert "ended from outside" not in " ".join(message.text for message in messages.all)
    studio.state.unfinished.resume()
    studio.wait_until_idle()
    assert [r.prompt for r in studio.generator.requests] == ["cut off", "waited"]
