"""The policy file: what a team writes down about weights, caps and signers (spec/policy.md).

TOML on disk, strict: a key that nobody knows is an error, never ignored.  The numbers are relative
to 1 for a document about which nothing is known.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from provkit.crawl.model import Assurance
from provkit.errors import ConfigurationError
from provkit.verdict import OriginClass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

VERSION: Final = 1
_MOST_LAYERS: Final = 8

Weight = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
Fingerprint = Annotated[
    str, StringConstraints(strip_whitespace=True, to_lower=True, pattern=r"^[0-9a-fA-F]{64}$")
]
Fingerprints = Annotated[tuple[Fingerprint, ...], Field(max_length=10_000)]
Purpose = Literal["train-ai", "search", "ai-input", "tdm"]


class Written(BaseModel):
    """A part of the file: immutable, and strict about its keys, which have dashes on disk."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        alias_generator=lambda name: name.replace("_", "-"),
        validate_by_name=True,
        validate_by_alias=True,
    )


class ClassWeights(Written):
    """Weights of one class by how well it is known; what is left out weighs as *unknown*."""

    verified_trusted: Weight | None = Field(
        default=None, description="A credential that holds, by a signer on a list."
    )
    verified_untrusted: Weight | None = Field(
        default=None, description="A credential that holds, by anybody."
    )
    declared: Weight | None = Field(default=None, description="Stated without a signature.")
    detected: Weight | None = Field(default=None, description="Stated by a detector alone.")


class HumanWeights(ClassWeights):
    """Weights of human work."""

    dated: Weight | None = Field(
        default=None, description="Captured before vintage.before; as verified-trusted when left out."
    )


class Weights(Written):
    """How much a document counts, relative to 1."""

    unknown: Weight = Field(default=1, description="Nothing says where it comes from.")
    invalid: Weight = Field(default=0, description="A credential that does not hold.")
    damaged: Weight | None = Field(
        default=None, description="A credential that cannot be judged; as unknown when left out."
    )
    distrusted: Weight = Field(
        default=0, description="Signed by somebody a distrust list names, unless it is synthetic."
    )
    human: HumanWeights = Field(default=HumanWeights(), description="Stated as human work.")
    ai_assisted: ClassWeights = Field(
        default=ClassWeights(), description="Stated as human work with generated parts."
    )
    synthetic: ClassWeights = Field(default=ClassWeights(), description="Stated as generated.")


class Usage(Written):
    """Which statements about use are followed."""

    honour: Annotated[tuple[Purpose, ...], Field(max_length=4)] = Field(
        default=("train-ai",),
        description="Purposes whose denial excludes; tdm, any text and data mining, denies each of them.",
    )
    constrained: Literal["exclude", "keep"] = Field(
        default="exclude", description="What becomes of documents with conditions that a person has to read."
    )


class Tier(Written):
    """Signers whose human work has a weight of its own."""

    name: Name
    sha256: Fingerprints = Field(description="SHA-256 of certificates of signers, hexadecimal.")
    weight: Weight = Field(description="Weight of human work by these signers.")


class Signers(Written):
    """Whose word on human work counts.  A signer has to be on a trust list first, whatever stands here."""

    allow: Fingerprints = Field(
        default=(),
        description="SHA-256 of certificates; when given, only these and the tiers may vouch for human work.",
    )
    distrust: Fingerprints = Field(
        default=(), description="SHA-256 of certificates that are not believed, whatever else vouches."
    )
    complete: bool = Field(
        default=False, description="Human work counts only if its signer states that all actions are listed."
    )
    tiers: Annotated[tuple[Tier, ...], Field(max_length=100)] = ()

    @model_validator(mode="after")
    def _one_place_each(self) -> Self:
        seen: dict[str, str] = dict.fromkeys(self.distrust, "signers.distrust")
        for where, listed in (
            ("signers.allow", self.allow),
            *((f"tier {t.name!r}", t.sha256) for t in self.tiers),
        ):
            for signer in listed:
                if seen.setdefault(signer, where) not in (where, "signers.allow"):
                    raise ValueError(f"the signer {signer[:16]}… stands in {seen[signer]} and in {where}")
        return self


