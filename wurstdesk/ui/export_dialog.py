"""Exports pictures: where to, which kind, which size, which names; remembered for the next time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from wurstdesk.gallery.exporting import MAX_SIDE, ExportOptions, ExportSize, Way
from wurstdesk.generation import GenerationRequest
from wurstdesk.session.chores import GalleryChores
from wurstdesk.session.window_memory import WindowMemory
from wurstdesk.settings import Setting, Settings, declarations
from wurstdesk.ui.controls import Remark, SideScrollArea, TightContent, dim_label, number_box
from wurstdesk.ui.name_template_control import NameTemplateControl
from wurstdesk.ui.setting_controls import (
    ChoiceControl,
    FolderControl,
    NumberControl,
    SettingControl,
)

_MEMORY = "export"
_USUAL_SIDE = 1080


class ExportDialog(QDialog):
    """For the pictures of ``ids``; open it with ``open()``.

    ``settings`` say how pictures are saved, which is where the first export begins.
    ``own_folder`` is the gallery's, which takes no copies.
    """

    def __init__(
        self,
        chores: GalleryChores,
        memory: WindowMemory,
        ids: Sequence[int],
        parent: QWidget | None = None,
        *,
        settings: Settings,
        own_folder: Path | None,
        example: GenerationRequest,
    ) -> None:
        super().__init__(parent)
        self._chores = chores
        self._memory = memory
        self._ids = tuple(ids)
        self._own_folder = own_folder
        self._settings = settings
        self._options = _remembered(memory, settings)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        count = len(self._ids)
        self.setWindowTitle(
            self.tr("Export a picture")
            if count == 1
            else self.tr("Export {0} pictures").format(self.locale().toString(count))
        )
        rows = {setting.key: setting for setting in declarations()}
        self.folder = FolderControl(_folder_setting(rows["pictures_folder"], self.tr("Folder")))
        self.format = ChoiceControl(rows["picture_format"])
        self.quality = NumberControl(rows["picture_quality"])
        self._example = example
        self.template = NameTemplateControl(
            rows["file_name_template"], self._as_settings, self._example_request
        )
        self.size_choice = _SizeChoice()
        self.metadata = QCheckBox(self.tr("Copies say how they were made"))
        self.remark = Remark()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.export_button = self.buttons.addButton(
            self.tr("&Export"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self.export_button.setObjectName("primary")
        self.export_button.setDefault(True)
        self._lay_out()
        self._connect()
        self._show()

    def _lay_out(self) -> None:
        content = TightContent()
        grid = QGridLayout(content)
        grid.setContentsMargins(18, 16, 18, 8)
        grid.setVerticalSpacing(10)
        grid.setHorizontalSpacing(14)
        grid.setColumnStretch(1, 1)
        fields: tuple[tuple[str, QWidget], ...] = (
            (self.tr("F&older"), self.folder),
            (self.tr("For&mat"), self.format),
            (self.tr("&Quality"), self.quality),
            (self.tr("&Size"), self.size_choice),
            (self.tr("File &names"), self.template),
        )
        for row, (text, field) in enumerate(fields):
            label = dim_label(text, field.focusProxy() or field)
            grid.addWidget(label, row, 0)
            grid.addWidget(field, row, 1)
        last = len(fields)
        grid.addWidget(self.template.example, last, 1)
        grid.addWidget(self.metadata, last + 1, 1)
        grid.addWidget(self.remark, last + 2, 1)
        grid.setRowStretch(last + 3, 1)
        foot = QVBoxLayout()
        foot.setContentsMargins(18, 6, 18, 14)
        foot.addWidget(self.buttons)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(SideScrollArea(content), 1)  # large letters on a small screen
        outer.addLayout(foot)
        self._content = content

    def showEvent(self, event: QShowEvent) -> None:
        """Now it is known how large the text is."""
        width = self.fontMetrics().averageCharWidth() * 80
        height = self._content.sizeHint().height() + self.buttons.sizeHint().height() + 20
        screen = self.screen().availableGeometry().size() - QSize(40, 60)
        self.resize(QSize(width, height + 2 * self.fontMetrics().height()).boundedTo(screen))
        super().showEvent(event)

    def _connect(self) -> None:
        self.folder.edited.connect(self._on_folder)
        self.format.edited.connect(self._on_format)
        self.quality.edited.connect(self._on_quality)
        self.template.edited.connect(self._on_template)
        self.size_choice.edited.connect(self._on_size)
        self.metadata.toggled.connect(self._on_metadata)
        self.buttons.accepted.connect(self._on_export)
        self.buttons.rejected.connect(self.reject)

    # -- what is entered --------------------------------------------------------------------

    @property
    def options(self) -> ExportOptions:
        """As they are entered."""
        return self._options

    def _as_settings(self) -> Settings:
        """What the example of a name is made by."""
        return self._settings.changed(picture_format=self._options.format)

    def _example_request(self) -> GenerationRequest:
        """Of which picture the example is."""
        return self._example

    def _change(self, **values: Any) -> None:
        self._options = replace(self._options, **values)
        self._show()

    @Slot(object)
    def _on_folder(self, folder: object) -> None:
        if folder:
            self._change(folder=Path(str(folder)).expanduser())

    @Slot(object)
    def _on_format(self, name: object) -> None:
        self._change(format=name)

    @Slot(object)
    def _on_quality(self, number: object) -> None:
        self._change(quality=number)

    @Slot(object)
    def _on_template(self, text: object) -> None:
        self._change(template=text)

    @Slot(object)
    def _on_size(self, size: object) -> None:
        self._change(size=size)

    @Slot(bool)
    def _on_metadata(self, is_on: bool) -> None:
        self._change(with_metadata=is_on)

    def _show(self) -> None:
        options = self._options
        shown: tuple[tuple[SettingControl, Any], ...] = (
            (self.folder, options.folder),
            (self.format, options.format),
            (self.quality, options.quality),
            (self.template, options.template),
        )
        for control, value in shown:
            control.show_value(value)
        self.size_choice.show_size(options.size)
        self.metadata.setChecked(options.with_metadata)
        self.quality.setEnabled(options.format != "png")
        self.template.show_example()
        problem = self._problem()
        self.remark.say(problem)
        self.export_button.setEnabled(not problem and not self._chores.is_busy)

    def _problem(self) -> str:
        folder, own = self._options.folder, self._own_folder
        if not folder.is_absolute():
            return self.tr("Name a whole folder, such as {0}.").format(Path.home() / "Export")
        if own is not None and folder.is_relative_to(own):
            return self.tr("That folder is the gallery's own; choose another one for copies.")
        return self._options.problem()

    @Slot()
    def _on_export(self) -> None:
        if self.export_button.isEnabled():
            _remember(self._memory, self._options)
            self._chores.export(self._ids, self._options)
            self.accept()


class _SizeChoice(QWidget):
    """How large copies are: as the picture is, or brought to exact pixels in one of three ways."""

    edited = Signal(object)
    """``ExportSize``, or None for the picture's own."""

    def __init__(self) -> None:
        super().__init__()
        self.way = QComboBox()
        self.way.setAccessibleName(self.tr("Size"))
        self.way.addItem(self.tr("As it is"), None)
        for way, text in (
            ("inside", self.tr("At most")),
            ("crop", self.tr("Exactly, edges cut off")),
            ("bars", self.tr("Exactly, with black bars")),
        ):
            self.way.addItem(text, way)
        self.width_box = self._box(self.tr("Width in pixels"))
        self.height_box = self._box(self.tr("Height in pixels"))
        self.times = QLabel("×")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for widget in (self.way, self.width_box, self.times, self.height_box):
            row.addWidget(widget)
        row.addStretch()
        self.setFocusProxy(self.way)
        self.way.activated.connect(self._tell)
        self.width_box.valueChanged.connect(self._tell)
        self.height_box.valueChanged.connect(self._tell)

    def _box(self, name: str) -> QSpinBox:
        box = number_box(name, 1, MAX_SIDE)
        box.setValue(_USUAL_SIDE)
        return box

    def show_size(self, size: ExportSize | None) -> None:
        """Show what holds now."""
        self.way.setCurrentIndex(self.way.findData(size.way if size is not None else None))
        for box, side in (
            (self.width_box, size.width if size is not None else None),
            (self.height_box, size.height if size is not None else None),
        ):
            if side is not None and box.value() != side:
                box.setValue(side)
            box.setVisible(size is not None)
        self.times.setVisible(size is not None)

    @Slot()
    def _tell(self) -> None:
        way: Way | None = self.way.currentData()
        width, height = self.width_box.value(), self.height_box.value()
        self.edited.emit(ExportSize(width, height, way) if way is not None else None)


