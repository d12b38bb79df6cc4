"""What the person does with the gallery's pictures: joins edits, details, comparing and culling."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from wurstdesk.gallery.records import Edit
from wurstdesk.session.gallery_chosen import ChosenPictures
from wurstdesk.session.gallery_comparison import MOST, GalleryComparison
from wurstdesk.session.gallery_culling import Culling
from wurstdesk.session.gallery_edits import GalleryEdits
from wurstdesk.session.gallery_images import GalleryImages
from wurstdesk.session.gallery_shelves import Shelf
from wurstdesk.session.gallery_view import GalleryView
from wurstdesk.session.keeper import LibraryFactory


class GalleryWork(QObject):
    """Works on what ``view`` shows. End it with ``close()``, before the view."""

    told = Signal(str)
    """A passing remark."""
    failed = Signal(object)
    """``Failure``"""

    def __init__(
        self, view: GalleryView, open_library: LibraryFactory, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._view = view
        self._to_choose: frozenset[int] = frozenset()
        keeper = view.keeper
        self.images = GalleryImages(open_library, self)
        self.edits = GalleryEdits(keeper, view, self)
        self.chosen = ChosenPictures(view.selection, keeper, self.images, self)
        self.comparison = GalleryComparison(self.images, keeper, self)
        self.culling = Culling(view, self.edits, self.images, keeper, self)
        self.edits.told.connect(self.told)
        self.edits.written.connect(self._on_written)
        self.edits.brought_back.connect(self._on_brought_back)
        view.found_changed.connect(self._on_found)
        view.found_changed.connect(self.chosen.read)
        for part in (self.edits, self.chosen, self.comparison):
            part.failed.connect(self.failed)

    @property
    def ids(self) -> tuple[int, ...]:
        """The pictures that commands are for: what is selected, or else the current one."""
        return self.chosen.ids

    @property
    def are_all_favourites(self) -> bool:
        """Whether those are favourites, as far as is known."""
        cards = [self._view.card(picture) for picture in self.ids]
        return bool(cards) and all(card is not None and card.is_favourite for card in cards)

    @property
    def shows_trash(self) -> bool:
        """Whether what is in the trash is looked at."""
        return self._view.shelf.kind == "trash"

    @property
    def can_compare(self) -> bool:
        """Whether two to four are selected."""
        return 2 <= len(self._view.selection) <= MOST

    @Slot()
    def compare(self) -> None:
        """Compare what is selected."""
        self.comparison.start(self._view.selection.ids)

    @Slot()
    def cull(self) -> None:
        """Go through what is selected, or through all from the current one on."""
        selection = self._view.selection
        if len(selection) > 1:
            self.culling.start(selection.ids)
        else:
            self.culling.start(self._view.found.ids, max(selection.row, 0))

    @Slot(object, object)
    def put_on_shelf(self, shelf: Shelf, ids: tuple[int, ...]) -> None:
        """Let pictures be what a shelf holds."""
        edits = self.edits
        if shelf.album is not None:
            edits.put_in(ids, shelf.album, self._view.shelves.album_name(shelf.album))
        elif shelf.kind == "tag":
            edits.tag(ids, shelf.tag)
        elif shelf.kind == "favourites":
            edits.favourite(ids, True)
        elif shelf.kind == "rejected":
            edits.verdict(ids, -1)
        elif shelf.kind == "trash":
            edits.trash(ids)
        elif self.shows_trash:
            edits.restore(ids)

    def close(self) -> None:
        """Wait for the thread that reads pictures."""
        self.images.close()

    @Slot(object)
    def _on_written(self, edit: Edit) -> None:
        if edit.kind not in {"rating", "trashed", "album"}:  # of these the view knows, or needs not
            self._view.shelves.refresh()

    @Slot(object)
    def _on_brought_back(self, ids: tuple[int, ...]) -> None:
        self._to_choose = frozenset(ids)  # as soon as they are found

    @Slot()
    def _on_found(self) -> None:
        """Who takes a deletion back goes on where the pictures are."""
        ids, self._to_choose = self._to_choose, frozenset()
        if not ids:
            return
        rows = [row for row, picture in enumerate(self._view.found.ids) if picture in ids]
        if rows:
            self._view.selection.choose(rows[0])
            self._view.selection.take(rows)
