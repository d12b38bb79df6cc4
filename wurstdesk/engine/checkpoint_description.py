"""``wurstdesk.json``: what a checkpoint says of itself. Text from strangers' files: capped, plain.

The catalogue gives it to ``CheckpointInfo`` as far as it can be used.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

from wurstdesk.engine.checkpoint_checks import PRIOR
from wurstdesk.engine.weight_files import Unusable, read_json
from wurstdesk.generation import MAX_SIDE, SIZE_MULTIPLE, CheckpointInfo

DESCRIPTION = "wurstdesk.json"
COPIED_FROM = "copied_from"
"""The entry in which a copy says of what it is one."""

CAN_DRAW = (
    "It draws almost anything that can be put into words: photographs, paintings, drawings. "
    "Sides from 1024 to 1536 pixels suit it best."
)
EXAMPLES = (
    "an anthropomorphic cat dressed as a firefighter, portrait, dramatic light",
    "a lighthouse on a cliff in a storm, oil painting, thick brush strokes",
    "a red fox in fresh snow at sunrise, wildlife photograph, shallow depth of field",
    "a cosy reading nook under a skylight on a rainy evening, lamp light, detailed illustration",
    "isometric cutaway of a tiny bakery, miniature diorama, soft studio light",
    "an old botanical plate of an imaginary flower, ink and watercolour on yellowed paper",
    "a steam train crossing a stone viaduct through morning mist, wide shot, cinematic",
    "a quiet mountain lake with a wooden boat, Japanese woodblock print",
)
STARTER_NEGATIVE_PROMPT = (
    "blurry, low quality, deformed, bad anatomy, extra fingers, poorly drawn hands, text, "
    "watermark, signature"
)
"""What is said of the published checkpoint, and of those that were trained on from it: they say
nothing of themselves."""

_PUBLISHED = {"c": 1536, "c_cond": 1280}

_NAME = re.compile(r"[\w][\w .+-]{0,63}")
_HASH = re.compile(r"[0-9a-f]{64}|")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def fields_of(data: dict[str, Any]) -> dict[str, Any]:
    """The fields of ``CheckpointInfo`` that a description gives; ``Unusable`` for a bad one."""
    readers: dict[str, Callable[[object], object]] = {
        "name": _name,
        "title": lambda value: _text(value, 100),
        "default_size": _sides,
        "trained_sides": _sides,
        "prior_timesteps": _timesteps,
        "prior_guidance_scale": _guidance,
        "can_draw": lambda value: _text(value, 2000),
        "examples": lambda value: _texts(value, 50, 500),
        "starter_negative_prompt": lambda value: _text(value, 500),
        "vocabulary": lambda value: frozenset(_texts(value, 20_000, 100)),
        "licence": lambda value: _text(value, 200),
        COPIED_FROM: _source,
    }
    fields: dict[str, Any] = {}
    for name, read in readers.items():
        value = data.get(name)
        if value is None:
            continue
        try:
            fields[name] = read(value)
        except (TypeError, ValueError, OverflowError):
            raise Unusable(f"its “{name}” is not what belongs there.") from None
    if "name" in fields:
        fields.setdefault("title", fields["name"])
    source = fields.pop(COPIED_FROM, {})
    return {**fields, **source}


def with_usual_words(info: CheckpointInfo) -> CheckpointInfo:
    """A checkpoint of the published configuration, with words about it where it has none."""
    try:
        config = read_json(info.prior_folder / PRIOR.config)
    except (Unusable, OSError):
        return info
    if info.vocabulary or any(config.get(name) != value for name, value in _PUBLISHED.items()):
        return info
    return replace(
        info,
        can_draw=info.can_draw or CAN_DRAW,
        examples=info.examples or EXAMPLES,
        starter_negative_prompt=info.starter_negative_prompt or STARTER_NEGATIVE_PROMPT,
    )


def as_name(text: str, longest: int = 64) -> str:
    """Any text as a name that a description may have."""
    name = re.sub(r"[^\w .+-]", "_", line(text, longest)).lstrip(" .+-")
    return name or "checkpoint"


def line(text: str, longest: int) -> str:
    """A text without what no screen can show, of bounded length."""
    printable = text.encode("utf-8", "ignore").decode("utf-8")
    return _UNPRINTABLE.sub("", printable)[:longest].strip()


def is_number(value: object) -> bool:
    """Whether a value from a JSON file is a number to reckon with."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e30


def _name(value: object) -> str:
    name = _text(value, 64)
    if not _NAME.fullmatch(name):
        raise ValueError
    return name


def _source(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise TypeError
    content_hash = _text(value.get("content_hash", ""), 64)
    if not _HASH.fullmatch(content_hash):
        raise ValueError
    return {
        "copy_of": _text(value.get("name", ""), 64),
        "copy_of_hash": content_hash,
        "copy_dtype": _text(value.get("dtype", ""), 20),
    }


def _text(value: object, longest: int) -> str:
    if not isinstance(value, str):
        raise TypeError
    return line(value, longest)


def _texts(value: object, most: int, longest: int) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError
    return tuple(_text(item, longest) for item in value[:most])


def _sides(value: object) -> tuple[int, int]:
    if not isinstance(value, list) or len(value) != 2:
        raise TypeError
    for side in value:
        if type(side) is not int or side % SIZE_MULTIPLE or not SIZE_MULTIPLE <= side <= MAX_SIDE:
            raise ValueError
    return value[0], value[1]


def _guidance(value: object) -> float:
    if not isinstance(value, int | float) or not is_number(value) or not 0 <= value <= 100:
        raise ValueError
    return float(value)


def _timesteps(value: object) -> tuple[float, ...]:
    if not isinstance(value, list) or not 2 <= len(value) <= 1001:
        raise TypeError
    if not all(is_number(time) and 0 <= time <= 1 for time in value):
        raise ValueError
    if any(later >= now for now, later in pairwise(value)):
        raise ValueError
    return tuple(float(time) for time in value)
