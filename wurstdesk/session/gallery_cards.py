"""What the gallery's tiles show, read around what is looked at and kept for a while."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal, Slot

from wurstdesk.gallery.library import Library
from wurstdesk.gallery.records import Card
from wurstdesk.session.failures import Failure
from wurstdesk.session.keeper import LibraryKeeper

BLOCK = 96
"""Cards that are read at once: a screen of them comes in a moment, and none waits for many."""
KEPT = 4000
"""Cards in memory, of which each takes some 3 KB with its request."""


class GalleryCards(QObject):
    """Cards by the id of their picture. What was read before a change stays until it is read anew.

    ``look_at`` says what is looked at now; what was asked for before and not read yet is dropped.
    """

    arrived = Signal()
    """Some of what was looked at is there."""
    failed = Signal(object)
    """``Failure``"""

    def __init__(self, keeper: LibraryKeeper, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._keeper = keeper
        self._cards: OrderedDict[int, tuple[int, Card]] = OrderedDict()
        self._unknown: set[int] = set()
        self._age = 0
        self._wanted: list[int] = []
        self._is_asking = False
        self.counts_stacks = False
        """Whether each card is to say for how many pictures it stands."""

    def get(self, picture: int) -> Card | None:
        """The card, if it was read; perhaps as it was a moment ago."""
        entry = self._cards.get(picture)
        return None if entry is None else entry[1]

    def look_at(self, pictures: Iterable[int]) -> None:
        """Read those that are not there, the first ones first."""
        self._wanted = [picture for picture in pictures if not self._is_fresh(picture)]
        self._ask()

    def fetch(self, picture: int) -> None:
        """Read one before the others."""
        if not self._is_fresh(picture) and picture not in self._wanted:
            self._wanted.insert(0, picture)
            self._ask()

    def put(self, cards: Iterable[Card]) -> None:
        """Take these for what is known, until they are read anew."""
        for card in cards:
            if card.id in self._cards:
                self._cards[card.id] = (self._cards[card.id][0], card)

    def outdate(self) -> None:
        """Something changed: whatever is looked at next is read anew."""
        self._age += 1
        self._unknown.clear()

    def _is_fresh(self, picture: int) -> bool:
        entry = self._cards.get(picture)
        if entry is not None:
            self._cards.move_to_end(picture)
        return picture in self._unknown or (entry is not None and entry[0] == self._age)

    def _ask(self) -> None:
        if self._is_asking or not self._wanted:
            return
        block, self._wanted = self._wanted[:BLOCK], self._wanted[BLOCK:]
        self._is_asking = True
        question = _Cards(tuple(block), self._age, self.counts_stacks)
        self._keeper.ask(question, self._on_cards, self._on_failed)

    @Slot(object)
    def _on_cards(self, answer: tuple[_Cards, tuple[Card, ...]]) -> None:
        asked, cards = answer
        self._is_asking = False
        for card in cards:
            self._cards[card.id] = (asked.age, card)
            self._cards.move_to_end(card.id)
        if asked.age == self._age:
            self._unknown.update(set(asked.pictures).difference(card.id for card in cards))
        while len(self._cards) > KEPT:
            self._cards.popitem(last=False)
        self._ask()
        self.arrived.emit()

    @Slot(object)
    def _on_failed(self, failure: Failure) -> None:
        self._is_asking = False
        self._wanted.clear()  # who goes on looking asks again
        self.failed.emit(failure)


class _Cards:
    def __init__(self, pictures: tuple[int, ...], age: int, counts_stacks: bool) -> None:
        self.pictures = pictures
        self.age = age
        self._counts_stacks = counts_stacks

    def __call__(self, library: Library) -> tuple[_Cards, tuple[Card, ...]]:
        return self, library.cards(self.pictures, stacks=self._counts_stacks)
