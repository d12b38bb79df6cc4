"""The real program with the real engine: from the words that are typed to the file and its row."""

from __future__ import annotations

import json
import re
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from wurstdesk import app
from wurstdesk.cli import parts
from wurstdesk.gallery.image_metadata import read_metadata
from wurstdesk.gallery.store import Gallery
from wurstdesk.paths import Home, resources_dir

PROMPT = "a long red sausage dog on snow at night"
PATIENCE = 180_000  # milliseconds
DACKEL = resources_dir() / "dackel"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint with random weights in the built-in one's place."""
    from checkpoints import make_checkpoint

    folder = tmp_path_factory.mktemp("tiny")
    description = {"name": "dackel", "default_size": [256, 128], "trained_sides": [128, 256]}
    make_checkpoint(folder, description=description, previewer=True)
    return folder


@pytest.mark.parametrize(
    "checkpoint",
    [
        "tiny",
        pytest.param(
            "dackel",
            marks=pytest.mark.skipif(not DACKEL.is_dir(), reason="there is no Dackel yet"),
        ),
    ],
)
def test_from_the_typed_words_to_the_file_and_its_row(
    qtbot: QtBot, home: Home, tiny: Path, monkeypatch: pytest.MonkeyPatch, checkpoint: str
) -> None:
    monkeypatch.setattr(
        parts, "builtin_checkpoint", lambda: DACKEL if checkpoint == "dackel" else tiny
    )
    with app.Studio(home) as studio:
        state, window = studio.state, studio.window
        previews: list[int] = []
        state.round.cell_changed.connect(previews.append)
        with qtbot.waitSignal(state.form.checkpoint_changed, timeout=PATIENCE):
            studio.show()

        QTest.keyClicks(window.panel.prompt, PROMPT)
        with qtbot.waitSignal(state.pictures.added, timeout=PATIENCE):
            window.book["generate"].trigger()
        qtbot.waitUntil(lambda: not state.is_running, timeout=PATIENCE)

        (picture,) = state.pictures
        assert picture.saved is not None
        shown = state.form.request

    assert len(previews) > 1, "previews came before the picture"
    request = read_metadata(picture.saved.path).request
    assert request == shown
    assert request.prompt == PROMPT
    with Image.open(picture.saved.path) as image:
        assert image.size == (request.width, request.height)
        assert len(image.convert("RGB").getcolors(image.width * image.height) or []) > 16
    with closing(Gallery.open(home.gallery_file, home.pictures)) as gallery:
        (row,) = gallery.recent(9)
        assert (row.path, row.request) == (picture.saved.path, request)
        assert gallery.latents_of(row.id) is not None
    # What it cost is known at the next start.
    known = json.loads(home.timings_file.read_text(encoding="utf-8"))
    assert {"prior", "decoder", "vqgan"} <= set(re.findall("prior|decoder|vqgan", str(known)))
