"""Every program's pictures are read, and answer in the same words."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path

import pytest

from gallery.metadata.said import A1111, COMFY, DRAW_THINGS, FLUX, INVOKE, NEGATIVE, PROMPT, SWARM
from gallery.metadata.samples import SAMPLES, Sample
from gallery.metadata.writers import png, png_of, read
from gallery.pictures import make_picture
from wurstdesk.gallery.formats import encode
from wurstdesk.gallery.image_metadata import SOURCE_NAMES, ImageMetadata, Texts, read_metadata
from wurstdesk.gallery.image_metadata.programs.comfyui import NOT_RECOVERED


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_file_of_each_program(sample: Sample, tmp_path: Path) -> None:
    path = tmp_path / f"picture{sample.suffix}"
    path.write_bytes(sample.data())
    metadata = read_metadata(path)
    assert metadata.source == sample.source
    assert metadata.prompt == sample.prompt
    assert metadata.negative_prompt == sample.negative
    assert metadata.parameters == sample.parameters
    assert metadata.prompt_syntax == sample.syntax
    assert metadata.program == SOURCE_NAMES[sample.source]
    assert metadata.notes == ()
    assert metadata.text
    json.dumps(metadata.to_dict(), allow_nan=False).encode()


def test_there_is_a_file_of_every_program() -> None:
    assert {sample.source for sample in SAMPLES} | {"wurstdesk"} == SOURCE_NAMES.keys()


def test_the_first_in_the_order_counts() -> None:
    ours = Texts.of(make_picture("ours"), "2026-11-23T04:53:12.123+00:00").record
    texts = {
        "Software": "NovelAI",
        "Description": "novelai",
        "prompt": json.dumps(COMFY),
        "parameters": A1111.format("v1"),
        "invokeai_metadata": json.dumps(INVOKE),
        "wurstdesk": ours,
    }
    found = []
    for keyword in ("wurstdesk", "invokeai_metadata", "parameters", "prompt", "Software"):
        found.append(read(png_of(texts)).source)
        del texts[keyword]
    assert found == ["wurstdesk", "invokeai", "a1111", "comfyui", "novelai"]


def test_our_own_prompts_are_compels() -> None:
    picture = make_picture()
    assert read(encode(picture.pixels, Texts.of(picture, ""))).prompt_syntax == "compel"
    text = Texts.of(picture, "").parameters
    assert read(png(parameters=text)).prompt_syntax == "compel"


@pytest.mark.parametrize("value", ["", "no json", "[1, 2]", "5", '"text"', "null", "{}", "NaN"])
@pytest.mark.parametrize("keyword", ["invokeai_metadata", "sd-metadata", "prompt", "workflow"])
def test_a_value_that_is_no_object_is_passed_over(keyword: str, value: str) -> None:
    texts = {keyword: value, "parameters": A1111.format("v1")}
    assert read(png_of(texts)).source == "a1111"


def test_invokeai_with_fields_of_other_types() -> None:
    fields = {**INVOKE, "positive_prompt": 5, "model": ["x"], "seed": "7", "width": None}
    metadata = read(png(invokeai_metadata=json.dumps(fields)))
    assert (metadata.prompt, metadata.negative_prompt) == ("", NEGATIVE)
    assert metadata.parameters["Seed"] == "7"
    assert "Model" not in metadata.parameters
    assert "Size-1" not in metadata.parameters


def test_swarm_with_a_legacy_layout_is_no_other_program() -> None:
    assert read(png(parameters=json.dumps({"sui_image_params": 5}))).source == "unknown"
    assert read(png(parameters=json.dumps({**SWARM, "prompt": "x"}))).prompt == PROMPT


def test_the_second_stage_is_told_of_where_the_model_has_one() -> None:
    other = {**DRAW_THINGS, "model": "sd_v1.5_f16.ckpt"}
    parameters = read(png(parameters=json.dumps(other))).parameters
    assert not any(key.startswith("Decoder") for key in parameters)


# --- ComfyUI ------------------------------------------------------------------------------------


def comfy(change: dict[str, object], base: dict[str, object] = COMFY) -> ImageMetadata:
    """What is read of a graph with some inputs of its sampler changed."""
    graph = deepcopy(base)
    node = graph["3"]
    assert isinstance(node, dict)
    node["inputs"].update(change)
    return read(png(prompt=json.dumps(graph)))


def test_a_workflow_alone_says_that_no_prompt_was_recovered() -> None:
    metadata = read(png(workflow='{"nodes": [{"type": "KSampler"}]}'))
    assert (metadata.source, metadata.prompt) == ("comfyui", "")
    assert metadata.notes == (NOT_RECOVERED,)


@pytest.mark.parametrize(
    "link", [["99", 0], ["4", 0], ["3", 0], 5, None, [], ["6"], [["6"], 0], [6.5, 0], {"a": 1}]
)
def test_a_link_that_leads_nowhere_recovers_no_prompt(link: object) -> None:
    metadata = comfy({"positive": link})
    assert metadata.source == "comfyui"
    assert metadata.prompt == ""
    assert metadata.notes == (NOT_RECOVERED,)
    assert metadata.parameters["Steps"] == "20"


def test_cycles_end() -> None:
    graph = {
        "3": {"class_type": "KSampler", "inputs": {"seed": ["5", 0], "positive": ["4", 0]}},
        "4": {"class_type": "A", "inputs": {"conditioning": ["5", 0], "text": ["4", 0]}},
        "5": {"class_type": "B", "inputs": {"conditioning": ["4", 0], "value": ["5", 0]}},
    }
    metadata = read(png(prompt=json.dumps(graph)))
    assert (metadata.prompt, metadata.parameters) == ("", {})


def test_a_prompt_behind_more_nodes_than_anybody_has_is_not_recovered() -> None:
    chain: dict[str, object] = {
        str(n): {"class_type": "Reroute", "inputs": {"": [str(n + 1), 0]}} for n in range(100, 118)
    }
    chain["118"] = {"class_type": "CLIPTextEncode", "inputs": {"text": "deep"}}
    assert comfy({"positive": ["100", 0]}, {**COMFY, **chain}).prompt == "deep"
    far = {**COMFY, **chain, "118": {"class_type": "Reroute", "inputs": {"": ["119", 0]}}}
    far |= {"119": {"class_type": "Reroute", "inputs": {"": ["120", 0]}}}
    far |= {"120": {"class_type": "CLIPTextEncode", "inputs": {"text": "deeper"}}}
    assert comfy({"positive": ["100", 0]}, far).prompt == ""


def test_a_negative_that_is_zeroed_is_none() -> None:
    zero = {"class_type": "ConditioningZeroOut", "inputs": {"conditioning": ["6", 0]}}
    metadata = comfy({"negative": ["20", 0]}, {**COMFY, "20": zero})
    assert (metadata.prompt, metadata.negative_prompt) == (PROMPT, "")


def test_both_texts_of_sdxl_where_they_differ() -> None:
    for second, prompt in (("a", "a"), ("b", "a\nb")):
        node = {"class_type": "CLIPTextEncodeSDXL", "inputs": {"text_g": "a", "text_l": second}}
        assert comfy({"positive": ["20", 0]}, {**COMFY, "20": node}).prompt == prompt


def test_the_sampler_with_a_prompt_counts_and_not_the_first() -> None:
    graph = {"1": {"class_type": "KSampler", "inputs": {"seed": 1}}, **COMFY}
    metadata = read(png(prompt=json.dumps(graph)))
    assert (metadata.prompt, metadata.parameters["Seed"]) == (PROMPT, "156680208700286")


def test_a_guider_with_both_sides() -> None:
    guider = {
        "class_type": "CFGGuider",
        "inputs": {"cfg": 3.5, "positive": ["8", 0], "negative": ["20", 0]},
    }
    negative = {"class_type": "CLIPTextEncode", "inputs": {"text": NEGATIVE}}
    metadata = read(png(prompt=json.dumps({**FLUX, "3": guider, "20": negative})))
    assert (metadata.prompt, metadata.negative_prompt) == (PROMPT, NEGATIVE)
    assert metadata.parameters["CFG scale"] == "3.5"


# --- beside the file ----------------------------------------------------------------------------

EASY_TEXT = f"""Prompt: {PROMPT}
Negative Prompt: {NEGATIVE}
Seed: 12
Stable Diffusion model: sd-v1-5
Sampler: euler_a
Width: 512
Height: 576
Steps: 25
Guidance Scale: 7.5
"""
EASY_FIRST_TEXT = f"""{PROMPT}

