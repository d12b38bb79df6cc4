"""The studio's window: puts the parts together and connects commands to the state."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QMessageBox, QSplitter, QVBoxLayout, QWidget

from wurstdesk import __version__
from wurstdesk.session.failures import Failure
from wurstdesk.session.messages import Message, MessageAction
from wurstdesk.session.state import StudioState
from wurstdesk.ui.actions import Actions
from wurstdesk.ui.canvas import Canvas
from wurstdesk.ui.controls import line
from wurstdesk.ui.details_row import DetailsRow
from wurstdesk.ui.error_reporting import CrashDialog
from wurstdesk.ui.filmstrip import Filmstrip
from wurstdesk.ui.generation_panel import GenerationPanel
from wurstdesk.ui.icons import program_icon
from wurstdesk.ui.message_bar import MessageBar
from wurstdesk.ui.picture_menu import PictureCommands
from wurstdesk.ui.progress_row import ProgressRow
from wurstdesk.ui.status_line import StatusLine
from wurstdesk.ui.theme import ThemeSwitch

_PANEL_WIDTH = 328


class MainWindow(QMainWindow):
    """Shows a ``StudioState``. Closing it shuts the state down."""

    def __init__(self, state: StudioState) -> None:
        super().__init__()
        self._state = state
        self._closes_without_saving = False
        self._crash_dialog: CrashDialog | None = None
        self._question: QMessageBox | None = None
        self._theme = ThemeSwitch(self)
        self._theme.choose(state.settings.theme)
        self.setWindowTitle("Wurstdesk")
        self.setWindowIcon(program_icon())
        self.panel = GenerationPanel(state)
        self.canvas = Canvas(state)
        self.messages = MessageBar(state.messages)
        self.progress = ProgressRow(state)
        self.details = DetailsRow(state)
        self.filmstrip = Filmstrip(state)
        self.status = StatusLine(state, self.canvas.view)
        self.commands = PictureCommands(state, self)
        self.actions_ = Actions(state, self)
        self._lay_out()
        self._connect()
        self._connect_actions()
        self._show_strip()
        self.panel.prompt.setFocus()

    # -- building ---------------------------------------------------------------------------

    def _lay_out(self) -> None:
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.messages)
        column.addWidget(self.canvas, 1)
        column.addWidget(line())
        column.addWidget(self.progress)
        column.addWidget(self.details)
        column.addWidget(self.filmstrip)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(self.panel)
        splitter.addWidget(middle)
        splitter.setHandleWidth(1)
        splitter.setChildrenCollapsible(False)
        splitter.setStretchFactor(0, 0)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([_PANEL_WIDTH, 10_000])
        self.panel.setMaximumWidth(520)
        self.setCentralWidget(splitter)
        self.setStatusBar(self.status)
        self.actions_.fill(self.menuBar())
        self.resize(self._first_size())

    def _first_size(self) -> QSize:
        room = self.screen().availableGeometry().size()
        frame = QSize(8, 40)  # of the window manager; not known before the window is shown
        return QSize(1360, 860).boundedTo(room - frame)

    def _connect(self) -> None:
        state, actions = self._state, self.actions_
        self.panel.generate_asked.connect(actions.generate.trigger)
        self.progress.stop_asked.connect(actions.stop.trigger)
        self.progress.clear_asked.connect(actions.clear.trigger)
        self.details.back_asked.connect(state.showing.show_round)
        self.details.reuse_asked.connect(actions.reuse.trigger)
        self.details.save_asked.connect(actions.save_as.trigger)
        self.canvas.menu_asked.connect(self.commands.show_menu)
        self.filmstrip.menu_asked.connect(self.commands.show_menu)
        self.canvas.empty_page.example_chosen.connect(self._on_example)
        self.messages.action_asked.connect(self._on_message_action)
        state.crashed.connect(self._on_crashed)
        state.settings_changed.connect(self._on_settings)
        state.round.began.connect(self._show_strip)

    def _connect_actions(self) -> None:
        actions, state, view = self.actions_, self._state, self.canvas.view
        actions.connect_all(
            {
                actions.open_folder: self.commands.open_folder,
                actions.save_as: self._save_as,
                actions.quit: self.close,
                actions.generate: self._generate,
                actions.stop: state.runner.stop,
                actions.clear: state.runner.clear_waiting,
                actions.release: state.runner.release_memory,
                actions.focus_prompt: self._focus_prompt,
                actions.reuse: self._reuse,
                actions.reuse_seed: self._reuse_seed,
                actions.copy: self._copy,
                actions.newer: self._show_newer,
                actions.older: self._show_older,
                actions.back: state.showing.show_round,
                actions.zoom_in: view.zoom_in,
                actions.zoom_out: view.zoom_out,
                actions.fit: view.fit,
                actions.full_size: view.show_full_size,
                actions.about: self._show_about,
            }
        )
        actions.random_seed.toggled.connect(state.form.set_seed_random)
        for action in actions.themes.values():
            action.triggered.connect(self._on_theme)

    # -- commands ---------------------------------------------------------------------------

    @Slot()
    def _generate(self) -> None:
        self.panel.commit()
        self._state.generate()

    @Slot()
    def _focus_prompt(self) -> None:
        self.panel.prompt.setFocus()
        self.panel.prompt.selectAll()

    @Slot()
    def _save_as(self) -> None:
        self.commands.save_as(self._state.showing.picture_in_view)

    @Slot()
    def _reuse(self) -> None:
        self.commands.reuse(self._state.showing.picture_in_view)

    @Slot()
    def _reuse_seed(self) -> None:
        self.commands.reuse_seed(self._state.showing.picture_in_view)

    @Slot()
    def _copy(self) -> None:
        self.commands.copy(self._state.showing.picture_in_view)

    @Slot()
    def _show_newer(self) -> None:
        self._state.showing.show_neighbour(1)

    @Slot()
    def _show_older(self) -> None:
        self._state.showing.show_neighbour(-1)

    @Slot(str)
    def _on_example(self, text: str) -> None:
        self._state.form.edit(prompt=text)
        self.panel.prompt.setFocus()

    @Slot()
    def _on_theme(self) -> None:
        action = self.sender()
        for theme, candidate in self.actions_.themes.items():
            if candidate is action:
                self._state.change_settings(theme=theme)

    @Slot()
    def _on_settings(self) -> None:
        self._theme.choose(self._state.settings.theme)
        self.actions_.refresh()

    @Slot()
    def _show_strip(self) -> None:
        # From the first job on, so that the canvas does not jump when its picture comes.
        self.filmstrip.setVisible(len(self._state.queue) > 0)

    @Slot()
    def _show_about(self) -> None:
        self._open_box(
            self.tr("About Wurstdesk"),
            self.tr(
                "<h3>Wurstdesk {0}</h3><p>A studio for the Würstchen text-to-image model. "
                "Everything is drawn on this computer; nothing is sent anywhere.</p>"
                "<p>MIT licence. Made with Qt, PyTorch and diffusers.</p>"
            ).format(__version__),
        )

    def _open_box(self, title: str, text: str) -> QMessageBox:
        box = QMessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setWindowTitle(title)
        box.setText(text)
        box.open()
        return box

    # -- messages and failures --------------------------------------------------------------

    @Slot(object, object)
    def _on_message_action(self, action: MessageAction, message: Message) -> None:
        if action is MessageAction.SAVE_AGAIN:
            self._state.saving.save_again()
        elif action is MessageAction.SAVE_AS:
            self.commands.save_unsaved()
        else:
            self.show_report(message.report)

    @Slot(object)
    def _on_crashed(self, failure: Failure) -> None:
        self.show_report(failure.report)

    @Slot(str)
    def show_report(self, report: str) -> None:
        """Show a bug's report; also for what ``ExceptionHook`` has caught."""
        if self._crash_dialog is None:
            self._crash_dialog = CrashDialog(self)
        self._crash_dialog.add(report)
        self._crash_dialog.show()
        self._crash_dialog.raise_()

    # -- the end ----------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        """Gone at once for the eye; the process follows when the step that runs has ended."""
        if self._state.pictures.unsaved and not self._closes_without_saving:
            event.ignore()
            self._ask_about_unsaved()
            return
        self.hide()
        if self._crash_dialog is not None:
            self._crash_dialog.close()
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
