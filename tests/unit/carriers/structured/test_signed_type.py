"""The signed media type decides which comment may stand around a block, from signing to the verdict."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

import provkit
from provkit import Origin, Signer, State, TrustStore
from provkit.carriers.carried import Carriage
from provkit.carriers.structured.blocks import BEGIN, END
from provkit.signers.development import make_development_identity
from support import forge as f
from support.pki import NOW
from vectors.media_forge import DATA_URI, forge

IDENTITY = make_development_identity(now=datetime.now(UTC))
SIGNER = Signer.from_pem(IDENTITY.chain_pem, IDENTITY.key_pem)
TRUST = TrustStore.empty().with_anchors(IDENTITY.root_pem, name="test")
URL = "https://example.org/credentials/" + "a" * 60 + ".c2pa"


@pytest.mark.parametrize(
    ("media_type", "host", "sign", "other"),
    [
        ("text/x-c", b"int a;\n", b"// ", b"-- "),
        ("text/x-tex", b"\\relax\n", b"%% ", b"-- "),
        ("text/x-shellscript", b"#!/bin/sh\nid\n", b"\n# ", b"\n; "),
        ("text/x-shellscript", b"#!/bin/sh\nid\n", b"\n# ", b":: "),
    ],
)
def test_another_comment_sign_of_the_same_length(
    media_type: str, host: bytes, sign: bytes, other: bytes
) -> None:
    signed = provkit.sign(host, Origin.human(), SIGNER, media_type=media_type)
    whole = provkit.verify(signed, trust=TRUST)
    assert (whole.state, whole.warnings) == (State.TRUSTED, ())
    assert sign + BEGIN in signed
    changed = provkit.verify(signed.replace(sign + BEGIN, other + BEGIN), trust=TRUST)
    assert changed.state is State.INVALID
    assert {str(one.code) for one in changed.statuses.failure} == {"assertion.dataHash.mismatch"}
    assert "assertion.dataHash.match" not in {str(one.code) for one in changed.statuses.success}
    assert changed.origin.cls == "unknown"


@pytest.mark.parametrize(
    ("media_type", "host", "line"),
    [
        ("text/x-shellscript", b"#!/bin/sh\nid\n", b"\n// @ " + END),
        ("text/x-shellscript", b"#!/bin/sh\nid\n", BEGIN + b"\n@\n" + END),
        ("text/markdown", b"# T\n", b"# @ " + END + b"\n"),
        ("text/javascript", b"let a;\n", b"-- @ " + END + b"\n"),
    ],
)
def test_an_address_in_another_form(media_type: str, host: bytes, line: bytes) -> None:
    made = provkit.sign_detailed(
        host, Origin.human(), SIGNER, media_type=media_type, carriage=Carriage.LINK, reference=URL
    )
    assert provkit.verify(made.data, trust=TRUST, manifest=made.manifest).state is State.TRUSTED
    at = made.data.index(BEGIN)
    start = max(0, made.data.rfind(b"\n", 0, at))
    stop = made.data.find(b"\n", at) + 1 or len(made.data)
    if BEGIN not in line:
        line = line.replace(b"@", BEGIN + b" @")
    room = stop - start - len(line) + 1
    changed = made.data[:start] + line.replace(b"@", b"https://h/".ljust(room, b"x")) + made.data[stop:]
    assert len(changed) == len(made.data)
    assert provkit.verify(changed, trust=TRUST, manifest=made.manifest).state is State.INVALID


@pytest.mark.parametrize(
    ("claimed", "acted", "state", "rule"),
    [
        (None, "text/x-c", State.VALID, None),
        ("text/x-c", "text/x-python", State.VALID, None),
        ("text/x-python", "text/x-c", State.INVALID, None),
        (7, "text/x-python", State.INVALID, None),
        ("text/plain", "text/x-python", State.VALID, "comment-sign"),
        (None, None, State.VALID, "comment-sign"),
    ],
)
def test_the_claim_counts_before_its_actions(
    claimed: object, acted: str | None, state: State, rule: str | None
) -> None:
    def carry(store: bytes) -> bytes:
        return b"// " + BEGIN + b" " + DATA_URI + base64.b64encode(store) + b" " + END + b"\n"

    parameters = {} if acted is None else {"dc:format": acted}
    made = forge(b"", b"int a;\n", carry, boxes=[f.actions(f.created(parameters=parameters)), f.data_hash()])
    if claimed is not None:
        made.edit_claim = lambda claim: {**claim, "dc:format": claimed}
    found = provkit.verify(made.sealed(), trust=TrustStore.empty(), at=NOW)
    assert found.state is state, found.statuses.failure
    assert [warning.partition(":")[0] for warning in found.warnings] == ([rule] if rule else [])
