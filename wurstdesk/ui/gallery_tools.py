"""Puts what is done with pictures into the gallery's page: details, comparing, culling, trash."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, Slot

from wurstdesk.session.state import StudioState
from wurstdesk.ui.chore_bar import ChoreBar
from wurstdesk.ui.commands import CommandBook
from wurstdesk.ui.gallery_chores import GalleryChoreCommands
from wurstdesk.ui.gallery_commands import GalleryCommands
from wurstdesk.ui.gallery_compare import GalleryCompare
from wurstdesk.ui.gallery_cull import GalleryCull
from wurstdesk.ui.gallery_details import GalleryDetails
from wurstdesk.ui.gallery_drag import mime_of_cards
from wurstdesk.ui.gallery_page import GalleryPage
from wurstdesk.ui.picture_drag import carry_away
from wurstdesk.ui.trash_bar import TrashBar
from wurstdesk.ui.trash_questions import TrashQuestions


class GalleryTools(QObject):
    """Joins the page with ``state.gallery_work``."""

    def __init__(self, state: StudioState, book: CommandBook, page: GalleryPage) -> None:
        super().__init__(page)
        self._state = state
        self._page = page
        self._work = work = state.gallery_work
        view = state.gallery
        self.details = GalleryDetails(state, view, work.chosen, work.edits)
        self.compare = GalleryCompare(state, work.comparison)
        self.cull = GalleryCull(work.culling, work.edits, view.thumbnails)
        self.trash_bar = TrashBar(view)
        self.questions = TrashQuestions(page)
        self.commands = GalleryCommands(book, view, work, page, page.grid)
        work.edits.asker = self.questions
        page.set_details(self.details)
        page.add_bar(self.trash_bar)
        page.add_bar(ChoreBar(state.chores))
        self.chores = GalleryChoreCommands(state, page, book, self._ids_in_sight)
        page.add_cover(self.compare)
        page.add_cover(self.cull)
        self._connect()

    def _connect(self) -> None:
        work, page = self._work, self._page
        work.comparison.changed.connect(self._on_comparison)
        work.culling.changed.connect(self._on_culling)
        self.cull.left.connect(self._go_back)
        self.details.picture_asked.connect(self._go_to)
        self.details.compare_asked.connect(work.compare)
        self.details.show_file_asked.connect(self._show_file)
        self.details.image.menu_asked.connect(self._on_menu)
        self.details.image.drag_asked.connect(self._carry_away)
        page.pictures_dropped.connect(work.put_on_shelf)
        page.actions_.menu_filled.connect(self.commands.fill_menu)
        self.trash_bar.restore_asked.connect(self._restore)
        self.trash_bar.empty_asked.connect(self._ask_to_empty)

    def _ids_in_sight(self) -> tuple[int, ...]:
        """What an export is of; nothing while the page cannot be seen."""
        return self._work.ids if self._page.isVisible() else ()

    @Slot()
    def _on_comparison(self) -> None:
        if not self._work.comparison.is_active:
            self._go_back()
        elif self._page.cover is not self.compare:
            self._page.show_cover(self.compare)
            self.compare.take_focus()

    @Slot()
    def _on_culling(self) -> None:
        if self._work.culling.is_active and self._page.cover is not self.cull:
            self._page.show_cover(self.cull)
            self.cull.picture.setFocus()

    @Slot()
    def _go_back(self) -> None:
        if self._page.cover is not None:
            self._page.show_cover(None)
            self._page.go_to_pictures()

    @Slot(int)
    def _go_to(self, picture: int) -> None:
        """Look at a relative; where it is not among what was found, look among all."""
        view = self._state.gallery
        row = view.selection.row_of(picture)
        if row >= 0:
            view.selection.choose(row)
        else:
            self._work.chosen.look_at(picture)

    @Slot()
    def _show_file(self) -> None:
        one = self._work.chosen.known.one
        if one is not None and one.card.path is not None:
            self._page.actions_.files.show_file(one.card.path)

    @Slot(int, QPoint)
    def _on_menu(self, cell: int, where: QPoint) -> None:
        del cell
        self._page.actions_.show_menu(where)

    @Slot()
    def _carry_away(self) -> None:
        """The chosen picture, as from the grid."""
        one = self._work.chosen.known.one
        if one is not None:
            mime = mime_of_cards((one.card.id,), (one.card,))
            carry_away(self.details.image, mime, self._work.chosen.image)

    @Slot()
    def _restore(self) -> None:
        self._work.edits.restore(self._work.ids)

    @Slot()
    def _ask_to_empty(self) -> None:
        count = self._state.gallery.shelves.content.trashed
        self.questions.ask_to_empty(count, self._on_empty)

    def _on_empty(self, is_wanted: bool) -> None:
        if is_wanted:
            self._work.edits.forget_steps()
            self._state.chores.empty_trash()
