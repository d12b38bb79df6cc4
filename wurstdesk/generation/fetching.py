"""What is said of fetching a checkpoint: the order, what comes back, and the protocol between.

An order goes to a process of its own (``engine.fetch``), which is the only part of the program
that ever opens a connection, and events come back. Both cross as JSON, a line each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol, Self

HalfPrecision = Literal["float16", "bfloat16"]

WAITS = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
"""Seconds between attempts that bring nothing; after the last of them it is given up."""


@dataclass(frozen=True, slots=True)
class FetchRepository:
    """A repository of the hub; ``revision`` is a branch, tag or commit, "" the newest of all."""

    repo_id: str
    revision: str = ""


@dataclass(frozen=True, slots=True)
class FetchOrder:
    """What to fetch, and into which folder of checkpoints.

    ``convert`` stores the weights in half precision as they arrive. ``endpoint`` is a mirror of
    the hub; "" is what HF_ENDPOINT names, or the hub itself.
    """

    repositories: tuple[FetchRepository, ...]
    models_folder: Path
    convert: HalfPrecision | None = None
    endpoint: str = ""
    waits: tuple[float, ...] = WAITS

    def to_dict(self) -> dict[str, Any]:
        """The order as JSON knows it."""
        return {
            **asdict(self),
            "models_folder": str(self.models_folder),
            "repositories": [asdict(repository) for repository in self.repositories],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """An order from what ``to_dict`` gave."""
        return cls(
            repositories=tuple(FetchRepository(**entry) for entry in data["repositories"]),
            models_folder=Path(data["models_folder"]),
            convert=data["convert"],
            endpoint=data["endpoint"],
            waits=tuple(data["waits"]),
        )


@dataclass(frozen=True, slots=True)
class Offer:
    """A published checkpoint or prior that can be fetched by one click.

    ``size`` is in bytes, as far as it is known before the hub is asked.
    """

    name: str
    title: str
    sentence: str
    repositories: tuple[FetchRepository, ...]
    size: int
    licence: str
    prior_alone: bool = False

    def size_as(self, convert: HalfPrecision | None) -> int:
        """Bytes that it takes on the disk in the end."""
        return self.size // 2 if convert else self.size


@dataclass(frozen=True, slots=True)
class FetchFile:
    """A file as the hub's record has it: one of the two hashes is known."""

    repo: str
    path: str
    size: int
    sha256: str = ""
    git_id: str = ""


@dataclass(frozen=True, slots=True)
class FetchEvent:
    """Anything that comes back. The last one is ``Fetched``, ``Failed`` or ``Cancelled``."""

    kind: ClassVar[str] = ""
    is_last: ClassVar[bool] = False

    def to_dict(self) -> dict[str, Any]:
        """The event as JSON knows it."""
        return {"event": self.kind, **asdict(self)}


@dataclass(frozen=True, slots=True)
class Planned(FetchEvent):
    """What will be fetched: bytes in all and of them there already; what the disk needs and has.

    ``folders`` are the folders that will be there in the end, a repository each, in the order of
    ``commits``.
    """

    kind: ClassVar[str] = "planned"
    files: tuple[FetchFile, ...]
    total: int
    done: int
    commits: dict[str, str]
    folders: tuple[str, ...]
    needed_disk: int
    free_disk: int


@dataclass(frozen=True, slots=True)
class Progressed(FetchEvent):
    """How far it is, twice a second: bytes, bytes a second, and seconds left where it is known."""

    kind: ClassVar[str] = "progressed"
    done: int
    total: int
    speed: float
    seconds_left: float | None
    file: str
    file_done: int
    file_total: int


@dataclass(frozen=True, slots=True)
class Checking(FetchEvent):
    """A file is compared with the hub's record."""

    kind: ClassVar[str] = "checking"
    file: str


@dataclass(frozen=True, slots=True)
class FetchedAgain(FetchEvent):
    """A file was not what the record says, and is fetched once more from its beginning."""

    kind: ClassVar[str] = "fetched_again"
    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class Converting(FetchEvent):
    """A file is written in half precision; in bytes of the new file."""

    kind: ClassVar[str] = "converting"
    file: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Waiting(FetchEvent):
    """The connection broke or the hub asks for patience: it goes on by itself."""

    kind: ClassVar[str] = "waiting"
    seconds: float
    message: str


@dataclass(frozen=True, slots=True)
class Paused(FetchEvent):
    """It stands still; the next ``Progressed`` or ``Converting`` says that it goes on."""

    kind: ClassVar[str] = "paused"


@dataclass(frozen=True, slots=True)
class Fetched(FetchEvent):
    """Everything is there, checked, in these folders, in the order of the repositories."""

    kind: ClassVar[str] = "fetched"
    is_last: ClassVar[bool] = True
    folders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Failed(FetchEvent):
    """It ended: a sentence, what to do, and what the libraries said. What is there is kept."""

    kind: ClassVar[str] = "failed"
    is_last: ClassVar[bool] = True
    message: str
    hint: str = ""
    details: str = ""


@dataclass(frozen=True, slots=True)
class Cancelled(FetchEvent):
    """It was called off. What is there is kept, and the same order goes on from it."""

    kind: ClassVar[str] = "cancelled"
    is_last: ClassVar[bool] = True


_EVENTS: dict[str, type[FetchEvent]] = {
    event.kind: event
    for event in (
        Planned, Progressed, Checking, FetchedAgain, Converting, Waiting, Paused, Fetched, Failed,
        Cancelled,
    )
}  # fmt: skip


def event_from_dict(data: Mapping[str, Any]) -> FetchEvent:
    """An event from what ``to_dict`` gave. Raises ``ValueError``, ``KeyError``, ``TypeError``."""
    event = _EVENTS[data["event"]]
    values = {entry.name: data[entry.name] for entry in fields(event)}
    if event is Planned:
        values["files"] = tuple(FetchFile(**entry) for entry in values["files"])
    if "folders" in values:
        values["folders"] = tuple(values["folders"])
    return event(**values)


class Fetching(Protocol):
    """A fetch under way. ``events`` is read by one thread; the rest may be called from any."""

    def events(self) -> Iterator[FetchEvent]:
        """Every event, waiting for the next, to the last."""
        ...

    def pause(self) -> None:
        """Stand still; connections are closed."""
        ...

    def resume(self) -> None:
        """Go on after a pause."""
        ...

    def cancel(self) -> None:
        """Call it off; ``Cancelled`` comes within seconds."""
        ...

    def close(self) -> None:
        """End it at once, whatever it does; nothing that is there is lost."""
        ...


StartFetch = Callable[[FetchOrder], Fetching]
