"""The ``parameters`` text of AUTOMATIC1111's web UI, which nearly every program reads.

Writing follows its ``modules/processing.py:create_infotext`` and reading its
``modules/infotext_utils.py:parse_generation_parameters``: three parts without any escaping, so a
prompt can look like parameters. What the reader would not give back is written once more as
``Raw prompt`` (Fooocus's trick).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from wurstdesk.gallery.image_metadata.model import ImageMetadata, Source
from wurstdesk.gallery.image_metadata.png_chunks import MAX_TEXT_BYTES
from wurstdesk.gallery.json_text import clean_text, from_json
from wurstdesk.generation import GenerationRequest, Provenance

KEYWORD = "parameters"
NEGATIVE_PREFIX = "Negative prompt:"
MIN_PARAMETERS = 3

# ``\s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)`` in three parts: as one expression it
# takes time with the square of the text, which a hostile file would use.
_KEY_RUN = re.compile(r"[\w \-/]++(:?)")
_QUOTED = re.compile(r'"(?:\\.|[^\\"])++"(?=,|$)')
_PLAIN = re.compile(r"[^,]*")
_SPACE = re.compile(r"\s*")
_SIZE = re.compile(r"^(\d+)x(\d+)$")
_FORGE_VERSION = re.compile(r"f\d|neo\b|(re)?forge", re.IGNORECASE)

Pairs = Sequence[tuple[str, str]]


def to_text(request: GenerationRequest, provenance: Provenance) -> str:
    """The text for one picture."""
    parameters = [_written(*pair) for pair in parameters_of(request, provenance)]
    text = _compose(request, parameters)
    prompt, negative, _ = split_text(text)
    if (prompt, negative) == (request.prompt, request.negative_prompt):
        return text
    raw = [("Raw prompt", request.prompt), ("Raw negative prompt", request.negative_prompt)]
    copies = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in raw]
    return _compose(request, [*parameters[:-1], *copies, parameters[-1]])


def parameters_of(request: GenerationRequest, provenance: Provenance) -> list[tuple[str, str]]:
    """Names and values of everything but the prompts, in A1111's order."""
    values: list[tuple[str, str | float | None]] = [
        ("Steps", request.prior_steps),
        ("Sampler", "DDPM Wuerstchen"),
        ("CFG scale", request.prior_guidance_scale),
        ("Seed", request.seed),
        ("Size", f"{request.width}x{request.height}"),
        ("Model hash", provenance.checkpoint_hash[:10] or None),
        ("Model", " ".join(clean_text(provenance.checkpoint_name, 200).split()) or None),
        ("Prior blend", request.prior_blend or None),
        ("Blend prior", " ".join(clean_text(provenance.blend_name, 200).split()) or None),
        ("RNG", "CPU"),
        ("Decoder steps", request.decoder_num_inference_steps),
        ("Decoder CFG scale", request.decoder_guidance_scale),
        ("Decoder seed", request.decoder_seed),
        ("Prompt syntax", "Compel"),
        ("Version", f"wurstdesk {clean_text(provenance.versions.get('wurstdesk'))}".strip()),
    ]
    return [(key, _plain(value)) for key, value in values if value is not None]


def _plain(value: str | float) -> str:
    """``4`` and not ``4.0``."""
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value) if whole else value)


def _written(key: str, value: str) -> str:
    """A parameter as it stands in the last line: in JSON where a reader would take it apart."""
    if key == value:
        return key
    taken_apart = any(character in value for character in ",:\n")
    return f"{key}: {json.dumps(value, ensure_ascii=False) if taken_apart else value}"


def _compose(request: GenerationRequest, parameters: Sequence[str]) -> str:
    negative = f"\n{NEGATIVE_PREFIX} {request.negative_prompt}" if request.negative_prompt else ""
    return f"{request.prompt}{negative}\n{', '.join(parameters)}".strip()


def split_text(text: str) -> tuple[str, str, list[tuple[str, str]]]:
    """Prompt, negative prompt and unquoted parameters, exactly as A1111 takes them apart."""
    *lines, last = text.strip().split("\n")
    pairs = list(_pairs(last))
    if len(pairs) < MIN_PARAMETERS:
        lines.append(last)
        pairs = []
    prompt: list[str] = []
    negative: list[str] = []
    part = prompt
    for raw_line in lines:
        line = raw_line.strip()
        if line.startswith(NEGATIVE_PREFIX):
            part = negative
            line = line[len(NEGATIVE_PREFIX) :].strip()
        if part or line:  # blank lines before the first word are lost there, too
            part.append(line)
    found = [(key, _unquoted(value)) for key, value in pairs if value]
    return "\n".join(prompt), "\n".join(negative), found


def _pairs(line: str) -> Iterator[tuple[str, str]]:
    """``re_param.findall(line)`` in time linear in the line."""
    position = 0
    while run := _KEY_RUN.search(line, position):
        position = run.end()
        key = run.group()[:-1].lstrip(" -/") if run.group(1) else ""
        if len(key) < 2:
            continue
        space = _SPACE.match(line, position)
        assert space is not None
        value = _QUOTED.match(line, space.end()) or _PLAIN.match(line, space.end())
        assert value is not None
        yield key, value.group()
        position = value.end() + 1


def _unquoted(value: str) -> str:
    if len(value) < 2 or value[0] != '"' or value[-1] != '"':
        return value
    loaded = from_json(value)
    return clean_text(loaded, MAX_TEXT_BYTES) if isinstance(loaded, str) else value


def split_sizes(pairs: Pairs) -> dict[str, str]:
    """As a mapping, ``WxH`` values in two entries (``Size-1``, ``Size-2``) as A1111 has them."""
    parameters: dict[str, str] = {}
    for key, value in pairs:
        size = _SIZE.match(value)
        if size:
            parameters[f"{key}-1"], parameters[f"{key}-2"] = size.groups()
        else:
            parameters[key] = value
    return parameters


def read(texts: Mapping[str, str]) -> ImageMetadata | None:
    """The metadata in a ``parameters`` text; None where that is another program's JSON."""
    text = texts.get(KEYWORD, "")
    if not text or isinstance(from_json(text), dict):
        return None
    prompt, negative, pairs = split_text(text)
    written = dict(pairs)
    return ImageMetadata(
        source=_source_of(written),
        prompt=written.pop("Raw prompt", prompt),
        negative_prompt=written.pop("Raw negative prompt", negative),
        parameters=split_sizes(list(written.items())),
        text=text,
        prompt_syntax="compel" if written.get("Prompt syntax") == "Compel" else "a1111",
    )


def _source_of(written: Mapping[str, str]) -> Source:
    """Which of the programs that write this text it was, by the version that it names."""
    version = written.get("Version", "")
    if version.startswith("Fooocus") or written.get("Metadata scheme") == "a1111":
        return "fooocus"
    return "forge" if _FORGE_VERSION.match(version) else "a1111"
