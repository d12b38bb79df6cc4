"""Fixtures of the session's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from bench import Bench
from studio import Studio, open_studio


@pytest.fixture
def studio(qtbot: QtBot, tmp_path: Path) -> Iterator[Studio]:
    """A state on fakes, shut down afterwards."""
    with open_studio(qtbot, tmp_path / "pictures") as opened:
        yield opened


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench]:
    """A worker on fakes, closed afterwards."""
    del qtbot  # signals need its application
    opened = Bench()
    yield opened
    opened.worker.close()
