"""Whether the computer was started anew since the last session: then that is how it ended."""

from __future__ import annotations

from PySide6.QtCore import QSysInfo

from wurstdesk.session.window_memory import WindowMemory

_NAME = "boot"
_SINCE = "since "
_DRIFT = 120.0
"""Seconds by which a clock that is set right may move the time of one and the same start."""


def was_restarted(memory: WindowMemory) -> bool:
    """Whether the session before this one was in an earlier run of the computer; notes this one.

    Where nothing is known of either, it was not.
    """
    before, now = memory.text(_NAME), this_boot()
    memory.keep(_NAME, now)
    return bool(before and now) and not _is_same(before, now)


def this_boot() -> str:
    """What tells this run of the computer from others: a name of it, or when it began."""
    name = bytes(QSysInfo.bootUniqueId().data()).decode("ascii", "replace")
    if name:
        return name
    import psutil  # only Windows has no name for it

    try:
        return f"{_SINCE}{psutil.boot_time():.0f}"
    except (psutil.Error, OSError):
        return ""


def _is_same(one: str, other: str) -> bool:
    if not (one.startswith(_SINCE) and other.startswith(_SINCE)):
        return one == other
    try:
        times = [float(text.removeprefix(_SINCE)) for text in (one, other)]
    except ValueError:  # somebody wrote into the file
        return True
    return abs(times[0] - times[1]) < _DRIFT
