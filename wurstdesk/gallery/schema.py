"""The gallery's database file: opening, checking, migrating and setting it aside.

Window and command line may have it open at once: WAL, a patient busy timeout, and every write one
short ``BEGIN IMMEDIATE`` transaction. ``synchronous=FULL``, since a row that was promised must
survive a power cut. The rows themselves are in ``rows``.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import apsw

from wurstdesk.errors import StorageError

APPLICATION_ID = 0x57555253  # "WURS"
BUSY_MILLISECONDS = 10_000
REPAIR_MILLISECONDS = 120_000

_ENVIRONMENT_ERRORS = (
    apsw.BusyError,
    apsw.LockedError,
    apsw.FullError,
    apsw.ReadOnlyError,
    apsw.CantOpenError,
    apsw.IOError,
    apsw.PermissionsError,
    apsw.ProtocolError,
    apsw.NoLFSError,
    apsw.NoMemError,
)
_DAMAGE_ERRORS = (apsw.CorruptError, apsw.NotADBError)


class DamagedDatabaseError(StorageError):
    """The database file is broken. ``Gallery.open`` mends that; elsewhere it is shown."""


@contextmanager
def storage_errors(database: Path) -> Iterator[None]:
    """Turn what the environment does to SQLite into sentences; our own mistakes pass through."""
    try:
        yield
    except _DAMAGE_ERRORS as error:
        with suppress(OSError):
            _suspicion(database).touch()
        raise DamagedDatabaseError(
            f"The gallery's database “{database}” is damaged.",
            "Start Wurstdesk again: it rebuilds the gallery from the picture files.",
        ) from error
    except (apsw.BusyError, apsw.LockedError) as error:
        raise StorageError(
            "The gallery is busy with another program's work.", "Try again in a moment."
        ) from error
    except _ENVIRONMENT_ERRORS as error:
        if isinstance(error, apsw.FullError) or not _has_room(database):
            raise StorageError(
                f"The disk with the gallery's database “{database}” is full.", "Make some room."
            ) from error
        raise StorageError(
            f"The gallery's database “{database}” cannot be used: {error}.",
            "Check that its folder is there, may be written to, and is no network share.",
        ) from error


def _has_room(database: Path) -> bool:
    """Whether there is room for a -shm, whose lack SQLite calls an I/O error."""
    try:
        return shutil.disk_usage(database.parent).free > 2**16
    except OSError:
        return True


def migrations() -> tuple[str, ...]:
    """The SQL of every step, in order; the schema's version is their number."""
    folder = files("wurstdesk.gallery") / "migrations"
    names = sorted(e.name for e in folder.iterdir() if re.fullmatch(r"\d{4}_\w+\.sql", e.name))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1)), names
    return tuple((folder / name).read_text(encoding="utf-8") for name in names)


def connect(
    database: Path, *, check: bool = False, steps: Sequence[str] | None = None
) -> apsw.Connection:
    """An open, healthy database of the newest schema; made where there is none.

    Checked as a whole with ``check``, after an unclean end (a -wal that is not empty) and after
    damage was met. Raises ``DamagedDatabaseError`` or another ``StorageError`` and leaves the
    file as it was.
    """
    check = check or _is_suspect(database)
    steps = migrations() if steps is None else steps
    deadline = time.monotonic() + BUSY_MILLISECONDS / 1000
    with storage_errors(database):
        while True:
            try:
                return _connect(database, steps, check=check)
            except apsw.BusyError:  # switching to WAL does not wait for others as the rest does
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)


def _connect(database: Path, steps: Sequence[str], *, check: bool) -> apsw.Connection:
    connection = apsw.Connection(str(database))
    try:
        # A -wal that may belong to a damaged database stays beside it until all is well.
        connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        connection.set_busy_timeout(BUSY_MILLISECONDS)
        _refuse_strangers(connection, database, len(steps))
        if check:
            _check(connection)
            with suppress(OSError):
                _suspicion(database).unlink(missing_ok=True)
        connection.pragma("journal_mode", "wal")
        connection.pragma("synchronous", "full")
        connection.pragma("foreign_keys", True)
        migrate(connection, database, steps)
        connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0)
    except BaseException:
        connection.close()
        raise
    return connection


