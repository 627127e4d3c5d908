"""JUMBF and CBOR: what is written is read back, and what is read can be written back."""

from __future__ import annotations

import contextlib

import cbor2
from hypothesis import given, settings
from hypothesis import strategies as st

from provkit.errors import ProvkitError
from provkit.manifest import cbor, cose, jumbf
from support import forge

plain = settings(deadline=None, max_examples=300)
labels = st.text(
    st.characters(
        min_codepoint=0x20,
        max_codepoint=0x2FF,
        exclude_characters="/;?#\x7f",
        exclude_categories=["Cc", "Cs"],
    ),
    min_size=1,
    max_size=12,
)
leaves = st.tuples(st.sampled_from([b"cbor", b"json", b"bidb", b"uuid"]), st.binary(max_size=20)).map(
    lambda pair: forge.box(*pair)
)
salts = st.one_of(st.none(), st.binary(min_size=16, max_size=16))
trees = st.recursive(
    st.builds(lambda label, body, salt: forge.superbox(forge.type_uuid("cbor"), label, b"".join(body), salt=salt), labels, st.lists(leaves, max_size=3), salts),
    lambda inner: st.builds(
        lambda label, body, salt: forge.superbox(forge.type_uuid("c2as"), label, b"".join(body), salt=salt), labels, st.lists(st.one_of(inner, leaves), max_size=3), salts
    ),
    max_leaves=8,
)  # fmt: skip


def written(box: jumbf.SuperBox) -> bytes:
    """A superbox whose children are all superboxes or all leaves, written by provkit."""
    body = b"".join(written(child) for child in box.superboxes) + b"".join(
        jumbf.content_box(leaf.type, leaf.payload) for leaf in box.contents
    )
    return jumbf.superbox(box.uuid, box.label, body, salt=box.salt)


def mixed(box: jumbf.SuperBox) -> bool:
    return bool(box.superboxes and box.contents) or any(mixed(child) for child in box.superboxes)


@plain
@given(trees)
def test_jumbf_round_trip(raw: bytes) -> None:
    box = jumbf.parse(raw)
    assert box.raw == raw
    assert box.hashed == raw[8:]
    if not mixed(box):
        assert written(box) == raw


@plain
@given(trees, st.data())
def test_jumbf_of_changed_bytes(raw: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(raw) - 1))
    changed = raw[:at] + bytes([data.draw(st.integers(0, 255))]) + raw[at + 1 :]
    with contextlib.suppress(ProvkitError):
        assert jumbf.parse(changed).raw == changed


keys = st.text(max_size=8)
simple = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63),
    st.text(max_size=12),
    st.binary(max_size=40),
    st.floats(allow_nan=False),
)
values = st.recursive(
    simple,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=4)),
    max_leaves=12,
)


@plain
@given(values)
def test_cbor_round_trip(value: object) -> None:
    encoded = cbor.encode(value)
    assert cbor.decode(encoded) == value
    assert cbor.encode(cbor.decode(encoded)) == encoded
    assert encoded == cbor2.dumps(value, canonical=True)


@plain
@given(st.dictionaries(keys, values, max_size=5))
def test_a_claim_in_shortest_form_is_read(value: dict[str, object]) -> None:
    assert cbor.decode_claim(cbor.encode(value)) == value


@plain
@given(st.binary(max_size=60))
def test_cbor_of_any_bytes(data: bytes) -> None:
    for call in (cbor.decode, cbor.decode_claim, cose.parse):
        with contextlib.suppress(ProvkitError):
            call(data)


@plain
@given(values, st.binary(min_size=1, max_size=4))
def test_nothing_may_follow(value: object, tail: bytes) -> None:
    try:
        cbor.decode(cbor.encode(value) + tail)
    except ProvkitError:
        return
    raise AssertionError("trailing bytes were accepted")


@plain
@given(st.binary(max_size=70), st.binary(max_size=300), st.integers(0, 70000))
def test_cose_is_what_cbor_says(protected: bytes, payload: bytes, pad: int) -> None:
    assert cose.to_be_signed(protected, payload) == cbor2.dumps(["Signature1", protected, b"", payload])
    encoded = cose.encode(protected, payload, cose.Beside(pad=pad))
    assert encoded == cbor2.dumps(cbor2.CBORTag(18, [protected, {"pad": bytes(pad)}, None, payload]))
