"""Changes that a person makes to pictures, each with what takes it back.

All of it within ``schema.immediate``. Pictures that are as they shall be already are left alone
and stand in no inverse.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

import apsw

from wurstdesk.errors import StorageError
from wurstdesk.gallery import rows
from wurstdesk.gallery.library_shelves import one_line
from wurstdesk.gallery.records import Edit

_Value = int | str | bool | None


def carry_out(connection: apsw.Connection, edit: Edit, now: str) -> Edit:
    """Do it, and return what takes it back."""
    if edit.kind == "tag":
        return _edit_tag(connection, edit)
    if edit.kind == "album":
        return _edit_album(connection, edit, now)
    return _edit_column(connection, edit)


def _edit_column(connection: apsw.Connection, edit: Edit) -> Edit:
    before = _known(connection, edit.kind, edit.values)
    wanted = {picture: _stored(edit.values[picture]) for picture in before}
    changed = {picture: value for picture, value in before.items() if value != wanted[picture]}
    connection.executemany(
        f"UPDATE pictures SET {edit.kind} = ? WHERE id = ?",
        [(wanted[picture], picture) for picture in changed],
    )
    return Edit(edit.kind, changed)


def _edit_tag(connection: apsw.Connection, edit: Edit) -> Edit:
    name = one_line(edit.name)
    if not name:
        raise StorageError("A tag needs a name.")
    if any(edit.values.values()):
        connection.execute("INSERT OR IGNORE INTO tags (name) VALUES (?)", (name,))
    tag: int | None = connection.execute("SELECT id FROM tags WHERE name = ?", (name,)).get
    if tag is None:
        return Edit("tag", {}, name)
    changed = _membership(connection, "picture_tags", {"tag": tag}, edit.values)
    for picture in sorted(changed):  # in falling order the index of words is written out for each
        rows.index_texts(connection, picture)
    connection.execute(
        "DELETE FROM tags WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM picture_tags WHERE tag = ?1)",
        (tag,),
    )
    return Edit("tag", changed, name)


def _edit_album(connection: apsw.Connection, edit: Edit, now: str) -> Edit:
    album = edit.album
    if album is None or not connection.execute("SELECT 1 FROM albums WHERE id = ?", (album,)).get:
        raise StorageError("This album is not there any more.")
    changed = _membership(connection, "album_pictures", {"album": album, "added": now}, edit.values)
    return Edit("album", changed, album=album)


def _membership(
    connection: apsw.Connection,
    table: str,
    owner: Mapping[str, int | str],
    values: Mapping[int, _Value],
) -> dict[int, _Value]:
    """Let pictures belong to ``owner`` or not; returns how those that changed were before.

    The first entry of ``owner`` says to what, the rest is noted beside.
    """
    key, number = next(iter(owner.items()))
    has_it = f"EXISTS (SELECT 1 FROM {table} WHERE {key} = {number} AND picture = pictures.id)"
    changed: dict[int, _Value] = {
        picture: bool(had)
        for picture, had in _known(connection, has_it, values).items()
        if bool(had) != bool(values[picture])
    }
    connection.executemany(
        f"INSERT INTO {table} (picture, {', '.join(owner)}) VALUES (?{', ?' * len(owner)})",
        [(picture, *owner.values()) for picture, had in changed.items() if not had],
    )
    connection.executemany(
        f"DELETE FROM {table} WHERE picture = ? AND {key} = ?",
        [(picture, number) for picture, had in changed.items() if had],
    )
    return changed


def _known(
    connection: apsw.Connection, column: str, pictures: Iterable[int]
) -> dict[int, int | str | None]:
    """What stands in that column for each of the pictures that is there."""
    found = connection.execute(
        f"SELECT id, {column} FROM pictures WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(pictures)),),
    )
    return dict(found)


def _stored(value: _Value) -> int | str | None:
    return int(value) if isinstance(value, bool) else value
