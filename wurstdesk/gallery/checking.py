"""Are the gallery's files whole and where its rows say, and what is there that no row knows?

A picture whose file is gone stays in the gallery and is marked as missing, until its file is found
again: where it was, or by its content wherever it went. No row is ever deleted here.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import apsw

from wurstdesk.gallery import mending, orphans, rows, schema
from wurstdesk.gallery.image_files import is_there
from wurstdesk.gallery.image_metadata import utc_text
from wurstdesk.gallery.orphans import Tell, never, silent
from wurstdesk.gallery.saving import resolved
from wurstdesk.gallery.side_files import NEGATIVES, SIDE_FILES

_BATCH = 500  # rows a transaction, so that others need not wait long


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check found and did."""

    pictures: int = 0
    """How many rows with a file were looked at."""
    adopted: int = 0
    """Files that no row knew and that are in the gallery now."""
    gone: int = 0
    """Pictures whose file was not missing before."""
    back: int = 0
    """Those whose file is there again, or was found elsewhere."""
    missing: int = 0
    """All whose file is missing now."""
    changed: tuple[Path, ...] = ()
    """Files that are not what they were when they were noted."""
    strangers: int = 0
    """Files in the pictures folders that are no pictures of the gallery."""
    lost_negatives: int = 0
    """Pictures whose negative was kept and is not there; 0 in a quick check."""
    absent: tuple[Path, ...] = ()
    """Folders that were to be looked into and are not there."""
    problems: tuple[str, ...] = ()
    """What is broken in the databases themselves; the next start mends it."""
    is_cancelled: bool = False

    def sentences(self) -> tuple[str, ...]:
        """What a person should hear of it; nothing where all is well."""
        parts = (
            _count(
                self.adopted,
                "A picture was not in the gallery yet and was added.",
                "{} pictures were not in the gallery yet and were added.",
            ),
            _count(
                self.gone,
                "The file of a picture is missing.",
                "The files of {} pictures are missing.",
            ),
            _count(
                self.back,
                "The file of a picture was found again.",
                "The files of {} pictures were found again.",
            ),
            _count(
                len(self.changed),
                "A picture's file was changed by another program.",
                "The files of {} pictures were changed by another program.",
            ),
            _count(
                self.lost_negatives,
                "The negative of a picture is missing.",
                "The negatives of {} pictures are missing.",
            ),
            *(
                f"The folder “{folder}” is not there. Is its disk connected?"
                for folder in self.absent
            ),
            *self.problems,
        )
        return tuple(part for part in parts if part)


@dataclass(slots=True)
class _Seen:
    """What a look at the files of all rows found; ids, and paths of those that changed."""

    gone: list[int] = field(default_factory=list)
    back: list[int] = field(default_factory=list)
    changed: list[Path] = field(default_factory=list)


def check(
    connection: apsw.Connection,
    database: Path,
    folders: Sequence[Path],
    *,
    elsewhere: Sequence[Path] = (),
    quick: bool = False,
    tell: Tell = silent,
    is_cancelled: Callable[[], bool] = never,
) -> CheckReport:
    """Compare rows and files, and set right what can be.

    ``folders`` are those of the gallery: what is in them and of ours belongs into it. Missing
    files are looked for there and in the folders ``elsewhere``. ``quick`` reads no file that has
    a row and not the whole database. Raises ``StorageError``.
    """
    folders = [resolved(folder) for folder in folders]
    places = [*folders, *map(resolved, elsewhere)]
    names = rows.PathNames(database)
    with schema.storage_errors(database):
        problems = () if quick else _problems(connection, database)
        noted = rows.files(connection)
        seen = _look(names, noted, tell, is_cancelled, quick=quick)
        _set_missing(connection, seen.gone, utc_text(datetime.now(UTC)))
        _set_missing(connection, seen.back, None)
        back, adopted = len(seen.back), 0
        if not is_cancelled():
            back += _search(connection, names, places, is_cancelled)
            adopted = sum(
                orphans.adopt(connection, names, folder, is_cancelled=is_cancelled)
                for folder in folders
            )
        return CheckReport(
            pictures=len(noted),
            adopted=adopted,
            gone=len(seen.gone),
            back=back,
            missing=rows.count_missing(connection),
            changed=tuple(seen.changed),
            strangers=_strangers(connection, names),
            lost_negatives=0 if quick else rows.count_lost_negatives(connection),
            absent=tuple(place for place in places if not is_there(place)),
            problems=problems,
            is_cancelled=is_cancelled(),
        )


