"""Saving and looking up: every picture is a file and a row, and can be made again from either."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import os
from pathlib import Path

import apsw
import pytest
from hypothesis import HealthCheck, given, settings
from PIL import Image

from gallery.pictures import make_picture, picture_of, requests
from gallery.places import (
    OpenGallery,
    ask,
    database,
    names_in,
    pictures,
)
from wurstdesk.errors import StorageError
from wurstdesk.gallery import rows
from wurstdesk.gallery.formats import encode
from wurstdesk.gallery.image_metadata import Texts, read_metadata
from wurstdesk.gallery.store import Gallery
from wurstdesk.generation import (
    GenerationRequest,
    PictureSink,
    Pixels,
    make_request,
)

# --- saving -------------------------------------------------------------------------------------


def test_a_saved_picture_is_a_file_and_a_row(open_gallery: OpenGallery, place: Path) -> None:
    gallery: PictureSink = open_gallery()
    picture = make_picture("a long red sausage dog", seed=7)
    saved = gallery.save(picture)
    assert saved.path.parent == pictures(place)
    assert saved.path.name.endswith(" a-long-red-sausage-dog 7.png")
    with Image.open(saved.path) as image:
        assert image.tobytes() == picture.pixels.data
    metadata = read_metadata(saved.path)
    assert (metadata.request, metadata.created) == (picture.request, saved.created)
    data = saved.path.read_bytes()
    assert ask(
        place,
        "SELECT path, content_hash, file_size, prompt, negative_prompt, seed, width, height,"
        " checkpoint_name, checkpoint_hash, device, dtype, rating, favourite, parent"
        " FROM pictures",
    ) == [
        (f"pictures/{saved.path.name}", hashlib.sha256(data).hexdigest(), len(data),
         "a long red sausage dog", "cat", 7, 128, 128, "dackel", "0123456789abcdef", "cpu",
         "float32", 0, 0, None)
    ]  # fmt: skip
    assert ask(
        place,
        "SELECT provenance ->> '$.versions.torch', seconds ->> 'decoder', notes ->> 0,"
        " request ->> 'seed'"
        " FROM pictures",
    ) == [("2.9.0", 2.5, "Two words were left out.", 7)]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(requests())
def test_every_request_comes_back_from_its_row(
    open_gallery: OpenGallery, request_: GenerationRequest
) -> None:
    gallery = open_gallery()
    saved = gallery.save(picture_of(request_))
    assert gallery.request_of(saved.id) == request_
    assert gallery.recent(1) == [saved]
    gallery.close()


def test_the_negative_and_the_thumbnail_are_kept(open_gallery: OpenGallery) -> None:
    gallery = open_gallery()
    picture = picture_of(make_request(width=1024, height=512))
    saved = gallery.save(picture)
    assert gallery.latents_of(saved.id) == picture.latents
    thumbnail = gallery.thumbnail_of(saved.id)
    assert thumbnail is not None
    with Image.open(io.BytesIO(thumbnail)) as image:
        assert (image.format, image.size) == ("WEBP", (256, 128))


def test_a_thumbnail_looks_like_its_picture(open_gallery: OpenGallery) -> None:
    gallery = open_gallery()
    red = dataclasses.replace(make_picture(), pixels=Pixels(128, 128, b"\xc8\x28\x1e" * 128 * 128))
    thumbnail = gallery.thumbnail_of(gallery.save(red).id)
    assert thumbnail is not None
    with Image.open(io.BytesIO(thumbnail)) as image:
        colour = image.convert("RGB").getpixel((64, 64))
    assert isinstance(colour, tuple)
    assert all(abs(a - b) < 8 for a, b in zip(colour, (200, 40, 30), strict=True))


def test_recent_pictures_and_seeds_come_newest_first(open_gallery: OpenGallery) -> None:
    gallery = open_gallery()
    saved = [gallery.save(make_picture(seed=seed)) for seed in (5, 9, 5, 2**32 - 1)]
    assert gallery.recent(3) == saved[:0:-1]
    assert gallery.recent_seeds(10) == [2**32 - 1, 5, 9]
    assert gallery.recent_seeds(1) == [2**32 - 1]


def test_an_unknown_picture_is_a_sentence(open_gallery: OpenGallery) -> None:
    gallery = open_gallery()
    assert gallery.latents_of(99) is None
    assert gallery.thumbnail_of(99) is None
    with pytest.raises(StorageError, match="no picture number 99"):
        gallery.request_of(99)


def test_a_request_of_a_newer_version_hides_only_itself(
    open_gallery: OpenGallery, place: Path
) -> None:
    gallery = open_gallery()
    old, new = gallery.save(make_picture(seed=1)), gallery.save(make_picture(seed=2))
    ask(
        place,
        f"UPDATE pictures SET request = json_set(request, '$.schema', 9) WHERE id = {new.id}",
    )
    assert gallery.recent(10) == [old]


def test_without_metadata_the_file_tells_nothing(open_gallery: OpenGallery) -> None:
    gallery = open_gallery(write_metadata=False)
    saved = gallery.save(make_picture())
    with Image.open(saved.path) as image:
        image.load()
        assert image.info == {}
    assert gallery.request_of(saved.id) == saved.request


def test_a_folder_whose_name_is_no_text_can_be_a_checkpoint(open_gallery: OpenGallery) -> None:
    gallery = open_gallery()
    picture = picture_of(make_request(checkpoint="/models/\udcff\0"))
    made = dataclasses.replace(picture.provenance, checkpoint_name="\udcff")
    saved = gallery.save(dataclasses.replace(picture, provenance=made))
    assert gallery.request_of(saved.id) == picture.request


# --- where to -----------------------------------------------------------------------------------


def test_a_named_file_is_written_there_and_again(open_gallery: OpenGallery, place: Path) -> None:
    gallery = open_gallery()
    target = place / "new folder" / "a.png"
    first = gallery.save(make_picture(seed=1), target)
    second = gallery.save(make_picture(seed=2), target)
    assert first.path == second.path == target
    assert read_metadata(target).request == second.request
    assert gallery.recent(10) == [second]
    assert gallery.request_of(first.id) == first.request  # its row stays, with the negative
    assert gallery.latents_of(first.id) is not None


@pytest.mark.parametrize("exists", [True, False])
def test_a_named_folder_gets_a_free_name(
    open_gallery: OpenGallery, place: Path, exists: bool
) -> None:
    gallery = open_gallery()
    folder = place / "out"
    if exists:
        folder.mkdir()
    paths = [gallery.save(make_picture(), folder).path for _ in range(2)]
    assert [path.parent for path in paths] == [folder, folder]
    assert paths[0] != paths[1]


def test_a_relative_target_means_where_the_person_stands(
    open_gallery: OpenGallery, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gallery = open_gallery()
    monkeypatch.chdir(place)
    assert gallery.save(make_picture(), Path("a.PNG")).path == place / "a.PNG"


def test_another_format_is_refused_before_anything_is_written(
    open_gallery: OpenGallery, place: Path
) -> None:
    gallery = open_gallery()
    with pytest.raises(StorageError, match="saved as PNG") as failure:
        gallery.save(make_picture(), place / "out" / "a.gif")
    assert "a.png" in failure.value.hint
    assert not (place / "out").exists()


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_a_name_that_is_no_text_is_refused_before_anything_is_written(
    open_gallery: OpenGallery, place: Path
) -> None:
    gallery = open_gallery()
    for target in (place / "\udcff.png", place / "\udcff"):
        with pytest.raises(StorageError, match="no text"):
            gallery.save(make_picture(), target)
    assert names_in(place) == ["data", "pictures"]


def test_a_home_can_be_carried_elsewhere(open_gallery: OpenGallery, place: Path) -> None:
    gallery = open_gallery()
    saved = gallery.save(make_picture())
    gallery.close()
    (place / "new").mkdir()
    for folder in ("data", "pictures"):
        (place / folder).rename(place / "new" / folder)
    moved = Gallery.open(database(place / "new"), pictures(place / "new"))
    assert moved.recent(9) == [
        dataclasses.replace(saved, path=pictures(place / "new") / saved.path.name)
    ]
    assert moved.notices == ()
    moved.close()


def test_another_pictures_folder_leaves_the_pictures_where_they_are(
    open_gallery: OpenGallery, place: Path
) -> None:
    gallery = open_gallery()
    before = gallery.save(make_picture())
    gallery.close()
    (place / "other").mkdir()
    changed = Gallery.open(database(place), place / "other")
    after = changed.save(make_picture())
    assert after.path.name == before.path.name, "the same name in another folder"
    assert changed.recent(9) == [after, before]
    assert changed.latents_of(before.id) is not None
    changed.close()
    again = open_gallery()
    assert again.recent(9) == [after, before]
    assert again.notices == ()


def test_the_pictures_folder_can_move(open_gallery: OpenGallery, place: Path) -> None:
    gallery = open_gallery()
    inside = gallery.save(make_picture(seed=1))
    outside = gallery.save(make_picture(seed=2), place / "elsewhere.png")
    gallery.close()
    pictures(place).rename(place / "moved")
    moved = Gallery.open(database(place), place / "moved")
    assert [(saved.id, saved.path) for saved in moved.recent(9)] == [
        (outside.id, outside.path),
        (inside.id, place / "moved" / inside.path.name),
    ]
    assert moved.notices == ()
    moved.close()


def test_the_preview_of_the_draft_is_kept(open_gallery: OpenGallery) -> None:
    gallery = open_gallery()
    preview = Pixels(24, 12, b"\xc8\x28\x1e" * 24 * 12)
    saved = gallery.save(dataclasses.replace(make_picture(seed=1), preview=preview))
    image = gallery.preview_of(saved.id)
    assert image is not None
    with Image.open(io.BytesIO(image)) as opened:
        assert (opened.format, opened.size) == ("WEBP", (24, 12))
    assert gallery.preview_of(gallery.save(make_picture(seed=2)).id) is None
    assert gallery.preview_of(99) is None


def test_a_preview_that_comes_later_is_added(open_gallery: OpenGallery) -> None:
    gallery = open_gallery()
    first = gallery.save(make_picture())
    preview = Pixels(8, 8, bytes(3 * 64))
    again = gallery.save(dataclasses.replace(make_picture(), preview=preview))
    assert gallery.preview_of(first.id) == gallery.preview_of(again.id) is not None


def test_the_file_names_its_negative(open_gallery: OpenGallery, place: Path) -> None:
    gallery = open_gallery()
    saved = gallery.save(make_picture())
    assert read_metadata(saved.path).negative_hash == make_picture().latents.name
    ask(place, "DELETE FROM pictures")
    gallery.close()
    (adopted,) = open_gallery().recent(9)
    assert open_gallery().latents_of(adopted.id) == make_picture().latents


def test_a_negative_within_the_file_is_taken_out(open_gallery: OpenGallery, place: Path) -> None:
    open_gallery().close()
    picture = make_picture(seed=3)
    texts = Texts.of(picture, "2026-11-24T12:00:00.000+00:00", embed_negative=True)
    (pictures(place) / "from elsewhere.png").write_bytes(encode(picture.pixels, texts))
    gallery = open_gallery()
    (adopted,) = gallery.recent(9)
    assert gallery.latents_of(adopted.id) == picture.latents


def test_a_negative_that_cannot_be_kept_does_not_keep_the_picture_from_its_file(
    open_gallery: OpenGallery, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> str:
        raise apsw.FullError("no room")

    gallery = open_gallery()
    with monkeypatch.context() as patch:
        patch.setattr(rows, "add_negative", fail)
        with pytest.raises(StorageError, match="is saved as"):
            gallery.save(make_picture())
    assert len(names_in(pictures(place))) == 1
    saved = gallery.save(make_picture())
    assert gallery.latents_of(saved.id) == make_picture().latents
    assert len(names_in(pictures(place))) == 1
