"""Pictures dropped on the window and on its fields."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QMimeData, Qt, QUrl
from pytestqt.qtbot import QtBot

from dragging import drop_on
from fakes import picture_of
from studio import Studio
from wurstdesk.gallery.formats import encode
from wurstdesk.gallery.image_metadata import Texts
from wurstdesk.generation import GenerationRequest, Pixels, make_request
from wurstdesk.session.dropped import MAX_FILE_BYTES
from wurstdesk.ui.drops import REQUEST_MIME, PictureDrops, mime_of
from wurstdesk.ui.main_window import MainWindow

OURS = make_request(
    prompt="a yellow sausage dog on sand",
    negative_prompt="blurry",
    width=512,
    height=256,
    seed=77,
    prior_guidance_scale=6.0,
)


@pytest.fixture
def drops(window: MainWindow) -> PictureDrops:
    """The window's, which this test may look into."""
    return window.drops


def save(path: Path, request: GenerationRequest = OURS) -> Path:
    """A picture of ours, as the gallery writes it."""
    picture = picture_of(request)
    path.write_bytes(encode(picture.pixels, Texts.of(picture, "2024-05-01T12:00:00+00:00")))
    return path


def plain_png(path: Path) -> Path:
    """A picture that nobody said anything in."""
    path.write_bytes(encode(Pixels(1, 1, b"abc")))
    return path


