"""The gallery: every picture that was made, newest first, and what is known of the chosen one."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Slot
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPalette, QPixmap, QPixmapCache, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListView,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from wurstdesk.generation import KeptPicture
from wurstdesk.session.gallery_list import GalleryList
from wurstdesk.session.state import StudioState
from wurstdesk.ui.controls import SideScrollArea, dim_label, quiet_button
from wurstdesk.ui.i18n import DOT, size_text
from wurstdesk.ui.image_view import ImageView, ViewCell

_TILE = 160
_Index = QModelIndex | QPersistentModelIndex


class GalleryModel(QAbstractListModel):
    """The pictures as rows; thumbnails are decoded when they come into sight."""

    def __init__(self, gallery: GalleryList) -> None:
        super().__init__()
        self._gallery = gallery
        gallery.began_anew.connect(self._on_anew)
        gallery.grew.connect(self._on_grew)
        self._count = len(gallery.pictures)

    def rowCount(self, parent: _Index | None = None) -> int:
        """How many were read."""
        return 0 if parent is not None and parent.isValid() else self._count

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The thumbnail, and what the picture says as its tip and accessible text."""
        picture = self.picture(index)
        if picture is None:
            return None
        if role == Qt.ItemDataRole.DecorationRole:
            return _tile(picture)
        if role in {Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole}:
            request = picture.request
            words = request.prompt or self.tr("(no prompt)")
            return DOT.join([words, self.tr("seed {0}").format(request.seed)])
        return None

    def canFetchMore(self, parent: _Index) -> bool:
        """Whether the gallery holds more than was read."""
        return not parent.isValid() and not self._gallery.is_complete and self._gallery.was_read

    def fetchMore(self, parent: _Index) -> None:
        """Somebody looks further down."""
        del parent
        self._gallery.read_more()

    def picture(self, index: _Index) -> KeptPicture | None:
        """That of a row."""
        return self._gallery.pictures[index.row()] if index.isValid() else None

    @Slot()
    def _on_anew(self) -> None:
        self.beginResetModel()
        self._count = len(self._gallery.pictures)
        self.endResetModel()

    @Slot(int, int)
    def _on_grew(self, first: int, last: int) -> None:
        self.beginInsertRows(QModelIndex(), first, last)
        self._count = last + 1
        self.endInsertRows()


def _tile(picture: KeptPicture) -> QPixmap:
    """The thumbnail, fitted into a tile; drawn once and then taken from Qt's cache."""
    key = f"gallery/{picture.id}/{_TILE}"
    pixmap = QPixmap()
    if QPixmapCache.find(key, pixmap):
        return pixmap
    image = QImage()
    image.loadFromData(picture.thumbnail)
    if image.isNull():
        image = QImage(_TILE, _TILE, QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.gray)
    aspect, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    pixmap = QPixmap.fromImage(image.scaled(QSize(_TILE, _TILE), aspect, smooth))
    QPixmapCache.insert(key, pixmap)
    return pixmap


class _Grid(QListView):
    """Tiles that wrap; says so where there are none."""

    def __init__(self, gallery: GalleryList) -> None:
        super().__init__()
        self._gallery = gallery
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setIconSize(QSize(_TILE, _TILE))
        self.setGridSize(QSize(_TILE + 14, _TILE + 14))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setObjectName("tiles")
        self.setViewportMargins(10, 10, 0, 0)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName(self.tr("Pictures of the gallery"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Say what will be here while nothing is."""
        super().paintEvent(event)
        if self._gallery.was_read and not self._gallery.pictures:
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            words = self.tr("Every picture that you make is kept here.")
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, words)
            painter.end()


class GalleryPage(QWidget):
    """A grid, and beside it the chosen picture with what made it."""

    def __init__(self, state: StudioState, gallery: GalleryList) -> None:
        super().__init__()
        self._state = state
        self._gallery = gallery
        self._is_stale = True
        self.grid = _Grid(gallery)
        self._model = GalleryModel(gallery)
        self.grid.setModel(self._model)
        self.view = ImageView()
        self.view.setAccessibleName(self.tr("The chosen picture"))
        self.prompt = QLabel()
        self.prompt.setWordWrap(True)
        self.prompt.setTextFormat(Qt.TextFormat.PlainText)
        self.prompt.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.facts = dim_label()
        self.facts.setWordWrap(True)
        self.use_all = quiet_button(self.tr("Use these settings"))
        self.use_seed = quiet_button(self.tr("Use only the seed"))
        self._side = self._make_side()
        self._lay_out()
        self._connect()
        self._show_chosen()

    def _make_side(self) -> QWidget:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(14, 14, 14, 14)
        column.setSpacing(10)
        column.addWidget(self.view, 3)
        words = QWidget()
        inner = QVBoxLayout(words)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self.prompt)
        inner.addWidget(self.facts)
        inner.addStretch()
        column.addWidget(SideScrollArea(words), 1)
        buttons = QGridLayout()
        buttons.addWidget(self.use_all, 0, 0)
        buttons.addWidget(self.use_seed, 0, 1)
        column.addLayout(buttons)
        return side

    def _lay_out(self) -> None:
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(self.grid)
        splitter.addWidget(self._side)
        splitter.setHandleWidth(1)
        splitter.setChildrenCollapsible(False)
        splitter.setStretchFactor(0, 1)
        splitter.setSizes([900, 340])
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(splitter)

    def _connect(self) -> None:
        self._gallery.chosen_changed.connect(self._show_chosen)
        self.grid.selectionModel().currentChanged.connect(self._on_current)
        self.use_all.clicked.connect(self._on_use_all)
        self.use_seed.clicked.connect(self._on_use_seed)
        self._state.pictures.added.connect(self._on_added)
        self._state.pictures.changed.connect(self._on_added)

    def showEvent(self, event: QShowEvent) -> None:
        """What was made meanwhile is there."""
        super().showEvent(event)
        self._read_anew()

    @Slot()
    def _on_added(self) -> None:
        self._is_stale = True
        if self.isVisible():
            self._read_anew()

    def _read_anew(self) -> None:
        if self._is_stale:
            self._is_stale = False
            self._gallery.refresh()

    @Slot(QModelIndex)
    def _on_current(self, index: QModelIndex) -> None:
        picture = self._model.picture(index)
        if picture is not None:
            self._gallery.choose(picture)

    @Slot()
    def _show_chosen(self) -> None:
        picture = self._gallery.chosen
        self._side.setVisible(picture is not None)
        if picture is None:
            return
        request = picture.request
        size = QSize(request.width, request.height)
        self.view.show_cells([ViewCell(self._gallery.image, is_finished=True)], size)
        self.prompt.setText(request.prompt or self.tr("(no prompt)"))
        facts = [
            self.tr("seed {0}").format(request.seed),
            size_text(request.width, request.height),
            self.tr("prior {0} steps, guidance {1:g}").format(
                request.prior_steps, request.prior_guidance_scale
            ),
            self.tr("decoder {0} steps").format(request.decoder_num_inference_steps),
            request.checkpoint,
            picture.path.name,
        ]
        self.facts.setText("\n".join(facts))

    @Slot()
    def _on_use_all(self) -> None:
        if self._gallery.chosen is not None:
            self._state.reuse(self._gallery.chosen.request)

    @Slot()
    def _on_use_seed(self) -> None:
        if self._gallery.chosen is not None:
            self._state.form.take_seed(self._gallery.chosen.request.seed)
            self._state.told.emit(self.tr("The seed is in the studio."))
