"""The pictures of the gallery, newest first, read page by page as somebody looks further down."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from wurstdesk.generation import Desk, KeptPicture
from wurstdesk.session.failures import Failure
from wurstdesk.session.keeper import Keeper

PAGE = 200
"""Pictures that are read at once."""


class GalleryList(QObject):
    """What was read so far, and one chosen picture with its full image."""

    began_anew = Signal()
    """All of the list was replaced."""
    grew = Signal(int, int)
    """Pictures from the first to the last of these places are new."""
    chosen_changed = Signal()
    failed = Signal(object)
    """``Failure``: the list could not be read."""

    def __init__(self, keeper: Keeper, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._keeper = keeper
        self.pictures: list[KeptPicture] = []
        self.chosen: KeptPicture | None = None
        self.image = QImage()
        """The chosen picture in full; the thumbnail until it is read, null without any."""
        self.is_complete = False
        self.was_read = False
        self._is_asking = False

    def refresh(self) -> None:
        """Read the newest pictures again."""
        self._ask(0)

    def read_more(self) -> None:
        """Read on, unless everything is read."""
        if not self.is_complete and not self._is_asking:
            self._ask(len(self.pictures))

    def choose(self, picture: KeptPicture | None) -> None:
        """Look at one; its file is read meanwhile."""
        if picture == self.chosen:
            return
        self.chosen = picture
        self.image = QImage()
        if picture is not None:
            self.image.loadFromData(picture.thumbnail)
            self._keeper.do(_Load(picture), self._on_image)
        self.chosen_changed.emit()

    def _ask(self, offset: int) -> None:
        self._is_asking = True
        self._keeper.ask(_Page(offset), self._on_page, self._on_failed)

    @Slot(object)
    def _on_failed(self, failure: Failure) -> None:
        self._is_asking = False  # who looks further down asks again
        self.failed.emit(failure)

    @Slot(object)
    def _on_page(self, answer: tuple[int, tuple[KeptPicture, ...]]) -> None:
        offset, found = answer
        self._is_asking = False
        self.was_read = True
        self.is_complete = len(found) < PAGE
        if offset == 0:
            self.pictures = list(found)
            self.began_anew.emit()
        elif found and offset == len(self.pictures):
            self.pictures.extend(found)
            self.grew.emit(offset, len(self.pictures) - 1)

    @Slot(object)
    def _on_image(self, answer: tuple[int, QImage]) -> None:
        number, image = answer
        if self.chosen is not None and self.chosen.id == number and not image.isNull():
            self.image = image
            self.chosen_changed.emit()


class _Page:
    def __init__(self, offset: int) -> None:
        self._offset = offset

    def __call__(self, desk: Desk) -> tuple[int, tuple[KeptPicture, ...]]:
        return self._offset, desk.pictures(PAGE, self._offset)


class _Load:
    def __init__(self, picture: KeptPicture) -> None:
        self._picture = picture

    def __call__(self) -> tuple[int, QImage]:
        return self._picture.id, QImage(str(self._picture.path))
