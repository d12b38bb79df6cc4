"""The seeds used before: a click uses one again, a pin keeps it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QSize, Qt, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QMenu,
    QStyleOptionViewItem,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from wurstdesk.generation import SeedUse
from wurstdesk.session.proposal import fields_of_picture, propose, use
from wurstdesk.session.seeds import SeedHistory
from wurstdesk.session.state import StudioState
from wurstdesk.ui.commands import CommandBook
from wurstdesk.ui.proposal_dialog import ProposalDialog
from wurstdesk.ui.seed_field import step_seed
from wurstdesk.ui.seed_list import SeedDelegate, SeedListModel

_NO_MODIFIER = Qt.KeyboardModifier.NoModifier
_KEYPAD = Qt.KeyboardModifier.KeypadModifier


class SeedView(QListView):
    """The list itself. Arrow keys choose, Return uses, P pins, Ctrl+C copies, Menu has all."""

    def __init__(self, state: StudioState, seeds: SeedHistory) -> None:
        super().__init__()
        self._state = state
        self._seeds = seeds
        self.seed_model = SeedListModel(seeds)
        self._delegate = SeedDelegate(seeds, state.form)
        self.dialog: ProposalDialog | None = None
        self._menu_seed = 0
        self.setModel(self.seed_model)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(self.tr("Seeds used before"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragDropMode(QListView.DragDropMode.DragOnly)
        self.setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.clicked.connect(self._on_clicked)
        seeds.changed.connect(self._repaint)
        state.form.changed.connect(self._repaint)

    def minimumSizeHint(self) -> QSize:
        """A seed is never cut off."""
        metrics = self.fontMetrics()
        return QSize(4 * metrics.height() + metrics.horizontalAdvance("0" * 13), 120)

    # -- what can be done -------------------------------------------------------------------

    def current_use(self) -> SeedUse | None:
        """The row that the keys act on."""
        return self.seed_model.use(self.currentIndex())

    def use_seed(self, seed: int) -> None:
        """Take it, now and until told otherwise."""
        self._state.form.take_seed(seed)
        self._state.told.emit(self.tr("Seed {0} is used for the next pictures.").format(seed))

    def ask_for_all(self, seed: int) -> None:
        """Show what would change if everything of its picture were taken."""
        found = self._seeds.find(seed)
        if found is None:
            return
        title = self.tr("Use the settings of seed {0}").format(seed)
        wanted = fields_of_picture(found.request)
        proposal = propose(self._state.form, wanted, title=title)
        self.dialog = ProposalDialog(proposal, self.window())
        self.dialog.accepted_fields.connect(self._on_fields)
        self.dialog.finished.connect(self._on_dialog_finished)
        self.dialog.open()

    def toggle_pin(self, seed: int) -> None:
        """Pin it, or let it go."""
        found = self._seeds.find(seed)
        if found is None:
            return
        self._seeds.set_pinned(seed, not found.is_pinned)
        said = (
            self.tr("Seed {0} is no longer pinned.")
            if found.is_pinned
            else self.tr("Seed {0} is pinned.")
        )
        self._state.told.emit(said.format(seed))

    def copy_seed(self, seed: int) -> None:
        """Put the number on the clipboard."""
        QGuiApplication.clipboard().setText(str(seed))
        self._state.told.emit(self.tr("Copied."))

    def menu(self, found: SeedUse) -> QMenu:
        """A menu of all this, which goes when it is closed."""
        self._menu_seed = found.seed
        menu = QMenu(self)
        menu.addAction(self.tr("Use this seed") + _key_text("Return"), self._use_it)
        menu.addAction(self.tr("Use all settings…"), self._use_all_of_it)
        menu.addSeparator()
        pin = self.tr("Unpin") if found.is_pinned else self.tr("Pin")
        menu.addAction(pin + _key_text("P"), self._pin_it)
        menu.addAction(self.tr("Copy seed") + _key_text("Ctrl+C"), self._copy_it)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    # -- mouse and keys ---------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Letters do not search here: one of them pins."""
        found = self.current_use()
        plain = event.modifiers() in {_NO_MODIFIER, _KEYPAD}
        if found is None:
            super().keyPressEvent(event)
        elif plain and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.use_seed(found.seed)
        elif plain and event.key() == Qt.Key.Key_P:
            self.toggle_pin(found.seed)
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy_seed(found.seed)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The pin is no part of what is chosen or dragged."""
        if self._pin_at(event.position().toPoint()) is None:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click on the pin pins."""
        found = self._pin_at(event.position().toPoint())
        if found is None or self.state() == QListView.State.DraggingState:
            super().mouseReleaseEvent(event)
        elif event.button() == Qt.MouseButton.LeftButton:
            self.toggle_pin(found.seed)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """The second click on a pin is one more click."""
        if self._pin_at(event.position().toPoint()) is None:
            super().mouseDoubleClickEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu of the row under the mouse, or of the one that the keys act on."""
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            index = self.currentIndex()
            where = self.visualRect(index).center()
        else:
            index, where = self.indexAt(event.pos()), event.pos()
        found = self.seed_model.use(index)
        if found is not None:
            self.menu(found).popup(self.viewport().mapToGlobal(where))

    def viewportEvent(self, event: QEvent) -> bool:
        """The pin says what it does."""
        if event.type() == QEvent.Type.ToolTip:
            where: QPoint = event.pos()  # type: ignore[attr-defined]
            found = self._pin_at(where)
            if found is not None:
                said = self.tr("Unpin (P)") if found.is_pinned else self.tr("Keep at the top (P)")
                QToolTip.showText(self.viewport().mapToGlobal(where), said, self.viewport())
                return True
        return super().viewportEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Say what will be here while nothing is."""
        super().paintEvent(event)
        if self.seed_model.rowCount() or not self._seeds.was_loaded:
            return
        painter = QPainter(self.viewport())
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        room = self.viewport().rect().adjusted(14, 14, -14, -14)
        painter.drawText(room, Qt.TextFlag.TextWordWrap, self.empty_text())
        painter.end()

    def empty_text(self) -> str:
        """What is said while there is no seed."""
        return self.tr(
            "The seeds of your pictures gather here. Click one to use it again, "
            "or pin it to keep it at the top."
        )

    def _pin_at(self, where: QPoint) -> SeedUse | None:
        """The seed whose pin is there."""
        index = self.indexAt(where)
        if not index.isValid():
            return None
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        option.rect = self.visualRect(index)
        return (
            self.seed_model.use(index) if self._delegate.pin_rect(option).contains(where) else None
        )

    # -- from the list, its menu and its dialog ---------------------------------------------

    @Slot()
    def _repaint(self) -> None:
        self.viewport().update()

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        found = self.seed_model.use(index)
        if found is not None:
            self.use_seed(found.seed)

    @Slot()
    def _use_it(self) -> None:
        self.use_seed(self._menu_seed)

    @Slot()
    def _use_all_of_it(self) -> None:
        self.ask_for_all(self._menu_seed)

    @Slot()
    def _pin_it(self) -> None:
        self.toggle_pin(self._menu_seed)

    @Slot()
    def _copy_it(self) -> None:
        self.copy_seed(self._menu_seed)

    @Slot(object)
    def _on_fields(self, fields: dict[str, object]) -> None:
        use(self._state.form, fields)
        self._state.told.emit(self.tr("These settings are used for the next pictures."))

    @Slot()
    def _on_dialog_finished(self) -> None:
        self.dialog = None


