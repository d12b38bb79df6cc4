"""When something was made, as people say it."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import QCoreApplication, QDate, QLocale, QTime

_WEEK = 7


def moment_words(created: str, now: datetime | None = None) -> str:
    """“today 14:32”, “yesterday 9:10”, “Monday 17:45” or a date, in this place's time.

    ``created`` is UTC as in ``SavedPicture``; nothing is said of what is no moment.
    """
    try:
        moment = datetime.fromisoformat(created)
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone()
    except (ValueError, OverflowError, OSError):
        return ""
    today = (now or datetime.now(UTC)).astimezone().date()
    day, locale = moment.date(), QLocale()
    short = QLocale.FormatType.ShortFormat
    time = locale.toString(QTime(moment.hour, moment.minute), short)
    ago = (today - day).days
    if ago == 0:
        return _tr("today {0}").format(time)
    if ago == 1:
        return _tr("yesterday {0}").format(time)
    if 1 < ago < _WEEK:
        return _tr("{0} {1}").format(locale.dayName(day.isoweekday()), time)
    return locale.toString(QDate(day.year, day.month, day.day), short)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Moments", text)
