"""The strip of this session's pictures, newest first."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRectF,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QGuiApplication,
    QImage,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPalette,
    QPen,
)
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from wurstdesk.session.pictures import SessionPicture, SessionPictures
from wurstdesk.session.state import StudioState
from wurstdesk.ui.i18n import DOT, size_text
from wurstdesk.ui.picture_drag import drag_out
from wurstdesk.ui.theme import Colours, colours_of

_HEIGHT = 76
_GAP = 6
_Index = QModelIndex | QPersistentModelIndex
_VCENTER_WRAPPED = int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap)
LETTER_ROLE = Qt.ItemDataRole.UserRole + 1


class FilmstripModel(QAbstractListModel):
    """The session's pictures as rows."""

    def __init__(self, pictures: SessionPictures) -> None:
        super().__init__()
        self._pictures = pictures
        self._ids = [picture.id for picture in pictures][::-1]
        self.letters: dict[int, str] = {}
        """What is painted on a picture: which of the two it is that are compared."""
        pictures.added.connect(self._on_added)
        pictures.changed.connect(self._on_changed)

    def rowCount(self, parent: _Index | None = None) -> int:
        """How many pictures there are."""
        return 0 if parent is not None and parent.isValid() else len(self._ids)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Thumbnail, tip and accessible text; the picture itself as user role."""
        picture = self.picture(index)
        if picture is None:
            return None
        if role == Qt.ItemDataRole.UserRole:
            return picture
        if role == LETTER_ROLE:
            return self.letters.get(picture.id, "")
        if role in {Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole}:
            return self._words(picture)
        return None

    def picture(self, index: _Index) -> SessionPicture | None:
        """That of a row."""
        return self._pictures.find(self._ids[index.row()]) if index.isValid() else None

    def row_of(self, picture_id: int) -> int:
        """Where a picture is."""
        return self._ids.index(picture_id)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Pictures can be carried away."""
        return super().flags(index) | Qt.ItemFlag.ItemIsDragEnabled

    def show_letters(self, letters: dict[int, str]) -> None:
        """Mark pictures, and no others."""
        if letters != self.letters:
            self.letters = letters
            if self._ids:
                last = self.index(len(self._ids) - 1)
                self.dataChanged.emit(self.index(0), last, [LETTER_ROLE])

    def _words(self, picture: SessionPicture) -> str:
        request = picture.request
        facts = [
            request.prompt or self.tr("(no prompt)"),
            self.tr("seed {0}").format(request.seed),
            size_text(request.width, request.height),
        ]
        if picture.unsaved is not None:
            facts.append(self.tr("not saved"))
        return DOT.join(facts)

    @Slot(int)
    def _on_added(self, picture_id: int) -> None:
        self.beginInsertRows(QModelIndex(), 0, 0)
        self._ids.insert(0, picture_id)
        self.endInsertRows()

    @Slot(int)
    def _on_changed(self, picture_id: int) -> None:
        index = self.index(self.row_of(picture_id))
        self.dataChanged.emit(index, index)


