"""Verdicts are facts without a truth value; policies are opinions about them."""

from __future__ import annotations

import pickle

import pytest

from provkit import OriginClass, Policy, PolicyError, State, Verdict
from provkit.codes import StatusCode, StatusKind
from provkit.verdict import OriginFinding

TRUSTED = Verdict(State.TRUSTED, "text/plain", origin=OriginFinding(OriginClass.HUMAN, complete=True))


@pytest.mark.parametrize("state", State)
def test_no_truth_value(state: State) -> None:
    verdict = Verdict(state, "text/plain")
    with pytest.raises(TypeError, match="neither true nor false"):
        bool(verdict)
    with pytest.raises(TypeError):
        _ = not verdict
    assert pickle.loads(pickle.dumps(verdict)) == verdict


@pytest.mark.parametrize("state", State)
def test_policies(state: State) -> None:
    verdict = Verdict(state, "text/plain")
    for policy, accepted in (
        (Policy.trusted(), {State.TRUSTED}),
        (Policy.intact(), {State.TRUSTED, State.VALID}),
    ):
        if state in accepted:
            assert verdict.require(policy) is verdict
            assert policy.reasons(verdict) == ()
        else:
            with pytest.raises(PolicyError, match=str(state)) as caught:
                verdict.require(policy)
            assert len(caught.value.reasons) == 1
            again = pickle.loads(pickle.dumps(caught.value))
            assert again.reasons == caught.value.reasons


def test_all_reasons_are_given() -> None:
    policy = Policy(origins=frozenset({OriginClass.HUMAN}), complete=True)
    assert policy.reasons(TRUSTED) == ()
    assert len(policy.reasons(Verdict(State.UNSIGNED, "text/plain"))) == 3


def test_codes_have_kinds() -> None:
    assert StatusCode.CLAIM_SIGNATURE_VALIDATED.kind is StatusKind.SUCCESS
    assert StatusCode.SIGNING_CREDENTIAL_OCSP_SKIPPED.kind is StatusKind.INFORMATIONAL
    assert StatusCode.ASSERTION_DATA_HASH_MISMATCH.kind is StatusKind.FAILURE
    for code in StatusCode:
        good = str(code).endswith(
            (".match", ".validated", ".trusted", ".insideValidity", ".accessible", ".notRevoked")
        )
        if code.kind is StatusKind.SUCCESS:
            assert good, code
