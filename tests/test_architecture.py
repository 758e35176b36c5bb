"""The rules of the layout, checked on syntax trees; each check catches a planted violation."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.config import ROOT

LEFT_TO_RIGHT = (
    "core accounts teams learning question_bank editor exams practice training certificates reports"
    " sample"
)
ORDER = LEFT_TO_RIGHT.split()
HTTP_FREE = {"models.py", "rules.py", "operations.py", "queries.py", "events.py"}
HTTP_PACKAGES = {"flask", "flask_login", "flask_wtf", "flask_babel", "werkzeug", "wtforms"}
AMBIENT = {
    "datetime.now": "core/clock.py",
    "datetime.utcnow": "core/clock.py",
    "datetime.today": "core/clock.py",
    "date.today": "core/clock.py",
    "time.time": "core/clock.py",
    "secrets.token_urlsafe": "core/chance.py",
    "secrets.randbits": "core/chance.py",
    "secrets.choice": "core/chance.py",
    "random.random": "core/chance.py",
    "random.choice": "core/chance.py",
    "random.randint": "core/chance.py",
    "random.shuffle": "core/chance.py",
    "uuid.uuid4": "core/chance.py",
    "os.urandom": "core/chance.py",
}


def python_files() -> Iterator[tuple[str, Path]]:
    for package in ORDER:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield package, path


def is_http_free(path: Path) -> bool:
    return path.name in HTTP_FREE or path.parent.name in {"models", "operations", "queries"}


def imported_modules(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def imports_to_the_right(package: str, tree: ast.AST) -> list[str]:
    """Imports of packages to the right of `package`, and relative ones."""
    right = set(ORDER[ORDER.index(package) + 1 :]) | {"app"}
    names = imported_modules(tree)
    return [name for name in names if name.split(".")[0] in right or name.startswith(".")]


def http_imports(tree: ast.AST) -> list[str]:
    return [name for name in imported_modules(tree) if name.split(".")[0] in HTTP_PACKAGES]


def local_imports(tree: ast.AST) -> list[int]:
    """Lines of imports inside a function."""
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [
        node.lineno
        for function in functions
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]


def ambient_calls(tree: ast.AST, place: str) -> list[str]:
    """Calls that read the clock or chance outside their one file, by their last two names."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            chain = ".".join(ast.unparse(node.func).split(".")[-2:])
            if AMBIENT.get(chain, place) != place:
                found.append(f"{place}:{node.lineno} {chain}")
    return found


def unsigned_operations(tree: ast.Module) -> list[str]:
    """Public functions that lack keyword-only `actor` and `now` without a default."""
    found = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            required = {
                argument.arg
                for argument, default in zip(
                    node.args.kwonlyargs, node.args.kw_defaults, strict=True
                )
                if default is None
            }
            if not {"actor", "now"} <= required:
                found.append(node.name)
    return found


def test_packages_import_only_what_is_to_their_left() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {name}"
        for package, path in python_files()
        for name in imports_to_the_right(package, ast.parse(path.read_text("utf-8")))
    ]

    assert found == []


def test_domain_files_do_not_know_http() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {name}"
        for _package, path in python_files()
        if is_http_free(path)
        for name in http_imports(ast.parse(path.read_text("utf-8")))
    ]

    assert found == []


def test_no_import_hides_inside_a_function() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for _package, path in python_files()
        for line in local_imports(ast.parse(path.read_text("utf-8")))
    ]

    assert found == []


def test_only_one_file_reads_the_clock_and_one_draws_chance() -> None:
    found = [
        call
        for _package, path in python_files()
        for call in ambient_calls(
            ast.parse(path.read_text("utf-8")), path.relative_to(ROOT).as_posix()
        )
    ]

    assert found == []


def test_operations_take_actor_and_now_by_keyword() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {name}"
        for _package, path in python_files()
        if path.name == "operations.py" or path.parent.name == "operations"
        for name in unsigned_operations(ast.parse(path.read_text("utf-8")))
    ]

    assert found == []


def test_only_the_sample_may_leave_acts_unrecorded() -> None:
    marking = 'info["unrecorded"] = '
    found = {package for package, path in python_files() if marking in path.read_text("utf-8")}

    assert found == {"sample"}


def test_no_drawer_for_odds_and_ends() -> None:
    names = {"utils.py", "helpers.py", "misc.py", "common.py"}

    assert [path for _package, path in python_files() if path.name in names] == []


def test_files_and_functions_fit_one_sitting() -> None:
    found = []
    for _package, path in python_files():
        text = path.read_text("utf-8")
        if text.count("\n") > 400:
            found.append(f"{path.relative_to(ROOT)}: {text.count(chr(10))} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and node.end_lineno is not None:
                size = node.end_lineno - node.lineno + 1
                size -= (ast.get_docstring(node, clean=False) or "").count("\n") + 1
                if size > 48:
                    found.append(f"{path.relative_to(ROOT)}: {node.name} {size} lines")

    assert found == []


def test_every_template_is_used() -> None:
    texts = [path.read_text("utf-8") for _package, path in python_files()]
    templates = sorted((ROOT / "templates").rglob("*.html"))
    texts += [path.read_text("utf-8") for path in templates]
    names = [path.relative_to(ROOT / "templates").as_posix() for path in templates]

    assert [name for name in names if not any(f'"{name}"' in text for text in texts)] == []


@pytest.mark.parametrize(
    ("source", "check"),
    [
        ("import exams.models", lambda tree: imports_to_the_right("teams", tree)),
        ("from . import models", lambda tree: imports_to_the_right("teams", tree)),
        ("from flask import g", http_imports),
        ("def f():\n    import os", local_imports),
        (
            "import datetime\ndatetime.datetime.now()",
            lambda tree: ambient_calls(tree, "exams/rules.py"),
        ),
        ("import random\nrandom.shuffle([])", lambda tree: ambient_calls(tree, "exams/x.py")),
        ("def open_exam(session, *, actor): ...", unsigned_operations),
        ("def open_exam(session, *, actor, now=None): ...", unsigned_operations),
    ],
)
def test_each_check_catches_a_planted_violation(source: str, check: object) -> None:
    assert check(ast.parse(source))  # type: ignore[operator]
