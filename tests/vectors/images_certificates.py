"""``ct::``: signers of pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vectors.case import error, invalid, trusted, valid
from vectors.codes import CREDENTIAL
from vectors.image_forge import signed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vectors.image_forge import Row


def certificate_cases() -> Iterator[Row]:
    yield (
        "ct::png-unknown-root",
        signed(who="stranger"),
        valid(),
        "14.4",
        "The root is on no list.",
    )
    yield "ct::png-no-anchors", signed(), valid(), "14.4", "No list at all.", "none"
    yield (
        "ct::png-no-intermediate",
        signed(who="no-intermediate"),
        valid(),
        "14.4",
        "The chain lacks the intermediate.",
    )
    yield "ct::png-pathlen", signed(who="pathlen"), valid(), "14.4", "Deeper than the path length allows."
    yield (
        "ct::png-leaf-anchor",
        signed(),
        error("configuration"),
        "14.4",
        "The leaf is listed as an authority: the list is refused.",
        "leaf-as-anchor",
    )
    yield "ct::png-inter-anchor", signed(), trusted(), "14.4", "The intermediate is listed.", "intermediate"
    yield "ct::png-allowed", signed(), trusted(), "14.4", "The leaf is on the allowed list.", "allowed"
    yield "ct::png-distrust-leaf", signed(), valid(), "14.4", "The leaf is distrusted.", "distrust-leaf"
    for name, why in (
        ("no-ds", "The certificate may not sign."),
        ("no-eku", "The certificate names no purpose."),
        ("server-eku", "The certificate is for servers."),
        ("rsa1024", "A key of 1024 bits."),
        ("sha1", "The certificate is signed over SHA-1."),
    ):
        yield f"ct::png-{name}", signed(who=name), invalid(CREDENTIAL), "14.5", why
