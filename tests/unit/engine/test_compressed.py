"""Compressed manifests in containers: unpacked here, within bounds, before the engine does it."""

from __future__ import annotations

import sys

import pytest

import provkit
from provkit import LimitError, State, UnsupportedError
from support import forge as f
from vectors import image_forge as images
from vectors import text_history as history

brotli = pytest.importorskip("brotli")


def picture() -> bytes:
    """A PNG whose only manifest is compressed."""
    made = images.forge(
        boxes=[f.actions(images.created()), f.data_hash()],
        edit_manifests=lambda found: [history.compressed(one) for one in found],
    )
    return made.sealed()


def test_what_the_engine_would_unpack_is_unpacked_here_first(monkeypatch: pytest.MonkeyPatch) -> None:
    data = picture()
    verdict = provkit.verify(data)
    assert verdict.state is State.VALID
    assert verdict.warnings[0].startswith("STRICT-IMG-3: a manifest is compressed")
    monkeypatch.setitem(sys.modules, "brotli", None)
    with pytest.raises(UnsupportedError, match="brotli is not installed"):
        provkit.verify(data)


def test_few_bytes_that_become_many_never_reach_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    zeros = f.superbox(f.type_uuid("c2ma"), "urn:c2pa:0", f.box(b"cbor", bytes(4_000_000)))
    packed = history.compressed(zeros, brotli.compress(zeros))
    head, tail = images.png()
    data = head + images.carry_png(f.superbox(f.type_uuid("c2pa"), "c2pa", packed)) + tail
    assert len(data) < 50_000
    monkeypatch.setattr("provkit.engine.native.read", None)
    with pytest.raises(LimitError, match="compressed"):
        provkit.verify(data)
