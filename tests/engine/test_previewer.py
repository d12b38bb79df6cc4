"""Previews: made in time, in bounds, and never in the way."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from wurstdesk.engine import previewer
from wurstdesk.engine.previewer import ConvPreviewer, Previews, linear_preview
from wurstdesk.engine.prior import CLAMP, clamp_denoised
from wurstdesk.errors import GenerationCancelled


class Clock:
    """Time that passes when told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_published_shape_of_the_previewer() -> None:
    published = ConvPreviewer()
    picture = published(torch.randn(2, 16, 9, 12))
    assert picture.shape == (2, 3, 96, 128)
    assert 0 <= picture.min() <= picture.max() <= 1
    assert sum(parameter.numel() for parameter in published.parameters()) == 1_141_331
    assert next(iter(published.state_dict())) == "trunk.0.weight"


def test_the_linear_preview_shows_where_things_are() -> None:
    # Given a latent (published units) that differs between left and right
    latents = torch.full((1, 16, 6, 6), 1 / 42)
    latents[:, :8, :, 3:] = 4 / 42
    # When it is shown
    (picture,) = linear_preview(latents, 42.0, 1.0)
    # Then so does the preview, and nothing else in it does
    assert picture.shape == (3, 24, 24)
    assert (picture[:, :, 0] - picture[:, :, -1]).abs().max() > 0.1
    assert torch.equal(picture[:, :, 0], picture[:, :, 5])


class ChequeredPreviewer(ConvPreviewer):
    """Draws nothing but what transposed convolutions leave behind."""

    def forward(self, latents: Tensor) -> Tensor:
        rows = torch.arange(32)[:, None] + torch.arange(32)[None, :]
        return (0.5 + 0.02 * (-1.0) ** rows).expand(1, 3, 32, 32)


def test_no_chequered_pattern_is_seen() -> None:
    picture = previewer.draw_features(ChequeredPreviewer(), torch.zeros(1, 16, 4, 4), 42.0, 1.0)
    inside = picture[..., 2:-2, 2:-2]
    assert picture.shape == (1, 3, 32, 32)
    assert torch.allclose(inside, torch.full_like(inside, 0.5), atol=1e-4)


class SlowPreviewer(ConvPreviewer):
    """Takes 0.05 seconds."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(16, 8, (8,))
        self.clock = clock

    def forward(self, latents: Tensor) -> Tensor:
        self.clock.now += 0.05
        return super().forward(latents)


def test_previews_keep_to_their_rate_and_their_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given 10 previews a second, each of which takes 0.05 seconds, on a graphics card that has
    # another second of Stage C to do before
    clock = Clock()
    previews = Previews(10.0, clock)
    slow = SlowPreviewer(clock)

    def pass_a_second(device: torch.device) -> None:
        clock.now += 1

    monkeypatch.setattr(previewer, "wait_for", pass_a_second)
    # When one was made
    assert len(previews.make(lambda: torch.zeros(2, 16, 3, 3), slow)) == 2
    # Then the next is due when they take no more than an eighth of the time
    due = []
    for clock.now in (1.2, 1.39, 1.41):
        due.append(previews.due)
    assert due == [False, False, True]


def test_a_slow_first_preview_does_not_hold_up_the_second() -> None:
    # Given a first preview that takes long, as it does after a cold start, and quick ones then
    clock = Clock()
    previews = Previews(10.0, clock)
    seconds = iter((3.0, 3.0))

    def draw(latents: Tensor) -> Tensor:
        clock.now += next(seconds)
        return torch.zeros(1, 3, 2, 2)

    latents = torch.zeros(1, 16, 3, 3)
    previews.make(lambda: latents, draw)
    # When half a second has gone by, the next one is due
    clock.now += 0.51
    assert previews.due
    # But one that goes on taking long waits its seven times as ever
    previews.make(lambda: latents, draw)
    clock.now += 20.0
    assert not previews.due


def test_a_failing_preview_turns_itself_off() -> None:
    def fail(*_: object) -> Tensor:
        raise RuntimeError("CUDA out of memory")

    for latents, draw in ((fail, torch.sigmoid), (lambda: torch.zeros(1, 3, 2, 2), fail)):
        previews = Previews(10.0)
        assert previews.make(latents, draw) == []
        assert not previews.due
        assert not previews.on


def test_stop_is_no_failure_of_a_preview() -> None:
    previews = Previews(10.0)

    def stop(_: Tensor) -> Tensor:
        raise GenerationCancelled

    with pytest.raises(GenerationCancelled):
        previews.make(lambda: torch.zeros(1, 4, 2, 2), stop)
    assert previews.on


@pytest.mark.parametrize("per_second", [0.0, -1.0])
def test_no_previews_on_request(per_second: float) -> None:
    assert not Previews(per_second).due


@pytest.mark.parametrize(("mean", "std"), [(42.0, 1.0), (1.0, 0.0), (0.5, -2.0)])
def test_the_denoised_guess_is_clamped_in_the_checkpoints_units(mean: float, std: float) -> None:
    features = clamp_denoised(torch.tensor([-1e6, std / mean, 1e6]), mean, std) * mean - std
    torch.testing.assert_close(features, torch.tensor([-CLAMP, 0.0, CLAMP]), atol=1e-4, rtol=0)
