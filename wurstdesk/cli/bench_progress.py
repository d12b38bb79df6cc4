"""What the benchmark is at, on stderr, while somebody sits before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from wurstdesk.cli.progress import is_terminal
from wurstdesk.engine.bench import Working
from wurstdesk.generation import Stage

if TYPE_CHECKING:
    from rich.status import Status

_CALLED: dict[Stage, str] = {"prior": "Stage C", "decoder": "Stage B", "vqgan": "Stage A"}


class BenchDisplay:
    """One line that is drawn again and again, and gone at the end; silent in scripts and pipes."""

    def __init__(self) -> None:
        self.size = (0, 0)
        self._now = ""
        self._status: Status | None = None

    def __enter__(self) -> Self:
        if is_terminal():
            from rich.console import Console

            console = Console(stderr=True, force_terminal=True)
            self._status = console.status("Measuring", spinner="line")
            self._status.start()
        return self

    def __exit__(self, *error: object) -> None:
        if self._status is not None:
            self._status.stop()

    def now(self, what: str) -> None:
        """Something else is being done."""
        self._now = what
        self._show("")

    def working(self, at: Working) -> None:
        """How far that is."""
        self._show(f": {_CALLED[at.stage]} {at.step}/{at.steps}")

    def _show(self, further: str) -> None:
        if self._status is not None:
            width, height = self.size
            self._status.update(f"{width}×{height}, {self._now}{further}")
