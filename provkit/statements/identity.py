"""Identity assertions: somebody beside the claim's signer who stands behind assertions (CAWG identity 1.2).

The signature of an X.509 holder is checked here, offline, with lists of its own: who may sign claims
is another question.  A credential of an identity-claims aggregator names its key by ``did:web``, so
checking one means asking a server that the file chooses; it is reported as not checked.

Nothing raises for what is in the file: a bound that is reached is a finding about the identity.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from provkit.codes import StatusCode, StatusKind
from provkit.errors import LimitError, MalformedError, UnsupportedError
from provkit.manifest import assertions as kinds
from provkit.manifest import cbor, cose
from provkit.manifest import store as stores
from provkit.manifest.claim import HashedUri
from provkit.statements import expectations
from provkit.statements.codes import IdentityCode as Code
from provkit.statements.model import IdentityFinding, IdentityState, IdentityStatus
from provkit.statements.stated import LONGEST, texts

if TYPE_CHECKING:
    from datetime import datetime

    from provkit.limits import Limits
    from provkit.manifest.validation import CredentialFinding, CredentialJudge, Validation
    from provkit.verdict import SignerFacts

X509: Final = "cawg.x509.cose"
AGGREGATED: Final = "cawg.identity_claims_aggregation"
_SHOWN: Final = 100
"""Labels of assertions that a finding names."""


class Body(NamedTuple):
    """The parts of an identity assertion (CAWG identity 1.2 §5.2)."""

    payload: Any
    """``signer_payload``: a map."""
    references: tuple[HashedUri, ...]
    sig_type: str
    signature: bytes
    pads: tuple[bytes, ...]


class Examiner:
    """Checks the identity assertions of one manifest that holds."""

    def __init__(
        self,
        run: Validation,
        judge: CredentialJudge,
        at: datetime,
        stamped: datetime | None,
        limits: Limits,
    ) -> None:
        """Prepare.

        Args:
            run: the manifest.
            judge: judges who signed an identity.
            at: moment to judge them at, aware.
            stamped: when the claim was signed, if a listed authority vouches for that: what the claim
                lists is older.
            limits: bounds on what is read.
        """
        self._run, self._judge, self._at, self._stamped, self._limits = run, judge, at, stamped, limits

    def examine(self, label: str) -> IdentityFinding:
        """What is to say of the assertion with this label."""
        return _Examination(self._run, label).of(self._judge, self._at, self._stamped, self._limits)


class _Examination:
    """One assertion, looked at once."""

    def __init__(self, run: Validation, label: str) -> None:
        self.run, self.label = run, label
        self.found: list[IdentityStatus] = []
        self.holder: SignerFacts | None = None
        self.time: datetime | None = None
        self.trusted = False

    def add(self, code: Code, explanation: str) -> None:
        self.found.append(IdentityStatus(code, explanation))

    def of(
        self, judge: CredentialJudge, at: datetime, stamped: datetime | None, limits: Limits
    ) -> IdentityFinding:
        content = self.run.contents[self.label]
        body = read(content, limits)
        if isinstance(body, str):
            self.add(Code.CBOR_INVALID, body)
            return self._result(None)
        if any(pad.strip(b"\0") for pad in body.pads):
            self.add(Code.PAD_INVALID, "the padding of the identity assertion is not zero-filled")
        self._references(body)
        for code, why in expectations.problems(self.run, self.label, body.payload, limits):
            self.add(code, why)
        if body.sig_type == X509:
            self._signature(body, judge, at, stamped, limits)
        elif body.sig_type == AGGREGATED:
            why = "an aggregator vouches for it, whose key would have to be fetched; it was not checked"
            self.add(Code.NETWORK_BLOCKED, why)
        else:
            why = f"identities of kind {body.sig_type[:60]!r} are not known to this version"
            self.add(Code.SIG_TYPE_UNKNOWN, why)
        return self._result(body)

    def _result(self, body: Body | None) -> IdentityFinding:
        failures = [one for one in self.found if one.kind is StatusKind.FAILURE]
        if failures:
            state = IdentityState.INVALID
        elif body is None or body.sig_type != X509:
            state = IdentityState.NOT_CHECKED
        else:
            self.add(Code.WELL_FORMED, "the identity assertion holds")
            state = IdentityState.TRUSTED if self.trusted else IdentityState.VALID
        holder = self.holder
        if holder is not None and state is not IdentityState.TRUSTED:
            holder = replace(holder, trust_list=None)
        rest = [one for one in self.found if one.kind is not StatusKind.FAILURE]
        return IdentityFinding(
            state=state,
            sig_type=body.sig_type[:LONGEST] if body else None,
            roles=texts(body.payload.get("role")) if body else (),
            holder=holder,
            references=tuple(
                uri.url.rpartition("/")[2][:LONGEST] for uri in (body.references[:_SHOWN] if body else ())
            ),
            time=self.time,
            statuses=(*failures, *rest),
            attributed=self.label in self.run.created,
            where=self.run.manifest.assertion_uri(self.label),
        )

    def _references(self, body: Body) -> None:
        """Every assertion named is one of this very manifest, unchanged, and the hard binding is among them (§7.1)."""
        run = self.run
        enclosing = run.claim.alg if run.claim else None
        labels: set[str] = set()
        for uri in body.references:
            target = stores.parse_uri(uri.url)
            own = target is not None and target.manifest in (None, run.manifest.label)
            path = target.path if target is not None and own else ()
            box = run.resolve(path) if len(path) == 2 and path[0] == stores.LABEL_ASSERTIONS else None
            label = path[1] if box is not None else None
            if label is None or box is None or label not in run.contents:
                self.add(Code.ASSERTION_MISMATCH, "it names an assertion that the claim does not list")
                break
            if label in labels:
                self.add(Code.ASSERTION_DUPLICATE, "it names an assertion twice")
                break
            if not run.digests.match(uri, enclosing, box):
                self.add(Code.ASSERTION_MISMATCH, "it names an assertion with another hash than it has here")
                break
            labels.add(label)
        else:
            if not any(stores.base_label(label) in kinds.HARD_BINDINGS for label in labels):
                why = "it does not name the assertion that binds the content, so it could stand anywhere"
                self.add(Code.HARD_BINDING_MISSING, why)

    def _signature(
        self, body: Body, judge: CredentialJudge, at: datetime, stamped: datetime | None, limits: Limits
    ) -> None:
        """The COSE signature over the payload, and the credential behind it (§8.2)."""
        try:
            signature = cose.parse(body.signature, limits)
        except cose.AlgorithmError as error:
            self.add(Code.ALGORITHM_UNSUPPORTED, error.message)
            return
        except (cose.ChainError, LimitError) as error:
            self.add(Code.CREDENTIAL_INVALID, error.message)
            return
        except (MalformedError, UnsupportedError) as error:
            self.add(Code.SIGNATURE_MISMATCH, error.message)
            return
        moment, vouched = self._moment(signature, body, judge, at, stamped)
        try:
            finding = judge.identity(signature.chain, moment, stamped=vouched)
        except (MalformedError, LimitError) as error:
            self.add(Code.CREDENTIAL_INVALID, error.message)
            return
        problem = _signature_problem(finding, signature, body.payload)
        if problem is not None:
            self.add(*problem)
            return
        self.add(Code.SIGNATURE_VALIDATED, "the signature of the identity holds")
        self.holder = replace(finding.facts, algorithm=signature.algorithm)
        self.time = moment if vouched else None
        self._credential(finding, moment)
        if not signature.revocation:
            return
        for code, why in judge.revocation(
            signature.revocation, signature.chain, moment, stamped=vouched, of_identity=True
        ):
            if code is StatusCode.SIGNING_CREDENTIAL_OCSP_REVOKED:
                self.add(Code.CREDENTIAL_REVOKED, why)

    def _credential(self, finding: CredentialFinding, moment: datetime) -> None:
        for problem in finding.problems:
            self.add(Code.CREDENTIAL_INVALID, problem)
        facts = finding.facts
        if facts.not_before <= moment <= facts.not_after:
            self.add(Code.INSIDE_VALIDITY, "the certificate of the identity was within its validity")
        else:
            why = f"the certificate is valid from {facts.not_before:%Y-%m-%d} to {facts.not_after:%Y-%m-%d} only"
            self.add(Code.OUTSIDE_VALIDITY, why)
        self.trusted = finding.trusted
        self.add(Code.CREDENTIAL_TRUSTED if finding.trusted else Code.CREDENTIAL_UNTRUSTED, finding.reason)

    @staticmethod
    def _moment(
        signature: cose.CoseSign1,
        body: Body,
        judge: CredentialJudge,
        at: datetime,
        stamped: datetime | None,
    ) -> tuple[datetime, bool]:
        """When it was signed, and whether an authority vouches for that: of its own stamp, else of the claim's."""
        match [(name, signature.unprotected.get(name)) for name in signature.time_stamps]:
            case [(name, {"tstTokens": [{"val": bytes() as token}]})]:
                for payload in (
                    _spellings(body.payload) if name == "sigTst" else (cbor.encode(signature.signature),)
                ):
                    found = judge.time_stamp(token, cose.to_be_stamped(signature.protected, payload))
                    if found.trusted and found.moment is not None:
                        return found.moment, True
            case _:
                pass
        return (at, False) if stamped is None else (stamped, True)