def _is_suspect(database: Path) -> bool:
    wal = database.with_name(database.name + "-wal")
    with suppress(OSError):
        return _suspicion(database).exists() or wal.stat().st_size > 0
    return False


def _suspicion(database: Path) -> Path:
    """A file that asks the next start to check the database."""
    return database.with_name(database.name + ".suspect")


def _check(connection: apsw.Connection) -> None:
    findings = [row[0] for row in connection.execute("PRAGMA integrity_check(10)")]
    if findings != ["ok"]:
        raise apsw.CorruptError("; ".join(map(str, findings)))


def _refuse_strangers(connection: apsw.Connection, database: Path, newest: int) -> None:
    """Refuse, before anything is written, what another program or a newer version made."""
    application, version, empty = connection.execute(
        "SELECT application_id, user_version, NOT EXISTS (SELECT 1 FROM sqlite_schema)"
        " FROM pragma_application_id, pragma_user_version"
    ).get  # in one statement: another process may just be making this database
    if application != APPLICATION_ID and not (empty and application == 0 and version == 0):
        raise StorageError(
            f"“{database}” is no gallery of Wurstdesk but another program's database.",
            "Move it away, or start with another --home.",
        )
    if version > newest:
        raise StorageError(
            f"The gallery “{database}” was written by a newer version of Wurstdesk.",
            "Update Wurstdesk, or start with another --home. Nothing was changed.",
        )


def migrate(connection: apsw.Connection, database: Path, steps: Sequence[str]) -> None:
    """Bring the database to the newest schema in one transaction.

    A database that holds something is copied first, beside itself. Of several processes one does
    all that, and the others wait and find it done.
    """
    newest = len(steps)
    if connection.pragma("user_version") >= newest:
        return
    with immediate(connection):
        version = connection.pragma("user_version")  # another process may have been faster
        if 0 < version < newest:
            _back_up(database, database.with_name(f"{database.name}.before-schema-{newest}"))
        for sql in steps[version:]:
            connection.execute(sql)
        connection.pragma("application_id", APPLICATION_ID)
        connection.pragma("user_version", max(version, newest))


def _back_up(database: Path, copy: Path) -> None:
    """Copy what is committed, by connections of its own: a writing one cannot be copied from."""
    with (
        closing(apsw.Connection(str(database))) as source,
        closing(apsw.Connection(str(copy))) as target,
        target.backup("main", source, "main") as backup,
    ):
        backup.step(-1)


@contextmanager
def immediate(connection: apsw.Connection) -> Iterator[None]:
    """One write transaction that takes its lock at once, so that it never fails half-way."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def fold_in(connection: apsw.Connection) -> None:
    """Move what is in the -wal into the database, so that a -wal means an unclean end.

    Without waiting: while another process reads, the next time does it.
    """
    connection.set_busy_timeout(0)
    try:
        with suppress(*_ENVIRONMENT_ERRORS):
            connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    finally:
        connection.set_busy_timeout(BUSY_MILLISECONDS)


@contextmanager
def repair_lock(database: Path) -> Iterator[None]:
    """One process at a time sets a damaged database aside; the next one finds a healthy one.

    The lock is a database of its own, since SQLite's locks work alike on every system and end
    with their process.
    """
    with storage_errors(database):
        lock = apsw.Connection(str(database.with_name(database.name + ".repair")))
    try:
        with storage_errors(database):
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
        _suspicion(database).unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(
            f"The gallery's database “{database}” is damaged and cannot be set aside: {error}.",
            "Close every other window of Wurstdesk and start again.",
        ) from error
    return aside
