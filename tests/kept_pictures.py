# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
"""A real gallery with a few pictures in it, for the tests of what is done with them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fakes import picture_of
from studio import Studio, library_file, open_library
from wurstdesk.gallery.library import Library
from wurstdesk.gallery.records import Edit
from wurstdesk.gallery.store import Gallery
from wurstdesk.generation import GenerationRequest, Provenance
from wurstdesk.session.gallery_view import GalleryView
from wurstdesk.session.gallery_work import GalleryWork

MADE = Provenance("cpu", "float32", 2, "dackel", "ab" * 32, {"torch": "0.0.1", "python": "3.11"})


def fill(folder: Path, count: int = 5) -> list[int]:
    """Pictures of 128x128 with seeds 1, 2 and so on; their ids, the newest first."""
    gallery = Gallery.open(library_file(folder), folder)
    try:
        ids = []
        for seed in range(1, count + 1):
            request = GenerationRequest(
                prompt=f"dog {seed}", seed=seed, width=128, height=128, checkpoint="dackel"
            )
            made = replace(picture_of(request), provenance=MADE, notes=("A note.",))
            ids.append(gallery.save(made).id)
    finally:
        gallery.close()
    return ids[::-1]


def folder_of(studio: Studio) -> Path:
    """Where a studio's pictures are."""
    folder = studio.state.pictures_folder
    assert folder is not None
    return folder


@contextmanager
def library_of(studio: Studio) -> Iterator[Library]:
    """What is in the database now."""
    library = open_library(folder_of(studio))
    try:
        yield library
    finally:
        library.close()


def edit(studio: Studio, change: Edit) -> None:
    """Change what is in the database, from outside."""
    with library_of(studio) as library:
        library.edit(change)


class GalleryBench:
    """The session's part of a gallery that somebody looks at."""

    def __init__(self, qtbot: QtBot, studio: Studio, count: int = 5) -> None:
        self.qtbot = qtbot
        self.studio = studio
        self.ids = fill(folder_of(studio), count)
        self.view: GalleryView = studio.state.gallery
        self.work: GalleryWork = studio.state.gallery_work
        self.view.look()
        qtbot.waitUntil(lambda: list(self.view.found.ids) == self.ids)
        self.view.cards.look_at(self.ids)
        qtbot.waitUntil(lambda: all(self.view.card(picture) for picture in self.ids))

    def choose(self, *rows: int) -> None:
        """Select these rows, the last one current, and wait until they are known."""
        self.view.selection.choose(rows[0])
        for row in rows[1:]:
            self.view.selection.toggle(row)
        wanted = {self.ids[row] for row in rows}
        self.qtbot.waitUntil(lambda: set(self.work.chosen.known.ids) == wanted)

    def wait(self) -> None:
        """Until all that was asked for is written."""
        done: list[bool] = []
        self.view.keeper.do(partial(bool, 1), done.append)
        self.qtbot.waitUntil(lambda: bool(done))

    def stored(self, picture: int) -> dict[str, object]:
        """What the database says of a picture."""
        self.wait()
        with library_of(self.studio) as library:
            details = library.details(picture)
        card = details.card
        return {
            "rating": card.rating,
            "favourite": card.is_favourite,
            "verdict": card.verdict,
            "trashed": card.is_trashed,
            "tags": details.tags,
            "albums": details.albums,
        }


def press(qtbot: QtBot, key: Qt.Key, modifiers: Qt.KeyboardModifier | None = None) -> None:
    """A key, where the focus is."""
    focused = QApplication.focusWidget()
    assert focused is not None
    qtbot.keyClick(focused, key, modifiers or Qt.KeyboardModifier.NoModifier)
