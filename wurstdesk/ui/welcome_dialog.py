"""The welcome, once: what shall draw? The window works beside it, and nothing begins by itself."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from wurstdesk.generation.shelf import ShelfItem
from wurstdesk.session.checkpoint_shelf import bytes_words
from wurstdesk.session.state import StudioState
from wurstdesk.ui.checkpoint_words import (
    lacks_words,
    room_words,
    short_place_words,
    source_words,
    time_words,
)
from wurstdesk.ui.controls import SideScrollArea, TightContent, dim_label, text_size
from wurstdesk.ui.i18n import DOT
from wurstdesk.ui.value_label import breakable


class ChoiceButton(QPushButton):
    """A button with a line of what it does and some of what that means."""

    def __init__(self, title: str, about: str = "") -> None:
        super().__init__()
        self.setObjectName("example")
        self.setAutoDefault(True)
        self.title = QLabel()
        self.about = dim_label()
        text_size(self.about, "small")
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 9, 14, 9)
        column.setSpacing(3)
        for label in (self.title, self.about):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            column.addWidget(label)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.show_words(title, about)

    def show_words(self, title: str, about: str) -> None:
        """Other words."""
        self.title.setText(title)
        self.about.setText(breakable(about))
        self.about.setVisible(bool(about))
        self.setAccessibleName(title)
        self.setAccessibleDescription(about)

    def hasHeightForWidth(self) -> bool:
        """Its words may need several lines."""
        return True

    def heightForWidth(self, width: int) -> int:
        """As its words need."""
        layout = self.layout()
        return layout.totalHeightForWidth(width) if layout is not None else -1

    def sizeHint(self) -> QSize:
        """The words, in lines of a usual length."""
        width = self.fontMetrics().averageCharWidth() * 70
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """As narrow as may be, as high as it then is."""
        width = max(self.width(), self.fontMetrics().averageCharWidth() * 30)
        return QSize(self.fontMetrics().averageCharWidth() * 30, self.heightForWidth(width))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width, another height."""
        super().resizeEvent(event)
        self.updateGeometry()


