"""The JSON contract as models: what ``schemas/verdict.json`` is generated from.

Reports are written by :mod:`.document`, which does not import this module: pydantic takes longer
to load than a text takes to verify.  A test holds every report against these models.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from provkit.codes import StatusCode
from provkit.report.document import SCHEMA_URN
from provkit.statements.codes import IdentityCode
from provkit.statements.model import IdentityState
from provkit.verdict import OriginClass, State


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class StatusModel(_Part):
    """One result of one check."""

    code: StatusCode = Field(description="Code of C2PA 2.4 §15.2.2.3; see: provkit explain CODE.")
    url: str | None = Field(description="JUMBF URI the result is about; null when it is about the file.")
    explanation: str = Field(description="One line for people. May quote the file.")


class StatusesModel(_Part):
    """Results by kind, in the order they were found."""

    success: list[StatusModel]
    informational: list[StatusModel]
    failure: list[StatusModel]


class EvidenceModel(_Part):
    """One place that says something about origin."""

    source_type: str = Field(description="The value as written, normally a digital source type URI.")
    cls: OriginClass = Field(alias="class", description="What this value alone stands for.")
    attributed: bool = Field(description="The signer stands behind it (created_assertions).")
    where: str = Field(description="JUMBF URI of the assertion, # and a path inside it.")


class OriginModel(_Part):
    """The one class derived from the manifest."""

    cls: OriginClass = Field(
        alias="class",
        description="What the signer states; unknown where nothing is stated or the credential does not hold.",
    )
    source_type: str | None = Field(description="The value that decided.")
    attributed: bool = Field(description="The deciding evidence is attributed to the signer.")
    complete: bool = Field(description="The signer states that all actions are listed.")
    evidence: list[EvidenceModel]
    notes: list[str] = Field(description="Why the class is what it is, where that is not obvious.")


class SignerModel(_Part):
    """Who signed, as the certificate says it.  Null when the signature does not hold."""

    name: str
    organization: str | None
    issuer: str = Field(description="RFC 4514.")
    serial: str = Field(pattern="^[0-9a-f]+$", description="Hexadecimal, without leading zeros.")
    algorithm: str = Field(description="COSE algorithm.")
    not_before: datetime
    not_after: datetime
    fingerprint: str = Field(pattern="^[0-9a-f]{64}$", description="SHA-256 of the certificate.")
    trust_list: str | None = Field(description="List that vouches for the signer; null unless trusted.")
    development: bool = Field(description="The certificate says that it is for development.")
    distrusted: str | None = Field(description="Why a distrust list names the signer; null unless one does.")


class TimeModel(_Part):
    """When the content was signed."""

    value: datetime = Field(description="UTC.")
    basis: Literal["timestamped", "claimed"] = Field(
        description="timestamped: a trusted authority vouches; claimed: the signer says so."
    )


class IngredientModel(_Part):
    """One ingredient and what validation said about it."""

    label: str
    relationship: str
    title: str | None
    statuses: StatusesModel


class UsageModel(_Part):
    """One term of use, of a training-mining assertion (CAWG 1.1, or C2PA before 2.0)."""

    key: str = Field(description="As written.")
    purpose: Literal["data_mining", "ai_inference", "ai_training", "ai_generative_training"] | None = Field(
        description="ai_training is that of models that do not generate; null for a key of somebody's own."
    )
    use: str = Field(description="allowed, notAllowed or constrained; anything else as written.")
    constraint: str | None = Field(description="Of a constrained use; without one it is not allowed.")
    attributed: bool = Field(description="The signer stands behind it (created_assertions).")
    where: str = Field(description="JUMBF URI of the assertion.")


class DisclosureModel(_Part):
    """A model that took part (c2pa.ai-disclosure)."""

    model_type: str | None
    model_name: str | None
    model_identifier: str | None = Field(description="URI or package URL.")
    oversight: str | None = Field(
        description="fully_autonomous, prompt_guided or human_validated; anything else as written."
    )
    domains: list[str]
    attributed: bool
    where: str


class RangeModel(_Part):
    """A range of a part."""

    kind: str = Field(
        description="textual, spatial, temporal, frame or identified; anything else as written."
    )
    said: str = Field(description="Which range, in words.")
    fragment: str | None = Field(description="The part of the document that a textual range is in.")
    start: int | None = Field(description="First character, frame or page.")
    end: int | None = Field(description="Last character, frame or page.")


class PartModel(_Part):
    """A part of the content that an action changed."""

    action: str
    source_type: str | None = Field(description="Of the part, else of the action.")
    cls: OriginClass = Field(alias="class", description="What the source type stands for.")
    ranges: list[RangeModel]
    name: str | None
    description: str | None
    role: str | None
    attributed: bool
    where: str


class CheckModel(_Part):
    """A check somebody made before signing, as the signer reports it."""

    method: str | None
    by: str | None
    when: str | None
    result: str | None


class RecordModel(_Part):
    """A record of origin (org.provkit.origin)."""

    category: str | None
    purpose: str | None
    checks: list[CheckModel]
    limits: list[str]
    attributed: bool
    where: str


class IdentityStatusModel(_Part):
    """One result of one check of an identity."""

    code: IdentityCode = Field(description="Code of CAWG identity 1.2 or 1.3; see: provkit explain CODE.")
    explanation: str


class IdentityModel(_Part):
    """An identity that stands behind assertions (cawg.identity): never the signer of the credential."""

    state: IdentityState
    sig_type: str | None
    roles: list[str]
    holder: SignerModel | None = Field(description="Null unless the signature of the identity holds.")
    references: list[str] = Field(description="Labels of the assertions it is about.")
    time: datetime | None = Field(description="When it was signed, if a listed authority vouches for that.")
    statuses: list[IdentityStatusModel] = Field(description="Failures first.")
    attributed: bool
    where: str


class ErrorModel(_Part):
    """Why there is no verdict."""

    kind: Annotated[
        Literal[
            "unreadable",
            "malformed",
            "unsupported",
            "limit",
            "blocked",
            "unreachable",
            "unsafe",
            "configuration",
            "internal",
        ],
        Field(description="Stable word."),
    ]
    message: str
    hint: str | None = Field(description="What to do about it.")


class ResultModel(_Part):
    """One file: a state, or an error."""

    path: str = Field(description="As it was given; - for standard input.")
    media_type: str | None = Field(description="Found by looking at the bytes; null without a verdict.")
    state: State | None = Field(description="Null when there is an error.")
    error: ErrorModel | None
    origin: OriginModel | None = Field(description="Null when there is an error.")
    signer: SignerModel | None
    time: TimeModel | None
    statuses: StatusesModel
    ingredients: list[IngredientModel]
    warnings: list[str] = Field(description="Facts that change no state, 'word: sentence'.")
    carrier: str | None = Field(description="Where the credential was found; null when unsigned.")
    manifest: str | None = Field(description="URN of the active manifest.")
    generator: str | None = Field(description="Program that made the claim, as the claim states it.")
    title: str | None = Field(description="dc:title of the claim.")
    assertions: list[str] = Field(description="Labels of the assertions the claim lists.")
    usage: list[UsageModel] = Field(description="Terms of use, for example for training.")
    disclosures: list[DisclosureModel] = Field(description="Models that are stated to have taken part.")
    parts: list[PartModel] = Field(
        description="Parts of the content that actions are stated to have changed."
    )
    records: list[RecordModel] = Field(description="Category, purpose, checks and limits of use.")
    identities: list[IdentityModel] = Field(
        description="Identities that stand behind assertions; none is the signer, none changes the state."
    )


class VerdictDocument(_Part):
    """What `provkit verify --format json` prints; `jsonl` prints one entry of results a line."""

    schema_: Literal["urn:provkit:schema:verdict:1"] = Field(alias="schema")
    results: list[ResultModel]


def verdict_schema() -> dict[str, object]:
    """JSON Schema (draft 2020-12) of the document."""
    schema = VerdictDocument.model_json_schema(mode="serialization", by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_URN,
        **schema,
        "title": "provkit verdicts, version 1",
    }
