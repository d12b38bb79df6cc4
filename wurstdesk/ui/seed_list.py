"""The rows of the list of seeds: what stands in them, and how they are painted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Slot,
)
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from wurstdesk.generation import SeedUse
from wurstdesk.session.form import RequestForm
from wurstdesk.session.seeds import SeedHistory
from wurstdesk.ui.i18n import DOT, size_text
from wurstdesk.ui.moments import moment_words
from wurstdesk.ui.picture_mime import mime_of
from wurstdesk.ui.theme import Colours, colours_of

_PAD = 6
_GAP = 9
_SMALLER = 0.93
_ONE_LINE = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
_Index = QModelIndex | QPersistentModelIndex


class SeedListModel(QAbstractListModel):
    """``SeedHistory.uses`` as rows; a row that moves is the same row."""

    def __init__(self, seeds: SeedHistory) -> None:
        super().__init__()
        self.seeds = seeds
        self._uses: list[SeedUse] = list(seeds.uses)
        seeds.changed.connect(self._show)
        seeds.small_ready.connect(self._on_small)

    def rowCount(self, parent: _Index | None = None) -> int:
        """How many seeds there are."""
        return 0 if parent is not None and parent.isValid() else len(self._uses)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Prompt, tip and accessible text; the ``SeedUse`` itself as user role."""
        use = self.use(index)
        if use is None:
            return None
        if role == Qt.ItemDataRole.UserRole:
            return use
        if role == Qt.ItemDataRole.DisplayRole:
            return use.request.prompt
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._words(use, limit=400)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._words(use, limit=120)
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """A row can be dragged: onto the seed, the size, the prompt."""
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsDragEnabled if index.isValid() else flags

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The request of the row that is dragged, and its picture."""
        use = self.use(indexes[0]) if indexes else None
        return mime_of(use.request, use.path) if use is not None else QMimeData()

    def use(self, index: _Index) -> SeedUse | None:
        """That of a row."""
        return self._uses[index.row()] if index.isValid() else None

    def row_of(self, seed: int) -> int:
        """Where a seed is; -1 where it is not."""
        return next((row for row, use in enumerate(self._uses) if use.seed == seed), -1)

    def _words(self, use: SeedUse, limit: int) -> str:
        request = use.request
        prompt = request.prompt.strip() or self.tr("(no prompt)")
        facts = [
            prompt if len(prompt) <= limit else f"{prompt[:limit]}…",
            self.tr("seed {0}").format(use.seed),
            size_text(request.width, request.height),
            moment_words(use.created),
            self.tr("pinned") if use.is_pinned else "",
        ]
        return DOT.join(fact for fact in facts if fact)

    @Slot()
    def _show(self) -> None:
        """Take, move and put rows one by one, so that the view keeps its place."""
        wanted = self.seeds.uses
        there = {use.seed for use in wanted}
        for row in reversed(range(len(self._uses))):
            if self._uses[row].seed not in there:
                self.beginRemoveRows(QModelIndex(), row, row)
                del self._uses[row]
                self.endRemoveRows()
        for row, use in enumerate(wanted):
            self._bring(row, use)

    def _bring(self, row: int, use: SeedUse) -> None:
        root = QModelIndex()
        if row < len(self._uses) and self._uses[row].seed == use.seed:
            if self._uses[row] != use:
                self._uses[row] = use
                self.dataChanged.emit(self.index(row), self.index(row))
            return
        before = self.row_of(use.seed)
        if before < 0:
            self.beginInsertRows(root, row, row)
            self._uses.insert(row, use)
            self.endInsertRows()
            return
        self.beginMoveRows(root, before, before, root, row)  # only ever upwards
        del self._uses[before]
        self._uses.insert(row, use)
        self.endMoveRows()
        self.dataChanged.emit(self.index(row), self.index(row))

    @Slot(object)
    def _on_small(self, seed: int) -> None:
        row = self.row_of(seed)
        if row >= 0:
            self.dataChanged.emit(self.index(row), self.index(row))


class SeedDelegate(QStyledItemDelegate):
    """A little picture, the prompt, the seed with its day, and a pin."""

    def __init__(self, seeds: SeedHistory, form: RequestForm) -> None:
        super().__init__()
        self._seeds = seeds
        self._form = form

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Two lines of text high, at any size of text."""
        del index
        return QSize(160, _side(option) + 2 * _PAD)

    def pin_rect(self, option: QStyleOptionViewItem) -> QRect:
        """Where in a row the pin is, with room round it to be hit: beside the upper line."""
        side = max(16, option.fontMetrics.height()) + 10
        return QRect(option.rect.right() - side - 2, option.rect.top() + 3, side, side)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint one seed."""
        use: SeedUse = index.data(Qt.ItemDataRole.UserRole)
        colours = colours_of(option.palette)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        _paint_ground(painter, option, colours)
        side = _side(option)
        square = QRectF(option.rect.left() + _PAD, option.rect.top() + _PAD, side, side)
        _paint_picture(painter, square, self._seeds.small(use), colours)
        pin = self.pin_rect(option)
        left = int(square.right()) + _GAP
        room = QRect(left, option.rect.top() + _PAD, option.rect.right() - _PAD - left, side)
        self._paint_prompt(painter, option, room.adjusted(0, 0, pin.left() - room.right(), 0), use)
        self._paint_seed(painter, option, room, use)
        _paint_pin(painter, QRectF(pin).adjusted(5, 5, -5, -5), use.is_pinned, colours)
        painter.restore()

    def _paint_prompt(
        self, painter: QPainter, option: QStyleOptionViewItem, room: QRect, use: SeedUse
    ) -> None:
        colours = colours_of(option.palette)
        upper = QRect(room.left(), room.top(), room.width(), room.height() // 2)
        one_line = " ".join(use.request.prompt[:500].split())
        shown = option.fontMetrics.elidedText(
            one_line or self.tr("(no prompt)"), Qt.TextElideMode.ElideRight, upper.width()
        )
        painter.setFont(option.font)
        painter.setPen(QColor(colours.text if one_line else colours.dim))
        painter.drawText(upper, _ONE_LINE, shown)

    def _paint_seed(
        self, painter: QPainter, option: QStyleOptionViewItem, room: QRect, use: SeedUse
    ) -> None:
        colours = colours_of(option.palette)
        lower = room.adjusted(0, room.height() // 2, 0, 0)
        is_used = not self._form.seed_is_random and self._form.request.seed == use.seed
        font = QFont(option.font)
        font.setPointSizeF(font.pointSizeF() * _SMALLER)
        font.setBold(is_used)
        painter.setFont(font)
        painter.setPen(QColor(colours.accent_strong if is_used else colours.dim))
        painter.drawText(lower, _ONE_LINE, str(use.seed))
        lower.adjust(painter.fontMetrics().horizontalAdvance(str(use.seed)), 0, 0, 0)
        font.setBold(False)
        painter.setFont(font)
        painter.setPen(QColor(colours.dim))
        day = painter.fontMetrics().elidedText(
            DOT + moment_words(use.created), Qt.TextElideMode.ElideRight, lower.width()
        )
        painter.drawText(lower, _ONE_LINE, day)


def _side(option: QStyleOptionViewItem) -> int:
    return max(44, 2 * option.fontMetrics.lineSpacing() + 10)


def _paint_ground(painter: QPainter, option: QStyleOptionViewItem, colours: Colours) -> None:
    state = option.state
    is_current = bool(state & QStyle.StateFlag.State_Selected)
    is_hovered = bool(state & QStyle.StateFlag.State_MouseOver)
    has_focus = bool(state & QStyle.StateFlag.State_HasFocus)
    if not (is_current or is_hovered or has_focus):
        return
    painter.setBrush(QColor(colours.raised if is_current or is_hovered else colours.field))
    painter.setPen(QPen(QColor(colours.accent), 1.2) if has_focus else Qt.PenStyle.NoPen)
    painter.drawRoundedRect(QRectF(option.rect).adjusted(1, 1, -1, -1), 5, 5)


def _paint_picture(painter: QPainter, square: QRectF, image: QImage, colours: Colours) -> None:
    outline = QPainterPath()
    outline.addRoundedRect(square, 4, 4)
    if image.isNull():
        painter.fillPath(outline, QColor(colours.canvas))
        return
    side = min(image.width(), image.height())
    source = QRectF((image.width() - side) / 2, (image.height() - side) / 2, side, side)
    painter.save()
    painter.setClipPath(outline)
    painter.drawImage(square, image, source)
    painter.restore()


def _paint_pin(painter: QPainter, rect: QRectF, is_pinned: bool, colours: Colours) -> None:
    scale = rect.width() / 24
    painter.save()
    painter.translate(rect.topLeft())
    painter.scale(scale, scale)
    pen = QPen(QColor(colours.accent if is_pinned else colours.dim), 1.7)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(QColor(colours.accent) if is_pinned else Qt.BrushStyle.NoBrush)
    body = [(8, 4), (16, 4), (15, 10.5), (18, 14.5), (6, 14.5), (9, 10.5)]
    painter.drawPolygon([QPointF(x, y) for x, y in body])
    painter.drawLine(QPointF(12, 14.5), QPointF(12, 20.5))
    painter.restore()
