"""What can be done with one picture, wherever it is shown."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QPoint, QStandardPaths, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from wurstdesk.errors import UserError
from wurstdesk.paths import ensure_folder
from wurstdesk.session.messages import MessageKind
from wurstdesk.session.pictures import SessionPicture
from wurstdesk.session.state import StudioState

_PICTURES = QStandardPaths.StandardLocation.PicturesLocation


class PictureCommands(QObject):
    """Does them; also gives the context menu that lists them."""

    def __init__(self, state: StudioState, window: QWidget) -> None:
        super().__init__(window)
        self._state = state
        self._picture: SessionPicture | None = None
        self._folder = Path(QStandardPaths.writableLocation(_PICTURES) or Path.home())
        self.dialog: QFileDialog | None = None

    def reuse(self, picture: SessionPicture | None) -> None:
        """Take its settings into the panel."""
        if picture is not None:
            self._state.reuse(picture)

    def reuse_seed(self, picture: SessionPicture | None) -> None:
        """Take only its seed."""
        if picture is not None:
            self._state.form.take_seed(picture.request.seed)

    def copy(self, picture: SessionPicture | None) -> None:
        """Put it on the clipboard."""
        if picture is not None:
            QGuiApplication.clipboard().setImage(self._state.pictures.image(picture))
            self._state.told.emit(self.tr("Copied."))

    def save_as(self, picture: SessionPicture | None) -> None:
        """Ask where to, and save it there."""
        if picture is None:
            return
        self._picture = picture
        name = picture.saved.path.name if picture.saved else f"{picture.request.seed}.png"
        dialog = QFileDialog(self._window(), self.tr("Save picture as"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(self.tr("PNG picture (*.png)"))
        dialog.setDefaultSuffix("png")
        dialog.selectFile(str(self._folder / name))
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
        dialog.setDirectory(str(self._folder))
        dialog.fileSelected.connect(self._on_folder)
        self._open(dialog)

    def open_folder(self) -> None:
        """Show the pictures folder in the desktop's file manager."""
        folder = self._state.pictures_folder
        if folder is None:
            return
        try:
            ensure_folder(folder)
        except UserError as error:
            self._state.messages.post(MessageKind.PROBLEM, error.message, error.hint)
        else:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def menu(self, picture: SessionPicture) -> QMenu:
        """A menu of all this, which goes when it is closed."""
        self._picture = picture
        menu = QMenu(self._window())
        menu.addAction(self.tr("Use these settings"), self._reuse_it)
        menu.addAction(self.tr("Use only the seed"), self._reuse_its_seed)
        menu.addSeparator()
        menu.addAction(self.tr("Copy picture"), self._copy_it)
        menu.addAction(self.tr("Save as…"), self._save_it_as)
        menu.addAction(self.tr("Open pictures folder"), self.open_folder)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    @Slot(int, QPoint)
    def show_menu(self, picture_id: int, where: QPoint) -> None:
        """Open the menu of a picture."""
        picture = self._state.pictures.find(picture_id)
        if picture is not None:
            self.menu(picture).popup(where)

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
    def _on_file(self, name: str) -> None:
        self._folder = Path(name).parent
        if self._picture is not None:
            self._state.saving.save_as(self._picture, Path(name))

    @Slot(str)
    def _on_folder(self, name: str) -> None:
        self._folder = Path(name)
        for picture in self._state.pictures.unsaved:
            self._state.saving.save_as(picture, Path(name))

    @Slot()
    def _reuse_it(self) -> None:
        self.reuse(self._picture)

    @Slot()
    def _reuse_its_seed(self) -> None:
        self.reuse_seed(self._picture)

    @Slot()
    def _copy_it(self) -> None:
        self.copy(self._picture)

    @Slot()
    def _save_it_as(self) -> None:
        self.save_as(self._picture)
