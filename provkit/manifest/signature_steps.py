"""Steps 5 and 6: the claim signature, the credential behind it, and its time (C2PA 2.4 §15.7-15.9)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from provkit.codes import StatusCode
from provkit.errors import MalformedError
from provkit.manifest import cbor, cose
from provkit.manifest import store as stores

if TYPE_CHECKING:
    from datetime import datetime

    from provkit.limits import Limits
    from provkit.manifest.claim import Claim
    from provkit.manifest.jumbf import SuperBox
    from provkit.manifest.store import Manifest
    from provkit.manifest.validation import (
        CredentialFinding,
        CredentialJudge,
        TimeStampFinding,
        Validation,
    )
    from provkit.verdict import SignerFacts


def check(
    run: Validation, claim: Claim, claim_bytes: bytes, judge: CredentialJudge, at: datetime, limits: Limits
) -> None:
    """Steps 5 and 6: the signature box, its credential, the signature, its time (§15.7-15.9)."""
    manifest, add = run.manifest, run.findings.add
    box = _own(manifest, claim.signature)
    if box is None or box not in manifest.signatures or len(manifest.signatures) != 1:
        add(
            StatusCode.CLAIM_SIGNATURE_MISSING,
            manifest.uri(manifest.claims[0].label),
            "the claim's signature URI names no signature box in this manifest",
        )
        return
    url = manifest.uri(box.label)
    try:
        if len(box.contents) != 1 or box.contents[0].type != b"cbor":
            raise MalformedError("the signature box does not hold one CBOR box")
        signature = cose.parse(box.contents[0].payload, limits)
    except cose.AlgorithmError as error:
        add(StatusCode.ALGORITHM_UNSUPPORTED, url, error.message)
        return
    except cose.ChainError as error:
        add(StatusCode.SIGNING_CREDENTIAL_INVALID, url, error.message)
        return
    except MalformedError as error:
        add(StatusCode.CLAIM_SIGNATURE_MISMATCH, url, error.message)
        return
    stamp = _time_stamp(run, signature, claim_bytes, judge, url)
    if run.stamps and (stamp is None or not stamp.trusted):
        stamp = _later_stamp(run, signature, judge, url) or stamp
    try:
        finding, moment = _judged(run, claim, signature.chain, stamp, judge, at)
    except MalformedError as error:
        add(StatusCode.SIGNING_CREDENTIAL_INVALID, url, error.message)
        return
    if finding.trusted and not signature.chain_is_signed:
        finding = _accounted(finding, signature.chain, judge)
    run.signer = finding.facts
    _credential(run, finding, url)
    try:
        cose.verify(
            finding.key,
            signature.algorithm,
            signature.signature,
            cose.to_be_signed(signature.protected, claim_bytes),
        )
    except cose.AlgorithmError as error:
        add(StatusCode.ALGORITHM_UNSUPPORTED, url, error.message)
    except cose.SignatureMismatchError as error:
        add(StatusCode.CLAIM_SIGNATURE_MISMATCH, url, str(error))
    else:
        run.signature_holds = True
        add(StatusCode.CLAIM_SIGNATURE_VALIDATED, url, "the claim signature holds")
    if signature.stray is not None:
        # §15.12.1.1: inside an exclusion stand only the store and marked, zero padding.
        add(StatusCode.ASSERTION_DATA_HASH_MISMATCH, url, signature.stray)
    _moment(run, finding, signature, moment, judge, url)
    run.signer = _with_algorithm(finding.facts, signature.algorithm)


def _with_algorithm(facts: SignerFacts, algorithm: str) -> SignerFacts:
    if facts.algorithm == algorithm:
        return facts
    return replace(facts, algorithm=algorithm)


def _accounted(
    finding: CredentialFinding, chain: tuple[bytes, ...], judge: CredentialJudge
) -> CredentialFinding:
    """STRICT-SIG-5: in the header that nothing signs every certificate has a part, or anything could stand there."""
    problem = judge.unaccounted(chain)
    if problem is None:
        return finding
    return _unlisted(finding, f"nothing signs the chain, and {problem}")


def _credential(run: Validation, finding: CredentialFinding, url: str) -> None:
    add = run.findings.add
    for problem in finding.problems:
        add(StatusCode.SIGNING_CREDENTIAL_INVALID, url, problem)
    if finding.trusted:
        run.signer_trusted = True
        add(StatusCode.SIGNING_CREDENTIAL_TRUSTED, url, finding.reason)
    else:
        add(StatusCode.SIGNING_CREDENTIAL_UNTRUSTED, url, finding.reason)


def _time_stamp(
    run: Validation, signature: cose.CoseSign1, claim_bytes: bytes, judge: CredentialJudge, url: str
) -> TimeStampFinding | None:
    """What the time stamp of a signature says; None if there is none that can be looked at (§15.8)."""
    if not signature.time_stamps:
        return None
    token = _token(signature)
    if token is None:
        why = "the signature does not carry one time stamp in its place"
        run.findings.add(StatusCode.TIME_STAMP_MALFORMED, url, why)
        run.warnings.append(f"time-stamp: {why}; any time shown is claimed")
        return None
    # Early writers stamped the claim before they signed it; now it is the signature (§10.3.2.5).
    is_early = "sigTst" in signature.unprotected
    payload = claim_bytes if is_early else cbor.encode(signature.signature)
    finding = judge.time_stamp(token, cose.to_be_stamped(signature.protected, payload))
    for code, explanation in finding.statuses:
        run.findings.add(code, url, explanation)
    if finding.trusted:
        run.stamped = finding.moment
    else:
        run.warnings.append(f"time-stamp: {finding.statuses[-1][1]}; any time shown is claimed")
    return finding


def _later_stamp(
    run: Validation, signature: cose.CoseSign1, judge: CredentialJudge, url: str
) -> TimeStampFinding | None:
    """The first good time stamp that a later manifest holds for this one; None if none is (§15.8.1.2)."""
    stamped = cose.to_be_stamped(signature.protected, cbor.encode(signature.signature))
    for token in run.stamps:
        finding = judge.time_stamp(token, stamped)
        if finding.trusted:
            for code, explanation in finding.statuses:
                run.findings.add(code, url, explanation)
            run.stamped = finding.moment
            return finding
    return None


def _token(signature: cose.CoseSign1) -> bytes | None:
    """The one token of a signature (§10.3.2.5): one header, unsigned, with one entry."""
    if len(signature.time_stamps) != 1:
        return None
    match signature.unprotected.get(signature.time_stamps[0]):
        case {"tstTokens": [{"val": bytes() as token}]}:
            return token
        case _:
            return None


def _judged(
    run: Validation,
    claim: Claim,
    chain: tuple[bytes, ...],
    stamp: TimeStampFinding | None,
    judge: CredentialJudge,
    at: datetime,
) -> tuple[CredentialFinding, datetime]:
    """The signer, and the moment its credential is judged at: the one stamped, if that counts, else `at`.

    Raises:
        MalformedError: a certificate does not parse.
    """
    if stamp is None or stamp.moment is None:
        return judge(chain, at), at
    if stamp.trusted:
        return judge(chain, stamp.moment, stamped=True), stamp.moment
    finding = judge(chain, at)
    if claim.version > 1 or finding.facts.not_before <= at <= finding.facts.not_after:
        return finding, at
    # STRICT-TIME-2: claims of version 1 come from years without a list for time stamps.  An unlisted
    # authority tells when such a certificate was used, and nobody is trusted on its word.
    finding = judge(chain, stamp.moment)
    run.warnings.append(
        "STRICT-TIME-2: the signer's certificate is outside its validity, and no listed authority vouches "
        "for the time of signing"
    )
    if finding.trusted:
        finding = _unlisted(finding, "the time of signing is not vouched for by a listed authority")
    return finding, stamp.moment


def _unlisted(finding: CredentialFinding, why: str) -> CredentialFinding:
    """As if no list knew the signer."""
    return replace(finding, trusted=False, reason=why, facts=replace(finding.facts, trust_list=None))


def _moment(
    run: Validation,
    finding: CredentialFinding,
    signature: cose.CoseSign1,
    moment: datetime,
    judge: CredentialJudge,
    url: str,
) -> None:
    """Validity and revocation of the certificate at the moment that counts (§15.9)."""
    add = run.findings.add
    facts = finding.facts
    if facts.not_before <= moment <= facts.not_after:
        run.inside_validity = True
        add(
            StatusCode.CLAIM_SIGNATURE_INSIDE_VALIDITY,
            url,
            "the signer's certificate was within its validity at the time stamped"
            if run.stamped
            else "the signer's certificate is within its validity",
        )
    else:
        why = (
            f"and it was signed at {moment:%Y-%m-%d %H:%M}"
            if run.stamped
            else "and no time stamp vouches for a moment inside"
        )
        add(
            StatusCode.CLAIM_SIGNATURE_OUTSIDE_VALIDITY,
            url,
            f"the signer's certificate is valid from {facts.not_before:%Y-%m-%d %H:%M} "
            f"to {facts.not_after:%Y-%m-%d %H:%M} UTC only, {why}",
        )
    for code, explanation in judge.revocation(
        (*signature.revocation, *run.revocation), signature.chain, moment, stamped=run.stamped is not None
    ):
        add(code, url, explanation)


def _own(manifest: Manifest, uri: str) -> SuperBox | None:
    target = stores.parse_uri(uri)
    if target is None or target.manifest not in (None, manifest.label):
        return None
    return stores.resolve(manifest, target.path)
