"""The shelves beside the gallery's grid: how many pictures each holds, albums, saved searches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from PySide6.QtCore import QObject, Signal, Slot

from wurstdesk.gallery.library import Library
from wurstdesk.gallery.records import Shelves, Sort
from wurstdesk.session.failures import Failure
from wurstdesk.session.keeper import LibraryKeeper

ShelfKind = Literal["all", "favourites", "rejected", "missing", "trash", "album", "tag"]

_FILTERS = {
    "favourites": "is:favourite",
    "rejected": "is:rejected",
    "missing": "is:missing",
    "trash": "is:trashed",
}


@dataclass(frozen=True, slots=True)
class Shelf:
    """Which pictures are searched: all, or those of one kind, album or tag."""

    kind: ShelfKind = "all"
    album: int | None = None
    tag: str = ""

    @property
    def filter(self) -> str:
        """What it adds to the text of a search."""
        if self.kind == "tag":
            name = self.tag.replace('"', "")
            return f'tag:"{name}"'
        return _FILTERS.get(self.kind, "")


ALL = Shelf()


class GalleryShelves(QObject):
    """What the person made to find pictures, and changes of it."""

    changed = Signal()
    album_made = Signal(int)
    """The id of an album that the person just made."""
    failed = Signal(object)
    """``Failure``"""

    def __init__(self, keeper: LibraryKeeper, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._keeper = keeper
        self._is_asking = False
        self._is_outdated = False
        self.content = Shelves()
        self.were_read = False

    @Slot()
    def refresh(self) -> None:
        """Count again; while that goes on, once more afterwards."""
        if self._is_asking:
            self._is_outdated = True
            return
        self._is_asking, self._is_outdated = True, False
        self._keeper.ask(Library.shelves, self._on_shelves, self._on_failed)

    def album_name(self, album: int | None) -> str:
        """What it is called, "" for one that is not there."""
        names = {kept.id: kept.name for kept in self.content.albums}
        return names.get(album, "") if album is not None else ""

    def add_album(self, name: str) -> None:
        """A new one; ``album_made`` follows."""
        self._keeper.ask(_Change("add_album", name), self._on_album, self._on_change_failed)

    def rename_album(self, album: int, name: str) -> None:
        """Call it something else."""
        self._change("rename_album", album, name)

    def remove_album(self, album: int) -> None:
        """The album goes, its pictures stay."""
        self._change("remove_album", album)

    def keep_search(self, name: str, text: str, sort: Sort) -> None:
        """Remember a search under a name, in place of one of that name."""
        self._change("keep_search", name, text, sort)

    def remove_search(self, search: int) -> None:
        """Forget one."""
        self._change("remove_search", search)

    def _change(self, method: str, *values: Any) -> None:
        self._keeper.ask(_Change(method, *values), self._on_changed, self._on_change_failed)

    @Slot(object)
    def _on_album(self, album: int) -> None:
        self.refresh()
        self.album_made.emit(album)

    @Slot(object)
    def _on_changed(self, answer: object) -> None:
        del answer
        self.refresh()

    @Slot(object)
    def _on_change_failed(self, failure: Failure) -> None:
        self.failed.emit(failure)
        self.refresh()

    @Slot(object)
    def _on_shelves(self, content: Shelves) -> None:
        self._is_asking = False
        self.were_read = True
        if content != self.content:
            self.content = content
            self.changed.emit()
        if self._is_outdated:
            self.refresh()

    @Slot(object)
    def _on_failed(self, failure: Failure) -> None:
        self._is_asking = False
        self.failed.emit(failure)


class _Change:
    """A method of the library with its values, for the keeper's thread."""

    def __init__(self, method: str, *values: Any) -> None:
        self._method = method
        self._values = values

    def __call__(self, library: Library) -> Any:
        method: Callable[..., Any] = getattr(library, self._method)
        return method(*self._values)
