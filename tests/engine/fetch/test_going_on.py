"""Pausing, calling off, and going on after whatever ended a fetch."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from checkpoints import make_single_prior
from fetch_bench import DECODER, PAIR, Fetcher, planned
from hub_server import HubServer, Slow
from wurstdesk.engine.fetch.entry import set_environment
from wurstdesk.engine.fetch.places import discard, staging_folders
from wurstdesk.engine.fetch.process import FetchProcess
from wurstdesk.engine.fetch.records import FetchRecord, SourceRecord
from wurstdesk.generation.fetching import (
    Cancelled,
    Checking,
    Converting,
    Failed,
    FetchEvent,
    FetchOrder,
    Paused,
    Progressed,
)

ALONE = "warp-ai/wuerstchen-prior-model-base"
HELD = 270_000
"""How much of the decoder's weights a slow hub gives; of it, 262,144 bytes are written."""

Act = Callable[[FetchProcess], None]


@pytest.fixture
def let_go() -> Iterator[threading.Event]:
    """Set at the end at the latest, so that a hub that holds something back can end."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def held(hub: HubServer, let_go: threading.Event) -> HubServer:
    """The hub, which gives the decoder's weights only in part, once."""
    hub.fault(DECODER, Slow(HELD, let_go))
    return hub


def when_held(act: Act) -> Callable[[FetchProcess, FetchEvent], None]:
    """Act once, when as much of the weights is there as the hub gives."""
    acted: list[FetchEvent] = []

    def on_event(process: FetchProcess, event: FetchEvent) -> None:
        if isinstance(event, Progressed) and 0 < event.file_done < event.file_total and not acted:
            acted.append(event)
            act(process)

    return on_event


def kill(process: FetchProcess) -> None:
    os.kill(process.process_id, signal.SIGKILL)


def same(fetch: Fetcher, tiny_folder: Path) -> bool:
    made, original = fetch.folder / "wuerstchen" / DECODER, tiny_folder / "wuerstchen" / DECODER
    return made.read_bytes() == original.read_bytes()


def test_a_pause_closes_the_connection_and_ends_when_it_should(
    fetch: Fetcher, held: HubServer, let_go: threading.Event, tiny_folder: Path
) -> None:
    fetch.environ["HF_HUB_DOWNLOAD_TIMEOUT"] = "1"
    pause = when_held(FetchProcess.pause)

    def on_event(process: FetchProcess, event: FetchEvent) -> None:
        pause(process, event)
        if isinstance(event, Paused):
            let_go.set()
            process.resume()

    events = fetch(on_event=on_event)

    assert [event.kind for event in events].count("paused") == 1
    assert events[-1].kind == "fetched"
    assert same(fetch, tiny_folder)


def test_nothing_is_fetched_in_a_pause(fetch: Fetcher, hub: HubServer) -> None:
    """It is paused before its first byte, called off in the pause, and has asked for nothing."""

    with fetch.start() as process:
        process.pause()
        events = []
        for event in process.events():
            events.append(event)
            if isinstance(event, Paused):
                process.cancel()

    assert events[-1] == Cancelled()
    assert not hub.asked_for(DECODER)


def test_calling_off_keeps_what_is_there(
    fetch: Fetcher, held: HubServer, tiny_folder: Path
) -> None:
    """Also while the hub gives no sound: nobody waits for it."""
    assert fetch(on_event=when_held(FetchProcess.cancel))[-1] == Cancelled()

    assert len(staging_folders(fetch.folder)) == 2
    assert not (fetch.folder / "wuerstchen").exists()

    events = fetch()

    assert planned(events).done > 262_144
    assert held.asked_for(DECODER)[1].range == "bytes=262144-"
    assert len(held.asked_for("decoder/config.json")) == 1
    assert same(fetch, tiny_folder)


def test_a_killed_fetch_goes_on_where_it_was(
    fetch: Fetcher, held: HubServer, tiny_folder: Path
) -> None:
    last = fetch(on_event=when_held(kill))[-1]

    assert isinstance(last, Failed)
    assert "ended without a word" in last.message
    assert "-9" in last.details

    events = fetch()

    assert Checking(f"wuerstchen/{DECODER}") in events  # what was there is read again
    assert held.asked_for(DECODER)[1].range == "bytes=262144-"
    assert same(fetch, tiny_folder)


def test_what_a_crash_left_damaged_is_fetched_again(
    fetch: Fetcher, held: HubServer, tiny_folder: Path
) -> None:
    """As after a power cut, when a file has its length and not its content."""
    fetch(on_event=when_held(kill))
    (part,) = (p for p in fetch.folder.rglob("*.part") if p.stat().st_size == 262_144)
    part.write_bytes(bytes(262_144))

    events = fetch()

    assert "fetched_again" in [event.kind for event in events]
    assert same(fetch, tiny_folder)


@pytest.mark.parametrize("length", [284_920, 300_000])
def test_a_part_that_is_as_long_as_the_file_or_longer(
    fetch: Fetcher, held: HubServer, tiny_folder: Path, length: int
) -> None:
    fetch(on_event=when_held(kill))
    (part,) = (p for p in fetch.folder.rglob("*.part") if p.stat().st_size == 262_144)
    part.write_bytes((tiny_folder / "wuerstchen" / DECODER).read_bytes().ljust(length, b"x"))

    fetch.fetched()

    assert same(fetch, tiny_folder)


