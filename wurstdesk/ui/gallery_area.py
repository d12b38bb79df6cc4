"""The gallery's pictures as an area to scroll over: all of the result, of which only what is seen
is painted, and only what is around it is read."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame

from wurstdesk.gallery.records import Card, DayGroup
from wurstdesk.session.gallery_thumbnails import Wanted
from wurstdesk.session.gallery_view import GalleryView
from wurstdesk.ui.days import day_words
from wurstdesk.ui.gallery_layout import GridLayout, Measures
from wurstdesk.ui.gallery_tiles import ROUND, Tile, TilePainter
from wurstdesk.ui.i18n import DOT
from wurstdesk.ui.theme import colours_of

SMALLEST, USUAL, LARGEST = 96, 160, 400
"""Pixels of a cell's side, where the interface has its usual size."""
_LOOKS_AFTER = 15
_SETTLES_AFTER = 120
"""Milliseconds without a change of size until thumbnails are made for it."""
_ALSO_SELECTED = 1000
"""So many selected cards are read wherever they are: they may be dragged away."""
_AROUND = 240
"""Pictures above and below what is seen, at most, whose thumbnails are read in advance."""


class GalleryArea(QAbstractScrollArea):
    """Shows what a ``GalleryView`` found."""

    cell_changed = Signal(int)
    """The side that is wanted of a cell, by now."""

    def __init__(self, view: GalleryView) -> None:
        super().__init__()
        self._view = view
        self._scale = 1.0
        kept = view.kept("cell")
        self._wanted_cell = kept if isinstance(kept, int) else USUAL
        self._wanted_cell = min(max(self._wanted_cell, SMALLEST), LARGEST)
        self._found = view.found  # what the places are of
        self._places = GridLayout((), Measures(1, USUAL))
        self._side = 0
        self._anchor: tuple[int, int] | None = None
        self._rows_of: dict[str, list[int]] = {}
        self._looking = self._timer(_LOOKS_AFTER, self._look)
        self._settling = self._timer(_SETTLES_AFTER, self._settle)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setObjectName("ground")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        view.found_changed.connect(self._on_found)
        view.cards_changed.connect(self._on_cards)
        view.selection.changed.connect(self._on_selection)
        view.thumbnails.arrived.connect(self._on_thumbnails)

    def _timer(self, milliseconds: int, then: object) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(then)
        return timer

    # -- sizes --------------------------------------------------------------------------------

    @property
    def cell(self) -> int:
        """The side that is wanted of a cell, where the interface has its usual size."""
        return self._wanted_cell

    def set_cell(self, side: int, around: QPoint | None = None) -> None:
        """Another size, at the next start too; the picture ``around`` stays where it is."""
        side = min(max(side, SMALLEST), LARGEST)
        if side == self._wanted_cell:
            return
        self._hold(-1 if around is None else self.row_at(around))
        self._wanted_cell = side
        self._view.keep("cell", side)
        self._reflow()
        self.cell_changed.emit(side)

    def set_scale(self, percent: int) -> None:
        """As large as the interface is."""
        self._scale = percent / 100
        self._hold()
        self._reflow()

    def sizeHint(self) -> QSize:
        """As much as there is."""
        return QSize(800, 600)

    def minimumSizeHint(self) -> QSize:
        """A column or two."""
        return QSize(round(220 * min(self._scale, 1.5)), 160)

    # -- places -------------------------------------------------------------------------------

    def visual_rect(self, row: int) -> QRect:
        """Where a picture's cell is in the viewport, perhaps outside of what is seen."""
        return self._places.rect(row).translated(0, -self._top())

    def row_at(self, point: QPoint) -> int:
        """The picture at a point of the viewport, -1 where there is none."""
        return self._places.row_at(point + QPoint(0, self._top()))

    def show_row(self, row: int) -> None:
        """Scroll as little as is needed to see a picture."""
        if not 0 <= row < self._places.count:
            return
        rect = self._places.rect(row)
        gap, high = self._places.measures.gap, self.viewport().height()
        top = self._top()
        if row < self._places.columns:
            top = 0  # with the heading
        elif rect.top() - gap < top:
            top = rect.top() - gap
        elif rect.bottom() + gap > top + high:
            top = min(rect.bottom() + gap - high, rect.top() - gap)
        self.verticalScrollBar().setValue(top)

    def _top(self) -> int:
        return self.verticalScrollBar().value()

    def _card_at(self, row: int) -> Card | None:
        ids = self._found.ids
        return self._view.cards.get(ids[row]) if 0 <= row < len(ids) else None

    # -- layout -------------------------------------------------------------------------------

    def _hold(self, row: int = -1) -> None:
        """Where a picture is now it shall be after the next reflow: this one, or the current one
        if it is seen, or the first that is. Who is at the very top stays there."""
        top = self._top()
        if self._anchor is not None or not top:
            return
        if row < 0:
            rows = list(self._places.rows_in(self._seen()))
            current = self._view.selection.current
            of_current = (row for row in rows if self._found.ids[row] == current)
            whole = (row for row in rows if self._places.rect(row).top() >= top)
            row = next(of_current, next(whole, -1))
        if row >= 0:
            self._anchor = self._found.ids[row], self._places.rect(row).top() - top

    def _seen(self) -> QRect:
        return QRect(0, self._top(), self.viewport().width(), self.viewport().height())

    def _reflow(self) -> None:
        metrics, bar = self.fontMetrics(), self.verticalScrollBar()
        measures = Measures(
            self.width() - bar.sizeHint().width(),  # whether there is a bar or not
            round(self._wanted_cell * self._scale),
            gap=round(8 * self._scale),
            margin=round(16 * self._scale),
            heading=metrics.height() + round(16 * self._scale),
        )
        cell = self._places.cell
        self._places = GridLayout(self._found.groups, measures)
        high = self.viewport().height()
        bar.setRange(0, max(0, self._places.height - high))
        bar.setPageStep(high)
        bar.setSingleStep(max(20, self._places.step // 3))
        if self._anchor is not None:
            picture, offset = self._anchor
            row = self._view.selection.row_of(picture)
            if row >= 0:
                bar.setValue(self._places.rect(row).top() - offset)
        self._anchor = None
        if cell != self._places.cell or not self._side:
            self._settling.start()
        self._looking.start()
        self.viewport().update()

    @Slot()
    def _settle(self) -> None:
        side = round(self._places.cell * self.devicePixelRatioF())
        if side != self._side:
            self._side = side
            self._look()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Other columns, and what is looked at stays in sight."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._hold()
        self._reflow()

    def changeEvent(self, event: QEvent) -> None:
        """Headings are as high as the text."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._reflow()
        elif event.type() == QEvent.Type.PaletteChange:
            self.viewport().update()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """What is painted moves along; the rest is painted."""
        if self._has_overlay():
            self.viewport().update()
        else:
            self.viewport().scroll(dx, dy)
        if not self._looking.isActive():
            self._looking.start()

    @Slot()
    def _on_found(self) -> None:
        """What is looked at stays where it is; another search begins at the top."""
        before, found = self._found, self._view.found
        is_other = found.query != before.query
        if not is_other:
            self._hold()
        self._found = found
        self._reflow()
        if is_other:
            self.verticalScrollBar().setValue(0)
            if not self._view.text:  # a search was left: where was I?
                self.show_row(self._view.selection.row)

    # -- what is read -------------------------------------------------------------------------

    @Slot()
    def _look(self) -> None:
        """Ask for what is seen and for what is around it."""
        if not self.isVisible():
            return
        rows = list(self._places.rows_in(self._seen()))
        if rows:
            high = min(rows[-1] + 1 + min(len(rows), _AROUND), self._places.count)
            low = max(0, rows[0] - min(len(rows), _AROUND))
            around = [*range(rows[-1] + 1, high), *range(rows[0] - 1, low - 1, -1)]
        else:
            around = []
        ids = self._found.ids
        selected = self._view.selection.ids if len(self._view.selection) <= _ALSO_SELECTED else ()
        self._view.cards.look_at([*(ids[row] for row in (*rows, *around)), *selected])
        self._want(rows, around)

    def _want(self, rows: list[int], around: list[int]) -> None:
        self._rows_of = {}
        if not self._side:
            self._side = round(self._places.cell * self.devicePixelRatioF())
        radius = round(ROUND * self.devicePixelRatioF())
        wanted = []
        for row in (*rows, *around):
            card = self._card_at(row)
            if card is not None:
                self._rows_of.setdefault(card.content_hash, []).append(row)
                path = None if card.is_missing else card.path
                wanted.append(Wanted(card.content_hash, self._side, radius, path))
        self._view.thumbnails.want(wanted)

    @Slot()
    def _on_cards(self) -> None:
        self._looking.start()
        self.viewport().update()

    @Slot()
    def _on_selection(self) -> None:
        self.viewport().update()

    @Slot(object)
    def _on_thumbnails(self, hashes: Iterable[str]) -> None:
        for content_hash in hashes:
            for row in self._rows_of.get(content_hash, ()):
                if row < self._places.count:
                    self.viewport().update(self.visual_rect(row))

    # -- painting -----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """What is seen of it, from what is ready."""
        top, ids, selection = self._top(), self._found.ids, self._view.selection
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = colours_of(self.palette())
        painter.fillRect(event.rect(), QColor(colours.canvas))
        seen = event.rect().adjusted(-5, -5, 5, 5).translated(0, top)  # rings stand out
        painter.translate(0, -top)
        tiles = TilePainter(
            colours,
            self.font(),
            self.devicePixelRatioF(),
            has_focus=self.hasFocus(),
            are_all_rejected=self._view.shelf.kind == "rejected",
        )
        self._paint_headings(painter, seen)
        for row in self._places.rows_in(seen):
            picture = ids[row]
            card = self._view.cards.get(picture)
            image, is_exact = None, False
            if card is not None:
                image, is_exact = self._view.thumbnails.find(card.content_hash, self._side)
                is_exact = is_exact and self._is_settled()
            area = self._places.rect(row)
            is_current = row == selection.row
            tiles.paint(
                painter, Tile(area, card, image, is_exact, picture in selection, is_current)
            )
        painter.resetTransform()
        self._paint_over(painter)
        painter.end()

    def _is_settled(self) -> bool:
        return self._side == round(self._places.cell * self.devicePixelRatioF())

    def _paint_headings(self, painter: QPainter, seen: QRect) -> None:
        font = QFont(self.font())
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(QColor(colours_of(self.palette()).dim))
        for group, place in self._places.headings_in(seen):
            painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter), heading_words(group))

    def _paint_over(self, painter: QPainter) -> None:
        """Whoever has the focus and nothing current is framed."""
        if self._has_overlay():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours_of(self.palette()).accent), 2))
            painter.drawRoundedRect(self.viewport().rect().adjusted(1, 1, -1, -1), ROUND, ROUND)

    def _has_overlay(self) -> bool:
        return self.hasFocus() and self._view.selection.row < 0


def heading_words(group: DayGroup) -> str:
    """“Today · 12”"""
    return f"{day_words(group.day)}{DOT}{group.count}"
