"""Pictures dropped on the window: on a field only what belongs there, elsewhere everything."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QStandardPaths, Slot
from PySide6.QtWidgets import QDockWidget, QFileDialog, QWidget

from wurstdesk.session.dropped import PICTURE_SUFFIXES, PictureRead, ReadPicture
from wurstdesk.session.messages import MessageKind
from wurstdesk.session.proposal import fields_of_picture, propose, use
from wurstdesk.session.state import StudioState
from wurstdesk.ui.commands import CommandBook
from wurstdesk.ui.drop_target import DropTarget, Kind
from wurstdesk.ui.generation_panel import GenerationPanel
from wurstdesk.ui.i18n import size_text
from wurstdesk.ui.picture_mime import REQUEST_MIME, mime_of, pictures_in, request_in
from wurstdesk.ui.proposal_dialog import ProposalDialog

__all__ = ["REQUEST_MIME", "PictureDrops", "install_drops", "mime_of"]

_KEY = "dropped picture"


class PictureDrops(QObject):
    """Takes what was dropped into the form. A file is read in the keeper's thread."""

    def __init__(self, state: StudioState, window: QWidget, book: CommandBook) -> None:
        super().__init__(window)
        self._state = state
        self.targets: dict[Kind, DropTarget] = {}
        self.dialog: ProposalDialog | None = None
        self.file_dialog: QFileDialog | None = None
        places = QStandardPaths.StandardLocation.PicturesLocation
        self._folder = str(state.pictures_folder or QStandardPaths.writableLocation(places))
        book.add(
            "take_from_file",
            "file",
            self.tr("Use the settings of a &picture…"),
            "Ctrl+O",
            run=self.ask_for_file,
            tip=self.tr("Read from a picture file how it was made"),
        )

    def add_target(self, widget: QWidget, kind: Kind) -> None:
        """Let pictures be dropped there."""
        self.targets[kind] = self._target(widget, kind)

    def add_panel(self, dock: QDockWidget) -> None:
        """Let pictures be dropped on a panel also where it floats beside the window."""
        self._target(dock, "window")

    def _target(self, widget: QWidget, kind: Kind) -> DropTarget:
        words: dict[Kind, str] = {
            "seed": self.tr("Take only the seed"),
            "size": self.tr("Take only the size"),
            "prompt": self.tr("Take only the prompt"),
            "negative_prompt": self.tr("Take only the negative prompt"),
            "window": self.tr("Take all settings, after showing what will change"),
        }
        target = DropTarget(widget, kind, words[kind])
        target.dropped.connect(self._on_dropped)
        return target

    @Slot()
    def ask_for_file(self) -> None:
        """Choose a file in place of dropping one."""
        dialog = QFileDialog(self._window(), self.tr("Use the settings of a picture"), self._folder)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        patterns = " ".join(f"*{suffix}" for suffix in sorted(PICTURE_SUFFIXES))
        dialog.setNameFilter(self.tr("Pictures ({0})").format(patterns))
        dialog.fileSelected.connect(self._on_file)
        dialog.finished.connect(self._on_file_dialog_finished)
        self.file_dialog = dialog
        dialog.open()

    def read(self, path: Path, kind: Kind, count: int = 1) -> None:
        """Read how a picture was made, and take from it what ``kind`` says."""
        self._state.keeper.do(ReadPicture(path, kind, count), self._on_read)

    # -- what comes ---------------------------------------------------------------------------

    @Slot(str, object)
    def _on_dropped(self, kind: Kind, mime: QMimeData) -> None:
        paths, request = pictures_in(mime), request_in(mime)
        if request is not None:
            name = paths[0].name if paths else ""
            self._take(kind, fields_of_picture(request), name)
        elif paths:
            self.read(paths[0], kind, len(paths))
        else:
            self._say_nothing_found("")

    @Slot(object)
    def _on_read(self, answer: PictureRead) -> None:
        note = ""
        if answer.count > 1:
            note = self.tr("Of {0} pictures only the first was read.").format(answer.count)
        if answer.kind == "window":
            note = " ".join(filter(None, (note, *answer.notes)))
        self._take(answer.kind, answer.fields(self._state.form), answer.path.name, note)

    @Slot(str)
    def _on_file(self, name: str) -> None:
        self._folder = str(Path(name).parent)
        self.read(Path(name), "window")

    @Slot()
    def _on_file_dialog_finished(self) -> None:
        if self.file_dialog is not None:
            self.file_dialog.deleteLater()
            self.file_dialog = None

    # -- taking it ----------------------------------------------------------------------------

    def _take(self, kind: str, fields: dict[str, object], name: str, note: str = "") -> None:
        self._state.messages.dismiss_key(_KEY)
        if not fields:
            self._say_nothing_found(name)
        elif kind == "window":
            self._propose(fields, name, note)
        else:
            wanted = {"width", "height"} if kind == "size" else {kind}
            self._take_only(kind, {k: v for k, v in fields.items() if k in wanted}, note)

    def _take_only(self, kind: str, fields: dict[str, object], note: str) -> None:
        if not any(value not in {"", None} for value in fields.values()):
            self._say(self._missing(kind))
            return
        proposal = propose(self._state.form, fields)
        if kind == "seed" and proposal.changes:
            self._state.form.take_seed(int(str(proposal.fields()["seed"])))
        else:
            self._state.form.edit(**proposal.fields())
        if proposal.notes:
            self._say(proposal.notes[0])
            return
        self._state.told.emit(f"{self._taken(kind)} {note}".strip())

    def _missing(self, kind: str) -> str:
        return {
            "seed": self.tr("This picture does not say its seed."),
            "size": self.tr("This picture does not say the size that was asked for."),
            "prompt": self.tr("This picture was made without a prompt."),
        }.get(kind, self.tr("This picture was made without a negative prompt."))

    def _taken(self, kind: str) -> str:
        request = self._state.form.request
        return {
            "seed": self.tr("Seed {0} was taken from the picture.").format(request.seed),
            "size": self.tr("Size {0} was taken from the picture.").format(
                size_text(request.width, request.height)
            ),
            "prompt": self.tr("The prompt was taken from the picture."),
        }.get(kind, self.tr("The negative prompt was taken from the picture."))

    def _propose(self, fields: dict[str, object], name: str, note: str) -> None:
        title = self.tr("Use the settings of “{0}”").format(name) if name else ""
        proposal = propose(self._state.form, fields, title=title)
        if note:
            proposal = replace(proposal, notes=(*proposal.notes, note))
        if self.dialog is not None:
            self.dialog.reject()  # the newer picture counts
        self.dialog = ProposalDialog(proposal, self._window())
        self.dialog.accepted_fields.connect(self._on_fields)
        self.dialog.finished.connect(self._on_dialog_finished)
        self.dialog.open()

    @Slot(object)
    def _on_fields(self, fields: dict[str, object]) -> None:
        use(self._state.form, fields)
        self._state.told.emit(self.tr("The settings were taken from the picture."))

    @Slot()
    def _on_dialog_finished(self) -> None:
        self.dialog = None

    def _say_nothing_found(self, name: str) -> None:
        subject = self.tr("“{0}” does not say how it was made.").format(name)
        self._say(subject if name else self.tr("This picture does not say how it was made."))

    def _say(self, text: str) -> None:
        self._state.messages.post(MessageKind.NOTE, text, key=_KEY)

    def _window(self) -> QWidget | None:
        # Asked for, not kept: a reference back would be a cycle for the garbage collector.
        parent = self.parent()
        return parent if isinstance(parent, QWidget) else None


def install_drops(
    window: QWidget, panel: GenerationPanel, state: StudioState, book: CommandBook
) -> PictureDrops:
    """Let pictures be dropped on the window and on the fields of its panel."""
    drops = PictureDrops(state, window, book)
    drops.add_target(window, "window")
    drops.add_target(panel.seed, "seed")
    drops.add_target(panel.size_picker, "size")
    drops.add_target(panel.prompt, "prompt")
    drops.add_target(panel.negative_prompt, "negative_prompt")
    return drops
