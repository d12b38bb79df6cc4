"""What the program writes about itself, and what it keeps other libraries from writing.

Three rules. The terminal belongs to the person: nothing of a library's notices or progress bars
reaches it. A log may be sent to strangers, so no prompt is ever in it: our own code wraps such
text in ``Private``; of other libraries' messages (which like to quote what they truncate) only
the place is kept, and of exceptions the kind and the way they came. And a crash that Python cannot
catch leaves a file for the next start.
"""

from __future__ import annotations

import copy
import faulthandler
import logging
import logging.handlers
import os
import sys
import traceback
import warnings
from collections.abc import MutableMapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, TextIO

_OWN = "wurstdesk"
_FILE_SIZE = 1_000_000  # bytes
_FILES_KEPT = 3
_CHAIN_KEPT = 10

# Read by the libraries when they are imported, hence set before.
_ENVIRONMENT = {
    # No network: a download runs in a process of its own, which takes these away again.
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_UPDATE_CHECK": "1",
    "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
    "DO_NOT_TRACK": "1",
    # Silence.
    "HF_HUB_VERBOSITY": "critical",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TRANSFORMERS_VERBOSITY": "critical",
    "TRANSFORMERS_NO_ADVISORY_WARNINGS": "1",
    "DIFFUSERS_VERBOSITY": "critical",
    "DIFFUSERS_NO_ADVISORY_WARNINGS": "1",
    # Ours is one short text at a time; and with threads of its own it warns at every fork.
    "TOKENIZERS_PARALLELISM": "false",
}


def prepare_environment(environ: MutableMapping[str, str] = os.environ) -> None:
    """Keep libraries off the network and off the terminal; call before importing any of them.

    Whatever the person's shell says is overruled: that nothing is fetched or reported unasked is
    a promise of the program.
    """
    environ.update(_ENVIRONMENT)


def ensure_standard_streams() -> None:
    """Give a program without a terminal streams that swallow what is printed.

    A windowed program on Windows has None there, and libraries that print would fail.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115


class Private:
    """Text of the person's that must not reach a log: shows only how long it is."""

    __slots__ = ("_length",)

    def __init__(self, text: str) -> None:
        self._length = len(text)

    def __repr__(self) -> str:
        return f"<{self._length} characters>"


class Logging:
    """The log of one process, from construction to ``stop()``; usable as a context manager.

    ``name`` tells the window's log from the command line's, which may run beside it:
    ``<name>.log`` with a few older ones, and ``<name>-crash.txt`` for what faulthandler writes
    when the process dies below Python. Where the folder cannot be written there is no log and no
    error: a log is never worth a picture.
    """

    def __init__(self, folder: Path, name: str = "window") -> None:
        self._crash_file: TextIO | None = None
        self._handler: logging.Handler = logging.NullHandler()
        self._shows_warning = warnings.showwarning
        self._level = logging.getLogger().level
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            self._handler = _open_log(folder / f"{name}.log")
            self._crash_file = _crash_path(folder, name).open("a", encoding="utf-8")
            faulthandler.enable(self._crash_file, all_threads=True)
        root = logging.getLogger()
        root.addHandler(self._handler)
        root.setLevel(logging.INFO)
        warnings.showwarning = _log_warning

    def stop(self) -> None:
        """Close the files and give the process back as it was found. May be called twice."""
        root = logging.getLogger()
        if self._handler not in root.handlers:
            return
        root.removeHandler(self._handler)
        root.setLevel(self._level)
        self._handler.close()
        warnings.showwarning = self._shows_warning
        if self._crash_file is not None:
            faulthandler.disable()
            self._crash_file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()


def take_crash_report(folder: Path, name: str = "window") -> str | None:
    """What the last process of this name left when it crashed, or None; tells it only once.

    Call before ``Logging`` opens the file anew. The report stays in the folder under its date.
    """
    path = _crash_path(folder, name)
    try:
        if not path.stat().st_size:
            return None
        report = path.read_text(encoding="utf-8", errors="replace")
        when = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
        path.replace(folder / f"{name}-crash-{when:%Y%m%d-%H%M%S}.txt")
    except OSError:
        return None
    return report


def _crash_path(folder: Path, name: str) -> Path:
    return folder / f"{name}-crash.txt"


def _open_log(path: Path) -> logging.Handler:
    handler = _QuietRotatingFileHandler(
        path, maxBytes=_FILE_SIZE, backupCount=_FILES_KEPT, encoding="utf-8", errors="replace"
    )
    handler.setFormatter(_WordlessFormatter())
    handler.addFilter(_is_ours_or_matters)
    return handler


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] == _OWN


def _is_ours_or_matters(record: logging.LogRecord) -> bool:
    return _is_ours(record) or record.levelno >= logging.WARNING


class _WordlessFormatter(logging.Formatter):
    """Keeps out of the log what others put into words: it may quote the person."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-8s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        record = copy.copy(record)
        record.exc_text = None  # other handlers leave their rendering here, words and all
        if not _is_ours(record):
            record.msg = "(words left out) at %s:%d"
            record.args = (record.filename, record.lineno)
        return super().format(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        """Each exception of the chain, the outermost first: where it came by, and its kind."""
        blocks: list[str] = []
        error: BaseException | None = ei[1]
        while error is not None and len(blocks) < _CHAIN_KEPT:
            kind = type(error)
            frames = "".join(traceback.format_tb(error.__traceback__))
            blocks.append(f"{frames}{kind.__module__}.{kind.__qualname__}")
            hidden = None if error.__suppress_context__ else error.__context__
            error = error.__cause__ or hidden
        return "\ncaused by\n".join(blocks)


def _log_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Python's warnings go to the log, without their words, and never to the terminal."""
    del message, file, line
    place = Path(filename)
    logging.getLogger(f"{_OWN}.warnings").warning(
        "%s at %s/%s:%d", category.__name__, place.parent.name, place.name, lineno
    )


class _QuietRotatingFileHandler(logging.handlers.RotatingFileHandler):
    """A file of bounded size that never disturbs what is being logged about."""

    def doRollover(self) -> None:  # noqa: N802 - logging's name
        # Windows cannot rename a file that a second process has open: go on in the same one.
        try:
            super().doRollover()
        except OSError:
            if self.stream is None:
                self.stream = self._open()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """A full disk must not print a traceback for every line that found no room."""
