"""The program that makes the built-in checkpoint: it resumes, and it teaches what Compel does."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import pytest
import torch
from compel import Compel
from torch import Tensor, nn

from captions import EXAMPLES, VOCABULARY, caption_with_facts, colour_span
from dataset import buckets, scene_at
from scenes import is_held_out
from text_model import (
    FACTS,
    encode,
    encode_weighted,
    fact_numbers,
    load_tokenizer,
    new_text_encoder,
    tokens_of,
)
from training import Recipe, Run

RECIPE = Recipe(steps=12, learning_rate=0.05, batch=4, warmup=2, seed=3)


def train_line(work: Path, steps: int) -> dict[str, Tensor]:
    """Learn y = 3x - 1 for some steps of the same recipe."""
    torch.manual_seed(0)
    line = nn.Linear(1, 1)
    run = Run("line", work, line, Recipe(**{**RECIPE.__dict__, "steps": steps}))

    def loss_of_batch(rng: random.Random) -> Tensor:
        x = torch.tensor([[rng.uniform(-1, 1)] for _ in range(RECIPE.batch)])
        loss: Tensor = (line(x) - (3 * x - 1)).square().mean()
        return loss

    return run.train(loss_of_batch)


def test_a_run_learns_and_leaves_the_average_of_its_weights(tmp_path: Path) -> None:
    weights = train_line(tmp_path, 400)
    assert weights["weight"].item() == pytest.approx(3, abs=0.1)
    assert weights["bias"].item() == pytest.approx(-1, abs=0.1)
    kept = torch.load(tmp_path / "line.pt", weights_only=True)
    assert torch.equal(kept["weight"], weights["weight"])


def test_a_run_goes_on_where_it_was_broken_off(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train_line(tmp_path, 12)
    train_line(tmp_path, 20)
    said = capsys.readouterr().out
    assert "line: goes on from step 12" in said
    assert "line: step 20 of 20" in said


def test_the_rate_rises_and_falls() -> None:
    recipe = Recipe(steps=100, learning_rate=1.0, batch=1, warmup=10)
    rates = [recipe.rate_at(step) for step in range(101)]
    assert rates[0] == pytest.approx(0.1)
    assert max(rates) == rates[9]
    assert rates[100] == pytest.approx(0.01)


def test_a_numbered_scene_is_always_the_same_and_never_held_out() -> None:
    for index in range(300):
        assert scene_at(index) == scene_at(index)
        assert not is_held_out(scene_at(index))


def test_sizes_share_the_scenes_without_overlap() -> None:
    among = buckets(1000, first=50)
    assert among[0].first == 50
    assert all(a.first + a.count == b.first for a, b in itertools.pairwise(among))
    assert all(b.width % 128 == 0 and b.height % 128 == 0 for b in among)
    costs = {b.batch_size(16) * b.width * b.height for b in among}
    assert max(costs) / min(costs) < 1.2


@pytest.mark.parametrize("text", [*EXAMPLES, "émigré 🐕 über", "\x01 <b>&amp;", "犬が雪の上"])
def test_the_tokenizer_reads_every_text_and_knows_its_own_words_whole(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    tokenizer = load_tokenizer(_tokenizer_folder(tmp_path_factory))
    inner = tokenizer(text).input_ids[1:-1]
    assert tokenizer.eos_token_id not in inner
    words = [word for word in VOCABULARY if len(tokenizer.tokenize(word)) > 1]
    assert words == []


def _tokenizer_folder(factory: pytest.TempPathFactory) -> Path:
    folder = factory.getbasetemp() / "dackel-tokenizer"
    load_tokenizer(folder)
    return folder


@pytest.mark.parametrize("weight", [0.4, 0.81, 1.0, 1.21, 1.8])
def test_weights_are_taught_as_compel_puts_them(
    tmp_path_factory: pytest.TempPathFactory, weight: float
) -> None:
    # given: an encoder with some life in it, and a weight on the dog's colour
    tokenizer = load_tokenizer(_tokenizer_folder(tmp_path_factory))
    torch.manual_seed(1)
    encoder = new_text_encoder(tokenizer, 32, 2).double().eval()
    text = "a long red sausage dog on snow"
    ids, mask = tokens_of(tokenizer, [text])
    words = torch.zeros(ids.shape)
    words[0, 3] = 1
    # when: it is encoded as training does
    with torch.no_grad():
        ours = encode_weighted(encoder, ids, mask, words, torch.tensor([weight]).double())
        # then: it is what Compel makes of the prompt
        compel = Compel(tokenizer, encoder, padding_attention_mask_value=0)
        compel.conditioning_provider._empty_z = compel("").clone()
        theirs = compel(f"a long (red){weight} sausage dog on snow")
    assert torch.allclose(ours, theirs, atol=1e-6)
    if weight == 1.0:
        with torch.no_grad():
            assert torch.allclose(ours, encode(encoder, ids, mask), atol=1e-12)


def test_facts_become_numbers_that_tell_unsaid_from_absent() -> None:
    said = {"colour": "red", "tree": False, "house": "blue"}
    numbers = dict(zip(FACTS, fact_numbers(said), strict=True))
    assert numbers["tree"] == 1
    assert numbers["ball"] == 0
    assert numbers["colour"] >= 2
    assert numbers["house"] >= 2


def test_the_dogs_colour_is_found_wherever_it_is_said() -> None:
    rng = random.Random(4)
    for index in range(200):
        text, said = caption_with_facts(scene_at(index), rng)
        span = colour_span(text, said)
        assert (span is None) == ("colour" not in said)
