"""What the desktop around the window is told."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from fakes import Gate, picture_of
from studio import Studio
from wurstdesk.errors import UserError
from wurstdesk.generation import PictureReady, StageProgress
from wurstdesk.ui.desktop.launcher_entry import LauncherEntry
from wurstdesk.ui.desktop.notifications import DoneNotification
from wurstdesk.ui.desktop.notifier import Notifier
from wurstdesk.ui.desktop.portal import PortalNotifier
from wurstdesk.ui.desktop.taskbar import TaskbarProgress


@dataclass
class Taskbar:
    """Remembers what it was to show."""

    shown: list[int | None] = field(default_factory=list)

    def show(self, percent: int | None) -> None:
        self.shown.append(percent)


class Refusing:
    """A taskbar that is broken."""

    asked = 0

    def show(self, percent: int | None) -> None:
        self.asked += 1
        raise OSError("no taskbar")


class SpyNotifier(Notifier):
    """Remembers what was said."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[tuple[str, str]] = []

    def show(self, title: str, text: str) -> None:
        self.said.append((title, text))


def run_half(studio: Studio, gate: Gate) -> None:
    studio.generator.script = lambda r: [
        StageProgress("prior", 5, 10, 4.0),
        gate,
        PictureReady(picture_of(r)),
    ]
    studio.state.generate()
    gate.wait_until_reached()


def test_the_taskbar_and_the_title_follow_the_job(qtbot: QtBot, studio: Studio) -> None:
    window, taskbar, gate = QWidget(), Taskbar(), Gate()
    qtbot.addWidget(window)
    TaskbarProgress(studio.state, window, taskbar)

    run_half(studio, gate)
    qtbot.waitUntil(lambda: bool(taskbar.shown and taskbar.shown[-1]))
    assert window.windowTitle() == "35 % – Wurstdesk"

    gate.open()
    studio.wait_until_idle()
    assert taskbar.shown[-1] is None
    assert window.windowTitle() == "Wurstdesk"


def test_a_broken_taskbar_is_asked_once(qtbot: QtBot, studio: Studio) -> None:
    window, taskbar = QWidget(), Refusing()
    qtbot.addWidget(window)
    TaskbarProgress(studio.state, window, taskbar)

    studio.generate()

    assert taskbar.asked == 1
    assert len(studio.state.pictures) == 1


def test_the_launcher_is_told_a_fraction() -> None:
    uri, entry = LauncherEntry().message(35).arguments()
    assert uri == "application://wurstdesk.desktop"
    assert entry == {"progress": 0.35, "progress-visible": True}
    assert LauncherEntry().message(None).arguments()[1]["progress-visible"] is False


def test_notified_when_the_queue_is_done_and_the_window_is_behind(
    qtbot: QtBot, studio: Studio
) -> None:
    window, notifier = QWidget(), SpyNotifier()
    qtbot.addWidget(window)
    done = DoneNotification(studio.state, window, notifier)

    studio.generate(num_images=2, prompt="a secret dog")

    assert notifier.said == [("Wurstdesk is done", "Pictures finished: 2")]
    with qtbot.waitSignal(done.activated):
        notifier.clicked.emit()
    assert studio.state.showing.picture is list(studio.state.pictures)[-1]


def test_failures_are_told_too(qtbot: QtBot, studio: Studio) -> None:
    window, notifier = QWidget(), SpyNotifier()
    qtbot.addWidget(window)
    DoneNotification(studio.state, window, notifier)
    studio.generator.script = lambda r: [UserError("No room.")]

    studio.generate()

    assert notifier.said == [("Wurstdesk is done", "0 pictures finished, 1 jobs failed")]


def test_no_word_where_the_window_is_in_front_or_it_is_not_wanted(
    qtbot: QtBot, studio: Studio
) -> None:
    window, notifier = QWidget(), SpyNotifier()
    qtbot.addWidget(window)
    DoneNotification(studio.state, window, notifier)
    studio.state.change_settings(notify_when_done=False)
    studio.generate()
    studio.state.change_settings(notify_when_done=True)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    studio.generate()
    assert notifier.said == []


def test_the_portal_is_told_and_only_our_click_counts(qtbot: QtBot) -> None:
    notifier = PortalNotifier()
    name, words = notifier.message("Done", "Pictures finished: 1").arguments()
    assert (words["title"], words["body"]) == ("Done", "Pictures finished: 1")

    with qtbot.assertNotEmitted(notifier.clicked):
        notifier.on_action("another program's", words["default-action"], [])
    with qtbot.waitSignal(notifier.clicked):
        notifier.on_action(name, words["default-action"], [])
