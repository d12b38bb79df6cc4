"""Pictures that are not on disk yet, or are wanted in a second place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from wurstdesk.gallery.formats import PNG, encode, format_of
from wurstdesk.gallery.image_files import save_as
from wurstdesk.gallery.saving import copy_picture
from wurstdesk.generation import Pixels, SavedPicture
from wurstdesk.session.failures import Failure
from wurstdesk.session.jobs import JobQueue
from wurstdesk.session.keeper import Keeper
from wurstdesk.session.messages import MessageAction, MessageKind, MessageList
from wurstdesk.session.pictures import SessionPicture, SessionPictures
from wurstdesk.session.worker import GenerationWorker

_UNSAVED = "unsaved pictures"


class PictureSaving(QObject):
    """Saves again what could not be saved, and elsewhere what was.

    The message about unsaved pictures stays until there are none, and says whether they hold up
    the queue.
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
        keeper: Keeper,
        parent: QObject | None = None,
        *,
        queue: JobQueue | None = None,
    ) -> None:
        super().__init__(parent)
        self._queue = queue
        self._keeper = keeper
        self._worker = worker
        self._pictures = pictures
        self._messages = messages
        worker.picture_saved.connect(self._on_picture_saved)
        worker.save_failed.connect(self._on_save_failed)

    def save_again(self) -> None:
        """Try to save every picture that is on no disk yet."""
        for picture in self._pictures.unsaved:
            if picture.unsaved is not None:
                self._worker.save(picture.id, picture.unsaved)

    def save_as(self, picture: SessionPicture, target: Path, quality: int = 90) -> None:
        """Save a picture to another file or folder, with all that its own file says.

        The ending of ``target`` says the format; ``quality`` is for those that lose something.
        """
        if picture.unsaved is not None:
            self._worker.save(picture.id, picture.unsaved, target)
        elif picture.saved is not None:
            self._do(_Copy(picture.saved.path, target, quality))

    def save_plain(self, picture: SessionPicture, target: Path, quality: int = 90) -> None:
        """Save only the pixels: a file that does not say how the picture was made.

        It is a copy for others, and no file of the gallery.
        """
        if picture.unsaved is not None:
            self._do(_Write(picture.unsaved.pixels, target, quality))
        elif picture.saved is not None:
            self._do(_Copy(picture.saved.path, target, quality, with_metadata=False))

    def _do(self, work: _Copy | _Write) -> None:
        # In the keeper's thread: the worker's may be in the middle of a step.
        self._keeper.do(work, self._on_copied, self.failed.emit)

    def tell_not_saved(self, failure: Failure) -> None:
        """Say that pictures are unsaved, why, and what can be done."""
        count = len(self._pictures.unsaved)
        kept = (
            self.tr("The picture stays here until you close the window.")
            if count == 1
            else self.tr("{0} pictures stay here until you close the window.").format(count)
        )
        paused = self.tr("The queue is paused until you resume it.") if self._is_held_up else ""
        actions = [MessageAction.SAVE_AGAIN, MessageAction.SAVE_AS]
        actions.append(MessageAction.SHOW_REPORT if failure.is_bug else MessageAction.CHOOSE_FOLDER)
        self._messages.post(
            MessageKind.PROBLEM,
            self.tr("A picture could not be saved.") if failure.is_bug else failure.message,
            " ".join(filter(None, (failure.hint, kept, paused))),
            actions=tuple(actions),
            report=failure.report,
            details=failure.details,
            key=_UNSAVED,
            stays=True,
        )

    @Slot(int, object)
    def _on_picture_saved(self, picture_id: int, saved: SavedPicture) -> None:
        self._pictures.mark_saved(picture_id, saved)
        text = self.tr("Saved as {0}").format(saved.path.name)
        if not self._pictures.unsaved:
            self._messages.dismiss_key(_UNSAVED)
            if self._is_held_up:
                text = self.tr("Saved as {0}. The queue is still paused.").format(saved.path.name)
        self.told.emit(text)

    @property
    def _is_held_up(self) -> bool:
        """Whether something waits in a queue that is paused."""
        return self._queue is not None and self._queue.is_paused and bool(self._queue.waiting)

    @Slot(int, object)
    def _on_save_failed(self, picture_id: int, failure: Failure) -> None:
        del picture_id  # it stays unsaved, and the message is about all of them
        self.tell_not_saved(failure)

    @Slot(object)
    def _on_copied(self, target: Path) -> None:
        self.told.emit(self.tr("Saved as {0}").format(target.name))


@dataclass(frozen=True, slots=True)
class _Copy:
    """Copies a picture's file and says where the copy is."""

    source: Path
    target: Path
    quality: int
    with_metadata: bool = True

    def __call__(self) -> Path:
        return copy_picture(
            self.source, self.target, quality=self.quality, with_metadata=self.with_metadata
        )


@dataclass(frozen=True, slots=True)
class _Write:
    """Writes pixels that have no file to copy."""

    pixels: Pixels
    target: Path
    quality: int

    def __call__(self) -> Path:
        return save_as(
            self.target, encode(self.pixels, None, format_of(self.target) or PNG, self.quality)
        )
