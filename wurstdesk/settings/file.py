"""The file of settings: read whatever is wrong with it, written with what was changed alone."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from wurstdesk.paths import write_atomically
from wurstdesk.settings.values import Settings, reason


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
        refused = {str(problem["loc"][0]): reason(problem) for problem in error.errors()}
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
