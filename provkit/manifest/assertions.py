"""Typed views of the assertions a validator has to understand (C2PA 2.4 §18)."""

from __future__ import annotations

import json
from math import isinf
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from provkit.errors import MalformedError
from provkit.manifest import cbor
from provkit.manifest.claim import HashedUri

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provkit.manifest.jumbf import ContentBox
    from provkit.manifest.store import Assertion

LABEL_DATA_HASH: Final = "c2pa.hash.data"
LABEL_ACTIONS: Final = "c2pa.actions.v2"
LABEL_ACTIONS_V1: Final = "c2pa.actions"
LABEL_AI_DISCLOSURE: Final = "c2pa.ai-disclosure"
LABEL_METADATA: Final = "c2pa.metadata"
LABEL_CAWG_METADATA: Final = "cawg.metadata"
LABEL_TRAINING_MINING: Final = "cawg.training-mining"
LABEL_SOFT_BINDING: Final = "c2pa.soft-binding"
LABEL_ORIGIN: Final = "org.provkit.origin"

LABEL_INGREDIENT: Final = "c2pa.ingredient.v3"
INGREDIENT_LABELS: Final = frozenset({"c2pa.ingredient", "c2pa.ingredient.v2", LABEL_INGREDIENT})
ACTIONS_LABELS: Final = frozenset({LABEL_ACTIONS, LABEL_ACTIONS_V1})
HARD_BINDINGS: Final = frozenset(
    {
        LABEL_DATA_HASH,
        "c2pa.hash.boxes",
        "c2pa.hash.bmff.v2",
        "c2pa.hash.bmff.v3",
        "c2pa.hash.collection.data",
    }
)
"""The assertions of which a standard manifest has one (§15.10.1.2); the hash of several parts comes
beside it (§18.9), and ``c2pa.hash.bmff`` is ignored (§18.6)."""
LABEL_CLOUD_DATA: Final = "c2pa.cloud-data"
LABEL_EXTERNAL_REFERENCE: Final = "c2pa.external-reference"
LABEL_TIME_STAMP: Final = "c2pa.time-stamp"
LABEL_CERTIFICATE_STATUS: Final = "c2pa.certificate-status"
IN_CBOR: Final = (
    ACTIONS_LABELS
    | INGREDIENT_LABELS
    | HARD_BINDINGS
    | {LABEL_CLOUD_DATA, LABEL_EXTERNAL_REFERENCE, LABEL_TIME_STAMP, LABEL_CERTIFICATE_STATUS}
)
"""Assertions that the standard defines in CBOR and that decide something here (§18)."""
RELATIONSHIPS: Final = frozenset({"parentOf", "componentOf", "inputTo"})


class InvalidJsonError(MalformedError):
    """A JSON assertion does not parse (``assertion.json.invalid``)."""


def decode(assertion: Assertion, max_depth: int) -> Any:
    """Content of a CBOR or JSON assertion; None for other kinds (embedded files, UUID boxes).

    Raises:
        MalformedError: CBOR that does not parse (``assertion.cbor.invalid``).
        InvalidJsonError: JSON that does not parse.
    """
    content = assertion.content
    if content is None:
        return None
    if content.type == b"cbor":
        return cbor.decode(content.payload, max_depth=max_depth)
    if content.type == b"json":
        return _json(content.payload)
    return None


def may_refer(content: ContentBox) -> bool:
    """Whether JUMBF URIs can stand in a content box: plainly, as a string in parts, or with escapes."""
    data = content.payload
    return b"self#jumbf" in data or (b"\x7f" if content.type == b"cbor" else b"\\u") in data


def _json(payload: bytes) -> Any:
    try:
        value = json.loads(
            payload.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse, parse_float=_finite
        )
        if b"\\u" in payload:
            # An escape can spell half a surrogate pair, which is no character.
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise InvalidJsonError(f"JSON: {str(error)[:120]}") from error
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key occurs twice")
    return value


