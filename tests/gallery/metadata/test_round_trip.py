"""What is written into our files is what is read out of them, in every format."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gallery.metadata.writers import read
from gallery.pictures import make_picture, picture_of, requests
from wurstdesk.gallery.formats import FORMATS, FileFormat, encode, is_whole
from wurstdesk.gallery.image_metadata import ImageMetadata, Texts, own
from wurstdesk.generation import (
    GeneratedPicture,
    GenerationRequest,
    LatentsBlob,
    Pixels,
    Provenance,
    make_request,
)

CREATED = "2026-11-23T04:53:12.123+00:00"
DOT = Pixels(2, 2, b"\x40" * 12)
EACH = pytest.mark.parametrize("kind", FORMATS, ids=lambda kind: kind.name)
TEXT = st.text(max_size=20)


def latents() -> st.SearchStrategy[LatentsBlob]:
    """Negatives of any shape and dtype, with any bytes in them: NaN and infinity too."""
    sides = st.integers(1, 6)
    shapes = st.tuples(st.just(16), sides, sides)
    dtypes = st.sampled_from(["float32", "float16", "bfloat16"])

    def blob(shape: tuple[int, int, int], dtype: str, byte: int) -> LatentsBlob:
        size = shape[0] * shape[1] * shape[2] * (4 if dtype == "float32" else 2)
        data = bytes((byte + n) % 256 for n in range(size))
        return LatentsBlob(shape, dtype, data)  # type: ignore[arg-type]

    return st.builds(blob, shapes, dtypes, st.integers(0, 255))


def provenances() -> st.SearchStrategy[Provenance]:
    return st.builds(
        Provenance,
        device=TEXT,
        dtype=TEXT,
        threads=st.integers(0, 1000),
        checkpoint_name=TEXT,
        checkpoint_hash=TEXT,
        versions=st.dictionaries(TEXT, TEXT, max_size=3),
        fp8=st.booleans(),
        compiled=st.booleans(),
        copy_of=TEXT,
        copy_of_hash=TEXT,
    )


@st.composite
def pictures(draw: st.DrawFn) -> GeneratedPicture:
    """Pictures with anything in them that can be written; their pixels do not matter."""
    drawn = draw(requests())
    request = make_request(**{**drawn.model_dump(), "width": 128, "height": 128})
    return replace(
        picture_of(request),
        pixels=DOT,
        latents=draw(latents()),
        provenance=draw(provenances()),
        seconds=draw(st.dictionaries(TEXT, st.floats(0, 1e9), max_size=3)),
        notes=tuple(draw(st.lists(TEXT, max_size=3))),
    )


def check(metadata: ImageMetadata, picture: GeneratedPicture) -> None:
    assert metadata.source == "wurstdesk"
    assert metadata.request == picture.request
    assert metadata.provenance == picture.provenance
    assert (metadata.seconds, metadata.notes) == (picture.seconds, picture.notes)
    assert metadata.created == CREATED


@EACH
@settings(max_examples=60)
@given(picture=pictures(), embed=st.booleans())
def test_everything_comes_back(kind: FileFormat, picture: GeneratedPicture, embed: bool) -> None:
    texts = Texts.of(picture, CREATED, embed_negative=embed)
    metadata = read(encode(DOT, texts, kind))
    check(metadata, picture)
    assert metadata.latents == (picture.latents if embed else None)
    again = Texts.again(metadata)
    assert again is not None
    assert again.parameters == texts.parameters
    assert json.loads(again.record) == json.loads(texts.record)


@EACH
@given(request_=requests())
@settings(max_examples=30)
def test_what_was_read_is_written_again_without_the_negative(
    kind: FileFormat, request_: GenerationRequest
) -> None:
    picture = picture_of(make_request(**{**request_.model_dump(), "width": 128, "height": 128}))
    first = read(encode(DOT, Texts.of(picture, CREATED, embed_negative=True), kind))
    texts = Texts.again(first, with_negative=False)
    assert texts == Texts.of(picture, CREATED)
    second = read(encode(DOT, texts, kind))
    check(second, picture)
    assert second.latents is None


@EACH
def test_the_largest_negative_and_the_longest_prompts_fit_together(kind: FileFormat) -> None:
    # Given a draft of 2048x2048 in full precision, and prompts that get longest when written
    request = make_request(prompt="\x01" * 100_000, negative_prompt="🐕" * 100_000)
    size = 16 * 48 * 48 * 4
    blob = LatentsBlob((16, 48, 48), "float32", bytes(range(256)) * (size // 256))
    picture = replace(
        picture_of(make_request(**{**request.model_dump(), "width": 128, "height": 128})),
        latents=blob,
    )
    # When it is written and read
    data = encode(DOT, Texts.of(picture, CREATED, embed_negative=True), kind)
    metadata = read(data)
    # Then both come back, and the file is one that others can open
    check(metadata, picture)
    assert metadata.latents == blob
    assert is_whole(data)
    with Image.open(io.BytesIO(data)) as image:
        image.load()


def test_a_negative_is_written_only_where_it_shall_be() -> None:
    picture = make_picture()
    assert '"negative":' not in Texts.of(picture, CREATED).record
    assert '"negative":' in Texts.of(picture, CREATED, embed_negative=True).record
    assert Texts.again(ImageMetadata(source="a1111", prompt="a")) is None


@pytest.mark.parametrize(
    "change",
    [
        {"shape": [16, 6]},
        {"shape": [16, 6, 7]},
        {"shape": [16, 6, 0]},
        {"shape": [16.0, 6, 6]},
        {"shape": [True, 6, 6]},
        {"shape": [10**12, 10**12, 10**12]},
        {"shape": "16x6x6"},
        {"dtype": "int8"},
        {"dtype": ["float32"]},
        {"data": "no base64!"},
        {"data": "AAAA"},
        {"data": 5},
        {"data": "ä"},
    ],
)
def test_a_negative_that_is_none_leaves_the_rest(change: dict[str, object]) -> None:
    record = json.loads(Texts.of(make_picture(), CREATED, embed_negative=True).record)
    record["negative"] |= change
    metadata = own.read({"wurstdesk": json.dumps(record)})
    assert metadata is not None
    assert metadata.request is not None
    assert metadata.latents is None
    json.dumps(metadata.to_dict())
