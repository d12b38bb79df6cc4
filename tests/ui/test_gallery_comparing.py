# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
"""Pictures of the gallery beside each other: two, three, four."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from kept_pictures import GalleryBench, press
from wurstdesk.ui.gallery_tools import GalleryTools

LEFT = Qt.MouseButton.LeftButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
KEY = Qt.Key


# -- comparing ----------------------------------------------------------------------------------


def test_two_are_compared(qtbot: QtBot, bench: GalleryBench, tools: GalleryTools) -> None:
    bench.choose(0, 1)
    press(qtbot, KEY.Key_B, CTRL)
    compare = tools.compare
    qtbot.waitUntil(compare.isVisible)
    assert compare.slider.hasFocus()
    names = [name for name, _ in compare.table.rows]
    assert names == ["prompt", "seed"]
    assert [label.value for label in compare.table.rows[1][1]] == ["5", "4"]
    press(qtbot, KEY.Key_2)
    assert compare.side.isVisible()
    qtbot.mouseClick(compare.mode_buttons["flick"], LEFT)
    assert compare.flick.isVisible()
    qtbot.mouseClick(compare.swap_button, LEFT)
    assert [label.value for label in compare.table.rows[1][1]] == ["4", "5"]
    compare.take_focus()
    press(qtbot, KEY.Key_Escape)
    assert not compare.isVisible()
    assert bench.stored(bench.ids[0])["rating"] == 0, "digits were ways of comparing"


@pytest.mark.parametrize("count", [3, 4])
def test_three_and_four_are_zoomed_together(
    qtbot: QtBot, bench: GalleryBench, tools: GalleryTools, count: int
) -> None:
    bench.choose(*range(count))
    qtbot.mouseClick(tools.details.compare, LEFT)
    compare = tools.compare
    qtbot.waitUntil(compare.isVisible)
    pane = compare.three if count == 3 else compare.four
    assert compare.pane is pane
    qtbot.waitUntil(lambda: not any(view.cells[0].image.isNull() for view in pane.views))
    pane.views[1].show_full_size()
    assert {view.zoom for view in pane.views} == {pane.views[1].zoom}
    assert not compare.mode_buttons["slider"].isVisible()
    assert len(compare.table.rows[0][1]) == count
    qtbot.mouseClick(compare.done_button, LEFT)
    assert not compare.isVisible()
