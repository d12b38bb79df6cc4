"""From the keyboard to the picture, and everything on the way."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from fakes import Gate, UntilCancelled, colour_of_seed, picture_of, plain
from studio import Studio
from wurstdesk.generation import Loading, PictureReady, Preview, StageProgress
from wurstdesk.session.jobs import JobState
from wurstdesk.ui.main_window import MainWindow

CTRL = Qt.KeyboardModifier.ControlModifier


def focusable(window: QWidget) -> list[QWidget]:
    return [
        widget
        for widget in window.findChildren(QWidget)
        if widget.isVisible()
        and widget.isEnabled()
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.focusProxy() is None
    ]


def test_type_and_generate_by_keyboard(qtbot: QtBot, studio: Studio, window: MainWindow) -> None:
    assert QApplication.focusWidget() is window.panel.prompt

    qtbot.keyClicks(window.panel.prompt, "a red sausage dog")
    qtbot.keyClick(window.panel.prompt, Qt.Key.Key_Return, CTRL)
    studio.wait_until_idle()

    (request,) = studio.generator.requests
    assert request.prompt == "a red sausage dog"
    assert (request.width, request.height) == (384, 384)
    assert window.panel.seed.edit.text() == str(request.seed)
    (picture,) = studio.state.pictures
    assert picture.saved is not None
    view = window.canvas.view
    assert view.isVisible()
    middle = window.canvas.view.grab().toImage().pixelColor(view.width() // 2, view.height() // 2)
    assert (middle.red(), middle.green(), middle.blue()) == colour_of_seed(request.seed)


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_both_returns_generate(
    qtbot: QtBot, studio: Studio, window: MainWindow, key: Qt.Key
) -> None:
    qtbot.keyClick(window.panel.prompt, key, CTRL)
    studio.wait_until_idle()
    assert len(studio.generator.requests) == 1


def test_the_button_generates(qtbot: QtBot, studio: Studio, window: MainWindow) -> None:
    qtbot.mouseClick(window.panel.generate_button, Qt.MouseButton.LeftButton)
    studio.wait_until_idle()
    assert len(studio.state.pictures) == 1


def test_esc_stops_wherever_the_focus_is(qtbot: QtBot, studio: Studio, window: MainWindow) -> None:
    studio.generate()  # so that the strip and the details are there
    window.panel.advanced.heading.setChecked(True)
    endless = UntilCancelled()
    studio.generator.script = lambda _: [endless]
    studio.state.generate()
    endless.wait_until_reached()
    for widget in focusable(window):
        widget.setFocus()
        studio.state.runner.is_stopping = False
        qtbot.keyClick(widget, Qt.Key.Key_Escape)
        assert studio.state.runner.is_stopping, f"not in {widget.accessibleName()}"
    studio.wait_until_idle()
    assert [job.state for job in studio.state.queue] == [JobState.DONE, JobState.CANCELLED]


def test_ctrl_return_works_wherever_the_focus_is(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    studio.generate()
    window.panel.advanced.heading.setChecked(True)
    gate = Gate()
    studio.generator.script = lambda r: [gate, PictureReady(picture_of(r))]
    asked = 1
    for widget in focusable(window):
        widget.setFocus()
        qtbot.keyClick(widget, Qt.Key.Key_Return, CTRL)
        asked += 1
        assert len(studio.state.queue) == asked, f"not in {widget.accessibleName()}"
    studio.state.runner.clear_waiting()
    gate.open()
    studio.wait_until_idle()


def test_previews_progress_and_time_left_are_shown(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    gate = Gate()
    studio.generator.script = lambda r: [
        StageProgress("prior", 18, 29, 21.2, (0, 1)),
        Preview(0, "prior", plain(6, 6, (250, 10, 10))),
        Preview(1, "prior", plain(6, 6, (10, 250, 10))),
        gate,
        PictureReady(picture_of(r, 0)),
        PictureReady(picture_of(r, 1)),
    ]
    studio.state.form.edit(num_images=2)
    studio.state.generate()
    view = window.canvas.view
    qtbot.waitUntil(lambda: bool(view.cells) and not view.cells[-1].image.isNull())

    row = window.progress
    assert row.isVisible()
    assert row.label.text() == "Composing (Stage C) · step 18 of 29 · 2 pictures"
    assert row.left.text() == "21 s left"
    assert 0 < row.bar.value() < row.bar.maximum()
    shot = view.grab().toImage()
    at = [view._view_rect(i).center().toPoint() for i in (0, 1)]
    assert [shot.pixelColor(p).name() for p in at] == ["#fa0a0a", "#0afa0a"]

    gate.open()
    studio.wait_until_idle()
    assert not row.isVisible()
    assert window.details.facts.text() == "2 pictures · click one to look closer"


def test_loading_is_shown(qtbot: QtBot, studio: Studio, window: MainWindow) -> None:
    gate = Gate()
    studio.generator.script = lambda r: [Loading("decoder", 2, 5), gate]
    studio.state.generate()
    qtbot.waitUntil(lambda: window.progress.label.text() == "Loading the decoder…")
    gate.open()
    studio.wait_until_idle()


def test_more_requests_wait_and_can_be_cleared(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    gate = Gate()
    studio.generator.script = lambda r: [gate, PictureReady(picture_of(r))]
    for _ in range(3):
        qtbot.keyClick(window.panel.prompt, Qt.Key.Key_Return, CTRL)
    assert window.progress.clear_button.text() == "2 waiting ✕"
    assert window.panel.generate_button.text() == "Add to the queue"

    qtbot.mouseClick(window.progress.clear_button, Qt.MouseButton.LeftButton)
    assert not window.progress.clear_button.isVisible()

    gate.open()
    studio.wait_until_idle()
    assert len(studio.state.pictures) == 1
    assert window.panel.generate_button.text() == "Generate"


def test_stop_is_acknowledged_at_once(qtbot: QtBot, studio: Studio, window: MainWindow) -> None:
    endless = UntilCancelled()
    studio.generator.script = lambda _: [endless]
    studio.state.generate()
    endless.wait_until_reached()

    qtbot.mouseClick(window.progress.stop_button, Qt.MouseButton.LeftButton)

    assert window.progress.label.text() == "Stopping after this step…"
    assert not window.progress.stop_button.isEnabled()
    studio.wait_until_idle()
    assert window.status.currentMessage() == "Stopped."


def test_device_and_plan_stand_at_the_top(qtbot: QtBot, studio: Studio, window: MainWindow) -> None:
    studio.state.prepare()
    qtbot.waitUntil(lambda: window.top.plan.text() == "Testing · float32 · 2 threads")
    assert "It is the only device here." in window.top.plan.toolTip()

    qtbot.mouseClick(window.top.plan, Qt.MouseButton.LeftButton)

    assert window.dialogs.settings is not None
    assert window.dialogs.settings.isVisible()


def test_tab_reaches_everything_beginning_with_the_prompt(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    studio.generate(num_images=2)
    studio.state.showing.show_picture(1)
    window.panel.advanced.heading.setChecked(True)
    window.panel.prompt.setFocus()
    walked: list[QWidget] = []
    for _ in range(80):
        widget = QApplication.focusWidget()
        assert widget is not None
        if widget in walked:
            break
        walked.append(widget)
        qtbot.keyClick(widget, Qt.Key.Key_Tab)

    missing = {w.accessibleName() or w.objectName() for w in focusable(window) if w not in walked}
    assert missing == set()
    panel = window.panel
    order = [
        panel.prompt,
        panel.negative_prompt,
        panel.size_picker.preset_buttons()[0],
        panel.size_picker.width_box,
        panel.size_picker.height_box,
        panel.count,
        panel.seed.edit,
        panel.advanced.heading,
        panel.generate_button,
        window.canvas.view,
        window.filmstrip,
    ]
    places = [walked.index(widget) for widget in order]
    assert places == sorted(places)


def test_closing_while_it_works_is_clean(studio: Studio, window: MainWindow) -> None:
    endless = UntilCancelled()
    studio.generator.script = lambda _: [Preview(0, "prior", plain(6, 6)), endless]
    studio.state.generate()
    endless.wait_until_reached()

    assert window.close()

    assert not window.isVisible()
    assert studio.generator.is_closed
