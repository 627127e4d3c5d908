"""No changed byte of a signed page, text, PDF or sidecar leaves it trusted or valid, or hides its carrier.

Two kinds of change may do more, both in a page: :func:`is_alike`, and those after which a browser
sees no carrier any more (:func:`carriers`).
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import pytest

import provkit
from provkit import Origin, ProvkitError, TrustStore
from provkit.carriers.carried import Carriage
from provkit.signers.base import Signer
from support.pki import Pki
from unit.carriers.pdf import making

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SHARDS: Final = 4
SAMPLE: Final = 150
STANDS: Final = frozenset({"invalid", "error malformed", "error unsupported", "error limit"})
"""What may come of a change of a file that carries a store."""
NOW: Final = datetime.now(UTC).replace(microsecond=0)
PAGE: Final = (
    b'<!DOCTYPE html>\n<html>\n<head>\n<meta charset="utf-8">\n<title>T</title>\n</head>\n'
    b"<body><p>Text, <b>bold</b>.</p></body>\n</html>\n"
)
MADE: Final = {
    # name: content, type, whether the store is elsewhere
    "html": (PAGE, "text/html", False),
    "html-link": (PAGE, "text/html", True),
    "markdown": (b"# Title\n\nText.\n", "text/markdown", False),
    "python": (b"answer = 42\n", "text/x-python", False),
    "shebang": (b"#!/bin/sh\necho x", "text/x-shellscript", False),
    "front-matter": (b"---\ntitle: T\n---\nText.\n", "text/markdown", False),
    "yaml": (b"a: 1\nb: [2, 3]\n", "application/yaml", False),
    "xml": (b'<?xml version="1.0"?>\n<a><b c="d">x</b></a>\n', "application/xml", False),
    "pdf": (making.plain(), "application/pdf", False),
    "pdf-packed": (making.packed(), "application/pdf", False),
    "json": (b'{"a": 1}\n', "application/json", True),
}


Change = tuple[str, int, bytes, bytes | None]
"""What is changed, at which offset; the asset and the store as they are then."""


@dataclass(frozen=True)
class Asset:
    """A signed asset; with the store beside it, if it is elsewhere."""

    data: bytes
    store: bytes | None
    carrier: range
    """Offsets of what carries the store, or names it."""


@lru_cache(maxsize=1)
def house() -> tuple[Signer, TrustStore]:
    made = Pki.make(start=NOW - timedelta(days=1), end=NOW + timedelta(days=30))
    leaf, issuer, *_ = made.chain_pem.split(b"-----END CERTIFICATE-----\n")
    # The leaf alone in the chain: every byte costs a sweep time.
    signer = Signer.from_pem(leaf + b"-----END CERTIFICATE-----\n", made.key_pem)
    return signer, TrustStore.empty().with_anchors(issuer + b"-----END CERTIFICATE-----\n", name="house")


@lru_cache(maxsize=16)
def asset(name: str) -> Asset:
    data, media_type, is_apart = MADE[name]
    link = Carriage.LINK if name == "html-link" else None
    signed = provkit.sign_detailed(
        data,
        Origin.human(),
        house()[0],
        media_type=media_type,
        carriage=link,
        reference="a.c2pa" if link else None,
    )
    assert (signed.manifest is not None) == is_apart
    before = next((i for i, (a, b) in enumerate(zip(data, signed.data, strict=False)) if a != b), len(data))
    return Asset(signed.data, signed.manifest, range(before, before + len(signed.data) - len(data)))


def outcome(data: bytes, store: bytes | None) -> str:
    try:
        verdict = provkit.verify(data, trust=house()[1], at=NOW, manifest=store)
        told = any(warning.startswith("damaged-credential: ") for warning in verdict.warnings)
        return f"{verdict.state}, told" if told else str(verdict.state)
    except ProvkitError as error:
        return f"error {error.kind}"


def changes(name: str) -> Iterator[Change]:
    """What is changed, where, and what comes of it: all bits in the carrier, one elsewhere."""
    made = asset(name)
    for offset in range(len(made.data)):
        for flip in (1 << bit for bit in range(8)) if offset in made.carrier else (1,):
            changed = bytearray(made.data)
            changed[offset] ^= flip
            yield "asset", offset, bytes(changed), made.store
    for offset in range(len(made.store or b"")):
        for flip in (1 << bit for bit in range(8)):
            changed = bytearray(made.store or b"")
            changed[offset] ^= flip
            yield "store", offset, made.data, bytes(changed)


@lru_cache(maxsize=4096)
def carriers(page: bytes) -> int:
    """Elements that carry a store or name one, as a browser sees the page."""
    html5lib = pytest.importorskip("html5lib")
    tree = html5lib.parse(page.decode("latin-1"), namespaceHTMLElements=False)
    scripts = sum(
        one.get("type", "").strip(" \t\n\f\r").lower() == "application/c2pa" for one in tree.iter("script")
    )
    links = sum("c2pa-manifest" in one.get("rel", "").lower().split() for one in tree.iter("link"))
    return int(scripts + links)


def is_alike(name: str, offset: int, data: bytes) -> bool:
    """Whether a change is one of those that HTML does not tell apart: all in the tags around the base64."""
    made = asset(name)
    if name != "html":
        return False
    base64 = range(
        made.data.index(b">", made.carrier.start) + 1, made.data.index(b"</script>", made.carrier.start)
    )
    if offset not in made.carrier or offset in base64:
        return False
    old, new = made.data[offset], data[offset]
    return (old ^ new == 0x20 and chr(old).isalpha()) or {old, new} <= set(b" \t\n\f\r/")


def violations(name: str, tried: Iterable[Change]) -> list[str]:
    found = []
    for what, offset, data, store in tried:
        state = outcome(data, store)
        if state in STANDS:
            continue
        if state == "trusted" and what == "asset" and is_alike(name, offset, data):
            continue
        # Unsigned is the answer for a page in which nothing carries a store any more: the name of
        # the element is gone, or it has become the text of a title or part of an attribute.  It is told.
        if state == "unsigned, told" and name == "html" and what == "asset" and carriers(data) == 0:
            continue
        found.append(f"{what} byte {offset}: {state}")
    return found


@pytest.mark.parametrize("name", MADE)
def test_unchanged_is_trusted(name: str) -> None:
    made = asset(name)
    assert outcome(made.data, made.store) == "trusted"


@pytest.mark.parametrize("name", MADE)
def test_sampled_sweep(name: str) -> None:
    tried = random.Random(name).sample(list(changes(name)), SAMPLE)
    assert violations(name, tried) == []


def test_every_change_of_the_tags_of_a_page() -> None:
    """Where most of what HTML does not tell apart stands."""
    made = asset("html")
    begin = made.data.index(b">", made.carrier.start) + 1
    assert violations("html", (one for one in changes("html") if made.carrier.start <= one[1] < begin)) == []


@pytest.mark.parametrize("shard", range(SHARDS))
@pytest.mark.parametrize("name", MADE)
def test_full_sweep(name: str, shard: int) -> None:
    assert violations(name, list(changes(name))[shard::SHARDS]) == []
