"""The real gallery on a disk that is full while the queue runs: nothing is lost, all goes on."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from fakes import Step, picture_of
from small_disk import fill, mounted
from studio import Studio, library_file, open_studio
from wurstdesk.gallery.image_metadata import read_metadata
from wurstdesk.gallery.store import Gallery
from wurstdesk.generation import GenerationRequest, PictureReady, Pixels
from wurstdesk.session.jobs import JobState
from wurstdesk.session.messages import MessageAction


def noisy(request: GenerationRequest) -> list[Step]:
    """A picture whose file is large."""
    picture = picture_of(request)
    size = request.width, request.height
    noise = Pixels(*size, random.Random(request.seed).randbytes(3 * size[0] * size[1]))
    return [PictureReady(replace(picture, pixels=noise))]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with mounted(tmp_path / "disk") as folder:
        yield folder


@pytest.fixture
def studio(qtbot: QtBot, disk: Path) -> Iterator[Studio]:
    """With the gallery and its pictures on that disk."""
    folder = disk / "pictures"
    make_gallery = partial(Gallery.open, library_file(folder), folder)
    with open_studio(qtbot, folder, make_sink=make_gallery) as opened:
        yield opened


@pytest.mark.parametrize("leave", [0, 65_536])
def test_the_queue_waits_until_there_is_room(
    qtbot: QtBot, studio: Studio, disk: Path, leave: int
) -> None:
    """Given a picture on the disk, when it is full and three are asked for, then there is one
    message, one picture in hand and two jobs that wait; with room again, all four are there.
    """
    state = studio.state
    studio.generate(width=256, height=256)
    filler = fill(disk, leave)
    state.form.edit(prompt="no room for it", width=512, height=512, num_images=1)
    studio.generator.script = noisy
    for _ in range(3):
        state.generate()
    qtbot.waitUntil(lambda: not state.is_running, timeout=20_000)

    assert [job.state for job in state.queue][-2:] == [JobState.WAITING] * 2
    (message,) = state.messages.all
    assert "is full" in message.text
    assert "The queue is paused" in message.hint
    assert MessageAction.SAVE_AGAIN in message.actions
    (picture,) = state.pictures.unsaved

    filler.unlink()
    with qtbot.waitSignal(state.pictures.changed):
        state.saving.save_again()
    assert not state.messages.all
    saved = picture.saved
    assert saved is not None
    assert read_metadata(saved.path).request == picture.request

    state.runner.set_paused(False)
    studio.wait_until_idle()
    assert not state.pictures.unsaved
    paths = {known.saved.path for known in state.pictures if known.saved is not None}
    with closing(Gallery.open(library_file(disk / "pictures"), disk / "pictures")) as gallery:
        assert {row.path for row in gallery.recent(9)} == paths
    assert len(paths) == 4
