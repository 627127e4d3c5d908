"""Every bound in one place, with its unit and its reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What a parser may spend on bytes it does not trust.

    Reaching a limit raises :class:`provkit.LimitError`; it never turns into a verdict.
    Immutable, picklable, safe to share between threads.
    """

    file_bytes: int = 512 * MIB
    """Largest file read from disk, bytes."""

    text_bytes: int = 64 * MIB
    """Largest text asset, bytes; it is held in memory and normalised."""

    combining_run: int = 128
    """Combining characters in a row: Unicode needs 30 (UAX #15), and normalising a run is quadratic in it."""

    store_bytes: int = 16 * MIB
    """Largest manifest store, bytes; honest stores are 2 KB to 2 MB."""

    unpacked_bytes: int = MIB
    """What compressed manifests of one store may hold beside twice the bytes of the store."""

    jumbf_depth: int = 8
    """Nesting of JUMBF superboxes; C2PA 2.4 needs 4, and each keeps its bytes."""

    jumbf_boxes: int = 20_000
    """Boxes in one store, so that a store of empty boxes stays cheap."""

    cbor_depth: int = 32
    """Nesting of CBOR arrays and maps."""

    cbor_items: int = 100_000
    """Values in the CBOR and JSON of one store: an empty map is one byte there and seventy in memory."""

    assertions: int = 1_000
    """Assertions in one manifest."""

    references: int = 20_000
    """Hashed URIs inside the assertions of one manifest."""

    actions: int = 10_000
    """Actions in one manifest."""

    carriers: int = 1_000
    """Candidates for a carrier looked at in one asset before giving up."""

    container_parts: int = 200_000
    """Segments, chunks, boxes, directory entries or tags walked in one container: a 512 MiB PNG
    has about 130,000."""

    ingredients: int = 400
    """Ingredients with manifests named in one store; what the reference engine takes grows with their square."""

    ingredient_depth: int = 32
    """Generations of ingredients."""

    certificates: int = 16
    """Certificates in one ``x5chain``."""

    certificate_bytes: int = 64 * 1024
    """Largest certificate, bytes."""


DEFAULT_LIMITS: Final = Limits()
