"""The rows of the gallery: what SQL there is, and nothing about files.

Paths are kept as text with slashes, relative to the folder in which the database's own lies (so
that a home on a stick can be carried elsewhere), absolute otherwise. Never relative to the pictures
folder: that is a setting, and a change of it must not lose what was saved before.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TypeVar

import apsw

from wurstdesk.errors import RequestError, StorageError
from wurstdesk.gallery.functions import local_day, stack_key
from wurstdesk.gallery.json_text import from_json, to_json
from wurstdesk.gallery.thumbnails import SIDE
from wurstdesk.generation import GenerationRequest, LatentsBlob, Provenance, SavedPicture

_Value = TypeVar("_Value")


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

    def folder(self, path: Path) -> str:
        """What the names of the files in a folder begin with."""
        name = self.name(path)
        return "" if name == "." else name.removesuffix("/") + "/"

    def path(self, name: str) -> Path:
        """The inverse of :meth:`name`."""
        return self._root / name

    def text(self, name: str) -> str:
        """The same as text, for who has very many of them."""
        return os.path.join(self._root, name)  # noqa: PTH118


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
    negative: str | None = None


_Values = dict[str, str | int | None]
_KEPT = ("path", "negative")


def add(connection: apsw.Connection, row: PictureRow) -> int:
    """Note a picture and return its id; within ``schema.immediate``, as every write here.

    Where its file took an older picture's place, that one stays without a file. Where the very
    same file is noted already (another process adopted it between its birth and this row), that
    row is completed.
    """
    free_place(connection, row.path, row.content_hash)
    values = _values(row)
    columns, places = ", ".join(values), ", ".join("?" * len(values))
    changes = ", ".join(f"{name} = excluded.{name}" for name in values if name not in _KEPT)
    picture: int = connection.execute(
        f"INSERT INTO pictures ({columns}) VALUES ({places}) ON CONFLICT (path) DO UPDATE SET"
        f" {changes}, negative = ifnull(excluded.negative, negative), missing = NULL RETURNING id",
        tuple(values.values()),
    ).get
    index_texts(connection, picture)
    return picture


def free_place(connection: apsw.Connection, name: str, content_hash: str) -> None:
    """Let a path be that of a file with this content: who was there before has no file now."""
    connection.execute(
        "UPDATE pictures SET path = NULL WHERE path = ? AND content_hash <> ?",
        (name, content_hash),
    )
    remove_stranger(connection, name)


def add_negative(
    connection: apsw.Connection, latents: LatentsBlob, created: str, preview: bytes | None = None
) -> str:
    """Keep a Stage C latent and return the name by which pictures refer to it: its SHA-256.

    Before the row that refers to it, in a transaction of its own: a crash in between leaves at
    most a negative that nobody refers to. ``preview`` is a WebP file.
    """
    name = latents.name
    connection.execute(
        "INSERT INTO negatives.latents"
        " (hash, created, channels, height, width, dtype, data, preview)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (hash) DO UPDATE SET preview = excluded.preview"
        " WHERE preview IS NULL AND excluded.preview IS NOT NULL",
        (name, created, *latents.shape, latents.dtype, latents.data, preview),
    )
    return name


def add_thumbnail(
    connection: apsw.Connection, content_hash: str, image: bytes, side: int = SIDE
) -> None:
    """Keep a small copy of a picture's file."""
    connection.execute(
        "INSERT OR REPLACE INTO thumbnails.images (content_hash, side, image) VALUES (?, ?, ?)",
        (content_hash, side, image),
    )


def index_texts(connection: apsw.Connection, picture: int) -> None:
    """Bring what is searched by words up to a picture's prompt and tags."""
    connection.execute("DELETE FROM picture_texts WHERE rowid = ?", (picture,))
    connection.execute(
        "INSERT INTO picture_texts (rowid, prompt, tags)"
        " SELECT id, search_text(prompt), search_text(ifnull("
        "  (SELECT group_concat(name, ' ') FROM picture_tags JOIN tags ON tags.id = tag"
        "   WHERE picture = pictures.id), ''))"
        " FROM pictures WHERE id = ?",
        (picture,),
    )


def _values(row: PictureRow) -> _Values:
    request, made = row.request, row.provenance
    request_text = to_json(request.to_dict())
    return {
        "path": row.path,
        "content_hash": row.content_hash,
        "file_size": row.file_size,
        "created": row.created,
        "day": local_day(row.created),
        "request": request_text,
        "provenance": to_json(made.to_dict()),
        "prompt": request.prompt,
        "negative_prompt": request.negative_prompt,
        "seed": request.seed,
        "width": request.width,
        "height": request.height,
        "checkpoint_name": _storable(made.checkpoint_name),
        "checkpoint_hash": made.checkpoint_hash,
        "device": made.device,
        "dtype": made.dtype,
        "seconds": to_json(row.seconds),
        "notes": to_json(list(row.notes)),
        "stack_key": stack_key(request_text, made.checkpoint_hash),
        "negative": row.negative,
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
        " AND request IS NOT NULL AND trashed IS NULL ORDER BY created DESC, id DESC LIMIT ?",
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
        "SELECT seed FROM pictures WHERE seed IS NOT NULL AND trashed IS NULL"
        " ORDER BY created DESC, id DESC"
    )
    return list(islice(unique(seed for (seed,) in found), limit))


def unique(values: Iterable[_Value]) -> Iterator[_Value]:
    """Each of them once, where it comes first."""
    seen = set()
    for value in values:
        if value not in seen:
            seen.add(value)
            yield value


