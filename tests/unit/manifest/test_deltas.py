"""What an ingredient assertion records, beside what is found today (C2PA 2.4 §15.11.3.3)."""

from __future__ import annotations

import pytest

from provkit.codes import StatusCode
from provkit.manifest import deltas
from provkit.manifest.findings import Findings


@pytest.mark.parametrize(
    "content",
    [
        {"validationResults": {"activeManifest": {"failure": [{"code": "assertion.dataHash.mismatch"}]}}},
        {"validationStatus": [{"code": "assertion.dataHash.mismatch", "url": 5}]},
    ],
)
def test_what_an_ingredient_records(content: object) -> None:
    (status,) = deltas.recorded(content)
    assert status.code is StatusCode.ASSERTION_DATA_HASH_MISMATCH
    assert status.explanation == "recorded: the content was changed before it was taken in"
    assert status.url is None


def test_only_failures_of_the_ingredient_itself_are_recorded_ones() -> None:
    entries = [{"code": "claimSignature.validated"}, {"code": "signingCredential.ocsp.skipped"}]
    assert deltas.recorded({"validationStatus": entries}) == ()
    assert deltas.recorded({"validationResults": {"activeManifest": {"success": entries}}}) == ()
    (unknown,) = deltas.recorded({"validationStatus": [{"code": "no.such\ncode"}]})
    assert (unknown.code, unknown.explanation) == (StatusCode.GENERAL_ERROR, "recorded: no.such")


@pytest.mark.parametrize(
    "content",
    [
        None,
        5,
        {},
        {"validationStatus": 5},
        {"validationStatus": [5, {}, {"code": 5}]},
        {"validationResults": []},
        {"validationResults": {"activeManifest": 5}},
        {"validationResults": {"activeManifest": {"failure": 5}}},
    ],
)
def test_what_is_no_record_records_nothing(content: object) -> None:
    assert deltas.recorded(content) == ()


def record(*codes: str) -> dict[str, object]:
    return {"validationResults": {"activeManifest": {"failure": [{"code": code} for code in codes]}}}


def test_what_was_wrong_then_is_wrong_today() -> None:
    findings = Findings()
    assert deltas.carry_over(record("assertion.dataHash.mismatch"), findings) is None
    assert [status.code for status in findings.failure] == [StatusCode.ASSERTION_DATA_HASH_MISMATCH]
    assert not findings.sound


def test_what_was_found_again_is_said_once() -> None:
    findings = Findings()
    findings.add(StatusCode.CLAIM_SIGNATURE_MISMATCH, "u", "found")
    assert deltas.carry_over(record("claimSignature.mismatch", "claimSignature.mismatch"), findings) is None
    assert len(findings.failure) == 1


def test_signers_are_judged_anew() -> None:
    findings = Findings()
    findings.add(StatusCode.CLAIM_SIGNATURE_OUTSIDE_VALIDITY, "u", "found")
    assert (
        deltas.carry_over(record("signingCredential.untrusted", "signingCredential.expired"), findings)
        is None
    )
    assert [status.code for status in findings.failure] == [StatusCode.CLAIM_SIGNATURE_OUTSIDE_VALIDITY]


def test_what_is_new_is_one_sentence() -> None:
    findings = Findings()
    for code in (
        StatusCode.ASSERTION_MISSING,
        StatusCode.CLAIM_SIGNATURE_MISMATCH,
        StatusCode.HASHED_URI_MISSING,
        StatusCode.GENERAL_ERROR,
    ):
        findings.add(code, "u", "found")
    assert deltas.carry_over(record("general.error"), findings) == (
        "assertion.missing, claimSignature.mismatch, hashedURI.missing, which was not recorded when it was taken in"
    )
    assert (deltas.carry_over({}, findings) or "").startswith(
        "assertion.missing, claimSignature.mismatch, general.error and 1 more, "
    )
