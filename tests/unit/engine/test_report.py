from __future__ import annotations

import pickle

import pytest

from provkit.codes import StatusCode
from provkit.engine import report
from provkit.errors import LimitError, MalformedError, UnsupportedError


def document(**results: list[dict[str, str]]) -> dict[str, object]:
    return {
        "validation_state": "Valid",
        "active_manifest": "urn:c2pa:x",
        "manifests": {"urn:c2pa:x": {"signature_info": {"time": "2026-01-02T03:04:05+00:00"}}},
        "validation_results": {"activeManifest": results, "ingredientDeltas": []},
    }


def read(**results: list[dict[str, str]]) -> report.EngineReport:
    return report.from_json(document(**results), embedded=True, remote_url=None)


def test_known_codes_keep_their_place() -> None:
    found = read(
        success=[{"code": "claimSignature.validated", "url": "u", "explanation": "fine"}],
        informational=[{"code": "signingCredential.ocsp.skipped"}],
        failure=[{"code": "signingCredential.untrusted"}],
    )
    assert found.statuses.success[0].code is StatusCode.CLAIM_SIGNATURE_VALIDATED
    assert found.statuses.success[0].url == "u"
    assert found.statuses.informational[0].code is StatusCode.SIGNING_CREDENTIAL_OCSP_SKIPPED
    assert found.statuses.failure[0].code is StatusCode.SIGNING_CREDENTIAL_UNTRUSTED
    assert found.manifest == "urn:c2pa:x"
    assert found.signed_at == "2026-01-02T03:04:05+00:00"


def test_a_code_of_the_engine_alone_becomes_ours() -> None:
    found = read(failure=[{"code": "signingCredential.expired"}])
    assert found.statuses.failure[0].code is StatusCode.CLAIM_SIGNATURE_OUTSIDE_VALIDITY


def test_an_unknown_failure_is_a_general_error_that_names_it() -> None:
    found = read(failure=[{"code": "cawg.ica.new", "explanation": "something\nsecond line"}])
    assert found.statuses.failure[0].code is StatusCode.GENERAL_ERROR
    assert found.statuses.failure[0].explanation == "cawg.ica.new: something"


def test_an_unknown_success_is_no_failure() -> None:
    found = read(success=[{"code": "cawg.identity.well-formed"}])
    assert found.statuses.codes() == ()
    assert found.other_codes == ("cawg.identity.well-formed",)


def test_a_status_goes_where_our_table_puts_it() -> None:
    found = read(failure=[{"code": "timeStamp.mismatch"}])
    assert found.statuses.failure == ()
    assert found.statuses.informational[0].code is StatusCode.TIME_STAMP_MISMATCH


def test_ingredient_deltas() -> None:
    whole = document()
    whole["validation_results"] = {
        "activeManifest": {},
        "ingredientDeltas": [
            {
                "ingredientAssertionURI": "self#jumbf=/c2pa/urn/c2pa.assertions/c2pa.ingredient.v3__1",
                "validationDeltas": {"failure": [{"code": "ingredient.manifest.mismatch"}]},
            }
        ],
    }
    found = report.from_json(whole, embedded=True, remote_url=None)
    assert found.ingredients[0].label == "c2pa.ingredient.v3__1"
    assert report.failures(found.ingredients)[0].code is StatusCode.INGREDIENT_MANIFEST_MISMATCH
    assert pickle.loads(pickle.dumps(found)) == found


def test_a_document_without_state_is_no_report() -> None:
    with pytest.raises(MalformedError):
        report.from_json({"manifests": {}}, embedded=True, remote_url=None)


def test_a_remote_manifest_is_told_and_not_fetched() -> None:
    found = report.from_error("", "Remote: must fetch remote manifests from url https://example.com/a.c2pa")
    assert found.state is None
    assert found.remote_url == "https://example.com/a.c2pa"
    assert not found.embedded


@pytest.mark.parametrize(
    ("kind", "message", "code"),
    [
        ("AssertionNotFound", "AssertionNotFound: x", StatusCode.ASSERTION_MISSING),
        ("Manifest", "Manifest: claim missing hard binding", StatusCode.CLAIM_HARD_BINDINGS_MISSING),
        ("Verify", "Verify: invalid JUMBF header", StatusCode.GENERAL_ERROR),
    ],
)
def test_an_error_about_the_store_is_a_broken_credential(kind: str, message: str, code: StatusCode) -> None:
    found = report.from_error(kind, message)
    assert found.state == "Invalid"
    assert found.statuses.failure[0].code is code


@pytest.mark.parametrize(
    ("kind", "message", "expected"),
    [
        ("NotSupported", "NotSupported: type is unsupported", UnsupportedError),
        ("Other", "Other: prerelease content detected", UnsupportedError),
        ("Io", "Io: failed to fill whole buffer", MalformedError),
        ("Other", "Other: asset could not be parsed: TIFF file has too many subfiles", LimitError),
        ("Verify", "Verify: JUMBF boxes too deply nested", LimitError),
        ("", "something new", MalformedError),
    ],
)
def test_an_error_about_the_asset_is_an_error(kind: str, message: str, expected: type[Exception]) -> None:
    with pytest.raises(expected):
        report.from_error(kind, message)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("assertion.dataHash.mismatch", "asset hash error, name: jumbf manifest, error: hash verification( Hashes do not match )"),
        ("assertion.bmffHash.mismatch", "asset hash error, name: unnamed, error: hash verification( BMFF )"),
        ("assertion.boxesHash.mismatch", "asset hash error"),
        ("assertion.collectionHash.mismatch", "hash mismatch"),
    ],
)  # fmt: skip
def test_a_changed_content_is_said_in_our_words(code: str, words: str) -> None:
    found = read(failure=[{"code": code, "url": "u", "explanation": words}])
    assert found.statuses.failure[0].explanation == "the content was changed after signing"
    assert (found.statuses.failure[0].code.value, found.statuses.failure[0].url) == (code, "u")
