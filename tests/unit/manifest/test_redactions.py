"""What stands in the place of a redacted assertion, and which URIs name one (C2PA 2.4 §6.8)."""

from __future__ import annotations

from typing import Any

import pytest

from provkit.manifest import jumbf, redactions
from support import forge as f
from vectors.text_history import MARK

PREFIX = "self#jumbf=/c2pa/urn:c2pa:1"


def parsed(*contents: bytes, kind: str = "uuid", **changes: Any) -> jumbf.SuperBox:
    return jumbf.parse(f.superbox(f.type_uuid(kind), "a", b"".join(contents), **changes))


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        (f"{PREFIX}/c2pa.assertions/x", ("urn:c2pa:1", "x")),
        ("self#jumbf=c2pa/urn:c2pa:1/c2pa.assertions/x", ("urn:c2pa:1", "x")),
        ("self#jumbf=c2pa.assertions/x", None),
        (PREFIX, None),
        (f"{PREFIX}/c2pa.assertions", None),
        (f"{PREFIX}/c2pa.databoxes/x", None),
        (f"{PREFIX}/c2pa.assertions/x/y", None),
        ("https://example.org", None),
    ],
)
def test_targets(uri: str, expected: tuple[str, str] | None) -> None:
    assert redactions.target_of(uri) == expected


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("c2pa.actions", True),
        ("c2pa.actions.v2__3", True),
        ("c2pa.hash.data", True),
        ("c2pa.hash.data.part__1", True),
        ("c2pa.hash.multi-asset", True),
        ("c2pa.ingredient.v3", False),
        ("c2pa.ai-disclosure", False),
        ("c2pa.soft-binding", False),
    ],
)
def test_what_may_not_be_redacted(label: str, expected: bool) -> None:
    assert redactions.is_protected(label) is expected


@pytest.mark.parametrize(
    ("box", "blank", "plain"),
    [
        (parsed(f.box(b"uuid", MARK + bytes(9))), True, True),
        (parsed(f.box(b"uuid", MARK)), True, True),
        (parsed(f.box(b"cbor", bytes(9)), kind="cbor"), True, False),
        (parsed(f.box(b"uuid", MARK), f.box(b"free", bytes(9))), True, False),
        (parsed(f.box(b"uuid", MARK), salt=bytes(16)), True, False),
        (parsed(f.box(b"uuid", MARK), toggles=0x02), True, False),
        (parsed(f.box(b"uuid", MARK + b"\1")), False, False),
        (parsed(f.box(b"uuid", MARK[:-1] + b"\0")), False, False),
        (parsed(f.box(b"cbor", MARK)), False, False),
        (parsed(), False, False),
        (parsed(f.superbox(f.type_uuid("uuid"), "b", b"")), False, False),
    ],
)
def test_what_is_left(box: jumbf.SuperBox, blank: bool, plain: bool) -> None:
    assert (redactions.is_blank(box), redactions.is_plain(box)) == (blank, plain)
