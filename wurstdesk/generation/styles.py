"""Styles: texts that go round a prompt, and settings that go with them.

The person's own prompt stays what it is: its weights count for its own words alone, and where it
is several texts that are blended or set one after the other, each of them gets the style.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from wurstdesk.errors import RequestError
from wurstdesk.generation.request import GenerationRequest, make_request

PLACE = "{prompt}"
"""Where in a style the person's own words go; behind it where it does not say."""
MAX_NAME = 60
MAX_TEXT = 10_000

SETTING_GROUPS: dict[str, tuple[str, ...]] = {
    "size": ("width", "height"),
    "prior_schedule": ("prior_timesteps", "prior_num_inference_steps"),
    "prior_guidance_scale": ("prior_guidance_scale",),
    "decoder_num_inference_steps": ("decoder_num_inference_steps",),
    "decoder_guidance_scale": ("decoder_guidance_scale",),
    "blend": ("prior_blend", "blend_prior"),
}
"""What a style may set; fields that say one thing together come together."""

_COMPOUND = re.compile(
    r'\s*\(\s*"(?:[^"\\]|\\.)*"\s*(?:,\s*"(?:[^"\\]|\\.)*"\s*)*\)\s*\.(?:blend|and|add)\s?\([^()]*\)\s*',
    re.DOTALL,
)
"""``("one", "two").blend(1, 0.5)``: the whole of a prompt, or Compel does not follow it."""
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_OPERATOR = re.compile(r"\.(?:blend|and|add)\s?\(")
_SIGN = re.compile(r'\\.|[()"]', re.DOTALL)


def _one_line(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise ValueError("a style needs a name")
    return name


Text = Annotated[str, Field(max_length=MAX_TEXT)]


class Style(BaseModel):
    """A name, what it makes of the prompts, and fields of the request that it sets."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: Annotated[str, Field(max_length=MAX_NAME), AfterValidator(_one_line)]
    prompt: Text = ""
    negative_prompt: Text = ""
    settings: dict[str, Any] = {}

    @field_validator("settings")
    @classmethod
    def _settings_of_a_request(cls, settings: dict[str, Any]) -> dict[str, Any]:
        """Only what a style may set, as a request would have it."""
        given = set(settings)
        fields: dict[str, Any] = {}
        for group in SETTING_GROUPS.values():
            if given.intersection(group):
                fields |= {field: settings.get(field) for field in group}
        if not given <= set(fields):
            raise ValueError(f"a style sets no {min(given - set(fields))}")
        try:
            checked = make_request(**fields)
        except RequestError as error:
            raise ValueError(str(error)) from None
        return {field: getattr(checked, field) for field in fields}

    def apply(self, request: GenerationRequest) -> GenerationRequest:
        """A request with this style's texts. A prompt that has them already stays as it is, and
        so does one that they cannot go with (see ``leaves_out``)."""
        texts = {
            field: joined(getattr(self, field), getattr(request, field)) for field in _TEXT_FIELDS
        }
        found = {field: text for field, text in texts.items() if text is not None}
        try:
            return request.changed(**found)
        except RequestError:  # too long
            return request

    def leaves_out(self, request: GenerationRequest) -> bool:
        """Whether some of the style's text does not go with the request's prompts."""
        return any(
            joined(getattr(self, field), getattr(request, field)) is None for field in _TEXT_FIELDS
        )


_TEXT_FIELDS = ("prompt", "negative_prompt")


def joined(template: str, text: str) -> str | None:
    """A style's text with the person's in its place; None where the two do not go together."""
    template = template.strip()
    if template in {"", PLACE}:
        return text
    if PLACE not in template:
        template = f"{PLACE}, {template}"
    if _OPERATOR.search(text):
        if not _COMPOUND.fullmatch(text) or _OPERATOR.search(template):
            return None
        quoted = _quotable(template)
        return _QUOTED.sub(lambda match: f'"{_filled(quoted, match[1])}"', text)
    if _COMPOUND.fullmatch(template):
        return _filled(template, _quotable(text))
    return _filled(template, text)


def _filled(template: str, text: str) -> str:
    """The text in its place, unless it stands there already."""
    if _is_there(template, text) or text == _put(template, ""):
        return text
    return _put(template, _closed(text))


def _is_there(template: str, text: str) -> bool:
    pieces = template.split(PLACE)
    length, rest = divmod(len(text) - len("".join(pieces)), len(pieces) - 1)
    start = len(pieces[0])
    return not rest and length >= 0 and text == text[start : start + length].join(pieces)


def _put(template: str, text: str) -> str:
    """No comma stands where nothing is, and none twice."""
    before, _, after = template.partition(PLACE)
    text = text.strip()
    if after.lstrip().startswith(","):
        text = text.rstrip(", \n")
    if not text:
        before, after = before.rstrip(), after if before.strip() else after.lstrip(", \n")
    return (before + text + after.replace(PLACE, text)).strip()


def _closed(text: str) -> str:
    """Brackets without a partner, which are characters to Compel, stay so beside other text."""
    loose: list[int] = []
    opened: list[int] = []
    quotes: list[int] = []
    for match in _SIGN.finditer(text):
        sign, place = match.group(), match.start()
        if sign == "(":
            opened.append(place)
        elif sign == ")":
            (opened.pop() if opened else loose.append(place))
        elif sign == '"':
            quotes.append(place)
    loose += opened + (quotes[-1:] if len(quotes) % 2 else [])
    for place in sorted(loose, reverse=True):
        text = f"{text[:place]}\\{text[place:]}"
    return text


def _quotable(text: str) -> str:
    """For a place between quotation marks."""
    return _SIGN.sub(lambda match: r"\"" if match.group() == '"' else match.group(), text)
