"""How long requests will take on this machine, as far as it has been learned."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from wurstdesk.generation import Forecast, GenerationRequest
from wurstdesk.session.form import RequestForm
from wurstdesk.session.worker import GenerationWorker


class Estimates(QObject):
    """Answers at once, also while pictures are made: it keeps the worker's last forecast.

    Of a checkpoint that it knows nothing of, chosen now or by a request that waits, it asks the
    worker once; not before that has an engine, though, for making one is slow and has its own time.
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
        form.checkpoint_changed.connect(self._consider_written)

    def seconds(self, request: GenerationRequest) -> float | None:
        """For all its pictures, if it begins now; None while nothing is known."""
        if self._forecast is None:
            return None
        work = _work_of(request)
        if work not in self._known:
            self._known[work] = self._forecast.seconds(request)
        if self._known[work] is None:
            self._consider(request.checkpoint)
        return self._known[work]

    @Slot(object)
    def _on_forecast(self, forecast: Forecast) -> None:
        is_first = self._forecast is None
        self._forecast = forecast
        self._known.clear()
        if is_first:
            self._consider_written()
        self.changed.emit()

    @Slot()
    def _consider_written(self) -> None:
        if self._form.checkpoint is not None:
            self.seconds(self._form.request)

    def _consider(self, name: str) -> None:
        """Ask what is known of a checkpoint, if it is here and that was not done before."""
        written, chosen = self._form.request, self._form.checkpoint
        info = next((c for c in self._form.checkpoints if c.name == name and c.complete), None)
        if info is None or name in self._considered:
            return
        self._considered.add(name)
        if info is chosen:
            self._worker.consider(written)
            return
        self._worker.consider(info.request())
        if chosen is not None and chosen.complete:
            self._worker.consider(written)  # the plan that is shown stays that of what is written


def _work_of(request: GenerationRequest) -> tuple[object, ...]:
    """All that decides how long it takes: not the words, of which each key makes a new request."""
    fields = type(request).model_fields.keys() - _WORDS
    return tuple(getattr(request, field) for field in sorted(fields))


_WORDS = {"prompt", "negative_prompt", "seed", "decoder_seed"}
