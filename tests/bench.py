"""A ``GenerationWorker`` on fakes, with a record of everything it says."""

from __future__ import annotations

import threading
from collections.abc import Callable

from pytestqt.qtbot import QtBot

from fakes import MemorySink, ScriptedGenerator, Step
from wurstdesk.generation import GenerationRequest, ImageGenerator
from wurstdesk.session.failures import Failure
from wurstdesk.session.worker import GenerationWorker

REQUEST = GenerationRequest(prompt="a red sausage dog", width=128, height=128, seed=7)


class Bench:
    """The worker, the fakes it is given, and what it said so far."""

    def __init__(self) -> None:
        self.generator = ScriptedGenerator()
        self.sink = MemorySink()
        self.made_in: list[int] = []
        self.factory: Callable[[], ImageGenerator] = self._make_generator
        self.worker = GenerationWorker(self._call_factory, lambda: self.sink, 1000)
        self.said: list[tuple[str, object]] = []
        for name in ("loading", "planned", "progress", "picture_finished", "note", "failed"):
            getattr(self.worker, name).connect(self._recorder(name))
        for name in ("done", "cancelled", "idle"):
            getattr(self.worker, name).connect(self._recorder(name))

    def play(self, *steps: Step) -> None:
        """The script of the next jobs."""
        self.generator.script = lambda _: steps

    def run(self, qtbot: QtBot, request: GenerationRequest = REQUEST) -> None:
        """One job from beginning to end."""
        with qtbot.waitSignal(self.worker.idle):
            self.worker.generate(request)

    def words(self) -> list[str]:
        """The names of the signals, in order."""
        return [name for name, _ in self.said]

    def failure(self) -> Failure:
        """The newest one."""
        found = [value for name, value in self.said if name == "failed"][-1]
        assert isinstance(found, Failure)
        return found

    def _call_factory(self) -> ImageGenerator:
        return self.factory()

    def _make_generator(self) -> ImageGenerator:
        self.made_in.append(threading.get_ident())
        return self.generator

    def _recorder(self, name: str) -> Callable[..., None]:
        return lambda *values: self.said.append((name, values[0] if values else None))
