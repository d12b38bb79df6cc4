"""Going through pictures: keep, reject, rate, take back; the next ones are there before."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from kept_pictures import GalleryBench
from studio import Studio
from wurstdesk.session.gallery_culling import Culling


@pytest.fixture
def bench(qtbot: QtBot, studio: Studio) -> GalleryBench:
    return GalleryBench(qtbot, studio)


@pytest.fixture
def culling(bench: GalleryBench) -> Culling:
    """At the first of five."""
    bench.work.cull()
    return bench.work.culling


def test_it_goes_through_all_from_the_current_one_on(bench: GalleryBench) -> None:
    bench.choose(2)
    bench.work.cull()
    assert list(bench.work.culling.ids) == bench.ids
    assert bench.work.culling.index == 2


def test_it_goes_through_what_is_selected(bench: GalleryBench) -> None:
    bench.choose(1, 3)
    bench.work.cull()
    assert list(bench.work.culling.ids) == [bench.ids[1], bench.ids[3]]


def test_a_decision_is_written_and_the_next_one_comes(
    bench: GalleryBench, culling: Culling
) -> None:
    culling.keep()
    culling.reject()
    culling.rate(4)
    assert culling.index == 2
    assert bench.stored(bench.ids[0])["verdict"] == 1
    assert bench.stored(bench.ids[1])["verdict"] == -1
    assert bench.stored(bench.ids[2])["rating"] == 4
    assert (culling.kept, culling.rejected) == ((bench.ids[0],), (bench.ids[1],))


def test_a_favourite_stays_in_view_and_is_taken_back(bench: GalleryBench, culling: Culling) -> None:
    culling.favourite()
    assert culling.index == 0
    assert bench.stored(bench.ids[0])["favourite"] == 1
    culling.favourite()
    assert bench.stored(bench.ids[0])["favourite"] == 0
    culling.undo()
    assert bench.stored(bench.ids[0])["favourite"] == 1


def test_after_the_last_it_is_over(bench: GalleryBench, culling: Culling, qtbot: QtBot) -> None:
    culling.go(4)
    culling.go_forward()
    assert culling.index == 4, "who only looks stays"
    with qtbot.waitSignal(culling.ended):
        culling.keep()
    assert not culling.is_active
    culling.keep()
    assert culling.kept == (bench.ids[4],)


def test_it_goes_back_to_what_is_taken_back(bench: GalleryBench, culling: Culling) -> None:
    culling.reject()
    culling.go(3)
    culling.rate(2)
    culling.go(4)
    culling.undo()
    assert culling.index == 3
    assert bench.stored(bench.ids[3])["rating"] == 0
    culling.undo()
    assert culling.index == 0
    assert bench.stored(bench.ids[0])["verdict"] == 0
    assert culling.rejected == ()
    assert not culling.can_undo
    culling.undo()


def test_what_was_done_before_is_not_taken_back_here(bench: GalleryBench) -> None:
    bench.work.edits.rate(bench.ids[:1], 5)
    bench.work.cull()
    bench.work.culling.undo()
    assert bench.stored(bench.ids[0])["rating"] == 5


def test_the_next_images_are_there_before_one_comes_to_them(
    bench: GalleryBench, culling: Culling, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: all(bench.work.images.find(n) is not None for n in bench.ids))
    for _ in range(3):
        culling.keep()
        assert culling.image is not None


def test_cards_that_were_not_looked_at_are_read(bench: GalleryBench, qtbot: QtBot) -> None:
    bench.view.cards._cards.clear()
    culling = bench.work.culling
    culling.start(bench.ids, 1)
    assert culling.card is None
    culling.keep()
    assert culling.index == 1, "nothing is decided about what is not seen"
    with qtbot.waitSignal(culling.image_read):
        qtbot.waitUntil(lambda: culling.card is not None)


def test_without_pictures_it_does_not_begin(bench: GalleryBench) -> None:
    bench.work.culling.start([])
    assert not bench.work.culling.is_active
    assert bench.work.culling.card is None


def test_a_decision_counts_for_what_the_page_never_looked_at(
    bench: GalleryBench, culling: Culling, qtbot: QtBot
) -> None:
    culling.end()
    bench.view.cards._cards.clear()
    culling.start(bench.ids)
    qtbot.waitUntil(lambda: culling.card is not None)
    assert bench.view.card(bench.ids[0]) is None
    culling.reject()
    culling.keep()
    bench.wait()
    assert (culling.kept, culling.rejected) == ((bench.ids[1],), (bench.ids[0],))
    culling.undo()
    bench.wait()
    assert culling.kept == ()


def test_the_last_decision_counts_before_it_is_written(
    bench: GalleryBench, culling: Culling, qtbot: QtBot
) -> None:
    culling.end()
    bench.view.cards._cards.clear()
    culling.start(bench.ids[:1])
    qtbot.waitUntil(lambda: culling.card is not None)
    culling.reject()
    assert not culling.is_active
    assert culling.rejected == (bench.ids[0],), "the question at the end is about it"


def test_what_was_taken_back_elsewhere_is_not_taken_back_here(bench: GalleryBench) -> None:
    bench.work.edits.rate(bench.ids[:1], 5)
    bench.work.cull()
    culling = bench.work.culling
    culling.reject()
    culling.reject()
    bench.work.edits.undo()  # as the menu does
    assert culling.can_undo
    culling.undo()
    assert (culling.index, culling.can_undo) == (0, False)
    culling.undo()
    assert bench.stored(bench.ids[0])["rating"] == 5
