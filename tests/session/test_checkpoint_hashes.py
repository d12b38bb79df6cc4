"""Checkpoints are read in quiet moments, and only then."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event

import pytest
from pytestqt.qtbot import QtBot

from fake_shelf import FakeShelf
from fakes import DACKEL, PUBLISHED
from studio import Studio
from wurstdesk.errors import GenerationCancelled, StorageError
from wurstdesk.generation import CheckpointInfo
from wurstdesk.generation.shelf import IsCancelled, Tell, never, tell_nobody
from wurstdesk.session.checkpoint_hashes import CheckpointHashes


class Reader(FakeShelf):
    """Notes what is read; while ``waits`` it reads on until it is called off."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []
        self.called_off: list[str] = []
        self.waits = False
        self.begun = Event()

    def content_hash(
        self, info: CheckpointInfo, tell: Tell = tell_nobody, is_cancelled: IsCancelled = never
    ) -> str:
        del tell
        self.begun.set()
        while self.waits:
            if is_cancelled():
                self.called_off.append(info.name)
                raise GenerationCancelled
        self.read.append(info.name)
        if info is PUBLISHED:
            raise StorageError("It cannot be read.")
        return "0" * 64


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
def hashes(studio: Studio, reader: Reader) -> Iterator[CheckpointHashes]:
    studio.read_catalogue(PUBLISHED, DACKEL)
    made = CheckpointHashes(reader, studio.state.form)
    yield made
    reader.waits = False
    made.close()
    made.deleteLater()


def test_each_is_read_once(qtbot: QtBot, hashes: CheckpointHashes, reader: Reader) -> None:
    hashes.start(lambda: True)
    hashes.go_on()
    qtbot.waitUntil(lambda: len(reader.read) == 2)
    hashes.go_on()
    hashes.close()
    assert reader.read == [PUBLISHED.name, DACKEL.name]


def test_nothing_is_read_while_somebody_draws(hashes: CheckpointHashes, reader: Reader) -> None:
    hashes.start(lambda: False)
    hashes.go_on()
    hashes.close()
    assert reader.read == []


def test_who_draws_has_the_disk_to_himself(
    qtbot: QtBot, hashes: CheckpointHashes, reader: Reader
) -> None:
    # Given a checkpoint that is being read
    is_idle = True
    reader.waits = True
    hashes.start(lambda: is_idle)
    hashes.go_on()
    qtbot.waitUntil(reader.begun.is_set)
    # When somebody begins to draw, then the reading ends
    is_idle = False
    hashes.give_way()
    qtbot.waitUntil(lambda: reader.called_off == [PUBLISHED.name])
    # And afterwards it is read
    is_idle, reader.waits = True, False

    def is_read() -> bool:
        hashes.go_on()
        return PUBLISHED.name in reader.read

    qtbot.waitUntil(is_read)


def test_the_end_does_not_wait_for_a_long_reading(
    qtbot: QtBot, hashes: CheckpointHashes, reader: Reader
) -> None:
    reader.waits = True
    hashes.start(lambda: True)
    hashes.go_on()
    qtbot.waitUntil(reader.begun.is_set)
    hashes.close()
    assert reader.called_off == [PUBLISHED.name]
