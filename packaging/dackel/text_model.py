"""The words: a tokenizer made from the captions, and text encoders that understand them.

Taught by Stage C alone, a text encoder needs hours to find out that "red" in "a dog with a red
collar" is not the dog's colour. So it first learns to state, from its output, which facts a
caption says: minutes, on words alone. Readers of those facts are thrown away afterwards.

The facts are read from the padding behind the words, all of it alike. Most of the 77 tokens are
padding, so that is what an attention that has not yet learnt where to look sees of a text. Read
from the words themselves, sky and ground reached Stage C within an hour and the rest did not:
from the padding a straight line told the sky of 100 % of the captions then, and the ball's colour
of none.
"""

import json
import math
import random
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
from torch import Tensor, nn
from torch.nn import functional
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from captions import Said, caption, caption_with_facts
from dataset import scene_at
from scenes import COLOURS, FACINGS, GROUNDS, LENGTHS, SKIES
from training import Recipe, Run, device

MAX_TOKENS = 77
FACTS: dict[str, list[object]] = {
    "colour": list(COLOURS),
    "length": list(LENGTHS),
    "facing": list(FACINGS),
    "ground": list(GROUNDS),
    "sky": list(SKIES),
    "collar": list(COLOURS),
    "house": list(COLOURS),
    "ball": list(COLOURS),
    "tree": [True],
    "mountains": [True],
}
"""What a caption may say, with the values that it may give; also: nothing, and "there is none"."""

STRANGE_WORDS = (
    *("beautiful", "cute", "masterpiece", "detailed", "lovely", "my", "happy", "photo", "painting"),
    *("best", "quality", "very", "nice", "smiling", "sitting", "running", "old", "young", "big"),
    *("great", "style", "art", "flat", "simple", "minimal", "vector", "pretty"),
)


def make_tokenizer(folder: Path) -> None:
    """Write `vocab.json` and `merges.txt` of a byte-pair encoding learnt from captions.

    Like CLIP's it knows each byte, alone and as the end of a word, so that there is no text that
    it cannot read.
    """
    rng = random.Random(0)
    tokenizer = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    words = (word for i in range(20000) for word in caption(scene_at(i), rng).split())
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(
        vocab_size=4000, end_of_word_suffix="</w>", initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(words, trainer)
    merges = [tuple(merge) for merge in json.loads(tokenizer.to_str())["model"]["merges"]]
    tokens = alphabet + [byte + "</w>" for byte in alphabet] + ["".join(m) for m in merges]
    tokens = [*dict.fromkeys(tokens), "<|startoftext|>", "<|endoftext|>"]
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = {token: number for number, token in enumerate(tokens)}
    (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False), "utf-8")
    lines = ["#version: 0.2", *(" ".join(merge) for merge in merges)]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", "utf-8")


def load_tokenizer(folder: Path) -> CLIPTokenizer:
    """The tokenizer of that folder, which is made on first need."""
    if not (folder / "merges.txt").exists():
        make_tokenizer(folder)
    tokenizer: CLIPTokenizer = CLIPTokenizer.from_pretrained(folder, model_max_length=MAX_TOKENS)
    return tokenizer


def new_text_encoder(tokenizer: CLIPTokenizer, width: int, layers: int) -> CLIPTextModel:
    """An untrained text encoder; output B x 77 x width."""
    config = CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=width,
        intermediate_size=width * 4,
        num_hidden_layers=layers,
        num_attention_heads=4,
        max_position_embeddings=MAX_TOKENS,
        projection_dim=width,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.eos_token_id,
    )
    return CLIPTextModel(config)


def tokens_of(tokenizer: CLIPTokenizer, texts: list[str]) -> tuple[Tensor, Tensor]:
    """Token numbers and attention mask, B x 77 each, as the stock pipeline makes them."""
    made = tokenizer(
        texts, padding="max_length", max_length=MAX_TOKENS, truncation=True, return_tensors="pt"
    )
    return made.input_ids.to(device()), made.attention_mask.to(device())


def encode(encoder: CLIPTextModel, ids: Tensor, mask: Tensor) -> Tensor:
    """Hidden states of the last layer: B x 77 x width."""
    states: Tensor = encoder(input_ids=ids, attention_mask=mask).last_hidden_state
    return states