def files(*paths: Path) -> QMimeData:
    """What a file manager offers."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    mime.setText("\n".join(f"file://{path}" for path in paths))
    return mime


def notes(studio: Studio) -> list[str]:
    return [message.text for message in studio.state.messages.all]


# -- one thing of a picture -------------------------------------------------------------------


def test_on_the_seed_only_the_seed(
    qtbot: QtBot, studio: Studio, window: MainWindow, drops: PictureDrops, tmp_path: Path
) -> None:
    before = studio.state.form.request
    seed = window.panel.seed
    for place in (seed.edit, seed.keep_button):  # wherever on it
        with qtbot.waitSignal(studio.state.told) as told:
            assert drop_on(place, files(save(tmp_path / "dog.png")))
        assert told.args == ["Seed 77 was taken from the picture."]
        assert studio.state.form.request == before.changed(seed=77)
        assert not studio.state.form.seed_is_random
        assert seed.edit.text() == "77"


def test_on_the_size_only_the_size(
    qtbot: QtBot, studio: Studio, window: MainWindow, drops: PictureDrops, tmp_path: Path
) -> None:
    before = studio.state.form.request
    picker = window.panel.size_picker
    with qtbot.waitSignal(studio.state.told):
        assert drop_on(picker.width_box.lineEdit(), files(save(tmp_path / "dog.png")))
    assert studio.state.form.request == before.changed(width=512, height=256)
    assert studio.state.form.seed_is_random, "the seed is left alone"


def test_on_a_prompt_only_that_prompt_and_it_can_be_undone(
    qtbot: QtBot, studio: Studio, window: MainWindow, drops: PictureDrops, tmp_path: Path
) -> None:
    path = save(tmp_path / "dog.png")
    studio.state.form.edit(prompt="mine")
    before = studio.state.form.request
    editor = window.panel.prompt
    with qtbot.waitSignal(studio.state.told):
        assert drop_on(editor.viewport(), files(path))
    assert studio.state.form.request == before.changed(prompt=OURS.prompt)
    assert editor.toPlainText() == OURS.prompt, "and nothing of the file's name"

    editor.undo()
    assert studio.state.form.request.prompt == "mine"

    with qtbot.waitSignal(studio.state.told):
        assert drop_on(window.panel.negative_prompt.viewport(), files(path))
    assert studio.state.form.request == before.changed(negative_prompt="blurry")


def test_a_picture_without_a_negative_prompt_leaves_ours(
    qtbot: QtBot, studio: Studio, window: MainWindow, drops: PictureDrops, tmp_path: Path
) -> None:
    studio.state.form.edit(negative_prompt="mine")
    path = save(tmp_path / "dog.png", OURS.changed(negative_prompt=""))
    with qtbot.waitSignal(studio.state.messages.changed):
        drop_on(window.panel.negative_prompt.viewport(), files(path))
    assert studio.state.form.request.negative_prompt == "mine"
    assert notes(studio) == ["This picture was made without a negative prompt."]


def test_braces_that_were_drawn_are_no_choice(
    qtbot: QtBot, studio: Studio, window: MainWindow, drops: PictureDrops, tmp_path: Path
) -> None:
    path = save(tmp_path / "dog.png", OURS.changed(prompt="a {red|blue} sign"))
    with qtbot.waitSignal(studio.state.told):
        drop_on(window.panel.prompt.viewport(), files(path))
    assert studio.state.form.request.prompt == r"a \{red|blue\} sign"


def test_text_still_goes_into_a_prompt(
    studio: Studio, window: MainWindow, drops: PictureDrops
) -> None:
    mime = QMimeData()
    mime.setText("a green house")
    editor = window.panel.prompt
    assert drop_on(editor.viewport(), mime)
    assert editor.toPlainText() == "a green house"
    assert not drops.targets["prompt"].hint.isVisible()


# -- everything -------------------------------------------------------------------------------


def test_on_the_window_everything_after_showing_what_will_change(
    qtbot: QtBot, studio: Studio, window: MainWindow, drops: PictureDrops, tmp_path: Path
) -> None:
    studio.state.form.edit(num_images=3)
    before = studio.state.form.request
    assert drop_on(window.canvas.view, files(save(tmp_path / "dog.png")))
    qtbot.waitUntil(lambda: drops.dialog is not None)
    dialog = drops.dialog
    assert dialog is not None
    assert "dog.png" in dialog.windowTitle()
    assert {"prompt", "negative_prompt", "size", "seed", "prior_guidance_scale"} == set(
        dialog.boxes
    )
    assert studio.state.form.request == before, "nothing before it was agreed to"

    dialog.boxes["prior_guidance_scale"].setChecked(False)
    with qtbot.waitSignal(studio.state.told):
        dialog.accept()

    wanted = OURS.changed(num_images=3, prior_guidance_scale=before.prior_guidance_scale)
    assert studio.state.form.request == wanted
    assert drops.dialog is None


def test_esc_changes_nothing(
    qtbot: QtBot, studio: Studio, window: MainWindow, drops: PictureDrops, tmp_path: Path
) -> None:
    before = studio.state.form.request
    drop_on(window.canvas.view, files(save(tmp_path / "dog.png")))
    qtbot.waitUntil(lambda: drops.dialog is not None)
    assert drops.dialog is not None
    qtbot.keyClick(drops.dialog, Qt.Key.Key_Escape)  # type: ignore[no-untyped-call]
    assert studio.state.form.request == before


def test_another_picture_takes_the_place_of_the_first(
    qtbot: QtBot, studio: Studio, window: MainWindow, drops: PictureDrops, tmp_path: Path
) -> None:
    drops.read(save(tmp_path / "one.png"), "window")
    qtbot.waitUntil(lambda: drops.dialog is not None)
    first = drops.dialog
    drops.read(save(tmp_path / "two.png", OURS.changed(seed=78)), "window")
    qtbot.waitUntil(lambda: drops.dialog is not first and drops.dialog is not None)
    assert drops.dialog is not None
    assert "two.png" in drops.dialog.windowTitle()
    drops.dialog.reject()


def test_a_picture_of_another_program(
    qtbot: QtBot, studio: Studio, window: MainWindow, drops: PictureDrops, tmp_path: Path
) -> None:
    from gallery.pictures import png_chunk, write_png

    text = "a cat\nNegative prompt: bad\nSteps: 20, CFG scale: 7, Seed: 5, Size: 500x768"
    path = write_png(tmp_path / "cat.png", png_chunk(b"tEXt", b"parameters\0" + text.encode()))
    drop_on(window.canvas.view, files(path))
    qtbot.waitUntil(lambda: drops.dialog is not None)
    assert drops.dialog is not None
    fields = drops.dialog.proposal.fields()
    assert fields["prompt"] == "a cat"
    assert (fields["width"], fields["height"], fields["seed"]) == (512, 768, 5)
    drops.dialog.reject()


def test_of_several_pictures_the_first_and_it_says_so(
    qtbot: QtBot, studio: Studio, window: MainWindow, drops: PictureDrops, tmp_path: Path
) -> None:
    first = save(tmp_path / "one.png")
    second = save(tmp_path / "two.png", OURS.changed(seed=78))
    with qtbot.waitSignal(studio.state.told) as told:
        drop_on(window.panel.seed.edit, files(tmp_path / "notes.txt", first, second))
    assert studio.state.form.request.seed == 77
    assert told.args is not None
    assert "Of 2 pictures only the first was read." in told.args[0]

    drop_on(window.canvas.view, files(first, second))
    qtbot.waitUntil(lambda: drops.dialog is not None)
    assert drops.dialog is not None
    assert "Of 2 pictures only the first was read." in drops.dialog.proposal.notes
    drops.dialog.reject()


def test_a_file_can_be_chosen_without_a_mouse(
    qtbot: QtBot, studio: Studio, window: MainWindow, drops: PictureDrops, tmp_path: Path
) -> None:
    path = save(tmp_path / "dog.png")
    window.book["take_from_file"].trigger()
    assert drops.file_dialog is not None
    drops.file_dialog.fileSelected.emit(str(path))
    drops.file_dialog.reject()
    qtbot.waitUntil(lambda: drops.dialog is not None)
    assert drops.dialog is not None
    drops.dialog.reject()
    assert drops.file_dialog is None


# -- from this window -------------------------------------------------------------------------


def test_a_picture_of_this_window_brings_its_request_along(
    studio: Studio, window: MainWindow, drops: PictureDrops, tmp_path: Path
) -> None:
    mime = mime_of(OURS, tmp_path / "not there yet.png")
    assert drop_on(window.panel.seed.edit, mime)
    assert studio.state.form.request.seed == 77, "at once: no file is read"
    assert mime.urls()[0].toLocalFile().endswith("not there yet.png")

    assert drop_on(window.panel.size_picker, mime_of(OURS, None))
    assert studio.state.form.request.width == 512


def test_a_request_that_cannot_be_read_falls_back_on_the_file(
    qtbot: QtBot, studio: Studio, window: MainWindow, drops: PictureDrops, tmp_path: Path
) -> None:
    mime = files(save(tmp_path / "dog.png"))
    mime.setData(REQUEST_MIME, QByteArray(b"[" * 100_000))
    with qtbot.waitSignal(studio.state.told):
        drop_on(window.panel.seed.edit, mime)
    assert studio.state.form.request.seed == 77

    nothing = QMimeData()
    nothing.setData(REQUEST_MIME, QByteArray(b'{"schema": 99}'))
    drop_on(window.panel.seed.edit, nothing)
    assert notes(studio) == ["This picture does not say how it was made."]


# -- what is no picture that could be used ----------------------------------------------------


def test_a_picture_that_says_nothing(
    qtbot: QtBot, studio: Studio, window: MainWindow, drops: PictureDrops, tmp_path: Path
) -> None:
    before = studio.state.form.request
    with qtbot.waitSignal(studio.state.messages.changed):
        drop_on(window.canvas.view, files(plain_png(tmp_path / "photo.png")))
    assert notes(studio) == ["“photo.png” does not say how it was made."]
    assert studio.state.form.request == before

    with qtbot.waitSignal(studio.state.told):  # the next one that can be used takes it away
        drop_on(window.panel.seed.edit, files(save(tmp_path / "dog.png")))
    assert notes(studio) == []


@pytest.mark.parametrize("name", ["archive.zip", "notes.txt"])
def test_what_is_no_picture_by_its_name_is_refused_and_becomes_no_text(
    studio: Studio, window: MainWindow, drops: PictureDrops, tmp_path: Path, name: str
) -> None:
    panel = window.panel
    seed = panel.seed.edit.text()
    for place in (panel.prompt.viewport(), panel.seed.edit, panel.size_picker, window.canvas.view):
        assert not drop_on(place, files(tmp_path / name))
    assert panel.prompt.toPlainText() == ""
    assert panel.seed.edit.text() == seed


def test_a_folder_named_like_a_picture_is_told_of(
    qtbot: QtBot, studio: Studio, window: MainWindow, drops: PictureDrops, tmp_path: Path
) -> None:
    folder = tmp_path / "album.png"
    folder.mkdir()
    with qtbot.waitSignal(studio.state.messages.changed):
        drop_on(window.canvas.view, files(folder))
    assert "is no file" in notes(studio)[0]


def test_a_picture_that_has_gone_is_told_of(
    qtbot: QtBot, studio: Studio, window: MainWindow, drops: PictureDrops, tmp_path: Path
) -> None:
    with qtbot.waitSignal(studio.state.messages.changed):
        drop_on(window.canvas.view, files(tmp_path / "gone.png"))
    assert "cannot be read" in notes(studio)[0]


def test_a_huge_file_is_not_read(
    qtbot: QtBot, studio: Studio, window: MainWindow, drops: PictureDrops, tmp_path: Path
) -> None:
    huge = tmp_path / "huge.png"
    with huge.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)  # holes take no room on the disk
    with qtbot.waitSignal(studio.state.messages.changed):
        drop_on(window.canvas.view, files(huge))
    assert notes(studio) == ["“huge.png” is too large to be read."]


def test_pictures_of_the_web_are_left_alone(
    studio: Studio, window: MainWindow, drops: PictureDrops
) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl("https://example.org/dog.png")])
    assert not drop_on(window.canvas.view, mime)
