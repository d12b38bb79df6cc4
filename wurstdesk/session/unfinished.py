"""What the last session left behind, and the question what is to become of it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from wurstdesk.session.jobs import Job
from wurstdesk.session.messages import MessageAction, MessageKind, MessageList
from wurstdesk.session.runner import JobRunner

_KEY = "cut off"


class Unfinished(QObject):
    """The jobs wait in a paused queue until somebody answers; nothing of them runs before.

    ``crash_is_known`` is set by who has a report of how the last session ended.
    ``saves_memory`` says whether low-memory mode is on already, ``was_restarted`` whether the
    computer was started anew since.
    """

    asked = Signal()
    """There are jobs to decide about."""
    answered = Signal()
    """It was decided, here or in the queue itself."""

    def __init__(
        self, runner: JobRunner, messages: MessageList, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.crash_is_known = False
        self.saves_memory = False
        self.was_restarted = False
        self._runner = runner
        self._messages = messages
        self._jobs: tuple[Job, ...] = ()
        runner.restored.connect(self._on_restored)
        runner.queue.changed.connect(self._on_queue_changed)

    @property
    def jobs(self) -> tuple[Job, ...]:
        """What there is to decide about; empty once it is decided."""
        return self._jobs

    def resume(self) -> None:
        """Go on with them."""
        self._runner.set_paused(False)
        self._answer()

    def keep_paused(self) -> None:
        """Leave them in the queue, which stays paused."""
        self._answer()

    def clear(self) -> None:
        """Give them up; they can still be tried again from the list, until the program ends."""
        jobs = self._jobs
        self._answer()
        self._runner.queue.cancel(jobs)
        self._runner.set_paused(False)

    def forget_explanation(self) -> None:
        """What was said about the end of the last session is not needed any more."""
        self._messages.dismiss_key(_KEY)

    def _answer(self) -> None:
        if self._jobs:
            self._jobs = ()
            self.answered.emit()

    @Slot(object, bool)
    def _on_restored(self, jobs: tuple[Job, ...], was_cut_off: bool) -> None:
        if was_cut_off and not self.crash_is_known:
            self._explain()
        if jobs:
            self._jobs = jobs
            self.asked.emit()

    @Slot()
    def _on_queue_changed(self) -> None:
        """The queue itself may be used to answer, where the question is no hindrance."""
        if self._jobs and not self._runner.queue.is_paused:
            self._answer()

    def _explain(self) -> None:
        if self.saves_memory:
            hint = self.tr(
                "Low-memory mode is on already: smaller or fewer pictures, or closing other "
                "programs, leave it more room."
            )
        else:
            hint = self.tr("Low-memory mode needs much less, and takes longer.")
        text = self.tr(
            "Wurstdesk was ended from outside while it was at work, most likely because "
            "memory ran out."
        )
        if self.was_restarted:
            text = self.tr("The computer was restarted while Wurstdesk was at work.")
            # A computer that is short of memory may stand still until it is switched off.
            hint = self.tr("If it had stopped answering: {0}").format(hint)
        self._messages.post(
            MessageKind.NOTE,
            text,
            hint,
            actions=() if self.saves_memory else (MessageAction.LOW_MEMORY,),
            key=_KEY,
            stays=True,
        )
