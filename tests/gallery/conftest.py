"""A gallery of one's own for every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gallery.places import OpenGallery, database, pictures
from wurstdesk.gallery.store import Gallery


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path.resolve()


@pytest.fixture
def open_gallery(place: Path) -> Iterator[OpenGallery]:
    """Opens the gallery of this test, as often as asked; all are closed at the end."""
    opened: list[Gallery] = []

    def open_it(**options: Any) -> Gallery:
        opened.append(Gallery.open(database(place), pictures(place), **options))
        return opened[-1]

    yield open_it
    for gallery in opened:
        gallery.close()
