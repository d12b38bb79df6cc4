"""What the session is handed from outside: the engine, the gallery and the files, as factories."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wurstdesk.generation import CheckpointCatalogue
from wurstdesk.session.checkpoints import CheckpointServices
from wurstdesk.session.chores import ChoresFactory
from wurstdesk.session.form import SeedSource, random_seed
from wurstdesk.session.keeper import DeskFactory, LibraryFactory
from wurstdesk.session.prompt_readings import ReaderFactory
from wurstdesk.session.wakefulness import Lock, wakepy_lock
from wurstdesk.session.worker import GeneratorFactory, SinkFactory
from wurstdesk.settings import Settings

SaveSettings = Callable[[Settings], None]


@dataclass(frozen=True, slots=True)
class Services:
    """``make_generator`` and ``open_sink`` are called in the worker's thread, ``open_desk`` in
    the keeper's, ``open_library`` in those of the gallery's page and ``open_chores`` in the one
    for long work on the gallery, each on first need;
    ``catalogue`` is asked in a thread of its own.

    ``save_settings`` keeps settings that were changed, ``memory_file`` the window and what is
    being written, ``styles_file`` the person's styles. ``make_reader`` gives, in a thread for it,
    who reads prompts for a checkpoint; without one they are not read while somebody types.
    """

    make_generator: GeneratorFactory
    open_sink: SinkFactory
    open_desk: DeskFactory
    open_library: LibraryFactory
    open_chores: ChoresFactory
    catalogue: CheckpointCatalogue
    checkpoints: CheckpointServices
    save_settings: SaveSettings | None = None
    pictures_folder: Path | None = None
    memory_file: Path | None = None
    styles_file: Path | None = None
    make_reader: ReaderFactory | None = None
    make_lock: Callable[[], Lock] = wakepy_lock
    choose_seed: SeedSource = random_seed
