"""What would change if other settings were taken into the form: to be shown before it is done.

Settings come from a picture, from a pasted text or from a list of seeds. Whoever takes them wants
to see first which of their own they lose.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from wurstdesk.errors import RequestError
from wurstdesk.generation import CheckpointInfo, GenerationRequest
from wurstdesk.generation.choices import literal
from wurstdesk.session.facts import BLEND, GROUPS, SCHEDULE, SIZE, fact_label, fact_text
from wurstdesk.session.form import RequestForm

_ORDER = (
    "checkpoint",
    BLEND,
    "prompt",
    "negative_prompt",
    SIZE,
    "num_images",
    "seed",
    SCHEDULE,
    "prior_guidance_scale",
    "decoder_num_inference_steps",
    "decoder_guidance_scale",
    "decoder_seed",
)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that would be different.

    ``field`` is a field of the request and ``value`` its new value, or the name of a group, whose
    value is a dictionary of its fields.
    """

    field: str
    label: str
    before: str
    after: str
    value: object

    @property
    def fields(self) -> dict[str, object]:
        """What it sets in the request."""
        return dict(self.value) if isinstance(self.value, dict) else {self.field: self.value}


@dataclass(frozen=True, slots=True)
class Proposal:
    """All that would be different. ``notes`` are sentences about what cannot be taken over."""

    title: str
    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()

    def fields(self, chosen: Collection[str] | None = None) -> dict[str, object]:
        """What the changes set, for ``use``; ``chosen`` names some by their ``field``."""
        found: dict[str, object] = {}
        for change in self.changes:
            if chosen is None or change.field in chosen:
                found.update(change.fields)
        return found


def propose(
    form: RequestForm,
    wanted: GenerationRequest | dict[str, object],
    only: Collection[str] | None = None,
    *,
    title: str = "",
) -> Proposal:
    """What taking ``wanted`` would change, of all fields or only of some.

    A dictionary need not be complete, nor right: what no request can have becomes a note.
    """
    given = wanted.model_dump() if isinstance(wanted, GenerationRequest) else dict(wanted)
    if only is not None:
        given = {field: value for field, value in given.items() if field in only}
    _complete_schedule(given)
    info, notes = _checkpoint(form, given)
    notes += _without_missing_blend(form, given, info)
    changes: list[Change] = []
    for name in _ORDER:
        fields = {field: given[field] for field in GROUPS.get(name, (name,)) if field in given}
        if not fields:
            continue
        try:
            after = form.request.changed(**fields)
        except RequestError as error:
            notes.append(str(error))
            continue
        change = _change(form, name, after, info)
        if change is not None:
            changes.append(change)
    return Proposal(title or _tr("Use these settings"), tuple(changes), tuple(notes))


def fields_of_picture(request: GenerationRequest) -> dict[str, object]:
    """What made one picture, as it is written in the form.

    How many were made with it is no part of that, and braces that were drawn are no choice.
    """
    fields: dict[str, object] = request.model_dump(exclude={"num_images"})
    return {
        **fields,
        "prompt": literal(request.prompt),
        "negative_prompt": literal(request.negative_prompt),
    }


def use(form: RequestForm, fields: Mapping[str, object]) -> None:
    """Take fields into the form, these and no others, and keep the seed if it is among them."""
    stays_random = form.seed_is_random and "seed" not in fields
    form.take(form.request.changed(**fields))
    if stays_random:
        form.set_seed_random(True)


def _complete_schedule(given: dict[str, object]) -> None:
    """One of the two ways to give the prior's steps takes the other's place."""
    ways = GROUPS[SCHEDULE]
    for way, other in (ways, ways[::-1]):
        if given.get(way) is not None and other not in given:
            given[other] = None
    if any(way in given for way in ways) and all(given.get(way) is None for way in ways):
        for way in ways:
            given.pop(way, None)


def _checkpoint(
    form: RequestForm, given: dict[str, object]
) -> tuple[CheckpointInfo | None, list[str]]:
    """The checkpoint that would be chosen; one that is not here is left out and noted."""
    name = given.get("checkpoint")
    found = next((info for info in form.checkpoints if info.name == name), None)
    if name is None or found is not None or not form.checkpoints:
        return found or form.checkpoint, []
    del given["checkpoint"]
    return form.checkpoint, [_tr("It was made with {0}, which is not here.").format(name)]


def _without_missing_blend(
    form: RequestForm, given: dict[str, object], info: CheckpointInfo | None
) -> list[str]:
    """A blend with a prior that is not here, or not for the checkpoint, is left out and noted."""
    name = given.get("blend_prior")
    if not name or not form.checkpoints:
        return []
    other = next((known for known in form.checkpoints if known.name == name), None)
    if other is not None and info is not None and info.can_blend_with(other):
        return []
    for field in GROUPS[BLEND]:
        given.pop(field, None)
    return [_tr("Its prior was blended with that of {0}, which cannot be done here.").format(name)]


def _change(
    form: RequestForm, name: str, after: GenerationRequest, info: CheckpointInfo | None
) -> Change | None:
    before = form.request
    names = GROUPS.get(name, (name,))
    # A seed that is drawn anew each time is none: keeping the one that is shown is a change.
    was_random = name == "seed" and form.seed_is_random
    if not was_random and all(getattr(before, n) == getattr(after, n) for n in names):
        return None
    values: dict[str, object] = {n: getattr(after, n) for n in names}
    return Change(
        field=name,
        label=fact_label(name),
        before=_tr("new each time") if was_random else _said(before, name, form, form.checkpoint),
        after=_said(after, name, form, info),
        value=values if name in GROUPS else values[name],
    )


def _said(
    request: GenerationRequest, name: str, form: RequestForm, info: CheckpointInfo | None
) -> str:
    text = fact_text(request, name, form.checkpoints, info)
    return _tr("none") if name == BLEND and not text else text


def _tr(text: str) -> str:
    return QCoreApplication.translate("Proposal", text)
