"""From what a picture was made, and what was made from it; a click goes there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QIcon, QPixmap, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from wurstdesk.session.gallery_chosen import Relative
from wurstdesk.ui.controls import dim_label
from wurstdesk.ui.i18n import DOT, size_text
from wurstdesk.ui.moments import moment_words

_SIDE = 64


class RelativeButton(QToolButton):
    """A picture with its first words."""

    def __init__(self, relative: Relative) -> None:
        super().__init__()
        self.picture = relative.card.id
        card = relative.card
        self.setObjectName("bare")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(_SIDE, _SIDE))
        self.setIcon(QIcon(QPixmap.fromImage(relative.thumbnail)))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        when = moment_words(card.created)
        facts = [size_text(card.width, card.height), when]
        if card.is_trashed:
            facts.append(self.tr("in the trash"))
        prompt = " ".join(card.prompt.split()) or self.tr("(no prompt)")
        self.setAccessibleName(DOT.join([prompt, *filter(None, facts)]))
        self.setToolTip(self.accessibleName())
        self._lines = (prompt, DOT.join(filter(None, facts)))
        self._show_words()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As many words as there is room for."""
        super().resizeEvent(event)
        self._show_words()

    def minimumSizeHint(self) -> QSize:
        """The picture and a little text."""
        return QSize(_SIDE + 80, super().sizeHint().height())

    def _show_words(self) -> None:
        room = max(self.width() - _SIDE - 24, 40)
        metrics = self.fontMetrics()
        lines = [
            metrics.elidedText(text, Qt.TextElideMode.ElideRight, room) for text in self._lines
        ]
        self.setText("\n".join(lines).replace("&", "&&"))


class Lineage(QWidget):
    """Two lists of pictures, each only where there is one."""

    picture_asked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.buttons: list[RelativeButton] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._shown: tuple[Relative, ...] = ()

    def show_relatives(self, relatives: Sequence[Relative]) -> None:
        """Show these and no others."""
        if tuple(relatives) == self._shown:
            return
        self._shown = tuple(relatives)
        self._clear()
        parents = [one for one in relatives if one.is_parent]
        children = [one for one in relatives if not one.is_parent]
        self._add(self.tr("Made from"), parents)
        self._add(self.tr("Made from this picture"), children)
        self._column.addStretch()

    def _add(self, title: str, relatives: Sequence[Relative]) -> None:
        if not relatives:
            return
        heading: QLabel = dim_label(title)
        self._column.addWidget(heading)
        for relative in relatives:
            button = RelativeButton(relative)
            button.clicked.connect(self._on_clicked)
            self._column.addWidget(button)
            self.buttons.append(button)

    def _clear(self) -> None:
        self.buttons.clear()
        while self._column.count():
            item = self._column.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    @Slot()
    def _on_clicked(self) -> None:
        button = self.sender()
        if isinstance(button, RelativeButton):
            self.picture_asked.emit(button.picture)