def encode_weighted(
    encoder: CLIPTextModel, ids: Tensor, mask: Tensor, words: Tensor, weights: Tensor
) -> Tensor:
    """Hidden states with a weight on some tokens of each text, exactly as Compel puts it there.

    ``words`` is B x 77, 1 at the weighted tokens; ``weights`` is B. A token's difference from the
    empty prompt's is scaled; below 1 the whole is also drawn towards the text without the word
    (with that word masked), by tan((1 - w) * pi / 2) parts to one.
    """
    config: Any = encoder.config
    empty = torch.full_like(ids[:1], config.eos_token_id)
    empty[0, 0] = config.bos_token_id
    empty_mask = torch.zeros_like(mask[:1])
    empty_mask[0, :2] = 1
    states = encode(encoder, torch.cat([ids, empty]), torch.cat([mask, empty_mask]))
    states, nothing = states[:-1], states[-1:]
    factors = (1 + words * (weights[:, None] - 1))[..., None]
    result = nothing + (states - nothing) * factors
    weak = (weights < 1).nonzero()[:, 0]
    if len(weak):
        without = encode(encoder, ids[weak], mask[weak] * (1 - words[weak].long()))
        without = nothing + (without - nothing) * factors[weak]
        pull = torch.tan((1 - weights[weak]) * math.pi / 2)[:, None, None]
        result = result.index_copy(0, weak, (result[weak] + pull * without) / (1 + pull))
    return result


def with_strange_words(text: str, rng: random.Random) -> str:
    """Put in words that mean nothing to this world, which the model learns to pass over."""
    words = text.split(" ")
    for _ in range(rng.randint(1, 3)):
        word = rng.choice(STRANGE_WORDS)
        if rng.random() < 0.4:
            word = "".join(
                rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(rng.randint(2, 8))
            )
        place = rng.choice((0, len(words)))
        words.insert(place, word if place == 0 else ", " + word)
    return " ".join(words)


class FactReader(nn.Module):
    """Reads all facts from the mean of the padding: a score for each value of each fact."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.values = nn.ModuleList(nn.Linear(width, len(v) + 2) for v in FACTS.values())

    def forward(self, states: Tensor, mask: Tensor) -> list[Tensor]:
        padding = (1 - mask).to(states.dtype)[..., None]
        mean = (states * padding).sum(1) / padding.sum(1).clamp(min=1)
        return [read(mean) for read in self.values]


def facts_loss(reader: FactReader, states: Tensor, mask: Tensor, said: list[Said]) -> Tensor:
    """How badly the padding tells what was said, summed over the facts."""
    answers = torch.tensor([fact_numbers(facts) for facts in said], device=states.device)
    read = reader(states, mask)
    losses = [functional.cross_entropy(r.float(), answers[:, i]) for i, r in enumerate(read)]
    return torch.stack(losses).sum()


class TextAndReader(nn.Module):
    """A text encoder with the reader that teaches it."""

    def __init__(self, encoder: CLIPTextModel) -> None:
        super().__init__()
        self.encoder = encoder
        self.reader = FactReader(encoder.config.hidden_size)


def fact_numbers(said: Said) -> list[int]:
    """For each fact the number of its value; 0 for nothing said, 1 for "there is none"."""
    numbers = []
    for name, values in FACTS.items():
        value = said.get(name)
        numbers.append(0 if name not in said else values.index(value) + 2 if value else 1)
    return numbers


def train_text(work: Path, name: str, encoder: CLIPTextModel, recipe: Recipe) -> None:
    """Teach an encoder to state the facts of captions; the result is ``NAME.pt``."""
    tokenizer = load_tokenizer(work / "tokenizer")
    pair = TextAndReader(encoder).to(device())
    run = Run(name, work, pair, recipe)

    def loss_of_batch(rng: random.Random) -> Tensor:
        worded = [
            caption_with_facts(scene_at(rng.randrange(1_000_000)), rng) for _ in range(recipe.batch)
        ]
        texts = [with_strange_words(t, rng) if rng.random() < 0.15 else t for t, _ in worded]
        ids, mask = tokens_of(tokenizer, texts)
        states = encode(pair.encoder, ids, mask)
        return facts_loss(pair.reader, states, mask, [said for _, said in worded])

    run.train(loss_of_batch)


def load_text_encoder(work: Path, name: str, encoder: CLIPTextModel) -> CLIPTextModel:
    """Fill an encoder with what ``train_text`` taught it."""
    weights = torch.load(work / f"{name}.pt", weights_only=True, map_location="cpu")
    encoder.load_state_dict(
        {k.removeprefix("encoder."): v for k, v in weights.items() if k.startswith("encoder.")}
    )
    nn.Module.to(encoder, device())
    nn.Module.eval(encoder)
    return encoder
