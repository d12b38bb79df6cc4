"""The rows of pictures that come from elsewhere or go there: what SQL there is for that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import apsw

from wurstdesk.gallery import rows
from wurstdesk.gallery.functions import local_day
from wurstdesk.gallery.image_metadata import ImageMetadata
from wurstdesk.gallery.json_text import clean_text, to_json
from wurstdesk.generation import SEED_COUNT

MAX_PROMPT = 100_000


@dataclass(frozen=True, slots=True)
class ImportedFacts:
    """What is noted of a file; ``created`` is UTC as in every row."""

    content_hash: str
    file_size: int
    created: str
    width: int
    height: int
    metadata: ImageMetadata


def bring_back(connection: apsw.Connection, picture: int, name: str) -> None:
    """A picture that was missing or in the trash has this file and is in the gallery.

    Whichever other picture was there has no file now.
    """
    connection.execute(
        "UPDATE pictures SET path = NULL WHERE path = ? AND id <> ?", (name, picture)
    )
    rows.set_path(connection, picture, name)
    rows.take_out_of_trash(connection, picture)
    rows.remove_stranger(connection, name)


def rename(connection: apsw.Connection, before: str, after: str) -> None:
    """A picture's file has another path."""
    connection.execute(
        "UPDATE pictures SET path = ?, missing = NULL WHERE path = ?", (after, before)
    )


def add(connection: apsw.Connection, name: str, facts: ImportedFacts) -> int:
    """Note a picture and return its id; within ``schema.immediate``."""
    metadata = facts.metadata
    if metadata.request is not None and metadata.provenance is not None:
        negative = metadata.negative_hash or None
        if metadata.latents is not None:
            negative = rows.add_negative(connection, metadata.latents, facts.created)
        return rows.add(
            connection,
            rows.PictureRow(
                path=name,
                content_hash=facts.content_hash,
                file_size=facts.file_size,
                created=facts.created,
                request=metadata.request,
                provenance=metadata.provenance,
                seconds=metadata.seconds,
                notes=metadata.notes,
                negative=negative,
            ),
        )
    rows.free_place(connection, name, facts.content_hash)
    values = _values(name, facts)
    columns, places = ", ".join(values), ", ".join("?" * len(values))
    picture: int = connection.execute(
        f"INSERT INTO pictures ({columns}) VALUES ({places}) RETURNING id", tuple(values.values())
    ).get
    rows.index_texts(connection, picture)
    return picture


def _values(name: str, facts: ImportedFacts) -> dict[str, str | int | None]:
    metadata = facts.metadata
    return {
        "path": name,
        "content_hash": facts.content_hash,
        "file_size": facts.file_size,
        "created": facts.created,
        "day": local_day(facts.created),
        "source": metadata.source,
        # The whole text stays in the file: a graph of nodes can be as long as a book.
        "metadata": to_json({**metadata.to_dict(), "text": ""}),
        "prompt": clean_text(metadata.prompt, MAX_PROMPT),
        "negative_prompt": clean_text(metadata.negative_prompt, MAX_PROMPT),
        "seed": _seed(metadata.parameters.get("Seed")),
        "width": facts.width,
        "height": facts.height,
        "checkpoint_name": clean_text(metadata.parameters.get("Model"), 200),
        "checkpoint_hash": clean_text(metadata.parameters.get("Model hash"), 200),
        "device": "",
        "dtype": "",
        "seconds": "{}",
        "notes": to_json(list(metadata.notes)),
        "stack_key": "",
    }


def _seed(text: Any) -> int | None:
    """A seed that could be one of ours; other programs' may be longer."""
    if not isinstance(text, str) or not text.isascii() or not text.isdigit() or len(text) > 10:
        return None
    seed = int(text)
    return seed if seed < SEED_COUNT else None
