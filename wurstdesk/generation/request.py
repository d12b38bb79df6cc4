"""The request: the one object that shapes a picture, and its checks."""

from __future__ import annotations

import itertools
from typing import Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from wurstdesk.errors import RequestError

REQUEST_SCHEMA = 2
"""2 added the blend of two priors. A program that knows 1 alone would call such a request damaged;
by its number it calls it newer."""
SEED_COUNT = 2**32
SIZE_MULTIPLE = 128
MAX_SIDE = 4096
MAX_IMAGES = 64
MAX_STEPS = 1000
MAX_PROMPT_CHARACTERS = 100_000


def _linspace(start: float, stop: float, count: int) -> list[float]:
    """NumPy's ``linspace`` to the last bit, without NumPy."""
    step = (stop - start) / (count - 1)
    return [i * step + start for i in range(count - 1)] + [stop]


# The published schedule of Stage C, named as in diffusers: 30 values, 29 calls.
DEFAULT_STAGE_C_TIMESTEPS: tuple[float, ...] = tuple(
    _linspace(1.0, 2 / 3, 20) + _linspace(2 / 3, 0.0, 11)[1:]
)


class GenerationRequest(BaseModel):
    """Everything that shapes a picture.

    Picture ``i`` of a request uses ``seed + i`` modulo 2**32 (and ``decoder_seed + i``). Exactly
    one of ``prior_timesteps`` (descending from 1 to 0, each in [0, 1]) and
    ``prior_num_inference_steps`` (the stock pipeline's even steps) is set. A ``decoder_seed`` of
    None means the picture's own seed. ``checkpoint`` is a name known to the catalogue or a folder.
    ``prior_blend`` is how much of the prior of ``blend_prior``, another such name or folder, is
    mixed into the checkpoint's: weight by weight, 0 is all its own and 1 all the other's. At 0
    ``blend_prior`` is always "", so that the same picture has the same request.
    Make one through :func:`make_request`, which speaks in sentences.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    prompt: str = Field(default="", max_length=MAX_PROMPT_CHARACTERS)
    negative_prompt: str = Field(default="", max_length=MAX_PROMPT_CHARACTERS)
    width: int = 1024
    height: int = 1024
    seed: int = Field(default=0, ge=0, lt=SEED_COUNT)
    num_images: int = Field(default=1, ge=1, le=MAX_IMAGES)
    prior_timesteps: tuple[float, ...] | None = DEFAULT_STAGE_C_TIMESTEPS
    prior_num_inference_steps: int | None = Field(default=None, ge=1, le=MAX_STEPS)
    prior_guidance_scale: float = Field(default=4.0, ge=0, le=100)
    decoder_num_inference_steps: int = Field(default=12, ge=1, le=MAX_STEPS)
    decoder_guidance_scale: float = Field(default=0.0, ge=0, le=100)
    decoder_seed: int | None = Field(default=None, ge=0, lt=SEED_COUNT)
    checkpoint: str = Field(default="dackel", max_length=4096)
    prior_blend: float = Field(default=0.0, ge=0, le=1)
    blend_prior: str = Field(default="", max_length=4096, validate_default=True)

    @field_validator("prompt", "negative_prompt", "checkpoint", "blend_prior", mode="before")
    @classmethod
    def _text_without_surprises(cls, text: object) -> object:
        """Line ends as LF; NUL and lone surrogates, which no file or database takes, dropped."""
        if not isinstance(text, str):
            return text
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
        return text.encode("utf-8", "ignore").decode("utf-8")

    @field_validator("width", "height")
    @classmethod
    def _side_on_the_grid(cls, side: int) -> int:
        if not SIZE_MULTIPLE <= side <= MAX_SIDE or side % SIZE_MULTIPLE:
            near = nearest_side(side)
            raise ValueError(
                f"A side must be a multiple of {SIZE_MULTIPLE} pixels from {SIZE_MULTIPLE} to "
                f"{MAX_SIDE}, and {side} is not; {near} is the nearest."
            )
        return side

    @field_validator("prior_timesteps")
    @classmethod
    def _timesteps_descend(cls, steps: tuple[float, ...] | None) -> tuple[float, ...] | None:
        if steps is None:
            return None
        if not 2 <= len(steps) <= MAX_STEPS + 1 or not all(0 <= t <= 1 for t in steps):
            raise ValueError("Prior timesteps are two or more numbers between 1 and 0.")
        if any(b >= a for a, b in itertools.pairwise(steps)):
            raise ValueError("Prior timesteps must fall from one to the next.")
        return steps

    @field_validator("prior_blend")
    @classmethod
    def _no_less_than_nothing(cls, blend: float) -> float:
        return blend + 0.0  # -0.0 is 0.0, also where it is written

    @field_validator("blend_prior")
    @classmethod
    def _blended_with_something(cls, name: str, known: ValidationInfo) -> str:
        blend = known.data.get("prior_blend", 0.0)
        if blend and not name.strip():
            raise ValueError("Say which prior is to be blended with the checkpoint’s own.")
        return name if blend else ""

    @model_validator(mode="after")
    def _one_schedule(self) -> Self:
        if (self.prior_timesteps is None) == (self.prior_num_inference_steps is None):
            raise ValueError("Give either prior timesteps or a number of prior steps, not both.")
        return self

    @property
    def prior_steps(self) -> int:
        """How many times Stage C is called (29 for the published schedule)."""
        if self.prior_timesteps is not None:
            return len(self.prior_timesteps) - 1
        assert self.prior_num_inference_steps is not None
        return self.prior_num_inference_steps

    def for_picture(self, index: int) -> GenerationRequest:
        """The request that makes picture ``index`` of this one alone."""
        decoder_seed = self.decoder_seed
        if decoder_seed is not None:
            decoder_seed = (decoder_seed + index) % SEED_COUNT
        return self.model_copy(
            update={
                "seed": (self.seed + index) % SEED_COUNT,
                "decoder_seed": decoder_seed,
                "num_images": 1,
            }
        )

    def changed(self, **fields: object) -> GenerationRequest:
        """A checked copy with some fields replaced."""
        return make_request(**{**self.model_dump(), **fields})

    def to_dict(self) -> dict[str, Any]:
        """Every field, defaults too, with the schema's version; JSON-ready."""
        return {"schema": REQUEST_SCHEMA, **self.model_dump(mode="json")}

    @classmethod
    def from_dict(cls, data: object) -> GenerationRequest:
        """The inverse of :meth:`to_dict`; raises ``RequestError`` for anything else."""
        if not isinstance(data, dict):
            raise RequestError("This is not a saved request.")
        fields = {k: v for k, v in data.items() if k != "schema"}
        schema = data.get("schema")
        if not isinstance(schema, int) or schema < 1:
            raise RequestError("This request does not say which version of Wurstdesk wrote it.")
        if schema > REQUEST_SCHEMA:
            raise RequestError(
                "This request was written by a newer version of Wurstdesk.",
                "Update Wurstdesk to use it.",
            )
        return make_request(**fields)


