"""The worker thread: each signal and each failure."""

from __future__ import annotations

import gc
import threading

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from bench import REQUEST, Bench
from fakes import Gate, Step, UntilCancelled, picture_of, plain
from wurstdesk.errors import CheckpointError
from wurstdesk.generation import (
    ImageGenerator,
    Loading,
    Note,
    PictureReady,
    Pixels,
    Preview,
    StageProgress,
)
from wurstdesk.session.pictures import FinishedPicture
from wurstdesk.session.worker import GenerationWorker


def test_no_thread_and_no_generator_before_they_are_needed(bench: Bench) -> None:
    assert not bench.worker.isRunning()
    assert bench.made_in == []


def test_a_job_is_told_from_loading_to_idle(qtbot: QtBot, bench: Bench) -> None:
    picture = picture_of(REQUEST)
    bench.play(
        Loading("prior", 1, 5),
        StageProgress("prior", 1, 29, 3.0),
        Note("Two words were left out."),
        Note("It does not know “dog”.", is_advice=True),  # that stands beside the prompt
        PictureReady(picture),
    )

    bench.run(qtbot)

    assert bench.words() == [
        "loading",  # the engine itself
        "planned",
        "loading",
        "progress",
        "note",
        "picture_finished",
        "done",
        "idle",
    ]
    assert bench.said[3] == ("progress", StageProgress("prior", 1, 29, 3.0))
    assert bench.said[4] == ("note", "Two words were left out.")


def test_generator_is_made_once_and_works_in_the_worker_thread(qtbot: QtBot, bench: Bench) -> None:
    bench.run(qtbot)
    bench.run(qtbot)

    assert len(bench.made_in) == 1
    assert bench.made_in[0] != threading.get_ident()
    assert bench.generator.thread == bench.made_in[0]


def test_a_finished_picture_is_saved_and_owns_its_pixels(qtbot: QtBot, bench: Bench) -> None:
    bench.play(PictureReady(picture_of(REQUEST)))

    with qtbot.waitSignal(bench.worker.picture_finished) as blocker:
        bench.worker.generate(REQUEST)

    finished = blocker.args[0]
    assert isinstance(finished, FinishedPicture)
    assert finished.saved is not None
    assert finished.saved.request == REQUEST
    assert finished.save_failure is None
    gc.collect()
    expected = finished.picture.pixels.data[:3]
    colour = finished.image.pixelColor(100, 100)
    assert (colour.red(), colour.green(), colour.blue()) == tuple(expected)
    assert finished.thumbnail.width() <= 256


def test_preview_arrives_as_an_image(qtbot: QtBot, bench: Bench) -> None:
    gate = Gate()
    bench.play(Preview(2, "prior", plain(10, 8, (1, 2, 3))), gate)

    with qtbot.waitSignal(bench.worker.preview) as blocker:
        bench.worker.generate(REQUEST)
    gate.open()

    index, image = blocker.args
    assert index == 2
    assert isinstance(image, QImage)
    assert (image.width(), image.height()) == (10, 8)
    assert image.pixelColor(9, 7).name() == "#010203"
    assert image.format() == QImage.Format.Format_RGB32, "nothing is left to convert when painting"


def test_only_the_newest_preview_of_each_picture_arrives(qtbot: QtBot, bench: Bench) -> None:
    gate = Gate()
    steps: list[Step] = [
        Preview(index, "prior", plain(4, 4, (shade, 0, 0)))
        for shade in range(50)
        for index in (0, 1)
    ]
    bench.play(*steps, gate)
    got: list[tuple[int, int]] = []
    bench.worker.preview.connect(lambda i, image: got.append((i, image.pixelColor(0, 0).red())))

    # The window is busy: it takes nothing until the script stands at the gate.
    bench.worker.generate(REQUEST)
    gate.wait_until_reached()
    qtbot.waitUntil(lambda: len(got) == 2)
    with qtbot.waitSignal(bench.worker.idle):
        gate.open()

    assert got == [(0, 49), (1, 49)]


def test_previews_are_no_more_than_the_rate(qtbot: QtBot) -> None:
    bench = Bench()
    slow = GenerationWorker(lambda: bench.generator, lambda: bench.sink, 0.001)
    first, second = Gate(), Gate()
    shades = [Preview(0, "prior", plain(4, 4, (shade, 0, 0))) for shade in range(20)]
    bench.play(shades[0], first, *shades[1:], second)
    got: list[int] = []
    slow.preview.connect(lambda _, image: got.append(image.pixelColor(0, 0).red()))

    slow.generate(REQUEST)
    qtbot.waitUntil(lambda: len(got) == 1)
    first.open()
    second.wait_until_reached()
    qtbot.wait(0)
    with qtbot.waitSignal(slow.idle):
        second.open()
    slow.close()

    assert got == [0]  # the second one may come in a thousand seconds


