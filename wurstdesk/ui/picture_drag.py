"""A picture leaves the window: dragged to another program or another place, as its file."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDrag, QPixmap
from PySide6.QtWidgets import QWidget

from wurstdesk.session.pictures import SessionPicture
from wurstdesk.ui.picture_mime import mime_of

_SIDE = 128


def drag_out(source: QWidget, picture: SessionPicture) -> None:
    """Let the person carry a picture away; returns when it was dropped somewhere."""
    ratio = source.devicePixelRatioF()
    side = round(_SIDE * ratio)
    small = picture.thumbnail.scaled(
        side,
        side,
        Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
    pixmap = QPixmap.fromImage(small)
    pixmap.setDevicePixelRatio(ratio)
    mime = mime_of(picture.request, picture.path)
    if picture.path is None and picture.image is not None:
        mime.setImageData(picture.image)  # better than nothing where it could not be saved
    drag = QDrag(source)
    drag.setMimeData(mime)
    drag.setPixmap(pixmap)
    drag.setHotSpot(QPoint(round(small.width() / ratio / 2), round(small.height() / ratio / 2)))
    drag.exec(Qt.DropAction.CopyAction)
