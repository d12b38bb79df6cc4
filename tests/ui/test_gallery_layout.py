"""Where pictures stand in the gallery's grid, and how days are called."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QLocale, QPoint, QRect

from wurstdesk.gallery.records import DayGroup
from wurstdesk.ui.days import day_words
from wurstdesk.ui.gallery_layout import GridLayout, Measures


def layout(*counts: int, width: int = 500, cell: int = 100) -> GridLayout:
    """Days with so many pictures each."""
    groups = tuple(DayGroup(f"2026-11-{24 - n}", count) for n, count in enumerate(counts))
    return GridLayout(groups, Measures(width, cell, gap=10, margin=20, heading=30))


def test_cells_fill_the_width() -> None:
    places = layout(9)
    assert places.columns == 4
    assert places.cell == 107
    last = places.rect(3)
    assert last.right() + 1 == 20 + 4 * 107 + 3 * 10
    assert 500 - 20 - last.right() <= 4


def test_each_day_begins_under_its_heading() -> None:
    places = layout(5, 1, 3)
    headings = list(places.headings_in(QRect(0, 0, 500, places.height)))
    assert [group.count for group, _ in headings] == [5, 1, 3]
    assert headings[0][1].top() == 0
    assert places.rect(0).top() == 30
    assert places.rect(4).top() == 30 + 117
    assert headings[1][1].top() == 30 + 2 * 117
    assert places.rect(5).top() == headings[1][1].bottom() + 1


def test_without_days_there_are_no_headings() -> None:
    places = GridLayout((DayGroup("", 5),), Measures(500, 100, gap=10, margin=20, heading=30))
    assert list(places.headings_in(QRect(0, 0, 500, 500))) == []
    assert places.rect(0).top() == 10


def test_nothing_at_all() -> None:
    places = layout()
    assert places.count == 0
    assert list(places.rows_in(QRect(0, 0, 500, 500))) == []
    assert places.row_at(QPoint(50, 50)) == -1
    assert places.neighbour(0, 1) == -1


def test_a_window_narrower_than_a_cell() -> None:
    assert layout(3, width=60).columns == 1
    assert layout(3, width=1).cell >= 1


@pytest.mark.parametrize(
    ("row", "lines", "to"),
    [(0, 1, 4), (2, 1, 4), (4, -1, 0), (4, 1, 5), (5, -1, 4), (8, 1, 8), (0, -1, 0), (1, 9, 7)],
)
def test_up_and_down(row: int, lines: int, to: int) -> None:
    assert layout(5, 1, 3).neighbour(row, lines) == to


@given(
    counts=st.lists(st.integers(1, 60), min_size=1, max_size=30),
    width=st.integers(1, 2000),
    cell=st.integers(20, 400),
    data=st.data(),
)
def test_every_picture_is_found_where_it_is(
    counts: list[int], width: int, cell: int, data: st.DataObject
) -> None:
    places = layout(*counts, width=width, cell=cell)
    row = data.draw(st.integers(0, places.count - 1))
    rect = places.rect(row)
    assert places.row_at(rect.center()) == row
    assert rect.bottom() < places.height
    top = data.draw(st.integers(0, places.height))
    area = QRect(0, top, max(width, 41), data.draw(st.integers(1, 900)))
    expected = [r for r in range(places.count) if places.rect(r).intersects(area)]
    assert list(places.rows_in(area)) == expected


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2026-11-24", "Today"),
        ("2026-11-23", "Yesterday"),
        ("2026-11-17", "Tuesday 17 November"),
        ("2025-11-17", "Monday 17 November 2025"),
        ("2026-11-30", "Monday 30 November"),
        ("some day", "some day"),
    ],
)
def test_days_as_people_say_them(day: str, words: str) -> None:
    before = QLocale()
    QLocale.setDefault(QLocale("en_GB"))
    assert day_words(day, date(2026, 11, 24)) == words
    QLocale.setDefault(before)
