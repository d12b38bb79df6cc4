"""The gallery's commands: rating, verdicts, the trash, undo, comparing, culling.

Their keys work on the gallery's page alone, those without Ctrl only where its pictures are: so
they are free for the studio, and letters can be written in the search.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from wurstdesk.session.gallery_view import GalleryView
from wurstdesk.session.gallery_words import stars_words
from wurstdesk.session.gallery_work import GalleryWork
from wurstdesk.ui.commands import CommandBook, Menu

STARS = 5
_MENU = ("gallery_favourite", "gallery_keep", "gallery_reject", "gallery_compare", "gallery_cull")


class GalleryCommands(QObject):
    """Enters them into the book. ``page`` is the gallery's page, ``grid`` its pictures."""

    def __init__(
        self, book: CommandBook, view: GalleryView, work: GalleryWork, page: QWidget, grid: QWidget
    ) -> None:
        super().__init__(book)
        self._book = book
        self._view = view
        self._work = work
        self._page = page
        self._grid = grid
        self._add_edits()
        self._add_ratings()
        self._add_verdicts()
        self._add_ways()
        self._add_trash()
        work.edits.changed.connect(self._show)
        view.selection.changed.connect(book.refresh)
        view.found_changed.connect(book.refresh)
        self._show()

    # -- the book ---------------------------------------------------------------------------

    def _add(
        self,
        name: str,
        menu: Menu,
        text: str,
        *keys: str,
        run: Callable[[], object],
        enabled: Callable[[], bool],
        section: int = 4,
        submenu: str = "",
        place: QWidget | None = None,
    ) -> QAction:
        """Enter one whose keys work in a place only, as a rule where the pictures are."""
        action = self._book.add(
            name, menu, text, *keys, run=run, enabled=enabled, section=section, submenu=submenu
        )
        window = self._book.parent()
        if keys and isinstance(window, QWidget):
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            window.removeAction(action)
            (place or self._grid).addAction(action)
        return action

    def _add_edits(self) -> None:
        edits, page = self._work.edits, self._page
        self._add(
            "gallery_undo",
            "edit",
            self.tr("Undo"),
            "Ctrl+Z",
            run=edits.undo,
            enabled=self._can_undo,
            section=0,
            place=page,
        )
        self._add(
            "gallery_redo",
            "edit",
            self.tr("Redo"),
            "Ctrl+Shift+Z",
            run=edits.redo,
            enabled=self._can_redo,
            section=0,
            place=page,
        )

    def _add_ratings(self) -> None:
        submenu = self.tr("R&ating")
        for rating in range(STARS + 1):
            action = self._add(
                f"gallery_rate_{rating}",
                "picture",
                stars_words(rating).capitalize(),
                str(rating),
                run=self._rate,
                enabled=self._has_pictures,
                submenu=submenu,
            )
            action.setData(rating)

    def _add_verdicts(self) -> None:
        submenu = self.tr("In the &gallery")
        ways = {
            "gallery_favourite": (self.tr("Favourite, or no longer"), "F", self._favourite),
            "gallery_keep": (self.tr("Keep"), "K", self._keep),
            "gallery_reject": (self.tr("Reject"), "X", self._reject),
        }
        for name, (text, key, run) in ways.items():
            self._add(
                name, "picture", text, key, run=run, enabled=self._has_pictures, submenu=submenu
            )

    def _add_ways(self) -> None:
        submenu, work = self.tr("In the &gallery"), self._work
        self._add(
            "gallery_compare",
            "picture",
            self.tr("Compare the selected ones"),
            "Ctrl+B",
            run=work.compare,
            enabled=self._can_compare,
            submenu=submenu,
            place=self._page,
        )
        self._add(
            "gallery_cull",
            "picture",
            self.tr("Go through them one by one"),
            "C",
            run=work.cull,
            enabled=self._has_pictures,
            submenu=submenu,
        )

    def _add_trash(self) -> None:
        submenu = self.tr("In the &gallery")
        self._add(
            "gallery_trash",
            "picture",
            self.tr("Move to the trash"),
            "Del",
            run=self._trash,
            enabled=self._can_trash,
            submenu=submenu,
        )
        self._add(
            "gallery_restore",
            "picture",
            self.tr("&Take out of the trash"),
            run=self._restore,
            enabled=self._can_restore,
            submenu=submenu,
        )

    # -- when they can be used --------------------------------------------------------------

    def _is_seen(self) -> bool:
        return self._page.isVisible()

    def _has_pictures(self) -> bool:
        return self._is_seen() and self._view.selection.current is not None

    def _can_compare(self) -> bool:
        return self._is_seen() and self._work.can_compare

    def _can_trash(self) -> bool:
        return self._has_pictures() and not self._work.shows_trash

    def _can_restore(self) -> bool:
        return self._has_pictures() and self._work.shows_trash

    def _can_undo(self) -> bool:
        return self._is_seen() and bool(self._work.edits.undo_text)

    def _can_redo(self) -> bool:
        return self._is_seen() and bool(self._work.edits.redo_text)

    @Slot()
    def _show(self) -> None:
        """What would be undone stands in the menu."""
        edits = self._work.edits
        undo, redo = edits.undo_text, edits.redo_text
        words = self.tr("Undo: {0}").format(undo) if undo else self.tr("Undo")
        self._book["gallery_undo"].setText(words.replace("&", "&&"))
        words = self.tr("Redo: {0}").format(redo) if redo else self.tr("Redo")
        self._book["gallery_redo"].setText(words.replace("&", "&&"))
        self._book.refresh()

    # -- what they do -----------------------------------------------------------------------

    @Slot()
    def _rate(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self._work.edits.rate(self._work.ids, action.data())

    @Slot()
    def _favourite(self) -> None:
        work = self._work
        work.edits.favourite(work.ids, not work.are_all_favourites)

    @Slot()
    def _keep(self) -> None:
        self._work.edits.verdict(self._work.ids, 1)

    @Slot()
    def _reject(self) -> None:
        self._work.edits.verdict(self._work.ids, -1)

    @Slot()
    def _trash(self) -> None:
        self._work.edits.trash(self._work.ids)

    @Slot()
    def _restore(self) -> None:
        self._work.edits.restore(self._work.ids)

    @Slot(QMenu)
    def fill_menu(self, menu: QMenu) -> None:
        """Add what can be done with the selected pictures to their context menu."""
        menu.addSeparator()
        for name in _MENU:
            menu.addAction(self._book[name])
        menu.addAction(self._book["export"])
        menu.addSeparator()
        shows_trash = self._work.shows_trash
        menu.addAction(self._book["gallery_restore" if shows_trash else "gallery_trash"])
