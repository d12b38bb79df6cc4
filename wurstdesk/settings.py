"""Every setting, declared once as data, and the file that keeps what the person changed.

``Settings`` is the declaration: type, default, range or choices, and beside each field a
``Declared`` with its label and a sentence of help. ``declarations()`` reads it back as a table,
from which the dialog, the command line and the documentation are made.

The file holds only what was changed, so that a better default reaches whoever never chose.
Nothing in it can keep the program from starting.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args, get_origin

from annotated_types import Ge, Le
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from wurstdesk.errors import UserError
from wurstdesk.generation import DeviceChoice, DtypeChoice, OffloadChoice
from wurstdesk.paths import write_atomically

Theme = Literal["system", "light", "dark"]
Kind = Literal["switch", "number", "choice", "folder", "folders"]


@dataclass(frozen=True, slots=True)
class Declared:
    """What a setting is called, what it is for, and whether a change waits for the next start."""

    label: str
    help: str
    needs_restart: bool = False


def _whole_path(path: Path) -> Path:
    """Settings are read wherever the program is started from, so a path must say it all."""
    try:
        path = path.expanduser()
    except RuntimeError:
        raise ValueError("there is no such home folder") from None
    if not path.is_absolute():
        raise ValueError("a folder must be given with its whole path")
    return path


Folder = Annotated[Path, AfterValidator(_whole_path)]


class Settings(BaseModel):
    """The values in force. Frozen: a change is a new object, made by ``changed``."""

    # Keys of a newer version are kept, not dropped, when an older one saves.
    model_config = ConfigDict(frozen=True, extra="allow", allow_inf_nan=False)

    pictures_folder: Annotated[
        Folder | None,
        Declared("Pictures folder", "Where finished pictures are saved; empty for the usual one."),
    ] = None
    checkpoint_folders: Annotated[
        tuple[Folder, ...],
        Declared("Checkpoint folders", "Further folders in which to look for checkpoints."),
    ] = ()
    theme: Annotated[
        Theme, Declared("Appearance", "Light or dark, or whatever the desktop is set to.")
    ] = "system"
    device: Annotated[
        DeviceChoice,
        Declared("Device", "What the model runs on; auto takes the fastest there is.", True),
    ] = "auto"
    dtype: Annotated[
        DtypeChoice,
        Declared("Precision", "How exactly the model computes; auto suits the device.", True),
    ] = "auto"
    cpu_threads: Annotated[
        int,
        Field(ge=0, le=1024),
        Declared("Processor threads", "How many threads the model may use; 0 is automatic.", True),
    ] = 0
    cpu_low_priority: Annotated[
        bool,
        Declared("Let others go first", "Work with less urgency than other programs do.", True),
    ] = False
    offload: Annotated[
        OffloadChoice,
        Declared(
            "Keep in graphics memory",
            "How much of the model stays there: all (none), one stage (model), or single layers "
            "(group, sequential); auto takes the fastest that fits.",
            True,
        ),
    ] = "auto"
    fp8_weights: Annotated[
        bool,
        Declared(
            "Eight-bit weights",
            "Where memory is short, keep weights in eight bits: pictures change a little.",
            True,
        ),
    ] = False
    memory_limit_mb: Annotated[
        int,
        Field(ge=0, le=1_000_000),
        Declared("Graphics memory to use", "In megabytes, at most; 0 is all that is free.", True),
    ] = 0
    compile_model: Annotated[
        bool,
        Declared(
            "Compile the model",
            "The first picture of each size takes minutes longer, those after it less.",
            True,
        ),
    ] = False
    release_memory_after: Annotated[
        int,
        Field(ge=0, le=1440),
        Declared("Release memory after", "Minutes without work; 0 is never."),
    ] = 10
    preview_enabled: Annotated[
        bool, Declared("Previews", "Show pictures while they are being drawn.")
    ] = True
    preview_max_per_second: Annotated[
        int,
        Field(ge=1, le=15),
        Declared("Previews a second", "How often a preview may be renewed, at most."),
    ] = 15
    write_metadata: Annotated[
        bool,
        Declared("Write how it was made", "Put prompt and settings into each picture's file."),
    ] = True

    def changed(self, **values: object) -> Self:
        """A checked copy with some values replaced; raises ``UserError`` for one out of range."""
        try:
            return self.model_validate({**self.model_dump(exclude_unset=True), **values})
        except ValidationError as error:
            first = error.errors()[0]
            raise UserError(f"{first['loc'][0]}: {first['msg']}.") from error


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table: a field of ``Settings`` as dialog, command line and docs need it."""

    key: str
    kind: Kind
    default: Any
    label: str
    help: str
    needs_restart: bool
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None


