"""What is fuzzed, from what seeds, and the one law that holds for all of it.

**The law.**  For any bytes a target returns, or raises a `ProvkitError`; nothing else.  It is bounded: an
input of at most `LONGEST` bytes takes less than `PATIENCE` seconds and `MEMORY` MiB, which the driver
watches.  And it believes nobody: what `verify` calls trusted is, without its carrier, what was signed; and
nothing a file says reaches a report as a control character.

A finding becomes a vector, or a test beside the module it is in.
"""

from __future__ import annotations

import contextlib
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import provkit
from provkit import ProvkitError, State
from provkit.carriers import containers, links, selection, sidecar
from provkit.carriers.source import Memory
from provkit.crawl.probe import probe
from provkit.crawl.reading import Reader
from provkit.limits import DEFAULT_LIMITS
from provkit.manifest import cbor, claim, cose, jumbf, store
from provkit.report import document, text
from provkit.trust import timestamp
from support import containers as made
from support import vectors

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST: Final = 64 * 1024
PATIENCE: Final = 20
"""Seconds, under instrumentation that makes Python some ten times slower."""
MEMORY: Final = 2048

_SPEC: Final = Path(__file__).resolve().parents[2] / "spec" / "vectors"
_FOLDERS: Final = tuple(vectors.Folder(_SPEC / name, _SPEC / "trust") for name in ("text", "images", "media"))
_AT: Final = datetime.fromisoformat("2026-06-01T12:00:30+00:00")
_KINDS: Final = {
    ".html": "text/html",
    ".pdf": "application/pdf",
    ".markdown": "text/markdown",
    ".txt": "text/plain",
    ".xml": "application/xml",
    ".json": "application/json",
    ".py": "text/x-python",
}


@dataclass(frozen=True, slots=True)
class Target:
    """One function of bytes, and what the fuzzer starts from."""

    call: Callable[[bytes], object]
    seeds: Callable[[], list[bytes]]
    ready: Callable[[], object] = bool
    """What is worked out once, before anything is timed."""


@cache
def _trust() -> provkit.TrustStore:
    return _FOLDERS[0].trust("root")


@cache
def _files(*suffixes: str) -> list[bytes]:
    """Vectors with one of these endings that are small enough; all without one."""
    return [
        data
        for folder in _FOLDERS
        for vector in folder.vectors
        if not suffixes or vector["file"].endswith(suffixes)
        for data in [(folder.path / vector["file"]).read_bytes()]
        if len(data) <= LONGEST
    ]


@cache
def _stores() -> list[bytes]:
    """The manifest stores of the vectors, each once."""
    found: dict[bytes, None] = {}
    for data in _files():
        try:
            inspected = provkit.inspect(data)
        except ProvkitError:
            continue
        if inspected is not None:
            found[inspected.data] = None
    return list(found)


@cache
def _boxes(label: str) -> list[bytes]:
    """Payloads of boxes of this label in the stores."""
    found: dict[bytes, None] = {}
    for data in _stores():
        try:
            manifests = store.read(data).manifests
        except ProvkitError:
            continue
        for manifest in manifests:
            for box in (*manifest.claims, *manifest.signatures):
                if box.label.startswith(label):
                    found[box.contents[0].payload] = None
    return list(found)


@cache
def _tokens() -> list[bytes]:
    found: dict[bytes, None] = {}
    for data in _boxes("c2pa.signature"):
        try:
            signature = cose.parse(data)
        except ProvkitError:
            continue
        for name in signature.time_stamps:
            for entry in signature.unprotected[name]["tstTokens"]:
                found[entry["val"]] = None
    return list(found)


def _plain(data: bytes) -> str | bytes:
    """What is left without the carrier; a text in NFC, in which it is hashed (C2PA 2.4 §15.12.1.3.1)."""
    rest = provkit.strip(data)
    try:
        return unicodedata.normalize("NFC", rest.decode())
    except UnicodeDecodeError:
        return rest


