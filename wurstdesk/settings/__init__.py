"""Every setting, declared once as data, and the file that keeps what the person changed.

``Settings`` is the declaration: type, default, range or choices, and beside each field a
``Declared`` with its page, its label and a sentence of help. ``declarations()`` reads it back as a
table, from which the dialog, the command line and the documentation are made.

The file holds only what was changed, so that a better default reaches whoever never chose.
Nothing in it can keep the program from starting.
"""

from wurstdesk.settings.declared import (
    PAGE_TITLES,
    PAGES,
    Declared,
    Kind,
    Language,
    Page,
    PictureFormat,
    Theme,
)
from wurstdesk.settings.file import LoadedSettings, load_settings, save_settings
from wurstdesk.settings.table import Setting, declarations, differs_for_engine
from wurstdesk.settings.values import USUAL, Settings

__all__ = [
    "PAGES",
    "PAGE_TITLES",
    "USUAL",
    "Declared",
    "Kind",
    "Language",
    "LoadedSettings",
    "Page",
    "PictureFormat",
    "Setting",
    "Settings",
    "Theme",
    "declarations",
    "differs_for_engine",
    "load_settings",
    "save_settings",
]
