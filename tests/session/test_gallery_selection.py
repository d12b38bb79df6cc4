"""What is selected in the gallery, and what becomes of it when the result changes."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from wurstdesk.session.gallery_selection import GallerySelection


@pytest.fixture
def selection(qapp: QCoreApplication) -> Iterator[GallerySelection]:
    """Over the pictures 10, 11 … 19."""
    del qapp
    made = GallerySelection()
    made.adopt(array("q", range(10, 20)), is_same_search=False)
    yield made
    made.deleteLater()


def test_one_is_chosen(qtbot: QtBot, selection: GallerySelection) -> None:
    with qtbot.waitSignals([selection.changed, selection.current_changed]):
        selection.choose(3)
    assert (selection.ids, selection.current, selection.row) == ((13,), 13, 3)
    assert 13 in selection
    assert 12 not in selection


def test_a_row_that_is_not_there_changes_nothing(selection: GallerySelection) -> None:
    selection.choose(3)
    for row in (-1, 10):
        selection.choose(row)
        selection.toggle(row)
        selection.extend(row)
        selection.move(row)
    assert (selection.ids, selection.current) == ((13,), 13)


def test_it_is_extended_from_where_it_began(selection: GallerySelection) -> None:
    selection.choose(4)
    selection.extend(6)
    assert list(selection.ids) == [14, 15, 16]
    selection.extend(2)
    assert list(selection.ids) == [12, 13, 14]
    assert selection.current == 12
    selection.toggle(8)
    selection.extend(9, adds=True)
    assert list(selection.ids) == [12, 13, 14, 18, 19]


def test_extending_without_a_beginning(selection: GallerySelection) -> None:
    selection.extend(5)
    assert list(selection.ids) == [15]
    selection.extend(6)
    assert list(selection.ids) == [15, 16]


def test_one_is_taken_out(selection: GallerySelection) -> None:
    selection.take_all()
    selection.toggle(0)
    assert selection.ids == tuple(range(11, 20))
    assert selection.current == 10, "the keys go on from there"


def test_a_band_keeps_what_is_beside_it(selection: GallerySelection) -> None:
    selection.choose(0)
    selection.take([4, 5, 99], frozenset({10}))
    assert list(selection.ids) == [10, 14, 15]
    selection.take([5], frozenset({10}))
    assert list(selection.ids) == [10, 15]


def test_a_new_result_of_the_same_search_moves_nobody(
    qtbot: QtBot, selection: GallerySelection
) -> None:
    selection.choose(2)
    selection.extend(4)
    with qtbot.assertNotEmitted(selection.current_changed):
        selection.adopt(array("q", [30, 31, *range(10, 20)]), is_same_search=True)
    assert list(selection.ids) == [12, 13, 14]
    assert (selection.current, selection.row) == (14, 6)


@pytest.mark.parametrize(("row", "left"), [(3, 14), (9, 18)], ids=["next", "last"])
def test_the_neighbour_of_one_that_is_gone_is_current(
    selection: GallerySelection, row: int, left: int
) -> None:
    selection.choose(row)
    gone = selection.current
    selection.adopt(array("q", [n for n in range(10, 20) if n != gone]), is_same_search=True)
    assert (selection.current, selection.ids) == (left, (left,))


def test_another_search_without_the_current_one(qtbot: QtBot, selection: GallerySelection) -> None:
    selection.choose(3)
    with qtbot.waitSignal(selection.current_changed):
        selection.adopt(array("q", [17, 18]), is_same_search=False)
    assert (selection.current, selection.row, selection.ids) == (None, -1, ())


def test_nothing_is_left(selection: GallerySelection) -> None:
    selection.choose(3)
    selection.adopt(array("q"), is_same_search=True)
    assert (selection.current, selection.ids) == (None, ())
