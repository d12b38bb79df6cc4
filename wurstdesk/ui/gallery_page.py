"""The gallery: shelves and search, every picture that was made, and what is known of the chosen
one."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSplitter, QStackedLayout, QVBoxLayout, QWidget

from wurstdesk.session.state import StudioState
from wurstdesk.ui.commands import CommandBook
from wurstdesk.ui.file_manager import FileManager
from wurstdesk.ui.gallery_actions import GalleryActions
from wurstdesk.ui.gallery_bar import GalleryBar
from wurstdesk.ui.gallery_empty import GalleryEmpty
from wurstdesk.ui.gallery_grid import GalleryGrid
from wurstdesk.ui.gallery_peek import GalleryPeek
from wurstdesk.ui.gallery_search import GallerySearch
from wurstdesk.ui.gallery_shelves import GalleryShelfList

_SHELVES, _GRID, _DETAILS = range(3)
_ROOM_FOR_SHELVES = 1000
"""Pixels of the page, where the interface has its usual size, from which on there are shelves."""
_KEEPS_AFTER = 300


class GalleryPage(QWidget):
    """Three columns. What is beside the grid gives way to it where the window is narrow."""

    pictures_dropped = Signal(object, object)
    """A ``Shelf`` and the ids of pictures that were dropped onto it."""

    def __init__(
        self, state: StudioState, book: CommandBook, file_manager: FileManager | None = None
    ) -> None:
        super().__init__()
        self._state = state
        self._book = book
        view = state.gallery
        self.actions_ = GalleryActions(state, self, file_manager)
        self.search = GallerySearch(view)
        self.shelves = GalleryShelfList(view)
        self.grid = GalleryGrid(view)
        self.bar = GalleryBar(view, self.grid)
        self.empty = GalleryEmpty(view)
        self.peek = GalleryPeek(view, self)
        self._side = QWidget()
        self._side.hide()
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(_KEEPS_AFTER)
        self._lay_out()
        self._add_commands()
        self._connect()
        self._arrange()
        self._show_found()
        self._show_settings()

    # -- building -----------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self._left = QWidget()
        self._left_column = QVBoxLayout(self._left)
        self._left_column.setContentsMargins(12, 12, 6, 6)
        self._left_column.setSpacing(8)
        self._left_column.addWidget(self.search)
        self._left_column.addWidget(self.shelves, 1)
        pictures = QWidget()
        self._stack = QStackedLayout(pictures)
        self._stack.addWidget(self.grid)
        self._stack.addWidget(self.empty)
        middle = QWidget()
        self._middle_column = QVBoxLayout(middle)
        self._middle_column.setContentsMargins(0, 0, 0, 0)
        self._middle_column.setSpacing(0)
        self._middle_column.addWidget(self.bar)
        self._middle_column.addWidget(pictures, 1)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setHandleWidth(1)
        self.splitter.setChildrenCollapsible(False)
        for part in (self._left, middle, self._side):
            self.splitter.addWidget(part)
        self.splitter.setStretchFactor(_GRID, 1)
        self._covers = QStackedLayout(self)
        self._covers.addWidget(self.splitter)

    def set_details(self, details: QWidget) -> None:
        """Show a panel at the right; it hides itself where it has nothing to show."""
        before = self._side
        self._side = details
        self.splitter.replaceWidget(_DETAILS, details)
        before.hide()
        before.deleteLater()
        self._arrange()

    def add_bar(self, bar: QWidget) -> None:
        """Put a line above the pictures; it hides itself where it has nothing to say."""
        self._middle_column.insertWidget(self._middle_column.count() - 1, bar)

    def add_cover(self, cover: QWidget) -> None:
        """A widget that may stand in place of all of this."""
        self._covers.addWidget(cover)

    @property
    def cover(self) -> QWidget | None:
        """What stands there, if anything."""
        shown = self._covers.currentWidget()
        return None if shown is self.splitter else shown

    def show_cover(self, cover: QWidget | None) -> None:
        """Let one that was added stand in place of all of this, or none."""
        self._covers.setCurrentWidget(cover or self.splitter)

    def _add_commands(self) -> None:
        self._book.add(
            "search",
            "edit",
            self.tr("&Find pictures"),
            "Ctrl+F",
            run=self.start_search,
            section=5,
        )

    def _connect(self) -> None:
        state, view = self._state, self._state.gallery
        view.found_changed.connect(self._show_found)
        view.chosen_changed.connect(self._book.refresh)
        view.query_changed.connect(self._book.refresh)
        state.settings_changed.connect(self._show_settings)
        self.search.left.connect(self.go_to_pictures)
        self.grid.menu_asked.connect(self.actions_.show_menu)
        self.grid.peek_asked.connect(self.peek.open)
        self.peek.closed.connect(self.go_to_pictures)
        self.bar.shelves_asked.connect(self._on_shelves_asked)
        self.shelves.pictures_dropped.connect(self.pictures_dropped)
        self.splitter.splitterMoved.connect(self._settling.start)
        self._settling.timeout.connect(self._keep_widths)

    # -- the window's commands ----------------------------------------------------------------

    def can_do(self, name: str) -> bool:
        """Whether the command of that name can be used with the chosen picture."""
        return self.actions_.can(name)

    def do_command(self, name: str) -> None:
        """Use it."""
        self.actions_.do(name)

    @Slot()
    def start_search(self) -> None:
        """Turn to the gallery and let the person type."""
        self._book["gallery"].trigger()
        self.search.start()

    @Slot()
    def go_to_pictures(self) -> None:
        """Let the keys be for the grid; the first picture is chosen where none is."""
        selection = self._state.gallery.selection
        self.grid.setFocus(Qt.FocusReason.OtherFocusReason)
        if selection.row < 0 and len(self._state.gallery.found.ids):
            selection.choose(0)

    # -- what is shown ------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """What was made meanwhile is there."""
        super().showEvent(event)
        self._state.gallery.look()
        self._book.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks."""
        super().hideEvent(event)
        self._state.gallery.look_away()
        self._book.refresh()

    @Slot()
    def _show_found(self) -> None:
        view = self._state.gallery
        is_empty = view.was_read and not len(view.found.ids)
        if is_empty:
            self.empty.show_reason()
        had_focus = self.grid.hasFocus() or self.empty.clear.hasFocus()
        self._stack.setCurrentWidget(self.empty if is_empty else self.grid)
        if is_empty and had_focus and self.empty.clear.isVisible():
            self.empty.clear.setFocus()
        elif had_focus and not is_empty:
            self.grid.setFocus()

    @Slot()
    def _show_settings(self) -> None:
        self.grid.set_scale(self._state.settings.interface_scale)
        self._arrange()

    # -- widths -------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shelves come and go with the room there is."""
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        """Everything is as wide as its text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._arrange()

    def _scale(self) -> float:
        return self._state.settings.interface_scale / 100

    def _has_room(self) -> bool:
        return self.width() >= _ROOM_FOR_SHELVES * self._scale()

    @Slot(bool)
    def _on_shelves_asked(self, wanted: bool) -> None:
        """Where there is room it is remembered; else it is for now."""
        if self._has_room():
            self._state.gallery.keep("hides_shelves", not wanted)
        self._show_shelves(wanted)

    def _arrange(self) -> None:
        wanted = self._has_room() and self._state.gallery.kept("hides_shelves") is not True
        self._show_shelves(wanted)
        self._set_widths()

    def _show_shelves(self, are_shown: bool) -> None:
        """The search goes where there is a place for it."""
        focused = self.search.field.hasFocus()
        self._left.setVisible(are_shown)
        self.bar.shelves.setChecked(are_shown)
        if are_shown:
            self._left_column.insertWidget(0, self.search)
            self.search.setContentsMargins(0, 0, 6, 0)
        else:
            self._middle_column.insertWidget(0, self.search)
            self.search.setContentsMargins(12, 8, 16, 0)
        if focused:
            self.search.field.setFocus()

    def _set_widths(self) -> None:
        scale, view = self._scale(), self._state.gallery
        kept = view.kept("widths")
        shelves, details = kept if _are_widths(kept) else (215, 340)
        room = self.splitter.width()
        left = min(round(shelves * scale), room // 3)
        right = min(round(details * scale), round(room * 0.42))
        self.splitter.setSizes([left, max(1, room - left - right), right])

    @Slot()
    def _keep_widths(self) -> None:
        sizes, scale, view = self.splitter.sizes(), self._scale(), self._state.gallery
        kept = view.kept("widths")
        shelves, details = kept if _are_widths(kept) else (215, 340)
        if sizes[_SHELVES]:
            shelves = round(sizes[_SHELVES] / scale)
        if sizes[_DETAILS]:
            details = round(sizes[_DETAILS] / scale)
        view.keep("widths", [shelves, details])


def _are_widths(kept: object) -> bool:
    return (
        isinstance(kept, list)
        and len(kept) == 2
        and all(isinstance(w, int) and w > 0 for w in kept)
    )
