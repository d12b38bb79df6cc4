"""The project as a package: its metadata, what it is pinned to, and the rules of its house."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import wurstdesk

ROOT = Path(__file__).resolve().parent.parent
FILE_LINES = 400
FUNCTION_LINES = 40
SAMPLING_LOOP_LINES = 80


def project() -> dict[str, Any]:
    data: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return data


def sources() -> list[Path]:
    return sorted(
        path
        for folder in ("wurstdesk", "packaging", "tests")
        for path in (ROOT / folder).rglob("*.py")
    )


def readme_commands(ending: str) -> list[str]:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.startswith("    ") and line.endswith(ending)]


def test_there_is_one_version() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", wurstdesk.__version__)
    assert project()["project"]["dynamic"] == ["version"]


def test_diffusers_is_pinned_where_its_wuerstchen_is_known() -> None:
    assert "diffusers==0.42.1" in project()["project"]["dependencies"]


def test_the_models_are_where_we_import_them_from() -> None:
    """The package is named deprecated upstream: when it moves, this says so first."""
    program = (
        "from diffusers import DDPMWuerstchenScheduler\n"
        "from diffusers.pipelines.deprecated.wuerstchen import ("
        "DEFAULT_STAGE_C_TIMESTEPS, PaellaVQModel, WuerstchenDiffNeXt, WuerstchenPrior)\n"
        "from transformers import CLIPTextModel, CLIPTokenizer\n"
        "print(len(DEFAULT_STAGE_C_TIMESTEPS))"
    )

    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)

    assert done.stdout.strip() == b"30"


@pytest.mark.parametrize(
    "module", ["errors", "generation", "paths", "log", "settings", "session", "ui", "__main__"]
)
def test_the_window_can_be_painted_before_torch_comes(module: str) -> None:
    program = (
        f"import sys, wurstdesk.{module}\n"
        "print({'torch', 'diffusers', 'transformers', 'accelerate', 'compel'} & {*sys.modules})"
    )

    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)

    assert done.stdout.strip() == b"set()"


def test_the_readme_and_the_ci_name_the_same_system_packages() -> None:
    (line,) = [c for c in readme_commands("") if c.startswith("sudo apt install ")]
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    match = re.search(r"^system_packages=\((.*?)\)", script, re.DOTALL | re.MULTILINE)
    assert match is not None

    assert set(match[1].split()) == set(line.removeprefix("sudo apt install ").split())


def test_the_readme_has_the_two_commands() -> None:
    assert readme_commands(".venv/bin/wurstdesk") == [
        "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/wurstdesk"
    ]
    assert readme_commands(".venv/bin/python -m pytest") == [
        "python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && .venv/bin/python -m pytest"
    ]


def test_the_folder_packaging_does_not_hide_the_library_of_that_name() -> None:
    assert not (ROOT / "packaging" / "__init__.py").exists()


def test_no_file_is_longer_than_one_can_hold_in_mind() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in sources()}

    assert {str(path): length for path, length in lengths.items() if length > FILE_LINES} == {}


def test_no_function_is_longer_than_one_can_hold_in_mind() -> None:
    too_long = [
        f"{path.relative_to(ROOT)}:{function.lineno} {function.name}"
        for path in sources()
        for function in functions(path)
        if code_lines(function) > allowed_lines(path, function)
    ]

    assert too_long == []


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body, without the docstring; a command's parameters are a table, not code."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (function.end_lineno or 0) - body[0].lineno + 1 if body else 0


def allowed_lines(path: Path, function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    is_loop = path.parent.name == "engine" and function.name.startswith("sample")
    return SAMPLING_LOOP_LINES if is_loop else FUNCTION_LINES
