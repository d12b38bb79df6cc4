"""From a finished picture to its file: which kind, which name, which folder, what it says."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from PIL import Image, ImageOps

from wurstdesk.errors import StorageError
from wurstdesk.gallery import file_names, formats, image_files
from wurstdesk.gallery.image_metadata import Texts, read_metadata, utc_text
from wurstdesk.generation import GeneratedPicture
from wurstdesk.paths import ensure_folder
from wurstdesk.settings import PictureFormat, Settings
from wurstdesk.settings.name_template import DEFAULT_TEMPLATE


@dataclass(frozen=True, slots=True)
class SavingOptions:
    """What a person may choose about how pictures are saved.

    ``folder`` is None for that with which the gallery was opened.
    """

    format: PictureFormat = "png"
    quality: int = 90
    template: str = DEFAULT_TEMPLATE
    write_metadata: bool = True
    folder: Path | None = None
    embed_negative: bool = False

    @classmethod
    def of(cls, settings: Settings, folder: Path | None = None) -> Self:
        """What the settings say."""
        return cls(
            settings.picture_format,
            settings.picture_quality,
            settings.file_name_template,
            settings.write_metadata,
            folder,
            settings.embed_negative,
        )


_READABLE = tuple(known.name.upper() for known in formats.FORMATS)

SavingSource = Callable[[], SavingOptions]
"""Asked at each picture, so that what is chosen now holds from the next one on."""


class PictureWriter:
    """Writes pictures to their folder, or to where the person says.

    ``check_name`` raises ``StorageError`` for a path that no row could hold, ``next_number`` is
    what ``{number}`` in a template stands for.
    """

    def __init__(
        self,
        folder: Path,
        saving: SavingSource,
        check_name: Callable[[Path], object],
        next_number: Callable[[], int],
    ) -> None:
        self.saving = saving
        self._folder = folder
        self._check_name = check_name
        self._next_number = next_number

    def write(
        self, picture: GeneratedPicture, target: Path | None, moment: datetime
    ) -> tuple[Path, bytes]:
        """Write the file and return where it is, and its bytes.

        ``target`` is a file, a folder, or None for the pictures folder.
        """
        saving = self.saving()
        target = None if target is None else resolved(target)
        texts = None
        if saving.write_metadata:
            created = utc_text(moment)
            texts = Texts.of(picture, created, embed_negative=saving.embed_negative)
        if target is not None and not self._goes_into(target):
            file_format = formats.format_of(target) or formats.PNG
            data = formats.encode(picture.pixels, texts, file_format, saving.quality)
            ensure_folder(target.parent)
            path = image_files.save_as(target, data)
        else:
            file_format = formats.format_named(saving.format)
            data = formats.encode(picture.pixels, texts, file_format, saving.quality)
            folder = self._usual_folder(saving) if target is None else ensure_folder(target)
            stem = self._stem(picture, saving.template, moment)
            path = resolved(image_files.save_new(folder, stem, data, file_format))
        return path, data

    def is_adoptable(self, path: Path) -> bool:
        """Whether the next start would find a file that no row knows."""
        return self.saving().write_metadata and path.is_relative_to(self._folder)

    def _goes_into(self, target: Path) -> bool:
        self._check_name(target)  # before the file is there
        return image_files.goes_into(target)

    def _usual_folder(self, saving: SavingOptions) -> Path:
        """The pictures folder: made when it was just chosen, but never when it has gone away.

        A disk that is not connected should be missed and not replaced.
        """
        if saving.folder is not None:
            chosen = resolved(saving.folder)
            if chosen != self._folder:
                self._folder = ensure_folder(chosen)
        return self._folder

    def _stem(self, picture: GeneratedPicture, template: str, moment: datetime) -> Path:
        facts = file_names.NameFacts.of(
            picture.request,
            moment.astimezone(),
            picture.provenance.checkpoint_name,
            self._next_number() if file_names.needs_number(template) else 1,
        )
        return Path(file_names.file_stem(facts, template))


def copy_picture(
    source: Path, target: Path, *, quality: int = 90, with_metadata: bool = True
) -> Path:
    """Copy a picture's file to another file or folder, and return where it is.

    The bytes stay the same, unless the ending of ``target`` names another format or the copy
    shall not say how the picture was made. Raises ``StorageError``.
    """
    if target.is_dir():
        target /= source.name
    if image_files.goes_into(target):  # a folder that is not there yet
        target = ensure_folder(target) / source.name
    wanted = formats.format_of(target) or formats.PNG
    if formats.format_of(source) == wanted and with_metadata:
        data = image_files.content_of(source)
    else:
        data = _in_another_format(source, wanted, quality, with_metadata=with_metadata)
    ensure_folder(target.parent)
    return image_files.save_as(target, data)


def _in_another_format(
    source: Path, wanted: formats.FileFormat, quality: int, *, with_metadata: bool
) -> bytes:
    texts = Texts.again(read_metadata(source)) if with_metadata else None
    content = image_files.content_of(source)
    try:
        with Image.open(io.BytesIO(content), formats=_READABLE) as image:
            picture = ImageOps.exif_transpose(image).convert("RGB")
    except Exception as error:
        raise StorageError(
            f"“{source}” is no picture that can be read.", "Is it damaged? Then copy it as it is."
        ) from error
    return formats.encode_image(picture, texts, wanted, quality)


def resolved(path: Path) -> Path:
    """The absolute path without symbolic links: one file has one name in the gallery."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise StorageError(f"“{path}” is no usable path: {error}.", "Choose another.") from error
