"""``report.json`` as models: what a run found and did, and the schema of it."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_URN: Final = "urn:provkit:schema:crawl-report:1"
Share = Annotated[float, Field(ge=0, le=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Interval(_Part):
    """A share that is known only so far: unknown is unknown."""

    lower: Share = Field(description="What is known to be so.")
    upper: Share = Field(description="That, and everything that may be so.")


class Amounts(_Part):
    """The same documents in three units."""

    documents: int
    bytes: int
    tokens: int


class Cell(_Part):
    """One class, known in one way."""

    cls: str = Field(alias="class")
    assurance: str
    read: Amounts
    kept: Amounts
    share: dict[Literal["documents", "bytes", "tokens"], Share] = Field(description="Of what was read.")
    mix: Share = Field(
        description="Of the mix that blend.json makes, in tokens; in documents where there are no tokens."
    )


class Shares(_Part):
    """Intervals for one unit."""

    synthetic: Interval = Field(
        description="Lower: stated to be synthetic, signed or not. Upper: also all that no listed signer "
        "and no date vouches for."
    )
    human: Interval = Field(
        description="Lower: human work that a listed signer or a date vouches for. Upper: also all that nothing "
        "speaks against."
    )


class Units(_Part):
    """Intervals in each unit."""

    documents: Shares
    bytes: Shares
    tokens: Shares


class Domain(_Part):
    """One host; the empty name is for what has no address."""

    domain: str
    read: Amounts
    kept: Amounts
    tokens: dict[str, int] = Field(description="Tokens read, by class: human vouched for, and so on.")
    synthetic: Interval = Field(description="Share of the tokens read; of the bytes where there are none.")
    kept_synthetic: Interval = Field(description="The same, of what is kept.")


class StratumPart(_Part):
    """What is kept of one kind."""

    name: str
    documents: int
    bytes: int
    tokens: int
    weight: float
    epochs: float = Field(
        description="How often each document is seen in a mix of the budget, or of as many tokens as were kept."
    )
    most_epochs: float
    token_share: Share
    example_share: Share


class CapPart(_Part):
    """What the caps did."""

    by: str
    overall: float | None
    domain: float | None
    with_purpose: float | None
    kept: int = Field(description="Amount of capped classes that stays.")
    thinned: int = Field(description="Amount that was left out.")
    share: Share = Field(description="Of the capped classes in what stays.")
    problems: list[str]


class BudgetPart(_Part):
    """Whether what is kept carries a training run."""

    tokens: int = Field(description="What the run is to see.")
    reached: int = Field(
        description="What the mix gives of it: kept documents, each repeated at most as often as the policy lets it."
    )
    epochs: float = Field(description="How often everything kept would be seen to fill the budget.")
    most_epochs: float = Field(description="How often the mix repeats what it repeats most.")


class SignerPart(_Part):
    """Somebody whose credentials hold."""

    sha256: str
    name: str = Field(description="As the certificate says; may be anything.")
    listed: bool
    documents: int
    tokens: int


class ProblemPart(_Part):
    """What an input did not give."""

    input: str
    code: str
    message: str
    position: int | None


class InputPart(_Part):
    """One input."""

    name: str
    kind: str
    documents: int


class PolicyPart(_Part):
    """What decided."""

    name: str
    sha256: str


class TrustPart(_Part):
    """Who could be trusted."""

    sha256: str
    lists: list[dict[str, str | None]]


class Funnel(_Part):
    """From records to what is kept, in documents."""

    records: int
    documents: int
    excluded_by_policy: int
    thinned_by_caps: int
    kept: int


class Account(_Part):
    """What a run of ``provkit weigh`` found and did."""

    schema_: Literal["urn:provkit:schema:crawl-report:1"] = Field(default=SCHEMA_URN, alias="schema")
    provkit: str
    run: str = Field(
        description="SHA-256 of everything the results depend on but the contents of the inputs."
    )
    policy: PolicyPart
    trust: TrustPart
    tokens: str = Field(description="How tokens were counted; bytes/4 is an estimate.")
    tokens_estimated: bool
    extract: str
    judged_at: str = Field(description="Moment at which certificates were judged.")
    inputs: list[InputPart]
    total: Amounts
    kept: Amounts
    funnel: Funnel
    cells: list[Cell]
    shares: Units = Field(description="Of what was read.")
    kept_shares: Units = Field(description="Of what is kept, every document once.")
    strata: list[StratumPart]
    budget: BudgetPart | None = Field(default=None, description="When one was given.")
    caps: CapPart
    states: dict[str, int]
    damage: dict[str, int]
    excluded: dict[str, int] = Field(description="Documents by the code of the deciding reason.")
    usage: dict[str, int] = Field(description="Documents by purpose|permission.")
    sources: dict[str, int] = Field(description="Documents by where an unsigned statement was read.")
    media_types: dict[str, int]
    conflicts: int
    truncated: int
    skipped: dict[str, int] = Field(description="Records that hold no document.")
    site_files: int
    signers: list[SignerPart]
    signer_count: int
    domains: list[Domain] = Field(description="The largest, by tokens.")
    domain_count: int
    vanished: list[str] = Field(description="Domains of which nothing is kept.")
    vanished_count: int
    warnings: list[str] = Field(description="code: sentence")
    problems: list[ProblemPart]
    problem_count: int


def account_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of the report."""
    schema = Account.model_json_schema(mode="serialization", by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_URN,
        **schema,
        "title": "Report of provkit weigh, version 1",
    }
