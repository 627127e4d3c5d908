"""Any bytes give a verdict or a ProvkitError; the same bytes give the same verdict."""

from __future__ import annotations

import contextlib
import locale
import pickle
import socket
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import provkit
from interop import identities
from property import texts
from provkit import Origin, ProvkitError, TrustStore
from support import forge
from vectors.keys import TRUST, credential

if TYPE_CHECKING:
    from pathlib import Path

FEFF = "\ufeff".encode()
RELAXED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
MANY = settings(RELAXED, max_examples=400)

pieces = st.one_of(
    st.sampled_from(
        [FEFF, texts.MAGIC, FEFF + texts.MAGIC, FEFF + texts.MAGIC + forge.selectors(b"\1\0\0\0\4").encode(), b"\n", b"<", b"<!---->",
         b"text", b"\xff", b"\0", b"%PDF-1.7", b"PK\x03\x04", b"<svg", b"<html>", b"\xef\xb8", b"\xf3\xa0\x84"]
    ),
    st.binary(max_size=24),
    st.binary(max_size=24).map(lambda data: forge.selectors(data).encode()),
    st.text(max_size=24).map(lambda text: text.encode()),
)  # fmt: skip


@MANY
@given(st.lists(pieces, max_size=12).map(b"".join))
def test_any_bytes(data: bytes) -> None:
    texts.outcome(data)
    for call in (provkit.inspect, provkit.strip):
        with contextlib.suppress(ProvkitError):
            call(data)


@MANY
@given(st.data())
def test_mutated_signed_text(data: st.DataObject) -> None:
    whole = bytearray(texts.signed("Ed25519"))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(whole) - 1))
        match data.draw(st.integers(0, 3)):
            case 0:
                whole[at] ^= data.draw(st.integers(1, 255))
            case 1:
                del whole[at : at + data.draw(st.integers(1, 40))]
            case 2:
                whole[at:at] = data.draw(pieces)
            case _:
                size = data.draw(st.integers(1, 400))
                other = data.draw(st.integers(0, len(whole) - 1))
                whole[at:at] = whole[other : other + size]
        if not whole:
            break
    if bytes(whole) != texts.signed("Ed25519"):
        assert texts.broken(bytes(whole)) is None


@MANY
@given(st.data())
def test_mutated_store(data: st.DataObject) -> None:
    """The same inside the store, whose wrapper is made anew each time: this reaches the parsers."""
    start, _length, original = forge.find_store(texts.signed("Ed25519"))
    store = bytearray(original)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(store) - 1))
        match data.draw(st.integers(0, 2)):
            case 0:
                store[at] = data.draw(st.integers(0, 255))
            case 1:
                size = data.draw(st.sampled_from([0, 1, 7, 8, 0x7F, 0xFF, 0xFFFFFFFF, 0x80000000]))
                store[at : at + 4] = size.to_bytes(4, "big")
            case _:
                store[at:at] = data.draw(st.binary(min_size=1, max_size=40))
    if bytes(store) != original:
        changed = texts.HOST + forge.wrap(bytes(store))
        assert start == len(texts.HOST)
        assert texts.broken(changed) is None


@RELAXED
@given(st.binary(max_size=200))
def test_any_bytes_as_a_store(store: bytes) -> None:
    assert texts.outcome(b"x" + forge.wrap(store)) in {"invalid", "error limit"}


values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**70), 2**70),
        st.binary(max_size=8),
        st.text(max_size=8),
        st.floats(),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)
FIELDS = ["instanceID", "claim_generator_info", "signature", "alg", "created_assertions", "gathered_assertions",
          "redacted_assertions", "dc:title", "metadata"]  # fmt: skip


@settings(RELAXED, max_examples=150)
@given(st.sampled_from(FIELDS), values)
def test_any_claim_field(name: str, value: object) -> None:
    """A properly signed claim with any value in any field: the signer may be hostile too."""
    made = forge.Forge(b"x", credential("ed25519"), fields={name: value}, fill=False)
    made.wrap = forge.wrap_padded
    texts.outcome(made.text())


@settings(RELAXED, max_examples=300)
@given(st.sampled_from(["c2pa.actions.v2", "c2pa.hash.data", "c2pa.ingredient.v3", "c2pa.ai-disclosure", "c2pa.metadata",
                        "cawg.training-mining", "org.provkit.origin", "c2pa.actions.v2__1", "c2pa.soft-binding"]), values)  # fmt: skip
def test_any_assertion_content(label: str, value: object) -> None:
    """A properly signed assertion of any content."""
    boxes = [forge.actions(forge.created()), forge.data_hash()]
    boxes = [box for box in boxes if box.label != label] + [forge.Box(label, value)]
    made = forge.Forge(b"x", credential("ed25519"), boxes=boxes, fill=False)
    made.wrap = forge.wrap_padded
    texts.outcome(made.text())


@settings(RELAXED, max_examples=200)
@given(
    st.dictionaries(
        st.sampled_from(
            ["action", "digitalSourceType", "parameters", "when", "softwareAgentIndex", "reason"]
        ),
        values,
        max_size=5,
    )
)
def test_any_action(fields: dict[str, object]) -> None:
    boxes = [forge.actions({"action": "c2pa.created", **fields}), forge.data_hash()]
    made = forge.Forge(b"x", credential("ed25519"), boxes=boxes, fill=False)
    made.wrap = forge.wrap_padded
    texts.outcome(made.text())


