"""The program's window: puts the pages together and connects commands to the state."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QCloseEvent, QMoveEvent, QResizeEvent
from PySide6.QtWidgets import QMainWindow, QMessageBox, QStackedWidget, QVBoxLayout, QWidget

from wurstdesk.session.failures import Failure
from wurstdesk.session.messages import Message, MessageAction
from wurstdesk.session.state import StudioState
from wurstdesk.ui.checkpoint_drops import CheckpointDrops
from wurstdesk.ui.commands import CommandBook
from wurstdesk.ui.desktop.notifications import DoneNotification, notifier_for
from wurstdesk.ui.desktop.taskbar import TaskbarProgress, indicator_for
from wurstdesk.ui.dialogs import Dialogs
from wurstdesk.ui.drops import install_drops
from wurstdesk.ui.fetch_row import FetchBar
from wurstdesk.ui.gallery_page import GalleryPage
from wurstdesk.ui.gallery_tools import GalleryTools
from wurstdesk.ui.icons import program_icon
from wurstdesk.ui.inspector import Inspector
from wurstdesk.ui.message_bar import MessageBar
from wurstdesk.ui.picture_menu import PictureCommands
from wurstdesk.ui.prompt_field import PromptCommands
from wurstdesk.ui.prompt_keys import PastPromptCommands
from wurstdesk.ui.queue_panel import QueuePanel
from wurstdesk.ui.resume_dialog import ResumeQuestion
from wurstdesk.ui.seed_panel import SeedPanel
from wurstdesk.ui.status_line import StatusLine
from wurstdesk.ui.studio_page import StudioPage
from wurstdesk.ui.theme import ThemeSwitch
from wurstdesk.ui.top_bar import TopBar
from wurstdesk.ui.window_commands import WindowCommands

_PAGES = ("studio", "gallery")
_SETTLES_AFTER = 300
"""Milliseconds without a change until the window's place is remembered."""


