"""The rows of the gallery: what SQL there is, and nothing about files.

Paths are kept as text with slashes, relative to the folder in which the database's own lies (so
that a home on a stick can be carried elsewhere), absolute otherwise. Never relative to the pictures
folder: that is a setting, and a change of it must not lose what was saved before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import apsw

from wurstdesk.errors import RequestError, StorageError
from wurstdesk.gallery.json_text import from_json, to_json
from wurstdesk.generation import GenerationRequest, LatentsBlob, Provenance, SavedPicture


class PathNames:
    """How paths are written in the rows of ``database``, and read again."""

    def __init__(self, database: Path) -> None:
        self._root = database.parent.parent

    def name(self, path: Path) -> str:
        """The text for ``path``, which is resolved; ``StorageError`` where its name is no text."""
        try:
            name = path.relative_to(self._root).as_posix()
        except ValueError:
            name = path.as_posix()
        try:
            name.encode()
        except UnicodeEncodeError:
            raise StorageError(
                f"The name {str(path)!a} holds bytes that are no text.", "Choose another name."
            ) from None
        return name

    def path(self, name: str) -> Path:
        """The inverse of :meth:`name`."""
        return self._root / name


@dataclass(frozen=True)
class PictureRow:
    """All that is noted of a picture. ``path`` is as ``PathNames.name`` writes it."""

    path: str
    content_hash: str
    file_size: int
    created: str
    request: GenerationRequest
    provenance: Provenance
    seconds: dict[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    latents: LatentsBlob | None = None
    thumbnail: bytes | None = None


_Values = dict[str, str | int | None]


def add(connection: apsw.Connection, row: PictureRow) -> int:
    """Note a picture and return its id; within ``schema.immediate``, as every write here.

    Where its file took an older picture's place, that one stays without a file. Where the very
    same file is noted already (another process adopted it between its birth and this row), that
    row is completed.
    """
    found = connection.execute(
        "SELECT id, content_hash, negative FROM pictures WHERE path = ?", (row.path,)
    ).fetchone()
    negative = None
    if found and found[1] != row.content_hash:
        connection.execute("UPDATE pictures SET path = NULL WHERE id = ?", (found[0],))
    elif found:
        negative = found[2]
    if negative is None and row.latents is not None:
        negative = _add_negative(connection, row.latents, row.created)
    picture = _upsert(connection, _values(row) | {"negative": negative})
    if row.thumbnail is not None:
        connection.execute(
            "INSERT OR REPLACE INTO thumbnails (picture, image) VALUES (?, ?)",
            (picture, row.thumbnail),
        )
    return picture


def _upsert(connection: apsw.Connection, values: _Values) -> int:
    columns = ", ".join(values)
    places = ", ".join("?" * len(values))
    changes = ", ".join(f"{name} = excluded.{name}" for name in values if name != "path")
    picture: int = connection.execute(
        f"INSERT INTO pictures ({columns}) VALUES ({places})"
        f" ON CONFLICT (path) DO UPDATE SET {changes} RETURNING id",
        tuple(values.values()),
    ).get
    return picture


def _add_negative(connection: apsw.Connection, latents: LatentsBlob, created: str) -> int:
    connection.execute(
        "INSERT INTO negatives (created, channels, height, width, dtype, data)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (created, *latents.shape, latents.dtype, latents.data),
    )
    return connection.last_insert_rowid()


def _values(row: PictureRow) -> _Values:
    request, made = row.request, row.provenance
    return {
        "path": row.path,
        "content_hash": row.content_hash,
        "file_size": row.file_size,
        "created": row.created,
        "request": to_json(request.to_dict()),
        "prompt": request.prompt,
        "negative_prompt": request.negative_prompt,
        "seed": request.seed,
        "width": request.width,
        "height": request.height,
        "checkpoint_name": _storable(made.checkpoint_name),
        "checkpoint_hash": made.checkpoint_hash,
        "device": made.device,
        "dtype": made.dtype,
        "threads": made.threads,
        "versions": to_json(made.versions),
        "seconds": to_json(row.seconds),
        "notes": to_json(list(row.notes)),
    }


def _storable(text: str) -> str:
    """Text that SQLite takes: a folder's name may hold bytes that are none."""
    return text.encode("utf-8", "replace").decode("utf-8")


