from __future__ import annotations

import base64
import hashlib
import json
import pickle
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

from provkit.errors import ConfigurationError
from provkit.trust import ListKind, Purpose, TrustStore, pem
from provkit.trust.vetting import anchor_problem
from support.pki import TIME_STAMPING, Authority, Pki, make_ca, make_leaf
from support.shared import shared

if TYPE_CHECKING:
    from collections.abc import Callable


def test_bundled_lists_load_and_every_certificate_is_fit() -> None:
    store = TrustStore.bundled()
    claim, stamping = store.lists
    assert (claim.purpose, len(claim.certificates)) == (Purpose.CLAIM_SIGNING, 30)
    assert (stamping.purpose, len(stamping.certificates)) == (Purpose.TIME_STAMPING, 22)
    assert [anchor_problem(der) for entry in store.lists for der in entry.certificates] == [None] * 52
    assert store.bundled_date == date(2026, 8, 13)
    assert not store.is_empty
    assert TrustStore.bundled() is store


def test_bundled_index_is_right_and_the_licence_is_there() -> None:
    folder = files("provkit.trust") / "lists"
    index = json.loads((folder / "index.json").read_bytes())
    assert [entry["certificates"] for entry in index] == [
        len(one.certificates) for one in TrustStore.bundled().lists
    ]
    assert {entry["licence"] for entry in index} == {"CC-BY-4.0"}
    assert all(entry["date"] in entry["file"] for entry in index)
    assert "CC BY 4.0" in (folder / "NOTICE").read_text()


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("trust/interim/anchors.pem", 26),  # 27 with one listed twice
        ("trust/test/test_cert_root_bundle.pem", 8),
        ("trust/test/revocation_test_root.pem", 1),
        ("trust/official/C2PA-TRUST-LIST.pem", 30),
    ],
)
def test_published_anchor_lists_load(path: str, count: int) -> None:
    data = shared(*path.split("/")).read_bytes()
    assert TrustStore.empty().with_anchors(data, name="list").lists[0].entries == count


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("trust/interim/allowed.pem", 117),
        ("trust/interim/allowed.sha256.txt", 117),
        ("trust/test/allowed_list.pem", 7),
    ],
)
def test_published_allowed_lists_load(path: str, count: int) -> None:
    data = shared(*path.split("/")).read_bytes()
    assert TrustStore.empty().with_allowed(data, name="list").lists[0].entries == count


def test_empty_store() -> None:
    store = TrustStore.empty()
    assert store.is_empty
    assert store.bundled_date is None
    assert store.with_distrust(Pki.make().leaf_pem, name="d").is_empty


def test_equality_digest_and_pickle() -> None:
    pki = Pki.make()
    one = TrustStore.empty().with_anchors(pki.root_pem, name="a")
    same = TrustStore.empty().with_anchors(b"a comment\n" + pki.root_pem, name="a")
    assert one == same
    assert hash(one) == hash(same)
    assert len({one, same, TrustStore.empty()}) == 2
    assert one != TrustStore.empty().with_anchors(pki.root_pem, name="b")
    assert one != TrustStore.empty().with_anchors(pki.root_pem, name="a", purpose=Purpose.TIME_STAMPING)
    assert pickle.loads(pickle.dumps(one)).digest == one.digest
    assert one != "a store"


@pytest.mark.parametrize(
    "data", [b"", b"garbage", b"# only a comment\n"], ids=["empty", "garbage", "comment"]
)
@pytest.mark.parametrize("method", ["with_anchors", "with_allowed", "with_distrust"])
def test_a_list_without_entries_is_an_error(method: str, data: bytes) -> None:
    with pytest.raises(ConfigurationError):
        getattr(TrustStore.empty(), method)(data, name="mine")


@pytest.mark.parametrize("method", ["with_anchors", "with_allowed", "with_distrust"])
@pytest.mark.parametrize("damage", ["cut", "base64", "der", "key"])
def test_a_damaged_list_is_an_error(method: str, damage: str) -> None:
    whole = Pki.make().root_pem
    body = base64.b64encode(b"\x30\x03\x02\x01\x01")
    data = {
        "cut": whole + whole[:200],
        "base64": whole.replace(b"MII", b"M!I", 1),
        "der": b"-----BEGIN CERTIFICATE-----\n" + body + b"\n-----END CERTIFICATE-----\n",
        "key": Pki.make().key_pem,
    }[damage]
    with pytest.raises(ConfigurationError, match="mine"):
        getattr(TrustStore.empty(), method)(data, name="mine")


