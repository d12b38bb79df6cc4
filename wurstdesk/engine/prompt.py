"""Prompts to embeddings, through Compel, for either text encoder.

The settings (FACTS §4) are those under which an unweighted prompt of up to 75 tokens gives the
stock pipeline's embedding to the bit: padding masked out, and Compel's "empty" embedding, which
weights are measured from, masked likewise. Longer prompts become chunks of 77 rows.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from compel.compel import Compel
from compel.prompt_parser import Blend, Conjunction, FlattenedPrompt
from torch import Tensor

from wurstdesk.engine.memory import is_out_of_memory
from wurstdesk.engine.prompt_syntax import Clause, ParsedPrompt, Part, parse_prompt
from wurstdesk.errors import CheckpointError, PromptError
from wurstdesk.generation import CancelToken

MAX_CHUNKS = 8
_CACHED_PROMPTS = 64
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Embeds:
    """``rows`` is 1 x (77 · chunks) x hidden, in the text encoder's dtype and on its device."""

    rows: Tensor
    notes: tuple[str, ...] = ()


class PromptEncoder:
    """One text encoder with its tokenizer; remembers the embeddings of the last prompts.

    Raises ``CheckpointError`` where the two do not belong together.
    """

    def __init__(self, tokenizer: Any, text_encoder: Any) -> None:
        tokens, known = 1 + max(tokenizer.get_vocab().values()), text_encoder.config.vocab_size
        if tokens > known:
            raise CheckpointError(
                f"{tokenizer.name_or_path} does not fit the text encoder beside it: it has "
                f"{tokens} tokens, of which that knows {known}."
            )
        self._tokenizer = tokenizer
        self._text_encoder = text_encoder
        self._compel: Any = Compel(
            tokenizer=tokenizer,
            text_encoder=text_encoder,
            padding_attention_mask_value=0,
            truncate_long_prompts=False,
            model_max_length=text_encoder.config.max_position_embeddings,
        )
        self._provider: Any = self._compel.conditioning_provider
        self._chunk: int = self._provider.max_token_count - 2
        self._provider._empty_z = self._encode_plain("").clone()
        self._cache: OrderedDict[str, Embeds] = OrderedDict()

    def encode(self, text: str, cancel: CancelToken | None = None) -> Embeds:
        """The embedding of any text. Raises ``PromptError`` if there is no way to make one.

        A long one with many weights takes hundreds of runs; ``cancel`` is checked before each.
        """
        if text in self._cache:
            self._cache.move_to_end(text)
            return self._cache[text]
        check = (cancel or CancelToken()).check
        hook = self._text_encoder.register_forward_pre_hook(lambda *_: check())
        with torch.inference_mode(), hook:
            embeds = self._encode(parse_prompt(text), text)
        self._cache[text] = embeds
        while len(self._cache) > _CACHED_PROMPTS:
            self._cache.popitem(last=False)
        return embeds

    def pad_to_same_length(self, rows: Sequence[Tensor]) -> list[Tensor]:
        """Embeddings made as long as the longest, with chunks of the empty prompt."""
        with torch.inference_mode():
            padded: list[Tensor] = self._compel.pad_conditioning_tensors_to_same_length(list(rows))
        return padded

    def _encode(self, parsed: ParsedPrompt, text: str) -> Embeds:
        notes = list(parsed.notes)
        parsed = self._shortened(parsed, notes)
        notes += self._meaningless(parsed)
        try:
            plain = parsed.plain
            rows = self._encode_plain(plain) if plain is not None else self._weighted(parsed)
        except (RuntimeError, ValueError, TypeError, LookupError, ArithmeticError) as error:
            if is_out_of_memory(error):
                raise
            # Compel could not find its fragments among the tokens again, say.
            _log.warning("a prompt was taken literally: %s", type(error).__name__)
            notes.append("The prompt’s weights could not be applied, so it was taken literally.")
            literal = ParsedPrompt((Clause(((Part(text),),)),))
            rows = self._encode_plain(self._shortened(literal, notes).plain or "")
        if not bool(torch.isfinite(rows).all()):
            raise PromptError(
                "The text encoder makes no numbers of this prompt.",
                "Take its weights out, or choose float32 in the settings.",
            )
        return Embeds(rows, tuple(dict.fromkeys(notes)))

    def _encode_plain(self, text: str) -> Tensor:
        provider = self._provider
        tokens, weights, mask = provider.get_token_ids_and_expand_weights(
            [text], [1.0], device=provider.device
        )
        with torch.inference_mode():
            rows: Tensor = provider.build_weighted_embedding_tensor(
                tokens, weights, mask, device=provider.device
            )
        return rows

    def _weighted(self, parsed: ParsedPrompt) -> Tensor:
        prompts = []
        for clause in parsed.clauses:
            branches = [
                FlattenedPrompt([(part.text, part.weight) for part in parts])
                for parts in clause.branches
            ]
            if len(branches) == 1:
                prompts.append(branches[0])
            else:
                prompts.append(Blend(branches, list(clause.blend_weights), clause.normalize))
        conjunction = Conjunction(prompts, list(parsed.weights))
        rows, _ = self._compel.build_conditioning_tensor_for_conjunction(conjunction)
        # COPY: what Compel returns may be its own padding tensor.
        return torch.as_tensor(rows).clone()

    def _shortened(self, parsed: ParsedPrompt, notes: list[str]) -> ParsedPrompt:
        """The prompt within ``MAX_CHUNKS`` chunks, without parts that have no tokens."""
        left = MAX_CHUNKS
        clauses = []
        for clause in parsed.clauses:
            if not left:
                break
            cut = [self._cut(parts, left * self._chunk) for parts in clause.branches]
            longest = max(tokens for _, tokens, _ in cut)
            left -= max(1, -(-longest // self._chunk))
            branches = tuple(parts for parts, _, _ in cut)
            clauses.append(Clause(branches, clause.blend_weights, clause.normalize))
            notes += dict.fromkeys(lost for _, _, lost in cut if lost)
        if len(clauses) < len(parsed.clauses):
            notes.append(f"Only the first {len(clauses)} parts of “.and()” were used.")
        return ParsedPrompt(tuple(clauses), parsed.weights[: len(clauses)])

    def _cut(self, parts: tuple[Part, ...], budget: int) -> tuple[tuple[Part, ...], int, str]:
        """Parts within a budget of tokens, how many tokens they are, and a note on the rest."""
        kept: list[Part] = []
        used = 0
        for part in parts:
            ends = [end for _, end in self._tokens(part.text)[1]]
            if used + len(ends) > budget:
                text = part.text[: ends[budget - used - 1]] if used < budget else ""
                kept += [Part(text, part.weight)] if text else []
                words = " ".join(text.split()[-3:])[-40:] or "the part before it"
                return tuple(kept), budget, f"The prompt was cut off after “… {words}”: it is long."
            if ends:
                kept.append(part)
            used += len(ends)
        return tuple(kept) or (Part(""),), used, ""

    def _meaningless(self, parsed: ParsedPrompt) -> list[str]:
        """A note on characters that the tokenizer has no token for."""
        unknown: dict[str, None] = {}
        parts = [p for clause in parsed.clauses for branch in clause.branches for p in branch]
        for part in parts:
            ids, spans = self._tokens(part.text)
            for token, (start, end) in zip(ids, spans, strict=True):
                piece = part.text[start:end].strip()
                if token == self._tokenizer.unk_token_id and not piece.startswith("<|"):
                    unknown.update(dict.fromkeys(piece))
        if not unknown:
            return []
        shown = " ".join(list(unknown)[:12]) + (" …" if len(unknown) > 12 else "")
        return [f"This checkpoint’s tokenizer has no token for: {shown}"]

    def _tokens(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        """Token ids of a piece of text, and the characters that each stands for."""
        encoded = self._tokenizer(
            text, add_special_tokens=False, return_offsets_mapping=True, truncation=False
        )
        return encoded["input_ids"], encoded["offset_mapping"]
