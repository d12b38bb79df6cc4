"""The commands and their options, and how each way to end becomes an exit code.

0: done. 1: not done, and one sentence says why. 2: the command was written wrongly. 130: ended by
Ctrl+C, as every program ends by it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from wurstdesk.cli import bench_options, copying, drawing, listing, options, output
from wurstdesk.cli.parts import Base
from wurstdesk.engine.half_copy import HalfDtype
from wurstdesk.errors import GenerationCancelled, UserError
from wurstdesk.log import Logging, take_crash_report
from wurstdesk.paths import Home, find_home

OpenWindow = Callable[[Home], int]

_LOG = "command-line"
_log = logging.getLogger(__name__)


@dataclass
class _Start:
    """What every command is given: how to open the window, and the home that stood before it."""

    open_window: OpenWindow
    home: Path | None = None


commands = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Wurstdesk draws pictures from words with the Würstchen model, on your own machine. "
    "Without a command it opens the window.",
)
models = typer.Typer(rich_markup_mode=None, help="The checkpoints on this machine.")
commands.add_typer(models, name="models")


def run(arguments: Sequence[str], open_window: OpenWindow) -> int:
    """Do what the arguments say; the exit code of the process.

    ``open_window`` is ``app``'s, which this layer does not know.
    """
    output.let_any_text_through()
    try:
        commands(args=list(arguments), prog_name="wurstdesk", obj=_Start(open_window))
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except UserError as error:
        output.error(str(error))
        return 1
    return 0


@contextmanager
def _base(context: typer.Context, chosen: Path | None) -> Iterator[Base]:
    """The home with its settings, a log, and every failure as one sentence and an exit code."""
    home = find_home(chosen or _start_of(context).home)
    crash_report = take_crash_report(home.logs, _LOG)
    with Logging(home.logs, _LOG):
        if crash_report is not None:
            output.note(f"The last command crashed. A report of where lies in {home.logs}.")
        try:
            base = Base.of(home)
            for text in base.notes:
                output.note(text)
            yield base
        except (GenerationCancelled, KeyboardInterrupt):
            output.remark("Cancelled.")
            raise typer.Exit(drawing.CANCELLED) from None
        except MemoryError:
            raise UserError(
                "There was not enough memory.", "Try a smaller size or fewer pictures."
            ) from None
        except (UserError, typer.Exit, typer.BadParameter, BrokenPipeError):
            raise
        except Exception as error:  # noqa: BLE001 - nobody wants a traceback here
            _log.exception("a command failed")
            raise UserError(
                f"Something went wrong inside Wurstdesk ({type(error).__name__}). This is a "
                f"mistake in the program; where it happened stands in {home.logs / _LOG}.log."
            ) from None


def _start_of(context: typer.Context) -> _Start:
    start = context.find_object(_Start)
    assert start is not None
    return start


@commands.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    home: options.Home = None,
    self_test: Annotated[
        bool, typer.Option("--self-test", help="Check that this installation works, and leave.")
    ] = False,
) -> None:
    """Take the options that stand before a command; open the window where there is none."""
    start = _start_of(context)
    start.home = home
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
        device=device,
        dtype=dtype,
        offload=offload,
        compiled=compiled,
        out=out,
        as_json=as_json,
    )
    with _base(context, home) as base:
        raise typer.Exit(drawing.draw(base, order))


@models.command("list")
def list_models(
    context: typer.Context, as_json: options.Json = False, home: options.Home = None
) -> None:
    """Print the checkpoints: built in, downloaded, in your own folders."""
    with _base(context, home) as base:
        listing.list_models(base, as_json=as_json)


@models.command("copy")
def copy_model(
    context: typer.Context,
    checkpoint: Annotated[
        str,
        typer.Argument(
            metavar="NAME|DIR", show_default=False, help="A name from “models list” or a folder."
        ),
    ],
    target: Annotated[
        Path,
        typer.Argument(
            metavar="TARGET_DIR", show_default=False, help="A new folder, to hold both halves."
        ),
    ],
    dtype: Annotated[
        HalfDtype,
        typer.Option("--dtype", help="float16 is finer, bfloat16 holds larger values."),
    ] = "float16",
    as_json: options.Json = False,
    home: options.Home = None,
) -> None:
    """Copy a checkpoint to half precision.

    It takes half the disk and half the time to load. In the models folder, or in one that the
    settings name, the copy is listed from then on.

    For example: wurstdesk models copy wuerstchen ~/models/wuerstchen-half
    """
    with _base(context, home) as base:
        copying.copy_model(base, checkpoint, target, dtype, as_json=as_json)


@commands.command()
def metadata(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False, help="A picture.")],
    as_json: options.Json = False,
    home: options.Home = None,
) -> None:
    """Print how a picture was made."""
    with _base(context, home):
        listing.show_metadata(file, as_json=as_json)


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
    with _base(context, home) as base:
        raise typer.Exit(benchmark.bench(base, task))


@commands.command()
def doctor(
    context: typer.Context, as_json: options.Json = False, home: options.Home = None
) -> None:
    """Print versions, devices, memory, folders and plan."""
    from wurstdesk.cli.doctor import doctor as examine

    with _base(context, home) as base:
        raise typer.Exit(examine(base, as_json=as_json))
