"""What is printed, and where: results to stdout, everything said about them to stderr.

So that ``wurstdesk generate ... | xargs`` gets paths and nothing else.
"""

from __future__ import annotations

import json
import os
import sys
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from io import TextIOWrapper

from wurstdesk.errors import UserError

_KEPT_CONTROLS = "\n\t"


def let_any_text_through() -> None:
    """Make the streams take every path and prompt, instead of failing at the first odd letter.

    File names on POSIX are bytes and come out as they are; a stream that is not UTF-8 shows a
    question mark for what it cannot hold.
    """
    for stream, fallback in ((sys.stdout, "surrogateescape"), (sys.stderr, "backslashreplace")):
        if isinstance(stream, TextIOWrapper):
            is_utf8 = stream.encoding.lower().replace("-", "") == "utf8"
            stream.reconfigure(errors=fallback if is_utf8 and os.name == "posix" else "replace")


def result(text: str) -> None:
    """One line (or more) of what the command was asked for; out at once, for who reads along.

    Raises ``UserError`` where it cannot be written, as to a full disk.
    """
    try:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise  # who reads along has seen enough
    except OSError as failure:
        with suppress(OSError):
            sys.stdout.close()  # or Python tries once more at the end, and complains
        raise UserError(f"The result cannot be written: {failure.strerror}.") from failure


def json_result(data: object) -> None:
    """A result as one line of JSON, in ASCII: it survives every terminal and every pipe."""
    result(json.dumps(data, allow_nan=False))


def remark(text: str) -> None:
    """A sentence for the person, beside the results."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def note(text: str) -> None:
    """A sentence that the person should see, which is no error."""
    remark(f"Note: {printable(text)}")


def error(text: str) -> None:
    """Why the command could not do it."""
    remark(f"Error: {printable(text)}")


def printable(text: str) -> str:
    """Text from a file or a name, without what could command a terminal or turn text around."""
    return "".join(
        c if c in _KEPT_CONTROLS or not _commands(c) else "\N{REPLACEMENT CHARACTER}" for c in text
    )


def _commands(character: str) -> bool:
    """Whether it is a control or a formatting character; joiners of letters and emoji stay."""
    category = unicodedata.category(character)
    return category == "Cc" or (category == "Cf" and character not in "\u200c\u200d\ufeff")


def aligned(rows: Sequence[tuple[str, str]], indent: str = "") -> str:
    """Labels and values in two columns; further lines of a value stand under its first."""
    width = max((len(label) for label, _ in rows), default=0)
    hanging = f"\n{indent}{' ' * (width + 2)}"
    return "\n".join(
        f"{indent}{label:<{width}}  {value.replace(chr(10), hanging)}".rstrip()
        for label, value in rows
    )


def gigabytes(count: float) -> str:
    """Bytes as a person counts them."""
    return f"{count / 1e9:.1f} GB"
