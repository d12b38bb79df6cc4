"""What the person does to pictures of the gallery: rate, tag, put into albums or the trash; undo.

What was done is seen at once, and written beside the window. Where it cannot be written the
pictures are shown again as they are. Each step can be taken back, and done again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from PySide6.QtCore import QObject, Signal, Slot

from wurstdesk.gallery.image_metadata import utc_text
from wurstdesk.gallery.library import Library
from wurstdesk.gallery.records import Card, Edit, EditKind
from wurstdesk.session.failures import Failure
from wurstdesk.session.gallery_words import step_words
from wurstdesk.session.keeper import LibraryKeeper

STEPS_KEPT = 200
"""Of what was done; older steps can no longer be taken back."""

Moment = Callable[[], datetime]


class EditedView(Protocol):
    """What shows the pictures while they are edited."""

    def card(self, picture_id: int) -> Card | None:
        """A picture as it is shown; None where it was not read yet."""

    def show_cards(self, cards: Iterable[Card]) -> None:
        """Show these in place of those of the same ids."""

    def take_out(self, ids: Sequence[int]) -> None:
        """Show them no longer; the one after the current one becomes current."""

    def read_anew(self) -> None:
        """Ask again which pictures there are."""


class TrashAsker(Protocol):
    """Asks the person before favourites go to the trash."""

    def ask(self, favourites: int, pictures: int, answer: Callable[[bool], None]) -> None:
        """``answer`` gets whether they shall go; it may be called later, or never."""


@dataclass(eq=False, slots=True)
class _Step:
    """One thing that was done. What takes it back is known once it is written, in the keeper's
    thread, which writes one step after the other."""

    text: str
    edit: Edit
    inverse: Edit | None = None


@dataclass(frozen=True, slots=True)
class _Pending:
    """A step on its way to the database, or its taking back, and how the pictures were before."""

    step: _Step
    before: tuple[Card, ...]
    is_undo: bool = False


class GalleryEdits(QObject):
    """Edits pictures by ``keeper``; ``view`` shows them."""

    changed = Signal()
    """What can be undone or done again."""
    written = Signal(object)
    """``Edit``: it is in the database now."""
    brought_back = Signal(object)
    """The ids (tuple) of pictures that came out of the trash because their deletion was undone."""
    told = Signal(str)
    """A passing remark."""
    failed = Signal(object)
    """``Failure``: what was done is not kept."""

    def __init__(
        self,
        keeper: LibraryKeeper,
        view: EditedView,
        parent: QObject | None = None,
        *,
        now: Moment = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(parent)
        self._keeper = keeper
        self._view = view
        self._now = now
        self._done: list[_Step] = []
        self._undone: list[_Step] = []
        self._pending: deque[_Pending] = deque()  # answers come in the order of the questions
        self.asker: TrashAsker | None = None
        """Without one favourites go like others."""

    # -- edits ------------------------------------------------------------------------------

    def rate(self, ids: Sequence[int], rating: int) -> None:
        """Give pictures a number of stars, 0 to 5."""
        self._set("rating", ids, min(max(rating, 0), 5))

    def favourite(self, ids: Sequence[int], is_favourite: bool) -> None:
        """Make pictures favourites, or no longer."""
        self._set("favourite", ids, int(is_favourite))

    def verdict(self, ids: Sequence[int], verdict: int) -> None:
        """1 keeps pictures, -1 rejects them, 0 takes that back."""
        self._set("verdict", ids, min(max(verdict, -1), 1))

    def tag(self, ids: Sequence[int], name: str) -> None:
        """Give pictures a tag."""
        self._mark("tag", ids, True, name=" ".join(name.split()))

    def untag(self, ids: Sequence[int], name: str) -> None:
        """Take a tag away."""
        self._mark("tag", ids, False, name=name)

    def put_in(self, ids: Sequence[int], album: int, name: str = "") -> None:
        """Put pictures into an album; ``name`` is for the words."""
        self._mark("album", ids, True, name=name, album=album)

    def take_out(self, ids: Sequence[int], album: int, name: str = "") -> None:
        """Take pictures out of an album."""
        self._mark("album", ids, False, name=name, album=album)

    def restore(self, ids: Sequence[int]) -> None:
        """Bring pictures back from the trash."""
        self._set("trashed", ids, None)

    def trash(self, ids: Sequence[int], *, asks: bool = True) -> None:
        """Put pictures into the trash; if there are favourites among them, ask first."""
        if not ids:
            return
        if not asks or self.asker is None:
            self._trash_now(ids)
            return
        cards = [self._view.card(picture_id) for picture_id in ids]
        if None in cards:  # not all of them were looked at
            self._keeper.ask(_Cards(tuple(ids)), self._ask_about)
        else:
            self._ask_about([card for card in cards if card is not None])

    @Slot(object)
    def _ask_about(self, cards: Sequence[Card]) -> None:
        ids = tuple(card.id for card in cards)
        favourites = sum(card.is_favourite for card in cards)
        if favourites and self.asker is not None:
            self.asker.ask(favourites, len(ids), _Answer(self, ids))
        else:
            self._trash_now(ids)

    def _trash_now(self, ids: Sequence[int]) -> None:
        self._set("trashed", ids, utc_text(self._now()))

    def _set(self, kind: EditKind, ids: Sequence[int], value: int | str | None) -> None:
        if ids:
            self._do(Edit(kind, dict.fromkeys(ids, value)))

    def _mark(
        self,
        kind: EditKind,
        ids: Sequence[int],
        is_marked: bool,
        *,
        name: str = "",
        album: int | None = None,
    ) -> None:
        if ids and (name or album is not None):
            self._do(Edit(kind, dict.fromkeys(ids, is_marked), name=name, album=album))

    # -- carrying them out ------------------------------------------------------------------

    def _do(self, edit: Edit) -> None:
        step = _Step(step_words(edit), edit)
        self._undone.clear()
        self._carry_out(step)
        if edit.kind == "trashed":
            self.told.emit(step.text)

    def _carry_out(self, step: _Step) -> None:
        self._done.append(step)
        del self._done[:-STEPS_KEPT]
        self._pending.append(_Pending(step, self._show(step.edit)))
        self._keeper.ask(_Write(step), self._on_written, self._on_refused)
        self.changed.emit()

    def _show(self, edit: Edit) -> tuple[Card, ...]:
        """Show the pictures as they will be; how they were."""
        before = tuple(filter(None, map(self._view.card, edit.values)))
        self._view.show_cards([edited(card, edit) for card in before])
        if edit.kind == "trashed":
            self._view.take_out(tuple(edit.values))
        return before

    def _show_as_before(self, pending: _Pending) -> tuple[Card, ...]:
        """Show the pictures as they were before a step, and only in what it changed; how they
        were shown by now."""
        kind = pending.step.edit.kind
        now = [(self._view.card(card.id), card) for card in pending.before]
        shown = [(card, was) for card, was in now if card is not None]
        self._view.show_cards([_as_before(card, was, kind) for card, was in shown])
        return tuple(card for card, _ in shown)

    @Slot(object)
    def _on_written(self, edit: Edit) -> None:
        self._pending.popleft()
        if edit.kind in {"trashed", "album"}:
            self._view.read_anew()
        self.written.emit(edit)

    @Slot(object)
    def _on_refused(self, failure: Failure) -> None:
        """The pictures are what they were, and so is what can be undone."""
        refused = self._pending.popleft()
        step = refused.step
        for steps in (self._done, self._undone):
            if step in steps:
                steps.remove(step)
        if refused.is_undo:
            self._done.append(step)
        self._show_as_before(refused)
        self._view.read_anew()
        self.failed.emit(failure)
        self.changed.emit()

    @property
    def is_pending(self) -> bool:
        """Whether something that is shown is not written yet."""
        return bool(self._pending)

    # -- undo -------------------------------------------------------------------------------

    @property
    def undo_text(self) -> str:
        """What would be taken back; "" for nothing."""
        return self._done[-1].text if self._done else ""

    @property
    def last_step(self) -> object | None:
        """What would be taken back, to be known again; None for nothing."""
        return self._done[-1] if self._done else None

    def has_done(self, step: object) -> bool:
        """Whether one that was the last step once is done and can still be taken back."""
        return step in self._done

    @property
    def redo_text(self) -> str:
        """What would be done again; "" for nothing."""
        return self._undone[-1].text if self._undone else ""

    @Slot()
    def undo(self) -> None:
        """Take the last step back."""
        if not self._done:
            return
        step = self._done.pop()
        self._undone.append(step)
        if step.inverse is not None:
            before = self._show(step.inverse)
        else:  # it is on its way still, but how the pictures were is known
            sent = next(one for one in self._pending if one.step is step)
            before = self._show_as_before(sent)
        self._pending.append(_Pending(step, before, is_undo=True))
        self._keeper.ask(_TakeBack(step), self._on_taken_back, self._on_refused)
        self.told.emit(self.tr("Undone: {0}").format(step.text))
        self.changed.emit()

    def forget_steps(self) -> None:
        """Nothing can be taken back any more: pictures are gone for good."""
        self._done.clear()
        self._undone.clear()
        self.changed.emit()

    @Slot()
    def redo(self) -> None:
        """Do again what was taken back last."""
        if self._undone:
            step = self._undone.pop()
            self._carry_out(step)
            self.told.emit(self.tr("Done again: {0}").format(step.text))

    @Slot(object)
    def _on_taken_back(self, edit: Edit) -> None:
        cards = filter(None, map(self._view.card, edit.values))
        self._view.show_cards([edited(card, edit) for card in cards])
        self._on_written(edit)
        back = tuple(picture for picture, moment in edit.values.items() if moment is None)
        if edit.kind == "trashed" and back:
            self.brought_back.emit(back)


def edited(card: Card, edit: Edit) -> Card:
    """A card as an edit makes it."""
    if card.id not in edit.values:
        return card
    value = edit.values[card.id]
    if edit.kind == "favourite":
        return replace(card, is_favourite=bool(value))
    if edit.kind == "trashed":
        return replace(card, is_trashed=value is not None)
    number = value if isinstance(value, int) else 0
    if edit.kind == "rating":
        return replace(card, rating=number)
    return replace(card, verdict=number) if edit.kind == "verdict" else card


def _as_before(card: Card, before: Card, kind: EditKind) -> Card:
    if kind == "rating":
        return replace(card, rating=before.rating)
    if kind == "verdict":
        return replace(card, verdict=before.verdict)
    if kind == "favourite":
        return replace(card, is_favourite=before.is_favourite)
    return replace(card, is_trashed=before.is_trashed) if kind == "trashed" else card


@dataclass(frozen=True, slots=True)
class _Answer:
    """What becomes of these pictures once the person has said it; others may be asked about too."""

    edits: GalleryEdits
    ids: tuple[int, ...]

    def __call__(self, is_wanted: bool) -> None:
        if is_wanted:
            self.edits._trash_now(self.ids)


@dataclass(frozen=True, slots=True)
class _Cards:
    """For the keeper's thread."""

    ids: tuple[int, ...]

    def __call__(self, library: Library) -> tuple[Card, ...]:
        return library.cards(self.ids)


@dataclass(frozen=True, slots=True)
class _Write:
    """Carries a step out; from then on it knows what takes it back."""

    step: _Step

    def __call__(self, library: Library) -> Edit:
        self.step.inverse = library.edit(self.step.edit)
        return self.step.edit


@dataclass(frozen=True, slots=True)
class _TakeBack:
    """Takes a step back that was carried out by now."""

    step: _Step

    def __call__(self, library: Library) -> Edit:
        inverse = self.step.inverse
        if inverse is None:  # it was refused: there is nothing to take back
            return replace(self.step.edit, values={})
        library.edit(inverse)
        return inverse
