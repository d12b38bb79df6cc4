"""Pictures as the page shows them, read from the rows: cards, details, shelves."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable
from typing import Any

import apsw

from wurstdesk.errors import RequestError, StorageError
from wurstdesk.gallery.json_text import clean_text, finite_numbers, from_json
from wurstdesk.gallery.library_order import BY_DAY, LISTED
from wurstdesk.gallery.records import Album, Card, Details, SavedSearch, Shelves, Sort
from wurstdesk.gallery.rows import PathNames
from wurstdesk.generation import GenerationRequest, Provenance

_CARD = (
    "id, path, content_hash, created, width, height, seed, prompt, rating, favourite, verdict,"
    " missing, trashed, request"
)
_TRASH = "SELECT id FROM pictures WHERE trashed IS NOT NULL"
_STACK_SIZE = (
    "CASE stack_key WHEN '' THEN 1 ELSE max(1, (SELECT count(*) FROM pictures other"
    " WHERE other.stack_key = pictures.stack_key AND other.trashed IS NULL)) END"
)


def cards(
    connection: apsw.Connection, names: PathNames, ids: Iterable[int], *, stacks: bool = False
) -> tuple[Card, ...]:
    """One for each id that is known, in the order of ``ids``; each stack's size with ``stacks``."""
    wanted = list(ids)
    found = connection.execute(
        f"SELECT {_CARD}, {_STACK_SIZE if stacks else '1'} FROM pictures"
        " WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(wanted),),
    )
    by_id = {row[0]: _card(names, row) for row in found}
    return tuple(by_id[number] for number in wanted if number in by_id)


def trashed_before(connection: apsw.Connection, names: PathNames, moment: str) -> tuple[Card, ...]:
    """Pictures that are in the trash since before that moment, the oldest there first."""
    found = connection.execute(
        f"SELECT {_CARD}, 1 FROM pictures WHERE trashed < ? ORDER BY trashed, id", (moment,)
    )
    return tuple(_card(names, row) for row in found)


def details(connection: apsw.Connection, names: PathNames, picture: int) -> Details:
    """All that is known of one picture; ``StorageError`` for an unknown id."""
    found = connection.execute(
        f"SELECT {_CARD}, {_STACK_SIZE}, source, negative_prompt, file_size, provenance, seconds,"
        " notes, metadata, parent, ifnull(trashed, ''),"
        " ifnull((SELECT length(data) FROM negatives.latents WHERE hash = negative), 0)"
        " FROM pictures WHERE id = ?",
        (picture,),
    ).fetchone()
    if found is None:
        raise StorageError(f"There is no picture number {picture} in the gallery.")
    source, negative_prompt, file_size, provenance, seconds, notes, metadata, parent = found[15:23]
    return Details(
        _card(names, found[:15]),
        source,
        negative_prompt,
        file_size,
        _provenance(provenance),
        finite_numbers(from_json(seconds)),
        tuple(clean_text(note) for note in from_json(notes) or ()),
        _parameters(metadata),
        _tags_of(connection, picture),
        _numbers(connection, "SELECT album FROM album_pictures WHERE picture = ?", picture),
        parent,
        _numbers(connection, "SELECT id FROM pictures WHERE parent = ? ORDER BY created", picture),
        negative_bytes=found[24],
        trashed=found[23],
    )


def shelves(connection: apsw.Connection) -> Shelves:
    """How many pictures of each kind there are, and what the person made to find them."""
    counts: tuple[Any, ...] = connection.execute(
        f"SELECT (SELECT count(*) {BY_DAY}),"
        " (SELECT count(*) FROM pictures WHERE favourite = 1 AND trashed IS NULL),"
        " (SELECT count(*) FROM pictures WHERE verdict = -1 AND trashed IS NULL),"
        " (SELECT count(*) FROM pictures WHERE missing IS NOT NULL AND trashed IS NULL),"
        " (SELECT count(*) FROM pictures WHERE trashed IS NOT NULL)"
    ).fetchall()[0]
    pictures, favourites, rejected, missing, trashed = counts
    searches = connection.execute(
        "SELECT id, name, text, sort FROM saved_searches ORDER BY name COLLATE NOCASE"
    )
    return Shelves(
        pictures,
        favourites,
        rejected,
        missing,
        trashed,
        albums(connection),
        tuple(SavedSearch(i, name, text, _sort(sort)) for i, name, text, sort in searches),
        tags_like(connection, "", -1),
    )


