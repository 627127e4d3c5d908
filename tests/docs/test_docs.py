"""What the pages say works: Python blocks run, links lead somewhere, commands and options exist."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from provkit.signers.development import make_development_identity
from provkit.signers.files import write_development_identity
from provkit_cli.main import main

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md")), *sorted(ROOT.glob("spec/**/*.md"))]
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`(provkit [^`]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_GROUPS = frozenset({"keys", "trust"})
_OPERATORS = frozenset({"|", "||", "&&", ";", ">", ">>", "<", "2>", "2>&1", "&"})
_CLAIMS_TOO_MUCH = re.compile(
    r"\bauthentic\b|\bauthenticated\b|verified[ -]human|proven human|deep ?fakes?\b|\bfakes?\b"
    r"|AI[ -]detect|detects? (?:AI|generated|synthetic)|guarantee[sd]? (?:that )?(?:human|origin)",
    re.IGNORECASE,
)


def blocks(page: Path, *languages: str) -> list[str]:
    return [body for language, body in _BLOCK.findall(page.read_text("utf-8")) if language in languages]


def commands() -> list[tuple[str, str]]:
    found = []
    for page, name in zip(PAGES, NAMES, strict=True):
        for block in blocks(page, "sh", "console"):
            for line in block.replace("\\\n", " ").splitlines():
                text = line.removeprefix("$ ").strip()
                if text.startswith("provkit "):
                    found.append((name, text))
        prose = _BLOCK.sub("", page.read_text("utf-8"))
        found += [(name, text) for text in _INLINE.findall(prose)]
    return found


_FRAMEWORKS = {"datasets.md", "datatrove.md", "scrapy.md", "spark.md"}
"""Pages whose code tests/frameworks runs, where the frameworks are."""


@pytest.mark.parametrize(
    "page",
    [p for p in PAGES if blocks(p, "python") and p.name not in _FRAMEWORKS],
    ids=lambda page: page.name,
)
def test_python_blocks_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_development_identity(tmp_path / "dev", make_development_identity(now=datetime.now(UTC)))
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "page"}
    for block in blocks(page, "python"):
        exec(compile(block, str(page), "exec"), names)


def test_the_transcript_in_the_readme_is_what_demo_prints() -> None:
    [transcript] = (b for b in blocks(ROOT / "README.md", "console") if b.startswith("$ make demo\n"))
    run = subprocess.run(
        [sys.executable, "-m", "provkit_cli", "demo", "--no-color"],
        env={**os.environ, "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    time = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")
    assert time.sub("", transcript.partition("\n")[2]) == time.sub("", run.stdout)


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    for target in _LINK.findall(text):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", file.read_text("utf-8"), re.MULTILINE)
            slugs = {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}
            assert anchor in slugs, target


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_no_page_claims_too_much(page: Path) -> None:
    assert _CLAIMS_TOO_MUCH.findall(page.read_text("utf-8")) == []


@cache
def options_of(command: tuple[str, ...]) -> frozenset[str]:
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        assert main([*command, "--help"]) == 0, f"no command {command}"
    return frozenset(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", shown.getvalue()))


@pytest.mark.parametrize(("page", "line"), commands())
def test_commands_and_options_exist(page: str, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    words = shlex.split(line, comments=True)[1:]
    words = words[: next((i for i, word in enumerate(words) if word in _OPERATORS), len(words))]
    known = options_of(tuple(words[: 2 if words[0] in _GROUPS else 1]))
    for word in words:
        if word.startswith("-") and word != "-":
            assert word.partition("=")[0] in known, f"{page}: {word}"
