"""Steps 5 and 6: the claim signature, the credential behind it, and its time (C2PA 2.4 §15.7-15.9)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from provkit.codes import StatusCode
from provkit.errors import MalformedError
from provkit.manifest import cose
from provkit.manifest import store as stores

if TYPE_CHECKING:
    from datetime import datetime

    from provkit.limits import Limits
    from provkit.manifest.claim import Claim
    from provkit.manifest.jumbf import SuperBox
    from provkit.manifest.store import Manifest
    from provkit.manifest.validation import CredentialFinding, CredentialJudge, Validation
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
    try:
        finding = judge(signature.chain, at)
    except MalformedError as error:
        add(StatusCode.SIGNING_CREDENTIAL_INVALID, url, error.message)
        return
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
    _moment(run, finding, signature, at, url)
    run.signer = _with_algorithm(finding.facts, signature.algorithm)


def _with_algorithm(facts: SignerFacts, algorithm: str) -> SignerFacts:
    if facts.algorithm == algorithm:
        return facts
    return replace(facts, algorithm=algorithm)


def _credential(run: Validation, finding: CredentialFinding, url: str) -> None:
    add = run.findings.add
    for problem in finding.problems:
        add(StatusCode.SIGNING_CREDENTIAL_INVALID, url, problem)
    if finding.trusted:
        run.signer_trusted = True
        add(StatusCode.SIGNING_CREDENTIAL_TRUSTED, url, finding.reason)
    else:
        add(StatusCode.SIGNING_CREDENTIAL_UNTRUSTED, url, finding.reason)


def _moment(
    run: Validation, finding: CredentialFinding, signature: cose.CoseSign1, at: datetime, url: str
) -> None:
    """Validity of the certificate at the moment of judgement; time stamps and OCSP come later."""
    add = run.findings.add
    facts = finding.facts
    if facts.not_before <= at <= facts.not_after:
        run.inside_validity = True
        add(
            StatusCode.CLAIM_SIGNATURE_INSIDE_VALIDITY, url, "the signer's certificate is within its validity"
        )
        if signature.time_stamps:
            run.warnings.append(
                "time-stamp: this version does not evaluate time stamps; any time shown is claimed"
            )
    elif signature.time_stamps:
        run.findings.unsupported.append("a time stamp, which a certificate outside its validity hangs on")
    else:
        add(
            StatusCode.CLAIM_SIGNATURE_OUTSIDE_VALIDITY,
            url,
            f"the signer's certificate is valid from {facts.not_before:%Y-%m-%d %H:%M} "
            f"to {facts.not_after:%Y-%m-%d %H:%M} UTC only, and no time stamp vouches for an earlier moment",
        )
    if signature.revocation_values:
        run.findings.unsupported.append("stapled revocation information (OCSP)")
    else:
        add(
            StatusCode.SIGNING_CREDENTIAL_OCSP_SKIPPED,
            url,
            "no revocation information is stapled, and none was fetched",
        )


def _own(manifest: Manifest, uri: str) -> SuperBox | None:
    target = stores.parse_uri(uri)
    if target is None or target.manifest not in (None, manifest.label):
        return None
    return stores.resolve(manifest, target.path)
