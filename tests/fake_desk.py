"""A ``Desk`` in memory, for the tests of session and ui."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from fakes import Gate
from wurstdesk.generation import KeptJob, SeedUse


@dataclass
class MemoryDesk:
    """Keeps what it is told; ``failures`` are raised first, one for each call.

    ``history`` is every queue that was kept. Each write passes ``gate`` first, where there is one.
    """

    kept_jobs: tuple[KeptJob, ...] = ()
    uses: dict[int, SeedUse] = field(default_factory=dict)
    past_prompts: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    failures: list[BaseException] = field(default_factory=list)
    history: list[tuple[KeptJob, ...]] = field(default_factory=list)
    gate: Gate | None = None
    is_closed: bool = False

    def jobs(self) -> tuple[KeptJob, ...]:
        """What was kept."""
        self._fail()
        return self.kept_jobs

    def keep_jobs(self, jobs: Sequence[KeptJob]) -> None:
        """Keep these."""
        if self.gate is not None:
            self.gate.pass_through()
        self._fail()
        self.kept_jobs = tuple(jobs)
        self.history.append(self.kept_jobs)

    def seeds(self, limit: int) -> tuple[SeedUse, ...]:
        """Pinned ones first, the newest first."""
        self._fail()
        newest = sorted(self.uses.values(), key=lambda use: use.created, reverse=True)
        return tuple(sorted(newest, key=lambda use: not use.is_pinned)[:limit])

    def pin_seed(self, use: SeedUse) -> None:
        """Pin it."""
        self._fail()
        self.uses[use.seed] = replace(use, is_pinned=True)

    def unpin_seed(self, seed: int) -> None:
        """Let it go."""
        self._fail()
        self.uses[seed] = replace(self.uses[seed], is_pinned=False)

    def prompts(self, limit: int) -> tuple[str, ...]:
        """What was given."""
        self._fail()
        return self.past_prompts[:limit]

    def close(self) -> None:
        """Say that it was closed."""
        self.is_closed = True

    def _fail(self) -> None:
        if self.failures:
            raise self.failures.pop(0)
