"""A choice of checkpoints, or of what they bring."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox

from wurstdesk.generation import CheckpointInfo


def infos_combo(name: str) -> QComboBox:
    """An empty one with its accessible name."""
    combo = QComboBox()
    combo.setAccessibleName(name)
    combo.setSizeAdjustPolicy(  # a stranger's title does not widen the panel
        QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
    )
    return combo


def fill_combo(combo: QComboBox, texts: Sequence[str], infos: Sequence[CheckpointInfo]) -> None:
    """Offer checkpoints under these texts; their names are the data."""
    names = [info.name for info in infos]
    if [(combo.itemText(i), combo.itemData(i)) for i in range(combo.count())] == [
        *zip(texts, names, strict=True)
    ]:
        return
    combo.clear()
    for text, info in zip(texts, infos, strict=True):
        combo.addItem(text, info.name)
        tip = info.problem or info.can_draw
        combo.setItemData(combo.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
