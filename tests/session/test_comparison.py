"""What the canvas shows, and comparing two pictures."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from fakes import DACKEL, PUBLISHED, picture_of
from wurstdesk.generation import GenerationRequest
from wurstdesk.session.pictures import FinishedPicture, Round, SessionPicture, SessionPictures
from wurstdesk.session.showing import Showing

REQUEST = GenerationRequest(prompt="a dog", width=128, height=128, seed=1)
pytestmark = pytest.mark.usefixtures("qtbot")


class Shown:
    """What the canvas shows, with the parts behind it."""

    def __init__(self) -> None:
        self.pictures = SessionPictures()
        self.round = Round()
        self.showing = Showing(self.pictures, self.round)

    def add(self, request: GenerationRequest = REQUEST) -> SessionPicture:
        return self.pictures.add(FinishedPicture.of(picture_of(request), None, None))

    def draw(self, count: int = 1) -> list[SessionPicture]:
        """A round from its beginning to its end."""
        self.round.begin(REQUEST.changed(num_images=count))
        made = [self.add(REQUEST.changed(seed=index)) for index in range(count)]
        for index, picture in enumerate(made):
            self.round.show_picture(index, picture.id, QImage(4, 4, QImage.Format.Format_RGB32))
        self.round.end()
        return made


@pytest.fixture
def shown() -> Shown:
    return Shown()


def names(shown: Shown) -> list[str]:
    return [found.name for found in shown.showing.comparison.differences()]


def test_only_what_differs_is_listed(shown: Shown) -> None:
    a = shown.add()
    b = shown.add(REQUEST.changed(seed=2, width=256, prior_guidance_scale=6.0))
    shown.showing.show_picture(a.id)
    shown.showing.compare_with(b.id)

    found = shown.showing.comparison.differences()

    assert [(d.label, d.a, d.b) for d in found] == [
        ("Seed", "1", "2"),
        ("Size", "128 × 128", "256 × 128"),
        ("Prior guidance", "4", "6"),
    ]


def test_the_same_settings_on_another_device_say_so(shown: Shown) -> None:
    a, b = shown.add(), shown.add()
    b.provenance = type(b.provenance)("cuda", "float16", 0, "dackel")
    shown.showing.show_picture(a.id)
    shown.showing.compare_with(b.id)
    (found,) = shown.showing.comparison.differences()
    assert (found.a, found.b) == ("cpu · float32 · 2 threads", "cuda · float16")


def test_a_checkpoint_is_called_by_its_title(shown: Shown) -> None:
    a, b = shown.add(), shown.add(REQUEST.changed(checkpoint="wuerstchen"))
    shown.showing.show_picture(a.id)
    shown.showing.compare_with(b.id)
    (found,) = shown.showing.comparison.differences((DACKEL, PUBLISHED))
    assert (found.a, found.b) == ("Dackel", "Würstchen v2")


def test_two_ways_to_give_the_same_number_of_steps_differ(shown: Shown) -> None:
    a = shown.add()
    b = shown.add(REQUEST.changed(prior_timesteps=None, prior_num_inference_steps=29))
    shown.showing.show_picture(a.id)
    shown.showing.compare_with(b.id)
    (found,) = shown.showing.comparison.differences()
    assert (found.a, found.b) == ("29 steps", "29 even steps")


def test_a_picture_is_not_compared_with_itself_nor_with_none(shown: Shown) -> None:
    a = shown.add()
    shown.showing.show_picture(a.id)
    shown.showing.compare_with(a.id)
    shown.showing.compare_with(99)
    assert not shown.showing.comparison.is_active
    assert not shown.showing.can_compare


def test_the_picture_before_is_the_first_choice(shown: Shown) -> None:
    first, second, third = shown.add(), shown.add(), shown.add()
    for in_view, other in ((third, second), (first, second)):
        shown.showing.show_picture(in_view.id)
        shown.showing.compare_with_previous()
        comparison = shown.showing.comparison
        assert (comparison.a, comparison.b) == (in_view, other)


def test_newer_and_older_change_the_second_picture(shown: Shown) -> None:
    made = [shown.add() for _ in range(4)]
    shown.showing.show_picture(made[2].id)
    shown.showing.compare_with(made[3].id)
    seen = []
    for steps in (-1, -1, -1, 1):
        shown.showing.show_neighbour(steps)
        assert shown.showing.comparison.a is made[2]
        assert shown.showing.comparison.b is not None
        seen.append(shown.showing.comparison.b)
    assert seen == [made[1], made[0], made[0], made[1]]


def test_leaving_a_comparison_comes_back_to_the_first(qtbot: QtBot, shown: Shown) -> None:
    a, b = shown.add(), shown.add()
    shown.showing.show_picture(a.id)
    shown.showing.compare_with(b.id)
    assert shown.showing.can_go_back
    with qtbot.waitSignal(shown.showing.changed):
        shown.showing.go_back()
    assert shown.showing.picture is a
    assert not shown.showing.comparison.is_active


def test_another_picture_ends_a_comparison(shown: Shown) -> None:
    a, b, c = shown.add(), shown.add(), shown.add()
    shown.showing.show_picture(a.id)
    shown.showing.compare_with(b.id)
    shown.showing.show_picture(c.id)
    assert not shown.showing.comparison.is_active
    assert shown.showing.picture is c


def test_swapping(shown: Shown) -> None:
    a, b = shown.add(), shown.add()
    shown.showing.show_picture(a.id)
    shown.showing.compare_with(b.id)
    shown.showing.comparison.swap()
    assert (shown.showing.comparison.a, shown.showing.comparison.b) == (b, a)


def test_a_comparison_outlives_new_rounds(shown: Shown) -> None:
    shown.draw(2)
    shown.showing.show_picture(1)
    shown.showing.compare_with(2)
    shown.draw()
    assert shown.showing.comparison.is_active
    assert not shown.showing.watches


def test_rounds_are_followed_while_nothing_holds_the_canvas(shown: Shown) -> None:
    shown.draw()
    (second,) = shown.draw()
    assert shown.showing.picture_in_view is second


def test_who_looks_closer_at_a_round_stays_there(qtbot: QtBot, shown: Shown) -> None:
    first = shown.draw(2)
    shown.showing.hold(True)
    held = shown.showing.cells

    shown.round.begin(REQUEST)

    assert shown.showing.cells is held
    assert [cell.picture_id for cell in held] == [picture.id for picture in first]
    assert shown.showing.can_go_back, "to the live picture"
    assert not shown.showing.is_live
    with qtbot.waitSignal(shown.showing.changed):
        shown.showing.show_round()
    assert shown.showing.watches
    assert not shown.showing.can_go_back


def test_a_chosen_picture_has_the_newest_round_behind_it(shown: Shown) -> None:
    (first,) = shown.draw()
    shown.showing.show_picture(first.id)
    shown.round.begin(REQUEST)
    assert shown.showing.picture is first
    shown.showing.show_round()
    assert shown.showing.watches


def test_what_was_stopped_at_nothing_leaves_the_last_picture(shown: Shown) -> None:
    (first,) = shown.draw()
    shown.round.begin(REQUEST)
    shown.round.end()
    assert shown.showing.picture is first
