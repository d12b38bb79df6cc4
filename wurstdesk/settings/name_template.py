"""The template of file names: its grammar, and what is wrong with one, in a sentence.

``{date} {prompt} {seed}`` is text with fields in braces; ``/`` begins a folder. What may stand in
it fits every system that pictures are carried to, whichever the program runs on.
"""

from __future__ import annotations

from string import Formatter

DEFAULT_TEMPLATE = "{date} {prompt} {seed}"
FIELDS: dict[str, str] = {
    "date": "the day, like 2026-11-23",
    "time": "the time, like 14-05-09",
    "year": "the year",
    "month": "the month, 01 to 12",
    "day": "the day of the month, 01 to 31",
    "prompt": "the first words of the prompt",
    "seed": "the seed",
    "checkpoint": "the checkpoint’s name",
    "width": "the width in pixels",
    "height": "the height in pixels",
    "number": "a number that counts on",
}
"""What can stand in braces, and what it is replaced by."""
MAX_TEMPLATE = 200
MAX_FOLDERS = 4

_FORBIDDEN = '<>:"\\|?*'


def template_problem(template: str) -> str:
    """What is wrong with a template, in a sentence; nothing where it can be used."""
    if len(template) > MAX_TEMPLATE:
        return f"A file name has at most {MAX_TEMPLATE} characters here."
    try:
        pieces = list(Formatter().parse(template))
    except ValueError:
        return "Each { needs its }, with the name of a field between them."
    for text, field, form, conversion in pieces:
        problem = _text_problem(text) or _field_problem(field, form, conversion)
        if problem:
            return problem
    return _parts_problem(template)


def _text_problem(text: str) -> str:
    if "{" in text or "}" in text:
        return "Braces can only stand around the name of a field."
    for character in text:
        if character in _FORBIDDEN:
            return f"“{character}” cannot be in a file name."
        if not character.isprintable():
            return "Only characters that can be seen can be in a file name."
    return ""


def _field_problem(field: str | None, form: str | None, conversion: str | None) -> str:
    if field is None:
        return ""
    if field not in FIELDS:
        known = ", ".join(f"{{{name}}}" for name in FIELDS)
        return f"There is no field “{field}”; there are {known}."
    if form or conversion:
        return f"Between the braces stands only the name: {{{field}}}."
    return ""


def _parts_problem(template: str) -> str:
    parts = template.split("/")
    if not template.strip():
        return "A file needs a name."
    if not all(part.strip(" .") for part in parts):
        return "Before and after each / stands a name."
    if any(part.lstrip().startswith(".") for part in parts):
        return "A name cannot begin with a dot: such files are hidden."
    if len(parts) > MAX_FOLDERS + 1:
        return f"At most {MAX_FOLDERS} folders can stand before the name."
    return ""
