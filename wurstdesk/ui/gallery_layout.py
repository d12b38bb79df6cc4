"""Where each picture of the gallery stands: arithmetic, so that a hundred thousand cost nothing.

Pictures stand in rows under the heading of their day. Cells are squares, at least as large as is
wanted and all alike, so that they fill the width.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from PySide6.QtCore import QPoint, QRect

from wurstdesk.gallery.records import DayGroup


@dataclass(frozen=True, slots=True)
class Measures:
    """In pixels: the width there is, the least cell, what is between, and a heading's height."""

    width: int
    cell: int
    gap: int = 8
    margin: int = 16
    heading: int = 32


@dataclass(slots=True)
class GridLayout:
    """The places of the pictures of ``groups``, from the top of the first heading."""

    groups: Sequence[DayGroup]
    measures: Measures
    columns: int = field(init=False)
    cell: int = field(init=False)
    height: int = field(init=False)
    count: int = field(init=False)
    _firsts: list[int] = field(init=False)
    _tops: list[int] = field(init=False)

    def __post_init__(self) -> None:
        measures = self.measures
        room = max(1, measures.width - 2 * measures.margin)
        self.columns = max(1, (room + measures.gap) // (measures.cell + measures.gap))
        self.cell = max(1, (room + measures.gap) // self.columns - measures.gap)
        counts = [group.count for group in self.groups]
        self._firsts = [0, *accumulate(counts)]
        self.count = self._firsts.pop()
        heights = [self._group_height(group) for group in self.groups]
        self._tops = list(accumulate(heights, initial=0 if self._has_headings() else measures.gap))
        self.height = self._tops.pop() + measures.margin - measures.gap

    @property
    def step(self) -> int:
        """From one row of cells to the next."""
        return self.cell + self.measures.gap

    def rect(self, row: int) -> QRect:
        """The cell of a picture."""
        group = bisect_right(self._firsts, row) - 1
        line, column = divmod(row - self._firsts[group], self.columns)
        top = self._tops[group] + self._heading(self.groups[group]) + line * self.step
        return QRect(self.measures.margin + column * self.step, top, self.cell, self.cell)

    def row_at(self, point: QPoint) -> int:
        """The picture at a point, -1 where there is none."""
        for row in self.rows_in(QRect(point.x(), point.y(), 1, 1)):
            return row
        return -1

    def rows_in(self, area: QRect) -> Iterator[int]:
        """Pictures whose cells meet an area, in order."""
        if not self.groups:
            return
        low = max(0, (area.left() - self.measures.margin + self.measures.gap) // self.step)
        high = min(self.columns - 1, (area.right() - self.measures.margin) // self.step)
        for group in self._groups_in(area):
            first, count = self._firsts[group], self.groups[group].count
            top = self._tops[group] + self._heading(self.groups[group])
            line = max(0, (area.top() - top + self.measures.gap) // self.step)
            last = min((count - 1) // self.columns, (area.bottom() - top) // self.step)
            while line <= last:
                begin = first + line * self.columns
                for column in range(low, high + 1):
                    if line * self.columns + column < count:
                        yield begin + column
                line += 1

    def headings_in(self, area: QRect) -> Iterator[tuple[DayGroup, QRect]]:
        """Headings that meet an area, with their places."""
        for group in self._groups_in(area):
            height = self._heading(self.groups[group])
            if height and self._tops[group] + height > area.top():
                margin = self.measures.margin
                width = self.measures.width - 2 * margin
                yield self.groups[group], QRect(margin, self._tops[group], width, height)

    def neighbour(self, row: int, lines: int) -> int:
        """The picture above or below, as near to the same column as there is one."""
        if not self.count:
            return -1
        group = bisect_right(self._firsts, row) - 1
        line, column = divmod(row - self._firsts[group], self.columns)
        direction = 1 if lines > 0 else -1
        for _ in range(abs(lines)):
            line += direction
            if not 0 <= line < self._lines(group):
                group += direction
                if not 0 <= group < len(self.groups):
                    return row  # there is no further line
                line = 0 if direction > 0 else self._lines(group) - 1
            in_group = min(line * self.columns + column, self.groups[group].count - 1)
            row = self._firsts[group] + in_group
        return row

    def _has_headings(self) -> bool:
        return bool(self.groups) and bool(self.groups[0].day)

    def _heading(self, group: DayGroup) -> int:
        return self.measures.heading if group.day else 0

    def _lines(self, group: int) -> int:
        return -(-self.groups[group].count // self.columns)

    def _group_height(self, group: DayGroup) -> int:
        return self._heading(group) + -(-group.count // self.columns) * self.step

    def _groups_in(self, area: QRect) -> range:
        first = max(0, bisect_right(self._tops, area.top()) - 1)
        return range(first, bisect_right(self._tops, area.bottom()))