class WelcomeDialog(QDialog):
    """Asks what to begin with. Esc begins with what comes with the program."""

    all_asked = Signal()
    """To see everything that was found."""
    get_asked = Signal()
    """To see all that can be fetched."""

    def __init__(self, state: StudioState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._shelf = state.checkpoints.shelf
        self.dialog: QFileDialog | None = None
        self.setWindowTitle(self.tr("Welcome to Wurstdesk"))
        self.heading = QLabel(self.tr("What shall draw your pictures?"))
        self.heading.setWordWrap(True)
        text_size(self.heading, "title")
        self.words = dim_label(
            self.tr(
                "Everything is drawn on this computer. You can change this at any time under "
                "File, Checkpoints."
            )
        )
        self.words.setWordWrap(True)
        self.built_in = ChoiceButton(self.tr("Begin with the built-in checkpoint"))
        self.found = ChoiceButton("")
        self.all_found = ChoiceButton("")
        self.published = ChoiceButton("")
        self.folder = ChoiceButton(
            self.tr("Choose a folder…"),
            self.tr("Look for checkpoints in a folder of yours, such as one on another disk."),
        )
        self._lay_out()
        for button, run in {
            self.built_in: self.reject,
            self.found: self._on_found,
            self.all_found: self._on_all_found,
            self.published: self._on_published,
            self.folder: self._on_folder,
        }.items():
            button.clicked.connect(run)
        self._shelf.changed.connect(self._show)
        state.form.checkpoint_changed.connect(self._show)
        state.settings_changed.connect(self._show)
        self.finished.connect(self._on_finished)
        self._show()

    def _lay_out(self) -> None:
        self._content = TightContent()
        column = QVBoxLayout(self._content)
        column.setContentsMargins(22, 20, 22, 20)
        column.setSpacing(8)
        column.addWidget(self.heading)
        column.addWidget(self.words)
        column.addSpacing(8)
        for button in (self.built_in, self.found, self.all_found, self.published, self.folder):
            column.addWidget(button)
        column.addStretch()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(SideScrollArea(self._content))

    def showEvent(self, event: QShowEvent) -> None:
        """Now it is known how large the text is."""
        super().showEvent(event)
        if not event.spontaneous():
            self._fit()
            self.built_in.setFocus(Qt.FocusReason.OtherFocusReason)

    def _fit(self) -> None:
        width = self.fontMetrics().averageCharWidth() * 84
        screen = self.screen().availableGeometry().size() - QSize(40, 60)
        self.resize(QSize(width, self._content.heightForWidth(width) + 4).boundedTo(screen))

    # -- the choices ------------------------------------------------------------------------

    @Slot()
    def _show(self) -> None:
        self._show_built_in()
        self._show_found()
        self._show_published()
        if self.isVisible():
            self._fit()

    def _show_built_in(self) -> None:
        infos = self._state.form.checkpoints
        info = next((info for info in infos if info.built_in and info.complete), None)
        about = info.can_draw if info is not None else ""
        ready = self.tr("It is here already and needs no download.")
        self.built_in.show_words(self.built_in.title.text(), f"{about} {ready}".strip())

    def _show_found(self) -> None:
        found = self._shelf.found_elsewhere()
        self.found.setVisible(bool(found))
        self.all_found.setVisible(len(found) > 1)
        if found:
            first = found[0]
            self.found.show_words(
                self.tr("Use {0}, which was found here").format(first.info.title),
                _about(first),
            )
            self.all_found.show_words(
                self.tr("Show all that was found ({0})").format(len(found)), ""
            )

    def _show_published(self) -> None:
        checkpoints, offer = self._state.checkpoints, self._state.checkpoints.published
        self.published.setVisible(offer is not None)
        if offer is None:
            return
        shelf = checkpoints.shelf
        source = source_words(checkpoints.source, "")
        lines = [
            self.tr("It draws almost anything. {0} from {1}, licence {2}, {3}.").format(
                bytes_words(offer.size), source, offer.licence, time_words(checkpoints, offer.size)
            ),
            self.tr("Into {0}.").format(room_words(checkpoints)),
        ]
        if shelf.is_known and offer.size > shelf.free_bytes:
            lines.append(lacks_words(offer.size, shelf.free_bytes))
        self.published.show_words(self.tr("Get the published checkpoint…"), "\n".join(lines))

    @Slot()
    def _on_found(self) -> None:
        found = self._shelf.found_elsewhere()
        if found:
            self._shelf.use(found[0])
        self.accept()

    @Slot()
    def _on_all_found(self) -> None:
        self.accept()
        self.all_asked.emit()

    @Slot()
    def _on_published(self) -> None:
        self.accept()
        self.get_asked.emit()

    @Slot()
    def _on_folder(self) -> None:
        dialog = QFileDialog(self, self.tr("Look for checkpoints in a folder"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setDirectory(str(Path.home()))
        dialog.fileSelected.connect(self.add_folder)
        dialog.finished.connect(self._on_folder_finished)
        self.dialog = dialog
        dialog.open()

    @Slot(str)
    def add_folder(self, folder: str) -> None:
        """Look there, too, and show what was found."""
        folders = self._state.settings.checkpoint_folders
        if Path(folder) not in folders:
            self._state.change_settings(checkpoint_folders=(*folders, Path(folder)))
        self.accept()
        self.all_asked.emit()

    @Slot()
    def _on_folder_finished(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

    @Slot()
    def _on_finished(self) -> None:
        """However it was left: it is not asked again."""
        self._state.checkpoints.welcome()


def _about(item: ShelfItem) -> str:
    parts = (bytes_words(item.bytes_on_disk), short_place_words(item), str(item.info.path))
    return DOT.join(parts)
