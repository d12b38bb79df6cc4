"""What the gallery answers: cards for tiles, details, results of a search, edits.

Plain data, made in the thread that asks and handed to others.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Literal

from wurstdesk.gallery.image_metadata import Source
from wurstdesk.generation import GenerationRequest, Provenance


class Sort(StrEnum):
    """In which order pictures are shown. Those alike in it stand newest first."""

    NEWEST = "newest"
    OLDEST = "oldest"
    BEST = "best"
    """By rating."""
    LARGEST = "largest"
    SEED = "seed"
    MATCH = "match"
    """By how well the words are met, where there are any; else the newest first."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked: ``text`` as somebody types it, within an album or everywhere.

    ``stacks`` shows of pictures that differ only in their seed one, the newest (or, once somebody
    rated them, the best).
    """

    text: str = ""
    album: int | None = None
    sort: Sort = Sort.NEWEST
    stacks: bool = False


@dataclass(frozen=True, slots=True)
class DayGroup:
    """``count`` pictures in a row of one day, ISO 8601; "" where the order is not by day."""

    day: str
    count: int


@dataclass(frozen=True, slots=True)
class Found:
    """The pictures that answer a query, all of them, in order.

    ``groups`` follow each other and add up to ``ids``. ``remark`` says what of the text was taken
    for plain words although it looked like more; "" as a rule.
    """

    query: Query
    ids: array[int]
    groups: tuple[DayGroup, ...] = ()
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """What a tile shows. ``path`` is None where another picture took the file's place."""

    id: int
    path: Path | None
    content_hash: str
    created: str
    width: int
    height: int
    seed: int | None
    prompt: str
    rating: int = 0
    is_favourite: bool = False
    verdict: int = 0
    """1 kept, -1 rejected, 0 not looked at."""
    is_missing: bool = False
    is_trashed: bool = False
    stack_size: int = 1
    request: GenerationRequest | None = None
    """None for other programs' pictures, and for those that only a newer version can read."""


@dataclass(frozen=True, slots=True)
class Details:
    """All that is known of one picture."""

    card: Card
    source: Source
    negative_prompt: str
    file_size: int
    provenance: Provenance | None
    seconds: Mapping[str, float]
    notes: tuple[str, ...]
    parameters: Mapping[str, str]
    """Of other programs' pictures, named as A1111 names them."""
    tags: tuple[str, ...] = ()
    albums: tuple[int, ...] = ()
    parent: int | None = None
    children: tuple[int, ...] = ()
    negative_bytes: int = 0
    """0 where no negative was kept."""
    trashed: str = ""
    """Since when it is in the trash, UTC; "" where it is not."""


@dataclass(frozen=True, slots=True)
class Album:
    """A person's collection; ``count`` leaves out what is in the trash."""

    id: int
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search to be made again."""

    id: int
    name: str
    text: str
    sort: Sort


@dataclass(frozen=True, slots=True)
class Shelves:
    """What stands beside the grid: how many pictures of each kind, albums, searches, tags."""

    pictures: int = 0
    favourites: int = 0
    rejected: int = 0
    missing: int = 0
    trashed: int = 0
    albums: tuple[Album, ...] = ()
    searches: tuple[SavedSearch, ...] = ()
    tags: tuple[tuple[str, int], ...] = ()


EditKind = Literal["rating", "favourite", "verdict", "trashed", "tag", "album"]


@dataclass(frozen=True, slots=True)
class Edit:
    """A change to pictures that can be taken back.

    ``values`` holds for each picture what it shall be: a rating, 0 or 1, a verdict, a moment in
    UTC or None for ``trashed``, and for ``tag`` and ``album`` whether it has it; ``name`` is the
    tag's, ``album`` the album's id.
    """

    kind: EditKind
    values: Mapping[int, int | str | bool | None] = field(default_factory=dict)
    name: str = ""
    album: int | None = None
