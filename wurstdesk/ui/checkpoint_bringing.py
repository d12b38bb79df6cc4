"""Checkpoints that somebody brings by hand: asks for them, and shows first what they are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QSize, Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QMenu,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from wurstdesk.generation.shelf import ImportPlan
from wurstdesk.session.checkpoint_shelf import CheckpointShelf, Outcome, bytes_words
from wurstdesk.session.state import StudioState
from wurstdesk.ui.checkpoint_words import lacks_words
from wurstdesk.ui.controls import Remark, SideScrollArea, TightContent, dim_label, text_size
from wurstdesk.ui.value_label import breakable

_NAMED = 8
"""Files up to so many are named; the rest is counted."""


class CheckpointBringing(QObject):
    """Belongs to the dialog of checkpoints."""

    def __init__(self, state: StudioState, window: QWidget) -> None:
        super().__init__(window)
        self._state = state
        self._shelf = state.checkpoints.shelf
        self.dialog: QFileDialog | None = None
        self.menu: QMenu | None = None
        self.question: ImportDialog | None = None
        self._shelf.recognised.connect(self._on_recognised)

    @Slot()
    def ask(self) -> None:
        """A folder, or files?"""
        menu = QMenu(self._window())
        menu.addAction(self.tr("A &folder…"), self.ask_for_brought_folder)
        menu.addAction(self.tr("Single f&iles…"), self.ask_for_files)
        menu.aboutToHide.connect(menu.deleteLater)
        self.menu = menu
        button = self.sender()
        if isinstance(button, QWidget):
            menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    @Slot()
    def ask_for_files(self) -> None:
        """Ask for the files of one."""
        dialog = QFileDialog(self._window(), self.tr("Import a checkpoint"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilter(self.tr("Files of checkpoints ({0})").format(_PATTERNS))
        dialog.filesSelected.connect(self._on_files)
        self._open(dialog)

    @Slot()
    def ask_for_brought_folder(self) -> None:
        """Ask for the folder of one, or of several."""
        dialog = self._folders(self.tr("Import a folder"))
        dialog.fileSelected.connect(self._on_brought_folder)
        self._open(dialog)

    @Slot()
    def ask_for_folder(self) -> None:
        """Ask for a folder in which to look from now on."""
        dialog = self._folders(self.tr("Look for checkpoints in a folder"))
        dialog.fileSelected.connect(self.add_folder)
        self._open(dialog)

    @Slot(str)
    def add_folder(self, folder: str) -> None:
        """Look there from now on; the folder stays as it is."""
        folders = self._state.settings.checkpoint_folders
        path = Path(folder)
        if path in folders:
            self._shelf.look_anew()
        else:
            self._state.change_settings(checkpoint_folders=(*folders, path))
        self._shelf.say(Outcome(self.tr("{0} is looked through from now on.").format(folder)))

    @Slot(object)
    def take(self, paths: Sequence[Path]) -> None:
        """These were brought."""
        self._shelf.recognise(paths)

    @Slot(list)
    def _on_files(self, files: list[str]) -> None:
        self.take([Path(file) for file in files])

    @Slot(str)
    def _on_brought_folder(self, folder: str) -> None:
        self.take([Path(folder)])

    @Slot(object)
    def _on_recognised(self, plan: ImportPlan) -> None:
        if not plan.pieces:
            text = self.tr("All of it is here already.")
            hint = "\n".join(f"{file.path.name}: {file.reason}" for file in plan.refused[:_NAMED])
            self._shelf.say(Outcome(text, hint, is_problem=bool(hint)))
            return
        if self.question is not None:
            self.question.reject()
        self.question = ImportDialog(self._shelf, plan, self._window())
        self.question.finished.connect(self._on_answered)
        self.question.open()

    @Slot()
    def _on_answered(self) -> None:
        if self.question is not None:
            self.question.deleteLater()
            self.question = None

    def _folders(self, title: str) -> QFileDialog:
        dialog = QFileDialog(self._window(), title)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        return dialog

    def _open(self, dialog: QFileDialog) -> None:
        dialog.setDirectory(str(Path.home()))
        dialog.finished.connect(self._on_finished)
        self.dialog = dialog
        dialog.open()

    @Slot()
    def _on_finished(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

    def _window(self) -> QWidget | None:
        # Asked for, not kept: a reference back would be a cycle for the garbage collector.
        parent = self.parent()
        return parent if isinstance(parent, QWidget) else None


_PATTERNS = "*.safetensors *.json *.txt"


class ImportDialog(QDialog):
    """What was recognised, what is missing, and whether it is to be copied or linked."""

    def __init__(
        self, shelf: CheckpointShelf, plan: ImportPlan, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._shelf = shelf
        self._plan = plan
        self.setWindowTitle(self.tr("Import a checkpoint"))
        self.title = QLabel(breakable(", ".join(plan.names)))
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setWordWrap(True)
        text_size(self.title, "title")
        self.copy = QRadioButton(
            self.tr("&Copy: {0} in {1} files").format(bytes_words(plan.size), len(plan.pieces))
        )
        self.link = QRadioButton(self.tr("&Link: nothing is copied; the files have to stay there"))
        self.copy.setChecked(True)
        self.missing, self.refused = Remark("problem"), Remark()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.take_button = self.buttons.addButton(
            self.tr("&Import"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self.take_button.setObjectName("primary")
        self.take_button.setDefault(True)
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setAutoDefault(False)
        self._lay_out()
        self._show()
        self.copy.toggled.connect(self._show)
        self.buttons.accepted.connect(self._on_take)
        self.buttons.rejected.connect(self.reject)
        self.copy.setFocus()

    def _lay_out(self) -> None:
        content = TightContent()
        column = QVBoxLayout(content)
        column.setContentsMargins(18, 16, 18, 8)
        column.setSpacing(8)
        column.addWidget(self.title)
        parts = dim_label(breakable(self._parts()))
        parts.setWordWrap(True)
        for part in (parts, self.missing, self.refused, self.copy, self.link):
            column.addWidget(part)
        column.addStretch()
        foot = QVBoxLayout()
        foot.setContentsMargins(18, 6, 18, 14)
        foot.addWidget(self.buttons)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(SideScrollArea(content), 1)
        outer.addLayout(foot)
        self._content = content

    def showEvent(self, event: QShowEvent) -> None:
        """Now it is known how large the text is."""
        super().showEvent(event)
        width = self.fontMetrics().averageCharWidth() * 78
        height = self._content.heightForWidth(width) + self.buttons.sizeHint().height() + 40
        screen = self.screen().availableGeometry().size() - QSize(40, 60)
        self.resize(QSize(width, height).boundedTo(screen))

    def _parts(self) -> str:
        lines = [f"{piece.source.name}: {piece.part}" for piece in self._plan.pieces]
        return _some(lines, self.tr("… and {0} more"))

    @Slot()
    def _show(self) -> None:
        plan, free = self._plan, self._shelf.free_bytes
        missing = self.tr("Still missing then: {0}").format(", ".join(plan.missing))
        is_full = self.copy.isChecked() and 0 < free < plan.size
        lines = [missing] if plan.missing else []
        if is_full:
            lines.append(lacks_words(plan.size, free))
        self.missing.say("\n".join(lines))
        refused = [f"{file.path.name}: {file.reason}" for file in plan.refused]
        words = _some(refused, self.tr("… and {0} more"))
        self.refused.say(self.tr("Left out:\n{0}").format(words) if refused else "")
        self.take_button.setEnabled(not is_full)

    @Slot()
    def _on_take(self) -> None:
        if self.take_button.isEnabled():
            self.accept()
            self._shelf.take(self._plan, "copy" if self.copy.isChecked() else "link")


def _some(lines: Sequence[str], more: str) -> str:
    shown = list(lines[:_NAMED])
    if len(lines) > _NAMED:
        shown.append(more.format(len(lines) - _NAMED))
    return "\n".join(shown)
