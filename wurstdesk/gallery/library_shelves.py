"""Albums, kept searches, and the rows of pictures that are gone for good.

All of it within ``schema.immediate``.
"""

from __future__ import annotations

import json
import unicodedata
from array import array
from collections.abc import Iterable

import apsw

from wurstdesk.errors import StorageError
from wurstdesk.gallery.json_text import clean_text
from wurstdesk.gallery.records import Sort


def add_album(connection: apsw.Connection, name: str, now: str) -> int:
    """A new, empty album of a name that is free."""
    name = _album_name(connection, name, None)
    album: int = connection.execute(
        "INSERT INTO albums (name, created) VALUES (?, ?) RETURNING id", (name, now)
    ).get
    return album


def rename_album(connection: apsw.Connection, album: int, name: str) -> None:
    """Call it otherwise."""
    name = _album_name(connection, name, album)
    connection.execute("UPDATE albums SET name = ? WHERE id = ?", (name, album))
    if not connection.changes():
        raise StorageError("This album is not there any more.")


def remove_album(connection: apsw.Connection, album: int) -> array[int]:
    """Remove an album; returns which pictures were in it."""
    found = connection.execute("SELECT picture FROM album_pictures WHERE album = ?", (album,))
    pictures = array("q", [picture for (picture,) in found])
    connection.execute("DELETE FROM albums WHERE id = ?", (album,))
    return pictures


def keep_search(connection: apsw.Connection, name: str, text: str, sort: Sort) -> int:
    """Keep a search under a name, in place of another of that name."""
    name = one_line(name)
    if not name:
        raise StorageError("A search needs a name to be kept.")
    search: int = connection.execute(
        "INSERT INTO saved_searches (name, text, sort) VALUES (?, ?, ?)"
        " ON CONFLICT (name) DO UPDATE SET name = excluded.name, text = excluded.text,"
        " sort = excluded.sort RETURNING id",
        (name, clean_text(text), sort.value),
    ).get
    return search


def remove_search(connection: apsw.Connection, search: int) -> None:
    """Forget a kept search."""
    connection.execute("DELETE FROM saved_searches WHERE id = ?", (search,))


def forget(connection: apsw.Connection, pictures: Iterable[int]) -> int:
    """Remove those of the pictures that are in the trash, and what nobody else needs of theirs."""
    found = connection.execute(
        "SELECT id, content_hash, negative FROM pictures WHERE trashed IS NOT NULL"
        " AND id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(pictures)),),
    ).fetchall()
    ids = [(row[0],) for row in found]
    connection.executemany("DELETE FROM picture_texts WHERE rowid = ?", ids)
    connection.executemany("DELETE FROM pictures WHERE id = ?", ids)
    connection.executemany(
        "DELETE FROM thumbnails.images WHERE content_hash = ?1"
        " AND NOT EXISTS (SELECT 1 FROM pictures WHERE content_hash = ?1)",
        [(content_hash,) for _, content_hash, _ in found],
    )
    connection.executemany(
        "DELETE FROM negatives.latents WHERE hash = ?1"
        " AND NOT EXISTS (SELECT 1 FROM pictures WHERE negative = ?1)",
        [(negative,) for _, _, negative in found if negative is not None],
    )
    connection.execute("DELETE FROM tags WHERE id NOT IN (SELECT tag FROM picture_tags)")
    return len(ids)


def one_line(name: str) -> str:
    """A name as it is kept: one line without spaces around, of characters that can be shown."""
    shown = (letter if unicodedata.category(letter) not in {"Cc", "Cs"} else " " for letter in name)
    return " ".join("".join(shown).split())


def _album_name(connection: apsw.Connection, name: str, album: int | None) -> str:
    name = one_line(name)
    if not name:
        raise StorageError("An album needs a name.")
    taken = connection.execute(
        "SELECT 1 FROM albums WHERE name = ? AND id IS NOT ?", (name, album)
    ).get
    if taken:
        raise StorageError(f"There is an album “{name}” already.", "Choose another name.")
    return name
