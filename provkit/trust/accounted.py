"""Certificates that came along where nothing signs them: each has a part, or it could be anything.

That is so in a time-stamp token, and of a chain in the unsigned header of a signature.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provkit.trust.chain import authorities, is_allowed, issued
from provkit.trust.store import Purpose, TrustStore

if TYPE_CHECKING:
    from cryptography import x509

    from provkit.trust.credential import Credential


def unaccounted(credential: Credential, trust: TrustStore, purpose: Purpose) -> str | None:
    """Why the certificates that came along are not all vouched for, or None.

    Each issued another one that came along, and is itself signed by one of them or by a listed authority.
    Honest time stamps carry one that is not: the certificate that an older root, on no list, gave to a
    listed authority or to the one above it.  Nothing is taken from it, and its name and key are held
    against the list.

    Args:
        credential: whose chain it is; its first certificate may be on an allowed list.
        trust: the lists.
        purpose: those of its authorities that count.
    """
    certificates = credential.certificates
    vouches = _is_near if purpose is Purpose.TIME_STAMPING else _is_listed
    reached, waiting = {0}, [0]
    while waiting:
        lower = waiting.pop()
        issuers = [i for i, one in enumerate(certificates) if issued(one, certificates[lower])]
        if (
            not issuers
            and not any(vouches(one, certificates[lower]) for one in authorities(trust, purpose))
            and (lower or not is_allowed(credential.chain[0], trust, purpose))
        ):
            return "it carries a certificate that nobody listed has signed"
        new = [i for i in issuers if i not in reached]
        reached.update(new)
        waiting += new
    return None if len(reached) == len(certificates) else "it carries a certificate that has no part in it"


def _is_listed(listed: x509.Certificate, certificate: x509.Certificate) -> bool:
    return issued(listed, certificate) or listed == certificate


def _is_near(listed: x509.Certificate, certificate: x509.Certificate) -> bool:
    """Whether a listed authority issued a certificate, or is it, or an older root gave it to one near it.

    That is: to the listed authority's own name and key, or to the authority above it.  Name and key
    of the older root have to be others: one alone could be a damaged copy of a listed certificate, or of
    a root that signed itself.
    """
    if _is_listed(listed, certificate):
        return True
    own, above = _key_identifiers(certificate)
    if certificate.issuer == certificate.subject or above is None or above == own:
        return False
    if listed.subject == certificate.subject and listed.public_key() == certificate.public_key():
        return listed.issuer != certificate.issuer and above not in _key_identifiers(listed)
    return issued(certificate, listed)


def _key_identifiers(certificate: x509.Certificate) -> tuple[bytes | None, bytes | None]:
    """Identifiers of a certificate's own key and of the one that signed it, as it says."""
    from cryptography import x509

    from provkit.trust.profile import PARSE_ERRORS

    own = above = None
    try:
        for extension in certificate.extensions:
            if isinstance(extension.value, x509.SubjectKeyIdentifier):
                own = extension.value.digest
            elif isinstance(extension.value, x509.AuthorityKeyIdentifier):
                above = extension.value.key_identifier
    except PARSE_ERRORS:
        return None, None
    return own, above