def test_a_fetch_that_was_killed_while_it_converted(fetch: Fetcher, hub: HubServer) -> None:
    order = fetch.order(convert="float16")

    def on_event(process: FetchProcess, event: FetchEvent) -> None:
        if isinstance(event, Converting) and event.done == 0:
            kill(process)

    fetch(order, on_event)
    assert list(fetch.folder.rglob("diffusion_pytorch_model.safetensors"))

    decoder, _ = fetch.fetched(order)

    record = SourceRecord.of(decoder)
    assert record is not None
    assert record.files[DECODER].dtype == "float16"
    assert len(hub.asked_for(DECODER)) == 1
    assert not list(fetch.folder.rglob("*.part"))


def test_what_was_begun_is_ended_in_the_same_version(
    fetch: Fetcher, hub: HubServer, let_go: threading.Event, tmp_path: Path
) -> None:
    weights = "diffusion_pytorch_model.safetensors"
    begun = hub.add(ALONE, make_single_prior(tmp_path / "first", seed=1))
    hub.fault(weights, Slow(0, let_go))

    def on_event(process: FetchProcess, event: FetchEvent) -> None:
        if isinstance(event, Progressed) and event.file.endswith(weights):
            kill(process)

    order = fetch.order(ALONE)
    fetch(order, on_event)
    hub.add(ALONE, make_single_prior(tmp_path / "second", seed=2))

    (folder,) = fetch.fetched(order)

    record = SourceRecord.of(folder)
    assert record is not None
    assert record.commit == begun


def test_a_version_that_is_gone_gives_way_to_the_newest(
    fetch: Fetcher, hub: HubServer, let_go: threading.Event, tmp_path: Path
) -> None:
    weights = "diffusion_pytorch_model.safetensors"
    begun = hub.add(ALONE, make_single_prior(tmp_path / "first", seed=1))
    hub.fault(weights, Slow(0, let_go))

    def on_event(process: FetchProcess, event: FetchEvent) -> None:
        if isinstance(event, Progressed) and event.file.endswith(weights):
            kill(process)

    order = fetch.order(ALONE)
    fetch(order, on_event)
    made = make_single_prior(tmp_path / "second", seed=2)
    newest = hub.add(ALONE, made)
    hub.forget(ALONE, begun)

    (folder,) = fetch.fetched(order)

    record = SourceRecord.of(folder)
    assert record is not None
    assert record.commit == newest
    assert (folder / weights).read_bytes() == (made / weights).read_bytes()
    assert not list(folder.rglob("*.part"))


def test_two_at_once_are_one_too_many(fetch: Fetcher, held: HubServer) -> None:
    second: list[Failed] = []

    def on_event(process: FetchProcess) -> None:
        second.append(fetch.failed())
        process.cancel()

    first = fetch(on_event=when_held(on_event))

    assert "being fetched already" in second[0].message
    assert first[-1] == Cancelled()
    fetch.fetched()  # and who is gone holds nothing


def test_what_is_left_can_be_thrown_away(fetch: Fetcher, held: HubServer) -> None:
    fetch(on_event=when_held(kill))
    assert staging_folders(fetch.folder)

    discard(fetch.order())

    assert staging_folders(fetch.folder) == ()
    assert not list(fetch.folder.rglob("*.safetensors*"))


def test_throwing_away_leaves_what_was_whole(fetch: Fetcher, hub: HubServer) -> None:
    decoder, _ = fetch.fetched()
    FetchRecord(PAIR[0], "0" * 40).save(decoder)
    (decoder / "left.part").write_bytes(b"x")

    discard(fetch.order())

    assert sorted(path.name for path in decoder.iterdir() if path.is_file()) == [
        "README.md",
        "model_index.json",
        "wurstdesk-source.json",
    ]


def test_closing_ends_it_at_once(fetch: Fetcher, held: HubServer) -> None:
    process = fetch.start()
    next(event for event in process.events() if isinstance(event, Progressed))

    process.close()
    process.close()

    assert not psutil.pid_exists(process.process_id)


def test_it_does_not_outlive_the_program(fetch: Fetcher, held: HubServer) -> None:
    """Also one that is killed and can say nothing."""
    program = (
        "import json, sys\n"
        "from wurstdesk.engine.fetch.process import FetchProcess\n"
        "from wurstdesk.generation.fetching import FetchOrder, Progressed\n"
        "process = FetchProcess(FetchOrder.from_dict(json.loads(sys.argv[1])))\n"
        "print(process.process_id, flush=True)\n"
        "for event in process.events(): pass\n"
    )
    order = json.dumps(fetch.order().to_dict())
    with subprocess.Popen(
        [sys.executable, "-c", program, order], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))

        parent.kill()

        child.wait(timeout=20)


def test_the_hidden_option_is_for_the_program_alone() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "wurstdesk", "--fetch-process"],
        input=b"hello\n",
        capture_output=True,
        check=False,
    )

    assert done.returncode == 2
    assert b"for Wurstdesk itself" in done.stderr


def test_only_the_process_that_fetches_is_let_out() -> None:
    environ = {"HF_HUB_OFFLINE": "1", "HF_TOKEN": "secret"}

    set_environment("https://mirror.example", environ)

    assert "HF_HUB_OFFLINE" not in environ
    assert environ["HF_ENDPOINT"] == "https://mirror.example"
    assert environ["HF_HUB_DISABLE_IMPLICIT_TOKEN"] == "1"
    assert environ["HF_HUB_DISABLE_XET"] == "1"
    assert os.environ["HF_HUB_OFFLINE"] == "1"


def test_an_order_survives_json(fetch: Fetcher) -> None:
    order = fetch.order(convert="bfloat16")

    assert FetchOrder.from_dict(json.loads(json.dumps(order.to_dict()))) == order
