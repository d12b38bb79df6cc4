"""``wurstdesk bench``: real measurements of a tiny checkpoint, and how they are counted."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import pytest

from command_line import CommandLine
from fakes import DACKEL
from wurstdesk.cli import bench
from wurstdesk.cli.bench_process import Competitor
from wurstdesk.cli.bench_results import Difference
from wurstdesk.engine.bench import Contestant, Drawn, Memory, Ready
from wurstdesk.errors import UserError
from wurstdesk.generation import GenerationRequest, Pixels, Plan
from wurstdesk.paths import Home
from wurstdesk.session.timings import TimingsFile

REQUEST = GenerationRequest(width=128, height=128)
STAGES = {"prior", "decoder", "vqgan"}


# -- the whole, with real pictures ---------------------------------------------------------------


def test_what_a_picture_costs_is_measured_and_kept_for_the_estimates(
    real_command: CommandLine, checkpoint: Path, home: Home
) -> None:
    # When a checkpoint is measured
    ended = real_command(
        "bench", "--checkpoint", checkpoint, "--device", "cpu", "--threads", "1",
        "--rounds", "1", "--decoder-steps", "2", "--json",
    )  # fmt: skip
    # Then there is a number for everything
    assert (ended.code, ended.err) == (0, "")
    (report,) = ended.objects
    assert (report["checkpoint"], report["against_stock"]) == ("pudel", False)
    (trial,) = report["trials"]
    assert (trial["width"], trial["height"], trial["prior_steps"]) == (128, 128, 3)
    (line,) = trial["lines"]
    assert (line["device"], line["threads"]) == ("cpu", 1)
    seconds, memory = line["seconds"], line["memory"]
    assert seconds["stages"].keys() == STAGES
    whole = sum(seconds["stages"][s] * n for s, n in (("prior", 3), ("decoder", 2), ("vqgan", 1)))
    assert 0 < whole <= max(seconds["new_prompt"] + seconds["same_prompt"])
    assert min(seconds["import"], seconds["load"]) > 0
    assert memory["peak"] > memory["imports"] > 10_000_000
    assert memory["device_peak"] is None
    # And the next estimate at that size starts with what was learned
    way, key = sorted(json.loads(home.timings_file.read_bytes())["rates"], key=len)
    assert key.startswith(f"{way} | 128x128")
    known = TimingsFile(home.timings_file)
    assert known.rates(key).keys() == STAGES | {"rest"}
    assert known.rates(way).keys() == {"loading"}


def test_beside_the_stock_pipelines_ours_draws_the_same_pictures(
    real_command: CommandLine, checkpoint: Path, home: Home
) -> None:
    # When ours and diffusers' own pipelines draw in turn, two pictures at a time
    ended = real_command(
        "bench", "--against-stock", "--checkpoint", checkpoint, "--device", "cpu", "--threads", "1",
        "--size", "256x128", "--rounds", "1", "--decoder-steps", "2", "--count", "2", "--json",
    )  # fmt: skip
    # Then both were used in the same way
    assert (ended.code, ended.err) == (0, "")
    (report,) = ended.objects
    (trial,) = report["trials"]
    assert (trial["width"], trial["height"], trial["pictures"]) == (256, 128, 2)
    stock, ours, in_turn = trial["lines"]
    assert [line["name"] for line in trial["lines"]][:2] == ["stock", "ours"]
    assert {(n["device"], n["dtype"], n["threads"]) for n in (stock, ours)} == {
        ("cpu", "float32", 1)
    }
    assert (ours["offload"], in_turn["offload"]) == ("none", "model")
    # And drew the same pictures, at a price that is told as a ratio
    for line in (ours, in_turn):
        assert line["picture"]["same_but_for_rounding"], line["picture"]
        ratio = line["seconds"]["new_prompt"][0] / stock["seconds"]["new_prompt"][0]
        assert line["ratios"]["new_prompt"] == pytest.approx(ratio)
        peaks = line["memory"]["peak"] / stock["memory"]["peak"]
        assert line["ratios"]["peak_memory"] == pytest.approx(peaks)
        assert line["ratios"]["device_peak_memory"] is None
    assert "ratios" not in stock
    assert stock["seconds"]["stages"] == {}
    # And nothing of a comparison goes into the estimates
    assert not home.timings_file.exists()


def test_what_cannot_be_done_is_the_engines_sentence(
    real_command: CommandLine, checkpoint: Path
) -> None:
    ended = real_command("bench", "--checkpoint", checkpoint, "--device", "mps")

    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("Error: No Apple graphics unit was found")
    assert multiprocessing.active_children() == []


def test_a_process_that_ends_by_itself_is_a_sentence(checkpoint: Path) -> None:
    # Given a contestant whose process dies as it would for lack of memory
    with Competitor(Contestant("ours", DACKEL), REQUEST, lambda _: None) as competitor:
        competitor._process.kill()
        # When something is asked of it
        with pytest.raises(UserError, match="“ours” ended by itself"):
            competitor.ready()
    assert multiprocessing.active_children() == []


def test_ctrl_c_leaves_no_process_behind() -> None:
    with (
        pytest.raises(KeyboardInterrupt),
        Competitor(Contestant("ours", DACKEL), REQUEST, lambda _: None),
    ):
        raise KeyboardInterrupt

    assert multiprocessing.active_children() == []


# -- how it is counted, with contestants that follow a script ------------------------------------

Order = tuple[str, str, int, int]
"""Who draws, and the request's prompt, seed and steps of Stage C."""


