"""Our own lossless record of a picture: JSON under the keyword ``wurstdesk``.

The A1111 text beside it is for other programs; this one is the truth from which a picture is made
again and a lost gallery is rebuilt.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from wurstdesk.errors import RequestError
from wurstdesk.gallery.image_metadata import a1111
from wurstdesk.gallery.image_metadata.model import ImageMetadata
from wurstdesk.gallery.image_metadata.png_chunks import OWN_KEYWORD
from wurstdesk.gallery.json_text import clean_text, finite_numbers, from_json, to_json
from wurstdesk.generation import GeneratedPicture, GenerationRequest, LatentsBlob, Provenance

SCHEMA = 1
NEGATIVE = "negative"
NEGATIVE_HASH = "negative_hash"
_MAX_LATENT_SIDE = 4096


def to_text(picture: GeneratedPicture, created: str, *, embed_negative: bool = False) -> str:
    """The record of ``picture``; ``created`` is UTC in ISO 8601.

    With ``embed_negative`` it holds the Stage C latent too: 24,000 to 200,000 characters more.
    """
    record = _record(picture.request, picture.provenance, picture.seconds, created, picture.notes)
    record[NEGATIVE_HASH] = picture.latents.name
    if embed_negative:
        record[NEGATIVE] = _negative_to_dict(picture.latents)
    return to_json(record)


def without_negative(metadata: ImageMetadata) -> str:
    """The record of a picture that was read out of its file, without the negative."""
    request, provenance = metadata.request, metadata.provenance
    if metadata.latents is None or request is None or provenance is None:
        return metadata.text
    record = _record(request, provenance, metadata.seconds, metadata.created, metadata.notes)
    if metadata.negative_hash:
        record[NEGATIVE_HASH] = metadata.negative_hash
    return to_json(record)


def _record(
    request: GenerationRequest,
    provenance: Provenance,
    seconds: Mapping[str, float],
    created: str,
    notes: tuple[str, ...],
) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "request": request.to_dict(),
        "provenance": provenance.to_dict(),
        "seconds": finite_numbers(seconds),
        "created": created,
        "notes": list(notes),
    }


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
    latents = _latents(record.get(NEGATIVE))
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
        prompt_syntax="compel",
        latents=latents,
        negative_hash=latents.name if latents else _hash(record.get(NEGATIVE_HASH)),
    )


def _negative_to_dict(latents: LatentsBlob) -> dict[str, Any]:
    return {
        "shape": list(latents.shape),
        "dtype": latents.dtype,
        "data": base64.b64encode(latents.data).decode("ascii"),
    }


def _latents(data: object) -> LatentsBlob | None:
    """The negative, or None where it is none: its bytes must fit its shape exactly."""
    if not isinstance(data, dict) or not isinstance(data.get("data"), str):
        return None
    shape, dtype = data.get("shape"), data.get("dtype")
    if not isinstance(shape, list) or dtype not in ("float32", "float16", "bfloat16"):
        return None
    if len(shape) != 3 or not all(type(n) is int and 0 < n <= _MAX_LATENT_SIDE for n in shape):
        return None
    channels, height, width = shape
    try:
        content = base64.b64decode(data["data"], validate=True)
        return LatentsBlob((channels, height, width), dtype, content)
    except (binascii.Error, ValueError):
        return None


def _hash(value: object) -> str:
    """A SHA-256 as ``LatentsBlob.name`` writes it, else ""."""
    return value if isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) else ""


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
        blend_name=clean_text(fields.get("blend_name")),
        blend_hash=clean_text(fields.get("blend_hash")),
    )


def utc_text(moment: datetime) -> str:
    """A moment as files and rows hold it: UTC, milliseconds, sortable as text."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def moment_text(seconds: float) -> str:
    """The same of a file's time, which can be any: 1970 where it is beyond the calendar."""
    try:
        return utc_text(datetime.fromtimestamp(seconds, UTC))
    except (ValueError, OverflowError, OSError):
        return utc_text(datetime.fromtimestamp(0, UTC))


def _time(value: object) -> str:
    """``value`` as :func:`utc_text` writes it, if it is a moment with its zone, else ""."""
    try:
        moment = datetime.fromisoformat(clean_text(value, 64))
        return utc_text(moment) if moment.tzinfo else ""
    except (ValueError, OverflowError):  # the latter: the year 0 elsewhere on the globe
        return ""


def _sentences(value: object) -> tuple[str, ...]:
    return tuple(map(clean_text, value[:100])) if isinstance(value, list) else ()
