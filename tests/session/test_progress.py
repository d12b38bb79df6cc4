"""How far a job is, and how often that is told."""

from __future__ import annotations

from wurstdesk.generation import StageProgress
from wurstdesk.session.progress import ProgressPace


class Clock:
    """A clock that stands until it is moved."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def told(pace: ProgressPace, clock: Clock, *steps: int, each: float) -> list[int]:
    """Which of a stage's 100 steps are told of, where each takes so many seconds."""
    due = []
    for step in steps:
        clock.now += each
        if pace.is_due(StageProgress("prior", step, 100)):
            due.append(step)
    return due


def test_quick_steps_are_told_a_few_times_a_second() -> None:
    clock = Clock()
    steps = told(ProgressPace(clock), clock, *range(101), each=0.01)
    assert 12 <= len(steps) <= 18
    assert steps[:2] == [0, 1]
    assert steps[-1] == 100


def test_slow_steps_are_all_told() -> None:
    clock = Clock()
    assert told(ProgressPace(clock), clock, *range(101), each=0.1) == [*range(101)]


def test_the_ends_of_a_stage_are_always_told() -> None:
    clock = Clock()
    pace = ProgressPace(clock)
    assert told(pace, clock, 0, 1, 2, 3, 100, 0, 1, 2, 100, each=0) == [0, 1, 100, 0, 1, 100]
