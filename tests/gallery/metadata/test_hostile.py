"""Files that were made to hurt: nothing raises, memory stays small, and it does not take long."""

from __future__ import annotations

import io
import json
import os
import random
import struct
import tracemalloc
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gallery.metadata import said, writers
from gallery.metadata.said import COMFY
from gallery.metadata.samples import SAMPLES, Sample
from gallery.metadata.writers import jpeg, jpeg_with_exif, png, read, segment, webp
from gallery.pictures import make_picture, png_chunk
from wurstdesk.gallery.formats import FORMATS, FileFormat, encode
from wurstdesk.gallery.image_metadata import ImageMetadata, Texts, read_metadata
from wurstdesk.gallery.image_metadata.png_chunks import SIGNATURE
from wurstdesk.gallery.image_metadata.programs import values
from wurstdesk.gallery.image_metadata.programs.comfy_graph import Graph
from wurstdesk.gallery.image_metadata.reader import from_texts

HEADS = [
    *(SIGNATURE, b"\xff\xd8\xff\xe1", b"RIFF\0\0\0\0WEBPVP8X", b"GIF89a"),
    *(b"\0\0\0\x18ftypheic", b"II*\0", b"", b"Exif\0\0MM\0*"),
]
KEYWORDS = ["parameters", "invokeai_metadata", "sd-metadata", "Dream", "prompt", "workflow",
            "Comment", "Description", "parameters-json", "EXIF:UserComment", "comment",
            "Negative Prompt", "wurstdesk", "XMP:description"]  # fmt: skip
MEGABYTE = 1024 * 1024


