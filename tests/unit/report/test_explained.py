"""Every word a report can use has an explanation."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import provkit
import provkit_cli
from provkit.codes import StatusCode
from provkit.crawl.codes import ReasonCode
from provkit.errors import ProvkitError
from provkit.report.explained import KINDS, everything
from provkit.report.explained_rules import RULES
from provkit.report.explained_words import ERRORS, LEVELS, STATES, WARNINGS
from provkit.statements.codes import IdentityCode
from provkit.verdict import State

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(provkit.__file__).parent
_WORD = re.compile(r"(STRICT-[A-Z]+-\d+|[a-z]+(?:-[a-z]+)*): ")
_ELSEWHERE = frozenset({"crawl", "origin", "report", "signers", "stamp", "trust"})
"""Where no warnings of a verdict are made."""
_NO_WARNINGS = frozenset({"recorded", "see", "unsupported"})
"""Words that begin a sentence somewhere and are no warnings: explanations, hints, messages."""


def test_all_words_are_there_once() -> None:
    listed = [*StatusCode, *IdentityCode, *ReasonCode, *State, *WARNINGS, *RULES, *ERRORS, *LEVELS]
    assert [word for word, count in Counter(map(str, listed)).items() if count > 1] == []
    assert set(everything()) == set(map(str, listed))
    assert set(STATES) == set(State)
    assert set(LEVELS) == {"L1", "L2", "L3", "L4"}
    assert {entry.kind for entry in everything().values()} == set(KINDS)


def test_explanations_are_sentences() -> None:
    for entry in everything().values():
        for sentence in (entry.words.meaning, entry.words.causes, entry.words.action):
            assert sentence.endswith("."), entry.code
            assert len(sentence) > 10, entry.code


def test_every_kind_of_error_is_explained() -> None:
    for package in (provkit, provkit_cli):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not re.search(r"__main__|crawl\.", module.name):
                importlib.import_module(module.name)
    kinds = {cls.kind for cls in tree(ProvkitError)}
    assert kinds <= set(ERRORS)
    assert set(ERRORS) - kinds == set()


def tree(cls: type[ProvkitError]) -> Iterator[type[ProvkitError]]:
    yield cls
    for child in cls.__subclasses__():
        yield from tree(child)


def test_every_warning_is_explained() -> None:
    """Whatever a module writes before a colon is a warning that is explained, or known to be none."""
    said = set()
    for path in ROOT.rglob("*.py"):
        if path.relative_to(ROOT).parts[0] not in _ELSEWHERE:
            said |= set(words(path))
    assert said - set(WARNINGS) - _NO_WARNINGS == set()
    assert {word for word in WARNINGS if not word.startswith("STRICT-IMG-")} - said == set()


def words(path: Path) -> Iterator[str]:
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    # Sentences about the code are no sentences of it.
    documentation = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            found = _WORD.match(node.value)
            if found:
                yield found[1]


def test_every_rule_of_containers_that_warns_is_explained() -> None:
    engine = ROOT / "engine"
    noted = set(re.findall(r"run\.note\(\s*(\d+),", (engine / "strict.py").read_text("utf-8")))
    # A remark with a status code is a failure, one without is a note.
    remarks = re.findall(r"Remark\((\d+), [^)\n]*\)", (engine / "envelope.py").read_text("utf-8"))
    assert noted
    assert remarks
    assert {f"STRICT-IMG-{number}" for number in {*noted, *remarks}} <= set(WARNINGS)


def test_every_strict_rule_is_explained() -> None:
    named = set()
    for path in (*ROOT.rglob("*.py"), *(ROOT.parent / "spec").rglob("*.md")):
        if "report" not in path.relative_to(ROOT.parent).parts:
            named |= set(re.findall(r"STRICT-[A-Z]+-\d+", path.read_text("utf-8")))
    named |= {f"STRICT-IMG-{number}" for number in range(1, 20)}
    assert named == {code for code in everything() if code.startswith("STRICT-")}
