"""A ``StudioState`` on fakes, for the tests of session and ui."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path

from pytestqt.qtbot import QtBot

from fake_desk import MemoryDesk
from fake_shelf import FakeFetches, FakeShelf, services_of
from fakes import FakeCatalogue, MemorySink, ScriptedGenerator
from wurstdesk.gallery.chores import Chores
from wurstdesk.gallery.library import Library
from wurstdesk.generation import CheckpointInfo, PictureSink
from wurstdesk.session.services import Services
from wurstdesk.session.state import StudioState
from wurstdesk.settings import Settings


@dataclass
class Studio:
    """A state and the fakes behind it. Seeds are 1000, 1001 and so on."""

    qtbot: QtBot
    state: StudioState
    generator: ScriptedGenerator
    sink: MemorySink
    catalogue: FakeCatalogue
    desk: MemoryDesk
    kept_settings: list[Settings] = field(default_factory=list)
    shelf: FakeShelf = field(default_factory=FakeShelf)
    fetches: FakeFetches = field(default_factory=FakeFetches)

    def read_catalogue(self, *infos: CheckpointInfo) -> None:
        """Start, with these checkpoints, and wait until they are known."""
        if infos:
            self.catalogue.infos = infos
        with self.qtbot.waitSignal(self.state.form.checkpoint_changed):
            self.state.start()

    def wait_until_idle(self) -> None:
        """Until nothing runs and nothing waits."""
        self.qtbot.waitUntil(
            lambda: not self.state.is_running and not self.state.queue.waiting, timeout=10_000
        )

    def generate(self, **fields: object) -> None:
        """Ask for pictures and wait for them."""
        self.state.form.edit(**fields)
        self.state.generate()
        self.wait_until_idle()


def library_file(folder: Path) -> Path:
    """The gallery's database of the studio whose pictures are in ``folder``."""
    return folder.parent / "data" / "gallery.sqlite"


def open_library(folder: Path) -> Library:
    """That gallery, as each thread of the page opens it."""
    return Library.open(library_file(folder), folder)


@contextmanager
def open_studio(
    qtbot: QtBot,
    folder: Path,
    memory_file: Path | None = None,
    make_sink: Callable[[], PictureSink] | None = None,
) -> Iterator[Studio]:
    """A studio that is shut down at the end; nothing starts before it is asked to.

    ``make_sink`` makes what saves pictures in the place of the one in memory.
    """
    generator, sink, catalogue = ScriptedGenerator(), MemorySink(folder), FakeCatalogue()
    seeds = count(1000)
    library_file(folder).parent.mkdir(parents=True, exist_ok=True)
    kept: list[Settings] = []
    desk, shelf, fetches = MemoryDesk(), FakeShelf(), FakeFetches()
    services = Services(
        lambda: generator,
        make_sink or (lambda: sink),
        lambda: desk,
        partial(open_library, folder),
        partial(Chores.open, library_file(folder), folder),
        catalogue,
        services_of(shelf, fetches, folder.parent / "models"),
        save_settings=kept.append,
        pictures_folder=folder,
        memory_file=memory_file,
        choose_seed=lambda: next(seeds),
        make_lock=nullcontext,
    )
    state = StudioState(services)
    try:
        yield Studio(qtbot, state, generator, sink, catalogue, desk, kept, shelf, fetches)
    finally:
        state.shutdown()
        state.deleteLater()
