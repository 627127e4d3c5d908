"""The keys and certificates of the vectors: made once, kept in ``spec/vectors/keys``, TEST ONLY.

    python tests/vectors/keys.py      # makes what is missing, touches nothing else

Certificates cannot be made twice alike, so they are data; :mod:`generate` only reads them.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
if str(ROOT / "tests") not in sys.path:
    sys.path.insert(0, str(ROOT / "tests"))

from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives import serialization  # noqa: E402
from cryptography.x509.oid import ObjectIdentifier  # noqa: E402

from support import pki, stamps  # noqa: E402
from support.forge import Credential  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

VECTORS: Final = ROOT / "spec" / "vectors"
KEYS: Final = VECTORS / "keys"
TRUST: Final = VECTORS / "trust"
MARK: Final = b"TEST ONLY: this key is public. Never trust a certificate for it.\n"

CREDENTIALS: Final[dict[str, tuple[str, str]]] = {
    # name: (key file, COSE algorithm); the chain file has the name of the credential
    "es256": ("es256", "ES256"),
    "es384": ("es384", "ES384"),
    "es512": ("es512", "ES512"),
    "rsa": ("rsa", "PS256"),
    "ed25519": ("ed25519", "Ed25519"),
    "ed25519-ca": ("ed25519", "Ed25519"),
    "pss-signed": ("rsa", "PS256"),
    "stranger": ("es256", "ES256"),
    "no-intermediate": ("es256", "ES256"),
    "pathlen": ("es256", "ES256"),
    "rsa1024": ("rsa1024", "PS256"),
    "secp256k1": ("secp256k1", "ES256"),
    "sha1": ("es256", "ES256"),
    "no-ku": ("es256", "ES256"),
    "no-ds": ("es256", "ES256"),
    "cert-sign": ("es256", "ES256"),
    "no-eku": ("es256", "ES256"),
    "any-eku": ("es256", "ES256"),
    "server-eku": ("es256", "ES256"),
    "tsa-eku": ("es256", "ES256"),
    "ca-leaf": ("es256", "ES256"),
    "no-aki": ("es256", "ES256"),
    "critical": ("es256", "ES256"),
    "self-signed": ("es256", "ES256"),
    "expired": ("es256", "ES256"),
    "not-yet": ("es256", "ES256"),
    "wrong-order": ("es256", "ES256"),
    "other": ("other", "ES256"),
}


def credential(name: str, algorithm: str | None = None) -> Credential:
    """A stored credential."""
    found = _credential(name)
    return found.as_(algorithm) if algorithm else found


@lru_cache(maxsize=64)
def _credential(name: str) -> Credential:
    key, algorithm = CREDENTIALS[name]
    return Credential.load(
        (KEYS / f"{name}.chain.pem").read_bytes(), (KEYS / f"{key}.key.pem").read_bytes(), algorithm
    )


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.write_bytes(data)


def _chain(*parts: bytes) -> bytes:
    return b"".join(parts)


@lru_cache(maxsize=8)
def stamper(name: str) -> stamps.Stamper:
    """A stored authority for time stamps, or a responder."""
    return stamps.Stamper.load(
        (KEYS / f"{name}.chain.pem").read_bytes(), (KEYS / f"{name}.key.pem").read_bytes()
    )


def once(name: str, make: Callable[[], bytes]) -> bytes:
    """Bytes that cannot be made twice alike, so they are made once and kept with the keys."""
    path = KEYS / name
    if not path.exists():
        path.write_bytes(make())
    return path.read_bytes()


def make_authorities() -> None:
    """Two authorities for time stamps, one listed, and two responders, one delegated by a stranger."""
    if (KEYS / "stamper.chain.pem").exists():
        return
    life = {
        "start": pki.NOW - timedelta(days=400),
        "end": pki.NOW + timedelta(days=4000),
        "algorithm": "PS256",
    }
    critical = ((x509.ExtendedKeyUsage([ObjectIdentifier(pki.TIME_STAMPING)]), True),)
    middle = pki.Authority(
        x509.load_pem_x509_certificates((KEYS / "es256.chain.pem").read_bytes())[1],
        serialization.load_pem_private_key((KEYS / "ca.key.pem").read_bytes(), None),  # type: ignore[arg-type]
    )
    stranger = pki.make_ca("provkit vectors TEST ONLY other responders")

    def keep(name: str, issuer: pki.Authority, **options: Any) -> None:
        certificate, key = pki.make_leaf(
            issuer, common_name=f"provkit vectors TEST ONLY {name}", **{**life, "ekus": None, **options}
        )
        _write(KEYS / f"{name}.chain.pem", certificate.public_bytes(pki.PEM) + issuer.pem)
        _write(KEYS / f"{name}.key.pem", MARK + pki.key_pem(key))

    for name in ("stamper", "unlisted-stamper"):
        timing = pki.make_ca(f"provkit vectors TEST ONLY root of {name}")
        keep(name, timing, extra=critical)
        if name == "stamper":
            _write(TRUST / "time-root.pem", timing.pem)
    keep("responder", middle, ekus=(pki.OCSP_SIGNING,))
    keep("other-responder", stranger, ekus=(pki.OCSP_SIGNING,))
    expired = x509.load_pem_x509_certificate((KEYS / "expired.chain.pem").read_bytes())
    lines = (
        "[[distrust]]",
        f'issuer = "{expired.issuer.rfc4514_string()}"',
        f'serial = "{expired.serial_number:x}"',
        "from = 2026-02-01",
        "until = 2026-02-28",
        'reason = "the key was in strange hands"',
    )
    _write(TRUST / "distrust-february.toml", "\n".join((*lines, "")).encode())


def main() -> None:
    """Make everything, unless it is there."""
    if (KEYS / "es256.chain.pem").exists():
        make_authorities()
    if (KEYS / "es256.chain.pem").exists():
        sys.exit("the keys are there already; delete spec/vectors/keys and trust to make all of them anew")
    root = pki.make_ca("provkit vectors TEST ONLY root")
    middle = pki.make_ca("provkit vectors TEST ONLY CA", issuer=root, path_length=0)
    make_leaf = partial(pki.make_leaf, common_name="provkit vectors TEST ONLY signer")

    def keep(name: str, certificate: x509.Certificate, *issuers: pki.Authority) -> None:
        pem = certificate.public_bytes(pki.PEM)
        _write(KEYS / f"{name}.chain.pem", _chain(pem, *(issuer.pem for issuer in issuers)))

    kinds: Iterable[tuple[str, str]] = (
        ("es256", "ES256"),
        ("es384", "ES384"),
        ("es512", "ES512"),
        ("rsa", "PS256"),
        ("ed25519", "Ed25519"),
        ("rsa1024", "RSA1024"),
        ("secp256k1", "secp256k1"),
    )
    for name, kind in kinds:
        leaf, key = make_leaf(middle, algorithm=kind)
        keep(name, leaf, middle)
        _write(KEYS / f"{name}.key.pem", MARK + pki.key_pem(key))
    _write(KEYS / "root.key.pem", MARK + pki.key_pem(root.key))
    _write(KEYS / "ca.key.pem", MARK + pki.key_pem(middle.key))
    _write(KEYS / "other.key.pem", MARK + pki.key_pem(pki.key_for("ES256", "somebody else")))
    good, _ = make_leaf(middle)
    keep("other", good, middle)
    keep("no-intermediate", good)
    keep("wrong-order", middle.certificate)
    _write(KEYS / "wrong-order.chain.pem", middle.pem + good.public_bytes(pki.PEM))

    stranger = pki.make_ca("provkit vectors TEST ONLY stranger")
    keep("stranger", make_leaf(stranger)[0])
    deeper = pki.make_ca("provkit vectors TEST ONLY too deep", issuer=middle)
    keep("pathlen", make_leaf(deeper)[0], deeper, middle)
    for name, certificate in {
        "sha1": make_leaf(middle, sha1=True)[0],
        "no-ku": make_leaf(middle, usage=None)[0],
        "no-ds": make_leaf(middle, usage=pki.key_usage())[0],
        "cert-sign": make_leaf(middle, usage=pki.key_usage(digital_signature=True, cert_sign=True))[0],
        "no-eku": make_leaf(middle, ekus=None)[0],
        "any-eku": make_leaf(middle, ekus=(pki.EMAIL, pki.ANY_EKU))[0],
        "server-eku": make_leaf(middle, ekus=(pki.SERVER_AUTH,))[0],
        "tsa-eku": make_leaf(middle, ekus=(pki.EMAIL, pki.TIME_STAMPING))[0],
        "ca-leaf": make_leaf(middle, basic=x509.BasicConstraints(ca=True, path_length=None))[0],
        "no-aki": make_leaf(middle, aki=False)[0],
        "critical": make_leaf(
            middle,
            extra=[(x509.UnrecognizedExtension(ObjectIdentifier("1.3.6.1.4.1.55555.1"), b"\x05\0"), True)],
        )[0],
        "expired": make_leaf(middle, start=pki.NOW - timedelta(days=300), end=pki.NOW - timedelta(days=1))[0],
        "not-yet": make_leaf(middle, start=pki.NOW + timedelta(days=1), end=pki.NOW + timedelta(days=300))[0],
    }.items():
        keep(name, certificate, middle)
    keep("self-signed", make_leaf(None)[0])
    ed_root = pki.make_ca("provkit vectors TEST ONLY Ed25519 root", algorithm="Ed25519")
    ed_middle = pki.make_ca(
        "provkit vectors TEST ONLY Ed25519 CA", issuer=ed_root, algorithm="Ed25519", path_length=0
    )
    keep("ed25519-ca", make_leaf(ed_middle, algorithm="Ed25519")[0], ed_middle)
    pss_root = pki.make_ca("provkit vectors TEST ONLY PSS root", algorithm="PS256", pss=True)
    keep("pss-signed", make_leaf(pss_root, algorithm="PS256", pss=True)[0])

    _write(TRUST / "root.pem", root.pem)
    _write(TRUST / "intermediate.pem", middle.pem)
    _write(TRUST / "ed25519-root.pem", ed_root.pem)
    _write(TRUST / "pss-root.pem", pss_root.pem)
    _write(TRUST / "stranger.pem", stranger.pem)
    leaf = x509.load_pem_x509_certificate((KEYS / "es256.chain.pem").read_bytes())
    _write(TRUST / "leaf.pem", leaf.public_bytes(pki.PEM))
    _write(TRUST / "stranger-leaf.pem", (KEYS / "stranger.chain.pem").read_bytes())
    _write(TRUST / "garbage.pem", b"this is not a certificate\n")
    rule = f'[[distrust]]\nissuer = "{leaf.issuer.rfc4514_string()}"\nserial = "{leaf.serial_number:x}"\nreason = "test"\n'
    _write(TRUST / "distrust.toml", rule.encode())
    make_authorities()


if __name__ == "__main__":
    main()