def _finite(number: str) -> float:
    value = float(number)
    if isinf(value):
        raise ValueError("a number is larger than any that can be told")
    return value


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


class DataHash(NamedTuple):
    """``c2pa.hash.data`` (§18.5)."""

    exclusions: tuple[tuple[int, int], ...]
    """(start, length) in bytes, ordered and disjoint."""
    alg: str | None
    hash: bytes

    @classmethod
    def read(cls, value: Any) -> DataHash:
        """Read the assertion.

        Raises:
            MalformedError: fields missing or of the wrong type, exclusions unordered or
                overlapping, or padding that is not zero (``assertion.dataHash.malformed``).
        """
        if not isinstance(value, cbor.MAPS):
            raise MalformedError("the data hash is not a map")
        digest, alg = value.get("hash"), value.get("alg")
        if not isinstance(digest, bytes) or not (alg is None or isinstance(alg, str)):
            raise MalformedError("the data hash has no hash, or an alg that is not text")
        for name in ("pad", "pad2"):
            pad = value.get(name, b"" if name == "pad2" else None)
            if not isinstance(pad, bytes) or pad.strip(b"\0"):
                raise MalformedError(f"{name} of the data hash is missing or not zero-filled")
        return cls(_exclusions(value.get("exclusions", [])), alg, digest)


def _exclusions(value: Any) -> tuple[tuple[int, int], ...]:
    if not isinstance(value, cbor.LISTS):
        raise MalformedError("exclusions of the data hash are not a list")
    ranges: list[tuple[int, int]] = []
    last = 0
    for entry in value:
        match entry:
            case {"start": int() as start, "length": int() as length} if (
                type(start) is int and type(length) is int and start >= last and length > 0
            ):
                ranges.append((start, length))
                last = start + length
            case _:
                raise MalformedError(
                    "an exclusion of the data hash is negative, empty, unordered or overlapping"
                )
    return tuple(ranges)


class Action(NamedTuple):
    """One action after its template was applied (§18.15.6.1)."""

    name: str
    source_type: Any
    when: Any
    parameters: Mapping[str, Any]
    position: int
    """Position in the assertion's list."""

    def ingredients(self) -> tuple[HashedUri, ...] | None:
        """Hashed URIs in the parameters; None when they are there but not readable."""
        value = self.parameters.get("ingredients", self.parameters.get("ingredient", ()))
        entries = value if isinstance(value, cbor.LISTS) else (value,)
        uris = tuple(HashedUri.read(entry) for entry in entries)
        return None if None in uris else tuple(uri for uri in uris if uri is not None)


class Actions(NamedTuple):
    """``c2pa.actions`` or ``c2pa.actions.v2`` (§18.15)."""

    actions: tuple[Action, ...]
    all_included: bool

    @classmethod
    def read(cls, value: Any) -> Actions:
        """Read the assertion and apply its templates.

        Raises:
            MalformedError: the shape is wrong (``assertion.action.malformed``).
        """
        if not isinstance(value, cbor.MAPS):
            raise MalformedError("the actions assertion is not a map")
        entries = value.get("actions")
        if not isinstance(entries, cbor.LISTS) or not entries:
            raise MalformedError("the actions assertion lists no action")
        templates = _templates(value.get("templates"))
        agents = value.get("softwareAgents", ())
        if not isinstance(agents, cbor.LISTS):
            raise MalformedError("softwareAgents is not a list")
        read = [_action(entry, index, templates, len(agents)) for index, entry in enumerate(entries)]
        return cls(tuple(read), value.get("allActionsIncluded") is True)


def _templates(value: Any) -> dict[str, Mapping[str, Any]]:
    if value is None:
        return {}
    if not isinstance(value, cbor.LISTS):
        raise MalformedError("templates of the actions assertion are not a list")
    found: dict[str, Mapping[str, Any]] = {}
    for entry in value:
        match entry:
            case {"action": str() as name}:
                if name in found:
                    raise MalformedError(f"two templates of the actions assertion are for {name[:60]!r}")
                found[name] = entry
            case _:
                raise MalformedError("a template of the actions assertion names no action")
    return found


