"""Export and import in the window: their commands, their questions, and files that are dropped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QStandardPaths, Qt, Slot
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog, QWidget

from wurstdesk.gallery.formats import SUFFIXES
from wurstdesk.generation import GenerationRequest
from wurstdesk.session.chores import GalleryChores
from wurstdesk.session.state import StudioState
from wurstdesk.ui.commands import CommandBook
from wurstdesk.ui.drop_target import DropHint
from wurstdesk.ui.export_dialog import ExportDialog

Chosen = Callable[[], Sequence[int]]
"""The pictures that an export is of."""

_LOOKED_AT = 100  # of what is chosen, for an example


class GalleryChoreCommands(QObject):
    """Enters them into the window's book; ``chosen`` says which pictures are meant.

    Files that are dropped on ``page`` are imported.
    """

    def __init__(
        self, state: StudioState, page: QWidget, book: CommandBook, chosen: Chosen
    ) -> None:
        super().__init__(page)
        self._state = state
        self._page = page
        self._chosen = chosen
        self._chores: GalleryChores = state.chores
        self.dialog: QFileDialog | ExportDialog | None = None
        book.add(
            "export",
            "file",
            self.tr("&Export pictures…"),
            "Ctrl+E",
            run=self.export,
            enabled=self._can_export,
            section=2,
            tip=self.tr("Copies in another format or size, of the pictures chosen in the gallery"),
        )
        book.add(
            "import_files",
            "file",
            self.tr("&Import pictures…"),
            "Ctrl+I",
            run=self.import_files,
            enabled=self._can_begin,
            section=2,
        )
        book.add(
            "import_folder",
            "file",
            self.tr("Import a fol&der…"),
            "Ctrl+Shift+U",
            run=self.import_folder,
            enabled=self._can_begin,
            section=2,
        )
        self._chores.changed.connect(book.refresh)
        _FileDrops(self, page)

    def _can_begin(self) -> bool:
        return not self._chores.is_busy

    def _can_export(self) -> bool:
        return not self._chores.is_busy and bool(self._chosen())

    # -- export -----------------------------------------------------------------------------

    @Slot()
    def export(self) -> None:
        """Ask how, and export what is chosen in the gallery."""
        ids = self._chosen()
        if not ids:
            return
        dialog = ExportDialog(
            self._chores,
            self._state.memory,
            ids,
            self._page,
            settings=self._state.settings,
            own_folder=self._state.pictures_folder,
            example=self._example(ids),
        )
        self._open(dialog)

    def _example(self, ids: Sequence[int]) -> GenerationRequest:
        """For the file names: one of those that are meant, where such are known."""
        cards = (self._state.gallery.card(picture) for picture in ids[:_LOOKED_AT])
        requests = (card.request for card in cards if card is not None)
        return next(filter(None, requests), self._state.form.request)

    # -- import -----------------------------------------------------------------------------

    @Slot()
    def import_files(self) -> None:
        """Ask for picture files."""
        dialog = QFileDialog(self._page, self.tr("Import pictures"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        endings = " ".join(f"*{suffix}" for suffix in SUFFIXES)
        dialog.setNameFilter(self.tr("Pictures ({0})").format(endings))
        dialog.filesSelected.connect(self._on_files)
        self._begin_in_pictures(dialog)

    @Slot()
    def import_folder(self) -> None:
        """Ask for a folder; all pictures in it and below are meant."""
        dialog = QFileDialog(self._page, self.tr("Import a folder of pictures"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self._on_folder)
        self._begin_in_pictures(dialog)

    def take(self, paths: Sequence[Path]) -> None:
        """Import these, as they were dropped."""
        if paths and self._can_begin():
            self._chores.take(paths)

    @Slot(list)
    def _on_files(self, files: list[str]) -> None:
        self.take([Path(file) for file in files])

    @Slot(str)
    def _on_folder(self, folder: str) -> None:
        self.take([Path(folder)])

    def _begin_in_pictures(self, dialog: QFileDialog) -> None:
        place = QStandardPaths.StandardLocation.PicturesLocation
        dialog.setDirectory(str(Path.home()))  # where it stays if there are no pictures' own
        dialog.setDirectory(QStandardPaths.writableLocation(place))
        self._open(dialog)

    def _open(self, dialog: QFileDialog | ExportDialog) -> None:
        dialog.finished.connect(self._on_finished)
        self.dialog = dialog
        dialog.open()

    @Slot()
    def _on_finished(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None


class _FileDrops(QObject):
    """Takes files that other programs let fall on a widget, for an import."""

    def __init__(self, commands: GalleryChoreCommands, target: QWidget) -> None:
        super().__init__(target)
        self._commands = commands
        self._hint = DropHint(target, self.tr("Import into the gallery"), is_window=True)
        target.setAcceptDrops(True)
        target.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Drags of files, and nothing else."""
        if event.type() in {QEvent.Type.DragLeave, QEvent.Type.Drop}:
            self._hint.hide()
        if not isinstance(event, QDropEvent):  # entering and moving are such, too
            return super().eventFilter(watched, event)
        paths = _dropped_files(event)
        if not paths:
            event.ignore()
            return True
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        if event.type() == QEvent.Type.Drop:
            self._commands.take(paths)
        else:
            self._hint.cover()
        return True


def _dropped_files(event: QDropEvent) -> list[Path]:
    """The files and folders of other programs in a drag; none where the window began it."""
    if event.source() is not None:
        return []
    paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    return [path for path in paths if not path.suffix or path.suffix.lower() in SUFFIXES]
