"""Two pictures compared: with a line between them, side by side, or in turns."""

from __future__ import annotations

from PySide6.QtCore import QSize, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QStackedWidget,
    QVBoxLayout,
)

from wurstdesk.session.comparison import CompareMode
from wurstdesk.session.state import StudioState
from wurstdesk.ui.compare_panes import FlickPane, SidePane, SliderPane
from wurstdesk.ui.comparing import ComparingWidget
from wurstdesk.ui.controls import ElidedLabel, line, quiet_button
from wurstdesk.ui.differences import DifferenceList
from wurstdesk.ui.flow_row import FlowRow
from wurstdesk.ui.image_view import ImageView

_HINT = 100
"""Pixels in which a hint can still be read."""
MODES: tuple[CompareMode, ...] = ("slider", "side", "flick")


class CompareView(ComparingWidget):
    """Shows ``state.showing.comparison`` while it is active. Esc leaves it."""

    def __init__(self, state: StudioState) -> None:
        super().__init__(state.showing.comparison)
        self._state = state
        self._comparison = state.showing.comparison
        self._shown: tuple[int, int] | None = None
        self.slider, self.side, self.flick = SliderPane(), SidePane(), FlickPane()
        self.add_ways(MODES)
        self.hint = ElidedLabel(is_dim=True)
        self.swap_button = quiet_button(self.tr("Swap"), self.tr("Let the pictures change places"))
        self.done_button = quiet_button(self.tr("Done"), self.tr("Back to the first picture (Esc)"))
        self.differences = DifferenceList(state)
        self._panes = QStackedWidget()
        for pane in (self.slider, self.side, self.flick):
            self._panes.addWidget(pane)
        self._lay_out()
        self.swap_button.clicked.connect(self._comparison.swap)
        self.done_button.clicked.connect(self._comparison.stop)
        self._comparison.changed.connect(self._show)
        state.pictures.image_read.connect(self._on_image_read)
        self._show()

    def _lay_out(self) -> None:
        self._bar = top = FlowRow(spacing=6)
        top.setObjectName("compare")
        for button in self.mode_buttons.values():
            top.add(button)
        self.hint.setIndent(8)
        self.hint.setMinimumWidth(_HINT)
        top.add(self.hint, stretches=True)
        top.add(self.swap_button)
        top.add(self.done_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(top)
        column.addWidget(line())
        column.addWidget(self._panes, 1)
        column.addWidget(line())
        column.addWidget(self.differences)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The hint is the first to go where there is no room for all in one line."""
        super().resizeEvent(event)
        hint = _HINT + 6 if self.hint.isHidden() else 0
        self.hint.setVisible(self._bar.sizeHint().width() + hint <= self.width())
        if event.size().height() != event.oldSize().height():
            self.differences.fit()

    # -- what is shown ----------------------------------------------------------------------

    @property
    def pane(self) -> SliderPane | SidePane | FlickPane:
        """The way of comparing that is chosen."""
        if self._comparison.mode == "side":
            return self.side
        return self.slider if self._comparison.mode == "slider" else self.flick

    @property
    def view(self) -> ImageView:
        """What zoom commands are for."""
        pane = self.pane
        return pane.halves[0] if isinstance(pane, SidePane) else pane

    @Slot()
    def _show(self) -> None:
        a, b = self._comparison.a, self._comparison.b
        if a is None or b is None:
            self._shown = None
            return
        if self._shown != (a.id, b.id):
            self._shown = (a.id, b.id)
            self._show_images()
        mode = self._comparison.mode
        self.mode_buttons[mode].setChecked(True)
        self.hint.setText(self._hint(mode))
        had_focus = self.view_has_focus()
        self._panes.setCurrentWidget(self.pane)
        if had_focus:
            self.pane.setFocus()

    def view_has_focus(self) -> bool:
        """Whether the keys go to a picture, and not to a button."""
        focused = QApplication.focusWidget()
        return focused is not None and self._panes.isAncestorOf(focused)

    def _show_images(self) -> None:
        a, b = self._comparison.a, self._comparison.b
        if a is None or b is None:
            return
        images = [self._state.pictures.image(picture) for picture in (a, b)]
        size = QSize(a.request.width, a.request.height)
        for pane in (self.slider, self.side, self.flick):
            pane.show_pair(images[0], images[1], size)
        words = self.tr("A: {0}. B: {1}").format(a.request.prompt, b.request.prompt)
        for view in (self.slider, *self.side.halves, self.flick):
            view.setAccessibleDescription(words)

    def _hint(self, mode: CompareMode) -> str:
        return {
            "slider": self.tr("Drag the line, or move it with the arrow keys"),
            "side": self.tr("Zoom and move one, and the other follows"),
            "flick": self.tr("Hold Space or the mouse button to see B"),
        }[mode]

    @Slot(int)
    def _on_image_read(self, picture_id: int) -> None:
        if self._shown is not None and picture_id in self._shown:
            self._show_images()
