"""Galleries of every version that ever was: opened today, and everything in them is still there."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import pytest
from PIL import Image

from gallery.pictures import make_picture
from gallery.places import FIXTURES, unpack
from wurstdesk.errors import StorageError
from wurstdesk.gallery import functions, schema, side_files
from wurstdesk.gallery.desk import GalleryDesk

OLD = ["schema-1", "schema-2"]
EVERY = [*OLD, "schema-3"]
Rows = list[dict[str, Any]]


def rows_of(database: Path, question: str) -> Rows:
    with closing(apsw.Connection(str(database))) as connection:
        side_files.attach(connection, database)
        cursor = connection.execute(question)
        names = [column[0] for column in cursor.get_description()]
        return [dict(zip(names, row, strict=True)) for row in cursor]


def old_rows(database: Path, question: str) -> Rows:
    """As it stands in an old database, which is left untouched."""
    with closing(apsw.Connection(str(database), flags=apsw.SQLITE_OPEN_READONLY)) as connection:
        cursor = connection.execute(question)
        names = [column[0] for column in cursor.get_description()]
        return [dict(zip(names, row, strict=True)) for row in cursor]


@pytest.fixture(params=EVERY)
def any_database(request: pytest.FixtureRequest, place: Path) -> Path:
    return unpack(request.param, place)


@pytest.fixture(params=OLD)
def old_database(request: pytest.FixtureRequest, place: Path) -> Path:
    return unpack(request.param, place)


@pytest.fixture
def desk(any_database: Path, place: Path) -> Iterator[GalleryDesk]:
    with closing(GalleryDesk.open(any_database, place / "pictures")) as desk:
        yield desk


def test_there_is_a_database_of_every_schema() -> None:
    names = {folder.name for folder in FIXTURES.iterdir() if folder.is_dir()}
    assert {f"schema-{number}" for number in range(1, len(schema.migrations()) + 1)} <= names


def test_every_picture_has_its_request_negative_and_thumbnail(desk: GalleryDesk) -> None:
    for number, (prompt, seed) in {
        1: ("a red dog", 0),
        2: ("ein grüner Dackel", 1),
        3: ("犬と猫", 2),
        4: ("a red dog", 3),
        5: ("the same file", 8),
    }.items():
        request = desk.request_of(number)
        assert (request.prompt, request.seed, request.width) == (prompt, seed, 128)
        assert desk.latents_of(number) == make_picture(seed=seed).latents
        thumbnail = desk.thumbnail_of(number)
        assert thumbnail is not None
        with Image.open(io.BytesIO(thumbnail)) as image:
            assert image.size == (128, 128)
    assert desk.notices == ()


@pytest.mark.usefixtures("desk")
def test_what_the_person_did_is_kept(any_database: Path) -> None:
    found = rows_of(any_database, "SELECT id, rating, favourite, parent FROM pictures ORDER BY id")
    assert [tuple(row.values()) for row in found] == [
        (1, 0, 0, None),
        (2, 4, 1, None),
        (3, 0, 0, None),
        (4, 0, 0, 1),
        (5, 0, 0, None),
    ]


@pytest.mark.parametrize("name", EVERY[1:])
def test_the_queue_and_the_pins_are_kept(name: str, place: Path) -> None:
    with closing(GalleryDesk.open(unpack(name, place), place / "pictures")) as desk:
        assert [(job.key, job.state, job.request.num_images) for job in desk.jobs()] == [
            ("a", "running", 1),
            ("b", "waiting", 9),
        ]
        pinned = desk.seeds(9)[0]
        assert (pinned.seed, pinned.is_pinned, pinned.request.prompt) == (0, True, "a red dog")
        assert pinned.thumbnail.startswith(b"RIFF")


def test_albums_tags_and_searches_are_kept(place: Path) -> None:
    database = unpack("schema-3", place)
    GalleryDesk.open(database, place / "pictures").close()
    assert rows_of(
        database, "SELECT picture, name FROM picture_tags JOIN tags ON tags.id = tag"
    ) == [{"picture": 2, "name": "dachshund"}]
    assert rows_of(
        database, "SELECT picture, name FROM album_pictures JOIN albums ON albums.id = album"
    ) == [{"picture": 4, "name": "Best"}]
    assert rows_of(database, "SELECT name, text FROM saved_searches") == [
        {"name": "Reds", "text": "red is:favourite"}
    ]


def test_no_column_of_an_old_picture_is_lost(old_database: Path) -> None:
    before = old_rows(old_database, "SELECT * FROM pictures ORDER BY id")
    schema.connect(old_database).close()
    after = rows_of(old_database, "SELECT * FROM pictures ORDER BY id")

    assert len(after) == len(before) == 5
    for old, new in zip(before, after, strict=True):
        made = json.loads(new["provenance"])
        assert made["threads"] == old.pop("threads")
        assert made["versions"] == json.loads(old.pop("versions"))
        assert made["checkpoint_hash"] == old["checkpoint_hash"]
        assert len(new["negative"]) == 64
        del old["negative"]
        assert {name: new[name] for name in old} == old
        assert new["day"] == old["created"][:10]
    assert len({row["stack_key"] for row in after}) == 4, "two differ only in the seed"


def test_ids_are_never_used_twice(any_database: Path) -> None:
    connection = schema.connect(any_database)
    newest = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'pictures'").get
    connection.close()
    assert newest == 6, "although picture 6 is gone"


def test_an_empty_gallery_counts_on(place: Path) -> None:
    database = unpack("schema-2", place)
    with closing(apsw.Connection(str(database))) as connection:
        connection.execute("DELETE FROM pictures")
    connection = schema.connect(database)
    assert connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'pictures'").get == 6
    connection.close()


def test_what_was_migrated_is_sound(any_database: Path) -> None:
    with closing(schema.connect(any_database)) as connection:
        for part in ("main", "negatives", "thumbnails"):
            schema.check_integrity(connection, part)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.pragma("foreign_keys") == 1
        words = connection.execute("SELECT rowid FROM picture_texts('dackel OR 猫') ORDER BY rowid")
        assert [number for (number,) in words] == [2, 3]
        assert connection.pragma("freelist_count") <= connection.pragma("page_count") // 2


def test_the_copy_from_before_has_everything(old_database: Path) -> None:
    tables = ("pictures", "negatives", "thumbnails")
    before = [old_rows(old_database, f"SELECT * FROM {table}") for table in tables]
    schema.connect(old_database).close()
    copy = old_database.with_name(f"gallery.sqlite.before-schema-{len(schema.migrations())}")
    assert [old_rows(copy, f"SELECT * FROM {table}") for table in tables] == before


def test_cut_between_the_negatives_and_the_rest_it_is_done_again(old_database: Path) -> None:
    negatives = "SELECT id, data FROM negatives"
    before = {row["id"]: row["data"] for row in old_rows(old_database, negatives)}
    connection = apsw.Connection(str(old_database))
    functions.register(connection)
    side_files.attach(connection, old_database)
    side_files.move_negatives_out(connection)
    connection.close()

    schema.connect(old_database).close()

    after = rows_of(old_database, "SELECT hash, data FROM negatives.latents")
    assert sorted(row["data"] for row in after) == sorted(before.values())


def test_rows_that_refer_to_nothing_are_damage(place: Path) -> None:
    database = unpack("schema-2", place)
    with closing(apsw.Connection(str(database))) as connection:
        connection.execute("UPDATE pictures SET parent = 99 WHERE id = 4")
    with pytest.raises(schema.DamagedDatabaseError):
        schema.connect(database)


def test_of_a_newer_version_nothing_is_touched(any_database: Path) -> None:
    with closing(apsw.Connection(str(any_database))) as connection:
        connection.pragma("user_version", 99)
    before = {file: file.read_bytes() for file in any_database.parent.iterdir()}
    with pytest.raises(StorageError, match="newer version"):
        schema.connect(any_database)
    assert {file: file.read_bytes() for file in before} == before
