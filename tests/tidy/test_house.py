"""The house rules as tests: sizes, names, purity, and that every fact is entered."""

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("domain", "store", "operator")
MODULE_LINES_MAX = 400
FUNCTION_LINES_MAX = 50
PURE = {"msgspec", "hueandcry"} | set(sys.stdlib_module_names)
IMPURE = {
    "asyncio", "ctypes", "datetime", "fcntl", "io", "os", "pathlib", "queue", "random", "secrets", "select", "shutil", "signal",
    "socket", "sqlite3", "subprocess", "sys", "tempfile", "threading", "time", "uuid", "zoneinfo",
}  # fmt: skip
SAYS_NOTHING = {"utils", "util", "helpers", "helper", "common", "models", "manager", "misc", "base", "core"}


def sources(*rooms: str) -> Iterator[Path]:
    for room in rooms or ROOMS:
        yield from sorted((ROOT / room).rglob("*.py"))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield node.module or ""


def test_operator_has_no_init_that_would_shadow_the_standard_library() -> None:
    assert not (ROOT / "operator" / "__init__.py").exists()
    subprocess.run([sys.executable, "-c", "import operator; operator.eq"], cwd=ROOT, check=True)


def test_the_domain_imports_the_standard_library_and_msgspec_and_nothing_impure() -> None:
    for path in sources("domain"):
        for name in imported(path):
            top = name.split(".")[0]
            assert top in PURE, f"{path.name} imports {name}"
            assert top not in IMPURE, f"{path.name} imports {name}: no clock, chance, input or output in the domain"


def test_dependencies_point_down() -> None:
    order = {room: at for at, room in enumerate(ROOMS)}
    for path in sources():
        here = order[path.relative_to(ROOT).parts[0]]
        for name in imported(path):
            parts = name.split(".")
            if parts[0] == "hueandcry":
                assert order[parts[1]] <= here, f"{path} imports {name}"


def test_only_the_rooms_that_may_name_a_database_or_a_screen() -> None:
    for path in sources():
        names = {name.split(".")[0] for name in imported(path)}
        room = path.relative_to(ROOT).parts[0]
        if room == "operator" and path.name != "exits.py":
            assert not names & {"sqlite3", "psycopg", "eventsourcing"}, path
        if room != "operator":
            assert not names & {"textual", "rich", "typer"}, path


@pytest.mark.parametrize("path", list(sources()), ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_open_with_their_theory_and_stay_readable(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree), f"{path} says nothing of itself"
    assert path.stem not in SAYS_NOTHING
    assert len(path.read_text().splitlines()) <= MODULE_LINES_MAX
    for function in functions(path):
        lines = (function.end_lineno or 0) - function.lineno + 1
        assert lines <= FUNCTION_LINES_MAX, f"{path}:{function.lineno} {function.name} has {lines} lines"


def test_public_things_have_a_docstring() -> None:
    inherited = {"decide", "apply", "compose", "compose_body", "run", "render_line", "on_mount", "on_resize", "render"}
    for path in sources():
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                assert ast.get_docstring(node) or node.name in inherited or node.name.endswith("_acts"), (
                    f"{path}:{node.lineno} {node.name}"
                )


def test_every_fact_class_is_entered() -> None:
    from hueandcry.domain.fact import REGISTRY, Fact

    for path in sources("domain"):
        if path.stem != "__init__":
            importlib.import_module(
                f"hueandcry.domain.{path.stem}" if path.parent.name == "domain" else "hueandcry.domain.packs"
            )
    forgot = [
        cls for cls in Fact.__subclasses__() if cls not in REGISTRY.values() and cls.__module__.startswith("hueandcry.")
    ]
    assert forgot == []


def test_the_repository_speaks_of_the_product_alone() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    for name in tracked:
        if name.endswith((".gz", ".png", ".svg")):
            continue
        text = (ROOT / name).read_text("utf-8", "replace")
        assert f"{ROOT}/" not in text, f"{name} holds a path of this machine"
        assert "index" + "-url" not in text, f"{name} holds the address of a package index"
        left = [line for line in text.splitlines() if ("TO" + "DO") in line or ("FIX" + "ME") in line]
        assert left == [], name
