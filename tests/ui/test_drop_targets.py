"""The targets for dropped pictures: what is seen of them, and what they leave alone."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from dragging import drag_away, drag_over, drop_on
from studio import Studio, open_studio
from wurstdesk.generation import make_request
from wurstdesk.ui.drops import PictureDrops, mime_of
from wurstdesk.ui.main_window import MainWindow

OURS = make_request(prompt="a yellow sausage dog", width=512, height=256, seed=77)


@pytest.fixture
def drops(window: MainWindow) -> PictureDrops:
    """The window's, which this test may look into."""
    return window.drops


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("seed", "Take only the seed"),
        ("size", "Take only the size"),
        ("prompt", "Take only the prompt"),
        ("negative_prompt", "Take only the negative prompt"),
        ("window", "Take all settings, after showing what will change"),
    ],
)
def test_a_target_says_what_it_will_take(
    window: MainWindow, drops: PictureDrops, kind: str, words: str
) -> None:
    panel = window.panel
    places: dict[str, QWidget] = {
        "seed": panel.seed.edit,
        "size": panel.size_picker,
        "prompt": panel.prompt.viewport(),
        "negative_prompt": panel.negative_prompt.viewport(),
        "window": window.canvas.view,
    }
    place = places[kind]
    assert drag_over(place, mime_of(OURS, None))
    shown = {name: t.hint.words for name, t in drops.targets.items() if t.hint.isVisible()}
    assert shown == {kind: words}

    drag_away(place)
    assert not any(target.hint.isVisible() for target in drops.targets.values())


def test_the_hint_goes_with_the_drop(
    studio: Studio, window: MainWindow, drops: PictureDrops
) -> None:
    drop_on(window.panel.seed.edit, mime_of(OURS, None))
    assert not drops.targets["seed"].hint.isVisible()


def test_a_picture_that_is_let_go_where_it_was_taken_up_changes_nothing(
    studio: Studio, window: MainWindow, drops: PictureDrops, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = window.canvas.view
    monkeypatch.setattr(QDropEvent, "source", lambda event: view)
    assert not drop_on(view, mime_of(OURS, None))
    assert not drops.targets["window"].hint.isVisible()
    assert drop_on(window.panel.seed.edit, mime_of(OURS, None)), "but elsewhere it is taken"


def test_a_picture_that_is_taken_up_here_can_be_let_go_elsewhere_in_the_window(
    studio: Studio, window: MainWindow, drops: PictureDrops, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a picture from the strip, which has entered the window right there
    strip, hint = window.studio.filmstrip, drops.targets["window"].hint
    monkeypatch.setattr(QDropEvent, "source", lambda event: strip)
    assert not drag_over(strip, mime_of(OURS, None))
    assert not hint.isVisible()
    # When it is carried on, within what Qt takes for the same target
    mime = mime_of(OURS, None)  # the event does not keep it alive
    move = QDragMoveEvent(
        window.canvas.view.rect().center(),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(window.canvas.view, move)
    # Then it may be let go there
    assert move.isAccepted()
    assert hint.isVisible()
    drag_away(window.canvas.view)
    assert not hint.isVisible()


def test_a_panel_that_floats_takes_what_the_window_takes(
    studio: Studio, window: MainWindow, drops: PictureDrops
) -> None:
    # Given a panel at its place: it leaves a picture to the window
    dock = window.studio.docks["seeds"]
    window.studio.raise_dock("seeds")
    assert drag_over(window.seed_panel.view.viewport(), mime_of(OURS, None))
    assert drops.targets["window"].hint.isVisible()
    drag_away(window)
    # When it floats
    dock.setFloating(True)
    # Then it takes the picture itself
    assert drop_on(window.seed_panel.view.viewport(), mime_of(OURS, None))
    assert drops.dialog is not None
    drops.dialog.reject()


def test_nothing_is_left_to_the_garbage_collector(qtbot: QtBot, tmp_path: Path) -> None:
    gc.collect()
    gc.disable()
    try:
        with open_studio(qtbot, tmp_path) as studio:
            window = MainWindow(studio.state)
            drops = window.drops
            window.show()
            drop_on(window.panel.seed.edit, mime_of(OURS, None))
            drop_on(window.canvas.view, mime_of(OURS, None))
            assert drops.dialog is not None
            drops.dialog.reject()
            window.close()
            gone = [weakref.ref(part) for part in (window, window.panel, drops)]
            window.deleteLater()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            del window, drops
            assert [part() for part in gone] == [None] * 3
    finally:
        gc.enable()
