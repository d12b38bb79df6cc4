"""The prior's schedule: published, even steps, or a list of one's own, with its curve."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSignalBlocker, QSize, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QPlainTextEdit,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from wurstdesk.generation import DEFAULT_STAGE_C_TIMESTEPS
from wurstdesk.session.form import RequestForm
from wurstdesk.ui.controls import dim_label
from wurstdesk.ui.reset_button import explain
from wurstdesk.ui.theme import colours_of

EVEN_STEPS = 30
"""Of an even schedule that was never given a number."""
SCHEDULE = ("prior_timesteps", "prior_num_inference_steps")
"""The request's fields that say which one."""

_SEPARATORS = str.maketrans(",;", "  ")
_LEAST_DIGITS, _MOST_DIGITS = 3, 17
_LONGEST = 50_000


def even_timesteps(steps: int) -> tuple[float, ...]:
    """The times of the stock pipeline's even steps."""
    return tuple((steps - i) / steps for i in range(steps + 1))


def as_words(timesteps: Sequence[float]) -> list[str]:
    """Each time as short as all of them can be told apart."""
    for digits in range(_LEAST_DIGITS, _MOST_DIGITS):
        words = [f"{time:.{digits}f}".rstrip("0").rstrip(".") or "0" for time in timesteps]
        if len(set(words)) == len(words):
            return words
    return [repr(time) for time in timesteps]


def meant_by(words: Sequence[str], shown: Sequence[tuple[str, object]]) -> list[object]:
    """What words stand for: at both ends what ``shown`` ones stood for as long as they are the
    same, since they were not touched; between, what they say."""
    before = _same(words, [word for word, _ in shown])
    rest = shown[before:]
    after = _same(words[before:][::-1], [word for word, _ in rest][::-1])
    end = len(words) - after
    return [
        *(time for _, time in shown[:before]),
        *(_number(word) for word in words[before:end]),
        *(time for _, time in rest[len(rest) - after :]),
    ]


def _same(some: Sequence[str], others: Sequence[str]) -> int:
    """How many are the same from the beginning on."""
    pairs = enumerate(zip(some, others, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(some), len(others)))


