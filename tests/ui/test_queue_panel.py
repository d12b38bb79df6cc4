"""The queue on the screen: seen, moved, paused, stopped, tried again, by mouse and by keyboard."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QModelIndex, QPoint, Qt
from PySide6.QtGui import QAccessible, QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from fakes import DACKEL, PUBLISHED, Gate, Step, UntilCancelled, picture_of
from queue_host import Host, add, fill, first_job_waits, open_host
from studio import Studio
from wurstdesk.errors import CheckpointError
from wurstdesk.generation import (
    GenerationRequest,
    PictureReady,
)

ALT_SHIFT = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def host(studio: Studio) -> Iterator[Host]:
    with open_host(studio) as window:
        yield window


@pytest.fixture
def gate(studio: Studio) -> Iterator[Gate]:
    with first_job_waits(studio) as made:
        yield made


def is_stopping_after(studio: Studio) -> bool:
    return studio.state.runner.is_stopping_after


# -- what is seen -------------------------------------------------------------------------------


def test_an_empty_queue_says_so_and_offers_nothing(studio: Studio, host: Host) -> None:
    panel = host.panel
    assert host.rows() == []
    assert not panel.summary.isVisible()
    assert not panel.pause_button.isEnabled()
    assert not panel.clear_button.isEnabled()
    assert not panel.after_box.isEnabled()
    assert panel.repeat_box.isEnabled()
    picture = panel.view.viewport().grab().toImage()
    middle = range(picture.width() // 4, 3 * picture.width() // 4)
    assert len({picture.pixel(x, y) for x in middle for y in range(15, 40)}) > 1, "no words"


def test_rows_say_where_each_job_stands(studio: Studio, host: Host, gate: Gate) -> None:
    studio.state.runner.estimate = lambda r: 14.0 * r.num_images
    add(studio, "a dog", 4)
    add(studio, "a cat", 1)
    add(studio, "", 2)
    gate.wait_until_reached()
    studio.qtbot.waitUntil(lambda: "step" in host.rows()[0])
    assert host.rows() == [
        "a dog · Stage C · step 18 of 29 · 4 pictures",
        "a cat · 1 picture · 384 × 256 · about 14 s",
        "(no prompt) · 2 pictures · 384 × 256 · about 30 s",
    ]
    assert host.panel.summary.text() == "3 jobs · about 1 min"

    studio.state.runner.stop()
    assert host.rows()[0] == "a dog · Stopping…"


def test_nothing_is_said_of_time_that_is_not_known(studio: Studio, host: Host, gate: Gate) -> None:
    fill(studio, gate, "a dog", "a cat")
    assert host.rows()[1] == "a cat · 1 picture · 384 × 256"
    assert host.panel.summary.text() == "2 jobs"


def test_what_is_over_stands_below_the_newest_first(studio: Studio, host: Host) -> None:
    scripts: list[list[Step]] = [
        [CheckpointError("The prior is missing.", "Install it again.")],
        [
            PictureReady(picture_of(GenerationRequest(width=128, height=128), 0)),
            CheckpointError("No decoder."),
        ],
        [],
    ]
    studio.generator.script = lambda r: scripts.pop(0)
    for prompt, count in (("one", 1), ("two", 3), ("three", 1)):
        add(studio, prompt, count)
    studio.wait_until_idle()
    assert host.rows() == [
        "three · Done · 1 picture",
        "two · Failed · 1 of 3 pictures: No decoder.",
        "one · Failed: The prior is missing. · Install it again.",
    ]
    assert not host.panel.summary.isVisible(), "nothing is left to do"


def test_a_failure_is_shown_in_full(studio: Studio, host: Host) -> None:
    view = host.panel.view
    studio.generator.script = lambda _: [CheckpointError("The prior is missing. " * 3)]
    add(studio, "a dog")
    studio.wait_until_idle()
    QCoreApplication.processEvents()
    three_lines = 3 * view.fontMetrics().lineSpacing()
    assert view.visualRect(view.queue_model.index(0)).height() > three_lines


def test_rows_move_and_keep_the_selection(studio: Studio, host: Host, gate: Gate) -> None:
    jobs = fill(studio, gate, "a", "b", "c")
    view = host.panel.view
    view.choose(jobs[2])
    studio.state.queue.move(jobs[2], 0)
    assert host.prompts() == "a c b"
    assert view.chosen() == [jobs[2]]


def test_cards_are_wider_where_the_panel_is(studio: Studio, host: Host, gate: Gate) -> None:
    fill(studio, gate, "a")
    view = host.panel.view
    host.resize(500, 600)
    QCoreApplication.processEvents()
    assert view.visualRect(view.queue_model.index(0)).width() == view.viewport().width()
    assert not view.horizontalScrollBar().isVisible()


# -- order --------------------------------------------------------------------------------------


def test_dragging_a_card_reorders_what_waits(studio: Studio, host: Host, gate: Gate) -> None:
    """The view moves rows of its model on a drop; Qt's own drag cannot be played offscreen."""
    fill(studio, gate, "a", "b", "c", "d")
    view, root = host.panel.view, QModelIndex()
    assert view.dragDropMode() == view.DragDropMode.InternalMove
    model = view.queue_model

    assert model.moveRow(root, 3, root, 1)
    assert host.prompts() == "a d b c"
    assert model.moveRow(root, 1, root, 4)
    assert host.prompts() == "a b c d"
    assert model.moveRow(root, 2, root, 0), "before what runs is as far up as it gets"
    assert host.prompts() == "a c b d"
    assert not model.moveRow(root, 0, root, 3), "what runs stays where it is"

    studio.qtbot.waitUntil(
        lambda: [job.request.prompt for job in studio.desk.kept_jobs] == ["a", "c", "b", "d"]
    )


