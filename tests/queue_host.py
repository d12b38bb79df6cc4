"""A window with nothing but the queue, and jobs to fill it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QMainWindow, QVBoxLayout, QWidget

from fakes import Gate, picture_of
from studio import Studio
from wurstdesk.generation import GenerationRequest, PictureReady, StageProgress
from wurstdesk.session.jobs import Job
from wurstdesk.ui.commands import CommandBook
from wurstdesk.ui.progress_row import ProgressRow
from wurstdesk.ui.queue_panel import QueuePanel


class Host(QMainWindow):
    """A window with nothing but the panel, its commands in a menu bar, and the progress row."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.book = CommandBook(self)
        self.panel = QueuePanel(studio.state, self.book)
        self.row = ProgressRow(studio.state)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.addWidget(self.panel, 1)
        column.addWidget(self.row)
        self.setCentralWidget(middle)
        self.book.fill(self.menuBar())
        studio.state.activity_changed.connect(self.book.refresh)

    def rows(self) -> list[str]:
        """What a screen reader reads of each row."""
        model = self.panel.view.queue_model
        role = Qt.ItemDataRole.AccessibleTextRole
        return [model.index(row).data(role) for row in range(model.rowCount())]

    def prompts(self) -> str:
        """All rows, by their prompts."""
        model = self.panel.view.queue_model
        return " ".join(model.index(row).data() for row in range(model.rowCount()))


@contextmanager
def open_host(studio: Studio) -> Iterator[Host]:
    """A shown, active window; gone afterwards."""
    window = Host(studio)
    window.resize(300, 600)
    with studio.qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    studio.qtbot.waitUntil(window.isActiveWindow)
    yield window
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@contextmanager
def first_job_waits(studio: Studio) -> Iterator[Gate]:
    """Where the first job stands; opened, and the rest cleared, at the end."""
    made = Gate()
    studio.generator.script = lambda r: [
        StageProgress("prior", 18, 29, 21.2, tuple(range(r.num_images))),
        made,
        *(PictureReady(picture_of(r, index)) for index in range(r.num_images)),
    ]
    yield made
    studio.state.runner.clear_waiting()
    made.open()
    studio.wait_until_idle()


def add(studio: Studio, prompt: str, count: int = 1) -> Job:
    """A job of so many pictures."""
    return studio.state.runner.add(
        GenerationRequest(prompt=prompt, width=384, height=256, num_images=count)
    )


def fill(studio: Studio, gate: Gate, *prompts: str) -> list[Job]:
    """One that runs and is at step 18, and the others waiting."""
    jobs = [add(studio, prompt) for prompt in prompts]
    gate.wait_until_reached()
    studio.qtbot.waitUntil(lambda: studio.state.runner.time.running == 21.2)
    return jobs
