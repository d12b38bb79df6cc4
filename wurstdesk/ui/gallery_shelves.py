"""The gallery's shelves beside the grid: kinds of pictures, albums, kept searches, tags."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QInputDialog, QListView, QMenu

from wurstdesk.session.gallery_shelves import ALL
from wurstdesk.session.gallery_view import GalleryView
from wurstdesk.ui.gallery_shelf_list import Row, ShelfDelegate, ShelfModel
from wurstdesk.ui.name_dialog import name_dialog

_Index = QModelIndex | QPersistentModelIndex


class GalleryShelfList(QListView):
    """Chooses what is looked at. Albums and kept searches can be renamed and removed here."""

    pictures_dropped = Signal(object, object)
    """A ``Shelf`` and the ids of the pictures that were dropped onto it."""

    def __init__(self, view: GalleryView) -> None:
        super().__init__()
        self._view = view
        self.rows = ShelfModel()
        self._delegate = ShelfDelegate(self)
        self._asked: Row | None = None
        self._is_showing = False
        self.dialog: QInputDialog | None = None
        self.setModel(self.rows)
        self.setItemDelegate(self._delegate)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DropOnly)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Shelves of the gallery"))
        self.setObjectName("shelves")
        self.viewport().setAutoFillBackground(False)
        view.shelves.changed.connect(self._show_rows)
        view.query_changed.connect(self._show_chosen)
        self.rows.dropped.connect(self._on_dropped)
        self.clicked.connect(self._on_clicked)
        self.activated.connect(self._on_activated)
        self._show_rows()

    def sizeHint(self) -> QSize:
        """Room for a name and a number."""
        return QSize(round(self.fontMetrics().averageCharWidth() * 30), 400)

    def minimumSizeHint(self) -> QSize:
        """The least that can be read."""
        return QSize(self.fontMetrics().averageCharWidth() * 18, 80)

    # -- what is shown ------------------------------------------------------------------------

    @Slot()
    def _show_rows(self) -> None:
        self.rows.show(self._view.shelves.content)
        self._show_chosen()

    @Slot()
    def _show_chosen(self) -> None:
        """Mark the shelf that is looked at, or the kept search that is made."""
        view, at = self._view, -1
        for number, row in enumerate(self.rows.rows):
            saved = row.search
            is_made = saved is not None and view.shelf == ALL and view.text == saved.text
            if is_made or (at < 0 and row.shelf == view.shelf):
                at = number
        self._is_showing = True
        self.setCurrentIndex(self.rows.index(at) if at >= 0 else QModelIndex())
        self._is_showing = False

    # -- what the person does -----------------------------------------------------------------

    def currentChanged(self, current: _Index, previous: _Index) -> None:
        """Keys go from shelf to shelf."""
        super().currentChanged(current, previous)
        row = self.rows.row(current)
        if not self._is_showing and row is not None and row.kind in {"shelf", "search"}:
            self._show(row)

    def _show(self, row: Row) -> None:
        if row.shelf is not None:
            self._view.show_shelf(row.shelf)
        elif row.search is not None:
            self._view.show_search(row.search)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        row = self.rows.row(index)
        if row is not None and row.kind == "new album":
            self.ask_for_album()
        elif row is not None:
            self._show(row)

    @Slot(QModelIndex)
    def _on_activated(self, index: QModelIndex) -> None:
        row = self.rows.row(index)
        if row is not None and row.kind == "new album" and self.dialog is None:
            self.ask_for_album()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Rename and remove."""
        row = self.rows.row(self.currentIndex())
        if event.key() == Qt.Key.Key_F2 and row is not None:
            self._rename(row)
        elif event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace} and row is not None:
            self._remove(row)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be done with an album or a kept search."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        row = self.rows.row(index)
        if row is not None and _is_own(row):
            where = self.visualRect(index).center() if by_key else event.pos()
            self.menu(row).popup(self.viewport().mapToGlobal(where))

    def menu(self, row: Row) -> QMenu:
        """It goes when it is closed."""
        self._asked = row
        menu = QMenu(self)
        if row.search is None:
            menu.addAction(self.tr("&Rename…")).setObjectName("rename")
            menu.addAction(self.tr("Re&move the album")).setObjectName("remove")
        else:
            menu.addAction(self.tr("Re&move this search")).setObjectName("remove")
        menu.triggered.connect(self._on_menu)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    @Slot(QAction)
    def _on_menu(self, action: QAction) -> None:
        if self._asked is not None:
            (self._rename if action.objectName() == "rename" else self._remove)(self._asked)

    def _remove(self, row: Row) -> None:
        """The pictures stay: it costs nothing to make an album or a search again."""
        if row.search is not None:
            self._view.shelves.remove_search(row.search.id)
        elif row.shelf is not None and row.shelf.album is not None:
            if self._view.shelf == row.shelf:
                self._view.show_shelf(ALL)
            self._view.shelves.remove_album(row.shelf.album)

    # -- names --------------------------------------------------------------------------------

    @Slot()
    def ask_for_album(self) -> None:
        """Make a new album."""
        self._asked = None
        self._ask(self.tr("New album"), "")

    def _rename(self, row: Row) -> None:
        if row.shelf is not None and row.shelf.album is not None:
            self._asked = row
            self._ask(self.tr("Rename the album"), row.text)

    def _ask(self, title: str, name: str) -> None:
        dialog = name_dialog(self, title, self.tr("Its name:"), name)
        dialog.textValueSelected.connect(self._on_name)
        dialog.finished.connect(self._on_dialog_finished)
        self.dialog = dialog
        dialog.open()

    @Slot(str)
    def _on_name(self, name: str) -> None:
        name, row = name.strip(), self._asked
        if not name:
            return
        if row is None:
            self._view.shelves.add_album(name)
        elif row.shelf is not None and row.shelf.album is not None and name != row.text:
            self._view.shelves.rename_album(row.shelf.album, name)

    @Slot()
    def _on_dialog_finished(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None
        self._show_chosen()  # rather than the row that asked

    @Slot(object, object)
    def _on_dropped(self, row: Row, ids: tuple[int, ...]) -> None:
        if ids and row.shelf is not None:
            self.pictures_dropped.emit(row.shelf, ids)


def _is_own(row: Row) -> bool:
    return row.search is not None or (row.shelf is not None and row.shelf.album is not None)
