"""What is known of the selected pictures, their images, and what several have in common."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from pytestqt.qtbot import QtBot

from kept_pictures import MADE, GalleryBench, edit, library_of
from studio import Studio
from wurstdesk.gallery.records import Edit
from wurstdesk.generation import Plan
from wurstdesk.session.facts import SIZE
from wurstdesk.session.gallery_chosen import MOST_READ, shared_by
from wurstdesk.session.gallery_images import GalleryImages
from wurstdesk.session.made_here import differs_here, installed_versions
from wurstdesk.session.trash_time import days_left


@pytest.fixture
def bench(qtbot: QtBot, studio: Studio) -> GalleryBench:
    return GalleryBench(qtbot, studio)


def test_one_picture_is_read_with_its_image(bench: GalleryBench, qtbot: QtBot) -> None:
    chosen = bench.work.chosen
    with qtbot.waitSignal(chosen.image_changed):
        bench.choose(1)
    one = chosen.known.one
    assert one is not None
    assert one.card.id == bench.ids[1]
    assert one.provenance == MADE
    assert chosen.image.size() == QSize(128, 128)
    assert dict(chosen.known.versions_here)["torch"] not in {"", "0.0.1"}


def test_of_several_there_is_no_one(bench: GalleryBench) -> None:
    bench.choose(0, 2, 3)
    assert bench.work.chosen.known.one is None
    assert len(bench.work.chosen.known.details) == 3


def test_who_holds_an_arrow_key_down_ends_at_the_last(bench: GalleryBench, qtbot: QtBot) -> None:
    for row in range(5):
        bench.view.selection.choose(row)
    qtbot.waitUntil(lambda: bench.work.chosen.known.ids == (bench.ids[4],))


def test_nothing_is_known_where_nothing_is_selected(bench: GalleryBench, qtbot: QtBot) -> None:
    bench.choose(0)
    bench.view.selection.drop_current()
    qtbot.waitUntil(lambda: bench.work.chosen.known.ids == ())
    assert bench.work.chosen.image.isNull()


def test_a_picture_beside_the_result_is_looked_at_until_another_is_chosen(
    bench: GalleryBench, qtbot: QtBot
) -> None:
    bench.view.search("seed:1")
    qtbot.waitUntil(lambda: len(bench.view.found.ids) == 1)
    bench.work.chosen.look_at(bench.ids[0])
    qtbot.waitUntil(lambda: bench.work.chosen.known.ids == (bench.ids[0],))
    bench.view.selection.choose(0)
    qtbot.waitUntil(lambda: bench.work.chosen.known.ids == (bench.ids[4],))


def test_relatives_are_read(bench: GalleryBench, qtbot: QtBot) -> None:
    with library_of(bench.studio) as library:
        library._connection.execute(
            "UPDATE pictures SET parent = ? WHERE id = ?", (bench.ids[4], bench.ids[0])
        )
    bench.choose(0)
    (parent,) = bench.work.chosen.known.relatives
    assert (parent.card.id, parent.is_parent) == (bench.ids[4], True)
    bench.choose(4)
    (child,) = bench.work.chosen.known.relatives
    assert (child.card.id, child.is_parent) == (bench.ids[0], False)
    assert not child.thumbnail.isNull()


def test_what_several_have_in_common(bench: GalleryBench) -> None:
    edit(bench.studio, Edit("rating", dict.fromkeys(bench.ids[:3], 4)))
    edit(bench.studio, Edit("tag", dict.fromkeys(bench.ids[:2], True), name="snow"))
    edit(bench.studio, Edit("tag", dict.fromkeys(bench.ids[:1], True), name="night"))
    with library_of(bench.studio) as library:
        details = [library.details(picture) for picture in bench.ids[:3]]
    shared = shared_by(details[:2])
    assert SIZE in shared.facts
    assert "prompt" not in shared.facts
    assert "seed" not in shared.facts
    assert (shared.rating, shared.is_favourite) == (4, False)
    assert (shared.tags, shared.some_tags) == (("snow",), ("night",))
    assert shared.file_size == sum(one.file_size for one in details[:2])
    assert shared_by(details).tags == ()
    foreign = replace(details[0], card=replace(details[0].card, request=None, rating=1))
    assert shared_by([foreign, details[1]]).facts == ()
    assert shared_by([details[1], foreign]).facts == ()
    assert shared_by([details[1], foreign]).rating is None
    assert MOST_READ > 12


# -- images -------------------------------------------------------------------------------------


def test_a_thumbnail_stands_in_for_a_file_that_is_gone(bench: GalleryBench, qtbot: QtBot) -> None:
    card = bench.view.card(bench.ids[0])
    assert card is not None
    assert card.path is not None
    card.path.unlink()
    with qtbot.waitSignal(bench.work.chosen.image_changed):
        bench.choose(0)
    assert bench.work.chosen.is_small
    assert not bench.work.chosen.image.isNull()


def test_images_are_read_in_the_order_of_need_and_dropped_when_there_are_many(
    bench: GalleryBench, qtbot: QtBot
) -> None:
    images = bench.work.images
    images._limit = 3 * 128 * 128 * 4
    cards = [bench.view.card(picture) for picture in bench.ids]
    read: list[int] = []
    images.read.connect(read.append)
    images.want(card for card in cards if card is not None)
    qtbot.waitUntil(lambda: len(read) == 5)
    assert read == bench.ids
    assert [images.find(picture) is not None for picture in bench.ids] == [False] * 2 + [True] * 3


def test_what_is_no_picture_is_no_picture(
    bench: GalleryBench, qtbot: QtBot, tmp_path: Path
) -> None:
    card = bench.view.card(bench.ids[0])
    assert card is not None
    (tmp_path / "broken.png").write_bytes(b"no")
    images: GalleryImages = bench.work.images
    with qtbot.waitSignal(images.read):
        images.want([replace(card, path=tmp_path / "broken.png", content_hash="of nothing")])
    found = images.find(card.id)
    assert found is not None
    assert found.isNull()
    images.forget(card.id)
    with qtbot.waitSignal(images.read):
        images.want([card])
    assert not images.is_stand_in(card.id)


# -- here and there -----------------------------------------------------------------------------

HERE = {"torch": "2.5", "python": "3.11"}


def test_nothing_is_said_where_all_is_alike() -> None:
    made = replace(MADE, versions={"torch": "2.5", "python": "3.11"})
    assert differs_here(made, None, HERE) == ""
    assert differs_here(made, Plan("cpu", "float32", "a processor", threads=2), HERE) == ""
    assert differs_here(made, Plan("cpu", "float32", "a processor"), HERE) == ""
    assert differs_here(replace(made, versions={"xformers": "1"}), None, HERE) == "", "unknown"


def test_other_versions_and_devices_are_said() -> None:
    made = replace(MADE, versions={"torch": "2.1", "python": "3.11"})
    assert differs_here(made, None, HERE) == (
        "Made with torch 2.1; here it would be torch 2.5, and may come out a little different."
    )
    plan = Plan("cuda", "float16", "a card")
    words = differs_here(made, plan, {"torch": "2.1"})
    assert "cpu · float32 · 2 threads;" in words
    assert "cuda · float16" in words
    assert "4 threads" in differs_here(made, Plan("cpu", "float32", "it", threads=4), {})
    assert "no torch" in differs_here(made, None, {"torch": ""})


def test_versions_are_those_that_are_installed() -> None:
    found = installed_versions(["wurstdesk", "python", "pytest", "no-such-thing"])
    assert found["python"].startswith("3.")
    assert found["pytest"] == pytest.__version__
    assert found["no-such-thing"] == ""
    assert found["wurstdesk"]


@pytest.mark.parametrize(
    ("trashed", "left"),
    [
        ("2024-05-01T12:00:00", 30),
        ("2024-04-02T12:00:00.500", 2),
        ("2024-04-01T13:00:00+00:00", 1),
        ("2024-01-01", 0),
        ("", None),
        ("soon", None),
    ],
)
def test_days_until_a_picture_goes(trashed: str, left: int | None) -> None:
    assert days_left(trashed, datetime(2024, 5, 1, 12, tzinfo=UTC)) == left
