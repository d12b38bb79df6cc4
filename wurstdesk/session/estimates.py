"""How long requests will take on this machine, as far as it has been learned."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from wurstdesk.generation import Forecast, GenerationRequest
from wurstdesk.session.form import RequestForm
from wurstdesk.session.worker import GenerationWorker


class Estimates(QObject):
    """Answers at once, also while pictures are made: it keeps the worker's last forecast.

    When another checkpoint is chosen the worker is asked what it knows of that; not before it has
    an engine, though, for making one is slow and has its own time.
    """

    changed = Signal()
    """There is more to go by."""

    def __init__(
        self, worker: GenerationWorker, form: RequestForm, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._worker, self._form = worker, form
        self._forecast: Forecast | None = None
        self._known: dict[tuple[object, ...], float | None] = {}
        self._considered: set[str] = set()
        worker.forecast_made.connect(self._on_forecast)
        form.checkpoint_changed.connect(self._consider)

    def seconds(self, request: GenerationRequest) -> float | None:
        """For all its pictures, if it begins now; None while nothing is known."""
        if self._forecast is None:
            return None
        work = _work_of(request)
        if work not in self._known:
            self._known[work] = self._forecast.seconds(request)
        return self._known[work]

    @Slot(object)
    def _on_forecast(self, forecast: Forecast) -> None:
        is_first = self._forecast is None
        self._forecast = forecast
        self._known.clear()
        if is_first:
            self._consider()
        self.changed.emit()

    @Slot()
    def _consider(self) -> None:
        info, request = self._form.checkpoint, self._form.request
        if info is None or not info.complete or self._forecast is None:
            return
        if info.name not in self._considered and self.seconds(request) is None:
            self._considered.add(info.name)
            self._worker.consider(request)


def _work_of(request: GenerationRequest) -> tuple[object, ...]:
    """All that decides how long it takes: not the words, of which each key makes a new request."""
    fields = type(request).model_fields.keys() - _WORDS
    return tuple(getattr(request, field) for field in sorted(fields))


_WORDS = {"prompt", "negative_prompt", "seed", "decoder_seed"}
