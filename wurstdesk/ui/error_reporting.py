"""Bugs: the crash report with its copy button, and the hook that catches what nobody caught."""

from __future__ import annotations

import platform
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QEvent, QObject, QSize, Signal, Slot, qVersion
from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from wurstdesk import __version__
from wurstdesk.errors import UserError
from wurstdesk.paths import write_atomically
from wurstdesk.session.failures import report_of
from wurstdesk.ui.controls import Remark, dim_label


def system_facts() -> str:
    """What a report says of the machine: versions, nothing that belongs to the person."""
    return (
        f"Wurstdesk {__version__}\n"
        f"Python {platform.python_version()}, Qt {qVersion()}\n"
        f"{platform.system()} {platform.release()} ({platform.machine()})\n"
    )


def fixed_font() -> QFont:
    """Letters of one width; their size stays that of the text around."""
    font = QFont()
    font.setFamilies(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).families())
    font.setStyleHint(QFont.StyleHint.Monospace)
    return font


PrivateTexts = Callable[[], Iterable[str]]
"""Gives what no report may hold unasked: the person's prompts."""


class CrashDialog(QDialog):
    """Shows reports of bugs, to be copied or saved; further ones are added while it is open.

    What ``private_texts`` gives is added only where the person wants it to be.
    """

    def __init__(self, parent: QWidget | None = None, private_texts: PrivateTexts = tuple) -> None:
        super().__init__(parent)
        self._private_texts = private_texts
        self._reports: list[str] = []
        self.dialog: QFileDialog | None = None
        self.setWindowTitle(self.tr("A mistake in Wurstdesk"))
        self._fit_text()
        self._title = QLabel(
            self.tr("Something went wrong inside Wurstdesk. Your pictures are safe.")
        )
        self._title.setWordWrap(True)
        self._privacy = dim_label()
        self._privacy.setWordWrap(True)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(self.tr("Report"))
        self.text.setFont(fixed_font())
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.prompts_box = QCheckBox(self.tr("&Include my prompts"))
        self._problem = Remark("problem")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.copy_button = QPushButton(self.tr("&Copy report"))
        self.save_button = QPushButton(self.tr("&Save…"))
        self._lay_out()
        self._show()

    def changeEvent(self, event: QEvent) -> None:
        """Larger text needs more room."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit_text()

    def _fit_text(self) -> None:
        metrics = self.fontMetrics()
        wanted = QSize(metrics.averageCharWidth() * 110, metrics.height() * 32)
        screen = self.screen().availableGeometry().size() - QSize(40, 60)
        self.resize(wanted.boundedTo(screen))

    def _lay_out(self) -> None:
        for button in (self.copy_button, self.save_button):
            self.buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        column = QVBoxLayout(self)
        for widget in (self._title, self._privacy, self.text, self.prompts_box, self._problem):
            column.addWidget(widget)
        column.addWidget(self.buttons)
        self.prompts_box.toggled.connect(self._show)
        self.copy_button.clicked.connect(self.copy)
        self.save_button.clicked.connect(self._ask_where)
        self.buttons.rejected.connect(self.reject)

    def add(self, report: str) -> None:
        """Show a report; the same one twice is once enough."""
        if report.strip() not in self._reports:
            self._reports.append(report.strip())
            self.prompts_box.setChecked(False)  # a new report is a new question
            self._show()

    @Slot()
    def _show(self) -> None:
        parts = [system_facts().strip(), *self._reports]
        prompts = tuple(dict.fromkeys(filter(str.strip, self._private_texts())))
        self.prompts_box.setVisible(bool(prompts))
        includes = bool(prompts) and self.prompts_box.isChecked()
        if includes:
            parts.append("\n\n".join(["Prompts:", *prompts]))
        self.text.setPlainText("\n\n".join(parts) + "\n")
        self.copy_button.setText(self.tr("&Copy report"))
        self._privacy.setText(
            self.tr("This report helps to mend it. It holds your prompts and is sent nowhere.")
            if includes
            else self.tr("This report helps to mend it. It holds no prompts and is sent nowhere.")
        )

    @Slot()
    def copy(self) -> None:
        """Put the report on the clipboard."""
        QGuiApplication.clipboard().setText(self.text.toPlainText())
        self.copy_button.setText(self.tr("Copied"))

    @Slot()
    def _ask_where(self) -> None:
        dialog = QFileDialog(self, self.tr("Save the report"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(self.tr("Text (*.txt)"))
        dialog.setDefaultSuffix("txt")
        dialog.selectFile("wurstdesk-report.txt")
        dialog.fileSelected.connect(self._save)
        dialog.finished.connect(self._on_dialog_finished)
        self.dialog = dialog
        dialog.open()

    @Slot(str)
    def _save(self, name: str) -> None:
        """Here and at once: whatever is broken, this must not depend on."""
        try:
            write_atomically(Path(name), self.text.toPlainText().encode("utf-8", "replace"))
            self._problem.say("")
        except UserError as error:
            self._problem.say(str(error))

    @Slot()
    def _on_dialog_finished(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None


class ExceptionHook(QObject):
    """Takes what no one caught, in any thread, and tells it to the window's thread."""

    raised = Signal(str)
    """A report."""

    def __init__(self, private_texts: PrivateTexts = tuple, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._private_texts = private_texts

    def install(self) -> None:
        """From now on, until ``uninstall``."""
        self._before = (sys.excepthook, threading.excepthook)
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception

    def uninstall(self) -> None:
        """As it was."""
        sys.excepthook, threading.excepthook = self._before

    def _on_exception(
        self,
        kind: type[BaseException],
        error: BaseException,
        trace: TracebackType | None,
    ) -> None:
        del kind, trace
        if isinstance(error, KeyboardInterrupt):
            QGuiApplication.quit()
            return
        self.raised.emit(report_of(error, self._private_texts()))

    def _on_thread_exception(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None and arguments.exc_type is not SystemExit:
            self.raised.emit(report_of(arguments.exc_value, self._private_texts()))
