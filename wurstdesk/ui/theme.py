"""Light and dark: two palettes for the Fusion style, and the little that a palette cannot say.

Calm neutral surfaces, pictures as the only colour, and one mustard accent for what is active or
chosen and for the one main action of a page. Text has a contrast of at least 4.5:1 on what it
stands on (tests/ui/test_theme.py measures it).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from functools import partial
from string import Template

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from wurstdesk.paths import resources_dir
from wurstdesk.settings import Theme


@dataclass(frozen=True, slots=True)
class Colours:
    """Every colour of the window, as ``#rrggbb``; ``name`` is that of its icons' files."""

    name: str
    window: str
    field: str
    raised: str
    canvas: str
    border: str
    text: str
    dim: str
    disabled: str
    accent: str
    on_accent: str
    accent_strong: str
    problem: str
    problem_ground: str
    note_ground: str
    heavier: str
    lighter: str


DARK = Colours(
    name="dark",
    window="#26272b",
    field="#1b1c1f",
    raised="#33353a",
    canvas="#141517",
    border="#3d4046",
    text="#ebe9e4",
    dim="#a5a39d",
    disabled="#6f7075",
    accent="#e2a52e",
    on_accent="#231a06",
    accent_strong="#f0b748",
    problem="#f08f7d",
    problem_ground="#40292a",
    note_ground="#37332a",
    heavier="#7a5a14",
    lighter="#34548a",
)
LIGHT = Colours(
    name="light",
    window="#fbfaf8",
    field="#ffffff",
    raised="#eeece6",
    canvas="#e6e3dc",
    border="#d6d3cb",
    text="#23221f",
    dim="#66635d",
    disabled="#a8a59f",
    accent="#926200",
    on_accent="#ffffff",
    accent_strong="#7a5200",
    problem="#ab2c1c",
    problem_ground="#fbe7e2",
    note_ground="#f6eedb",
    heavier="#f0bd4f",
    lighter="#a9c8f0",
)

