"""What the gallery's grid paints, and what it says aloud."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QColor, QImage
from pytestqt.qtbot import QtBot

from everything import settle
from kept_pictures import edit, fill, folder_of, library_of
from studio import Studio
from wurstdesk.gallery import rows
from wurstdesk.gallery.records import Edit
from wurstdesk.session.gallery_shelves import Shelf
from wurstdesk.session.gallery_view import GalleryView
from wurstdesk.ui.gallery_grid import GalleryGrid
from wurstdesk.ui.main_window import MainWindow
from wurstdesk.ui.theme import colours_of

COUNT = 3


@pytest.fixture
def ids(studio: Studio) -> list[int]:
    """Of three pictures, the newest first."""
    return fill(folder_of(studio), COUNT)


@pytest.fixture
def view(studio: Studio) -> GalleryView:
    return studio.state.gallery


@pytest.fixture
def grid(studio: Studio, window: MainWindow, view: GalleryView, ids: list[int]) -> GalleryGrid:
    """On the page, with its thumbnails."""
    window.show_page("gallery")
    grid = window.gallery.grid
    studio.qtbot.waitUntil(lambda: all(has_thumbnail(view, picture) for picture in ids))
    return grid


def has_thumbnail(view: GalleryView, picture: int) -> bool:
    card = view.card(picture)
    return card is not None and view.thumbnails.find(card.content_hash, 0)[0] is not None


def click(qtbot: QtBot, grid: GalleryGrid, row: int) -> None:
    where = grid.visual_rect(row).center()
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=where)


def shot(grid: GalleryGrid, row: int) -> QImage:
    """A tile with what is around it."""
    return grid.viewport().grab(grid.visual_rect(row).adjusted(-4, -4, 4, 4)).toImage()


def test_thumbnails_come_and_are_painted(
    qtbot: QtBot, grid: GalleryGrid, view: GalleryView
) -> None:
    card = view.card(view.found.ids[0])
    assert card is not None
    qtbot.waitUntil(lambda: view.thumbnails.find(card.content_hash, 0)[0] is not None)
    raised = QColor(colours_of(grid.palette()).raised)
    qtbot.waitUntil(lambda: shot(grid, 0).pixelColor(60, 60) != raised)


def test_only_what_is_selected_has_a_ring(qtbot: QtBot, grid: GalleryGrid) -> None:
    click(qtbot, grid, 1)
    accent = QColor(colours_of(grid.palette()).accent)

    def has_ring(row: int) -> bool:
        image = shot(grid, row)
        return any(image.pixelColor(image.width() // 2, y) == accent for y in range(6))

    assert has_ring(1)
    assert not has_ring(0)


@pytest.mark.parametrize(
    "change",
    [
        Edit("rating", {COUNT: 3}),
        Edit("favourite", {COUNT: 1}),
        Edit("verdict", {COUNT: 1}),
        Edit("verdict", {COUNT: -1}),
    ],
    ids=["stars", "heart", "kept", "rejected"],
)
def test_signs_on_a_picture(
    qtbot: QtBot, studio: Studio, grid: GalleryGrid, view: GalleryView, change: Edit
) -> None:
    card = view.card(COUNT)
    assert card is not None
    before = shot(grid, 0)
    edit(studio, change)
    view.read_anew()
    qtbot.waitUntil(lambda: view.card(COUNT) != card)
    qtbot.waitUntil(lambda: shot(grid, 0) != before)
    words = {"rating": "3 stars", "favourite": "favourite"}.get(change.kind)
    click(qtbot, grid, 0)
    if words:
        assert words in grid.accessibleDescription()


def test_a_missing_file_is_said_on_the_picture(
    qtbot: QtBot, studio: Studio, grid: GalleryGrid, view: GalleryView, ids: list[int]
) -> None:
    before = shot(grid, 0)
    with library_of(studio) as library:
        rows.set_missing(library._connection, [ids[0]], "2026-11-24T10:00:00.000+00:00")
    view.read_anew()
    qtbot.waitUntil(lambda: (card := view.card(ids[0])) is not None and card.is_missing)
    assert shot(grid, 0) != before
    click(qtbot, grid, 0)
    assert "its file is missing" in grid.accessibleDescription()


def test_the_focus_is_seen_with_and_without_a_choice(
    qtbot: QtBot, window: MainWindow, grid: GalleryGrid
) -> None:
    for prepare in (lambda: None, lambda: click(qtbot, grid, 0)):
        prepare()
        grid.setFocus()
        settle()
        with_focus = grid.viewport().grab().toImage()
        window.gallery.search.field.setFocus()
        settle()
        assert grid.viewport().grab().toImage() != with_focus


def test_the_current_picture_is_read_aloud(
    qtbot: QtBot, grid: GalleryGrid, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[QAccessible.Event] = []
    monkeypatch.setattr(
        QAccessible,
        "updateAccessibility",
        lambda event: said.append(event.type()),
    )
    click(qtbot, grid, 1)
    words = f"dog {COUNT - 1} · seed {COUNT - 1} · 128 × 128, 2 of {COUNT}"
    assert grid.accessibleDescription() == words
    assert QAccessible.Event.Focus in said
    assert QAccessible.Event.DescriptionChanged in said


def test_rejected_pictures_are_faint_only_beside_others(
    qtbot: QtBot, studio: Studio, grid: GalleryGrid, view: GalleryView
) -> None:
    def colour() -> QColor:
        return QColor(grid.grab(grid.visual_rect(0)).toImage().pixelColor(40, 40))

    usual = colour()
    edit(studio, Edit("verdict", {COUNT: -1}))
    view.read_anew()
    qtbot.waitUntil(lambda: (card := view.card(COUNT)) is not None and card.verdict < 0)
    settle()
    assert colour() != usual

    view.show_shelf(Shelf("rejected"))
    qtbot.waitUntil(lambda: list(view.found.ids) == [COUNT])
    settle()
    assert colour() == usual
