"""How much work a verdict takes: what is the same question is asked once."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

import provkit
from provkit.carriers import selectors, text
from provkit.manifest import cbor, jumbf
from support.pki import NOW, Pki

if TYPE_CHECKING:
    from types import ModuleType

PKI = Pki.make()
SIGNER = provkit.Signer.from_pem(PKI.chain_pem, PKI.key_pem)
TRUST = provkit.TrustStore.empty().with_anchors(PKI.root_pem, name="test")
HOST = b"Rain fell on the harbour all night.\n" * 50
PAGE = b"<!DOCTYPE html>\n<html><head><title>Rain</title></head><body>" + HOST + b"</body></html>\n"
ASKED: tuple[tuple[ModuleType, str], ...] = (
    (text, "locate"),
    (selectors, "decode"),
    (jumbf, "parse"),
    (cbor, "decode"),
)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each of the functions is called."""
    counts: Counter[str] = Counter()
    for module, name in ASKED:
        key, real = f"{module.__name__.rpartition('.')[2]}.{name}", getattr(module, name)

        def counted(*args: Any, _key: str = key, _real: Any = real, **options: Any) -> Any:
            counts[_key] += 1
            return _real(*args, **options)

        monkeypatch.setattr(module, name, counted)
    return counts


def verdict_of(data: bytes) -> provkit.Verdict:
    return provkit.verify(data, trust=TRUST, at=NOW)


def test_a_signed_text_is_read_once(asked: Counter[str]) -> None:
    signed = provkit.sign(HOST, provkit.Origin.synthetic(model="acme/writer-2"), SIGNER)
    verdict_of(signed)
    asked.clear()
    verdict = verdict_of(signed)
    assert verdict.state is provkit.State.TRUSTED
    # One decoding each for the claim, the signature and the assertions; the header of a signer met
    # before, and with it the chain, is remembered.
    decoded = 2 + len(verdict.assertions)
    assert asked == {"text.locate": 1, "selectors.decode": 1, "jumbf.parse": 1, "cbor.decode": decoded}


def test_a_credential_at_the_end_of_a_page_is_read_once(asked: Counter[str]) -> None:
    page = text.embed(PAGE, b"a store")
    asked.clear()
    assert verdict_of(page).state is provkit.State.INVALID
    assert asked == {"text.locate": 1, "selectors.decode": 1, "jumbf.parse": 1}


@pytest.mark.slow
def test_an_unsigned_text_needs_nothing_of_trust() -> None:
    code = (
        "import sys, provkit; provkit.verify(b'plain'); "
        "print([name for name in sys.modules if name.startswith(('provkit.trust', 'cryptography'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
