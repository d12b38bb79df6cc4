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
from wurstdesk.engine.prompt_source import fold
from wurstdesk.engine.prompt_syntax import Clause, ParsedPrompt, Part, parse_prompt
from wurstdesk.engine.prompt_tokens import Tokens, shortened, unknown_characters
from wurstdesk.errors import CheckpointError, PromptError
from wurstdesk.generation import CancelToken

_CACHED_PROMPTS = 64
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Embeds:
    """``rows`` is 1 x (77 · chunks) x hidden, in the text encoder's dtype, in main memory."""

    rows: Tensor
    notes: tuple[str, ...] = ()


class PromptEncoder:
    """One text encoder with its tokenizer; remembers the embeddings of the last prompts.

    ``device`` is where the text encoder calculates, wherever its weights wait meanwhile; it has to
    be there only while ``encode`` or ``pad_to_same_length`` runs. Raises ``CheckpointError`` where
    the two do not belong together.
    """

    def __init__(
        self, tokenizer: Any, text_encoder: Any, device: torch.device | None = None
    ) -> None:
        tokens, known = 1 + max(tokenizer.get_vocab().values()), text_encoder.config.vocab_size
        if tokens > known:
            raise CheckpointError(
                f"{tokenizer.name_or_path} does not fit the text encoder beside it: it has "
                f"{tokens} tokens, of which that knows {known}."
            )
        self._tokenizer = tokenizer
        self.text_encoder = text_encoder
        self._compel: Any = Compel(
            tokenizer=tokenizer,
            text_encoder=text_encoder,
            padding_attention_mask_value=0,
            truncate_long_prompts=False,
            model_max_length=text_encoder.config.max_position_embeddings,
            device=device,
        )
        self._provider: Any = self._compel.conditioning_provider
        self._chunk: int = self._provider.max_token_count - 2
        self._knows_emptiness = False
        self._cache: OrderedDict[str, Embeds] = OrderedDict()

    def encode(self, text: str, cancel: CancelToken | None = None) -> Embeds:
        """The embedding of any text. Raises ``PromptError`` if there is no way to make one.

        A long one with many weights takes hundreds of runs; ``cancel`` is checked before each.
        """
        if text in self._cache:
            self._cache.move_to_end(text)
            return self._cache[text]
        check = (cancel or CancelToken()).check
        hook = self.text_encoder.register_forward_pre_hook(lambda *_: check())
        with torch.inference_mode(), hook:
            self._learn_emptiness()
            embeds = self._encode(parse_prompt(text), text)
        self._cache[text] = embeds
        while len(self._cache) > _CACHED_PROMPTS:
            self._cache.popitem(last=False)
        return embeds

    def pad_to_same_length(self, rows: Sequence[Tensor]) -> list[Tensor]:
        """Embeddings made as long as the longest, with chunks of the empty prompt."""
        longest = max(each.shape[1] for each in rows)
        with torch.inference_mode():
            empty = self.encode("").rows
            return [
                torch.cat([each, *[empty] * ((longest - each.shape[1]) // empty.shape[1])], dim=1)
                for each in rows
            ]

    def _learn_emptiness(self) -> None:
        """Give Compel the embedding that weights are measured from, masked as ours are."""
        if not self._knows_emptiness:
            self._provider._empty_z = self._encode_plain("").clone()
            self._knows_emptiness = True

    def _encode(self, parsed: ParsedPrompt, text: str) -> Embeds:
        short, problems = shortened(parsed, self._tokens, self._chunk)
        problems += unknown_characters(short, self._tokens, self._tokenizer.unk_token_id)
        notes = [*parsed.notes, *(problem.text for problem in problems)]
        try:
            plain = short.plain
            rows = self._encode_plain(plain) if plain is not None else self._weighted(short)
        except (RuntimeError, ValueError, TypeError, LookupError, ArithmeticError) as error:
            if is_out_of_memory(error):
                raise
            # Compel could not find its fragments among the tokens again, say.
            _log.warning("a prompt was taken literally: %s", type(error).__name__)
            notes.append("The prompt’s weights could not be applied, so it was taken literally.")
            literal = ParsedPrompt((Clause(((Part(fold(text).text),),)),))
            short, problems = shortened(literal, self._tokens, self._chunk)
            notes += [problem.text for problem in problems]
            rows = self._encode_plain(short.plain or "")
        if not bool(torch.isfinite(rows).all()):
            raise PromptError(
                "The text encoder makes no numbers of this prompt.",
                "Take its weights out, or choose float32 in the settings.",
            )
        return Embeds(rows.cpu(), tuple(dict.fromkeys(notes)))

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
            if clause.blend_weights == (1.0,):
                prompts.append(branches[0])
            else:
                prompts.append(Blend(branches, list(clause.blend_weights), clause.normalize))
        conjunction = Conjunction(prompts, list(parsed.weights))
        rows, _ = self._compel.build_conditioning_tensor_for_conjunction(conjunction)
        # COPY: what Compel returns may be its own padding tensor.
        return torch.as_tensor(rows).clone()

    def _tokens(self, text: str) -> Tokens:
        """Token ids of a piece of text, and the characters that each stands for."""
        encoded = self._tokenizer(
            text, add_special_tokens=False, return_offsets_mapping=True, truncation=False
        )
        return encoded["input_ids"], encoded["offset_mapping"]
