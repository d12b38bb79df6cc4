"""A gallery of many pictures for ``gallery_scale.py``: rows and thumbnails, without the files."""

from __future__ import annotations

import hashlib
import io
import random
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import apsw
from PIL import Image, ImageFilter

from wurstdesk.gallery import functions, rows, schema
from wurstdesk.gallery.image_metadata import utc_text
from wurstdesk.gallery.json_text import to_json
from wurstdesk.generation import Provenance, make_request

_WORDS = """
a of the in with on and portrait landscape photo painting dog cat forest mountain river city
night day light dark red blue green golden old young woman man child robot dragon castle house
street rain snow fog sunset sunrise cinematic detailed realistic watercolour oil drawing sketch
macro close-up wide angle film grain soft warm cold dramatic moody bright colourful minimal
abstract surreal fantasy vintage modern futuristic steampunk garden sea beach desert island
lighthouse ship train bridge tower window door table bread sausage dachshund fox owl raven horse
whale butterfly flower rose tulip tree oak birch leaf autumn winter spring summer morning
evening moon stars sky clouds storm lightning fire candle lamp book violin piano dancer knight
wizard queen king market cafe kitchen library museum workshop studio depth field bokeh
symmetrical centred highly intricate elegant quiet
"""
FREQUENT = _WORDS.split()
SIDES = ((1024, 1024), (1024, 1024), (768, 1024), (1024, 768), (1152, 896), (384, 384), (1536, 768))
TAGS = tuple(f"{word} {n}" if n else word for n in range(3) for word in FREQUENT[20:40])

_SYLLABLES = [consonant + vowel for consonant in "bcdfgklmnprstvz" for vowel in "aeiou"]
_BATCH = 4  # pictures that differ only in their seed
_COLUMNS = (
    "id", "created", "day", "path", "content_hash", "file_size", "source", "request", "provenance",
    "prompt", "negative_prompt", "seed", "width", "height", "checkpoint_name", "checkpoint_hash",
    "device", "dtype", "seconds", "notes", "stack_key", "rating", "favourite", "verdict",
    "trashed", "missing",
)  # fmt: skip


def fill(database: Path, count: int) -> None:
    """Make a gallery with rows for ``count`` pictures of the last two years."""
    database.parent.mkdir(parents=True, exist_ok=True)
    with closing(schema.connect(database)) as connection:
        connection.pragma("synchronous", "off")
        places = ", ".join("?" * len(_COLUMNS))
        insert = f"INSERT INTO pictures ({', '.join(_COLUMNS)}) VALUES ({places})"
        with schema.immediate(connection):
            connection.executemany(insert, _pictures(count))
            _tag(connection, count)
            connection.execute(
                "INSERT INTO picture_texts (rowid, prompt, tags) SELECT id, search_text(prompt),"
                " ifnull((SELECT group_concat(name, ' ') FROM picture_tags JOIN tags"
                " ON tags.id = tag WHERE picture = pictures.id), '') FROM pictures"
            )
            _put_into_albums(connection, count)
        _add_thumbnails(connection)
        connection.execute("ANALYZE")
        schema.fold_in(connection)


def _pictures(count: int) -> Iterator[tuple[Any, ...]]:
    """The values of a row each, in the order of ``_COLUMNS``."""
    dice = random.Random(1)
    words = [*FREQUENT, *("".join(dice.choices(_SYLLABLES, k=4)) for _ in range(4000))]
    weights = [1 / (rank + 8) for rank in range(len(words))]
    made = Provenance("cpu", "float32", 2, "wuerstchen", "0123456789abcdef", {"torch": "2.9.0"})
    provenance = to_json(made.to_dict())
    template = make_request(prompt="", width=384, height=384, seed=0).to_dict()
    moment = datetime.now(UTC) - timedelta(days=730)
    prompt, (width, height), stack = "", SIDES[0], ""
    for number in range(1, count + 1):
        moment += timedelta(seconds=dice.expovariate(count / (729 * 86400)))
        created, seed, is_first = utc_text(moment), dice.randrange(2**32), number % _BATCH == 1
        if is_first:
            prompt = " ".join(dice.choices(words, weights, k=dice.randint(6, 18)))
            width, height = dice.choice(SIDES)
        fields = {"prompt": prompt, "width": width, "height": height, "seed": seed}
        request = to_json(template | fields)
        if is_first:
            stack = functions.stack_key(request, made.checkpoint_hash)
        file = _file_values(dice, number, created)
        if number % 80 > 75:  # another program's
            ours: tuple[Any, ...] = (
                "a1111",
                None,
                None,
                prompt,
                "blurry, text",
                seed,
                width,
                height,
                "",
                "",
            )
            yield (number, created, *file, *ours, "", "", "{}", "[]", "", *_marks(dice, created))
        else:
            ours = ("wurstdesk", request, provenance, prompt, "blurry, text", seed, width, height,
                    made.checkpoint_name, made.checkpoint_hash)  # fmt: skip
            rest = ("cpu", "float32", '{"prior":1.2,"decoder":3.4,"vqgan":0.4}', "[]", stack)
            yield (number, created, *file, *ours, *rest, *_marks(dice, created))


def _file_values(dice: random.Random, number: int, created: str) -> tuple[Any, ...]:
    """Day, path, hash and size."""
    return (
        functions.local_day(created),
        f"pictures/{created[:10]} picture {number}.png",
        hashlib.sha256(b"%d" % number).hexdigest(),
        dice.randint(500_000, 2_500_000),
    )


def _marks(dice: random.Random, created: str) -> tuple[Any, ...]:
    """Rating, favourite, verdict, trash, missing."""
    return (
        dice.choices(range(6), (80, 2, 3, 5, 6, 4))[0],
        int(dice.random() < 0.05),
        dice.choices((-1, 0, 1), (5, 85, 10))[0],
        created if dice.random() < 0.01 else None,
        created if dice.random() < 0.005 else None,
    )


def _tag(connection: apsw.Connection, count: int) -> None:
    dice = random.Random(2)
    connection.executemany("INSERT INTO tags (name) VALUES (?)", [(name,) for name in TAGS])
    pairs = (
        (picture, tag)
        for picture in range(1, count + 1)
        if dice.random() < 0.3
        for tag in dice.sample(range(1, len(TAGS) + 1), dice.randint(1, 3))
    )
    connection.executemany("INSERT INTO picture_tags (picture, tag) VALUES (?, ?)", pairs)


def _put_into_albums(connection: apsw.Connection, count: int) -> None:
    dice = random.Random(3)
    for number in range(1, 11):
        connection.execute(
            "INSERT INTO albums (name, created) VALUES (?, '')", (f"album {number}",)
        )
        chosen = dice.sample(range(1, count + 1), count // 50)
        connection.executemany(
            "INSERT INTO album_pictures (album, picture, added) VALUES (?, ?, '')",
            [(number, picture) for picture in chosen],
        )


def _add_thumbnails(connection: apsw.Connection) -> None:
    """Some hundred different ones of the usual weight, under all names."""
    dice = random.Random(4)
    images = [_thumbnail(dice) for _ in range(200)]
    found: list[Any] = connection.execute("SELECT id, content_hash FROM pictures").fetchall()
    with schema.immediate(connection):
        for number, content_hash in found:
            rows.add_thumbnail(connection, content_hash, images[number % len(images)])


def _thumbnail(dice: random.Random) -> bytes:
    coarse = Image.frombytes("RGB", (12, 12), dice.randbytes(3 * 12 * 12))
    image = coarse.resize((256, 256), Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(5))
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=75, method=2)
    return buffer.getvalue()
