"""The gallery as the page shows it: what is searched, what was found, what is selected.

A search is asked from a thread of its own; a newer one ends an older one, and only the answer to
the newest is shown. All of the result is known by ids at once; what its tiles show is read around
what is looked at.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from itertools import groupby
from threading import Lock
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from wurstdesk.gallery.library import Library
from wurstdesk.gallery.library_reading import InterruptedSearchError
from wurstdesk.gallery.records import Card, DayGroup, Found, Query, SavedSearch, Sort
from wurstdesk.session.failures import Failure
from wurstdesk.session.gallery_cards import GalleryCards
from wurstdesk.session.gallery_image import FullImage
from wurstdesk.session.gallery_selection import GallerySelection
from wurstdesk.session.gallery_shelves import ALL, GalleryShelves, Shelf
from wurstdesk.session.gallery_thumbnails import GalleryThumbnails
from wurstdesk.session.keeper import Keeper, LibraryFactory, LibraryKeeper
from wurstdesk.session.window_memory import WindowMemory

_NAME = "gallery"
_NOTHING = Found(Query(), array("q"))


class GalleryView(QObject):
    """Joins ``cards``, ``selection``, ``shelves`` and ``thumbnails`` around a search.

    Nothing is read before ``look()``.
    """

    query_changed = Signal()
    """What is searched, or how it is shown."""
    found_changed = Signal()
    """``found``; of the same search too, when pictures came or went."""
    chosen_changed = Signal()
    """``chosen`` or its ``image``."""
    cards_changed = Signal()
    """What tiles show."""
    failed = Signal(object)
    """``Failure``"""

    def __init__(
        self,
        open_library: LibraryFactory,
        memory: WindowMemory,
        keeper: Keeper,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._memory = memory
        self.keeper = LibraryKeeper(open_library, self)
        self.keeper.setObjectName("wurstdesk-gallery")
        self.cards = GalleryCards(self.keeper, self)
        self.selection = GallerySelection(self)
        self.shelves = GalleryShelves(self.keeper, self)
        self.thumbnails = GalleryThumbnails(open_library, self)
        self._full = FullImage(keeper, self)
        self.text = ""
        self.shelf = ALL
        self.sort = _sort(memory.mapping(_NAME).get("sort"))
        self.stacks = memory.mapping(_NAME).get("stacks") is True
        self.cards.counts_stacks = self.stacks
        self.found = _NOTHING
        self.was_read = False
        self.chosen: Card | None = None
        self._search: _Search | None = None
        self._is_outdated = True
        self._is_looked_at = False
        self._is_image_wanted = False
        self._connect()

    def _connect(self) -> None:
        for part in (self.cards, self.shelves, self.keeper):
            part.failed.connect(self.failed)
        self.cards.arrived.connect(self._on_cards)
        self.selection.current_changed.connect(self._choose)
        self._full.changed.connect(self.chosen_changed)

    # -- what is searched --------------------------------------------------------------------

    @property
    def query(self) -> Query:
        """What is asked by now."""
        text = " ".join(filter(None, (self.shelf.filter, self.text.strip())))
        return Query(text, self.shelf.album, self.sort, self.stacks)

    def search(self, text: str) -> None:
        """Look for what somebody types."""
        if text != self.text:
            self.text = text
            self._on_query()

    def show_shelf(self, shelf: Shelf) -> None:
        """Look only among these; what is typed stays."""
        if shelf != self.shelf:
            self.shelf = shelf
            self._on_query()

    def show_search(self, saved: SavedSearch) -> None:
        """Search what was searched once, in its order."""
        if (saved.text, saved.sort, self.shelf) != (self.text, self.sort, ALL):
            self.text, self.sort, self.shelf = saved.text, saved.sort, ALL
            self.keep("sort", str(saved.sort))
            self._on_query()

    def set_sort(self, sort: Sort) -> None:
        """Another order, at the next start too."""
        if sort != self.sort:
            self.sort = sort
            self.keep("sort", str(sort))
            self._on_query()

    def set_stacks(self, stacks: bool) -> None:
        """Show one of those that differ only in their seeds, at the next start too."""
        if stacks != self.stacks:
            self.stacks = self.cards.counts_stacks = stacks
            self.keep("stacks", stacks)
            self.cards.outdate()
            self._on_query()

    @Slot()
    def show_everything(self) -> None:
        """No search and no shelf."""
        if self.text or self.shelf != ALL:
            self.text, self.shelf = "", ALL
            self._on_query()

    def keep(self, name: str, value: Any) -> None:
        """Remember something about the page's looks for the next start."""
        self._memory.keep(_NAME, {**self._memory.mapping(_NAME), name: value})

    def kept(self, name: str) -> Any:
        """What was remembered, or None."""
        return self._memory.mapping(_NAME).get(name)

    def _on_query(self) -> None:
        self.query_changed.emit()
        self._ask()

    # -- what is found -----------------------------------------------------------------------

    def look(self) -> None:
        """Somebody looks at the page: what changed meanwhile is read, from now on at once."""
        self._is_looked_at = True
        if self._is_outdated:
            self._read()

    def look_away(self) -> None:
        """Nobody looks: changes are read when somebody does."""
        self._is_looked_at = False

    @Slot()
    def read_anew(self) -> None:
        """Pictures came, went or changed."""
        self._is_outdated = True
        if self._is_looked_at:
            self._read()

    def _read(self) -> None:
        self._is_outdated = False
        self.cards.outdate()
        self.thumbnails.try_again()
        self._ask()
        self.shelves.refresh()

    def _ask(self) -> None:
        if self._search is not None:
            self._search.drop()
        self._search = _Search(self.query)
        self.keeper.ask(self._search, self._on_found, self._on_failed)

    @Slot(object)
    def _on_found(self, answer: tuple[_Search, Found | None]) -> None:
        search, found = answer
        if search is not self._search or found is None:
            return  # of an older search: the newer one's answer is on its way
        self._search = None
        self._take(found)

    @Slot(object)
    def _on_failed(self, failure: Failure) -> None:
        self._search = None
        self.failed.emit(failure)

    def _take(self, found: Found) -> None:
        is_same = found.query == self.found.query and self.was_read
        self.found, self.was_read = found, True
        self.selection.adopt(found.ids, is_same_search=is_same)
        self.found_changed.emit()

    def take_out(self, ids: Sequence[int]) -> None:
        """Show these no longer; the next one becomes current where one was."""
        gone, found = set(ids), self.found
        days = (group.day for group in found.groups for _ in range(group.count))
        left = [(number, day) for number, day in zip(found.ids, days) if number not in gone]  # noqa: B905
        groups = tuple(
            DayGroup(day, sum(1 for _ in of_day))
            for day, of_day in groupby(left, lambda one: one[1])
        )
        self._take(Found(found.query, array("q", [n for n, _ in left]), groups, found.remark))

    # -- what tiles show ---------------------------------------------------------------------

    def card(self, picture: int) -> Card | None:
        """What is known of a picture; None where it was not looked at yet."""
        return self.cards.get(picture)

    def show_cards(self, cards: Iterable[Card]) -> None:
        """Show these until they are read again: they are being changed."""
        self.cards.put(cards)
        self._on_cards()

    @Slot()
    def _on_cards(self) -> None:
        current = self.selection.current
        card = None if current is None else self.cards.get(current)
        if card is not None and card != self.chosen:
            self._set_chosen(card)
        self.cards_changed.emit()

    # -- the chosen one ----------------------------------------------------------------------

    @property
    def image(self) -> QImage:
        """The chosen picture in full, where that is wanted; a small one until it is read, null
        without any."""
        full = self._full.image
        if not full.isNull() or self.chosen is None:
            return full
        small, _ = self.thumbnails.find(self.chosen.content_hash, 0)
        return small or full

    @Slot()
    def _choose(self) -> None:
        current = self.selection.current
        card = None if current is None else self.cards.get(current)
        if card is None and current is not None:
            self.cards.fetch(current)  # it is chosen as soon as it is read
        if current is None or card is not None:
            self._set_chosen(card)

    def want_image(self, is_wanted: bool) -> None:
        """Whether somebody looks at ``image``: otherwise no file is read for it."""
        self._is_image_wanted = is_wanted
        self._show_image()

    def _set_chosen(self, card: Card | None) -> None:
        self.chosen = card
        self._show_image()
        self.chosen_changed.emit()

    def _show_image(self) -> None:
        card = self.chosen if self._is_image_wanted else None
        self._full.show(None if card is None else card.path)

    def close(self) -> None:
        """End both threads; nothing can be asked any more."""
        if self._search is not None:
            self._search.drop()
        self.keeper.close()
        self.thumbnails.close()


class _Search:
    """A search in the keeper's thread; ``drop`` ends it from the window's."""

    def __init__(self, query: Query) -> None:
        self._query = query
        self._lock = Lock()
        self._library: Library | None = None
        self._is_dropped = False

    def __call__(self, library: Library) -> tuple[_Search, Found | None]:
        with self._lock:
            if self._is_dropped:
                return self, None
            self._library = library
        try:
            return self, library.find(self._query)
        except InterruptedSearchError:
            return self, None
        finally:
            with self._lock:
                self._library = None

    def drop(self) -> None:
        """Its answer is not wanted any more."""
        with self._lock:
            self._is_dropped = True
            if self._library is not None:
                self._library.interrupt()


def _sort(kept: object) -> Sort:
    return Sort(kept) if isinstance(kept, str) and kept in set(Sort) else Sort.NEWEST
