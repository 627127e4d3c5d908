"""``org.provkit.origin``: what the vocabularies of C2PA and IPTC have no words for.

Written by hand in a declaration, so a pydantic model; its JSON Schema is
``schemas/origin.json`` and its page ``spec/origin.md``.  No verdict depends on it.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]


class SourceCategory(StrEnum):
    """Where a record comes from, in the terms of training-data accounts."""

    DIRECT_HUMAN_RECORD = "direct-human-record"
    LICENSED_CORPUS = "licensed-corpus"
    PUBLIC_CRAWL = "public-crawl"
    SIMULATION = "simulation"
    MODEL_GENERATED = "model-generated-example"
    HUMAN_EDITED_MODEL_OUTPUT = "human-edited-model-output"
    PREFERENCE_LABEL = "preference-label"
    BENCHMARK = "benchmark"


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class VerificationRecord(_Written):
    """A check somebody made, as the signer reports it.  provkit does not repeat the check."""

    method: Text = Field(description="How it was checked, for example 'editorial review'.")
    by: Text | None = Field(default=None, description="Who checked.")
    when: datetime | None = Field(default=None, description="When, with a time zone.")
    result: Text | None = Field(default=None, description="What came out.")


class OriginRecord(_Written):
    """Content of the ``org.provkit.origin`` assertion, version 1."""

    category: SourceCategory | None = Field(default=None, description="Source category.")
    purpose: Text | None = Field(default=None, description="What the content was made for.")
    verification: tuple[VerificationRecord, ...] = Field(
        default=(), max_length=100, description="Checks that were made before signing."
    )
    limits: tuple[Text, ...] = Field(
        default=(), max_length=100, description="Limits of use, one sentence each."
    )

    def is_empty(self) -> bool:
        """Nothing is stated, so nothing is written."""
        return self == OriginRecord()

    def content(self) -> dict[str, Any]:
        """The CBOR map: ``version`` 1 and every field that says something."""
        stated = self.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
        return {"version": 1, **stated}
