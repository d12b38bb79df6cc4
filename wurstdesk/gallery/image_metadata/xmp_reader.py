"""Finds elements in an XMP packet that anybody may have written.

A stream of events and no tree: a packet of a million elements takes no memory, and one that is
nested without end is left where it gets absurd.
"""

from __future__ import annotations

from collections.abc import Collection
from xml.parsers import expat

_MAX_ELEMENTS = 20_000
_MAX_DEPTH = 100


class _EnoughError(Exception):
    """Nothing more is wanted."""


class _Finder:
    """Collects the text of the first element, or attribute, of each wanted name."""

    def __init__(self, wanted: Collection[str]) -> None:
        self.found: dict[str, str] = {}
        self._wanted = wanted
        self._open: list[str] = []
        self._inside = ""
        self._pieces: list[str] = []
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._count += 1
        self._open.append(name)
        if self._count > _MAX_ELEMENTS or len(self._open) > _MAX_DEPTH:
            raise _EnoughError
        for key in self._wanted:
            if key in attributes:
                self.found.setdefault(key, attributes[key])
        if not self._inside and name in self._wanted and name not in self.found:
            self._inside = name
            self._pieces = []

    def end(self, name: str) -> None:
        """An element ends."""
        self._open.pop()
        if name == self._inside:
            text = "".join(self._pieces)
            if text.strip():
                self.found.setdefault(name, text)
            self._inside = ""

    def text(self, piece: str) -> None:
        """Text within the wanted element, however deep: XMP puts alternatives into a list."""
        if self._inside:
            self._pieces.append(piece)


def find(packet: bytes, limit: int, wanted: Collection[str]) -> dict[str, str]:
    """The texts of elements, or attributes, by their names as ``namespace}name``.

    Whatever is no XMP, or longer than ``limit`` bytes, holds none. Without a document type there
    are no entities, and nothing that grows when it is read.
    """
    if not packet or len(packet) > limit or b"<!" in packet:
        return {}
    finder = _Finder(wanted)
    parser = expat.ParserCreate("utf-8", "}")
    parser.buffer_text = True
    parser.StartElementHandler = finder.start
    parser.EndElementHandler = finder.end
    parser.CharacterDataHandler = finder.text
    try:
        text = packet.decode("utf-8", "replace").strip("\ufeff\0 \r\n\t")
        parser.Parse(text.encode(), True)
    except (_EnoughError, expat.ExpatError, ValueError):
        return {}
    return finder.found
