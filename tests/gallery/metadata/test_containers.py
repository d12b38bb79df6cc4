"""Where texts stand in each kind of file, and how they are encoded there."""

from __future__ import annotations

import io
import json
import struct
import zlib

import pytest
from PIL import Image

from gallery.metadata import writers
from gallery.metadata.said import A1111, PROMPT, SWARM
from gallery.metadata.samples import pillow_with_exif
from gallery.metadata.writers import (
    STRING,
    UNDEFINED,
    USER_COMMENT,
    exif,
    jpeg,
    jpeg_with_exif,
    png,
    png_of,
    read,
    segment,
    webp,
)
from gallery.pictures import png_chunk
from wurstdesk.gallery.image_metadata import ImageMetadata, keywords
from wurstdesk.gallery.image_metadata.containers import texts_in

TEXT = A1111.format("v1.10.1")


def texts_of(data: bytes) -> dict[str, str]:
    return texts_in(io.BytesIO(data))


COMMENTS = {
    "utf-16 with the high byte first": b"UNICODE\0" + TEXT.encode("utf-16-be"),
    "utf-16 with the low byte first": b"UNICODE\0" + TEXT.encode("utf-16-le"),
    "utf-16 with a mark": b"UNICODE\0" + TEXT.encode("utf-16"),
    "utf-16 with a mark, high byte first": b"UNICODE\0\xfe\xff" + TEXT.encode("utf-16-be"),
    "named ASCII, and it is not": b"ASCII\0\0\0" + TEXT.encode(),
    "without a name": bytes(8) + TEXT.encode(),
    "without a prefix": TEXT.encode() + b"\0",
}


@pytest.mark.parametrize("value", COMMENTS.values(), ids=COMMENTS.keys())
@pytest.mark.parametrize("order", [">", "<"])
@pytest.mark.parametrize("kind", [UNDEFINED, STRING, writers.BYTE])
@pytest.mark.parametrize("place", ["first", "second"])
def test_every_way_to_write_a_user_s_comment_is_read(
    value: bytes, order: str, kind: int, place: str
) -> None:
    entries = {USER_COMMENT: (kind, value)}
    block = exif(entries, order=order) if place == "first" else exif({}, entries, order)
    for data in (
        jpeg_with_exif(block),
        webp(EXIF=block),
        webp(EXIF=b"Exif\0\0" + block),
        png(png_chunk(b"eXIf", block)),
        writers.heic(block, b""),
    ):
        metadata = read(data)
        assert (metadata.source, metadata.prompt) == ("a1111", PROMPT)


@pytest.mark.parametrize("order", [">", "<"])
def test_pillow_reads_the_same_out_of_these_files(order: str) -> None:
    """The writer of the tests is right about the format, too."""
    block = exif({0x0131: (STRING, b"a program\0")}, writers.comment(b"a comment"), order)
    with Image.open(io.BytesIO(jpeg_with_exif(block))) as image:
        assert image.getexif()[0x0131] == "a program"
        assert image.getexif().get_ifd(0x8769)[USER_COMMENT] == b"a comment"


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF", "PNG"])
def test_what_pillow_writes_is_read(kind: str) -> None:
    data = pillow_with_exif(kind, {USER_COMMENT: TEXT.encode("ascii", "replace").decode()})
    assert read(data).parameters["Steps"] == "20"


@pytest.mark.parametrize("kind", ["WEBP", "AVIF", "JPEG"])
def test_xmp_is_found_where_pillow_puts_it(kind: str) -> None:
    buffer = io.BytesIO()
    packet = writers.xmp(writers.alternatives("dc:description", "a &amp; b"))
    Image.new("RGB", (8, 8)).save(buffer, kind, xmp=packet)
    assert texts_of(buffer.getvalue())[keywords.XMP_DESCRIPTION] == "a & b"


def test_heic_is_read_without_a_decoder() -> None:
    block = exif({}, writers.comment(b"a comment"))
    packet = writers.xmp("", 'exif:UserComment="another"')
    texts = texts_of(writers.heic(block, packet))
    assert texts == {keywords.USER_COMMENT: "a comment", keywords.XMP_COMMENT: "another"}


@pytest.mark.parametrize("colours", ["P", "RGB"])
def test_the_comment_of_a_gif_is_read(colours: str) -> None:
    buffer = io.BytesIO()
    Image.new(colours, (8, 8)).save(buffer, "GIF", comment=TEXT.encode() + b" " * 900)
    assert read(buffer.getvalue()).prompt == PROMPT


def test_the_comment_of_a_jpeg_is_read_past_padded_and_other_segments() -> None:
    other = segment(0xE2, b"ICC_PROFILE\0" + bytes(50_000))
    data = jpeg(other, b"\xff\xff\xff" + segment(0xFE, TEXT.encode()))
    assert read(data).prompt == PROMPT


def test_text_behind_the_pixels_of_a_png_and_exif_too() -> None:
    whole = png()
    late = png_chunk(b"zTXt", b"parameters\0\0" + zlib.compress(TEXT.encode()))
    block = exif({}, writers.comment(b"a comment"))
    data = whole[:-12] + late + png_chunk(b"eXIf", block) + whole[-12:]
    assert read(data).prompt == PROMPT
    assert texts_of(data)[keywords.USER_COMMENT] == "a comment"


def test_the_parameters_of_a_png_come_before_its_exif() -> None:
    block = exif({}, writers.comment(b"another\nSteps: 1, Seed: 2, Sampler: x"))
    assert read(png(png_chunk(b"eXIf", block), parameters=TEXT)).prompt == PROMPT


@pytest.mark.parametrize(
    "text",
    ["A day at the beach", "Shot at: noon, Lens: 50mm, ISO: 100", "\0" * 200, " " * 264, "{}"],
)
def test_the_comment_of_a_camera_is_no_prompt(text: str) -> None:
    # Given a photograph, whose comment is a person's, or blank
    data = jpeg_with_exif(exif({}, writers.comment(b"ASCII\0\0\0" + text.encode())))
    # Then nobody says how it was made, and what it says can be shown
    metadata = read(data)
    assert metadata == ImageMetadata(text=text.rstrip("\0"))


def test_numbers_may_be_anything_and_are_left_out_where_they_are_none() -> None:
    given = {
        "prompt": "a\ud800b",
        "steps": 10**400,
        "cfgscale": float("nan"),
        "seed": True,
        "width": -5,
        "height": 1e300,
        "model": ["x"],
        "sampler": "  a \n b ",
        "scheduler": float("inf"),
        "vae": {"a": 1},
    }
    metadata = read(png(parameters=json.dumps({**SWARM, "sui_image_params": given})))
    assert metadata.prompt == "a?b"
    assert metadata.parameters == {"Sampler": "a b"}


def test_lengths_that_lie_are_no_text() -> None:
    block = exif({}, writers.comment(TEXT.encode()))
    for lie in (0xFFFFFFFF, 0x7FFFFFFF, 3_000_000):
        count = struct.pack(">I", len(TEXT.encode()))
        assert read(jpeg_with_exif(block.replace(count, struct.pack(">I", lie)))).source in {
            "unknown",
            "a1111",
        }


def test_keywords_of_exif_do_not_stand_in_the_way_of_a_png_s() -> None:
    assert read(png_of({keywords.USER_COMMENT: "x", "parameters": TEXT})).prompt == PROMPT
