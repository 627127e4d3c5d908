"""What ``robots.txt`` and ``/.well-known/tdmrep.json`` say of the use of one path.

Whether a crawler may fetch is for the crawler; here only what is said about use counts: AIPREF's
``Content-Usage``, Cloudflare's ``Content-Signal``, RSL's ``License``, and groups that name a
crawler of a model maker and keep it out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Final

from provkit.crawl.model import Permission, Preference
from provkit.crawl.signals.headers import AI_AGENTS, content_signal, usage
from provkit.crawl.signals.paths import matches, normal
from provkit.crawl.signals.vocabulary import TDM, preference, reservation

LONGEST: Final = 512 * 1024
"""Bytes that are read: RFC 9309 §2.5 asks for 500 KiB at least."""
_MOST: Final = 5_000
"""Lines of rules that are kept."""
_EVERYBODY: Final = "*"
_BOM: Final = b"\xef\xbb\xbf"
_KEYS: Final = frozenset({"user-agent", "allow", "disallow", "content-usage", "content-signal", "license"})


@dataclass(slots=True)
class _Rules:
    """Lines that hold for one user agent."""

    access: list[tuple[str, bool]] = field(default_factory=list)
    """Patterns, and whether they allow."""
    usage: list[tuple[str, str]] = field(default_factory=list)
    """Patterns and usage expressions."""
    signals: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Robots:
    """A parsed ``robots.txt``."""

    groups: dict[str, _Rules] = field(default_factory=dict)
    """By user agent in lower case; groups of the same agent are one (RFC 9309 §2.2.1)."""
    licenses: list[str] = field(default_factory=list)


def parse(data: bytes) -> Robots:
    """Read a ``robots.txt``.  Total; what is no line of it is skipped."""
    found = Robots()
    # Signals before the first group are meant for everybody.
    current: list[_Rules] = [found.groups.setdefault(_EVERYBODY, _Rules())]
    in_agents = False
    kept = 0
    for line in data[:LONGEST].removeprefix(_BOM).decode("utf-8", "replace").splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if not colon or key not in _KEYS or kept >= _MOST:
            continue
        kept += 1
        if key == "user-agent":
            if not in_agents:
                current = []
            rules = found.groups.setdefault(value.lower(), _Rules())
            if not any(rules is one for one in current):
                current.append(rules)
            in_agents = True
            continue
        if key == "license":  # not part of a group (RSL 1.0)
            if value:
                found.licenses.append(value)
            continue
        in_agents = False
        for rules in current[:_AGENTS]:
            _add(rules, key, value)
    return found


_AGENTS: Final = 64
"""User agents that share a group."""


def _add(rules: _Rules, key: str, value: str) -> None:
    if key in {"allow", "disallow"}:
        if value:
            rules.access.append((normal(value), key == "allow"))
        return
    first, _, rest = value.partition(" ")
    path, expression = (normal(first), rest.strip()) if first.startswith(("/", "*")) else ("/", value)
    (rules.usage if key == "content-usage" else rules.signals).append((path, expression))


def preferences(robots: Robots | bytes, path: str, agent: str | None = None) -> tuple[Preference, ...]:
    """What is said about the use of a path.

    Args:
        robots: the file, parsed or not.
        path: of the address, with its query, beginning with a slash.
        agent: product token of the crawler that asks; None for no particular one.

    Returns:
        Preferences of the group that holds for ``agent``, and a denial for each crawler of a model
        maker that a group of its own keeps out of the path.
    """
    if isinstance(robots, bytes):
        robots = parse(robots)
    path = normal(path or "/")
    found: list[Preference] = []
    rules = robots.groups.get((agent or _EVERYBODY).lower()) or robots.groups.get(_EVERYBODY)
    if rules is not None:
        found += _combined(
            [one for text in _longest(rules.usage, path) for one in usage(text, "robots:content-usage")]
        )
        found += _combined(
            [
                one
                for text in _longest(rules.signals, path)
                for one in content_signal(text, "robots:content-signal")
            ]
        )
    for name, purpose in AI_AGENTS.items():
        own = robots.groups.get(name)
        if own is not None and not _allows(own, path):
            source = f"robots:agent:{name}"
            found.append(preference(purpose, Permission.DENIED, source, f"{name} is disallowed"))
    found += [preference(TDM, Permission.CONSTRAINED, "robots:license", url) for url in robots.licenses[:16]]
    return tuple(dict.fromkeys(found))


def _longest(rules: list[tuple[str, str]], path: str) -> list[str]:
    """Expressions of the most specific pattern that covers the path; several if it occurs again."""
    covering = [(pattern, text) for pattern, text in rules if matches(pattern, path)]
    longest = max((len(pattern) for pattern, _ in covering), default=0)
    return [text for pattern, text in covering if len(pattern) == longest]


def _combined(found: list[Preference]) -> list[Preference]:
    """Of several statements for one purpose a refusal wins, then a permission."""
    best: dict[str, Preference] = {}
    for one in found:
        if one.purpose not in best or one.permission is Permission.DENIED:
            best[one.purpose] = one
    return list(best.values())


def _allows(rules: _Rules, path: str) -> bool:
    """Whether the group lets its crawler in (RFC 9309 §2.2.2: the longest match; of equals, allow)."""
    best = max(
        ((len(pattern), allow) for pattern, allow in rules.access if matches(pattern, path)),
        default=(0, True),
    )
    return best[1]


def tdmrep(data: bytes, path: str) -> tuple[Preference, ...]:
    """What ``/.well-known/tdmrep.json`` says of a path: its first rule that covers it.  Total.

    A file beyond 512 KiB, or one that is no list of rules, says nothing.
    """
    if len(data) > LONGEST:
        return ()
    try:
        rules = json.loads(data.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return ()
    path = normal(path or "/")
    for rule in rules[:_MOST] if isinstance(rules, list) else ():
        location = rule.get("location") if isinstance(rule, dict) else None
        if not isinstance(location, str) or not matches(normal(location), path):
            continue
        said, policy = rule.get("tdm-reservation"), rule.get("tdm-policy")
        if isinstance(said, bool) or not isinstance(said, int | str):
            return ()
        text = said if isinstance(said, str) else str(said) if said in {0, 1} else ""
        return reservation(text, policy if isinstance(policy, str) else None, "tdmrep.json")
    return ()
