"""What the settings say reaches the gallery and the catalogue."""

from __future__ import annotations

import shutil
from pathlib import Path

from gallery.pictures import make_picture
from wurstdesk.cli import parts
from wurstdesk.paths import Home
from wurstdesk.settings import Settings, save_settings


def test_pictures_are_saved_as_the_settings_say(home: Home, tmp_path: Path) -> None:
    settings = Settings().changed(
        picture_format="webp", file_name_template="{width}/{prompt}", pictures_folder=tmp_path
    )
    save_settings(home.settings_file, settings)

    gallery = parts.open_gallery(parts.Base.of(home))
    try:
        saved = gallery.save(make_picture("a red dog"))
    finally:
        gallery.close()

    assert saved.path == tmp_path.resolve() / "128" / "a-red-dog.webp"


def test_a_folder_added_meanwhile_is_looked_into(home: Home, tmp_path: Path) -> None:
    weights = shutil.ignore_patterns("*.safetensors")  # without them it is known, but of no use
    shutil.copytree(parts.builtin_checkpoint(), tmp_path / "mine", ignore=weights)
    base = parts.Base(home, Settings())
    catalogue = parts.SettledCatalogue(lambda: base)
    before = len(catalogue.checkpoints())

    base = parts.Base(home, Settings().changed(checkpoint_folders=(tmp_path / "mine",)))

    assert len(catalogue.checkpoints()) == before + 1
