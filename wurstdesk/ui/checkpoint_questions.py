"""Questions about checkpoints before something is fetched, copied or deleted; none blocks."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QLabel, QMessageBox, QPushButton, QWidget

from wurstdesk.generation.fetching import HalfPrecision
from wurstdesk.generation.shelf import ShelfItem, VerifyReport
from wurstdesk.session.checkpoint_shelf import CheckpointShelf, Outcome, bytes_words
from wurstdesk.session.fetching import FetchQueue
from wurstdesk.ui.checkpoint_words import precision_words

_HALVES: tuple[HalfPrecision, ...] = ("float16", "bfloat16")


class CheckpointQuestions(QObject):
    """Asks over ``window``, one question at a time, and does what is answered."""

    def __init__(self, shelf: CheckpointShelf, fetching: FetchQueue, window: QWidget) -> None:
        super().__init__(window)
        self._shelf = shelf
        self._fetching = fetching
        self.box: QMessageBox | None = None
        self._answers: dict[QPushButton, Callable[[], None]] = {}
        self._item: ShelfItem | None = None
        self._report: VerifyReport | None = None

    def ask_to_remove(self, item: ShelfItem) -> None:
        """Shall it be deleted?"""
        size = bytes_words(item.bytes_on_disk)
        hint = self.tr("Pictures that were made with it stay.")
        if item.place == "hub cache":
            hint = self.tr("Other programs that use the hub’s cache lose it, too. {0}").format(hint)
        elif item.repo:
            hint = self.tr("It can be fetched again from {0}. {1}").format(item.repo, hint)
        box = self._box(
            self.tr("Remove a checkpoint"),
            self.tr("Delete {0} from the disk? {1} become free.").format(item.info.title, size),
            hint,
        )
        self._item = item
        self._add(box, self.tr("&Remove"), self._remove)
        self._open(box)

    def ask_to_convert(self, item: ShelfItem) -> None:
        """In which half precision?"""
        half = bytes_words(item.bytes_on_disk // 2)
        box = self._box(
            self.tr("Convert to half precision"),
            self.tr("Make a copy of {0} in half precision?").format(item.info.title),
            self.tr(
                "It takes half the disk ({0}) and loads in half the time; pictures change a "
                "little. The original stays until it is removed."
            ).format(half),
        )
        self._item = item
        for dtype, run in zip(_HALVES, (self._to_float16, self._to_bfloat16), strict=True):
            button = self._add(box, {"float16": "&float16", "bfloat16": "&bfloat16"}[dtype], run)
            button.setToolTip(precision_words(dtype))
        self._open(box, is_safe=True)

    def ask_to_repair(self, report: VerifyReport) -> None:
        """Shall it be fetched?"""
        order = report.repair
        if order is None:
            self._shelf.say(
                Outcome(
                    self.tr("Where {0} came from is not known.").format(report.item.info.title),
                    self.tr("Import the files that are wrong or missing by hand."),
                    is_problem=True,
                )
            )
            return
        names = ", ".join(repository.repo_id for repository in order.repositories)
        count = len(report.repaired_files)
        box = self._box(
            self.tr("Repair a checkpoint"),
            self.tr("Fetch what is wrong or missing in {0}?").format(report.item.info.title),
            self.tr("One file comes from {0}. What is right stays.").format(names)
            if count == 1
            else self.tr("{1} files come from {0}. What is right stays.").format(names, count),
        )
        self._report = report
        self._add(box, self.tr("&Fetch"), self._repair)
        self._open(box, is_safe=True)

    # -- the box ----------------------------------------------------------------------------

    def _box(self, title: str, text: str, hint: str) -> QMessageBox:
        parent = self.parent()
        box = QMessageBox(parent if isinstance(parent, QWidget) else None)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(title)
        box.setText(text)
        box.setInformativeText(hint)
        for label in box.findChildren(QLabel):
            label.setTextFormat(Qt.TextFormat.PlainText)  # names are anybody's text
        self._answers.clear()
        return box

    def _add(self, box: QMessageBox, text: str, run: Callable[[], None]) -> QPushButton:
        button = box.addButton(text, QMessageBox.ButtonRole.AcceptRole)
        self._answers[button] = run
        return button

    def _open(self, box: QMessageBox, *, is_safe: bool = False) -> None:
        cancel = box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(next(iter(self._answers)) if is_safe else cancel)
        box.setEscapeButton(cancel)
        if self.box is not None:
            self.box.reject()
        self.box = box
        box.finished.connect(self._on_finished)
        box.open()

    @Slot()
    def _on_finished(self) -> None:
        box, self.box = self.box, None
        if box is None:
            return
        clicked = box.clickedButton()
        run = next((run for button, run in self._answers.items() if button is clicked), None)
        self._answers.clear()
        box.deleteLater()
        if run is not None:
            run()

    # -- the answers ------------------------------------------------------------------------

    def _remove(self) -> None:
        if self._item is not None:
            self._shelf.remove(self._item)

    def _to_float16(self) -> None:
        if self._item is not None:
            self._shelf.convert(self._item, "float16")

    def _to_bfloat16(self) -> None:
        if self._item is not None:
            self._shelf.convert(self._item, "bfloat16")

    def _repair(self) -> None:
        if self._report is not None and self._report.repair is not None:
            title = self._report.item.info.title
            self._fetching.add(self.tr("Repair of {0}").format(title), self._report.repair)
