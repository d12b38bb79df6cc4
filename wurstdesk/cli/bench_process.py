"""A contestant of the benchmark in a process of its own, from the asking side."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Self

from wurstdesk.engine.bench import Answer, Contestant, Draw, Drawn, Failed, Ready, Working, serve
from wurstdesk.errors import UserError
from wurstdesk.generation import GenerationRequest

Tell = Callable[[Working], None]

_ENDS_WITHIN = 10.0
"""Seconds that a process is given to end by itself."""


class Competitor:
    """Loads at once; draws when asked. A context manager: at its end the process is gone.

    Started anew and not forked, so that nothing of this process' memory is counted there.
    """

    def __init__(self, contestant: Contestant, request: GenerationRequest, tell: Tell) -> None:
        self.contestant = contestant
        self._tell = tell
        context = multiprocessing.get_context("spawn")
        self._line, theirs = context.Pipe()
        self._process = context.Process(
            target=serve, args=(theirs, contestant, request), name=contestant.name, daemon=True
        )
        with _deaf_to_ctrl_c():
            self._process.start()
        theirs.close()

    def ready(self) -> Ready:
        """Wait until everything is loaded. Raises ``UserError`` where it cannot be."""
        answer = self._answer()
        assert isinstance(answer, Ready)
        return answer

    def draw(self, request: GenerationRequest) -> Drawn:
        """Have the pictures drawn. Raises ``UserError`` where they cannot be."""
        with suppress(OSError):  # it has ended, and the answer says why
            self._line.send(Draw(request))
        answer = self._answer()
        assert isinstance(answer, Drawn)
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(OSError):
            self._line.send(None)
        if kind is not None:
            self._process.terminate()  # nothing of it is needed any more
        self._process.join(_ENDS_WITHIN)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()
        self._line.close()

    def _answer(self) -> Answer:
        while True:
            try:
                answer: Answer = self._line.recv()
            except (EOFError, OSError):
                raise self._died() from None
            if isinstance(answer, Failed):
                raise UserError(answer.message, answer.hint)
            if not isinstance(answer, Working):
                return answer
            self._tell(answer)

    def _died(self) -> UserError:
        self._process.join(_ENDS_WITHIN)
        return UserError(
            f"The process of “{self.contestant.name}” ended by itself "
            f"(exit code {self._process.exitcode}).",
            "Perhaps memory ran out: try a smaller size or a smaller checkpoint.",
        )


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """What is started meanwhile does not hear Ctrl+C, not even before it can say so itself."""
    try:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:  # not in the main thread: somebody else has the keyboard
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
