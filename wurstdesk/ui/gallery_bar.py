"""The line above the gallery's grid: how many were found, in which order, and how large."""

from __future__ import annotations

from PySide6.QtCore import QLocale, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QSizePolicy, QSlider, QWidget

from wurstdesk.gallery.records import Sort
from wurstdesk.session.gallery_shelves import ALL
from wurstdesk.session.gallery_view import GalleryView
from wurstdesk.ui.controls import ElidedLabel, IconButton
from wurstdesk.ui.gallery_area import LARGEST, SMALLEST, GalleryArea


class GalleryBar(QWidget):
    """Shows a view's result in numbers and changes how it is shown."""

    shelves_asked = Signal(bool)
    """To show the shelves, or hide them."""

    def __init__(self, view: GalleryView, area: GalleryArea) -> None:
        super().__init__()
        self._view = view
        self._area = area
        self.shelves = IconButton("side", self.tr("Shelves"))
        self.shelves.setCheckable(True)
        self.count = ElidedLabel(is_dim=True)
        self.sort = QComboBox()
        self.sort.setAccessibleName(self.tr("Order of the pictures"))
        self.sort.setToolTip(self.tr("Order of the pictures"))
        for sort, words in self._orders().items():
            self.sort.addItem(words, str(sort))
        self.stacks = QCheckBox(self.tr("Stack seeds"))
        self.stacks.setToolTip(self.tr("Show one of the pictures that differ only in their seeds"))
        self.zoom = QSlider(Qt.Orientation.Horizontal)
        self.zoom.setAccessibleName(self.tr("Size of the pictures"))
        self.zoom.setToolTip(self.tr("Size of the pictures (Ctrl and the wheel, or + and -)"))
        self.zoom.setRange(SMALLEST, LARGEST)
        self.zoom.setPageStep(40)
        self.zoom.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.zoom.setMinimumWidth(60)
        self.zoom.setMaximumWidth(110)
        self._lay_out()
        self._connect()
        self._show_query()
        self._show_found()
        self._show_cell(area.cell)

    def _orders(self) -> dict[Sort, str]:
        return {
            Sort.NEWEST: self.tr("Newest first"),
            Sort.OLDEST: self.tr("Oldest first"),
            Sort.BEST: self.tr("Best rated first"),
            Sort.LARGEST: self.tr("Largest first"),
            Sort.SEED: self.tr("By seed"),
            Sort.MATCH: self.tr("Best match first"),
        }

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 16, 6)
        row.setSpacing(10)
        row.addWidget(self.shelves)
        row.addWidget(self.count, 1)
        row.addWidget(self.stacks)
        row.addWidget(self.sort)
        row.addWidget(self.zoom)

    def _connect(self) -> None:
        self._view.query_changed.connect(self._show_query)
        self._view.found_changed.connect(self._show_found)
        self._view.shelves.changed.connect(self._show_found)
        self._area.cell_changed.connect(self._show_cell)
        self.shelves.clicked.connect(self.shelves_asked)
        self.sort.activated.connect(self._on_sort)
        self.stacks.clicked.connect(self._view.set_stacks)
        self.zoom.valueChanged.connect(self._area.set_cell)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where it is narrow the slider goes: keys and the wheel zoom too."""
        super().resizeEvent(event)
        others = (self.shelves, self.stacks, self.sort)
        needed = sum(other.sizeHint().width() for other in others)
        words = self.count.fontMetrics().averageCharWidth() * 16
        self.zoom.setVisible(event.size().width() >= needed + words + self.zoom.maximumWidth() + 70)

    @Slot()
    def _show_query(self) -> None:
        self.sort.setCurrentIndex(self.sort.findData(str(self._view.sort)))
        self.stacks.setChecked(self._view.stacks)

    @Slot()
    def _show_found(self) -> None:
        view, locale = self._view, QLocale()
        if not view.was_read:
            self.count.setText("")
            return
        found, every = len(view.found.ids), view.shelves.content.pictures
        is_whole = not view.text.strip() and view.shelf == ALL
        words = self.tr("1 picture") if found == 1 else self.tr("{0} pictures")
        text = words.format(locale.toString(found))
        if every and (not is_whole or (view.stacks and found != every)):
            text = self.tr("{0} of {1}").format(locale.toString(found), locale.toString(every))
        self.count.setText(text)

    @Slot(int)
    def _show_cell(self, side: int) -> None:
        with QSignalBlocker(self.zoom):
            self.zoom.setValue(side)

    @Slot()
    def _on_sort(self) -> None:
        self._view.set_sort(Sort(self.sort.currentData()))
