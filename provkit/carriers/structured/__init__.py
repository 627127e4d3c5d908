"""Structured text: a manifest store in a comment or in front matter (C2PA 2.4 §A.9)."""

from __future__ import annotations

from provkit.carriers.structured.placing import StructuredPlacement, place
from provkit.carriers.structured.reading import read, remove
from provkit.carriers.structured.syntaxes import ALIASES, SYNTAXES, Syntax, syntax_of, type_of_name

__all__ = [
    "ALIASES",
    "SYNTAXES",
    "StructuredPlacement",
    "Syntax",
    "place",
    "read",
    "remove",
    "syntax_of",
    "type_of_name",
]
