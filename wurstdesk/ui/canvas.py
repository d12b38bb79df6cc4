"""The middle: the picture that forms, then the pictures; before that, an invitation."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Signal, Slot
from PySide6.QtWidgets import QStackedLayout, QWidget

from wurstdesk.session.pictures import Cell, SessionPicture
from wurstdesk.session.state import StudioState
from wurstdesk.ui.empty_page import EmptyPage
from wurstdesk.ui.image_view import ImageView, ViewCell


class Canvas(QWidget):
    """Shows the round, or the one picture that ``state`` says."""

    menu_asked = Signal(int, QPoint)
    """Id of a picture, and where on the screen its menu is wanted."""

    def __init__(self, state: StudioState) -> None:
        super().__init__()
        self._state = state
        self.view = ImageView()
        self.empty_page = EmptyPage(state.form)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self.empty_page)
        self._pages.addWidget(self.view)
        state.shown_changed.connect(self._show)
        state.round.began.connect(self._on_round)
        state.round.ended.connect(self._on_round)
        state.round.cell_changed.connect(self._on_cell)
        self.view.cell_activated.connect(self._on_activated)
        self.view.menu_asked.connect(self._on_menu)
        self._show()

    @Slot()
    def _show(self) -> None:
        picture, drawn = self._state.showing.picture, self._state.round
        if picture is not None:
            self._show_picture(picture)
        elif drawn.request is not None and not drawn.is_empty:
            size = QSize(drawn.request.width, drawn.request.height)
            self.view.show_cells([self._view_cell(cell) for cell in drawn.cells], size)
        has_something = picture is not None or not drawn.is_empty
        self._pages.setCurrentWidget(self.view if has_something else self.empty_page)
        self._describe()

    def _show_picture(self, picture: SessionPicture) -> None:
        image = self._state.pictures.image(picture)
        size = QSize(picture.request.width, picture.request.height)
        self.view.show_cells([ViewCell(image, is_finished=True)], size)

    def _view_cell(self, cell: Cell) -> ViewCell:
        is_finished = cell.picture_id is not None
        given_up = not is_finished and not self._state.round.is_running
        return ViewCell(cell.image, is_finished, given_up)

    def _describe(self) -> None:
        picture = self._state.showing.picture_in_view
        if picture is not None:
            text = picture.request.prompt
        elif self._state.round.is_running:
            text = self.tr("{0} pictures are being drawn").format(len(self._state.round.cells))
        else:
            text = self.tr("{0} pictures").format(len(self._state.round.cells))
        self.view.setAccessibleDescription(text)

    @Slot()
    def _on_round(self) -> None:
        if self._state.showing.picture is None:
            self._show()

    @Slot(int)
    def _on_cell(self, index: int) -> None:
        if self._state.showing.picture is None and index < len(self.view.cells):
            self.view.cells[index] = self._view_cell(self._state.round.cells[index])
            self.view.update_cell(index)

    @Slot(int)
    def _on_activated(self, index: int) -> None:
        picture_id = self._picture_id(index)
        if picture_id is not None and self._state.showing.picture is None and len(self.view.cells) > 1:
            self._state.showing.show_picture(picture_id)

    @Slot(int, QPoint)
    def _on_menu(self, index: int, where: QPoint) -> None:
        picture_id = self._picture_id(index)
        if picture_id is not None:
            self.menu_asked.emit(picture_id, where)

    def _picture_id(self, index: int) -> int | None:
        if self._state.showing.picture is not None:
            return self._state.showing.picture.id
        cells = self._state.round.cells
        return cells[index].picture_id if index < len(cells) else None
