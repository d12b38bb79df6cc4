"""Words in the person's language, and numbers and times as people write them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from wurstdesk.generation import Stage

DOT = " · "


def install_translations(app: QCoreApplication, folder: Path, language: str = "") -> QLocale:
    """Load the program's and Qt's own words from ``folder``; the desktop's language by default.

    Where there are none the texts stay English.
    """
    locale = QLocale(language) if language else QLocale()
    places = (
        ("wurstdesk", str(folder)),
        ("qtbase", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)),
    )
    for name, place in places:
        translator = QTranslator(app)
        if translator.load(locale, name, "_", place):
            app.installTranslator(translator)
    return locale


def stage_name(stage: Stage) -> str:
    """What a stage does, beside its letter."""
    return {
        "prior": _tr("Composing (Stage C)"),
        "decoder": _tr("Developing (Stage B)"),
        "vqgan": _tr("Finishing (Stage A)"),
    }[stage]


def loading_words(part: str) -> str:
    """What goes on before the first step."""
    if part == "prompt":
        return _tr("Reading the prompt…")
    known = {
        "engine": _tr("the engine"),
        "text_encoder": _tr("the text encoder"),
        "prior": _tr("the prior"),
        "decoder": _tr("the decoder"),
        "vqgan": _tr("the VQGAN"),
        "previewer": _tr("the previewer"),
    }
    return _tr("Loading {0}…").format(known.get(part, part))


def duration(seconds: float) -> str:
    """A time span, no more exact than anybody wants to know."""
    if seconds < 9.95:
        return _tr("{0} s").format(QLocale().toString(seconds, "f", 1))
    whole = round(seconds)
    if whole < 60:
        return _tr("{0} s").format(whole)
    if whole < 3600:
        return _tr("{0} min {1} s").format(whole // 60, whole % 60)
    return _tr("{0} h {1} min").format(whole // 3600, whole % 3600 // 60)


def time_left(seconds: float) -> str:
    """What is left of a wait: whole seconds, which do not flicker."""
    short = _tr("{0} s").format(max(1, round(seconds)))
    return _tr("{0} left").format(duration(seconds) if seconds >= 10 else short)


def rough_duration(seconds: float) -> str:
    """How long something will take, no more exact than anybody can know."""
    hours, minutes, rest = _rough(seconds)
    parts = (
        _tr("{0} h").format(hours) if hours else "",
        _tr("{0} min").format(minutes) if minutes else "",
        _tr("{0} s").format(rest) if rest else "",
    )
    return " ".join(filter(None, parts))


def rough_duration_aloud(seconds: float) -> str:
    """The same for a screen reader: in whole words."""
    hours, minutes, rest = _rough(seconds)
    parts = (
        (hours, _tr("1 hour"), _tr("{0} hours")),
        (minutes, _tr("1 minute"), _tr("{0} minutes")),
        (rest, _tr("1 second"), _tr("{0} seconds")),
    )
    return " ".join(
        (one if count == 1 else many.format(count)) for count, one, many in parts if count
    )


def _rough(seconds: float) -> tuple[int, int, int]:
    """Hours, minutes and seconds, the last of them rounded by the length of the whole."""
    steps = ((19.5, 1), (57.5, 5), (595.0, 10), (3570.0, 60))
    step = next((step for below, step in steps if seconds < below), 300)
    whole = max(1, round(seconds / step) * step)
    return whole // 3600, whole % 3600 // 60, whole % 60


def size_text(width: int, height: int) -> str:
    """Pixels by pixels."""
    return f"{width} × {height}"


def word_list(words: tuple[str, ...], limit: int = 4) -> str:
    """Words in quotation marks; beyond ``limit`` only that there are more."""
    quoted = [_tr("“{0}”").format(word) for word in words[:limit]]
    if len(words) > limit:
        quoted.append(_tr("{0} more").format(len(words) - limit))
    if len(quoted) < 2:
        return "".join(quoted)
    return _tr("{0} and {1}").format(", ".join(quoted[:-1]), quoted[-1])


def _tr(text: str) -> str:
    return QCoreApplication.translate("Words", text)
