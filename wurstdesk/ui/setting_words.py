"""The declaration's words in the person's language, and names for the values to choose from."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from wurstdesk.gallery.formats import FORMATS
from wurstdesk.settings import PAGE_TITLES, Page, Setting


def page_title(page: Page) -> str:
    """What a page of settings is called."""
    return declared(PAGE_TITLES[page])


def declared(text: str) -> str:
    """A text of the declaration, translated."""
    return QCoreApplication.translate("Declared", text) if text else ""


def choice_words(setting: Setting) -> dict[str, str]:
    """The values that can be chosen here, and what each is called."""
    known = {**_names().get(setting.key, {}), "auto": _tr("Automatic")}
    values = setting.choices
    if setting.key == "picture_format":  # not every installation can write all of them
        values = tuple(known_format.name for known_format in FORMATS)
    return {value: known.get(value, value) for value in values}


def search_text(setting: Setting) -> str:
    """All that somebody may look for a setting by, in lower case."""
    texts = [declared(setting.label), declared(setting.help)]
    if setting.kind == "choice":
        texts += choice_words(setting).values()
    return " ".join([*texts, setting.key]).casefold()


def _names() -> dict[str, dict[str, str]]:
    desktop = _tr("As the desktop")
    return {
        "device": {
            "cpu": _tr("Processor"),
            "cuda": _tr("Graphics card (CUDA or ROCm)"),
            "mps": _tr("Apple graphics (Metal)"),
            "xpu": _tr("Intel graphics (XPU)"),
        },
        "dtype": {
            "float32": _tr("Full (float32)"),
            "float16": _tr("Half (float16)"),
            "bfloat16": _tr("Half, wide range (bfloat16)"),
        },
        "offload": {
            "none": _tr("The whole model"),
            "model": _tr("One stage at a time"),
            "group": _tr("Layer by layer"),
            "sequential": _tr("Layer by layer, least memory"),
        },
        "theme": {"system": desktop, "light": _tr("Light"), "dark": _tr("Dark")},
        "language": {"system": desktop, "en": "English"},
        "picture_format": {known.name: known.label for known in FORMATS},
    }


def _tr(text: str) -> str:
    return QCoreApplication.translate("SettingWords", text)
