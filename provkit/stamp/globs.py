"""Patterns of paths, as publishers know them from other tools: ``**/*.html``, ``/index.html``, ``drafts/``."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Final

from provkit.errors import ConfigurationError

_LONGEST: Final = 512


def matches(pattern: str, path: str) -> bool:
    """Whether a path below the root, with ``/``, is one that a pattern names.

    ``**`` is any number of folders, ``*`` and ``?`` stay within one, ``[a-z]`` is a set. A pattern without
    ``/`` in it names files in every folder; one that ends in ``/`` names all below those folders.

    Raises:
        ConfigurationError: no pattern of paths below the root.
    """
    wanted, names = _parts(pattern), path.split("/")
    # Every ** takes as little as it can; only the last one met ever has to take more.  So the time is
    # bounded by the product of the lengths, whatever a hostile name looks like.
    at = there = 0
    anything: int | None = None
    resume = 0
    while there < len(names):
        if at < len(wanted) and wanted[at] == "**":
            anything, resume = at, there
            at += 1
        elif at < len(wanted) and fnmatchcase(names[there], wanted[at]):
            at, there = at + 1, there + 1
        elif anything is not None:
            resume += 1
            at, there = anything + 1, resume
        else:
            return False
    return all(part == "**" for part in wanted[at:])


@lru_cache(maxsize=1024)
def _parts(pattern: str) -> tuple[str, ...]:
    if not pattern or len(pattern) > _LONGEST:
        raise ConfigurationError(f"a pattern has 1 to {_LONGEST} characters: {pattern[:80]!r}")
    parts = pattern.removeprefix("/").split("/")
    if parts[-1] == "":
        parts[-1] = "**"
    if any(part in {"", ".", ".."} for part in parts):
        raise ConfigurationError(
            f"the pattern {pattern!r} names nothing below the root", hint='for example: "posts/**/*.html"'
        )
    if "/" not in pattern.rstrip("/"):
        parts.insert(0, "**")
    if parts[-1] == "**":  # all below a folder, not the folder itself
        parts.append("*")
    return tuple(parts)
