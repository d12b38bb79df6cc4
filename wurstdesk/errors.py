"""The two families of errors, and the one that is none.

``UserError`` is the environment's: a full disk, a missing file, a size that the model cannot
draw. It is shown to the person as one sentence and, where there is one, what to do about it.
Every other exception is ours, a bug, and goes to the crash report. ``GenerationCancelled`` is
neither: it is how a sampling loop leaves when the person pressed *Stop*.
"""

from __future__ import annotations


class UserError(Exception):
    """Something that the person at the screen can mend.

    ``message`` says what happened in one sentence, ``hint`` what to do (may be empty).
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class RequestError(UserError):
    """A request that no checkpoint could carry out: a size off the grid, NaN guidance ..."""


class CheckpointError(UserError):
    """A checkpoint that is missing, incomplete, damaged or of another kind."""


class PromptError(UserError):
    """A prompt that cannot be read as weighted text."""


class StorageError(UserError):
    """A picture or a row that could not be written or read."""


class WindowError(UserError):
    """The window cannot be opened for want of something that only a window needs."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The window cannot be opened: {reason.rstrip('.')}.",
            "README.md names the system packages it needs; “wurstdesk generate” works without.",
        )


class GenerationCancelled(Exception):  # noqa: N818 - it is an outcome, not an error
    """Raised by a sampling loop at the first step after its token was set."""
