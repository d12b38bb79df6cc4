"""The list of what would change."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from fakes import DACKEL, PUBLISHED
from wurstdesk.session.form import RequestForm
from wurstdesk.session.proposal import Proposal, propose
from wurstdesk.ui.proposal_dialog import ProposalDialog


@pytest.fixture
def form(qtbot: QtBot) -> RequestForm:
    del qtbot
    made = RequestForm(lambda: 1000)
    made.set_checkpoints((DACKEL, PUBLISHED))
    made.edit(prompt="a dog")
    return made


def opened(qtbot: QtBot, proposal: Proposal) -> tuple[ProposalDialog, list[object]]:
    """A dialog on the screen, and what it has told."""
    dialog = ProposalDialog(proposal)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    taken: list[object] = []
    dialog.accepted_fields.connect(taken.append)
    dialog.open()
    qtbot.waitExposed(dialog)
    return dialog, taken


def texts(dialog: ProposalDialog) -> list[str]:
    return [label.text().replace("\u200b", "") for label in dialog.findChildren(QLabel)]


def test_old_and_new_are_shown_and_return_takes_all(qtbot: QtBot, form: RequestForm) -> None:
    proposal = propose(form, {"seed": 7, "width": 512, "prompt": "a cat"})
    dialog, taken = opened(qtbot, proposal)
    assert {"384 × 384", "512 × 384", "a dog", "a cat", "new each time", "7"} <= set(texts(dialog))

    qtbot.keyClick(dialog, Qt.Key.Key_Return)

    assert taken == [{"prompt": "a cat", "width": 512, "height": 384, "seed": 7}]
    assert not dialog.isVisible()


def test_what_is_not_ticked_is_not_taken(qtbot: QtBot, form: RequestForm) -> None:
    dialog, taken = opened(qtbot, propose(form, {"seed": 7, "prompt": "a cat"}))
    dialog.boxes["prompt"].setFocus()
    qtbot.keyClick(dialog.boxes["prompt"], Qt.Key.Key_Space)
    assert dialog.use_button is not None

    qtbot.mouseClick(dialog.use_button, Qt.MouseButton.LeftButton)

    assert taken == [{"seed": 7}]


def test_nothing_ticked_is_nothing_to_use(qtbot: QtBot, form: RequestForm) -> None:
    dialog, _ = opened(qtbot, propose(form, {"seed": 7}))
    dialog.boxes["seed"].setChecked(False)
    assert dialog.use_button is not None
    assert not dialog.use_button.isEnabled()


def test_esc_takes_nothing(qtbot: QtBot, form: RequestForm) -> None:
    dialog, taken = opened(qtbot, propose(form, {"seed": 7}))
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert taken == []
    assert not dialog.isVisible()


def test_where_nothing_would_change_it_says_so(qtbot: QtBot, form: RequestForm) -> None:
    dialog, _ = opened(qtbot, propose(form, {"prompt": "a dog"}))
    assert dialog.nothing_text() in texts(dialog)
    assert dialog.use_button is None


def test_what_cannot_be_taken_is_said(qtbot: QtBot, form: RequestForm) -> None:
    dialog, _ = opened(qtbot, propose(form, {"checkpoint": "/elsewhere", "seed": 7}))
    assert any("/elsewhere" in text for text in texts(dialog))


@pytest.mark.parametrize("prompt", ["a (red:1.3) dog on grass, that looks at us", "words " * 60])
def test_a_few_changes_are_seen_without_scrolling(
    qtbot: QtBot, form: RequestForm, prompt: str
) -> None:
    fields = {"prompt": prompt, "negative_prompt": "ugly", "width": 512, "seed": 42}
    dialog, _ = opened(qtbot, replace(propose(form, fields), notes=("One.", "Two.", "Three.")))
    area = dialog.findChild(QScrollArea)
    assert area is not None
    assert area.verticalScrollBar().maximum() == 0
    for label in area.findChildren(QLabel):
        assert label.height() >= label.heightForWidth(label.width()), label.text()


def test_a_strangers_endless_texts_leave_the_dialog_readable(
    qtbot: QtBot, form: RequestForm
) -> None:
    monster = "<b>" + "W" * 5000 + "\n" * 500 + "words " * 5000
    dialog, taken = opened(qtbot, propose(form, {"prompt": monster, "negative_prompt": monster}))
    assert dialog.width() < 1000
    assert dialog.height() <= dialog.screen().availableGeometry().height()
    for label in dialog.findChildren(QLabel):
        assert len(label.text()) < 500

    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    (fields,) = taken
    assert isinstance(fields, dict)
    assert fields["prompt"] == monster, "only what is shown is shortened"


def test_everything_that_can_be_reached_has_a_name(qtbot: QtBot, form: RequestForm) -> None:
    dialog, _ = opened(qtbot, propose(form, {"seed": 7, "prompt": "a cat"}))
    reached = [
        QAccessible.queryAccessibleInterface(widget)
        for widget in dialog.findChildren(QWidget)
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus
    ]
    assert len(reached) == 4
    assert all(found.text(QAccessible.Text.Name) for found in reached)
    box = QAccessible.queryAccessibleInterface(dialog.boxes["prompt"])
    assert box.text(QAccessible.Text.Description) == "from a dog to a cat"
