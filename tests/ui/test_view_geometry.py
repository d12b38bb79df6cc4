"""Where pictures stand: plain numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF, QSizeF

from wurstdesk.ui.view_geometry import Grid, Placement

VIEW = QSizeF(900, 500)


@pytest.mark.parametrize(
    ("count", "cell", "columns"),
    [
        (1, QSizeF(384, 384), 1),
        (2, QSizeF(384, 384), 2),
        (4, QSizeF(384, 384), 2),
        (3, QSizeF(512, 128), 1),
        (8, QSizeF(384, 384), 4),
        (6, QSizeF(256, 512), 6),
    ],
)
def test_cells_come_out_as_large_as_possible(count: int, cell: QSizeF, columns: int) -> None:
    assert Grid.best(count, cell, VIEW).columns == columns


def test_an_empty_grid_has_a_size() -> None:
    grid = Grid.best(0, QSizeF(1, 1), VIEW)
    assert grid.at(QPointF(0, 0)) is None
    assert Grid(1, QSizeF(10, 10), 1).fit(QSizeF(0, 0)) == 1.0


@given(count=st.integers(1, 64), width=st.integers(1, 32), height=st.integers(1, 32))
def test_no_cell_touches_another_and_each_is_found(count: int, width: int, height: int) -> None:
    grid = Grid.best(count, QSizeF(width * 128, height * 128), VIEW)
    rects = [grid.rect(index) for index in range(count)]
    whole = QRectF(0, 0, grid.size.width() + 0.001, grid.size.height() + 0.001)
    for index, rect in enumerate(rects):
        assert grid.at(rect.center()) == index
        assert whole.contains(rect)
    assert not any(a.intersects(b) for a in rects for b in rects if a is not b)


@given(
    zoom=st.floats(0.05, 16),
    x=st.floats(-500, 500),
    y=st.floats(-500, 500),
    factor=st.floats(0.5, 2),
)
def test_the_point_under_the_pointer_stays(zoom: float, x: float, y: float, factor: float) -> None:
    placement, pointer = Placement(zoom, QPointF(x, y)), QPointF(123, 45)
    before = placement.to_plane(pointer)
    after = placement.zoomed(zoom * factor, pointer).to_plane(pointer)
    assert after.x() == pytest.approx(before.x(), abs=1e-6)
    assert after.y() == pytest.approx(before.y(), abs=1e-6)


def test_a_small_picture_stands_in_the_middle() -> None:
    kept = Placement(1.0, QPointF(700, -20)).kept_in_sight(QSizeF(300, 100), VIEW)
    assert (kept.offset.x(), kept.offset.y()) == (300, 200)


def test_a_large_picture_leaves_no_empty_space() -> None:
    size = QSizeF(2000, 2000)
    right = Placement(1.0, QPointF(50, 50)).kept_in_sight(size, VIEW)
    left = Placement(1.0, QPointF(-5000, -5000)).kept_in_sight(size, VIEW)
    assert (right.offset.x(), right.offset.y()) == (0, 0)
    assert (left.offset.x(), left.offset.y()) == (-1100, -1500)