def request_of(connection: apsw.Connection, picture: int) -> GenerationRequest:
    """The whole request of one picture; ``StorageError`` for an unknown id."""
    found = connection.execute("SELECT request FROM pictures WHERE id = ?", (picture,)).fetchone()
    if not found:
        raise StorageError(f"There is no picture number {picture} in the gallery.")
    if found[0] is None:
        raise StorageError(
            "Another program made this picture, so it cannot be made again exactly.",
            "Its prompt, seed and size can be used.",
        )
    return GenerationRequest.from_dict(from_json(found[0]))


def latents_of(connection: apsw.Connection, picture: int) -> LatentsBlob | None:
    """The negative of one picture, if it was kept; ``apsw.CorruptError`` where it is another."""
    found = connection.execute(
        "SELECT hash, channels, n.height, n.width, n.dtype, data"
        " FROM pictures JOIN negatives.latents n ON hash = negative WHERE pictures.id = ?",
        (picture,),
    ).fetchone()
    if not found:
        return None
    name, channels, height, width, dtype, data = found
    latents = LatentsBlob((channels, height, width), dtype, data)
    if latents.name != name:
        raise apsw.CorruptError(f"the negative {name} has changed")
    return latents


def preview_of(connection: apsw.Connection, picture: int) -> bytes | None:
    """The Stage C preview of one picture as a WebP file, if it was kept."""
    preview: bytes | None = connection.execute(
        "SELECT preview FROM pictures JOIN negatives.latents ON hash = negative"
        " WHERE pictures.id = ?",
        (picture,),
    ).get
    return preview


def thumbnail_of(connection: apsw.Connection, picture: int) -> bytes | None:
    """The small WebP of one picture, if it was made."""
    thumbnail: bytes | None = connection.execute(
        "SELECT image FROM pictures JOIN thumbnails.images USING (content_hash)"
        " WHERE id = ? AND side = ?",
        (picture, SIDE),
    ).get
    return thumbnail


def is_empty(connection: apsw.Connection) -> bool:
    """Whether no picture was ever noted."""
    return not connection.execute("SELECT EXISTS (SELECT 1 FROM pictures)").get


def known_names(connection: apsw.Connection) -> list[str]:
    """The path of every picture that has one."""
    found = connection.execute("SELECT path FROM pictures WHERE path IS NOT NULL")
    return [name for (name,) in found]


@dataclass(frozen=True, slots=True)
class Known:
    """A picture of the gallery; ``name`` is its path as rows hold it."""

    id: int
    name: str | None
    is_trashed: bool


def same_content(connection: apsw.Connection, content_hash: str) -> list[Known]:
    """Each picture whose file had this content, those outside of the trash first."""
    found = connection.execute(
        "SELECT id, path, trashed IS NOT NULL FROM pictures WHERE content_hash = ?"
        " ORDER BY trashed IS NOT NULL, id",
        (content_hash,),
    )
    return [Known(picture, name, bool(trashed)) for picture, name, trashed in found]


def set_path(connection: apsw.Connection, picture: int, name: str) -> bool:
    """Note where a picture's file is now; not where that is another picture's."""
    connection.execute(
        "UPDATE OR IGNORE pictures SET path = ?, missing = NULL WHERE id = ?", (name, picture)
    )
    return connection.changes() > 0


def take_out_of_trash(connection: apsw.Connection, picture: int) -> None:
    """It is there again, by the person's will."""
    connection.execute("UPDATE pictures SET trashed = NULL WHERE id = ?", (picture,))


def files(connection: apsw.Connection) -> list[tuple[int, str, str, int, bool]]:
    """Id, path, content, size and whether it was missing, of each picture that has a path."""
    found = connection.execute(
        "SELECT id, path, content_hash, file_size, missing IS NOT NULL FROM pictures"
        " WHERE path IS NOT NULL ORDER BY path"
    )
    return [(*row[:4], bool(row[4])) for row in found]


def without_file(connection: apsw.Connection) -> list[tuple[int, str, int]]:
    """Id, content and size of each picture whose file is not where it was.

    Those outside of the trash come first: of two with one content they are to have the file.
    """
    found = connection.execute(
        "SELECT id, content_hash, file_size FROM pictures WHERE missing IS NOT NULL OR path IS NULL"
        " ORDER BY trashed IS NOT NULL, id"
    )
    return [(picture, content_hash, size) for picture, content_hash, size in found]


def set_missing(connection: apsw.Connection, pictures: Iterable[int], since: str | None) -> None:
    """Note since when files are not where they were; None where they are there."""
    connection.executemany(
        "UPDATE pictures SET missing = ? WHERE id = ?", [(since, picture) for picture in pictures]
    )


def strangers(connection: apsw.Connection) -> dict[str, tuple[int, int]]:
    """Files in the pictures folder that are not to be noted: size and time of change by name."""
    found = connection.execute("SELECT path, file_size, modified_ns FROM strangers")
    return {name: (size, modified) for name, size, modified in found}


def remove_stranger(connection: apsw.Connection, name: str) -> None:
    """Forget such a file: it is none any more, or gone."""
    connection.execute("DELETE FROM strangers WHERE path = ?", (name,))


def add_stranger(connection: apsw.Connection, name: str, mark: tuple[int, int]) -> None:
    """Remember such a file, so that the next start need not read it."""
    connection.execute(
        "INSERT OR REPLACE INTO strangers (path, file_size, modified_ns) VALUES (?, ?, ?)",
        (name, *mark),
    )


def count_missing(connection: apsw.Connection) -> int:
    """How many pictures' files are not where they were."""
    found: int = connection.execute("SELECT count(*) FROM pictures WHERE missing IS NOT NULL").get
    return found


def count_lost_negatives(connection: apsw.Connection) -> int:
    """How many pictures name a negative that is not there."""
    found: int = connection.execute(
        "SELECT count(*) FROM pictures WHERE negative IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM negatives.latents WHERE hash = negative)"
    ).get
    return found
