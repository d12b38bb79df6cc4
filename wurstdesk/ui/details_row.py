"""What is known of the picture in view, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from wurstdesk.session.pictures import SessionPicture
from wurstdesk.session.state import StudioState
from wurstdesk.ui.controls import ROW_HEIGHT, ElidedLabel, quiet_button
from wurstdesk.ui.flow_row import FlowRow
from wurstdesk.ui.i18n import DOT, duration, size_text

_LETTERS = 22
"""Of the words that are seen, at least, before the buttons go to a line of their own."""


class _Words(QWidget):
    """Two lines, as wide as the buttons leave them."""

    def __init__(self, *lines: QWidget) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        for one in lines:
            column.addWidget(one)

    def sizeHint(self) -> QSize:
        """Enough to tell one picture from another."""
        width = self.fontMetrics().averageCharWidth() * _LETTERS
        return QSize(width, super().sizeHint().height())


class DetailsRow(FlowRow):
    """There while finished pictures are on the canvas."""

    back_asked = Signal()
    reuse_asked = Signal()
    save_asked = Signal()

    def __init__(self, state: StudioState) -> None:
        super().__init__()
        self._state = state
        self.prompt = ElidedLabel()
        self.facts = ElidedLabel(is_dim=True)
        self.back_button = quiet_button("", self.tr("Back to what was drawn together"))
        self.reuse_button = quiet_button(
            self.tr("Use these settings"), self.tr("Take this picture's settings into the panel")
        )
        self.compare_button = quiet_button(
            self.tr("Compare"),
            self.tr("Compare with the picture made before; Ctrl+click in the strip for another"),
        )
        self.save_button = quiet_button(self.tr("Save as…"), self.tr("Save a copy elsewhere"))
        words = _Words(self.prompt, self.facts)
        self.keep_height(ROW_HEIGHT)
        self.add(self.back_button)
        self.add(words, stretches=True)
        for button in (self.reuse_button, self.compare_button, self.save_button):
            self.add(button)
        self.back_button.clicked.connect(self.back_asked)
        self.compare_button.clicked.connect(state.showing.compare_with_previous)
        self.reuse_button.clicked.connect(self.reuse_asked)
        self.save_button.clicked.connect(self.save_asked)
        for signal in (state.shown_changed, state.activity_changed):
            signal.connect(self._show)
        state.pictures.added.connect(self._show)
        state.pictures.changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        state = self._state
        showing = state.showing
        picture, request = showing.picture_in_view, showing.request
        is_about_something = picture is not None or not showing.is_empty
        is_hidden = showing.watches or showing.comparison.is_active
        self.setVisible(is_about_something and not is_hidden)
        self.compare_button.setVisible(showing.can_compare)
        self.reuse_button.setVisible(picture is not None)
        self.save_button.setVisible(picture is not None)
        if picture is not None:
            self.prompt.setText(" ".join(picture.request.prompt.split()) or self.tr("(no prompt)"))
            self.facts.setText(self._facts(picture))
        elif request is not None:
            self.prompt.setText(" ".join(request.prompt.split()) or self.tr("(no prompt)"))
            self.facts.setText(self._round_facts())
        self._show_back()

    def _show_back(self) -> None:
        showing, drawn = self._state.showing, self._state.round
        self.back_button.setVisible(showing.can_go_back)
        if drawn.is_running:
            self.back_button.setText(self.tr("Watch the live picture"))
        elif showing.cells is not drawn.cells:
            self.back_button.setText(self.tr("Show the newest"))
        else:
            self.back_button.setText(self.tr("All {0}").format(len(drawn.cells)))

    def _facts(self, picture: SessionPicture) -> str:
        request = picture.request
        facts = [
            self.tr("seed {0}").format(request.seed),
            size_text(request.width, request.height),
            duration(picture.seconds),
        ]
        facts.append(picture.saved.path.name if picture.saved else self.tr("not saved"))
        return DOT.join(facts)

    def _round_facts(self) -> str:
        cells = self._state.showing.cells
        finished = sum(cell.picture_id is not None for cell in cells)
        if not finished:
            return self.tr("stopped before a picture was finished")
        if finished < len(cells):
            return self.tr("{0} of {1} pictures finished").format(finished, len(cells))
        return self.tr("{0} pictures · click one to look closer").format(len(cells))
