# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
"""Beside the grid: what is known of pictures, what is said about them, and into the studio."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from everything import settle
from kept_pictures import GalleryBench, edit, library_of
from studio import Studio
from wurstdesk.gallery import rows
from wurstdesk.gallery.records import Edit
from wurstdesk.ui.gallery_details import GalleryDetails
from wurstdesk.ui.gallery_facts import FactTable, Row
from wurstdesk.ui.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def bench(qtbot: QtBot, studio: Studio, window: MainWindow) -> GalleryBench:
    made = GalleryBench(qtbot, studio)
    window.show_page("gallery")
    return made


@pytest.fixture
def details(bench: GalleryBench, window: MainWindow) -> Iterator[GalleryDetails]:
    """Of the newest of five."""
    bench.choose(0)
    yield window.gallery_tools.details
    bench.wait()


def open_menu(qtbot: QtBot, details: GalleryDetails, name: str) -> QMenu:
    """The menu of a value."""
    value = details.facts.values[name]
    where = value.rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, where, value.mapToGlobal(where))
    QApplication.sendEvent(value, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def test_all_that_is_known_is_shown(details: GalleryDetails) -> None:
    texts = details.facts.texts()
    assert texts["prompt"] == "dog 5"
    assert texts["seed"] == "5"
    assert texts["size"] == "128 × 128"
    assert texts["checkpoint"] == "Dackel"
    assert texts["hash"] == "ab" * 32
    assert details.facts.values["hash"].text() == "abababababab…"
    assert texts["device"] == "cpu · float32 · 2 threads"
    assert texts["versions"] == "torch 0.0.1 · python 3.11"
    assert texts["took"].splitlines() == [
        "2.1 s",
        "Stage C 1.5 s",
        "Stage B 0.5 s",
        "Stage A 0.1 s",
    ]
    assert texts["notes"] == "A note."
    assert texts["file"].endswith(".png")
    assert texts["negative"].startswith("kept · ")
    assert details.differs.isVisible()
    assert "torch 0.0.1" in details.differs.text()


def test_its_image_is_shown(qtbot: QtBot, details: GalleryDetails) -> None:
    qtbot.waitUntil(lambda: details.image.cells[0].image.size() == QSize(128, 128))
    assert details.image.height() <= 0.45 * details.height() + 1


def test_nothing_selected_shows_nothing(bench: GalleryBench, details: GalleryDetails) -> None:
    assert details.isVisible()
    bench.view.selection.drop_current()
    bench.qtbot.waitUntil(lambda: not details.isVisible())


@pytest.mark.parametrize(
    ("button", "changed"),
    [("use_seed", {"seed": 5}), ("use_prompt", {"prompt": "dog 5"})],
)
def test_a_part_goes_to_the_studio(
    qtbot: QtBot,
    studio: Studio,
    details: GalleryDetails,
    button: str,
    changed: dict[str, object],
) -> None:
    studio.state.form.edit(prompt="mine", width=512)
    before = studio.state.form.request
    with qtbot.waitSignal(studio.state.told):
        qtbot.mouseClick(getattr(details, button), LEFT)
    assert studio.state.form.request == before.changed(**changed)


def test_all_goes_to_the_studio(qtbot: QtBot, studio: Studio, details: GalleryDetails) -> None:
    told: list[str] = []
    studio.state.told.connect(told.append)
    qtbot.mouseClick(details.use_all, LEFT)
    assert told[-1] == "All its settings are in the studio."
    request = studio.state.form.request
    assert (request.prompt, request.seed, request.width) == ("dog 5", 5, 128)


def test_the_size_and_all_but_the_seed(studio: Studio, details: GalleryDetails) -> None:
    studio.state.form.edit(prompt="mine", seed=99, width=512)
    actions = {action.objectName(): action for action in details.more_menu.actions()}
    actions["size"].trigger()
    assert studio.state.form.request.width == 128
    assert studio.state.form.request.prompt == "mine"
    actions["rest"].trigger()
    assert studio.state.form.request.prompt == "dog 5"
    assert studio.state.form.request.seed == 99


def test_each_value_can_be_copied_or_used(
    qtbot: QtBot, studio: Studio, details: GalleryDetails
) -> None:
    menu = open_menu(qtbot, details, "seed")
    copy, use = menu.actions()
    copy.trigger()
    assert QApplication.clipboard().text() == "5"
    use.trigger()
    menu.close()
    assert studio.state.form.request.seed == 5
    menu = open_menu(qtbot, details, "file")
    assert len(menu.actions()) == 1, "a file's name is no setting"
    menu.close()


def test_the_menu_of_a_value_by_key(qtbot: QtBot, details: GalleryDetails) -> None:
    details.facts.values["seed"].setFocus()
    qtbot.keyClick(details.facts.values["seed"], Qt.Key.Key_Return)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    menu.close()


# -- what is said about it ----------------------------------------------------------------------


def test_it_is_rated_and_made_a_favourite(
    qtbot: QtBot, bench: GalleryBench, details: GalleryDetails
) -> None:
    marks = details.marks
    qtbot.mouseClick(marks.stars, LEFT, pos=marks.stars.star_rect(4).center().toPoint())
    qtbot.mouseClick(marks.heart, LEFT)
    stored = bench.stored(bench.ids[0])
    assert (stored["rating"], stored["favourite"]) == (4, True)
    bench.work.edits.undo()
    assert not marks.heart.isChecked()


def test_it_is_tagged(qtbot: QtBot, bench: GalleryBench, details: GalleryDetails) -> None:
    tags = details.marks.tags
    qtbot.keyClicks(tags.entry, "snow\r")
    qtbot.waitUntil(lambda: [chip.text for chip in tags.chips.chips] == ["snow"])
    qtbot.mouseClick(tags.chips.buttons()[0], LEFT)
    qtbot.waitUntil(lambda: not tags.chips.chips)
    assert bench.stored(bench.ids[0])["tags"] == ()


def test_it_goes_into_albums(qtbot: QtBot, bench: GalleryBench, details: GalleryDetails) -> None:
    marks = details.marks
    marks._fill_album_menu()
    (new,) = marks.album_button.menu().actions()
    new.trigger()
    assert marks.dialog is not None
    marks.dialog.setTextValue(" Winter  cards ")
    marks.dialog.accept()
    qtbot.waitUntil(lambda: [chip.text for chip in marks.albums.chips] == ["Winter cards"])
    assert len(bench.stored(bench.ids[0])["albums"]) == 1  # type: ignore[arg-type]
    bench.choose(1)
    marks._fill_album_menu()
    marks.album_button.menu().actions()[0].trigger()
    qtbot.waitUntil(lambda: [chip.text for chip in marks.albums.chips] == ["Winter cards"])
    qtbot.mouseClick(marks.albums.buttons()[0], LEFT)
    qtbot.waitUntil(lambda: not marks.albums.chips)


def test_an_album_that_is_given_up_is_not_filled_later(
    qtbot: QtBot, bench: GalleryBench, details: GalleryDetails
) -> None:
    details.marks._fill_album_menu()
    details.marks.album_button.menu().actions()[-1].trigger()
    assert details.marks.dialog is not None
    details.marks.dialog.reject()
    with qtbot.waitSignal(bench.view.shelves.album_made):
        bench.view.shelves.add_album("Another")
    assert bench.stored(bench.ids[0])["albums"] == ()


# -- several ------------------------------------------------------------------------------------


def test_what_several_have_in_common(
    qtbot: QtBot, bench: GalleryBench, details: GalleryDetails
) -> None:
    edit(bench.studio, Edit("rating", {bench.ids[0]: 3}))
    edit(bench.studio, Edit("tag", {bench.ids[0]: True}, name="snow"))
    bench.view.read_anew()
    bench.wait()
    bench.choose(0, 1, 2)
    assert details.heading.text() == "3 pictures"
    assert not details.image.isVisible()
    texts = details.facts.texts()
    assert texts["size"] == "128 × 128"
    assert "seed" not in texts
    assert "In common" in details.summary.text()
    assert details.marks.stars.rating is None
    assert [chip.is_partial for chip in details.marks.tags.chips.chips] == [True]
    assert details.compare.isVisible()
    assert not details.use_all.isVisible()
    qtbot.mouseClick(details.marks.stars, LEFT, pos=QPoint(8, 8))
    for picture in bench.ids[:3]:
        assert bench.stored(picture)["rating"] == 1


# -- not as usual -------------------------------------------------------------------------------


def test_a_missing_file_is_said(qtbot: QtBot, bench: GalleryBench, details: GalleryDetails) -> None:
    with library_of(bench.studio) as library:
        rows.set_missing(library._connection, [bench.ids[1]], "2026-11-24T10:00:00.000+00:00")
    bench.choose(1)
    assert "not where it was" in details.missing.text()
    assert details.missing.isVisible()


def test_in_the_trash_it_is_said_how_long(
    qtbot: QtBot, bench: GalleryBench, details: GalleryDetails
) -> None:
    bench.work.edits.trash(bench.ids[:1], asks=False)
    bench.wait()
    bench.work.chosen.look_at(bench.ids[0])
    qtbot.waitUntil(lambda: details.trashed.text() == "In the trash; it goes in 30 days.")
    qtbot.mouseClick(details.restore, LEFT)
    assert bench.stored(bench.ids[0])["trashed"] is False


def make_foreign(bench: GalleryBench, picture: int) -> None:
    """Let a picture be another program's."""
    metadata = {"parameters": {"Seed": "77", "Size-1": "500", "Size-2": "512", "Sampler": "Euler"}}
    with library_of(bench.studio) as library:
        library._connection.execute(
            "UPDATE pictures SET request = NULL, source = 'a1111', metadata = ?,"
            " prompt = 'a (red:1.2) cat', provenance = NULL WHERE id = ?",
            (json.dumps(metadata), picture),
        )


