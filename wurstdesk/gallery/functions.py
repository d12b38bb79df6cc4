"""Functions of ours that the gallery's SQL calls."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import apsw

# Scripts that write no spaces between words: a word there is found character by character.
_UNSPACED = re.compile(
    "(["
    "\u0e00-\u0e7f"  # Thai
    "\u3040-\u30ff"  # kana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
    "])"
)


def search_text(text: str) -> str:
    """``text`` as it is indexed and searched: unspaced scripts character by character."""
    return _UNSPACED.sub(r" \1 ", text) if not text.isascii() else text


def stack_key(request: str | None, checkpoint_hash: str) -> str:
    """The same for requests, as JSON, that differ only in their seeds; "" without a request."""
    if request is None:
        return ""
    fields = json.loads(request)
    for name in ("seed", "decoder_seed", "num_images"):
        fields.pop(name, None)
    if not fields.get("prior_blend"):  # as it was before there was any: older rows stay with them
        fields = {k: v for k, v in fields.items() if k not in {"prior_blend", "blend_prior"}}
        fields["schema"] = 1
    text = json.dumps([fields, checkpoint_hash], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def local_moment(created: str) -> datetime | None:
    """A moment in UTC where this computer is; None for what is no moment."""
    try:
        moment = datetime.fromisoformat(created)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone()
    except (ValueError, OverflowError, OSError):  # a year that the system's clock does not know
        return moment


def local_day(created: str) -> str:
    """The date of :func:`local_moment`."""
    moment = local_moment(created)
    return created[:10] if moment is None else moment.date().isoformat()


def sha256(data: Any) -> str | None:
    """The hexadecimal SHA-256 of a blob."""
    return None if data is None else hashlib.sha256(data).hexdigest()


_FUNCTIONS: tuple[tuple[str, Callable[..., Any], int], ...] = (
    ("search_text", search_text, 1),
    ("stack_key", stack_key, 2),
    ("local_day", local_day, 1),
    ("sha256", sha256, 1),
)


def register(connection: apsw.Connection) -> None:
    """Let SQL on this connection call them."""
    for name, function, arguments in _FUNCTIONS:
        connection.create_scalar_function(name, function, arguments, deterministic=True)
