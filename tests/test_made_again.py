"""A picture is made again from its file alone, and from its row alone: the same, byte for byte."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from wurstdesk.cli import parts
from wurstdesk.gallery.image_metadata import read_metadata
from wurstdesk.gallery.store import Gallery
from wurstdesk.generation import (
    CancelToken,
    EngineOptions,
    GeneratedPicture,
    GenerationRequest,
    GeneratorEvent,
    ImageGenerator,
    PictureReady,
    make_request,
)
from wurstdesk.paths import Home


@dataclass
class Engine:
    """The real one, which starts anew for each call: nothing is left of the picture before."""

    folder: Path

    def make(self, request: GenerationRequest) -> list[GeneratedPicture]:
        """All pictures of a request."""
        made: list[GeneratedPicture] = []

        def take(event: GeneratorEvent) -> None:
            if isinstance(event, PictureReady):
                made.append(event.picture)

        with closing(self._generator()) as generator:
            generator.generate(request, CancelToken(), take)
        return made

    def _generator(self) -> ImageGenerator:
        base = parts.Base.of(Home.inside(self.folder / "home"))
        catalogue = parts.catalogue_of(base, self.folder)
        return parts.make_generator(catalogue, EngineOptions(device="cpu", threads=1))


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """With a checkpoint of random weights."""
    from checkpoints import make_checkpoint

    folder = tmp_path_factory.mktemp("checkpoint")
    make_checkpoint(
        folder,
        description={
            "name": "pudel",
            "default_size": [128, 128],
            "trained_sides": [128, 256],
            "prior_timesteps": [1.0, 0.6, 0.3, 0.0],
        },
    )
    return Engine(folder)


@pytest.fixture
def gallery(home: Home) -> Iterator[Gallery]:
    home.gallery_file.parent.mkdir(parents=True)
    with closing(Gallery.open(home.gallery_file, home.pictures)) as opened:
        yield opened


REQUESTS = (
    {"prompt": "a (long)++ red dog, at night", "negative_prompt": "snow", "seed": 4_294_967_290},
    {"prompt": "", "seed": 0, "prior_guidance_scale": 1.0, "decoder_seed": 7},
    {
        "prompt": "a dog",
        "seed": 7,
        "prior_timesteps": None,
        "prior_num_inference_steps": 5,
        "decoder_num_inference_steps": 3,
        "decoder_guidance_scale": 1.3,
        "width": 256,
    },
)


@pytest.mark.parametrize("fields", REQUESTS)
def test_the_file_alone_and_the_row_alone_give_the_same_picture(
    engine: Engine, gallery: Gallery, fields: dict[str, object], tmp_path: Path
) -> None:
    """Given a picture, when it is made from what was kept of it, by an engine that starts anew,
    then it is the same: no byte of its pixels and none of its negative differs.
    """
    settled = {"width": 128, "height": 128, "checkpoint": "pudel", **fields}
    (picture,) = engine.make(make_request(**settled))
    saved = gallery.save(picture)

    moved = saved.path.rename(tmp_path / "by itself.png")
    written = read_metadata(moved)
    kept = gallery.request_of(saved.id)
    assert written.request == kept == picture.request

    with Image.open(moved) as image:
        seen = image.convert("RGB").tobytes()
    (from_file,) = engine.make(written.request)
    (from_row,) = engine.make(kept)
    assert from_file.pixels.data == from_row.pixels.data == seen
    assert from_file.latents == from_row.latents == gallery.latents_of(saved.id)


def test_another_seed_gives_another_picture(engine: Engine) -> None:
    request = make_request(prompt="a dog", seed=7, width=128, height=128, checkpoint="pudel")
    (one,), (other,) = engine.make(request), engine.make(request.changed(seed=8))
    assert one.pixels.data != other.pixels.data