@contextmanager
def small_memory(limit: int) -> Iterator[None]:
    """Fails where Python took more than so many bytes on the way."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < limit
    finally:
        tracemalloc.stop()


def check(data: bytes) -> ImageMetadata:
    """It answers with what can be shown and stored."""
    metadata = read(data)
    json.dumps(metadata.to_dict(), allow_nan=False).encode()
    return metadata


# --- anything -----------------------------------------------------------------------------------


@settings(max_examples=300)
@given(st.sampled_from(HEADS), st.binary(max_size=300))
def test_random_bytes_never_raise(head: bytes, data: bytes) -> None:
    assert check(head + data).source == "unknown"


@given(st.binary(max_size=200))
def test_random_blocks_never_raise(data: bytes) -> None:
    for file in (
        jpeg(segment(0xE1, b"Exif\0\0" + data), segment(0xED, b"Photoshop 3.0\0" + data)),
        jpeg(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + data)),
        jpeg_with_exif(b"II*\0\x08\0\0\0" + data),
        webp(EXIF=data, XMP=data),
        png(png_chunk(b"eXIf", b"MM\0*\0\0\0\x08" + data)),
        writers.heic(data, data),
        writers.box(b"ftyp", b"avif") + writers.box(b"meta", data),
        writers.box(b"ftyp", b"avif")
        + writers.box(b"meta", bytes(4), writers.box(b"iloc", data), writers.box(b"iinf", data)),
    ):
        check(file)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_damaged_files_of_each_program_never_raise(sample: Sample) -> None:
    whole, chance = sample.data(), random.Random(sample.name)
    for _ in range(150):
        content = bytearray(whole[: chance.choice([len(whole), chance.randrange(len(whole))])])
        for _ in range(chance.randrange(6)):
            if content:
                content[chance.randrange(len(content))] = chance.choice([0, 255, 34, 123, 91])
        if chance.random() < 0.3:
            place = chance.randrange(len(content) + 1)
            content[place:place] = chance.randbytes(chance.randrange(20))
        check(bytes(content))


@pytest.mark.parametrize("kind", FORMATS, ids=lambda kind: kind.name)
def test_damaged_files_of_ours_never_raise(kind: FileFormat) -> None:
    picture, chance = make_picture(), random.Random(kind.name)
    whole = encode(picture.pixels, Texts.of(picture, "", embed_negative=True), kind)
    for _ in range(150):
        content = bytearray(whole[: chance.choice([len(whole), chance.randrange(len(whole))])])
        for _ in range(8):
            if content:
                content[chance.randrange(min(len(content), 9000))] = chance.randrange(256)
        check(bytes(content))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from([10**400, "1024x1024", "3", ["6", 0], "(1, 2)", "\ud800"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=4) | st.sampled_from(
        ["inputs", "class_type", "image", "prompt", "caption", "v2", "model", "c", "uc"]
    ), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=200)
@given(st.dictionaries(st.sampled_from(KEYWORDS), JSON.map(json.dumps) | st.text(), max_size=4))
def test_any_json_under_any_keyword_never_raises(texts: dict[str, str]) -> None:
    json.dumps(from_texts(texts).to_dict(), allow_nan=False).encode()


@settings(max_examples=200)
@given(st.data())
def test_each_programs_json_with_any_value_replaced_never_raises(data: st.DataObject) -> None:
    base = data.draw(
        st.sampled_from([said.INVOKE, said.OLD_INVOKE, said.COMFY, said.FLUX,
                         said.FOOOCUS, said.SWARM, said.DRAW_THINGS, said.NOVEL_AI,
                         said.MATRIX, said.EASY])
    )  # fmt: skip
    record = json.loads(json.dumps(base))
    part: dict[str, Any] = record
    inner = [key for key, value in record.items() if isinstance(value, dict)]
    if inner and data.draw(st.sampled_from([True, False])):
        part = record[data.draw(st.sampled_from(inner))]
    if isinstance(part.get("inputs"), dict) and data.draw(st.sampled_from([True, False])):
        part = part["inputs"]
    part[data.draw(st.sampled_from(sorted(part)))] = data.draw(JSON)
    text = json.dumps(record)
    for keyword in KEYWORDS:
        found = from_texts({keyword: text, "Software": "NovelAI"})
        json.dumps(found.to_dict(), allow_nan=False).encode()


# --- long, deep, round and huge -----------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"sui_image_params":' * 50_000 + "{}" + "}" * 50_000,
        '{"prompt": ' + "9" * 100_000 + "}",
        '{"c": "x", "uc": "y", "seed": ' + "9" * 4000 + ', "steps": 1e999, "scale": NaN}',
        "{" + ",".join(f'"{n}":{{"class_type":"KSampler","inputs":{{"seed":1}}}}' for n in
                       range(15_000)) + "}",
    ],
    ids=["brackets", "braces", "nested", "digits", "numbers", "nodes"],
)  # fmt: skip
@pytest.mark.parametrize("keyword", ["parameters", "prompt", "invokeai_metadata", "Comment"])
def test_json_made_to_hurt(keyword: str, text: str) -> None:
    with small_memory(60 * MEGABYTE):
        found = from_texts({keyword: text, "Software": "NovelAI"})
    json.dumps(found.to_dict(), allow_nan=False)


def test_a_graph_in_which_everything_leads_everywhere_is_walked_a_little() -> None:
    # Given 4000 nodes, each linked to others in all ways there are, and no text in any of them
    names = ("positive", "negative", "conditioning", "text", "model", "latent_image", "samples", "")
    nodes = {
        str(n): {
            "class_type": "KSampler",
            "inputs": {
                "seed": [str(n), 0],
                **{name: [str((n * 7 + k) % 4000), 0] for k, name in enumerate(names)},
            },
        }
        for n in range(4000)
    }
    seen: list[str] = []

    class Counting(Graph):
        def _node(self, node: str) -> values.Fields:
            seen.append(node)
            return super()._node(node)

    graph = Counting(nodes)
    assert graph.text("0", "positive") == ""
    assert graph.value("0", ("seed",)) is None
    assert graph.sides("0") == (None, None)
    assert len(seen) < 20_000
    assert from_texts({"prompt": json.dumps(nodes)}).source == "comfyui"


def test_a_text_of_100_megabytes_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    for kind, head in ((b"tEXt", b"parameters\0"), (b"eXIf", b"MM\0*"), (b"iTXt", b"wurstdesk\0")):
        path.write_bytes(SIGNATURE + (100_000_000).to_bytes(4, "big") + kind + head)
        os.truncate(path, 100_000_100)
        with small_memory(2 * MEGABYTE):
            assert read_metadata(path) == ImageMetadata()


def test_blocks_of_gigabytes_in_other_kinds_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a"
    riff = b"RIFF\0\0\0\0WEBPEXIF" + struct.pack("<I", 3_000_000_000)
    meta = writers.box(b"ftyp", b"avif") + struct.pack(">I", 3_000_000_000) + b"meta"
    for head in (riff, meta):
        path.write_bytes(head)
        os.truncate(path, 3_000_000_000)
        with small_memory(2 * MEGABYTE):
            assert read_metadata(path) == ImageMetadata()


@pytest.mark.parametrize("kind", [b"zTXt", b"iTXt"])
def test_thousands_of_texts_that_unpack_to_a_megabyte_each(kind: bytes) -> None:
    packed = zlib.compress(b"a" * 1_000_000)
    middle = b"\0\0" if kind == b"zTXt" else b"\0\1\0\0\0"
    chunks = (png_chunk(kind, f"key{n}".encode() + middle + packed) for n in range(3000))
    data = png(*chunks)
    with small_memory(60 * MEGABYTE):
        check(data)


def test_a_thousandfold_packed_text_is_none() -> None:
    packed = zlib.compress(b"a" * 300_000_000, 9)
    data = png(png_chunk(b"zTXt", b"parameters\0\0" + packed))
    with small_memory(8 * MEGABYTE):
        assert check(data) == ImageMetadata()


def test_pixels_without_end_are_not_decoded() -> None:
    head = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 2**31 - 1, 2**31 - 1, 16, 6, 0, 0, 0))
    body = png_chunk(b"IDAT", zlib.compress(bytes(10_000_000)))
    text = writers.text_chunk("parameters", "a dog")
    with small_memory(2 * MEGABYTE):
        assert check(SIGNATURE + head + body + text).prompt == "a dog"
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, 65535, 65535, 1) + b"\1\x11\0"
    comment = segment(0xFE, b"a dog\nSteps: 1, Seed: 2, Sampler: x")
    assert check(b"\xff\xd8" + frame + comment + b"\xff\xda").prompt == "a dog"


def test_directories_of_exif_that_lead_to_themselves_end() -> None:
    head = b"MM\0*\0\0\0\x08"
    loop = struct.pack(">HHHII", 1, writers.EXIF_POINTER, writers.LONG, 1, 8) + b"\0\0\0\x08"
    assert check(jpeg_with_exif(head + loop)) == ImageMetadata()
    many = (
        struct.pack(">H", 65535)
        + struct.pack(">HHII", writers.USER_COMMENT, writers.UNDEFINED, 1_000_000, 8) * 5000
    )
    with small_memory(30 * MEGABYTE):
        check(webp(EXIF=head + many + bytes(1_000_000)))


@pytest.mark.parametrize(
    "inside",
    ["<a>" * 200_000, "<a/>" * 500_000, '<a b="c"/>' * 200_000, "&amp;" * 300_000, "x" * 3_000_000],
    ids=["deep", "many", "attributes", "entities", "long"],
)
def test_xmp_made_to_hurt(inside: str) -> None:
    packet = writers.xmp(f"<dc:description>{inside}</dc:description>")
    with small_memory(60 * MEGABYTE):
        check(webp(XMP=packet))


def test_items_that_all_lie_in_the_same_place() -> None:
    # Given an AVIF of 15,000 descriptions, each of them the whole file over and over
    count = 15_000
    infe = b"".join(
        writers.box(b"infe", b"\2\0\0\0", struct.pack(">HH", n, 0), b"Exif\0") for n in range(count)
    )
    extents = struct.pack(">II", 0, 4_000_000) * 3
    iloc = b"".join(struct.pack(">HHH", n, 0, 3) + extents for n in range(count))
    meta = writers.box(
        b"meta",
        bytes(4),
        writers.box(b"iinf", bytes(4), struct.pack(">H", count), infe),
        writers.box(b"iloc", bytes(4), struct.pack(">HH", 0x4400, count), iloc),
    )
    data = writers.box(b"ftyp", b"avif") + meta + bytes(4_000_000)
    with small_memory(60 * MEGABYTE):
        assert check(data) == ImageMetadata()


@pytest.mark.parametrize(
    "unit",
    ["Prompt: a\n", "Include in Image: ", "; Steps: 1", "[", '"-', "\n", "(", "Negative prompt:\n"],
)
@pytest.mark.parametrize("keyword", ["parameters", "comment", "Dream", "XMP:description"])
def test_a_megabyte_of_the_same(keyword: str, unit: str, tmp_path: Path) -> None:
    text = unit * (MEGABYTE // len(unit))
    with small_memory(200 * MEGABYTE):
        from_texts({keyword: text})
    (tmp_path / "a.png").write_bytes(png())
    (tmp_path / "a.txt").write_text(text)
    read_metadata(tmp_path / "a.png")


def test_a_graph_of_ordinary_size_with_odd_shapes() -> None:
    shapes: list[object] = [
        None,
        5,
        [],
        "x",
        {"class_type": 5},
        {"inputs": []},
        {"class_type": "KSampler"},
    ]
    for odd in shapes:
        assert from_texts({"prompt": json.dumps({**COMFY, "3": odd})}).source == "comfyui"


def test_a_pipe_beside_a_picture_is_not_opened(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no pipes with names")
    (tmp_path / "dog.png").write_bytes(png())
    os.mkfifo(tmp_path / "dog.txt")
    assert read_metadata(tmp_path / "dog.png") == ImageMetadata()


def test_a_file_that_cannot_be_sought_far_is_no_trouble() -> None:
    for length in (2**31 - 1, 2**31, 2**32 - 1):
        data = SIGNATURE + length.to_bytes(4, "big") + b"abCd"
        assert read(io.BytesIO(data).getvalue()) == ImageMetadata()
    box = struct.pack(">I4sQ", 1, b"free", 2**64 - 1)
    assert read(writers.box(b"ftyp", b"avif") + box) == ImageMetadata()