class ScheduleEditor(QWidget):
    """A list of times to be typed, falling from 1 to 0.

    The form judges what is typed and says what is wrong with it. Numbers that are not touched keep
    all their digits, also those that are not shown.
    """

    def __init__(self, form: RequestForm) -> None:
        super().__init__()
        self._form = form
        self._shown: list[tuple[str, object]] = []
        """Each word in the field, and what it stands for."""
        self._kept: tuple[float, ...] | None = None
        self._mine: tuple[tuple[object, ...] | None, ...] = ()
        self.text = QPlainTextEdit()
        self.text.setAccessibleName(self.tr("Own list of prior timesteps"))
        self.text.setTabChangesFocus(True)
        self.text.setPlaceholderText(self.tr("1 0.8 0.5 0.2 0"))
        explain(
            self.text,
            self.tr("Times that fall from 1 to 0, with spaces or commas between them."),
        )
        self.count = dim_label()
        self.start_button = QToolButton()
        self.start_button.setObjectName("bare")
        self.start_button.setText(self.tr("Fill in") + " ▾")
        self.start_button.setAccessibleName(self.tr("Fill in a schedule to start from"))
        self.start_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.start_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        menu = QMenu(self.start_button)
        self.from_published = menu.addAction(self.tr("The published one"), self._fill_published)
        self.from_even = menu.addAction(self.tr("Even steps"), self._fill_even)
        self.start_button.setMenu(menu)
        self._lay_out()
        self.text.textChanged.connect(self._on_typed)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addWidget(self.text)
        row = QHBoxLayout()
        row.addWidget(self.count, 1)
        row.addWidget(self.start_button)
        column.addLayout(row)
        self._fit_lines()

    def _fit_lines(self) -> None:
        lines, margin = 5, 2 * int(self.text.document().documentMargin()) + 4
        self.text.setFixedHeight(lines * self.text.fontMetrics().lineSpacing() + margin)

    def changeEvent(self, event: QEvent) -> None:
        """Its lines stay as many whatever the font."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._fit_lines()

    def begin(self) -> None:
        """Go on with the list that was left, or with the schedule that is set."""
        request = self._form.request
        times = self._kept or request.prior_timesteps
        self._take(times or even_timesteps(request.prior_steps))

    def leave(self) -> None:
        """Another schedule is wanted; the list is kept."""
        self._mine = ()

    def made(self, times: tuple[float, ...]) -> bool:
        """Whether a list comes from here, be it equal to the published one."""
        return times in self._mine

    def show_request(self) -> None:
        """Show the request's own list, unless it is what is being typed."""
        times = self._form.request.prior_timesteps
        if times is None:
            return
        if self._form.problem is None and times != self._meant():
            self._write(times)
        self._kept = times
        steps = self._form.request.prior_steps
        typed = self.text.toPlainText().split()
        fits = self._meant() == times
        self.count.setText(
            (self.tr("1 step") if steps == 1 else self.tr("{0} steps").format(steps))
            if fits
            else self.tr("This list cannot be used.")
            if typed
            else self.tr("Type at least two numbers.")
        )

    def _meant(self) -> tuple[object, ...]:
        """What stands in the field: numbers where they can be read, words where not."""
        return tuple(time for _, time in self._shown)

    def _take(self, times: Sequence[float]) -> None:
        self._write(times)
        self._edit(tuple(times))

    def _edit(self, times: tuple[object, ...]) -> None:
        self._mine = (self._form.request.prior_timesteps, times)  # before it is known which
        self._form.edit(prior_timesteps=times, prior_num_inference_steps=None)
        self._mine = (self._form.request.prior_timesteps,)

    def _write(self, times: Sequence[float]) -> None:
        words = as_words(times)
        self._shown = list(zip(words, times, strict=True))
        with QSignalBlocker(self.text):
            self.text.setPlainText("  ".join(words))

    @Slot()
    def _on_typed(self) -> None:
        words = self.text.toPlainText()[:_LONGEST].translate(_SEPARATORS).split()
        self._shown = list(zip(words, meant_by(words, self._shown), strict=True))
        self._edit(self._meant())

    @Slot()
    def _fill_published(self) -> None:
        self._take(self._form.default("prior_timesteps") or DEFAULT_STAGE_C_TIMESTEPS)

    @Slot()
    def _fill_even(self) -> None:
        self._take(even_timesteps(max(1, self._form.request.prior_steps)))


class ScheduleCurve(QWidget):
    """How the times fall from step to step; many steps where it is flat."""

    def __init__(self) -> None:
        super().__init__()
        self._times: tuple[float, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)

    def show_times(self, times: Sequence[float]) -> None:
        """Draw these."""
        if tuple(times) != self._times:
            self._times = tuple(times)
            self.update()

    def sizeHint(self) -> QSize:
        """Its height is that of what stands beside it."""
        return QSize(80, self.fontMetrics().lineSpacing())

    def paintEvent(self, event: QPaintEvent) -> None:
        """A line through all times, and a dot at each where there is room; nothing in a gap."""
        del event
        if self.width() < self.height():
            return
        colours = colours_of(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QColor(colours.border))
        painter.setBrush(QColor(colours.field))
        painter.drawRoundedRect(frame, 5, 5)
        points = self._points(frame.adjusted(6, 5, -6, -5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colours.accent), 1.4))
        painter.drawPolyline(QPolygonF(points))
        if len(points) * 6 < frame.width():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.accent))
            for point in points:
                painter.drawEllipse(point, 1.6, 1.6)

    def _points(self, room: QRectF) -> list[QPointF]:
        last = max(1, len(self._times) - 1)
        return [
            QPointF(room.left() + room.width() * i / last, room.bottom() - room.height() * time)
            for i, time in enumerate(self._times)
        ]


def _number(word: str) -> object:
    try:
        return float(word)
    except ValueError:
        return word
