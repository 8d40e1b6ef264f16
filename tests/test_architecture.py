"""The house keeps its order: imports go down the ranks, files are small, importing tenbin does no work."""

from __future__ import annotations

import ast
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

import tenbin

ROOT = Path(tenbin.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
RANKS = {
    "__init__": 0,
    "core": 0,
    **dict.fromkeys(("data", "inference"), 1),
    **dict.fromkeys(("land", "water", "transport", "climate", "sites", "satellite", "learn"), 2),
    "assimilate": 3,
    "budget": 4,
    "report": 5,
    "workflow": 6,
    "portal": 6,
    "cli": 7,
    "__main__": 8,
}
HEAVY = {"jax", "xarray", "pandas", "matplotlib", "dask", "distributed", "snakemake", "scipy", "pint"}
FORBIDDEN_NAMES = {"utils", "helpers", "misc", "common", "tools"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def room_of(path: Path) -> str:
    return path.relative_to(ROOT).with_suffix("").parts[0]


def imported_modules(tree: ast.AST, path: Path) -> set[str]:
    """Full names of all modules of tenbin that a file imports, anywhere in it, relative imports resolved."""
    package = ["tenbin", *path.relative_to(ROOT).parts[:-1]]
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            found |= {f"{module}.{alias.name}" for alias in node.names} if module == "tenbin" else {module}
    return {name for name in found if name.split(".")[0] == "tenbin"}


def rooms_imported(path: Path) -> set[str]:
    names = imported_modules(ast.parse(path.read_text(encoding="utf-8")), path)
    parts = (name.split(".") for name in names)
    rooms = {part[1] if len(part) > 1 else "__init__" for part in parts}
    return {room if room in RANKS else "__init__" for room in rooms}  # tenbin.__version__ and the like


def test_the_import_reader_sees_relative_and_nested_imports():
    source = "def f():\n    from ..budget import ledger\n    import tenbin.report.pages\n"
    found = imported_modules(ast.parse(source), ROOT / "core" / "units.py")
    assert found == {"tenbin.budget", "tenbin.report.pages"}


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_imports_only_from_lower_ranks_or_its_own_folder(path):
    room = room_of(path)
    assert room in RANKS, f"{room} has no rank: give it one here and in docs/architecture.md"
    wrong = {
        other
        for other in rooms_imported(path) - {room}
        if RANKS[other] >= RANKS[room] and other != "__init__"
    }
    assert not wrong, f"{name_of(path)} (rank {RANKS[room]}) imports {sorted(wrong)}"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_says_what_it_is_and_stays_small(path):
    text = path.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text)), "the first line of a file says in words what it is"
    assert len(text.splitlines()) <= 400
    assert path.stem not in FORBIDDEN_NAMES


def code_lines(node: ast.AST, lines: list[str]) -> int:
    """Lines of code of a function: no docstring, comment or blank line."""
    body = node.body
    has_docstring = isinstance(body[0], ast.Expr) and isinstance(
        getattr(body[0], "value", None), ast.Constant
    )
    first = body[0].end_lineno if has_docstring else body[0].lineno - 1
    kept = [line.strip() for line in lines[first : node.end_lineno]]
    return 1 + sum(bool(line) and not line.startswith("#") for line in kept)


def test_functions_are_short():
    lengths = {}
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lengths[f"{name_of(path)}:{node.name}"] = code_lines(node, text.splitlines())
    longest = max(lengths, key=lengths.__getitem__)
    assert lengths[longest] <= 60, f"{longest} has {lengths[longest]} lines"
    assert statistics.median(lengths.values()) <= 10
    assert statistics.quantiles(lengths.values(), n=10)[-1] <= 30


@pytest.mark.parametrize("module", ["tenbin", "tenbin.cli"])
def test_importing_does_no_work(module):
    script = f"import sys, {module}; print(*sorted({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
