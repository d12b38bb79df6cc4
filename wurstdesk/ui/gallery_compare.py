"""Two to four pictures of the gallery compared; two in the ways that the studio knows, too."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import (
    QApplication,
    QGridLayout,
    QLabel,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from wurstdesk.session.comparison import CompareMode
from wurstdesk.session.gallery_comparison import (
    GalleryComparison,
    ManyDifference,
    differences_of,
)
from wurstdesk.session.state import StudioState
from wurstdesk.ui.compare_panes import FlickPane, LockedPanes, SidePane, SliderPane
from wurstdesk.ui.comparing import ComparingWidget
from wurstdesk.ui.controls import ElidedLabel, SideScrollArea, dim_label, line, quiet_button
from wurstdesk.ui.differences import clear_grid, differences_words
from wurstdesk.ui.flow_row import FlowRow
from wurstdesk.ui.value_label import ValueLabel

MODES: tuple[CompareMode, ...] = ("slider", "side", "flick")
_LETTERS = "ABCD"
_LINES = 9
"""Of the list of differences that are seen at once: the pictures have the rest of the room."""
_DIGITS: dict[int, CompareMode] = {
    Qt.Key.Key_1: "slider",
    Qt.Key.Key_2: "side",
    Qt.Key.Key_3: "flick",
}

Pane = SliderPane | LockedPanes | FlickPane


class GalleryCompare(ComparingWidget):
    """Shows a ``comparison`` while it is active. Esc leaves it."""

    def __init__(self, state: StudioState, comparison: GalleryComparison) -> None:
        super().__init__(comparison)
        self._state = state
        self._comparison = comparison
        self.slider, self.side, self.flick = SliderPane(), SidePane(), FlickPane()
        self.three, self.four = LockedPanes(3), LockedPanes(4)
        self.add_ways(MODES)
        self.swap_button = quiet_button(self.tr("Swap"), self.tr("Let the pictures change places"))
        self.done_button = quiet_button(self.tr("Done"), self.tr("Back to all pictures (Esc)"))
        self.hint = ElidedLabel(is_dim=True)
        self.table = DifferenceTable()
        self._panes = QStackedWidget()
        for pane in (self.slider, self.side, self.flick, self.three, self.four):
            self._panes.addWidget(pane)
        self._lay_out()
        self.swap_button.clicked.connect(comparison.swap)
        self.done_button.clicked.connect(comparison.stop)
        comparison.changed.connect(self._show)
        comparison.image_read.connect(self._show_images)

    def _lay_out(self) -> None:
        bar = FlowRow(spacing=6)
        for button in self.mode_buttons.values():
            bar.add(button)
        self.hint.setIndent(8)
        bar.add(self.hint, stretches=True)
        bar.add(self.swap_button)
        bar.add(self.done_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(line())
        column.addWidget(self._panes, 1)
        column.addWidget(line())
        column.addWidget(self.table)

    # -- what is shown ----------------------------------------------------------------------

    @property
    def pane(self) -> Pane:
        """What shows the pictures."""
        count = len(self._comparison.ids)
        if count > 2:
            return self.three if count == 3 else self.four
        ways: dict[CompareMode, Pane] = {
            "slider": self.slider,
            "side": self.side,
            "flick": self.flick,
        }
        return ways[self._comparison.mode]

    @Slot()
    def _show(self) -> None:
        comparison = self._comparison
        if not comparison.is_active:
            return
        are_two = len(comparison.ids) == 2
        for mode, button in self.mode_buttons.items():
            button.setVisible(are_two)
            button.setChecked(mode == comparison.mode)
        self.hint.setText(self._hint(are_two))
        had_focus = self._has_focus()
        self._panes.setCurrentWidget(self.pane)
        if had_focus:
            self.pane.setFocus()
        self.table.show_differences(
            differences_of(comparison.details, self._state.form.checkpoints),
            len(comparison.ids),
        )
        self._show_images()

    def _hint(self, are_two: bool) -> str:
        if not are_two or self._comparison.mode == "side":
            return self.tr("Zoom and move one, and the others follow")
        if self._comparison.mode == "slider":
            return self.tr("Drag the line, or move it with the arrow keys")
        return self.tr("Hold Space or the mouse button to see B")

    @Slot()
    def _show_images(self) -> None:
        comparison = self._comparison
        if not comparison.is_active:
            return
        images = [comparison.image(number) for number in range(len(comparison.ids))]
        card = comparison.details[0].card
        size, pane = QSize(card.width, card.height), self.pane
        if isinstance(pane, LockedPanes):
            pane.show_images(images, size)
        else:
            pane.show_pair(images[0], images[1], size)
        words = ". ".join(
            f"{letter}: {one.card.prompt}"
            for letter, one in zip(_LETTERS, comparison.details, strict=False)
        )
        pane.setAccessibleDescription(words)

    def _has_focus(self) -> bool:
        focused = QApplication.focusWidget()
        return focused is not None and self._panes.isAncestorOf(focused)

    def take_focus(self) -> None:
        """The keys go to the pictures."""
        self.pane.setFocus()

    @property
    def has_ways(self) -> bool:
        """Three and four pictures only stand beside each other."""
        return len(self._comparison.ids) == 2


class DifferenceTable(QWidget):
    """What pictures do not have in common, a column for each."""

    def __init__(self) -> None:
        super().__init__()
        self.summary = QLabel()
        self.rows: list[tuple[str, tuple[ValueLabel, ...]]] = []
        self._inner = QWidget()
        self._grid = QGridLayout(self._inner)
        self._grid.setContentsMargins(14, 0, 14, 10)
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(5)
        self._scroll = _LowArea(self._inner)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.summary.setContentsMargins(14, 8, 14, 6)
        column.addWidget(self.summary)
        column.addWidget(self._scroll)

    def show_differences(self, differences: tuple[ManyDifference, ...], count: int) -> None:
        """These and no others."""
        self.rows.clear()
        clear_grid(self._grid)
        same = self.tr("All were made with the same settings.")
        self.summary.setText(differences_words(differences, same))
        if differences:
            for number in range(count):
                self._grid.addWidget(dim_label(_LETTERS[number]), 0, number + 1)
        for column in range(1, len(_LETTERS) + 1):
            self._grid.setColumnStretch(column, 1 if column <= count else 0)
        for difference in differences:
            self._add(difference)
        self._scroll.setVisible(bool(differences))
        self._scroll.updateGeometry()

    def _add(self, difference: ManyDifference) -> None:
        row, top = len(self.rows) + 1, Qt.AlignmentFlag.AlignTop
        self._grid.addWidget(dim_label(difference.label), row, 0, top)
        labels = []
        for number, text in enumerate(difference.texts):
            label = ValueLabel(self.tr("{0} of {1}").format(difference.label, _LETTERS[number]))
            label.show_value(text or self.tr("(none)"))
            self._grid.addWidget(label, row, number + 1, top)
            labels.append(label)
        self.rows.append((difference.name, tuple(labels)))


class _LowArea(SideScrollArea):
    """As high as what it holds, up to a few lines."""

    def __init__(self, inner: QWidget) -> None:
        super().__init__(inner)
        self._content = inner

    def sizeHint(self) -> QSize:
        """All rows if they are few."""
        layout = self._content.layout()
        wanted = self._content.sizeHint().height()
        if layout is not None and layout.hasHeightForWidth():
            wanted = layout.heightForWidth(max(self.width(), 1))
        most = _LINES * self.fontMetrics().lineSpacing()
        return QSize(super().sizeHint().width(), min(wanted, most))

    def minimumSizeHint(self) -> QSize:
        """A line must be seen."""
        metrics = self.fontMetrics()
        return QSize(18 * metrics.averageCharWidth(), min(self.sizeHint().height(), 90))
