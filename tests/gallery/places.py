"""Where a test's gallery lies, and how to look at it and hurt it."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw
import pytest

from wurstdesk.gallery import rows, side_files
from wurstdesk.gallery.store import Gallery

FIXTURES = Path(__file__).parent / "fixtures"
OpenGallery = Callable[..., Gallery]


def database(place: Path) -> Path:
    return place / "data" / "gallery.sqlite"


def pictures(place: Path) -> Path:
    return place / "pictures"


def unpack(name: str, place: Path) -> Path:
    """The gallery of that schema, as a program of its time left it; returns its database."""
    database(place).parent.mkdir()
    for file in (FIXTURES / name).iterdir():
        (database(place).parent / file.stem).write_bytes(gzip.decompress(file.read_bytes()))
    return database(place)


def ask(place: Path, question: str) -> list[tuple[Any, ...]]:
    connection = apsw.Connection(str(database(place)))
    try:
        side_files.attach(connection, database(place))
        return connection.execute(question).fetchall()
    finally:
        connection.close()


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def damage_the_tables(place: Path) -> None:
    """Overwrite everything behind the first page, so that only a check of the whole sees it."""
    data = database(place).read_bytes()
    database(place).write_bytes(data[:4096] + b"\xa5" * (len(data) - 4096))


def fail_rows(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def add(*_: object) -> int:
        raise error

    monkeypatch.setattr(rows, "add", add)
