"""The middle: the picture that forms, then the pictures; before that, an invitation."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Signal, Slot
from PySide6.QtWidgets import QApplication, QStackedLayout, QWidget

from wurstdesk.session.pictures import Cell, SessionPicture
from wurstdesk.session.state import StudioState
from wurstdesk.ui.commands import CommandBook
from wurstdesk.ui.compare_view import CompareView
from wurstdesk.ui.empty_page import EmptyPage
from wurstdesk.ui.image_view import ImageView, ViewCell
from wurstdesk.ui.picture_drag import drag_out


class Canvas(QWidget):
    """Shows the round, the one picture or the two that ``state.showing`` says."""

    menu_asked = Signal(int, QPoint)
    """Id of a picture, and where on the screen its menu is wanted."""

    def __init__(self, state: StudioState) -> None:
        super().__init__()
        self._state = state
        self._showing = state.showing
        self._round: tuple[Cell, ...] = ()  # in the view, empty while something else is
        self.view = ImageView()
        self.empty_page = EmptyPage(state.form)
        self.compare = CompareView(state)
        self._pages = QStackedLayout(self)
        for page in (self.empty_page, self.view, self.compare):
            self._pages.addWidget(page)
        self._showing.changed.connect(self._show)
        state.round.ended.connect(self._on_ended)
        state.round.cell_changed.connect(self._on_cell)
        state.pictures.image_read.connect(self._on_image_read)
        self.view.cell_activated.connect(self._on_activated)
        self.view.drag_asked.connect(self._on_drag)
        self.view.menu_asked.connect(self._on_menu)
        self.view.zoom_changed.connect(self._on_zoom)
        self._show()

    def add_commands(self, book: CommandBook) -> None:
        """Zooming, which is also there by single keys while the focus is here."""
        for name, text, key, run in (
            ("zoom_in", self.tr("Zoom &in"), "F9", self._zoom_in),
            ("zoom_out", self.tr("Zoom &out"), "Shift+F9", self._zoom_out),
            ("fit", self.tr("&Fit"), "F8", self._fit),
            ("full_size", self.tr("Full size, &100 %"), "Shift+F8", self._show_full_size),
        ):
            book.add(name, "view", text, key, run=run, enabled=self._has_pictures, section=1)

    # -- what is shown ----------------------------------------------------------------------

    @Slot()
    def _show(self) -> None:
        page: QWidget = self.view
        if self._showing.comparison.is_active:
            page = self.compare
        elif self._showing.is_empty:
            page = self.empty_page
        elif self._showing.picture is not None:
            self._show_picture(self._showing.picture)
        else:
            self._show_round()
        self._turn_to(page)
        self._describe()

    def minimumSizeHint(self) -> QSize:
        """Of the page that is shown: the others need not fit."""
        page = self._pages.currentWidget() or self.empty_page
        return page.minimumSizeHint().expandedTo(page.minimumSize())

    def _turn_to(self, page: QWidget) -> None:
        before = self._pages.currentWidget()
        if before is page:
            return
        self.updateGeometry()
        had_focus = self.compare.isAncestorOf(QApplication.focusWidget() or self)
        self._pages.setCurrentWidget(page)
        if page is self.compare:
            self.compare.pane.setFocus()  # where its keys are
        elif had_focus:
            self.view.setFocus()

    def _show_picture(self, picture: SessionPicture) -> None:
        self._round = ()
        image = self._state.pictures.image(picture)
        size = QSize(picture.request.width, picture.request.height)
        self.view.show_cells([ViewCell(image, is_finished=True)], size)

    def _show_round(self) -> None:
        request = self._showing.request
        if request is None:
            return
        is_other = self._showing.cells is not self._round
        self._round = self._showing.cells
        cells = [self._view_cell(cell) for cell in self._round]
        self.view.show_cells(cells, QSize(request.width, request.height))
        if is_other:
            self.view.fit()  # what forms is to be seen whole

    def _view_cell(self, cell: Cell) -> ViewCell:
        is_finished = cell.picture_id is not None
        given_up = not is_finished and not self._showing.is_live
        return ViewCell(cell.image, is_finished, given_up)

    def _describe(self) -> None:
        picture = self._showing.picture_in_view
        if picture is not None:
            text = picture.request.prompt
        elif self._showing.is_live:
            text = self.tr("{0} pictures are being drawn").format(len(self._showing.cells))
        else:
            text = self.tr("{0} pictures").format(len(self._showing.cells))
        self.view.setAccessibleDescription(text)

    @Slot()
    def _on_ended(self) -> None:
        if self._is_at_round():
            self._show()

    @Slot(int)
    def _on_cell(self, index: int) -> None:
        is_shown = self._showing.watches and self._round is self._showing.cells
        if is_shown and index < len(self.view.cells):
            self.view.cells[index] = self._view_cell(self._round[index])
            self.view.update_cell(index)
            if self._round[index].picture_id is not None:
                self._describe()

    @Slot(int)
    def _on_image_read(self, picture_id: int) -> None:
        picture = self._showing.picture
        if picture is not None and picture.id == picture_id and not self._is_comparing():
            self._show_picture(picture)

    def _is_comparing(self) -> bool:
        return self._showing.comparison.is_active

    def _is_at_round(self) -> bool:
        return self._showing.picture is None and not self._is_comparing()

    # -- what the person does ---------------------------------------------------------------

    @Slot(int)
    def _on_activated(self, index: int) -> None:
        picture_id = self._picture_id(index)
        if picture_id is not None and self._is_at_round() and len(self.view.cells) > 1:
            self._showing.show_picture(picture_id)

    @Slot(int)
    def _on_drag(self, index: int) -> None:
        picture = self._state.pictures.find(self._picture_id(index))
        if picture is not None:
            drag_out(self.view, picture)

    @Slot(int, QPoint)
    def _on_menu(self, index: int, where: QPoint) -> None:
        picture_id = self._picture_id(index)
        if picture_id is not None:
            self.menu_asked.emit(picture_id, where)

    @Slot()
    def _on_zoom(self) -> None:
        if self._is_at_round():
            self._showing.hold(not self.view.is_fitted)

    def _picture_id(self, index: int) -> int | None:
        if self._showing.picture is not None:
            return self._showing.picture.id
        cells = self._showing.cells
        return cells[index].picture_id if index < len(cells) else None

    # -- zooming ----------------------------------------------------------------------------

    @property
    def active_view(self) -> ImageView:
        """What zooming is for now."""
        return self.compare.view if self._is_comparing() else self.view

    def _has_pictures(self) -> bool:
        return self.isVisible() and not self._showing.is_empty

    @Slot()
    def _zoom_in(self) -> None:
        self.active_view.zoom_in()

    @Slot()
    def _zoom_out(self) -> None:
        self.active_view.zoom_out()

    @Slot()
    def _fit(self) -> None:
        self.active_view.fit()

    @Slot()
    def _show_full_size(self) -> None:
        self.active_view.show_full_size()
