"""Makes a style, or changes one: its name, its texts, and which settings go with it."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QPlainTextEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from wurstdesk.generation import GenerationRequest
from wurstdesk.generation.styles import MAX_NAME, MAX_TEXT, PLACE, SETTING_GROUPS, Style, joined
from wurstdesk.session.styles import StyleShelf
from wurstdesk.ui.controls import Remark, SideScrollArea, TightContent, dim_label
from wurstdesk.ui.style_words import setting_text

_SHOWN_CHARACTERS = 240


class StyleDialog(QDialog):
    """Edits a copy of ``style``; open it with ``open()``.

    Settings that the style does not have are offered as they are in ``request``. ``replaces`` is
    the name of the style that is changed, "" for a new one.
    """

    def __init__(
        self,
        shelf: StyleShelf,
        style: Style,
        request: GenerationRequest,
        replaces: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._shelf = shelf
        self._replaces = replaces
        self._values = {field: getattr(request, field) for field in _FIELDS} | style.settings
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Edit style") if replaces else self.tr("Save as style"))
        self.name = QLineEdit(style.name)
        self.name.setMaxLength(MAX_NAME)
        self.prompt = _text_field(self.tr("Prompt"), style.prompt, 4)
        self.prompt.setPlaceholderText(self.tr("oil painting of {0}").format(PLACE))
        self.negative_prompt = _text_field(self.tr("Negative prompt"), style.negative_prompt, 3)
        self.example = dim_label()
        self.example.setWordWrap(True)
        self.boxes = self._make_boxes(style)
        self.remark = Remark()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.save_button = self.buttons.addButton(
            self.tr("&Save"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self.save_button.setObjectName("primary")
        self.save_button.setDefault(True)
        self._lay_out()
        self._connect()
        self._show()
        self.name.selectAll()

    def _make_boxes(self, style: Style) -> dict[str, QCheckBox]:
        boxes = {}
        for group, fields in SETTING_GROUPS.items():
            box = QCheckBox(setting_text(group, self._values))
            box.setChecked(fields[0] in style.settings)
            boxes[group] = box
        return boxes

    def _lay_out(self) -> None:
        content = TightContent()
        column = QVBoxLayout(content)
        column.setContentsMargins(18, 16, 18, 8)
        column.setSpacing(6)
        fields: tuple[tuple[str, QWidget], ...] = (
            (self.tr("&Name"), self.name),
            (self.tr("&Prompt, with {0} where your own words go").format(PLACE), self.prompt),
            (self.tr("N&egative prompt"), self.negative_prompt),
        )
        for text, field in fields:
            column.addWidget(dim_label(text, field))
            column.addWidget(field, int(isinstance(field, QPlainTextEdit)))
            if field is self.prompt:
                column.addWidget(self.example)
            column.addSpacing(6)
        column.addWidget(dim_label(self.tr("Settings that go with it")))
        for box in self.boxes.values():
            column.addWidget(box)
        column.addSpacing(6)
        column.addWidget(self.remark)
        foot = QVBoxLayout()
        foot.setContentsMargins(18, 6, 18, 14)
        foot.addWidget(self.buttons)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(SideScrollArea(content), 1)  # large letters on a small screen
        outer.addLayout(foot)
        self._content = content

    def showEvent(self, event: QShowEvent) -> None:
        """Now it is known how large the text is."""
        self._give_size()
        super().showEvent(event)

    def _give_size(self) -> None:
        """Room for everything, and a line more, as far as the screen has it."""
        width = self.fontMetrics().averageCharWidth() * 70
        height = self._content.heightForWidth(width) + self.buttons.sizeHint().height() + 20
        screen = self.screen().availableGeometry().size() - QSize(40, 60)
        self.resize(QSize(width, height + 2 * self.fontMetrics().height()).boundedTo(screen))

    def _connect(self) -> None:
        self.name.textChanged.connect(self._show)
        for field in (self.prompt, self.negative_prompt):
            field.textChanged.connect(self._show)
        self.buttons.accepted.connect(self._on_save)
        self.buttons.rejected.connect(self.reject)

    # -- what is entered --------------------------------------------------------------------

    def style_entered(self) -> Style | None:
        """The style as it is entered; None where it is none yet."""
        settings: dict[str, Any] = {}
        for group, box in self.boxes.items():
            if box.isChecked():
                settings |= {field: self._values[field] for field in SETTING_GROUPS[group]}
        try:
            return Style(
                name=self.name.text(),
                prompt=self.prompt.toPlainText().strip(),
                negative_prompt=self.negative_prompt.toPlainText().strip(),
                settings=settings,
            )
        except ValidationError:
            return None

    @Slot()
    def _show(self) -> None:
        style = self.style_entered()
        self.save_button.setEnabled(style is not None)
        self._show_example()
        self.remark.say(self._what_to_know(style))

    def _show_example(self) -> None:
        words = self.tr("a red fox")
        result = joined(self.prompt.toPlainText()[:MAX_TEXT], words)
        if result is None or result == words:
            self.example.setText(self.tr("The prompt stays as it is."))
            return
        line = " ".join(result.split())
        shown = line if len(line) <= _SHOWN_CHARACTERS else f"{line[:_SHOWN_CHARACTERS]}…"
        self.example.setText(self.tr("“{0}” becomes “{1}”.").format(words, shown))

    def _what_to_know(self, style: Style | None) -> str:
        if style is None:
            if not self.name.text().strip():
                return self.tr("It needs a name.")
            most = self.locale().toString(MAX_TEXT)
            return self.tr("A text of a style has at most {0} characters.").format(most)
        if style.name != self._replaces and self._shelf.find(style.name) is not None:
            return self.tr("This takes the place of the style of that name.")
        return ""

    @Slot()
    def _on_save(self) -> None:
        style = self.style_entered()
        if style is not None:
            # A new one was made of what is written: chosen, it would say the same once more.
            self._shelf.save(style, self._replaces, choose=bool(self._replaces))
            self.accept()


_FIELDS = tuple(field for fields in SETTING_GROUPS.values() for field in fields)


def _text_field(name: str, text: str, lines: int) -> QPlainTextEdit:
    field = QPlainTextEdit(text)
    field.setAccessibleName(name)
    field.setTabChangesFocus(True)
    margin = 7
    field.document().setDocumentMargin(margin)
    field.setMinimumHeight(field.fontMetrics().lineSpacing() * lines + 2 * margin + 4)
    field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
    return field
