"""What the canvas shows: the round that is drawn, or a picture that somebody looks at."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from wurstdesk.session.pictures import Round, SessionPicture, SessionPictures


class Showing(QObject):
    """Only the person changes it: a new picture never takes the canvas away from another."""

    changed = Signal()

    def __init__(
        self, pictures: SessionPictures, drawn: Round, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._pictures = pictures
        self._round = drawn
        self._shown: int | None = None
        drawn.ended.connect(self._on_round_ended)

    @property
    def picture(self) -> SessionPicture | None:
        """The picture that was chosen to be looked at; None where the round is shown."""
        return self._pictures.find(self._shown)

    @property
    def picture_in_view(self) -> SessionPicture | None:
        """The one picture on the canvas: the chosen one, or that of a round of one."""
        return self.picture or self._pictures.find(self._round.only_picture)

    def show_picture(self, picture_id: int) -> None:
        """Look at one picture of this session."""
        self._show(picture_id if self._pictures.find(picture_id) else None)

    @Slot()
    def show_round(self) -> None:
        """Look at what is being drawn, or was drawn last."""
        self._show(None)

    def show_neighbour(self, steps: int) -> None:
        """Look at the picture made after (1) or before (-1) the one in view."""
        ids = [picture.id for picture in self._pictures]
        if not ids:
            return
        now = self.picture_in_view
        if now is None:
            self.show_picture(ids[-1])
        else:
            self.show_picture(ids[min(max(ids.index(now.id) + steps, 0), len(ids) - 1)])

    def _show(self, picture_id: int | None) -> None:
        if picture_id != self._shown:
            self._shown = picture_id
            self.changed.emit()

    @Slot()
    def _on_round_ended(self) -> None:
        if self._round.is_empty and self._shown is None and len(self._pictures):
            self.show_neighbour(0)  # better the last picture than an empty canvas
