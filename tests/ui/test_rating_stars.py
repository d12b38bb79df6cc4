# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
"""Stars by mouse and keys, and the field for tags."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from wurstdesk.ui.rating_stars import RatingStars
from wurstdesk.ui.tag_field import TagField

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def stars(qtbot: QtBot) -> RatingStars:
    made = RatingStars()
    qtbot.addWidget(made)
    made.resize(made.sizeHint())
    made.show()
    return made


def click(qtbot: QtBot, stars: RatingStars, star: int) -> None:
    """On a star."""
    qtbot.mouseClick(stars, LEFT, pos=stars.star_rect(star).center().toPoint())


def test_a_click_gives_as_many_stars(qtbot: QtBot, stars: RatingStars) -> None:
    given: list[int] = []
    stars.rated.connect(given.append)
    for star in (4, 1, 5):
        click(qtbot, stars, star)
    click(qtbot, stars, 5)
    assert given == [4, 1, 5, 0], "the last one again takes them back"
    assert stars.accessibleName() == "Rating: no stars"


def test_keys_give_stars(qtbot: QtBot, stars: RatingStars) -> None:
    given: list[int] = []
    stars.rated.connect(given.append)
    keys = (Qt.Key.Key_3, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_0)
    for key in keys:
        qtbot.keyClick(stars, key)
    assert given == [3, 4, 3, 2, 0]
    qtbot.keyClick(stars, Qt.Key.Key_Left)
    assert given[-1] == 0, "there are no fewer"
    assert len(given) == 5


def test_different_ratings_are_neither(qtbot: QtBot, stars: RatingStars) -> None:
    stars.show_rating(0)
    none = stars.grab().toImage()
    stars.show_rating(None)
    assert stars.accessibleName() == "Rating: different"
    assert stars.grab().toImage() != none
    given: list[int] = []
    stars.rated.connect(given.append)
    qtbot.keyClick(stars, Qt.Key.Key_0)
    assert given == [0], "also where some had none"


def test_the_pointer_shows_what_a_click_would_give(qtbot: QtBot, stars: RatingStars) -> None:
    before = stars.grab().toImage()
    qtbot.mouseMove(stars, stars.star_rect(3).center().toPoint())
    assert stars.grab().toImage() != before
    assert stars.rating == 0


# -- tags ---------------------------------------------------------------------------------------


@pytest.fixture
def tags(qtbot: QtBot) -> TagField:
    made = TagField()
    qtbot.addWidget(made)
    made.set_known(["winter", "snow dog", "night"])
    made.show_tags(["dog"], ["beach"])
    made.show()
    made.activateWindow()
    return made


def test_tags_are_entered(qtbot: QtBot, tags: TagField) -> None:
    added: list[str] = []
    tags.added.connect(added.append)
    qtbot.keyClicks(tags.entry, "red  sun, blue,, Dog")
    qtbot.keyClick(tags.entry, Qt.Key.Key_Return)
    assert added == ["red sun", "blue"], "what is there already is not added again"
    assert tags.entry.text() == ""
    qtbot.keyClicks(tags.entry, "beach\r")
    assert added[-1] == "beach", "some have it: now all shall"


def test_a_completion_is_entered_once(qtbot: QtBot, tags: TagField) -> None:
    added: list[str] = []
    tags.added.connect(added.append)
    tags.entry.setFocus()
    qtbot.keyClicks(tags.entry, "dog")
    popup = tags.completer.popup()
    assert popup is not None
    qtbot.waitUntil(popup.isVisible)
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: tags.entry.text() == "")
    assert added == ["snow dog"]


def test_a_completion_that_is_clicked_is_entered(qtbot: QtBot, tags: TagField) -> None:
    added: list[str] = []
    tags.added.connect(added.append)
    tags.entry.setFocus()
    qtbot.keyClicks(tags.entry, "wi")
    popup = tags.completer.popup()
    assert popup is not None
    qtbot.waitUntil(popup.isVisible)
    where = popup.visualRect(popup.model().index(0, 0)).center()
    qtbot.mouseClick(popup.viewport(), LEFT, pos=where)
    qtbot.waitUntil(lambda: added == ["winter"])
    assert tags.entry.text() == ""


def test_tags_are_taken_off(qtbot: QtBot, tags: TagField) -> None:
    removed: list[str] = []
    tags.removed.connect(removed.append)
    dog, beach = tags.chips.buttons()
    assert beach.text().startswith("beach (some)")
    qtbot.mouseClick(dog, LEFT, pos=QPoint(5, 5))
    tags.entry.setFocus()
    qtbot.keyClick(tags.entry, Qt.Key.Key_Backspace)
    assert removed == ["dog"], "nothing goes by one key too many"
    qtbot.waitUntil(lambda: QApplication.focusWidget() is beach)
    qtbot.keyClick(beach, Qt.Key.Key_Delete)
    assert removed == ["dog", "beach"]


def test_other_tags_are_shown(tags: TagField) -> None:
    tags.show_tags(["a & b"])
    (only,) = tags.chips.buttons()
    assert only.text().replace("&&", "&").startswith("a & b")
    tags.show_tags([])
    assert not tags.chips.isVisible()
    assert tags.chips.buttons() == []