@dataclass
class Stage:
    """Plays every contestant: each round takes the seconds that the script has for its name."""

    seconds: dict[str, list[float]]
    plans: dict[str, Plan] = field(default_factory=dict)
    contestants: list[Contestant] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    interrupts: bool = False

    def competitor(
        self, contestant: Contestant, request: GenerationRequest, tell: object
    ) -> _Player:
        self.contestants.append(contestant)
        return _Player(self, contestant.name)


@dataclass
class _Player:
    stage: Stage
    name: str

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.stage.ended.append(self.name)

    def ready(self) -> Ready:
        return Ready(self.stage.plans.get(self.name, Plan("cpu", "float32", "a chip")), 1.0, 2.0)

    def draw(self, request: GenerationRequest) -> Drawn:
        if self.stage.interrupts:
            raise KeyboardInterrupt
        drawn = [order for order in self.stage.orders if order[0] == self.name]
        self.stage.orders.append((self.name, request.prompt, request.seed, request.prior_steps))
        script = self.stage.seconds[self.name]
        stages: dict[Any, float] = {} if self.name == "stock" else dict.fromkeys(STAGES, 0.5)
        picture = Pixels(1, 1, bytes([0, 0, 1 if self.name == "ours" else 0]))
        memory = Memory(1000 if self.name == "stock" else 700, 400, None)
        seconds = script[(len(drawn) - 1) % len(script)] if drawn else 1000.0
        return Drawn(seconds, stages, (picture,), memory)


