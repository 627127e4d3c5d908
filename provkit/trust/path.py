"""Path validation (RFC 5280 §6) by pyhanko-certvalidator: the only module that imports it.

Import it late: it and its dependencies take 200 ms.  The library is written for asyncio, but
offline it never waits, so its coroutine is driven by hand and works inside any event loop.
"""

from __future__ import annotations

from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Final, TypeVar

from asn1crypto import x509
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.authority import CertTrustAnchor, TrustQualifiers
from pyhanko_certvalidator.errors import PathValidationError, ValidationError
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.validate import async_validate_path

from provkit.trust.asn1_errors import ASN1_ERRORS

if TYPE_CHECKING:
    from collections.abc import Coroutine

_T = TypeVar("_T")
_CACHED_ANCHORS: Final = 256
# asn1crypto parses on demand and writes into the object: anchors are shared, so one at a time.
_LOCK: Final = Lock()


def path_problem(chain: list[bytes], anchor: bytes) -> str | None:
    """Why a path does not hold at any time, or None.

    Signatures, names, basic constraints, path lengths (the anchor's too), key usages of authorities,
    name constraints, policies, critical extensions and weak algorithms are judged; dates are not:
    the path is looked at in the moment in which its last certificate became valid.

    Args:
        chain: DER, end-entity first, each issued by the next, the last by the anchor.
        anchor: DER of the trust anchor.
    """
    with _LOCK:
        try:
            certificates = [x509.Certificate.load(der, strict=True) for der in chain]
            root = _anchor(anchor)
            moment = max(certificate.not_valid_before for certificate in (*certificates, root.certificate))
            context = ValidationContext(
                trust_roots=[], moment=moment, allow_fetching=False, revocation_mode="soft-fail"
            )
            path = ValidationPath(root, interm=certificates[:0:-1], leaf=certificates[0])
            _drive(async_validate_path(context, path))
        except PathValidationError as error:
            return f"the chain does not hold: {error}"
        except ValidationError:
            return "the chain cannot be validated"
        except ASN1_ERRORS:
            return "the chain holds a certificate that cannot be read"
        except NotImplementedError:
            # The library's answer to name constraints over a kind of name that it does not compare (RFC 5280
            # §4.2.1.10): what cannot be judged is not believed.
            return "the chain constrains names of a kind that cannot be judged"
    return None


@lru_cache(maxsize=_CACHED_ANCHORS)
def _anchor(der: bytes) -> CertTrustAnchor:
    certificate = x509.Certificate.load(der, strict=True)
    # Left to itself the library ignores the path length of an anchor.  Given one length it wants the
    # other too (for attribute certificates, which do not occur here), or fails on any intermediate.
    length = certificate.max_path_length
    return CertTrustAnchor(
        certificate, quals=TrustQualifiers(max_path_length=length, max_aa_path_length=length)
    )


def _drive(coroutine: Coroutine[object, object, _T]) -> _T:
    """Run a coroutine that never waits.

    Raises:
        RuntimeError: it tried to wait, that is, to open a connection.
    """
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: _T = done.value
        return result
    coroutine.close()
    raise RuntimeError("path validation tried to wait")
