"""Chooses the style of the next pictures, and keeps the person's own."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QHBoxLayout,
    QMenu,
    QMessageBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from wurstdesk.generation.styles import PLACE, Style
from wurstdesk.session.form import RequestForm
from wurstdesk.session.styles import StyleShelf
from wurstdesk.ui.commands import CommandBook
from wurstdesk.ui.controls import IconButton, Remark, dim_label
from wurstdesk.ui.i18n import word_list
from wurstdesk.ui.style_dialog import StyleDialog
from wurstdesk.ui.style_words import style_tip
from wurstdesk.words import unknown_words


class StyleRow(QWidget):
    """Shows and changes the choice on the ``shelf``; new styles are made of the ``form``."""

    def __init__(self, shelf: StyleShelf, form: RequestForm) -> None:
        super().__init__()
        self._shelf = shelf
        self._form = form
        self.dialog: StyleDialog | None = None
        self.question: QMessageBox | None = None
        self._listed: list[tuple[Style, bool]] | None = None
        self.combo = QComboBox()
        self.combo.setAccessibleName(self.tr("Style"))
        self.combo.setSizeAdjustPolicy(  # a long name does not widen the panel
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.menu_button = IconButton("more", self.tr("Save, edit or delete styles"))
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.remark = Remark()
        self._make_menu()
        self._lay_out()
        self.combo.activated.connect(self._on_activated)
        shelf.changed.connect(self._show)
        form.changed.connect(self._show_remark)
        form.checkpoint_changed.connect(self._show_remark)
        self._show()

    def _make_menu(self) -> None:
        menu = QMenu(self.menu_button)
        self.save_action = menu.addAction(self.tr("&Save as style…"), self.save_as)
        self.edit_action = menu.addAction(self.tr("&Edit…"), self.edit)
        self.delete_action = menu.addAction("", self.delete)
        menu.addSeparator()
        self.show_action = menu.addAction(self.tr("Show &hidden styles"), self._shelf.show_hidden)
        self.menu_button.setMenu(menu)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(dim_label(self.tr("St&yle"), self.combo))
        row = QHBoxLayout()
        row.setSpacing(5)
        row.addWidget(self.combo, 1)
        row.addWidget(self.menu_button)
        column.addLayout(row)
        column.addWidget(self.remark)

    def add_commands(self, book: CommandBook) -> None:
        """What the little menu has, in the window's."""
        book.add("save_style", "edit", self.tr("Save as st&yle…"), run=self.save_as, section=6)
        book.add(
            "edit_style",
            "edit",
            self.tr("&Edit style…"),
            run=self.edit,
            enabled=self.has_style,
            section=6,
        )
        book.add(
            "delete_style",
            "edit",
            self.tr("&Delete style…"),
            run=self.delete,
            enabled=self.has_style,
            section=6,
        )
        self._shelf.changed.connect(book.refresh)

    # -- what can be done -------------------------------------------------------------------

    def has_style(self) -> bool:
        """Whether one is chosen."""
        return self._shelf.chosen is not None

    @Slot()
    def save_as(self) -> None:
        """Ask what of the form is to be a style."""
        request = self._form.request
        prompt = request.prompt if len(request.prompt) < _LONG else ""
        negative = request.negative_prompt if len(request.negative_prompt) < _LONG else ""
        self._open(Style.model_construct(name="", prompt=prompt, negative_prompt=negative))

    @Slot()
    def edit(self) -> None:
        """Ask what is to be different in the style that is chosen."""
        style = self._shelf.chosen
        if style is not None:
            self._open(style, style.name)

    @Slot()
    def delete(self) -> None:
        """Drop the style that is chosen; of the person's own only if that is really wanted."""
        style = self._shelf.chosen
        if style is None:
            return
        if not self._shelf.is_own(style.name):
            self._shelf.delete(style.name)
            return
        question = QMessageBox(self.window())
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        question.setIcon(QMessageBox.Icon.Question)
        question.setTextFormat(Qt.TextFormat.PlainText)
        question.setText(self.tr("Delete the style “{0}”?").format(style.name))
        question.setInformativeText(
            self.tr("The one that comes with Wurstdesk takes its place again.")
            if self._shelf.is_shipped(style.name)
            else self.tr("It cannot be brought back.")
        )
        question.addButton(self.tr("&Delete"), QMessageBox.ButtonRole.DestructiveRole)
        question.setDefaultButton(question.addButton(QMessageBox.StandardButton.Cancel))
        question.buttonClicked.connect(self._on_answer)
        question.finished.connect(self._on_question_finished)
        self.question = question
        question.open()

    def _open(self, style: Style, replaces: str = "") -> None:
        dialog = StyleDialog(self._shelf, style, self._form.request, replaces, self.window())
        dialog.finished.connect(self._on_dialog_finished)
        self.dialog = dialog
        dialog.open()

    @Slot()
    def _on_dialog_finished(self) -> None:
        self.dialog = None

    @Slot(QAbstractButton)
    def _on_answer(self, button: QAbstractButton) -> None:
        style, question = self._shelf.chosen, self.question
        if style is None or question is None:
            return
        if question.buttonRole(button) == QMessageBox.ButtonRole.DestructiveRole:
            self._shelf.delete(style.name)

    @Slot()
    def _on_question_finished(self) -> None:
        self.question = None

    @Slot(int)
    def _on_activated(self, row: int) -> None:
        self._shelf.choose(str(self.combo.itemData(row)))

    # -- what is shown ----------------------------------------------------------------------

    @Slot()
    def _show(self) -> None:
        shelf, chosen = self._shelf, self._shelf.chosen
        self._fill()
        name = chosen.name if chosen is not None else ""
        self.combo.setCurrentIndex(self.combo.findData(name))
        self.combo.setToolTip(
            style_tip(chosen)
            if chosen is not None
            else self.tr("A style goes round your words when a picture is drawn.")
        )
        self.edit_action.setEnabled(chosen is not None)
        self.delete_action.setEnabled(chosen is not None)
        is_shipped = chosen is not None and not shelf.is_own(name)
        self.delete_action.setText(self.tr("Hi&de") if is_shipped else self.tr("&Delete…"))
        self.show_action.setVisible(shelf.hides_some)
        self._show_remark()

    def _fill(self) -> None:
        listed = [(style, self._shelf.is_shipped(style.name)) for style in self._shelf.styles]
        if listed == self._listed:
            return
        self._listed = listed
        self.combo.clear()
        self.combo.addItem(self.tr("None"), "")
        was_shipped = True
        for style, is_shipped in listed:
            if was_shipped and not is_shipped:
                self.combo.insertSeparator(self.combo.count())
            was_shipped = is_shipped
            self.combo.addItem(style.name, style.name)
            row = self.combo.count() - 1
            self.combo.setItemData(row, style_tip(style), Qt.ItemDataRole.ToolTipRole)

    @Slot()
    def _show_remark(self) -> None:
        style, info = self._shelf.chosen, self._form.checkpoint
        said = ""
        if style is not None and style.leaves_out(self._form.request):
            said = self.tr(
                "The style’s words cannot go round a prompt that is put together like this, and "
                "are left out."
            )
        elif style is not None and info is not None and info.vocabulary:
            text = style.prompt.replace(PLACE, " ")
            words = dict.fromkeys(span.word for span in unknown_words(text, info.vocabulary))
            if words:
                said = self.tr("{0} does not know {1}.").format(
                    info.title, word_list(tuple(words), limit=3)
                )
        if said != self.remark.text():
            self.remark.say(said)


_LONG = 2000
"""Characters of a prompt that is no style any more."""
