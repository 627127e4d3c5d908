"""What a signer declares about content, and the assertions that say it (C2PA 2.4 §18)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from provkit.errors import ConfigurationError
from provkit.manifest import assertions as kinds
from provkit.manifest import cbor
from provkit.manifest.builder import Reference
from provkit.origin import vocabulary
from provkit.origin.record import OriginRecord, SourceCategory, Text, VerificationRecord
from provkit.verdict import OriginClass

if TYPE_CHECKING:
    from collections.abc import Mapping

GENERIC_MODEL: Final = "c2pa.types.model"
"""``modelType`` when the format of the model is unknown, which for text it usually is (§18.21)."""

_DATA_TYPES: Final = frozenset({"text/csv", "text/tab-separated-values", "application/json"})

Oversight = Literal["fully_autonomous", "prompt_guided", "human_validated"]
Use = Literal["allowed", "notAllowed", "constrained"]

_MINING_KEYS: Final = {
    "data-mining": "cawg.data_mining",
    "ai-inference": "cawg.ai_inference",
    "ai-training": "cawg.ai_training",
    "ai-generative-training": "cawg.ai_generative_training",
}


@dataclass(frozen=True, slots=True)
class AssertionDraft:
    """An assertion before it is a box."""

    label: str
    content: Any
    """CBOR content."""


class Origin(BaseModel):
    """A declaration of origin.  Immutable; build it with :meth:`human`, :meth:`ai_assisted`, :meth:`synthetic`.

    Raises:
        ConfigurationError: from the constructors, when the parts contradict one another.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    cls: Literal[OriginClass.HUMAN, OriginClass.AI_ASSISTED, OriginClass.SYNTHETIC] = Field(
        alias="class", description="The class: human, ai-assisted or synthetic."
    )
    source_type: str | None = Field(
        default=None, description="IPTC or C2PA source type of that class; the default fits the medium."
    )
    model: Text | None = Field(default=None, description="Name of the model that took part.")
    model_identifier: Text | None = Field(default=None, description="URI or package URL of the model.")
    model_type: Text = Field(default=GENERIC_MODEL, description="C2PA model type (§18.21).")
    oversight: Oversight | None = Field(
        default=None, description="How far a person was in charge (§18.28.3)."
    )
    title: Text | None = Field(default=None, description="Title shown to readers (dc:title).")
    training_mining: dict[str, Use] = Field(
        default_factory=dict, description="Terms for data mining, inference and training (CAWG 1.1)."
    )
    record: OriginRecord = Field(default_factory=OriginRecord, description="Content of org.provkit.origin.")

    @classmethod
    def human(cls, **stated: Any) -> Self:
        """Content a person made.  ``source_type="digitalCapture"`` for what a camera recorded."""
        return cls._declare(OriginClass.HUMAN, stated)

    @classmethod
    def ai_assisted(cls, **stated: Any) -> Self:
        """Content of a person with generated parts or generative edits."""
        return cls._declare(OriginClass.AI_ASSISTED, stated)

    @classmethod
    def synthetic(cls, **stated: Any) -> Self:
        """Content a model generated."""
        return cls._declare(OriginClass.SYNTHETIC, stated)

    @classmethod
    def of(cls, origin_class: str, **stated: Any) -> Self:
        """The constructor for a class given by name."""
        return cls._declare(origin_class, stated)

    @classmethod
    def _declare(cls, origin_class: str, stated: dict[str, Any]) -> Self:
        record = {
            name: stated.pop(name)
            for name in ("category", "purpose", "verification", "limits")
            if name in stated
        }
        try:
            if record:
                stated["record"] = OriginRecord(**record)
            return cls.model_validate({"class": origin_class, **stated})
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "origin"
            raise ConfigurationError(
                f"origin declaration: {where}: {first['msg'].removeprefix('Value error, ')}"
            ) from error

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.source_type is not None:
            term = vocabulary.lookup(self.source_type)
            if term is None or term.retired:
                raise ValueError(f"{self.source_type!r} is no current source type")
            if term.cls is not self.cls:
                raise ValueError(f"{self.source_type!r} stands for {term.cls}, not for {self.cls}")
        if self.cls is OriginClass.HUMAN and (self.model or self.model_identifier or self.oversight):
            raise ValueError("a model or oversight is stated, so the class is ai-assisted or synthetic")
        unknown = [key for key in self.training_mining if key not in _MINING_KEYS]
        if unknown:
            raise ValueError(
                f"training_mining has no key {unknown[0]!r}; the keys are {', '.join(_MINING_KEYS)}"
            )
        return self

    def source_type_uri(self, media_type: str) -> str:
        """The digital source type written for a medium (design of spec/origin.md)."""
        if self.source_type is not None:
            found = vocabulary.lookup(self.source_type)
            return found.uri if found else self.source_type
        if self.cls is OriginClass.HUMAN:
            return vocabulary.term("digitalCreation").uri
        if self.cls is OriginClass.AI_ASSISTED:
            return vocabulary.term("compositeWithTrainedAlgorithmicMedia").uri
        name = "trainedAlgorithmicData" if media_type in _DATA_TYPES else "trainedAlgorithmicMedia"
        return vocabulary.term(name).uri

    def assertions(
        self, media_type: str, when: datetime | None, parent: dict[str, Any] | None = None
    ) -> tuple[AssertionDraft, ...]:
        """The assertions that say all this; every one belongs into ``created_assertions``.

        Args:
            media_type: written as ``dc:format`` of the first action.
            when: claimed time of signing, aware; None leaves it out.
            parent: content of the ingredient assertion of what this was made from (§18.16).  The
                declaration then speaks of what was done to it.
        """
        drafts = [] if parent is None else [AssertionDraft(kinds.LABEL_INGREDIENT, parent)]
        actions = self._created(media_type) if parent is None else self._edited(media_type)
        if when is not None:
            moment = cbor.Tag(cbor.TAG_DATE_TIME, f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")
            actions = [{**action, "when": moment} for action in actions]
        drafts.append(AssertionDraft(kinds.LABEL_ACTIONS, {"actions": actions, "allActionsIncluded": True}))
        if self.cls is not OriginClass.HUMAN:
            drafts.append(AssertionDraft(kinds.LABEL_AI_DISCLOSURE, self._disclosure()))
        if self.training_mining:
            drafts.append(AssertionDraft(kinds.LABEL_TRAINING_MINING, _mining(self.training_mining)))
        if not self.record.is_empty():
            drafts.append(AssertionDraft(kinds.LABEL_ORIGIN, self.record.content()))
        return tuple(drafts)

    def _created(self, media_type: str) -> list[dict[str, Any]]:
        source_type = self.source_type_uri(media_type)
        parameters = {"dc:format": media_type}
        return [{"action": "c2pa.created", "digitalSourceType": source_type, "parameters": parameters}]

    def _edited(self, media_type: str) -> list[dict[str, Any]]:
        """§18.15.2: an edit begins with ``c2pa.opened``, which takes its origin from the parent."""
        parameters = {"dc:format": media_type, "ingredients": [Reference(kinds.LABEL_INGREDIENT)]}
        human = self.cls is OriginClass.HUMAN and self.source_type is None
        source_type = vocabulary.term("humanEdits").uri if human else self.source_type_uri(media_type)
        return [
            {"action": "c2pa.opened", "parameters": parameters},
            {"action": "c2pa.edited", "digitalSourceType": source_type},
        ]

    def _disclosure(self) -> dict[str, Any]:
        content: dict[str, Any] = {"modelType": self.model_type}
        if self.model:
            content["modelName"] = self.model
        if self.model_identifier:
            content["modelIdentifier"] = self.model_identifier
        if self.oversight:
            content["contentProfile"] = {"humanOversightLevel": self.oversight}
        return content


def _mining(stated: Mapping[str, Use]) -> dict[str, Any]:
    return {"entries": {_MINING_KEYS[key]: {"use": use} for key, use in stated.items()}}


__all__ = ["AssertionDraft", "Origin", "OriginRecord", "SourceCategory", "VerificationRecord"]
