"""A ``JobRunner`` on fakes and a desk in memory, as one start of the program has it."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from fake_desk import MemoryDesk
from fakes import MemorySink, ScriptedGenerator, Step
from wurstdesk.generation import GenerationRequest
from wurstdesk.session.failures import Failure
from wurstdesk.session.jobs import JobState
from wurstdesk.session.keeper import Keeper
from wurstdesk.session.messages import MessageList
from wurstdesk.session.pictures import SessionPictures
from wurstdesk.session.runner import JobRunner
from wurstdesk.session.unfinished import Unfinished
from wurstdesk.session.worker import GenerationWorker


def request(prompt: str = "a dog", seed: int = 7, count: int = 1) -> GenerationRequest:
    return GenerationRequest(prompt=prompt, width=128, height=128, seed=seed, num_images=count)


class RunnerBench:
    """The runner, what is beside it, and what it said. ``end`` is the program's proper end.

    A crash is a desk that outlives the bench without ``end`` having been called first: give
    ``desk.kept_jobs`` as it was in the middle to the next bench.
    """

    def __init__(self, qtbot: QtBot, desk: MemoryDesk | None = None) -> None:
        self.qtbot = qtbot
        self.desk = desk or MemoryDesk()
        self.generator, self.sink = ScriptedGenerator(), MemorySink()
        self.keeper = Keeper(lambda: self.desk)
        self.worker = GenerationWorker(lambda: self.generator, lambda: self.sink, 1000)
        self.pictures = SessionPictures()
        self.messages = MessageList()
        self.runner = JobRunner(self.worker, self.pictures, keeper=self.keeper)
        self.unfinished = Unfinished(self.runner, self.messages)
        self.failures: list[Failure] = []
        self.remarks: list[str] = []
        self.runner.failed.connect(self.failures.append)
        self.runner.told.connect(self.remarks.append)

    def play(self, *steps: Step) -> None:
        """The script of the next jobs."""
        self.generator.script = lambda _: steps

    def wait_until_idle(self) -> None:
        """Until nothing runs and nothing waits that may start."""
        queue = self.runner.queue
        self.qtbot.waitUntil(
            lambda: queue.running is None and (queue.is_paused or not queue.waiting), timeout=10_000
        )

    def wait_until_kept(self) -> None:
        """Until all that was to be kept is."""
        done: list[int] = []
        self.runner.keeping.when_kept(lambda: done.append(1))
        self.qtbot.waitUntil(lambda: bool(done))

    def load(self) -> None:
        """What the program does at its start."""
        with self.qtbot.waitSignal(self.runner.keeping.found):
            self.runner.load()

    def states(self) -> list[JobState]:
        """Of all jobs."""
        return [job.state for job in self.runner.queue]

    def prompts_made(self) -> list[str]:
        """In the order in which the engine saw them."""
        return [asked.prompt for asked in self.generator.requests]

    def end(self) -> None:
        """Close the window."""
        self.runner.close()
        self.keeper.close()