class Vintage(Written):
    """What an archive captured before models wrote the web."""

    before: date = Field(
        description="Captured before this day (UTC) and stated as nothing else: human, dated."
    )


class Caps(Written):
    """How much of the mix may be known to be synthetic; what is over a cap is thinned out exactly."""

    by: Literal["tokens", "documents", "bytes"] = Field(default="tokens", description="What is counted.")
    overall: Share | None = Field(default=None, description="Largest share of the whole mix.")
    domain: Share | None = Field(default=None, description="Largest share of each domain.")
    with_purpose: Share | None = Field(
        default=None,
        description="Largest share together with what a listed signer made for a stated purpose, "
        "of the whole mix and, if domain is given, of each domain.",
    )
    classes: Annotated[tuple[Literal["synthetic", "ai-assisted"], ...], Field(min_length=1)] = Field(
        default=("synthetic",), description="Classes that are counted."
    )
    detected: bool = Field(default=True, description="Count what only a detector states.")
    seed: Annotated[str, StringConstraints(max_length=200)] = Field(
        default="", description="Any text; another one keeps other documents."
    )

    @property
    def active(self) -> bool:
        """Any cap is set."""
        return not self.overall is self.domain is self.with_purpose is None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for name, share in (("overall", self.overall), ("domain", self.domain)):
            if share is not None and self.with_purpose is not None and self.with_purpose < share:
                raise ValueError(
                    f"with-purpose ({self.with_purpose:g}) is the share of all of it, "
                    f"so it is at least {name} ({share:g})"
                )
        return self


class Epochs(Written):
    """How often one document may be repeated in a mix."""

    verified: Annotated[float, Field(ge=1, le=100)] = Field(
        default=2, description="Of human work that a listed signer or its date vouches for."
    )
    other: Annotated[float, Field(ge=1, le=100)] = Field(default=1, description="Of everything else.")


class Exclusion(Written):
    """One rule that excludes documents: all of its conditions hold, of each list any entry."""

    because: Name = Field(description="The reason, for the people who read the report.")
    classes: Annotated[tuple[OriginClass, ...], Field(max_length=4)] = ()
    assurances: Annotated[tuple[Assurance, ...], Field(max_length=6)] = ()
    categories: Annotated[tuple[Name, ...], Field(max_length=1000)] = Field(
        default=(), description="schema.org types or org.provkit.origin categories that a document states."
    )
    urls: Annotated[tuple[Name, ...], Field(max_length=10_000)] = Field(
        default=(),
        description="Patterns for the whole address, letter case aside: * stands for any text, ? for one "
        "character, [ab] for one of these.",
    )

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.classes or self.assurances or self.categories or self.urls):
            raise ValueError("a rule without conditions would exclude everything")
        return self


class PolicyFile(Written):
    """A crawl policy, version 1."""

    version: Literal[1] = VERSION
    name: Name
    description: Annotated[str, StringConstraints(max_length=2000)] = ""
    weights: Weights = Weights()
    usage: Usage = Usage()
    signers: Signers = Signers()
    vintage: Vintage | None = None
    caps: Caps = Caps()
    epochs: Epochs = Epochs()
    exclude: Annotated[tuple[Exclusion, ...], Field(max_length=1000)] = ()

    def weight(self, cls: OriginClass, assurance: Assurance) -> float:
        """What the file says a class weighs; what it leaves out weighs as *unknown*."""
        weights = self.weights
        if cls is OriginClass.UNKNOWN or assurance is Assurance.NONE:
            return weights.unknown
        human = weights.human
        if assurance is Assurance.DATED:
            if cls is not OriginClass.HUMAN:
                return weights.unknown
            stated = human.verified_trusted if human.dated is None else human.dated
        else:
            row = {OriginClass.HUMAN: human, OriginClass.AI_ASSISTED: weights.ai_assisted}.get(
                cls, weights.synthetic
            )
            stated = getattr(row, assurance.replace("-", "_"))
        return weights.unknown if stated is None else float(stated)

    @model_validator(mode="after")
    def _asymmetry(self) -> Self:
        """POLICY-2 and POLICY-3: what nobody vouches for earns no more than saying nothing."""
        unknown = self.weights.unknown
        for name, weight in _unvouched(self):
            if weight > unknown:
                raise ValueError(
                    f"{name} is {weight:g} and weights.unknown is {unknown:g}: what no listed signer vouches "
                    "for cannot weigh more than what says nothing"
                )
        return self

    @model_validator(mode="after")
    def _caps_hold_when_weighed(self) -> Self:
        """POLICY-12: otherwise the share in a weighed mix would be above the share that was counted."""
        if not self.caps.active:
            return self
        counted = ORDINARY if self.caps.detected else ORDINARY[:-1]
        capped = max(self.weight(OriginClass(cls), how) for cls in self.caps.classes for how in counted)
        for name, weight in _positive_others(self):
            if capped > weight:
                raise ValueError(
                    f"capped classes weigh up to {capped:g} and {name} weighs {weight:g}: the caps would not "
                    f"hold once documents are drawn by weight; give them at most {weight:g}"
                )
        return self


