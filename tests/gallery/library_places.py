"""A library of rows alone, without files, for what is searched and sorted."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import apsw

from wurstdesk.gallery import functions, rows, schema
from wurstdesk.gallery.library import Library

WORDS = ("red", "redder", "dog", "dogs", "rain", "Straße", "café", "漢字", "a", "in", "night")
TAGS = ("beach", "Sunset Beach", "best", "Über", "dog")
ALBUMS = ("Holidays", "Best of")
CHECKPOINTS = ("wuerstchen", "wuerstchen-v2 fp16", "dackel", "")
SOURCES = ("wurstdesk", "a1111", "comfyui")
SIDES = (384, 512, 768, 1024)


@dataclass
class Row:
    """What is searched by of a picture."""

    id: int
    created: str = "2026-11-24T10:00:00.000+00:00"
    day: str = "2026-11-24"
    prompt: str = "a red dog"
    seed: int | None = 7
    width: int = 512
    height: int = 512
    checkpoint: str = "dackel"
    source: str = "wurstdesk"
    stack: str = ""
    rating: int = 0
    favourite: int = 0
    verdict: int = 0
    trashed: str | None = None
    missing: str | None = None
    tags: tuple[str, ...] = ()
    albums: tuple[int, ...] = field(default=())

    @property
    def newness(self) -> tuple[str, str, int]:
        return self.day, self.created, self.id


def random_rows(count: int, seed: int = 1) -> list[Row]:
    """Rows in which everything occurs, in no order."""
    dice = random.Random(seed)
    made = []
    for number in range(1, count + 1):
        day = f"2026-{dice.choice((9, 10, 11)):02}-{dice.randint(1, 28):02}"
        made.append(
            Row(
                number * 3,
                f"{day}T{dice.randint(0, 1):02}:00:00.000+00:00",
                day,
                " ".join(dice.choices(WORDS, k=dice.randint(0, 4))),
                dice.choice((None, 1, 7, 2**32 - 1)),
                dice.choice(SIDES),
                dice.choice(SIDES),
                dice.choice(CHECKPOINTS),
                dice.choice(SOURCES),
                dice.choice(("", "one", "two", "three")),
                dice.choice((0, 0, 0, 1, 2, 3, 4, 5)),
                int(dice.random() < 0.3),
                dice.choice((-1, 0, 1)),
                day if dice.random() < 0.2 else None,
                day if dice.random() < 0.2 else None,
                tuple(sorted(dice.sample(TAGS, dice.choice((0, 0, 1, 2))))),
                tuple(n for n in (1, 2) if dice.random() < 0.3),
            )
        )
    dice.shuffle(made)
    return made


def library_of(place: Path, filled: Iterable[Row]) -> Library:
    """A gallery that holds these."""
    database = place / "data" / "gallery.sqlite"
    database.parent.mkdir(parents=True)
    connection = schema.connect(database)
    with schema.immediate(connection):
        for name in ALBUMS:
            connection.execute("INSERT INTO albums (name, created) VALUES (?, '')", (name,))
        for row in filled:
            _insert(connection, row)
    return Library(database, connection)


def _insert(connection: apsw.Connection, row: Row) -> None:
    connection.execute(
        "INSERT INTO pictures (id, created, day, path, content_hash, file_size, source, prompt,"
        " negative_prompt, seed, width, height, checkpoint_name, checkpoint_hash, device, dtype,"
        " seconds, notes, stack_key, rating, favourite, verdict, trashed, missing)"
        " VALUES (?, ?, ?, ?, ?, 1, ?, ?, '', ?, ?, ?, ?, '', '', '', '{}', '[]', ?, ?, ?, ?,"
        " ?, ?)",
        (row.id, row.created, row.day, f"pictures/{row.id}.png", functions.sha256(b"%d" % row.id),
         row.source, row.prompt, row.seed, row.width, row.height, row.checkpoint, row.stack,
         row.rating, row.favourite, row.verdict, row.trashed, row.missing),
    )  # fmt: skip
    connection.executemany(
        "INSERT OR IGNORE INTO tags (name) VALUES (?)", [(name,) for name in row.tags]
    )
    connection.executemany(
        "INSERT INTO picture_tags (picture, tag) SELECT ?, id FROM tags WHERE name = ?",
        [(row.id, name) for name in row.tags],
    )
    connection.executemany(
        "INSERT INTO album_pictures (album, picture, added) VALUES (?, ?, '')",
        [(album, row.id) for album in row.albums],
    )
    rows.index_texts(connection, row.id)
