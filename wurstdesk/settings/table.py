"""The declaration as a table, for the dialog, the command line and the documentation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Le
from pydantic.fields import FieldInfo

from wurstdesk.settings.declared import Declared, Kind, Page
from wurstdesk.settings.values import Settings


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table: a field of ``Settings`` and all that was declared of it."""

    key: str
    kind: Kind
    default: Any
    page: Page
    label: str
    help: str
    needs_restart: bool = False
    for_engine: bool = False
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    unit: str = ""
    zero: str = ""
    step: int = 1


def declarations() -> tuple[Setting, ...]:
    """All settings, in the order in which they are shown."""
    return tuple(_row(key, field) for key, field in Settings.model_fields.items())


def differs_for_engine(one: Settings, other: Settings) -> bool:
    """Whether an engine that was made by the one has to be made anew for the other."""
    return any(
        getattr(one, row.key) != getattr(other, row.key) for row in declarations() if row.for_engine
    )


def _row(key: str, field: FieldInfo) -> Setting:
    declared = next(item for item in field.metadata if isinstance(item, Declared))
    kind = _kind(field.annotation)
    return Setting(
        key=key,
        kind=kind,
        default=field.default,
        page=declared.page,
        label=declared.label,
        help=declared.help,
        needs_restart=declared.needs_restart,
        for_engine=declared.for_engine,
        choices=get_args(field.annotation) if kind == "choice" else (),
        minimum=_bound(field, Ge),
        maximum=_bound(field, Le),
        unit=declared.unit,
        zero=declared.zero,
        step=declared.step,
    )


def _bound(field: FieldInfo, kind: type[Ge | Le]) -> int | None:
    for item in field.metadata:
        if isinstance(item, kind):
            bound: Any = item.ge if isinstance(item, Ge) else item.le
            return int(bound)
    return None


def _kind(annotation: object) -> Kind:
    simple: dict[object, Kind] = {bool: "switch", int: "number", str: "text"}
    if annotation in simple:
        return simple[annotation]
    if get_origin(annotation) is Literal:
        return "choice"
    return "folders" if get_origin(annotation) is tuple else "folder"
