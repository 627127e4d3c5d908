"""The rules of spec/containers.md on stores made by an independent writer."""

from __future__ import annotations

import sys
from typing import Any

import cbor2
import pytest

from provkit.carriers.found import Found
from provkit.codes import StatusCode
from provkit.engine import strict
from vectors.text_history import compressed

TAIL = bytes.fromhex("00110010800000aa00389b71")
LABEL = "urn:c2pa:00000000-0000-4000-8000-000000000001"


def box(kind: bytes, payload: bytes) -> bytes:
    return (len(payload) + 8).to_bytes(4, "big") + kind + payload


def jumb(fourcc: bytes, label: str, *children: bytes, toggles: int = 3) -> bytes:
    return box(
        b"jumb",
        box(b"jumd", fourcc + TAIL + bytes([toggles]) + label.encode() + b"\0") + b"".join(children),
    )


def cbor(value: Any) -> bytes:
    return box(b"cbor", cbor2.dumps(value))


def cose(unprotected: dict[Any, Any], raw: bytes | None = None) -> bytes:
    protected = cbor2.dumps({1: -7, 33: b"certificate"})
    return raw or cbor2.dumps(cbor2.CBORTag(18, [protected, unprotected, None, bytes(64)]))


def manifest(
    *,
    label: str = LABEL,
    v1: bool = False,
    unprotected: dict[Any, Any] | None = None,
    data_hash: dict[str, Any] | None = None,
    extra: tuple[bytes, ...] = (),
    others: tuple[bytes, ...] = (),
    listed: tuple[str, ...] = ("c2pa.hash.data",),
    signature: bytes | None = None,
    box_label: str = "c2pa.signature",
    claim_label: str | None = None,
) -> bytes:
    content = {"exclusions": [{"start": 10, "length": 90}], "hash": bytes(32), "alg": "sha256", "pad": b"\0"}
    hashed = jumb(b"cbor", "c2pa.hash.data", cbor({**content, **(data_hash or {})}))
    name = "assertions" if v1 else "created_assertions"
    claim: dict[str, Any] = {
        name: [{"url": f"self#jumbf=c2pa.assertions/{entry}", "hash": bytes(32)} for entry in listed]
    }
    claim["signature"] = f"self#jumbf=/c2pa/{label}/c2pa.signature"
    return jumb(
        b"c2ma",
        label,
        jumb(b"c2as", "c2pa.assertions", hashed, *extra),
        jumb(b"c2cl", claim_label or ("c2pa.claim" if v1 else "c2pa.claim.v2"), cbor(claim)),
        jumb(b"c2cs", box_label, box(b"cbor", cose(unprotected or {"pad": bytes(8)}, signature))),
        *others,
    )


def check(*manifests: bytes, problems: tuple[str, ...] = (), tail: bytes = b"") -> strict.StrictFinding:
    store = jumb(b"c2pa", "c2pa", *manifests) + tail
    return strict.check(Found(store, ((10, 40), (50, 50)), problems))


def codes(found: strict.StrictFinding) -> list[StatusCode]:
    return [status.code for status in found.failures]


def rules(found: strict.StrictFinding) -> list[str]:
    return [status.explanation.rpartition("(")[2].rstrip(")") for status in found.failures]


def test_a_clean_store_passes() -> None:
    found = check(manifest())
    assert (found.failures, found.warnings, found.capped) == ((), (), False)
    assert found.store is not None


def test_a_problem_of_the_carrier_is_a_failure() -> None:
    assert rules(check(manifest(), problems=("the chunk's CRC is wrong",))) == ["STRICT-IMG-1"]


def test_bytes_behind_the_store() -> None:
    found = check(manifest(), tail=b"\0")
    assert rules(found) == ["STRICT-IMG-2"]
    assert found.store is None


def test_a_box_nothing_hashes() -> None:
    assert rules(check(manifest(others=(jumb(b"xxxx", "note"),)))) == ["STRICT-IMG-3"]


def test_labels_nothing_hashes() -> None:
    assert rules(check(manifest(box_label="c2pa.signaturf"))) == ["STRICT-IMG-3"]
    assert rules(check(manifest(claim_label="c2pa.claim.v3"))) == ["STRICT-IMG-3"]


def test_a_compressed_manifest_caps_and_is_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    found = check(compressed(manifest()))
    assert (found.failures, found.capped) == ((), True)
    assert found.warnings == ("STRICT-IMG-3: a manifest is compressed",)
    assert rules(check(compressed(manifest(others=(jumb(b"xxxx", "note"),))))) == ["STRICT-IMG-3"]
    assert rules(check(compressed(manifest(box_label="c2pa.signaturf")))) == ["STRICT-IMG-3"]
    assert set(rules(check(compressed(manifest(), b"\xff")))) == {"STRICT-IMG-3"}
    monkeypatch.setitem(sys.modules, "brotli", None)
    assert set(rules(check(compressed(manifest())))) == {"STRICT-IMG-3"}


