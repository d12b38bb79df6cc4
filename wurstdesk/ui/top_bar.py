"""The line at the top: which page, and what the model runs on."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from wurstdesk.session.state import StudioState
from wurstdesk.ui.commands import CommandBook
from wurstdesk.ui.i18n import DOT, loading_words
from wurstdesk.ui.plan_line import plan_reason, short_device


class TopBar(QWidget):
    """Buttons for the pages; the plan as a button that leads to its settings."""

    plan_asked = Signal()
    """The person wants to change what it runs on."""

    def __init__(self, state: StudioState, book: CommandBook) -> None:
        super().__init__()
        self._state = state
        self.setObjectName("top")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        name = QLabel("Wurstdesk")
        name.setObjectName("title")
        self.pages = tuple(_page_button(book[page]) for page in ("studio", "gallery"))
        self.plan = QToolButton()
        self.plan.setObjectName("pill")
        self.plan.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 5, 10, 5)
        row.setSpacing(8)
        row.addWidget(name)
        row.addSpacing(8)
        for button in self.pages:
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.plan)
        self.plan.clicked.connect(self.plan_asked)
        state.plan_changed.connect(self._show)
        state.activity_changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        words, tip = self._plan_words()
        if words != self.plan.text():  # each setText lays the bar out anew
            self.plan.setText(words)
        self.plan.setToolTip(tip)
        self.plan.setAccessibleName(self.tr("Device: {0}").format(words))

    def _plan_words(self) -> tuple[str, str]:
        state = self._state
        if state.loading is not None and not state.is_running:
            return loading_words(state.loading.what), self.tr("The first picture begins at once.")
        plan = state.plan
        if plan is None:
            return (
                self.tr("Device not chosen yet"),
                self.tr("It is chosen when the first picture is drawn."),
            )
        facts = [short_device(plan), plan.dtype]
        if plan.threads:
            facts.append(self.tr("{0} threads").format(plan.threads))
        return DOT.join(facts), f"{plan_reason(plan)}\n{self.tr('Click to change.')}"


def _page_button(action: QAction) -> QToolButton:
    button = QToolButton()
    button.setObjectName("page")
    button.setDefaultAction(action)
    button.setText(action.text().replace("&", ""))
    keys = action.shortcut().toString(action.shortcut().SequenceFormat.NativeText)
    # The action's, and not the button's: the button takes it over at each change of the action.
    action.setToolTip(f"{button.text()} ({keys})")
    button.setAccessibleName(button.text())
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button
