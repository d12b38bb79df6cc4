"""What is done to pictures: seen at once, written beside the window, taken back and done again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from kept_pictures import GalleryBench
from studio import Studio
from wurstdesk.errors import StorageError
from wurstdesk.gallery.library import Library
from wurstdesk.gallery.records import Edit
from wurstdesk.session.failures import Failure
from wurstdesk.session.gallery_edits import TrashAsker
from wurstdesk.session.gallery_words import step_words


@pytest.fixture
def bench(qtbot: QtBot, studio: Studio) -> GalleryBench:
    return GalleryBench(qtbot, studio)


class Asker(TrashAsker):
    """Answers as it was told to."""

    def __init__(self, says: bool) -> None:
        self.says = says
        self.asked: list[tuple[int, int]] = []

    def ask(self, favourites: int, pictures: int, answer: object) -> None:
        """Answer at once."""
        self.asked.append((favourites, pictures))
        answer(self.says)  # type: ignore[operator]


def test_a_rating_is_seen_before_it_is_written(bench: GalleryBench) -> None:
    first, second = bench.ids[:2]
    bench.work.edits.rate((first, second), 4)
    card = bench.view.card(first)
    assert card is not None
    assert card.rating == 4, "at once"
    assert bench.stored(second)["rating"] == 4
    assert bench.stored(bench.ids[2])["rating"] == 0


def test_what_was_done_is_taken_back_and_done_again(bench: GalleryBench) -> None:
    edits, first = bench.work.edits, bench.ids[0]
    edits.rate((first,), 2)
    edits.rate((first,), 5)
    edits.favourite((first,), True)
    edits.verdict((first,), -1)
    for field, value in (("verdict", 0), ("favourite", False), ("rating", 2)):
        edits.undo()
        assert bench.stored(first)[field] == value
    card = bench.view.card(first)
    assert card is not None
    assert (card.rating, card.is_favourite, card.verdict) == (2, False, 0)
    edits.redo()
    assert bench.stored(first)["rating"] == 5
    edits.rate((first,), 1)
    assert edits.redo_text == "", "what was done since then takes its place"


def test_undo_does_not_wait_for_what_it_takes_back(bench: GalleryBench) -> None:
    edits, first = bench.work.edits, bench.ids[0]
    edits.rate((first,), 3)
    edits.undo()
    assert bench.stored(first)["rating"] == 0
    card = bench.view.card(first)
    assert card is not None
    assert card.rating == 0


def test_tags_and_albums(bench: GalleryBench, qtbot: QtBot) -> None:
    edits, first = bench.work.edits, bench.ids[0]
    with qtbot.waitSignal(bench.view.shelves.album_made) as made:
        bench.view.shelves.add_album("Winter")
    album = made.args[0]
    edits.tag(bench.ids[:2], "  snow   dog ")
    edits.put_in((first,), album, "Winter")
    assert edits.undo_text == "1 picture into “Winter”"
    assert bench.stored(first)["tags"] == ("snow dog",)
    assert bench.stored(first)["albums"] == (album,)
    edits.undo()
    edits.untag((first,), "snow dog")
    assert bench.stored(first)["albums"] == ()
    assert bench.stored(first)["tags"] == ()
    assert bench.stored(bench.ids[1])["tags"] == ("snow dog",)
    edits.tag((first,), "   ")
    assert edits.undo_text == "“snow dog” off 1 picture", "a tag without a name is none"


def test_the_next_picture_is_current_after_a_delete(bench: GalleryBench, qtbot: QtBot) -> None:
    bench.choose(1)
    bench.work.edits.trash((bench.ids[1],))
    assert list(bench.view.found.ids) == [bench.ids[0], *bench.ids[2:]], "at once"
    assert bench.view.selection.current == bench.ids[2]
    assert bench.stored(bench.ids[1])["trashed"] is True
    bench.work.edits.undo()
    qtbot.waitUntil(lambda: list(bench.view.found.ids) == bench.ids)
    assert bench.view.selection.ids == (bench.ids[1],), "one goes on where it is"
    assert bench.stored(bench.ids[1])["trashed"] is False


@pytest.mark.parametrize("says", [False, True])
def test_favourites_go_to_the_trash_only_if_the_person_says_so(
    bench: GalleryBench, says: bool
) -> None:
    edits, first = bench.work.edits, bench.ids[0]
    edits.favourite((first,), True)
    edits.asker = asker = Asker(says)
    edits.trash(bench.ids[:3])
    assert asker.asked == [(1, 3)]
    assert bench.stored(first)["trashed"] is says
    edits.trash(bench.ids[3:])
    assert len(asker.asked) == 1, "of others nothing is asked"


def test_favourites_that_were_not_looked_at_are_known_too(
    bench: GalleryBench, qtbot: QtBot
) -> None:
    edits = bench.work.edits
    edits.favourite((bench.ids[0],), True)
    bench.wait()
    bench.view.cards._cards.clear()
    edits.asker = asker = Asker(says=False)
    edits.trash(bench.ids[:2])
    qtbot.waitUntil(lambda: bool(asker.asked))
    assert asker.asked == [(1, 2)]


def test_a_question_is_about_the_pictures_that_it_was_asked_of(
    bench: GalleryBench, qtbot: QtBot
) -> None:
    """Others may go meanwhile."""
    edits, (favourite, plain) = bench.work.edits, bench.ids[:2]
    edits.favourite((favourite,), True)
    bench.wait()
    answers: list[Callable[[bool], None]] = []

    class Later(TrashAsker):
        def ask(self, favourites: int, pictures: int, answer: Callable[[bool], None]) -> None:
            answers.append(answer)

    edits.asker = Later()
    bench.view.cards._cards.pop(plain)
    edits.trash((plain,))  # it has to be read first
    edits.trash((favourite,))
    assert bench.stored(plain)["trashed"] is True
    assert bench.stored(favourite)["trashed"] is False
    answers.pop()(True)
    assert bench.stored(favourite)["trashed"] is True
    assert not answers


def test_what_cannot_be_written_is_shown_as_it_was(
    bench: GalleryBench, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    edits, first = bench.work.edits, bench.ids[0]
    edits.rate((first,), 2)
    bench.wait()

    def refuse(library: Library, edit: Edit) -> Edit:
        raise StorageError("The disk is full.")

    monkeypatch.setattr(Library, "edit", refuse)
    failures: list[Failure] = []
    edits.failed.connect(failures.append)
    edits.rate((first,), 5)
    edits.trash((bench.ids[1],))
    qtbot.waitUntil(lambda: len(failures) == 2)
    card = bench.view.card(first)
    assert card is not None
    assert card.rating == 2
    assert failures[0].message == "The disk is full."
    assert edits.undo_text == "2 stars for 1 picture"
    qtbot.waitUntil(lambda: list(bench.view.found.ids) == bench.ids)


def test_an_undo_that_cannot_be_written_can_be_tried_again(
    bench: GalleryBench, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    edits, first = bench.work.edits, bench.ids[0]
    edits.rate((first,), 3)
    bench.wait()
    with monkeypatch.context() as patch:

        def refuse(library: Library, edit: Edit) -> Edit:
            raise StorageError("The disk is full.")

        patch.setattr(Library, "edit", refuse)
        with qtbot.waitSignal(edits.failed):
            edits.undo()
    card = bench.view.card(first)
    assert card is not None
    assert card.rating == 3
    assert (edits.undo_text, edits.redo_text) == ("3 stars for 1 picture", "")
    edits.undo()
    assert bench.stored(first)["rating"] == 0


def test_shelves_count_anew(bench: GalleryBench, qtbot: QtBot) -> None:
    bench.work.edits.favourite(bench.ids[:2], True)
    qtbot.waitUntil(lambda: bench.view.shelves.content.favourites == 2)
    bench.work.edits.trash(bench.ids[:1], asks=False)
    qtbot.waitUntil(lambda: bench.view.shelves.content.trashed == 1)


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (Edit("trashed", {1: "2024", 2: "2024", 3: "2024"}), "3 pictures to the trash"),
        (Edit("trashed", {1: None}), "1 picture out of the trash"),
        (Edit("rating", {1: 1}), "1 star for 1 picture"),
        (Edit("rating", {1: 0, 2: 0}), "no stars for 2 pictures"),
        (Edit("verdict", {1: 1}), "1 picture kept"),
        (Edit("verdict", {1: -1}), "1 picture rejected"),
        (Edit("verdict", {1: 0}), "no verdict on 1 picture"),
        (Edit("favourite", {1: 1}), "1 picture to the favourites"),
        (Edit("favourite", {1: 0}), "1 picture out of the favourites"),
        (Edit("tag", {1: True}, name="snow"), "“snow” on 1 picture"),
        (Edit("album", {1: False}, album=3), "1 picture out of an album"),
    ],
)
def test_every_step_has_words(edit: Edit, words: str) -> None:
    assert step_words(edit) == words
