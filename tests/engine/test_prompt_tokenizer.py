"""The window's tokenizer makes transformers' tokens, without transformers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from transformers.models.clip.tokenization_clip import CLIPTokenizer

from checkpoints import write_tokenizer
from wurstdesk.engine.prompt_reading import CompelPromptReader
from wurstdesk.errors import CheckpointError
from wurstdesk.generation import PromptReader
from wurstdesk.paths import resources_dir

DACKEL = resources_dir() / "dackel" / "wuerstchen-prior" / "tokenizer"


def tokenizer_folder(kind: str, folder: Path) -> Path:
    """A tokenizer's folder in one of the layouts that are in use."""
    if kind == "built in":
        return DACKEL
    write_tokenizer(folder, bytes_known=range(128 if kind == "ascii" else 256))
    if kind == "one file":
        whole = folder / "whole"
        CLIPTokenizer.from_pretrained(folder).save_pretrained(whole)
        assert not (whole / "merges.txt").exists()
        return whole
    if kind == "two files":
        (folder / "tokenizer_config.json").unlink()
        (folder / "special_tokens_map.json").unlink()
    if kind == "published":
        options = {"lstrip": False, "normalized": True, "rstrip": False, "single_word": False}
        special = {"__type": "AddedToken", "content": "<|endoftext|>", **options}
        names = ("eos_token", "unk_token", "pad_token")
        config = {"bos_token": {**special, "content": "<|startoftext|>"}}
        config |= dict.fromkeys(names, special)
        (folder / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
        (folder / "special_tokens_map.json").unlink()
    return folder


@pytest.fixture(
    scope="module", params=["built in", "full", "ascii", "one file", "two files", "published"]
)
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[PromptReader, CLIPTokenizer]:
    folder = tokenizer_folder(request.param, tmp_path_factory.mktemp("tokenizer") / "tokenizer")
    return CompelPromptReader(folder), CLIPTokenizer.from_pretrained(folder)


WORDS = st.lists(
    st.sampled_from(
        [
            "dog",
            " ",
            "DOG",
            "e\u0301",
            "’s",
            "'s",
            "<|endoftext|>",
            "<|STARTOFTEXT|>",
            "\u3000",
            "ﬁ",
            "İ",
            "🌭",
            "12",
        ]
    )
)


@given(st.one_of(st.text(max_size=30), WORDS.map("".join)))
@hypothesis_settings(max_examples=80)
def test_the_tokens_are_those_of_transformers(
    both: tuple[PromptReader, CLIPTokenizer], text: str
) -> None:
    # Given a text without Compel's signs
    reader, tokenizer = both
    text = text.translate(dict.fromkeys(map(ord, '()"\\+-'), "."))
    # When it is read
    reading = reader.read(text)
    # Then its tokens are transformers', and stand where those do
    expected = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    assert [token.id for token in reading.tokens] == expected["input_ids"]
    folded = [(token.start, token.end) for token in reading.tokens]
    for place, (start, end), token in zip(
        folded, expected["offset_mapping"], reading.tokens, strict=True
    ):
        assert place == (start, end), (text, token)


@pytest.mark.parametrize("name", ["vocab.json", "merges.txt"])
def test_a_tokenizer_that_is_broken_is_named(tmp_path: Path, name: str) -> None:
    write_tokenizer(tmp_path)
    (tmp_path / name).write_text("x y z {", encoding="utf-8")
    with pytest.raises(CheckpointError, match="cannot be used") as caught:
        CompelPromptReader(tmp_path)
    assert str(tmp_path) in str(caught.value)


def test_reading_needs_neither_torch_nor_transformers() -> None:
    script = (
        "import sys; from pathlib import Path;"
        "from wurstdesk.engine.prompt_reading import CompelPromptReader;"
        f"CompelPromptReader(Path({str(DACKEL)!r})).read('a (red dog)1.2 ' * 40);"
        "assert not {'torch', 'transformers', 'compel', 'diffusers'} & {*sys.modules}"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=False, cwd=Path(__file__).parents[2]
    )
    assert done.returncode == 0
