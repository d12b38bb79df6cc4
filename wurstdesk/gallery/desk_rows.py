"""The rows of the desk: the queue, the seeds and prompts used before, pages of pictures.

As ``rows`` it is what SQL there is, and nothing about files. What only a newer version can read is
left out of every answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import apsw

from wurstdesk.errors import RequestError
from wurstdesk.gallery.json_text import from_json, to_json
from wurstdesk.gallery.rows import PathNames
from wurstdesk.generation import GenerationRequest, KeptJob, KeptPicture, SeedUse


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
    used = connection.execute(
        # Bare columns beside max() are those of the row that has it: SQLite promises that.
        "WITH newest AS (SELECT seed, request, path, id, max(created) AS created FROM pictures"
        "   WHERE seed NOT IN (SELECT seed FROM pinned_seeds) GROUP BY seed"
        "   ORDER BY max(created) DESC, id DESC LIMIT ?)"
        " SELECT seed, request, created, image, path FROM newest"
        " LEFT JOIN thumbnails ON picture = id ORDER BY created DESC, id DESC",
        (max(0, limit - len(uses)),),
    )
    uses += [use for row in used if (use := _seed_use(names, *row, is_pinned=False))]
    return tuple(uses)


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
        "SELECT prompt FROM pictures WHERE trim(prompt) <> '' GROUP BY prompt"
        " ORDER BY max(created) DESC, max(id) DESC LIMIT ?",
        (limit,),
    )
    return tuple(prompt for (prompt,) in found)


def pictures(
    connection: apsw.Connection, names: PathNames, limit: int, offset: int
) -> tuple[KeptPicture, ...]:
    """Those that have a file, newest first."""
    found = connection.execute(
        "SELECT id, path, request, created, coalesce(image, x'') FROM pictures"
        " LEFT JOIN thumbnails ON picture = id WHERE path IS NOT NULL"
        " ORDER BY created DESC, id DESC LIMIT ? OFFSET ?",
        (limit, offset),
    )
    return tuple(
        KeptPicture(number, names.path(path), request, created, thumbnail)
        for number, path, text, created, thumbnail in found
        if (request := _readable(text)) is not None
    )


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
