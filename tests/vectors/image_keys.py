"""Keys and certificates of the vectors for images: made once, and kept.

Engines judge certificates at the time of the call, so these are valid until 2046.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cryptography import x509

from support import forge as f
from support import pki, stamps

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER: Final = Path(__file__).resolve().parents[2] / "spec" / "vectors" / "images"

KEYS: Final = FOLDER / "keys"
TRUST_FOLDER: Final = FOLDER / "trust"
START: Final = datetime(2026, 1, 1, tzinfo=UTC)
END: Final = datetime(2046, 1, 1, tzinfo=UTC)


def make_keys() -> None:
    """Keys and certificates, once."""
    if (KEYS / "es256.chain.pem").exists():
        return
    KEYS.mkdir(parents=True, exist_ok=True)
    TRUST_FOLDER.mkdir(parents=True, exist_ok=True)
    life = {"start": START, "end": END}
    root = pki.make_ca("provkit vectors TEST ONLY image root", start=START, end=END)
    middle = pki.make_ca(
        "provkit vectors TEST ONLY image CA", issuer=root, path_length=0, start=START, end=END
    )
    deep = pki.make_ca("provkit vectors TEST ONLY image too deep", issuer=middle, start=START, end=END)
    stranger = pki.make_ca("provkit vectors TEST ONLY image stranger", start=START, end=END)
    leaf: Callable[..., tuple[x509.Certificate, Any]] = pki.make_leaf

    def keep(name: str, issuer: pki.Authority, *chain: pki.Authority, **options: Any) -> None:
        certificate, key = leaf(issuer, common_name="provkit vectors TEST ONLY signer", **life, **options)
        pem = certificate.public_bytes(pki.PEM)
        (KEYS / f"{name}.chain.pem").write_bytes(pem + b"".join(one.pem for one in chain))
        mark = b"TEST ONLY: this key is public. Never trust a certificate for it.\n"
        (KEYS / f"{name}.key.pem").write_bytes(mark + pki.key_pem(key))
        if name == "es256":
            (TRUST_FOLDER / "leaf.pem").write_bytes(pem)

    keep("es256", middle, middle)
    keep("stranger", stranger)
    keep("pathlen", deep, deep, middle)
    keep("no-intermediate", middle)
    keep("no-ds", middle, middle, usage=pki.key_usage())
    keep("no-eku", middle, middle, ekus=None)
    keep("server-eku", middle, middle, ekus=(pki.SERVER_AUTH,))
    keep("rsa1024", middle, middle, algorithm="RSA1024")
    keep("sha1", middle, middle, sha1=True)
    (TRUST_FOLDER / "root.pem").write_bytes(root.pem)
    (TRUST_FOLDER / "intermediate.pem").write_bytes(middle.pem)


@lru_cache(maxsize=16)
def credential(name: str = "es256") -> f.Credential:
    """A stored credential."""
    algorithm = "PS256" if name == "rsa1024" else "ES256"
    return f.Credential.load(
        (KEYS / f"{name}.chain.pem").read_bytes(), (KEYS / f"{name}.key.pem").read_bytes(), algorithm
    )


def wrong_key() -> f.Credential:
    """A key that is not that of the certificate."""
    key = pki.key_for("ES256", "somebody else")
    path = KEYS / "other.key.pem"
    if not path.exists():
        path.write_bytes(pki.key_pem(key))
    return f.Credential.load((KEYS / "es256.chain.pem").read_bytes(), path.read_bytes(), "ES256")


TIMES: Final = {
    "short": (START, datetime(2026, 2, 1, tzinfo=UTC)),
    "not-yet": (datetime(2045, 1, 1, tzinfo=UTC), END),
}
"""Certificates that are not valid when vectors are judged."""


def make_second_keys() -> None:
    """The second family, once: signers out of their time, an authority for time stamps, a responder.

    The keys of the first family's authorities were not kept.
    """
    if (KEYS / "second.chain.pem").exists():
        return
    life = {"start": START, "end": END}
    root = pki.make_ca("provkit vectors TEST ONLY second root", start=START, end=END)
    middle = pki.make_ca(
        "provkit vectors TEST ONLY second CA", issuer=root, path_length=0, start=START, end=END
    )
    timing = pki.make_ca("provkit vectors TEST ONLY time stamps", start=START, end=END)
    critical = ((x509.ExtendedKeyUsage([x509.ObjectIdentifier(pki.TIME_STAMPING)]), True),)

    def keep(name: str, issuer: pki.Authority, common_name: str = "signer", **options: Any) -> None:
        certificate, key = pki.make_leaf(
            issuer, common_name=f"provkit vectors TEST ONLY {common_name}", **{**life, **options}
        )
        pem = certificate.public_bytes(pki.PEM)
        (KEYS / f"{name}.chain.pem").write_bytes(pem + issuer.pem)
        mark = b"TEST ONLY: this key is public. Never trust a certificate for it.\n"
        (KEYS / f"{name}.key.pem").write_bytes(mark + pki.key_pem(key))

    keep("second", middle)
    for name, (start, end) in TIMES.items():
        keep(name, middle, start=start, end=end)
    keep("stamper", timing, "time stamper", algorithm="PS256", ekus=None, extra=critical)
    keep(
        "responder",
        middle,
        "responder",
        algorithm="PS256",
        ekus=(pki.OCSP_SIGNING,),
        extra=((x509.OCSPNoCheck(), False),),
    )
    (TRUST_FOLDER / "second-root.pem").write_bytes(root.pem)
    (TRUST_FOLDER / "time-root.pem").write_bytes(timing.pem)


@lru_cache(maxsize=4)
def stamper(name: str) -> stamps.Stamper:
    """The authority for time stamps, or the responder."""
    return stamps.Stamper.load(
        (KEYS / f"{name}.chain.pem").read_bytes(), (KEYS / f"{name}.key.pem").read_bytes()
    )


def certificates(name: str) -> tuple[x509.Certificate, ...]:
    """A stored chain, leaf first."""
    return tuple(x509.load_pem_x509_certificates((KEYS / f"{name}.chain.pem").read_bytes()))


def once(name: str, make: Callable[[], bytes]) -> bytes:
    """A file that stands beside the keys, made when it is not there."""
    path = KEYS / name
    if not path.exists():
        path.write_bytes(make())
    return path.read_bytes()