ORDINARY: Final = (
    Assurance.VERIFIED_TRUSTED,
    Assurance.VERIFIED_UNTRUSTED,
    Assurance.DECLARED,
    Assurance.DETECTED,
)


def _unvouched(file: PolicyFile) -> Iterator[tuple[str, float]]:
    weights = file.weights
    yield "weights.invalid", weights.invalid
    yield "weights.distrusted", weights.distrusted
    if weights.damaged is not None:
        yield "weights.damaged", weights.damaged
    for cls in (OriginClass.HUMAN, OriginClass.AI_ASSISTED):
        for how in ORDINARY[1:]:
            yield f"weights.{cls}.{how}", file.weight(cls, how)


def _positive_others(file: PolicyFile) -> Iterator[tuple[str, float]]:
    weights = file.weights
    others = [("weights.unknown", weights.unknown), ("weights.invalid", weights.invalid)]
    others.append(("weights.distrusted", weights.distrusted))
    if weights.damaged is not None:
        others.append(("weights.damaged", weights.damaged))
    for cls in (OriginClass.HUMAN, OriginClass.AI_ASSISTED, OriginClass.SYNTHETIC):
        # What is suspected of a capped class is beside it where the caps do not count it.
        beside = ORDINARY if cls.value not in file.caps.classes else ORDINARY[3 + file.caps.detected :]
        others += [(f"weights.{cls}.{how}", file.weight(cls, how)) for how in beside]
    if file.vintage is not None:
        others.append(("weights.human.dated", file.weight(OriginClass.HUMAN, Assurance.DATED)))
    others += [(f"tier {tier.name!r}", tier.weight) for tier in file.signers.tiers]
    yield from ((name, weight) for name, weight in others if weight > 0)


def read_toml(text: str, what: str, preset: Callable[[str], str]) -> dict[str, Any]:
    """The tables of a policy file, with those of the policy it ``extends`` under them.

    Args:
        text: TOML.
        what: the file, for messages.
        preset: gives the text of a preset, or raises ConfigurationError.

    Raises:
        ConfigurationError: no TOML, or a preset nobody knows.
    """
    layers: list[dict[str, Any]] = []
    while len(layers) < _MOST_LAYERS:
        try:
            layer = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise ConfigurationError(f"not TOML: {error}, in {what}") from error
        base = layer.pop("extends", None)
        layers.append(layer)
        if base is None:
            break
        if not isinstance(base, str):
            raise ConfigurationError(f"extends: the name of a preset is needed, in {what}")
        text = preset(base)
    merged: dict[str, Any] = {}
    for layer in reversed(layers):
        merged = _merged(merged, layer)
    return merged


def _merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Tables are joined, the list of exclusions grows, everything else is replaced."""
    result = dict(under)
    for key, value in over.items():
        below = result.get(key)
        if isinstance(below, Mapping) and isinstance(value, Mapping):
            result[key] = _merged(below, value)
        elif key == "exclude" and isinstance(below, list) and isinstance(value, list):
            result[key] = [*below, *value]
        else:
            result[key] = value
    return result


def refused(error: ValidationError, what: str) -> ConfigurationError:
    """The first thing that is wrong with a policy, in words."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    sentence = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        sentence = "there is no such key"
    hint = "see: provkit schema policy; provkit policy explain balanced shows a whole one"
    return ConfigurationError(f"{f'{where}: ' if where else ''}{sentence}, in {what}", hint=hint)
