"""``wurstdesk gallery``: what the gallery's page does, without a window."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from wurstdesk.cli import gallery_work, options
from wurstdesk.cli.start import base_of
from wurstdesk.gallery.records import Sort
from wurstdesk.settings import PictureFormat
from wurstdesk.settings.name_template import DEFAULT_TEMPLATE, FIELDS

gallery = typer.Typer(
    rich_markup_mode=None, help="The pictures that were made: find, export, import, check."
)

_SEARCH_HELP = (
    "Words of the prompt or tags, and filters as in the window: "
    "“dog night rating:>=4 date:2026-11 is:favourite”."
)
Limit = Annotated[int, typer.Option("--limit", min=1, metavar="N", help="How many at most.")]
Order = Annotated[Sort, typer.Option("--sort", help="Which come first.")]
Paths = Annotated[bool, typer.Option("--paths", help="Print only where the files are.")]
Text = Annotated[str, typer.Argument(metavar="TEXT", show_default=False, help=_SEARCH_HELP)]


@gallery.command("list")
def list_pictures(
    context: typer.Context,
    limit: Limit = 20,
    sort: Order = Sort.NEWEST,
    only_paths: Paths = False,
    as_json: options.Json = False,
    home: options.Home = None,
) -> None:
    """Print the pictures that were made last."""
    with base_of(context, home) as base:
        gallery_work.search(base, "", sort, limit, only_paths=only_paths, as_json=as_json)


@gallery.command()
def search(
    context: typer.Context,
    text: Text,
    limit: Limit = 100,
    sort: Order = Sort.MATCH,
    only_paths: Paths = False,
    as_json: options.Json = False,
    home: options.Home = None,
) -> None:
    """Print the pictures that answer a search.

    For example: wurstdesk gallery search "dog night size:1024 rating:>=4"
    """
    with base_of(context, home) as base:
        gallery_work.search(base, text, sort, limit, only_paths=only_paths, as_json=as_json)


@gallery.command()
def export(
    context: typer.Context,
    text: Text,
    out: Annotated[
        Path,
        typer.Option("--out", metavar="DIR", show_default=False, help="The folder for the copies."),
    ],
    file_format: Annotated[
        PictureFormat, typer.Option("--format", help="The kind of the copies.")
    ] = "png",
    quality: Annotated[
        int, typer.Option("--quality", min=1, max=100, help="Of WebP, JPEG and AVIF.")
    ] = 90,
    size: Annotated[
        str | None,
        typer.Option("--size", metavar="WxH", help="Bring them to this size, as --fit says."),
    ] = None,
    fit: Annotated[
        Literal["inside", "crop", "bars"],
        typer.Option("--fit", help="Smaller where needed, cut to exactly it, or with bars."),
    ] = "inside",
    template: Annotated[
        str,
        typer.Option(
            "--name",
            metavar="TEMPLATE",
            help="How files are named, with " + ", ".join(f"{{{name}}}" for name in FIELDS) + ".",
        ),
    ] = DEFAULT_TEMPLATE,
    no_metadata: Annotated[
        bool, typer.Option("--no-metadata", help="The copies say nothing of how they were made.")
    ] = False,
    limit: Limit = 100_000,
    as_json: options.Json = False,
    home: options.Home = None,
) -> None:
    """Write copies of the pictures that answer a search; print where they are.

    For example: wurstdesk gallery export "is:favourite" --out ~/cards --format jpeg
    --size 1080x1080 --fit crop
    """
    order = gallery_work.ExportOrder(
        text=text,
        out=out,
        format=file_format,
        quality=quality,
        size=options.read_size(size) if size is not None else None,
        way=fit,
        template=template,
        with_metadata=not no_metadata,
        limit=limit,
        as_json=as_json,
    )
    with base_of(context, home) as base:
        raise typer.Exit(gallery_work.export(base, order))


@gallery.command("import")
def import_pictures(
    context: typer.Context,
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE|DIR...", show_default=False, help="Pictures, and folders of them."
        ),
    ],
    in_place: Annotated[
        bool,
        typer.Option("--in-place", help="Leave the files where they are instead of copying them."),
    ] = False,
    as_json: options.Json = False,
    home: options.Home = None,
) -> None:
    """Take pictures into the gallery: from another computer, and of other programs.

    What is in the gallery already is recognised by its content.
    """
    with base_of(context, home) as base:
        raise typer.Exit(
            gallery_work.import_pictures(base, paths, in_place=in_place, as_json=as_json)
        )


@gallery.command()
def move(
    context: typer.Context,
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", show_default=False, help="The new pictures folder."),
    ],
    as_json: options.Json = False,
    home: options.Home = None,
) -> None:
    """Move all pictures to another folder, which is the pictures folder from then on.

    Close the window first. What interrupts it can be gone on with by the same command.
    """
    with base_of(context, home) as base:
        raise typer.Exit(gallery_work.move(base, folder, as_json=as_json))


@gallery.command()
def check(
    context: typer.Context,
    search: Annotated[
        list[Path] | None,
        typer.Option(
            "--search",
            metavar="DIR",
            help="Look there, too, for files that are missing; can be given several times.",
        ),
    ] = None,
    as_json: options.Json = False,
    home: options.Home = None,
) -> None:
    """Check the database, and every picture's file by its content; find files that were moved."""
    with base_of(context, home) as base:
        raise typer.Exit(gallery_work.check(base, search or [], as_json=as_json))


@gallery.command()
def rebuild(
    context: typer.Context, as_json: options.Json = False, home: options.Home = None
) -> None:
    """Read every picture file again and note what it says; a damaged database is mended first.

    Ratings, tags and all else that is in no file stay as they are.
    """
    with base_of(context, home) as base:
        raise typer.Exit(gallery_work.rebuild(base, as_json=as_json))
