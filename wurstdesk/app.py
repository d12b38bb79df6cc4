"""Joins engine, gallery, session and window into the program that a double click starts.

The order is ARCHITECTURE.md's: lock, crash report, log, settings, window, paint, and only then the
worker, in whose thread torch is imported. Starting is apart from ``exec()``, so that tests start
the real program in their own event loop.
"""

from __future__ import annotations

import gc
import hashlib
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from types import FrameType, TracebackType
from typing import Any, Self

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QLockFile,
    QMessageLogContext,
    QObject,
    QTimer,
    QtMsgType,
    Signal,
    Slot,
    qInstallMessageHandler,
)
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from PySide6.QtWidgets import QApplication, QWidget

from wurstdesk import __version__, torch_libraries
from wurstdesk.cli import output, parts
from wurstdesk.engine.fetch.places import discard
from wurstdesk.engine.fetch.process import FetchProcess
from wurstdesk.engine.fetch.published import PUBLISHED
from wurstdesk.errors import UserError, WindowError
from wurstdesk.gallery.chores import Chores
from wurstdesk.gallery.library import Library
from wurstdesk.gallery.saving import SavingOptions
from wurstdesk.generation import Desk, ImageGenerator, PictureSink
from wurstdesk.log import Logging, take_crash_report
from wurstdesk.paths import Home, ensure_folder, resources_dir
from wurstdesk.session.checkpoints import CheckpointServices
from wurstdesk.session.interpreter import GarbageCollector, considerate_threads
from wurstdesk.session.messages import MessageAction, MessageKind
from wurstdesk.session.qt_threads import step_back
from wurstdesk.session.services import Services
from wurstdesk.session.state import StudioState
from wurstdesk.settings import save_settings
from wurstdesk.ui.error_reporting import ExceptionHook
from wurstdesk.ui.i18n import install_translations
from wurstdesk.ui.main_window import MainWindow

_log = logging.getLogger(__name__)
_qt_log = logging.getLogger("wurstdesk.qt")

_ANSWERS_WITHIN = 3000
"""Milliseconds in which a first program answers a second one, unless it hangs."""


def run(home: Home) -> int:
    """Show the window until it is closed; the exit code of the process.

    Raises ``UserError`` where it cannot be opened.
    """
    if not _has_display():
        raise UserError(
            "There is no display to open the window on.", "“wurstdesk generate” draws without one."
        )
    with _display_errors():
        application = make_application()
    instance = SingleInstance(home)
    if not instance.is_first:
        if instance.raise_first():
            return 0
        raise UserError("Wurstdesk is running already, and its window does not answer.")
    try:
        with Studio(home, instance) as studio:
            _listen_to_signals(application)
            studio.show()
            return application.exec()
    except UserError:
        raise
    except Exception as error:
        raise UserError(
            f"Wurstdesk could not start ({type(error).__name__}).",
            f"Where it happened stands in {home.logs / 'window.log'}.",
        ) from error
    finally:
        instance.release()


