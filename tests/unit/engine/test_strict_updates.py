"""Rules about the content, where the active manifest is an update: they are those of the manifest it updates."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from provkit.carriers.found import Found
from provkit.engine import strict
from support import forge as f
from vectors.text_history import UPDATE, Ancestor, ingredient

RANGES = ((10, 40), (50, 50))
FRAME = f.Frame(10, 90, hashlib.sha256(b"").digest(), b"")
COLLECTION = "c2pa.hash.collection.data"


def manifest(credential: f.Credential, *boxes: f.Box, seed: str, **changes: Any) -> Ancestor:
    made = f.Forge(b"", credential, boxes=list(boxes), seed=seed, **changes)
    raws = [one.build(FRAME) for one in made.boxes]
    claim = f.canonical(made._claim(raws, 0))
    parts = [
        f.superbox(f.type_uuid("c2as"), "c2pa.assertions", b"".join(raws)),
        f.superbox(f.type_uuid("c2cl"), made.claim_label, f.box(b"cbor", claim)),
        f.superbox(f.type_uuid("c2cs"), "c2pa.signature", f.box(b"cbor", made.cose(claim, 8))),
    ]
    return Ancestor(made.label(), f.superbox(made.manifest_uuid, made.label(), b"".join(parts)))


@pytest.fixture(scope="module")
def credential() -> f.Credential:
    from vectors.keys import credential

    return credential("es256")


def updated(
    credential: f.Credential, *boxes: f.Box, members: frozenset[str] | None = None, keep: bool = True
) -> list[str]:
    """What the strict pass has against an update of a manifest with these assertions."""
    parent = manifest(credential, *boxes, seed="first")
    update = manifest(credential, ingredient(parent), seed="update", manifest_uuid=UPDATE)
    raws = (parent.raw, update.raw) if keep else (update.raw,)
    store = f.superbox(f.type_uuid("c2pa"), "c2pa", b"".join(raws))
    found = strict.check(Found(store, RANGES, ()), members=members)
    return [f"{status.code} {status.explanation.rpartition('(')[2]}" for status in found.failures]


def left_out(*ranges: tuple[int, int]) -> f.Box:
    return f.data_hash(exclusions=[{"start": start, "length": length} for start, length in ranges])


@pytest.mark.parametrize("ranges", [((10, 90),), ((10, 40), (50, 50)), ((10, 30),)])
def test_the_carrier_as_it_was(credential: f.Credential, ranges: tuple[tuple[int, int], ...]) -> None:
    assert updated(credential, left_out(*ranges)) == []


@pytest.mark.parametrize("ranges", [((10, 90), (200, 4)), ((9, 91),), ((10, 91),), ((11, 20),)])
def test_more_than_the_carrier(credential: f.Credential, ranges: tuple[tuple[int, int], ...]) -> None:
    assert updated(credential, left_out(*ranges)) == ["assertion.dataHash.mismatch STRICT-IMG-7)"]


def test_an_update_of_nothing(credential: f.Credential) -> None:
    found = updated(credential, left_out((10, 90)), keep=False)
    assert found == ["claim.hardBindings.missing STRICT-IMG-15)"]


def test_an_update_of_what_cannot_be_read(credential: f.Credential) -> None:
    found = updated(credential, left_out((10, 90)), f.Box("org.example.note", payload=b"\x01\x02"))
    assert found == ["assertion.cbor.invalid STRICT-IMG-8)"]


@pytest.mark.parametrize(("names", "code"), [(["a.txt", "b"], None), (["a.txt"], "incorrectFileCount")])
def test_the_files_of_an_updated_archive(
    credential: f.Credential, names: list[str], code: str | None
) -> None:
    content = {"uris": {name: {} for name in names}, "alg": "sha256", "zip_central_directory_hash": bytes(32)}
    found = updated(credential, f.Box(COLLECTION, content), members=frozenset({"a.txt", "b"}))
    assert found == ([f"assertion.collectionHash.{code} STRICT-IMG-16)"] if code else [])
