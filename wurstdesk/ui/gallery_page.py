"""The gallery: every picture that was made, newest first, and what is known of the chosen one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPoint, QSize, Qt, Slot
from PySide6.QtGui import QAction, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QMenu, QSplitter, QVBoxLayout, QWidget

from wurstdesk.generation import KeptPicture
from wurstdesk.session.facts import fact_text
from wurstdesk.session.gallery_list import GalleryList
from wurstdesk.session.state import StudioState
from wurstdesk.ui.controls import SideScrollArea, dim_label, quiet_button
from wurstdesk.ui.file_manager import FileManager
from wurstdesk.ui.flow_row import FlowRow
from wurstdesk.ui.gallery_grid import GalleryGrid
from wurstdesk.ui.i18n import size_text
from wurstdesk.ui.image_view import ImageView, ViewCell
from wurstdesk.ui.picture_clipboard import PictureClipboard
from wurstdesk.ui.picture_files import PictureFiles

_SIDE_WIDTH = 340
_LEAST_PICTURE = 120
_SHARE_OF_PICTURE = 0.6
"""Of the side's height, at most: the words below it are to be seen."""


class GalleryPage(QWidget):
    """A grid, and beside it the chosen picture with what made it."""

    def __init__(
        self,
        state: StudioState,
        gallery: GalleryList,
        file_manager: FileManager | None = None,
    ) -> None:
        super().__init__()
        self._state = state
        self._gallery = gallery
        self._is_stale = True
        self._asked: KeptPicture | None = None
        self.clipboard = PictureClipboard(state, self)
        self.files = PictureFiles(state, self, file_manager)
        self.grid = GalleryGrid(gallery)
        self.view = ImageView()
        self.view.setAccessibleName(self.tr("The chosen picture"))
        self.prompt = QLabel()
        self.prompt.setWordWrap(True)
        self.prompt.setTextFormat(Qt.TextFormat.PlainText)
        self.prompt.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.facts = dim_label()
        self.facts.setWordWrap(True)
        self.use_all = quiet_button(self.tr("Use these settings"))
        self.use_seed = quiet_button(self.tr("Use only the seed"))
        self.show_file = quiet_button(self.tr("Show in folder"))
        self._side = _Side(self.view, self._make_words(), self._make_buttons())
        self._lay_out()
        self._connect()
        self._show_chosen()

    def _make_words(self) -> QWidget:
        words = QWidget()
        column = QVBoxLayout(words)
        column.setContentsMargins(14, 0, 14, 0)
        column.setSpacing(8)
        column.addWidget(self.prompt)
        column.addWidget(self.facts)
        column.addStretch()
        return words

    def _make_buttons(self) -> QWidget:
        buttons = FlowRow(margin=(14, 0), spacing=6)
        for button in (self.use_all, self.use_seed, self.show_file):
            buttons.add(button)
        return buttons

    def _lay_out(self) -> None:
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(self.grid)
        splitter.addWidget(self._side)
        splitter.setHandleWidth(1)
        splitter.setChildrenCollapsible(False)
        splitter.setStretchFactor(0, 1)
        splitter.setSizes([900, _SIDE_WIDTH])
        row = QVBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(splitter)

    def _connect(self) -> None:
        self._gallery.chosen_changed.connect(self._show_chosen)
        self._gallery.began_anew.connect(self._choose_again)
        self.grid.selectionModel().currentChanged.connect(self._on_current)
        self.grid.menu_asked.connect(self.show_menu)
        self.use_all.clicked.connect(self._on_use_all)
        self.use_seed.clicked.connect(self._on_use_seed)
        self.show_file.clicked.connect(self._on_show_file)
        self._state.pictures.added.connect(self._on_added)
        self._state.pictures.changed.connect(self._on_added)

    # -- what is shown ----------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """What was made meanwhile is there."""
        super().showEvent(event)
        self._read_anew()

    @Slot()
    def _on_added(self) -> None:
        self._is_stale = True
        if self.isVisible():
            self._read_anew()

    def _read_anew(self) -> None:
        if self._is_stale:
            self._is_stale = False
            self._gallery.refresh()

    @Slot()
    def _choose_again(self) -> None:
        """The list was read anew; who looks at a picture goes on looking at it."""
        chosen = self._gallery.chosen
        for row, picture in enumerate(self._gallery.pictures):
            if chosen is not None and picture.id == chosen.id:
                self.grid.setCurrentIndex(self.grid.grid_model.index(row))
                return

    @Slot(QModelIndex)
    def _on_current(self, index: QModelIndex) -> None:
        picture = self.grid.grid_model.picture(index)
        if picture is not None:
            self._gallery.choose(picture)

    @Slot()
    def _show_chosen(self) -> None:
        picture = self._gallery.chosen
        self._side.setVisible(picture is not None)
        if picture is None:
            return
        request = picture.request
        size = QSize(request.width, request.height)
        self.view.show_cells([ViewCell(self._gallery.image, is_finished=True)], size)
        self.view.setAccessibleDescription(request.prompt)
        self._side.fit_picture(size)
        self.prompt.setText(request.prompt or self.tr("(no prompt)"))
        facts = [
            self.tr("seed {0}").format(request.seed),
            size_text(request.width, request.height),
            self.tr("prior {0} steps, guidance {1:g}").format(
                request.prior_steps, request.prior_guidance_scale
            ),
            self.tr("decoder {0} steps").format(request.decoder_num_inference_steps),
            fact_text(request, "checkpoint", self._state.form.checkpoints),
            picture.path.name,
        ]
        self.facts.setText("\n".join(facts))

    # -- what can be done -------------------------------------------------------------------

    @Slot()
    def _on_use_all(self) -> None:
        self._do("reuse", self._gallery.chosen)

    @Slot()
    def _on_use_seed(self) -> None:
        self._do("reuse_seed", self._gallery.chosen)

    @Slot()
    def _on_show_file(self) -> None:
        self._do("show_in_folder", self._gallery.chosen)

    def menu(self, picture: KeptPicture) -> QMenu:
        """What can be done with one; it goes when it is closed."""
        self._asked = picture
        menu = QMenu(self)
        for name, text in (
            ("reuse", self.tr("&Use these settings")),
            ("reuse_prompt", self.tr("Use only the p&rompt")),
            ("reuse_seed", self.tr("Use only the s&eed")),
            ("", ""),
            ("copy", self.tr("&Copy picture")),
            ("copy_prompt", self.tr("Copy the promp&t")),
            ("copy_seed", self.tr("Copy the &seed")),
            ("", ""),
            ("show_in_folder", self.tr("Show in &folder")),
        ):
            if name:
                menu.addAction(text).setObjectName(name)
            else:
                menu.addSeparator()
        menu.triggered.connect(self._on_menu)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    @Slot(object, QPoint)
    def show_menu(self, picture: KeptPicture, where: QPoint) -> None:
        """Open the menu of a picture."""
        self.menu(picture).popup(where)

    @Slot(QAction)
    def _on_menu(self, action: QAction) -> None:
        self._do(action.objectName(), self._asked)

    def _do(self, name: str, picture: KeptPicture | None) -> None:
        if picture is None:
            return
        ways: dict[str, Callable[[KeptPicture], None]] = {
            "reuse": self._use,
            "reuse_prompt": self._use_prompt,
            "reuse_seed": self._use_seed,
            "copy": self._copy,
            "copy_prompt": self._copy_prompt,
            "copy_seed": self._copy_seed,
            "show_in_folder": self._show_in_folder,
        }
        ways[name](picture)

    def _use(self, picture: KeptPicture) -> None:
        self._state.reuse(picture.request)

    def _use_prompt(self, picture: KeptPicture) -> None:
        self._state.form.edit(prompt=picture.request.prompt)
        self._state.told.emit(self.tr("The prompt is in the studio."))

    def _use_seed(self, picture: KeptPicture) -> None:
        self._state.form.take_seed(picture.request.seed)
        self._state.told.emit(self.tr("The seed is in the studio."))

    def _copy(self, picture: KeptPicture) -> None:
        self.clipboard.copy_file(picture.path, picture.request)

    def _copy_prompt(self, picture: KeptPicture) -> None:
        self.clipboard.copy_text(picture.request.prompt, self.tr("The prompt is copied."))

    def _copy_seed(self, picture: KeptPicture) -> None:
        self.clipboard.copy_text(str(picture.request.seed), self.tr("The seed is copied."))

    def _show_in_folder(self, picture: KeptPicture) -> None:
        self.files.show_file(picture.path)


class _Side(QWidget):
    """The picture as high as its proportions say, what is known of it, and the buttons."""

    def __init__(self, view: ImageView, words: QWidget, buttons: QWidget) -> None:
        super().__init__()
        self._view = view
        self._proportion = 1.0
        view.setMinimumSize(_LEAST_PICTURE, _LEAST_PICTURE)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 14)
        column.setSpacing(12)
        column.addWidget(view, 100)
        column.addWidget(SideScrollArea(words), 1)
        column.addWidget(buttons)

    def fit_picture(self, size: QSize) -> None:
        """Make room for a picture of that size."""
        self._proportion = size.height() / max(1, size.width())
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The picture grows with the width."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        wanted = round(self.width() * self._proportion)
        most = round(self.height() * _SHARE_OF_PICTURE)
        self._view.setMaximumHeight(max(_LEAST_PICTURE, min(wanted, most)))
