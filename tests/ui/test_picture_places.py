"""The picture commands on pages beside the studio: they mean the picture that is seen there."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from studio import Studio
from wurstdesk.ui.main_window import MainWindow


class _Place:
    """A page with a picture of its own; notes what it was asked to do."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def can_do(self, name: str) -> bool:
        return name != "save_as"

    def do_command(self, name: str) -> None:
        self.done.append(name)


def test_in_the_gallery_the_commands_do_not_mean_the_studios_picture(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    # Given a picture in the studio, and a gallery in which none is chosen
    studio.generate(prompt="one")
    studio.generate(prompt="two")
    studio.state.form.edit(prompt="something else")
    names = ("reuse", "copy", "save_as", "compare", "older", "fit")
    assert all(window.book[name].isEnabled() for name in names)
    window.show_page("gallery")
    # When their keys are pressed there
    qtbot.keyClick(window.gallery, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    # Then nothing happens
    assert studio.state.form.request.prompt == "something else"
    assert not any(window.book[name].isEnabled() for name in names)
    # And back in the studio they are there again
    window.show_page("studio")
    assert all(window.book[name].isEnabled() for name in names)


def test_a_page_with_a_picture_of_its_own_carries_them_out(
    studio: Studio, window: MainWindow
) -> None:
    studio.generate(prompt="in the studio")
    studio.state.form.edit(prompt="something else")
    place = _Place()
    window.commands.act_in(place)
    window.book["reuse"].trigger()
    assert place.done == ["reuse"]
    assert studio.state.form.request.prompt == "something else"
    assert not window.book["save_as"].isEnabled()
    window.commands.act_in(None)
    window.book["reuse"].trigger()
    assert studio.state.form.request.prompt == "in the studio"
