"""The documents name every setting and command, and the tree keeps its promises."""

import re
import subprocess
from pathlib import Path

import click
from flask import Flask

from core.config import ROOT

# Flask's own and Flask-Babel's commands.
NOT_OURS = {"run", "shell", "routes", "babel"}


def _docs() -> str:
    return "\n".join(p.read_text("utf-8") for p in sorted((ROOT / "docs").glob("*.md")))


def _commands(group: dict[str, click.Command], prefix: str = "") -> list[str]:
    names: list[str] = []
    for name, command in group.items():
        if isinstance(command, click.Group):
            names += _commands(command.commands, f"{prefix}{name} ")
        else:
            names.append(f"{prefix}{name}")
    return names


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name]


def test_every_setting_is_documented() -> None:
    source = (ROOT / "core" / "config.py").read_text("utf-8")
    names = set(re.findall(r'env(?:\.get\(|, )"([A-Z_]+)"', source))

    assert len(names) >= 14
    assert sorted(name for name in names if f"`{name}`" not in _docs()) == []


def test_every_command_is_documented(app: Flask) -> None:
    commands = [
        name for name in _commands(dict(app.cli.commands)) if name.split()[0] not in NOT_OURS
    ]

    assert [name for name in commands if f"`{name}" not in _docs()] == []


def test_no_tracked_file_names_a_registry_or_is_minified() -> None:
    registry = re.compile(r"py[p]i\.org|pythonhoste[d]|npmj[s]\.|deb\.debia[n]")
    named = [
        path.name
        for path in _tracked()
        if path.suffix in {".txt", ".toml", ".py", ".md", ".json", ".html", ".js", ".css", ""}
        and path.is_file()
        and registry.search(path.read_text("utf-8", errors="ignore"))
    ]

    assert named == []
    assert [p.name for p in _tracked() if ".min." in p.name] == []


def test_no_page_or_script_loads_from_another_host() -> None:
    outside = re.compile(r"""(?:src|href|url\(|from|import)\s*[=(]?\s*["']?(?:https?:)?//""")
    files = [
        *(ROOT / "templates").rglob("*.html"),
        *(p for p in (ROOT / "static").rglob("*") if p.suffix in {".css", ".js"}),
    ]

    assert [str(p) for p in files if outside.search(p.read_text("utf-8"))] == []
