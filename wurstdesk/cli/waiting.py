"""Long work on the command line: a line that tells how far it is, and Ctrl+C between two parts."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

from wurstdesk.cli import output
from wurstdesk.cli.progress import is_terminal
from wurstdesk.generation import CancelToken

Tell = Callable[[int, int], None]
"""Told how much is done, of how much."""


@contextmanager
def ctrl_c(also: Callable[[], None] = lambda: None) -> Iterator[CancelToken]:
    """A token that Ctrl+C sets, so that the work ends between two parts and clears up.

    ``also`` is called the first time, for work that waits for something and asks no token.
    """
    token = CancelToken()

    def pressed(_number: int, _frame: object) -> None:
        if not token.cancelled:
            token.cancel()
            also()

    with ExitStack() as undo:
        for number in (signal.SIGINT, signal.SIGTERM):
            with suppress(ValueError):  # not in the main thread: somebody else has the keyboard
                before = signal.signal(number, pressed)
                undo.callback(signal.signal, number, before)
        yield token


@contextmanager
def progress(what: str, *, in_bytes: bool = False) -> Iterator[Tell]:
    """One line on stderr while somebody sits before it, gone at the end."""
    if not is_terminal():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn() if in_bytes else MofNCompleteColumn(),
        TimeRemainingColumn(compact=True),
    )
    console = Console(stderr=True, force_terminal=True)
    with Progress(
        *columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False
    ) as line:
        task = line.add_task(output.printable(what), total=None)
        yield lambda done, total: line.update(task, completed=done, total=total)
