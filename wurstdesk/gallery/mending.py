"""What is done about damage to the gallery's files, and the sentences that say so.

A damaged file is never deleted (but for thumbnails, which can be made again): it is set aside, and
its place is taken by the newest good copy. What that lacks is added from the picture files by
whoever opens the gallery; where there is no copy, everything is.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import apsw

from wurstdesk.errors import StorageError
from wurstdesk.gallery import backups, schema
from wurstdesk.gallery.side_files import NEGATIVES, SIDE_FILES, THUMBNAILS

REPAIR_MILLISECONDS = 120_000
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Opened:
    """A healthy database, what was mended first, and whether files may differ from rows."""

    connection: apsw.Connection
    notices: tuple[str, ...]
    was_unclean: bool


def connect(database: Path) -> Opened:
    """As ``schema.connect``, with what is damaged or lost mended first.

    Raises ``StorageError`` where it cannot be, and for the database of a newer version.
    """
    was_unclean = schema.ended_unclean(database)
    notices = _mend(database) if _is_lost(database) else ()
    for _ in range(1 + len(SIDE_FILES)):
        try:
            connection = schema.connect(database)
        except schema.DamagedDatabaseError:
            _log.warning("damaged: %s", database, exc_info=True)
        else:
            return Opened(connection, notices, was_unclean or bool(notices))
        notices += _mend(database)
    return Opened(schema.connect(database), notices, was_unclean=True)


def _is_lost(database: Path) -> bool:
    """Whether it is missing or empty although it was once there."""
    with suppress(OSError):
        if database.stat().st_size > 0:
            return False
    return bool(backups.copies_of(database))


def _mend(database: Path) -> tuple[str, ...]:
    """Mend the first thing that is damaged; returns what there is to say."""
    with repair_lock(database), schema.storage_errors(database):
        if _is_lost(database):
            set_aside(database)
            return _restore(database, "The gallery's database was missing or empty.")
        try:  # another process may have mended it meanwhile
            schema.connect(database, check=True).close()
        except schema.DamagedDatabaseError as error:
            side = error.side
        else:
            return ()
        if side is NEGATIVES:
            return _mend_negatives(database)
        if side is THUMBNAILS:
            _empty(THUMBNAILS.beside(database))
            return ()
        aside = set_aside(database)
        return _restore(
            database,
            f"The gallery's database was damaged. It was set aside as “{aside.name}”.",
        )


def _restore(database: Path, sentence: str) -> tuple[str, ...]:
    for copy in backups.copies_of(database):
        if backups.is_good(copy.file):
            schema.copy_of(copy.file, database)
            restored = (
                f"Its copy {age(copy.day)} took its place; later ratings and tags are missing."
            )
            return (f"{sentence} {restored}",)
    rebuilt = (
        "The gallery was rebuilt from the picture files; what is not in them, such as ratings, "
        "tags, pinned seeds and the queue, is missing."
    )
    return (f"{sentence} {rebuilt}",)


def _mend_negatives(database: Path) -> tuple[str, ...]:
    file = NEGATIVES.beside(database)
    aside = set_aside(file)
    copy = backups.negatives_copy(database)
    sentence = f"The gallery's negatives were damaged. They were set aside as “{aside.name}”."
    which = "of them"
    if backups.are_good_negatives(copy):
        made = datetime.fromtimestamp(copy.stat().st_mtime, UTC).astimezone().date()
        schema.copy_of(copy, file)
        sentence += f" Their copy {age(made)} took their place."
        which = "newer ones"
    saved = _salvage(aside, database)
    if saved:
        sentence += f" {saved} {which} could still be read and were kept."
    return (f"{sentence} Pictures whose negative is missing can only be made again.",)


def _salvage(damaged: Path, database: Path) -> int:
    """Take over what can still be read of damaged negatives; returns how many there were.

    From both ends up to the damage, and only what still has its own hash.
    """
    saved = 0
    with closing(apsw.Connection(":memory:")) as target:
        NEGATIVES.attach(target, database)
        for order in ("ASC", "DESC"):
            with suppress(apsw.Error), closing(_read_only(damaged)) as source:
                for row in source.execute(
                    "SELECT hash, created, channels, height, width, dtype, data, preview"
                    f" FROM latents ORDER BY rowid {order}"
                ):
                    if hashlib.sha256(row[6]).hexdigest() == row[0]:
                        target.execute(
                            "INSERT OR IGNORE INTO negatives.latents"
                            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                            row,
                        )
                        saved += target.changes()
    return saved


def _read_only(file: Path) -> apsw.Connection:
    """With its -wal, and without folding that in."""
    return apsw.Connection(str(file), flags=apsw.SQLITE_OPEN_READONLY)


def _empty(file: Path) -> None:
    """Let a damaged database be an empty one, also for those who have it open."""
    try:
        with closing(apsw.Connection(str(file))) as connection:
            connection.set_busy_timeout(schema.BUSY_MILLISECONDS)
            connection.config(apsw.SQLITE_DBCONFIG_RESET_DATABASE, 1)
            connection.execute("VACUUM")
            connection.config(apsw.SQLITE_DBCONFIG_RESET_DATABASE, 0)
    except schema.DAMAGE_ERRORS:
        set_aside(file)


def age(day: date, today: date | None = None) -> str:
    """How old a copy is, in words."""
    days = ((today or datetime.now().astimezone().date()) - day).days
    return {0: "of today", 1: "of yesterday"}.get(days, f"of {day.isoformat()}, {days} days old,")


@contextmanager
def repair_lock(database: Path) -> Iterator[None]:
    """One process at a time sets a damaged database aside; the next one finds a healthy one.

    The lock is a database of its own, since SQLite's locks work alike on every system and end
    with their process.
    """
    with schema.storage_errors(database):
        lock = apsw.Connection(str(database.with_name(database.name + ".repair")))
    try:
        with schema.storage_errors(database):
            lock.set_busy_timeout(REPAIR_MILLISECONDS)
            lock.execute("BEGIN EXCLUSIVE")
        yield
    finally:
        lock.close()


def set_aside(database: Path) -> Path:
    """Rename a damaged database together with its -wal; returns its new name.

    The -wal goes first: left alone beside a fresh database it would be taken for its own.
    """
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
    aside = database.with_name(f"{database.name}.damaged-{stamp}")
    try:
        for ending in ("-wal", "-shm", ""):
            part = database.with_name(database.name + ending)
            if part.exists():
                part.rename(aside.with_name(aside.name + ending))
    except OSError as error:
        raise StorageError(
            f"The gallery's database “{database}” is damaged and cannot be set aside: {error}.",
            "Close every other window of Wurstdesk and start again.",
        ) from error
    return aside
