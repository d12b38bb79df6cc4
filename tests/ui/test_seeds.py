"""The seed's field, and the list of seeds used before."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QAbstractItemView, QApplication, QMenu, QStyleOptionViewItem, QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from fakes import colour_of_seed
from studio import Studio
from wurstdesk.generation import SEED_COUNT, SeedUse, make_request
from wurstdesk.session.seeds import SeedHistory
from wurstdesk.ui.commands import CommandBook
from wurstdesk.ui.moments import moment_words
from wurstdesk.ui.picture_mime import request_in
from wurstdesk.ui.seed_field import SeedField, seed_in
from wurstdesk.ui.seed_list import SeedDelegate
from wurstdesk.ui.seed_panel import SeedPanel, SeedView

LEFT = Qt.MouseButton.LeftButton

# -- the field --------------------------------------------------------------------------------


@pytest.fixture
def field(studio: Studio) -> SeedField:
    made = SeedField(studio.state.form)
    studio.qtbot.addWidget(made)
    studio.state.form.edit(seed=10)
    made.show()
    return made


def paste(field: SeedField, text: str) -> None:
    QGuiApplication.clipboard().setText(text)
    field.edit.selectAll()
    field.edit.paste()


def test_the_next_seed_is_used_and_kept(qtbot: QtBot, studio: Studio, field: SeedField) -> None:
    assert studio.state.form.seed_is_random
    qtbot.mouseClick(field.next_button, LEFT)
    assert studio.state.form.request.seed == 11
    assert field.edit.text() == "11"
    assert field.keep_button.isChecked()


def test_up_and_down_step_round_all_seeds(qtbot: QtBot, studio: Studio, field: SeedField) -> None:
    form = studio.state.form
    qtbot.keyClick(field.edit, Qt.Key.Key_Down)
    assert form.request.seed == 9
    form.edit(seed=0)
    qtbot.keyClick(field.edit, Qt.Key.Key_Down)
    assert form.request.seed == SEED_COUNT - 1
    qtbot.keyClick(field.edit, Qt.Key.Key_Up)
    assert form.request.seed == 0
    assert field.edit.text() == "0"


def test_stepping_mends_a_seed_that_cannot_be(
    qtbot: QtBot, studio: Studio, field: SeedField
) -> None:
    field.edit.selectAll()
    qtbot.keyClicks(field.edit, "9999999999")
    problem = studio.state.form.problem
    qtbot.keyClick(field.edit, Qt.Key.Key_Up)
    assert problem is not None
    assert studio.state.form.problem is None
    assert field.edit.text() == "1000000000", "one after the last that could be"


@pytest.mark.parametrize(
    ("text", "seed"),
    [
        ("123", "123"),
        (" 123 456 ", "123456"),
        ("482 915 036", "482915036"),
        ("1,234,567", "1234567"),
        ("1’234’567", "1234567"),
        ("#42", "42"),
        ("Seed: 123", "123"),
        ("seed=7", "7"),
        ('"seed": 99, "steps": 20', "99"),
        ("--seed 5 --size 512", "5"),
        ("a cat, 4k\nSteps: 20, CFG scale: 7, Seed: 12, Size: 512x768", "12"),
        ("Seed: 482 915 036", "482915036"),
        ("", ""),
        ("a cat", ""),
        ("512x768", ""),
        ("3.5", ""),
        ("seed: " + "9" * 40, ""),
    ],
)
def test_the_seed_in_a_text(text: str, seed: str) -> None:
    assert seed_in(text) == seed


def test_a_pasted_seed_is_understood(studio: Studio, field: SeedField) -> None:
    paste(field, "a cat, Steps: 20, Seed: 123, Size: 512x512")
    assert studio.state.form.request.seed == 123
    assert field.edit.text() == "123"
    assert field.keep_button.isChecked()

    paste(field, "123 456")
    assert studio.state.form.request.seed == 123456

    paste(field, "no number at all")
    assert studio.state.form.request.seed == 123456
    assert field.edit.text() == "123 456"


# -- when ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (8, "today 09:05"),
        (7, "yesterday 09:05"),
        (5, "Sunday 09:05"),
        (2, "Thursday 09:05"),
        (1, "01/05/2024"),
        (9, "09/05/2024"),
    ],
)
def test_moments_as_people_say_them(day: int, words: str) -> None:
    before = QLocale()
    QLocale.setDefault(QLocale("en_GB"))
    try:
        now = datetime(2024, 5, 8, 8).astimezone()
        made = datetime(2024, 5, day, 9, 5).astimezone().astimezone(UTC)
        assert moment_words(made.isoformat(), now) == words
        assert moment_words(made.replace(tzinfo=None).isoformat(), now) == words
    finally:
        QLocale.setDefault(before)


def test_no_moment_is_nothing() -> None:
    assert moment_words("") == moment_words("0000-00-00") == moment_words("yesterday") == ""


# -- the list ---------------------------------------------------------------------------------


def use_of(seed: int, hours_ago: int = 1, *, is_pinned: bool = False) -> SeedUse:
    request = make_request(
        seed=seed, prompt=f"dog {seed}", width=512, height=256, prior_guidance_scale=6.0
    )
    created = (datetime.now(UTC) - timedelta(hours=hours_ago)).isoformat()
    return SeedUse(seed, request, created, path=Path(f"/dogs/{seed}.png"), is_pinned=is_pinned)


@pytest.fixture
def book(studio: Studio) -> Iterator[CommandBook]:
    """Commands of a window of their own."""
    owner = QWidget()
    studio.qtbot.addWidget(owner)
    yield CommandBook(owner)
    owner.close()  # and until here it is kept


@pytest.fixture
def panel(studio: Studio, book: CommandBook) -> SeedPanel:
    """A panel by itself, shown, with three seeds: 30 is pinned, then 10 and 20."""
    uses = (use_of(10, 1), use_of(20, 2), use_of(30, 3, is_pinned=True))
    studio.desk.uses.update({use.seed: use for use in uses})
    seeds = SeedHistory(studio.state.keeper, studio.state.pictures, studio.state)
    made = SeedPanel(studio.state, seeds, book)
    studio.qtbot.addWidget(made)
    with studio.qtbot.waitSignal(seeds.changed):
        made.resize(264, 400)
        made.show()
    return made


def rows(view: SeedView) -> list[int]:
    """Seeds from top to bottom."""
    model = view.seed_model
    return [model.index(row).data(Qt.ItemDataRole.UserRole).seed for row in range(model.rowCount())]


def middle_of(view: SeedView, seed: int) -> QPoint:
    return view.visualRect(view.seed_model.index(view.seed_model.row_of(seed))).center()


def pin_of(view: SeedView, seed: int) -> QPoint:
    option = QStyleOptionViewItem()
    view.initViewItemOption(option)
    option.rect = view.visualRect(view.seed_model.index(view.seed_model.row_of(seed)))
    delegate = view.itemDelegate()
    assert isinstance(delegate, SeedDelegate)
    return delegate.pin_rect(option).center()


def choose(view: SeedView, seed: int) -> None:
    view.setFocus()
    view.setCurrentIndex(view.seed_model.index(view.seed_model.row_of(seed)))


def test_pinned_ones_are_first_and_rows_say_all_aloud(panel: SeedPanel) -> None:
    view = panel.view
    assert rows(view) == [30, 10, 20]
    aloud = view.seed_model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    for word in ("dog 30", "seed 30", "512 × 256", "pinned"):
        assert word in aloud


def test_a_click_uses_the_seed_and_nothing_else(
    qtbot: QtBot, studio: Studio, panel: SeedPanel
) -> None:
    before = studio.state.form.request
    with qtbot.waitSignal(studio.state.told) as told:
        qtbot.mouseClick(panel.view.viewport(), LEFT, pos=middle_of(panel.view, 20))
    assert told.args == ["Seed 20 is used for the next pictures."]
    assert studio.state.form.request == before.changed(seed=20)
    assert not studio.state.form.seed_is_random


def test_by_keys_alone(qtbot: QtBot, studio: Studio, panel: SeedPanel) -> None:
    view = panel.view
    choose(view, 30)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert studio.state.form.request.seed != 10, "looking is not using"
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert studio.state.form.request.seed == 10

    qtbot.keyClick(view, Qt.Key.Key_P)
    assert rows(view) == [10, 30, 20]
    current = view.current_use()
    assert current is not None
    assert current.seed == 10, "the row that moved is still the current one"
    qtbot.waitUntil(lambda: studio.desk.uses[10].is_pinned)

    qtbot.keyClick(view, Qt.Key.Key_P)
    assert rows(view) == [30, 10, 20]

    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "10"


def test_a_click_on_the_pin_only_pins(qtbot: QtBot, studio: Studio, panel: SeedPanel) -> None:
    before = studio.state.form.request
    qtbot.mouseClick(panel.view.viewport(), LEFT, pos=pin_of(panel.view, 20))
    assert rows(panel.view) == [20, 30, 10]
    qtbot.mouseClick(panel.view.viewport(), LEFT, pos=pin_of(panel.view, 20))
    assert rows(panel.view) == [30, 10, 20], "and once more lets it go"
    assert studio.state.form.request == before


def action_of(menu: QMenu, text: str) -> QAction:
    return next(action for action in menu.actions() if action.text().startswith(text))


def test_the_menu_uses_all_settings_after_showing_them(
    qtbot: QtBot, studio: Studio, panel: SeedPanel
) -> None:
    studio.state.form.edit(num_images=4)
    view = panel.view
    found = view.seed_model.use(view.seed_model.index(1))
    assert found is not None
    menu = view.menu(found)
    action_of(menu, "Use all settings").trigger()
    menu.aboutToHide.emit()
    assert view.dialog is not None
    assert {"prompt", "size", "seed", "prior_guidance_scale"} == set(view.dialog.boxes)
    assert studio.state.form.request.prompt == ""

    view.dialog.accept()

    assert studio.state.form.request == found.request.changed(num_images=4)
    assert view.dialog is None


def test_the_menu_comes_by_mouse_and_by_key(qtbot: QtBot, studio: Studio, panel: SeedPanel) -> None:
    view = panel.view
    choose(view, 20)
    reason = QContextMenuEvent.Reason
    by_key = QContextMenuEvent(reason.Keyboard, QPoint(0, 0), QPoint(0, 0))
    QApplication.sendEvent(view, by_key)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    action_of(menu, "Copy seed").trigger()
    menu.close()
    assert QGuiApplication.clipboard().text() == "20"

    where = middle_of(view, 30)
    by_mouse = QContextMenuEvent(reason.Mouse, where, view.viewport().mapToGlobal(where))
    QApplication.sendEvent(view.viewport(), by_mouse)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    action_of(menu, "Unpin").trigger()
    menu.close()
    assert rows(view) == [10, 20, 30]


def test_a_new_picture_comes_in_with_its_little_picture(
    qtbot: QtBot, studio: Studio, panel: SeedPanel
) -> None:
    view = panel.view
    choose(view, 20)
    studio.generate(prompt="a cat", width=128, height=128)
    seed = studio.generator.requests[0].seed
    assert rows(view) == [30, seed, 10, 20]
    current = view.current_use()
    assert current is not None
    assert current.seed == 20

    middle = view.visualRect(view.seed_model.index(1))
    picture = QPoint(middle.left() + 28, middle.center().y())
    wanted = colour_of_seed(seed)

    def is_painted() -> bool:
        colour = view.viewport().grab().toImage().pixelColor(picture)
        return all(
            abs(a - b) <= 4
            for a, b in zip((colour.red(), colour.green(), colour.blue()), wanted, strict=True)
        )

    qtbot.waitUntil(is_painted)


def test_the_rows_are_a_model_that_qt_can_trust(
    qtbot: QtBot, studio: Studio, panel: SeedPanel, qtmodeltester: ModelTester
) -> None:
    model = panel.view.seed_model
    qtmodeltester.check(model, force_py=True)
    for seed in (20, 10):
        panel.view.toggle_pin(seed)
        panel.view.toggle_pin(30)
        assert rows(panel.view) == [use.seed for use in model.seeds.uses]
    studio.generate(num_images=3)
    assert rows(panel.view) == [use.seed for use in model.seeds.uses]


def test_a_row_is_dragged_with_its_request_and_file(panel: SeedPanel) -> None:
    view = panel.view
    index = view.seed_model.index(0)
    assert view.dragDropMode() == QAbstractItemView.DragDropMode.DragOnly
    assert view.seed_model.flags(index) & Qt.ItemFlag.ItemIsDragEnabled
    mime = view.seed_model.mimeData([index])
    request = request_in(mime)
    assert request is not None
    assert request.seed == 30
    assert mime.urls()[0].toLocalFile() == "/dogs/30.png"


def test_commands_for_the_seed_that_is_written(
    studio: Studio, panel: SeedPanel, book: CommandBook
) -> None:
    book["next_seed"].trigger()
    studio.state.form.take_seed(19)
    book["next_seed"].trigger()
    assert studio.state.form.request.seed == 20

    book.refresh()
    assert book["pin_seed"].isEnabled()
    book["pin_seed"].trigger()
    assert rows(panel.view) == [20, 30, 10]

    studio.state.form.take_seed(5)
    book.refresh()
    assert not book["pin_seed"].isEnabled(), "nothing was made with it"


def test_while_there_is_nothing_it_says_what_will_be(studio: Studio, book: CommandBook) -> None:
    seeds = SeedHistory(studio.state.keeper, studio.state.pictures, studio.state)
    empty = SeedPanel(studio.state, seeds, book)
    studio.qtbot.addWidget(empty)
    empty.resize(264, 300)
    with studio.qtbot.waitSignal(seeds.changed):
        empty.show()
    blank = empty.view.viewport().grab().toImage()
    studio.generate()
    empty.view.grab()
    assert "gather here" in empty.view.empty_text()
    ground = blank.pixelColor(2, 2)
    written = sum(
        blank.pixelColor(x, y) != ground for x in range(0, 250, 2) for y in range(10, 60, 2)
    )
    assert written > 50
