"""What every command starts from: the home, a log, and each failure as one sentence.

0: done. 1: not done, and one sentence says why. 2: the command was written wrongly. 130: ended by
Ctrl+C, as every program ends by it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import typer

from wurstdesk.cli import output
from wurstdesk.cli.parts import Base
from wurstdesk.errors import GenerationCancelled, UserError
from wurstdesk.log import Logging, take_crash_report
from wurstdesk.paths import Home, find_home

OpenWindow = Callable[[Home], int]

CANCELLED = 130
_LOG = "command-line"
_log = logging.getLogger(__name__)


@dataclass
class Start:
    """What every command is given: how to open the window, and the home that stood before it."""

    open_window: OpenWindow
    home: Path | None = None


@contextmanager
def base_of(context: typer.Context, chosen: Path | None) -> Iterator[Base]:
    """The home with its settings, a log, and every failure as one sentence and an exit code."""
    home = find_home(chosen or start_of(context).home)
    crash_report = take_crash_report(home.logs, _LOG)
    with Logging(home.logs, _LOG):
        if crash_report is not None:
            output.note(f"The last command crashed. A report of where lies in {home.logs}.")
        try:
            base = Base.of(home)
            for text in base.notes:
                output.note(text)
            yield base
        except (GenerationCancelled, KeyboardInterrupt):
            output.remark("Cancelled.")
            raise typer.Exit(CANCELLED) from None
        except MemoryError:
            raise UserError(
                "There was not enough memory.", "Try a smaller size or fewer pictures."
            ) from None
        except (UserError, typer.Exit, typer.BadParameter, BrokenPipeError):
            raise
        except Exception as error:  # noqa: BLE001 - nobody wants a traceback here
            _log.exception("a command failed")
            raise UserError(
                f"Something went wrong inside Wurstdesk ({type(error).__name__}). This is a "
                f"mistake in the program; where it happened stands in {home.logs / _LOG}.log."
            ) from None


def start_of(context: typer.Context) -> Start:
    """What ``run`` gave to the command."""
    start = context.find_object(Start)
    assert start is not None
    return start
