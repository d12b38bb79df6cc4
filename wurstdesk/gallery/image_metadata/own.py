"""Our own lossless record of a picture: JSON under the keyword ``wurstdesk``.

The A1111 text beside it is for other programs; this one is the truth from which a picture is made
again and a lost gallery is rebuilt.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from wurstdesk.errors import RequestError
from wurstdesk.gallery.image_metadata import a1111
from wurstdesk.gallery.image_metadata.model import ImageMetadata
from wurstdesk.gallery.image_metadata.png_chunks import OWN_KEYWORD
from wurstdesk.gallery.json_text import clean_text, finite_numbers, from_json, to_json
from wurstdesk.generation import GeneratedPicture, GenerationRequest, Provenance

SCHEMA = 1


def to_text(picture: GeneratedPicture, created: str) -> str:
    """The record of ``picture``; ``created`` is UTC in ISO 8601."""
    return to_json(
        {
            "schema": SCHEMA,
            "request": picture.request.to_dict(),
            "provenance": picture.provenance.to_dict(),
            "seconds": finite_numbers(picture.seconds),
            "created": created,
            "notes": list(picture.notes),
        }
    )


def read(texts: Mapping[str, str]) -> ImageMetadata | None:
    """The record, or None where there is none that this version can read.

    Only the request must be whole. The rest is taken as far as it makes sense.
    """
    text = texts.get(OWN_KEYWORD, "")
    record = from_json(text) if text else None
    if not isinstance(record, dict) or record.get("schema") != SCHEMA:
        return None
    request = _request(record.get("request"))
    if request is None:
        return None
    provenance = _provenance(record.get("provenance"))
    return ImageMetadata(
        source="wurstdesk",
        prompt=request.prompt,
        negative_prompt=request.negative_prompt,
        parameters=a1111.split_sizes(a1111.parameters_of(request, provenance)),
        request=request,
        provenance=provenance,
        seconds=finite_numbers(record.get("seconds")),
        created=_time(record.get("created")),
        notes=_sentences(record.get("notes")),
        text=text,
    )


def _request(data: object) -> GenerationRequest | None:
    try:
        return GenerationRequest.from_dict(data)
    except (RequestError, ValueError, TypeError, OverflowError):
        return None


def _provenance(data: object) -> Provenance:
    fields: Mapping[str, Any] = data if isinstance(data, dict) else {}
    versions = fields.get("versions")
    threads = fields.get("threads")
    return Provenance(
        device=clean_text(fields.get("device")),
        dtype=clean_text(fields.get("dtype")),
        threads=threads if isinstance(threads, int) and 0 <= threads < 2**16 else 0,
        checkpoint_name=clean_text(fields.get("checkpoint_name")),
        checkpoint_hash=clean_text(fields.get("checkpoint_hash")),
        versions={clean_text(key): clean_text(value) for key, value in versions.items()}
        if isinstance(versions, dict)
        else {},
        fp8=fields.get("fp8") is True,
        compiled=fields.get("compiled") is True,
        copy_of=clean_text(fields.get("copy_of")),
        copy_of_hash=clean_text(fields.get("copy_of_hash")),
    )


def utc_text(moment: datetime) -> str:
    """A moment as files and rows hold it: UTC, milliseconds, sortable as text."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def _time(value: object) -> str:
    """``value`` as :func:`utc_text` writes it, if it is a moment with its zone, else ""."""
    try:
        moment = datetime.fromisoformat(clean_text(value, 64))
        return utc_text(moment) if moment.tzinfo else ""
    except (ValueError, OverflowError):  # the latter: the year 0 elsewhere on the globe
        return ""


def _sentences(value: object) -> tuple[str, ...]:
    return tuple(map(clean_text, value[:100])) if isinstance(value, list) else ()
