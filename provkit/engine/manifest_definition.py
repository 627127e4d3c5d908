"""From a declaration of origin to what the engine signs.

The assertions are those of :meth:`provkit.origin.Origin.assertions`, the same for every medium;
only their spelling differs: the engine takes JSON, and puts the CBOR tag back on dates itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from provkit.errors import ConfigurationError
from provkit.manifest import assertions as kinds
from provkit.manifest import cbor
from provkit.origin import vocabulary
from provkit.verdict import OriginClass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from provkit.origin.declaration import Origin

SPEC_VERSION: Final = "2.4.0"
"""``specVersion`` of ``claim_generator_info``."""
Relationship = Literal["parentOf", "componentOf", "inputTo"]

NOT_EDITORIAL: Final = frozenset(
    {"c2pa.transcoded", "c2pa.repackaged", "c2pa.published", "c2pa.converted", "c2pa.resized.proportional"}
)
"""Actions that leave the content alone (§18.15.9, table 8), so the parent's origin stays the origin."""


@dataclass(frozen=True, slots=True)
class Source:
    """An asset that the new one was made from."""

    data: bytes
    """The asset, whole, with its credential if it has one; or, of one that is gone, its manifest store."""
    media_type: str
    """As sniffed."""
    relationship: Relationship
    title: str | None = None
    """``dc:title`` of the ingredient."""
    source_type: str | None = None
    """Where an ingredient without a credential comes from; never beside one (§15.11.3.2)."""
    results: Mapping[str, Any] | None = None
    """Of an asset that is gone: what validation said while it was there (§18.16.12)."""


@dataclass(frozen=True, slots=True)
class EngineIngredient:
    """One call of the engine's ``add_ingredient``; where the asset is gone, of ``add_resource``."""

    description: dict[str, Any]
    media_type: str
    data: bytes
    resource: str | None = None
    """Name of :attr:`data` as a resource, a manifest store that :attr:`description` refers to."""


@dataclass(frozen=True, slots=True)
class Definition:
    """What the engine is given to sign."""

    manifest: dict[str, Any]
    """Manifest definition of the engine."""
    ingredients: tuple[EngineIngredient, ...] = ()


def define(
    origin: Origin,
    media_type: str,
    when: datetime | None,
    *,
    version: str,
    sources: Sequence[Source] = (),
    change: str = "c2pa.edited",
) -> Definition:
    """The definition that says what a declaration says.

    Args:
        origin: what is declared.
        media_type: written as ``dc:format``.
        when: claimed time of signing, aware; None states none.
        version: of provkit.
        sources: what the asset was made from; at most one parent (§18.16.12).
        change: what happened to the parent, for example ``c2pa.transcoded``.

    Raises:
        ConfigurationError: two parents, or inputs beside a parent that nothing was done to.
    """
    parents = [source for source in sources if source.relationship == "parentOf"]
    if len(parents) > 1:
        raise ConfigurationError(f"{len(parents)} parents were given; an asset has one (C2PA 2.4 §18.16.12)")
    # Identifiers only link actions to ingredients inside the definition.
    named = [(f"provkit:ingredient:{number}", source) for number, source in enumerate(sources)]
    drafts = origin.assertions(media_type, when)
    assertions = [
        {
            "label": draft.label,
            "data": _plain(
                _actions(draft.content, origin, media_type, named, change)
                if draft.label == kinds.LABEL_ACTIONS
                else draft.content
            ),
            # §10.2.2: else the engine lists it as gathered, which nobody stands behind.
            "created": True,
        }
        for draft in drafts
    ]
    manifest: dict[str, Any] = {
        "claim_version": 2,
        "claim_generator_info": [{"name": "provkit", "version": version, "specVersion": SPEC_VERSION}],
        "format": media_type,
        "assertions": assertions,
    }
    if origin.title is not None:
        manifest["title"] = origin.title
    return Definition(manifest, tuple(_ingredient(name, source) for name, source in named))


def _actions(
    content: Mapping[str, Any],
    origin: Origin,
    media_type: str,
    named: Sequence[tuple[str, Source]],
    change: str,
) -> dict[str, Any]:
    """The actions, beginning with ``c2pa.opened`` instead of ``c2pa.created`` when there is a parent (§18.15.2)."""
    first: dict[str, Any] = dict(content["actions"][0])
    when = {"when": first["when"]} if "when" in first else {}
    actions: list[dict[str, Any]] = []
    parent = [name for name, source in named if source.relationship == "parentOf"]
    inputs = [name for name, source in named if source.relationship == "inputTo"]
    if parent:
        actions.append({"action": "c2pa.opened", **when, "parameters": {"ingredientIds": parent}})
        changed: dict[str, Any] = {"action": change, **when}
        if change not in NOT_EDITORIAL:
            changed["digitalSourceType"] = _edit_type(origin, media_type)
        actions.append(changed)
    else:
        actions.append(first)
    if inputs:
        actions[-1] = {
            **actions[-1],
            "parameters": {**actions[-1].get("parameters", {}), "ingredientIds": inputs},
        }
    actions.extend(
        {"action": "c2pa.placed", **when, "parameters": {"ingredientIds": [name]}}
        for name, source in named
        if source.relationship == "componentOf"
    )
    return {**content, "actions": actions}


def _edit_type(origin: Origin, media_type: str) -> str:
    """Source type of a change: what a person did to something existing is an edit, not a creation."""
    if origin.cls is OriginClass.HUMAN and origin.source_type is None:
        return vocabulary.term("humanEdits").uri
    return origin.source_type_uri(media_type)


def _ingredient(name: str, source: Source) -> EngineIngredient:
    description: dict[str, Any] = {
        "label": name,
        "instance_id": name,
        "relationship": source.relationship,
        "format": source.media_type,
    }
    if source.title is not None:
        description["title"] = source.title
    if source.source_type is not None:
        description["digital_source_type"] = source.source_type
    if source.results is None:
        return EngineIngredient(description, source.media_type, source.data)
    resource = f"{name}.c2pa"
    description["manifest_data"] = {"format": "application/c2pa", "identifier": resource}
    description["validation_results"] = {"activeManifest": dict(source.results)}
    return EngineIngredient(description, source.media_type, source.data, resource)


def _plain(value: Any) -> Any:
    """A value as JSON: a tagged date becomes its text."""
    if isinstance(value, cbor.Tag):
        if value.tag != cbor.TAG_DATE_TIME:
            raise TypeError(f"CBOR tag {value.tag} has no spelling in the engine's JSON")
        return value.value
    if isinstance(value, cbor.MAPS):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, cbor.LISTS):
        return [_plain(item) for item in value]
    if isinstance(value, bytes):
        return list(value)  # the engine writes a list of small numbers as it stands
    return value