def test_only_what_waits_can_be_dragged(studio: Studio, host: Host, gate: Gate) -> None:
    fill(studio, gate, "a", "b")
    model = host.panel.view.queue_model
    drags = [bool(model.index(row).flags() & Qt.ItemFlag.ItemIsDragEnabled) for row in (0, 1)]
    assert drags == [False, True]
    assert model.flags(QModelIndex()) & Qt.ItemFlag.ItemIsDropEnabled
    assert not model.index(1).flags() & Qt.ItemFlag.ItemIsDropEnabled


def test_alt_shift_and_arrows_reorder(qtbot: QtBot, studio: Studio, host: Host, gate: Gate) -> None:
    jobs = fill(studio, gate, "a", "b", "c", "d")
    host.panel.view.setFocus()
    host.panel.view.choose(jobs[3])
    qtbot.keyClick(host.panel.view, Qt.Key.Key_Up, ALT_SHIFT)
    assert host.prompts() == "a b d c"
    qtbot.keyClick(host.panel.view, Qt.Key.Key_Up, ALT_SHIFT)
    qtbot.keyClick(host.panel.view, Qt.Key.Key_Up, ALT_SHIFT)
    assert host.prompts() == "a d b c"
    assert not host.book["job_up"].isEnabled()
    qtbot.keyClick(host.panel.view, Qt.Key.Key_Down, ALT_SHIFT)
    assert host.prompts() == "a b d c"
    host.panel.view.choose(jobs[2])
    host.book["job_first"].trigger()
    assert host.prompts() == "a c b d"

    gate.open()
    studio.wait_until_idle()
    assert [r.prompt for r in studio.generator.requests] == ["a", "c", "b", "d"]


def test_a_job_that_can_move_no_further_stays_selected(
    qtbot: QtBot, studio: Studio, host: Host, gate: Gate
) -> None:
    jobs = fill(studio, gate, "a", "b")
    view = host.panel.view
    view.setFocus()
    view.choose(jobs[1])
    qtbot.keyClick(view, Qt.Key.Key_Up, ALT_SHIFT)
    assert view.chosen() == [jobs[1]]


# -- what can be done ---------------------------------------------------------------------------


def test_delete_takes_jobs_out(qtbot: QtBot, studio: Studio, host: Host, gate: Gate) -> None:
    jobs = fill(studio, gate, "a", "b", "c", "d")
    view = host.panel.view
    view.setFocus()
    view.choose(jobs[1])
    qtbot.keyClick(view, Qt.Key.Key_Delete)
    assert host.prompts() == "a c d"
    assert view.chosen() == [jobs[2]], "so that it can be pressed again"
    view.selectAll()
    qtbot.keyClick(view, Qt.Key.Key_Delete)
    assert host.prompts() == "a", "what runs is for Stop"


def test_a_failed_job_is_tried_again(studio: Studio, host: Host) -> None:
    failures = [CheckpointError("No prior.")]
    studio.generator.script = lambda r: [
        failures.pop() if failures else PictureReady(picture_of(r))
    ]
    job = add(studio, "a dog")
    studio.wait_until_idle()
    assert not host.book["retry"].isEnabled(), "nothing is selected"
    host.panel.view.choose(job)
    assert host.book["retry"].isEnabled()

    host.book["retry"].trigger()
    studio.wait_until_idle()

    assert host.rows() == ["a dog · Done · 1 picture"]
    assert not host.book["retry"].isEnabled()


def test_the_settings_of_a_job_can_be_used_again(studio: Studio, host: Host, gate: Gate) -> None:
    studio.read_catalogue(DACKEL, PUBLISHED)
    fill(studio, gate, "a", "b")
    host.panel.view.choose(studio.state.queue.waiting[0])
    host.book["job_settings"].trigger()
    assert studio.state.form.request.prompt == "b"
    assert studio.state.form.request.width == 384


