"""The line at the top: the pages, and what the model runs on."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from everything import spoken_name
from studio import Studio
from wurstdesk.generation import Loading
from wurstdesk.ui.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton


def test_the_pages_are_turned_and_the_open_one_is_marked(qtbot: QtBot, window: MainWindow) -> None:
    studio_button, gallery_button = window.top.pages
    assert studio_button.isChecked()
    qtbot.mouseClick(gallery_button, LEFT)
    assert window.gallery.isVisible()
    assert gallery_button.isChecked()
    assert not studio_button.isChecked()
    qtbot.mouseClick(studio_button, LEFT)
    assert window.studio.isVisible()


def test_a_page_says_its_key(window: MainWindow) -> None:
    for button, key in zip(window.top.pages, ("Ctrl+1", "Ctrl+2"), strict=True):
        assert key in button.toolTip()
        assert spoken_name(button) == button.text()


def test_the_page_is_remembered(studio: Studio, window: MainWindow) -> None:
    window.show_page("gallery")
    assert studio.state.memory.text("page") == "gallery"
    window.show_page("something else")
    assert studio.state.memory.text("page") == "studio"


def test_before_anything_is_drawn_it_says_that_nothing_is_chosen(window: MainWindow) -> None:
    assert window.top.plan.text() == "Device not chosen yet"


def test_the_plan_is_said_in_short_and_explained_in_the_tip(
    studio: Studio, window: MainWindow
) -> None:
    studio.generator.made_plan = replace(
        studio.generator.made_plan,
        device_name="NVIDIA(R) GeForce RTX 4070 Laptop GPU with a long name",
        advice="Close other programs.",
    )
    studio.generate()
    plan = window.top.plan
    assert plan.text() == "RTX 4070 Laptop GPU · float32 · 2 threads"
    assert "It is the only device here." in plan.toolTip()
    assert "Close other programs." in plan.toolTip()
    assert spoken_name(plan) == f"Device: {plan.text()}"


def test_it_says_what_is_loaded_ahead(studio: Studio, window: MainWindow) -> None:
    runner = studio.state.runner
    runner.loading = Loading("prior", 1, 4)
    runner.activity_changed.emit()
    assert window.top.plan.text() == "Loading the prior…"
    runner.loading = None
    runner.activity_changed.emit()
    assert window.top.plan.text() == "Device not chosen yet"


def test_it_leads_to_the_settings_of_the_device(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.mouseClick(window.top.plan, LEFT)
    dialog = window.dialogs.settings
    assert dialog is not None
    assert dialog.isVisible()
    assert dialog.rows["device"].isVisible()
    dialog.close()


@pytest.mark.parametrize("scale", [100, 200])
def test_all_of_it_is_there_on_a_small_window(
    studio: Studio, window: MainWindow, scale: int
) -> None:
    studio.generate()
    studio.state.change_settings(interface_scale=scale)
    window.resize(1280, 720)
    studio.qtbot.waitUntil(lambda: window.width() == 1280)
    plan = window.top.plan
    assert plan.mapTo(window, plan.rect().topRight()).x() < 1280
