"""The session's pictures and the round: nothing unsaved is lost, memory stays bounded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from fake_desk import MemoryDesk
from fakes import picture_of
from wurstdesk.generation import GenerationRequest, SavedPicture
from wurstdesk.session import pictures as pictures_module
from wurstdesk.session.failures import Failure
from wurstdesk.session.keeper import Keeper
from wurstdesk.session.pictures import FinishedPicture, Round, SessionPictures, read_image

KEPT = 5
REQUEST = GenerationRequest(prompt="a dog", width=128, height=256, num_images=2)
pytestmark = pytest.mark.usefixtures("qtbot")


def finished(seed: int, path: Path | None = None) -> FinishedPicture:
    made = picture_of(REQUEST.changed(seed=seed))
    saved = None if path is None else SavedPicture(1, path, made.request, "now")
    return FinishedPicture.of(made, saved, None if saved else Failure("The disk is full."))


def test_pictures_get_ids_in_order_and_are_told(qtbot: QtBot) -> None:
    pictures = SessionPictures()
    with qtbot.waitSignal(pictures.added) as blocker:
        first = pictures.add(finished(1))
    second = pictures.add(finished(2))

    assert blocker.args == [first.id]
    assert [p.id for p in pictures] == [first.id, second.id]
    assert pictures.find(second.id) is second
    assert pictures.find(None) is None
    assert pictures.find(99) is None


def test_thumbnail_keeps_the_proportions() -> None:
    thumbnail = finished(1).thumbnail
    assert (thumbnail.width(), thumbnail.height()) == (128, 256)


def test_unsaved_is_kept_whole_until_it_is_saved(tmp_path: Path) -> None:
    pictures = SessionPictures()
    picture = pictures.add(finished(1))
    assert [p.id for p in pictures.unsaved] == [picture.id]

    pictures.mark_saved(picture.id, SavedPicture(1, tmp_path / "a.png", picture.request, "now"))
    assert len(pictures.unsaved) == 0


@pytest.fixture
def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Room for five pictures."""
    monkeypatch.setattr(pictures_module, "BYTES_KEPT", KEPT * finished(1).image.sizeInBytes())


@pytest.fixture
def keeper(qtbot: QtBot) -> Iterator[Keeper]:
    """The thread that reads files."""
    del qtbot
    made = Keeper(MemoryDesk)
    yield made
    made.close()


@pytest.mark.usefixtures("little_memory")
def test_old_saved_pictures_are_read_again_from_their_files(
    qtbot: QtBot, tmp_path: Path, keeper: Keeper
) -> None:
    pictures = SessionPictures(keeper=keeper)
    made = []
    for seed in range(KEPT + 3):
        path = tmp_path / f"{seed}.png"
        one = finished(seed, path)
        one.image.save(str(path))
        made.append((pictures.add(one), one.image))

    assert [p.image is not None for p, _ in made] == [False] * 3 + [True] * KEPT
    oldest, image = made[0]
    with qtbot.waitSignal(pictures.image_read) as read:
        assert pictures.image(oldest) == oldest.thumbnail, "until it is read"
    assert read.args == [oldest.id]
    assert pictures.image(oldest) == image
    assert oldest.image is not None, "it is being looked at"
    assert sum(p.image is not None for p, _ in made) <= KEPT + 1


def test_what_is_read_are_pixels_alone(tmp_path: Path) -> None:
    written = finished(1).image.copy()
    written.setText("parameters", "a secret prompt")
    written.save(str(tmp_path / "a.png"))
    assert QImage(str(tmp_path / "a.png")).textKeys() == ["parameters"]

    read = read_image(tmp_path / "a.png")

    assert read.textKeys() == []
    assert read == finished(1).image
    assert read_image(tmp_path / "gone.png").isNull()


@pytest.mark.usefixtures("little_memory")
def test_an_unsaved_picture_never_leaves_memory(tmp_path: Path) -> None:
    pictures = SessionPictures()
    unsaved = pictures.add(finished(0))
    for seed in range(KEPT + 3):
        pictures.add(finished(seed, tmp_path / "x.png"))
    assert unsaved.image is not None


def test_where_the_file_is_gone_the_thumbnail_stands_in(
    tmp_path: Path, keeper: Keeper, qtbot: QtBot
) -> None:
    pictures = SessionPictures(keeper=keeper)
    picture = pictures.add(finished(1, tmp_path / "gone.png"))
    picture.image = None
    assert pictures.image(picture) == picture.thumbnail
    answers: list[int] = []
    keeper.do(lambda: 1, answers.append)  # comes after the file was looked for
    qtbot.waitUntil(lambda: answers == [1])
    assert pictures.image(picture) == picture.thumbnail


def test_a_picture_remembers_what_made_it(tmp_path: Path) -> None:
    picture = SessionPictures().add(finished(1, tmp_path / "a.png"))
    assert picture.provenance.dtype == "float32"
    assert picture.stage_seconds == {"prior": 1.5, "decoder": 0.5, "vqgan": 0.1}
    assert picture.seconds == pytest.approx(2.1)
    assert picture.path == tmp_path / "a.png"


def test_a_round_shows_previews_then_pictures(qtbot: QtBot) -> None:
    drawn = Round()
    with qtbot.waitSignal(drawn.began):
        drawn.begin(REQUEST)
    assert len(drawn.cells) == 2
    assert not drawn.is_empty

    preview, image = QImage(4, 4, QImage.Format.Format_RGB888), finished(1).image
    with qtbot.waitSignal(drawn.cell_changed) as blocker:
        drawn.show_preview(1, preview)
    assert blocker.args == [1]
    drawn.show_picture(1, 42, image)
    drawn.show_preview(1, preview)  # too late

    assert drawn.cells[1].image == image
    assert drawn.cells[1].picture_id == 42
    assert drawn.only_picture is None


def test_a_round_ignores_pictures_it_has_no_cell_for() -> None:
    drawn = Round()
    drawn.begin(REQUEST)
    drawn.show_preview(7, QImage())
    drawn.show_picture(7, 1, QImage())
    assert [cell.picture_id for cell in drawn.cells] == [None, None]


def test_a_round_that_ended_with_nothing_is_empty() -> None:
    drawn = Round()
    assert drawn.is_empty
    drawn.begin(REQUEST)
    drawn.end()
    assert drawn.is_empty


def test_a_round_of_one_has_its_picture() -> None:
    drawn = Round()
    drawn.begin(REQUEST.changed(num_images=1))
    drawn.show_picture(0, 5, finished(1).image)
    assert drawn.only_picture == 5
