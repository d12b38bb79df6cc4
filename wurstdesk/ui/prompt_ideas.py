"""A little menu beside the prompt: examples for the checkpoint, and what else there is to try."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton

from wurstdesk.generation.styles import PLACE, joined
from wurstdesk.session.form import RequestForm
from wurstdesk.ui.controls import IconButton

CHOICE = "{red|blue|green}"
_LONGEST = 64
_MOST = 8


class IdeasButton(IconButton):
    """Puts its ideas into the ``form``; in the editor each is a step that can be undone."""

    def __init__(self, form: RequestForm) -> None:
        super().__init__("idea", "")
        self._form = form
        name = self.tr("Ideas for the prompt")
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.ideas = QMenu(self)
        self.ideas.setToolTipsVisible(True)
        self.ideas.aboutToShow.connect(self.fill)
        self.setMenu(self.ideas)

    @Slot()
    def fill(self) -> None:
        """Offer what suits the checkpoint and the prompts of now."""
        self.ideas.clear()
        info = self._form.checkpoint
        if info is not None and info.examples:
            self.ideas.addSection(self.tr("Try"))
            for text in info.examples[:_MOST]:
                action = self._add(_shown(text), text)
                action.setToolTip(text)
                action.triggered.connect(self._on_prompt)
        self.ideas.addSection(self.tr("Add"))
        self._add_choice()
        if info is not None and info.starter_negative_prompt:
            self._add_starter(info.starter_negative_prompt)

    def _add(self, text: str, result: str | None) -> QAction:
        """An entry that makes a prompt ``result``; one that changes nothing cannot be chosen."""
        action = self.ideas.addAction(text)
        action.setData(result)
        action.setEnabled(result is not None)
        return action

    def _add_choice(self) -> None:
        prompt = self._form.request.prompt
        result = joined(f"{PLACE} {CHOICE}", prompt)
        action = self._add(
            self.tr("A random choice: {0}").format(CHOICE), None if result == prompt else result
        )
        action.setToolTip(self.tr("Each picture is drawn with one of these words."))
        action.triggered.connect(self._on_prompt)

    def _add_starter(self, starter: str) -> None:
        negative = self._form.request.negative_prompt
        missing = ", ".join(_missing(starter, negative))
        result = joined(missing, negative) if missing else None
        action = self._add(self.tr("A negative prompt to start with"), result)
        action.setToolTip(starter)
        action.triggered.connect(self._on_negative_prompt)

    @Slot()
    def _on_prompt(self) -> None:
        self._form.edit(prompt=self._chosen())

    @Slot()
    def _on_negative_prompt(self) -> None:
        self._form.edit(negative_prompt=self._chosen())

    def _chosen(self) -> str:
        action = self.sender()
        return str(action.data()) if isinstance(action, QAction) else ""


def _missing(starter: str, negative: str) -> list[str]:
    """What of the one is not in the other."""
    there = {term.strip().casefold() for term in negative.split(",")}
    terms = [term.strip() for term in starter.split(",")]
    return [term for term in terms if term and term.casefold() not in there]


def _shown(text: str) -> str:
    """A stranger's text in a menu: on one line, not too long, and its & is an &."""
    line = " ".join(text.split())
    line = line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1].rstrip(' ,')}…"
    return line.replace("&", "&&")
