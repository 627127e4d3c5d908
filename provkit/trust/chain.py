"""Does this chain lead to somebody we list?  (C2PA 2.4 §14.4, RFC 5280 §6)

What is expensive does not depend on the time, so it is done once for a chain and a store:
:func:`_routes` finds every way from the signer to a listed anchor that holds cryptographically,
each with the span of time in which all its certificates are valid together.  :func:`judge` only
looks whether the time in question falls into one of the spans.  The answer is exact at any time,
and a repeated question costs microseconds.

The rules, in order:

1. A certificate of the chain on a distrust list: distrusted, whatever else holds.  So is a chain
   that leads only to anchors on one, whether it brought them along or not.  An entry for some span
   of time counts unless a time stamp shows that it was signed outside of it.
2. A route to an anchor of the right purpose whose span covers the time: trusted.  An intermediate
   may be the anchor.  The signer itself never is: nobody vouches for himself by being listed as
   an authority.
3. The signer on an allowed list: trusted.  Its dates are judged by the validator.
4. Anything else: untrusted, with a reason.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

from provkit.trust import disbelief, oids
from provkit.trust.credential import CACHED_BYTES
from provkit.trust.distrust import normal_name
from provkit.trust.store import ListKind, Purpose, TrustList, TrustStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from cryptography import x509

    from provkit.trust.credential import Credential
    from provkit.trust.disbelief import Disbelief

_CACHED_JUDGEMENTS: Final = 512
_CACHED_STORES: Final = 8
_MAX_ATTEMPTS: Final = 32
"""Path validations for one chain: about 1 ms each, and a hostile chain may name many anchors."""
_OTHER_TRADES: Final = frozenset({oids.TIME_STAMPING, oids.OCSP_SIGNING})


@dataclass(frozen=True, slots=True)
class ChainFinding:
    """Whether somebody listed vouches for a signer.  Immutable, picklable."""

    trusted: bool
    """A list vouches for the signer at the time asked about."""
    reason: str
    """Why, or why not, one line.  May quote certificates: escape before printing."""
    list_name: str | None = None
    """Name of the list that vouches; None when untrusted."""
    anchor: str | None = None
    """Subject of the anchor, RFC 4514; None unless an anchor vouches."""
    via: Literal["anchor", "allowed"] | None = None
    """How the signer is listed."""
    distrusted: bool = False
    """A certificate of the chain is on a distrust list."""


@dataclass(frozen=True, slots=True)
class _Route:
    """A way to an anchor, and when all its certificates are valid."""

    start: datetime
    end: datetime
    finding: ChainFinding
    """The answer inside that time."""
    distrust: tuple[Disbelief, ...] = ()
    """What is not believed of the anchor, for a span of time each."""


@dataclass(frozen=True, slots=True)
class _Judgement:
    """All that can be said without a time."""

    fixed: ChainFinding | None
    """The answer, when it does not depend on the time."""
    routes: tuple[_Route, ...] = ()
    """In the order of the lists."""
    reason: str = ""
    """Why there is no route."""
    distrust: tuple[Disbelief, ...] = ()
    """What is not believed of the chain, for a span of time each."""
    allowed: ChainFinding | None = None
    """The answer when no route covers the time, if the signer is on an allowed list."""


@dataclass(frozen=True, slots=True, eq=False)
class Anchor:
    """One listed authority, parsed."""

    der: bytes
    certificate: x509.Certificate
    name: str
    """Subject for comparison."""
    lists: tuple[TrustList, ...]
    """The lists it stands on, in order."""


def judge(
    credential: Credential,
    store: TrustStore,
    at: datetime,
    *,
    purpose: Purpose = Purpose.CLAIM_SIGNING,
    stamped: bool = False,
) -> ChainFinding:
    """Whether a list of `store` vouches for the signer at the time `at`.

    Offline and deterministic: no revocation is looked up.  Safe between threads.

    Args:
        credential: the parsed chain; its profile is judged elsewhere.
        store: the lists to consult.
        at: time of signing where it is known, else now; aware.
        purpose: what the signer must be listed for.
        stamped: a trusted time stamp vouches for `at` as the time of signing.
    """
    consider = _consider if credential.size <= CACHED_BYTES else _consider.__wrapped__
    judgement = consider(credential, store, purpose)
    if judgement.fixed is not None:
        return judgement.fixed
    why = disbelief.first(judgement.distrust, at, stamped=stamped)
    if why is not None:
        return _not_believed(why)
    reasons = [disbelief.first(route.distrust, at, stamped=stamped) for route in judgement.routes]
    if reasons and None not in reasons and reasons[0] is not None:
        return _not_believed(reasons[0])
    for route, distrusted in zip(judgement.routes, reasons, strict=True):
        if distrusted is None and route.start <= at <= route.end:
            return route.finding
    if judgement.allowed is not None:
        return judgement.allowed
    if judgement.routes:
        name = judgement.routes[0].finding.list_name
        return _untrusted(f"{name!r} leads to this signer, but not all certificates were valid at that time")
    return _untrusted(judgement.reason)


def _not_believed(reason: str) -> ChainFinding:
    return ChainFinding(trusted=False, reason=reason, distrusted=True)


def _by_anchor(list_name: str, anchor: str) -> ChainFinding:
    return ChainFinding(
        trusted=True,
        reason=f"chains to an anchor of {list_name!r}",
        list_name=list_name,
        anchor=anchor,
        via="anchor",
    )


def _untrusted(reason: str) -> ChainFinding:
    return ChainFinding(trusted=False, reason=reason)


@lru_cache(maxsize=_CACHED_JUDGEMENTS)
def _consider(credential: Credential, store: TrustStore, purpose: Purpose) -> _Judgement:
    prints = [hashlib.sha256(der).digest() for der in credential.chain]
    bounded: list[Disbelief] = []
    for one in disbelief.of_chain(credential, prints, store):  # rule 1
        if not one.is_bounded:
            return _Judgement(_not_believed(one.reason))
        bounded.append(one)
    allowed = _allowed(prints[0], store, purpose)
    anchors = _anchors(store, purpose)
    if anchors:  # rule 2
        routes, reason, distrusted = _routes(credential, anchors, purpose, store)
        if distrusted and not routes:
            return _Judgement(_not_believed(reason))
    else:
        routes = ()
        reason = (
            "no trust list is loaded" if store.is_empty else f"no list of anchors for {purpose} is loaded"
        )
    return _Judgement(None, routes, reason, tuple(bounded), allowed)


def _allowed(fingerprint: bytes, store: TrustStore, purpose: Purpose) -> ChainFinding | None:
    """Rule 3."""
    for entry in store.lists:
        if entry.kind is ListKind.ALLOWED and entry.purpose is purpose and fingerprint in entry.fingerprints:
            return ChainFinding(
                trusted=True,
                reason=f"the signer is on the allowed list {entry.name!r}",
                list_name=entry.name,
                via="allowed",
            )
    return None


def is_allowed(der: bytes, store: TrustStore, purpose: Purpose) -> bool:
    """Whether a certificate is on an allowed list for `purpose`."""
    return _allowed(hashlib.sha256(der).digest(), store, purpose) is not None


def authorities(store: TrustStore, purpose: Purpose) -> Iterator[x509.Certificate]:
    """The anchors for `purpose`, parsed."""
    return (anchor.certificate for found in _anchors(store, purpose).values() for anchor in found)


def issuers_of(credential: Credential, store: TrustStore, purpose: Purpose) -> tuple[x509.Certificate, ...]:
    """The certificates that issued a signer's, by name and signature: of his chain, and of anchors for `purpose`."""
    leaf = credential.certificates[0]
    listed = _anchors(store, purpose).get(normal_name(leaf.issuer.rfc4514_string()), ())
    known = (*credential.certificates[1:], *(anchor.certificate for anchor in listed[:_MAX_ATTEMPTS]))
    return tuple(one for one in dict.fromkeys(known) if issued(one, leaf))