_SHEET = Template("""
QPushButton#primary {
    background: $accent; color: $on_accent; border: 1px solid $accent; border-radius: 6px;
    padding: 8px 16px; font-weight: bold;
}
QPushButton#primary:hover, QPushButton#primary:pressed, QPushButton#primary:focus {
    background: $accent_strong; border-color: $accent_strong;
}
QPushButton#primary:focus { border: 2px solid $text; padding: 7px 15px; }
QPushButton#primary:disabled { background: $raised; color: $disabled; border-color: $raised; }

QPushButton, QToolButton#choice {
    background: $raised; color: $text; border: 1px solid $raised; border-radius: 5px;
    padding: 4px 12px;
}
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QDialog QPushButton, QDialog QPushButton#primary { padding: 4px 18px; }
QDialog QPushButton#primary:focus { padding: 3px 17px; }
QToolButton#choice { background: $field; border-color: $border; padding: 3px; }
QPushButton:hover, QToolButton#choice:hover { border-color: $dim; }
QPushButton:focus, QToolButton#choice:focus { border-color: $accent; }
QPushButton:disabled { color: $disabled; }
QToolButton#choice:checked { background: $note_ground; border-color: $accent; }
QToolButton#choice:checked:focus { border-color: $text; }

QPushButton#example {
    background: $window; border: 1px solid $border; border-radius: 6px; padding: 8px 14px;
    text-align: left;
}
QPushButton#example:hover { border-color: $dim; }
QPushButton#example:focus { border-color: $accent; }
QPushButton { outline: none; }

QToolButton#bare, QToolButton#fold {
    color: $text; border: 1px solid transparent; border-radius: 5px; padding: 3px;
}
QToolButton#fold { padding: 3px 5px 3px 0; }
QToolButton#bare:hover, QToolButton#fold:hover { background: $raised; }
QToolButton#bare:focus, QToolButton#fold:focus { border-color: $accent; }
QToolButton#bare::menu-indicator { image: none; }
QToolButton#tiny { border: 1px solid transparent; border-radius: 4px; padding: 0; }
QToolButton#tiny:hover { background: $raised; }
QToolButton#tiny:focus { border-color: $accent; }

QLineEdit, QPlainTextEdit, QSpinBox, QDoubleSpinBox, QComboBox {
    background: $field; color: $text; border: 1px solid $border; border-radius: 5px;
    selection-background-color: $accent; selection-color: $on_accent;
    placeholder-text-color: $dim;
}
QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox { padding: 3px 7px; }
QLineEdit { padding-left: 5px; }
QLineEdit, QComboBox { min-height: 21px; }
QSpinBox, QDoubleSpinBox { min-height: 20px; }
QLineEdit:focus, QPlainTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus {
    border-color: $accent;
}
QSpinBox:disabled, QDoubleSpinBox:disabled { color: $disabled; background: $window; }
QSpinBox, QDoubleSpinBox, QComboBox { padding-right: 20px; }
QSpinBox::up-button, QDoubleSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::down-button {
    subcontrol-origin: border; width: 19px; border: none; background: transparent;
}
QSpinBox::up-button, QDoubleSpinBox::up-button { subcontrol-position: top right; }
QSpinBox::down-button, QDoubleSpinBox::down-button { subcontrol-position: bottom right; }
QComboBox::drop-down {
    subcontrol-origin: border; subcontrol-position: center right; width: 20px; border: none;
}
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow {
    image: url("$icons/up-$name.svg"); width: 10px; height: 6px; margin-top: 2px;
}
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow {
    image: url("$icons/down-$name.svg"); width: 10px; height: 6px; margin-bottom: 2px;
}
QComboBox::down-arrow { image: url("$icons/down-$name.svg"); width: 10px; height: 6px; }
QAbstractSpinBox QLineEdit { border: none; padding: 0 5px; min-height: 0; background: transparent; }

QCheckBox::indicator {
    width: 15px; height: 15px; border: 1px solid $dim; border-radius: 3px; background: $field;
}
QCheckBox::indicator:checked {
    background: $accent; border-color: $accent; image: url("$icons/check-$name.svg");
}
QCheckBox::indicator:focus { border-color: $text; }
QCheckBox::indicator:disabled { border-color: $border; background: $window; }

QRadioButton { border: 1px solid transparent; border-radius: 4px; padding: 2px 4px 2px 1px; }
QRadioButton:focus { border-color: $accent; }
QRadioButton::indicator {
    width: 15px; height: 15px; border: 1px solid $dim; border-radius: 8px; background: $field;
}
QRadioButton::indicator:checked {
    border-color: $accent; background: qradialgradient(
        cx: 0.5, cy: 0.5, radius: 0.5, fx: 0.5, fy: 0.5,
        stop: 0 $on_accent, stop: 0.45 $on_accent, stop: 0.55 $accent, stop: 1 $accent
    );
}

QListView { border: 1px solid transparent; border-radius: 5px; }
QListWidget { border-color: $border; }
QListView:focus { border-color: $accent; }
QComboBox QListView { border: none; border-radius: 0; }
QListView#choices { border: 1px solid $border; border-radius: 0; outline: none; padding: 2px; }
QListView#choices::item { padding: 4px 6px; }
QListView#choices::item:selected { background: $accent; color: $on_accent; }

QSlider { border: 1px solid transparent; border-radius: 5px; }
QSlider:focus { border-color: $accent; }

QScrollBar { background: transparent; border: none; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: $border; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $dim; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QFrame#line { background: $border; border: none; }
QFrame#problem { background: $problem_ground; border: none; }
QFrame#note { background: $note_ground; border: none; }
QWidget#ground, QListView#tiles { background: $canvas; }

QProgressBar#thin { background: $raised; border: none; border-radius: 3px; }
QProgressBar#thin::chunk { background: $accent; border-radius: 3px; }

QSplitter::handle { background: $border; }
QStatusBar::item { border: none; }

QWidget#top { background: $window; border-bottom: 1px solid $border; }
QLabel#title { font-weight: bold; }
QLabel#value { border: 1px solid transparent; border-radius: 3px; }
QLabel#value:focus { border-color: $accent; }
QToolButton#page {
    background: $field; border: 1px solid $border; border-radius: 5px; padding: 4px 14px;
}
QToolButton#page:checked { background: $raised; font-weight: bold; }
QToolButton#page:hover { border-color: $dim; }
QWidget#compare QToolButton#page { padding: 4px 8px; }
QToolButton#page:focus { border-color: $accent; }
QLabel#pill, QToolButton#pill {
    background: $raised; border: 1px solid $raised; border-radius: 9px; padding: 2px 10px;
    color: $text;
}
QToolButton#pill:hover { border-color: $dim; }
QToolButton#pill:focus { border-color: $accent; }

QHeaderView { background: $window; border: none; }
QHeaderView::section {
    background: $window; color: $dim; border: none; border-bottom: 1px solid $border;
    padding: 5px 7px;
}

QDockWidget { font-weight: bold; }
QDockWidget::title { background: $window; padding: 6px 12px; border-bottom: 1px solid $border; }
QTabBar {
    background: $window; qproperty-drawBase: 0; qproperty-elideMode: ElideNone;
    qproperty-usesScrollButtons: 0;
}
QTabBar::tab {
    background: $window; color: $dim; padding: 6px 9px; border: none;
    border-bottom: 2px solid transparent;
}
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected:focus { background: $raised; color: $accent_strong; }
QMainWindow::separator { background: $border; width: 1px; height: 1px; }

*[textSize="small"] { font-size: ${small}pt; }
*[textSize="title"] { font-size: ${large}pt; font-weight: bold; }
""")


