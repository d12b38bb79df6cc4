"""The gallery's page in its window, as ``gallery_scale.py --page`` measures it.

Offscreen, on fakes but for the gallery itself, in a process of its own.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from measuring import find_makers

FRAME = 1 / 60
TYPED = ("a red dog in the rain", "castle rating:>=4", "night -cat")
_KEY_EVERY = 0.06
_FRAMES = 400


def memory(pictures: Path | None) -> float:
    """Megabytes of a process with the page open, after all that ``walk`` does with it.

    Without a folder of pictures: on an empty gallery.
    """
    with tempfile.TemporaryDirectory() as empty, _page(pictures or Path(empty, "pictures")) as page:
        page.open()
        if pictures is not None:
            for _ in page.scroll():
                pass
            list(page.type())
        resident: int = psutil.Process().memory_info().rss
        return resident / 1e6


def times(pictures: Path) -> dict[str, Any]:
    """Milliseconds: until the first page is painted, of each frame and of each key."""
    with _page(pictures) as page:
        opened = page.open()
        return {
            "open": opened,
            "frames": list(page.scroll()),
            "keys": list(page.type()),
        }


@contextmanager
def _page(pictures: Path) -> Iterator[_Page]:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    find_makers()
    from pytestqt.qt_compat import qt_api

    qt_api.set_qt_api("pyside6")  # type: ignore[no-untyped-call]
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance() or QApplication([])
    from studio import open_studio
    from wurstdesk.session.interpreter import considerate_threads
    from wurstdesk.ui.main_window import MainWindow

    bot: Any = _Bot()
    with considerate_threads(), open_studio(bot, pictures) as studio:
        window = MainWindow(studio.state)
        window.resize(1440, 900)
        window.show()
        page = _Page(application, window, studio.state.gallery)
        page.wait(window.isVisible)
        yield page
        window.close()


class _Bot:
    """No test is run."""


class _Page:
    """A person at the page, and a stop-watch on the window's thread."""

    def __init__(self, application: Any, window: Any, view: Any) -> None:
        self._application, self._window, self._view = application, window, view

    def wait(self, until: Callable[[], bool]) -> None:
        """Let the window live until something is so."""
        deadline = time.perf_counter() + 60
        while not until():
            assert time.perf_counter() < deadline
            self._application.processEvents()
            time.sleep(0.001)

    def open(self) -> float:
        """Turn to the page and wait until all that is seen is painted."""
        started = time.perf_counter()
        self._window.show_page("gallery")
        self.wait(lambda: self._view.was_read)
        self.wait(self._is_painted)
        return (time.perf_counter() - started) * 1000

    def _is_painted(self) -> bool:
        """Whether the cards and thumbnails of what is seen are there."""
        grid = self._window.gallery.grid
        ids = self._view.found.ids
        rows = list(grid._places.rows_in(grid._seen()))
        cards = [self._view.card(ids[row]) for row in rows]
        return all(
            card is not None and self._view.thumbnails.find(card.content_hash, 0)[0] is not None
            for card in cards
        )

    def scroll(self) -> Iterator[tuple[float, float]]:
        """By the wheel, by pages and by the scroll bar; the work of each frame."""
        bar = self._window.gallery.grid.verticalScrollBar()
        page = max(1, bar.pageStep())
        for number in range(3 * _FRAMES):
            if number < _FRAMES:
                value = bar.value() + 60
            elif number < 2 * _FRAMES:
                value = bar.value() + page
            else:  # the whole bar in as many frames
                value = bar.maximum() * (number - 2 * _FRAMES) // _FRAMES
            yield self._frame(partial(bar.setValue, value))

    def _frame(self, change: Callable[[], object]) -> tuple[float, float]:
        """Change something and do what comes until the next frame, a piece at a time.

        How long that took, and how long of that the processor was at it.
        """
        started, spent, worked = time.perf_counter(), 0.0, 0.0
        while True:
            began, before = time.perf_counter(), time.thread_time()
            change()
            self._application.processEvents()
            spent += time.perf_counter() - began
            worked += time.thread_time() - before
            change = _nothing
            if time.perf_counter() - started >= FRAME:
                return spent * 1000, worked * 1000
            time.sleep(0.001)

    def type(self) -> Iterator[tuple[float, float]]:
        """Search letter by letter: until its tiles are read, and the processor's work here."""
        field = self._window.gallery.search.field
        for text in TYPED:
            for end in range(1, len(text) + 1):
                found, started, before = self._view.found, time.perf_counter(), time.thread_time()
                field.setText(text[:end])
                field.textEdited.emit(text[:end])
                while self._view.found is found or not self._has_cards():
                    self._application.processEvents()
                    time.sleep(0.0002)
                yield (time.perf_counter() - started) * 1000, (time.thread_time() - before) * 1000
                while time.perf_counter() - started < _KEY_EVERY:
                    self._application.processEvents()
                    time.sleep(0.001)

    def _has_cards(self) -> bool:
        grid, ids = self._window.gallery.grid, self._view.found.ids
        rows = grid._places.rows_in(grid._seen())
        return all(self._view.card(ids[row]) for row in rows if row < len(ids))


def _nothing() -> None:
    """No more to change in this frame."""
