"""Which files of a repository are fetched, and which repositories are refused."""

from __future__ import annotations

import pytest

from fetch_bench import DECODER, PAIR, Fetcher
from hub_server import HubServer
from wurstdesk.engine.fetch.errors import FetchError
from wurstdesk.engine.fetch.layout import is_safe, kind_of, wanted_files
from wurstdesk.engine.fetch.places import half_name
from wurstdesk.generation.fetching import FetchFile

WEIGHTS = "diffusion_pytorch_model.safetensors"
ALONE = ("config.json", WEIGHTS)
HALF = (
    "prior/config.json",
    f"prior/{WEIGHTS}",
    "text_encoder/config.json",
    "text_encoder/model.safetensors",
    "tokenizer/merges.txt",
    "scheduler/scheduler_config.json",
    "model_index.json",
)


def wanted(*paths: str, size: int = 10) -> set[str]:
    files = [FetchFile("a/b", path, size, git_id="0" * 40) for path in paths]
    return {file.path for file in wanted_files("a/b", files)}


def test_kinds_are_known_by_their_files() -> None:
    assert kind_of(HALF) == "prior"
    assert kind_of(ALONE) == "prior alone"
    assert kind_of(["decoder/config.json"]) == "decoder"
    assert kind_of(["config.json", "model.safetensors"]) is None


def test_all_of_a_half_is_wanted() -> None:
    assert wanted(*HALF) == set(HALF)


@pytest.mark.parametrize(
    "path",
    [
        "prior/diffusion_pytorch_model.bin",
        "prior/diffusion_pytorch_model.bin.index.json",
        "prior/modeling.py",
        "prior/weights.ckpt",
        "prior/other.safetensors",
        "lora.safetensors",
        "unet/config.json",
        "prior/deeper/config.json",
        "wurstdesk-source.json",
        "picture.png",
        ".hidden.json",
    ],
)
def test_nothing_else_is(path: str) -> None:
    assert path not in wanted(*HALF, path)


@pytest.mark.parametrize("path", ["README.md", "LICENSE", "NOTICE.txt", "wurstdesk.json"])
def test_papers_are(path: str) -> None:
    assert path in wanted(*HALF, path)


@pytest.mark.parametrize(
    "path",
    [
        "../config.json",
        "/etc/config.json",
        "prior/../../x.json",
        "prior//x.json",
        "./x.json",
        "C:/x.json",
        "prior\\x.json",
        "con.json",
        "prior/aux.txt",
        "name .json/",
        "x.json ",
        "x\n.json",
        "a" * 201,
        "",
    ],
)
def test_names_that_lead_out_or_that_some_system_cannot_write(path: str) -> None:
    assert not is_safe(path)
    assert path not in wanted(*HALF, path)


def test_two_files_that_are_one_elsewhere() -> None:
    with pytest.raises(FetchError, match="differ only in capitals"):
        wanted(*ALONE, "Config.json")


def test_weights_in_several_files() -> None:
    shards = [f"diffusion_pytorch_model-0000{n}-of-00002.safetensors" for n in (1, 2)]

    assert wanted("config.json", f"{WEIGHTS}.index.json", *shards, f"{WEIGHTS[:23]}.fp16.x") == {
        "config.json",
        f"{WEIGHTS}.index.json",
        *shards,
    }


@pytest.mark.parametrize(
    "variant",
    [
        "diffusion_pytorch_model.fp16.safetensors",
        "diffusion_pytorch_model.bf16-00001-of-00002.safetensors",
    ],
)
def test_a_variant_is_wanted_only_without_the_full_weights(variant: str) -> None:
    assert variant not in wanted(*ALONE, variant)
    assert variant in wanted("config.json", variant)


def test_a_file_that_is_too_large_for_its_kind() -> None:
    files = [FetchFile("a/b", path, 10) for path in ALONE]
    files.append(FetchFile("a/b", "huge.json", 40_000_000))

    assert "huge.json" not in {file.path for file in wanted_files("a/b", files)}


def test_small_files_come_first_and_then_the_largest() -> None:
    sizes = {"text_encoder/model.safetensors": 5, f"prior/{WEIGHTS}": 9}
    files = [FetchFile("a/b", path, sizes.get(path, 1)) for path in HALF]

    order = [file.path for file in wanted_files("a/b", files)]

    assert order[-2:] == [f"prior/{WEIGHTS}", "text_encoder/model.safetensors"]


def test_names_of_halves_find_each_other() -> None:
    assert half_name("wuerstchen", "float16") == "wuerstchen-fp16"
    assert half_name("wuerstchen-prior", "bfloat16") == "wuerstchen-bf16-prior"
    assert half_name("wuerstchen-prior", None) == "wuerstchen-prior"


def test_a_repository_of_something_else(fetch: Fetcher, hub: HubServer) -> None:
    hub.add("other/model", {"config.json": b"{}", "model.safetensors": b"x" * 100})

    failed = fetch.failed(fetch.order("other/model"))

    assert "no Würstchen checkpoint" in failed.message


def test_weights_that_can_run_programs(fetch: Fetcher, hub: HubServer) -> None:
    files = {"config.json": b"{}", "diffusion_pytorch_model.bin": b"x" * 100}
    hub.add("other/prior", files)

    failed = fetch.failed(fetch.order("other/prior"))

    assert "safetensors" in failed.message


def test_a_half_without_its_text_encoder(fetch: Fetcher, hub: HubServer) -> None:
    hub.add("other/half", {path: b"{}" for path in HALF if "text_encoder" not in path})

    assert "its text_encoder" in fetch.failed(fetch.order("other/half")).message


@pytest.mark.parametrize("config", [b'{"_class_name": "UNet2DConditionModel"}', b"{", b"[]"])
def test_the_kind_is_looked_at_before_the_weights_come(
    fetch: Fetcher, hub: HubServer, config: bytes
) -> None:
    commit = hub.commit_of(PAIR[0], "main")
    assert commit is not None
    files = {path: blob.data for path, blob in hub.blobs(PAIR[0], commit).items()}
    hub.add(PAIR[0], {**files, "decoder/config.json": config})

    failed = fetch.failed()

    assert "is not a Würstchen checkpoint" in failed.message
    assert not hub.asked_for(DECODER)
