"""A file of each program, as its own code writes it, and what has to be read out of it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field

from PIL import Image

from gallery.metadata import writers
from gallery.metadata.said import (
    A1111,
    A1111_PARAMETERS,
    COMFY,
    COMFY_PARAMETERS,
    DRAW_THINGS,
    DRAW_THINGS_PARAMETERS,
    EASY,
    EASY_LABELS,
    EASY_PARAMETERS,
    FLUX,
    FOOOCUS,
    FOOOCUS_A1111,
    FOOOCUS_A1111_PARAMETERS,
    FOOOCUS_PARAMETERS,
    INVOKE,
    INVOKE_PARAMETERS,
    MATRIX,
    MOCHI,
    MOCHI_PARAMETERS,
    NEGATIVE,
    NOVEL_AI_PARAMETERS,
    NOVEL_AI_TEXTS,
    OLD_INVOKE,
    PROMPT,
    SWARM,
    SWARM_PARAMETERS,
)
from gallery.metadata.writers import exif, jpeg_with_exif, png, png_of, webp
from gallery.pictures import png_chunk
from wurstdesk.gallery.image_metadata import PromptSyntax, Source


@dataclass(frozen=True)
class Sample:
    """``data`` is the file; the rest is what it says."""

    name: str
    data: Callable[[], bytes]
    source: Source
    parameters: dict[str, str] = field(default_factory=dict)
    prompt: str = PROMPT
    negative: str = NEGATIVE
    syntax: PromptSyntax = "a1111"
    suffix: str = ".png"


def pillow_with_exif(kind: str, fields: dict[int, str]) -> bytes:
    """As programs do that hand Pillow an EXIF directory with strings in it."""
    image = Image.new("RGB", (8, 8))
    block = image.getexif()
    for tag, text in fields.items():
        block[tag] = text
    buffer = io.BytesIO()
    image.save(buffer, kind, exif=block)
    return buffer.getvalue()


def unicode_comment(text: str, encoding: str = "utf-16-be") -> dict[int, tuple[int, bytes]]:
    """The user's comment as EXIF says that it should be."""
    return {writers.USER_COMMENT: (writers.UNDEFINED, b"UNICODE\0" + text.encode(encoding))}


def _webp_of_comfy() -> bytes:
    fields = {writers.MODEL: f"prompt:{json.dumps(COMFY)}", writers.MAKE: 'workflow:{"nodes": []}'}
    return pillow_with_exif("WEBP", fields)


def _fooocus_in_exif(kind: str, text: str, scheme: str) -> bytes:
    fields = {
        writers.USER_COMMENT: text,
        writers.SOFTWARE: "Fooocus v2.5.5",
        writers.MAKER_NOTE: scheme,
    }
    return pillow_with_exif(kind, fields)


def _forge_parameters() -> dict[str, str]:
    return {**A1111_PARAMETERS, "Version": "f2.0.1v1.10.1-previous-659-gc055f2d4"}


