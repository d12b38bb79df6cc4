"""Going through pictures one by one, each as large as there is room: keep, reject, next."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QMessageBox, QPushButton, QVBoxLayout, QWidget

from wurstdesk.session.gallery_culling import Culling
from wurstdesk.session.gallery_edits import GalleryEdits
from wurstdesk.session.gallery_thumbnails import GalleryThumbnails
from wurstdesk.session.gallery_words import pictures_words
from wurstdesk.ui.controls import ElidedLabel, line, quiet_button
from wurstdesk.ui.cull_strip import CullStrip
from wurstdesk.ui.flow_row import FlowRow
from wurstdesk.ui.gallery_marks import HeartButton
from wurstdesk.ui.image_view import ImageView, ViewCell
from wurstdesk.ui.rating_stars import RatingStars

_ZOOMS = {Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_Equal}
_DIGITS = {getattr(Qt.Key, f"Key_{n}"): n for n in range(6)}


_KEYS = {
    Qt.Key.Key_K,
    Qt.Key.Key_Space,
    Qt.Key.Key_X,
    Qt.Key.Key_F,
    Qt.Key.Key_Right,
    Qt.Key.Key_Left,
    Qt.Key.Key_U,
    Qt.Key.Key_Z,
    Qt.Key.Key_Escape,
}


class _Picture(ImageView):
    """Keys are for going through; only plus and minus are the view's."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Zoom, or leave it to those around."""
        if event.key() in _ZOOMS:
            super().keyPressEvent(event)
        else:
            event.ignore()

    def _drag_out(self) -> None:
        """Nothing is carried away from here."""


