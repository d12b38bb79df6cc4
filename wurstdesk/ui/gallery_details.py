"""Beside the gallery's grid: the chosen picture with all that is known of it, or what several
have in common, and what can be done with them."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from wurstdesk.gallery.records import Details
from wurstdesk.session.gallery_chosen import ChosenPictures, shared_by
from wurstdesk.session.gallery_edits import GalleryEdits
from wurstdesk.session.gallery_use import proposal_of, take
from wurstdesk.session.gallery_view import GalleryView
from wurstdesk.session.gallery_words import pictures_words
from wurstdesk.session.made_here import differs_here
from wurstdesk.session.proposal import use
from wurstdesk.session.state import StudioState
from wurstdesk.session.trash_time import days_left
from wurstdesk.ui.controls import (
    IconButton,
    Remark,
    SideScrollArea,
    dim_label,
    quiet_button,
    text_size,
)
from wurstdesk.ui.flow_row import FlowRow
from wurstdesk.ui.gallery_facts import FactTable
from wurstdesk.ui.gallery_lineage import Lineage
from wurstdesk.ui.gallery_marks import GalleryMarks
from wurstdesk.ui.gallery_rows import rows_of, shared_rows, size_words
from wurstdesk.ui.image_view import ImageView, ViewCell
from wurstdesk.ui.proposal_dialog import ProposalDialog

_LEAST_PICTURE = 120
_SHARE_OF_PICTURE = 0.45
"""Of the height, at most: what is said below is to be seen."""
_MARGIN = 14
_COMPARABLE = range(2, 5)


class GalleryDetails(QWidget):
    """Follows ``chosen``; changes go to ``edits``, settings to the studio."""

    picture_asked = Signal(int)
    """A relative is to be looked at."""
    show_file_asked = Signal()
    compare_asked = Signal()

    def __init__(
        self, state: StudioState, view: GalleryView, chosen: ChosenPictures, edits: GalleryEdits
    ) -> None:
        super().__init__()
        self._state = state
        self._view = view
        self._chosen = chosen
        self._edits = edits
        self._proportion = 1.0
        self._trusts_tiles = False
        self.dialog: ProposalDialog | None = None
        self.image = ImageView()
        self.image.setAccessibleName(self.tr("The chosen picture"))
        self.image.setMinimumSize(_LEAST_PICTURE, _LEAST_PICTURE)
        self.heading = QLabel()
        self.heading.setTextFormat(Qt.TextFormat.PlainText)
        text_size(self.heading, "title")
        self.summary = dim_label()
        self.summary.setWordWrap(True)
        self.marks = GalleryMarks(edits, view.shelves)
        self.facts = FactTable()
        self.lineage = Lineage()
        self.missing, self.differs = Remark("problem"), Remark()
        self.trashed = Remark()
        self.tabs = self._make_tabs()
        self._make_buttons()
        self._lay_out()
        self._connect()
        self._show()

    # -- building ---------------------------------------------------------------------------

    def _make_tabs(self) -> QTabBar:
        tabs = QTabBar()
        tabs.setExpanding(False)
        tabs.addTab(self.tr("Details"))
        tabs.addTab(self.tr("Lineage"))
        tabs.setAccessibleName(self.tr("What is shown of the picture"))
        return tabs

    def _make_buttons(self) -> None:
        self.use_all = QPushButton(self.tr("Use all"))
        self.use_all.setObjectName("primary")
        self.use_all.setAutoDefault(False)
        self.use_all.setToolTip(self.tr("Take all settings of this picture into the studio"))
        self.use_seed = quiet_button(self.tr("Only seed"), self.tr("Take only its seed"))
        self.use_prompt = quiet_button(self.tr("Only prompt"), self.tr("Take only its prompt"))
        self.more = IconButton("more", self.tr("More that can be done with it"))
        self.more.setPopupMode(IconButton.ToolButtonPopupMode.InstantPopup)
        self.compare = quiet_button(self.tr("Compare"), self.tr("Two to four pictures (Ctrl+B)"))
        self.restore = quiet_button(self.tr("Restore"), self.tr("Take it out of the trash"))
        self.more_menu = QMenu(self)
        for name, text in (
            ("size", self.tr("Only the &size")),
            ("rest", self.tr("&All but the seed")),
            ("", ""),
            ("show", self.tr("Show in &folder")),
        ):
            if name:
                self.more_menu.addAction(text).setObjectName(name)
            else:
                self.more_menu.addSeparator()
        self.more.setMenu(self.more_menu)
        self._buttons = FlowRow(margin=(_MARGIN, 10), spacing=6)
        for button in self._all_buttons():
            self._buttons.add(button)

    def _all_buttons(self) -> tuple[QAbstractButton, ...]:
        return (
            self.use_all,
            self.use_seed,
            self.use_prompt,
            self.compare,
            self.restore,
            self.more,
        )

    def _lay_out(self) -> None:
        words = QWidget()
        inner = QVBoxLayout(words)
        inner.setContentsMargins(_MARGIN, 4, _MARGIN, 8)
        inner.setSpacing(8)
        for part in (self.trashed, self.missing, self.marks, self.summary, self.facts):
            inner.addWidget(part)
        inner.addWidget(self.differs)
        inner.addWidget(self.lineage)
        inner.addStretch()
        head = QWidget()
        row = QVBoxLayout(head)
        row.setContentsMargins(_MARGIN, 8, _MARGIN, 0)
        row.setSpacing(4)
        row.addWidget(self.heading)
        row.addWidget(self.marks.top)
        row.addWidget(self.tabs)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.image, 100)
        column.addWidget(head)
        column.addWidget(SideScrollArea(words), 1)
        column.addWidget(self._buttons)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)

    def _connect(self) -> None:
        self._chosen.changed.connect(self._show)
        self._chosen.image_changed.connect(self._show_image)
        self._view.cards_changed.connect(self._show_rating)
        self._edits.changed.connect(self._on_edit)
        self._edits.written.connect(self._on_written)
        self._state.form.checkpoint_changed.connect(self._show)
        self._state.plan_changed.connect(self._show)
        self.tabs.currentChanged.connect(self._show_tab)
        self.facts.use_asked.connect(self._use)
        self.lineage.picture_asked.connect(self.picture_asked)
        self.use_all.clicked.connect(self._on_use_all)
        self.use_seed.clicked.connect(self._on_use_seed)
        self.use_prompt.clicked.connect(self._on_use_prompt)
        self.more_menu.triggered.connect(self._on_more)
        self.compare.clicked.connect(self.compare_asked)
        self.restore.clicked.connect(self._on_restore)

    # -- what is shown ----------------------------------------------------------------------

    @property
    def details(self) -> Details | None:
        """The one picture that is chosen, as it was read."""
        return self._chosen.known.one

    @Slot()
    def _show(self) -> None:
        known = self._chosen.known
        self.setVisible(bool(known.details))
        if not known.details:
            return
        one = known.one
        self._trusts_tiles = self._edits.is_pending
        shared = shared_by(known.details)
        self.marks.show_marks(known.ids, shared)
        self._show_rating()
        self.image.setVisible(one is not None)
        self.heading.setVisible(one is None)
        self.heading.setText(pictures_words(len(known.ids)))
        self.tabs.setVisible(bool(known.relatives))
        self.lineage.show_relatives(known.relatives)
        checkpoints = self._state.form.checkpoints
        if one is None:
            self.facts.show_rows(shared_rows(known.details, shared.facts, checkpoints))
            self._show_summary()
        else:
            self.facts.show_rows(rows_of(one, checkpoints))
        self._show_remarks(one)
        self._show_buttons(one)
        self._show_tab()
        self._show_image()

    def _show_summary(self) -> None:
        known = self._chosen.known
        shared = shared_by(known.details)
        if len(known.details) < len(known.ids):
            self.summary.setText(self.tr("Too many to say what they have in common."))
            self.facts.show_rows([])
            return
        size = size_words(shared.file_size)
        text = self.tr("{0} in all. In common:") if shared.facts else self.tr("{0} in all.")
        self.summary.setText(text.format(size))

    def _show_remarks(self, one: Details | None) -> None:
        made = None if one is None else one.provenance
        here = dict(self._chosen.known.versions_here)
        self.differs.say("" if made is None else differs_here(made, self._state.plan, here))
        is_missing = one is not None and one.card.is_missing
        self.missing.say(
            self.tr("Its file is not where it was. It is known again wherever it is found.")
            if is_missing
            else ""
        )
        left = None if one is None else days_left(one.trashed)
        if left is None:
            self.trashed.say("")
        elif left == 1:
            self.trashed.say(self.tr("In the trash; it goes in 1 day."))
        else:
            self.trashed.say(self.tr("In the trash; it goes in {0} days.").format(left))

    def _show_buttons(self, one: Details | None) -> None:
        known = self._chosen.known
        is_trashed = all(details.card.is_trashed for details in known.details)
        parameters = {} if one is None else one.parameters
        has_request = one is not None and one.card.request is not None
        has_prompt = one is not None and bool(one.card.prompt)
        self.use_all.setVisible(has_request or bool(parameters))
        self.use_seed.setVisible(has_request or "Seed" in parameters)
        self.use_prompt.setVisible(has_request or has_prompt)
        self.more.setVisible(one is not None)
        self.compare.setVisible(len(known.ids) in _COMPARABLE)
        self.restore.setVisible(is_trashed)
        for action in self.more_menu.actions():
            if action.objectName() in {"size", "rest"}:
                action.setVisible(has_request)

    @Slot()
    def _show_tab(self) -> None:
        is_lineage = not self.tabs.isHidden() and self.tabs.currentIndex() == 1
        self.lineage.setVisible(is_lineage)
        for part in (self.facts, self.marks):
            part.setHidden(is_lineage)
        self.summary.setVisible(self.details is None)

    @Slot()
    def _show_rating(self) -> None:
        """As it was read, or as the tiles show it while that is not written yet."""
        cards = [details.card for details in self._chosen.known.details]
        if self._trusts_tiles:
            cards = [self._view.card(card.id) or card for card in cards]
        ratings = {card.rating for card in cards}
        favourites = {card.is_favourite for card in cards}
        self.marks.show_rating(
            ratings.pop() if len(ratings) == 1 else None,
            favourites.pop() if len(favourites) == 1 else None,
        )

    @Slot()
    def _show_image(self) -> None:
        one = self.details
        if one is None:
            return
        image = self._chosen.image
        size = QSize(one.card.width, one.card.height)
        if self._chosen.is_small and not image.isNull():
            size = image.size()
        self.image.show_cells([ViewCell(image, is_finished=True)], size)
        self.image.setAccessibleDescription(one.card.prompt)
        self._proportion = size.height() / max(1, size.width())
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The picture grows with the width."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        wanted = round(self.width() * self._proportion)
        most = round(self.height() * _SHARE_OF_PICTURE)
        self.image.setMaximumHeight(max(_LEAST_PICTURE, min(wanted, most)))

    @Slot()
    def _on_edit(self) -> None:
        self._trusts_tiles = True  # until it is written and read again
        self._show_rating()

    @Slot(object)
    def _on_written(self, edit: object) -> None:
        del edit
        self._chosen.read()

    # -- what the person does ---------------------------------------------------------------

    @Slot()
    def _on_use_all(self) -> None:
        one = self.details
        if one is None:
            return
        request = one.card.request
        if request is not None:
            self._state.reuse(request)
            if not self._state.form.lacking(request):
                self._state.told.emit(self.tr("All its settings are in the studio."))
        else:
            self._propose(one)

    def _propose(self, one: Details) -> None:
        """Another program's settings do not all mean the same here: show what would change."""
        dialog = ProposalDialog(proposal_of(self._state.form, one), self.window())
        dialog.accepted_fields.connect(self._on_accepted)
        dialog.finished.connect(self._on_dialog_finished)
        self.dialog = dialog
        dialog.open()

    @Slot(object)
    def _on_accepted(self, fields: dict[str, object]) -> None:
        self._state.styles.choose("")
        use(self._state.form, fields)

    @Slot()
    def _on_dialog_finished(self) -> None:
        self.dialog = None  # it deletes itself

    @Slot()
    def _on_use_seed(self) -> None:
        self._use("seed")

    @Slot()
    def _on_use_prompt(self) -> None:
        self._use("prompt")

    @Slot(str)
    def _use(self, part: str) -> None:
        known = self._chosen.known
        if not known.details:
            return
        if part in {"prompt", "rest"}:
            self._state.styles.choose("")  # the picture's prompts hold theirs
        told = take(self._state.form, known.details[0], part)
        if told:
            self._state.told.emit(told)

    @Slot(QAction)
    def _on_more(self, action: QAction) -> None:
        if action.objectName() == "show":
            self.show_file_asked.emit()
        else:
            self._use(action.objectName())

    @Slot()
    def _on_restore(self) -> None:
        self._edits.restore(self._chosen.known.ids)