def test_the_menu_of_a_card_has_it_all(studio: Studio, host: Host, gate: Gate) -> None:
    jobs = fill(studio, gate, "a", "b", "c")
    view = host.panel.view
    view.choose(jobs[2])
    where = view.visualRect(view.currentIndex()).center()
    reason = QContextMenuEvent.Reason.Mouse
    event = QContextMenuEvent(reason, where, view.viewport().mapToGlobal(where))
    QApplication.sendEvent(view.viewport(), event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    enabled = {action.text() for action in menu.actions() if action.isEnabled() and action.text()}
    menu.close()
    assert enabled == {"Make &next", "Move &up", "Use these &settings", "&Remove"}


def test_pause_and_resume(qtbot: QtBot, studio: Studio, host: Host, gate: Gate) -> None:
    fill(studio, gate, "a", "b")
    panel = host.panel
    assert panel.pause_button.text() == "Pause"
    qtbot.mouseClick(panel.pause_button, Qt.MouseButton.LeftButton)
    assert panel.pause_button.text() == "Resume"
    assert panel.summary.text() == "2 jobs · paused"
    assert host.book["pause"].isChecked()
    gate.open()
    qtbot.waitUntil(lambda: not studio.state.is_running)
    assert panel.summary.text() == "1 job · paused"

    host.book["pause"].trigger()
    studio.wait_until_idle()
    assert [r.prompt for r in studio.generator.requests] == ["a", "b"]
    assert not host.book["pause"].isChecked()


def test_clear_takes_out_what_has_not_begun(
    qtbot: QtBot, studio: Studio, host: Host, gate: Gate
) -> None:
    fill(studio, gate, "a", "b", "c")
    qtbot.mouseClick(host.panel.clear_button, Qt.MouseButton.LeftButton)
    assert host.rows()[1:] == ["c · Cleared", "b · Cleared"]
    assert not host.panel.clear_button.isEnabled()
    host.book["forget"].trigger()
    assert host.prompts() == "a"


def test_what_was_stopped_what_failed_and_what_was_cleared_are_told_apart(
    studio: Studio, host: Host, gate: Gate
) -> None:
    # Given one that runs and one that waits
    fill(studio, gate, "a", "b")
    studio.state.runner.clear_waiting()
    # When the person stops the one that runs, before it has a picture
    studio.state.runner.stop()
    gate.open()
    studio.wait_until_idle()
    # And another one fails
    studio.generator.script = lambda r: [CheckpointError("The file is damaged.")]
    add(studio, "c")
    studio.wait_until_idle()

    words = dict(row.split(" · ", 1) for row in host.rows())
    assert words["a"] == "Stopped"
    assert words["b"] == "Cleared"
    assert words["c"].startswith("Failed: The file is damaged.")


def test_stop_after_this_picture_can_be_set_and_taken_back(
    qtbot: QtBot, studio: Studio, host: Host, gate: Gate
) -> None:
    fill(studio, gate, "a", "b")
    box, action = host.panel.after_box, host.book["stop_after"]
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    assert is_stopping_after(studio)
    assert action.isChecked()
    action.trigger()
    assert not is_stopping_after(studio)
    assert not box.isChecked()
    action.trigger()
    gate.open()
    qtbot.waitUntil(lambda: not studio.state.is_running)
    assert studio.state.queue.is_paused
    assert not box.isChecked()
    assert not box.isEnabled()


def test_repeat_until_stopped(qtbot: QtBot, studio: Studio, host: Host) -> None:
    box = host.panel.repeat_box
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    assert host.book["repeat"].isChecked()
    gate, endless = Gate(), UntilCancelled()
    asked = studio.generator.requests
    studio.generator.script = lambda r: (
        [gate, PictureReady(picture_of(r))] if len(asked) < 4 else [endless]
    )
    studio.state.form.edit(prompt="a dog")
    studio.state.generate()
    gate.wait_until_reached()
    studio.state.form.edit(prompt="a cat")
    gate.open()
    endless.wait_until_reached()
    studio.state.runner.stop()
    studio.wait_until_idle()

    assert len({r.seed for r in asked}) == len(asked) == 4
    assert asked[-1].prompt == "a cat", "what is written now"
    assert not box.isChecked()


def test_every_part_has_a_name(studio: Studio, host: Host) -> None:
    panel = host.panel
    parts = (panel.view, panel.pause_button, panel.clear_button, panel.after_box, panel.repeat_box)
    for part in parts:
        interface = QAccessible.queryAccessibleInterface(part)
        assert interface.text(QAccessible.Text.Name).strip(), type(part).__name__
    assert panel.focusProxy() is panel.view
