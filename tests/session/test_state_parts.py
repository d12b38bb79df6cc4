"""What the joined parts do together: styles, choices, repeating, memory, and the next start."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from fakes import DACKEL, PUBLISHED
from studio import Studio, open_studio
from wurstdesk.generation.styles import Style


def prompts_of(studio: Studio) -> list[str]:
    return [request.prompt for request in studio.generator.requests]


def test_what_was_being_written_is_there_at_the_next_start(qtbot: QtBot, tmp_path: Path) -> None:
    memory = tmp_path / "window.json"
    with open_studio(qtbot, tmp_path, memory_file=memory) as first:
        first.read_catalogue(DACKEL, PUBLISHED)
        first.state.form.choose_checkpoint("wuerstchen")
        first.state.form.edit(prompt="a half written", width=1280, num_images=3)
        first.state.form.take_seed(77)

    with open_studio(qtbot, tmp_path, memory_file=memory) as second:
        second.read_catalogue(DACKEL, PUBLISHED)
        form = second.state.form
        assert form.request == first.state.form.request
        assert (form.request.prompt, form.request.seed) == ("a half written", 77)
        assert not form.seed_is_random
        assert form.checkpoint == PUBLISHED


def test_a_size_that_was_chosen_survives_although_it_is_the_usual_one(
    qtbot: QtBot, tmp_path: Path
) -> None:
    """1024 is what a request has before a checkpoint is known; here it was the person's wish."""
    memory = tmp_path / "window.json"
    with open_studio(qtbot, tmp_path, memory_file=memory) as first:
        first.read_catalogue(DACKEL)
        first.state.form.edit(width=1024, height=1024)
    with open_studio(qtbot, tmp_path, memory_file=memory) as second:
        second.read_catalogue(DACKEL)
        assert second.state.form.request.width == 1024


def test_a_crash_costs_at_most_the_last_moment(qtbot: QtBot, tmp_path: Path) -> None:
    memory = tmp_path / "window.json"
    with open_studio(qtbot, tmp_path, memory_file=memory) as studio:
        studio.state.form.edit(prompt="not closed yet")
        qtbot.waitUntil(memory.exists, timeout=5000)
        assert "not closed yet" in memory.read_text("ascii")


def test_a_style_is_drawn_and_the_persons_prompt_stays(studio: Studio) -> None:
    state = studio.state
    state.styles.save(Style(name="Snowy", prompt="{prompt}, on snow", negative_prompt="grass"))
    state.styles.choose("Snowy")

    studio.generate(prompt="a red dog")

    (request,) = studio.generator.requests
    assert request.prompt == "a red dog, on snow"
    assert request.negative_prompt == "grass"
    assert state.form.request.prompt == "a red dog"
    assert state.prompts.past("prompt") == ("a red dog",)


def test_choices_are_settled_before_and_the_result_is_recorded(studio: Studio) -> None:
    studio.generate(prompt="a {red|blue} dog", num_images=4)

    assert set(prompts_of(studio)) <= {"a red dog", "a blue dog"}
    seeds = [r.seed + i for r in studio.generator.requests for i in range(r.num_images)]
    assert seeds == [1001, 1002, 1003, 1004]
    assert {saved.request.prompt for saved in studio.sink.saved} == set(prompts_of(studio))
    assert studio.state.form.request.prompt == "a {red|blue} dog"


def test_reused_braces_are_no_choices(studio: Studio) -> None:
    studio.generate(prompt=r"a \{red|blue\} dog")
    (picture,) = studio.state.pictures
    assert picture.request.prompt == "a {red|blue} dog"

    studio.state.reuse(picture.request)
    studio.generate()

    assert prompts_of(studio) == ["a {red|blue} dog"] * 2


def test_repeating_goes_on_with_new_seeds_and_leaves_the_canvas_alone(
    qtbot: QtBot, studio: Studio
) -> None:
    state = studio.state
    state.form.take_seed(10)
    studio.generate(num_images=2)
    state.showing.show_picture(1)
    state.runner.set_repeating(True)
    state.runner.add(state.form.request)

    qtbot.waitUntil(lambda: len(studio.generator.requests) >= 4)
    state.runner.set_repeating(False)
    studio.wait_until_idle()

    seeds = [request.seed for request in studio.generator.requests]
    assert seeds[1:4] == [10, 12, 14]
    shown = state.showing.picture
    assert shown is not None
    assert shown.id == 1


def test_repeating_ends_where_nothing_can_be_made(studio: Studio) -> None:
    state = studio.state
    state.form.edit(seed=-1)
    assert state.form.problem is not None
    state.runner.set_repeating(True)

    state._repeat()

    assert not state.runner.is_repeating
    assert state.messages.all


def test_low_memory_mode(studio: Studio) -> None:
    studio.state.save_memory()
    assert studio.state.settings.offload == "sequential"
    assert studio.state.unfinished.saves_memory


def test_private_texts_are_those_of_form_and_queue(studio: Studio) -> None:
    studio.generate(prompt="a drawn dog")
    studio.state.form.edit(prompt="a written dog", negative_prompt="")
    assert set(studio.state.private_texts()) == {"a drawn dog", "a written dog"}


@pytest.mark.parametrize("folder", ["here", "there"])
def test_the_pictures_folder_is_that_of_the_settings(
    studio: Studio, tmp_path: Path, folder: str
) -> None:
    usual = studio.state.pictures_folder
    studio.state.change_settings(pictures_folder=tmp_path / folder)
    assert studio.state.pictures_folder == tmp_path / folder
    studio.state.change_settings(pictures_folder=None)
    assert studio.state.pictures_folder == usual
