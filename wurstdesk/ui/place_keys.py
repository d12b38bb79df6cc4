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
    return (*_writing(), *_looking(), *_lists(), *_gallery(), *_culling(), *_others())


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
    strip, queue, seeds = _tr("Strip of pictures"), _tr("Queue"), _tr("Seeds")
    return (
        PlaceKey(strip, _tr("Show another picture"), ("Left", "Right")),
        PlaceKey(queue, _tr("Choose another job"), ("Up", "Down")),
        PlaceKey(queue, _tr("Choose more jobs"), ("Shift+Up", "Shift+Down")),
        PlaceKey(queue, _tr("Take the chosen jobs out"), ("Del", "Backspace")),
        PlaceKey(seeds, _tr("Choose another seed"), ("Up", "Down")),
        PlaceKey(seeds, _tr("Use the seed"), ("Return",)),
        PlaceKey(seeds, _tr("Pin the seed, or let it go"), ("P",)),
        PlaceKey(seeds, _tr("Copy the seed"), ("Ctrl+C",)),
    )


def _gallery() -> tuple[PlaceKey, ...]:
    place, search, shelves = _tr("Gallery"), _tr("Search"), _tr("Shelves")
    arrows = _tr("Arrow keys")
    return (
        PlaceKey(place, _tr("Choose another picture"), _ARROWS, arrows),
        PlaceKey(place, _tr("The first picture, or the last"), ("Home", "End")),
        PlaceKey(place, _tr("Choose more pictures"), ("Shift+Left", "Shift+Right")),
        PlaceKey(place, _tr("Go on without choosing"), ("Ctrl+Left", "Ctrl+Right")),
        PlaceKey(place, _tr("Take it in, or out"), ("Ctrl+Space",)),
        PlaceKey(place, _tr("Choose all pictures"), ("Ctrl+A",)),
        PlaceKey(place, _tr("See it large, and back"), ("Space", "Return")),
        PlaceKey(place, _tr("Larger or smaller pictures"), ("+", "-")),
        PlaceKey(search, _tr("Clear it, then leave it"), ("Esc",)),
        PlaceKey(search, _tr("Go to the pictures"), ("Return", "Down")),
        PlaceKey(shelves, _tr("Rename the album"), ("F2",)),
        PlaceKey(shelves, _tr("Remove the album or search; pictures stay"), ("Del",)),
    )


def _culling() -> tuple[PlaceKey, ...]:
    place = _tr("Going through pictures")
    return (
        PlaceKey(place, _tr("Keep it and go on"), ("K", "Space")),
        PlaceKey(place, _tr("Reject it and go on"), ("X",)),
        PlaceKey(place, _tr("The picture after, or before"), ("Right", "Left")),
        PlaceKey(place, _tr("Give it stars"), tuple("012345"), _tr("0 to 5")),
        PlaceKey(place, _tr("Favourite, or no longer"), ("F",)),
        PlaceKey(place, _tr("Take the last one back"), ("U",)),
        PlaceKey(place, _tr("Full size, or all of it"), ("Z",)),
        PlaceKey(place, _tr("Enough"), ("Esc",)),
    )


def _others() -> tuple[PlaceKey, ...]:
    return (
        PlaceKey(_tr("Inspector"), _tr("Copy the value, or what is selected in it"), ("Ctrl+C",)),
        PlaceKey(_tr("Messages"), _tr("Dismiss the message"), ("Del",)),
    )


_ARROWS = ("Left", "Right", "Up", "Down")


def _tr(text: str) -> str:
    return QCoreApplication.translate("PlaceKeys", text)
