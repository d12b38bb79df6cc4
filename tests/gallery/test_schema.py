"""The database file: made, migrated, refused, checked and set aside."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import apsw
import pytest

from gallery.pictures import finish, start_python
from wurstdesk.errors import StorageError
from wurstdesk.gallery import schema

SECOND = "ALTER TABLE pictures ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm'"
BROKEN = "CREATE TABLE moods (name TEXT) STRICT; INSERT INTO nowhere VALUES (1)"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "gallery.sqlite"


FILES = ["gallery-negatives.sqlite", "gallery-thumbnails.sqlite", "gallery.sqlite"]


def files_beside(database: Path) -> list[str]:
    return sorted(file.name for file in database.parent.iterdir())


def make(database: Path) -> None:
    schema.connect(database).close()


def ask(database: Path, question: str) -> Any:
    connection = apsw.Connection(str(database))
    try:
        return connection.execute(question).get
    finally:
        connection.close()


def test_a_new_database_has_the_newest_schema_and_our_mark(database: Path) -> None:
    connection = schema.connect(database)
    assert connection.pragma("user_version") == len(schema.migrations())
    assert connection.pragma("application_id") == schema.APPLICATION_ID
    assert connection.pragma("journal_mode") == "wal"
    assert connection.pragma("foreign_keys") == 1
    strict = connection.execute(
        "SELECT name, strict FROM pragma_table_list WHERE schema='main' AND name NOT LIKE 'sqlite%'"
    )
    tables = {name for name, is_strict in strict if is_strict}
    assert tables == {
        *("pictures", "strangers", "tags", "picture_tags", "albums", "album_pictures"),
        *("saved_searches", "jobs", "pinned_seeds"),
    }
    connection.close()
    assert files_beside(database) == FILES


def test_a_migration_keeps_the_rows_and_a_copy_from_before(database: Path) -> None:
    make(database)
    connection = apsw.Connection(str(database))
    connection.execute("INSERT INTO strangers VALUES ('a.png', 1, 2)")
    connection.close()
    connection = schema.connect(database, steps=[*schema.migrations(), SECOND])
    assert connection.pragma("user_version") == len(schema.migrations()) + 1
    assert connection.execute("SELECT path FROM strangers").get == "a.png"
    assert connection.execute("SELECT count(mood) FROM pictures").get == 0
    connection.close()
    copy = database.with_name(f"{database.name}.before-schema-{len(schema.migrations()) + 1}")
    assert ask(copy, "SELECT path FROM strangers") == "a.png"
    assert ask(copy, "PRAGMA user_version") == len(schema.migrations())


def test_a_migration_that_fails_changes_nothing(database: Path) -> None:
    make(database)
    with pytest.raises(apsw.SQLError):
        schema.connect(database, steps=[*schema.migrations(), BROKEN])
    assert ask(database, "PRAGMA user_version") == len(schema.migrations())
    assert ask(database, "SELECT count(*) FROM sqlite_schema WHERE name = 'moods'") == 0
    make(database)


def test_a_newer_database_is_refused_and_left_alone(database: Path) -> None:
    schema.connect(database, steps=[*schema.migrations(), SECOND]).close()
    before = database.read_bytes()
    with pytest.raises(StorageError, match="newer version") as failure:
        make(database)
    assert "Update Wurstdesk" in failure.value.hint
    assert database.read_bytes() == before


@pytest.mark.parametrize("sql", ["CREATE TABLE recipes (name TEXT)", "PRAGMA application_id = 5"])
def test_another_programs_database_is_refused(database: Path, sql: str) -> None:
    connection = apsw.Connection(str(database))
    connection.execute(sql)
    connection.close()
    before = database.read_bytes()
    with pytest.raises(StorageError, match="no gallery of Wurstdesk"):
        make(database)
    assert database.read_bytes() == before


def test_an_empty_file_is_a_new_gallery(database: Path) -> None:
    database.touch()
    make(database)
    assert ask(database, "PRAGMA user_version") == len(schema.migrations())


def damage_a_page(database: Path) -> None:
    """Overwrite the middle, where the tables are, and leave the header as it is."""
    data = bytearray(database.read_bytes())
    data[len(data) // 2 :] = b"\xa5" * (len(data) - len(data) // 2)
    database.write_bytes(data)


@pytest.mark.parametrize(
    "content", [b"no database at all" * 500, b"\0" * 8192, b"SQLite format 3\0" + b"\1" * 5000]
)
def test_what_is_no_database_is_damaged_and_left_as_it_is(database: Path, content: bytes) -> None:
    database.write_bytes(content)
    with pytest.raises(schema.DamagedDatabaseError):
        make(database)
    assert database.read_bytes() == content


def test_a_truncated_database_is_damaged(database: Path) -> None:
    make(database)
    os.truncate(database, database.stat().st_size // 2)
    with pytest.raises(schema.DamagedDatabaseError):
        make(database)


def test_damage_inside_is_found_after_an_unclean_end_and_the_wal_stays(database: Path) -> None:
    make(database)
    damage_a_page(database)
    wal = database.with_name(database.name + "-wal")
    wal.write_bytes(b"something of a process that was killed")
    with pytest.raises(schema.DamagedDatabaseError):
        make(database)
    assert wal.exists()


def test_damage_that_was_met_once_is_looked_for_at_the_next_start(database: Path) -> None:
    make(database)
    with pytest.raises(StorageError, match="damaged"), schema.storage_errors(database):
        raise apsw.CorruptError("met while reading a row")
    damage_a_page(database)
    with pytest.raises(schema.DamagedDatabaseError):
        make(database)


def test_a_false_alarm_is_forgotten(database: Path) -> None:
    make(database)
    with pytest.raises(StorageError), schema.storage_errors(database):
        raise apsw.CorruptError("only a bad moment")
    make(database)
    assert files_beside(database) == FILES


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (apsw.BusyError("x"), "busy"),
        (apsw.FullError("x"), "is full"),
        (apsw.IOError("x"), "cannot be used"),
        (apsw.ReadOnlyError("x"), "Nothing may be written"),
    ],
)
def test_what_the_environment_does_is_a_sentence(
    database: Path, error: Exception, words: str
) -> None:
    with pytest.raises(StorageError, match=words) as failure, schema.storage_errors(database):
        raise error
    assert failure.value.hint


def test_our_own_mistakes_stay_what_they_are(database: Path) -> None:
    with pytest.raises(apsw.ConstraintError), schema.storage_errors(database):
        raise apsw.ConstraintError("x")


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be used"):
        make(tmp_path / "none" / "gallery.sqlite")


def test_opening_waits_for_another_process_that_is_making_the_database(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = [apsw.BusyError("switching to WAL")] * 3
    really_connect = schema._connect

    def connect(*arguments: Any, check: bool) -> apsw.Connection:
        if busy:
            raise busy.pop()
        return really_connect(*arguments, check=check)

    monkeypatch.setattr(schema, "_connect", connect)
    make(database)
    busy.extend([apsw.BusyError("for ever")] * 1000)
    monkeypatch.setattr(schema, "BUSY_MILLISECONDS", 100)
    with pytest.raises(StorageError, match="busy"):
        make(database)


CONNECT = """
import sys
from pathlib import Path
from wurstdesk.gallery import schema
for number in range(20):
    schema.connect(Path(sys.argv[1]) / f"{number}.sqlite").close()
