"""What is known of the picture in view, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from wurstdesk.session.pictures import SessionPicture
from wurstdesk.session.state import StudioState
from wurstdesk.ui.controls import ROW_HEIGHT, ElidedLabel, quiet_button
from wurstdesk.ui.i18n import DOT, duration, size_text


class DetailsRow(QWidget):
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
        self.save_button = quiet_button(self.tr("Save as…"), self.tr("Save a copy elsewhere"))
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addStretch()
        words.addWidget(self.prompt)
        words.addWidget(self.facts)
        words.addStretch()
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 14, 6)
        self.setMinimumHeight(ROW_HEIGHT)
        row.setSpacing(8)
        row.addWidget(self.back_button)
        row.addLayout(words, 1)
        row.addWidget(self.reuse_button)
        row.addWidget(self.save_button)
        self.back_button.clicked.connect(self.back_asked)
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
        picture, drawn = state.showing.picture_in_view, state.round
        is_live = state.showing.picture is None and drawn.is_running
        self.setVisible(not is_live and (picture is not None or not drawn.is_empty))
        self.reuse_button.setVisible(picture is not None)
        self.save_button.setVisible(picture is not None)
        if picture is not None:
            self.prompt.setText(" ".join(picture.request.prompt.split()) or self.tr("(no prompt)"))
            self.facts.setText(self._facts(picture))
        elif drawn.request is not None:
            self.prompt.setText(" ".join(drawn.request.prompt.split()) or self.tr("(no prompt)"))
            self.facts.setText(self._round_facts())
        self._show_back()

    def _show_back(self) -> None:
        state = self._state
        self.back_button.setVisible(can_go_back(state))
        if state.round.is_running:
            self.back_button.setText(self.tr("Watch the live picture"))
        else:
            self.back_button.setText(self.tr("All {0}").format(len(state.round.cells)))

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
        finished = sum(cell.picture_id is not None for cell in self._state.round.cells)
        if not finished:
            return self.tr("stopped before a picture was finished")
        count = len(self._state.round.cells)
        if finished < count:
            return self.tr("{0} of {1} pictures finished").format(finished, count)
        return self.tr("{0} pictures · click one to look closer").format(count)


def can_go_back(state: StudioState) -> bool:
    """Whether something else is behind the picture that was chosen."""
    shown, drawn = state.showing.picture, state.round
    if shown is None or drawn.is_empty:
        return False
    return drawn.is_running or len(drawn.cells) > 1
