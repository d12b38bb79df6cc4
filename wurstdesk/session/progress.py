"""How far a job is, as one number that only grows."""

from __future__ import annotations

from wurstdesk.generation import GenerationRequest, Stage, StageProgress

# Shares of the arithmetic of one picture at the published size (64, 25 and 2 TFLOP).
_SHARES: dict[Stage, float] = {"prior": 0.70, "decoder": 0.27, "vqgan": 0.03}


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
