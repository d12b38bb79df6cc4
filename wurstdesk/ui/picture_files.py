"""Pictures and the disk: save elsewhere, with or without what they say, and find them there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from wurstdesk.gallery.formats import FORMATS, PNG, FileFormat, format_of
from wurstdesk.paths import ensure_folder
from wurstdesk.session.messages import MessageKind
from wurstdesk.session.pictures import SessionPicture
from wurstdesk.session.state import StudioState
from wurstdesk.ui.file_manager import FileManager

_PICTURES = QStandardPaths.StandardLocation.PicturesLocation


class PictureFiles(QObject):
    """Asks where to, and has it done by the state."""

    def __init__(
        self, state: StudioState, window: QWidget, file_manager: FileManager | None = None
    ) -> None:
        super().__init__(window)
        self._state = state
        self._file_manager = file_manager or FileManager(self)
        self._picture: SessionPicture | None = None
        self._is_plain = False
        self._folder = Path(QStandardPaths.writableLocation(_PICTURES) or Path.home())
        self.dialog: QFileDialog | None = None

    def save_as(self, picture: SessionPicture, *, is_plain: bool = False) -> None:
        """Ask where to, and save it there; ``is_plain`` without what made it."""
        self._picture, self._is_plain = picture, is_plain
        name = picture.path.name if picture.path else f"{picture.request.seed}{PNG.suffix}"
        title = self.tr("Save without its data") if is_plain else self.tr("Save picture as")
        dialog = QFileDialog(self._window(), title)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([self._filter(known) for known in FORMATS])
        known = format_of(Path(name)) or PNG
        dialog.selectNameFilter(self._filter(known))
        dialog.setDefaultSuffix(known.suffix.lstrip("."))
        dialog.setDirectory(str(self._place()))
        dialog.selectFile(name)
        dialog.filterSelected.connect(self._on_filter)
        dialog.fileSelected.connect(self._on_file)
        self._open(dialog)

    def save_unsaved(self) -> None:
        """Ask for a place for every picture that is on no disk yet."""
        unsaved = self._state.pictures.unsaved
        if len(unsaved) == 1:
            self.save_as(unsaved[0])
            return
        dialog = QFileDialog(self._window(), self.tr("Save pictures to"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setDirectory(str(self._place()))
        dialog.fileSelected.connect(self._on_folder)
        self._open(dialog)

    def show_in_folder(self, picture: SessionPicture) -> None:
        """Show its file in the desktop's file manager."""
        if picture.path is not None:
            self.show_file(picture.path)

    def show_file(self, path: Path) -> None:
        """Show a file in the desktop's file manager, if it is still there."""
        self._state.keeper.do(_Look(path), self._on_looked)

    def open_folder(self) -> None:
        """Show the pictures folder in the desktop's file manager."""
        folder = self._state.pictures_folder
        if folder is not None:
            self._state.keeper.do(_Ensure(folder), self._file_manager.open)

    def _place(self) -> Path:
        """Where a dialog begins: of a folder that is not there Qt makes part of the name."""
        places = (self._folder, self._state.pictures_folder)
        return next((place for place in places if place and place.is_dir()), Path.home())

    def _filter(self, known: FileFormat) -> str:
        patterns = " ".join(f"*{suffix}" for suffix in known.suffixes)
        return self.tr("{0} picture ({1})").format(known.label, patterns)

    def _window(self) -> QWidget | None:
        # Asked for, not kept: a reference back would be a cycle for the garbage collector.
        parent = self.parent()
        return parent if isinstance(parent, QWidget) else None

    def _open(self, dialog: QFileDialog) -> None:
        self.dialog = dialog
        dialog.finished.connect(self._on_dialog_finished)
        dialog.open()

    @Slot()
    def _on_dialog_finished(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

    @Slot(str)
    def _on_filter(self, chosen: str) -> None:
        for known in FORMATS:
            if self.dialog is not None and chosen == self._filter(known):
                self.dialog.setDefaultSuffix(known.suffix.lstrip("."))

    @Slot(str)
    def _on_file(self, name: str) -> None:
        target = Path(name)
        self._folder = target.parent
        if self._picture is None:
            return
        saving, quality = self._state.saving, self._state.settings.picture_quality
        if self._is_plain:
            saving.save_plain(self._picture, target, quality)
        else:
            saving.save_as(self._picture, target, quality)

    @Slot(str)
    def _on_folder(self, name: str) -> None:
        self._folder = Path(name)
        for picture in self._state.pictures.unsaved:
            self._state.saving.save_as(picture, Path(name))

    @Slot(object)
    def _on_looked(self, looked: tuple[Path, bool]) -> None:
        path, is_there = looked
        if is_there:
            self._file_manager.show(path)
        else:
            self._state.messages.post(
                MessageKind.PROBLEM,
                self.tr("The file “{0}” is not there any more.").format(path.name),
                self.tr("It was in “{0}”.").format(path.parent),
            )


@dataclass(frozen=True, slots=True)
class _Look:
    """Whether a file is there, asked in the keeper's thread."""

    path: Path

    def __call__(self) -> tuple[Path, bool]:
        return self.path, self.path.exists()


@dataclass(frozen=True, slots=True)
class _Ensure:
    """Makes a folder that is missing."""

    folder: Path

    def __call__(self) -> Path:
        return ensure_folder(self.folder)
