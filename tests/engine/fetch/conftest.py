"""A hub on this machine that has the published checkpoint in small."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fetch_bench import Fetcher, add_checkpoint
from hub_server import HubServer


@pytest.fixture
def hub(tiny_folder: Path) -> Iterator[HubServer]:
    """Ended with the test."""
    with HubServer() as server:
        add_checkpoint(server, tiny_folder)
        yield server


@pytest.fixture
def fetch(hub: HubServer, tmp_path: Path) -> Fetcher:
    """Fetches from that hub into a folder with a name that must not matter."""
    return Fetcher(hub.endpoint, tmp_path / "Meine Modelle ü 例")
