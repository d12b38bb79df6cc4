"""Pictures of the window in each of its states, made with the real engine and the built-in Dackel.

    .venv/bin/python tests/screenshots.py FOLDER [--only WORD]...

Each state is drawn light and dark, at 1280x720 and 1440x900, some also at twice the text size and
on a narrow window. Look at them: nothing may be clipped, overlap, or be out of line. Without a
display the offscreen platform is used.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

if not any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))):
    os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QCoreApplication, QEventLoop
from PySide6.QtWidgets import QDialog, QWidget

from wurstdesk import app
from wurstdesk.log import prepare_environment
from wurstdesk.paths import Home

PROMPT = "a very long+ red++ sausage dog with a blue collar and a house- on snow at night"
PATIENCE = 300.0
SMALL, USUAL, NARROW, LARGE = (1280, 720), (1440, 900), (1024, 680), (3840, 2160)


class Photographer:
    """Leads one window through its states and takes pictures of it."""

    def __init__(self, studio: app.Studio, folder: Path, only: list[str]) -> None:
        self._studio = studio
        self._folder = folder
        self._only = only
        folder.mkdir(parents=True, exist_ok=True)

    def take(
        self,
        name: str,
        widget: QWidget | None = None,
        sizes: tuple[tuple[int, int], ...] = (SMALL, USUAL),
        scale: int = 100,
    ) -> None:
        """One state, light and dark."""
        if self._only and not any(word in name for word in self._only):
            return
        window = self._studio.window
        self._studio.state.change_settings(interface_scale=scale)
        for theme in ("light", "dark"):
            self._studio.state.change_settings(theme=theme)
            for width, height in sizes:
                window.resize(width, height)
                self.settle()
                path = self._folder / f"{name}-{theme}-{width}x{height}.png"
                (widget or window).grab().save(str(path))
                if widget is not None:
                    break  # a dialog has its own size
        self._studio.state.change_settings(interface_scale=100)

    def settle(self, seconds: float = 0.25) -> None:
        """Let the window lay itself out and paint."""
        end = time.monotonic() + seconds
        self.wait_until(lambda: time.monotonic() > end)

    def wait_until(self, holds: Callable[[], bool]) -> None:
        """Run the event loop until something holds."""
        end = time.monotonic() + PATIENCE
        while not holds():
            if time.monotonic() > end:
                raise TimeoutError("the window did not get there")
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
            time.sleep(0.005)


def walk(studio: app.Studio, camera: Photographer, home: Home) -> None:
    """From the empty window to all that it can show."""
    state, window = studio.state, studio.window
    studio.show()
    camera.wait_until(lambda: state.form.checkpoint is not None)
    camera.take("01-empty")
    camera.take("02-empty-double", scale=200, sizes=(USUAL,))
    camera.wait_until(lambda: state.plan is not None and state.loading is None)
    state.form.edit(prompt=PROMPT, negative_prompt="blurry, text", seed=482_915_036, num_images=4)
    state.form.set_seed_random(False)
    camera.settle(1)
    camera.take("03-written")
    _draw(studio, camera)
    _look(studio, camera)
    _dialogs(studio, camera)
    _fail(studio, camera, home)
    window.close()


def _draw(studio: app.Studio, camera: Photographer) -> None:
    state, window = studio.state, studio.window
    window.book["generate"].trigger()
    state.form.edit(prompt="a yellow sausage dog on grass", num_images=2)
    window.book["generate"].trigger()
    state.form.edit(prompt="a brown sausage dog, mountains", width=512, num_images=1)
    window.book["generate"].trigger()
    camera.wait_until(lambda: any(not cell.image.isNull() for cell in state.round.cells))
    camera.take("04-generating", sizes=(USUAL,))
    camera.take("05-generating-narrow", sizes=(NARROW,))
    camera.wait_until(lambda: len(state.pictures) >= 4)
    camera.wait_until(lambda: not state.is_running and not state.queue.waiting)


def _look(studio: app.Studio, camera: Photographer) -> None:
    state, window = studio.state, studio.window
    camera.take("06-done")
    state.showing.show_picture(2)
    camera.take("07-one-picture")
    for name in window.studio.docks:
        window.studio.raise_dock(name)
        camera.take(f"08-{name}", sizes=(USUAL,))
    camera.take("09-one-picture-double", scale=200, sizes=(USUAL,))
    camera.take("10-one-picture-4k", sizes=(LARGE,))
    window.panel.advanced.heading.setChecked(True)
    camera.take("11-advanced")
    window.panel.advanced.heading.setChecked(False)
    window.show_page("gallery")
    camera.wait_until(lambda: state.gallery.was_read)
    camera.settle(0.5)
    camera.take("12-gallery-unchosen", sizes=(SMALL,))
    window.gallery.grid.setCurrentIndex(window.gallery.grid.model().index(0, 0))
    camera.settle(0.5)
    camera.take("13-gallery")
    window.show_page("studio")


def _dialogs(studio: app.Studio, camera: Photographer) -> None:
    window = studio.window
    for name, command in (("14-settings", "settings"), ("15-shortcuts", "shortcuts")):
        window.book[command].trigger()
        camera.settle(0.5)
        dialog: QDialog = getattr(window.dialogs, command)
        camera.take(name, dialog)
        camera.take(f"{name}-double", dialog, scale=200)
        dialog.close()


def _fail(studio: app.Studio, camera: Photographer, home: Home) -> None:
    """A file where the pictures' folder was: saving fails, and the window says so."""
    state = studio.state
    home.pictures.rename(home.pictures.with_name("elsewhere"))
    home.pictures.write_text("in the way", encoding="utf-8")
    studio.window.book["generate"].trigger()
    camera.wait_until(lambda: bool(state.pictures.unsaved))
    camera.wait_until(lambda: not state.is_running)
    camera.take("16-not-saved")
    camera.take("17-not-saved-double", scale=200, sizes=(USUAL,))
    for picture in state.pictures:
        picture.unsaved = None  # so that nobody is asked at the end


def main() -> int:
    """Take all of them; returns the process's exit code."""
    parser = argparse.ArgumentParser(description="Pictures of the window in each of its states.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", action="append", default=[], help="part of a picture's name")
    given = parser.parse_args()
    prepare_environment()
    app.make_application()
    with tempfile.TemporaryDirectory() as place:
        home = Home.inside(Path(place))
        with app.Studio(home) as studio:
            walk(studio, Photographer(studio, given.folder, given.only), home)
    return 0


if __name__ == "__main__":
    sys.exit(main())