def nearest_side(pixels: float) -> int:
    """The side on the 128-pixel grid nearest to ``pixels``."""
    within = min(max(pixels, SIZE_MULTIPLE), MAX_SIDE)
    return round(within / SIZE_MULTIPLE) * SIZE_MULTIPLE


_FIELD_NAMES = {
    "num_images": "number of pictures",
    "prior_timesteps": "list of prior timesteps",
    "prior_num_inference_steps": "number of prior steps",
    "decoder_num_inference_steps": "number of decoder steps",
    "prior_blend": "share of the other prior",
    "blend_prior": "prior to blend with",
}
_NO_NUMBER = {
    "float_parsing": "number",
    "float_type": "number",
    "int_parsing": "whole number",
    "int_type": "whole number",
    "int_from_float": "whole number",
}
_SHOWN = 40
"""Characters of what should have been a number."""


def _reason(kind: str, given: object, message: str) -> str:
    """Pydantic's verdict in plain words."""
    if kind in _NO_NUMBER:
        return f"“{str(given)[:_SHOWN]}” is not a {_NO_NUMBER[kind]}"
    said = message.removeprefix("Input ").rstrip(".")
    said = said.replace("greater than or equal to", "at least")
    return f"it {said.replace('less than or equal to', 'at most')}"


def make_request(**fields: Any) -> GenerationRequest:
    """A checked request; raises ``RequestError`` with a sentence about the first bad field."""
    try:
        return GenerationRequest(**fields)
    except ValidationError as error:
        first = error.errors()[0]
        where = str(first["loc"][0]) if first["loc"] else ""
        if first["type"] == "value_error":
            raise RequestError(str(first["ctx"]["error"])) from None
        name = f"The {_FIELD_NAMES.get(where, where.replace('_', ' '))}"
        said = _reason(first["type"], first["input"], first["msg"])
        raise RequestError(f"{name} cannot be used: {said}.") from None
