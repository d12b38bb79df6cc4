"""The gallery's pictures as tiles: newest first, read on as somebody looks further down."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QImage,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPalette,
    QPen,
    QPixmap,
    QPixmapCache,
)
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from wurstdesk.generation import KeptPicture
from wurstdesk.session.gallery_list import GalleryList
from wurstdesk.ui.i18n import DOT, size_text
from wurstdesk.ui.picture_drag import carry_away
from wurstdesk.ui.picture_mime import mime_of
from wurstdesk.ui.theme import colours_of

_TILE = 160
_GAP = 14
_ROUND = 4
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
        """What the picture says as its tip and accessible text; the picture as user role."""
        picture = self.picture(index)
        if picture is None:
            return None
        if role == Qt.ItemDataRole.UserRole:
            return picture
        if role in {Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole}:
            return self._words(picture)
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Pictures can be carried away."""
        return super().flags(index) | Qt.ItemFlag.ItemIsDragEnabled

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

    def _words(self, picture: KeptPicture) -> str:
        request = picture.request
        words = [
            request.prompt or self.tr("(no prompt)"),
            self.tr("seed {0}").format(request.seed),
            size_text(request.width, request.height),
        ]
        return DOT.join(words)

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


def _thumbnail(picture: KeptPicture, ratio: float) -> QPixmap:
    """Fitted into a tile; drawn once and then taken from Qt's cache."""
    key = f"gallery/{picture.id}/{_TILE}/{ratio}"
    pixmap = QPixmap()
    if QPixmapCache.find(key, pixmap):
        return pixmap
    image = QImage()
    image.loadFromData(picture.thumbnail)
    if image.isNull():
        image = QImage(_TILE, _TILE, QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.gray)
    side = round(_TILE * ratio)
    aspect, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    pixmap = QPixmap.fromImage(image.scaled(QSize(side, side), aspect, smooth))
    pixmap.setDevicePixelRatio(ratio)
    QPixmapCache.insert(key, pixmap)
    return pixmap


class _TileDelegate(QStyledItemDelegate):
    """Paints a picture with rounded corners in the middle of its tile; a ring round the chosen."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """All tiles are alike."""
        del option, index
        return QSize(_TILE + _GAP, _TILE + _GAP)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint one picture."""
        picture: KeptPicture = index.data(Qt.ItemDataRole.UserRole)
        colours = colours_of(option.palette)
        device = painter.device()
        pixmap = _thumbnail(picture, device.devicePixelRatioF())
        size = pixmap.deviceIndependentSize().toSize()
        place = QRect(QPoint(0, 0), size)
        place.moveCenter(option.rect.center())
        rect = QRectF(place)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outline = QPainterPath()
        outline.addRoundedRect(rect, _ROUND, _ROUND)
        painter.setClipPath(outline)
        painter.drawPixmap(place.topLeft(), pixmap)
        painter.setClipping(False)
        has_focus = bool(option.state & QStyle.StateFlag.State_HasFocus)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(QPen(QColor(colours.accent), 3 if has_focus else 2))
            painter.drawRoundedRect(rect.adjusted(-2, -2, 2, 2), _ROUND + 2, _ROUND + 2)
        elif has_focus:
            painter.setPen(QPen(QColor(colours.dim), 1, Qt.PenStyle.DashLine))
            painter.drawRoundedRect(rect.adjusted(-2, -2, 2, 2), _ROUND + 2, _ROUND + 2)
        painter.restore()


class GalleryGrid(QListView):
    """Tiles that wrap; says so where there are none. A tile can be dragged out as its file."""

    menu_asked = Signal(object, QPoint)
    """A ``KeptPicture``, and where on the screen its menu is wanted."""

    def __init__(self, gallery: GalleryList) -> None:
        super().__init__()
        self._gallery = gallery
        self.grid_model = GalleryModel(gallery)
        self._delegate = _TileDelegate(self)
        self.setModel(self.grid_model)
        self.setItemDelegate(self._delegate)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setGridSize(QSize(_TILE + _GAP, _TILE + _GAP))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setObjectName("tiles")
        self.setViewportMargins(_GAP // 2, _GAP // 2, 0, 0)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setDragEnabled(True)
        self.setAccessibleName(self.tr("Pictures of the gallery"))

    def current(self) -> KeptPicture | None:
        """The picture that the keys are for."""
        return self.grid_model.picture(self.currentIndex())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Say what will be here while nothing is."""
        super().paintEvent(event)
        if self._gallery.was_read and not self._gallery.pictures:
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            words = self.tr("Every picture that you make is kept here.")
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.viewport().rect(), int(flags), words)
            painter.end()

    def startDrag(self, actions: Qt.DropAction) -> None:
        """Carry the picture under the pointer away."""
        del actions
        picture = self.current()
        if picture is not None:
            image = QImage()
            image.loadFromData(picture.thumbnail)
            carry_away(self, mime_of(picture.request, picture.path), image)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu of the picture under the pointer, or of the current one for the menu key."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        picture = self.grid_model.picture(index)
        if picture is not None:
            where = self.visualRect(index).center() if by_key else event.pos()
            self.menu_asked.emit(picture, self.viewport().mapToGlobal(where))