class SeedPanel(QWidget):
    """The list with its commands; what was kept is read when it is first seen."""

    def __init__(self, state: StudioState, seeds: SeedHistory, book: CommandBook) -> None:
        super().__init__()
        self._state = state
        self._seeds = seeds
        self.view = SeedView(state, seeds)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.addWidget(self.view)
        self.setFocusProxy(self.view)
        section = 3
        book.add(
            "next_seed",
            "generate",
            self.tr("Ne&xt seed"),
            "Ctrl+Shift+D",
            run=self._next_seed,
            section=section,
            tip=self.tr("Use the seed after this one"),
        )
        book.add(
            "pin_seed",
            "generate",
            self.tr("P&in or unpin the seed"),
            "Ctrl+Shift+I",
            run=self._pin_seed,
            enabled=self._can_pin,
            section=section,
            tip=self.tr("Keep this seed at the top of the list of seeds"),
        )
        seeds.changed.connect(book.refresh)

    def showEvent(self, event: QShowEvent) -> None:
        """Now somebody looks."""
        super().showEvent(event)
        if not self._seeds.was_loaded:
            self._seeds.load()

    def _can_pin(self) -> bool:
        return self._seeds.find(self._state.form.request.seed) is not None

    @Slot()
    def _next_seed(self) -> None:
        step_seed(self._state.form, 1)

    @Slot()
    def _pin_seed(self) -> None:
        self.view.toggle_pin(self._state.form.request.seed)


def _key_text(key: str) -> str:
    """A key as a menu shows it, in the platform's way."""
    native = QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
    return f"\t{native}"
