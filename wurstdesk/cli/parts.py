"""What both faces of the program are joined from: settings, checkpoints, gallery, engine.

``app`` hands these to the window, the commands use them here. Nothing in it imports torch but
``make_generator`` and ``detect_hardware``.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from wurstdesk import torch_libraries
from wurstdesk.engine.checkpoint_folders import hub_caches
from wurstdesk.engine.checkpoint_shelf import CheckpointShelf
from wurstdesk.engine.file_hashes import FILE_NAME, HASHES
from wurstdesk.engine.model_files import LocalCatalogue
from wurstdesk.errors import UserError
from wurstdesk.gallery.chores import Chores
from wurstdesk.gallery.desk import GalleryDesk
from wurstdesk.gallery.library import Library
from wurstdesk.gallery.saving import SavingOptions
from wurstdesk.gallery.store import Gallery
from wurstdesk.generation import (
    CheckpointCatalogue,
    CheckpointInfo,
    DeviceChoice,
    DtypeChoice,
    EngineOptions,
    ImageGenerator,
    OffloadChoice,
    PromptReader,
    Timings,
)
from wurstdesk.paths import Home, ensure_folder, resources_dir
from wurstdesk.session.timings import TimingsFile
from wurstdesk.settings import LoadedSettings, Settings, load_settings

if TYPE_CHECKING:
    from wurstdesk.engine.device_planner import Hardware


@dataclass(frozen=True, slots=True)
class Base:
    """A home and what its settings say: all that a command or the window starts from."""

    home: Home
    settings: Settings
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, home: Home) -> Base:
        """Read the settings of a home; what is wrong with them stands in ``notes``."""
        loaded: LoadedSettings = load_settings(home.settings_file)
        return cls(home, loaded.settings, loaded.notes)

    @property
    def pictures_folder(self) -> Path:
        """Where pictures go unless told otherwise."""
        return self.settings.pictures_folder or self.home.pictures


def builtin_checkpoint() -> Path:
    """The folder of the checkpoint that comes with the program; it may be missing."""
    return resources_dir() / "dackel"


def catalogue_of(base: Base, *further: Path) -> LocalCatalogue:
    """The checkpoints of this machine, and those in ``further`` folders."""
    HASHES.keep_in(base.home.cache / FILE_NAME)
    folders = (base.home.models, *base.settings.checkpoint_folders, *further)
    return LocalCatalogue(builtin_checkpoint(), folders, hub_caches())


def shelf_of(base: Callable[[], Base]) -> CheckpointShelf:
    """All that lies on this machine of checkpoints, and the work on it.

    ``base`` is asked at every call, so that a folder that was just added is looked into.
    """
    home = base().home
    HASHES.keep_in(home.cache / FILE_NAME)
    return CheckpointShelf(
        builtin_checkpoint(), home.models, lambda: base().settings.checkpoint_folders
    )


class SettledCatalogue:
    """A ``CheckpointCatalogue`` that looks into the folders of the settings in force.

    ``base`` is asked at every call, so that a folder that was just added is looked into.
    """

    def __init__(self, base: Callable[[], Base]) -> None:
        self._base = base

    def checkpoints(self) -> tuple[CheckpointInfo, ...]:
        """Every checkpoint found, the built-in one first."""
        return catalogue_of(self._base()).checkpoints()

    def find(self, name_or_folder: str) -> CheckpointInfo:
        """The checkpoint of that name or in that folder, or ``CheckpointError``."""
        return catalogue_of(self._base()).find(name_or_folder)


def engine_options(
    settings: Settings,
    device: DeviceChoice | None = None,
    dtype: DtypeChoice | None = None,
    *,
    offload: OffloadChoice | None = None,
    compiled: bool | None = None,
    previews: bool = False,
) -> EngineOptions:
    """How the engine runs by the settings; what is given here comes before them."""
    return EngineOptions(
        device=device or settings.device,
        dtype=dtype or settings.dtype,
        offload=offload or settings.offload,
        fp8=settings.fp8_weights,
        compile=settings.compile_model if compiled is None else compiled,
        memory_limit=settings.memory_limit_mb * 1_000_000,
        threads=settings.cpu_threads,
        low_priority=settings.cpu_low_priority,
        previews=previews,
        previews_per_second=float(settings.preview_max_per_second),
    )


def open_gallery(base: Base) -> Gallery:
    """The gallery of this home, for the thread that asks."""
    gallery = Gallery.open(
        base.home.gallery_file, base.pictures_folder, write_metadata=base.settings.write_metadata
    )
    gallery.configure(partial(saving_options, base))
    return gallery


def saving_options(base: Base) -> SavingOptions:
    """How and where pictures are saved by the settings."""
    return SavingOptions.of(base.settings, base.pictures_folder)


def open_desk(base: Base) -> GalleryDesk:
    """What one session leaves for the next, for the thread that asks."""
    return GalleryDesk.open(
        base.home.gallery_file, base.pictures_folder, write_metadata=base.settings.write_metadata
    )


def open_chores(base: Base) -> Chores:
    """The long work on the gallery, for the thread that asks."""
    return Chores.open(base.home.gallery_file, base.pictures_folder)


def open_library(base: Base) -> Library:
    """What the gallery's page asks, for the thread that asks."""
    ensure_folder(base.home.gallery_file.parent)
    return Library.open(base.home.gallery_file, base.pictures_folder)


def prompt_reader(info: CheckpointInfo) -> PromptReader:
    """Who reads prompts as the prior's text encoder of a checkpoint will; without torch."""
    with torch_libraries.linking:
        from wurstdesk.engine.prompt_reading import CompelPromptReader

    return CompelPromptReader(info.prior_path / "tokenizer")


def timings_of(base: Base) -> Timings:
    """What work cost on this machine, for estimates from the first step on."""
    return TimingsFile(base.home.timings_file)


def make_generator(
    catalogue: CheckpointCatalogue, options: EngineOptions, timings: Timings | None = None
) -> ImageGenerator:
    """The engine, with torch and all else that it needs imported, which takes some seconds.

    ``timings`` is where it keeps what work cost, for the next start; without, nowhere. Raises
    ``UserError`` where something cannot be imported.
    """
    from wurstdesk.engine.generator import WuerstchenGenerator

    try:
        importlib.import_module("wurstdesk.engine.pipeline")
    except (ImportError, OSError) as error:
        said = " ".join(str(error).split())[:300] or "no reason given"
        raise UserError(
            f"PyTorch or what comes with it cannot be used ({type(error).__name__}: {said}).",
            "Install Wurstdesk again; “wurstdesk doctor” tells more.",
        ) from error
    return WuerstchenGenerator(catalogue, options, timings)


def detect_hardware() -> Hardware:
    """The devices of this machine; imports torch, and raises whatever its import raises."""
    from wurstdesk.engine.hardware import detect

    return detect()
