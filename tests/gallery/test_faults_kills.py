"""Processes are killed at any point: nothing that was finished is lost."""

from __future__ import annotations

import random
import signal
import subprocess
from contextlib import closing, suppress
from pathlib import Path

import pytest

from gallery.pictures import make_picture, start_python
from gallery.places import database, names_in, pictures, unpack
from gallery.sound import open_desk, state_of

LIFE = """
import sys
from pathlib import Path
from gallery.pictures import make_picture
from wurstdesk.gallery.desk import GalleryDesk
from wurstdesk.gallery.library import Library
from wurstdesk.gallery.records import Edit
from wurstdesk.generation import KeptJob

database, pictures, first = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
desk = GalleryDesk.open(database, pictures)
library = Library.open(database, pictures)
for seed in range(first, first + 500):
    picture = make_picture("a dog", seed)
    desk.keep_jobs([KeptJob(str(seed), picture.request, "running")])
    saved = desk.save(picture)
    print(seed, flush=True)
    library.edit(Edit("rating", {saved.id: seed % 6}))
    library.edit(Edit("verdict", {saved.id: -1 if seed % 2 else 1}))
    library.edit(Edit("tag", {saved.id: True}, name=f"tag {seed % 3}"))
    desk.keep_jobs([])
    desk.back_up(refresh=True)
"""


def live_and_die(place: Path, chance: random.Random) -> None:
    """A process that saves and edits is killed somewhere; nothing of what it did is lost."""
    first = 1000 + len(names_in(pictures(place))) if pictures(place).exists() else 1000
    process = start_python(LIFE, database(place), pictures(place), first)
    assert process.stdout is not None
    finished = [process.stdout.readline() for _ in range(chance.randrange(1, 6))]
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=chance.random() * 0.1)
    process.send_signal(signal.SIGKILL)
    rest, errors = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL, errors
    finished += rest.splitlines()

    with closing(open_desk(place)) as desk:
        recent = desk.recent(999)
        assert {int(seed) for seed in finished} <= {saved.request.seed for saved in recent}
        assert all(saved.path.is_file() for saved in recent)
        files = [name for name in names_in(pictures(place)) if not name.startswith(".")]
        assert sorted(saved.path.name for saved in recent) == files, "none is lost, none is double"
        assert all(desk.latents_of(saved.id) is not None for saved in recent)
        assert not any("damaged" in notice for notice in desk.notices)
    state_of(place)


needs_kill = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="nobody is killed so there")


@needs_kill
def test_killed_while_saving_and_editing(place: Path) -> None:
    for number in range(5):
        live_and_die(place, random.Random(number))


@needs_kill
@pytest.mark.slow
def test_killed_while_saving_and_editing_many_times(place: Path) -> None:
    for number in range(100):
        live_and_die(place, random.Random(1000 + number))


MIGRATE = """
import sys
from pathlib import Path
from gallery.faulty import faulty_disk, kill
from wurstdesk.gallery import schema

with faulty_disk() as disk:
    disk.arm(int(sys.argv[2]), kill)
    schema.connect(Path(sys.argv[1])).close()
"""


def migrate_and_die(place: Path, name: str, at: int) -> None:
    """A process that migrates is killed at its ``at``-th write; the next one finds everything."""
    place.mkdir()
    unpack(name, place)
    process = start_python(MIGRATE, database(place), at)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL, errors
    with closing(open_desk(place)) as desk:
        for number, seed in ((1, 0), (2, 1), (3, 2), (4, 3), (5, 8)):
            assert desk.latents_of(number) == make_picture(seed=seed).latents
            assert desk.request_of(number).seed == seed
        assert not any("damaged" in notice for notice in desk.notices)
    state_of(place)


@needs_kill
def test_killed_while_migrating(tmp_path: Path) -> None:
    chance = random.Random(5)
    for number in range(5):
        name = ("schema-1", "schema-2")[number % 2]
        migrate_and_die(tmp_path / str(number), name, chance.randrange(1, 250))


@needs_kill
@pytest.mark.slow
def test_killed_while_migrating_at_many_points(tmp_path: Path) -> None:
    for number in range(100):
        name = ("schema-1", "schema-2")[number % 2]
        migrate_and_die(tmp_path / str(number), name, 1 + 2 * number)
