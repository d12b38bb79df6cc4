"""What can be fetched: nothing is asked of the network before its button is pressed."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from fake_shelf import GB, OFFERS
from studio import Studio
from wurstdesk.generation.fetching import FetchRepository
from wurstdesk.ui.checkpoint_get import GetDialog

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def dialog(qtbot: QtBot, studio: Studio) -> GetDialog:
    dialog = GetDialog(studio.state)
    qtbot.addWidget(dialog)
    with qtbot.waitSignal(studio.state.checkpoints.shelf.changed):
        dialog.show()
    return dialog


def pick(dialog: GetDialog, number: int) -> None:
    dialog.precision.setCurrentIndex(number)
    dialog.precision.activated.emit(number)


def test_all_that_one_wants_to_know_before(studio: Studio, dialog: GetDialog) -> None:
    shown = {name: field.value for name, field in dialog.facts.items()}
    folder = studio.state.checkpoints.models_folder
    assert shown["size"] == "12.5 GB"
    assert shown["time"] == "about 33 min at 50 Mbit/s"
    assert shown["from"] == "warp-ai/wuerstchen, warp-ai/wuerstchen-prior on huggingface.co"
    assert shown["to"].startswith(f"{folder} (")
    assert shown["licence"] == "MIT"

    pick(dialog, 1)
    assert dialog.facts["size"].value == "12.5 GB are fetched, 6.2 GB stay on the disk"

    studio.state.change_settings(hub_mirror="https://mirror.example/")
    assert dialog.facts["from"].value.endswith(" on mirror.example")


def test_the_published_one_by_return_alone(qtbot: QtBot, studio: Studio, dialog: GetDialog) -> None:
    assert studio.fetches.started == []
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(studio.fetches.started) == 1)
    order = studio.fetches.last.order
    assert (order.repositories, order.convert) == (OFFERS[0].repositories, None)
    assert not dialog.isVisible()


def test_a_prior_in_half_precision(qtbot: QtBot, studio: Studio, dialog: GetDialog) -> None:
    dialog.choices.button(1).click()
    pick(dialog, 2)
    qtbot.mouseClick(dialog.fetch_button, LEFT)
    qtbot.waitUntil(lambda: len(studio.fetches.started) == 1)
    order = studio.fetches.last.order
    assert (order.repositories, order.convert) == (OFFERS[1].repositories, "bfloat16")


@pytest.mark.parametrize("name", ["", "wuerstchen", "a/b/c", "a b/c", "https://huggingface.co/a/b"])
def test_a_name_has_an_owner(qtbot: QtBot, dialog: GetDialog, name: str) -> None:
    dialog.other.click()
    qtbot.keyClicks(dialog.repo, name)
    assert not dialog.fetch_button.isEnabled()


def test_another_repository_by_its_name(qtbot: QtBot, studio: Studio, dialog: GetDialog) -> None:
    qtbot.keyClicks(dialog.repo, "some-one/my.prior_2")
    assert dialog.other.isChecked(), "who types means it"
    assert dialog.facts["from"].value == "some-one/my.prior_2 on huggingface.co"
    qtbot.mouseClick(dialog.fetch_button, LEFT)
    qtbot.waitUntil(lambda: len(studio.fetches.started) == 1)
    assert studio.fetches.last.order.repositories == (FetchRepository("some-one/my.prior_2"),)


def test_where_the_disk_is_too_full_half_of_it_may_fit(studio: Studio, dialog: GetDialog) -> None:
    studio.state.checkpoints.shelf.free_bytes = 7 * GB
    pick(dialog, 0)
    assert not dialog.fetch_button.isEnabled()
    assert dialog.problem.text().startswith("12.5 GB are needed on that disk, and 7.0 GB are free")
    pick(dialog, 1)
    assert dialog.fetch_button.isEnabled()
    assert dialog.problem.text() == ""


def test_the_mirror_is_a_setting(qtbot: QtBot, dialog: GetDialog) -> None:
    with qtbot.waitSignal(dialog.settings_asked):
        qtbot.mouseClick(dialog.mirror_button, LEFT)


def test_esc_fetches_nothing(qtbot: QtBot, studio: Studio, dialog: GetDialog) -> None:
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert studio.state.checkpoints.fetching.jobs == []
