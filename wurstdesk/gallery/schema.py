"""The gallery's database file: opening, checking, migrating and setting it aside.

Window and command line may have it open at once: WAL, a patient busy timeout, and every write one
short ``BEGIN IMMEDIATE`` transaction. ``synchronous=FULL``, since a row that was promised must
survive a power cut. The rows themselves are in ``rows``, and what is done about damage in
``mending``.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from importlib.resources import files
from pathlib import Path
from threading import Lock
from weakref import WeakSet

import apsw

from wurstdesk.errors import StorageError
from wurstdesk.gallery import functions, side_files, transactions
from wurstdesk.gallery.image_files import is_there

immediate = transactions.immediate

APPLICATION_ID = 0x57555253  # "WURS"
BUSY_MILLISECONDS = 10_000

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
DAMAGE_ERRORS = (apsw.CorruptError, apsw.NotADBError)

_OPEN: dict[Path, WeakSet[apsw.Connection]] = {}
"""The connections of this process, by their database."""
_OPEN_LOCK = Lock()


class DamagedDatabaseError(StorageError):
    """The database file is broken. ``mending.connect`` mends that; elsewhere it is shown.

    ``side`` is the broken file where it is not the database itself but one beside it.
    """

    side: side_files.SideFile | None = None


@contextmanager
def storage_errors(database: Path) -> Iterator[None]:
    """Turn what the environment does to SQLite into sentences; our own mistakes pass through."""
    try:
        yield
    except DAMAGE_ERRORS as error:
        suspect(database)
        raise DamagedDatabaseError(
            f"The gallery's database “{database}” is damaged.",
            "Start Wurstdesk again: it mends the gallery from its copies and the picture files.",
        ) from error
    except (apsw.BusyError, apsw.LockedError) as error:
        raise StorageError(
            "The gallery is busy with another program's work.", "Try again in a moment."
        ) from error
    except (apsw.ReadOnlyError, apsw.PermissionsError) as error:
        raise StorageError(
            f"Nothing may be written to the gallery's database “{database}”.",
            "Allow writing to it and to its folder, or start with another --home.",
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

    Checked as a whole with ``check`` and after an unclean end; after damage was met the files
    beside it are, too. Raises ``DamagedDatabaseError`` or another ``StorageError`` and leaves the
    file as it was.
    """
    check = check or ended_unclean(database)
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
    is_suspect = is_there(_suspicion(database))
    connection = apsw.Connection(str(database))
    try:
        # A -wal that may belong to a damaged database stays beside it until all is well.
        connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        connection.set_busy_timeout(BUSY_MILLISECONDS)
        _refuse_strangers(connection, database, len(steps))
        if check:
            check_integrity(connection)
        connection.pragma("journal_mode", "wal")
        connection.pragma("synchronous", "full")
        functions.register(connection)
        for side in side_files.SIDE_FILES:
            _attach(connection, database, side, check=is_suspect)
        migrate(connection, database, steps)
        # Not before: a migration that makes a table anew would delete what refers to its rows.
        connection.pragma("foreign_keys", True)
        connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0)
    except BaseException:
        connection.close()
        raise
    with _OPEN_LOCK:
        _OPEN.setdefault(database, WeakSet()).add(connection)
    if is_suspect:
        with suppress(OSError):
            _suspicion(database).unlink(missing_ok=True)
    return connection


def _attach(
    connection: apsw.Connection, database: Path, side: side_files.SideFile, *, check: bool
) -> None:
    try:
        side.attach(connection, database)
        if check:
            check_integrity(connection, side.name)
    except DAMAGE_ERRORS as error:
        suspect(database)
        damaged = DamagedDatabaseError(
            f"The gallery's file “{side.beside(database)}” is damaged.",
            "Start Wurstdesk again: it mends the gallery.",
        )
        damaged.side = side
        raise damaged from error


def ended_unclean(database: Path) -> bool:
    """Whether the last process that had it open was killed, or met damage.

    What is in the -wal while this process has the database open is of its own other threads.
    """
    wal = database.with_name(database.name + "-wal")
    with suppress(OSError):
        return is_there(_suspicion(database)) or (wal.stat().st_size > 0 and not _is_open(database))
    return False


def _is_open(database: Path) -> bool:
    """Whether a connection of this process has it open."""
    with _OPEN_LOCK:
        connections = tuple(_OPEN.get(database, ()))
    for connection in connections:
        try:
            return bool(connection.filename)
        except apsw.ConnectionClosedError:
            continue
        except apsw.ThreadingViolationError:  # at work in its own thread
            return True
    return False


def suspect(database: Path) -> None:
    """Ask the next start to check the database and the files beside it."""
    with suppress(OSError):
        _suspicion(database).touch()


def _suspicion(database: Path) -> Path:
    return database.with_name(database.name + ".suspect")


def check_integrity(connection: apsw.Connection, part: str = "main") -> None:
    """Read all of it, index by index; raises ``apsw.CorruptError``."""
    findings = [row[0] for row in connection.execute(f"PRAGMA {part}.integrity_check(10)")]
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
        side_files.move_negatives_out(connection)
    with immediate(connection):
        version = connection.pragma("user_version")  # another process may have been faster
        if 0 < version < newest:
            copy_of(database, database.with_name(f"{database.name}.before-schema-{newest}"))
        for sql in steps[version:]:
            connection.execute(sql)
        if next(connection.execute("PRAGMA main.foreign_key_check"), None):
            raise apsw.CorruptError("rows refer to others that are not there")
        connection.pragma("application_id", APPLICATION_ID)
        connection.pragma("user_version", max(version, newest))
    if version:
        _give_back_room(connection)


def copy_of(database: Path, copy: Path) -> None:
    """Copy what is committed, by connections of its own: a writing one cannot be copied from.

    It has its name only once it is whole.
    """
    half = copy.with_name(copy.name + ".part")
    half.unlink(missing_ok=True)
    try:
        for _ in copying(database, half, pages=-1):
            pass
        half.replace(copy)
    finally:
        half.unlink(missing_ok=True)


def copying(database: Path, copy: Path, pages: int) -> Iterator[None]:
    """Copy it step by step as it is at the beginning, whatever others write meanwhile."""
    with (
        closing(apsw.Connection(str(database))) as source,
        closing(apsw.Connection(str(copy))) as target,
    ):
        source.set_busy_timeout(BUSY_MILLISECONDS)
        target.pragma("journal_mode", "off")  # half a copy is thrown away
        # Without a transaction the copying would begin anew whenever somebody writes.
        source.execute("BEGIN; SELECT 1 FROM sqlite_schema").fetchall()
        backup = target.backup("main", source, "main")
        try:
            while not backup.done:
                backup.step(pages)
                yield
            backup.finish()
        finally:
            backup.close(True)


def _give_back_room(connection: apsw.Connection) -> None:
    """Make the file small again where a migration left most of it empty, if nobody is in the way.

    It is copied every day, empty pages and all.
    """
    pages, empty = connection.pragma("page_count"), connection.pragma("freelist_count")
    if empty > pages // 2:
        with suppress(*_ENVIRONMENT_ERRORS):
            connection.execute("VACUUM main")


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
