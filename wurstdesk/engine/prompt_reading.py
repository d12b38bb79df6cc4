"""What a prompt will be to the text encoder: tokens, weights, chunks, problems; without torch.

The window reads every prompt with it while somebody types. It makes the same tokens as
transformers' ``CLIPTokenizer``, from the same files, with the ``tokenizers`` library alone; the
syntax and all limits are those of ``engine.prompt``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tokenizers import AddedToken, Encoding, Regex, Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import BPE

from wurstdesk.engine.prompt_syntax import ParsedPrompt, Part, parse_prompt
from wurstdesk.engine.prompt_tokens import (
    Tokens,
    chunk_lengths,
    place_in,
    shortened,
    unknown_characters,
)
from wurstdesk.engine.weight_files import said_by
from wurstdesk.errors import CheckpointError, PromptError
from wurstdesk.generation import (
    TOKENS_PER_CHUNK,
    PromptBranch,
    PromptReading,
    PromptToken,
)

_WORDS = (
    r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|"
    r"[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
)
"""CLIP's words, from the paper's code (openai/CLIP, simple_tokenizer.py)."""
_UNKNOWN = "<|endoftext|>"
_NAMED = ("bos_token", "eos_token", "unk_token", "pad_token")


class CompelPromptReader:
    """Reads prompts as the text encoder beside ``tokenizer_folder`` will (``PromptReader``).

    For ``vocab.json`` with ``merges.txt`` or ``tokenizer.json``. Raises ``CheckpointError`` where
    the files cannot be used. To be used in one thread at a time.
    """

    def __init__(self, tokenizer_folder: Path) -> None:
        try:
            self._tokenizer = _load(tokenizer_folder)
        except Exception as error:  # tokenizers raises bare Exception for a bad merges.txt
            said = said_by(error)
            raise CheckpointError(f"{tokenizer_folder} cannot be used: {said}.") from error
        unknown = self._tokenizer.model.unk_token
        self._unknown_id = self._tokenizer.token_to_id(unknown) if unknown else None

    def read(self, text: str) -> PromptReading:
        """What ``text`` says. Raises ``PromptError`` where no tokens can be made of it."""
        parsed = parse_prompt(text)
        try:
            short, lost = shortened(parsed, self._tokens, TOKENS_PER_CHUNK)
            lost += unknown_characters(short, self._tokens, self._unknown_id)
            branches = list(self._branches(short))
        except Exception as error:  # tokenizers has no errors of its own
            raise PromptError("The tokenizer makes no tokens of this prompt.") from error
        return PromptReading(
            tuple(token for _, tokens in branches for token in tokens),
            tuple(branch for branch, _ in branches),
            _first_chunk_end(branches),
            (*parsed.problems, *lost),
            parsed.suggestions,
        )

    def _encode(self, text: str) -> Encoding:
        return self._tokenizer.encode(text, add_special_tokens=False)

    def _tokens(self, text: str) -> Tokens:
        encoding = self._encode(text)
        return encoding.ids, encoding.offsets

    def _branches(self, parsed: ParsedPrompt) -> Iterator[tuple[PromptBranch, list[PromptToken]]]:
        for i, (clause, weight) in enumerate(zip(parsed.clauses, parsed.weights, strict=True)):
            whole = sum(clause.blend_weights) if clause.normalize else 1.0
            for j, parts in enumerate(clause.branches):
                encodings = [(part, self._encode(part.text)) for part in parts]
                names = [name for _, encoding in encodings for name in encoding.tokens]
                chunks = chunk_lengths(names, TOKENS_PER_CHUNK)
                branch = PromptBranch(i, j, chunks, weight, clause.blend_weights[j] / whole)
                chunk_of = iter([n for n, length in enumerate(chunks) for _ in range(length)])
                tokens = [
                    _token(part, token, span, (i, j, next(chunk_of)))
                    for part, encoding in encodings
                    for token, span in zip(encoding.ids, encoding.offsets, strict=True)
                ]
                yield branch, tokens


def _token(
    part: Part, token: int, span: tuple[int, int], where: tuple[int, int, int]
) -> PromptToken:
    start, end = place_in(part, *span) or (None, None)
    return PromptToken(token, part.text[slice(*span)], start, end, part.weight, *where)


def _first_chunk_end(branches: list[tuple[PromptBranch, list[PromptToken]]]) -> int | None:
    """Where the first chunk of the first clause ends, in that of its branches that is longest."""
    if len(PromptReading((), tuple(branch for branch, _ in branches)).chunks) < 2:
        return None
    first = [(branch, tokens) for branch, tokens in branches if branch.clause == 0]
    _, tokens = max(first, key=lambda item: (len(item[0].chunks), sum(item[0].chunks)))
    ends = [token.end for token in tokens if token.chunk == 0]
    return ends[-1] if ends else None


def _load(folder: Path) -> Tokenizer:
    """The tokenizer as ``CLIPTokenizer`` builds it, whatever else its files say."""
    config = _json(folder / "tokenizer_config.json")
    whole = _json(folder / "tokenizer.json")
    if "added_tokens_decoder" not in config:
        config |= _json(folder / "special_tokens_map.json")
    named = {name: config[name] for name in _NAMED if config.get(name) is not None}
    if whole:
        vocabulary = whole["model"]["vocab"]
        pairs = whole["model"]["merges"]
        merges = [tuple(pair.split(" ") if isinstance(pair, str) else pair) for pair in pairs]
    else:
        vocabulary, merges = BPE.read_file(str(folder / "vocab.json"), str(folder / "merges.txt"))
    model = BPE(
        vocab=vocabulary,
        merges=merges,
        unk_token=_content(named.get("unk_token", _UNKNOWN)),
        continuing_subword_prefix="",
        end_of_word_suffix="</w>",
        fuse_unk=False,
    )
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_WORDS), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    tokenizer.add_tokens(list(_added(config, whole, named)))
    return tokenizer


def _added(
    config: Mapping[str, Any], whole: Mapping[str, Any], named: Mapping[str, Any]
) -> Iterator[AddedToken]:
    """Tokens that are found in the text before it is split into words."""
    listed = config.get("added_tokens_decoder")
    if listed is None:
        listed = {added["id"]: added for added in whole.get("added_tokens", ())}
    seen = set()
    for _, added in sorted(listed.items(), key=lambda item: int(item[0])):
        seen.add(added["content"])
        yield _added_token(added)
    for name in _NAMED:
        token = named.get(name, _UNKNOWN if name != "bos_token" else "<|startoftext|>")
        if _content(token) not in seen:
            seen.add(_content(token))
            yield _added_token(token)


def _added_token(token: Any) -> AddedToken:
    if isinstance(token, str):
        return AddedToken(token, special=True)
    options = ("content", "single_word", "lstrip", "rstrip", "normalized", "special")
    given = {name: token[name] for name in options if name in token}
    return AddedToken(**{"special": True, **given})


def _content(token: Any) -> str:
    return str(token["content"] if isinstance(token, dict) else token)


def _json(file: Path) -> dict[str, Any]:
    """A file's object; empty where there is no such file."""
    if not file.is_file():
        return {}
    found = json.loads(file.read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise TypeError(f"{file.name} is not what it should be")
    return found