class GalleryCull(QWidget):
    """Shows a ``culling``. ``left`` tells that it is over and all questions are answered."""

    left = Signal()

    def __init__(
        self, culling: Culling, edits: GalleryEdits, thumbnails: GalleryThumbnails
    ) -> None:
        super().__init__()
        self._culling = culling
        self._edits = edits
        self._shown: int | None = None
        self.question: QMessageBox | None = None
        self.picture = _Picture()
        self.picture.setAccessibleName(self.tr("The picture that is looked at"))
        self.strip = CullStrip(culling, thumbnails)
        self.progress = QLabel()
        self.prompt = ElidedLabel(is_dim=True)
        self.stars = RatingStars()
        self.heart = HeartButton()
        self.keep_button = self._button(self.tr("Keep"), self.tr("Keep it and go on (K)"))
        self.reject_button = self._button(self.tr("Reject"), self.tr("Reject it and go on (X)"))
        self.undo_button = quiet_button(self.tr("Undo"), self.tr("Take the last one back (U)"))
        self.done_button = quiet_button(self.tr("Done"), self.tr("Enough for now (Esc)"))
        self._lay_out()
        self._connect()

    def _button(self, text: str, tip: str) -> QPushButton:
        button = quiet_button(text, tip)
        button.setObjectName("verdict")
        return button

    def _lay_out(self) -> None:
        bar = FlowRow(spacing=8)
        bar.add(self.progress)
        bar.add(self.prompt, stretches=True)
        for part in (
            self.stars,
            self.heart,
            self.keep_button,
            self.reject_button,
            self.undo_button,
            self.done_button,
        ):
            bar.add(part)
            # Who clicks goes on by keys, and those are the picture's.
            part.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.picture, 1)
        column.addWidget(line())
        column.addWidget(bar)
        column.addWidget(line())
        column.addWidget(self.strip)
        self.setFocusProxy(self.picture)

    def _connect(self) -> None:
        culling = self._culling
        culling.changed.connect(self._show)
        culling.image_read.connect(self._show_image)
        culling.ended.connect(self._on_ended)
        self._edits.changed.connect(self._show)
        self.keep_button.clicked.connect(culling.keep)
        self.reject_button.clicked.connect(culling.reject)
        self.undo_button.clicked.connect(culling.undo)
        self.done_button.clicked.connect(culling.end)
        self.stars.rated.connect(culling.rate)
        self.heart.clicked.connect(culling.favourite)

    # -- what is shown ----------------------------------------------------------------------

    @Slot()
    def _show(self) -> None:
        culling = self._culling
        if not culling.is_active:
            return
        card = culling.card
        place = self.tr("{0} of {1}").format(culling.index + 1, len(culling.ids))
        words = {1: self.tr("kept"), -1: self.tr("rejected")}
        verdict = "" if card is None else words.get(card.verdict, "")
        self.progress.setText(f"{place} – {verdict}" if verdict else place)
        self.undo_button.setEnabled(culling.can_undo)
        if card is None:
            return
        self.prompt.setText(" ".join(card.prompt.split()))
        self.stars.show_rating(card.rating)
        self.heart.setChecked(card.is_favourite)
        if card.id != self._shown:
            self._show_image()

    @Slot()
    def _show_image(self) -> None:
        card, image = self._culling.card, self._culling.image
        if card is None:
            return
        self._shown = card.id if image is not None else None
        cell = ViewCell() if image is None else ViewCell(image, is_finished=True)
        self.picture.show_cells([cell], QSize(card.width, card.height))
        self.picture.setAccessibleDescription(card.prompt)

    # -- what the person does ---------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Our keys are no commands of the window while the focus is here."""
        is_shortcut = event.type() == QEvent.Type.ShortcutOverride
        if is_shortcut and isinstance(event, QKeyEvent) and self._is_ours(event):
            event.accept()
            return True
        return super().event(event)

    def _is_ours(self, event: QKeyEvent) -> bool:
        is_plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        return is_plain and (event.key() in _KEYS or event.key() in _DIGITS)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What is done with the picture."""
        if not self._is_ours(event):
            super().keyPressEvent(event)
        elif event.key() in _DIGITS:
            self._culling.rate(_DIGITS[Qt.Key(event.key())])
        else:
            self._obey(Qt.Key(event.key()))

    def _obey(self, key: Qt.Key) -> None:
        culling = self._culling
        ways: dict[Qt.Key, Callable[[], None]] = {
            Qt.Key.Key_K: culling.keep,
            Qt.Key.Key_Space: culling.keep,
            Qt.Key.Key_X: culling.reject,
            Qt.Key.Key_F: culling.favourite,
            Qt.Key.Key_Right: culling.go_forward,
            Qt.Key.Key_Left: culling.go_back,
            Qt.Key.Key_U: culling.undo,
            Qt.Key.Key_Z: self._zoom,
            Qt.Key.Key_Escape: culling.end,
        }
        ways[key]()

    @Slot()
    def _zoom(self) -> None:
        """Between the whole and full size."""
        if self.picture.is_fitted:
            self.picture.show_full_size()
        else:
            self.picture.fit()

    # -- the end ----------------------------------------------------------------------------

    @Slot()
    def _on_ended(self) -> None:
        self._shown = None
        kept, rejected = self._culling.kept, self._culling.rejected
        if not rejected:
            self._leave(kept)
            return
        box = QMessageBox(self.window())
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(self.tr("Through the pictures"))
        box.setText(self.tr("Kept {0}, rejected {1}.").format(len(kept), len(rejected)))
        box.setInformativeText(self.tr("Move the rejected ones to the trash?"))
        move = box.addButton(self.tr("&Move to the trash"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(self.tr("&Leave them"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(move)
        box.accepted.connect(self._on_move)
        box.finished.connect(self._on_answered)
        self.question = box
        box.open()

    @Slot()
    def _on_move(self) -> None:
        self._edits.trash(self._culling.rejected)

    @Slot()
    def _on_answered(self) -> None:
        if self.question is not None:
            self.question.deleteLater()
            self.question = None
        self.left.emit()

    def _leave(self, kept: tuple[int, ...]) -> None:
        if kept:
            self._edits.told.emit(self.tr("Kept: {0}").format(pictures_words(len(kept))))
        self.left.emit()