class _ThumbnailDelegate(QStyledItemDelegate):
    """Paints a picture with rounded corners; a ring round the chosen one."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """As wide as the picture's proportions say."""
        del option
        picture = index.data(Qt.ItemDataRole.UserRole)
        size = picture.thumbnail.size()
        width = _HEIGHT * size.width() / max(1, size.height())
        return QSize(round(min(max(width, 32), 220)) + _GAP, _HEIGHT + _GAP)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint one picture."""
        picture: SessionPicture = index.data(Qt.ItemDataRole.UserRole)
        colours = colours_of(option.palette)
        state = option.state
        half = _GAP / 2
        rect = QRectF(option.rect).adjusted(half, half, -half, -half)
        rect.setHeight(_HEIGHT)  # the view makes items as high as itself
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        outline = QPainterPath()
        outline.addRoundedRect(rect, 4, 4)
        painter.setClipPath(outline)
        _paint_covering(painter, rect, picture.thumbnail)
        painter.setClipping(False)
        if state & QStyle.StateFlag.State_Selected:
            has_focus = bool(state & QStyle.StateFlag.State_HasFocus)
            painter.setPen(QPen(QColor(colours.accent), 3 if has_focus else 2))
            painter.drawRoundedRect(rect.adjusted(-1, -1, 1, 1), 5, 5)
        elif state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(colours.dim), 1, Qt.PenStyle.DashLine))
            painter.drawRoundedRect(rect.adjusted(-1, -1, 1, 1), 5, 5)
        letter = index.data(LETTER_ROLE)
        if letter:
            _paint_letter(painter, rect, letter, colours)
        if picture.unsaved is not None:
            painter.setPen(QPen(QColor(colours.window), 1.5))
            painter.setBrush(QColor(colours.problem))
            painter.drawEllipse(rect.topRight() + QPoint(-10, 10), 5, 5)
        painter.restore()


class Filmstrip(QListView):
    """Click or arrow keys show a picture on the canvas, Ctrl+click compares it with the one there;
    it can be dragged out as a file, and its menu has the rest."""

    menu_asked = Signal(int, QPoint)
    """Id of a picture, and where on the screen its menu is wanted."""

    def __init__(self, state: StudioState) -> None:
        super().__init__()
        self._state = state
        self._is_pressed = False
        self._under_press = QPersistentModelIndex()  # what a drag would carry away
        self.strip_model = FilmstripModel(state.pictures)
        self._delegate = _ThumbnailDelegate(self)
        self.setModel(self.strip_model)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(self.tr("Pictures of this session"))
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._fit_bar()
        self.setViewportMargins(11, 0, 11, 0)
        self.viewport().setAutoFillBackground(False)
        self.setDragEnabled(True)
        self.setAutoScroll(False)  # a new picture must not take the strip from where one looks
        self.selectionModel().currentChanged.connect(self._on_current)
        self.clicked.connect(self._on_clicked)  # also where it is the current one already
        state.showing.changed.connect(self._show_current)
        state.round.ended.connect(self._show_current)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Say what will be here while nothing is."""
        super().paintEvent(event)
        if not self.strip_model.rowCount():
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            room = self.viewport().rect().adjusted(3, 0, 0, 0)
            words = self.tr("The pictures of this session gather here.")
            painter.drawText(room, _VCENTER_WRAPPED, words)
            painter.end()

    def changeEvent(self, event: QEvent) -> None:
        """The bar beneath the pictures may have become larger with the interface."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._fit_bar()

    def _fit_bar(self) -> None:
        bar = self.horizontalScrollBar().sizeHint().height()
        self.setFixedHeight(_HEIGHT + _GAP + 2 + bar)

    # -- where one looks --------------------------------------------------------------------

    def rowsInserted(self, parent: _Index, start: int, end: int) -> None:
        """A new picture comes at the left; who looks further to the right stays there."""
        bar = self.horizontalScrollBar()
        place = bar.value()
        super().rowsInserted(parent, start, end)
        self.executeDelayedItemsLayout()
        if place > bar.minimum():
            bar.setValue(place + self.visualRect(self.strip_model.index(start)).width())

    @Slot()
    def _show_current(self) -> None:
        """Mark what the canvas shows, and have it in sight where somebody chose it."""
        self._mark_current()
        if self._state.showing.picture is not None:
            self.scrollTo(self.currentIndex())

    def _mark_current(self) -> None:
        showing = self._state.showing
        a, b = showing.comparison.a, showing.comparison.b
        letters = {} if a is None or b is None else {a.id: "A", b.id: "B"}
        self.strip_model.show_letters(letters)
        picture = showing.picture_in_view
        if picture is None:
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())
        else:
            self.setCurrentIndex(self.strip_model.index(self.strip_model.row_of(picture.id)))

    # -- what the person does ---------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Show nothing yet, for it may become a drag; the mark stays with what is shown."""
        self._is_pressed = True
        self._under_press = QPersistentModelIndex(self.indexAt(event.position().toPoint()))
        super().mousePressEvent(event)
        if self._state.showing.picture_in_view is not None:
            self._mark_current()  # of nothing that is selected Qt begins no drag
        if event.button() != Qt.MouseButton.LeftButton:
            self._is_pressed = False

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Now it was a click, or nothing."""
        self._is_pressed = False
        super().mouseReleaseEvent(event)
        self._mark_current()

    def startDrag(self, actions: Qt.DropAction) -> None:
        """Carry the picture under the pointer away."""
        del actions
        picture = self.strip_model.picture(self._under_press)
        self._is_pressed = False
        if picture is not None:
            drag_out(self, picture)
        self._mark_current()

    @Slot(QModelIndex)
    def _on_current(self, index: QModelIndex) -> None:
        picture = self.strip_model.picture(index)
        if picture is None or self._is_pressed:
            return
        if picture is not self._state.showing.picture_in_view:
            self._state.showing.show_picture(picture.id)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        picture = self.strip_model.picture(index)
        if picture is None:
            return
        if QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.ControlModifier:
            self._state.showing.compare_with(picture.id)
        else:
            self._state.showing.show_picture(picture.id)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu of the picture under the pointer, or of the current one for the menu key."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        picture = self.strip_model.picture(index)
        if picture is not None:
            where = self.visualRect(index).center() if by_key else event.pos()
            self.menu_asked.emit(picture.id, self.viewport().mapToGlobal(where))
            self._mark_current()  # the menu may be about another picture than the one in view


def _paint_letter(painter: QPainter, rect: QRectF, letter: str, colours: Colours) -> None:
    """Which of the two that are compared it is, in its corner."""
    side = painter.fontMetrics().height() + 2.0
    box = QRectF(rect.left() + 4, rect.top() + 4, side, side)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.window))
    painter.drawRoundedRect(box, 4, 4)
    painter.setPen(QColor(colours.text))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, letter)


def _paint_covering(painter: QPainter, rect: QRectF, image: QImage) -> None:
    """Fill a rectangle with a picture's middle."""
    size = image.size().scaled(rect.size().toSize(), Qt.AspectRatioMode.KeepAspectRatioByExpanding)
    target = QRectF(0, 0, size.width(), size.height())
    target.moveCenter(rect.center())
    painter.drawImage(target, image)
