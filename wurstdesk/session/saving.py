"""Pictures that are not on disk yet, or are wanted in a second place."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from wurstdesk.generation import SavedPicture
from wurstdesk.session.failures import Failure
from wurstdesk.session.messages import MessageAction, MessageKind, MessageList
from wurstdesk.session.pictures import SessionPicture, SessionPictures
from wurstdesk.session.worker import GenerationWorker

_UNSAVED = "unsaved pictures"


class PictureSaving(QObject):
    """Saves again what could not be saved, and elsewhere what was.

    The message about unsaved pictures stays until there are none.
    """

    told = Signal(str)
    """A passing remark about what was saved."""
    failed = Signal(object)
    """The ``Failure`` of a copy; of a picture itself the message tells."""

    def __init__(
        self,
        worker: GenerationWorker,
        pictures: SessionPictures,
        messages: MessageList,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._worker = worker
        self._pictures = pictures
        self._messages = messages
        worker.picture_saved.connect(self._on_picture_saved)
        worker.save_failed.connect(self._on_save_failed)
        worker.copy_finished.connect(self._on_copy_finished)

    def save_again(self) -> None:
        """Try to save every picture that is on no disk yet."""
        for picture in self._pictures.unsaved:
            if picture.unsaved is not None:
                self._worker.save(picture.id, picture.unsaved)

    def save_as(self, picture: SessionPicture, target: Path) -> None:
        """Save a picture to another file or folder; a saved one is copied with its metadata."""
        if picture.unsaved is not None:
            self._worker.save(picture.id, picture.unsaved, target)
        elif picture.saved is not None:
            self._worker.copy_file(picture.saved.path, target)

    def tell_not_saved(self, failure: Failure) -> None:
        """Say that pictures are unsaved, why, and what can be done."""
        count = len(self._pictures.unsaved)
        kept = (
            self.tr("The picture stays here until you close the window.")
            if count == 1
            else self.tr("{0} pictures stay here until you close the window.").format(count)
        )
        actions = [MessageAction.SAVE_AGAIN, MessageAction.SAVE_AS]
        if failure.is_bug:
            actions.append(MessageAction.SHOW_REPORT)
        self._messages.post(
            MessageKind.PROBLEM,
            self.tr("A picture could not be saved.") if failure.is_bug else failure.message,
            f"{failure.hint} {kept}".strip(),
            actions=tuple(actions),
            report=failure.report,
            key=_UNSAVED,
            stays=True,
        )

    @Slot(int, object)
    def _on_picture_saved(self, picture_id: int, saved: SavedPicture) -> None:
        self._pictures.mark_saved(picture_id, saved)
        self.told.emit(self.tr("Saved as {0}").format(saved.path.name))
        if not self._pictures.unsaved:
            self._messages.dismiss_key(_UNSAVED)

    @Slot(int, object)
    def _on_save_failed(self, picture_id: int, failure: Failure) -> None:
        del picture_id  # it stays unsaved, and the message is about all of them
        self.tell_not_saved(failure)

    @Slot(object, object)
    def _on_copy_finished(self, target: Path, failure: Failure | None) -> None:
        if failure is None:
            self.told.emit(self.tr("Saved as {0}").format(target.name))
        else:
            self.failed.emit(failure)
