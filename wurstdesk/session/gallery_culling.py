"""Going through pictures one by one: keep, reject, next. What is decided is written at once."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from wurstdesk.gallery.library import Library
from wurstdesk.gallery.records import Card, Edit
from wurstdesk.session.gallery_edits import EditedView, GalleryEdits, edited
from wurstdesk.session.gallery_images import GalleryImages
from wurstdesk.session.keeper import LibraryKeeper

AHEAD = 4
"""Pictures that are read before one comes to them."""
_BEHIND = 1
BLOCK = 60
"""Cards that are read at once, around the one that is looked at."""


class Culling(QObject):
    """Goes through ``ids``; the picture at ``index`` is looked at. Nothing before ``start()``."""

    changed = Signal()
    """Another picture, or what is said about one."""
    image_read = Signal()
    """``image`` is there."""
    ended = Signal()
    """The person is through, or has had enough."""

    def __init__(
        self,
        view: EditedView,
        edits: GalleryEdits,
        images: GalleryImages,
        keeper: LibraryKeeper,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._view = view
        self._edits = edits
        self._images = images
        self._keeper = keeper
        self._cards: dict[int, Card] = {}
        self._asked: set[int] = set()
        self._decided: dict[int, None] = {}  # in the order of the decisions
        self._steps: list[tuple[int, object]] = []  # where one was at each edit, and which it is
        self.ids: Sequence[int] = array("q")
        self.index = 0
        self.is_active = False
        images.read.connect(self._on_image)
        edits.written.connect(self._on_written)
        edits.changed.connect(self._on_steps)

    # -- what is looked at ------------------------------------------------------------------

    @property
    def card(self) -> Card | None:
        """The picture that is looked at; None until it was read."""
        return self.card_of(self.ids[self.index]) if self.ids else None

    def card_of(self, picture_id: int) -> Card | None:
        """Any of them, as it is by now."""
        return self._view.card(picture_id) or self._cards.get(picture_id)

    @property
    def image(self) -> QImage | None:
        """The picture that is looked at; None until it was read."""
        return self._images.find(self.ids[self.index]) if self.ids else None

    @property
    def kept(self) -> tuple[int, ...]:
        """What was kept in this round."""
        return self._with_verdict(1)

    @property
    def rejected(self) -> tuple[int, ...]:
        """What was rejected in this round, and is not in the trash yet."""
        return self._with_verdict(-1)

    def _with_verdict(self, verdict: int) -> tuple[int, ...]:
        cards = (self.card_of(picture_id) for picture_id in self._decided)
        return tuple(c.id for c in cards if c and c.verdict == verdict and not c.is_trashed)

    @property
    def is_last(self) -> bool:
        """Whether none comes after this."""
        return self.index >= len(self.ids) - 1

    # -- going through ----------------------------------------------------------------------

    def start(self, ids: Sequence[int], index: int = 0) -> None:
        """Begin with one of these."""
        if not ids:
            return
        self.ids, self.index = ids, min(max(index, 0), len(ids) - 1)
        self._cards.clear()
        self._asked.clear()
        self._decided.clear()
        self._steps.clear()
        self.is_active = True
        self._look()

    def go(self, index: int) -> None:
        """Look at another one."""
        index = min(max(index, 0), len(self.ids) - 1)
        if self.is_active and index != self.index:
            self.index = index
            self._look()

    @Slot()
    def go_forward(self) -> None:
        """To the next one."""
        self.go(self.index + 1)

    @Slot()
    def go_back(self) -> None:
        """To the one before."""
        self.go(self.index - 1)

    @Slot()
    def keep(self) -> None:
        """Keep it, and go on."""
        self._decide(1)

    @Slot()
    def reject(self) -> None:
        """Reject it, and go on."""
        self._decide(-1)

    def rate(self, rating: int) -> None:
        """Give it stars, and stay."""
        card = self.card
        if self.is_active and card is not None:
            self._edits.rate((card.id,), rating)
            self._note_step(Edit("rating", {card.id: rating}))

    @Slot()
    def favourite(self) -> None:
        """Make it a favourite, or no longer, and stay."""
        card = self.card
        if self.is_active and card is not None:
            is_favourite = not card.is_favourite
            self._edits.favourite((card.id,), is_favourite)
            self._note_step(Edit("favourite", {card.id: is_favourite}))

    @Slot()
    def undo(self) -> None:
        """Take the last decision or mark of this round back, and look at its picture."""
        if self.is_active and self.can_undo:
            self.index, _ = self._steps.pop()
            self._edits.undo()
            self._look()

    @property
    def can_undo(self) -> bool:
        """Whether what was done last was done in this round."""
        return bool(self._steps) and self._steps[-1][1] is self._edits.last_step

    @Slot()
    def end(self) -> None:
        """Enough."""
        if self.is_active:
            self.is_active = False
            self.ended.emit()

    def _decide(self, verdict: int) -> None:
        card = self.card
        if not self.is_active or card is None:
            return
        self._decided[card.id] = None
        self._edits.verdict((card.id,), verdict)
        self._note_step(Edit("verdict", {card.id: verdict}))
        if self.is_last:
            self.end()
        else:
            self.go_forward()

    def _note_step(self, edit: Edit) -> None:
        self._steps.append((self.index, self._edits.last_step))
        self._take(edit)
        self.changed.emit()

    def _take(self, edit: Edit) -> None:
        """The view knows what was done to its own cards; these are beside it."""
        for picture_id in edit.values.keys() & self._cards.keys():
            self._cards[picture_id] = edited(self._cards[picture_id], edit)

    @Slot()
    def _on_steps(self) -> None:
        """What was taken back elsewhere is none of this round's any more."""
        while self._steps and not self._edits.has_done(self._steps[-1][1]):
            self._steps.pop()

    # -- reading ahead ----------------------------------------------------------------------

    def _look(self) -> None:
        """Read what is looked at and what comes next, and the cards around."""
        low = max(0, self.index - BLOCK // 2)
        around = self.ids[low : self.index + BLOCK]
        wanted = [n for n in around if n not in self._asked and self.card_of(n) is None]
        if wanted:
            self._asked.update(wanted)
            self._keeper.ask(_Cards(tuple(wanted)), self._on_cards)
        self._read_ahead()
        self.changed.emit()

    def _read_ahead(self) -> None:
        behind = self.ids[max(0, self.index - _BEHIND) : self.index]
        ahead = self.ids[self.index : self.index + 1 + AHEAD]
        cards = [self.card_of(picture_id) for picture_id in (*ahead, *behind)]
        self._images.want(card for card in cards if card is not None)

    @Slot(object)
    def _on_cards(self, cards: tuple[Card, ...]) -> None:
        self._cards.update((card.id, card) for card in cards)
        self._view.show_cards(cards)
        if self.is_active:
            self._read_ahead()
            self.changed.emit()

    @Slot(object)
    def _on_written(self, edit: Edit) -> None:
        self._take(edit)
        if self.is_active:
            self.changed.emit()

    @Slot(int)
    def _on_image(self, picture_id: int) -> None:
        if self.is_active and self.ids[self.index] == picture_id:
            self.image_read.emit()


@dataclass(frozen=True, slots=True)
class _Cards:
    """For the keeper's thread."""

    ids: tuple[int, ...]

    def __call__(self, library: Library) -> tuple[Card, ...]:
        return library.cards(self.ids)
