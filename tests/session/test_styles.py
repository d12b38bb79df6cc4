"""The shelf of styles: what is there, what choosing one does, and what is kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from fake_desk import MemoryDesk
from wurstdesk.engine.prompt_syntax import parse_prompt
from wurstdesk.generation.styles import PLACE, Style, joined
from wurstdesk.session.failures import Failure
from wurstdesk.session.form import RequestForm
from wurstdesk.session.keeper import Keeper
from wurstdesk.session.style_file import load_styles, save_styles
from wurstdesk.session.styles import StyleShelf

OWN = Style(name="Mine", prompt="{prompt}, in my way", negative_prompt="fog")
WIDE = Style(name="Wide", prompt="panorama of {prompt}", settings={"width": 1536, "height": 640})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "styles.json"


@pytest.fixture
def keeper(qtbot: QtBot) -> Iterator[Keeper]:
    opened = Keeper(MemoryDesk)
    yield opened
    opened.close()


@pytest.fixture
def form(qtbot: QtBot) -> RequestForm:
    return RequestForm(lambda: 1)


Open = Callable[[], StyleShelf]


@pytest.fixture
def open_shelf(qtbot: QtBot, keeper: Keeper, form: RequestForm, path: Path) -> Open:
    """Opens the file's shelf as the next start of the program would."""

    def opened() -> StyleShelf:
        shelf = StyleShelf(form, keeper, path)
        with qtbot.waitSignal(shelf.changed):
            shelf.load()
        return shelf

    return opened


def names(shelf: StyleShelf) -> list[str]:
    return [style.name for style in shelf.styles]


def wait_for_disk(qtbot: QtBot, keeper: Keeper) -> None:
    done: list[bool] = []
    keeper.do(lambda: True, done.append)
    qtbot.waitUntil(lambda: bool(done))


# -- those that come with the program --------------------------------------------------------


def test_the_styles_that_ship_are_whole_and_draw_without_a_problem() -> None:
    loaded = load_styles(None)
    assert len(loaded.shipped) >= 10
    assert loaded.notes == ()
    for style in loaded.shipped:
        assert PLACE in style.prompt
        assert not style.settings  # they suit every checkpoint
        for text in (joined(style.prompt, "a (red)1.2 fox"), style.negative_prompt):
            assert parse_prompt(text or "").notes == ()


# -- choosing --------------------------------------------------------------------------------


def test_a_style_joins_the_prompts_of_the_request_and_not_of_the_form(
    open_shelf: Open, form: RequestForm
) -> None:
    shelf = open_shelf()
    shelf.save(OWN)
    form.edit(prompt="a fox")
    made = shelf.apply(form.request)
    assert (made.prompt, made.negative_prompt) == ("a fox, in my way", "fog")
    assert form.request.prompt == "a fox"
    shelf.choose("")
    assert shelf.apply(form.request) == form.request


def test_the_settings_of_a_style_are_seen_in_the_form_and_put_back_when_it_is_left(
    open_shelf: Open, form: RequestForm
) -> None:
    # Given a style with a size
    shelf = open_shelf()
    shelf.save(WIDE)
    shelf.choose("")
    # When it is chosen
    shelf.choose("Wide")
    # Then the form has its size until it is left
    assert (form.request.width, form.request.height) == (1536, 640)
    shelf.choose("Oil painting")
    assert (form.request.width, form.request.height) == (1024, 1024)


def test_a_setting_that_was_changed_after_a_style_stays(
    open_shelf: Open, form: RequestForm
) -> None:
    shelf = open_shelf()
    both = {**WIDE.settings, "prior_guidance_scale": 8.0}
    shelf.save(WIDE.model_copy(update={"settings": both}))
    shelf.choose("")
    shelf.choose("Wide")
    form.edit(height=768)
    shelf.choose("")
    assert (form.request.width, form.request.height) == (1536, 768)
    assert form.request.prior_guidance_scale == 4.0


def test_the_style_of_the_last_time_is_chosen_again_and_sets_nothing(
    qtbot: QtBot, open_shelf: Open, keeper: Keeper, form: RequestForm, path: Path
) -> None:
    open_shelf().save(WIDE)
    form.edit(width=512)
    shelf = StyleShelf(form, keeper, path)
    shelf.recall("Wide")
    assert (shelf.chosen_name, shelf.chosen) == ("Wide", None)
    with qtbot.waitSignal(shelf.changed):
        shelf.load()
    assert shelf.chosen == WIDE
    assert form.request.width == 512


def test_a_style_that_is_not_there_is_none(open_shelf: Open) -> None:
    shelf = open_shelf()
    shelf.choose("Nothing")
    assert (shelf.chosen, shelf.chosen_name) == (None, "")


# -- own ones --------------------------------------------------------------------------------


def test_an_own_style_is_there_at_the_next_start(
    qtbot: QtBot, open_shelf: Open, keeper: Keeper
) -> None:
    open_shelf().save(WIDE)
    shelf = open_shelf()
    assert names(shelf)[-1] == "Wide"
    assert shelf.find("Wide") == WIDE
    assert shelf.is_own("Wide")
    assert not shelf.is_shipped("Wide")


