"""What can be done with one picture, wherever it is shown."""

from __future__ import annotations

from typing import Protocol
from weakref import ref

from PySide6.QtCore import QObject, QPoint, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from wurstdesk.session.pictures import SessionPicture
from wurstdesk.session.state import StudioState
from wurstdesk.ui.commands import CommandBook, Menu
from wurstdesk.ui.file_manager import FileManager
from wurstdesk.ui.picture_clipboard import PictureClipboard
from wurstdesk.ui.picture_files import PictureFiles

_IN_CONTEXT: tuple[str, ...] = (
    "reuse",
    "reuse_prompt",
    "reuse_seed",
    "",
    "copy",
    "copy_plain",
    "copy_prompt",
    "copy_seed",
    "",
    "save_as",
    "save_plain",
    "show_in_folder",
    "",
    "compare_it",
)
"""The context menu; an empty name is a line."""


class PicturePlace(Protocol):
    """A page beside the studio with a picture of its own that the commands may be about."""

    def can_do(self, name: str) -> bool:
        """Whether there is a picture, and the command of that name is for it."""

    def do_command(self, name: str) -> None:
        """Carry it out."""


class PictureCommands(QObject):
    """Enters them into the book, for the picture in view, and into the context menu of any."""

    def __init__(
        self,
        state: StudioState,
        book: CommandBook,
        window: QWidget,
        file_manager: FileManager | None = None,
    ) -> None:
        super().__init__(window)
        self._state = state
        self._book = book
        self._picture: SessionPicture | None = None
        self._place: ref[PicturePlace] | None = None
        self.clipboard = PictureClipboard(state, self)
        self.files = PictureFiles(state, window, file_manager)
        self._add_commands(book)
        self._add_ways(book)

    @property
    def dialog(self) -> QFileDialog | None:
        """The file dialog that is open."""
        return self.files.dialog

    # -- the book ---------------------------------------------------------------------------

    def _add_commands(self, book: CommandBook) -> None:
        """Those for the picture in view: each is carried out by the method of its name."""
        of_picture: tuple[tuple[str, Menu, str, int], ...] = (
            ("save_as", "file", "Ctrl+S", 1),
            ("save_plain", "file", "Ctrl+Shift+S", 1),
            ("show_in_folder", "file", "Ctrl+Shift+F", 2),
            ("reuse", "picture", "Ctrl+R", 0),
            ("reuse_prompt", "picture", "Ctrl+Shift+L", 0),
            ("reuse_seed", "picture", "Ctrl+Shift+R", 0),
            ("copy", "picture", "Ctrl+Shift+C", 1),
            ("copy_plain", "picture", "Ctrl+Shift+X", 1),
            ("copy_prompt", "picture", "Ctrl+Shift+T", 1),
            ("copy_seed", "picture", "Ctrl+Shift+E", 1),
        )
        for name, menu, key, section in of_picture:
            book.add(
                name,
                menu,
                self._words(name),
                key,
                run=self._on_command,
                enabled=_CanDo(self, name),
                section=section,
            )
        book.add(
            "open_folder",
            "file",
            self.tr("&Open pictures folder"),
            "Ctrl+Shift+O",
            run=self.open_folder,
            section=2,
        )

    def _add_ways(self, book: CommandBook) -> None:
        """Those that go from one picture to another."""
        add, showing = book.add, self._state.showing
        compare = {
            "compare": (
                self.tr("Co&mpare with the picture before"),
                "Ctrl+B",
                showing.compare_with_previous,
                self._can_compare,
            ),
            "compare_slider": (
                self.tr("Compare with a &line between"),
                "Ctrl+Shift+1",
                self._compare_by_slider,
                self._is_comparing,
            ),
            "compare_side": (
                self.tr("Compare si&de by side"),
                "Ctrl+Shift+2",
                self._compare_side_by_side,
                self._is_comparing,
            ),
            "compare_flick": (
                self.tr("Compare by fl&icking"),
                "Ctrl+Shift+3",
                self._compare_in_turns,
                self._is_comparing,
            ),
        }
        for name, (text, key, run, enabled) in compare.items():
            add(name, "picture", text, key, run=run, enabled=enabled, section=2)
        has, back = self._has_pictures, self._can_go_back
        ways = {
            "newer": (self.tr("&Newer picture"), "Ctrl+PgUp", self._show_newer, has),
            "older": (self.tr("&Older picture"), "Ctrl+PgDown", self._show_older, has),
            "back": (self.tr("&Back to all pictures"), "Esc", showing.go_back, back),
        }
        for name, (text, key, run, enabled) in ways.items():
            add(name, "picture", text, key, run=run, enabled=enabled, section=3)

    def _words(self, name: str) -> str:
        return {
            "save_as": self.tr("&Save picture as…"),
            "save_plain": self.tr("Save &without its data…"),
            "show_in_folder": self.tr("Show in &folder"),
            "reuse": self.tr("&Use these settings"),
            "reuse_prompt": self.tr("Use only the p&rompt"),
            "reuse_seed": self.tr("Use only the s&eed"),
            "copy": self.tr("&Copy picture"),
            "copy_plain": self.tr("Copy wit&hout its data"),
            "copy_prompt": self.tr("Copy the promp&t"),
            "copy_seed": self.tr("Copy the &seed"),
            "compare_it": self.tr("Compare with the picture in &view"),
        }[name]

    # -- when they can be used --------------------------------------------------------------

    def act_in(self, place: PicturePlace | None) -> None:
        """What the commands are about: the picture of a page, or the one in view in the studio."""
        self._place = None if place is None else ref(place)
        self._book.refresh()

    def can_do(self, name: str) -> bool:
        """Whether there is a picture for the command of that name."""
        if self._place is not None:
            place = self._place()
            return place is not None and place.can_do(name)
        picture = self._state.showing.picture_in_view
        return picture is not None and (name != "show_in_folder" or picture.path is not None)

    def _is_in_studio(self) -> bool:
        return self._place is None

    def _has_pictures(self) -> bool:
        return self._is_in_studio() and len(self._state.pictures) > 0

    def _can_compare(self) -> bool:
        return self._is_in_studio() and self._state.showing.can_compare

    def _is_comparing(self) -> bool:
        return self._is_in_studio() and self._state.showing.comparison.is_active

    def _can_go_back(self) -> bool:
        # Esc is Stop's while anything runs.
        is_free = self._is_in_studio() and not self._state.is_running
        return is_free and self._state.showing.can_go_back

    # -- what they do -----------------------------------------------------------------------

    def do(self, name: str, picture: SessionPicture) -> None:
        """Carry out the command of that name with a picture."""
        request = picture.request
        if name == "reuse":
            self._state.reuse(request)
        elif name == "reuse_prompt":
            self._state.form.edit(prompt=request.prompt)
        elif name == "reuse_seed":
            self._state.form.take_seed(request.seed)
        elif name == "copy":
            self.clipboard.copy(picture)
        elif name == "copy_plain":
            self.clipboard.copy_plain(picture)
        elif name == "copy_prompt":
            self.clipboard.copy_text(request.prompt, self.tr("The prompt is copied."))
        elif name == "copy_seed":
            self.clipboard.copy_text(str(request.seed), self.tr("The seed is copied."))
        elif name == "show_in_folder":
            self.files.show_in_folder(picture)
        elif name == "compare_it":
            self._state.showing.compare_with(picture.id)
        else:
            self.files.save_as(picture, is_plain=name == "save_plain")

    @Slot()
    def open_folder(self) -> None:
        """Show the pictures folder."""
        self.files.open_folder()

    def save_unsaved(self) -> None:
        """Ask for a place for every picture that is on no disk yet."""
        self.files.save_unsaved()

    @Slot()
    def _on_command(self) -> None:
        action, picture = self.sender(), self._state.showing.picture_in_view
        if not isinstance(action, QAction):
            return
        place = None if self._place is None else self._place()
        if place is not None:
            place.do_command(action.objectName())
        elif self._is_in_studio() and picture is not None:
            self.do(action.objectName(), picture)

    @Slot()
    def _show_newer(self) -> None:
        self._state.showing.show_neighbour(1)

    @Slot()
    def _show_older(self) -> None:
        self._state.showing.show_neighbour(-1)

    @Slot()
    def _compare_by_slider(self) -> None:
        self._state.showing.comparison.set_mode("slider")

    @Slot()
    def _compare_side_by_side(self) -> None:
        self._state.showing.comparison.set_mode("side")

    @Slot()
    def _compare_in_turns(self) -> None:
        self._state.showing.comparison.set_mode("flick")

    # -- the context menu -------------------------------------------------------------------

    def menu(self, picture: SessionPicture) -> QMenu:
        """A menu of all this, which goes when it is closed."""
        self._picture = picture
        parent = self.parent()
        menu = QMenu(parent if isinstance(parent, QWidget) else None)
        for name in _IN_CONTEXT:
            if not name:
                menu.addSeparator()
                continue
            action = menu.addAction(self._words(name))
            action.setObjectName(name)
            action.setEnabled(self._is_possible(name, picture))
        menu.addAction(self.tr("&Open pictures folder"), self.open_folder)
        menu.triggered.connect(self._on_chosen)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _is_possible(self, name: str, picture: SessionPicture) -> bool:
        if name == "show_in_folder":
            return picture.path is not None
        in_view = self._state.showing.picture_in_view
        return name != "compare_it" or (in_view is not None and in_view is not picture)

    @Slot(int, QPoint)
    def show_menu(self, picture_id: int, where: QPoint) -> None:
        """Open the menu of a picture."""
        picture = self._state.pictures.find(picture_id)
        if picture is not None:
            self.menu(picture).popup(where)

    @Slot(QAction)
    def _on_chosen(self, action: QAction) -> None:
        if self._picture is not None and action.objectName() in _IN_CONTEXT:
            self.do(action.objectName(), self._picture)


class _CanDo:
    """Asks whether a command can be used, without holding whom it asks."""

    def __init__(self, commands: PictureCommands, name: str) -> None:
        self._commands = ref(commands)
        self._name = name

    def __call__(self) -> bool:
        commands = self._commands()
        return commands is not None and commands.can_do(self._name)
