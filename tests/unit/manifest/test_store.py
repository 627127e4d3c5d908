"""JUMBF URIs and how they resolve."""

from __future__ import annotations

import pytest

from provkit import LimitError, Limits, MalformedError
from provkit.manifest import store as stores
from support import forge
from vectors.keys import credential

PREFIX = "self#jumbf="


def made(**changes: object) -> bytes:
    return forge.find_store(forge.Forge(b"x", credential("ed25519"), **changes).text())[2]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        (f"{PREFIX}c2pa.assertions/x", (None, ("c2pa.assertions", "x"))),
        (f"{PREFIX}/c2pa/urn:c2pa:1/c2pa.signature", ("urn:c2pa:1", ("c2pa.signature",))),
        (f"{PREFIX}c2pa/urn:c2pa:1/c2pa.signature", ("urn:c2pa:1", ("c2pa.signature",))),
        (f"{PREFIX}/c2pa/urn:c2pa:1", ("urn:c2pa:1", ())),
    ],
)
def test_uris(uri: str, expected: tuple[str | None, tuple[str, ...]]) -> None:
    target = stores.parse_uri(uri)
    assert target is not None
    assert (target.manifest, target.path) == expected


@pytest.mark.parametrize(
    "uri",
    ["", "https://example.org", PREFIX, f"{PREFIX}/", f"{PREFIX}/c2pa", f"{PREFIX}//c2pa/x", f"{PREFIX}a//b", f"{PREFIX}../x", f"{PREFIX}a/./b", f"{PREFIX}/other/x", 5, None],
)  # fmt: skip
def test_not_uris(uri: object) -> None:
    assert stores.parse_uri(uri) is None


def test_a_store() -> None:
    store = stores.read(made())
    manifest = store.active
    assert manifest.kind == "standard"
    assert [a.label for a in manifest.assertions] == ["c2pa.actions.v2", "c2pa.hash.data"]
    assert stores.resolve(manifest, ("c2pa.assertions", "c2pa.hash.data")) is manifest.assertions[1].box
    assert stores.resolve(manifest, ("c2pa.assertions", "gone")) is None
    assert manifest.uri("a", "b") == f"{PREFIX}/c2pa/{manifest.label}/a/b"


@pytest.mark.parametrize(
    ("label", "base"),
    [
        ("a", "a"),
        ("a__1", "a"),
        ("a__12", "a"),
        ("a__x", "a__x"),
        ("a__", "a__"),
        ("a_1", "a_1"),
        ("a__1__2", "a__1"),
    ],
)
def test_base_labels(label: str, base: str) -> None:
    boxes = [forge.actions(forge.created()), forge.data_hash(), forge.Box(label, {})]
    assert stores.read(made(boxes=boxes)).active.assertions[2].base_label == base


def test_refused() -> None:
    with pytest.raises(MalformedError, match="not a C2PA manifest store"):
        stores.read(forge.superbox(forge.type_uuid("cbor"), "c2pa", b""))
    with pytest.raises(MalformedError, match="holds no manifest"):
        stores.read(forge.superbox(forge.type_uuid("c2pa"), "c2pa", b""))
    with pytest.raises(LimitError, match="assertions"):
        stores.read(made(), Limits(assertions=1))
