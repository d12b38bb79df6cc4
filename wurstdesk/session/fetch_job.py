"""One fetch as the window shows it: which order, in which state, how far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from wurstdesk.generation.fetching import (
    Checking,
    Converting,
    Failed,
    FetchEvent,
    FetchOrder,
    Progressed,
    Waiting,
)

FetchState = Literal["waiting", "running", "paused", "stopped", "failed"]
FetchStep = Literal["asking", "fetching", "checking", "converting", "patience"]


@dataclass(slots=True, eq=False)
class FetchJob:
    """An order on its way. ``file`` is in hand, ``done`` and ``total`` are bytes of all files.

    One that was only found on the disk (``is_found``) is there as long as its files are.
    """

    number: int
    title: str
    order: FetchOrder
    state: FetchState = "waiting"
    step: FetchStep = "asking"
    done: int = 0
    total: int = 0
    speed: float = 0.0
    seconds_left: float | None = None
    file: str = ""
    file_done: int = 0
    file_total: int = 0
    note: str = ""
    failure: Failed | None = None
    follows_mirror: bool = field(default=True, repr=False)
    is_found: bool = field(default=False, repr=False)

    def take(self, event: FetchEvent) -> None:
        """What one of its events tells of how far it is."""
        if isinstance(event, Progressed):
            self.step, self.note = "fetching", ""
            self.done, self.total = event.done, event.total
            self.speed, self.seconds_left = event.speed, event.seconds_left
            self.file, self.file_done, self.file_total = (
                event.file,
                event.file_done,
                event.file_total,
            )
        elif isinstance(event, Checking):
            self.step, self.file, self.file_done, self.file_total = "checking", event.file, 0, 0
        elif isinstance(event, Converting):
            self.step, self.file = "converting", event.file
            self.file_done, self.file_total = event.done, event.total
        elif isinstance(event, Waiting):
            self.step, self.speed, self.note = "patience", 0.0, event.message

    def rest(self) -> None:
        """It stands still."""
        self.speed, self.seconds_left = 0.0, None

    def is_same_as(self, other: FetchJob) -> bool:
        """Whether both bring the same."""
        mine, its = self.order, other.order
        return (mine.repositories, mine.convert) == (its.repositories, its.convert)

    def to_dict(self) -> dict[str, Any]:
        """What is remembered of it, as JSON knows it."""
        return {
            "title": self.title,
            "order": self.order.to_dict(),
            "done": self.done,
            "total": self.total,
            "follows_mirror": self.follows_mirror,
        }

    @classmethod
    def from_dict(cls, number: int, data: Mapping[str, Any]) -> Self:
        """One that an earlier session has not ended. Raises ``KeyError``, ``TypeError``,
        ``ValueError``."""
        return cls(
            number,
            str(data["title"]),
            FetchOrder.from_dict(data["order"]),
            "stopped",
            done=int(data["done"]),
            total=int(data["total"]),
            follows_mirror=bool(data["follows_mirror"]),
        )

    @property
    def is_under_way(self) -> bool:
        """Whether its process is there."""
        return self.state in {"running", "paused"}
