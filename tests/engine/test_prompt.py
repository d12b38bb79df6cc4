"""Prompts to embeddings: exactly the stock ones without signs, and always some."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from checkpoints import write_tokenizer
from wurstdesk.engine import components
from wurstdesk.engine.prompt import PromptEncoder
from wurstdesk.engine.prompt_tokens import MAX_CHUNKS
from wurstdesk.errors import CheckpointError, GenerationCancelled
from wurstdesk.generation import CancelToken, CheckpointInfo

TARGET = (torch.device("cpu"), torch.float32)


class Reference:
    """The text encoder alone, called as the stock pipeline calls it."""

    def __init__(self, tokenizer: Any, text_encoder: Any) -> None:
        self.tokenizer, self.text_encoder = tokenizer, text_encoder

    @torch.inference_mode()
    def __call__(self, text: str) -> Tensor:
        inputs = self.tokenizer(
            [text], padding="max_length", max_length=77, truncation=True, return_tensors="pt"
        )
        hidden: Tensor = self.text_encoder(
            inputs.input_ids, attention_mask=inputs.attention_mask
        ).last_hidden_state
        return hidden


@pytest.fixture(scope="module")
def parts(tiny: CheckpointInfo) -> tuple[PromptEncoder, Reference]:
    tokenizer = components.load_tokenizer(tiny.prior_path)
    text_encoder = components.load_text_encoder(tiny.prior_path, TARGET)
    return PromptEncoder(tokenizer, text_encoder), Reference(tokenizer, text_encoder)


@pytest.fixture(scope="module")
def encoder(parts: tuple[PromptEncoder, Reference]) -> PromptEncoder:
    return parts[0]


@pytest.mark.parametrize(
    "text",
    ["", "   ", "a red dog", "a,,b...c", "a well-lit dog, 3 cats; don't!", "DOG\n\tdog", "🌭 ñ"],
)
def test_text_without_signs_gives_exactly_the_stock_embedding(
    parts: tuple[PromptEncoder, Reference], text: str
) -> None:
    encoder, reference = parts
    assert torch.equal(encoder.encode(text).rows, reference(text))


@given(st.text(st.characters(exclude_characters='()"\\+-', exclude_categories=["Cs"]), max_size=18))
@settings(max_examples=150)
def test_any_short_text_without_signs_gives_exactly_the_stock_embedding(
    parts: tuple[PromptEncoder, Reference], text: str
) -> None:
    encoder, reference = parts
    assert torch.equal(encoder.encode(text).rows, reference(text))


SIGNS = st.text(st.sampled_from('()"+-.,\\ ab1🌭'), max_size=60)
PIECES = st.lists(
    st.sampled_from(
        [".blend(", ".and(", ".swap(", ".attend(", "(a)0.3", '("a","b")', "1,-1)", "dog ", '"', "-"]
    )
).map("".join)


@given(st.one_of(st.text(max_size=60), SIGNS, PIECES))
@settings(max_examples=150)
def test_any_text_whatever_gives_an_embedding(encoder: PromptEncoder, text: str) -> None:
    rows = encoder.encode(text).rows
    assert rows.shape[0] == 1
    assert rows.shape[1] % 77 == 0
    assert torch.isfinite(rows).all()


def test_weights_move_the_embedding_up_and_down(encoder: PromptEncoder) -> None:
    # Given a plain prompt and how far it is from the empty one
    empty, plain = encoder.encode("").rows, encoder.encode("red").rows
    # When its only word is weighted
    stronger = encoder.encode("red++").rows
    explicit = encoder.encode("(red)1.21").rows
    weaker = encoder.encode("red--").rows
    # Then its row (after that of the start) is as much farther from "empty", and less is less
    expected = empty[:, 1] + 1.21 * (plain[:, 1] - empty[:, 1])
    torch.testing.assert_close(stronger[:, 1], expected)
    torch.testing.assert_close(stronger, explicit)
    assert not torch.equal(weaker, plain)
    assert not torch.equal(weaker, stronger)


def test_a_weighted_word_leaves_the_others_alone(encoder: PromptEncoder) -> None:
    # CLIP reads from left to right: what stands before the weighted word keeps its rows.
    plain, weighted = encoder.encode("dog red cat").rows, encoder.encode("dog red++ cat").rows
    assert torch.equal(plain[:, :2], weighted[:, :2])  # start and "dog"
    assert torch.equal(plain[:, 3:], weighted[:, 3:])  # "cat" and what follows


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("red+ dog", "(red)1.1 dog"),
        ("red++ dog", "(red)1.21 dog"),
        ("red--- dog", "(red)0.729 dog"),
        ("(red dog)+ cat", "(red dog)1.1 cat"),
        ('"red dog"+ cat', "(red dog)1.1 cat"),
        ('"red dog"-- cat', "(red dog)0.81 cat"),
        ("red.attend(1.2) cat", "(red)1.2 cat"),
        ("(red dog).attend(++) cat", "(red dog)1.21 cat"),
        ('"red dog".attend(0.5) cat', "(red dog)0.5 cat"),
        ("((red)1.2 dog)2 cat", "(red)2.4 (dog)2 cat"),
        ('(a "red dog"+ cat)1.5', "(a)1.5 (red dog)1.65 (cat)1.5"),
        ("(red dog) cat", "red dog cat"),
        ("(red+\n  dog)1 cat", "red+ dog cat"),
    ],
)
def test_every_spelling_of_a_weight_gives_the_same(
    encoder: PromptEncoder, text: str, same: str
) -> None:
    one, other = encoder.encode(text), encoder.encode(same)
    torch.testing.assert_close(one.rows, other.rows)
    assert one.notes == ()
    if same != "red dog cat":
        assert not torch.allclose(one.rows, encoder.encode("red dog cat").rows)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (r"\(red\) dog", "(red) dog"),
        (r"red \"dog\"", 'red "dog"'),
        ("(red", "(red"),
        ('5" dog', '5" dog'),
        ("a dog(s)", "a dog(s)"),
        ("a well-lit dog - 3 + 4 cats", "a well-lit dog - 3 + 4 cats"),
    ],
)
def test_escaped_and_lone_signs_are_characters(
    parts: tuple[PromptEncoder, Reference], text: str, plain: str
) -> None:
    encoder, reference = parts
    assert torch.equal(encoder.encode(text).rows, reference(plain))


def test_a_lowered_word_is_on_its_way_to_not_being_read(
    parts: tuple[PromptEncoder, Reference],
) -> None:
    # Given the text encoder's rows with the word, and with nobody looking at it
    encoder, reference = parts
    inputs = reference.tokenizer(["red dog"], padding="max_length", return_tensors="pt")
    blind = inputs.attention_mask.clone()
    blind[0, 2] = 0  # the start is 0, "red" 1, "dog" 2
    empty, whole = encoder.encode("").rows, reference("red dog")
    with torch.inference_mode():
        without = reference.text_encoder(inputs.input_ids, blind).last_hidden_state
    # When the word has half its weight, then both count the same, and its own row half
    rows = encoder.encode("red (dog)0.5").rows
    middle = (whole + without) / 2
    torch.testing.assert_close(rows[:, :2], middle[:, :2])
    torch.testing.assert_close(rows[:, 3], middle[:, 3])  # the end of the text
    torch.testing.assert_close(rows[:, 2], empty[:, 2] + 0.5 * (middle[:, 2] - empty[:, 2]))


def test_blend_is_the_weighted_mean(encoder: PromptEncoder) -> None:
    dog, cat = encoder.encode("dog").rows, encoder.encode("cat").rows
    blended = encoder.encode('("dog", "cat").blend(1, 3)').rows
    torch.testing.assert_close(blended, dog * 0.25 + cat * 0.75)
    torch.testing.assert_close(encoder.encode('("dog", "cat").blend()').rows, (dog + cat) / 2)
    torch.testing.assert_close(encoder.encode('("dog").blend(0.5)').rows, dog)


def test_blend_without_normalizing_is_the_weighted_sum(encoder: PromptEncoder) -> None:
    dog, red = encoder.encode("dog").rows, encoder.encode("red+ cat").rows
    blended = encoder.encode('("dog", "red+ cat").blend(1, -0.4, no_normalize)').rows
    torch.testing.assert_close(blended, dog - 0.4 * red)
    alone = encoder.encode('("dog").blend(0.5, no_normalize)').rows
    torch.testing.assert_close(alone, dog * 0.5)


def test_and_sets_one_embedding_after_the_other(encoder: PromptEncoder) -> None:
    joined = encoder.encode('("dog", "cat").and()').rows
    expected = torch.cat([encoder.encode("dog").rows, encoder.encode("cat").rows], dim=1)
    assert torch.equal(joined, expected)


def test_a_weight_of_and_moves_a_whole_part(encoder: PromptEncoder) -> None:
    empty, cat = encoder.encode("").rows, encoder.encode("cat++").rows
    joined = encoder.encode('("dog", "cat++").and(1, 0.5)').rows
    assert torch.equal(joined[:, :77], encoder.encode("dog").rows)
    torch.testing.assert_close(joined[:, 77:], empty + 0.5 * (cat - empty))


@pytest.mark.parametrize(("words", "rows"), [(75, 77), (76, 154), (150, 154), (151, 231)])
def test_long_prompts_are_as_many_chunks_as_they_need(
    parts: tuple[PromptEncoder, Reference], words: int, rows: int
) -> None:
    encoder, reference = parts
    # When a long prompt is encoded, with or without a weight in it
    long = encoder.encode("red " + "dog " * (words - 1)).rows
    weighted = encoder.encode("red+ " + "dog " * (words - 1)).rows
    # Then its chunks are the stock embeddings of 75 words each
    assert long.shape[1] == weighted.shape[1] == rows
    first = reference("red " + "dog " * (min(words, 75) - 1))
    torch.testing.assert_close(long[:, :77], first)
    if words >= 150:
        second = reference("dog " * 75)
        torch.testing.assert_close(long[:, 77:154], second)
        torch.testing.assert_close(weighted[:, 77:154], second)


def test_long_prompts_are_blended_and_joined(encoder: PromptEncoder) -> None:
    long, short = encoder.encode("dog " * 100).rows, encoder.encode("cat").rows
    padded = torch.cat([short, encoder.encode("").rows], dim=1)
    dogs = "dog " * 100
    blended = encoder.encode(f'("{dogs}", "cat").blend(1, 1)').rows
    torch.testing.assert_close(blended, (long + padded) / 2)
    joined = encoder.encode(f'("{dogs}", "cat").and()').rows
    assert torch.equal(joined, torch.cat([long, short], dim=1))
    weighted = encoder.encode(f'("{dogs}", "(cat)0.5 {dogs}").blend(1, 1)')
    assert weighted.rows.shape[1] == 2 * 77
    assert weighted.notes == ()


@pytest.mark.parametrize(
    "text",
    ["dog " * 100, "dog+ " * 160, '("dog", "cat").and()', '("a", "b", "c").and(1, 1, 0.5)'],
)
def test_the_negative_is_padded_to_match(encoder: PromptEncoder, text: str) -> None:
    prompt, negative, empty = (encoder.encode(t).rows for t in (text, "cat-", ""))
    longer, padded = encoder.pad_to_same_length([prompt, negative])
    assert torch.equal(longer, prompt)
    rest = prompt.shape[1] // 77 - 1
    assert torch.equal(padded, torch.cat([negative, *[empty] * rest], dim=1))
    # And the other way round
    assert encoder.pad_to_same_length([negative, prompt])[0].shape == prompt.shape


def test_a_long_prompt_becomes_chunks_and_the_negative_is_padded(encoder: PromptEncoder) -> None:
    # Given a prompt of 100 words and a short negative
    long, short = encoder.encode("dog " * 100).rows, encoder.encode("cat").rows
    # When both are made equally long
    padded = encoder.pad_to_same_length([long, short])
    # Then the prompt has two chunks and the negative is followed by an empty one
    assert long.shape[1] == 2 * 77
    assert torch.equal(padded[0], long)
    assert torch.equal(padded[1], torch.cat([short, encoder.encode("").rows], dim=1))


@pytest.mark.parametrize(
    "text",
    ["a red dog " * 1000, "dog, " * 2000, "x" * 10_000, "🌭" * 10_000, "(dog)1.2 " * 1100],
    ids=["words", "commas", "one word", "emoji", "weighted"],
)
def test_ten_thousand_characters_are_cut_off_with_a_note(encoder: PromptEncoder, text: str) -> None:
    began = time.process_time()
    embeds = encoder.encode(text)
    assert time.process_time() - began < 5
    assert 77 < embeds.rows.shape[1] <= 77 * MAX_CHUNKS * 2
    assert any("cut off" in note or "were read" in note for note in embeds.notes)


def test_unknown_characters_are_named(tiny: CheckpointInfo, tmp_path: Path) -> None:
    # Given a tokenizer that knows only ASCII
    write_tokenizer(tmp_path / "tokenizer", bytes_known=range(128))
    tokenizer = components.load_tokenizer(tmp_path)
    encoder = PromptEncoder(tokenizer, components.load_text_encoder(tiny.prior_path, TARGET))
    # When a prompt has more
    embeds = encoder.encode("a dog and a 🌭")
    # Then there is an embedding, and a note
    assert embeds.rows.shape[1] == 77
    assert any("🌭" in note for note in embeds.notes)


def test_a_tokenizer_of_two_files_knows_no_limit_and_needs_none(
    tiny: CheckpointInfo, tmp_path: Path
) -> None:
    # Given a tokenizer without the file that says how long a text may be
    write_tokenizer(tmp_path / "tokenizer")
    for name in ("tokenizer_config.json", "special_tokens_map.json"):
        (tmp_path / "tokenizer" / name).unlink()
    encoder = PromptEncoder(
        components.load_tokenizer(tmp_path), components.load_text_encoder(tiny.prior_path, TARGET)
    )
    # When a prompt is encoded, then in chunks of what the text encoder takes
    assert encoder.encode("a red dog").rows.shape[1] == 77
    assert encoder.encode("dog " * 100).rows.shape[1] == 2 * 77


def test_a_tokenizer_of_another_checkpoint_is_named(tiny: CheckpointInfo, tmp_path: Path) -> None:
    write_tokenizer(tmp_path / "tokenizer")
    vocabulary = tmp_path / "tokenizer" / "vocab.json"
    words = json.loads(vocabulary.read_text(encoding="utf-8"))
    vocabulary.write_text(json.dumps({**words, "sausage</w>": len(words)}), encoding="utf-8")
    text_encoder = components.load_text_encoder(tiny.prior_path, TARGET)
    with pytest.raises(CheckpointError, match="does not fit") as caught:
        PromptEncoder(components.load_tokenizer(tmp_path), text_encoder)
    assert str(tmp_path / "tokenizer") in str(caught.value)


def test_encoding_can_be_stopped_between_two_runs(tiny: CheckpointInfo) -> None:
    # Given a prompt whose many lowered words take a run of the text encoder each
    text_encoder = components.load_text_encoder(tiny.prior_path, TARGET)
    encoder = PromptEncoder(components.load_tokenizer(tiny.prior_path), text_encoder)
    cancel, runs = CancelToken(), []

    def count(*_: object) -> None:
        runs.append(1)
        if len(runs) == 3:
            cancel.cancel()

    with (
        text_encoder.register_forward_hook(count),
        pytest.raises(GenerationCancelled),
    ):
        # When it is stopped after the third, then there is no fourth
        encoder.encode("a- b dog- c red- d cat- e " * 5, cancel)
    assert len(runs) == 3
    # And it can be encoded later
    assert torch.isfinite(encoder.encode("a- b dog- c red- d cat- e " * 5).rows).all()


def test_embeddings_are_remembered(tiny: CheckpointInfo, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a prompt that was encoded once
    text_encoder = components.load_text_encoder(tiny.prior_path, TARGET)
    encoder = PromptEncoder(components.load_tokenizer(tiny.prior_path), text_encoder)
    first = encoder.encode("a red++ dog")
    # When it is asked for again, the text encoder being gone
    monkeypatch.setattr(text_encoder, "forward", None)
    # Then it comes from memory
    assert encoder.encode("a red++ dog") is first
