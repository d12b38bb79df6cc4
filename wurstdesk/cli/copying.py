"""``wurstdesk models convert``: a checkpoint in half precision, which loads in half the time."""

from __future__ import annotations

from pathlib import Path

from wurstdesk.cli import output, parts, waiting
from wurstdesk.engine.half_copy import HalfDtype, copy_to_half, usual_place
from wurstdesk.errors import StorageError, UserError


def copy_model(
    base: parts.Base, name_or_folder: str, target: Path | None, dtype: HalfDtype, *, as_json: bool
) -> None:
    """Copy a checkpoint and print the folder of the copy, in the models folder without another.

    Raises ``UserError``, and ``GenerationCancelled`` after Ctrl+C; then nothing is left of it.
    """
    try:
        folder = target.expanduser().absolute() if target is not None else None
    except RuntimeError as error:  # nobody's “~”
        raise StorageError(f"“{target}” is no usable path.", "Choose another.") from error
    info = parts.catalogue_of(base).find(name_or_folder)
    folder = folder or usual_place(info, base.home.models, dtype)
    what = f"Copying {info.title} to {dtype}"
    with waiting.ctrl_c() as token, waiting.progress(what, in_bytes=True) as tell:
        try:
            copy = copy_to_half(info, folder, dtype, check=token.check, tell=tell)
        except ImportError as error:
            raise UserError(
                f"PyTorch or what comes with it cannot be used ({type(error).__name__}).",
                "Install Wurstdesk again; “wurstdesk doctor” tells more.",
            ) from error
    if as_json:
        output.json_result(
            {
                "folder": str(folder),
                "name": copy.name,
                "title": copy.title,
                "path": str(copy.path),
                "prior_path": str(copy.prior_path),
                "copy_of": info.name,
                "dtype": dtype,
            }
        )
    else:
        output.result(str(folder))
        output.remark(f"Its name is “{copy.name}”; --checkpoint takes the folder as well.")
