"""Which pictures stand in one stack: those that differ in the seed alone."""

from __future__ import annotations

import json

from wurstdesk.gallery.functions import stack_key
from wurstdesk.generation import make_request


def key(*, schema: int | None = None, without: tuple[str, ...] = (), **fields: object) -> str:
    kept = make_request(prompt="a dog", **fields).to_dict()
    kept = {name: value for name, value in kept.items() if name not in without}
    return stack_key(json.dumps(kept | ({"schema": schema} if schema else {})), "hash")


def test_seeds_are_of_no_account() -> None:
    assert key(seed=1, num_images=4) == key(seed=2, decoder_seed=3)
    assert key(width=512) != key()
    assert stack_key(None, "hash") == ""


def test_a_request_from_before_there_were_blends_stands_with_the_new_ones() -> None:
    assert key(schema=1, without=("prior_blend", "blend_prior")) == key()


def test_a_blend_is_another_stack_by_its_prior_and_its_share() -> None:
    blends = [
        key(prior_blend=share, blend_prior=prior)
        for share, prior in ((0.3, "base"), (0.4, "base"), (0.3, "other"))
    ]
    assert len({key(), *blends}) == 4
    assert key(prior_blend=0.3, blend_prior="base", seed=9) == blends[0]