@pytest.fixture
def stage(command: CommandLine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """Of three rounds; the first picture of each contestant takes very long."""
    names = ["wurstdesk", "ours, one stage at a time", "ours, dtype as planned", "ours, compiled"]
    script = {name: [1.0, 1.0] for name in names}
    script |= {"stock": [2.0, 2.0, 4.0, 4.0, 8.0, 8.0], "ours": [1.0, 0.5, 1.0, 0.5, 8.0, 0.5]}
    stage = Stage(script)
    monkeypatch.setattr(bench, "Competitor", stage.competitor)
    yield stage
    assert sorted(stage.ended) == sorted(contestant.name for contestant in stage.contestants)


def test_they_draw_in_turn_what_nobody_has_drawn_before(command: CommandLine, stage: Stage) -> None:
    # Given three that draw in different ways
    stage.plans = {"ours, one stage at a time": Plan("cpu", "float32", "a chip", offload="model")}
    # When three rounds are drawn
    command("bench", "--against-stock", "--json")
    # Then first everybody warms up with few steps
    lines = ["stock", "ours", "ours, one stage at a time"]
    warm_up, rounds = stage.orders[:3], stage.orders[3:]
    assert [name for name, *_ in warm_up] == lines
    assert {steps for *_, steps in warm_up} == {2}
    # And then they take turns, each with the same prompt and seeds, new ones every round
    assert [name for name, *_ in rounds] == [name for name in lines for _ in range(2)] * 3
    ours, theirs = ([rest for who, *rest in rounds if who == name] for name in ("ours", "stock"))
    assert ours == theirs
    prompts, seeds = [prompt for prompt, *_ in ours], [seed for _, seed, _ in ours]
    assert prompts[::2] == prompts[1::2]
    assert len({warm_up[0][1], *prompts}) == 4
    assert len(set(seeds)) == 6


def test_a_ratio_is_the_median_of_the_rounds(command: CommandLine, stage: Stage) -> None:
    # When ours took 1/2, 1/4 and 8/8 of stock's time
    ended = command("bench", "--against-stock", "--json")
    # Then one bad round does not count, and neither does the warm-up
    (report,) = ended.objects
    ours = report["trials"][0]["lines"][1]
    assert ours["ratios"]["new_prompt"] == 0.5
    assert ours["ratios"]["same_prompt"] == 0.125
    assert ours["ratios"]["peak_memory"] == 0.7
    assert ours["ratios"]["peak_memory_above_imports"] == 0.5
    assert ours["picture"] == {
        "most_levels": 1,
        "mean_levels": pytest.approx(1 / 3),
        "same_but_for_rounding": True,
    }


def test_stock_is_used_like_ours_and_ours_with_previews(command: CommandLine, stage: Stage) -> None:
    plan = Plan("cuda:0", "float16", "a card")
    stage.plans = {"ours": plan, "stock": plan}

    command("bench", "--against-stock")

    ours, stock = stage.contestants
    assert (ours.like, stock.like) == (None, plan)
    assert ours.options.previews
    assert (ours.plain, ours.options.dtype, ours.options.offload) == (True, "auto", "none")
    assert (ours.timings, stock.timings) == (None, None)


def test_further_ways_are_measured_only_where_they_differ(
    command: CommandLine, stage: Stage
) -> None:
    # Given a machine where the plan takes bfloat16 and cannot compile
    stage.plans = {"ours, dtype as planned": Plan("cpu", "bfloat16", "a chip")}
    # When all is asked for
    text = command("bench", "--against-stock", "--plan-dtype", "--compile").out
    # Then what is planned like ours is only named
    assert "“ours, compiled” would be the same as “ours”." in text
    assert "“ours, one stage at a time” would be the same as “ours”." in text
    (row,) = [row for row in text.splitlines() if row.startswith("ours, dtype as planned")]
    assert "bfloat16" in row
    asked = {contestant.name: contestant.options for contestant in stage.contestants}
    assert asked["ours, compiled"].compile
    assert asked["ours, one stage at a time"].offload == "model"
    assert asked["ours, dtype as planned"].dtype == "auto"


def test_the_comparison_is_a_table_for_each_size(command: CommandLine, stage: Stage) -> None:
    stage.plans = {"ours, one stage at a time": Plan("cpu", "float32", "a chip", offload="model")}

    text = command("bench", "--against-stock", "--size", "384x384", "--size", "512×256").out

    rows = [row.split("  ")[0] for row in text.splitlines()]
    assert rows[0] == "Dackel on a chip (cpu)"
    assert [row for row in rows if "×" in row and row[0].isdigit()] == ["384×384", "512×256"]
    assert rows.count("ours, one stage at a time") == 2
    assert "the same, but for rounding" in text
    assert "0.50" in text


def test_what_a_size_costs_is_a_row(command: CommandLine, stage: Stage) -> None:
    text = command("bench", "--size", "384x384", "--size", "512x256").out

    rows = [row for row in text.splitlines() if "a step" in row]
    assert [row.split()[0] for row in rows] == ["384×384", "512×256"]
    assert rows[0].count("0.500 s a step") == 2


def test_ctrl_c_ends_it(command: CommandLine, stage: Stage) -> None:
    stage.interrupts = True

    ended = command("bench", "--against-stock")

    assert (ended.code, ended.out, ended.err) == (130, "", "Cancelled.\n")
    assert len(stage.ended) == 3


@pytest.mark.parametrize(
    ("typed", "code", "sentence"),
    [
        (["--size", "big"], 2, "write it like 1024x1024"),
        (["--size", "400x384"], 1, "A side must be a multiple of 128 pixels"),
        (["--rounds", "0"], 2, "--rounds"),
        (["--checkpoint", "nobody"], 1, "There is no checkpoint nobody."),
    ],
)
def test_what_was_typed_wrongly_is_found_before_anything_is_measured(
    command: CommandLine, stage: Stage, typed: list[str], code: int, sentence: str
) -> None:
    ended = command("bench", *typed)

    assert (ended.code, ended.out) == (code, "")
    assert sentence in ended.err
    assert not stage.contestants


def test_pictures_are_compared_level_by_level() -> None:
    one = [Pixels(1, 1, bytes([0, 128, 255])), Pixels(1, 1, bytes([1, 1, 1]))]
    other = [Pixels(1, 1, bytes([255, 128, 254])), Pixels(1, 1, bytes([1, 1, 1]))]

    assert Difference.between(one, one) == Difference(0, 0.0)
    difference = Difference.between(one, other)

    assert (difference.most, difference.is_rounding) == (255, False)
    assert difference.mean == pytest.approx(256 / 6)
