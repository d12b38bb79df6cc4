"""A graph of ComfyUI's nodes, in which links are followed backwards and never too far."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from wurstdesk.gallery.image_metadata.programs import values

MAX_DEPTH = 20
_MAX_VISITS = 500

_TEXTS = (
    *("text", "text_g", "clip_l", "t5xxl", "string", "String", "value", "prompt"),
    *("populated_text", "wildcard_text"),
)
_BOTH = frozenset({"text_g", "text_l"})
_TO_TEXT = (
    *("conditioning", "conditioning_1", "conditioning_to", "text", "text_g", "string", "value"),
    *("prompt", "cond", "guider", "any", "input", "source", "populated_text"),
)
_TO_VALUES = ("sigmas", "sampler", "noise", "guider", "model", "basic_pipe", "latent_image")
_WITHOUT_TEXT = frozenset({"ConditioningZeroOut"})  # whatever leads to it counts for nothing
_TO_SIZE = ("latent_image", "samples", "latent", "pixels")


class Graph:
    """``nodes`` are a stranger's: whatever has not the right shape counts as absent."""

    def __init__(self, nodes: values.Fields) -> None:
        self.nodes = nodes

    def kind(self, node: str) -> str:
        """What a node does."""
        found = self._node(node).get("class_type")
        return found if isinstance(found, str) else ""

    def inputs(self, node: str) -> values.Fields:
        """What goes into a node: plain values, and links."""
        return values.inner(self._node(node), "inputs")

    def text(self, sampler: str, side: str) -> str:
        """The prompt of one side, ``positive`` or ``negative``, that leads to a sampler."""
        first = (side,) if side == "negative" else (side, "guider", "conditioning")
        for name in first:
            for node in self._walk(sampler, (name,), (side, *_TO_TEXT), self._holds_text):
                return self._text_at(node)
        guider = _link(self.inputs(sampler).get("guider"))
        if side == "negative" and guider is not None:
            for node in self._walk(guider, (side,), (side, *_TO_TEXT), self._holds_text):
                return self._text_at(node)
        return ""

    def value(self, sampler: str, keys: Sequence[str]) -> object:
        """The nearest plain value of one of these names, at a sampler or at what leads to it."""
        for node in [sampler, *self._walk(sampler, _TO_VALUES, _TO_VALUES, lambda _: True)]:
            inputs = self.inputs(node)
            for key in keys:
                if key not in inputs:
                    continue
                found = self._resolved(inputs[key], keys)
                if found is not None:
                    return found
        return None

    def sides(self, sampler: str) -> tuple[object, object]:
        """Width and height of the empty picture that a sampler begins with."""
        for node in self._walk(sampler, _TO_SIZE, _TO_SIZE, self._has_sides):
            inputs = self.inputs(node)
            width, height = (
                self._resolved(inputs[key], (key, "value", "int")) for key in ("width", "height")
            )
            return width, height
        return None, None

    def _walk(
        self,
        start: str,
        first: Sequence[str],
        names: Sequence[str],
        is_wanted: Callable[[str], bool],
    ) -> Iterator[str]:
        """Nodes that lead to ``start``, nearest first, each once: cycles end by themselves."""
        seen = {start}
        level = [start]
        through = first
        for _ in range(MAX_DEPTH):
            following: list[str] = []
            for node in level:
                inputs = {} if self.kind(node) in _WITHOUT_TEXT else self.inputs(node)
                for name in (*through, ""):  # a node that only passes on has an input without name
                    target = _link(inputs.get(name))
                    if target is None or target in seen or target not in self.nodes:
                        continue
                    if len(seen) >= _MAX_VISITS:
                        return
                    seen.add(target)
                    following.append(target)
                    if is_wanted(target):
                        yield target
            level, through = following, names

    def _node(self, node: str) -> values.Fields:
        return values.inner(self.nodes, node)

    def _holds_text(self, node: str) -> bool:
        return bool(self._text_at(node))

    def _text_at(self, node: str) -> str:
        """The text that stands in a node. SDXL has two encoders, usually with the same text."""
        inputs = self.inputs(node)
        pair = [inputs.get(name) for name in sorted(_BOTH)]
        both = [text for text in pair if isinstance(text, str) and text.strip()]
        if len(both) == 2 and both[0] != both[1]:
            return "\n".join(both)
        for name in _TEXTS:
            text = inputs.get(name)
            if isinstance(text, str) and text.strip():
                return text
        return ""

    def _has_sides(self, node: str) -> bool:
        return {"width", "height"} <= self.inputs(node).keys()

    def _resolved(self, value: Any, keys: Sequence[str]) -> object:
        """A plain value, or that of the node to which it is linked."""
        names = (*keys, "value", "int", "float", "number", "seed", "Number", "")
        for _ in range(MAX_DEPTH):
            target = _link(value)
            if target is None:
                return value if isinstance(value, str | int | float) else None
            inputs = self.inputs(target)
            value = next((inputs[name] for name in names if name in inputs), None)
        return None


def _link(value: object) -> str | None:
    """The node that a link leads to; None for a plain value."""
    if not isinstance(value, list) or len(value) != 2:
        return None
    node, slot = value
    is_link = isinstance(node, str | int) and isinstance(slot, int)
    return str(node) if is_link and not (isinstance(node, int) and node.bit_length() > 64) else None