def test_another_programs_picture(
    qtbot: QtBot, studio: Studio, bench: GalleryBench, details: GalleryDetails
) -> None:
    make_foreign(bench, bench.ids[1])
    bench.choose(1)
    texts = details.facts.texts()
    assert texts["source"] == "AUTOMATIC1111"
    assert texts["seed"] == "77"
    assert texts["parameter Sampler"] == "Euler"
    assert not details.differs.isVisible()
    qtbot.mouseClick(details.use_prompt, LEFT)
    assert studio.state.form.request.prompt == "a (red:1.2) cat"
    studio.state.form.edit(prompt="mine")
    qtbot.mouseClick(details.use_all, LEFT)
    assert details.dialog is not None
    assert studio.state.form.request.prompt == "mine", "it is asked first"
    details.dialog.accept()
    assert studio.state.form.request.prompt == "a (red:1.2) cat"
    assert studio.state.form.request.seed == 77
    assert details.dialog is None


def test_relatives_are_gone_to(qtbot: QtBot, bench: GalleryBench, details: GalleryDetails) -> None:
    assert not details.tabs.isVisible(), "it has none"
    with library_of(bench.studio) as library:
        library._connection.execute(
            "UPDATE pictures SET parent = ? WHERE id = ?", (bench.ids[4], bench.ids[1])
        )
    bench.choose(1)
    assert details.tabs.isVisible()
    details.tabs.setCurrentIndex(1)
    settle()
    (button,) = details.lineage.buttons
    assert button.isVisible()
    assert not details.facts.isVisible()
    assert button.accessibleName().startswith("dog 1 · 128 × 128")
    qtbot.mouseClick(button, LEFT)
    qtbot.waitUntil(lambda: bench.view.selection.current == bench.ids[4])


def test_the_file_is_shown(
    qtbot: QtBot, window: MainWindow, details: GalleryDetails, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Path] = []
    monkeypatch.setattr(window.gallery.actions_.files, "show_file", shown.append)
    {a.objectName(): a for a in details.more_menu.actions()}["show"].trigger()
    assert shown[0].suffix == ".png"


def test_names_go_above_values_where_there_is_little_room(qtbot: QtBot) -> None:
    table = FactTable()
    qtbot.addWidget(table)
    table.show_rows([Row("decoder_guidance_scale", "Decoder guidance", "0"), Row("x", "X", "")])
    table.show()
    assert list(table.values) == ["decoder_guidance_scale"], "what is empty is left out"
    value = table.values["decoder_guidance_scale"]
    table.resize(600, 200)
    settle()
    beside = value.x()
    table.resize(140, 200)
    settle()
    assert value.x() < beside
