"""The rows of the gallery's shelves: what stands in each, and how they are painted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QLocale,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from wurstdesk.gallery.records import SavedSearch, Shelves
from wurstdesk.session.gallery_shelves import ALL, Shelf
from wurstdesk.ui.gallery_badges import sign
from wurstdesk.ui.gallery_drag import PICTURES_MIME, ids_in
from wurstdesk.ui.theme import colours_of

TAGS = 12
"""The tags that most pictures have; the others are found by searching."""
_Index = QModelIndex | QPersistentModelIndex
RowKind = Literal["shelf", "search", "heading", "new album"]


@dataclass(frozen=True, slots=True)
class Row:
    """One line: a shelf, a kept search, the heading above some, or what makes an album."""

    kind: RowKind
    text: str
    count: int | None = None
    shelf: Shelf | None = None
    search: SavedSearch | None = None


def rows_of(content: Shelves) -> Iterator[Row]:
    """All that stands beside the grid, from the top."""
    for text, count, shelf in (
        (_tr("All pictures"), content.pictures, ALL),
        (_tr("Favourites"), content.favourites, Shelf("favourites")),
        (_tr("Rejected"), content.rejected, Shelf("rejected")),
        (_tr("Missing"), content.missing, Shelf("missing")),
        (_tr("Trash"), content.trashed, Shelf("trash")),
    ):
        yield Row("shelf", text, count, shelf)
    yield Row("heading", _tr("Albums"))
    for album in content.albums:
        yield Row("shelf", album.name, album.count, Shelf("album", album=album.id))
    yield Row("new album", _tr("New album…"))
    if content.searches:
        yield Row("heading", _tr("Saved searches"))
        for search in content.searches:
            yield Row("search", search.name, None, None, search)
    tags = sorted(content.tags, key=lambda tag: -tag[1])[:TAGS]
    if tags:
        yield Row("heading", _tr("Tags"))
        for name, count in tags:
            yield Row("shelf", name, count, Shelf("tag", tag=name))


class ShelfModel(QAbstractListModel):
    """The rows; pictures can be dropped onto albums, tags, the favourites and the trash."""

    dropped = Signal(object, object)
    """A ``Row`` and the ids of the pictures that were dropped onto it."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Row] = []

    def show(self, content: Shelves) -> None:
        """Other rows."""
        rows = list(rows_of(content))
        if [(row.kind, row.shelf, row.search) for row in rows] == [
            (row.kind, row.shelf, row.search) for row in self.rows
        ]:
            self.rows = rows  # only what they say
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        """How many."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def row(self, index: _Index) -> Row | None:
        """What stands there."""
        return self.rows[index.row()] if index.isValid() else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The row's words, aloud with its count."""
        row = self.row(index)
        if row is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return row.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return row.text if row.count is None else f"{row.text}, {row.count}"
        if role == Qt.ItemDataRole.ToolTipRole and row.search is not None:
            return row.search.text
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Headings are only read."""
        row = self.row(index)
        if row is None or row.kind == "heading":
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsDropEnabled if _takes_pictures(row) else flags

    def mimeTypes(self) -> list[str]:
        """Pictures of the gallery."""
        return [PICTURES_MIME]

    def supportedDropActions(self) -> Qt.DropAction:
        """They stay where they are, too."""
        return Qt.DropAction.CopyAction

    def canDropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: _Index
    ) -> bool:
        """Onto a row, not between two."""
        del action, row, column
        onto = self.row(parent)
        return onto is not None and _takes_pictures(onto) and data.hasFormat(PICTURES_MIME)

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: _Index
    ) -> bool:
        """Pass it on."""
        if not self.canDropMimeData(data, action, row, column, parent):
            return False
        self.dropped.emit(self.row(parent), ids_in(data))
        return True


def _takes_pictures(row: Row) -> bool:
    kinds = {"album", "tag", "favourites", "rejected", "trash"}
    return row.shelf is not None and row.shelf.kind in kinds


class ShelfDelegate(QStyledItemDelegate):
    """A name at the left, a number at the right; the chosen row in bold on a quiet ground."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """As high as the text, headings with room above."""
        model = index.model()
        row = model.row(index) if isinstance(model, ShelfModel) else None
        high = option.fontMetrics.height()
        is_heading = row is not None and row.kind == "heading"
        return QSize(120, round(high * (2.1 if is_heading else 1.6)))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint one row."""
        model = index.model()
        row = model.row(index) if isinstance(model, ShelfModel) else None
        if row is None:
            return
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        colours = colours_of(option.palette)
        is_chosen = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_under = bool(state & QStyle.StateFlag.State_MouseOver) and row.kind != "heading"
        if is_chosen or is_under:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.raised))
            painter.drawRoundedRect(QRectF(rect).adjusted(1, 1, -1, -1), 5, 5)
        font = QFont(option.font)
        font.setBold(is_chosen)
        if row.kind == "heading" and font.pointSizeF() > 0:
            font.setPointSizeF(font.pointSizeF() * 0.95)
        painter.setFont(font)
        metrics = QFontMetrics(font)
        room = rect.adjusted(10, 0, -10, 0)
        if row.kind == "heading":
            room.setTop(room.bottom() - round(metrics.height() * 1.4))
        self._paint_words(painter, row, room, metrics, (colours.text, colours.dim, colours.accent))
        painter.restore()

    def _paint_words(
        self,
        painter: QPainter,
        row: Row,
        room: QRect,
        metrics: QFontMetrics,
        inks: tuple[str, str, str],
    ) -> None:
        text, dim, accent = inks
        centre = Qt.AlignmentFlag.AlignVCenter
        count = "" if row.count is None else QLocale().toString(row.count)
        wide = metrics.horizontalAdvance(count)
        painter.setPen(QColor(dim))
        painter.drawText(room, int(centre | Qt.AlignmentFlag.AlignRight), count)
        room.setRight(room.right() - wide - (8 if count else 0))
        if row.shelf is not None and row.shelf.kind == "favourites":
            side = round(metrics.ascent() * 0.95)
            ratio = painter.device().devicePixelRatioF()
            y = room.center().y() - side // 2
            painter.drawPixmap(room.left(), y, sign("heart", side, accent, ratio))
            room.setLeft(room.left() + side + 6)
        painter.setPen(QColor(text if row.kind in {"shelf", "search"} else dim))
        shown = metrics.elidedText(row.text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(centre | Qt.AlignmentFlag.AlignLeft), shown)


def _tr(text: str) -> str:
    return QCoreApplication.translate("GalleryShelves", text)
