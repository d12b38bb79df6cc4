r"""Random choice in a prompt: ``a {red|blue|green} dog`` is one of three prompts.

It is settled before a request goes into the queue, so that what is kept and recorded is the
prompt that was drawn. Choices may be nested and an option may be empty. Braces without a bar, or
without a partner, are text. ``\{`` and ``\}`` are braces and never a choice, and ``\|`` within a
choice is a bar.
"""

from __future__ import annotations

import random
import re
import secrets
from collections.abc import Callable
from itertools import groupby

from wurstdesk.generation.request import GenerationRequest

Pick = Callable[[int], int]
"""Any number from 0 on and below the one given: ``random.Random(seed).randrange``."""

_SIGN = re.compile(r"\\[{}|]|[{}|]")
_BRACE = re.compile(r"[{}]")
_ESCAPED_BRACE = re.compile(r"\\[{}]")


def has_choices(text: str) -> bool:
    """Whether a text leaves something open."""
    return bool(_choices(text))


def choice_spans(text: str) -> tuple[tuple[int, int], ...]:
    """From where to where choices stand, braces included; the outermost only."""
    found: list[tuple[int, int]] = []
    for start, last in sorted(_choices(text).items()):
        if not found or start >= found[-1][1]:
            found.append((start, last + 1))
    return tuple(found)


def resolve(text: str, pick: Pick) -> str:
    """The text with every choice settled by ``pick``."""
    last_of = _choices(text)
    pieces: list[str] = []
    around: list[tuple[int, list[list[str]], list[str]]] = []
    """Of each choice that is open: its last place, its options, and what it is a part of."""
    read = 0
    for match in _SIGN.finditer(text):
        pieces.append(text[read : match.start()])
        read = match.end()
        sign, place = match.group(), match.start()
        if place in last_of:
            around.append((last_of[place], [[]], pieces))
            pieces = around[-1][1][0]
        elif around and place == around[-1][0]:
            _, options, pieces = around.pop()
            pieces += options[pick(len(options))]
        elif around and sign == "|":  # it belongs to the innermost pair, which is a choice by it
            pieces = []
            around[-1][1].append(pieces)
        elif sign in {r"\{", r"\}"} or (around and sign == r"\|"):
            pieces.append(sign[1])
        else:
            pieces.append(sign)
    pieces.append(text[read:])
    return "".join(pieces)


def literal(text: str) -> str:
    """A text that ``resolve`` turns into ``text``: for a prompt that was settled before."""
    if has_choices(text) or _ESCAPED_BRACE.search(text):
        return _BRACE.sub(r"\\\g<0>", text)
    return text


def requests_of(
    request: GenerationRequest, pick: Pick | None = secrets.randbelow
) -> tuple[GenerationRequest, ...]:
    """The requests with settled prompts that make what ``request`` asks for.

    Each of its pictures gets choices of its own and keeps its seed; where ``pick`` is None, its
    seed decides, so that the same seed is the same picture. Neighbours whose prompts come out
    alike stay one request; without choices there is but one.
    """
    if not any(map(has_choices, _prompts(request))):
        return (_settled(request, pick),)
    alone = [_settled(request.for_picture(i), pick) for i in range(request.num_images)]
    groups = [list(group) for _, group in groupby(alone, key=_prompts)]
    return tuple(group[0].changed(num_images=len(group)) for group in groups)


def _settled(request: GenerationRequest, pick: Pick | None) -> GenerationRequest:
    pick = pick or random.Random(request.seed).randrange
    prompt, negative = (resolve(text, pick) for text in _prompts(request))
    if (prompt, negative) == _prompts(request):
        return request
    return request.changed(prompt=prompt, negative_prompt=negative)


def _prompts(request: GenerationRequest) -> tuple[str, str]:
    return request.prompt, request.negative_prompt


def _choices(text: str) -> dict[int, int]:
    """The places of the first and the last brace of each pair with a bar of its own."""
    found: dict[int, int] = {}
    opened: list[tuple[int, bool]] = []
    for match in _SIGN.finditer(text):
        sign, place = match.group(), match.start()
        if sign == "{":
            opened.append((place, False))
        elif sign == "|" and opened:
            opened[-1] = (opened[-1][0], True)
        elif sign == "}" and opened:
            start, is_choice = opened.pop()
            if is_choice:
                found[start] = place
    return found
