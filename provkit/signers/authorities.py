"""Authorities that a signer asks: for a time stamp (RFC 3161), and whether his certificate is revoked (RFC 6960).

    stamper = TimeStampAuthority("http://time.example.org")
    provkit.sign(data, origin, signer, time_stamper=stamper)

This is the only part of signing that opens a socket, through :mod:`provkit.fetch`, and only when it is
asked to.  The addresses are the signer's own choice: he names the authority, and his own certificate
names its responder.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Protocol

from provkit.codes import StatusCode
from provkit.errors import CredentialError, FetchError, MalformedError, ProvkitError
from provkit.fetch import Fetcher
from provkit.fetch_rules import FetchRules, parse
from provkit.limits import DEFAULT_LIMITS, Limits
from provkit.trust.credential import load_credential
from provkit.trust.store import TrustStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography import x509

    from provkit.manifest.builder import ClaimSigner
    from provkit.signers import Signer

_REPLY_BYTES: Final = 128 * 1024
"""Largest answer that is read: time stamps take 2 to 8 KB, OCSP responses 0.5 to 3 KB."""
_NONCE_BITS: Final = 63
_OK: Final = 200


class TimeStamper(Protocol):
    """Stamps bytes; :class:`TimeStampAuthority`, or any function of yours."""

    def __call__(self, message: bytes, /) -> bytes:
        """A time stamp over `message`: a TimeStampToken (RFC 3161), DER, or the response it came in."""
        ...


def chosen(url: str) -> FetchRules:
    """Rules for an address that a signer chose himself, not one out of a stranger's file.

    HTTP will do, since what comes back is signed; so will any port and an intranet.  Link-local
    addresses are refused as ever, and no redirect is followed.

    Raises:
        BlockedError: it is no address.
    """
    return FetchRules(
        schemes=("https", "http"),
        ports=(parse(url).port,),
        allow_private=True,
        redirects=0,
        body_bytes=_REPLY_BYTES,
    )


@dataclass(frozen=True, slots=True)
class TimeStampAuthority:
    """A time-stamp authority on the network.  Holds no connection; safe between threads, picklable."""

    url: str
    """Where it is asked, ``https`` or ``http``."""
    fetcher: Fetcher | None = None
    """Asks; one with the rules of :func:`chosen` when None."""

    def __call__(self, message: bytes, /) -> bytes:
        """Ask for a time stamp: the bare token, over these bytes and answering this request.

        Whether it holds is judged by whoever writes it (:func:`checked`).

        Raises:
            FetchError: it cannot be reached, refuses, or answers something else.
            BlockedError: the rules of the fetcher refuse the address, or time ran out.
        """
        from provkit.trust import stamping

        nonce = secrets.randbits(_NONCE_BITS)
        fetcher = self.fetcher or Fetcher(chosen(self.url))
        found = fetcher.post(
            self.url,
            stamping.request(message, nonce),
            content_type=stamping.QUERY,
            accept=(stamping.REPLY,),
            body_bytes=_REPLY_BYTES,
        )
        if found.status != _OK:
            raise FetchError(f"the time-stamp authority answers with status {found.status}")
        return stamping.opened(found.body, nonce)


def checked(
    stamper: TimeStamper, signer: ClaimSigner, limits: Limits = DEFAULT_LIMITS
) -> Callable[[bytes], bytes]:
    """`stamper`, whose time stamps come through only if they hold by our own judgement.

    The function returned raises:
        FetchError: what comes is no time stamp over these bytes, is not signed by a certificate that may
            stamp, or states a moment at which the signer's certificate is not valid.
        CredentialError: `stamper` failed with an error of its own, which is the cause.
    """
    from provkit.trust import timestamp, token

    credential = load_credential(signer.chain, limits)

    def stamp(message: bytes) -> bytes:
        try:
            data = stamper(message)
        except ProvkitError:
            raise
        except Exception as error:
            # Whatever the caller's function raises has to reach him, as one of our errors.
            raise CredentialError(f"the time stamper failed: {type(error).__name__}") from error
        if not isinstance(data, bytes):
            raise CredentialError(f"the time stamper returned {type(data).__name__}, not bytes")
        try:
            bare = token.bare(data, limits)
        except MalformedError as error:
            raise FetchError(f"the time stamp cannot be used: {error.message}") from None
        found = timestamp.verify(bare, message, TrustStore.empty(), limits)
        if found.moment is None:
            raise FetchError(f"the time stamp does not hold: {found.statuses[-1][1]}")
        if not credential.valid_at(found.moment):
            raise FetchError(
                f"the time stamp states {found.moment:%Y-%m-%d %H:%M} UTC, when the signer's certificate is not valid",
                hint="compare your clock with that of the authority",
            )
        return bare

    return stamp


def fetch_status(signer: Signer, *, issuers: bytes = b"", fetcher: Fetcher | None = None) -> bytes:
    """An OCSP response that says the signer's certificate is not revoked now, for stapling.

    The responder is the one that the certificate names.  What it answers is judged before it is returned.

    Args:
        signer: whose certificate.
        issuers: PEM certificates among which the issuer may be, if it is not in the signer's chain: a
            root is left out of that.
        fetcher: asks; one with the rules of :func:`chosen` when None.

    Returns:
        DER, for ``stapled`` of :func:`provkit.sign_detailed`.

    Raises:
        CredentialError: the certificate is revoked, or names no responder, or its issuer is not at hand.
        FetchError, BlockedError: the responder cannot be asked, or its answer does not count.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.x509 import ocsp

    from provkit.trust import pem, revocation
    from provkit.trust.chain import issued

    certificate = signer.credential.certificates[0]
    try:
        listed = tuple(map(x509.load_der_x509_certificate, pem.certificates(issuers)))
    except ValueError as error:
        raise CredentialError(f"the certificates of possible issuers cannot be read: {error}") from None
    known = (*signer.credential.certificates[1:], *listed)
    issuer = next((one for one in known if issued(one, certificate)), None)
    if issuer is None:
        raise CredentialError(
            "the issuer of the certificate is not at hand to ask about it",
            hint="put its certificate into the chain file, after your own",
        )
    url = _responder(certificate)
    # SHA-1 only names the issuer here, and is what every responder knows (RFC 5019 §2.1.1).
    request = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1())  # noqa: S303
    found = (fetcher or Fetcher(chosen(url))).post(
        url,
        request.build().public_bytes(serialization.Encoding.DER),
        content_type="application/ocsp-request",
        accept=("application/ocsp-response",),
        body_bytes=_REPLY_BYTES,
    )
    if found.status != _OK:
        raise FetchError(f"the OCSP responder answers with status {found.status}")
    chain = (signer.chain[0], issuer.public_bytes(serialization.Encoding.DER))
    ((code, why),) = revocation.verify(
        (found.body,),
        load_credential(chain),
        TrustStore.empty(),
        datetime.now(UTC),
        stamped=True,
        unlisted=True,
    )
    if code is StatusCode.SIGNING_CREDENTIAL_OCSP_REVOKED:
        raise CredentialError(why, hint="get a new certificate; nothing signed with this one holds")
    if code is not StatusCode.SIGNING_CREDENTIAL_OCSP_NOT_REVOKED:
        raise FetchError(f"the OCSP responder: {why}")
    return found.body


def _responder(certificate: x509.Certificate) -> str:
    from cryptography import x509
    from cryptography.x509.oid import AuthorityInformationAccessOID

    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        access = x509.AuthorityInformationAccess([])
    for entry in access:
        place = entry.access_location
        if entry.access_method == AuthorityInformationAccessOID.OCSP and isinstance(
            place, x509.UniformResourceIdentifier
        ):
            return place.value
    raise CredentialError(
        "the certificate names no OCSP responder", hint="leave --staple-ocsp out, or ask who issued it"
    )
