"""The little menu of ideas beside the prompt."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from fakes import DACKEL, PUBLISHED
from wurstdesk.generation import CheckpointInfo
from wurstdesk.session.form import RequestForm
from wurstdesk.ui.prompt_ideas import IdeasButton

STARTER = replace(PUBLISHED, starter_negative_prompt="blurry, text, low quality")


@pytest.fixture
def form(qtbot: QtBot) -> RequestForm:
    return RequestForm(lambda: 1)


def button_for(qtbot: QtBot, form: RequestForm, info: CheckpointInfo) -> IdeasButton:
    form.set_checkpoints((info,))
    button = IdeasButton(form)
    qtbot.addWidget(button)
    return button


def entries(button: IdeasButton) -> list[QAction]:
    """What the menu has when it is opened now."""
    button.ideas.aboutToShow.emit()
    return [action for action in button.ideas.actions() if not action.isSeparator()]


def entry(button: IdeasButton, beginning: str) -> QAction:
    (found,) = [a for a in entries(button) if a.text().startswith(beginning)]
    return found


def test_examples_of_the_checkpoint_fill_the_prompt(qtbot: QtBot, form: RequestForm) -> None:
    button = button_for(qtbot, form, DACKEL)
    form.edit(prompt="a zebra", negative_prompt="cat")
    entries(button)[1].trigger()
    assert (form.request.prompt, form.request.negative_prompt) == (DACKEL.examples[1], "cat")


def test_they_follow_the_checkpoint(qtbot: QtBot, form: RequestForm) -> None:
    button = button_for(qtbot, form, DACKEL)
    assert len(entries(button)) == len(DACKEL.examples) + 1
    form.set_checkpoints((PUBLISHED,))
    assert entries(button)[0].text() == PUBLISHED.examples[0]


def test_a_strangers_examples_are_shown_short_and_plain(qtbot: QtBot, form: RequestForm) -> None:
    text = "cats & dogs\n" + "on a hill " * 40
    button = button_for(qtbot, form, replace(PUBLISHED, examples=(text,) * 50))
    first, *others = entries(button)
    assert first.text().startswith("cats && dogs on a hill")
    assert len(first.text()) < 70
    assert len(others) < 12
    first.trigger()
    assert form.request.prompt == text


def test_a_negative_prompt_to_start_with(qtbot: QtBot, form: RequestForm) -> None:
    # Given a negative prompt that has a part of it already
    button = button_for(qtbot, form, STARTER)
    form.edit(negative_prompt="Text, frame,")
    # When it is asked for
    entry(button, "A negative prompt").trigger()
    # Then the rest is added, once
    assert form.request.negative_prompt == "Text, frame, blurry, low quality"
    assert not entry(button, "A negative prompt").isEnabled()


def test_an_empty_negative_prompt_becomes_it(qtbot: QtBot, form: RequestForm) -> None:
    button = button_for(qtbot, form, STARTER)
    entry(button, "A negative prompt").trigger()
    assert form.request.negative_prompt == "blurry, text, low quality"


def test_a_checkpoint_without_one_offers_none(qtbot: QtBot, form: RequestForm) -> None:
    button = button_for(qtbot, form, DACKEL)
    assert not [a for a in entries(button) if a.text().startswith("A negative prompt")]


def test_a_random_choice_is_put_behind_the_prompt(qtbot: QtBot, form: RequestForm) -> None:
    button = button_for(qtbot, form, DACKEL)
    form.edit(prompt="a dog")
    entry(button, "A random choice").trigger()
    assert form.request.prompt == "a dog {red|blue|green}"
    assert not entry(button, "A random choice").isEnabled()


def test_there_are_ideas_before_a_checkpoint_is_known(qtbot: QtBot, form: RequestForm) -> None:
    button = IdeasButton(form)
    qtbot.addWidget(button)
    entry(button, "A random choice").trigger()
    assert form.request.prompt == "{red|blue|green}"
    assert button.accessibleName() == "Ideas for the prompt"
