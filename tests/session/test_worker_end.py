"""The end of the worker thread, in the middle of anything, with nothing left behind."""

from __future__ import annotations

import gc
import threading
import weakref

from PySide6.QtCore import QObject, QThread
from pytestqt.qtbot import QtBot

from bench import REQUEST, Bench
from fakes import Gate, MemorySink, Script, ScriptedGenerator, UntilCancelled, picture_of, plain
from wurstdesk.generation import ImageGenerator, Note, PictureReady, Preview
from wurstdesk.session.worker import GenerationWorker


def endless_script() -> tuple[Script, UntilCancelled]:
    step = UntilCancelled()
    return (lambda _: [Preview(0, "prior", plain(4, 4)), step]), step


def test_close_in_the_middle_of_a_job_waits_and_closes_all(qtbot: QtBot) -> None:
    del qtbot
    bench = Bench()
    bench.generator.script, step = endless_script()
    bench.worker.generate(REQUEST)
    step.wait_until_reached()
    bench.worker.save(1, picture_of(REQUEST))  # asked for before the end, so it is done

    bench.worker.close()

    assert bench.worker.isFinished()
    assert bench.generator.is_closed
    assert bench.generator.thread == bench.made_in[0]
    assert bench.sink.is_closed
    assert len(bench.sink.saved) == 1


def test_close_while_the_generator_is_being_made(qtbot: QtBot) -> None:
    del qtbot
    bench, gate = Bench(), Gate()

    def slow_start() -> ImageGenerator:
        gate.pass_through()
        return bench.generator

    bench.factory = slow_start
    bench.worker.generate(REQUEST)
    gate.wait_until_reached()
    threading.Timer(0.05, gate.open).start()

    bench.worker.close()

    assert bench.worker.isFinished()
    assert bench.generator.requests == []
    assert bench.generator.is_closed


def test_close_twice_and_commands_after_it_do_nothing(bench: Bench) -> None:
    bench.worker.close()
    bench.worker.close()

    bench.worker.generate(REQUEST)

    assert not bench.worker.isRunning()


def test_what_fails_while_it_is_closed_stays_in_the_thread(qtbot: QtBot) -> None:
    bench = Bench()

    def fail() -> None:
        raise RuntimeError("nobody is left to hear this")

    bench.generator.close = fail  # type: ignore[method-assign]
    bench.run(qtbot)

    bench.worker.close()

    assert bench.worker.isFinished()
    assert bench.sink.is_closed


def test_listening_to_the_worker_makes_no_cycle(qtbot: QtBot, bench: Bench) -> None:
    """A cycle would be left to the garbage collector, which may run in the worker's thread."""
    died_in: list[int] = []

    class Widget(QObject):
        def __del__(self) -> None:
            died_in.append(threading.get_ident())

    widget = Widget()
    reference = weakref.ref(widget)
    bench.worker.note.connect(widget.setObjectName)
    bench.play(Note("once"), PictureReady(picture_of(REQUEST)))
    bench.run(qtbot)

    bench.worker.note.disconnect(widget.setObjectName)
    del widget

    assert reference() is None, "a cycle keeps it, and any thread's collector may end it"
    assert died_in == [threading.get_ident()]


def test_a_library_that_asks_for_its_thread_leaves_none_behind(qtbot: QtBot, bench: Bench) -> None:
    before = set(threading.enumerate())

    def ask() -> None:
        threading.current_thread()

    bench.play(ask)
    bench.run(qtbot)

    bench.worker.close()

    assert set(threading.enumerate()) == before


def test_the_worker_goes_with_its_last_reference(qtbot: QtBot) -> None:
    gc.collect()
    gc.disable()
    try:
        generator = ScriptedGenerator()
        worker = GenerationWorker(lambda: generator, MemorySink)
        with qtbot.waitSignal(worker.idle):
            worker.generate(REQUEST)
        worker.close()
        reference = weakref.ref(worker)
        assert isinstance(worker, QThread)
        del worker
        assert reference() is None
    finally:
        gc.enable()