@cache
def _signed() -> frozenset[str | bytes]:
    """The content of every seed that is trusted."""
    found = set()
    for data in _files():
        try:
            if provkit.verify(data, trust=_trust(), at=_AT).state is State.TRUSTED:
                found.add(_plain(data))
        except ProvkitError:
            continue
    return frozenset(found)


def _verify(data: bytes) -> None:
    verdict = provkit.verify(data, trust=_trust(), at=_AT)
    result = document.Result("input", verdict)
    shown = [
        *text.lines(result, text.Style(verbosity=text.VERBOSE)),
        document.to_json_line(result).rstrip("\n"),
    ]
    if any(unicodedata.category(letter) in {"Cc", "Cf"} for line in shown for letter in line):
        raise AssertionError("a control character of the input reaches the report")
    if verdict.state is State.TRUSTED and _plain(data) not in _signed():
        raise AssertionError("trusted, and none of what was signed")


def _crawl(data: bytes) -> None:
    """The law of the probe: where it sees nothing, there is nothing."""
    reading = Reader(trust=_trust(), at=_AT).read(data, (("Content-Type", "text/html"),))
    if not probe(data).anything and (reading.verdict is not None or reading.signals or reading.preferences):
        raise AssertionError("the probe saw nothing, and there is something")


def _carrier(media_type: str) -> Callable[[bytes], object]:
    def read_and_remove(data: bytes) -> None:
        with contextlib.suppress(ProvkitError):
            selection.remove(Memory(data), media_type, DEFAULT_LIMITS)
        selection.read(Memory(data), media_type, DEFAULT_LIMITS)

    return read_and_remove


def _container(media_type: str) -> Callable[[bytes], object]:
    def locate_and_remove(data: bytes) -> None:
        with contextlib.suppress(ProvkitError):
            containers.locate(data, media_type)
        containers.remove(data, media_type)

    return locate_and_remove


def _claim(data: bytes) -> None:
    claim.read(data, 2, DEFAULT_LIMITS.cbor_depth)


def _carriers() -> dict[str, Target]:
    return {
        f"carrier-{suffix[1:]}": Target(_carrier(kind), partial(_files, suffix))
        for suffix, kind in _KINDS.items()
    }


def _containers() -> dict[str, Target]:
    return {
        f"container-{name}": Target(_container(kind), partial(_container_seeds, name))
        for name, (kind, _) in made.CARRY.items()
    }


def _container_seeds(name: str) -> list[bytes]:
    carry = made.CARRY[name][1]
    return [carry(made.store()), carry(made.store(20)), carry(b"")]


def _any(data: bytes) -> None:
    """The first byte chooses the target: one process for a short run of all of them."""
    if data:
        list(EACH.values())[data[0] % len(EACH)].call(data[1:])


def _some() -> list[bytes]:
    return [bytes([number]) + seed for number, one in enumerate(EACH.values()) for seed in one.seeds()[:3]]


EACH: Final = {
    "verify": Target(_verify, _files, _signed),
    "crawl": Target(_crawl, partial(_files, ".html", ".txt", ".markdown")),
    "jumbf": Target(jumbf.parse, _stores),
    "store": Target(store.read, _stores),
    "cbor": Target(cbor.decode, partial(_boxes, "c2pa.")),
    "claim": Target(_claim, partial(_boxes, "c2pa.claim")),
    "cose": Target(cose.parse, partial(_boxes, "c2pa.signature")),
    "token": Target(lambda data: timestamp.verify(data, b"stamped", _trust()), _tokens),
    "sidecar": Target(lambda data: sidecar.read(data, Memory(b"asset")), _stores),
    "link": Target(
        lambda data: links.parse_link_header(data.decode("latin-1")),
        lambda: [b'<a.c2pa>; rel="c2pa-manifest"; type=x, <b>;rel=next'],
    ),
    **_carriers(),
    **_containers(),
}
TARGETS: Final = {**EACH, "all": Target(_any, _some, _signed)}
