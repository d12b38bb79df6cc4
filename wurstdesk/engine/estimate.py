"""How long a request will still take; without torch."""

from __future__ import annotations

from wurstdesk.generation import Rates, Stage

_NEWEST = 0.3
"""Weight of the newest measurement in the moving average."""


class Estimate:
    """Counts down the units of work of one request and measures what each costs.

    ``rates`` is read and written: kept by the caller, it makes the next request of the same size
    start with knowledge. Where a stage was never measured, a step of Stage B is taken to cost as
    much as one of Stage C, and all of Stage A as much as one step of Stage B: so it is, roughly,
    for the published model at 1024 x 1024 (2.2, 2.1 and 2 TFLOP).
    """

    def __init__(self, rates: Rates, units: dict[Stage, int], vqgan_units: int) -> None:
        self._rates = rates
        self._left = dict(units)
        self._vqgan_units = max(1, vqgan_units)

    def did(self, stage: Stage, units: int, seconds: float) -> None:
        """``units`` of a stage were done in ``seconds``."""
        self._left[stage] = max(0, self._left[stage] - units)
        rate = seconds / units
        known = self._rates.get(stage)
        self._rates[stage] = rate if known is None else known + _NEWEST * (rate - known)

    @property
    def seconds_left(self) -> float | None:
        """For all that is left of the request; None while nothing is known."""
        if not self._rates:
            return None
        return sum(units * self._rate(stage) for stage, units in self._left.items())

    def _rate(self, stage: Stage) -> float:
        if stage in self._rates:
            return self._rates[stage]
        if stage == "vqgan":
            return self._rate("decoder") / self._vqgan_units
        return self._rates.get("prior") or next(iter(self._rates.values()))
