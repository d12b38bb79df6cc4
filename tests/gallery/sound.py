"""Whether a gallery is sound after what was done to it, and what then stands in it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import apsw

from gallery.places import database, pictures
from wurstdesk.gallery import schema, side_files
from wurstdesk.gallery.desk import GalleryDesk

_STATE = {
    "pictures": "id, path, rating, favourite, request",
    "picture_tags": "picture, tag",
    "tags": "id, name",
    "jobs": "key, position, state",
    "pinned_seeds": "seed, request",
}


def state_of(place: Path) -> dict[str, list[tuple[Any, ...]]]:
    """What stands in the database, once it is known to be sound."""
    return state_in(database(place))


def state_in(file: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The same of a database wherever it is."""
    with closing(apsw.Connection(str(file))) as connection:
        side_files.attach(connection, file)
        for part in ("main", "negatives", "thumbnails"):
            schema.check_integrity(connection, part)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        return {
            table: connection.execute(f"SELECT {columns} FROM {table} ORDER BY 1, 2").fetchall()
            for table, columns in _STATE.items()
        }


def open_desk(place: Path) -> GalleryDesk:
    return GalleryDesk.open(database(place), pictures(place))
