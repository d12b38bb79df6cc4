"""Every format holds the picture and all that its file should say."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image

from gallery.pictures import make_picture, picture_of, requests
from gallery.places import OpenGallery, ask, names_in, pictures
from wurstdesk.errors import StorageError
from wurstdesk.gallery import formats
from wurstdesk.gallery.formats import FORMATS, FileFormat, encode, format_named, format_of, is_whole
from wurstdesk.gallery.image_metadata import (
    ImageMetadata,
    Texts,
    containers,
    read_metadata,
    reader,
    xmp,
)
from wurstdesk.gallery.saving import SavingOptions, copy_picture
from wurstdesk.generation import (
    GeneratedPicture,
    GenerationRequest,
    PictureSink,
    Pixels,
    make_request,
)

CREATED = "2026-11-23T04:53:12.123+00:00"
EACH = pytest.mark.parametrize("kind", FORMATS, ids=lambda kind: kind.name)
LOSSY = [kind for kind in FORMATS if kind.is_lossy]
DOT = Pixels(2, 2, b"\x40" * 12)


def read(data: bytes) -> ImageMetadata:
    return reader.from_texts(containers.texts_in(io.BytesIO(data)))


def file_of(picture: GeneratedPicture, kind: FileFormat, pixels: Pixels = DOT) -> bytes:
    return encode(pixels, Texts.of(picture, CREATED), kind)


def test_all_four_can_be_written_here() -> None:
    assert [kind.name for kind in FORMATS] == ["png", "webp", "jpeg", "avif"]


@EACH
@settings(max_examples=40)
@given(request_=requests())
def test_every_request_comes_back_from_its_file(
    kind: FileFormat, request_: GenerationRequest
) -> None:
    picture = picture_of(make_request(**{**request_.model_dump(), "width": 128, "height": 128}))
    metadata = read(file_of(picture, kind))
    assert metadata.source == "wurstdesk"
    assert metadata.request == picture.request
    assert metadata.provenance == picture.provenance
    assert (metadata.seconds, metadata.notes) == (picture.seconds, picture.notes)
    assert metadata.created == CREATED


@EACH
@pytest.mark.parametrize(
    "prompt", ["\x01" * 100_000, "🐕" * 100_000, "<&]]>\ufffe\x85\u2028" * 10_000]
)
def test_the_longest_prompts_come_back(kind: FileFormat, prompt: str) -> None:
    request = make_request(prompt=prompt, negative_prompt=prompt, width=128, height=128)
    data = file_of(picture_of(request), kind)
    assert read(data).request == request
    assert is_whole(data)
    with Image.open(io.BytesIO(data)) as image:
        image.load()


@EACH
def test_a_folder_name_that_is_no_text_comes_back(kind: FileFormat) -> None:
    request = make_request(checkpoint="/models/\udcff", width=128, height=128)
    assert read(file_of(picture_of(request), kind)).request == request


@pytest.mark.parametrize("kind", LOSSY, ids=lambda kind: kind.name)
def test_other_programs_find_the_a1111_text_in_the_exif(kind: FileFormat) -> None:
    data = file_of(make_picture("ein grüner Dackel 🐕"), kind)
    with Image.open(io.BytesIO(data)) as image:
        comment = image.getexif().get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment]
    assert comment.startswith(b"UNICODE\0")
    text = comment[8:].decode("utf-16-be")
    assert text.startswith("ein grüner Dackel 🐕\nNegative prompt: cat\nSteps: 29, ")
    assert b"\x92\x86\x00\x07" in data, "of the type that piexif reads"
    assert b"trainedAlgorithmicMedia" in data


@pytest.mark.parametrize("kind", LOSSY, ids=lambda kind: kind.name)
def test_a_stranger_s_comment_is_read_as_a1111_s(kind: FileFormat) -> None:
    theirs = encode(DOT, Texts("a blue dog\nSteps: 3, Seed: 4, Model: x", ""), kind)
    metadata = read(theirs)
    assert (metadata.source, metadata.prompt) == ("a1111", "a blue dog")
    assert metadata.parameters == {"Steps": "3", "Seed": "4", "Model": "x"}


def test_nothing_is_said_where_nothing_shall_be() -> None:
    for kind in FORMATS:
        data = encode(DOT, None, kind)
        assert read(data) == ImageMetadata()
        assert b"dog" not in data
        assert b"xmp" not in data


@EACH
def test_the_picture_looks_as_it_should(kind: FileFormat) -> None:
    pixels = Pixels(128, 128, b"\xc8\x28\x1e" * 128 * 128)
    with Image.open(io.BytesIO(encode(pixels, None, kind))) as image:
        assert (image.format, image.size, image.mode) == (kind.name.upper(), (128, 128), "RGB")
        colour = image.getpixel((64, 64))
    assert isinstance(colour, tuple)
    assert all(abs(a - b) < 8 for a, b in zip(colour, (200, 40, 30), strict=True))


def test_quality_is_obeyed_and_webp_at_100_keeps_every_pixel() -> None:
    pixels = make_picture(side=128).pixels
    for kind in LOSSY:
        assert len(encode(pixels, None, kind, 20)) < len(encode(pixels, None, kind, 95))
    with Image.open(io.BytesIO(encode(pixels, None, format_named("webp"), 100))) as image:
        assert image.convert("RGB").tobytes() == pixels.data


@EACH
def test_a_file_cut_short_is_not_whole(kind: FileFormat) -> None:
    data = file_of(make_picture(), kind)
    assert is_whole(data)
    for length in (0, 1, 12, len(data) // 2, len(data) - 1):
        assert not is_whole(data[:length])


def test_a_format_is_known_by_its_ending() -> None:
    assert format_of(Path("a.JPEG")) == format_named("jpeg")
    assert format_of(Path("a.avif")) == format_named("avif")
    assert format_of(Path("a.gif")) is None
    assert format_of(Path("png")) is None


def test_a_format_that_this_machine_lacks_gives_way_to_png(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(formats, "FORMATS", FORMATS[:1])
    assert format_named("avif") is FORMATS[0]


# --- in the gallery -----------------------------------------------------------------------------


@EACH
def test_the_gallery_saves_as_the_settings_say(
    kind: FileFormat, open_gallery: OpenGallery, place: Path
) -> None:
    gallery = open_gallery()
    chosen = SavingOptions()
    gallery.configure(lambda: chosen)
    sink: PictureSink = gallery
    assert sink.save(make_picture(seed=1)).path.suffix == ".png"
    chosen = SavingOptions(format=kind.name)
    saved = sink.save(make_picture(seed=2))
    assert saved.path.suffix == kind.suffix
    assert read_metadata(saved.path).request == saved.request


@EACH
def test_a_named_file_s_ending_says_its_format(
    kind: FileFormat, open_gallery: OpenGallery, place: Path
) -> None:
    gallery = open_gallery()
    for suffix in kind.suffixes:
        saved = gallery.save(make_picture(), place / f"mine{suffix.upper()}")
        with Image.open(saved.path) as image:
            assert image.format == kind.name.upper()


def test_another_ending_is_refused_in_a_sentence(open_gallery: OpenGallery, place: Path) -> None:
    with pytest.raises(StorageError, match=r"PNG, WebP, JPEG or AVIF, and “a\.gif” has"):
        open_gallery().save(make_picture(), place / "a.gif")


@EACH
def test_files_without_a_row_are_adopted(
    kind: FileFormat, open_gallery: OpenGallery, place: Path
) -> None:
    gallery = open_gallery()
    gallery.configure(lambda: SavingOptions(format=kind.name))
    whole, cut = (gallery.save(make_picture(seed=seed)) for seed in (1, 2))
    gallery.close()
    (place / "data" / "gallery.sqlite").unlink()
    cut.path.write_bytes(cut.path.read_bytes()[:-9])
    assert [picture.path for picture in open_gallery().recent(9)] == [whole.path]


def test_without_metadata_no_format_says_anything(open_gallery: OpenGallery) -> None:
    gallery = open_gallery()
    for kind in FORMATS:
        options = SavingOptions(format=kind.name, write_metadata=False)
        gallery.configure(partial(replace, options))
        assert read_metadata(gallery.save(make_picture()).path) == ImageMetadata()


def test_a_folder_chosen_meanwhile_is_made_and_used(open_gallery: OpenGallery, place: Path) -> None:
    gallery = open_gallery()
    gallery.configure(lambda: SavingOptions(folder=place / "new" / "place"))
    saved = gallery.save(make_picture())
    assert saved.path.parent == place / "new" / "place"
    assert ask(place, "SELECT path FROM pictures") == [(f"new/place/{saved.path.name}",)]


def test_a_folder_that_went_away_is_missed_and_not_made_again(
    open_gallery: OpenGallery, place: Path
) -> None:
    gallery = open_gallery()
    gallery.configure(lambda: SavingOptions(template="sub/{seed}", folder=pictures(place)))
    pictures(place).rename(place / "unplugged")
    with pytest.raises(StorageError, match="is not there"):
        gallery.save(make_picture())
    assert not pictures(place).exists()


# --- copies -------------------------------------------------------------------------------------


@EACH
@pytest.mark.parametrize("source_kind", FORMATS, ids=lambda kind: kind.name)
def test_a_copy_in_any_format_says_how_it_was_made(
    source_kind: FileFormat, kind: FileFormat, tmp_path: Path
) -> None:
    picture = make_picture("ein grüner Dackel")
    source = tmp_path / f"source{source_kind.suffix}"
    source.write_bytes(file_of(picture, source_kind, picture.pixels))
    copy = copy_picture(source, tmp_path / "new folder" / f"copy{kind.suffix}")
    assert read_metadata(copy).request == picture.request
    with Image.open(copy) as image:
        assert (image.format, image.size) == (kind.name.upper(), (128, 128))
    if kind == source_kind:
        assert copy.read_bytes() == source.read_bytes()


def test_a_copy_without_metadata_keeps_the_pixels_and_says_nothing(tmp_path: Path) -> None:
    picture = make_picture()
    source = tmp_path / "a.png"
    source.write_bytes(file_of(picture, FORMATS[0], picture.pixels))
    copy = copy_picture(source, tmp_path / "b.png", with_metadata=False)
    assert read_metadata(copy) == ImageMetadata()
    with Image.open(copy) as image:
        assert image.tobytes() == picture.pixels.data


def test_a_copy_into_a_folder_keeps_its_name(tmp_path: Path) -> None:
    source = tmp_path / "a.webp"
    source.write_bytes(file_of(make_picture(), format_named("webp")))
    (tmp_path / "there").mkdir()
    assert copy_picture(source, tmp_path / "there") == tmp_path / "there" / "a.webp"
    assert copy_picture(source, tmp_path / "new") == tmp_path / "new" / "a.webp"
    assert names_in(tmp_path / "new") == ["a.webp"]


def test_what_cannot_be_copied_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be read"):
        copy_picture(tmp_path / "gone.png", tmp_path / "b.png")
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    with pytest.raises(StorageError, match="no picture that can be read"):
        copy_picture(broken, tmp_path / "b.webp")


# --- hostile files ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", LOSSY, ids=lambda kind: kind.name)
@settings(max_examples=60)
@given(data=st.data())
def test_damaged_files_never_raise(kind: FileFormat, data: st.DataObject) -> None:
    content = bytearray(file_of(make_picture(), kind))
    for place in data.draw(st.lists(st.integers(0, min(len(content), 1500) - 1), max_size=8)):
        content[place] = data.draw(st.integers(0, 255))
    json.dumps(read(bytes(content)).to_dict()).encode()


@given(st.binary(max_size=300))
def test_no_xmp_raises(data: bytes) -> None:
    xmp.record_in(data, [data], 1000)
    xmp.record_in(b"<a>" + data + b"</a>", [], 1000)


def test_entities_are_not_even_read() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY a "aaaa">]><a xmlns:w="urn:wurstdesk:xmp:1#"><w:record>&a;'
    assert xmp.record_in(bomb + b"</w:record></a>", [], 1000) == ""


def test_a_record_that_another_program_rewrote_as_an_attribute_is_found() -> None:
    text = b'<a xmlns:w="urn:wurstdesk:xmp:1#" w:record="{&quot;schema&quot;:1}"/>'
    assert xmp.record_in(text, [], 1000) == '{"schema":1}'


@pytest.mark.parametrize("change", ["missing", "twice", "longer", "another"])
def test_a_long_record_with_damaged_segments_is_none(change: str) -> None:
    main, segments = xmp.jpeg_segments('{"a":"' + "x" * 150_000 + '"}')
    pieces = [b"\xff\xe1".join((b"", s))[4:] for s in segments.split(b"\xff\xe1")[1:]]
    assert xmp.record_in(main, pieces[::-1], 10**6).endswith('x"}')
    broken = {
        "missing": pieces[:-1],
        "twice": [*pieces[:-1], pieces[-1] + b"x"],
        "longer": pieces,
        "another": [piece.replace(b"extension", b"something") for piece in pieces],
    }[change]
    assert xmp.record_in(main, broken, 10**6 if change != "longer" else 100_000) == ""
