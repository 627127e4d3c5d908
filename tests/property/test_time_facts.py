"""A changed token or response may leave a file trusted, but then it says nothing any more; in every carrier.

And no list more or less makes trusted what was not, unless it is a list for the signer.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import pytest
from cryptography import x509

import provkit
from provkit import ProvkitError, Purpose, TrustStore
from provkit.codes import StatusCode
from support import forge, stamps
from vectors import cases_times as times
from vectors import image_forge as images
from vectors import media_forge as media
from vectors import media_updates
from vectors.case import PRESENT
from vectors.keys import KEYS, TRUST, credential, stamper
from vectors.text_forge import HOST

if TYPE_CHECKING:
    from collections.abc import Callable

AT: Final = datetime.fromisoformat(PRESENT)
STAMPED: Final = datetime(2026, 5, 20, tzinfo=UTC)
DAYS: Final = (datetime(2026, 5, 19, tzinfo=UTC), datetime(2026, 5, 22, tzinfo=UTC))
SIGNERS: Final = TrustStore.empty().with_anchors((TRUST / "root.pem").read_bytes(), name="root")
CLOCKS: Final = (TRUST / "time-root.pem").read_bytes()
BOTH: Final = SIGNERS.with_anchors(CLOCKS, name="clocks", purpose=Purpose.TIME_STAMPING)
FINE: Final = StatusCode.SIGNING_CREDENTIAL_OCSP_NOT_REVOKED
SAMPLE: Final = 2
Made = tuple[bytes, bytes | None]
"""An asset, and the store beside it."""


def _carried(head: bytes, tail: bytes, carry: Callable[[bytes], bytes], kind: str, **changes: Any) -> Made:
    return media.forge(head, tail, carry, kind=kind, **changes).sealed(), None


def _apart(**changes: Any) -> Made:
    asset = b'{"a": 1}\n'
    boxes = [media.created("application/json"), forge.data_hash(exclusions=None)]
    return asset, media.forge(asset, b"", bytes, boxes=boxes, **changes).apart()


def _pdf(**changes: Any) -> Made:
    boxes = [media.created("application/pdf"), forge.data_hash()]
    return media_updates.pdf(boxes, **changes).sealed(), None


def _markdown(**changes: Any) -> Made:
    boxes = [media.created("text/markdown"), forge.data_hash()]
    return media_updates.markdown(boxes, **changes).sealed(), None


CARRIERS: Final[dict[str, Callable[..., Made]]] = {
    "text": lambda **changes: (forge.Forge(HOST, credential("es256"), **changes).text(), None),
    "html": lambda **changes: _carried(
        media.PAGE_HEAD, media.PAGE_BODY, media.script, "text/html", **changes
    ),
    "markdown": _markdown,
    "pdf": _pdf,
    "sidecar": _apart,
    "png": lambda **changes: _carried(*images.png(), images.carry_png, "image/png", **changes),
    "jpeg": lambda **changes: _carried(
        images.plain_jpeg()[:20], images.plain_jpeg()[20:], images.carry_jpeg, "image/jpeg", **changes
    ),
}


@lru_cache(maxsize=1)
def response() -> bytes:
    leaf, issuer = x509.load_pem_x509_certificates((KEYS / "es256.chain.pem").read_bytes())[:2]
    return stamps.response(stamper("responder"), leaf, issuer, DAYS)


@lru_cache(maxsize=1)
def text() -> tuple[bytes, tuple[bytes, bytes]]:
    """The signed text, its token and its response."""
    tokens: list[bytes] = []

    def keep(token: bytes) -> bytes:
        tokens.append(token)
        return token

    data, _ = CARRIERS["text"](
        unprotected={"rVals": {"ocspVals": [response()]}}, edit_cose=times.stamped(STAMPED, change=keep)
    )
    return data, (tokens[-1], response())


def same(data: bytes) -> bytes:
    return data


def made(
    carrier: str, token: Callable[[bytes], bytes] = same, staple: Callable[[bytes], bytes] = same
) -> Made:
    """A file with a time stamp and a stapled response, both of which can be changed."""
    if carrier == "text":
        # To seal a text takes many tries; one bit changes no length in it.
        data, parts = text()
        start, length, store = forge.find_store(data)
        for part, change in zip(parts, (token, staple), strict=True):
            store = store.replace(part, change(part))
        return data[:start] + forge.wrap(store) + data[start + length :], None
    unprotected = {"rVals": {"ocspVals": [staple(response())]}}
    return CARRIERS[carrier](unprotected=unprotected, edit_cose=times.stamped(STAMPED, change=token))


def facts(file: Made, trust: TrustStore = BOTH) -> tuple[str, bool, bool]:
    """State, whether the time is one that an authority vouches for, and whether the response counts."""
    try:
        verdict = provkit.verify(file[0], manifest=file[1], trust=trust, at=AT)
    except ProvkitError as error:
        return error.kind, False, False
    codes = {status.code for status in verdict.statuses.success}
    return str(verdict.state), verdict.time is not None and verdict.time.basis == "timestamped", FINE in codes


def flipper(position: float) -> Callable[[bytes], bytes]:
    """Changes one bit, somewhere between the beginning (0) and the end (1)."""

    def flip(data: bytes) -> bytes:
        at = int(position * (len(data) - 1))
        return data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]

    return flip


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_changed_token_or_response_is_none(carrier: str) -> None:
    assert facts(made(carrier)) == ("trusted", True, True)
    chance = random.Random(carrier)
    for position in (0.0, 1.0, *(chance.random() for _ in range(SAMPLE))):
        state, stamped, _ = facts(made(carrier, token=flipper(position)))
        assert state != "trusted" or not stamped, position
        state, _, answered = facts(made(carrier, staple=flipper(position)))
        assert state != "trusted" or not answered, position


@pytest.mark.parametrize("carrier", CARRIERS)
def test_lists_for_time_make_nobody_trusted(carrier: str) -> None:
    file = made(carrier)
    only = TrustStore.empty().with_anchors(CLOCKS, name="clocks", purpose=Purpose.TIME_STAMPING)
    assert facts(file, TrustStore.empty())[0] == "valid"
    assert facts(file, only)[0] == "valid"
    assert facts(file, SIGNERS) == ("trusted", False, False)
    broken = file[0].replace(b"quick", b"quack") if b"quick" in file[0] else file[0] + b" "
    for trust in (TrustStore.empty(), only, SIGNERS, BOTH):
        assert facts((broken, file[1]), trust)[0] not in {"trusted", "valid"}