def read(content: Any, limits: Limits) -> Body | str:
    """The parts of an identity assertion, or why it is none."""
    match content:
        case {
            "signer_payload": {
                "referenced_assertions": [_, *_] as named,
                "sig_type": str() as sig_type,
            } as payload,
            "signature": bytes() as signature,
            "pad1": bytes() as pad,
        }:
            pass
        case _:
            return "the identity assertion has not the fields it must have"
    more = content.get("pad2", b"")
    if not isinstance(more, bytes):
        return "pad2 of the identity assertion is not binary"
    if len(named) > limits.assertions:
        return f"the identity assertion names more than {limits.assertions} assertions"
    uris = [HashedUri.read(one) for one in named]
    references = tuple(uri for uri in uris if uri is not None)
    if len(references) < len(uris):
        return "the identity assertion names an assertion without its hash"
    return Body(payload, references, sig_type, signature, (pad, more))


def _spellings(payload: Any) -> tuple[bytes, ...]:
    """What may have been signed: the payload in deterministic CBOR, as version 1.2 has it, or in its own order."""
    return cbor.encode(payload), cbor.encode_as_is(payload)


def _signature_problem(
    finding: CredentialFinding, signature: cose.CoseSign1, payload: Any
) -> tuple[Code, str] | None:
    """Why a signature does not hold for a payload; None if it does."""
    why = ""
    for spelled in dict.fromkeys(_spellings(payload)):
        message = cose.to_be_signed(signature.protected, spelled)
        try:
            cose.verify(finding.key, signature.algorithm, signature.signature, message)
        except cose.AlgorithmError as error:
            return Code.ALGORITHM_UNSUPPORTED, error.message
        except cose.SignatureMismatchError:
            why = "the signature of the identity does not verify with the key of its certificate"
        else:
            return None
    return Code.SIGNATURE_MISMATCH, why


__all__ = ["AGGREGATED", "X509", "Body", "Examiner", "read"]
