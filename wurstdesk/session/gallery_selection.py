"""Which pictures of the gallery are selected, and which one the keys are for."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

_NOTHING = array("q")


class GallerySelection(QObject):
    """Rows are places in the result; pictures are remembered by id, so that a new result of the
    same search changes nothing but what is not in it any more."""

    changed = Signal()
    """What is selected, or what is current."""
    current_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ids = _NOTHING
        self._selected: set[int] = set()
        self._anchor: int | None = None
        self._row = -1

    # -- what is -----------------------------------------------------------------------------

    def __contains__(self, picture: int) -> bool:
        return picture in self._selected

    def __len__(self) -> int:
        return len(self._selected)

    @property
    def ids(self) -> tuple[int, ...]:
        """The selected pictures in the result's order."""
        if len(self._selected) == 1:
            return tuple(self._selected)
        return tuple(picture for picture in self._ids if picture in self._selected)

    @property
    def current(self) -> int | None:
        """The picture that the keys are for."""
        return self._ids[self._row] if 0 <= self._row < len(self._ids) else None

    @property
    def row(self) -> int:
        """Its place, -1 where there is none."""
        return self._row

    def row_of(self, picture: int | None) -> int:
        """The place of a picture, -1 where it is not in the result."""
        if picture is None:
            return -1
        if self._row >= 0 and self._ids[self._row] == picture:
            return self._row
        try:
            return self._ids.index(picture)
        except ValueError:
            return -1

    # -- what the person does ----------------------------------------------------------------

    def choose(self, row: int) -> None:
        """This one and no other."""
        picture = self._at(row)
        if picture is not None:
            self._anchor = picture
            self._set({picture}, row)

    def move(self, row: int) -> None:
        """Let another one be current; what is selected stays."""
        if self._at(row) is not None:
            self._set(self._selected, row)

    def toggle(self, row: int) -> None:
        """Take one in or out."""
        picture = self._at(row)
        if picture is not None:
            self._anchor = picture
            self._set(self._selected ^ {picture}, row)

    def extend(self, row: int, *, adds: bool = False) -> None:
        """All from where the selection began to here; ``adds`` keeps the others."""
        if self._at(row) is None:
            return
        begin = self.row_of(self._anchor)
        if begin < 0:
            begin = row
            self._anchor = self._ids[row]
        low, high = min(begin, row), max(begin, row)
        kept = self._selected if adds else set()
        self._set(kept | set(self._ids[low : high + 1]), row)

    def take(self, rows: Iterable[int], beside: frozenset[int] = frozenset()) -> None:
        """These, and the pictures ``beside``; what a rubber band holds."""
        taken = {self._ids[row] for row in rows if 0 <= row < len(self._ids)}
        self._set(taken | beside, self._row)

    def take_all(self) -> None:
        """Every picture of the result."""
        self._set(set(self._ids), max(self._row, 0) if self._ids else -1)

    def clear(self) -> None:
        """None; the current one stays current."""
        self._set(set(), self._row)

    def drop_current(self) -> None:
        """None, and none is current either."""
        self._anchor = None
        self._set(set(), -1)

    # -- another result ----------------------------------------------------------------------

    def adopt(self, ids: array[int], *, is_same_search: bool) -> None:
        """A new result. Of the same search the neighbour of a picture that is gone is current."""
        before, row = self.current, self._row
        selected = self._selected.intersection(ids) if self._selected else set()
        self._ids = ids
        self._row = -1
        found = self.row_of(before)
        if found < 0 and before is not None and is_same_search and ids:
            found = min(row, len(ids) - 1)
            selected = selected or {ids[found]}
        if self.row_of(self._anchor) < 0:
            self._anchor = ids[found] if found >= 0 else None
        self._row = found
        is_other = self.current != before
        if is_other or selected != self._selected:
            self._selected = selected
            self.changed.emit()
        if is_other:
            self.current_changed.emit()

    def _at(self, row: int) -> int | None:
        return self._ids[row] if 0 <= row < len(self._ids) else None

    def _set(self, selected: set[int], row: int) -> None:
        moved, differs = row != self._row, selected != self._selected
        self._row, self._selected = row, selected
        if moved or differs:
            self.changed.emit()
        if moved:
            self.current_changed.emit()
