"""The seeds used before: what was kept, what this session makes, and pins."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QColor, QImage, QImageWriter
from pytestqt.qtbot import QtBot

from fakes import full_disk
from studio import Studio
from wurstdesk.errors import StorageError
from wurstdesk.generation import SEED_COUNT, SeedUse, make_request
from wurstdesk.session.failures import Failure
from wurstdesk.session.seeds import LIMIT, SMALL_SIDE, SeedHistory


def webp(colour: str) -> bytes:
    """A small picture of one colour."""
    image = QImage(60, 30, QImage.Format.Format_RGB888)
    image.fill(QColor(colour))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert QImageWriter(buffer, QByteArray(b"webp")).write(image)
    buffer.close()
    return bytes(buffer.data().data())


def use_of(
    seed: int,
    created: str = "2024-05-01T12:00:00.000+00:00",
    *,
    thumbnail: bytes = b"",
    is_pinned: bool = False,
) -> SeedUse:
    request = make_request(seed=seed, prompt=f"dog {seed}", width=384, height=384)
    return SeedUse(seed, request, created, thumbnail, is_pinned=is_pinned)


@pytest.fixture
def history(studio: Studio) -> SeedHistory:
    return SeedHistory(studio.state.keeper, studio.state.pictures, studio.state)


def load(studio: Studio, history: SeedHistory, *uses: SeedUse) -> None:
    """Let these be on the desk, and read them."""
    studio.desk.uses.update({use.seed: use for use in uses})
    with studio.qtbot.waitSignal(history.changed):
        history.load()


def seeds(history: SeedHistory) -> list[int]:
    return [use.seed for use in history.uses]


def test_what_was_kept_comes_from_the_desk_pinned_ones_first(
    studio: Studio, history: SeedHistory
) -> None:
    before = history.was_loaded
    load(studio, history, use_of(1), use_of(2, is_pinned=True), use_of(3, "2025-01-01"))
    assert (before, history.was_loaded) == (False, True)
    assert seeds(history) == [2, 3, 1]


def test_a_new_picture_comes_in_at_once_and_an_old_seed_moves_up(
    studio: Studio, history: SeedHistory
) -> None:
    load(studio, history, use_of(1), use_of(1002))

    studio.generate(prompt="a cat", num_images=2)  # seeds 1001 and 1002

    assert seeds(history) == [1002, 1001, 1]
    newest = history.uses[0]
    assert newest.request.prompt == "a cat"
    assert newest.path == studio.sink.saved[1].path


def test_what_this_session_made_stays_when_the_desk_answers_late(
    studio: Studio, history: SeedHistory
) -> None:
    studio.generate(prompt="a cat")
    load(studio, history, use_of(1001), use_of(1))
    assert seeds(history) == [1001, 1]
    assert history.uses[0].request.prompt == "a cat"


def test_pictures_from_before_the_history_was_made_are_in_it(studio: Studio) -> None:
    studio.generate()
    late = SeedHistory(studio.state.keeper, studio.state.pictures, studio.state)
    assert seeds(late) == [1001]


def test_a_pin_is_kept_and_stays_on_top(qtbot: QtBot, studio: Studio, history: SeedHistory) -> None:
    studio.generate()
    with qtbot.waitSignal(history.changed):
        history.set_pinned(1001, True)
    studio.generate()

    assert seeds(history) == [1001, 1002]
    assert history.uses[0].is_pinned
    qtbot.waitUntil(lambda: 1001 in studio.desk.uses)
    kept = studio.desk.uses[1001]
    assert kept.is_pinned
    assert not QImage.fromData(kept.thumbnail).isNull(), "the little picture is kept with it"


def test_a_pinned_seed_keeps_what_was_pinned(studio: Studio, history: SeedHistory) -> None:
    load(studio, history, use_of(1001, is_pinned=True))
    studio.generate(prompt="something else")
    assert history.uses[0].request.prompt == "dog 1001"

    history.set_pinned(1001, False)
    assert history.uses[0].request.prompt == "something else", "the newest, once it is let go"


def test_unpinning_lets_it_go_to_its_place(
    qtbot: QtBot, studio: Studio, history: SeedHistory
) -> None:
    load(studio, history, use_of(1, "2024", is_pinned=True), use_of(2, "2025"), use_of(3, "2023"))

    history.set_pinned(1, False)

    assert seeds(history) == [2, 1, 3]
    qtbot.waitUntil(lambda: not studio.desk.uses[1].is_pinned)
    assert not history.uses[1].is_pinned


def test_a_list_that_was_on_its_way_does_not_bring_a_pin_back(
    qtbot: QtBot, studio: Studio, history: SeedHistory
) -> None:
    load(studio, history, use_of(1, is_pinned=True))
    history.load()  # asked before, answered after
    history.set_pinned(1, False)
    with qtbot.waitSignal(history.changed):
        pass
    assert not history.uses[0].is_pinned


def test_pinning_twice_or_something_unknown_changes_nothing(
    qtbot: QtBot, studio: Studio, history: SeedHistory
) -> None:
    load(studio, history, use_of(1, is_pinned=True))
    with qtbot.assertNotEmitted(history.changed):
        history.set_pinned(1, True)
        history.set_pinned(77, True)


def test_a_picture_that_is_saved_later_has_its_file_then(
    studio: Studio, history: SeedHistory
) -> None:
    studio.sink.failures.append(full_disk())
    studio.generate()
    assert history.uses[0].path is None

    with studio.qtbot.waitSignal(history.changed):
        studio.state.saving.save_again()

    assert history.uses[0].path == studio.sink.saved[0].path


def test_little_pictures_are_made_beside_the_window(
    qtbot: QtBot, studio: Studio, history: SeedHistory
) -> None:
    load(studio, history, use_of(SEED_COUNT - 1, thumbnail=webp("#ff0000")))
    studio.generate()
    for use in history.uses:
        with qtbot.waitSignal(history.small_ready) as ready:
            assert history.small(use).isNull(), "not yet"
        assert ready.args == [use.seed]
        small = history.small(use)
        assert min(small.width(), small.height()) == SMALL_SIDE
    assert history.small(history.uses[1]).pixelColor(5, 5).red() > 240


def test_a_little_picture_is_asked_for_once(
    qtbot: QtBot, studio: Studio, history: SeedHistory
) -> None:
    load(studio, history, use_of(1, thumbnail=b"no picture at all"), use_of(2))
    told: list[int] = []
    history.small_ready.connect(told.append)
    for _ in range(3):
        history.small(history.uses[0])
        history.small(history.uses[1])
    qtbot.waitUntil(lambda: told != [])
    history.small(history.uses[0])
    assert told == [1], "where there is none, nothing is tried again"
    assert history.small(history.uses[0]).isNull()


def test_no_more_than_a_list_can_hold(studio: Studio, history: SeedHistory) -> None:
    load(studio, history, *(use_of(seed) for seed in range(LIMIT)))
    studio.generate(num_images=3)
    assert len(history.uses) == LIMIT


@pytest.mark.parametrize("was_pinned", [False, True])
def test_what_cannot_be_kept_is_shown_as_it_was_and_said(
    qtbot: QtBot, studio: Studio, history: SeedHistory, was_pinned: bool
) -> None:
    # Given a gallery that cannot be written
    load(studio, history, use_of(1, is_pinned=was_pinned), use_of(2, "2025"))
    before = history.uses
    studio.desk.failures.append(StorageError("The disk is full.", "Make room."))
    # When a seed is pinned, or let go
    with qtbot.waitSignal(history.failed) as told:
        history.set_pinned(1, not was_pinned)
        assert history.uses != before
    # Then the list is as it was, and the reason is said
    assert history.uses == before
    assert "Seed 1 is" in told.args[0].message
    assert told.args[0].hint == "The disk is full."


def test_a_pin_that_was_taken_back_meanwhile_is_no_problem(
    qtbot: QtBot, studio: Studio, history: SeedHistory
) -> None:
    load(studio, history, use_of(1))
    studio.desk.failures.append(StorageError("The disk is full."))
    with qtbot.assertNotEmitted(history.failed):
        history.set_pinned(1, True)
        history.set_pinned(1, False)
        with qtbot.waitSignal(history.changed):
            history.load()
    assert [use.is_pinned for use in history.uses] == [False]


def test_the_window_says_that_a_pin_is_not_kept(qtbot: QtBot, studio: Studio) -> None:
    studio.generate()
    seeds_of_state = studio.state.seeds
    studio.desk.failures.append(StorageError("The disk is full."))
    with qtbot.waitSignal(studio.state.messages.changed):
        seeds_of_state.set_pinned(1001, True)
    assert "Seed 1001 is not pinned" in studio.state.messages.all[0].text


def test_a_desk_that_cannot_be_used_is_told_of(
    qtbot: QtBot, studio: Studio, history: SeedHistory
) -> None:
    studio.desk.failures.append(StorageError("The gallery is locked."))
    with qtbot.waitSignal(studio.state.keeper.failed) as told:
        history.load()
    assert told.args == [Failure("The gallery is locked.")]
    assert history.uses == ()
