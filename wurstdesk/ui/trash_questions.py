"""Questions before pictures go to the trash, or from there for good; none of them blocks."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QMessageBox, QWidget

from wurstdesk.session.gallery_words import pictures_words


class TrashQuestions(QObject):
    """A ``session.gallery_edits.TrashAsker`` whose boxes belong to ``window``."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.box: QMessageBox | None = None
        self._answer: Callable[[bool], None] | None = None

    def ask(self, favourites: int, pictures: int, answer: Callable[[bool], None]) -> None:
        """Shall favourites go to the trash?"""
        if pictures == 1:
            text = self.tr("This picture is one of your favourites.")
        elif favourites == 1:
            text = self.tr("One of these {0} pictures is a favourite.").format(pictures)
        else:
            text = self.tr("{0} of these {1} pictures are favourites.").format(favourites, pictures)
        self._open(
            self.tr("Favourites to the trash"),
            text,
            self.tr("Move it to the trash all the same?")
            if pictures == 1
            else self.tr("Move them to the trash all the same?"),
            self.tr("&Move to the trash"),
            answer,
        )

    def ask_to_empty(self, pictures: int, answer: Callable[[bool], None]) -> None:
        """Shall the gallery's trash be emptied?"""
        self._open(
            self.tr("Empty the trash"),
            self.tr("In the trash: {0}").format(pictures_words(pictures)),
            self.tr(
                "Their files go to the system's trash, and the gallery forgets how they were made."
            ),
            self.tr("&Empty the trash"),
            answer,
        )

    def _open(
        self, title: str, text: str, question: str, button: str, answer: Callable[[bool], None]
    ) -> None:
        if self.box is not None:
            return  # one question at a time
        parent = self.parent()
        box = QMessageBox(parent if isinstance(parent, QWidget) else None)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(title)
        box.setText(text)
        box.setInformativeText(question)
        box.addButton(button, QMessageBox.ButtonRole.AcceptRole)
        cancel = box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(cancel)
        box.accepted.connect(self._on_accepted)
        box.finished.connect(self._on_finished)
        self.box, self._answer = box, answer
        box.open()

    @Slot()
    def _on_accepted(self) -> None:
        answer, self._answer = self._answer, None
        if answer is not None:
            answer(True)

    @Slot()
    def _on_finished(self) -> None:
        self._answer = None
        if self.box is not None:
            self.box.deleteLater()
            self.box = None
