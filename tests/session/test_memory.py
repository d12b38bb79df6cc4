"""Loading ahead of the first picture, and giving memory back: on command, and after a while."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from bench import REQUEST, Bench
from fakes import UntilCancelled
from studio import Studio
from wurstdesk.errors import CheckpointError


def rest_of(studio: Studio) -> QTimer:
    (timer,) = studio.state.findChildren(QTimer, "rest")
    return timer


def test_prepare_loads_what_the_request_needs(qtbot: QtBot, bench: Bench) -> None:
    with qtbot.waitSignal(bench.worker.idle):
        bench.worker.prepare(REQUEST)
    assert bench.generator.warmed == [REQUEST]


def test_the_window_can_be_closed_while_the_engine_warms_up(qtbot: QtBot, bench: Bench) -> None:
    # Given a worker that loads for as long as nobody stops it
    wait = UntilCancelled()

    def load(request: object, cancel: object, emit: object) -> None:
        wait.pass_through(cancel)  # type: ignore[arg-type]

    bench.generator.warm_up = load  # type: ignore[method-assign]
    bench.worker.prepare(REQUEST)
    wait.wait_until_reached()
    # When it is closed, then it ends, and nothing failed
    bench.worker.close()
    assert not bench.worker.isRunning()
    assert "failed" not in bench.words()


def test_a_warm_up_that_fails_is_told_as_that(qtbot: QtBot, bench: Bench) -> None:
    def fail(request: object, cancel: object, emit: object) -> None:
        raise CheckpointError("A file is cut off.")

    bench.generator.warm_up = fail  # type: ignore[method-assign]
    with qtbot.waitSignals([bench.worker.prepare_failed, bench.worker.idle]):
        bench.worker.prepare(REQUEST)
    bench.run(qtbot)
    assert "done" in bench.words()


def test_release_comes_after_the_job_that_runs(qtbot: QtBot, bench: Bench) -> None:
    bench.worker.generate(REQUEST)
    with qtbot.waitSignal(bench.worker.released):
        bench.worker.release()
    assert "done" in bench.words()
    assert bench.generator.released == 1


def test_release_before_there_is_anything(qtbot: QtBot, bench: Bench) -> None:
    with qtbot.waitSignal(bench.worker.released):
        bench.worker.release()
    assert bench.made_in == []


def test_memory_is_released_after_the_time_that_was_chosen(qtbot: QtBot, studio: Studio) -> None:
    # Given a studio that shall give memory back after three minutes
    studio.state.change_settings(release_memory_after=3)
    # When a picture is made and nothing more is asked for
    studio.generate(prompt="a dog")
    qtbot.waitUntil(lambda: rest_of(studio).isActive())
    assert rest_of(studio).interval() == 3 * 60_000
    # Then, when the time is over, memory is given back, and it is said
    with qtbot.waitSignal(studio.state.told) as told:
        rest_of(studio).timeout.emit()
    assert studio.generator.released == 1
    assert "memory" in told.args[0]


def test_zero_minutes_is_never(studio: Studio) -> None:
    studio.state.change_settings(release_memory_after=0)
    studio.generate(prompt="a dog")
    assert not rest_of(studio).isActive()


def test_a_new_job_takes_the_rest_away(qtbot: QtBot, studio: Studio) -> None:
    studio.generate(prompt="a dog")
    qtbot.waitUntil(lambda: rest_of(studio).isActive())
    studio.generator.script = lambda _: (UntilCancelled(),)
    studio.state.generate()
    assert not rest_of(studio).isActive()
    studio.state.runner.stop()
    studio.wait_until_idle()


def test_release_on_command(qtbot: QtBot, studio: Studio) -> None:
    studio.generate(prompt="a dog")
    with qtbot.waitSignal(studio.state.told):
        studio.state.runner.release_memory()
    assert studio.generator.released == 1
    assert not rest_of(studio).isActive()
