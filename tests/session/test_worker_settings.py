"""What is chosen while the program runs reaches the worker without a restart."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from bench import REQUEST, Bench
from fakes import Gate, plain
from wurstdesk.generation import Preview


def test_rebuilding_makes_the_generator_anew_for_the_next_job(qtbot: QtBot, bench: Bench) -> None:
    bench.run(qtbot)
    bench.worker.rebuild()
    bench.worker.rebuild()
    bench.run(qtbot)

    assert len(bench.made_in) == 2
    assert bench.generator.is_closed


def test_rebuilding_waits_for_the_job_that_runs(qtbot: QtBot, bench: Bench) -> None:
    gate = Gate()
    bench.play(gate)
    bench.worker.generate(REQUEST)
    gate.wait_until_reached()
    bench.worker.rebuild()
    assert not bench.generator.is_closed

    with qtbot.waitSignal(bench.worker.done):
        gate.open()
    qtbot.waitUntil(lambda: bench.generator.is_closed)


def test_rebuilding_what_was_never_made_makes_nothing(qtbot: QtBot, bench: Bench) -> None:
    bench.worker.rebuild()
    with qtbot.waitSignal(bench.worker.released):
        bench.worker.release()
    assert bench.made_in == []


def test_previews_can_be_switched_off_in_the_middle_of_a_job(qtbot: QtBot, bench: Bench) -> None:
    gate = Gate()
    bench.play(Preview(0, "prior", plain(12, 12)), gate, *[Preview(0, "prior", plain(12, 12))] * 3)
    with qtbot.waitSignal(bench.worker.preview):
        bench.worker.generate(REQUEST)
    bench.worker.shows_previews = False
    with qtbot.assertNotEmitted(bench.worker.preview), qtbot.waitSignal(bench.worker.idle):
        gate.open()
