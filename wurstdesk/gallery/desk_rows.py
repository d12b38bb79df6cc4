"""The rows of the desk: the queue, the seeds and prompts used before.

As ``rows`` it is what SQL there is, and nothing about files. What only a newer version can read is
left out of every answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import apsw

from wurstdesk.errors import RequestError
from wurstdesk.gallery.json_text import from_json, to_json
from wurstdesk.gallery.rows import PathNames, unique
from wurstdesk.gallery.thumbnails import SIDE
from wurstdesk.generation import GenerationRequest, KeptJob, SeedUse

_WITH_THUMBNAIL = (
    "pictures LEFT JOIN thumbnails.images ON images.content_hash = pictures.content_hash"
    f" AND side = {SIDE}"
)


def jobs(connection: apsw.Connection) -> tuple[KeptJob, ...]:
    """The queue, in its order."""
    found = connection.execute("SELECT key, request, state FROM jobs ORDER BY position")
    return tuple(
        KeptJob(key, request, state)
        for key, text, state in found
        if (request := _readable(text)) is not None
    )


def replace_jobs(connection: apsw.Connection, kept: Sequence[KeptJob]) -> None:
    """Put these in place of the whole queue; within ``schema.immediate``, as every write here."""
    connection.execute("DELETE FROM jobs")
    connection.executemany(
        "INSERT INTO jobs (key, position, state, request) VALUES (?, ?, ?, ?)",
        [
            (job.key, position, job.state, to_json(job.request.to_dict()))
            for position, job in enumerate(kept)
        ],
    )


def seeds(connection: apsw.Connection, names: PathNames, limit: int) -> tuple[SeedUse, ...]:
    """Pinned ones first, the newest pin before the others; then the rest, last used first."""
    pinned = connection.execute(
        "SELECT seed, request, created, thumbnail, path FROM pinned_seeds"
        " ORDER BY pinned DESC, seed LIMIT ?",
        (limit,),
    )
    uses = [use for row in pinned if (use := _seed_use(names, *row, is_pinned=True))]
    pins = {use.seed for use in uses}
    for number in _last_used(connection, pins, limit - len(uses)):
        found = connection.execute(
            f"SELECT seed, request, created, image, path FROM {_WITH_THUMBNAIL} WHERE id = ?",
            (number,),
        )
        uses += [use for row in found if (use := _seed_use(names, *row, is_pinned=False))]
    return tuple(uses)


def _last_used(connection: apsw.Connection, pins: set[int], limit: int) -> list[int]:
    """The newest picture of each seed that is not pinned, last used first.

    Read from the newest back, and no further than needed: of many pictures a few are enough.
    """
    found = connection.execute(
        "SELECT seed, id FROM pictures WHERE request IS NOT NULL AND trashed IS NULL"
        " ORDER BY created DESC, id DESC"
    )
    newest: dict[int, int] = {}
    for seed, number in found:
        if len(newest) >= limit:
            break
        if seed not in pins:
            newest.setdefault(seed, number)
    return list(newest.values())


def pin_seed(connection: apsw.Connection, names: PathNames, use: SeedUse, now: str) -> None:
    """Note a pin; one that is there already becomes the newest."""
    connection.execute(
        "INSERT OR REPLACE INTO pinned_seeds (seed, pinned, created, request, path, thumbnail)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            use.seed,
            now,
            use.created,
            to_json(use.request.to_dict()),
            names.name(use.path) if use.path is not None else None,
            use.thumbnail,
        ),
    )


def unpin_seed(connection: apsw.Connection, seed: int) -> None:
    """Forget a pin, if there is one."""
    connection.execute("DELETE FROM pinned_seeds WHERE seed = ?", (seed,))


def prompts(connection: apsw.Connection, limit: int) -> tuple[str, ...]:
    """Those used last, each once; none that is empty."""
    found = connection.execute(
        "SELECT prompt FROM pictures WHERE trashed IS NULL ORDER BY created DESC, id DESC"
    )
    return tuple(islice(unique(prompt for (prompt,) in found if prompt.strip()), limit))


def _seed_use(
    names: PathNames,
    seed: int,
    text: str,
    created: str,
    thumbnail: bytes | None,
    path: str | None,
    *,
    is_pinned: bool,
) -> SeedUse | None:
    request = _readable(text)
    if request is None:
        return None
    where: Path | None = names.path(path) if path is not None else None
    return SeedUse(seed, request, created, thumbnail or b"", where, is_pinned)


def _readable(text: str) -> GenerationRequest | None:
    """The request, or None where it is of a newer version."""
    try:
        return GenerationRequest.from_dict(from_json(text))
    except RequestError:
        return None
