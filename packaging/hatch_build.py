"""The step of the build that takes ``resources/`` along."""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ResourcesHook(BuildHookInterface):  # type: ignore[type-arg]
    """Put ``resources/`` into a wheel as ``wurstdesk/_resources``.

    Not into an editable install, where the checkout's own are used: a plain ``force-include`` would
    copy them there too, into a folder ``wurstdesk`` that holds nothing else.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "standard":
            build_data["force_include"]["resources"] = "wurstdesk/_resources"
