"""The core takes bytes and returns values: it touches no file, socket, clock or environment."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "provkit"
PURE = sorted(
    [
        *PACKAGE.glob("carriers/**/*.py"),
        *PACKAGE.glob("manifest/**/*.py"),
        *PACKAGE.glob("origin/**/*.py"),
        *PACKAGE.glob("statements/**/*.py"),
        *(
            PACKAGE / "crawl" / f"{name}.py"
            for name in ("model", "codes", "evidence", "damage", "decide", "caps", "batch", "presets")
        ),
        PACKAGE / "policy.py",
        PACKAGE / "verdict.py",
        PACKAGE / "codes.py",
        PACKAGE / "errors.py",
        PACKAGE / "limits.py",
        PACKAGE / "http1.py",
        PACKAGE / "media.py",
    ]
)
FORBIDDEN_MODULES = frozenset(
    [
        "socket",
        "ssl",
        "urllib",
        "http",
        "requests",
        "httpx",
        "os",
        "pathlib",
        "shutil",
        "tempfile",
        "subprocess",
        "time",
        "asyncio",
        "threading",
        "multiprocessing",
        "ctypes",
        "locale",
        "getpass",
        "platform",
        "logging",
        "glob",
        "fileinput",
        "random",
    ]
)
FORBIDDEN_CALLS = frozenset({"open", "input", "print", "eval", "exec", "compile", "__import__", "breakpoint"})
CLOCKS = frozenset({"now", "utcnow", "today"})


@pytest.mark.parametrize("path", PURE, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_module_is_pure(path: Path) -> None:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                found += [n.name for n in names if n.name.split(".")[0] in FORBIDDEN_MODULES]
            case ast.ImportFrom(module=str() as module) if module.split(".")[0] in FORBIDDEN_MODULES:
                found.append(module)
            case ast.Call(func=ast.Name(id=name)) if name in FORBIDDEN_CALLS:
                found.append(f"{name}()")
            case ast.Call(func=ast.Attribute(attr=name, value=ast.Name(id="datetime" | "date"))) if (
                name in CLOCKS
            ):
                found.append(f"datetime.{name}()")
            case ast.Attribute(attr="environ" | "getenv"):
                found.append("environ")
            case _:
                pass
    assert found == []


def test_only_the_builder_has_entropy() -> None:
    users = [
        path.name
        for path in PURE
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import) and any(n.name in {"secrets", "uuid"} for n in node.names)
    ]
    assert set(users) <= {"builder.py"}
