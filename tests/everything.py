"""The window with all that it can show at once, and every dialog: for tests that go over it all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QWidget

from fake_shelf import BUILT_IN, GB, WHOLE, partial_item, prior_item
from fakes import DACKEL, PUBLISHED, Gate, full_disk
from studio import Studio
from wurstdesk.generation import GenerationRequest, KeptJob, StageProgress
from wurstdesk.generation.fetching import Planned, Progressed
from wurstdesk.generation.shelf import ImportPiece, ImportPlan, ImportRefusal
from wurstdesk.session.messages import MessageKind
from wurstdesk.session.proposal import propose
from wurstdesk.ui.main_window import MainWindow
from wurstdesk.ui.proposal_dialog import ProposalDialog

LONG = "a zebra in space and many, many more words than a line could hold"


def spoken_name(widget: QWidget) -> str:
    """What a screen reader gets."""
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


def settle() -> None:
    """Let what was asked for be laid out."""
    for _ in range(4):
        QCoreApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)


def show_everything(studio: Studio, window: MainWindow) -> Gate:
    """All rows, messages and fields at once; the job runs until the gate is opened."""
    studio.read_catalogue(DACKEL, PUBLISHED)
    studio.sink.failures.append(full_disk())
    studio.generate(prompt=LONG)
    studio.state.form.edit(width=1024, prior_guidance_scale=100.0, num_images=64)
    studio.state.form.edit(seed=4294967295)
    window.panel.advanced.heading.setChecked(True)
    gate = Gate()
    progress = StageProgress("decoder", 1000, 1000, 4000.0, tuple(range(64)))
    studio.generator.script = lambda _: [progress, gate]
    studio.state.generate()
    studio.state.generate()
    studio.state.showing.show_picture(1)
    studio.qtbot.waitUntil(lambda: window.progress.left.text() != "")
    return gate


def finish(studio: Studio, gate: Gate) -> None:
    """Let the job end."""
    studio.state.runner.clear_waiting()
    gate.open()
    studio.wait_until_idle()


def compare_two(studio: Studio, window: MainWindow) -> None:
    """Two pictures that have nothing in common."""
    studio.generate(prompt=LONG, negative_prompt="blurry", width=256)
    studio.generate(prompt="a dog", negative_prompt="", width=512, prior_guidance_scale=7.0)
    studio.state.showing.compare_with(1)
    assert window.canvas.compare.isVisible()


def own_steps(window: MainWindow) -> None:
    """The list of steps that somebody writes, with something wrong in it."""
    advanced = window.panel.advanced
    advanced.heading.setChecked(True)
    advanced.schedule.setCurrentIndex(advanced.schedule.count() - 1)
    advanced.schedule.activated.emit(advanced.schedule.count() - 1)
    assert advanced.own_list.isVisible()


def open_settings(studio: Studio, window: MainWindow) -> QWidget:
    """All settings."""
    del studio
    window.book["settings"].trigger()
    assert window.dialogs.settings is not None
    return window.dialogs.settings


def open_shortcuts(studio: Studio, window: MainWindow) -> QWidget:
    """All commands."""
    del studio
    window.book["shortcuts"].trigger()
    assert window.dialogs.shortcuts is not None
    return window.dialogs.shortcuts


def open_about(studio: Studio, window: MainWindow) -> QWidget:
    """What this is."""
    del studio
    window.book["about"].trigger()
    assert window.dialogs.about is not None
    return window.dialogs.about


def open_crash(studio: Studio, window: MainWindow) -> QWidget:
    """A bug's report."""
    del studio
    window.dialogs.show_report("ValueError: of a kind")
    assert window.dialogs.crash is not None
    return window.dialogs.crash


def open_style(studio: Studio, window: MainWindow) -> QWidget:
    """A new style."""
    studio.state.form.edit(prompt=LONG)
    window.book["save_style"].trigger()
    assert window.panel.style_row.dialog is not None
    return window.panel.style_row.dialog


def open_proposal(studio: Studio, window: MainWindow) -> QWidget:
    """What another picture's settings would change."""
    fields: dict[str, object] = {"prompt": LONG, "width": 512, "seed": 7}
    dialog = ProposalDialog(propose(studio.state.form, fields, title="Use"), window)
    dialog.open()
    return dialog


