"""ComfyUI: the graph that was carried out, under ``prompt``, and that of its window.

The graph is never carried out here. A sampler is looked for in it, and its links are followed
backwards to where a text or a number stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from wurstdesk.gallery.image_metadata.model import ImageMetadata
from wurstdesk.gallery.image_metadata.programs import values
from wurstdesk.gallery.image_metadata.programs.comfy_graph import Graph

PROMPT_KEYWORD = "prompt"
WORKFLOW_KEYWORD = "workflow"
NOT_RECOVERED = "A ComfyUI workflow is embedded; its prompt was not recovered."

_MAX_SAMPLERS = 20
_STARTS = ("positive", "guider", "conditioning", "seed", "noise_seed", "noise")
_NUMBERS = {
    "Steps": ("steps",),
    "Sampler": ("sampler_name",),
    "Schedule type": ("scheduler",),
    "CFG scale": ("cfg", "cfg_scale", "guidance_scale"),
    "Seed": ("seed", "noise_seed"),
    "Denoising strength": ("denoise",),
    "Model": ("ckpt_name", "unet_name", "model_name"),
}


def read(texts: Mapping[str, str]) -> ImageMetadata | None:
    """What the graph says, as far as it can be followed; None where there is none."""
    prompt, workflow = texts.get(PROMPT_KEYWORD, ""), texts.get(WORKFLOW_KEYWORD, "")
    nodes = values.fields_in(prompt)
    if nodes is not None and _is_graph(nodes):
        return _read(Graph(nodes), prompt)
    if values.fields_in(workflow) is not None:
        return ImageMetadata(
            source="comfyui", notes=(NOT_RECOVERED,), text=workflow, prompt_syntax="a1111"
        )
    return None


def _is_graph(nodes: values.Fields) -> bool:
    return any(isinstance(node, dict) and "class_type" in node for node in nodes.values())


def _read(graph: Graph, text: str) -> ImageMetadata:
    candidates = [_from_sampler(graph, node, text) for node in _samplers(graph)]
    with_prompt = [found for found in candidates if found.prompt]
    fallback = ImageMetadata(
        source="comfyui", notes=(NOT_RECOVERED,), text=text, prompt_syntax="a1111"
    )
    return next(iter(with_prompt or candidates), fallback)


def _samplers(graph: Graph) -> Iterable[str]:
    """Nodes that sample, in the order of the file: the first pass stands before the refining."""
    found = [
        node
        for node in graph.nodes
        if "sampler" in graph.kind(node).lower()
        and any(name in graph.inputs(node) for name in _STARTS)
    ]
    return found[:_MAX_SAMPLERS]


def _from_sampler(graph: Graph, node: str, text: str) -> ImageMetadata:
    prompt, negative = graph.text(node, "positive"), graph.text(node, "negative")
    parameters = {}
    for name, keys in _NUMBERS.items():
        value = values.plain(graph.value(node, keys))
        if value:
            parameters[name] = value
    width, height = graph.sides(node)
    return ImageMetadata(
        source="comfyui",
        prompt=values.prompt_line(prompt),
        negative_prompt=values.prompt_line(negative),
        parameters={**parameters, **values.size(width, height)},
        notes=() if prompt else (NOT_RECOVERED,),
        text=text,
        prompt_syntax="a1111",
    )
