"""A picture of any program, dropped on the window: what it would change in the form."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from fakes import DACKEL, PUBLISHED
from gallery.metadata.said import COMFY, SWARM
from gallery.metadata.samples import SAMPLES, Sample
from gallery.metadata.writers import png
from wurstdesk.generation import SEED_COUNT, nearest_side
from wurstdesk.session.dropped import PictureRead, ReadPicture
from wurstdesk.session.form import RequestForm
from wurstdesk.session.pasted import propose_pasted
from wurstdesk.session.proposal import propose, use


@pytest.fixture
def form(qtbot: QtBot) -> RequestForm:
    made = RequestForm(lambda: 7)
    made.set_checkpoints((PUBLISHED, DACKEL))
    made.choose_checkpoint("wuerstchen")
    made.edit(prompt="mine", negative_prompt="not mine", decoder_num_inference_steps=20)
    return made


def read(path: Path, data: bytes) -> PictureRead:
    path.write_bytes(data)
    return ReadPicture(path, "window")()


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_picture_of_each_program_is_taken_as_far_as_it_means_the_same(
    form: RequestForm, sample: Sample, tmp_path: Path
) -> None:
    # Given a form with settings of its own
    before = form.request
    # When a picture is dropped and all that is proposed is used
    answer = read(tmp_path / f"picture{sample.suffix}", sample.data())
    use(form, propose(form, answer.fields(form)).fields())
    # Then prompts, size, seed and guidance are the picture's where it has them
    request, parameters = form.request, sample.parameters
    assert (request.prompt, request.negative_prompt) == (answer.metadata.prompt, sample.negative)
    if "Size-1" in parameters:
        sides = (nearest_side(int(parameters["Size-1"])), nearest_side(int(parameters["Size-2"])))
        assert (request.width, request.height) == sides
    seed = int(parameters["Seed"])
    assert request.seed == (seed if seed < SEED_COUNT else before.seed)
    guidance = float(parameters.get("CFG scale", "0"))
    wanted = guidance if 2 <= guidance <= 10 else before.prior_guidance_scale
    assert request.prior_guidance_scale == wanted
    # And checkpoint and steps stay, since another model's mean nothing here
    for kept in (
        *("checkpoint", "prior_timesteps", "prior_num_inference_steps"),
        *("decoder_num_inference_steps", "decoder_guidance_scale", "decoder_seed"),
    ):
        assert getattr(request, kept) == getattr(before, kept)
    assert answer.program == answer.metadata.program != ""
    assert any("model and steps" in note for note in answer.notes)


def test_what_is_left_out_is_said(tmp_path: Path) -> None:
    odd = {**SWARM, "sui_image_params": {"steps": 4, "cfgscale": 1, "seed": 2**40, "prompt": "a"}}
    notes = read(tmp_path / "a.png", png(parameters=json.dumps(odd))).notes
    assert [note.split()[1] for note in notes] == ["model", "guidance", "seed"]


def test_a_graph_whose_prompt_was_not_recovered_leaves_ours(
    form: RequestForm, tmp_path: Path
) -> None:
    graph = json.loads(json.dumps(COMFY))
    graph["3"]["inputs"] |= {"positive": ["4", 0], "negative": ["4", 0]}
    answer = read(tmp_path / "a.png", png(prompt=json.dumps(graph)))
    fields = answer.fields(form)
    assert "prompt" not in fields
    assert "negative_prompt" not in fields
    assert fields["width"] == 512
    assert any("not recovered" in note for note in answer.notes)


def test_a_workflow_alone_proposes_nothing(form: RequestForm, tmp_path: Path) -> None:
    answer = read(tmp_path / "a.png", png(workflow='{"nodes": []}'))
    assert answer.fields(form) == {}
    assert answer.program == "ComfyUI"


def test_a_pasted_object_of_another_program_is_a_set_of_parameters(form: RequestForm) -> None:
    proposal = propose_pasted(form, json.dumps(SWARM))
    assert proposal is not None
    assert proposal.fields()["seed"] == 9
    assert propose_pasted(form, json.dumps(COMFY)) is None