class MainWindow(QMainWindow):
    """Shows a ``StudioState``. Closing it shuts the state down."""

    def __init__(self, state: StudioState) -> None:
        super().__init__()
        self._state = state
        self._closes_without_saving = False
        self._question: QMessageBox | None = None
        self._theme = ThemeSwitch(self)
        self._show_settings()
        self.setWindowTitle("Wurstdesk")
        self.setWindowIcon(program_icon())
        self.book = CommandBook(self)
        self.window_commands = WindowCommands(state, self.book)
        self.studio = StudioPage(state, self.book)
        self.gallery = GalleryPage(state, self.book)
        self.gallery_tools = GalleryTools(state, self.book, self.gallery)
        self.panel = self.studio.panel
        self.canvas = self.studio.canvas
        self.progress = self.studio.progress
        self.details = self.studio.details
        self.filmstrip = self.studio.filmstrip
        self.messages = MessageBar(state.messages, self.book)
        self.fetches = FetchBar(state.checkpoints.fetching)
        self.top = TopBar(state, self.book)
        self.status = StatusLine(state, self.canvas)
        self.commands = PictureCommands(state, self.book, self)
        self.dialogs = Dialogs(state, self.book, self)
        self.resume_question = ResumeQuestion(state.unfinished, self)
        self._add_commands()
        self.drops = install_drops(self, self.panel, state, self.book)
        self.checkpoint_drops = CheckpointDrops(self)
        self._settling = QTimer(self)
        self._lay_out()
        self._add_docks()
        self._connect()
        self._connect_commands()
        self._tell_desktop()
        self._recall()
        self.book.fill(self.menuBar())
        self.book.refresh()
        self.panel.prompt.setFocus()

    # -- building ---------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.pages = QStackedWidget()
        self.pages.addWidget(self.studio)
        self.pages.addWidget(self.gallery)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.top, self.messages, self.fetches):
            column.addWidget(part)
        column.addWidget(self.pages, 1)
        self.setCentralWidget(middle)
        self.setStatusBar(self.status)
        self.resize(self._first_size())

    def _add_docks(self) -> None:
        state, add = self._state, self.studio.add_dock
        self.queue_panel = QueuePanel(state, self.book)
        self.inspector = Inspector(state)
        self.seed_panel = SeedPanel(state, state.seeds, self.book)
        add("queue", self.tr("Queue"), self.queue_panel, "Ctrl+3")
        add("inspector", self.tr("Inspector"), self.inspector, "Ctrl+4")
        add("seeds", self.tr("Seeds"), self.seed_panel, "Ctrl+5")
        self.studio.docks["queue"].raise_()
        for dock in self.studio.docks.values():
            self.drops.add_panel(dock)

    def _add_commands(self) -> None:
        panel, book = self.panel, self.book
        self.canvas.add_commands(book)
        PromptCommands(book, panel.prompt_field, panel.negative_field)
        PastPromptCommands(book, panel.prompt_keys, panel.negative_keys, self._state.prompts)
        panel.style_row.add_commands(book)

    def _tell_desktop(self) -> None:
        TaskbarProgress(self._state, self, indicator_for(self))
        notifier = notifier_for(self.windowIcon(), self)
        self.notification = DoneNotification(self._state, self, notifier)
        self.notification.activated.connect(self.come_to_front)

    @Slot()
    def come_to_front(self) -> None:
        """Before all other windows, as far as the desktop lets it."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def _first_size(self) -> QSize:
        room = self.screen().availableGeometry().size()
        frame = QSize(8, 40)  # of the window manager; not known before the window is shown
        return QSize(1440, 900).boundedTo(room - frame)

    def _connect(self) -> None:
        state, book, studio = self._state, self.book, self.studio
        self.panel.generate_asked.connect(book["generate"].trigger)
        studio.progress.stop_asked.connect(state.runner.stop)
        studio.progress.clear_asked.connect(state.runner.clear_waiting)
        studio.details.back_asked.connect(state.showing.go_back)
        studio.details.reuse_asked.connect(book["reuse"].trigger)
        studio.details.save_asked.connect(book["save_as"].trigger)
        self.canvas.menu_asked.connect(self.commands.show_menu)
        studio.filmstrip.menu_asked.connect(self.commands.show_menu)
        self.canvas.empty_page.example_chosen.connect(self._on_example)
        self.messages.action_asked.connect(self._on_message_action)
        for part in (self.top.plan_asked, self.panel.settings_asked):
            part.connect(self.dialogs.show_device)
        self.checkpoint_drops.dropped.connect(self.dialogs.import_checkpoint)
        for asked in (self.fetches.more_asked, self.panel.checkpoint_row.manage_button.clicked):
            asked.connect(self.dialogs.show_checkpoints)
        self.inspector.show_file_asked.connect(book["show_in_folder"].trigger)
        state.crashed.connect(self._on_crashed)
        state.settings_changed.connect(self._show_settings)
        self._settling.setSingleShot(True)
        self._settling.setInterval(_SETTLES_AFTER)
        self._settling.timeout.connect(self._remember)
        studio.arranged.connect(self._settling.start)

    def _connect_commands(self) -> None:
        book = self.book
        for name, slot in {
            "quit": self.close,
            "generate": self._generate,
            "focus_prompt": self._focus_prompt,
        }.items():
            book[name].triggered.connect(slot)
        for page in _PAGES:
            book[page].triggered.connect(self._on_page)

    # -- pages ------------------------------------------------------------------------------

    @Slot()
    def _on_page(self) -> None:
        action = self.sender()
        if action is not None:
            self.activateWindow()  # it may have been a panel that floats
            self.show_page(action.objectName())

    def show_page(self, name: str) -> None:
        """Turn to ``studio`` or ``gallery``."""
        index = _PAGES.index(name) if name in _PAGES else 0
        self.pages.setCurrentIndex(index)
        self.book[_PAGES[index]].setChecked(True)
        self.status.zoom.setVisible(index == 0)
        self.commands.act_in(self.gallery if index else None)
        self._state.memory.keep("page", _PAGES[index])
        if index:
            self.gallery.grid.setFocus()
        else:
            self.panel.prompt.setFocus()

    # -- remembered -------------------------------------------------------------------------

    def _recall(self) -> None:
        memory = self._state.memory
        geometry = memory.text("geometry")
        if geometry:
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode("ascii", "ignore")))
        self.studio.arrange(memory.mapping("studio"))
        self.show_page(memory.text("page"))

    @Slot()
    def _remember(self) -> None:
        geometry = bytes(self.saveGeometry().toBase64().data()).decode("ascii")
        self._state.memory.keep("geometry", geometry)
        self._state.memory.keep("studio", self.studio.arrangement())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """To be as large at the next start."""
        super().resizeEvent(event)
        self._settling.start()

    def moveEvent(self, event: QMoveEvent) -> None:
        """To be there at the next start."""
        super().moveEvent(event)
        self._settling.start()

    # -- commands ---------------------------------------------------------------------------

    @Slot()
    def _generate(self) -> None:
        self.panel.commit()
        self._state.generate()

    @Slot()
    def _focus_prompt(self) -> None:
        self.activateWindow()
        self.show_page("studio")
        self.panel.prompt.setFocus()
        self.panel.prompt.selectAll()

    @Slot(str)
    def _on_example(self, text: str) -> None:
        self._state.form.edit(prompt=text)
        self.panel.prompt.setFocus()

    @Slot()
    def _show_settings(self) -> None:
        self._theme.choose(self._state.settings.theme)
        self._theme.scale(self._state.settings.interface_scale)

    # -- messages and failures --------------------------------------------------------------

    @Slot(object, object)
    def _on_message_action(self, action: MessageAction, message: Message) -> None:
        if action is MessageAction.SAVE_AGAIN:
            self._state.saving.save_again()
        elif action is MessageAction.SAVE_AS:
            self.commands.save_unsaved()
        elif action is MessageAction.CHOOSE_FOLDER:
            self.dialogs.show_folders()
        elif action is MessageAction.SHOW_CHECKPOINTS:
            self.dialogs.show_checkpoints()
        elif action is MessageAction.USE_CHECKPOINT:
            self._state.checkpoints.use_fetched(message.key)
        elif action is MessageAction.LOW_MEMORY:
            self._state.save_memory()
        else:
            self.dialogs.show_report(message.report)

    @Slot(object)
    def _on_crashed(self, failure: Failure) -> None:
        self.dialogs.show_report(failure.report)

    # -- the end ----------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        """Gone at once for the eye; the process follows when the step that runs has ended."""
        if self._state.pictures.unsaved and not self._closes_without_saving:
            event.ignore()
            self._ask_about_unsaved()
            return
        if self._settling.isActive():
            self._settling.stop()
            self._remember()
        self.hide()
        self.dialogs.close_all()
        self._state.shutdown()
        event.accept()

    def _ask_about_unsaved(self) -> None:
        if self._question is not None:
            return
        count = len(self._state.pictures.unsaved)
        box = QMessageBox(self)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(self.tr("Pictures are not saved"))
        box.setText(self.tr("Pictures that could not be saved: {0}").format(count))
        box.setInformativeText(self.tr("They are lost when the window is closed."))
        box.setStandardButtons(
            QMessageBox.StandardButton.Save
            | QMessageBox.StandardButton.Discard
            | QMessageBox.StandardButton.Cancel
        )
        box.setDefaultButton(QMessageBox.StandardButton.Save)
        box.finished.connect(self._on_answer)
        self._question = box
        box.open()

    @Slot(int)
    def _on_answer(self, answer: int) -> None:
        if self._question is not None:
            self._question.deleteLater()
            self._question = None
        if answer == QMessageBox.StandardButton.Save:
            self.commands.save_unsaved()
        elif answer == QMessageBox.StandardButton.Discard:
            self._closes_without_saving = True
            self.close()
