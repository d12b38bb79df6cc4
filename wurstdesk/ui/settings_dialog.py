"""Every setting, by its declaration: in pages, with a search, and at once in force."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QItemSelectionModel, QSize, Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QVBoxLayout,
    QWidget,
)

from wurstdesk.gallery.formats import format_named
from wurstdesk.session.state import StudioState
from wurstdesk.settings import PAGES, Page, Setting, Settings, declarations
from wurstdesk.ui.controls import SideScrollArea, dim_label, line, text_size
from wurstdesk.ui.name_template_control import NameTemplateControl
from wurstdesk.ui.setting_controls import FolderControl, SettingControl, control_for
from wurstdesk.ui.setting_row import SettingRow
from wurstdesk.ui.setting_words import page_title

# In units of the text's size and with the palette's colours: so it follows both.
_PAGE_LIST = """
QListWidget { background: palette(window); border: none; outline: none; }
QListWidget::item {
    padding: 0.45em 0.8em; border-radius: 5px; border: 1px solid transparent;
    color: palette(window-text);
}
QListWidget::item:hover { border-color: palette(mid); }
QListWidget::item:selected { background: palette(button); color: palette(window-text); }
QListWidget::item:selected:focus { border-color: palette(highlight); }
"""


class _PageList(QListWidget):
    """As wide as its names."""

    def showEvent(self, event: QShowEvent) -> None:
        """Now it is known how large the text is."""
        super().showEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """The text has another size."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._fit()

    def _fit(self) -> None:
        self.setFixedWidth(self.sizeHintForColumn(0) + 28)