def deep_json(opening: bytes, depth: int, closing: bytes) -> bytes:
    return opening * depth + b'"self#jumbf=x"' + closing * depth


@pytest.mark.parametrize("depth", [10, 100, 200, 300, 450, 700, 900, 3000, 100_000])
@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")], ids=["list", "map"])
@pytest.mark.parametrize("key", [None, b"Iptc4xmpExt:DigitalSourceType"], ids=["whole", "source type"])
def test_deep_json(depth: int, opening: bytes, closing: bytes, key: bytes | None) -> None:
    payload = deep_json(opening, depth, closing)
    if key is not None:
        payload = b'{"' + key + b'":' + payload + b"}"
    box = forge.Box("c2pa.metadata", payload=payload, kind=b"json", uuid=forge.type_uuid("json"))
    made = forge.Forge(
        b"x", credential("ed25519"), boxes=[forge.actions(forge.created()), box, forge.data_hash()]
    )
    verdict = texts.outcome(made.text())
    assert verdict in {"trusted", "valid", "invalid", "error limit"}


def test_lone_surrogates_of_json_can_be_printed() -> None:
    box = forge.Box(
        "c2pa.metadata",
        payload=rb'{"Iptc4xmpExt:DigitalSourceType":"\ud800"}',
        kind=b"json",
        uuid=forge.type_uuid("json"),
    )
    made = forge.Forge(
        b"x", credential("ed25519"), boxes=[forge.actions(forge.created()), box, forge.data_hash()]
    )
    verdict = provkit.verify(made.text(), trust=texts.trust(), at=texts.AT)
    repr(verdict).encode()
    for evidence in verdict.origin.evidence:
        evidence.source_type.encode()
    for status in (*verdict.statuses.success, *verdict.statuses.failure):
        status.explanation.encode()


@pytest.mark.parametrize(
    "prefix",
    [
        b"<!---->",
        b"<!-- x -->\n",
        b"<?xml version='1.0'?>",
        b"<!DOCTYPE x>",
        b" ",
        b"\n",
        b"<",
        b"<!--",
        b"-->",
    ],
)
def test_sniffing_takes_linear_time(prefix: bytes) -> None:
    """A file of comments made the reader try every way to group them: this test hung."""
    for tail in (b"x", b"<", b"<htm", b"<sv"):
        texts.outcome(prefix * 400 + tail)


def test_same_bytes_same_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = texts.signed()
    first = provkit.verify(data, trust=texts.trust(), at=texts.AT)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "tr_TR.UTF-8")
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    before = locale.setlocale(locale.LC_ALL)
    try:
        for name in ("C", "C.UTF-8"):
            try:
                locale.setlocale(locale.LC_ALL, name)
            except locale.Error:
                continue
            assert provkit.verify(data, trust=texts.trust(), at=texts.AT) == first
    finally:
        locale.setlocale(locale.LC_ALL, before)
    assert not any(tmp_path.iterdir())
    assert pickle.loads(pickle.dumps(first)) == first


def test_more_anchors_never_mend_anything() -> None:
    everything = TrustStore.empty()
    for file in sorted(TRUST.glob("*.pem")):
        if file.name in {"leaf.pem", "stranger-leaf.pem", "garbage.pem"}:
            continue
        everything = everything.with_anchors(file.read_bytes(), name=file.name)
    allowed = everything.with_allowed((TRUST / "leaf.pem").read_bytes(), name="leaf")
    for name in ("expired", "sha1", "no-ku", "rsa1024", "ca-leaf", "es256"):
        data = forge.Forge(b"Text.\n", credential(name)).text()
        changed = data.replace(b"Text", b"Test")
        for store in (
            TrustStore.empty(),
            texts.trust(),
            everything,
            allowed,
            allowed.with_anchors((TRUST / "root.pem").read_bytes(), name="again"),
        ):
            assert provkit.verify(changed, trust=store, at=texts.AT).state == "invalid"
            good = provkit.verify(data, trust=store, at=texts.AT).state
            assert good != "invalid" if name == "es256" else good == "invalid"


def test_fewer_anchors_never_make_trusted() -> None:
    data = texts.signed()
    assert provkit.verify(data, trust=texts.trust(), at=texts.AT).state == "trusted"
    assert provkit.verify(data, trust=TrustStore.empty(), at=texts.AT).state == "valid"


def test_no_socket_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("the network was used")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)
    made = provkit.sign(b"A text.\n", Origin.human(), identities.signer("ES256"))
    assert provkit.verify(made, trust=TrustStore.empty()).state == "valid"
    assert provkit.verify(made, trust=identities.trust("ES256")).state == "trusted"
    made = texts.signed()
    for trust in (TrustStore.empty(), TrustStore.bundled(), texts.trust()):
        assert provkit.verify(made, trust=trust, at=texts.AT).state in {"valid", "trusted"}
    for name in ("stranger", "no-intermediate", "pathlen"):
        data = forge.Forge(b"Text.\n", credential(name)).text()
        assert provkit.verify(data, trust=texts.trust(), at=texts.AT).state in {"valid", "trusted"}
