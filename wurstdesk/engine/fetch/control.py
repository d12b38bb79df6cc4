"""Pausing and calling off, from another thread, and waiting so that both are noticed at once."""

from __future__ import annotations

import threading

from wurstdesk.engine.fetch.errors import FetchCancelled


class Interrupted(Exception):  # noqa: N818 - a request of the person's, not an error
    """Leaves a transfer, so that no connection stays open through a pause."""


class Control:
    """What the person wants just now."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._paused = False
        self._cancelled = False

    def pause(self) -> None:
        """Stand still at the next piece of work."""
        self._set(paused=True)

    def resume(self) -> None:
        """Go on."""
        self._set(paused=False)

    def cancel(self) -> None:
        """End at the next piece of work."""
        with self._changed:
            self._cancelled = True
            self._changed.notify_all()

    @property
    def is_paused(self) -> bool:
        return self._paused

    def check(self) -> None:
        """Between two pieces of a transfer. Raises ``FetchCancelled`` or ``Interrupted``."""
        if self._cancelled:
            raise FetchCancelled
        if self._paused:
            raise Interrupted

    def stand(self) -> None:
        """Wait until a pause is over. Raises ``FetchCancelled``."""
        with self._changed:
            self._changed.wait_for(lambda: self._cancelled or not self._paused)
            if self._cancelled:
                raise FetchCancelled

    def wait(self, seconds: float) -> None:
        """Let time pass, less where a pause or the end comes. Raises ``FetchCancelled``."""
        with self._changed:
            self._changed.wait_for(lambda: self._cancelled or self._paused, seconds)
            if self._cancelled:
                raise FetchCancelled

    def _set(self, *, paused: bool) -> None:
        with self._changed:
            self._paused = paused
            self._changed.notify_all()
