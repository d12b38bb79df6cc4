"""A process is killed while it generates: what is finished stays, and nothing stands for more."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

import pytest

from gallery.pictures import start_python
from gallery.places import database, names_in, pictures
from gallery.sound import open_desk, state_in
from wurstdesk.gallery.desk import GalleryDesk
from wurstdesk.gallery.image_metadata import read_metadata
from wurstdesk.paths import Home

PATIENCE = 120

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="nobody is killed so there")

QUEUE = """
import sys
from functools import partial
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from fakes import ScriptedGenerator
from wurstdesk.gallery.desk import GalleryDesk
from wurstdesk.gallery.store import Gallery
from wurstdesk.generation import GenerationRequest
from wurstdesk.session.keeper import Keeper
from wurstdesk.session.pictures import SessionPictures
from wurstdesk.session.runner import JobRunner
from wurstdesk.session.worker import GenerationWorker

places, first = [Path(text) for text in sys.argv[1:3]], int(sys.argv[3])
app = QCoreApplication([])
worker = GenerationWorker(ScriptedGenerator, lambda: Gallery.open(*places))
runner = JobRunner(worker, SessionPictures(), keeper=Keeper(lambda: GalleryDesk.open(*places)))

def tell(finished):
    assert finished.saved is not None, finished.save_failure
    print(finished.saved.path, flush=True)

worker.picture_finished.connect(tell)
for seed in range(first, first + 400, 4):
    request = GenerationRequest(prompt="a dog", width=128, height=128, seed=seed, num_images=4)
    runner.add(request)
app.exec()
"""


def kill_after(process: subprocess.Popen[str], chance: random.Random, most: float) -> list[Path]:
    """Let it finish some pictures and kill it a moment later; what it said was finished."""
    assert process.stdout is not None
    said = [process.stdout.readline() for _ in range(chance.randrange(1, 6))]
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=chance.random() * most)
    process.send_signal(signal.SIGKILL)
    rest, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == -signal.SIGKILL, errors
    lines = [*said, *rest.splitlines(keepends=True)]
    return [Path(line[:-1]) for line in lines if line.endswith("\n")]


def expect_whole(file: Path, folder: Path, finished: list[Path]) -> None:
    """After the next start: a row for each whole file, a file for each row, none is lost."""
    with closing(GalleryDesk.open(file, folder)) as desk:
        recent = {saved.path: saved for saved in desk.recent(9_999)}
        assert set(finished) <= set(recent)
        files = [name for name in names_in(folder) if not name.startswith(".")]
        assert sorted(path.name for path in recent) == files
        for path, saved in recent.items():
            assert read_metadata(path).request == saved.request
            assert desk.latents_of(saved.id) is not None
        assert not any("damaged" in notice for notice in desk.notices)
    state_in(file)


def queue_and_die(place: Path, chance: random.Random) -> None:
    """The window's queue, worker and gallery on a scripted engine."""
    first = 10_000 * (1 + len(names_in(pictures(place))) if pictures(place).exists() else 1)
    process = start_python(QUEUE, database(place), pictures(place), first)
    finished = kill_after(process, chance, 0.1)
    expect_whole(database(place), pictures(place), finished)
    with closing(open_desk(place)) as desk:
        left, made = desk.jobs(), {saved.request.seed for saved in desk.recent(9_999)}
        assert left, "the next start goes on with them"
        for job in left:
            seeds = {job.request.for_picture(index).seed for index in range(4)}
            assert job.state == "running" or not seeds & made, "what waits was not begun"
        desk.keep_jobs([])


def test_killed_while_the_queue_runs(place: Path) -> None:
    for number in range(3):
        queue_and_die(place, random.Random(number))


@pytest.mark.slow
def test_killed_while_the_queue_runs_many_times(place: Path) -> None:
    for number in range(100):
        queue_and_die(place, random.Random(1000 + number))


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random weights, so that a picture takes a moment only."""
    from checkpoints import make_checkpoint

    folder = tmp_path_factory.mktemp("checkpoint")
    description = {
        "name": "pudel",
        "default_size": [128, 128],
        "trained_sides": [128],
        "prior_timesteps": [1.0, 0.6, 0.3, 0.0],
    }
    make_checkpoint(folder, description=description)
    return folder


def generate_and_die(home: Home, checkpoint: Path, chance: random.Random) -> None:
    """The command with the real engine."""
    arguments = ["generate", "a red dog", "--count", "64", "--checkpoint", str(checkpoint)]
    process = subprocess.Popen(
        [sys.executable, "-m", "wurstdesk", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    finished = kill_after(process, chance, 0.5)
    assert finished, "it was killed among its pictures"
    expect_whole(home.gallery_file, home.pictures, finished)


def test_killed_while_generating(home: Home, checkpoint: Path) -> None:
    for number in range(2):
        generate_and_die(home, checkpoint, random.Random(number))


@pytest.mark.slow
def test_killed_while_generating_many_times(home: Home, checkpoint: Path) -> None:
    for number in range(100):
        generate_and_die(home, checkpoint, random.Random(1000 + number))
