"""The commands and their options. How each way to end becomes an exit code stands in ``start``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from wurstdesk.cli import bench_options, drawing, options, output
from wurstdesk.cli.gallery import gallery
from wurstdesk.cli.metadata import metadata
from wurstdesk.cli.models import models
from wurstdesk.cli.start import OpenWindow, Start, base_of, start_of
from wurstdesk.errors import UserError
from wurstdesk.paths import find_home

commands = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Wurstdesk draws pictures from words with the Würstchen model, on your own machine. "
    "Without a command it opens the window.",
)
commands.add_typer(models, name="models")
commands.add_typer(gallery, name="gallery")


def run(arguments: Sequence[str], open_window: OpenWindow) -> int:
    """Do what the arguments say; the exit code of the process.

    ``open_window`` is ``app``'s, which this layer does not know.
    """
    output.let_any_text_through()
    try:
        commands(args=list(arguments), prog_name="wurstdesk", obj=Start(open_window))
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except UserError as error:
        output.error(str(error))
        return 1
    return 0


@commands.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    home: options.Home = None,
    self_test: Annotated[
        bool, typer.Option("--self-test", help="Check that this installation works, and leave.")
    ] = False,
    checkpoint: options.TestedCheckpoint = None,
    out: options.TestReport = None,
) -> None:
    """Take the options that stand before a command; open the window where there is none."""
    start = start_of(context)
    start.home = home
    if not self_test and (checkpoint is not None or out is not None):
        raise typer.BadParameter("before a command it goes with --self-test alone.")
    if checkpoint is not None:
        from wurstdesk.cli.checkpoint_trial import try_checkpoint

        with base_of(context, home) as base:
            raise typer.Exit(try_checkpoint(base, checkpoint, out))
    if self_test and out is not None:
        raise typer.BadParameter("it goes with --checkpoint.", param_hint="--out")
    if self_test:
        from wurstdesk.cli.self_test import self_test as test

        raise typer.Exit(test())
    if context.invoked_subcommand is None:
        raise typer.Exit(start.open_window(find_home(home)))


@commands.command()
def generate(
    context: typer.Context,
    prompt: options.Prompt,
    negative: options.Negative = "",
    seed: options.Seed = None,
    count: options.Count = 1,
    size: options.Size = None,
    prior_steps: options.PriorSteps = None,
    prior_timesteps: options.PriorTimesteps = None,
    prior_guidance: options.PriorGuidance = None,
    decoder_steps: options.DecoderSteps = 12,
    decoder_guidance: options.DecoderGuidance = 0.0,
    decoder_seed: options.DecoderSeed = None,
    checkpoint: options.Checkpoint = None,
    blend_prior: options.BlendPrior = "",
    blend: options.Blend = None,
    device: options.Device = None,
    dtype: options.Dtype = None,
    offload: options.Offload = None,
    compiled: options.Compile = None,
    out: options.Out = None,
    as_json: options.Json = False,
    home: options.Home = None,
) -> None:
    """Draw pictures and save them; print where they are.

    For example: wurstdesk generate "a long red sausage dog on snow at night" --out dog.png
    """
    if prior_steps is not None and prior_timesteps is not None:
        raise typer.BadParameter(
            "give either --prior-steps or --prior-timesteps, not both.",
            param_hint="--prior-timesteps",
        )
    if blend is not None and not blend_prior:
        raise typer.BadParameter("say with which prior: --blend-prior.", param_hint="--blend")
    order = drawing.Order(
        prompt=prompt,
        negative=negative,
        seed=seed,
        count=count,
        size=options.read_size(size) if size is not None else None,
        prior_steps=prior_steps,
        prior_timesteps=(
            options.read_timesteps(prior_timesteps) if prior_timesteps is not None else None
        ),
        prior_guidance=prior_guidance,
        decoder_steps=decoder_steps,
        decoder_guidance=decoder_guidance,
        decoder_seed=decoder_seed,
        checkpoint=checkpoint,
        blend_prior=blend_prior,
        blend=blend,
        device=device,
        dtype=dtype,
        offload=offload,
        compiled=compiled,
        out=out,
        as_json=as_json,
    )
    with base_of(context, home) as base:
        raise typer.Exit(drawing.draw(base, order))


commands.command()(metadata)


@commands.command()
def bench(
    context: typer.Context,
    size: bench_options.Sizes = None,
    checkpoint: options.Checkpoint = None,
    device: options.Device = None,
    dtype: options.Dtype = None,
    threads: bench_options.Threads = None,
    prior_steps: options.PriorSteps = None,
    decoder_steps: options.DecoderSteps = 12,
    count: bench_options.Together = 1,
    rounds: bench_options.Rounds = 3,
    against_stock: bench_options.AgainstStock = False,
    plan_dtype: bench_options.PlanDtype = False,
    compiled: bench_options.Compiled = False,
    as_json: options.Json = False,
    home: options.Home = None,
) -> None:
    """Measure what pictures cost on this machine.

    The window's estimates get better by it. For example: wurstdesk bench --size 768x512
    """
    from wurstdesk.cli import bench as benchmark

    task = benchmark.Task(
        sizes=tuple(options.read_size(text) for text in size or ()),
        checkpoint=checkpoint,
        device=device,
        dtype=dtype,
        threads=threads,
        prior_steps=prior_steps,
        decoder_steps=decoder_steps,
        count=count,
        rounds=rounds,
        against_stock=against_stock,
        plan_dtype=plan_dtype,
        compiled=compiled,
        as_json=as_json,
    )
    with base_of(context, home) as base:
        raise typer.Exit(benchmark.bench(base, task))


@commands.command()
def doctor(
    context: typer.Context, as_json: options.Json = False, home: options.Home = None
) -> None:
    """Print versions, devices, memory, folders and plan."""
    from wurstdesk.cli.doctor import doctor as examine

    with base_of(context, home) as base:
        raise typer.Exit(examine(base, as_json=as_json))
