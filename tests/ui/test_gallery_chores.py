"""Export and import in the window: the dialog, the commands, how far it is."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QStandardPaths, Qt, QUrl
from PySide6.QtWidgets import QFileDialog, QMainWindow
from pytestqt.qtbot import QtBot

from dragging import drag_over, drop_on
from gallery.pictures import make_picture
from studio import Studio, library_file
from wurstdesk.gallery.exporting import ExportOptions, ExportSize
from wurstdesk.gallery.image_metadata import read_metadata
from wurstdesk.gallery.store import Gallery
from wurstdesk.ui.chore_bar import ChoreBar
from wurstdesk.ui.commands import CommandBook
from wurstdesk.ui.export_dialog import ExportDialog
from wurstdesk.ui.gallery_chores import GalleryChoreCommands


class Window(QMainWindow):
    """A window with nothing but the commands; ``ids`` is what is chosen."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.ids: Sequence[int] = ()
        self.book = CommandBook(self)
        self.commands = GalleryChoreCommands(studio.state, self, self.book, self.chosen)

    def chosen(self) -> Sequence[int]:
        return self.ids


@pytest.fixture
def folder(studio: Studio) -> Path:
    folder = studio.state.pictures_folder
    assert folder is not None
    return folder.resolve()


@pytest.fixture
def saved(studio: Studio, folder: Path) -> list[Path]:
    """Three pictures of the studio's gallery, with the ids 1, 2, 3."""
    gallery = Gallery.open(library_file(folder), folder)
    paths = [gallery.save(make_picture(seed=seed)).path for seed in range(3)]
    gallery.close()
    return paths


@pytest.fixture
def window(qtbot: QtBot, studio: Studio) -> Iterator[Window]:
    window = Window(studio)
    qtbot.addWidget(window)
    window.show()
    yield window
    if window.commands.dialog is not None:
        window.commands.dialog.reject()


def export_dialog(window: Window) -> ExportDialog:
    window.book.refresh()
    window.book["export"].trigger()
    dialog = window.commands.dialog
    assert isinstance(dialog, ExportDialog)
    return dialog


def test_export_is_offered_when_pictures_are_chosen(window: Window) -> None:
    window.book.refresh()
    assert not window.book["export"].isEnabled()
    window.ids = (1,)
    window.book.refresh()
    assert window.book["export"].isEnabled()


def test_pictures_are_exported_as_it_is_chosen(
    qtbot: QtBot, window: Window, studio: Studio, saved: list[Path], tmp_path: Path
) -> None:
    window.ids = (1, 3)
    dialog = export_dialog(window)
    dialog.folder.take(str(tmp_path / "out"))
    dialog.format.box.setCurrentIndex(dialog.format.box.findData("jpeg"))
    dialog.format.box.activated.emit(dialog.format.box.currentIndex())
    way = dialog.size_choice.way
    way.setCurrentIndex(way.findData("crop"))
    way.activated.emit(way.currentIndex())
    dialog.size_choice.width_box.setValue(90)
    dialog.size_choice.height_box.setValue(60)
    dialog.template.line.selectAll()
    qtbot.keyClicks(dialog.template.line, "{seed}-{number}")
    with qtbot.waitSignal(studio.state.told) as told:
        qtbot.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "0-00001.jpg",
        "2-00002.jpg",
    ]
    with Image.open(tmp_path / "out" / "0-00001.jpg") as image:
        assert (image.format, image.size) == ("JPEG", (90, 60))
    assert read_metadata(tmp_path / "out" / "0-00001.jpg").request is not None
    assert told.args == ["2 pictures are in “out”."]


def test_what_was_chosen_is_remembered(
    qtbot: QtBot, window: Window, studio: Studio, saved: list[Path], tmp_path: Path
) -> None:
    window.ids = (1,)
    dialog = export_dialog(window)
    dialog.folder.take(str(tmp_path / "there"))
    dialog.quality.box.setValue(71)
    dialog.metadata.setChecked(False)
    dialog.size_choice.edited.emit(ExportSize(640, 480, "bars"))
    wanted = dialog.options
    with qtbot.waitSignal(studio.state.told):
        dialog.export_button.click()
    again = export_dialog(window)
    assert (
        again.options
        == wanted
        == ExportOptions(
            tmp_path / "there", quality=71, with_metadata=False, size=ExportSize(640, 480, "bars")
        )
    )


