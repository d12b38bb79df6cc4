"""Compel's own grammar, loaded without torch and kept from what would take it too long.

Its parser needs only pyparsing, but its package imports torch and diffusers, so the one file is
loaded by itself.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import re
import threading
from functools import cache
from types import ModuleType
from typing import Any

import pyparsing

from wurstdesk.engine.prompt_places import first_place, marked

MAX_NESTING = 16
MAX_QUOTES = 200

_BRACKET = re.compile(r"(?<!\\)[()]")
_parsing = threading.Lock()
"""pyparsing's cache is the process's: the window and the worker would empty it for each other."""


class UnreadableError(Exception):
    """Compel's grammar does not take a text: why, and from which of its characters to which.

    The reason may have braces, for the number of the first of them as the person counts.
    """

    def __init__(self, why: str, start: int, end: int) -> None:
        super().__init__(why)
        self.start = start
        self.end = end


def parse_marked(text: str) -> tuple[ModuleType, Any]:
    """Compel's module and its ``Conjunction``, all fragments of ``marked(text)``.

    Raises ``UnreadableError``. Takes up to a second for 2,000 characters, whatever they are.
    """
    _refuse_what_takes_too_long(text)
    with _parsing:
        grammar, parser = _compel_grammar()
        try:
            return grammar, parser.parse_conjunction(marked(text))
        except pyparsing.ParseBaseException as error:
            place = first_place(error.pstr[error.loc :])
            why = "it makes no sense from character {} on"
            raise UnreadableError(why, max(place, 0), len(text)) from None
        except RecursionError:
            why = "its brackets are nested too deep"
        except LookupError:
            why = "a pair of brackets has nothing in it"
        except (ArithmeticError, ValueError, TypeError, AssertionError, AttributeError):
            why = "its brackets and operators do not fit together"
        except grammar.PromptParser.ParsingException:
            why = "its operators do not fit together"
    # “.blend()” and “.and()” stand at the end, and the number of their weights is what fails most
    operator = max(0, *map(text.rfind, (".blend", ".and", ".add")))
    raise UnreadableError(why, operator, len(text)) from None


def _refuse_what_takes_too_long(text: str) -> None:
    depth = 0
    for match in _BRACKET.finditer(text):
        if match.group() == "(":
            depth += 1
            if depth > MAX_NESTING:
                why = f"its brackets are nested more than {MAX_NESTING} deep"
                raise UnreadableError(why, match.start(), match.end())
        elif match.group() == ")":
            depth = max(depth - 1, 0)
    if text.count('"') > MAX_QUOTES:
        start = [i for i, character in enumerate(text) if character == '"'][MAX_QUOTES]
        raise UnreadableError(f"it has more than {MAX_QUOTES} quotation marks", start, len(text))


@cache
def _compel_grammar() -> tuple[ModuleType, Any]:
    """Compel's ``prompt_parser`` and one parser. Without the packrat cache the time doubles with
    every open bracket: seven take 19 seconds."""
    pyparsing.ParserElement.enable_packrat()  # for the whole process; it changes no result
    package = importlib.util.find_spec("compel")
    assert package is not None
    found = importlib.machinery.PathFinder.find_spec(
        "compel.prompt_parser", package.submodule_search_locations
    )
    assert found is not None
    assert found.loader is not None
    grammar = importlib.util.module_from_spec(found)
    found.loader.exec_module(grammar)
    parser = grammar.PromptParser()
    parser.conjunction += pyparsing.StringEnd()  # or what follows “.and()” is dropped in silence
    return grammar, parser
