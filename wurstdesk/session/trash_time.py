"""How long pictures stay in the gallery's trash."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from wurstdesk.gallery.trash import DAYS


def days_left(trashed: str, now: datetime | None = None) -> int | None:
    """Days until a picture goes that is in the trash since a moment (UTC, ISO 8601).

    0 on the last day; None for what is no moment.
    """
    try:
        since = datetime.fromisoformat(trashed)
        since = since if since.tzinfo else since.replace(tzinfo=UTC)
        left = since + timedelta(days=DAYS) - (now or datetime.now(UTC))
    except (ValueError, OverflowError):
        return None
    return max(0, -(-left // timedelta(days=1)))
