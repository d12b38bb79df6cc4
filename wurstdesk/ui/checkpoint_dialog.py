"""The checkpoints on this machine: what there is, what can be done with it, how to get more."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from wurstdesk.generation.shelf import ShelfItem, VerifyReport
from wurstdesk.session.checkpoint_shelf import bytes_words
from wurstdesk.session.state import StudioState
from wurstdesk.ui.checkpoint_bringing import CheckpointBringing
from wurstdesk.ui.checkpoint_details import CheckpointDetails
from wurstdesk.ui.checkpoint_drops import CheckpointDrops
from wurstdesk.ui.checkpoint_get import GetDialog
from wurstdesk.ui.checkpoint_list import CheckpointList
from wurstdesk.ui.checkpoint_questions import CheckpointQuestions
from wurstdesk.ui.checkpoint_work import WorkBar
from wurstdesk.ui.controls import SideScrollArea, dim_label, line, quiet_button
from wurstdesk.ui.fetch_row import FetchRows
from wurstdesk.ui.file_manager import FileManager
from wurstdesk.ui.flow_row import FlowRow


class CheckpointDialog(QDialog):
    """Shows and tends what lies on the disk. It does not stop the window."""

    settings_asked = Signal()
    """To see the settings of where checkpoints come from."""

    def __init__(
        self, state: StudioState, parent: QWidget | None = None, files: FileManager | None = None
    ) -> None:
        super().__init__(parent)
        self._state = state
        self._shelf = state.checkpoints.shelf
        self._files = files or FileManager(self)
        self._repairs = ""
        self._is_sized = False
        self.setWindowTitle(self.tr("Checkpoints"))
        self.get_dialog: GetDialog | None = None
        self.questions = CheckpointQuestions(self._shelf, state.checkpoints.fetching, self)
        self.bringing = CheckpointBringing(state, self)
        self.list = CheckpointList(self._shelf)
        self.details = CheckpointDetails(self._shelf)
        self.work = WorkBar(self._shelf)
        self.fetches = FetchRows(state.checkpoints.fetching)
        self.room = dim_label()
        self._make_buttons()
        self._lay_out()
        self._connect()
        self.drops = CheckpointDrops(self, takes_all=True)
        self.drops.dropped.connect(self.bringing.take)
        self._show()

    def _make_buttons(self) -> None:
        self.get_button = quiet_button(
            self.tr("&Get…"), self.tr("Fetch a published checkpoint or prior")
        )
        self.import_button = quiet_button(
            self.tr("&Import…"), self.tr("Copy or link files that you have; or drop them here")
        )
        self.folder_button = quiet_button(
            self.tr("&Add a folder…"), self.tr("Look for checkpoints in a folder of yours, too")
        )
        self.again_button = quiet_button(self.tr("&Look again"), self.tr("Look at the disk anew"))
        self.use_button = QPushButton(self.tr("&Use"))
        self.use_button.setObjectName("primary")
        self.use_button.setAutoDefault(False)
        self.show_button = quiet_button(self.tr("&Show folder"))
        self.verify_button = quiet_button(
            self.tr("&Verify"), self.tr("Compare every file with the record of what it has to be")
        )
        self.repair_button = quiet_button(
            self.tr("Re&pair…"), self.tr("Find out what is wrong or missing, and fetch that")
        )
        self.convert_button = quiet_button(
            self.tr("&Convert…"), self.tr("Make a copy in half precision")
        )
        self.remove_button = quiet_button(self.tr("&Remove…"), self.tr("Delete it from the disk"))

    def _lay_out(self) -> None:
        head = FlowRow(margin=(14, 10))
        for button in (self.get_button, self.import_button, self.folder_button, self.again_button):
            head.add(button)
        head.add(self.room)
        actions = FlowRow(margin=(18, 10))
        for button in self._actions():
            actions.add(button)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(SideScrollArea(self.details), 1)
        column.addWidget(actions)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(self.list)
        self.splitter.addWidget(right)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setStretchFactor(1, 1)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.buttons.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)
        foot = QVBoxLayout()
        foot.setContentsMargins(14, 8, 14, 10)
        foot.setSpacing(8)
        for widget in (self.work, self.fetches, self.buttons):
            foot.addWidget(widget)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(head)
        outer.addWidget(line())
        outer.addWidget(self.splitter, 1)
        outer.addWidget(line())
        outer.addLayout(foot)

    def _actions(self) -> tuple[QPushButton, ...]:
        return (
            self.use_button,
            self.show_button,
            self.verify_button,
            self.repair_button,
            self.convert_button,
            self.remove_button,
        )

    def _connect(self) -> None:
        shelf = self._shelf
        for button, run in {
            self.get_button: self.get,
            self.import_button: self.bringing.ask,
            self.folder_button: self.bringing.ask_for_folder,
            self.again_button: shelf.look_anew,
            self.use_button: self._use,
            self.show_button: self._show_folder,
            self.verify_button: self._verify,
            self.repair_button: self._repair,
            self.convert_button: self._convert,
            self.remove_button: self._remove,
        }.items():
            button.clicked.connect(run)
        self.list.used.connect(self._use)
        self.buttons.rejected.connect(self.reject)
        shelf.verified.connect(self._on_verified)
        shelf.changed.connect(self._show)
        shelf.chosen_changed.connect(self._show)
        shelf.work_changed.connect(self._show)

    def showEvent(self, event: QShowEvent) -> None:
        """Now it is known how large the text is; and the disk may have changed."""
        super().showEvent(event)
        if not event.spontaneous():
            if not self._is_sized:  # Qt's own first size is no larger than a part of the screen
                self._is_sized = True
                self.resize(self.sizeHint())
                self.splitter.setSizes([self.width() * 2 // 5, self.width() * 3 // 5])
            self._shelf.look()
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def sizeHint(self) -> QSize:
        """Room for the details beside the list, measured in letters."""
        letter, high = self.fontMetrics().averageCharWidth(), self.fontMetrics().height()
        screen = self.screen().availableGeometry().size() - QSize(40, 60)
        return QSize(letter * 130, high * 36).boundedTo(screen)

    # -- what can be done -------------------------------------------------------------------

    @Slot()
    def _show(self) -> None:
        shelf, item = self._shelf, self._shelf.chosen
        is_free = not shelf.is_busy
        is_used = item is not None and shelf.is_used(item)
        self.use_button.setEnabled(item is not None and shelf.can_use(item) and not is_used)
        self.use_button.setText(self.tr("In use") if is_used else self.tr("&Use"))
        self.show_button.setEnabled(item is not None and bool(item.folders))
        for button in (self.verify_button, self.import_button):
            button.setEnabled(is_free and (button is self.import_button or item is not None))
        self.repair_button.setEnabled(is_free and item is not None and self._is_bad(item))
        self.repair_button.setVisible(item is not None and self._is_bad(item))
        self.convert_button.setVisible(item is not None and item.can_convert)
        self.convert_button.setEnabled(is_free)
        self.remove_button.setEnabled(is_free and item is not None and item.can_remove)
        self.remove_button.setToolTip(
            item.keep_reason
            if item is not None and item.keep_reason
            else self.tr("Delete it from the disk")
        )
        taken = bytes_words(sum(each.bytes_on_disk for each in shelf.items))
        free = bytes_words(shelf.free_bytes)
        self.room.setText(self.tr("{0} in all, {1} are free").format(taken, free))
        self.room.setVisible(shelf.is_known)

    def _is_bad(self, item: ShelfItem) -> bool:
        report = self._shelf.report_of(item)
        return item.state != "complete" or (report is not None and not report.is_good)

    @Slot()
    def get(self) -> None:
        """Show what can be fetched."""
        if self.get_dialog is None:
            self.get_dialog = GetDialog(self._state, self)
            self.get_dialog.finished.connect(self._on_got)
            self.get_dialog.settings_asked.connect(self.settings_asked)
        self.get_dialog.open()

    @Slot()
    def _on_got(self) -> None:
        if self.get_dialog is not None:
            self.get_dialog.deleteLater()
            self.get_dialog = None

    @Slot()
    def _use(self) -> None:
        item = self._shelf.chosen
        if item is not None and self._shelf.can_use(item):
            self._shelf.use(item)

    @Slot()
    def _show_folder(self) -> None:
        item = self._shelf.chosen
        if item is not None and item.folders:
            self._files.open(item.folders[0])

    @Slot()
    def _verify(self) -> None:
        item = self._shelf.chosen
        if item is not None:
            self._shelf.verify(item)

    @Slot()
    def _repair(self) -> None:
        """What is to be repaired has to be known first."""
        item = self._shelf.chosen
        if item is None:
            return
        report = self._shelf.report_of(item)
        if report is None:
            self._repairs = item.info.name
            self._shelf.verify(item)
        else:
            self.questions.ask_to_repair(report)

    @Slot(object)
    def _on_verified(self, report: VerifyReport) -> None:
        wanted, self._repairs = self._repairs, ""
        if wanted == report.item.info.name and not report.is_good:
            self.questions.ask_to_repair(report)

    @Slot()
    def _convert(self) -> None:
        item = self._shelf.chosen
        if item is not None and item.can_convert:
            self.questions.ask_to_convert(item)

    @Slot()
    def _remove(self) -> None:
        item = self._shelf.chosen
        if item is not None and item.can_remove:
            self.questions.ask_to_remove(item)
