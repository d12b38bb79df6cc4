"""What is known of pictures of the gallery, as rows to be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from PySide6.QtCore import QCoreApplication, QLocale

from wurstdesk.gallery.image_metadata import SOURCE_NAMES
from wurstdesk.gallery.records import Details
from wurstdesk.generation import CheckpointInfo, Provenance, Stage
from wurstdesk.session.facts import DEVICE, FACTS, SIZE, device_text, fact_label, fact_text
from wurstdesk.ui.gallery_facts import Row
from wurstdesk.ui.i18n import DOT, duration, size_text
from wurstdesk.ui.moments import moment_words

_HASH_SHOWN = 12
_STAGES: tuple[Stage, ...] = ("prior", "decoder", "vqgan")
_SIZE_NAMES = frozenset({"Size-1", "Size-2", "Size"})
_SEED = "Seed"


def rows_of(details: Details, checkpoints: Sequence[CheckpointInfo] = ()) -> list[Row]:
    """All that is known of one picture."""
    shaped = _own_rows if details.card.request is not None else _foreign_rows
    return [*shaped(details, checkpoints), *_made_rows(details), *_file_rows(details)]


def shared_rows(
    details: Sequence[Details], facts: Sequence[str], checkpoints: Sequence[CheckpointInfo] = ()
) -> list[Row]:
    """What several have in common."""
    request = details[0].card.request if details else None
    if request is None:
        return []
    rows = [Row(name, fact_label(name), fact_text(request, name, checkpoints)) for name in facts]
    return [row for row in rows if row.name != "decoder_seed" or request.decoder_seed is not None]


def size_words(count: int) -> str:
    """Bytes, no more exact than anybody wants to know."""
    return QLocale().formattedDataSize(count, 1, QLocale.DataSizeFormat.DataSizeTraditionalFormat)


def _own_rows(details: Details, checkpoints: Sequence[CheckpointInfo]) -> Iterator[Row]:
    request = details.card.request
    assert request is not None
    for name in FACTS:
        text = fact_text(request, name, checkpoints)
        if name == "prompt" and not text:
            text = _tr("(no prompt)")
        if name != "decoder_seed" or request.decoder_seed is not None:
            yield Row(name, fact_label(name), text)


def _foreign_rows(details: Details, checkpoints: Sequence[CheckpointInfo]) -> Iterator[Row]:
    """Another program's parameters under their own names, after those that ours have too."""
    del checkpoints
    card = details.card
    yield Row("prompt", fact_label("prompt"), card.prompt)
    yield Row("negative_prompt", fact_label("negative_prompt"), details.negative_prompt)
    yield Row("seed", fact_label("seed"), details.parameters.get(_SEED, ""))
    yield Row(SIZE, fact_label(SIZE), size_text(card.width, card.height))
    for name, value in details.parameters.items():
        if name not in _SIZE_NAMES and name != _SEED:
            yield Row(f"parameter {name}", name, value)
    yield Row("source", _tr("Made with"), SOURCE_NAMES.get(details.source, ""))


def _made_rows(details: Details) -> Iterator[Row]:
    made = details.provenance
    if made is not None:
        digest = made.checkpoint_hash
        short = f"{digest[:_HASH_SHOWN]}…" if len(digest) > _HASH_SHOWN else ""
        yield Row("hash", _tr("Its hash"), digest, short)
        yield Row("copy_of", _tr("A copy of"), made.copy_of)
        yield Row(DEVICE, fact_label(DEVICE), device_text(made))
        yield Row("versions", _tr("Versions"), _versions(made))
    yield Row("made", _tr("Made"), moment_words(details.card.created))
    yield Row("took", _tr("Took"), _took(details.seconds))
    yield Row("notes", _tr("Notes"), "\n".join(details.notes))


def _file_rows(details: Details) -> Iterator[Row]:
    path = details.card.path
    yield Row("file", _tr("File"), "" if path is None else path.name)
    yield Row("folder", _tr("Folder"), "" if path is None else str(path.parent))
    yield Row("bytes", _tr("File size"), size_words(details.file_size))
    if details.negative_bytes:
        kept = _tr("kept{0}{1}").format(DOT, size_words(details.negative_bytes))
        yield Row("negative", _tr("Negative"), kept)


def _versions(made: Provenance) -> str:
    return DOT.join(f"{name} {version}" for name, version in made.versions.items() if version)


def _took(seconds: Mapping[str, float]) -> str:
    if not seconds:
        return ""
    names: dict[Stage, str] = {
        "prior": _tr("Stage C {0}"),
        "decoder": _tr("Stage B {0}"),
        "vqgan": _tr("Stage A {0}"),
    }
    lines = [duration(sum(seconds.values()))]
    if len(seconds) > 1:
        lines += [names[s].format(duration(seconds[s])) for s in _STAGES if s in seconds]
    return "\n".join(lines)


def _tr(text: str) -> str:
    return QCoreApplication.translate("GalleryRows", text)