def issued(issuer: x509.Certificate, subject: x509.Certificate) -> bool:
    """Whether `issuer` names and signed `subject`."""
    from cryptography.exceptions import InvalidSignature

    from provkit.manifest.primitives import costly
    from provkit.trust.profile import PARSE_ERRORS

    if issuer.subject != subject.issuer:
        return False
    try:
        if costly(issuer.public_key()):
            return False
        subject.verify_directly_issued_by(issuer)
    except (InvalidSignature, *PARSE_ERRORS):
        return False
    return True


@lru_cache(maxsize=_CACHED_STORES)
def _anchors(store: TrustStore, purpose: Purpose) -> dict[str, tuple[Anchor, ...]]:
    """The anchors of a store for one purpose, by subject.  Parsed once a store and process."""
    from cryptography import x509

    lists: dict[bytes, list[TrustList]] = {}
    for entry in store.lists:
        if entry.kind is ListKind.ANCHORS and entry.purpose is purpose:
            for der in entry.certificates:
                lists.setdefault(der, []).append(entry)
    by_name: dict[str, list[Anchor]] = {}
    for der, vouching in lists.items():
        certificate = x509.load_der_x509_certificate(der)
        name = normal_name(certificate.subject.rfc4514_string())
        by_name.setdefault(name, []).append(Anchor(der, certificate, name, tuple(vouching)))
    return {name: tuple(found) for name, found in by_name.items()}


