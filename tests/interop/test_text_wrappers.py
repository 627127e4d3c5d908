"""The A.8 wrapper layer of two other projects: c2pa-text and c2pa-unstructured-text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import provkit
from interop import identities
from provkit import Origin, State
from provkit.carriers import text
from support import forge

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.interop
TEXTS = pytest.mark.parametrize("path", identities.inputs(), ids=lambda path: path.name)


def signed_as(path: Path) -> tuple[bytes, bytes]:
    """A text of ours and its store."""
    data = provkit.sign(path.read_bytes(), Origin.human(), identities.signer("ES256"))
    found = provkit.inspect(data)
    assert found is not None
    return data, found.data


@TEXTS
def test_c2pa_text_extracts_our_store(path: Path) -> None:
    peer = pytest.importorskip("c2pa_text")
    data, store = signed_as(path)
    extracted, clean = peer.extract_manifest(data.decode())
    assert extracted == store
    assert clean.encode() == provkit.strip(data)
    assert peer.validate_text(data.decode()).valid


@TEXTS
def test_unstructured_text_extracts_our_store_and_accepts_the_hash(path: Path) -> None:
    peer = pytest.importorskip("c2pa_unstructured_text")
    data, store = signed_as(path)
    found = peer.extract(data.decode())
    assert found["payload"] == store
    inspected = provkit.inspect(data)
    assert inspected is not None
    assert (found["start"], found["length"]) == (inspected.start, inspected.length)
    computed = peer.compute_data_hash(data.decode())
    assert computed["hash"] == forge.hash_of(provkit.strip(data))
    peer.verify_data_hash(data.decode(), computed["hash"], [(inspected.start, inspected.length)])
    assert peer.strip(data.decode(), inspected.start, inspected.length).encode() == provkit.strip(data)


def c2pa_text_plain() -> Callable[[bytes], bytes]:
    peer: Any = pytest.importorskip("c2pa_text")
    return lambda store: peer.encode_wrapper(store).encode()


def c2pa_text_padded() -> Callable[[bytes], bytes]:
    peer: Any = pytest.importorskip("c2pa_text")
    return lambda store: peer.encode_wrapper_padded(
        store, peer.worst_case_wrapper_byte_length(len(store))
    ).encode()


def unstructured_plain() -> Callable[[bytes], bytes]:
    peer: Any = pytest.importorskip("c2pa_unstructured_text")
    return lambda store: peer.encode(store).encode()


def unstructured_padded() -> Callable[[bytes], bytes]:
    peer: Any = pytest.importorskip("c2pa_unstructured_text")
    return lambda store: peer.encode_padded(store).encode()


@pytest.mark.parametrize(
    "writer", [c2pa_text_plain, c2pa_text_padded, unstructured_plain, unstructured_padded]
)
@pytest.mark.parametrize("seed", range(4))
def test_their_wrappers_verify(writer: Callable[[], Callable[[bytes], bytes]], seed: int) -> None:
    made = identities.identity("ES256")
    credential = forge.Credential.load(made.chain_pem, made.key_pem, "ES256")
    wrap = writer()
    data = forge.Forge(
        "Grüße.\n".encode(), credential, seed=str(seed), fill="padded" not in writer.__name__, wrap=wrap
    ).text()
    verdict = provkit.verify(data, trust=identities.trust("ES256"))
    assert verdict.state is State.TRUSTED, verdict.statuses.failure
    store = forge.find_store(data)[2]
    assert text.locate(data).wrappers[0].store == store
    assert provkit.strip(data) == "Grüße.\n".encode()
    # Padding is read in these two forms only, and it is all or nothing.
    assert (
        provkit.verify(data + forge.selectors(b"\0").encode(), trust=identities.trust("ES256")).state
        is State.INVALID
    )


@pytest.mark.parametrize("size", [0, 1, 2, 15, 16, 17, 255, 256, 1000])
def test_wrappers_are_the_same_bytes(size: int) -> None:
    store = bytes(range(256)) * (size // 256) + bytes(range(size % 256))
    peer_a = pytest.importorskip("c2pa_text")
    peer_b = pytest.importorskip("c2pa_unstructured_text")
    ours = text.embed(b"", store)
    assert ours == peer_a.encode_wrapper(store).encode() == peer_b.encode(store).encode() == forge.wrap(store)
    padded = peer_a.encode_wrapper_padded(store, peer_a.worst_case_wrapper_byte_length(size)).encode()
    assert padded == forge.wrap_padded(store, forge.padding_c2pa_text)
    assert peer_b.encode_padded(store).encode() == forge.wrap_padded(store, forge.padding_writerslogic)
