"""How far the work is, on stderr, while somebody sits before it; silent in scripts and pipes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from wurstdesk.generation import (
    GenerationRequest,
    GeneratorEvent,
    Loading,
    Stage,
    StageProgress,
)
from wurstdesk.session.progress import JobProgress

if TYPE_CHECKING:
    from rich.progress import Progress

_PARTS = {
    "engine": "PyTorch",
    "text_encoder": "text encoder",
    "prior": "Stage C",
    "decoder": "Stage B",
    "vqgan": "Stage A",
}
_STAGES: dict[Stage, str] = {
    "prior": "Composing (Stage C)",
    "decoder": "Developing (Stage B)",
    "vqgan": "Finishing (Stage A)",
}


class ProgressDisplay:
    """One line that is drawn again and again, and gone at the end."""

    def __init__(self, request: GenerationRequest) -> None:
        self._count = request.num_images
        self._job = JobProgress(request)
        self._stops = False
        self._progress: Progress | None = _line() if is_terminal() else None
        if self._progress is not None:
            self._task = self._progress.add_task("Starting the engine", total=None, left="")

    def __enter__(self) -> Self:
        if self._progress is not None:
            self._progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Take the line away. May be called twice."""
        if self._progress is not None:
            self._progress.stop()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Make room for something to be printed, which may go to the same terminal."""
        if self._progress is None:
            yield
            return
        self._progress.stop()
        try:
            yield
        finally:
            self._progress.start()

    def take(self, event: GeneratorEvent) -> None:
        """Show what the engine tells about how far it is."""
        if self._progress is None or self._stops:
            return
        if isinstance(event, Loading):
            text = f"Loading {_PARTS.get(event.what, event.what)}"
            self._progress.update(self._task, description=text)
        elif isinstance(event, StageProgress):
            self._job.take(event)
            self._progress.update(
                self._task,
                description=self._stage_text(event),
                total=1.0,
                completed=self._job.fraction,
                left=_time_left(event.seconds_left),
            )

    def say_stopping(self) -> None:
        """Answer Ctrl+C at once, though the step that runs may take its time."""
        self._stops = True
        if self._progress is not None:
            self._progress.update(self._task, description="Stopping at the next step", left="")

    def _stage_text(self, event: StageProgress) -> str:
        text = f"{_STAGES[event.stage]} {event.step}/{event.steps}"
        if self._count > 1 and len(event.indices) == 1:
            text += f", picture {event.indices[0] + 1} of {self._count}"
        return text


def is_terminal() -> bool:
    """Whether stderr is a terminal that can draw a line anew."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def _line() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[left]}", markup=False),
        console=Console(stderr=True, force_terminal=True),
        transient=True,
        # stdout belongs to the results, and nothing else prints.
        redirect_stdout=False,
        redirect_stderr=False,
    )


def _time_left(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < 90:
        return f"{seconds:.0f} s left"
    return f"{seconds / 60:.0f} min left"
