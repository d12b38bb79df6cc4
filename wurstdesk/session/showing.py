"""What the canvas shows: the round that is drawn, a picture that somebody looks at, or two."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from wurstdesk.generation import GenerationRequest
from wurstdesk.session.comparison import Comparison
from wurstdesk.session.pictures import Cell, Round, SessionPicture, SessionPictures


class Showing(QObject):
    """Only the person changes it: a new picture never takes the canvas away from another.

    While no picture was chosen the canvas follows what is drawn, from one job to the next, unless
    it is held: then it stays at the round that is shown, and the new one waits behind it.
    """

    changed = Signal()

    def __init__(
        self, pictures: SessionPictures, drawn: Round, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._pictures = pictures
        self._round = drawn
        self._shown: int | None = None
        self._is_held = False
        self._request = drawn.request
        self._cells = drawn.cells
        self.comparison = Comparison(pictures, self)
        drawn.began.connect(self._on_round_began)
        drawn.ended.connect(self._on_round_ended)
        self.comparison.changed.connect(self.changed)

    # -- what is shown ----------------------------------------------------------------------

    @property
    def picture(self) -> SessionPicture | None:
        """The picture that was chosen to be looked at; None where a round is shown."""
        return self._pictures.find(self._shown)

    @property
    def picture_in_view(self) -> SessionPicture | None:
        """The one picture on the canvas: the chosen one, or that of a round of one."""
        only = self._cells[0].picture_id if len(self._cells) == 1 else None
        return self.picture or self._pictures.find(only)

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The pictures of the round that is shown, or lies behind the chosen picture."""
        return self._cells

    @property
    def request(self) -> GenerationRequest | None:
        """What that round draws."""
        return self._request

    @property
    def is_live(self) -> bool:
        """Whether that round is being drawn."""
        return self._round.is_running and not self._is_behind

    @property
    def is_empty(self) -> bool:
        """Nothing to look at, and nothing to come."""
        has_images = any(not cell.image.isNull() for cell in self._cells)
        return self.picture is None and not has_images and not self.is_live

    @property
    def watches(self) -> bool:
        """Whether the canvas shows what is being drawn."""
        return self.is_live and self.picture is None and not self.comparison.is_active

    @property
    def can_go_back(self) -> bool:
        """Whether something else is behind what is shown."""
        if self.comparison.is_active or self._is_behind:
            return True
        if self.picture is None or self._round.is_empty:
            return False
        return self._round.is_running or len(self._cells) > 1

    @property
    def _is_behind(self) -> bool:
        return self._cells is not self._round.cells

    # -- what the person does ---------------------------------------------------------------

    def show_picture(self, picture_id: int) -> None:
        """Look at one picture of this session."""
        self._show(picture_id if self._pictures.find(picture_id) else None)

    @Slot()
    def show_round(self) -> None:
        """Look at what is being drawn, or was drawn last."""
        was_behind = self._is_behind
        self._is_held = False
        self._follow()
        if not self._show(None) and was_behind:
            self.changed.emit()

    @Slot()
    def go_back(self) -> None:
        """Leave the comparison, or else the picture."""
        if self.comparison.is_active:
            self.comparison.stop()
        else:
            self.show_round()

    def show_neighbour(self, steps: int) -> None:
        """Look at the picture made after (1) or before (-1) the one in view.

        In a comparison it is the second picture that changes.
        """
        ids = [picture.id for picture in self._pictures]
        a, b = self.comparison.a, self.comparison.b
        if a is not None and b is not None:
            others = [picture_id for picture_id in ids if picture_id != a.id]
            self.compare_with(_beside(others, b.id, steps))
            return
        if not ids:
            return
        now = self.picture_in_view
        if now is None:
            self.show_picture(ids[-1])
        else:
            self.show_picture(_beside(ids, now.id, steps))

    def hold(self, is_held: bool) -> None:
        """Say that the person looks closer at the round, or no longer does."""
        self._is_held = is_held

    def compare_with(self, picture_id: int) -> None:
        """Compare the picture in view with another; in a comparison the other one is replaced."""
        first = self.comparison.a or self.picture_in_view
        if first is not None and self._pictures.find(picture_id) and picture_id != first.id:
            self._shown = first.id  # it is what the person comes back to
            self.comparison.start(first.id, picture_id)

    @Slot()
    def compare_with_previous(self) -> None:
        """Compare the picture in view with the one made before it, or else with the next."""
        other = self._neighbour()
        if other is not None:
            self.compare_with(other)

    @property
    def can_compare(self) -> bool:
        """Whether there is one picture in view and another to compare it with."""
        return self._neighbour() is not None

    def _neighbour(self) -> int | None:
        now = self.picture_in_view
        if now is None:
            return None
        ids = [picture.id for picture in self._pictures]
        place = ids.index(now.id)
        others = ids[place - 1 : place] if place else ids[1:2]
        return others[0] if others else None

    def _show(self, picture_id: int | None) -> bool:
        """Whether that changes anything."""
        was_comparing = self.comparison.is_active
        if picture_id == self._shown and not was_comparing:
            return False
        self._shown = picture_id
        if was_comparing:
            self.comparison.stop()  # tells it
        else:
            self.changed.emit()
        return True

    # -- what happens -----------------------------------------------------------------------

    def _follow(self) -> None:
        self._request, self._cells = self._round.request, self._round.cells

    @Slot()
    def _on_round_began(self) -> None:
        if not (self._is_held and self._shown is None):
            self._follow()
        self.changed.emit()

    @Slot()
    def _on_round_ended(self) -> None:
        is_at_nothing = self._shown is None and not self._is_behind and self._round.is_empty
        if is_at_nothing and len(self._pictures):
            self.show_neighbour(0)  # better the last picture than an empty canvas


def _beside(ids: list[int], now: int, steps: int) -> int:
    return ids[min(max(ids.index(now) + steps, 0), len(ids) - 1)]
