"""Settings of a picture of the gallery into the studio: all, one of them, or all but the seed."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Literal

from PySide6.QtCore import QCoreApplication

from wurstdesk.gallery.image_metadata import ImageMetadata
from wurstdesk.gallery.records import Details
from wurstdesk.session.facts import GROUPS, SIZE, fact_label
from wurstdesk.session.form import RequestForm
from wurstdesk.session.pasted import fields_of
from wurstdesk.session.proposal import Proposal, fields_of_picture, propose, use

Part = Literal["all", "prompt", "seed", "size", "rest"]
"""What is taken: ``rest`` is all but the seed."""

_FOREIGN_WEIGHT = re.compile(r"\([^()]*:\s*\d*\.?\d+\s*\)")
_SEEDS = ("seed", "decoder_seed")


def fields_for(form: RequestForm, details: Details, part: str) -> dict[str, object]:
    """The fields of a request that a picture says something about, of a part or a fact of it.

    Of another program's pictures only what means the same here.
    """
    request = details.card.request
    if request is not None:
        fields = fields_of_picture(request)
    else:
        metadata = ImageMetadata(
            source=details.source,
            prompt=details.card.prompt,
            negative_prompt=details.negative_prompt,
            parameters=dict(details.parameters),
        )
        fields = fields_of(form, metadata)
    wanted = _names(part, fields)
    return {name: value for name, value in fields.items() if name in wanted}


def _names(part: str, fields: Collection[str]) -> Collection[str]:
    if part == "all":
        return fields
    if part == "rest":
        return set(fields).difference(_SEEDS)
    return GROUPS.get(part, (part,))


def take(form: RequestForm, details: Details, part: str) -> str:
    """Take a part into the form, these fields and no others; a remark for the person.

    The text is "" where the picture says nothing about it.
    """
    fields = fields_for(form, details, part)
    if not fields:
        return ""
    infos = form.checkpoints
    missing = str(fields.get("checkpoint", ""))
    if missing and infos and all(info.name != missing for info in infos):
        del fields["checkpoint"]
    else:
        missing = ""
    use(form, fields)
    if missing:
        return _tr("Taken over, but for the checkpoint {0}, which is not here.").format(missing)
    if part == "prompt" and _FOREIGN_WEIGHT.search(str(fields["prompt"])):
        return _tr("The prompt is in the studio, where its weights can be converted.")
    return _remark(part)


def proposal_of(form: RequestForm, details: Details) -> Proposal:
    """What taking all of another program's picture would change, to be shown first."""
    return propose(form, fields_for(form, details, "all"), title=_tr("Use its settings"))


def _remark(part: str) -> str:
    known = {
        "all": _tr("All its settings are in the studio."),
        "rest": _tr("All its settings but the seed are in the studio."),
        "prompt": _tr("The prompt is in the studio."),
        "seed": _tr("The seed is in the studio."),
        SIZE: _tr("The size is in the studio."),
    }
    return known.get(part) or _tr("In the studio: {0}").format(fact_label(part))


def _tr(text: str) -> str:
    return QCoreApplication.translate("GalleryUse", text)
