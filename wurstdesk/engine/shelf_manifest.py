"""The published files: their names, sizes and SHA-256, as far as public sources state them.

``resources/manifests/published.json`` comes with the program, so that a file which was carried
here by hand can be told from a damaged one without a network.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from wurstdesk.engine.weight_files import Unusable, read_json
from wurstdesk.errors import StorageError
from wurstdesk.paths import resources_dir

DECODER_REPO = "warp-ai/wuerstchen"
PRIOR_REPO = "warp-ai/wuerstchen-prior"


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """What was published under a name; 0 and "" where nobody states it."""

    repo: str
    path: str
    size: int = 0
    sha256: str = ""


class Manifest:
    """Every published file that something is known of."""

    def __init__(self, files: tuple[PublishedFile, ...] = ()) -> None:
        self._files = files

    @classmethod
    def of(cls, path: Path) -> Manifest:
        """As the file says; empty where it cannot be read."""
        with suppress(Unusable, OSError, TypeError, ValueError, AttributeError, KeyError):
            return cls(tuple(_read(path)))
        return cls()

    @classmethod
    def published(cls) -> Manifest:
        """That which comes with the program."""
        with suppress(StorageError):
            return cls.of(resources_dir() / "manifests" / "published.json")
        return cls()

    def files(self, repo: str) -> dict[str, PublishedFile]:
        """The files of one repository whose hash is stated, by their paths."""
        return {file.path: file for file in self._files if file.repo == repo and file.sha256}

    def with_hash(self, sha256: str) -> PublishedFile | None:
        """The published file with this content."""
        return next((file for file in self._files if sha256 and file.sha256 == sha256), None)

    def of_size(self, size: int) -> tuple[PublishedFile, ...]:
        """The published files with a known hash and this size: worth a comparison."""
        return tuple(file for file in self._files if file.sha256 and file.size in {0, size})


def _read(path: Path) -> Iterator[PublishedFile]:
    for repo, entry in read_json(path)["repositories"].items():
        for name, file in entry["files"].items():
            yield PublishedFile(
                str(repo), str(name), int(file.get("size") or 0), str(file.get("sha256") or "")
            )
