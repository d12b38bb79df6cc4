"""Saving in the worker thread: a full disk never costs a picture."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from bench import REQUEST, Bench
from fakes import Gate, UntilCancelled, full_disk, picture_of
from wurstdesk.generation import PictureReady, StageProgress


@pytest.mark.parametrize("error", [full_disk(), OSError("a bug of the sink")])
def test_a_save_that_fails_leaves_the_picture(qtbot: QtBot, bench: Bench, error: Exception) -> None:
    bench.sink.failures.append(error)
    bench.play(PictureReady(picture_of(REQUEST)))

    with qtbot.waitSignal(bench.worker.picture_finished) as blocker:
        bench.worker.generate(REQUEST)
    finished = blocker.args[0]
    assert finished.saved is None
    assert finished.save_failure is not None
    assert not finished.image.isNull()

    with qtbot.waitSignal(bench.worker.picture_saved) as again:
        bench.worker.save(5, finished.picture)
    assert again.args[0] == 5
    assert bench.sink.pictures == [finished.picture]


def test_saving_again_can_fail_again(qtbot: QtBot, bench: Bench) -> None:
    bench.sink.failures.append(full_disk())

    with qtbot.waitSignal(bench.worker.save_failed) as blocker:
        bench.worker.save(5, picture_of(REQUEST))

    assert blocker.args[0] == 5
    assert blocker.args[1].message == "The disk is full."


def test_a_save_does_not_wait_for_the_job_to_end(qtbot: QtBot, bench: Bench) -> None:
    gate, endless = Gate(), UntilCancelled()
    bench.play(gate, StageProgress("prior", 1, 2), endless)
    bench.worker.generate(REQUEST)
    gate.wait_until_reached()

    with qtbot.waitSignal(bench.worker.picture_saved):
        bench.worker.save(1, picture_of(REQUEST))
        gate.open()

    assert "cancelled" not in bench.words()
    endless.wait_until_reached()
