"""Copies of the gallery's database, by day, and one of the negatives: made while it is in use.

They lie in ``backups`` beside it. Of the database there are up to seven of the last days and four
of the last weeks. Negatives never change, so of them there is one copy, to which new ones are
added. Thumbnails are not copied: they can be made again.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import apsw

from wurstdesk.errors import StorageError
from wurstdesk.gallery import schema
from wurstdesk.gallery.image_files import is_there
from wurstdesk.gallery.side_files import NEGATIVES
from wurstdesk.paths import TEMPORARY_SUFFIX, ensure_folder

DAYS = 7
WEEKS = 4
PAGES = 1024
"""How many pages of the database, 4 KB each, are copied in one step."""
_NEGATIVES_A_STEP = 64


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of the database and the day on which it was made."""

    file: Path
    day: date


def folder_of(database: Path) -> Path:
    """Where the copies of a gallery's database are; it need not be there."""
    return database.parent / "backups"


def copies_of(database: Path) -> list[Copy]:
    """Those that there are, the newest first."""
    pattern = re.compile(
        re.escape(database.stem) + r"-(\d{4}-\d\d-\d\d)" + re.escape(database.suffix)
    )
    found = []
    with suppress(OSError):
        for file in folder_of(database).iterdir():
            if match := pattern.fullmatch(file.name):
                with suppress(ValueError):  # a 13th month
                    found.append(Copy(file, date.fromisoformat(match[1])))
    return sorted(found, key=lambda copy: copy.day, reverse=True)


def to_keep(days: Iterable[date]) -> frozenset[date]:
    """Which of the days' copies stay: the last seven, and the last of each of the last four weeks
    of which there is one."""
    newest_first = sorted(set(days), reverse=True)
    of_weeks: dict[tuple[int, int], date] = {}
    for day in newest_first:
        of_weeks.setdefault(day.isocalendar()[:2], day)
    return frozenset([*newest_first[:DAYS], *list(of_weeks.values())[:WEEKS]])


def back_up(
    database: Path, now: datetime, *, refresh: bool = False, pages: int = PAGES
) -> Generator[None, None, None]:
    """Make today's copy, step by step: nobody waits longer for it than for one step.

    At once done where there is one, with ``refresh`` only where nothing changed since. Other
    connections read and write meanwhile, and the copy is how it was at the beginning. Raises
    ``StorageError``; what was copied before stays.
    """
    copy = folder_of(database) / f"{database.stem}-{now.astimezone().date()}{database.suffix}"
    mark = _mark(database)
    if mark is None or (is_there(copy) and (not refresh or _mark(copy) == mark)):
        return
    try:
        ensure_folder(copy.parent)
        with schema.storage_errors(database):
            yield from _copy_database(database, copy, mark, pages)
            yield from _copy_negatives(database)
        _thin_out(database)
    except OSError as error:
        raise StorageError(
            f"The gallery could not be copied to “{copy.parent}”: {error.strerror or error}.",
            "Make some room there.",
        ) from error


def is_good(file: Path) -> bool:
    """Whether a copy is a whole database of ours, of this version or an older one."""
    try:
        with closing(_read_only(file)) as connection:
            schema.check_integrity(connection)
            return bool(
                connection.pragma("application_id") == schema.APPLICATION_ID
                and 0 < connection.pragma("user_version") <= len(schema.migrations())
            )
    except (apsw.Error, OSError):
        return False


def are_good_negatives(file: Path) -> bool:
    """The same of the copy of the negatives."""
    try:
        with closing(_read_only(file)) as connection:
            schema.check_integrity(connection)
            marks = (connection.pragma("application_id"), connection.pragma("user_version"))
            return marks == (NEGATIVES.application_id, NEGATIVES.version)
    except (apsw.Error, OSError):
        return False


def negatives_copy(database: Path) -> Path:
    """Where the copy of the negatives is."""
    return NEGATIVES.beside(folder_of(database) / database.name)


def _read_only(file: Path) -> apsw.Connection:
    """A connection that leaves no trace beside the file."""
    return apsw.Connection(
        f"{file.as_uri()}?immutable=1", flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    )


def _mark(file: Path) -> int | None:
    """When it changed last, in nanoseconds; a copy has that of what it is a copy of."""
    wal = file.with_name(file.name + "-wal")
    mark: int | None = None
    with suppress(OSError):
        mark = file.stat().st_mtime_ns
        if (status := wal.stat()).st_size:
            mark = max(mark, status.st_mtime_ns)
    return mark


def _copy_database(database: Path, copy: Path, mark: int, pages: int) -> Iterator[None]:
    half = copy.with_name(copy.name + TEMPORARY_SUFFIX)
    half.unlink(missing_ok=True)
    try:
        yield from schema.copying(database, half, pages)
        with closing(_read_only(half)) as connection:
            schema.check_integrity(connection)  # a damaged one must not drive out the good ones
        yield
        os.utime(half, ns=(mark, mark))
        half.replace(copy)
    finally:
        half.unlink(missing_ok=True)


def _copy_negatives(database: Path) -> Iterator[None]:
    """Add the new ones to the copy; one that is damaged is begun anew."""
    try:
        yield from _add_negatives(database)
    except schema.DAMAGE_ERRORS:
        copy = negatives_copy(database)
        if are_good_negatives(copy):
            raise  # it is not the copy
        for ending in ("-wal", "-shm", ""):
            copy.with_name(copy.name + ending).unlink(missing_ok=True)
        yield from _add_negatives(database)


def _add_negatives(database: Path) -> Iterator[None]:
    with closing(apsw.Connection(":memory:")) as connection:
        connection.set_busy_timeout(schema.BUSY_MILLISECONDS)
        NEGATIVES.attach(connection, folder_of(database) / database.name)
        connection.execute("ATTACH ? AS live", (str(NEGATIVES.beside(database)),))
        new = connection.execute(
            "SELECT hash FROM live.latents EXCEPT SELECT hash FROM negatives.latents"
        ).fetchall()
        hashes = [name for (name,) in new]
        for start in range(0, len(hashes), _NEGATIVES_A_STEP):
            connection.execute(
                "INSERT OR IGNORE INTO negatives.latents SELECT * FROM live.latents"
                " WHERE hash IN (SELECT value FROM json_each(?))",
                (json.dumps(hashes[start : start + _NEGATIVES_A_STEP]),),
            )
            yield


def _thin_out(database: Path) -> None:
    copies = copies_of(database)
    keep = to_keep(copy.day for copy in copies)
    for copy in copies:
        if copy.day not in keep:
            copy.file.unlink(missing_ok=True)
