"""Real pictures that we sign: trusted here, in c2pa-python and in encypher-c2pa, and still the same pictures."""

from __future__ import annotations

import io
import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import pytest

import provkit
from interop import identities
from provkit import Origin, State, TrustStore
from support import encypher, pictures
from support.shared import SHARED, shared

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.interop
ALGORITHMS: Final = ("ES256", "Ed25519", "PS256")
CLASSES: Final = ("human", "ai-assisted", "synthetic")
TYPES: Final = {
    ".gif": "image/gif",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".tif": "image/tiff",
    ".webp": "image/webp",
}
IMAGES: Final = sorted((SHARED / "inputs" / "image").glob("*")) if SHARED.exists() else []
EVERY_IMAGE: Final = pytest.mark.parametrize("path", IMAGES, ids=lambda path: path.name)


@lru_cache(maxsize=8)
def _context(algorithm: str | None) -> Any:
    """Settings of c2pa-python: offline, the root of one identity or no list at all."""
    c2pa = pytest.importorskip("c2pa")
    trust = {"trust_config": "1.3.6.1.5.5.7.3.4\n1.3.6.1.4.1.62558.2.1\n"}
    if algorithm is not None:
        trust["trust_anchors"] = identities.identity(algorithm).root_pem.decode()
    return c2pa.Context.from_dict(
        {
            "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_trust": True},
            "trust": trust,
        }
    )


def ask_c2pa(data: bytes, media_type: str, algorithm: str | None) -> str:
    """Its state: Trusted, Valid or Invalid."""
    c2pa = pytest.importorskip("c2pa")
    with c2pa.Reader(media_type, io.BytesIO(data), None, context=_context(algorithm)) as reader:
        return str(json.loads(reader.json())["validation_state"])


@lru_cache(maxsize=128)
def signed(path: Path, origin: str, algorithm: str) -> bytes:
    return provkit.sign(path.read_bytes(), Origin.of(origin), identities.signer(algorithm))


def test_the_inputs_are_there() -> None:
    shared("inputs", "image")
    assert {path.suffix for path in IMAGES} == TYPES.keys()


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("origin", CLASSES)
@EVERY_IMAGE
def test_all_three_trust_it_and_the_picture_is_the_same(path: Path, origin: str, algorithm: str) -> None:
    data, media_type = signed(path, origin, algorithm), TYPES[path.suffix]
    verdict = provkit.verify(data, trust=identities.trust(algorithm))
    assert verdict.state is State.TRUSTED, (verdict.statuses.failure, verdict.warnings)
    assert verdict.media_type == media_type
    assert verdict.origin.cls == origin
    assert verdict.origin.attributed
    assert ask_c2pa(data, media_type, algorithm) == "Trusted"
    root = identities.identity(algorithm).root_pem
    assert encypher.ask(data, media_type, anchors=root, at=identities.NOW) == "Trusted"
    pictures.assert_same(path.read_bytes(), data)


@EVERY_IMAGE
def test_without_a_list_all_three_call_it_valid(path: Path) -> None:
    data, media_type = signed(path, "human", "ES256"), TYPES[path.suffix]
    assert provkit.verify(data, trust=TrustStore.empty()).state is State.VALID
    assert ask_c2pa(data, media_type, None) == "Valid"
    assert encypher.ask(data, media_type, at=identities.NOW) == "Valid"


@EVERY_IMAGE
def test_none_of_the_three_accepts_a_changed_picture(path: Path) -> None:
    data, media_type = bytearray(signed(path, "human", "ES256")), TYPES[path.suffix]
    plain = path.read_bytes()
    # A byte from the second half of the picture, found again behind the store.
    piece = plain[len(plain) * 3 // 4 :][:32]
    at = data.index(piece) + 16
    data[at] = data[at] ^ 1 if media_type != "image/svg+xml" else ord("0" if data[at] != ord("0") else "1")
    changed = bytes(data)
    assert provkit.verify(changed, trust=identities.trust("ES256")).state is State.INVALID
    assert ask_c2pa(changed, media_type, "ES256") == "Invalid"
    root = identities.identity("ES256").root_pem
    assert encypher.ask(changed, media_type, anchors=root, at=identities.NOW) == "Invalid"
