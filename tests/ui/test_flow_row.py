"""A row of widgets that becomes two where there is no room: nothing is cut off."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from everything import settle
from wurstdesk.ui.controls import ElidedLabel
from wurstdesk.ui.flow_row import FlowRow


class Fixed(QWidget):
    """Wants one size and no other."""

    def __init__(self, width: int, height: int = 20) -> None:
        super().__init__()
        self.wanted = QSize(width, height)

    def sizeHint(self) -> QSize:
        """That one."""
        return self.wanted

    def minimumSizeHint(self) -> QSize:
        """That one."""
        return self.wanted


@pytest.fixture
def place(qtbot: QtBot) -> QWidget:
    """A column with room for a row at its top."""
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    qtbot.addWidget(made)
    return made


def show(place: QWidget, row: FlowRow, width: int) -> None:
    layout = place.layout()
    assert layout is not None
    layout.addWidget(row)
    layout.setAlignment(row, Qt.AlignmentFlag.AlignTop)
    place.resize(width, 400)
    place.show()
    settle()


def three(place: QWidget, width: int) -> tuple[FlowRow, list[Fixed]]:
    row = FlowRow(margin=(10, 5), spacing=8)
    parts = [Fixed(100), Fixed(100, 40), Fixed(100)]
    for part in parts:
        row.add(part)
    show(place, row, width)
    return row, parts


def test_all_in_one_line_where_there_is_room(place: QWidget) -> None:
    row, parts = three(place, 400)
    assert [part.x() for part in parts] == [10, 118, 226]
    assert row.height() == 50
    assert [part.geometry().center().y() for part in parts] == [24, 24, 24]


@pytest.mark.parametrize(("width", "lines"), [(336, 1), (335, 2), (228, 2), (227, 3), (120, 3)])
def test_lines_are_broken_only_where_they_must(place: QWidget, width: int, lines: int) -> None:
    row, parts = three(place, width)
    assert len({part.geometry().center().y() for part in parts}) == lines
    assert all(part.width() == 100 for part in parts)
    assert all(row.rect().contains(part.geometry()) for part in parts)


def test_it_becomes_low_again(place: QWidget) -> None:
    row, _ = three(place, 120)
    assert row.height() > 100
    place.resize(400, 400)
    settle()
    assert row.height() == 50


def test_it_may_be_as_narrow_as_its_widest(place: QWidget) -> None:
    row, _ = three(place, 400)
    assert row.minimumSizeHint().width() == 120
    assert row.sizeHint().width() == 336


def test_what_is_hidden_takes_no_room(place: QWidget) -> None:
    row, parts = three(place, 400)
    parts[1].hide()
    settle()
    assert parts[2].x() == 118
    assert row.height() == 30
    parts[1].show()
    settle()
    assert parts[2].x() == 226


def test_one_takes_the_room_that_is_left(place: QWidget) -> None:
    row = FlowRow(margin=(0, 0), spacing=10)
    words, button = ElidedLabel(), Fixed(100)
    words.setText("many words " * 20)
    row.add(words, stretches=True)
    row.add(button)
    show(place, row, 400)
    assert (words.width(), button.x()) == (290, 300)


def test_a_text_that_grows_gets_its_room(place: QWidget) -> None:
    row = FlowRow(margin=(0, 0))
    button, label = QPushButton("a"), QLabel("b")
    row.add(button)
    row.add(label)
    show(place, row, 500)
    before = label.x()
    button.setText("a much longer text")
    settle()
    assert label.x() > before
    assert button.width() >= button.sizeHint().width()


def test_lines_of_wrapped_text_are_as_high_as_they_need(place: QWidget) -> None:
    row = FlowRow(margin=(0, 0))
    label = QLabel("many words " * 20)
    label.setWordWrap(True)
    row.add(label, stretches=True)
    show(place, row, 200)
    assert row.height() >= label.heightForWidth(200)


def test_it_keeps_a_height_and_stands_in_the_middle_of_it(place: QWidget) -> None:
    row = FlowRow(margin=(0, 0))
    row.keep_height(60)
    part = Fixed(50)
    row.add(part)
    show(place, row, 300)
    assert row.height() == 60
    assert part.y() == 20


def test_from_right_to_left(place: QWidget) -> None:
    place.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    _, parts = three(place, 400)
    assert parts[0].x() > parts[1].x() > parts[2].x()
