"""The published checkpoint and its priors: what can be had by one click, and what is known of it.

``resources/manifests/published.json`` holds what public sources state, with the sources.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from wurstdesk.engine.fetch.places import repositories_of
from wurstdesk.engine.weight_files import read_json
from wurstdesk.generation.fetching import Offer
from wurstdesk.paths import resources_dir

_ALONE = 3_970_000_000

PUBLISHED: tuple[Offer, ...] = (
    Offer(
        name="wuerstchen",
        title="Würstchen",
        sentence="The published checkpoint, with all it needs: it draws almost anything.",
        repositories=repositories_of("warp-ai/wuerstchen", "warp-ai/wuerstchen-prior"),
        size=12_460_000_000,
        licence="MIT",
    ),
    Offer(
        name="interpolated",
        title="Prior: interpolated",
        sentence="The one that the published checkpoint comes with: half base, half finetuned.",
        repositories=repositories_of("warp-ai/wuerstchen-prior-model-interpolated"),
        size=_ALONE,
        licence="MIT",
        prior_alone=True,
    ),
    Offer(
        name="base",
        title="Prior: base",
        sentence="Without a style of its own: the one to train on, or to blend with.",
        repositories=repositories_of("warp-ai/wuerstchen-prior-model-base"),
        size=_ALONE,
        licence="MIT",
        prior_alone=True,
    ),
    Offer(
        name="finetuned",
        title="Prior: finetuned",
        sentence="Very artistic, and made for 1024×1024: other sizes show repeated patterns.",
        repositories=repositories_of("warp-ai/wuerstchen-prior-model-finetuned"),
        size=_ALONE,
        licence="MIT",
        prior_alone=True,
    ),
)
"""Sizes are rounded: what exactly will be fetched, the hub's record says first."""


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """What is known of a published file: 0 and "" where no source states it."""

    size: int = 0
    sha256: str = ""


@cache
def published_files(repo: str) -> dict[str, PublishedFile]:
    """What is known of a repository's files, by their paths; empty for any other repository."""
    known = read_json(resources_dir() / "manifests" / "published.json")["repositories"]
    return {
        path: PublishedFile(entry.get("size", 0), entry.get("sha256", ""))
        for path, entry in known.get(repo, {}).get("files", {}).items()
    }