def test_a_leaf_is_no_anchor_and_the_hint_says_what_to_do() -> None:
    pki = Pki.make()
    with pytest.raises(ConfigurationError, match="Test Signer") as caught:
        TrustStore.empty().with_anchors(pki.root_pem + pki.leaf_pem, name="mine")
    assert "certificate 2" in str(caught.value)
    assert "allowed list" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("anchor", "message"),
    [
        (lambda: make_ca("Not CA", ca=False), "not a certification authority"),
        (lambda: make_ca("No keyCertSign", cert_sign=False), "keyCertSign"),
        (lambda: make_ca("Weak", algorithm="RSA1024"), "1024"),
        (lambda: make_ca("P224", algorithm="P224"), "curve"),
        (lambda: make_ca("Ed448", algorithm="Ed448"), "Ed448"),
        (lambda: make_ca("SHA1 sub", issuer=make_ca("Root"), sha1=True), "sha1"),
    ],
    ids=["ca-false", "ku", "rsa1024", "p224", "ed448", "sha1-intermediate"],
)
def test_unfit_anchors_are_refused(anchor: Callable[[], Authority], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        TrustStore.empty().with_anchors(anchor().pem, name="mine")


def test_a_self_signed_sha1_root_is_kept_since_nobody_checks_that_signature() -> None:
    assert (
        TrustStore.empty().with_anchors(make_ca("Old root", sha1=True).pem, name="mine").lists[0].entries == 1
    )


@pytest.mark.parametrize("algorithm", ["ES256", "ES384", "ES512", "PS256", "Ed25519"])
def test_fit_anchors_are_taken_once(algorithm: str) -> None:
    root = make_ca("Root", algorithm=algorithm)
    assert TrustStore.empty().with_anchors(root.pem * 2, name="mine").lists[0].entries == 1


def test_allowed_by_fingerprint_and_by_pem() -> None:
    pki = Pki.make()
    digest = hashlib.sha256(pki.chain[0]).digest()
    lines = b"# who\r\n\r\n" + base64.b64encode(digest) + b"\r\n"
    by_line = TrustStore.empty().with_allowed(lines, name="a").lists[0]
    by_pem = TrustStore.empty().with_allowed(pki.leaf_pem, name="a").lists[0]
    assert by_line.kind is by_pem.kind is ListKind.ALLOWED
    assert by_line.fingerprints == by_pem.fingerprints == {digest}


@pytest.mark.parametrize("line", [b"AAAA", b"not base64 at all", b"q" * 64])
def test_allowed_lines_that_are_no_fingerprint(line: bytes) -> None:
    with pytest.raises(ConfigurationError, match="line 2"):
        TrustStore.empty().with_allowed(b"#\n" + line, name="a")


ENTRY = f'[[distrust]]\nfingerprint = "{"ab" * 32}"\n'


def test_distrust_for_a_span_of_time() -> None:
    """A day counts as a whole, a moment to the second; both are one in UTC."""
    text = f"{ENTRY}from = 2026-01-01\nuntil = 2026-01-31\n{ENTRY}from = 2026-01-01T02:00:00+02:00\n"
    text += f'{ENTRY}from = "2026-01-01"\nuntil = "2026-01-31"\n'
    store = TrustStore.empty().with_distrust(text.encode(), name="d")
    day, moment, quoted = store.lists[0].rules
    start = datetime(2026, 1, 1, tzinfo=UTC)
    assert (day.start, day.end) == (start, datetime(2026, 2, 1, tzinfo=UTC) - timedelta(microseconds=1))
    assert (moment.start, moment.end) == (start, None)
    assert quoted == day
    assert pickle.loads(pickle.dumps(store)) == store
    assert store != TrustStore.empty().with_distrust(f"{ENTRY}".encode(), name="d")
    assert (day.span, moment.span) == (
        "from 2026-01-01 00:00 until 2026-01-31 23:59",
        "from 2026-01-01 00:00",
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[[distrust]]\nissuer = "CN=A"', "needs issuer and serial"),
        ('[[distrust]]\nissuer = "CN=A"\nserial = "zz"', "not hexadecimal"),
        ('[[distrust]]\nissuer = "nonsense"\nserial = "01"', "distinguished name"),
        ('[[distrust]]\nfingerprint = "abcd"', "SHA-256"),
        ('[[distrust]]\nfinger = "abcd"', "unknown key"),
        ("[[distrust]]\nserial = 12", "quotes"),
        (f"{ENTRY}from = 5", "neither a day"),
        (f"{ENTRY}from = 12:00:00", "neither a day"),
        (f'{ENTRY}until = "soon"', "neither a day"),
        (f'{ENTRY}until = "2026-13-01"', "neither a day"),
        (f"{ENTRY}until = 2026-01-01T00:00:00", "no time zone"),
        (f'{ENTRY}until = "0001-01-01T00:00:00+14:00"', "out of range"),
        (f"{ENTRY}from = 2026-01-02\nuntil = 2026-01-01", "before from"),
        ("distrust = [1]", "no table"),
        ("distrust = []", "no entry"),
        ('[[trust]]\nissuer = "CN=A"', "unknown key"),
        ("\x00", "neither PEM nor TOML"),
    ],
)
def test_distrust_files_that_cannot_be_understood(text: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        TrustStore.empty().with_distrust(text.encode(), name="bad")


def test_issuers_are_read_as_people_write_them() -> None:
    def issuer(text: str) -> Any:
        data = f'[[distrust]]\nissuer = "{text}"\nserial = "01"'.encode()
        return TrustStore.empty().with_distrust(data, name="d").lists[0].rules[0].issuer

    assert (
        issuer("CN=Some CA,O=Some  Corp") == issuer(" cn = some ca, o=Some Corp") == "cn=some ca,o=some corp"
    )
    assert issuer(r"CN=A\\, b=c") == r"cn=a\, b=c"


def test_time_stamping_anchors_vouch_for_time_stamping_only() -> None:
    store = TrustStore.empty().with_anchors(Pki.make().root_pem, name="tsa", purpose=Purpose.TIME_STAMPING)
    assert store.lists[0].ekus == {TIME_STAMPING}


def test_pem_round_trip() -> None:
    leaf, _ = make_leaf(None)
    der = Pki.make().chain[0]
    assert pem.certificates(b"Subject\tCN=x\n" + pem.armour(der) + b"junk" + pem.armour(der)) == (der, der)
    assert leaf.version.name == "v3"


def test_importing_the_store_is_light() -> None:
    code = (
        "import sys, provkit.trust.store as s; s.TrustStore.bundled();"
        "heavy = {'cryptography', 'pyhanko_certvalidator', 'asn1crypto', 'asyncio'} & set(sys.modules);"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
