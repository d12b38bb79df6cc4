"""The checkpoints on this machine in a list: whole ones, what is incomplete, priors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSignalBlocker,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from wurstdesk.generation.shelf import ShelfItem
from wurstdesk.session.checkpoint_shelf import CheckpointShelf, bytes_words
from wurstdesk.ui.checkpoint_words import short_place_words, state_words
from wurstdesk.ui.i18n import DOT
from wurstdesk.ui.theme import colours_of

_NAME = Qt.ItemDataRole.UserRole
_ABOUT = Qt.ItemDataRole.UserRole + 1
_IS_GOOD = Qt.ItemDataRole.UserRole + 2
_Index = QModelIndex | QPersistentModelIndex


class CheckpointList(QListWidget):
    """Shows what there is and which one is looked at."""

    used = Signal()
    """The one that is chosen is to be drawn with: Return, or a double click."""

    def __init__(self, shelf: CheckpointShelf) -> None:
        super().__init__()
        self._shelf = shelf
        self.setAccessibleName(self.tr("Checkpoints"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(_Rows(self))
        self.setMouseTracking(True)
        self.setMinimumWidth(180)
        self.itemSelectionChanged.connect(self._on_current)
        self.itemActivated.connect(self.used)
        shelf.changed.connect(self._show)
        shelf.chosen_changed.connect(self._show_chosen)
        self._show()

    def names(self) -> list[str]:
        """What is listed, from the top."""
        every = (self.item(row) for row in range(self.count()))
        return [str(item.data(_NAME)) for item in every if item.data(_NAME)]

    @Slot()
    def _show(self) -> None:
        with QSignalBlocker(self):
            self.clear()
            for heading, items in groups(self._shelf.items, self._headings()):
                self._add_heading(heading)
                for item in items:
                    self._add(item)
        self._show_chosen()

    def _headings(self) -> tuple[str, str, str]:
        return (self.tr("Checkpoints"), self.tr("Incomplete or damaged"), self.tr("Priors"))

    def _add_heading(self, text: str) -> None:
        item = QListWidgetItem(text, self)
        item.setFlags(Qt.ItemFlag.NoItemFlags)

    def _add(self, item: ShelfItem) -> None:
        row = QListWidgetItem(self)
        row.setData(_NAME, item.info.name)
        self._word(row, item)

    def _word(self, row: QListWidgetItem, item: ShelfItem) -> None:
        is_used = self._shelf.is_used(item)
        size, is_good = bytes_words(item.bytes_on_disk), self._shelf.can_use(item)
        about = ("" if is_good else state_words(item), size, short_place_words(item))
        title = self.tr("{0} (in use)").format(item.info.title) if is_used else item.info.title
        row.setText(title)
        row.setData(_ABOUT, DOT.join(filter(None, about)))
        row.setData(_IS_GOOD, is_good)
        row.setData(Qt.ItemDataRole.AccessibleTextRole, f"{title}, {state_words(item)}, {size}")

    @Slot()
    def _show_chosen(self) -> None:
        known = {item.info.name: item for item in self._shelf.items}
        with QSignalBlocker(self):
            for number in range(self.count()):
                row = self.item(number)
                item = known.get(str(row.data(_NAME)))
                if item is not None:
                    self._word(row, item)
                if row.data(_NAME) and row.data(_NAME) == self._shelf.chosen_name:
                    self.setCurrentRow(number)

    @Slot()
    def _on_current(self) -> None:
        chosen = self.selectedItems()
        if chosen and chosen[0].data(_NAME):
            self._shelf.choose(str(chosen[0].data(_NAME)))


class _Rows(QStyledItemDelegate):
    """A name and, beneath it and dimly, what there is to know of it."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Two lines, or one for a heading."""
        high = option.fontMetrics.height()
        return QSize(160, round(high * (2.8 if index.data(_NAME) else 2.0)))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint one row."""
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        colours = colours_of(option.palette)
        is_chosen = bool(state & QStyle.StateFlag.State_Selected)
        is_under = bool(state & QStyle.StateFlag.State_MouseOver) and bool(index.data(_NAME))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if is_chosen or is_under:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.raised))
            painter.drawRoundedRect(QRectF(rect).adjusted(3, 1, -3, -1), 5, 5)
        room, high = rect.adjusted(12, 0, -10, 0), option.fontMetrics.height()
        if index.data(_NAME):
            room.setHeight(high)
            room.moveTop(rect.top() + round(high * 0.35))
            _write(painter, room, index.data(), colours.text, option.font, is_bold=is_chosen)
            room.moveTop(room.top() + round(high * 1.05))
            ink = colours.dim if index.data(_IS_GOOD) else colours.problem
            _write(painter, room, index.data(_ABOUT), ink, option.font, scale=0.95)
        else:
            room.setTop(room.bottom() - round(high * 1.3))
            _write(painter, room, index.data(), colours.dim, option.font, scale=0.95, is_bold=True)
        painter.restore()


def _write(
    painter: QPainter,
    room: QRect,
    text: str,
    ink: str,
    usual: QFont,
    *,
    scale: float = 1.0,
    is_bold: bool = False,
) -> None:
    font = QFont(usual)
    font.setBold(is_bold)
    if font.pointSizeF() > 0:
        font.setPointSizeF(font.pointSizeF() * scale)
    painter.setFont(font)
    painter.setPen(QColor(ink))
    shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)


def groups(
    items: Sequence[ShelfItem], headings: tuple[str, str, str]
) -> Iterator[tuple[str, list[ShelfItem]]]:
    """What stands together: whole checkpoints, those that are not, priors by themselves."""
    whole = [item for item in items if item.kind == "checkpoint" and item.state == "complete"]
    bad = [item for item in items if item.state != "complete"]
    priors = [item for item in items if item.kind == "prior" and item.state == "complete"]
    for heading, group in zip(headings, (whole, bad, priors), strict=True):
        if group:
            yield heading, group