_TEMPLATED: Final = ("digitalSourceType", "when", "softwareAgentIndex")
"""What is read of an action and may come from its template."""


def _action(entry: Any, index: int, templates: Mapping[str, Mapping[str, Any]], agents: int) -> Action:
    match entry:
        case {"action": str() as name}:
            pass
        case _:
            raise MalformedError(f"action {index} has no name")
    # §18.15.6.1: "*" holds for every action, a template of the same name beats it, and
    # what the action says itself beats both.
    merged: dict[str, Any] = {}
    parameters: dict[str, Any] = {}
    layers = (templates.get("*"), templates.get(name), entry) if templates else (entry,)
    for layer in layers:
        if layer is None:
            continue
        own = layer.get("parameters", layer.get("templateParameters"))
        if own is not None and not isinstance(own, cbor.MAPS):
            raise MalformedError(f"parameters of action {index} are not a map")
        parameters.update(own or {})
        # An explicit null says nothing, so it takes nothing away.
        for key in _TEMPLATED:
            if (value := layer.get(key)) is not None:
                merged[key] = value
    agent = merged.get("softwareAgentIndex")
    if agent is not None and not (type(agent) is int and 0 <= agent < agents):
        raise MalformedError(f"action {index} names a software agent that is not listed")
    return Action(name, merged.get("digitalSourceType"), merged.get("when"), parameters, index)


class Ingredient(NamedTuple):
    """``c2pa.ingredient`` of any version (§18.16), as far as it concerns validation and origin."""

    relationship: str
    title: str | None
    manifest: HashedUri | None
    """The ingredient's manifest (``activeManifest``, or ``c2pa_manifest`` before version 3)."""
    signature: HashedUri | None
    """The signature box of that manifest (version 3)."""
    source_type: Any

    @classmethod
    def read(cls, value: Any, label: str) -> Ingredient:
        """Read the assertion.

        Args:
            value: decoded content.
            label: base label, which tells the version.

        Raises:
            MalformedError: ``assertion.ingredient.malformed`` (§15.11.3, §18.16.12).
        """
        if not isinstance(value, cbor.MAPS):
            raise MalformedError("the ingredient is not a map")
        relationship = value.get("relationship")
        if not isinstance(relationship, str) or relationship not in RELATIONSHIPS:
            raise MalformedError("the ingredient has no known relationship")
        title = value.get("dc:title")
        third = label == LABEL_INGREDIENT
        found = [_hashed_uri(value, name) for name in ("activeManifest", "c2pa_manifest") if name in value]
        if len(found) > 1:
            raise MalformedError("the ingredient names two manifests")
        manifest = found[0] if found else None
        signature = _hashed_uri(value, "claimSignature") if "claimSignature" in value else None
        source_type = value.get("digitalSourceType")
        if manifest is not None and source_type is not None:
            raise MalformedError("the ingredient has both a manifest and a source type of its own")
        if third and manifest is None and "validationResults" in value:
            raise MalformedError("the ingredient has validation results of no manifest")
        results = isinstance(value.get("validationResults"), cbor.MAPS)
        if third and manifest is not None and (signature is None or not results):
            raise MalformedError("the ingredient has a manifest without its signature or validation results")
        return cls(relationship, title if isinstance(title, str) else None, manifest, signature, source_type)


REDACTED_INGREDIENT: Final = Ingredient("componentOf", None, None, None, "redacted")
"""Stands for an ingredient that was taken out: what it was cannot be told, so its origin is none
that anybody knows."""


def _hashed_uri(value: Any, name: str) -> HashedUri:
    uri = HashedUri.read(value[name])
    if uri is None:
        raise MalformedError(f"{name} of the ingredient is not a hashed URI")
    return uri