def open_resume(studio: Studio, window: MainWindow) -> QWidget:
    """What is to become of the jobs of the last session."""
    kept = [KeptJob(str(n), GenerationRequest(prompt=f"{n} {LONG}")) for n in range(5)]
    jobs = studio.state.runner.queue.restore(kept)
    studio.state.runner.set_paused(True)
    studio.state.runner.restored.emit(jobs, False)
    assert window.resume_question.box is not None
    return window.resume_question.box


def open_size_grid(studio: Studio, window: MainWindow) -> QWidget:
    """The size on a grid."""
    del studio
    window.panel.size_picker.grid_button.click()
    return window.panel.size_picker.popup


def open_checkpoints(studio: Studio, window: MainWindow) -> QWidget:
    """What is on the disk, while something is fetched and something waits for that."""
    checkpoints = studio.state.checkpoints
    studio.shelf.found = [BUILT_IN, WHOLE, partial_item(), prior_item(), prior_item("alone", ())]
    window.book["checkpoints"].trigger()
    studio.qtbot.waitUntil(lambda: len(checkpoints.shelf.items) == 5)
    checkpoints.shelf.choose("half-way")
    for offer in checkpoints.offers:
        checkpoints.fetching.get(offer)
    studio.qtbot.waitUntil(lambda: bool(studio.fetches.started))
    fetch, file = studio.fetches.last, "warp-ai/wuerstchen: decoder/model.safetensors"
    fetch.say(Planned((), 12 * GB, 0, {}, (), 0, 0))
    fetch.say(Progressed(4 * GB, 12 * GB, 25e6, 330.0, file, GB, 4 * GB))
    studio.qtbot.waitUntil(lambda: checkpoints.fetching.jobs[0].done > 0)
    assert window.dialogs.checkpoints is not None
    return window.dialogs.checkpoints


def open_get(studio: Studio, window: MainWindow) -> QWidget:
    """What can be fetched."""
    del studio
    window.dialogs.show_get()
    assert window.dialogs.checkpoints is not None
    assert window.dialogs.checkpoints.get_dialog is not None
    return window.dialogs.checkpoints.get_dialog


def open_import(studio: Studio, window: MainWindow) -> QWidget:
    """What somebody brought."""
    names = ("diffusion_pytorch_model.safetensors", "model.safetensors")
    pieces = tuple(ImportPiece(Path(f"/usb/{n}"), Path(f"/m/{n}"), GB, "weights") for n in names)
    refused = (ImportRefusal(Path("/usb/model.bin"), "it is a pickle, which is never read"),)
    studio.shelf.plan = ImportPlan(pieces, ("wuerstchen",), ("the prior",), refused)
    window.book["checkpoints"].trigger()
    dialog = window.dialogs.checkpoints
    assert dialog is not None
    dialog.bringing.take([Path("/usb")])
    studio.qtbot.waitUntil(lambda: dialog.bringing.question is not None)
    assert dialog.bringing.question is not None
    return dialog.bringing.question


def open_welcome(studio: Studio, window: MainWindow) -> QWidget:
    """The first start, with two checkpoints of other programs."""
    studio.shelf.found = [BUILT_IN, WHOLE, prior_item()]
    window.dialogs.welcome_once()
    studio.qtbot.waitUntil(lambda: window.dialogs.welcome is not None)
    assert window.dialogs.welcome is not None
    return window.dialogs.welcome


Open = Callable[[Studio, MainWindow], QWidget]
DIALOGS: dict[str, Open] = {
    "settings": open_settings,
    "shortcuts": open_shortcuts,
    "about": open_about,
    "crash": open_crash,
    "style": open_style,
    "proposal": open_proposal,
    "resume": open_resume,
    "size grid": open_size_grid,
    "checkpoints": open_checkpoints,
    "get": open_get,
    "import": open_import,
    "welcome": open_welcome,
}


@contextmanager
def opened(name: str, studio: Studio, window: MainWindow) -> Iterator[QWidget]:
    """A dialog by its name, closed afterwards."""
    dialog = DIALOGS[name](studio, window)
    settle()
    assert dialog.isVisible()
    yield dialog
    dialog.close()
    studio.state.runner.clear_waiting()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def post_messages(studio: Studio) -> None:
    """More than the bar shows at once."""
    for number in range(5):
        studio.state.messages.post(MessageKind.NOTE, f"{number}: {LONG}", LONG, details="why")