_SMALL, _LARGE = 0.95, 1.45
_HAIRLINE = 3
_PIXELS = re.compile(r"\b(\d+)px\b")


def colours_of(palette: QPalette) -> Colours:
    """The set that a widget's palette belongs to."""
    is_dark = palette.color(QPalette.ColorRole.Window).lightness() < 128
    return DARK if is_dark else LIGHT


def palette_of(colours: Colours) -> QPalette:
    """The palette of the whole program."""
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    palette = QPalette()
    for name, colour in {
        role.Window: colours.window,
        role.WindowText: colours.text,
        role.Base: colours.field,
        role.AlternateBase: colours.raised,
        role.Text: colours.text,
        role.PlaceholderText: colours.dim,
        role.Button: colours.raised,
        role.ButtonText: colours.text,
        role.BrightText: colours.problem,
        role.ToolTipBase: colours.raised,
        role.ToolTipText: colours.text,
        role.Highlight: colours.accent,
        role.HighlightedText: colours.on_accent,
        role.Accent: colours.accent,
        role.Link: colours.accent,
        role.LinkVisited: colours.accent,
        role.Light: colours.raised,
        role.Midlight: colours.raised,
        role.Mid: colours.border,
        role.Dark: colours.border,
        role.Shadow: colours.canvas,
    }.items():
        palette.setColor(name, QColor(colour))
    for name in (role.WindowText, role.Text, role.ButtonText, role.PlaceholderText):
        palette.setColor(group.Disabled, name, QColor(colours.disabled))
    palette.setColor(group.Disabled, role.Highlight, QColor(colours.raised))
    palette.setColor(group.Disabled, role.HighlightedText, QColor(colours.dim))
    return palette


def sheet_of(colours: Colours, points: float = 10.0, scale: float = 1.0) -> str:
    """The style sheet of the whole program, for text of so many ``points``.

    ``scale`` enlarges what the sheet gives in pixels as the text was enlarged, but for hairlines.
    """
    values = {field.name: getattr(colours, field.name) for field in fields(Colours)}
    sheet = _SHEET.substitute(
        values,
        icons=(resources_dir() / "icons").as_posix(),
        small=f"{points * _SMALL:.2f}",
        large=f"{points * _LARGE:.2f}",
    )
    return _PIXELS.sub(partial(_scaled, scale=scale), sheet)


def _scaled(match: re.Match[str], scale: float) -> str:
    pixels = int(match[1])
    return f"{pixels if pixels < _HAIRLINE else round(pixels * scale)}px"


class ThemeSwitch(QObject):
    """Puts the chosen theme into force and follows the desktop where that was chosen."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = "system"
        self._percent = 100
        self._is_styled = False
        self._points = QApplication.font().pointSizeF()  # the desktop's, before we scale it
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._apply)

    def choose(self, theme: Theme) -> None:
        """Use a theme from now on."""
        self._theme = theme
        hints = QGuiApplication.styleHints()
        # So that native dialogs and the window's frame follow too, where the platform can.
        if theme == "system":
            hints.unsetColorScheme()
        else:
            scheme = Qt.ColorScheme.Dark if theme == "dark" else Qt.ColorScheme.Light
            hints.setColorScheme(scheme)
        self._apply()

    def scale(self, percent: int) -> None:
        """Make text, and what stands beside it, so large; 100 is the desktop's own size."""
        if percent != self._percent:
            self._percent = percent
            self._apply()

    @Slot()
    def _apply(self) -> None:
        app = QApplication.instance()
        if not isinstance(app, QApplication):
            return
        colours = DARK if self._is_dark() else LIGHT
        if not self._is_styled:  # Qt's own name for it is hidden by the style sheet
            app.setStyle("Fusion")
            self._is_styled = True
        app.setPalette(palette_of(colours))
        scale = self._percent / 100
        font = app.font()
        if self._points > 0 and font.pointSizeF() != self._points * scale:
            font.setPointSizeF(self._points * scale)
            app.setFont(font)
        sheet = sheet_of(colours, max(self._points, 6.0) * scale, scale)
        if sheet != app.styleSheet():  # each time all widgets are polished anew
            app.setStyleSheet(sheet)

    def _is_dark(self) -> bool:
        if self._theme == "system":
            return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return self._theme == "dark"
