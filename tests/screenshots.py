"""Pictures of the window in each of its states, made with the real engine and the built-in Dackel.

    .venv/bin/python tests/screenshots.py FOLDER [--only WORD]...

Each state is drawn light and dark, at the size of a small and of a usual screen, some also with
larger text and on a narrow window. A picture's name tells the size that the window really took.
Look at them: nothing may be clipped, overlap, or be out of line. Without a display the offscreen
platform is used, with a usual screen.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, Qt
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from wurstdesk import app
from wurstdesk.generation import GenerationRequest, KeptJob
from wurstdesk.log import prepare_environment
from wurstdesk.paths import Home
from wurstdesk.session.failures import Failure
from wurstdesk.session.jobs import JobState
from wurstdesk.session.messages import MessageAction, MessageKind
from wurstdesk.settings import PAGES

PROMPT = "a very long+ red++ sausage dog with a blue collar and a house- on snow at night"
STRANGE = "a (red:1.3) sausage dog)) with a zeppelin++ and a {red|blue} collar, " + ", ".join(
    f"a {colour} tree on grass at sunset" for colour in ("green", "yellow", "red", "blue") * 3
)
PATIENCE = 300.0
SMALL, USUAL, NARROW, LARGE = (1280, 720), (1440, 900), (800, 600), (3840, 2160)
SCREEN = {
    "name": "screen",
    "x": 0,
    "y": 0,
    "width": USUAL[0],
    "height": USUAL[1],
    "logicalDpi": 96,
    "logicalBaseDpi": 96,
    "dpr": 1,
}


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
        """One state, light and dark: of the window, or of a ``widget`` as large as it is."""
        if self._only and not any(word in name for word in self._only):
            return
        window = self._studio.window
        self._studio.state.change_settings(interface_scale=scale)
        self.settle()
        for theme in ("light", "dark"):
            self._studio.state.change_settings(theme=theme)
            for width, height in sizes if widget is None else sizes[:1]:
                if widget is None:
                    window.resize(width, height)
                self.settle()
                picture = (widget or window).grab()
                size = f"{picture.width()}x{picture.height()}"
                picture.save(str(self._folder / f"{name}-{theme}-{size}.png"))
        if scale != 100:
            self._studio.state.change_settings(interface_scale=100)
            self.settle()

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
    camera.take("01-empty-double", scale=200)
    camera.wait_until(lambda: state.plan is not None and state.loading is None)
    _fill(studio)
    camera.settle(1)
    camera.take("02-written")
    _draw(studio, camera)
    _look(studio, camera)
    _compare(studio, camera)
    _write(studio, camera)
    _gallery(studio, camera)
    _dialogs(studio, camera)
    _queue(studio, camera)
    _fail(studio, camera, home)
    window.close()


def _fill(studio: app.Studio) -> None:
    form = studio.state.form
    form.edit(prompt=PROMPT, negative_prompt="blurry, text", seed=482_915_036, num_images=4)
    form.edit(width=384, height=384)
    form.set_seed_random(False)


def _draw(studio: app.Studio, camera: Photographer) -> None:
    state, window = studio.state, studio.window
    window.book["generate"].trigger()
    state.form.edit(prompt="a yellow sausage dog on grass", num_images=2)
    window.book["generate"].trigger()
    state.form.edit(prompt="a brown sausage dog, mountains", width=512, num_images=1)
    window.book["generate"].trigger()
    camera.wait_until(lambda: any(not cell.image.isNull() for cell in state.round.cells))
    camera.take("03-generating", sizes=(USUAL,))
    camera.take("03-generating-narrow", sizes=(NARROW,))
    camera.take("03-generating-double", sizes=(SMALL,), scale=200)
    camera.wait_until(lambda: len(state.pictures) >= 4)
    camera.wait_until(lambda: not state.is_running and not state.queue.waiting)


def _look(studio: app.Studio, camera: Photographer) -> None:
    state, window = studio.state, studio.window
    camera.take("04-done")
    state.showing.show_picture(2)
    camera.take("05-one-picture")
    camera.take("05-one-picture-half-more", scale=150)
    camera.take("05-one-picture-double", scale=200)
    camera.take("05-one-picture-narrow", sizes=(NARROW,))
    camera.take("05-one-picture-4k", sizes=(LARGE,))
    for name in window.studio.docks:
        window.studio.raise_dock(name)
        camera.take(f"06-{name}")
        camera.take(f"06-{name}-double", sizes=(USUAL,), scale=200)


def _compare(studio: app.Studio, camera: Photographer) -> None:
    state = studio.state
    state.showing.compare_with(5)
    for mode in ("slider", "side", "flick"):
        state.showing.comparison.set_mode(mode)
        camera.take(f"07-compare-{mode}")
    camera.take("07-compare-double", scale=200)
    camera.take("07-compare-narrow", sizes=(NARROW,))
    state.showing.comparison.stop()


def _write(studio: app.Studio, camera: Photographer) -> None:
    """What the panel has to say, and all of it that can be unfolded."""
    state, panel = studio.state, studio.window.panel
    state.form.edit(prompt=STRANGE, negative_prompt="((bad]], ugly", width=1024)
    panel.prompt.moveCursor(QTextCursor.MoveOperation.End)
    camera.settle(1.5)
    camera.take("08-problems")
    camera.take("08-problems-double", sizes=(USUAL,), scale=200)
    _fill(studio)
    panel.advanced.heading.setChecked(True)
    camera.take("09-advanced", sizes=(USUAL,))
    schedule = panel.advanced.schedule
    schedule.setCurrentIndex(schedule.count() - 1)
    schedule.activated.emit(schedule.count() - 1)
    panel.advanced.own_list.setFocus()
    for scale, name in ((100, "09-own-steps"), (200, "09-own-steps-double")):
        state.change_settings(interface_scale=scale)
        camera.settle()
        _scroll_down(panel)
        camera.take(name, panel, scale=scale)
    state.form.reset("prior_timesteps", "prior_num_inference_steps")
    panel.advanced.heading.setChecked(False)
    for scale, name in ((200, "10-size-grid-double"), (100, "10-size-grid")):
        state.change_settings(interface_scale=scale)
        camera.settle()
        panel.size_picker.grid_button.click()
        camera.settle()
        camera.take(name, panel.size_picker.popup, scale=scale)
        panel.size_picker.popup.close()


def _scroll_down(panel: QWidget) -> None:
    key = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(QApplication.focusWidget() or panel, key)  # what has the focus is seen


def _gallery(studio: app.Studio, camera: Photographer) -> None:
    state, window = studio.state, studio.window
    window.show_page("gallery")
    camera.wait_until(lambda: state.gallery.was_read)
    camera.settle(0.5)
    camera.take("11-gallery-unchosen", sizes=(SMALL,))
    window.gallery.go_to_pictures()
    camera.settle(0.5)
    camera.take("12-gallery")
    camera.take("12-gallery-double", scale=200, sizes=(SMALL,))
    window.show_page("studio")


def _dialogs(studio: app.Studio, camera: Photographer) -> None:
    window = studio.window
    window.dialogs.show_settings()
    assert window.dialogs.settings is not None
    for page in PAGES:
        window.dialogs.settings.open_at(page)
        camera.settle()
        camera.take(f"13-settings-{page}", window.dialogs.settings)
    camera.take("13-settings-double", window.dialogs.settings, scale=200)
    for scale, name in ((100, ""), (200, "-double")):
        studio.state.change_settings(interface_scale=scale)
        camera.settle()
        for kind, open_it in _openers(studio, camera).items():
            dialog = open_it()
            assert dialog is not None, kind
            camera.settle(0.5)
            camera.take(f"{kind}{name}", dialog, scale=scale)
            studio.state.change_settings(interface_scale=scale)
            dialog.close()
    studio.state.change_settings(interface_scale=100)
    window.dialogs.close_all()


def _openers(studio: app.Studio, camera: Photographer) -> dict[str, Callable[[], QDialog | None]]:
    window = studio.window

    def shortcuts() -> QDialog | None:
        window.dialogs.show_shortcuts()
        return window.dialogs.shortcuts

    def style() -> QDialog | None:
        window.book["save_style"].trigger()
        return window.panel.style_row.dialog

    def proposal() -> QDialog | None:
        newest = list(studio.state.pictures)[-1]
        assert newest.path is not None
        window.drops.read(newest.path, "window")
        camera.wait_until(lambda: window.drops.dialog is not None)
        return window.drops.dialog

    def crash() -> QDialog | None:
        lines = "\n".join(f"  in line {number} of a file" for number in range(40))
        window.dialogs.show_report(f"Traceback (most recent call last):\n{lines}\nValueError")
        return window.dialogs.crash

    return {
        "14-shortcuts": shortcuts,
        "15-style": style,
        "16-proposal": proposal,
        "17-crash": crash,
    }


def _queue(studio: app.Studio, camera: Photographer) -> None:
    """A queue in which everything has happened, and one that an earlier session left."""
    state, window = studio.state, studio.window
    queue = state.runner.queue
    failure = Failure("The disk is full.", "Make room on it, then save again.")
    window.studio.raise_dock("queue")
    for end, why in ((JobState.FAILED, failure), (JobState.CANCELLED, None)):
        queue.add(state.form.request.changed(prompt=f"a dog that was {end.value}", num_images=2))
        queue.start_next()
        queue.finish(end, why)
    kept = [
        KeptJob(f"left {number}", GenerationRequest(prompt=text, checkpoint="dackel"))
        for number, text in enumerate((PROMPT, "a short pink sausage dog", "a green house", "hm"))
    ]
    jobs = queue.restore(kept)
    state.runner.set_paused(True)
    camera.take("18-paused")
    camera.take("18-paused-double", scale=200, sizes=(SMALL,))
    for scale, name in ((200, "19-resume-double"), (100, "19-resume")):
        state.change_settings(interface_scale=scale)
        state.runner.restored.emit(jobs, True)
        camera.settle(0.5)
        camera.take(name, window.resume_question.box, scale=scale)
        state.unfinished.keep_paused()
    queue.cancel(jobs)
    state.runner.set_paused(False)
    camera.settle()
    camera.take("20-explained", sizes=(SMALL,))
    state.messages.dismiss_all()


def _fail(studio: app.Studio, camera: Photographer, home: Home) -> None:
    """A file where the pictures' folder was: saving fails, and the window says so."""
    state = studio.state
    home.pictures.rename(home.pictures.with_name("elsewhere"))
    home.pictures.write_text("in the way", encoding="utf-8")
    state.form.edit(num_images=1)
    studio.window.book["generate"].trigger()
    camera.wait_until(lambda: bool(state.pictures.unsaved))
    camera.wait_until(lambda: not state.is_running)
    camera.take("21-not-saved")
    camera.take("21-not-saved-double", scale=200)
    state.messages.post(
        MessageKind.NOTE,
        "Wurstdesk ended unexpectedly last time.",
        "What was saved is still there. The report may help to mend it.",
        actions=(MessageAction.SHOW_REPORT,),
        report="…",
    )
    for number in range(3):
        state.messages.post(MessageKind.NOTE, f"A note with the number {number}.")
    camera.take("22-messages", sizes=(SMALL,))
    for picture in state.pictures:
        picture.unsaved = None  # so that nobody is asked at the end


def _choose_platform(folder: Path) -> None:
    if not any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))):
        screens = folder / "screens.json"
        screens.write_text(json.dumps({"screens": [SCREEN]}), encoding="utf-8")
        os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={screens}"


def main() -> int:
    """Take all of them; returns the process's exit code."""
    parser = argparse.ArgumentParser(description="Pictures of the window in each of its states.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", action="append", default=[], help="part of a picture's name")
    given = parser.parse_args()
    prepare_environment()
    with tempfile.TemporaryDirectory() as place:
        _choose_platform(Path(place))
        app.make_application()
        home = Home.inside(Path(place))
        with app.Studio(home) as studio:
            walk(studio, Photographer(studio, given.folder, given.only), home)
    return 0


if __name__ == "__main__":
    sys.exit(main())
