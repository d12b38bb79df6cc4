"""Which checkpoint draws and with which priors; and what is wrong where one cannot be used."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from wurstdesk.generation import CheckpointInfo
from wurstdesk.session.form import RequestForm
from wurstdesk.ui.blend_slider import BlendSlider
from wurstdesk.ui.controls import ElidedLabel, IconButton, Remark, dim_label
from wurstdesk.ui.infos_combo import fill_combo, infos_combo
from wurstdesk.ui.reset_button import explain

Family = tuple[CheckpointInfo, ...]
"""Checkpoints that share everything but the prior; the one with its own comes first."""


def families(infos: Sequence[CheckpointInfo]) -> tuple[Family, ...]:
    """The checkpoints by what they share, in the order in which they were found."""
    found: dict[tuple[Path, Path], list[CheckpointInfo]] = {}
    for info in infos:
        found.setdefault((info.path, info.prior_path), []).append(info)
    return tuple(tuple(sorted(family, key=_has_another_prior)) for family in found.values())


def _has_another_prior(info: CheckpointInfo) -> bool:
    return info.prior_weights is not None


class CheckpointRow(QWidget):
    """Shows and changes the form's checkpoint. With one there is nothing to choose, just a name."""

    def __init__(self, form: RequestForm) -> None:
        super().__init__()
        self._form = form
        self._families: tuple[Family, ...] = ()
        self.combo = infos_combo(self.tr("Checkpoint"))
        explain(self.combo, self.tr("The model that draws. What suits it becomes the default."))
        self.prior = infos_combo(self.tr("Prior"))
        explain(self.prior, self.tr("Another prior composes differently with the same decoder."))
        self.only = ElidedLabel()
        self.label = dim_label(self.tr("Checkpoint"), self.combo)
        self.prior_label = dim_label(self.tr("Prior"), self.prior)
        name = self.tr("Reset: {0}").format(self.combo.accessibleName())
        self.reset_button = IconButton("reset", name, "tiny")
        self.manage_button = IconButton("more", self.tr("Manage checkpoints…"), "tiny")
        self.problem = Remark("problem")
        self.blend = BlendSlider(form)
        self._lay_out()
        self.combo.activated.connect(self._on_checkpoint)
        self.prior.activated.connect(self._on_prior)
        self.reset_button.clicked.connect(self._on_reset)
        form.checkpoint_changed.connect(self._show)
        self._show()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(3)
        head = QHBoxLayout()
        head.addWidget(self.label)
        head.addWidget(self.only, 1)
        head.addWidget(self.reset_button)
        head.addWidget(self.manage_button)
        grid.addLayout(head, 0, 0)
        grid.addWidget(self.prior_label, 0, 1)
        grid.addWidget(self.combo, 1, 0)
        grid.addWidget(self.prior, 1, 1)
        grid.setColumnStretch(0, 3)
        self._grid = grid
        column.addLayout(grid)
        column.addWidget(self.blend)
        column.addWidget(self.problem)
        QWidget.setTabOrder(self.combo, self.reset_button)
        QWidget.setTabOrder(self.reset_button, self.manage_button)
        self.only.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    @Slot()
    def _show(self) -> None:
        form = self._form
        self._families = families(form.checkpoints)
        chosen = form.checkpoint
        at = next((i for i, family in enumerate(self._families) if chosen in family), -1)
        family = self._families[at] if at >= 0 else ()
        several, priors = len(self._families) > 1, len(family) > 1
        fill_combo(self.combo, [f[0].title for f in self._families], [f[0] for f in self._families])
        self.combo.setCurrentIndex(at)
        fill_combo(self.prior, [self._prior_name(info) for info in family], family)
        self.prior.setCurrentIndex(family.index(chosen) if chosen in family else -1)
        self.combo.setVisible(several)
        self.only.setVisible(not several)
        self.only.setText(family[0].title if family else "")
        self.label.setVisible(several or bool(family))
        for part in (self.prior, self.prior_label):
            part.setVisible(priors)
        self._grid.setColumnStretch(1, 2 if priors else 0)
        self.reset_button.setVisible(chosen is not None and chosen != self._default())
        is_bad = chosen is not None and not chosen.complete
        self.problem.say(chosen.problem if chosen is not None and is_bad else "")
        self.setToolTip(
            "" if several else self.tr("More checkpoints can be put into a folder of the settings.")
        )

    def _prior_name(self, info: CheckpointInfo) -> str:
        """What a prior by itself is called: what it adds to the checkpoint's name."""
        if info.prior_weights is None:
            return self.tr("Its own")
        return info.name.partition("+")[2] or info.title

    def _default(self) -> CheckpointInfo | None:
        """The first that can be used."""
        return next((info for info in self._form.checkpoints if info.complete), None)

    @Slot(int)
    def _on_checkpoint(self, row: int) -> None:
        family = self._families[row]
        if self._form.checkpoint not in family:
            best = next((info for info in family if info.complete), family[0])
            self._form.choose_checkpoint(best.name)

    @Slot(int)
    def _on_prior(self, row: int) -> None:
        self._form.choose_checkpoint(str(self.prior.itemData(row)))

    @Slot()
    def _on_reset(self) -> None:
        default = self._default()
        if default is not None:
            self._form.choose_checkpoint(default.name)
