"""The engine, the strict pass and our own judgement together, on small pictures and attacks."""

from __future__ import annotations

import base64
import io
import zlib
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from provkit import Origin, ProvkitError, TrustStore
from provkit.carriers import containers
from provkit.engine import credential, native, strict
from provkit.engine.manifest_definition import Source, define
from provkit.limits import DEFAULT_LIMITS
from provkit.manifest import cbor
from provkit.manifest.cbor import Tag
from provkit.signers.base import Signer
from provkit.trust.store import Purpose
from support.pki import Pki

if TYPE_CHECKING:
    from collections.abc import Callable

    from provkit.carriers.found import Found

pytestmark = pytest.mark.interop
NOW = datetime.now(UTC).replace(microsecond=0)
ORIGINS = {
    "human": Origin.human(source_type="digitalCapture"),
    "ai-assisted": Origin.ai_assisted(model="acme/edit-1"),
    "synthetic": Origin.synthetic(
        model="acme/paint-2", training_mining={"ai-training": "notAllowed"}, purpose="test"
    ),
}


def pki(algorithm: str = "ES256") -> Pki:
    return _pki(algorithm)


@lru_cache(maxsize=8)
def _pki(algorithm: str) -> Pki:
    return Pki.make(
        ca_algorithm="ES256",
        leaf_algorithm=algorithm,
        start=NOW - timedelta(days=30),
        end=NOW + timedelta(days=300),
    )


def signer(algorithm: str = "ES256") -> Signer:
    return Signer.from_pem(pki(algorithm).chain_pem, pki(algorithm).key_pem, algorithm=algorithm)


@lru_cache(maxsize=1)
def trust() -> TrustStore:
    return TrustStore.empty().with_anchors(pki().root_pem, name="house")


def sign(data: bytes, media_type: str, origin: Origin | None = None, *sources: Source) -> bytes:
    definition = define(origin or Origin.synthetic(), media_type, NOW, version="0", sources=sources)
    return native.sign(data, media_type, definition, signer(), trust=trust())


def judge(
    data: bytes, media_type: str, store: TrustStore | None = None, at: datetime = NOW
) -> tuple[str, list[str]]:
    """State and reasons, put together as verification does."""
    lists = trust() if store is None else store
    try:
        found = containers.locate(data, media_type, DEFAULT_LIMITS)
        if found is None:
            report = native.read(data, media_type, lists)
            if report is None:
                return "unsigned", []
            return ("remote" if report.state is None else "invalid"), []
        checked = strict.check(found)
        report = native.read(data, media_type, lists)
    except ProvkitError as error:
        return f"error {error.kind}", [error.message]
    assert report is not None, "the locator finds a store that the engine does not"
    reasons = [
        *(f"{status.code}: {status.explanation}" for status in checked.failures),
        *checked.warnings,
        *(str(status.code) for status in report.statuses.failure),
    ]
    if report.state == "Invalid" or checked.failures or checked.store is None:
        return "invalid", reasons
    who = credential.judge_container(checked.store, lists, at, report)
    reasons += [*(str(status.code) for status in who.failures), *who.warnings, who.status.explanation]
    if who.failures:
        return "invalid", reasons
    return ("trusted" if who.trusted and not checked.capped else "valid"), reasons