SAMPLES = [
    Sample(
        "a1111 png",
        lambda: png(parameters=A1111.format("v1.10.1")),
        "a1111",
        A1111_PARAMETERS,
    ),
    Sample(
        "a1111 jpeg",
        lambda: jpeg_with_exif(exif({}, unicode_comment(A1111.format("v1.10.1")))),
        "a1111",
        A1111_PARAMETERS,
        suffix=".jpg",
    ),
    Sample(
        "a1111 webp",
        lambda: webp(EXIF=exif({}, unicode_comment(A1111.format("v1.10.1")))),
        "a1111",
        A1111_PARAMETERS,
        suffix=".webp",
    ),
    Sample(
        "forge",
        lambda: png(parameters=A1111.format("f2.0.1v1.10.1-previous-659-gc055f2d4")),
        "forge",
        _forge_parameters(),
    ),
    Sample(
        "invokeai",
        lambda: png(invokeai_metadata=json.dumps(INVOKE), invokeai_graph='{"nodes": {}}'),
        "invokeai",
        INVOKE_PARAMETERS,
        syntax="compel",
    ),
    Sample(
        "invokeai before version 3",
        lambda: png_of({"Dream": "...", "sd-metadata": json.dumps(OLD_INVOKE)}),
        "invokeai",
        {
            "Steps": "50",
            "Sampler": "k_lms",
            "CFG scale": "7.5",
            "Seed": "42",
            "Size-1": "640",
            "Size-2": "512",
            "Model hash": "cc6c",
            "Model": "sd-1.5",
            "Version": "2.3.5",
        },
        syntax="compel",
    ),
    Sample(
        "invokeai at first",
        lambda: png(Dream=f'"{PROMPT} [{NEGATIVE}]" -s 50 -S 42 -W 512 -H 640 -C 7.5 -A k_lms'),
        "invokeai",
        {
            "Steps": "50",
            "Sampler": "k_lms",
            "CFG scale": "7.5",
            "Seed": "42",
            "Size-1": "512",
            "Size-2": "640",
        },
        syntax="compel",
    ),
    Sample(
        "comfyui png",
        lambda: png(prompt=json.dumps(COMFY), workflow='{"nodes": []}'),
        "comfyui",
        COMFY_PARAMETERS,
    ),
    Sample("comfyui webp", _webp_of_comfy, "comfyui", COMFY_PARAMETERS, suffix=".webp"),
    Sample(
        "comfyui flux",
        lambda: png(prompt=json.dumps(FLUX)),
        "comfyui",
        {
            "Steps": "4",
            "Sampler": "euler",
            "Schedule type": "simple",
            "Seed": "77",
            "Denoising strength": "1",
            "Model": "flux1-schnell.sft",
            "Size-1": "1024",
            "Size-2": "1024",
        },
        negative="",
    ),
    Sample(
        "fooocus png",
        lambda: png(parameters=json.dumps(FOOOCUS), fooocus_scheme="fooocus"),
        "fooocus",
        FOOOCUS_PARAMETERS,
    ),
    Sample(
        "fooocus png in a1111's way",
        lambda: png(parameters=FOOOCUS_A1111, fooocus_scheme="a1111"),
        "fooocus",
        FOOOCUS_A1111_PARAMETERS,
    ),
    Sample(
        "fooocus jpeg",
        lambda: _fooocus_in_exif("JPEG", json.dumps(FOOOCUS), "fooocus"),
        "fooocus",
        FOOOCUS_PARAMETERS,
        suffix=".jpg",
    ),
    Sample(
        "fooocus webp in a1111's way",
        lambda: _fooocus_in_exif("WEBP", FOOOCUS_A1111, "a1111"),
        "fooocus",
        FOOOCUS_A1111_PARAMETERS,
        prompt=PROMPT.encode("ascii", "replace").decode(),  # what is not ASCII is lost there
        suffix=".webp",
    ),
    Sample(
        "swarmui png",
        lambda: png(parameters=json.dumps(SWARM, indent=4)),
        "swarmui",
        SWARM_PARAMETERS,
    ),
    Sample(
        "swarmui jpeg",
        lambda: jpeg_with_exif(
            exif({}, unicode_comment(json.dumps(SWARM, ensure_ascii=False), "utf-16-le"), "<")
        ),
        "swarmui",
        SWARM_PARAMETERS,
        suffix=".jpg",
    ),
    Sample(
        "draw things exif",
        lambda: png(
            png_chunk(
                b"eXIf",
                exif(
                    {},
                    writers.comment(
                        b"ASCII\0\0\0" + json.dumps(DRAW_THINGS, ensure_ascii=False).encode()
                    ),
                ),
            )
        ),
        "drawthings",
        DRAW_THINGS_PARAMETERS,
    ),
    Sample(
        "draw things xmp",
        lambda: png_of(
            {
                "XML:com.adobe.xmp": writers.xmp(
                    writers.alternatives(
                        "exif:UserComment",
                        json.dumps(DRAW_THINGS, ensure_ascii=False).replace("&", "&amp;"),
                    )
                ).decode()
            }
        ),
        "drawthings",
        DRAW_THINGS_PARAMETERS,
    ),
    Sample(
        "novelai png",
        lambda: png_of(NOVEL_AI_TEXTS),
        "novelai",
        NOVEL_AI_PARAMETERS,
        prompt=f"{PROMPT}\ngirl, {{red hair}}",
        syntax="novelai",
    ),
    Sample(
        "novelai webp",
        lambda: webp(EXIF=exif({}, unicode_comment(json.dumps(NOVEL_AI_TEXTS)))),
        "novelai",
        NOVEL_AI_PARAMETERS,
        prompt=f"{PROMPT}\ngirl, {{red hair}}",
        syntax="novelai",
        suffix=".webp",
    ),
    Sample(
        "stability matrix",
        lambda: png_of(
            {"parameters": A1111.format("v1.10.1"), "parameters-json": json.dumps(MATRIX)}
        ),
        "stabilitymatrix",
        A1111_PARAMETERS,
    ),
    Sample(
        "stability matrix, json alone",
        lambda: png_of({"parameters-json": json.dumps(MATRIX), "smproj": "{}"}),
        "stabilitymatrix",
        {
            "Steps": "20",
            "Sampler": "euler",
            "CFG scale": "5.5",
            "Seed": "5",
            "Model": "sd15",
            "Size-1": "512",
            "Size-2": "640",
        },
    ),
    Sample("easy diffusion png", lambda: png_of(EASY_LABELS), "easydiffusion", EASY_PARAMETERS),
    Sample(
        "easy diffusion jpeg",
        lambda: jpeg_with_exif(exif({}, unicode_comment(json.dumps(EASY)))),
        "easydiffusion",
        EASY_PARAMETERS,
        suffix=".jpg",
    ),
    Sample(
        "mochi jpeg",
        lambda: writers.jpeg(writers.iptc_caption(MOCHI)),
        "mochi",
        MOCHI_PARAMETERS,
        prompt=f"{PROMPT}; with a hat: red",
        syntax="plain",
        suffix=".jpg",
    ),
    Sample(
        "mochi png",
        lambda: png_of(
            {
                "XML:com.adobe.xmp": writers.xmp(
                    writers.alternatives("dc:description", MOCHI.replace("&", "&amp;"))
                ).decode()
            }
        ),
        "mochi",
        MOCHI_PARAMETERS,
        prompt=f"{PROMPT}; with a hat: red",
        syntax="plain",
    ),
]