"""


def test_processes_may_make_the_same_database_at_the_same_time(tmp_path: Path) -> None:
    finish(*(start_python(CONNECT, tmp_path) for _ in range(3)))
    for number in range(20):
        assert ask(tmp_path / f"{number}.sqlite", "PRAGMA integrity_check") == "ok"


MIGRATE = """
import sys
from pathlib import Path
from wurstdesk.gallery import schema
steps = [*schema.migrations(), sys.argv[2]]
for number in range(20):
    schema.connect(Path(sys.argv[1]) / f"{number}.sqlite", steps=steps).close()
"""


def test_processes_that_migrate_at_the_same_time_keep_the_copy_from_before(tmp_path: Path) -> None:
    for number in range(20):
        make(tmp_path / f"{number}.sqlite")
    finish(*(start_python(MIGRATE, tmp_path, SECOND) for _ in range(3)))
    newest = len(schema.migrations()) + 1
    for number in range(20):
        database = tmp_path / f"{number}.sqlite"
        copy = database.with_name(f"{database.name}.before-schema-{newest}")
        assert ask(database, "PRAGMA user_version") == newest
        assert ask(copy, "PRAGMA user_version") == newest - 1


def test_a_disk_without_room_for_sqlites_own_files_is_full(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=0))
    with pytest.raises(StorageError, match="is full"), schema.storage_errors(database):
        raise apsw.IOError("xShmMap")


def test_a_database_that_another_thread_works_with_did_not_end_unclean(database: Path) -> None:
    seen: list[bool] = []

    def look() -> None:
        seen.append(schema.ended_unclean(database))

    def look_from_another_thread(*_: Any) -> None:
        other = Thread(target=look)
        other.start()
        other.join()

    connection = schema.connect(database)
    connection.execute("CREATE TABLE something (x)")  # so that there is something in the -wal
    connection.create_scalar_function("look", look_from_another_thread, 0)
    connection.execute("SELECT look()").fetchall()
    connection.close()
    assert seen == [False]
