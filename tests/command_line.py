"""The command line as tests use it: what is typed, and what comes of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fakes import DACKEL, PUBLISHED, FakeCatalogue, ScriptedGenerator
from wurstdesk.cli.main import run
from wurstdesk.generation import EngineOptions
from wurstdesk.paths import Home


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def paths(self) -> list[Path]:
        """The lines of stdout, where they are paths."""
        return [Path(line) for line in self.out.splitlines()]

    @property
    def objects(self) -> list[Any]:
        """The lines of stdout, where they are JSON."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass
class CommandLine:
    """Call it with what a person types after ``wurstdesk``."""

    read: Callable[[], tuple[str, str]]
    generator: ScriptedGenerator = field(default_factory=ScriptedGenerator)
    catalogue: FakeCatalogue = field(default_factory=lambda: FakeCatalogue((DACKEL, PUBLISHED)))
    options: list[EngineOptions] = field(default_factory=list)
    opened: list[Home] = field(default_factory=list)
    window_code: int = 0

    def __call__(self, *arguments: str | Path) -> Ended:
        code = run([str(argument) for argument in arguments], self._open_window)
        out, err = self.read()
        assert "Traceback" not in out + err
        return Ended(code, out, err)

    def _open_window(self, home: Home) -> int:
        self.opened.append(home)
        return self.window_code
