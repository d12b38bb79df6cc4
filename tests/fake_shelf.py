"""Stand-ins for the checkpoints on the disk and for the process that fetches more of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import SimpleQueue

from fakes import DACKEL, PATIENCE, PUBLISHED
from wurstdesk.errors import GenerationCancelled
from wurstdesk.generation import CheckpointInfo
from wurstdesk.generation.fetching import (
    Cancelled,
    FetchEvent,
    FetchOrder,
    FetchRepository,
    HalfPrecision,
    Offer,
    Paused,
)
from wurstdesk.generation.shelf import (
    ImportPlan,
    ImportReport,
    ImportWay,
    IsCancelled,
    ShelfItem,
    ShelfState,
    Tell,
    UnfinishedFetch,
    VerifyReport,
    never,
    tell_nobody,
)
from wurstdesk.session.checkpoints import CheckpointServices

GB = 1_000_000_000
OFFERS = (
    Offer(
        "wuerstchen",
        "Würstchen",
        "The published checkpoint, with all it needs: it draws almost anything.",
        (FetchRepository("warp-ai/wuerstchen"), FetchRepository("warp-ai/wuerstchen-prior")),
        12_460_000_000,
        "MIT",
    ),
    Offer(
        "base",
        "Prior: base",
        "Without a style of its own: the one to train on, or to blend with.",
        (FetchRepository("warp-ai/wuerstchen-prior-model-base"),),
        3_970_000_000,
        "MIT",
        prior_alone=True,
    ),
)

BUILT_IN = ShelfItem(
    DACKEL, "checkpoint", "complete", (), 23_000_000, "built in",
    dtype="float32", keep_reason="It comes with the program.",
)  # fmt: skip
WHOLE = ShelfItem(
    PUBLISHED, "checkpoint", "complete", (), 12_460_000_000, "ours",
    repo="warp-ai/wuerstchen", commit="0123456789abcdef", dtype="float32",
)  # fmt: skip


def partial_item(name: str = "half-way") -> ShelfItem:
    """A checkpoint of which parts are missing."""
    missing = ("the weights of the decoder", "the folder of the prior")
    info = replace(
        PUBLISHED,
        name=name,
        title=name,
        path=Path("models") / name,
        prior_path=Path("models") / f"{name}-prior",
        complete=False,
        problem="The weights of its decoder are missing.",
    )
    return ShelfItem(
        info, "checkpoint", "partial", missing, 3 * GB, "ours",
        repo="warp-ai/wuerstchen", commit="0123456789abcdef", problem=info.problem,
    )  # fmt: skip


def prior_item(name: str = "base", fits: tuple[str, ...] = ("wuerstchen",)) -> ShelfItem:
    """A prior by itself."""
    path = Path("models") / name
    info = CheckpointInfo(name, name, path, path, prior_weights=path)
    state: ShelfState = "complete"
    return ShelfItem(info, "prior", state, (), 4 * GB, "hub cache", dtype="float32", fits=fits)


def with_prior(item: ShelfItem, info: CheckpointInfo = PUBLISHED) -> CheckpointInfo:
    """A checkpoint that draws with a prior by itself, as the catalogue has it."""
    name = f"{info.name}+{item.info.name}"
    return replace(info, name=name, title=name, prior_weights=item.info.path)


@dataclass
class FakeShelf:
    """A ``Shelf`` of given items. ``gate`` holds up the work until it is set or called off."""

    found: list[ShelfItem] = field(default_factory=lambda: [BUILT_IN])
    failure: BaseException | None = None
    plan: ImportPlan = field(default_factory=lambda: ImportPlan((), (), ()))
    report: Callable[[ShelfItem], VerifyReport] | None = None
    gate: threading.Event | None = None
    left: list[UnfinishedFetch] = field(default_factory=list)
    asked: list[tuple[object, ...]] = field(default_factory=list)

    def items(self) -> tuple[ShelfItem, ...]:
        return tuple(self.found)

    def unfinished(self) -> tuple[UnfinishedFetch, ...]:
        return tuple(self.left)

    def discard(self, unfinished: UnfinishedFetch) -> int:
        self.left.remove(unfinished)
        return unfinished.bytes_on_disk

    def find(self, name_or_folder: str) -> ShelfItem:
        return next(item for item in self.found if item.info.name == name_or_folder)

    def recognise(self, paths: Sequence[Path], name: str = "") -> ImportPlan:
        del name
        self._ask("recognise", tuple(paths))
        return self.plan

    def take(
        self,
        plan: ImportPlan,
        way: ImportWay = "copy",
        tell: Tell = tell_nobody,
        is_cancelled: IsCancelled = never,
    ) -> ImportReport:
        self._ask("take", way)
        self._work(tell, is_cancelled)
        items = tuple(item for item in self.found if item.info.name in plan.names)
        return ImportReport(items, tuple(piece.target for piece in plan.pieces))

    def verify(
        self, item: ShelfItem, tell: Tell = tell_nobody, is_cancelled: IsCancelled = never
    ) -> VerifyReport:
        self._ask("verify", item.info.name)
        self._work(tell, is_cancelled)
        if self.report is not None:
            return self.report(item)
        return VerifyReport(item, 8, item.bytes_on_disk, (), (), item.missing)

    def convert(
        self,
        item: ShelfItem,
        dtype: HalfPrecision = "float16",
        target: Path | None = None,
        tell: Tell = tell_nobody,
        is_cancelled: IsCancelled = never,
    ) -> ShelfItem:
        del target
        self._ask("convert", item.info.name, dtype)
        self._work(tell, is_cancelled)
        name = f"{item.info.name}-fp16"
        info = replace(item.info, name=name, title=name, path=Path("models") / name)
        copy = replace(item, info=info, dtype=dtype, bytes_on_disk=item.bytes_on_disk // 2)
        self.found.append(copy)
        return copy

    def remove(self, item: ShelfItem) -> int:
        self._ask("remove", item.info.name)
        self.found.remove(item)
        return item.bytes_on_disk

    def content_hash(
        self, info: CheckpointInfo, tell: Tell = tell_nobody, is_cancelled: IsCancelled = never
    ) -> str:
        del info, tell, is_cancelled
        return "0" * 64

    def _ask(self, *what: object) -> None:
        self.asked.append(what)
        if self.failure is not None:
            raise self.failure

    def _work(self, tell: Tell, is_cancelled: IsCancelled) -> None:
        tell(1, 4)
        if self.gate is not None:
            for _ in range(int(PATIENCE * 100)):
                if self.gate.wait(0.01) or is_cancelled():
                    break
        if is_cancelled():
            raise GenerationCancelled
        tell(4, 4)


class FakeFetch:
    """A fetch of which the test says what comes: ``say(Progressed(…))``."""

    def __init__(self, order: FetchOrder) -> None:
        self.order = order
        self.heard: list[str] = []
        self.is_closed = False
        self._events: SimpleQueue[FetchEvent] = SimpleQueue()

    def say(self, *events: FetchEvent) -> None:
        """For the test: these come next."""
        for event in events:
            self._events.put(event)

    def events(self) -> Iterator[FetchEvent]:
        while True:
            event = self._events.get(timeout=PATIENCE)
            yield event
            if event.is_last:
                return

    def pause(self) -> None:
        self.heard.append("pause")
        self.say(Paused())

    def resume(self) -> None:
        self.heard.append("resume")

    def cancel(self) -> None:
        self.heard.append("cancel")
        self.say(Cancelled())

    def close(self) -> None:
        self.is_closed = True


@dataclass
class FakeFetches:
    """Starts them; ``started`` are all that there were."""

    started: list[FakeFetch] = field(default_factory=list)
    discarded: list[FetchOrder] = field(default_factory=list)
    failure: BaseException | None = None

    def start(self, order: FetchOrder) -> FakeFetch:
        if self.failure is not None:
            raise self.failure
        self.started.append(FakeFetch(order))
        return self.started[-1]

    def discard(self, order: FetchOrder) -> None:
        self.discarded.append(order)

    @property
    def last(self) -> FakeFetch:
        return self.started[-1]


def services_of(shelf: FakeShelf, fetches: FakeFetches, folder: Path) -> CheckpointServices:
    """What a state needs of them."""
    return CheckpointServices(shelf, fetches.start, fetches.discard, OFFERS, folder)
