"""Fetches from a hub on this machine as the program does: in a process of its own."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from hub_server import HubServer
from wurstdesk.engine.fetch.places import repositories_of
from wurstdesk.engine.fetch.process import FetchProcess
from wurstdesk.generation.fetching import (
    Failed,
    Fetched,
    FetchEvent,
    FetchOrder,
    HalfPrecision,
    Planned,
)

PAIR = ("warp-ai/wuerstchen", "warp-ai/wuerstchen-prior")
DECODER = "decoder/diffusion_pytorch_model.safetensors"
_LONGEST = 60.0
"""Seconds until a fetch that hangs is ended, so that a bug fails one test and not the run."""


@dataclass
class Fetcher:
    """Fetches in a process of its own, as the program does, with waits that suit a test."""

    endpoint: str
    folder: Path
    environ: dict[str, str] = field(default_factory=dict)
    waits: tuple[float, ...] = (0.02, 0.02, 0.02)

    def order(self, *repos: str, convert: HalfPrecision | None = None) -> FetchOrder:
        return FetchOrder(
            repositories_of(*(repos or PAIR)), self.folder, convert, self.endpoint, self.waits
        )

    def start(self, order: FetchOrder | None = None) -> FetchProcess:
        """Begin one; to be closed."""
        # Whatever is not this machine is out of reach: there is no such proxy.
        nowhere = {"HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}
        here = {"NO_PROXY": "127.0.0.1,localhost", "HF_HUB_DOWNLOAD_TIMEOUT": "5"}
        environ = {**os.environ, **nowhere, **here, **self.environ}
        return FetchProcess(order or self.order(), environ)

    def __call__(
        self,
        order: FetchOrder | None = None,
        on_event: Callable[[FetchProcess, FetchEvent], None] = lambda _process, _event: None,
    ) -> list[FetchEvent]:
        """Fetch to the end; gives every event."""
        with self.start(order) as process:
            watchdog = threading.Timer(_LONGEST, process.close)
            watchdog.start()
            events = []
            for event in process.events():
                events.append(event)
                on_event(process, event)
            watchdog.cancel()
            watchdog.join()
        assert [event.is_last for event in events[:-1]] == [False] * (len(events) - 1)
        return events

    def fetched(self, order: FetchOrder | None = None) -> list[Path]:
        """Fetch what must go well; gives the folders."""
        last = self(order)[-1]
        assert isinstance(last, Fetched), last
        return [Path(folder) for folder in last.folders]

    def failed(self, order: FetchOrder | None = None) -> Failed:
        """Fetch what must go wrong; gives how."""
        last = self(order)[-1]
        assert isinstance(last, Failed), last
        assert "Wurstdesk (" not in last.message, last.details  # the program's own mistakes
        return last


def add_checkpoint(hub: HubServer, folder: Path) -> None:
    """The published repositories in small, with all that must not be fetched in them."""
    for repo in PAIR:
        half = folder / repo.rpartition("/")[2]
        found = (path for path in half.rglob("*") if path.is_file())
        files = {path.relative_to(half).as_posix(): path.read_bytes() for path in found}
        weights = next(data for path, data in files.items() if path.endswith(".safetensors"))
        extra = {
            ".gitattributes": b"*.bin filter=lfs\n",
            "README.md": f"---\nlicense: mit\n---\n# {repo}\n".encode(),
            "run_me.py": b"raise SystemExit('never run')",
            "text_encoder/pytorch_model.bin": b"pickled",
            "text_encoder/model.fp16.safetensors": weights,
            "examples/picture.json": b"{}",
        }
        hub.add(repo, {**files, **extra})


def planned(events: list[FetchEvent]) -> Planned:
    """The plan among events."""
    return next(event for event in events if isinstance(event, Planned))
