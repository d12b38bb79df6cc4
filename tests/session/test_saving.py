"""Copies of saved pictures, made beside the window and the worker."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PIL import Image
from pytestqt.qtbot import QtBot

from fakes import Gate, full_disk, picture_of
from studio import Studio
from wurstdesk.generation import PictureReady
from wurstdesk.session.jobs import JobState
from wurstdesk.session.pictures import SessionPicture


def saved_as(studio: Studio, path: Path) -> SessionPicture:
    """A picture of this session whose file is there."""
    studio.generate()
    picture = list(studio.state.pictures)[-1]
    assert picture.saved is not None
    picture.saved = replace(picture.saved, path=path)
    return picture


def test_a_saved_file_is_copied_byte_for_byte(qtbot: QtBot, studio: Studio, tmp_path: Path) -> None:
    source, target = tmp_path / "a.png", tmp_path / "new" / "b.png"
    source.write_bytes(b"PNG with all its words")
    saving = studio.state.saving

    with qtbot.waitSignal(saving.told):
        saving.save_as(saved_as(studio, source), target)
    with qtbot.waitSignal(saving.failed) as missing:
        saving.save_as(saved_as(studio, tmp_path / "gone.png"), target)

    assert target.read_bytes() == b"PNG with all its words"
    assert "gone.png cannot be read" in missing.args[0].message


def test_a_copy_is_in_the_format_of_its_ending(
    qtbot: QtBot, studio: Studio, tmp_path: Path
) -> None:
    source = tmp_path / "a.png"
    Image.new("RGB", (8, 8), (200, 40, 30)).save(source)
    saving = studio.state.saving

    with qtbot.waitSignal(saving.told):
        saving.save_as(saved_as(studio, source), tmp_path / "new" / "b.webp")

    with Image.open(tmp_path / "new" / "b.webp") as image:
        assert image.format == "WEBP"


def test_a_full_disk_pauses_the_queue_until_the_picture_is_saved(
    qtbot: QtBot, studio: Studio
) -> None:
    """Given a job that runs and two that wait, when the disk is full, then they go on waiting."""
    state = studio.state
    told: list[str] = []
    state.told.connect(told.append)
    studio.sink.failures += [full_disk(), full_disk()]
    for _ in range(3):
        state.generate()
    qtbot.waitUntil(lambda: not state.is_running, timeout=10_000)

    assert [job.state for job in state.queue] == [JobState.DONE] + 2 * [JobState.WAITING]
    assert state.queue.is_paused
    (message,) = state.messages.all
    assert message.text == "The disk is full."
    assert message.hint.endswith("The queue is paused until you resume it.")
    (picture,) = state.pictures
    assert picture.unsaved is not None

    with qtbot.waitSignal(state.messages.changed):
        state.saving.save_again()  # there is no room yet
    (message,) = state.messages.all
    assert message.hint.endswith("The queue is paused until you resume it.")
    with qtbot.waitSignal(state.pictures.changed):
        state.saving.save_again()
    assert not state.messages.all
    assert picture.saved is not None
    assert told[-1] == "Saved as 0001.png. The queue is still paused."
    assert [made.request for made in studio.sink.pictures] == [picture.request]

    state.runner.set_paused(False)
    studio.wait_until_idle()
    assert len(studio.sink.saved) == 3
    assert not state.queue.is_paused


def test_a_picture_that_cannot_be_saved_does_not_hold_up_the_next_request(studio: Studio) -> None:
    studio.sink.failures.append(full_disk())
    studio.generate()
    assert not studio.state.queue.is_paused
    assert "paused" not in studio.state.messages.all[0].hint

    studio.generate()
    assert len(studio.sink.saved) == 1


def test_what_is_asked_for_after_the_failure_waits(qtbot: QtBot, studio: Studio) -> None:
    """Given a job of two pictures of which the first is not saved, the next job does not start."""
    gate, studio.sink.failures = Gate(), [full_disk()]
    studio.generator.script = lambda request: [
        PictureReady(picture_of(request)), gate, PictureReady(picture_of(request, 1))
    ]  # fmt: skip
    state = studio.state
    state.form.edit(num_images=2)
    state.generate()
    qtbot.waitUntil(lambda: len(state.pictures) == 1)
    state.generate()
    gate.open()
    qtbot.waitUntil(lambda: not state.is_running)

    assert len(state.queue.waiting) == 1
    assert state.queue.is_paused
