"""The studio: the panel on the left, the canvas with its strip, and what docks on the right."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QEvent, QMetaObject, QObject, Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QMainWindow,
    QSplitter,
    QTabBar,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from wurstdesk.session.state import StudioState
from wurstdesk.ui.canvas import Canvas
from wurstdesk.ui.commands import CommandBook
from wurstdesk.ui.controls import line
from wurstdesk.ui.details_row import DetailsRow
from wurstdesk.ui.filmstrip import Filmstrip
from wurstdesk.ui.generation_panel import GenerationPanel
from wurstdesk.ui.progress_row import ProgressRow

_PANEL_WIDTH = 328
_DOCK_WIDTH = 264
_USUAL_POINTS = 10
_MOST_FOR_DOCKS = 0.3
"""Of the page's width at the first start, however large the letters are."""


class StudioPage(QMainWindow):
    """A main window inside the window, so that its docks belong to this page alone."""

    arranged = Signal()
    """Something was moved, hidden or made larger: time to remember it."""

    def __init__(self, state: StudioState, book: CommandBook) -> None:
        super().__init__()
        self.setWindowFlags(Qt.WindowType.Widget)
        self._state = state
        self._book = book
        self.panel = GenerationPanel(state)
        self.canvas = Canvas(state)
        self.progress = ProgressRow(state)
        self.details = DetailsRow(state)
        self.filmstrip = Filmstrip(state)
        self.docks: dict[str, QDockWidget] = {}
        self._is_arranged = self._is_by_key = False
        self._wanted = self._forced = 0  # width of the docks, and what larger text made of it
        self._is_settling = False
        self._was_shown = False
        self.setDockOptions(
            QMainWindow.DockOption.AllowTabbedDocks
            | QMainWindow.DockOption.AnimatedDocks
            | QMainWindow.DockOption.GroupedDragging  # by their tabs
        )
        self.setDockNestingEnabled(True)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self._lay_out()
        state.round.began.connect(self._show_strip)
        self._show_strip()

    def _lay_out(self) -> None:
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.canvas, 1)
        column.addWidget(line())
        column.addWidget(self.progress)
        column.addWidget(self.details)
        column.addWidget(self.filmstrip)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(self.panel)
        self.splitter.addWidget(middle)
        self.splitter.setHandleWidth(1)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setStretchFactor(0, 0)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([_PANEL_WIDTH, 10_000])
        self.splitter.splitterMoved.connect(self.arranged)
        self.setCentralWidget(self.splitter)

    def add_dock(self, name: str, title: str, widget: QWidget, *keys: str) -> QDockWidget:
        """Put a panel on the right, as a tab beside those that are there."""
        dock = QDockWidget(title, self)
        dock.setObjectName(name)
        dock.setWidget(widget)
        for other in self.docks.values():
            self.tabifyDockWidget(other, dock)
            break
        else:
            self.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
        self.docks[name] = dock
        action = self._book.add(
            f"dock_{name}", "view", title, *keys, section=2, submenu=self.tr("&Panels")
        )
        action.setCheckable(True)
        action.setChecked(True)
        action.triggered.connect(self._on_dock_action)
        action.installEventFilter(self)
        dock.installEventFilter(self)
        dock.dockLocationChanged.connect(self._on_dock_moved)
        dock.topLevelChanged.connect(self._on_dock_moved)
        dock.visibilityChanged.connect(self._on_dock_moved)
        dock.visibilityChanged.connect(self._on_dock_seen)
        dock.topLevelChanged.connect(self._on_dock_floats)
        self._on_dock_moved()
        return dock

    @Slot()
    def _on_dock_moved(self) -> None:
        """A panel among tabs needs no title besides its tab."""
        for dock in self.docks.values():
            is_tabbed = bool(self.tabifiedDockWidgets(dock)) and not dock.isFloating()
            if is_tabbed and dock.titleBarWidget() is None:
                dock.setTitleBarWidget(QWidget(dock))
            elif not is_tabbed and dock.titleBarWidget() is not None:
                dock.setTitleBarWidget(None)  # type: ignore[arg-type]  # Qt's own one
        self._name_tabs()
        self.arranged.emit()

    @Slot(bool)
    def _on_dock_seen(self, is_seen: bool) -> None:
        """Qt only moves a panel behind another tab out of sight: the Tab key would go into it."""
        dock = self.sender()
        inside = dock.widget() if isinstance(dock, QDockWidget) else None
        if inside is not None:
            inside.setEnabled(is_seen)

    @Slot(bool)
    def _on_dock_floats(self, is_floating: bool) -> None:
        """One that was behind others when it was taken away: of that Qt says nothing more."""
        if is_floating:
            self._on_dock_seen(True)

    def _name_tabs(self) -> None:
        """Qt makes the tabs when it needs them: a name, and a place before what they show."""
        for tabs in self.findChildren(QTabBar):
            if not tabs.accessibleName():
                tabs.setAccessibleName(self.tr("Panels"))
                QWidget.setTabOrder(self.filmstrip, tabs)

    def showEvent(self, event: QShowEvent) -> None:
        """The first time, with nothing remembered, the panels are as wide as they are usually."""
        super().showEvent(event)
        if not self._was_shown:
            self._was_shown = True
            self._soon("_bring_floating_ones")  # the window has to be there first
        if not self._is_arranged and self.docks:
            self._is_arranged = True
            width = round(_DOCK_WIDTH * max(1.0, self.font().pointSizeF() / _USUAL_POINTS))
            width = min(width, max(_DOCK_WIDTH, round(_MOST_FOR_DOCKS * self.width())))
            first = next(iter(self.docks.values()))
            self.resizeDocks([first], [width], Qt.Orientation.Horizontal)

    def _soon(self, slot: str) -> None:
        """Call one of these slots from the event loop, unless the page is gone by then."""
        QMetaObject.invokeMethod(self, slot, Qt.ConnectionType.QueuedConnection)

    @Slot()
    def _bring_floating_ones(self) -> None:
        """Those restored before there was a window to belong to would stay behind it."""
        for dock in self.docks.values():
            if dock.isFloating() and dock.isVisible():
                dock.hide()
                dock.show()

    def changeEvent(self, event: QEvent) -> None:
        """Larger text may need wider docks; with smaller text they are as wide as before."""
        super().changeEvent(event)
        if event.type() != QEvent.Type.FontChange or not self.isVisible() or self._is_settling:
            return
        dock = self._standing_dock()
        if dock is None:
            return
        if dock.width() != self._forced:
            self._wanted = dock.width()
        self._is_settling = True
        self._soon("_settle")  # when everything in them has its new size

    @Slot()
    def _settle(self) -> None:
        self._is_settling = False
        dock = self._standing_dock()
        if dock is not None:
            self.resizeDocks([dock], [self._wanted], Qt.Orientation.Horizontal)
            self._forced = dock.width() if dock.width() > self._wanted else 0

    def _standing_dock(self) -> QDockWidget | None:
        """One that is seen at the side."""
        if not self._is_arranged:
            return None
        at_side = (dock for dock in self.docks.values() if not dock.isFloating())
        return next((dock for dock in at_side if not dock.visibleRegion().isEmpty()), None)

    def raise_dock(self, name: str) -> None:
        """Bring a panel to the front, and the focus into it."""
        dock = self.docks[name]
        dock.show()
        dock.raise_()
        dock.window().activateWindow()  # its own one, where it floats
        inside = dock.widget()
        if inside is not None:
            inside.setEnabled(True)  # at once, whenever Qt says that it is seen
            inside.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the menu's ticks true, whichever way a panel went, and see what is done by key."""
        if event.type() == QEvent.Type.Shortcut:
            self._is_by_key = True  # what follows is its action's ``triggered``
            return False
        kinds = (QEvent.Type.ShowToParent, QEvent.Type.HideToParent)
        if isinstance(watched, QDockWidget) and event.type() in kinds:
            self._book[f"dock_{watched.objectName()}"].setChecked(not watched.isHidden())
            self.arranged.emit()
        return super().eventFilter(watched, event)

    @Slot()
    def _on_dock_action(self) -> None:
        """Bring a panel to the front; one that is there already goes.

        By its key one goes into a panel, and only from within it goes: who writes a prompt wants
        to get at the panel that is seen, and the menu's tick is for the others.
        """
        action: QObject = self.sender()
        name = action.objectName().removeprefix("dock_")
        dock = self.docks[name]
        is_seen = dock.isVisible() and not dock.visibleRegion().isEmpty()
        is_inside = dock.isAncestorOf(QApplication.focusWidget() or self)
        if is_seen and (is_inside or not self._is_by_key):
            dock.hide()
            if is_inside:
                self.panel.prompt.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self.raise_dock(name)
        self._is_by_key = False
        self._book[f"dock_{name}"].setChecked(not dock.isHidden())

    @Slot()
    def _show_strip(self) -> None:
        # From the first job on, so that the canvas does not jump when its picture comes.
        self.filmstrip.setVisible(len(self._state.queue) > 0)

    # -- remembered from one start to the next -----------------------------------------------

    def arrangement(self) -> dict[str, str]:
        """Where everything is, as text."""
        return {
            "docks": _text(self.saveState()),
            "splitter": _text(self.splitter.saveState()),
        }

    def arrange(self, kept: dict[str, object]) -> None:
        """As it was; what cannot be read changes nothing."""
        docks, splitter = kept.get("docks"), kept.get("splitter")
        if isinstance(splitter, str) and splitter:
            self.splitter.restoreState(QByteArray.fromBase64(splitter.encode("ascii", "ignore")))
        if isinstance(docks, str) and docks:
            state = QByteArray.fromBase64(docks.encode("ascii", "ignore"))
            self._is_arranged = self.restoreState(state)
        for name, dock in self.docks.items():
            self._book[f"dock_{name}"].setChecked(not dock.isHidden())


def _text(state: QByteArray) -> str:
    return bytes(state.toBase64().data()).decode("ascii")
