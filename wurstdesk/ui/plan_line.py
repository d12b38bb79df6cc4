"""Where pictures are drawn: a plan in a few words, the reasons for it, and the way to change it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from wurstdesk.generation import Plan
from wurstdesk.session.state import StudioState
from wurstdesk.ui.controls import ElidedLabel
from wurstdesk.ui.i18n import DOT

_FILLERS = ("(R)", "(TM)", "NVIDIA ", "GeForce ", " Processor", " CPU")
_WORDS = 4


def plan_text(plan: Plan) -> str:
    """Device and precision, so short that it fits beside a label."""
    name = _tr("CPU") if plan.device == "cpu" else short_device(plan)
    return DOT.join((name, plan.dtype))


def plan_reason(plan: Plan) -> str:
    """The device's whole name, why this plan was taken, and what would get a better one."""
    facts = [plan.device_name or plan.device, plan.dtype]
    if plan.threads:
        facts.append(_tr("{0} threads").format(plan.threads))
    return "\n".join(filter(None, (DOT.join(facts), plan.reason, plan.advice)))


class PlanLine(QWidget):
    """Where pictures are drawn, with a button that leads to the settings for it."""

    settings_asked = Signal()

    def __init__(self, state: StudioState) -> None:
        super().__init__()
        self._state = state
        self.text = ElidedLabel()
        self.change_button = QToolButton()
        self.change_button.setObjectName("bare")
        self.change_button.setText(self.tr("Change…"))
        self.change_button.setAccessibleName(self.tr("Change device and memory"))
        self.change_button.setToolTip(self.tr("Device, precision and memory are in the settings."))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.text, 1)
        row.addWidget(self.change_button)
        self.change_button.clicked.connect(self.settings_asked)
        state.plan_changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        plan = self._state.plan
        if plan is None:
            self.text.setText(self.tr("not chosen yet"))
            reason = self.tr("It is chosen when the engine is loaded.")
        else:
            self.text.setText(plan_text(plan))
            reason = plan_reason(plan)
        self.setToolTip(reason)
        self.setWhatsThis(reason)
        self.change_button.setAccessibleDescription(self.text.text())


def short_device(plan: Plan) -> str:
    """A device's name without the words that makers add to it."""
    device = plan.device_name or plan.device
    for filler in _FILLERS:
        device = device.replace(filler, "")
    return " ".join(device.split()[:_WORDS])


def _tr(text: str) -> str:
    return QCoreApplication.translate("Plan", text)
