"""The ``parameters`` text: what A1111 itself would read from ours, and what we read from its."""

from __future__ import annotations

import json
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.pictures import make_picture, picture_of, requests
from wurstdesk.gallery.image_metadata import a1111
from wurstdesk.generation import GenerationRequest, Provenance, make_request

PROVENANCE = make_picture().provenance
RE_PARAM = re.compile(r'\s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)')


def read_as_a1111(text: str) -> tuple[str, str, dict[str, str]]:
    """The algorithm of METADATA §1, written down once more, as literally as it stands there."""
    result: dict[str, str] = {}
    prompt = negative = ""
    in_negative = False
    *lines, last = text.strip().split("\n")
    if len(RE_PARAM.findall(last)) < 3:
        lines.append(last)
        last = ""
    for raw_line in lines:
        line = raw_line.strip()
        if line.startswith("Negative prompt:"):
            in_negative = True
            line = line[16:].strip()
        if in_negative:
            negative += ("" if negative == "" else "\n") + line
        else:
            prompt += ("" if prompt == "" else "\n") + line
    for key, raw in RE_PARAM.findall(last):
        if not raw:
            continue
        value = raw
        if raw[0] == '"' and raw[-1] == '"':
            try:
                value = json.loads(raw)
            except ValueError:
                value = raw
        size = re.match(r"^(\d+)x(\d+)$", value)
        if size:
            result[f"{key}-1"], result[f"{key}-2"] = size.groups()
        else:
            result[key] = value
    return prompt, negative, result


def text_of(request: GenerationRequest) -> str:
    return a1111.to_text(request, PROVENANCE)


def test_the_text_of_an_ordinary_picture() -> None:
    request = make_request(
        prompt="a long red sausage dog", negative_prompt="cat", seed=123, width=384, height=512
    )
    assert text_of(request) == (
        "a long red sausage dog\n"
        "Negative prompt: cat\n"
        "Steps: 29, Sampler: DDPM Wuerstchen, CFG scale: 4, Seed: 123, Size: 384x512, "
        "Model hash: 0123456789, Model: dackel, RNG: CPU, Decoder steps: 12, "
        "Decoder CFG scale: 0, Prompt syntax: Compel, Version: wurstdesk 0.1.0"
    )


def test_an_empty_prompt_leaves_only_the_parameters() -> None:
    assert text_of(make_request(decoder_seed=5)).startswith("Steps: 29, ")
    assert "Decoder seed: 5, " in text_of(make_request(decoder_seed=5))


def test_a_name_that_would_be_taken_apart_is_quoted() -> None:
    provenance = Provenance("cpu", "float32", 1, 'a, "b": c\n d')
    text = a1111.to_text(make_request(), provenance)
    assert 'Model: "a, \\"b\\": c d"' in text
    assert read_as_a1111(text)[2]["Model"] == 'a, "b": c d'


@given(requests())
def test_another_program_reads_the_numbers_whatever_the_prompt_is(
    request_: GenerationRequest,
) -> None:
    _, _, parameters = read_as_a1111(text_of(request_))
    assert parameters["Seed"] == str(request_.seed)
    assert parameters["Steps"] == str(request_.prior_steps)
    assert float(parameters["CFG scale"]) == request_.prior_guidance_scale
    assert (parameters["Size-1"], parameters["Size-2"]) == (
        str(request_.width),
        str(request_.height),
    )


@given(requests())
def test_we_read_both_prompts_back_whatever_they_are(request_: GenerationRequest) -> None:
    metadata = a1111.read({"parameters": text_of(request_)})
    assert metadata is not None
    assert metadata.prompt == request_.prompt
    assert metadata.negative_prompt == request_.negative_prompt


def test_a_copy_of_the_prompt_is_written_only_where_it_would_be_lost() -> None:
    plain = make_request(prompt="a dog: long, red\nand a house", negative_prompt="x: y, z\nw")
    assert "Raw prompt" not in text_of(plain)
    lost = plain.changed(prompt="a dog\nNegative prompt: no")
    assert 'Raw prompt: "a dog\\nNegative prompt: no"' in text_of(lost)


LINE_STRATEGY = st.lists(
    st.sampled_from(
        ["Steps", "a", "X", ":", ": ", ",", ", ", '"', "\\", "\n", "1", "5x6", " ", "-", "/", "é",
         "Negative prompt:", "_", "\t", '"a, b"', '""', "\r", "\u2028"]
    ),
    max_size=40,
).map("".join)  # fmt: skip


@given(LINE_STRATEGY | st.text())
def test_any_text_is_taken_apart_as_a1111_does(text: str) -> None:
    prompt, negative, pairs = a1111.split_text(text)
    assert (prompt, negative, a1111.split_sizes(pairs)) == read_as_a1111(text)


@pytest.mark.parametrize(
    ("text", "prompt", "negative", "parameters"),
    [
        ("cat\nSteps: 30, Seed: 1", "cat\nSteps: 30, Seed: 1", "", {}),
        (
            "only prompt: with, three: colon, pairs: here",
            "",
            "",
            {"only prompt": "with", "three": "colon", "pairs": "here"},
        ),
        (
            "a\nNegative prompt: b\nNegative prompt: c\nSteps: 1, Seed: 2, Size: 8x9",
            "a",
            "b\nc",
            {"Steps": "1", "Seed": "2", "Size-1": "8", "Size-2": "9"},
        ),
        (
            "a\r\nSteps: 1, Note: , Seed: 2, X: 1, Größe: 3",
            "a",
            "",
            {"Steps": "1", "Seed": "2", "Größe": "3"},
        ),
        (
            '  \n\n a \n\nb\nSteps: 1, Lora: "x: 1, \\"y\\"", Seed: 2',
            "a\n\nb",
            "",
            {"Steps": "1", "Lora": 'x: 1, "y"', "Seed": "2"},
        ),
    ],
)
def test_known_texts(text: str, prompt: str, negative: str, parameters: dict[str, str]) -> None:
    metadata = a1111.read({"parameters": text})
    assert metadata is not None
    assert metadata.source == "a1111"
    assert (metadata.prompt, metadata.negative_prompt) == (prompt, negative)
    assert metadata.parameters == parameters
    assert metadata.text == text


@pytest.mark.parametrize("text", ["", '{"prompt": "x"}', '{"sui_image_params": {}}'])
def test_other_programs_json_is_not_taken_for_a1111s(text: str) -> None:
    assert a1111.read({"parameters": text}) is None


@pytest.mark.parametrize("unit", ["a", "a ", "a:", 'ab:"', 'ab:"\\,', "-", ' "', "aa:\t"])
def test_a_hostile_megabyte_takes_no_longer_than_it_should(unit: str) -> None:
    text = unit * (1024 * 1024 // len(unit))
    start = time.perf_counter()
    a1111.read({"parameters": text})
    assert time.perf_counter() - start < 5


def test_escaped_halves_of_characters_become_plain_text() -> None:
    metadata = a1111.read({"parameters": 'a\nSteps: 1, Seed: 2, Model: "x\\ud800: y"'})
    assert metadata is not None
    metadata.parameters["Model"].encode()


def test_the_longest_prompts_survive() -> None:
    request = make_request(prompt=" \x01" * 50_000, negative_prompt="🐕" * 100_000)
    metadata = a1111.read({"parameters": text_of(picture_of(request).request)})
    assert metadata is not None
    assert metadata.prompt == request.prompt
    assert metadata.negative_prompt == request.negative_prompt