class SettingsDialog(QDialog):
    """Shows and changes the settings of a ``StudioState``. There is nothing to confirm."""

    def __init__(
        self,
        state: StudioState,
        parent: QWidget | None = None,
        usual_folder: Path | None = None,
    ) -> None:
        """``usual_folder`` is where pictures go as long as no folder is chosen."""
        super().__init__(parent)
        self._state = state
        self._usual_folder = usual_folder
        self._at_start = state.settings
        self.setWindowTitle(self.tr("Settings"))
        self.rows: dict[str, SettingRow] = {}
        self._sections: dict[Page, QWidget] = {}
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search"))
        self.search.setAccessibleName(self.tr("Search the settings"))
        self.search.setClearButtonEnabled(True)
        self.pages = _PageList()
        self.pages.setObjectName("pages")
        self.pages.setAccessibleName(self.tr("Pages"))
        self.pages.setStyleSheet(_PAGE_LIST)
        self.pages.setFrameShape(QFrame.Shape.NoFrame)
        self.pages.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._nothing = dim_label(self.tr("No setting is called so."))
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._waiting = dim_label()
        self._waiting.setWordWrap(True)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        # Return belongs to the field in which something was typed.
        self.buttons.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)
        self._lay_out()
        self.search.textChanged.connect(self._show_found)
        self.pages.currentRowChanged.connect(self._on_page)
        self.pages.itemClicked.connect(self._on_page)
        self.pages.itemActivated.connect(self._on_page)
        self.buttons.rejected.connect(self.reject)
        state.settings_changed.connect(self._show_values)
        self.pages.setCurrentRow(0)
        self._show_values()
        self.resize(self.sizeHint())  # Qt's own first size is no larger than a part of the screen

    # -- building ---------------------------------------------------------------------------

    def _lay_out(self) -> None:
        for page in PAGES:
            self.pages.addItem(page_title(page))
        side = QVBoxLayout()
        side.setContentsMargins(14, 14, 8, 14)
        side.setSpacing(10)
        side.addWidget(self.search)
        side.addWidget(self.pages, 1)
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addLayout(side)
        self.area = SideScrollArea(self._make_content())
        body.addWidget(self.area, 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(16, 8, 14, 10)
        foot.addWidget(self._waiting, 1)
        foot.addWidget(self.buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(body, 1)
        column.addWidget(line())
        column.addLayout(foot)

    def _make_content(self) -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(18, 14, 18, 18)
        column.setSpacing(22)
        column.addWidget(self._nothing)
        for page in PAGES:
            section = self._sections[page] = QWidget()
            column.addWidget(section)
            inner = QVBoxLayout(section)
            inner.setContentsMargins(0, 0, 0, 0)
            inner.setSpacing(15)
            title = QLabel(page_title(page))
            text_size(title, "title")
            inner.addWidget(title)
            for setting in declarations():
                if setting.page == page:
                    inner.addWidget(self._make_row(setting))
        column.addStretch()
        return content

    def _make_row(self, setting: Setting) -> SettingRow:
        row = SettingRow(self._make_control(setting))
        row.wanted.connect(self._change)
        self.rows[setting.key] = row
        return row

    def _make_control(self, setting: Setting) -> SettingControl:
        if setting.key == "pictures_folder":
            return FolderControl(setting, str(self._usual_folder or ""))
        if setting.key == "file_name_template":
            state = self._state
            return NameTemplateControl(setting, lambda: state.settings, lambda: state.form.request)
        return control_for(setting)

    def showEvent(self, event: QShowEvent) -> None:
        """Anew: what was searched for the last time is no question any more."""
        super().showEvent(event)
        if not event.spontaneous():
            self.search.clear()
            self.search.setFocus(Qt.FocusReason.OtherFocusReason)

    def changeEvent(self, event: QEvent) -> None:
        """Larger text needs more room."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.resize(self.size().expandedTo(self.sizeHint()))

    def sizeHint(self) -> QSize:
        """Room for a page, measured in its letters."""
        letter = self.fontMetrics().averageCharWidth()
        return QSize(letter * 125, self.fontMetrics().height() * 36).boundedTo(
            self.screen().availableGeometry().size() - QSize(40, 60)
        )

    # -- where ------------------------------------------------------------------------------

    def open_at(self, page: Page) -> None:
        """Show the dialog at a page."""
        self.search.clear()
        self.pages.setCurrentRow(PAGES.index(page))
        self.show()
        self.raise_()
        self.activateWindow()

    @Slot()
    def _on_page(self) -> None:
        if self.search.text():
            self.search.clear()
        self._show_found()
        self.area.verticalScrollBar().setValue(0)

    @Slot()
    def _show_found(self) -> None:
        words = self.search.text().casefold().split()
        if words:
            self.pages.clearSelection()  # what is found may be of any page
        else:
            self.pages.setCurrentRow(
                self.pages.currentRow(), QItemSelectionModel.SelectionFlag.ClearAndSelect
            )
        chosen = PAGES[max(0, self.pages.currentRow())]
        found: set[Page] = set()
        for row in self.rows.values():
            fits = row.answers(words) if words else row.setting.page == chosen
            row.setVisible(fits)
            if fits:
                found.add(row.setting.page)
        for page, section in self._sections.items():
            section.setVisible(page in found)
        self._nothing.setVisible(not found)

    # -- values -----------------------------------------------------------------------------

    @Slot(str, object)
    def _change(self, key: str, value: Any) -> None:
        settings = self._state.settings
        problem = settings.problem_with(key, value)
        self.rows[key].complain(problem)
        if not problem and getattr(settings, key) != value:
            self._state.change_settings(**{key: value})

    @Slot()
    def _show_values(self) -> None:
        settings = self._state.settings
        for key, row in self.rows.items():
            row.show_value(getattr(settings, key))
        for key, row in self.rows.items():
            row.set_useful(_is_useful(key, settings))
        waiting = [
            row.title
            for key, row in self.rows.items()
            if row.setting.needs_restart and getattr(settings, key) != getattr(self._at_start, key)
        ]
        self._waiting.setText(
            self.tr("After a restart: {0}").format(", ".join(waiting)) if waiting else ""
        )


def _is_useful(key: str, settings: Settings) -> bool:
    """Whether a setting changes anything, by what else is set."""
    return {
        "picture_quality": format_named(settings.picture_format).is_lossy,
        "preview_max_per_second": settings.preview_enabled,
        "notify_sound": settings.notify_when_done,
    }.get(key, True)
