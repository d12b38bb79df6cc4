"""A picture on its way from one window to another, by mouse or clipboard: its file and request."""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtCore import QByteArray, QMimeData, QUrl

from wurstdesk.errors import RequestError
from wurstdesk.gallery.json_text import from_json
from wurstdesk.generation import GenerationRequest
from wurstdesk.session.dropped import is_picture

REQUEST_MIME = "application/x-wurstdesk-request"
"""JSON as ``GenerationRequest.to_dict`` gives it, in UTF-8."""

_MAX_BYTES = 4 * 1024 * 1024


def mime_of(request: GenerationRequest, path: Path | None) -> QMimeData:
    """What a drag of a picture carries; ``path`` is None for one that is on no disk."""
    mime = QMimeData()
    text = json.dumps(request.to_dict(), ensure_ascii=False)
    mime.setData(REQUEST_MIME, QByteArray(text.encode()))
    if path is not None:
        mime.setUrls([QUrl.fromLocalFile(str(path))])
    return mime


def request_in(mime: QMimeData) -> GenerationRequest | None:
    """The request that a drag carries; None where there is none that can be used."""
    if not mime.hasFormat(REQUEST_MIME):
        return None
    data = bytes(mime.data(REQUEST_MIME).data())
    if len(data) > _MAX_BYTES:
        return None
    try:
        return GenerationRequest.from_dict(from_json(data.decode("utf-8", "replace")))
    except RequestError:
        return None


def pictures_in(mime: QMimeData) -> tuple[Path, ...]:
    """The files on this computer that are pictures by their names."""
    if not mime.hasUrls():
        return ()
    local = (Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile())
    return tuple(path for path in local if is_picture(path))


def offers_picture(mime: QMimeData) -> bool:
    """Whether a drag carries a picture; quick enough for every move of the mouse."""
    return mime.hasFormat(REQUEST_MIME) or bool(pictures_in(mime))


def has_files(mime: QMimeData) -> bool:
    """Whether a drag carries files or folders of this computer."""
    return mime.hasUrls() and any(url.isLocalFile() for url in mime.urls())
