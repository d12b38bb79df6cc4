"""Disks that are full, too small or not to be written to, and what may lie in the way."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fetch_bench import DECODER, PAIR, Fetcher
from hub_server import HubServer, Slow
from wurstdesk.engine.fetch.process import FetchProcess
from wurstdesk.engine.fetch.room import SPARE, Coming, room_needed
from wurstdesk.generation.fetching import Failed, FetchEvent, Planned, Progressed

Mount = Callable[[str], Path]


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Mount]:
    """Mounts a small disk of its own; skips where that is not allowed."""
    folder = tmp_path / "disk"

    def mounted(options: str) -> Path:
        folder.mkdir(exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("needs the right to mount")
        return folder

    yield mounted
    subprocess.run(["umount", str(folder)], capture_output=True, check=False)


def test_too_little_room_is_said_before_anything_comes(
    fetch: Fetcher, hub: HubServer, mount: Mount
) -> None:
    fetch.folder = mount("size=20m") / "models"

    events = fetch()

    plan, failed = events
    assert isinstance(plan, Planned)
    assert isinstance(failed, Failed)
    assert plan.free_disk < plan.needed_disk + SPARE
    assert "not enough room" in failed.message
    assert "choose a folder on another one" in failed.hint
    assert not [request for request in hub.requests if "/resolve/" in request.path]


def test_a_disk_that_fills_up_on_the_way(
    fetch: Fetcher, hub: HubServer, mount: Mount, tiny_folder: Path
) -> None:
    disk = mount("size=60m")
    fetch.folder = disk / "models"
    let_go = threading.Event()
    hub.fault(DECODER, Slow(270_000, let_go))
    other = disk / "other.bin"

    def fill(_process: FetchProcess, event: FetchEvent) -> None:
        if isinstance(event, Progressed) and event.file_done == 262_144:
            with other.open("wb", buffering=0) as file:
                try:
                    while file.write(bytes(4096)):
                        pass
                except OSError:
                    let_go.set()

    failed = fetch(on_event=fill)[-1]
    let_go.set()

    assert isinstance(failed, Failed)
    assert "is full" in failed.message
    assert "kept" in failed.hint

    other.unlink()
    fetch.fetched()

    assert hub.asked_for(DECODER)[1].range == "bytes=262144-"
    made = fetch.folder / "wuerstchen" / DECODER
    assert made.read_bytes() == (tiny_folder / "wuerstchen" / DECODER).read_bytes()


def test_a_folder_that_cannot_be_written(fetch: Fetcher, hub: HubServer, mount: Mount) -> None:
    fetch.folder = mount("size=80m,ro")

    failed = fetch.failed()

    assert str(fetch.folder) in failed.message
    assert "you may write to it" in failed.hint


def test_a_file_where_the_folder_should_be(fetch: Fetcher, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    fetch.folder = tmp_path / "file" / "models"

    assert str(tmp_path / "file") in fetch.failed().message


def test_a_folder_of_a_very_long_name(fetch: Fetcher, tmp_path: Path) -> None:
    fetch.folder = tmp_path / ("é " * 80 + "x" * 10)

    assert fetch.fetched()[0].is_dir()


def test_a_folder_that_is_a_link(fetch: Fetcher, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    fetch.folder = tmp_path / "link"
    fetch.folder.symlink_to("elsewhere")

    fetch.fetched()

    assert (tmp_path / "elsewhere" / "wuerstchen" / DECODER).is_file()


def test_links_do_not_lead_out(fetch: Fetcher, tmp_path: Path) -> None:
    """A link where a repository's folder or one of its own would be."""
    outside = tmp_path / "outside"
    outside.mkdir()
    decoder, _ = fetch.fetched()
    for path in sorted((decoder / "decoder").iterdir()):
        path.unlink()
    (decoder / "decoder").rmdir()
    (decoder / "decoder").symlink_to(outside)

    failed = fetch.failed()

    assert "is a link to another place" in failed.message
    assert not list(outside.iterdir())


def test_a_link_in_a_files_place_is_replaced_not_followed(
    fetch: Fetcher, tmp_path: Path, tiny_folder: Path
) -> None:
    decoder, _ = fetch.fetched()
    precious = tmp_path / "precious"
    precious.write_text("mine")
    (decoder / DECODER).unlink()
    (decoder / DECODER).symlink_to(precious)

    fetch.fetched()

    assert precious.read_text() == "mine"
    assert not (decoder / DECODER).is_symlink()
    original = tiny_folder / "wuerstchen" / DECODER
    assert (decoder / DECODER).read_bytes() == original.read_bytes()


def test_a_hidden_folder_that_is_a_link(fetch: Fetcher, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    fetch.folder.mkdir()
    staging = f".wurstdesk-fetch-{PAIR[0].replace('/', '--')}"
    (fetch.folder / staging).symlink_to(outside)

    assert "is a link" in fetch.failed().message
    assert not list(outside.iterdir())


def test_room_without_converting_is_what_is_missing() -> None:
    assert room_needed([Coming(100, 100, False), Coming(50, 20, False)]) == 120


def test_room_for_converting_holds_both_for_a_while() -> None:
    files = [Coming(100, 100, True), Coming(60, 60, True)]

    assert room_needed(files) == 150  # the first whole and half; the second beside the half: 140
    assert room_needed([*files, Coming(200, 200, True)]) == 380
    assert room_needed([Coming(100, 0, True)]) == 50
    assert room_needed([]) == 0
