"""``wurstdesk models``: the checkpoints on this machine, found, fetched, brought, checked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wurstdesk.cli import copying, listing, models_work, options
from wurstdesk.cli.start import base_of
from wurstdesk.engine.half_copy import HalfDtype

models = typer.Typer(
    rich_markup_mode=None, help="The checkpoints on this machine: find, fetch, bring, verify."
)

Named = Annotated[
    str,
    typer.Argument(
        metavar="NAME|DIR", show_default=False, help="A name from “models find” or a folder."
    ),
]


@models.command("list")
def list_models(
    context: typer.Context, as_json: options.Json = False, home: options.Home = None
) -> None:
    """Print the checkpoints by the names that --checkpoint takes.

    Those are the built-in one, fetched ones, those in your own folders and in the hub's cache.
    """
    with base_of(context, home) as base:
        listing.list_models(base, as_json=as_json)


@models.command()
def find(
    context: typer.Context,
    folders: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[DIR]...", show_default=False, help="Look here, too."),
    ] = None,
    as_json: options.Json = False,
    home: options.Home = None,
) -> None:
    """Print all there is, whole or not, with its size.

    Looked through are the models folder, the folders of the settings and the hub's cache.
    """
    with base_of(context, home) as base:
        models_work.find(base, folders or [], as_json=as_json)


@models.command()
def fetch(
    context: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME|OWNER/REPOSITORY]...",
            show_default=False,
            help="Without any, what is offered is printed, and nothing is fetched.",
        ),
    ] = None,
    half: Annotated[
        HalfDtype | None,
        typer.Option("--half", help="Store it in half precision: half the disk."),
    ] = None,
    revision: Annotated[
        str,
        typer.Option("--revision", metavar="COMMIT", help="Not the newest, but this version."),
    ] = "",
    mirror: Annotated[
        str,
        typer.Option("--mirror", metavar="URL", help="Not the hub, but this mirror of it."),
    ] = "",
    as_json: options.Json = False,
    home: options.Home = None,
) -> None:
    """Fetch a checkpoint or a prior; print its folders.

    It goes on where it stopped, when it is called again. This is the only command that uses the
    network. For example: wurstdesk models fetch wuerstchen --half float16
    """
    with base_of(context, home) as base:
        order = models_work.FetchWish(tuple(names or ()), half, revision, mirror)
        raise typer.Exit(models_work.fetch(base, order, as_json=as_json))


@models.command("import")
def import_model(
    context: typer.Context,
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE|DIR...", show_default=False, help="Of one checkpoint, or folders of some."
        ),
    ],
    link: Annotated[
        bool, typer.Option("--link", help="Leave the files where they are and link to them.")
    ] = False,
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="What it is to be called.")
    ] = "",
    as_json: options.Json = False,
    home: options.Home = None,
) -> None:
    """Bring one by hand: a folder, or single files.

    They are recognised by their content, whatever a browser has called them.
    """
    with base_of(context, home) as base:
        raise typer.Exit(
            models_work.import_models(base, paths, link=link, name=name, as_json=as_json)
        )


@models.command()
def verify(
    context: typer.Context,
    checkpoint: Annotated[
        str | None,
        typer.Argument(metavar="[NAME|DIR]", show_default=False, help="Without it, all of them."),
    ] = None,
    repair: Annotated[
        bool,
        typer.Option("--repair", help="Fetch again from the hub what is wrong or missing."),
    ] = False,
    as_json: options.Json = False,
    home: options.Home = None,
) -> None:
    """Compare every file with the record of it."""
    with base_of(context, home) as base:
        raise typer.Exit(models_work.verify(base, checkpoint, repair=repair, as_json=as_json))


@models.command()
def convert(
    context: typer.Context,
    checkpoint: Named,
    target: Annotated[
        Path | None,
        typer.Argument(
            metavar="[TARGET_DIR]",
            show_default=False,
            help="A new folder, to hold both halves; without it one in the models folder.",
        ),
    ] = None,
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

    For example: wurstdesk models convert wuerstchen
    """
    with base_of(context, home) as base:
        copying.copy_model(base, checkpoint, target, dtype, as_json=as_json)


models.command("copy", hidden=True)(convert)


@models.command()
def remove(
    context: typer.Context,
    checkpoint: Named,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    as_json: options.Json = False,
    home: options.Home = None,
) -> None:
    """Delete a checkpoint or a prior.

    Only what lies in the models folder or in the hub's cache; pictures stay.
    """
    with base_of(context, home) as base:
        raise typer.Exit(models_work.remove(base, checkpoint, yes=yes, as_json=as_json))
