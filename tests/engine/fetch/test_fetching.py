"""Fetching what is whole, from a hub on this machine, with the real client in a process."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from checkpoints import damage, make_single_prior
from fetch_bench import DECODER, PAIR, Fetcher, planned
from hub_server import Elsewhere, HubServer
from wurstdesk.engine.fetch.places import staging_folders
from wurstdesk.engine.fetch.records import FETCH_RECORD, SourceRecord
from wurstdesk.engine.fetch.verify import verify_folder
from wurstdesk.engine.model_files import LocalCatalogue
from wurstdesk.generation.fetching import (
    Converting,
    Fetched,
    FetchOrder,
    FetchRepository,
    HalfPrecision,
    Progressed,
)

ALONE = "warp-ai/wuerstchen-prior-model-base"


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_published_checkpoint_arrives_whole(
    fetch: Fetcher, hub: HubServer, tiny_folder: Path
) -> None:
    last = fetch()[-1]

    assert isinstance(last, Fetched)
    assert last.folders == (
        str(fetch.folder / "wuerstchen"),
        str(fetch.folder / "wuerstchen-prior"),
    )
    for original in (tiny_folder / "wuerstchen", tiny_folder / "wuerstchen-prior"):
        folder = fetch.folder / original.name
        for path in (path for path in original.rglob("*") if path.is_file()):
            assert (folder / path.relative_to(original)).read_bytes() == path.read_bytes()
        assert not (folder / FETCH_RECORD).exists()
    (info,) = LocalCatalogue(Path("/nowhere"), [fetch.folder]).checkpoints()
    assert (info.name, info.complete, info.problem) == ("wuerstchen", True, "")
    assert staging_folders(fetch.folder) == ()
    assert not list(fetch.folder.rglob("*.part"))


def test_only_safetensors_and_small_files_are_asked_for(fetch: Fetcher, hub: HubServer) -> None:
    fetch.fetched()

    asked = {request.path.rpartition("/resolve/")[2].partition("/")[2] for request in hub.requests}
    assert DECODER in asked
    assert "README.md" in asked
    assert not {path for path in asked if path.endswith((".bin", ".py", ".fp16.safetensors"))}
    assert "examples/picture.json" not in asked
    assert not [r for r in hub.requests if "authorization" in {name.lower() for name in r.headers}]


def test_where_it_came_from_is_recorded(fetch: Fetcher, hub: HubServer) -> None:
    decoder, _ = fetch.fetched()

    record = SourceRecord.of(decoder)
    assert record is not None
    assert (record.repo, record.commit) == (PAIR[0], hub.commit_of(PAIR[0], "main"))
    assert record.endpoint == hub.endpoint
    found = {p.relative_to(decoder).as_posix() for p in decoder.rglob("*") if p.is_file()}
    assert set(record.files) == found - {"wurstdesk-source.json"}
    assert record.files[DECODER].sha256 == sha256(decoder / DECODER)
    assert verify_folder(decoder, record.files) == ()


def test_the_plan_and_the_progress_add_up(fetch: Fetcher) -> None:
    events = fetch()

    plan = planned(events)
    assert plan.total == sum(file.size for file in plan.files)
    assert plan.done == 0
    assert plan.needed_disk == plan.total
    assert plan.free_disk > 0
    assert list(plan.commits) == list(PAIR)
    progress = [event for event in events if isinstance(event, Progressed)]
    assert progress[-1].done == progress[-1].total == plan.total
    assert progress[-1].seconds_left == 0


def test_a_prior_by_itself(fetch: Fetcher, hub: HubServer, tmp_path: Path) -> None:
    hub.add(ALONE, make_single_prior(tmp_path / "made"))

    fetch.fetched()
    (folder,) = fetch.fetched(fetch.order(ALONE))

    assert folder == fetch.folder / "wuerstchen-prior-model-base"
    infos = LocalCatalogue(Path("/nowhere"), [fetch.folder]).checkpoints()
    assert [info.problem for info in infos] == ["", ""]
    assert {info.prior_weights for info in infos} == {None, folder}


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_weights_are_halved_on_arrival(
    fetch: Fetcher, tiny_folder: Path, dtype: HalfPrecision
) -> None:
    ending = {"float16": "fp16", "bfloat16": "bf16"}[dtype]

    events = fetch(fetch.order(convert=dtype))

    last = events[-1]
    assert isinstance(last, Fetched)
    decoder, prior = (Path(folder) for folder in last.folders)
    assert (decoder.name, prior.name) == (f"wuerstchen-{ending}", f"wuerstchen-{ending}-prior")
    half, whole = load_file(decoder / DECODER), load_file(tiny_folder / "wuerstchen" / DECODER)
    wanted = getattr(torch, dtype)
    assert half.keys() == whole.keys()
    assert all(torch.equal(half[name], whole[name].to(wanted)) for name in whole)
    converted = [event for event in events if isinstance(event, Converting)]
    assert converted[-1].done == converted[-1].total
    (info,) = LocalCatalogue(Path("/nowhere"), [fetch.folder]).checkpoints()
    assert (info.complete, info.copy_of, info.copy_dtype) == (True, "wuerstchen", dtype)
    record = SourceRecord.of(decoder)
    assert record is not None
    assert record.files[DECODER].source == sha256(tiny_folder / "wuerstchen" / DECODER)
    assert verify_folder(decoder, record.files) == ()


def test_what_half_precision_cannot_hold_is_said(
    fetch: Fetcher, hub: HubServer, tmp_path: Path
) -> None:
    prior = make_single_prior(tmp_path / "made")
    damage(prior / "diffusion_pytorch_model.safetensors", "nan")
    hub.add(ALONE, prior)

    failed = fetch.failed(fetch.order(ALONE, convert="float16"))

    assert "no numbers" in failed.message


def test_any_repository_of_the_same_layout(fetch: Fetcher, hub: HubServer, tmp_path: Path) -> None:
    hub.add("some-one/my.prior_2", make_single_prior(tmp_path / "made"))

    assert fetch.fetched(fetch.order("some-one/my.prior_2")) == [fetch.folder / "my.prior_2"]


def test_a_version_by_its_name(fetch: Fetcher, hub: HubServer, tmp_path: Path) -> None:
    first = hub.add(ALONE, make_single_prior(tmp_path / "first", seed=1))
    hub.add(ALONE, make_single_prior(tmp_path / "second", seed=2))

    order = FetchOrder(
        (FetchRepository(ALONE, first),), fetch.folder, endpoint=hub.endpoint, waits=fetch.waits
    )
    (folder,) = fetch.fetched(order)

    weights = "diffusion_pytorch_model.safetensors"
    made = tmp_path / "first" / "wuerstchen-prior-model-base"
    assert sha256(folder / weights) == sha256(made / weights)


def test_files_on_another_host(fetch: Fetcher, hub: HubServer, tiny_folder: Path) -> None:
    with HubServer("localhost") as other:
        other.add(PAIR[0], tiny_folder / "wuerstchen")
        hub.always(DECODER, Elsewhere(other.endpoint))

        decoder, _ = fetch.fetched()

        assert [request.path.startswith("/large/") for request in other.requests] == [True]
    assert sha256(decoder / DECODER) == sha256(tiny_folder / "wuerstchen" / DECODER)


def test_a_second_fetch_mends_what_was_damaged(fetch: Fetcher, hub: HubServer) -> None:
    decoder, _ = fetch.fetched()
    before = sha256(decoder / DECODER)
    damage(decoder / DECODER, "truncate")
    vqgan = decoder / "vqgan" / "diffusion_pytorch_model.safetensors"
    vqgan.write_bytes(bytes(vqgan.stat().st_size))
    hub.requests.clear()

    fetch.fetched()

    asked = {request.path for request in hub.requests if "/resolve/" in request.path}
    assert {path.rpartition("/resolve/")[2].partition("/")[2] for path in asked} == {
        DECODER,
        "vqgan/diffusion_pytorch_model.safetensors",
    }
    assert sha256(decoder / DECODER) == before


def test_a_converted_one_is_mended_as_well(fetch: Fetcher, hub: HubServer) -> None:
    order = fetch.order(convert="float16")
    decoder, _ = fetch.fetched(order)
    before = sha256(decoder / DECODER)
    damage(decoder / DECODER, "truncate")
    hub.requests.clear()

    fetch.fetched(order)

    assert sha256(decoder / DECODER) == before
    assert len(hub.asked_for(DECODER)) == 1
    assert len([r for r in hub.requests if "/resolve/" in r.path]) == 1


def test_a_newer_version_takes_the_place_of_the_older(
    fetch: Fetcher, hub: HubServer, tmp_path: Path
) -> None:
    made = make_single_prior(tmp_path / "first", seed=1)
    files = {path.name: path.read_bytes() for path in made.iterdir()}
    hub.add(ALONE, {**files, "notes.txt": b"old"})
    (folder,) = fetch.fetched(fetch.order(ALONE))
    newer = make_single_prior(tmp_path / "second", seed=2)
    commit = hub.add(ALONE, newer)
    hub.requests.clear()

    fetch.fetched(fetch.order(ALONE))

    weights = "diffusion_pytorch_model.safetensors"
    assert sha256(folder / weights) == sha256(newer / weights)
    assert not (folder / "notes.txt").exists()
    assert not hub.asked_for("config.json")  # the same in both
    record = SourceRecord.of(folder)
    assert record is not None
    assert record.commit == commit


def test_folders_of_others_are_left_alone(fetch: Fetcher) -> None:
    mine = fetch.folder / "wuerstchen"
    mine.mkdir(parents=True)
    (mine / "diary.txt").write_text("mine")

    decoder, prior = fetch.fetched()

    assert (decoder.name, prior.name) == ("warp-ai--wuerstchen", "warp-ai--wuerstchen-prior")
    assert [path.name for path in mine.iterdir()] == ["diary.txt"]
    assert fetch.fetched() == [decoder, prior]  # and is found there again


def test_a_folder_that_appears_meanwhile_is_said(fetch: Fetcher) -> None:
    for name in ("wuerstchen", "warp-ai--wuerstchen"):
        (fetch.folder / name).mkdir(parents=True)
        (fetch.folder / name / "diary.txt").write_text("mine")

    failed = fetch.failed()

    assert "is there already" in failed.message
    assert "Move it away" in failed.hint


def test_a_mirror_that_says_less_of_files_is_asked_for_the_tree(
    fetch: Fetcher, hub: HubServer
) -> None:
    hub.brief = True

    decoder, _ = fetch.fetched()

    assert SourceRecord.of(decoder) is not None
    assert [request for request in hub.requests if "/tree/" in request.path]
