"""Bugs: the crash report with its copy button, and the hook that catches what nobody caught."""

from __future__ import annotations

import platform
import sys
import threading
from collections.abc import Callable, Iterable
from types import TracebackType

from PySide6.QtCore import QObject, Signal, qVersion
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from wurstdesk import __version__
from wurstdesk.session.failures import report_of
from wurstdesk.ui.controls import dim_label


def system_facts() -> str:
    """What a report says of the machine: versions, nothing that belongs to the person."""
    return (
        f"Wurstdesk {__version__}\n"
        f"Python {platform.python_version()}, Qt {qVersion()}\n"
        f"{platform.system()} {platform.release()} ({platform.machine()})\n"
    )


class CrashDialog(QDialog):
    """Shows reports of bugs, to be copied; further ones are added while it is open."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("A mistake in Wurstdesk"))
        self.resize(640, 420)
        title = QLabel(self.tr("Something went wrong inside Wurstdesk. Your pictures are safe."))
        title.setWordWrap(True)
        privacy = dim_label(
            self.tr("This report helps to mend it. It holds no prompts and is sent nowhere.")
        )
        privacy.setWordWrap(True)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(self.tr("Report"))
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.copy_button = QPushButton(self.tr("&Copy report"))
        self.buttons.addButton(self.copy_button, QDialogButtonBox.ButtonRole.ActionRole)
        column = QVBoxLayout(self)
        for widget in (title, privacy, self.text, self.buttons):
            column.addWidget(widget)
        self.copy_button.clicked.connect(self.copy)
        self.buttons.rejected.connect(self.reject)

    def add(self, report: str) -> None:
        """Show a report; the same one twice is once enough."""
        known = self.text.toPlainText()
        if not known:
            self.text.setPlainText(f"{system_facts()}\n{report}")
        elif report.strip() not in known:
            self.text.appendPlainText(f"\n{report}")

    def copy(self) -> None:
        """Put the report on the clipboard."""
        QGuiApplication.clipboard().setText(self.text.toPlainText())
        self.copy_button.setText(self.tr("Copied"))


class ExceptionHook(QObject):
    """Takes what no one caught, in any thread, and tells it to the window's thread."""

    raised = Signal(str)
    """A report."""

    def __init__(
        self, private_texts: Callable[[], Iterable[str]] = tuple, parent: QObject | None = None
    ) -> None:
        """``private_texts`` gives what no report may hold: the person's prompts."""
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
