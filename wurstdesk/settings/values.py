"""The settings themselves: every field with its default, its range and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from wurstdesk.errors import UserError
from wurstdesk.generation import DeviceChoice, DtypeChoice, OffloadChoice
from wurstdesk.settings.declared import (
    Declared,
    Folder,
    Language,
    NameTemplate,
    PictureFormat,
    Theme,
    WebAddress,
)
from wurstdesk.settings.name_template import DEFAULT_TEMPLATE


class _Usual:
    """The type of ``USUAL``."""


USUAL = _Usual()
"""In place of a value: whatever the program takes where nobody chose."""


class Settings(BaseModel):
    """The values in force. Frozen: a change is a new object, made by ``changed``."""

    # Keys of a newer version are kept, not dropped, when an older one saves.
    model_config = ConfigDict(frozen=True, extra="allow", allow_inf_nan=False)

    # -- folders ----------------------------------------------------------------------------

    pictures_folder: Annotated[
        Folder | None,
        Declared(
            page="folders",
            label="Pictures folder",
            help="Where finished pictures are saved; leave it empty for the usual folder.",
        ),
    ] = None

    # -- checkpoints ------------------------------------------------------------------------

    checkpoint_folders: Annotated[
        tuple[Folder, ...],
        Declared(
            page="checkpoints",
            label="Checkpoint folders",
            help="Further folders in which to look for checkpoints.",
            for_engine=True,
        ),
    ] = ()
    hub_mirror: Annotated[
        WebAddress,
        Declared(
            page="checkpoints",
            label="Mirror of the hub",
            help="Checkpoints are fetched from this address; leave it empty for the hub itself.",
        ),
    ] = ""

    # -- device and memory ------------------------------------------------------------------

    device: Annotated[
        DeviceChoice,
        Declared(
            page="device",
            label="Device",
            help="What the model runs on; automatic takes the fastest there is.",
            for_engine=True,
        ),
    ] = "auto"
    dtype: Annotated[
        DtypeChoice,
        Declared(
            page="device",
            label="Precision",
            help="How exactly the model computes; automatic suits the device.",
            for_engine=True,
        ),
    ] = "auto"
    cpu_threads: Annotated[
        int,
        Field(ge=0, le=1024),
        Declared(
            page="device",
            label="Processor threads",
            help="How many threads the model may use.",
            for_engine=True,
            zero="automatic",
        ),
    ] = 0
    cpu_low_priority: Annotated[
        bool,
        Declared(
            page="device",
            label="Let others go first",
            help="Work with less urgency than other programs do.",
            for_engine=True,
            needs_restart=True,  # on Linux a thread that stepped back cannot step forward again
        ),
    ] = False
    offload: Annotated[
        OffloadChoice,
        Declared(
            page="device",
            label="Keep in graphics memory",
            help="How much of the model stays there; automatic takes the fastest way that fits.",
            for_engine=True,
        ),
    ] = "auto"
    fp8_weights: Annotated[
        bool,
        Declared(
            page="device",
            label="Eight-bit weights",
            help="Where memory is short, keep weights in eight bits: pictures change a little.",
            for_engine=True,
        ),
    ] = False
    memory_limit_mb: Annotated[
        int,
        Field(ge=0, le=1_000_000),
        Declared(
            page="device",
            label="Graphics memory to use",
            help="How much of it the model may take at most.",
            for_engine=True,
            unit="MB",
            zero="all that is free",
            step=500,
        ),
    ] = 0
    compile_model: Annotated[
        bool,
        Declared(
            page="device",
            label="Compile the model",
            help="The first picture of each size takes minutes longer, those after it less.",
            for_engine=True,
        ),
    ] = False
    release_memory_after: Annotated[
        int,
        Field(ge=0, le=1440),
        Declared(
            page="device",
            label="Release memory after",
            help="So long without work, and the model’s memory is given back to other programs.",
            unit="min",
            zero="never",
        ),
    ] = 10
    keep_awake: Annotated[
        bool,
        Declared(
            page="device",
            label="Keep the computer awake",
            help="The computer does not sleep while pictures are drawn or checkpoints fetched.",
        ),
    ] = True

    # -- previews ---------------------------------------------------------------------------

    preview_enabled: Annotated[
        bool,
        Declared(
            page="previews",
            label="Previews",
            help="Show pictures while they are being drawn.",
            for_engine=True,
        ),
    ] = True
    preview_max_per_second: Annotated[
        int,
        Field(ge=1, le=15),
        Declared(
            page="previews",
            label="Previews a second",
            help="How often a preview may be renewed, at most.",
            for_engine=True,
        ),
    ] = 15

    # -- saving -----------------------------------------------------------------------------

    picture_format: Annotated[
        PictureFormat,
        Declared(
            page="saving",
            label="Format",
            help="PNG keeps every pixel; the others make smaller files.",
        ),
    ] = "png"
    picture_quality: Annotated[
        int,
        Field(ge=1, le=100),
        Declared(
            page="saving",
            label="Quality",
            help="Of WebP, JPEG and AVIF; at 100 WebP keeps every pixel.",
        ),
    ] = 90
    file_name_template: Annotated[
        NameTemplate,
        Declared(
            page="saving",
            label="File names",
            help="How files are named; what stands before a / becomes a folder.",
        ),
    ] = DEFAULT_TEMPLATE
    write_metadata: Annotated[
        bool,
        Declared(
            page="saving",
            label="Write how it was made",
            help="Put prompt and settings into each picture’s file.",
        ),
    ] = True
    embed_negative: Annotated[
        bool,
        Declared(
            page="saving",
            label="Put the draft into the file, too",
            help="It can be developed again from its file alone, which grows by some 50 kB.",
        ),
    ] = False

    # -- language and appearance ------------------------------------------------------------

    language: Annotated[
        Language,
        Declared(
            page="appearance",
            label="Language",
            help="That of the desktop, or another one.",
            needs_restart=True,
        ),
    ] = "system"
    theme: Annotated[
        Theme,
        Declared(
            page="appearance",
            label="Appearance",
            help="Light or dark, or whatever the desktop is set to.",
        ),
    ] = "system"
    interface_scale: Annotated[
        int,
        Field(ge=50, le=300),
        Declared(
            page="appearance",
            label="Size of the interface",
            help="Larger or smaller text and controls.",
            unit="%",
            step=10,
        ),
    ] = 100

    # -- notifications ----------------------------------------------------------------------

    notify_when_done: Annotated[
        bool,
        Declared(
            page="notifications",
            label="Notify when done",
            help="When the queue has ended and the window is not in front.",
        ),
    ] = True
    notify_sound: Annotated[
        bool,
        Declared(
            page="notifications",
            label="With a sound",
            help="Play the desktop’s sound along with the notification.",
        ),
    ] = False

    def changed(self, **values: object) -> Self:
        """A checked copy with some values replaced; raises ``UserError`` for one out of range.

        ``USUAL`` in place of a value makes that setting one that was never chosen.
        """
        try:
            return self._replaced(values)
        except ValidationError as error:
            first = error.errors()[0]
            key = str(first["loc"][0])
            raise UserError(f"{label_of(key)}: {reason(first)}.") from error

    def problem_with(self, key: str, value: object) -> str:
        """Why a setting cannot have this value, in a sentence; nothing where it can."""
        try:
            self._replaced({key: value})
        except ValidationError as error:
            said = reason(error.errors()[0])
            return f"{said[:1].upper()}{said[1:]}."
        return ""

    def _replaced(self, values: Mapping[str, object]) -> Self:
        merged = {**self.model_dump(exclude_unset=True), **values}
        return self.model_validate({k: v for k, v in merged.items() if v is not USUAL})


def label_of(key: str) -> str:
    """What a setting is called; the key itself where nothing is declared."""
    field = Settings.model_fields.get(key)
    declared = (item for item in field.metadata if isinstance(item, Declared)) if field else ()
    return next((item.label for item in declared), key)


def reason(refused: ErrorDetails) -> str:
    """Why a value was refused, in words that end without a full stop."""
    said = refused["msg"]
    if refused["type"] == "value_error":
        said = str(refused["ctx"]["error"])
    return said.rstrip(".")
