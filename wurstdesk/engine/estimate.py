"""How long a request will still take; without torch."""

from __future__ import annotations

from collections import defaultdict, deque
from functools import partial
from statistics import fmean, median

from wurstdesk.generation import Cost, Rates, Stage

_NEWEST = 0.3
"""Weight of the newest measurement in a moving average."""
_FASTER = 0.7
"""The same where it took less than was known: what made it slow before was no part of the work."""
_OUTLIER = 3
"""Times the median: beyond that something else had the machine for a moment."""
_REMEMBERED = 200
"""Units of a request whose cost is remembered: the last ones."""
_NOTHING_KNOWN: Rates = {}


class Estimate:
    """Counts down the units of work of one request and measures what each costs.

    ``rates`` is read and written: kept by the caller, it makes the next request of the same size
    start with knowledge. A request moves it only so far, and a disturbance still less; the seconds
    that are left follow the last steps more quickly.

    Where a stage was never measured, ``usual`` counts (from other sizes, say). Where that says
    nothing, a step of Stage B is taken to cost as much as one of Stage C, and all of Stage A as
    much as one step of Stage B: so it is, roughly, for the published model at 1024 x 1024 (2.2,
    2.1 and 2 TFLOP).
    """

    def __init__(
        self,
        rates: Rates,
        units: dict[Stage, int],
        vqgan_units: int,
        usual: Rates = _NOTHING_KNOWN,
    ) -> None:
        self._rates, self._before, self._usual = rates, dict(rates), usual
        self._last: Rates = dict(rates)
        self._each: dict[Stage, deque[float]] = defaultdict(partial(deque, maxlen=_REMEMBERED))
        self._left = dict(units)
        self._vqgan_units = max(1, vqgan_units)
        self.worked = 0.0
        """Seconds that went into units of work."""

    def did(self, stage: Stage, units: int, seconds: float) -> None:
        """``units`` of a stage were done in ``seconds``."""
        self._left[stage] = max(0, self._left[stage] - units)
        self.worked += seconds
        learn(self._last, stage, self._believable(stage, seconds / units))
        self._each[stage].append(seconds / units)
        whole: Rates = {stage: self._before[stage]} if stage in self._before else {}
        typical = _typical(self._each[stage])
        is_faster = typical < self._before.get(stage, 0.0)
        learn(whole, stage, typical, _FASTER if is_faster else _NEWEST)
        self._rates.update(whole)

    @property
    def seconds_left(self) -> float | None:
        """For all that is left of the request; None while nothing is known."""
        if not any(stage in self._known for stage in self._left):
            return None
        return sum(units * self._rate(stage) for stage, units in self._left.items())

    def _believable(self, stage: Stage, seconds: float) -> float:
        """One slow step is a cold start or somebody else's work; if all are, it adds up soon."""
        known = self._last.get(stage)
        return seconds if known is None else min(seconds, _OUTLIER * known)

    @property
    def _known(self) -> Rates:
        return {**self._usual, **self._last}

    def _rate(self, stage: Stage) -> float:
        known = self._known
        if stage in known:
            return known[stage]
        if stage == "vqgan":
            return self._rate("decoder") / self._vqgan_units
        return known.get("prior") or next(known[other] for other in self._left if other in known)


def learn(rates: Rates, cost: Cost, seconds: float, part: float = _NEWEST) -> None:
    """Let a new measurement have its part in what is known."""
    known = rates.get(cost)
    rates[cost] = seconds if known is None else known + part * (seconds - known)


def _typical(seconds: deque[float]) -> float:
    """The mean, in which no disturbance counts for more than it could be without one."""
    most = _OUTLIER * median(seconds)
    return fmean(min(each, most) for each in seconds)
