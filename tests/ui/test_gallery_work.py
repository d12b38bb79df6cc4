# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
"""The gallery by keys and menus: rate, throw away, undo, go through, compare; and the trash."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from everything import settle, spoken_name
from fakes import Gate
from kept_pictures import GalleryBench, press
from studio import Studio
from wurstdesk.session.gallery_shelves import Shelf
from wurstdesk.ui import gallery_tools
from wurstdesk.ui.gallery_drag import ids_in
from wurstdesk.ui.gallery_tools import GalleryTools
from wurstdesk.ui.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
KEY = Qt.Key


def answer(box: QMessageBox | None, wanted: QMessageBox.ButtonRole) -> None:
    """Press the button of that role."""
    assert box is not None
    button = next(b for b in box.buttons() if box.buttonRole(b) == wanted)
    button.click()


# -- keys ---------------------------------------------------------------------------------------


def test_digits_and_letters_are_for_the_selected_pictures(
    qtbot: QtBot, bench: GalleryBench
) -> None:
    bench.choose(0, 2)
    for key in (KEY.Key_4, KEY.Key_F, KEY.Key_K):
        press(qtbot, key)
    for row in (0, 2):
        stored = bench.stored(bench.ids[row])
        assert (stored["rating"], stored["favourite"], stored["verdict"]) == (4, True, 1)
    for key in (KEY.Key_0, KEY.Key_F, KEY.Key_X):
        press(qtbot, key)
    stored = bench.stored(bench.ids[2])
    assert (stored["rating"], stored["favourite"], stored["verdict"]) == (0, False, -1)
    assert bench.stored(bench.ids[1])["verdict"] == 0


def test_delete_undo_redo(qtbot: QtBot, window: MainWindow, bench: GalleryBench) -> None:
    press(qtbot, KEY.Key_Delete)
    assert bench.view.selection.current == bench.ids[1]
    assert window.book["gallery_undo"].text() == "Undo: 1 picture to the trash"
    press(qtbot, KEY.Key_Z, CTRL)
    qtbot.waitUntil(lambda: list(bench.view.found.ids) == bench.ids)
    assert window.book["gallery_undo"].text() == "Undo"
    assert not window.book["gallery_undo"].isEnabled()
    press(qtbot, KEY.Key_Z, CTRL | SHIFT)
    assert bench.stored(bench.ids[0])["trashed"] is True


def test_a_tag_is_taken_back_where_it_was_written(
    qtbot: QtBot, bench: GalleryBench, tools: GalleryTools
) -> None:
    entry = tools.details.marks.tags.entry
    entry.setFocus()
    qtbot.keyClicks(entry, "snow")
    qtbot.keyClick(entry, KEY.Key_Z, CTRL)
    assert entry.text() == "", "what is being typed is the field's"
    assert bench.work.edits.undo_text == ""
    qtbot.keyClicks(entry, "snow\r")
    qtbot.waitUntil(lambda: bool(tools.details.marks.tags.chips.chips))
    qtbot.keyClick(entry, KEY.Key_Z, CTRL)
    assert bench.stored(bench.ids[0])["tags"] == ()


def test_the_picture_beside_is_carried_away_too(
    qtbot: QtBot, bench: GalleryBench, tools: GalleryTools, monkeypatch: pytest.MonkeyPatch
) -> None:
    carried: list[QMimeData] = []
    monkeypatch.setattr(
        gallery_tools, "carry_away", lambda source, mime, small: carried.append(mime)
    )
    tools.details.image.drag_asked.emit(0)
    assert ids_in(carried[0]) == (bench.ids[0],)
    assert carried[0].hasUrls()


def test_its_menu_is_that_of_the_grid(
    qtbot: QtBot, bench: GalleryBench, tools: GalleryTools
) -> None:
    tools.details.image.menu_asked.emit(0, QPoint(10, 10))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert "gallery_trash" in {action.objectName() for action in menu.actions()}
    menu.close()


def test_shift_and_delete_does_nothing(qtbot: QtBot, bench: GalleryBench) -> None:
    press(qtbot, KEY.Key_Delete, SHIFT)
    assert bench.stored(bench.ids[0])["trashed"] is False


def test_letters_are_written_in_the_search(
    qtbot: QtBot, window: MainWindow, bench: GalleryBench
) -> None:
    window.gallery.search.field.setFocus()
    for text in "fx4":
        qtbot.keyClicks(window.gallery.search.field, text)
    press(qtbot, KEY.Key_Delete)
    assert window.gallery.search.field.text() == "fx4"
    stored = bench.stored(bench.ids[0])
    assert (stored["rating"], stored["verdict"], stored["trashed"]) == (0, 0, False)


def test_in_the_studio_none_of_it_can_be_done(window: MainWindow, bench: GalleryBench) -> None:
    names = [c.name for c in window.book if c.name.startswith("gallery_")]
    assert len(names) >= 14
    bench.work.edits.rate(bench.ids[:1], 3)
    assert window.book["gallery_undo"].isEnabled()
    window.show_page("studio")
    assert not any(window.book[name].isEnabled() for name in names)


def test_no_key_of_the_gallery_is_taken_twice(window: MainWindow) -> None:
    mine = [c for c in window.book if c.name.startswith("gallery_")]
    keys = [key for command in mine for key in command.action.shortcuts()]
    assert len(keys) == len(set(keys)) >= 13
    # Of the window's keys only that of the studio's comparison is used too, which is off here.
    others = {
        key.toString(QKeySequence.SequenceFormat.PortableText): command.name
        for command in window.book
        if command not in mine
        for key in command.action.shortcuts()
    }
    shared = {others.get(key.toString(QKeySequence.SequenceFormat.PortableText)) for key in keys}
    assert shared <= {None, "compare"}


def test_the_menu_of_pictures_has_it_too(window: MainWindow, bench: GalleryBench) -> None:
    menu = window.gallery.actions_.menu()
    actions = {action.objectName(): action for action in menu.actions()}
    assert {"gallery_favourite", "gallery_cull", "gallery_trash", "export"} <= set(actions)
    assert actions["export"].isEnabled()
    actions["gallery_trash"].trigger()
    menu.aboutToHide.emit()
    assert bench.stored(bench.ids[0])["trashed"] is True


def test_pictures_dropped_on_a_shelf_are_what_it_holds(
    window: MainWindow, bench: GalleryBench
) -> None:
    drop = window.gallery.pictures_dropped.emit
    drop(Shelf("favourites"), (bench.ids[1],))
    drop(Shelf("tag", tag="snow"), (bench.ids[1],))
    drop(Shelf("rejected"), (bench.ids[2],))
    drop(Shelf("trash"), (bench.ids[3],))
    assert bench.stored(bench.ids[1])["favourite"] is True
    assert bench.stored(bench.ids[1])["tags"] == ("snow",)
    assert bench.stored(bench.ids[2])["verdict"] == -1
    assert bench.stored(bench.ids[3])["trashed"] is True


# -- the trash ----------------------------------------------------------------------------------


def test_favourites_are_asked_about(
    qtbot: QtBot, window: MainWindow, bench: GalleryBench, tools: GalleryTools
) -> None:
    bench.choose(0, 1)
    bench.work.edits.favourite((bench.ids[1],), True)
    for role, is_trashed in (
        (QMessageBox.ButtonRole.RejectRole, False),
        (QMessageBox.ButtonRole.AcceptRole, True),
    ):
        window.activateWindow()
        window.gallery.go_to_pictures()
        qtbot.waitUntil(window.gallery.grid.hasFocus)
        press(qtbot, KEY.Key_Delete)
        box = tools.questions.box
        assert box is not None
        assert box.text() == "One of these 2 pictures is a favourite."
        answer(box, role)
        assert tools.questions.box is None
        assert bench.stored(bench.ids[0])["trashed"] is is_trashed


def test_the_trash_and_out_of_it(
    qtbot: QtBot, window: MainWindow, bench: GalleryBench, tools: GalleryTools
) -> None:
    assert not tools.trash_bar.isVisible()
    bench.work.edits.trash(bench.ids[:3])
    bench.wait()
    bench.view.show_shelf(Shelf("trash"))
    qtbot.waitUntil(lambda: list(bench.view.found.ids) == bench.ids[:3])
    bench.view.selection.choose(0)
    assert tools.trash_bar.isVisible()
    assert "30 days" in tools.trash_bar.words.text()
    assert not window.book["gallery_trash"].isEnabled()
    qtbot.mouseClick(tools.trash_bar.restore, LEFT)
    assert list(bench.view.found.ids) == bench.ids[1:3]
    assert bench.stored(bench.ids[0])["trashed"] is False
    window.book["gallery_restore"].trigger()
    assert bench.stored(bench.ids[1])["trashed"] is False


def test_the_trash_is_emptied_only_if_the_person_says_so(
    qtbot: QtBot, bench: GalleryBench, tools: GalleryTools, monkeypatch: pytest.MonkeyPatch
) -> None:
    emptied: list[bool] = []
    monkeypatch.setattr(bench.studio.state.chores, "empty_trash", lambda: emptied.append(True))
    bench.work.edits.trash(bench.ids[:2])
    bench.view.show_shelf(Shelf("trash"))
    qtbot.waitUntil(tools.trash_bar.empty.isVisible)
    for role in (QMessageBox.ButtonRole.RejectRole, QMessageBox.ButtonRole.AcceptRole):
        assert not emptied
        qtbot.mouseClick(tools.trash_bar.empty, LEFT)
        assert tools.questions.box is not None
        assert tools.questions.box.text() == "In the trash: 2 pictures"
        answer(tools.questions.box, role)
    assert emptied == [True]
    assert bench.work.edits.undo_text == "", "that is for good"


# -- culling ------------------------------------------------------------------------------------


def test_going_through_by_keys(qtbot: QtBot, bench: GalleryBench, tools: GalleryTools) -> None:
    press(qtbot, KEY.Key_C)
    cull = tools.cull
    assert cull.isVisible()
    assert cull.picture.hasFocus()
    assert cull.progress.text() == "1 of 5"
    for key in (KEY.Key_K, KEY.Key_X, KEY.Key_Right, KEY.Key_Left, KEY.Key_Space):
        press(qtbot, key)
    assert cull.progress.text() == "4 of 5"
    press(qtbot, KEY.Key_5)
    press(qtbot, KEY.Key_F)
    assert cull.heart.isChecked()
    assert bench.stored(bench.ids[3])["favourite"] == 1
    qtbot.mouseClick(cull.heart, LEFT)
    assert not cull.heart.isChecked()
    press(qtbot, KEY.Key_X)
    press(qtbot, KEY.Key_U)
    assert cull.progress.text() == "4 of 5"
    press(qtbot, KEY.Key_Left)
    assert cull.progress.text() == "3 of 5 – kept"
    assert bench.stored(bench.ids[3])["rating"] == 5
    assert [bench.stored(n)["verdict"] for n in bench.ids] == [1, -1, 1, 0, 0]
    press(qtbot, KEY.Key_Escape)
    box = cull.question
    assert box is not None
    assert box.text() == "Kept 2, rejected 1."
    answer(box, QMessageBox.ButtonRole.AcceptRole)
    assert cull.question is None
    assert not cull.isVisible()
    assert bench.stored(bench.ids[1])["trashed"] is True
    bench.work.edits.undo()
    assert bench.stored(bench.ids[1])["trashed"] is False, "all of them at once"


def test_rejected_ones_can_stay(qtbot: QtBot, bench: GalleryBench, tools: GalleryTools) -> None:
    press(qtbot, KEY.Key_C)
    qtbot.mouseClick(tools.cull.reject_button, LEFT)
    qtbot.mouseClick(tools.cull.undo_button, LEFT)
    qtbot.mouseClick(tools.cull.reject_button, LEFT)
    qtbot.mouseClick(tools.cull.done_button, LEFT)
    answer(tools.cull.question, QMessageBox.ButtonRole.RejectRole)
    assert not tools.cull.isVisible()
    stored = bench.stored(bench.ids[0])
    assert (stored["verdict"], stored["trashed"]) == (-1, False)


def test_who_only_looked_is_asked_nothing(
    qtbot: QtBot, window: MainWindow, bench: GalleryBench, tools: GalleryTools
) -> None:
    press(qtbot, KEY.Key_C)
    press(qtbot, KEY.Key_Right)
    press(qtbot, KEY.Key_Escape)
    assert tools.cull.question is None
    assert window.gallery.grid.hasFocus()


def test_full_size_and_back(qtbot: QtBot, bench: GalleryBench, tools: GalleryTools) -> None:
    press(qtbot, KEY.Key_C)
    qtbot.waitUntil(lambda: not tools.cull.picture.cells[0].image.isNull())
    fitted = tools.cull.picture.zoom
    press(qtbot, KEY.Key_Z)
    assert not tools.cull.picture.is_fitted
    assert tools.cull.picture.zoom == pytest.approx(1.0)
    press(qtbot, KEY.Key_Z)
    assert tools.cull.picture.zoom == pytest.approx(fitted)


def test_esc_does_not_stop_what_is_drawn(
    qtbot: QtBot, studio: Studio, bench: GalleryBench, tools: GalleryTools
) -> None:
    gate = Gate()
    studio.generator.script = lambda _: [gate]
    studio.state.generate()
    gate.wait_until_reached()
    press(qtbot, KEY.Key_C)
    press(qtbot, KEY.Key_Escape)
    assert not tools.cull.isVisible()
    assert studio.state.is_running
    gate.open()
    studio.wait_until_idle()


def test_the_strip_goes_to_a_picture(
    qtbot: QtBot, bench: GalleryBench, tools: GalleryTools
) -> None:
    press(qtbot, KEY.Key_C)
    settle()
    strip = tools.cull.strip
    middle = QPoint(strip.width() // 2 + 90, strip.height() // 2)
    qtbot.mouseClick(strip, LEFT, pos=middle)
    assert bench.work.culling.index == 1
    qtbot.mouseClick(strip, LEFT, pos=QPoint(3, 10))
    assert bench.work.culling.index == 1, "nothing is there"
    qtbot.waitUntil(lambda: len(set(colours(strip))) > 4)


def colours(widget: QWidget) -> list[str]:
    """Along its middle."""
    shot = widget.grab().toImage()
    return [shot.pixelColor(x, shot.height() // 2).name() for x in range(shot.width())]


# -- for everybody ------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["details", "cull", "compare"])
def test_everything_has_a_name_and_nothing_is_cut(
    qtbot: QtBot, bench: GalleryBench, window: MainWindow, tools: GalleryTools, what: str
) -> None:
    if what == "cull":
        bench.work.cull()
    elif what == "compare":
        bench.choose(0, 1, 2)
        bench.work.compare()
        qtbot.waitUntil(tools.compare.isVisible)
    bench.studio.state.change_settings(interface_scale=150)
    settle()
    part = {"details": tools.details, "cull": tools.cull, "compare": tools.compare}[what]
    for widget in part.findChildren(QWidget):
        if widget.isVisible() and widget.focusPolicy() != Qt.FocusPolicy.NoFocus:
            assert spoken_name(widget).strip() or widget.focusProxy()
        if widget.isVisible() and isinstance(widget, QAbstractButton) and widget.text():
            assert widget.width() >= widget.minimumSizeHint().width()
    assert window.width() == 1280
