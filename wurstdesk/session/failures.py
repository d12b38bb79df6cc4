"""A failure as the window shows it, made in the thread in which it happened.

Exceptions do not cross threads here: their tracebacks hold frames, and frames hold tensors. What
crosses is text.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from wurstdesk.errors import UserError

_CAUSES = 5
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong, in one sentence, and what to do about it.

    ``report`` is empty for what the person can mend (a ``UserError``) and holds the traceback of
    a bug, without the person's prompts. ``details`` say what lies behind a sentence, likewise.
    """

    message: str
    hint: str = ""
    report: str = ""
    details: str = ""

    @property
    def is_bug(self) -> bool:
        return bool(self.report)

    @classmethod
    def of(cls, error: BaseException, private: Iterable[str] = ()) -> Failure:
        """The failure that ``error`` is. ``private`` texts do not appear in its report."""
        if isinstance(error, UserError):
            return cls(error.message, error.hint, details=causes_of(error, private))
        if isinstance(error, MemoryError):
            return cls(
                _tr("There was not enough memory for this."),
                _tr("Try fewer pictures at once or a smaller size, or close other programs."),
            )
        _log.error("a mistake of the program: %s", _place_of(error))
        return cls(
            _tr("Something went wrong inside Wurstdesk."),
            _tr("This is a mistake in the program, not in what you did; it goes on."),
            report_of(error, private),
        )


def _tr(text: str) -> str:
    return QCoreApplication.translate("Failure", text)


def _place_of(error: BaseException) -> str:
    """Which error, and where it happened; its message may hold what is nobody's business."""
    frames = traceback.extract_tb(error.__traceback__)
    places = (f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in frames)
    return "\n  ".join([type(error).__name__, *places])


def report_of(error: BaseException, private: Iterable[str] = ()) -> str:
    """The traceback as text, with each private text (raw or quoted) left out."""
    return _without("".join(traceback.format_exception(error)), private)


def causes_of(error: BaseException, private: Iterable[str] = ()) -> str:
    """What other errors an error comes from, one a line, the nearest first; "" for none."""
    lines: list[str] = []
    cause = error.__cause__
    while cause is not None and len(lines) < _CAUSES:
        lines.append("".join(traceback.format_exception_only(cause)).strip())
        cause = cause.__cause__
    return _without("\n".join(lines), private)


def _without(text: str, private: Iterable[str]) -> str:
    for secret in private:
        for spelling in (secret, repr(secret)[1:-1]):
            if len(spelling.strip()) > 2:
                text = text.replace(spelling, f"<{len(secret)} characters>")
    return text
