"""Pictures on the clipboard: as a file with all it says, or as nothing but pixels.

A picture is turned into a PNG file in the keeper's thread and beforehand: else Qt would do it in
the window's, at the moment in which another program asks for it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QObject, Slot
from PySide6.QtGui import QGuiApplication, QImage

from wurstdesk.generation import GenerationRequest
from wurstdesk.session.pictures import SessionPicture, read_image
from wurstdesk.session.state import StudioState
from wurstdesk.ui.picture_mime import mime_of

_PNG = "image/png"


class PictureClipboard(QObject):
    """Copies; ``state.told`` says when it is done."""

    def __init__(self, state: StudioState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = state

    def copy(self, picture: SessionPicture) -> None:
        """The picture, its file and what made it: whoever takes it chooses."""
        work = _Read(picture.image, picture.path, picture.request)
        self._state.keeper.do(work, self._on_read)

    def copy_file(self, path: Path, request: GenerationRequest | None) -> None:
        """The same for a picture of which only the file is at hand; without a request only its
        pixels."""
        self._state.keeper.do(_Read(None, path, request), self._on_read)

    def copy_plain(self, picture: SessionPicture) -> None:
        """The pixels, and nothing that says how they were made."""
        self._state.keeper.do(_Read(picture.image, picture.path), self._on_read)

    def copy_text(self, text: str, told: str) -> None:
        """Any text, and the remark that says so."""
        QGuiApplication.clipboard().setText(text)
        self._state.told.emit(told)

    @Slot(object)
    def _on_read(self, read: _Copied) -> None:
        if read.image.isNull():
            self._state.told.emit(self.tr("The picture could not be read."))
            return
        mime = QMimeData() if read.request is None else mime_of(read.request, read.path)
        mime.setImageData(read.image)
        mime.setData(_PNG, QByteArray(read.png))
        QGuiApplication.clipboard().setMimeData(mime)
        if read.request is None:
            self._state.told.emit(self.tr("Copied without its data."))
        else:
            self._state.told.emit(self.tr("Copied."))


@dataclass(frozen=True, slots=True)
class _Copied:
    """What is to be put on the clipboard; without a request only the pixels."""

    image: QImage
    png: bytes
    path: Path | None
    request: GenerationRequest | None


@dataclass(frozen=True, slots=True)
class _Read:
    """Gets it ready, in the keeper's thread."""

    image: QImage | None
    path: Path | None
    request: GenerationRequest | None = None

    def __call__(self) -> _Copied:
        image, png = self.image, b""
        if image is None:
            image = QImage() if self.path is None else read_image(self.path)
        if self.request is not None and self.path is not None and self.path.suffix == ".png":
            with suppress(OSError):
                png = self.path.read_bytes()  # with what it says
        return _Copied(image, png or _png_of(image), self.path, self.request)


def _png_of(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())
