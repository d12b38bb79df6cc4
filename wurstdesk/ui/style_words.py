"""What a style does, in words."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from PySide6.QtCore import QCoreApplication, QLocale

from wurstdesk.generation.styles import SETTING_GROUPS, Style
from wurstdesk.session.facts import BLEND, SCHEDULE, SIZE, blend_text, fact_label
from wurstdesk.ui.i18n import size_text

_LONGEST = 300


def setting_text(group: str, values: Mapping[str, Any]) -> str:
    """A setting with its value: “Size: 1024 × 1024”."""
    if group == SIZE:
        value = size_text(values["width"], values["height"])
    elif group == SCHEDULE:
        value = _schedule(values)
    elif group == BLEND:
        value = blend_text(values["prior_blend"], values["blend_prior"]) or _tr("none")
    else:
        value = QLocale().toString(float(values[group]), "g", 6)
    return _tr("{0}: {1}").format(fact_label(group), value)


def settings_of(style: Style) -> list[str]:
    """All that a style sets."""
    given = style.settings
    groups = SETTING_GROUPS.items()
    return [setting_text(group, given) for group, fields in groups if fields[0] in given]


def style_tip(style: Style) -> str:
    """What choosing a style adds, as rich text, whose lines are broken where they are long."""
    lines = []
    if style.prompt.strip():
        lines.append(_tr("Prompt: {0}").format(_short(style.prompt)))
    if style.negative_prompt.strip():
        lines.append(_tr("Negative prompt: {0}").format(_short(style.negative_prompt)))
    if style.settings:
        lines.append(_tr("Sets {0}").format("; ".join(settings_of(style))))
    if not lines:
        lines.append(_tr("It adds nothing."))
    return "".join(f"<p>{escape(line)}</p>" for line in lines)


def _schedule(values: Mapping[str, Any]) -> str:
    steps = values.get("prior_num_inference_steps")
    if steps is not None:
        return _tr("{0} even steps").format(steps)
    return _tr("list of {0} steps").format(len(values["prior_timesteps"]) - 1)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST].rstrip()}…"


def _tr(text: str) -> str:
    return QCoreApplication.translate("Styles", text)