def _folder_setting(setting: Setting, label: str) -> Setting:
    return replace(setting, label=label, help="")


def _remembered(memory: WindowMemory, settings: Settings) -> ExportOptions:
    """As the last time; of what was remembered only what makes sense."""
    kept = memory.mapping(_MEMORY)
    usual = ExportOptions(
        Path.home() / "Wurstdesk Export",
        settings.picture_format,
        settings.picture_quality,
        settings.file_name_template,
        settings.write_metadata,
    )
    folder, name = kept.get("folder"), kept.get("format")
    quality, template = kept.get("quality"), kept.get("template")
    known = {setting.key: setting for setting in declarations()}["picture_format"].choices
    options = replace(
        usual,
        folder=Path(folder) if isinstance(folder, str) and folder else usual.folder,
        format=name if name in known else usual.format,
        quality=quality if isinstance(quality, int) and 1 <= quality <= 100 else usual.quality,
        template=template if isinstance(template, str) else usual.template,
        with_metadata=kept.get("with_metadata", usual.with_metadata) is True,
        size=_size(kept),
    )
    return options if not options.problem() else usual


def _size(kept: dict[str, Any]) -> ExportSize | None:
    width, height = kept.get("width"), kept.get("height")
    way: Any = kept.get("way")
    if isinstance(width, int) and isinstance(height, int) and way in get_args(Way):
        return ExportSize(width, height, way)
    return None


def _remember(memory: WindowMemory, options: ExportOptions) -> None:
    kept: dict[str, Any] = {
        "folder": str(options.folder),
        "format": options.format,
        "quality": options.quality,
        "template": options.template,
        "with_metadata": options.with_metadata,
    }
    if options.size is not None:
        kept |= {
            "width": options.size.width,
            "height": options.size.height,
            "way": options.size.way,
        }
    memory.keep(_MEMORY, kept)
