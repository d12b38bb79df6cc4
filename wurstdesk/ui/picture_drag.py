"""A picture leaves the window: dragged to another program or another place, as its file."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QDrag, QImage, QPixmap
from PySide6.QtWidgets import QWidget

from wurstdesk.session.pictures import SessionPicture
from wurstdesk.ui.picture_mime import mime_of

_SIDE = 88
_BESIDE = QPoint(-10, -10)
"""The pointer stands outside, at the corner: what it points at, and its words, stay in sight."""


def drag_out(source: QWidget, picture: SessionPicture) -> None:
    """Let the person carry a picture away; returns when it was dropped somewhere."""
    mime = mime_of(picture.request, picture.path)
    if picture.path is None and picture.image is not None:
        mime.setImageData(picture.image)  # better than nothing where it could not be saved
    carry_away(source, mime, picture.thumbnail)


def carry_away(source: QWidget, mime: QMimeData, thumbnail: QImage) -> None:
    """Let the person carry something away under its little picture."""
    ratio = source.devicePixelRatioF()
    side = round(_SIDE * ratio)
    small = thumbnail.scaled(
        side,
        side,
        Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
    pixmap = QPixmap.fromImage(small)
    pixmap.setDevicePixelRatio(ratio)
    drag = QDrag(source)
    drag.setMimeData(mime)
    drag.setPixmap(pixmap)
    drag.setHotSpot(_BESIDE)
    drag.exec(Qt.DropAction.CopyAction)