@pytest.mark.parametrize("template", ["", "{nonsense}", "../{seed}"])
def test_an_impossible_name_is_told_and_not_exported(
    qtbot: QtBot, window: Window, template: str
) -> None:
    window.ids = (1,)
    dialog = export_dialog(window)
    dialog.template.line.setText(template)
    dialog.template.edited.emit(template)
    assert dialog.remark.text().endswith(".")
    assert not dialog.export_button.isEnabled()


def test_the_gallerys_folder_takes_no_copies(window: Window, folder: Path) -> None:
    window.ids = (1,)
    dialog = export_dialog(window)
    dialog.folder.take(str(folder / "inside"))
    assert "gallery's own" in dialog.remark.text()
    assert not dialog.export_button.isEnabled()


def test_a_picture_that_is_gone_is_told_and_the_others_come(
    qtbot: QtBot, window: Window, studio: Studio, saved: list[Path], tmp_path: Path
) -> None:
    saved[1].unlink()
    with qtbot.waitSignal(studio.state.told):
        studio.state.chores.export((1, 2, 3), ExportOptions(tmp_path / "out"))
    assert len(list((tmp_path / "out").iterdir())) == 2
    (message,) = studio.state.messages.all
    assert message.text == "A picture was not exported."
    assert "Picture 2" in message.hint


def test_the_example_is_one_of_those_that_are_exported(
    qtbot: QtBot, window: Window, studio: Studio, saved: list[Path]
) -> None:
    gallery = studio.state.gallery
    gallery.cards.look_at([1, 2, 3])
    qtbot.waitUntil(lambda: gallery.card(3) is not None)
    window.ids = (3, 2)
    studio.state.form.edit(prompt="something else", seed=99)
    assert export_dialog(window).template.example.text().endswith("a-red-dog 2.png")


def test_files_are_looked_for_at_home_where_there_is_no_folder_of_pictures(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = staticmethod(lambda _: "/nowhere/at all")
    monkeypatch.setattr(QStandardPaths, "writableLocation", nowhere)
    window.book["import_files"].trigger()
    dialog = window.commands.dialog
    assert isinstance(dialog, QFileDialog)
    assert Path(dialog.directory().absolutePath()) == Path.home()


def test_chosen_files_are_imported(
    qtbot: QtBot, window: Window, studio: Studio, tmp_path: Path
) -> None:
    Image.new("RGB", (30, 20), "green").save(tmp_path / "garden.png")
    (tmp_path / "broken.png").write_bytes(b"no picture")
    window.book.refresh()
    window.book["import_files"].trigger()
    dialog = window.commands.dialog
    assert isinstance(dialog, QFileDialog)
    with qtbot.waitSignals([studio.state.told, studio.state.chores.gallery_changed]):
        files = [str(tmp_path / name) for name in ("garden.png", "broken.png")]
        dialog.filesSelected.emit(files)
    (message,) = studio.state.messages.all
    assert (message.text, "broken.png" in message.hint) == ("A file was not taken.", True)


def test_a_folder_is_imported(qtbot: QtBot, window: Window, studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "album").mkdir()
    for number in range(3):
        Image.new("RGB", (30 + number, 20)).save(tmp_path / "album" / f"{number}.png")
    window.book["import_folder"].trigger()
    dialog = window.commands.dialog
    assert isinstance(dialog, QFileDialog)
    with qtbot.waitSignal(studio.state.told) as told:
        dialog.fileSelected.emit(str(tmp_path / "album"))
    assert told.args == ["3 pictures added."]


def test_the_bar_shows_how_far_it_is_and_ends_it(
    qtbot: QtBot, window: Window, studio: Studio, saved: list[Path], tmp_path: Path
) -> None:
    bar = ChoreBar(studio.state.chores)
    qtbot.addWidget(bar)
    assert bar.isHidden()
    studio.state.chores.export((1, 2, 3), ExportOptions(tmp_path / "out"))
    assert not bar.isHidden()
    window.book.refresh()
    assert not window.book["import_files"].isEnabled()
    assert "Exporting" in bar.words.text()
    qtbot.mouseClick(bar.end_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(bar.isHidden)
    assert window.book["import_files"].isEnabled()


def test_files_of_other_programs_are_imported_where_they_fall(
    qtbot: QtBot, window: Window, studio: Studio, tmp_path: Path
) -> None:
    Image.new("RGB", (30, 20), "green").save(tmp_path / "garden.png")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "garden.png"))])
    assert drag_over(window, mime)
    with qtbot.waitSignal(studio.state.told) as told:
        drop_on(window, mime)
    assert told.args == ["1 picture added."]


def test_texts_are_not_imported(window: Window) -> None:
    mime = QMimeData()
    mime.setText("a red dog")
    assert not drag_over(window, mime)
