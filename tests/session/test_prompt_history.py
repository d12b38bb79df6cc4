"""Past prompts and the way through them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from fake_desk import MemoryDesk
from wurstdesk.errors import StorageError
from wurstdesk.session.keeper import Keeper
from wurstdesk.session.prompt_history import MAX_PROMPTS, HistoryWalk, PromptHistory


@pytest.fixture
def history(qtbot: QtBot) -> PromptHistory:
    return PromptHistory()


@pytest.fixture
def desk() -> MemoryDesk:
    return MemoryDesk()


@pytest.fixture
def keeper(qtbot: QtBot, desk: MemoryDesk) -> Iterator[Keeper]:
    opened = Keeper(lambda: desk)
    yield opened
    opened.close()


def walk_through(history: PromptHistory, field: str = "prompt") -> HistoryWalk:
    return HistoryWalk(lambda: history.past(field))


def test_prompts_of_earlier_sessions_stand_behind_those_of_this_one(
    qtbot: QtBot, history: PromptHistory, keeper: Keeper, desk: MemoryDesk
) -> None:
    desk.past_prompts = ("a cat", "a dog", "{a|b}")
    history.add("a dog", "fog")
    with qtbot.waitSignal(history.changed):
        history.load(keeper)
    assert history.past("prompt") == ("a dog", "a cat", r"\{a|b\}")
    assert history.past("negative_prompt") == ("fog",)


def test_a_desk_that_fails_leaves_this_session_its_prompts(
    qtbot: QtBot, history: PromptHistory, keeper: Keeper, desk: MemoryDesk
) -> None:
    desk.failures.append(StorageError("The disk is gone."))
    with qtbot.waitSignal(keeper.failed):
        history.load(keeper)
    history.add("a dog")
    assert history.past("prompt") == ("a dog",)


def test_each_prompt_is_there_once_and_the_newest_first(history: PromptHistory) -> None:
    for text in ("one", "two", "  ", "one", ""):
        history.add(text)
    assert history.past("prompt") == ("one", "two")
    for number in range(MAX_PROMPTS + 5):
        history.add(str(number))
    assert len(history.past("prompt")) == MAX_PROMPTS
    assert history.past("prompt")[0] == str(MAX_PROMPTS + 4)


def test_the_way_back_and_forth_keeps_what_was_being_written(history: PromptHistory) -> None:
    # Given two past prompts and one that is being written
    history.add("one")
    history.add("two")
    walk = walk_through(history)
    # When somebody goes to the oldest and back
    assert walk.newer("three") is None
    assert walk.older("three") == "two"
    assert walk.older("two") == "one"
    assert walk.older("one") is None
    assert walk.newer("one") == "two"
    # Then what was being written is at the end
    assert walk.newer("two") == "three"
    assert walk.newer("three") is None


def test_a_past_prompt_that_is_changed_is_being_written(history: PromptHistory) -> None:
    history.add("one")
    history.add("two")
    walk = walk_through(history)
    assert walk.older("") == "two"
    assert walk.older("two, red") == "two"
    assert walk.newer("two") == "two, red"


def test_a_prompt_that_is_used_on_the_way_moves_and_the_draft_stays(
    history: PromptHistory,
) -> None:
    history.add("one")
    history.add("two")
    walk = walk_through(history)
    walk.older("draft")
    walk.older("two")
    history.add("one")
    assert walk.older("one") == "two"
    assert walk.newer("two") == "one"
    assert walk.newer("one") == "draft"


def test_the_prompt_that_is_shown_is_not_shown_as_its_own_past(history: PromptHistory) -> None:
    history.add("one")
    history.add("two")
    assert walk_through(history).older("two") == "one"


def test_two_editors_walk_their_own_ways(history: PromptHistory) -> None:
    history.add("a dog", "fog")
    history.add("a cat", "")
    assert walk_through(history).older("") == "a cat"
    assert walk_through(history, "negative_prompt").older("") == "fog"
    assert walk_through(history, "negative_prompt").older("fog") is None
