"""Everything that reports name, in plain words, by the word they use."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from provkit.codes import StatusKind
from provkit.report.explained_crawl import CRAWL_EXPLANATIONS
from provkit.report.explained_identities import IDENTITIES
from provkit.report.explained_rules import RULES
from provkit.report.explained_words import ERRORS, LEVELS, STATES, WARNINGS
from provkit.report.explanations import EXPLANATIONS, Explanation

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS: Final = (
    *(str(kind) for kind in StatusKind), "identity", "state", "warning", "rule", "error", "level", "crawl"
)  # fmt: skip
"""Kinds of words, in the order they are listed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One word with its explanation."""

    code: str
    kind: str
    """One of :data:`KINDS`."""
    words: Explanation


@cache
def everything() -> Mapping[str, Entry]:
    """Every word, by itself: status codes, codes of identities, states, warnings, strict rules, errors, levels, crawls."""
    found = [Entry(code, str(code.kind), EXPLANATIONS[code]) for code in sorted(EXPLANATIONS)]
    found += [Entry(code.value, "identity", Explanation(*said)) for code, said in IDENTITIES.items()]
    tables = {"state": STATES, "warning": WARNINGS, "rule": RULES, "error": ERRORS, "level": LEVELS}
    for kind, words in tables.items():
        found += [Entry(word, kind, Explanation(*said)) for word, said in words.items()]
    found += [Entry(code.value, "crawl", said) for code, said in CRAWL_EXPLANATIONS.items()]
    found.sort(key=lambda entry: KINDS.index(entry.kind))
    return {entry.code: entry for entry in found}


def lookup(code: str) -> Entry | None:
    """The explanation of a word as a report spells it; None for one that is none of ours."""
    return everything().get(code)


__all__ = ["KINDS", "Entry", "everything", "lookup"]