def _routes(
    credential: Credential, anchors: dict[str, tuple[Anchor, ...]], purpose: Purpose, store: TrustStore
) -> tuple[tuple[_Route, ...], str, bool]:
    """Every way from the signer to an anchor; or why there is none, and whether distrust is why.

    The chain is climbed once, without backtracking: ``x5chain`` is ordered (RFC 9360 §2), so the
    work is linear in its length however many certificates of the same name a hostile one holds.
    """
    usages = _usages(credential.certificates[0])
    routes: list[_Route] = []
    reason = "no certificate of the chain was issued by a listed anchor"
    distrusted = False
    attempts = 0
    for climbed in _climb(credential.certificates):
        top = credential.certificates[climbed[-1]]
        for anchor in anchors.get(normal_name(top.issuer.rfc4514_string()), ()):
            vouching = next((entry for entry in anchor.lists if usages & entry.ekus), None)
            if anchor.der == credential.chain[0] or not _could_issue(anchor.certificate, top):
                continue
            distrust = disbelief.of_anchor(anchor.der, anchor.certificate, store)
            always = next((one.reason for one in distrust if not one.is_bounded), None)
            if always is not None:
                reason, distrusted = always, True
                continue
            if vouching is None:
                reason = "the signer's extended key usage is not one that the list vouches for"
                continue
            if attempts == _MAX_ATTEMPTS:
                return tuple(routes), "too many anchors of the same name", False
            attempts += 1
            problem = _problem(credential, climbed, anchor, purpose)
            if problem is not None:
                reason = problem
                continue
            members = [anchor.certificate, *(credential.certificates[i] for i in climbed)]
            routes.append(
                _Route(
                    start=max(member.not_valid_before_utc for member in members),
                    end=min(member.not_valid_after_utc for member in members),
                    finding=_by_anchor(vouching.name, anchor.certificate.subject.rfc4514_string()),
                    distrust=distrust,
                )
            )
    routes = [route for route in routes if route.start <= route.end]
    return tuple(routes), reason, distrusted


def _climb(certificates: tuple[x509.Certificate, ...]) -> list[tuple[int, ...]]:
    """Indices of the signer, of signer and issuer, and so on up, as far as the chain goes."""
    path = [0]
    steps: list[tuple[int, ...]] = [(0,)]
    left = list(range(1, len(certificates)))
    while left:
        top = certificates[path[-1]]
        issuer = next(
            (i for i in left if certificates[i].subject == top.issuer and _could_issue(certificates[i], top)),
            None,
        )
        if issuer is None:
            break
        left.remove(issuer)
        path.append(issuer)
        steps.append(tuple(path))
    return steps


def _could_issue(issuer: x509.Certificate, subject: x509.Certificate) -> bool:
    """False when the key identifiers say that another key signed (RFC 5280 §4.2.1.1)."""
    from cryptography import x509

    from provkit.trust.profile import PARSE_ERRORS

    try:
        wanted = subject.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
        has = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except (x509.ExtensionNotFound, *PARSE_ERRORS):
        return True
    return wanted is None or wanted == has


def _usages(certificate: x509.Certificate) -> frozenset[str]:
    """Extended key usages, dotted; empty when there are none or they cannot be read."""
    from cryptography import x509

    from provkit.trust.profile import PARSE_ERRORS

    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, *PARSE_ERRORS):
        return frozenset()
    return frozenset(oid.dotted_string for oid in usage)


def _unfit_key(certificate: x509.Certificate) -> str | None:
    from provkit.trust.profile import PARSE_ERRORS, key_problem

    try:
        return key_problem(certificate.public_key())
    except PARSE_ERRORS:
        return "of a kind that cannot be read"


def _problem(
    credential: Credential, climbed: tuple[int, ...], anchor: Anchor, purpose: Purpose
) -> str | None:
    """Why this way to an anchor does not hold, or None."""
    for authority in (anchor.certificate, *(credential.certificates[i] for i in climbed[1:])):
        usages = _usages(authority)
        # RFC 5280 gives the usages of an authority no meaning, and honest ones carry odd sets; but
        # one that says it only issues time stamps or OCSP responders vouches for no claim signer.
        if purpose is Purpose.TIME_STAMPING:
            fits = not usages or bool(usages & {oids.TIME_STAMPING, oids.ANY})
        else:
            fits = not usages or not usages <= _OTHER_TRADES
        if not fits:
            return "an authority of the chain is restricted to another purpose"
        # Anchors were vetted with their list; who stands between brings his own key (§13.2.1).
        if authority is not anchor.certificate and (unfit := _unfit_key(authority)):
            return f"an authority of the chain has an unfit key: {unfit}"
    # Names are anybody's to write.  A signature that does not hold is found here, at a tenth of the cost.
    links = [credential.certificates[i] for i in climbed]
    if not all(
        issued(upper, lower) for lower, upper in zip(links, (*links[1:], anchor.certificate), strict=True)
    ):
        return "the chain does not hold: a certificate is not signed by the one above it"
    from provkit.trust.path import path_problem

    return path_problem([credential.chain[i] for i in climbed], anchor.der)
