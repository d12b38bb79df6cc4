"""What is known of the pictures that are selected in the gallery, read as the selection changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from PySide6.QtCore import QObject, Signal, SignalInstance, Slot
from PySide6.QtGui import QImage

from wurstdesk.gallery.library import Library
from wurstdesk.gallery.records import Card, Details
from wurstdesk.session.facts import FACTS, fact_value
from wurstdesk.session.failures import Failure
from wurstdesk.session.gallery_images import GalleryImages
from wurstdesk.session.keeper import LibraryKeeper
from wurstdesk.session.made_here import installed_versions

MOST_READ = 200
"""Selected pictures of which all is read: beyond, nobody expects them to have much in common."""
MOST_RELATIVES = 60
_THUMBNAIL = 256

Item = TypeVar("Item")


class Choice(Protocol):
    """Which pictures are selected."""

    changed: SignalInstance

    @property
    def ids(self) -> tuple[int, ...]:
        """All that are selected."""

    @property
    def current(self) -> int | None:
        """The one that the keys are for."""


@dataclass(frozen=True, slots=True)
class Relative:
    """A picture that another was made from, or that was made from it."""

    card: Card
    thumbnail: QImage
    is_parent: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What was read of the pictures ``ids``; of many only the first have ``details``."""

    ids: tuple[int, ...] = ()
    details: tuple[Details, ...] = ()
    relatives: tuple[Relative, ...] = ()
    versions_here: tuple[tuple[str, str], ...] = ()
    """Of what the one picture was made with."""

    @property
    def one(self) -> Details | None:
        """All of the one picture that is selected."""
        return self.details[0] if len(self.ids) == 1 and self.details else None


class ChosenPictures(QObject):
    """Follows a ``choice``; what it asks for goes by the ``keeper``."""

    changed = Signal()
    """Something else is selected, or more is known of it."""
    image_changed = Signal()
    """The one picture's image was read."""
    failed = Signal(object)
    """``Failure``"""

    def __init__(
        self,
        choice: Choice,
        keeper: LibraryKeeper,
        images: GalleryImages,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._choice = choice
        self._keeper = keeper
        self._images = images
        self._asked: tuple[int, ...] | None = None
        self._is_stale = False
        self._beside: int | None = None
        self.known = Known()
        choice.changed.connect(self._on_choice)
        images.read.connect(self._on_image)

    @property
    def ids(self) -> tuple[int, ...]:
        """The pictures it is about: what is selected, or else the current one."""
        if self._beside is not None:
            return (self._beside,)
        current = self._choice.current
        return self._choice.ids or (() if current is None else (current,))

    @property
    def image(self) -> QImage:
        """The one picture's; null until it was read."""
        one = self.known.one
        image = None if one is None else self._images.find(one.card.id)
        return QImage() if image is None else image

    @property
    def is_small(self) -> bool:
        """Whether ``image`` is a thumbnail only: the file is not there."""
        one = self.known.one
        return one is not None and self._images.is_stand_in(one.card.id)

    def look_at(self, picture_id: int) -> None:
        """Look at one that is not among what is selected, until something else is."""
        self._beside = picture_id
        self.read()

    @Slot()
    def _on_choice(self) -> None:
        self._beside = None
        self.read()

    @Slot()
    def read(self) -> None:
        """Read what is selected, now or as soon as the last answer is there."""
        if self._asked is not None:
            self._is_stale = True
            return
        ids = self.ids
        if not ids:
            if self.known.ids:
                self.known = Known()
                self.changed.emit()
            return
        self._asked = ids
        self._keeper.ask(_Read(ids), self._on_known, self._on_failed)

    @Slot(object)
    def _on_known(self, known: Known) -> None:
        self._asked = None
        self.known = known
        if known.one is not None:
            self._images.want([known.one.card])
        self.changed.emit()
        self._go_on()

    @Slot(object)
    def _on_failed(self, failure: Failure) -> None:
        self._asked = None
        self.failed.emit(failure)
        self._go_on()

    def _go_on(self) -> None:
        if self._is_stale:
            self._is_stale = False
            self.read()

    @Slot(int)
    def _on_image(self, picture_id: int) -> None:
        one = self.known.one
        if one is not None and one.card.id == picture_id:
            self.image_changed.emit()


@dataclass(frozen=True, slots=True)
class Shared:
    """What several pictures have in common. None and nothing where they differ.

    ``facts`` are names of ``session.facts``; ``some_tags`` and ``some_albums`` are on some only.
    """

    facts: tuple[str, ...] = ()
    rating: int | None = None
    is_favourite: bool | None = None
    tags: tuple[str, ...] = ()
    some_tags: tuple[str, ...] = ()
    albums: tuple[int, ...] = ()
    some_albums: tuple[int, ...] = ()
    file_size: int = 0


def shared_by(details: Sequence[Details]) -> Shared:
    """What all of these have in common."""
    if not details:
        return Shared()
    requests = [one.card.request for one in details]
    first = requests[0]
    facts: tuple[str, ...] = ()
    if first is not None:
        facts = tuple(
            name
            for name in FACTS
            if all(
                r is not None and fact_value(r, name) == fact_value(first, name) for r in requests
            )
        )
    ratings = {one.card.rating for one in details}
    favourites = {one.card.is_favourite for one in details}
    tags, some_tags = _parted([one.tags for one in details])
    albums, some_albums = _parted([one.albums for one in details])
    return Shared(
        facts,
        ratings.pop() if len(ratings) == 1 else None,
        favourites.pop() if len(favourites) == 1 else None,
        tags,
        some_tags,
        albums,
        some_albums,
        sum(one.file_size for one in details),
    )


def _parted(lists: Sequence[Iterable[Item]]) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """What is in all of them, and what is only in some; in the order of its first coming."""
    every = list(dict.fromkeys(item for items in lists for item in items))
    sets = [set(items) for items in lists]
    common = tuple(item for item in every if all(item in one for one in sets))
    return common, tuple(item for item in every if item not in common)


@dataclass(frozen=True, slots=True)
class _Read:
    """For the keeper's thread."""

    ids: tuple[int, ...]

    def __call__(self, library: Library) -> Known:
        there = [card.id for card in library.cards(self.ids[:MOST_READ])]
        details = tuple(library.details(picture) for picture in there)
        known = Known(self.ids, details)
        one = known.one
        if one is None:
            return known
        names = () if one.provenance is None else tuple(one.provenance.versions)
        versions = tuple(installed_versions(names).items())
        return Known(self.ids, details, _relatives(library, one), versions)


def _relatives(library: Library, one: Details) -> tuple[Relative, ...]:
    parent = () if one.parent is None else (one.parent,)
    found: list[Relative] = []
    for card in library.cards((*parent, *one.children[:MOST_RELATIVES])):
        data = library.thumbnail(card.content_hash, _THUMBNAIL)
        image = QImage.fromData(data) if data else QImage()
        found.append(Relative(card, image, card.id == one.parent))
    return tuple(found)