def declarations() -> tuple[Setting, ...]:
    """All settings, in the order in which they are shown."""
    return tuple(_row(key, field) for key, field in Settings.model_fields.items())


def _row(key: str, field: FieldInfo) -> Setting:
    declared = next(item for item in field.metadata if isinstance(item, Declared))
    kind = _kind(field.annotation)
    return Setting(
        key=key,
        kind=kind,
        default=field.default,
        label=declared.label,
        help=declared.help,
        needs_restart=declared.needs_restart,
        choices=get_args(field.annotation) if kind == "choice" else (),
        minimum=_bound(field, Ge),
        maximum=_bound(field, Le),
    )


def _bound(field: FieldInfo, kind: type[Ge | Le]) -> int | None:
    for item in field.metadata:
        if isinstance(item, kind):
            bound: Any = item.ge if isinstance(item, Ge) else item.le
            return int(bound)
    return None


def _kind(annotation: object) -> Kind:
    if annotation is bool:
        return "switch"
    if annotation is int:
        return "number"
    if get_origin(annotation) is Literal:
        return "choice"
    return "folders" if get_origin(annotation) is tuple else "folder"


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """Settings as found, and a sentence for the person about each thing that could not be used."""

    settings: Settings
    notes: tuple[str, ...] = ()


def load_settings(path: Path) -> LoadedSettings:
    """Read the file; whatever is wrong with it, there are settings to start with.

    A file that is no settings file at all is set aside beside its place, so that nothing the
    person wrote is lost to the next save; a single value that cannot be used gives way to its
    default.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return LoadedSettings(Settings())
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return LoadedSettings(
            Settings(), (f"The settings in {path} cannot be read ({reason}); the usual ones hold.",)
        )
    try:
        text = content.decode("utf-8-sig")
        values = json.loads(text, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        return LoadedSettings(Settings(), (_set_aside(path),))
    return _usable(values)


def save_settings(path: Path, settings: Settings) -> None:
    """Write what was changed from the defaults, atomically; raises ``StorageError``."""
    values = settings.model_dump(exclude_unset=True)
    # All in ASCII: names of files may hold bytes that no UTF-8 text can.
    text = json.dumps(values, indent=2, sort_keys=True, default=str)
    write_atomically(path, f"{text}\n".encode("ascii"))


def _finite(text: str) -> float:
    """What Python reads and writes beyond JSON (NaN, Infinity) no other program would."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is not a number")
    return number


def _usable(values: dict[str, Any]) -> LoadedSettings:
    try:
        return LoadedSettings(Settings.model_validate(values))
    except ValidationError as error:
        refused = {str(problem["loc"][0]): problem["msg"] for problem in error.errors()}
    notes = tuple(
        f"The setting {key} could not be used ({reason}); the usual value holds."
        for key, reason in refused.items()
    )
    rest = {key: value for key, value in values.items() if key not in refused}
    return LoadedSettings(Settings.model_validate(rest), notes)


def _set_aside(path: Path) -> str:
    """Move a file that cannot be read out of the way; the sentence that says so."""
    number = 1
    while (aside := path.with_name(f"{path.stem}.broken-{number}{path.suffix}")).exists():
        number += 1
    try:
        path.replace(aside)
    except OSError:
        return f"The settings in {path} are damaged; the usual ones hold."
    return f"The settings were damaged and are now in {aside}; the usual ones hold."