@pytest.mark.parametrize(
    "unprotected",
    [
        {"pad": b"text"},
        {"pad": bytes(8), "note": "x"},
        {"pad": bytes(8), "temp_signing_time": "2022-07-22T19:13:42Z"},
        {"rVals": {"ocspVals": ["text"]}},
        {"rVals": {"ocspVals": [b""], "more": b"text"}},
    ],
)
def test_something_in_the_unsigned_header(unprotected: dict[Any, Any]) -> None:
    found = check(manifest(unprotected=unprotected))
    assert codes(found) == [StatusCode.ASSERTION_DATA_HASH_MISMATCH]
    assert rules(found) == ["STRICT-IMG-4"]


def test_the_time_early_writers_left_there_caps() -> None:
    found = check(manifest(v1=True, unprotected={"temp_signing_time": "2022-07-22T19:13:42.344289+00:00"}))
    assert found.failures == ()
    assert found.capped
    assert found.warnings[0].startswith("STRICT-IMG-4:")


def test_text_dressed_up_as_that_time_is_a_failure() -> None:
    found = check(manifest(v1=True, unprotected={"temp_signing_time": "read this instead"}))
    assert rules(found) == ["STRICT-IMG-4"]


def test_an_empty_revocation_response_is_only_told() -> None:
    found = check(manifest(unprotected={"rVals": {"ocspVals": [b"\x30\x01\x00", b""]}}))
    assert found.failures == ()
    assert not found.capped
    assert found.warnings[0].startswith("STRICT-IMG-4:")


def test_an_envelope_in_another_spelling_caps() -> None:
    plain = cose({"pad": bytes(8)})
    wide = plain.replace(b"\xa1\x63pad", b"\xb9\x00\x01\x63pad")
    assert wide != plain
    found = check(manifest(signature=wide))
    assert found.failures == ()
    assert found.capped
    assert found.warnings[0].startswith("STRICT-IMG-5:")


def test_a_pad_with_content_is_found_in_any_spelling() -> None:
    wide = cose({"pad": b"contents"}).replace(b"\xa1\x63pad", b"\xb9\x00\x01\x63pad")
    assert "STRICT-IMG-4" in rules(check(manifest(signature=wide)))


def test_bytes_behind_the_signature() -> None:
    assert rules(check(manifest(signature=cose({"pad": b""}) + b"x"))) == ["STRICT-IMG-5"]


def test_the_pad_of_the_data_hash_is_zero() -> None:
    found = check(manifest(data_hash={"pad": b"hello"}))
    assert codes(found) == [StatusCode.ASSERTION_DATA_HASH_MALFORMED]
    assert rules(check(manifest(data_hash={"pad": b"    "}))) == ["STRICT-IMG-6"]


def test_early_writers_padded_with_blanks() -> None:
    found = check(manifest(v1=True, data_hash={"pad": b" " * 9}))
    assert found.failures == ()
    assert not found.capped
    assert found.warnings[0].startswith("STRICT-IMG-6:")
    assert rules(check(manifest(v1=True, data_hash={"pad": b" " * 100}))) == ["STRICT-IMG-6"]


@pytest.mark.parametrize(
    "exclusions",
    [
        [],
        [{"start": 10, "length": 89}],
        [{"start": 10, "length": 91}],
        [{"start": 9, "length": 90}],
        [{"start": 10, "length": 90}, {"start": 200, "length": 4}],
    ],
)
def test_an_exclusion_that_is_not_the_carrier(exclusions: list[dict[str, int]]) -> None:
    found = check(manifest(data_hash={"exclusions": exclusions}))
    assert codes(found) == [StatusCode.ASSERTION_DATA_HASH_MISMATCH]
    assert rules(found) == ["STRICT-IMG-7"]


@pytest.mark.parametrize("left_out", [(10, 4), (200, 90)])
def test_a_piece_of_the_carrier_that_is_hashed(left_out: tuple[int, int]) -> None:
    """Older engines hash the count in the directory of a TIFF."""
    start, length = left_out
    made = manifest(data_hash={"exclusions": [{"start": start, "length": length}]})
    found = strict.check(Found(jumb(b"c2pa", "c2pa", made), ((10, 4), (200, 90))))
    assert found.failures == ()


def test_segments_may_be_listed_one_by_one() -> None:
    split = [{"start": 10, "length": 40}, {"start": 50, "length": 50}]
    assert check(manifest(data_hash={"exclusions": split})).failures == ()


def test_an_assertion_the_claim_does_not_list() -> None:
    found = check(manifest(extra=(jumb(b"cbor", "org.example.note", cbor({"a": 1})),)))
    assert codes(found) == [StatusCode.ASSERTION_UNDECLARED]


def test_an_assertion_that_is_no_cbor() -> None:
    broken = jumb(b"cbor", "org.example.note", box(b"cbor", b"\x01\x02"))
    found = check(manifest(extra=(broken,), listed=("c2pa.hash.data", "org.example.note")))
    assert codes(found) == [StatusCode.ASSERTION_CBOR_INVALID]


def test_a_manifest_nothing_refers_to() -> None:
    found = check(manifest(label=LABEL[:-1] + "2"), manifest())
    assert rules(found) == ["STRICT-IMG-9"]