Width: 512
Height: 576
Seed: 12
Steps: 25
Guidance Scale: 7.5
Negative Prompt: {NEGATIVE}
"""


@pytest.mark.parametrize(
    ("name", "text", "source"),
    [
        ("dog.txt", EASY_TEXT, "easydiffusion"),
        ("dog.txt", EASY_TEXT.replace("\n", "\r\n"), "easydiffusion"),
        ("dog.txt", EASY_FIRST_TEXT, "easydiffusion"),
        ("dog.jpg.txt", A1111.format("v1"), "a1111"),
        ("dog.txt", A1111.format("f2.0"), "forge"),
        ("dog.json", json.dumps(SWARM), "swarmui"),
        ("dog.json", json.dumps({"seed": 12, "reqBody": {
            "prompt": PROMPT, "negative_prompt": NEGATIVE, "num_inference_steps": 25,
            "seed": 12, "width": 512, "height": 576}}), "easydiffusion"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_text_beside_the_file_is_read(
    tmp_path: Path, name: str, text: str, source: str, encoding: str
) -> None:
    # Given a picture that says nothing, with a text beside it
    (tmp_path / "dog.jpg").write_bytes(png())
    (tmp_path / name).write_text(text, encoding)
    # When it is read
    metadata = read_metadata(tmp_path / "dog.jpg")
    # Then the text answers, and that is said
    assert metadata.source == source
    assert (metadata.prompt, metadata.negative_prompt) == (PROMPT, NEGATIVE)
    assert "Seed" in metadata.parameters
    assert name in metadata.notes[-1]


@pytest.mark.parametrize(
    "text", ["a dog, sitting", "Prompt: a dog\nSeed: 3", "", "{}", "[1]", "Note: a: b\n" * 9]
)
def test_a_caption_or_a_note_beside_the_file_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "dog.png").write_bytes(png())
    (tmp_path / "dog.txt").write_text(text)
    (tmp_path / "dog.json").mkdir()
    assert read_metadata(tmp_path / "dog.png") == ImageMetadata()


def test_what_the_file_says_counts_and_not_what_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / "dog.png").write_bytes(png(parameters=json.dumps(SWARM)))
    (tmp_path / "dog.txt").write_text(EASY_TEXT)
    assert read_metadata(tmp_path / "dog.png").source == "swarmui"


def test_a_text_too_long_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "dog.png").write_bytes(png())
    (tmp_path / "dog.txt").write_text(EASY_TEXT + "x" * 1_100_000)
    assert read_metadata(tmp_path / "dog.png") == ImageMetadata()
