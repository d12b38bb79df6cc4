"""What work cost on this machine: a small file, so that the first estimate is already a good one.

It is a memory and nothing more. Whatever is wrong with the file, there are rates to start with,
and what cannot be written is forgotten: a picture never waits for either.
"""

from __future__ import annotations

import json
import logging
import math
from pathlib import Path
from typing import Any, get_args

from wurstdesk.errors import StorageError
from wurstdesk.generation import Cost, Rates
from wurstdesk.paths import write_atomically

MAX_KEYS = 200
"""Ways of working that are remembered; the one that was not used for longest is forgotten."""
MAX_BYTES = 1_000_000
"""Of a file that is read at all: ours is never so large."""

_VERSION = 1
_COSTS: tuple[Cost, ...] = get_args(Cost)
_LONGEST_KEY = 500
_LONGEST_UNIT = 86_400.0
"""Seconds: nobody has waited a day for one step."""

_log = logging.getLogger(__name__)


class TimingsFile:
    """``Timings`` in a JSON file. One thread at a time; several processes may share the file.

    The file is read at first need. ``keep`` reads it again and changes only the keys that were
    asked for here, so that the window and a command beside it do not undo each other's work (of
    two that write in the same moment, one loses a measurement, never the file).
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, Rates] | None = None
        self._asked_for: list[str] = []

    def rates(self, key: str) -> Rates:
        """See ``Timings``: seconds by stage, to be read and written until the next ``keep``."""
        known = self._all()
        if key in self._asked_for:
            self._asked_for.remove(key)
        self._asked_for.append(key)
        return known.setdefault(key, {})

    def known(self) -> dict[str, Rates]:
        """See ``Timings``: a copy."""
        return {key: dict(rates) for key, rates in self._all().items()}

    def keep(self) -> None:
        """Write what is known; a failure goes to the log."""
        ours = {key: _sound((self._known or {})[key]) for key in self._asked_for}
        ours = {key: rates for key, rates in ours.items() if rates}
        if not ours:
            return
        found = _read(self._path)
        others = {key: rates for key, rates in found.items() if key not in ours}
        newest = dict([*others.items(), *ours.items()][-MAX_KEYS:])
        if list(newest.items()) == list(found.items()):
            return
        content = json.dumps({"version": _VERSION, "rates": newest}, indent=1)
        try:
            write_atomically(self._path, f"{content}\n".encode("ascii"))
        except StorageError as error:
            _log.warning("the timings are not kept: %s", error)

    def _all(self) -> dict[str, Rates]:
        if self._known is None:
            self._known = _read(self._path)
        return self._known


def _read(path: Path) -> dict[str, Rates]:
    """What the file holds, the longest unused first; nothing where it cannot be used."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        data = json.loads(content) if len(content) <= MAX_BYTES else None
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        _log.warning("the timings cannot be used: %s", type(error).__name__)
        return {}
    if not isinstance(data, dict) or data.get("version") != _VERSION:
        return {}
    kept = data.get("rates")
    if not isinstance(kept, dict):
        return {}
    found = {key: _sound(rates) for key, rates in kept.items() if len(key) <= _LONGEST_KEY}
    return {key: rates for key, rates in list(found.items())[-MAX_KEYS:] if rates}


def _sound(rates: Any) -> Rates:
    """Those of the entries that are seconds for something we know."""
    if not isinstance(rates, dict):
        return {}
    return {cost: float(rates[cost]) for cost in _COSTS if _is_seconds(rates.get(cost))}


def _is_seconds(value: object) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return math.isfinite(value) and 0 < value < _LONGEST_UNIT
