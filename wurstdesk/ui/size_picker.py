"""Width and height: usual proportions as little shapes, two fields, and a grid to drag on."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Slot
from PySide6.QtGui import QIcon, QValidator
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from wurstdesk.generation import MAX_SIDE, SIZE_MULTIPLE, nearest_side
from wurstdesk.session.form import RequestForm
from wurstdesk.ui.controls import IconButton, Remark, dim_label, pad_number, show_number
from wurstdesk.ui.icons import shape_pixmap
from wurstdesk.ui.size_grid import GridButton, SizePopup
from wurstdesk.ui.sizes import SizePreset, is_trained, presets
from wurstdesk.ui.theme import colours_of


class SideBox(QSpinBox):
    """A side in pixels; what is typed goes to the nearest multiple of 128 when it is finished."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setRange(SIZE_MULTIPLE, MAX_SIDE)
        self.setSingleStep(SIZE_MULTIPLE)
        self.setKeyboardTracking(False)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        pad_number(self)
        self.setCorrectionMode(QSpinBox.CorrectionMode.CorrectToNearestValue)

    def minimumSizeHint(self) -> QSize:
        """Qt keeps room for the arrows, which stand in the field's own margin here."""
        hint = super().minimumSizeHint()
        return QSize(hint.width() - self.fontMetrics().height(), hint.height())

    def valueFromText(self, text: str) -> int:
        """The side that is meant."""
        digits = "".join(filter(str.isdigit, text))
        return nearest_side(int(digits)) if digits else self.value()

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Any number may be typed on the way."""
        fine = text.strip().isdigit() and len(text.strip()) <= 5
        state = QValidator.State.Acceptable if fine else QValidator.State.Invalid
        return (state if text.strip() else QValidator.State.Intermediate), text, position


class SizePicker(QWidget):
    """Shows and edits the request's size."""

    def __init__(self, form: RequestForm) -> None:
        super().__init__()
        self._form = form
        self._buttons: dict[QToolButton, SizePreset] = {}
        self._looks: dict[QToolButton, tuple[str, float]] = {}
        self._group = QButtonGroup(self)
        self._group.buttonClicked.connect(self._on_preset)
        self.width_box = SideBox(self.tr("Width in pixels"))
        self.height_box = SideBox(self.tr("Height in pixels"))
        self.swap_button = IconButton("swap", self.tr("Swap width and height"))
        self.grid_button = GridButton(self.tr("Choose the size on a grid"))
        self.popup = SizePopup(form, self)
        self._trained = dim_label()
        self._trained.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.warning = Remark()
        self._shapes = QHBoxLayout()
        self._lay_out()
        self.width_box.valueChanged.connect(self._on_side)
        self.height_box.valueChanged.connect(self._on_side)
        self.swap_button.clicked.connect(self._on_swap)
        self.grid_button.clicked.connect(self._on_grid)
        form.changed.connect(self._show_request)
        form.checkpoint_changed.connect(self._show_checkpoint)
        self._show_checkpoint()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        head = QHBoxLayout()
        head.addWidget(dim_label(self.tr("&Size"), self.width_box))
        head.addStretch()
        head.addWidget(self._trained)
        column.addLayout(head)
        self._shapes.setSpacing(5)
        column.addLayout(self._shapes)
        sides = QHBoxLayout()
        sides.setSpacing(6)
        sides.addWidget(self.width_box, 1)
        sides.addWidget(dim_label("×"))
        sides.addWidget(self.height_box, 1)
        sides.addWidget(self.swap_button)
        sides.addWidget(self.grid_button)
        column.addLayout(sides)
        column.addWidget(self.warning)

    def preset_buttons(self) -> tuple[QToolButton, ...]:
        """In the order in which they stand."""
        return tuple(self._buttons)

    def commit(self) -> None:
        """Take what is typed but not finished."""
        self.width_box.interpretText()
        self.height_box.interpretText()

    def changeEvent(self, event: QEvent) -> None:
        """The shapes are drawn in the theme's colours."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._show_request()

    @Slot()
    def _show_checkpoint(self) -> None:
        info = self._form.checkpoint
        for button in self._buttons:
            self._group.removeButton(button)
            self._shapes.removeWidget(button)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.hide()
            button.deleteLater()
        self._buttons = {self._make_button(preset): preset for preset in presets(info)}
        self._looks = {}
        self._arrange_focus()
        self._trained.setText(
            self.tr("trained on {0} – {1}").format(*info.trained_sides) if info else ""
        )
        self._show_request()

    def _make_button(self, preset: SizePreset) -> QToolButton:
        button = QToolButton()
        button.setObjectName("choice")
        button.setCheckable(True)
        button.setText(preset.name)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setIconSize(QSize(22, 22))
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setSizePolicy(self.width_box.sizePolicy())
        button.setToolTip(f"{preset.width} × {preset.height}")
        button.setAccessibleName(
            self.tr("Size {0}, {1} by {2} pixels").format(preset.name, preset.width, preset.height)
        )
        self._group.addButton(button)
        self._shapes.addWidget(button, 1)
        return button

    def _arrange_focus(self) -> None:
        """New buttons come at the end of the tab order; they belong before the fields."""
        before = self.width_box.previousInFocusChain()
        while before is not None and before.focusPolicy() == Qt.FocusPolicy.NoFocus:
            before = before.previousInFocusChain()
        for button in self._buttons:
            if before is not None and before is not self.width_box:
                QWidget.setTabOrder(before, button)
            before = button

    @Slot()
    def _show_request(self) -> None:
        request, info = self._form.request, self._form.checkpoint
        for box, side in ((self.width_box, request.width), (self.height_box, request.height)):
            show_number(box, side)
        colours, ratio = colours_of(self.palette()), self.devicePixelRatioF()
        self._group.setExclusive(False)
        for button, preset in self._buttons.items():
            is_chosen = (preset.width, preset.height) == (request.width, request.height)
            button.setChecked(is_chosen)
            look = (colours.accent if is_chosen else colours.dim, ratio)
            if look != self._looks.get(button):  # not at each key that is pressed in the prompt
                self._looks[button] = look
                button.setIcon(QIcon(shape_pixmap(preset.width, preset.height, *look)))
        self._group.setExclusive(any(button.isChecked() for button in self._buttons))
        strange = not all(is_trained(side, info) for side in (request.width, request.height))
        self.warning.say(
            self.tr("{0} was not trained on such sides: shapes may repeat or break.").format(
                info.title
            )
            if strange and info is not None
            else ""
        )

    @Slot()
    def _on_side(self) -> None:
        self._form.edit(width=self.width_box.value(), height=self.height_box.value())

    @Slot()
    def _on_swap(self) -> None:
        request = self._form.request
        self._form.edit(width=request.height, height=request.width)

    @Slot()
    def _on_grid(self) -> None:
        self.commit()
        self.popup.open_below(self.grid_button)

    @Slot(QToolButton)
    def _on_preset(self, button: QToolButton) -> None:
        preset = self._buttons[button]
        self._form.edit(width=preset.width, height=preset.height)