def rebuild(
    database: Path,
    folders: Sequence[Path],
    *,
    tell: Tell = silent,
    is_cancelled: Callable[[], bool] = never,
) -> CheckReport:
    """Read every picture file of ours again and note what it says, whatever was noted so far.

    Ratings, tags and all else that is in no file stay. A damaged database is mended first.
    Thumbnails follow when they are looked for. Raises ``StorageError``.
    """
    database = resolved(database)
    opened = mending.connect(database)
    names = rows.PathNames(database)
    try:
        with schema.storage_errors(database):
            places = [resolved(folder) for folder in folders]
            files = [file for place in places for file in orphans.picture_files(names, place)]
            added = orphans.note(
                opened.connection, names, files, {}, tell=tell, is_cancelled=is_cancelled
            )
            schema.fold_in(opened.connection)
            return CheckReport(
                pictures=len(files),
                adopted=added,
                missing=rows.count_missing(opened.connection),
                strangers=_strangers(opened.connection, names),
                absent=tuple(place for place in places if not is_there(place)),
                problems=opened.notices,
                is_cancelled=is_cancelled(),
            )
    finally:
        opened.connection.close()


def _problems(connection: apsw.Connection, database: Path) -> tuple[str, ...]:
    """What is broken in the databases; the next start is asked to mend it."""
    problems = []
    for part in ("main", *(side.name for side in SIDE_FILES)):
        try:
            schema.check_integrity(connection, part)
        except schema.DAMAGE_ERRORS as error:
            schema.suspect(database)
            what = {"main": "database", NEGATIVES.name: "negatives"}.get(part, part)
            problems.append(f"The gallery's {what} are damaged: {error}. Start Wurstdesk again.")
    return tuple(problems)


def _look(
    names: rows.PathNames,
    noted: list[tuple[int, str, str, int, bool]],
    tell: Tell,
    is_cancelled: Callable[[], bool],
    *,
    quick: bool,
) -> _Seen:
    """What of all noted files is there. After a cancel, what was seen so far."""
    seen = _Seen()
    for done, (picture, name, content_hash, size, was_missing) in enumerate(noted):
        if done % _BATCH == 0:
            tell(done, len(noted))
            if is_cancelled():
                return seen
        path = names.text(name)
        there = _size(path)
        if there is None:
            if not was_missing:
                seen.gone.append(picture)
            continue
        is_same = there == size and (quick or _hash(path) == content_hash)
        if not is_same:
            seen.changed.append(Path(path))
        elif was_missing:
            seen.back.append(picture)
    tell(len(noted), len(noted))
    return seen


def _set_missing(connection: apsw.Connection, pictures: list[int], since: str | None) -> None:
    for start in range(0, len(pictures), _BATCH):
        with schema.immediate(connection):
            rows.set_missing(connection, pictures[start : start + _BATCH], since)


def _search(
    connection: apsw.Connection,
    names: rows.PathNames,
    places: Iterable[Path],
    is_cancelled: Callable[[], bool],
) -> int:
    """Find missing files by their content; returns how many were found.

    Only files that no row knows are looked at, and only those of a size that is missing are read.
    """
    wanted: dict[str, list[int]] = {}
    sizes = set()
    for picture, content_hash, size in rows.without_file(connection):
        wanted.setdefault(content_hash, []).append(picture)
        sizes.add(size)
    if not wanted:
        return 0
    known = {orphans.comparable(name) for name in rows.known_names(connection)}
    found = 0
    for place in places:
        for name, path in orphans.picture_files(names, place):
            if orphans.comparable(name) in known or _size(path) not in sizes:
                continue
            if is_cancelled():
                return found
            if pictures := wanted.get(_hash(path) or "", []):
                with schema.immediate(connection):
                    found += rows.set_path(connection, pictures.pop(0), name)
                    rows.remove_stranger(connection, name)
                known.add(orphans.comparable(name))
    return found


def _strangers(connection: apsw.Connection, names: rows.PathNames) -> int:
    """How many there are; those whose file is gone are forgotten."""
    strangers = list(rows.strangers(connection))
    gone = [name for name in strangers if not is_there(names.path(name))]
    if gone:
        with schema.immediate(connection):
            for name in gone:
                rows.remove_stranger(connection, name)
    return len(strangers) - len(gone)


def _size(path: str) -> int | None:
    try:
        return os.stat(path).st_size  # noqa: PTH116 -- a hundred thousand of them
    except (OSError, ValueError):
        return None


def _hash(path: str) -> str | None:
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _count(number: int, one: str, many: str) -> str:
    return one if number == 1 else many.format(number) if number else ""