@pytest.mark.parametrize(
    ("label", "key"), [("c2pa.ingredient", "c2pa_manifest"), ("c2pa.ingredient.v3", "activeManifest")]
)
def test_a_manifest_an_ingredient_refers_to(label: str, key: str) -> None:
    other = LABEL[:-1] + "2"
    ingredient = jumb(
        b"cbor",
        label,
        cbor({"relationship": "parentOf", key: {"url": f"self#jumbf=/c2pa/{other}", "hash": b"x"}}),
    )
    found = check(manifest(label=other), manifest(extra=(ingredient,), listed=("c2pa.hash.data", label)))
    assert found.failures == ()


def test_data_boxes_no_hash_covers() -> None:
    boxes = jumb(b"c2db", "c2pa.databoxes", jumb(b"cbor", "c2pa.data", cbor({"a": 1})))
    assert check(manifest(v1=True, others=(boxes,))).capped
    assert rules(check(manifest(others=(boxes,)))) == ["STRICT-IMG-10"]


@pytest.mark.parametrize(
    ("label", "content"), [("org.example.note", b"\x01\x02"), ("cawg.identity", b"\xa0")]
)
def test_a_damaged_assertion_of_an_ingredient_is_told(label: str, content: bytes) -> None:
    other = LABEL[:-1] + "2"
    reference = {
        "relationship": "parentOf",
        "activeManifest": {"url": f"self#jumbf=/c2pa/{other}", "hash": b"x"},
    }
    ingredient = jumb(b"cbor", "c2pa.ingredient.v3", cbor(reference))
    damaged = jumb(b"cbor", label, box(b"cbor", content))
    found = check(
        manifest(label=other, extra=(damaged,), listed=("c2pa.hash.data", label)),
        manifest(extra=(ingredient,), listed=("c2pa.hash.data", "c2pa.ingredient.v3")),
    )
    assert found.failures == ()
    assert len(found.warnings) == 1
    assert not found.capped


def test_an_incomplete_identity_assertion() -> None:
    identity = jumb(b"cbor", "cawg.identity", cbor({"signature": b"x"}))
    found = check(manifest(extra=(identity,), listed=("c2pa.hash.data", "cawg.identity")))
    assert rules(found) == ["STRICT-IMG-12"]


def test_parts_a_bmff_hash_leaves_out_are_told() -> None:
    content = {
        "exclusions": [{"xpath": path} for path in ("/uuid", "/ftyp", "/mfra", "/free")],
        "hash": bytes(32),
    }
    bmff = jumb(b"cbor", "c2pa.hash.bmff.v3", cbor(content))
    found = check(manifest(extra=(bmff,), listed=("c2pa.hash.data", "c2pa.hash.bmff.v3")))
    assert found.warnings == ("STRICT-IMG-11: parts of the file are not signed: /free",)
    assert not found.capped


@pytest.mark.parametrize("size", [0, 1, 23, 24, 255, 256, 65_536, 65_537, 70_000])
def test_padding_of_any_size(size: int) -> None:
    found = check(manifest(unprotected={"pad": bytes(size)}))
    assert not found.failures
    assert not found.capped


@pytest.mark.parametrize("size", [1, 24, 256, 65_536, 65_537])
@pytest.mark.parametrize("first", [False, True])
def test_one_byte_in_the_padding(size: int, *, first: bool) -> None:
    rest = bytes(size - 1)
    pad = b"\1" + rest if first else rest + b"\1"
    assert rules(check(manifest(unprotected={"pad": pad}))) == ["STRICT-IMG-4"]


def test_padding_whose_length_is_written_wide() -> None:
    plain = cose({"pad": bytes(8)})
    wide = plain.replace(b"\x63pad\x48", b"\x63pad\x58\x08")
    assert wide != plain
    found = check(manifest(signature=wide))
    assert not found.failures
    assert found.capped
    assert [warning.partition(":")[0] for warning in found.warnings] == ["STRICT-IMG-5"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"uris": [{"uri": "a.txt", "hash": bytes(32)}, {"uri": "b", "hash": bytes(32)}]}, []),
        ({"uris": {"a.txt": {"hash": bytes(32)}}}, ["incorrectFileCount"]),
        ({"uris": {"a.txt": {}, "b": {}, "c": {}}}, ["incorrectFileCount"]),
        ({"uris": None}, ["incorrectFileCount"]),
        ({"zip_central_directory_hash": None}, ["malformed"]),
    ],
)
def test_the_hash_of_an_archive_covers_all_of_it(change: dict[str, Any], expected: list[str]) -> None:
    content = {
        "uris": {"a.txt": {}, "b": {}},
        "alg": "sha256",
        "zip_central_directory_hash": bytes(32),
        **change,
    }
    label = "c2pa.hash.collection.data"
    hashed = jumb(b"cbor", label, cbor(content))
    store = jumb(b"c2pa", "c2pa", manifest(extra=(hashed,), listed=("c2pa.hash.data", label)))
    found = strict.check(Found(store, ((10, 40), (50, 50))), members=frozenset({"a.txt", "b"}))
    assert [str(code).rpartition(".")[2] for code in codes(found)] == expected
    assert set(rules(found)) <= {"STRICT-IMG-16"}
