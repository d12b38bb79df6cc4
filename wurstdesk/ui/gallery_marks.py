"""What the person says about the pictures that are selected: stars, favourite, tags, albums."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QAction, QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QHBoxLayout,
    QInputDialog,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from wurstdesk.gallery.records import Album
from wurstdesk.session.gallery_chosen import Shared
from wurstdesk.session.gallery_edits import GalleryEdits
from wurstdesk.session.gallery_shelves import GalleryShelves
from wurstdesk.ui.name_dialog import name_dialog
from wurstdesk.ui.rating_stars import RatingStars, heart_path
from wurstdesk.ui.tag_field import Chip, ChipRow, TagField
from wurstdesk.ui.theme import colours_of


class HeartButton(QToolButton):
    """On for favourites."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("bare")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Favourite"))
        self.setToolTip(self.tr("Favourite (F)"))

    def sizeHint(self) -> QSize:
        """As large as the stars beside it."""
        side = round(max(16.0, self.fontMetrics().height() * 1.05)) + 10
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A heart, filled or not."""
        super().paintEvent(event)
        painter = QPainter(self)
        colours = colours_of(self.palette())
        side = self.height() - 10.0
        rect = QRectF(0, 0, side, side)
        rect.moveCenter(QRectF(self.rect()).center())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(colours.accent if self.isChecked() else colours.dim)
        painter.setPen(QPen(colour, 1.3))
        painter.setBrush(colour if self.isChecked() else Qt.BrushStyle.NoBrush)
        painter.drawPath(heart_path(rect))
        painter.end()


class GalleryMarks(QWidget):
    """Shows what ``ids`` have in common; what is changed goes to ``edits`` for all of them."""

    def __init__(self, edits: GalleryEdits, shelves: GalleryShelves) -> None:
        super().__init__()
        self._edits = edits
        self._shelves = shelves
        self._ids: tuple[int, ...] = ()
        self._shared = Shared()
        self._for_new_album: tuple[int, ...] = ()
        self.dialog: QInputDialog | None = None
        self.stars = RatingStars()
        self.heart = HeartButton()
        self.tags = TagField()
        self.albums = ChipRow(self.tr("Albums"))
        self.album_button = QToolButton()
        self._album_menu = QMenu(self)
        self._make_album_button()
        self.top = QWidget()
        self._lay_out()
        self.stars.rated.connect(self._on_rated)
        self.heart.clicked.connect(self._on_heart)
        self.tags.added.connect(self._on_tag_added)
        self.tags.removed.connect(self._on_tag_removed)
        self.albums.removed.connect(self._on_album_removed)
        shelves.changed.connect(self._on_shelves)
        shelves.album_made.connect(self._on_album_made)
        self._on_shelves()

    def _make_album_button(self) -> None:
        button = self.album_button
        button.setObjectName("bare")
        button.setText(self.tr("+ Album"))
        button.setToolTip(self.tr("Add to an album"))
        button.setAccessibleName(self.tr("Add to an album"))
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setMenu(self._album_menu)
        self._album_menu.aboutToShow.connect(self._fill_album_menu)
        self._album_menu.triggered.connect(self._on_album)

    def _lay_out(self) -> None:
        """``top`` holds stars and heart, to be put elsewhere; the rest is here."""
        row = QHBoxLayout(self.top)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.stars)
        row.addWidget(self.heart)
        row.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        column.addWidget(self.tags)
        column.addWidget(self.albums)
        self.tags.row.addWidget(self.album_button)
        self.albums.hide()

    # -- what is shown ----------------------------------------------------------------------

    def show_marks(self, ids: Sequence[int], shared: Shared) -> None:
        """What these pictures have in common, and what some of them have."""
        self._ids = tuple(ids)
        self.show_rating(shared.rating, shared.is_favourite)
        self.tags.show_tags(shared.tags, shared.some_tags)
        self._shared = shared
        self._show_albums()

    def show_rating(self, rating: int | None, is_favourite: bool | None) -> None:
        """Only these have changed."""
        self.stars.show_rating(rating)
        self.heart.setChecked(is_favourite is True)

    def _show_albums(self) -> None:
        known = {album.id: album.name for album in self._shelves.content.albums}
        chips = [*self._chips(known, self._shared.albums, is_partial=False)]
        chips += self._chips(known, self._shared.some_albums, is_partial=True)
        self.albums.show_chips(chips)

    def _chips(
        self, known: dict[int, str], albums: Iterable[int], *, is_partial: bool
    ) -> list[Chip]:
        return [Chip(album, known[album], is_partial) for album in albums if album in known]

    @Slot()
    def _on_shelves(self) -> None:
        self.tags.set_known(name for name, _ in self._shelves.content.tags)
        self._show_albums()

    # -- what the person does ---------------------------------------------------------------

    @Slot(int)
    def _on_rated(self, rating: int) -> None:
        self._edits.rate(self._ids, rating)

    @Slot()
    def _on_heart(self) -> None:
        self._edits.favourite(self._ids, self.heart.isChecked())

    @Slot(str)
    def _on_tag_added(self, name: str) -> None:
        self._edits.tag(self._ids, name)

    @Slot(str)
    def _on_tag_removed(self, name: str) -> None:
        self._edits.untag(self._ids, name)

    @Slot(object)
    def _on_album_removed(self, album: int) -> None:
        self._edits.take_out(self._ids, album, self._shelves.album_name(album))

    @Slot()
    def _fill_album_menu(self) -> None:
        menu = self._album_menu
        menu.clear()
        inside = set(self._shared.albums)
        others: list[Album] = [a for a in self._shelves.content.albums if a.id not in inside]
        for album in others:
            menu.addAction(album.name.replace("&", "&&")).setData(album.id)
        if others:
            menu.addSeparator()
        menu.addAction(self.tr("&New album…"))

    @Slot(QAction)
    def _on_album(self, action: QAction) -> None:
        album = action.data()
        if isinstance(album, int):
            self._edits.put_in(self._ids, album, self._shelves.album_name(album))
        else:
            self._ask_for_album()

    def _ask_for_album(self) -> None:
        self._for_new_album = self._ids
        dialog = name_dialog(self, self.tr("New album"), self.tr("Its name:"))
        dialog.textValueSelected.connect(self._on_album_named)
        dialog.finished.connect(self._on_dialog_finished)
        self.dialog = dialog
        dialog.open()

    @Slot(str)
    def _on_album_named(self, name: str) -> None:
        if name.strip():
            self._shelves.add_album(" ".join(name.split()))
        else:
            self._for_new_album = ()

    @Slot(int)
    def _on_dialog_finished(self, result: int) -> None:
        if not result:
            self._for_new_album = ()
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

    @Slot(int)
    def _on_album_made(self, album: int) -> None:
        ids, self._for_new_album = self._for_new_album, ()
        if ids:
            self._edits.put_in(ids, album)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.heart.update()
