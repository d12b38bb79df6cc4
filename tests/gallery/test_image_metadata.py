"""What is in our files, and what is made of everybody else's."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import time
import xml.etree.ElementTree as ET
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from gallery.pictures import make_picture, picture_of, png_chunk, requests, write_png
from wurstdesk.errors import StorageError
from wurstdesk.gallery.formats import encode
from wurstdesk.gallery.image_metadata import ImageMetadata, Texts, read_metadata, reader
from wurstdesk.gallery.image_metadata.png_chunks import SIGNATURE, read_png_texts
from wurstdesk.generation import GeneratedPicture, GenerationRequest, make_request

CREATED = "2026-11-23T04:53:12.123+00:00"


def file_of(picture: GeneratedPicture) -> bytes:
    return encode(picture.pixels, Texts.of(picture, CREATED))


def texts_of(picture: GeneratedPicture) -> dict[str, str]:
    return read_png_texts(io.BytesIO(file_of(picture)))


def read_bytes(data: bytes) -> ImageMetadata:
    return reader.from_texts(read_png_texts(io.BytesIO(data)))


@given(requests())
def test_every_request_comes_back_from_its_file(request_: GenerationRequest) -> None:
    picture = picture_of(request_)
    metadata = read_bytes(file_of(picture))
    assert metadata.source == "wurstdesk"
    assert metadata.request == request_
    assert metadata.provenance == picture.provenance
    assert metadata.seconds == picture.seconds
    assert metadata.notes == picture.notes
    assert metadata.created == CREATED


@given(requests())
def test_pillow_and_we_see_the_same_texts(request_: GenerationRequest) -> None:
    data = file_of(picture_of(request_))
    with Image.open(io.BytesIO(data)) as image:
        seen = dict(image.text)  # type: ignore[attr-defined]
    assert seen == read_png_texts(io.BytesIO(data))
    assert list(seen) == ["parameters", "wurstdesk", "XML:com.adobe.xmp"]


def test_a1111_reads_latin_1_from_a_text_chunk_and_the_rest_from_an_international_one() -> None:
    assert b"tEXtparameters\0ein gr\xfcner Dackel" in file_of(make_picture("ein grüner Dackel"))
    assert b"iTXtparameters\0" in file_of(make_picture("🐕"))
    assert b"iTXtparameters\0" in file_of(make_picture("Ã©"))  # or it would be read as é


def test_the_longest_prompts_come_back_from_the_file() -> None:
    request = make_request(prompt="\x01" * 100_000, negative_prompt="\x02🐕" * 50_000)
    assert read_bytes(file_of(picture_of(request))).request == request


def test_a_checkpoint_whose_folder_name_is_no_text_comes_back() -> None:
    request = make_request(checkpoint="/models/\udcff")
    assert read_bytes(file_of(picture_of(request))).request == request


def test_the_file_says_that_a_model_made_it() -> None:
    packet = texts_of(make_picture())["XML:com.adobe.xmp"]
    root = ET.fromstring(packet.lstrip("\ufeff"))
    (description,) = root.iter("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description")
    key = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"
    assert description.get(key, "").endswith("/digitalsourcetype/trainedAlgorithmicMedia")


def test_the_parameters_of_ours_are_named_as_a1111_names_them() -> None:
    metadata = read_bytes(file_of(make_picture(seed=3)))
    theirs = reader.from_texts({"parameters": texts_of(make_picture(seed=3))["parameters"]})
    assert theirs.source == "a1111"
    assert metadata.parameters == theirs.parameters
    assert metadata.parameters["Seed"] == "3"
    json.dumps(metadata.to_dict())


def test_a_record_of_a_newer_version_leaves_the_a1111_text() -> None:
    texts = texts_of(make_picture("a blue dog"))
    record = json.loads(texts["wurstdesk"])
    record["request"]["schema"] = 99
    metadata = reader.from_texts({**texts, "wurstdesk": json.dumps(record)})
    assert (metadata.source, metadata.prompt, metadata.request) == ("a1111", "a blue dog", None)


def test_texts_behind_the_pixels_and_utf_8_against_the_norm_are_read(tmp_path: Path) -> None:
    path = write_png(tmp_path / "a.png")
    late = png_chunk(b"tEXt", "parameters\0größer 🐕\nSteps: 1, Seed: 2, Model: x".encode())
    end = path.read_bytes()[-12:]
    path.write_bytes(path.read_bytes()[:-12] + late + end)
    assert read_metadata(path).prompt == "größer 🐕"


@pytest.mark.parametrize(
    "chunk",
    [
        png_chunk(b"zTXt", b"parameters\0\0" + zlib.compress("a dog ü".encode())),
        png_chunk(b"iTXt", b"parameters\0\1\0de\0Angaben\0" + zlib.compress("a dog ü".encode())),
        png_chunk(b"tEXt", b"parameters\0a dog \xfc"),
    ],
)
def test_every_kind_of_text_chunk_is_read(tmp_path: Path, chunk: bytes) -> None:
    metadata = read_metadata(write_png(tmp_path / "a.png", chunk))
    assert (metadata.source, metadata.prompt) == ("a1111", "a dog ü")


@pytest.mark.parametrize(
    "chunk",
    [
        png_chunk(b"tEXt", b"parameters\0" + b"a" * 1_100_000),
        png_chunk(b"zTXt", b"parameters\0\0" + zlib.compress(b"a" * 500_000_000, 1)),
        png_chunk(b"iTXt", b"parameters\0\1\0\0\0" + zlib.compress(b"a" * 1_100_000)),
        png_chunk(b"zTXt", b"parameters\0\0no zlib"),
        png_chunk(b"zTXt", b"parameters\0\7" + zlib.compress(b"a")),
        png_chunk(b"tEXt", b"parameters\0damaged")[:-1] + b"!",
        png_chunk(b"tEXt", b"no separator"),
        png_chunk(b"tEXt", b""),
    ],
)
def test_too_long_or_broken_texts_count_as_absent(tmp_path: Path, chunk: bytes) -> None:
    later = png_chunk(b"tEXt", b"parameters\0the later one")
    metadata = read_metadata(write_png(tmp_path / "a.png", chunk, later))
    assert metadata.prompt == "the later one"


def test_a_text_of_100_megabytes_and_a_million_chunks_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    head = SIGNATURE + (100_000_000).to_bytes(4, "big") + b"tEXtparameters\0"
    path.write_bytes(head + b"a" * 1000)
    os.truncate(path, 100_000_100)
    many = tmp_path / "b.png"
    many.write_bytes(SIGNATURE + png_chunk(b"abCd", b"") * 1_000_000)
    start = time.perf_counter()
    assert read_metadata(path) == ImageMetadata()
    assert read_metadata(many) == ImageMetadata()
    assert time.perf_counter() - start < 5


@given(st.binary(max_size=400))
def test_random_bytes_are_unknown(data: bytes) -> None:
    assert read_bytes(data).source == "unknown"
    assert read_bytes(SIGNATURE + data).source == "unknown"


@given(st.sampled_from([b"tEXt", b"zTXt", b"iTXt"]), st.binary(max_size=300))
def test_random_chunks_never_raise(kind: bytes, body: bytes) -> None:
    for keyword in (b"", b"parameters\0", b"wurstdesk\0", b"wurstdesk\0\0\0\0\0"):
        read_bytes(SIGNATURE + png_chunk(kind, keyword + body))


JSON_STRATEGY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.data())
def test_our_record_with_any_value_replaced_never_raises(data: st.DataObject) -> None:
    record = json.loads(texts_of(make_picture())["wurstdesk"])
    part = data.draw(st.sampled_from([record, record["request"], record["provenance"]]))
    part[data.draw(st.sampled_from(sorted(part)) | st.text())] = data.draw(JSON_STRATEGY)
    metadata = reader.from_texts({"wurstdesk": json.dumps(record)})
    assert metadata.source in {"wurstdesk", "unknown"}
    json.dumps(metadata.to_dict()).encode()


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, '{"schema":' * 5000, "9" * 10_000, '{"schema": 1}', "null", "NaN", '"\\ud800"'],
)
def test_records_made_to_hurt_are_unknown(text: str) -> None:
    assert reader.from_texts({"wurstdesk": text}) == ImageMetadata()


def test_a_side_longer_than_the_universe_is_no_request() -> None:
    record = json.loads(texts_of(make_picture())["wurstdesk"])
    record["request"]["width"] = 10**400
    assert reader.from_texts({"wurstdesk": json.dumps(record)}) == ImageMetadata()


@pytest.mark.parametrize("created", ["0001-01-01T00:00:00+23:59", "yesterday", "2026-11-23", 5])
def test_a_time_that_is_none_is_left_out(created: object) -> None:
    record = json.loads(texts_of(make_picture())["wurstdesk"]) | {"created": created}
    assert reader.from_texts({"wurstdesk": json.dumps(record)}).created == ""


def test_numbers_that_are_none_are_not_written() -> None:
    picture = dataclasses.replace(make_picture(), seconds={"prior": float("nan"), "vqgan": 1.0})
    assert read_bytes(file_of(picture)).seconds == {"vqgan": 1.0}


def test_what_cannot_be_read_is_said_in_a_sentence(tmp_path: Path) -> None:
    paths = [tmp_path / "none.png", tmp_path, tmp_path / "a\0b.png"]
    if hasattr(os, "mkfifo"):
        paths.append(tmp_path / "pipe.png")
        os.mkfifo(paths[-1])
    for path in paths:
        with pytest.raises(StorageError) as failure:
            read_metadata(path)
        assert failure.value.hint
