"""Every command with its menu and its keys, to be searched; Return carries one out."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from wurstdesk.ui.commands import MENUS, Command, CommandBook
from wurstdesk.ui.controls import dim_label
from wurstdesk.ui.i18n import DOT
from wurstdesk.ui.place_keys import PlaceKey, place_keys

_COMMAND = Qt.ItemDataRole.UserRole
_MOVES = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}


class ShortcutsDialog(QDialog):
    """Lists a book's commands, and the keys of single places. Made anew for each time."""

    def __init__(
        self,
        book: CommandBook,
        parent: QWidget | None = None,
        keys: tuple[PlaceKey, ...] | None = None,
    ) -> None:
        super().__init__(parent)
        self._book = book
        self.setWindowTitle(self.tr("Commands and shortcuts"))
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search for a command or a key"))
        self.search.setAccessibleName(self.tr("Search for a command or a key"))
        self.search.setClearButtonEnabled(True)
        self.search.installEventFilter(self)
        self.table = QTreeWidget()
        self.table.setAccessibleName(self.tr("Commands"))
        self._nothing = dim_label(self.tr("No command is called so."))
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.run_button = QPushButton(self.tr("&Run"))
        self.run_button.setDefault(True)
        self._lay_out()
        book.refresh()
        self._fill(place_keys() if keys is None else keys)
        self.search.textChanged.connect(self._show_found)
        self.table.currentItemChanged.connect(self._show_button)
        self.table.itemActivated.connect(self.run_chosen)
        self.run_button.clicked.connect(self.run_chosen)
        self.buttons.rejected.connect(self.reject)
        self.finished.connect(self.deleteLater)
        self._show_found()
        self.resize(self.sizeHint())  # Qt's own first size is no larger than a part of the screen

    # -- building ---------------------------------------------------------------------------

    def _lay_out(self) -> None:
        table = self.table
        table.setHeaderLabels([self.tr("Command"), self.tr("Where"), self.tr("Keys")])
        table.setRootIsDecorated(False)
        table.setUniformRowHeights(True)
        table.setAllColumnsShowFocus(True)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setTabKeyNavigation(False)
        table.setStyleSheet("QTreeView::item { padding: 0.25em 0.3em; }")
        close = self.buttons.button(QDialogButtonBox.StandardButton.Close)
        close.setAutoDefault(False)
        self.buttons.addButton(self.run_button, QDialogButtonBox.ButtonRole.ActionRole)
        column = QVBoxLayout(self)
        column.setSpacing(10)
        for part in (self.search, table, self._nothing, self.buttons):
            column.addWidget(part)

    def _fill(self, keys: tuple[PlaceKey, ...]) -> None:
        # As in the menus, where a command is looked for next time.
        for command in sorted(self._book, key=lambda c: (MENUS.index(c.menu), c.section)):
            self._add_command(command)
        for key in keys:
            sequences = [QKeySequence(text) for text in key.keys]
            self._add_row(key.text, key.place, sequences, key.words)
        header = self.table.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)

    def _add_command(self, command: Command) -> None:
        action = command.action
        where = self._book.title(command.menu)
        if command.submenu:
            where = f"{where}{DOT}{_plain(command.submenu)}"
        item = self._add_row(_plain(action.text()), where, action.shortcuts())
        item.setData(0, _COMMAND, command.name)
        if action.toolTip() and _plain(action.toolTip()) != _plain(action.text()):
            item.setToolTip(0, action.toolTip())
        if not action.isEnabled():
            colour = self.palette().placeholderText()
            for column in range(3):
                item.setForeground(column, colour)
            item.setToolTip(0, self.tr("Not possible now"))

    def _add_row(
        self, text: str, where: str, keys: list[QKeySequence], key_words: str = ""
    ) -> QTreeWidgetItem:
        native = [key.toString(QKeySequence.SequenceFormat.NativeText) for key in keys]
        shown = key_words or self.tr(" or ").join(native)
        item = QTreeWidgetItem(self.table, [text, where, shown])
        item.setToolTip(2, shown)
        spelled = [key.toString(QKeySequence.SequenceFormat.PortableText) for key in keys]
        words = " ".join([text, where, shown, *native, *spelled])
        item.setData(1, _COMMAND, words.casefold())  # what the search looks at
        return item

    def changeEvent(self, event: QEvent) -> None:
        """Larger text needs more room."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.resize(self.size().expandedTo(self.sizeHint()))

    def sizeHint(self) -> QSize:
        """Room for the longest names, measured in letters."""
        letter = self.fontMetrics()
        wanted = QSize(letter.averageCharWidth() * 118, letter.height() * 38)
        return wanted.boundedTo(self.screen().availableGeometry().size() - QSize(40, 60))

    # -- searching and running --------------------------------------------------------------

    def rows(self) -> list[QTreeWidgetItem]:
        """The rows that are shown."""
        items = [self.table.topLevelItem(n) for n in range(self.table.topLevelItemCount())]
        return [item for item in items if item is not None and not item.isHidden()]

    @Slot()
    def _show_found(self) -> None:
        words = self.search.text().casefold().split()
        for number in range(self.table.topLevelItemCount()):
            item = self.table.topLevelItem(number)
            if item is not None:
                item.setHidden(not all(word in item.data(1, _COMMAND) for word in words))
        found = self.rows()
        self._nothing.setVisible(not found)
        self.table.setVisible(bool(found))
        current = self.table.currentItem()
        if found and (current is None or current.isHidden()):
            self.table.setCurrentItem(found[0])
        self._show_button()

    def _chosen(self) -> str:
        """The name of the command that can be run; nothing for a place's key."""
        item = self.table.currentItem()
        name = "" if item is None or item.isHidden() else item.data(0, _COMMAND)
        return name if name and self._book[name].isEnabled() else ""

    @Slot()
    def _show_button(self) -> None:
        self.run_button.setEnabled(bool(self._chosen()))

    @Slot()
    def run_chosen(self) -> None:
        """Carry out the chosen command; the dialog makes way for it."""
        name = self._chosen()
        if name:
            self.accept()
            self._book[name].trigger()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """While somebody types, the keys that move go to the list."""
        if (
            watched is self.search
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in _MOVES
        ):
            self.table.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)


def _plain(text: str) -> str:
    """A menu's text without the sign of its key and without its dots."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&").rstrip("…")
