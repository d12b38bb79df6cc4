"""What both faces of the program are joined from: settings, checkpoints, gallery, engine.

``app`` hands these to the window, the commands use them here. Nothing in it imports torch but
``make_generator`` and ``detect_hardware``.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wurstdesk.engine.model_files import LocalCatalogue
from wurstdesk.errors import UserError
from wurstdesk.gallery.store import Gallery
from wurstdesk.generation import (
    CheckpointCatalogue,
    DeviceChoice,
    DtypeChoice,
    EngineOptions,
    ImageGenerator,
    OffloadChoice,
    Timings,
)
from wurstdesk.paths import Home, resources_dir
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
    folders = (base.home.models, *base.settings.checkpoint_folders, *further)
    return LocalCatalogue(builtin_checkpoint(), folders)


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
    return Gallery.open(
        base.home.gallery_file, base.pictures_folder, write_metadata=base.settings.write_metadata
    )


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