def make_application() -> QApplication:
    """Qt's application object under our name."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("Wurstdesk")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("wurstdesk")
    return application


class Studio(QObject):
    """The whole program around one window, from construction to ``close()``.

    Raises ``UserError`` where the program's own files are gone.
    """

    _gallery_told = Signal(str)  # from the worker's thread

    def __init__(self, home: Home, instance: SingleInstance | None = None) -> None:
        super().__init__()
        with ExitStack() as undo:  # what comes first goes last
            report = take_crash_report(home.logs)
            undo.enter_context(Logging(home.logs))
            undo.push(_log_failure)
            _log.info("Wurstdesk %s starts", __version__)
            undo.callback(qInstallMessageHandler, qInstallMessageHandler(log_qt_message))
            self._garbage = GarbageCollector(self)
            undo.callback(self._garbage.stop)
            undo.enter_context(considerate_threads())
            self._base = parts.Base.of(home)
            self._build(undo)
            self._undo = undo.pop_all()
        if instance is not None:
            instance.asked_to_show.connect(self.window.come_to_front)
        self._tell_what_was_found(report)

    def show(self) -> None:
        """Open the window, look for checkpoints, and make the engine once it is painted."""
        self._first_paint = _FirstPaint(self.window, self.state.prepare)
        self.window.show()
        self.state.start()
        self.window.dialogs.welcome_once()
        _log.info("the window is open")

    def close(self) -> None:
        """Stop what runs, wait for it, and give the process back as it was found."""
        self._undo.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: Any) -> None:  # noqa: PYI036 - an ExitStack wants more than objects
        self._undo.__exit__(*raised)

    def _build(self, undo: ExitStack) -> None:
        language = self._base.settings.language
        install_translations(
            make_application(),
            resources_dir() / "translations",
            "" if language == "system" else language,
        )
        parts.builtin_checkpoint()  # where our own files are gone there is no use in going on
        home = self._base.home
        services = Services(
            self._make_generator,
            self._open_sink,
            self._open_desk,
            self._open_library,
            self._open_chores,
            parts.SettledCatalogue(self._base_now),
            self._checkpoint_services(),
            save_settings=partial(save_settings, home.settings_file),
            pictures_folder=home.pictures,
            memory_file=home.window_file,
            styles_file=home.styles_file,
            make_reader=parts.prompt_reader,
        )
        self.state = StudioState(services, self._base.settings)
        undo.callback(self._drop_state)
        self.window = MainWindow(self.state)
        undo.callback(self._drop_window)
        hook = ExceptionHook(self.state.private_texts, self)
        hook.raised.connect(self.window.dialogs.show_report)
        hook.install()
        undo.callback(hook.uninstall)
        self._shows_exception = sys.excepthook
        sys.excepthook = self._on_exception
        self._gallery_told.connect(self._tell)
        gc.freeze()  # what is imported by now stays: no need to look at it again and again

    def _checkpoint_services(self) -> CheckpointServices:
        work = (parts.shelf_of(self._base_now), FetchProcess, discard)
        hub = os.environ.get("HF_ENDPOINT", "")
        return CheckpointServices(*work, PUBLISHED, self._base.home.models, hub)

    def _tell_what_was_found(self, crash_report: str | None) -> None:
        for text in self._base.notes:
            self._tell(text)
        if crash_report is not None:
            self.state.unfinished.crash_is_known = True
            self.state.messages.post(
                MessageKind.NOTE,
                self.tr("Wurstdesk ended unexpectedly last time."),
                self.tr("What was saved is still there. The report may help to mend it."),
                actions=(MessageAction.SHOW_REPORT,),
                report=crash_report,
            )

    def _base_now(self) -> parts.Base:
        """With the settings that hold by now; at first with those of the start."""
        holder: StudioState | parts.Base = getattr(self, "state", self._base)
        return parts.Base(self._base.home, holder.settings)

    def _saving_options(self) -> SavingOptions:
        return parts.saving_options(self._base_now())

    # -- in the worker's thread -------------------------------------------------------------

    def _make_generator(self) -> ImageGenerator:
        step_back()  # before torch starts threads of its own
        with self._garbage.waiting():
            torch_libraries.load_before_torch()
            return parts.make_generator(
                parts.catalogue_of(self._base),
                parts.engine_options(self.state.settings, previews=True),
                parts.timings_of(self._base),
            )

    def _open_sink(self) -> PictureSink:
        gallery = parts.open_gallery(self._base_now())
        gallery.configure(self._saving_options)
        for text in gallery.notices:
            self._gallery_told.emit(text)
        return gallery

    # -- in the keeper's thread -------------------------------------------------------------

    def _open_desk(self) -> Desk:
        return parts.open_desk(self._base_now())

    def _open_library(self) -> Library:
        return parts.open_library(self._base_now())

    def _open_chores(self) -> Chores:
        return parts.open_chores(self._base_now())

    # -- in the window's --------------------------------------------------------------------

    @Slot(str)
    def _tell(self, text: str) -> None:
        self.state.messages.post(MessageKind.NOTE, text)

    def _on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        _log.error("nobody caught this", exc_info=(kind, error, trace))
        self._shows_exception(kind, error, trace)

    def _drop_window(self) -> None:
        self.window.hide()
        self.state.shutdown()  # no widget goes while a thread still speaks to it
        self.window.deleteLater()

    def _drop_state(self) -> None:
        self.state.shutdown()
        self.state.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _log_failure(*raised: Any) -> None:
    """The last thing before the log is closed."""
    if raised[1] is not None:
        _log.error("the window cannot go on", exc_info=raised[1])


class SingleInstance(QObject):
    """One window for one home: a second program raises the window of the first."""

    asked_to_show = Signal()
    """Another program was started with this home."""

    def __init__(self, home: Home) -> None:
        super().__init__()
        where = hashlib.sha256(os.fsencode(os.path.realpath(home.data))).hexdigest()
        self._name = f"wurstdesk-{where[:16]}"
        self._server: QLocalServer | None = None
        self._lock: QLockFile | None = None
        self.is_first = True
        try:
            self._lock = QLockFile(str(ensure_folder(home.data) / "window.lock"))
        except UserError:  # nothing can be written there: the window will say so, and is needed
            return
        self._lock.setStaleLockTime(0)  # a program that is alive is never stale
        if self._lock.tryLock(0):
            self._listen()
        else:
            self.is_first = self._lock.error() != QLockFile.LockError.LockFailedError

    def raise_first(self) -> bool:
        """Ask the first program to show its window; False where it does not answer."""
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        answers = socket.waitForConnected(_ANSWERS_WITHIN) and socket.waitForReadyRead(
            _ANSWERS_WITHIN
        )
        socket.abort()
        return bool(answers)

    def release(self) -> None:
        """Let another program be the first. May be called twice."""
        if self._server is not None:
            self._server.close()
        if self._lock is not None:
            self._lock.unlock()

    def _listen(self) -> None:
        QLocalServer.removeServer(self._name)  # what a crash left; the lock says that it is ours
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._answer)
        self._server.listen(self._name)

    @Slot()
    def _answer(self) -> None:
        assert self._server is not None
        socket = self._server.nextPendingConnection()
        socket.disconnected.connect(socket.deleteLater)
        socket.write(b"shown\n")
        socket.flush()
        self.asked_to_show.emit()


class _FirstPaint(QObject):
    """Does something once, as soon as the window is painted and the event loop is back."""

    def __init__(self, window: QWidget, then: Callable[[], None]) -> None:
        super().__init__(window)
        self._then = then
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self._then)
        return False


def log_qt_message(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    """What Qt has to say goes to the log; only what ends the program also to the terminal."""
    levels = {
        QtMsgType.QtDebugMsg: logging.DEBUG,
        QtMsgType.QtInfoMsg: logging.INFO,
        QtMsgType.QtWarningMsg: logging.WARNING,
    }
    _qt_log.log(levels.get(kind, logging.ERROR), "%s: %s", context.category, text)
    if kind == QtMsgType.QtFatalMsg:
        output.error(f"The window cannot be shown: {text}")


@contextmanager
def _display_errors() -> Iterator[None]:
    """Where Qt finds no way to show anything, it ends the process: let that be with a sentence."""
    said: list[str] = []

    def listen(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        del context
        said.append(" ".join(text.split()))
        if kind == QtMsgType.QtFatalMsg:
            output.error(str(WindowError(said[0])))
            os._exit(1)

    before = qInstallMessageHandler(listen)
    try:
        yield
    finally:
        qInstallMessageHandler(before)


def _has_display() -> bool:
    if sys.platform in {"win32", "darwin"}:
        return True
    named = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return any(map(os.environ.get, named)) or os.environ.get("XDG_SESSION_TYPE") == "wayland"


def _listen_to_signals(application: QApplication) -> None:
    """Ctrl+C asks the window to close; who ends the program from outside is obeyed at once."""

    def ask(number: int, frame: FrameType | None) -> None:
        del number, frame
        application.quit()

    def obey(number: int, frame: FrameType | None) -> None:
        del number, frame
        application.exit(0)

    signal.signal(signal.SIGINT, ask)
    for name in ("SIGTERM", "SIGHUP", "SIGBREAK"):
        with suppress(AttributeError, ValueError, OSError):
            signal.signal(getattr(signal, name), obey)
