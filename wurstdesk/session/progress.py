"""How far a job is, as one number that only grows."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from wurstdesk.generation import GenerationRequest, Stage, StageProgress

# Shares of the arithmetic of one picture at the published size (64, 25 and 2 TFLOP).
_SHARES: dict[Stage, float] = {"prior": 0.70, "decoder": 0.27, "vqgan": 0.03}

_TELLS_PER_SECOND = 15.0


class ProgressPace:
    """Which steps are worth telling of: small models make more of them than anyone can read.

    Each step told is an errand of a dozen widgets on the window's thread.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._told_at = -math.inf

    def is_due(self, progress: StageProgress) -> bool:
        """Whether to tell of this step: a stage's begin, its first and its last step always."""
        now = self._clock()
        is_edge = progress.step in {0, 1, progress.steps}
        if not is_edge and now - self._told_at < 1 / _TELLS_PER_SECOND:
            return False
        self._told_at = now
        return True


class JobProgress:
    """Adds up the stages of all pictures of a job, in whatever order the engine takes them."""

    def __init__(self, request: GenerationRequest) -> None:
        self._count = request.num_images
        self._done: dict[tuple[Stage, int], float] = {}
        self.latest: StageProgress | None = None

    def take(self, progress: StageProgress) -> None:
        """Note what the engine has told."""
        self.latest = progress
        share = progress.step / progress.steps if progress.steps else 1.0
        for index in progress.indices:
            key = (progress.stage, index)
            self._done[key] = max(self._done.get(key, 0.0), min(share, 1.0))

    @property
    def fraction(self) -> float:
        """0 to 1, of the whole job."""
        done = sum(_SHARES[stage] * share for (stage, _), share in self._done.items())
        return min(done / self._count, 1.0)