def test_a_preview_after_its_picture_is_not_shown(qtbot: QtBot, bench: Bench) -> None:
    gate = Gate()
    bench.play(Preview(0, "prior", plain(4, 4)), PictureReady(picture_of(REQUEST)), gate)
    previews: list[int] = []
    bench.worker.preview.connect(lambda index, _: previews.append(index))

    bench.worker.generate(REQUEST)
    gate.wait_until_reached()
    with qtbot.waitSignal(bench.worker.idle):
        gate.open()

    assert previews == []


def test_a_preview_that_cannot_be_shown_does_not_cost_the_picture(
    qtbot: QtBot, bench: Bench
) -> None:
    broken = Pixels(1, 1, b"abc")
    object.__setattr__(broken, "width", "wide")
    bench.play(Preview(0, "prior", broken), PictureReady(picture_of(REQUEST)))

    bench.run(qtbot)

    assert bench.words()[-3:] == ["picture_finished", "done", "idle"]


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (CheckpointError("The prior is missing.", "Install it again."), "The prior is missing."),
        (MemoryError(), "There was not enough memory for this."),
    ],
)
def test_what_the_person_can_mend_comes_as_a_sentence(
    qtbot: QtBot, bench: Bench, error: BaseException, message: str
) -> None:
    bench.play(error)

    bench.run(qtbot)

    assert bench.words()[-2:] == ["failed", "idle"]
    failure = bench.failure()
    assert failure.message == message
    assert failure.hint
    assert not failure.is_bug


@pytest.mark.parametrize("error", [ZeroDivisionError("zero"), SystemExit(3), KeyboardInterrupt()])
def test_a_bug_comes_as_a_report_and_the_next_job_has_a_new_generator(
    qtbot: QtBot, bench: Bench, error: BaseException
) -> None:
    bench.play(error)
    bench.run(qtbot)
    failure = bench.failure()
    assert failure.is_bug
    assert type(error).__name__ in failure.report
    assert "Traceback" in failure.report
    assert bench.generator.is_closed

    bench.play(PictureReady(picture_of(REQUEST)))
    bench.run(qtbot)

    assert bench.words()[-2:] == ["done", "idle"]
    assert len(bench.made_in) == 2


def test_a_report_does_not_hold_the_prompt(qtbot: QtBot, bench: Bench) -> None:
    secret = "my aunt's\nsecret recipe"
    bench.play(ValueError(f"cannot read {secret} or {secret!r}"))

    bench.run(qtbot, REQUEST.changed(prompt=secret))

    failure = bench.failure()
    assert "secret" not in failure.report
    assert "cannot read <23 characters>" in failure.report


def test_a_generator_that_cannot_be_made_is_a_failure_and_is_tried_again(
    qtbot: QtBot, bench: Bench
) -> None:
    def fail() -> ImageGenerator:
        raise CheckpointError("torch is not there.")

    good, bench.factory = bench.factory, fail
    bench.run(qtbot)
    assert bench.words()[-2:] == ["failed", "idle"]

    bench.factory = good
    bench.run(qtbot)
    assert bench.words()[-2:] == ["done", "idle"]


def test_stop_ends_the_job_at_its_next_step(qtbot: QtBot, bench: Bench) -> None:
    endless = UntilCancelled()
    bench.play(endless)
    bench.worker.generate(REQUEST)
    endless.wait_until_reached()

    with qtbot.waitSignal(bench.worker.cancelled):
        bench.worker.stop()
    qtbot.waitUntil(lambda: bench.words()[-1] == "idle")

    assert bench.words()[-2:] == ["cancelled", "idle"]


def test_stop_reaches_a_job_that_has_not_begun(qtbot: QtBot, bench: Bench) -> None:
    gate = Gate()

    def slow_start() -> ImageGenerator:
        gate.pass_through()
        return bench.generator

    bench.factory = slow_start
    bench.worker.generate(REQUEST)
    gate.wait_until_reached()

    with qtbot.waitSignal(bench.worker.cancelled):
        bench.worker.stop()
        gate.open()

    assert bench.generator.requests == []


def test_prepare_makes_the_generator_and_tells_the_plan(qtbot: QtBot, bench: Bench) -> None:
    with qtbot.waitSignal(bench.worker.planned) as blocker:
        bench.worker.prepare(REQUEST)

    assert blocker.args == [bench.generator.made_plan]
    assert bench.generator.requests == []


def test_prepare_that_fails_is_not_a_failed_job(qtbot: QtBot, bench: Bench) -> None:
    def fail() -> ImageGenerator:
        raise CheckpointError("torch is not there.")

    bench.factory = fail
    with qtbot.waitSignals([bench.worker.prepare_failed, bench.worker.idle]):
        bench.worker.prepare(REQUEST)

    assert "failed" not in bench.words()
