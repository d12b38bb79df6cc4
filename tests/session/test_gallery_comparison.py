"""Two to four pictures compared: which can be, their images, and everything that differs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from fakes import DACKEL
from kept_pictures import GalleryBench, library_of
from studio import Studio
from wurstdesk.session.facts import DEVICE, SIZE
from wurstdesk.session.gallery_comparison import differences_of


@pytest.fixture
def bench(qtbot: QtBot, studio: Studio) -> GalleryBench:
    return GalleryBench(qtbot, studio)


def test_the_selected_ones_are_compared(bench: GalleryBench, qtbot: QtBot) -> None:
    bench.choose(0, 2, 4)
    assert bench.work.can_compare
    comparison = bench.work.comparison
    with qtbot.waitSignal(comparison.changed):
        bench.work.compare()
    assert [one.card.id for one in comparison.details] == [bench.ids[n] for n in (0, 2, 4)]
    qtbot.waitUntil(lambda: not any(comparison.image(n).isNull() for n in range(3)))
    comparison.swap()
    assert comparison.ids == (bench.ids[4], bench.ids[0], bench.ids[2])
    assert comparison.details[0].card.id == bench.ids[4]
    comparison.stop()
    assert not comparison.is_active


def test_one_and_five_are_not_compared(bench: GalleryBench) -> None:
    for rows in ((0,), (0, 1, 2, 3, 4)):
        bench.choose(*rows)
        assert not bench.work.can_compare
        assert not bench.work.comparison.start(bench.work.ids)


def test_a_picture_that_is_gone_is_told(bench: GalleryBench, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bench.work.failed):
        bench.work.comparison.start((bench.ids[0], 4711))
    assert not bench.work.comparison.is_active


def test_everything_that_differs_is_listed(bench: GalleryBench) -> None:
    with library_of(bench.studio) as library:
        a, b = (library.details(picture) for picture in bench.ids[:2])
    found = {one.name: one.texts for one in differences_of((a, b), (DACKEL,))}
    assert found == {"prompt": ("dog 5", "dog 4"), "seed": ("5", "4")}
    assert a.card.request is not None
    assert a.provenance is not None
    other = replace(
        a,
        card=replace(a.card, request=a.card.request.changed(width=256, prior_guidance_scale=2.0)),
        provenance=replace(a.provenance, device="cuda"),
    )
    found = {one.name: one.texts for one in differences_of((a, a, other))}
    assert found[SIZE] == ("128 × 128", "128 × 128", "256 × 128")
    assert set(found) == {SIZE, "prior_guidance_scale", DEVICE}


def test_another_programs_picture_is_compared_in_what_it_says(bench: GalleryBench) -> None:
    with library_of(bench.studio) as library:
        ours = library.details(bench.ids[0])
    theirs = replace(
        ours,
        card=replace(ours.card, request=None, prompt="a cat", seed=None),
        provenance=None,
        negative_prompt="blurry",
    )
    found = {one.name: one.texts for one in differences_of((theirs, theirs, ours))}
    assert found["prompt"] == ("a cat", "a cat", "dog 5")
    assert found["negative_prompt"] == ("blurry", "blurry", "")
    assert found["seed"] == ("", "", "5")
    assert SIZE not in found
    assert differences_of((theirs, theirs)) == ()