def recent(connection: apsw.Connection, names: PathNames, limit: int) -> list[SavedPicture]:
    """The newest pictures that have a file, newest first.

    Those whose request only a newer version can read are left out.
    """
    found = connection.execute(
        "SELECT id, path, request, created FROM pictures WHERE path IS NOT NULL"
        " ORDER BY created DESC, id DESC LIMIT ?",
        (limit,),
    )
    pictures = []
    for picture, path, request, created in found:
        try:
            readable = GenerationRequest.from_dict(from_json(request))
        except RequestError:
            continue
        pictures.append(SavedPicture(picture, names.path(path), readable, created))
    return pictures


def recent_seeds(connection: apsw.Connection, limit: int) -> list[int]:
    """The seeds used last, each once, newest first."""
    found = connection.execute(
        "SELECT seed FROM pictures GROUP BY seed ORDER BY max(created) DESC, max(id) DESC LIMIT ?",
        (limit,),
    )
    return [seed for (seed,) in found]


def request_of(connection: apsw.Connection, picture: int) -> GenerationRequest:
    """The whole request of one picture; ``StorageError`` for an unknown id."""
    found = connection.execute("SELECT request FROM pictures WHERE id = ?", (picture,)).fetchone()
    if not found:
        raise StorageError(f"There is no picture number {picture} in the gallery.")
    return GenerationRequest.from_dict(from_json(found[0]))


def latents_of(connection: apsw.Connection, picture: int) -> LatentsBlob | None:
    """The negative of one picture, if it was kept."""
    found = connection.execute(
        "SELECT channels, n.height, n.width, n.dtype, data"
        " FROM pictures JOIN negatives n ON n.id = negative WHERE pictures.id = ?",
        (picture,),
    ).fetchone()
    if not found:
        return None
    channels, height, width, dtype, data = found
    return LatentsBlob((channels, height, width), dtype, data)


def thumbnail_of(connection: apsw.Connection, picture: int) -> bytes | None:
    """The small WebP of one picture, if it was made."""
    thumbnail: bytes | None = connection.execute(
        "SELECT image FROM thumbnails WHERE picture = ?", (picture,)
    ).get
    return thumbnail


def is_empty(connection: apsw.Connection) -> bool:
    """Whether no picture was ever noted."""
    return not connection.execute("SELECT EXISTS (SELECT 1 FROM pictures)").get


def known_names(connection: apsw.Connection) -> list[str]:
    """The path of every picture that has one."""
    found = connection.execute("SELECT path FROM pictures WHERE path IS NOT NULL")
    return [name for (name,) in found]


def same_content(connection: apsw.Connection, content_hash: str) -> list[tuple[int, str | None]]:
    """Id and path of each picture whose file had this content."""
    found = connection.execute(
        "SELECT id, path FROM pictures WHERE content_hash = ?", (content_hash,)
    )
    return [(picture, name) for picture, name in found]


def set_path(connection: apsw.Connection, picture: int, name: str) -> None:
    """Note where a picture's file is now."""
    connection.execute("UPDATE pictures SET path = ? WHERE id = ?", (name, picture))


def strangers(connection: apsw.Connection) -> dict[str, tuple[int, int]]:
    """Files in the pictures folder that are not to be noted: size and time of change by name."""
    found = connection.execute("SELECT path, file_size, modified_ns FROM strangers")
    return {name: (size, modified) for name, size, modified in found}


def add_stranger(connection: apsw.Connection, name: str, mark: tuple[int, int]) -> None:
    """Remember such a file, so that the next start need not read it."""
    connection.execute(
        "INSERT OR REPLACE INTO strangers (path, file_size, modified_ns) VALUES (?, ?, ?)",
        (name, *mark),
    )
