"""What was done to pictures of the gallery, in words: for undo, and for the line at the bottom."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from wurstdesk.gallery.records import Edit


def pictures_words(count: int) -> str:
    """How many."""
    return _tr("1 picture") if count == 1 else _tr("{0} pictures").format(count)


def stars_words(rating: int) -> str:
    """How many."""
    if not rating:
        return _tr("no stars")
    return _tr("1 star") if rating == 1 else _tr("{0} stars").format(rating)


def step_words(edit: Edit) -> str:
    """What an edit does, as one says it of a thing that is done: “3 pictures to the trash”."""
    pictures = pictures_words(len(edit.values))
    value = next(iter(edit.values.values()), None)
    if edit.kind == "rating":
        rating = value if isinstance(value, int) else 0
        return _tr("{0} for {1}").format(stars_words(rating), pictures)
    if edit.kind == "verdict":
        words = {1: _tr("{0} kept"), -1: _tr("{0} rejected")}
        number = value if isinstance(value, int) else 0
        return words.get(number, _tr("no verdict on {0}")).format(pictures)
    if edit.kind == "favourite":
        text = _tr("{0} to the favourites") if value else _tr("{0} out of the favourites")
        return text.format(pictures)
    if edit.kind == "trashed":
        text = _tr("{0} out of the trash") if value is None else _tr("{0} to the trash")
        return text.format(pictures)
    if edit.kind == "tag":
        text = _tr("“{1}” on {0}") if value else _tr("“{1}” off {0}")
        return text.format(pictures, edit.name)
    return _album_words(edit, pictures, is_in=bool(value))


def _album_words(edit: Edit, pictures: str, *, is_in: bool) -> str:
    if edit.name:
        text = _tr("{0} into “{1}”") if is_in else _tr("{0} out of “{1}”")
    else:
        text = _tr("{0} into an album") if is_in else _tr("{0} out of an album")
    return text.format(pictures, edit.name)


def _tr(text: str) -> str:
    return QCoreApplication.translate("GalleryWords", text)