@pytest.mark.parametrize("algorithm", ["ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "Ed25519"])
def test_every_algorithm(algorithm: str) -> None:
    data = PNG()
    definition = define(Origin.human(), "image/png", NOW, version="0")
    signed = native.sign(data, "image/png", definition, signer(algorithm))
    lists = TrustStore.empty().with_anchors(pki(algorithm).root_pem, name="house")
    assert judge(signed, "image/png", lists)[0] == "trusted"


def test_all_that_is_declared_is_attributed_and_keeps_its_form() -> None:
    signed = sign(PNG(), "image/png", ORIGINS["synthetic"])
    manifest = strict.check(located(signed)).store.active  # type: ignore[union-attr]
    claim = cbor.decode(manifest.claims[0].contents[0].payload)
    assert "gathered_assertions" not in claim
    assert claim["claim_generator_info"]["specVersion"] == "2.4.0"
    contents = {a.label: cbor.decode(a.content.payload) for a in manifest.assertions if a.content}
    assert set(contents) == {
        "c2pa.actions.v2",
        "c2pa.ai-disclosure",
        "cawg.training-mining",
        "org.provkit.origin",
        "c2pa.hash.data",
    }
    assert contents["c2pa.actions.v2"]["allActionsIncluded"] is True
    assert contents["c2pa.actions.v2"]["actions"][0]["when"] == Tag(0, f"{NOW:%Y-%m-%dT%H:%M:%SZ}")
    for draft in ORIGINS["synthetic"].assertions("image/png", NOW)[1:]:
        assert contents[draft.label] == draft.content


@pytest.mark.parametrize("media_type", ["image/png", "image/jpeg", "image/svg+xml"])
def test_signing_again_keeps_the_old_manifest_as_parent(media_type: str) -> None:
    first = sign(small(media_type), media_type, Origin.synthetic())
    again = sign(
        first,
        media_type,
        Origin.ai_assisted(),
        Source(first, media_type, "parentOf"),
        Source(small(media_type), media_type, "componentOf"),
    )
    assert judge(again, media_type)[0] == "trusted"
    store = strict.check(located(again, media_type)).store
    assert store is not None
    assert len(store.manifests) == 2
    claim = cbor.decode(store.active.claims[0].contents[0].payload)
    assert "gathered_assertions" not in claim
    actions = next(a for a in store.active.assertions if a.base_label == "c2pa.actions.v2")
    assert actions.content is not None
    names = [entry["action"] for entry in cbor.decode(actions.content.payload)["actions"]]
    assert names == ["c2pa.opened", "c2pa.edited", "c2pa.placed"]


# -- attacks ---------------------------------------------------------------------------------------


def small(media_type: str) -> bytes:
    if media_type == "image/svg+xml":
        return (
            b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
        )
    stream = io.BytesIO()
    Image.new("RGB", (16, 16), (10, 90, 200)).save(stream, media_type.removeprefix("image/").upper())
    return stream.getvalue()


def PNG() -> bytes:  # noqa: N802
    return small("image/png")


@lru_cache(maxsize=8)
def signed_small(media_type: str = "image/png") -> bytes:
    return sign(small(media_type), media_type, Origin.synthetic())


def located(data: bytes, media_type: str = "image/png") -> Found:
    found = containers.locate(data, media_type, DEFAULT_LIMITS)
    assert found is not None
    return found


def with_store(data: bytes, edit: Callable[[bytes], bytes]) -> bytes:
    """A signed PNG whose store was edited without changing its length, with the CRC set right."""
    start, length = located(data).ranges[0]
    store = edit(data[start + 8 : start + length - 4])
    assert len(store) == length - 12
    chunk = data[start + 4 : start + 8] + store
    return data[: start + 4] + chunk + zlib.crc32(chunk).to_bytes(4, "big") + data[start + length :]


def cose_pad(store: bytes) -> bytes:
    at = store.index(b"\x63padY") + 7
    return store[:at] + b"read this, nobody signed it!" + store[at + 28 :]


def undeclared(store: bytes) -> bytes:
    return store.replace(b"c2pa.ai-disclosure\0", b"c2pa.ai-disclosurf\0", 1)


def split_png(data: bytes) -> bytes:
    start, length = located(data).ranges[0]
    return data[:-12] + data[start : start + length] + data[-12:]


def overwritten(data: bytes) -> bytes:
    start, length = located(data).ranges[0]
    chunk = b"tEXt" + b"Comment\0".ljust(length - 12, b"x")
    return data[: start + 4] + chunk + zlib.crc32(chunk).to_bytes(4, "big") + data[start + length :]


def flipped_crc(data: bytes) -> bytes:
    start, length = located(data).ranges[0]
    end = start + length
    return data[: end - 1] + bytes([data[end - 1] ^ 1]) + data[end:]


PNG_ATTACKS: dict[str, tuple[Callable[[bytes], bytes], set[str]]] = {
    "pixel": (lambda d: d[:-20] + bytes([d[-20] ^ 1]) + d[-19:], {"invalid", "error malformed"}),
    "text-chunk": (
        lambda d: d[:-12] + b"\0\0\0\3tEXta\0b" + zlib.crc32(b"tEXta\0b").to_bytes(4, "big") + d[-12:],
        {"invalid"},
    ),
    "dup-store": (split_png, {"invalid", "error malformed"}),
    "crc": (flipped_crc, {"invalid", "error malformed"}),
    "jumbf-len": (
        lambda d: with_store(d, lambda s: b"\xff\xff\xff\xf0" + s[4:]),
        {"invalid", "error malformed"},
    ),
    "jumbf-half": (
        lambda d: with_store(d, lambda s: s[: len(s) // 2].ljust(len(s), b"\0")),
        {"invalid", "error malformed"},
    ),
    "cose-pad": (lambda d: with_store(d, cose_pad), {"invalid"}),
    "removed": (lambda d: with_store(d, undeclared), {"invalid"}),
    "dst-flip": (
        lambda d: with_store(
            d, lambda s: s.replace(b"trainedAlgorithmicMedia", b"trainedAlgorithmicMediA", 1)
        ),
        {"invalid"},
    ),
    "label-rename": (
        lambda d: with_store(d, lambda s: s.replace(b"urn:c2pa:", b"urn:c2pb:")),
        {"invalid"},
    ),
    "alias": (lambda d: with_store(d, lambda s: s.replace(b"c2ma\0", b"c2md\0", 1)), {"invalid", "valid"}),
}


@pytest.mark.parametrize("name", PNG_ATTACKS)
def test_attacks_on_a_png(name: str) -> None:
    edit, expected = PNG_ATTACKS[name]
    attacked = edit(signed_small())
    assert attacked != signed_small()
    state, reasons = judge(attacked, "image/png")
    assert state in expected, (state, reasons)


def test_hidden_text_in_the_cose_pad_names_the_rule() -> None:
    state, reasons = judge(with_store(signed_small(), cose_pad), "image/png")
    assert state == "invalid"
    assert any(r.startswith("assertion.dataHash.mismatch") and "STRICT-IMG-4" in r for r in reasons)


def test_a_re_encoded_png_is_unsigned() -> None:
    stream = io.BytesIO()
    with Image.open(io.BytesIO(signed_small())) as image:
        image.save(stream, "PNG")
    assert judge(stream.getvalue(), "image/png")[0] == "unsigned"


def test_a_store_beside_an_overwritten_carrier() -> None:
    data = signed_small()
    report = native.read(overwritten(data), "image/png", trust(), detached=located(data).store)
    assert report is not None
    assert report.state == "Invalid"
    assert "assertion.dataHash.mismatch" in {str(status.code) for status in report.statuses.failure}


def test_another_signer_is_valid_at_most() -> None:
    other = Pki.make(ca_algorithm="ES384", start=NOW - timedelta(days=1), end=NOW + timedelta(days=9))
    definition = define(Origin.human(), "image/png", NOW, version="0")
    signed = native.sign(PNG(), "image/png", definition, Signer.from_pem(other.chain_pem, other.key_pem))
    assert judge(signed, "image/png")[0] == "valid"
    assert judge(signed, "image/png", TrustStore.empty())[0] == "valid"


def test_an_authority_for_time_stamps_vouches_for_no_signer() -> None:
    lists = TrustStore.empty().with_anchors(pki().root_pem, name="tsa", purpose=Purpose.TIME_STAMPING)
    assert judge(signed_small(), "image/png", lists)[0] == "valid"


def test_allowed_and_distrusted_signers_count_for_images() -> None:
    allowed = TrustStore.empty().with_allowed(pki().leaf_pem, name="friends")
    assert judge(signed_small(), "image/png", allowed)[0] == "trusted"
    distrusted = trust().with_distrust(pki().leaf_pem, name="gone")
    state, reasons = judge(signed_small(), "image/png", distrusted)
    assert state == "valid"
    assert any("gone" in reason for reason in reasons)


def test_judged_at_another_time() -> None:
    state, reasons = judge(signed_small(), "image/png", at=NOW + timedelta(days=1000))
    assert state == "invalid"
    assert "claimSignature.outsideValidity" in reasons


def test_a_jpeg_whose_carrier_is_split() -> None:
    data = sign(small("image/jpeg"), "image/jpeg", Origin.human(limits=("x" * 2000,) * 40))
    assert judge(data, "image/jpeg")[0] == "trusted"
    start, length = located(data, "image/jpeg").ranges[0]
    table = data.index(b"\xff\xdb", start + length)
    size = 2 + int.from_bytes(data[table + 2 : table + 4], "big")
    first = 2 + int.from_bytes(data[start + 2 : start + 4], "big")
    rest = data[:table] + data[table + size :]
    middle = start + first
    assert rest[middle : middle + 2] == b"\xff\xeb"
    split = rest[:middle] + data[table : table + size] + rest[middle:]
    assert judge(split, "image/jpeg")[0] in {"invalid", "error malformed"}


def test_an_embedded_store_beside_a_remote_one() -> None:
    xmp = (
        b'http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        b'xmlns:dcterms="http://purl.org/dc/terms/" dcterms:provenance="http://127.0.0.1:9/a.c2pa"/>'
        b"</rdf:RDF></x:xmpmeta>"
    )
    plain = small("image/jpeg")
    marked = plain[:2] + b"\xff\xe1" + (len(xmp) + 2).to_bytes(2, "big") + xmp + plain[2:]
    report = native.read(marked, "image/jpeg", trust())
    assert report is not None
    assert report.state is None
    assert report.remote_url == "http://127.0.0.1:9/a.c2pa"
    assert judge(sign(marked, "image/jpeg"), "image/jpeg")[0] == "trusted"


SVG_ATTACKS: dict[str, tuple[Callable[[bytes], bytes], set[str]]] = {
    "append": (lambda d: d + b"<!-- more -->", {"invalid", "error malformed"}),
    "white-space": (
        lambda d: d.replace(b"manifest>AA", b"manifest>\nAA", 1),
        {"invalid", "error malformed"},
    ),
    "two": (
        lambda d: d.replace(b"</svg>", d[d.index(b"<metadata") : d.index(b"</metadata>") + 11] + b"</svg>"),
        {"invalid", "error malformed"},
    ),
    "utf-16": (lambda d: d.decode().encode("utf-16"), {"invalid", "error malformed", "error unsupported"}),
}


@pytest.mark.parametrize("name", SVG_ATTACKS)
def test_attacks_on_an_svg(name: str) -> None:
    edit, expected = SVG_ATTACKS[name]
    data = signed_small("image/svg+xml")
    attacked = edit(data)
    assert attacked != data
    state, reasons = judge(attacked, "image/svg+xml")
    assert state in expected, (state, reasons)


def test_a_manifest_in_a_comment_is_none() -> None:
    store = base64.b64encode(located(signed_small()).store)
    comment = (
        b'<!--<metadata><c2pa:manifest xmlns:c2pa="http://c2pa.org/manifest">'
        + store
        + (b"</c2pa:manifest></metadata>-->")
    )
    plain = small("image/svg+xml").replace(b"</svg>", comment + b"</svg>")
    assert judge(plain, "image/svg+xml")[0] == "unsigned"
