"""A day as people say it: above the pictures that were made on it."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QCoreApplication, QDate, QLocale


def day_words(day: str, today: date | None = None) -> str:
    """“Today”, “Yesterday”, “Tuesday 17 November”, with the year where it is another.

    ``day`` is ISO 8601; what is no day is said as it is.
    """
    try:
        then = date.fromisoformat(day)
    except ValueError:
        return day
    today = today or date.today()  # noqa: DTZ011 - the days are those of this place
    ago = (today - then).days
    if ago == 0:
        return _tr("Today")
    if ago == 1:
        return _tr("Yesterday")
    form = _tr("dddd d MMMM") if then.year == today.year else _tr("dddd d MMMM yyyy")
    return QLocale().toString(QDate(then.year, then.month, then.day), form)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Days", text)
