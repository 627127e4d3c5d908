"""schema.org in JSON-LD: the things a script describes (``@graph``, arrays, things in things).

No context is fetched and none is applied: names count as they stand, with or without the address
of schema.org.  The property has to be spelled out; one in JSON escapes is not looked for.
"""

from __future__ import annotations

import json
from typing import Any, Final

from provkit.crawl.signals.entities import MAIN, SOURCE_TYPE, Node

_DEPTH: Final = 16
_NODES: Final = 10_000
_WRAPPED: Final = ((b"//<![CDATA[", b"//]]>"), (b"<![CDATA[", b"]]>"), (b"<!--", b"-->"))


def nodes(script: bytes) -> list[Node]:
    """All things in one script; nothing for what is no JSON.  Total, at most 10,000, 16 deep."""
    content = script.strip()
    for begin, end in _WRAPPED:
        if content.startswith(begin):
            content = content.removeprefix(begin).removesuffix(end)
    try:
        found = json.loads(content.decode("utf-8-sig", "replace"), strict=False)
    except (ValueError, RecursionError):
        return []
    out: list[Node] = []
    _collect(found, out)
    types: dict[str | None, tuple[str, ...]] = {}
    for node in out:
        if node.identifier is not None and node.types:
            types.setdefault(node.identifier, node.types)
    for node in out:
        # A graph may say the type of a thing in another place than its source type.
        node.types = node.types or types.get(node.identifier, ())
    return out


def _collect(found: Any, out: list[Node]) -> None:
    waiting: list[tuple[Any, str | None, int]] = [(found, None, 0)]
    while waiting and len(out) < _NODES:
        value, name, depth = waiting.pop()
        if depth > _DEPTH:
            continue
        if isinstance(value, list):
            waiting += [(one, name, depth + 1) for one in reversed(value)]
        elif isinstance(value, dict):
            out.append(_node(value, name))
            for key, inner in value.items():
                if key == "@graph":
                    waiting.append((inner, name, depth + 1))
                elif isinstance(inner, dict | list) and not key.startswith("@") and _bare(key) != SOURCE_TYPE:
                    deeper = _bare(key)
                    # What is in a part is a part, whatever it is called there.
                    inside = deeper if name is None or name in MAIN else ""
                    waiting.append((inner, inside, depth + 1))


def _node(value: dict[str, Any], name: str | None) -> Node:
    types = tuple(_bare(one) for one in _texts(value.get("@type")))
    identifier = value.get("@id")
    node = Node(types, name, identifier if isinstance(identifier, str) else None)
    for key, inner in value.items():
        if _bare(key) == SOURCE_TYPE:
            node.source_types += _texts(inner)
    return node


def _texts(value: Any) -> list[str]:
    """A string, or the strings of a list, in whichever way JSON-LD writes a value or a reference."""
    found = []
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            one = one.get("@id", one.get("@value"))  # noqa: PLW2901 # the same thing, unwrapped
        if isinstance(one, str):
            found.append(one)
    return found


def _bare(name: str) -> str:
    for base in ("https://schema.org/", "http://schema.org/", "schema:"):
        if name.startswith(base):
            return name[len(base) :]
    return name
