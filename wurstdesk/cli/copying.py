"""``wurstdesk models copy``: a checkpoint in half precision, which loads in half the time."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from wurstdesk.cli import output, parts
from wurstdesk.cli.progress import is_terminal
from wurstdesk.engine.half_copy import HalfDtype, Tell, copy_to_half
from wurstdesk.errors import StorageError, UserError
from wurstdesk.generation import CancelToken


def copy_model(
    base: parts.Base, name_or_folder: str, target: Path, dtype: HalfDtype, *, as_json: bool
) -> None:
    """Copy a checkpoint and print the folder of the copy.

    Raises ``UserError``, and ``GenerationCancelled`` after Ctrl+C; then nothing is left of it.
    """
    try:
        folder = target.expanduser().absolute()
    except RuntimeError as error:  # nobody's “~”
        raise StorageError(f"“{target}” is no usable path.", "Choose another.") from error
    info = parts.catalogue_of(base).find(name_or_folder)
    with _ctrl_c() as token, _progress(f"Copying {info.title} to {dtype}") as tell:
        try:
            copy = copy_to_half(info, folder, dtype, check=token.check, tell=tell)
        except ImportError as error:
            raise UserError(
                f"PyTorch or what comes with it cannot be used ({type(error).__name__}).",
                "Install Wurstdesk again; “wurstdesk doctor” tells more.",
            ) from error
    if as_json:
        output.json_result(
            {
                "folder": str(folder),
                "name": copy.name,
                "title": copy.title,
                "path": str(copy.path),
                "prior_path": str(copy.prior_path),
                "copy_of": info.name,
                "dtype": dtype,
            }
        )
    else:
        output.result(str(folder))
        output.remark(f"Its name is “{copy.name}”; --checkpoint takes the folder as well.")


@contextmanager
def _ctrl_c() -> Iterator[CancelToken]:
    """A token that Ctrl+C sets, so that the copy ends between two weights and clears up."""
    token = CancelToken()
    with ExitStack() as undo:
        for number in (signal.SIGINT, signal.SIGTERM):
            with suppress(ValueError):  # not in the main thread: somebody else has the keyboard
                before = signal.signal(number, lambda _number, _frame: token.cancel())
                undo.callback(signal.signal, number, before)
        yield token


@contextmanager
def _progress(what: str) -> Iterator[Tell]:
    """One line on stderr while somebody sits before it, gone at the end."""
    if not is_terminal():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(compact=True),
    )
    console = Console(stderr=True, force_terminal=True)
    with Progress(
        *columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False
    ) as line:
        task = line.add_task(output.printable(what), total=None)
        yield lambda done, total: line.update(task, completed=done, total=total)
