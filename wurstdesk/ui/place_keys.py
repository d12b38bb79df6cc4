"""Keys that are no commands of the window: each works in one place, while that has the focus.

The places carry them out themselves; this is the table of them for the list of shortcuts.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication


@dataclass(frozen=True, slots=True)
class PlaceKey:
    """What keys do in a place. ``keys`` are alternatives, as ``QKeySequence`` spells them.

    ``words`` say them together where there are too many to name.
    """

    place: str
    text: str
    keys: tuple[str, ...]
    words: str = ""


def place_keys() -> tuple[PlaceKey, ...]:
    """All of them, place by place."""
    return (*_writing(), *_looking(), *_lists(), *_others())


def _writing() -> tuple[PlaceKey, ...]:
    prompt, seed, size, grid = _tr("Prompt"), _tr("Seed"), _tr("Size"), _tr("Size on a grid")
    arrows = _tr("Arrow keys")
    return (
        PlaceKey(prompt, _tr("More weight for the word or selection"), ("Ctrl+Up",)),
        PlaceKey(prompt, _tr("Less weight for the word or selection"), ("Ctrl+Down",)),
        PlaceKey(prompt, _tr("The prompt before"), ("Alt+Up",)),
        PlaceKey(prompt, _tr("The prompt after"), ("Alt+Down",)),
        PlaceKey(seed, _tr("The next seed, or the one before"), ("Up", "Down")),
        PlaceKey(size, _tr("Larger or smaller by 128 pixels"), ("Up", "Down")),
        PlaceKey(grid, _tr("Wider, narrower, higher or lower by 128 pixels"), _ARROWS, arrows),
        PlaceKey(grid, _tr("Close the grid"), ("Return", "Esc")),
    )


def _looking() -> tuple[PlaceKey, ...]:
    canvas, compare = _tr("Canvas"), _tr("Comparison")
    arrows = _tr("Arrow keys")
    return (
        PlaceKey(canvas, _tr("Zoom in"), ("+",)),
        PlaceKey(canvas, _tr("Zoom out"), ("-",)),
        PlaceKey(canvas, _tr("Fit the picture to the window"), ("0",)),
        PlaceKey(canvas, _tr("Full size"), ("1",)),
        PlaceKey(canvas, _tr("Move the picture, or choose another"), _ARROWS, arrows),
        PlaceKey(canvas, _tr("Look at the chosen picture"), ("Return", "Space")),
        PlaceKey(compare, _tr("With a line between them"), ("1",)),
        PlaceKey(compare, _tr("Side by side"), ("2",)),
        PlaceKey(compare, _tr("One in place of the other"), ("3",)),
        PlaceKey(compare, _tr("Move the line"), ("Left", "Right")),
        PlaceKey(compare, _tr("Move the line further"), ("Shift+Left", "Shift+Right")),
        PlaceKey(compare, _tr("Show the other one while it is held"), ("Space",)),
        PlaceKey(compare, _tr("Leave the comparison"), ("Esc",)),
    )


def _lists() -> tuple[PlaceKey, ...]:
    strip, gallery = _tr("Strip of pictures"), _tr("Gallery")
    queue, seeds = _tr("Queue"), _tr("Seeds")
    arrows = _tr("Arrow keys")
    return (
        PlaceKey(strip, _tr("Show another picture"), ("Left", "Right")),
        PlaceKey(gallery, _tr("Show another picture"), _ARROWS, arrows),
        PlaceKey(queue, _tr("Choose another job"), ("Up", "Down")),
        PlaceKey(queue, _tr("Choose more jobs"), ("Shift+Up", "Shift+Down")),
        PlaceKey(queue, _tr("Take the chosen jobs out"), ("Del", "Backspace")),
        PlaceKey(seeds, _tr("Choose another seed"), ("Up", "Down")),
        PlaceKey(seeds, _tr("Use the seed"), ("Return",)),
        PlaceKey(seeds, _tr("Pin the seed, or let it go"), ("P",)),
        PlaceKey(seeds, _tr("Copy the seed"), ("Ctrl+C",)),
    )


def _others() -> tuple[PlaceKey, ...]:
    return (
        PlaceKey(_tr("Inspector"), _tr("Copy the value, or what is selected in it"), ("Ctrl+C",)),
        PlaceKey(_tr("Messages"), _tr("Dismiss the message"), ("Del",)),
    )


_ARROWS = ("Left", "Right", "Up", "Down")


def _tr(text: str) -> str:
    return QCoreApplication.translate("PlaceKeys", text)
