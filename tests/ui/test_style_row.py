"""Choosing, saving, changing and deleting styles in the window."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QMessageBox, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from fake_desk import MemoryDesk
from fakes import DACKEL, PUBLISHED
from wurstdesk.generation.styles import MAX_TEXT, Style
from wurstdesk.session.form import RequestForm
from wurstdesk.session.keeper import Keeper
from wurstdesk.session.styles import StyleShelf
from wurstdesk.ui.commands import CommandBook
from wurstdesk.ui.style_dialog import StyleDialog
from wurstdesk.ui.style_row import StyleRow
from wurstdesk.ui.style_words import style_tip

ROLE = QMessageBox.ButtonRole


@dataclass
class Place:
    """A row in a window, and what it shows."""

    window: QWidget
    form: RequestForm
    shelf: StyleShelf
    row: StyleRow
    book: CommandBook

    @property
    def dialog(self) -> StyleDialog:
        assert self.row.dialog is not None
        assert self.row.dialog.isVisible()
        return self.row.dialog

    def names(self) -> list[str]:
        combo = self.row.combo
        return [combo.itemText(row) for row in range(combo.count())]

    def pick(self, qtbot: QtBot, name: str) -> None:
        """Choose by the keyboard."""
        self.row.combo.setFocus()
        qtbot.keyClick(self.row.combo, Qt.Key.Key_Home)
        for _ in self.names():
            if self.row.combo.currentText() == name:
                return
            qtbot.keyClick(self.row.combo, Qt.Key.Key_Down)
        raise AssertionError(name)

    def answer(self, role: QMessageBox.ButtonRole) -> None:
        question = self.row.question
        assert question is not None
        (button,) = [b for b in question.buttons() if question.buttonRole(b) == role]
        button.click()


@pytest.fixture
def place(qtbot: QtBot) -> Iterator[Place]:
    window = QWidget()
    keeper = Keeper(MemoryDesk, window)
    form = RequestForm(lambda: 1, window)
    form.set_checkpoints((PUBLISHED, DACKEL))
    form.choose_checkpoint("wuerstchen")
    shelf = StyleShelf(form, keeper, None, window)
    row = StyleRow(shelf, form)
    book = CommandBook(window)
    row.add_commands(book)
    QVBoxLayout(window).addWidget(row)
    with qtbot.waitSignal(shelf.changed):
        shelf.load()
    with qtbot.waitExposed(window):
        window.show()
    yield Place(window, form, shelf, row, book)
    keeper.close()
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_a_style_is_chosen_and_left(qtbot: QtBot, place: Place) -> None:
    assert place.names()[:2] == ["None", "Photograph"]
    assert place.row.combo.currentText() == "None"
    place.pick(qtbot, "Watercolour")
    assert place.shelf.chosen_name == "Watercolour"
    place.pick(qtbot, "None")
    assert place.shelf.chosen is None


def test_the_tip_says_what_a_style_adds(qtbot: QtBot, place: Place) -> None:
    place.pick(qtbot, "Oil painting")
    tip = place.row.combo.toolTip()
    assert "oil painting of {prompt}" in tip
    assert "Negative prompt: photograph" in tip
    item = place.row.combo.itemData(1, Qt.ItemDataRole.ToolTipRole)
    assert "photograph, natural light" in item


def test_a_tip_is_plain_whatever_is_in_a_style() -> None:
    settings = {"width": 512, "height": 768, "prior_num_inference_steps": 20}
    tip = style_tip(Style(name="s", prompt="<b>bold</b>", settings=settings))
    assert "&lt;b&gt;" in tip
    assert "Sets Size: 512 × 768; Prior schedule: 20 even steps" in tip
    assert "adds nothing" in style_tip(Style(name="s"))


def test_words_that_the_checkpoint_does_not_know_are_named(qtbot: QtBot, place: Place) -> None:
    place.pick(qtbot, "Oil painting")
    assert not place.row.remark.isVisible()
    place.form.choose_checkpoint("dackel")
    assert place.row.remark.isVisible()
    assert place.row.remark.text().startswith("Dackel does not know “oil”")
    place.pick(qtbot, "None")
    assert not place.row.remark.isVisible()


def test_a_prompt_that_a_style_cannot_go_round_is_named(qtbot: QtBot, place: Place) -> None:
    place.pick(qtbot, "Oil painting")
    place.form.edit(prompt="(one, two).blend(1, 1)")
    assert "left out" in place.row.remark.text()
    place.form.edit(prompt='("one", "two").blend(1, 1)')
    assert place.row.remark.text() == ""


# -- own ones --------------------------------------------------------------------------------


def test_what_is_written_becomes_a_style(qtbot: QtBot, place: Place) -> None:
    # Given a request that is worth keeping
    place.form.edit(prompt="charcoal", negative_prompt="colour", width=768, height=1280)
    # When it is saved under a name, with its size
    place.row.save_action.trigger()
    dialog = place.dialog
    assert not dialog.save_button.isEnabled()
    assert dialog.remark.text() == "It needs a name."
    qtbot.keyClicks(dialog.name, "Charcoal")
    dialog.boxes["size"].setChecked(True)
    assert "“a red fox, charcoal”" in dialog.example.text()
    dialog.save_button.click()
    # Then it is there, but not round the same words at once
    assert place.row.dialog is None
    assert place.row.combo.currentText() == "None"
    place.row.combo.setCurrentText("Charcoal")
    place.row.combo.activated.emit(place.row.combo.currentIndex())
    assert place.shelf.chosen == Style(
        name="Charcoal",
        prompt="charcoal",
        negative_prompt="colour",
        settings={"width": 768, "height": 1280},
    )


def test_a_style_is_changed_and_renamed(qtbot: QtBot, place: Place) -> None:
    # Given a style with a setting that the form does not have now
    place.shelf.save(Style(name="Mine", prompt="old", settings={"prior_guidance_scale": 7.5}))
    place.form.edit(prior_guidance_scale=3.0)
    # When its words are changed
    place.row.edit_action.trigger()
    dialog = place.dialog
    assert dialog.boxes["prior_guidance_scale"].isChecked()
    assert "7.5" in dialog.boxes["prior_guidance_scale"].text()
    dialog.prompt.setPlainText("new {prompt}")
    dialog.name.setText("Ours")
    dialog.save_button.click()
    # Then it has its other name and the setting that it had
    assert "Mine" not in place.names()
    assert place.shelf.chosen == Style(
        name="Ours", prompt="new {prompt}", settings={"prior_guidance_scale": 7.5}
    )


def test_a_name_that_is_taken_is_said_before_it_is_replaced(qtbot: QtBot, place: Place) -> None:
    place.row.save_as()
    place.dialog.name.setText("  Anime ")
    assert "takes the place" in place.dialog.remark.text()
    assert place.dialog.save_button.isEnabled()
    place.dialog.reject()
    assert not place.shelf.is_own("Anime")
    place.shelf.choose("Anime")
    place.row.edit()
    assert place.dialog.remark.text() == ""
    place.dialog.reject()


def test_a_text_that_is_too_long_is_no_style(qtbot: QtBot, place: Place) -> None:
    place.row.save_as()
    place.dialog.name.setText("Long")
    place.dialog.negative_prompt.setPlainText("a" * (MAX_TEXT + 1))
    assert not place.dialog.save_button.isEnabled()
    assert "at most" in place.dialog.remark.text()
    place.dialog.reject()


def test_an_own_style_is_deleted_when_that_was_meant(qtbot: QtBot, place: Place) -> None:
    place.shelf.save(Style(name="Mine"))
    place.row.delete_action.trigger()
    place.answer(ROLE.RejectRole)
    assert place.shelf.chosen_name == "Mine"
    place.row.delete_action.trigger()
    place.answer(ROLE.DestructiveRole)
    assert place.row.question is None
    assert "Mine" not in place.names()
    assert place.row.combo.currentText() == "None"


def test_a_shipped_style_is_hidden_and_shown_again(qtbot: QtBot, place: Place) -> None:
    assert not place.row.show_action.isVisible()
    place.pick(qtbot, "Anime")
    assert place.row.delete_action.text() == "Hi&de"
    place.row.delete_action.trigger()
    assert "Anime" not in place.names()
    place.row.show_action.trigger()
    assert "Anime" in place.names()


def test_the_menus_can_do_what_the_row_can(qtbot: QtBot, place: Place) -> None:
    place.book.refresh()
    assert not place.book["edit_style"].isEnabled()
    place.pick(qtbot, "Anime")
    assert place.book["edit_style"].isEnabled()
    place.book["edit_style"].trigger()
    place.dialog.reject()
    place.book["save_style"].trigger()
    place.dialog.reject()
    place.book["delete_style"].trigger()
    assert "Anime" not in place.names()
    assert not place.book["delete_style"].isEnabled()


# -- for everybody ---------------------------------------------------------------------------


def test_everything_that_takes_the_keyboard_has_a_name(place: Place) -> None:
    place.row.save_as()
    nameless = [
        type(widget).__name__
        for top in (place.row, place.dialog)
        for widget in top.findChildren(QWidget)
        if widget.isVisibleTo(top)
        and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and not QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name).strip()
    ]
    place.dialog.reject()
    assert nameless == []


def test_a_long_name_does_not_widen_the_panel(place: Place) -> None:
    before = place.row.minimumSizeHint().width()
    place.shelf.save(Style(name="W" * 60))
    assert place.row.minimumSizeHint().width() == before


def test_nothing_of_it_is_left_to_the_garbage_collector(qtbot: QtBot) -> None:
    gc.collect()
    gc.disable()
    try:
        holder = QWidget()
        form = RequestForm(lambda: 1, holder)
        shelf = StyleShelf(form, Keeper(MemoryDesk, holder), None, holder)
        row = StyleRow(shelf, form)
        row.save_as()
        assert row.dialog is not None
        parts = [weakref.ref(part) for part in (row, row.dialog, row.combo)]
        row.dialog.reject()
        row.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        del row
        assert [part() for part in parts] == [None] * 3
    finally:
        gc.enable()