def albums(connection: apsw.Connection) -> tuple[Album, ...]:
    """All of them, by name."""
    found = connection.execute(
        "SELECT id, name, count(picture) FROM albums LEFT JOIN album_pictures"
        f" ON album = id AND picture NOT IN ({_TRASH}) GROUP BY id ORDER BY name COLLATE NOCASE"
    )
    return tuple(Album(*row) for row in found)


def tags_like(connection: apsw.Connection, prefix: str, limit: int) -> tuple[tuple[str, int], ...]:
    """Tags that begin so, with how many pictures outside the trash have each, where any do.

    All with a limit of -1.
    """
    found = connection.execute(
        "SELECT name, count(picture) FROM tags LEFT JOIN picture_tags"
        f" ON tag = id AND picture NOT IN ({_TRASH})"
        " WHERE substr(name, 1, length(?1)) = ?1 COLLATE NOCASE"
        " GROUP BY id HAVING count(picture) > 0 ORDER BY name COLLATE NOCASE LIMIT ?2",
        (clean_text(prefix), limit),
    )
    return tuple((name, count) for name, count in found)


def names_of(connection: apsw.Connection, field: str) -> list[tuple[str, int]]:
    """What a filter by name may name, with how many pictures each has."""
    if field == "tag":
        return list(tags_like(connection, "", -1))
    if field == "album":
        return [(album.name, album.count) for album in albums(connection)]
    found = connection.execute(
        f"SELECT checkpoint_name, count(*) {LISTED} AND checkpoint_name <> '' GROUP BY 1"
    )
    return [(name, count) for name, count in found]


def stack_of(connection: apsw.Connection, picture: int) -> array[int]:
    """Pictures that differ from it only in the seed, itself among them, newest first."""
    found = connection.execute(
        "SELECT other.id FROM pictures this JOIN pictures other ON other.id = this.id"
        " OR (this.stack_key <> '' AND other.stack_key = this.stack_key AND other.trashed IS NULL)"
        " WHERE this.id = ? ORDER BY other.created DESC, other.id DESC",
        (picture,),
    )
    return array("q", [number for (number,) in found])


def thumbnail(connection: apsw.Connection, content_hash: str, side: int) -> bytes | None:
    """The small copy of that side; None where it is still to be made."""
    image: bytes | None = connection.execute(
        "SELECT image FROM thumbnails.images WHERE content_hash = ? AND side = ?",
        (content_hash, side),
    ).get
    return image


def _card(names: PathNames, row: tuple[Any, ...]) -> Card:
    (number, path, content_hash, created, width, height, seed, prompt, rating, favourite, verdict,
     missing, trashed, request, stack_size) = row  # fmt: skip
    return Card(
        number,
        names.path(path) if path is not None else None,
        content_hash,
        created,
        width,
        height,
        seed,
        prompt,
        rating,
        bool(favourite),
        verdict,
        missing is not None,
        trashed is not None,
        stack_size,
        _request(request),
    )


def _request(text: str | None) -> GenerationRequest | None:
    if text is None:
        return None
    try:
        return GenerationRequest.from_dict(from_json(text))
    except RequestError:
        return None  # of a newer version


def _provenance(text: str | None) -> Provenance | None:
    fields = from_json(text) if text is not None else None
    try:
        return Provenance(**fields) if isinstance(fields, dict) else None
    except TypeError:
        return None  # of a newer version


def _parameters(text: str | None) -> dict[str, str]:
    fields = from_json(text) if text is not None else None
    found = fields.get("parameters") if isinstance(fields, dict) else None
    if not isinstance(found, dict):
        return {}
    return {clean_text(name): clean_text(value) for name, value in found.items()}


def _sort(text: str) -> Sort:
    return Sort(text) if text in set(Sort) else Sort.NEWEST


def _tags_of(connection: apsw.Connection, picture: int) -> tuple[str, ...]:
    found = connection.execute(
        "SELECT name FROM picture_tags JOIN tags ON id = tag WHERE picture = ?"
        " ORDER BY name COLLATE NOCASE",
        (picture,),
    )
    return tuple(name for (name,) in found)


def _numbers(connection: apsw.Connection, question: str, picture: int) -> tuple[int, ...]:
    return tuple(number for (number,) in connection.execute(question, (picture,)))