def test_own_styles_come_after_the_others_by_name(open_shelf: Open) -> None:
    shelf = open_shelf()
    shipped = names(shelf)
    for name in ("zebra", "Apple", "mole"):
        shelf.save(Style(name=name))
    assert names(shelf) == [*shipped, "Apple", "mole", "zebra"]


def test_a_renamed_style_leaves_no_other_behind(open_shelf: Open) -> None:
    shelf = open_shelf()
    shelf.save(OWN)
    shelf.save(OWN.model_copy(update={"name": "Ours"}), replaces="Mine")
    assert shelf.find("Mine") is None
    assert shelf.chosen_name == "Ours"


def test_a_shipped_style_can_be_replaced_and_comes_back(open_shelf: Open) -> None:
    shelf = open_shelf()
    order = names(shelf)
    mine = Style(name=order[2], prompt="mine")
    shelf.save(mine)
    assert names(shelf) == order
    assert shelf.find(order[2]) == mine
    shelf.delete(order[2])
    assert names(shelf) == order
    assert shelf.find(order[2]) != mine


def test_a_shipped_style_can_be_hidden_and_shown_again(
    qtbot: QtBot, open_shelf: Open, keeper: Keeper
) -> None:
    shelf = open_shelf()
    order = names(shelf)
    shelf.choose(order[0])
    shelf.delete(order[0])
    assert names(shelf) == order[1:]
    assert shelf.chosen is None
    again = open_shelf()
    assert names(again) == order[1:]
    assert again.hides_some
    again.show_hidden()
    assert names(again) == order
    assert names(open_shelf()) == order


def test_a_style_that_is_saved_before_the_file_is_read_costs_none_of_it(
    qtbot: QtBot, open_shelf: Open, keeper: Keeper, form: RequestForm, path: Path
) -> None:
    save_styles(path, [OWN], [])
    shelf = StyleShelf(form, keeper, path)
    shelf.save(WIDE)
    with qtbot.waitSignal(shelf.changed):
        shelf.load()
    wait_for_disk(qtbot, keeper)
    assert {style.name for style in load_styles(path).own} == {"Mine", "Wide"}


def test_a_disk_that_fails_is_told_and_the_style_stays_for_this_session(
    qtbot: QtBot, open_shelf: Open, keeper: Keeper, path: Path
) -> None:
    shelf = open_shelf()
    path.parent.parent.mkdir(exist_ok=True)
    path.parent.write_bytes(b"a file where the folder should be")
    failures: list[Failure] = []
    keeper.failed.connect(failures.append)
    shelf.save(OWN)
    qtbot.waitUntil(lambda: bool(failures))
    assert not failures[0].is_bug
    assert shelf.chosen == OWN


# -- the file --------------------------------------------------------------------------------


def test_the_file_can_be_read_by_people(path: Path) -> None:
    save_styles(path, [OWN, WIDE, Style(name="Grün")], ["Anime"])
    text = path.read_text(encoding="utf-8")
    assert '"name": "Grün"' in text
    assert json.loads(text)["styles"][1] == {
        "name": "Wide",
        "prompt": "panorama of {prompt}",
        "settings": {"width": 1536, "height": 640},
    }
    loaded = load_styles(path)
    assert loaded.own == (OWN, WIDE, Style(name="Grün"))
    assert loaded.hidden == ("Anime",)
    assert loaded.notes == ()


@pytest.mark.parametrize(
    "content",
    [
        b"no json",
        b"[]",
        b'{"version": 2, "styles": []}',
        b'{"version": 1, "styles": {}}',
        b'{"version": 1, "styles": [], "hidden": 5}',
        b"[" * 100_000,
        b"\xff\xfe\x00",
    ],
)
def test_a_file_that_cannot_be_read_is_set_aside(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    loaded = load_styles(path)
    assert len(loaded.shipped) >= 10
    assert loaded.own == ()
    assert "styles.broken-1.json" in loaded.notes[0]
    assert path.with_name("styles.broken-1.json").read_bytes() == content
    assert not path.exists()


def test_a_style_that_cannot_be_used_costs_only_itself(path: Path) -> None:
    # Given a file of which two styles are no styles
    bad = [{"name": ""}, {"name": "Mine", "prompt": "a second of that name"}, {"name": "Good"}]
    path.parent.mkdir()
    path.write_text(
        json.dumps({"version": 1, "styles": [OWN.model_dump(), *bad], "hidden": ["Anime", 5]}),
        encoding="utf-8",
    )
    before = path.read_bytes()
    # When it is read
    loaded = load_styles(path)
    # Then the others are there, and the file as it was is kept
    assert [style.name for style in loaded.own] == ["Mine", "Good"]
    assert loaded.hidden == ("Anime",)
    assert "2 of your styles" in loaded.notes[0]
    assert path.with_name("styles.broken-1.json").read_bytes() == before


def test_a_file_that_may_not_be_read_is_left_alone(path: Path) -> None:
    path.mkdir(parents=True)
    loaded = load_styles(path)
    assert "cannot be read" in loaded.notes[0]
    assert path.is_dir()


def test_notes_about_the_file_are_told(
    qtbot: QtBot, keeper: Keeper, form: RequestForm, path: Path
) -> None:
    path.parent.mkdir()
    path.write_bytes(b"no json")
    shelf = StyleShelf(form, keeper, path)
    with qtbot.waitSignal(shelf.noted):
        shelf.load()
