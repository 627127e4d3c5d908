"""The JSON that the service speaks, as models: what ``/openapi.json`` and the schemas are generated from."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from provkit.carriers.links import LONGEST_URL
from provkit.report.model import ResultModel
from provkit.serve.labels import LABEL_URN, LabelCode, Reason


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class UrlRequest(_Part):
    """What is to be judged is elsewhere."""

    url: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_URL)] = Field(
        description="Address, https only; taken where the service is configured to fetch."
    )


class LabelModel(_Part):
    """What readers are to be told about an upload."""

    code: LabelCode = Field(description="Stable word.")
    reason: Reason = Field(description="Why it is that label.")
    words: str = Field(description="The label in English.")
    sentence: str = Field(description="One sentence for readers. May quote the certificate: escape it.")
    signer: str | None = Field(
        description="Who signed the credential that the label rests on, as the certificate says; "
        "null where nothing is stated."
    )
    signer_listed: bool = Field(description="A trust list vouches for the signer.")
    complete: bool = Field(description="The signer states that all that was done is listed.")
    badge_html: str = Field(description="The label as HTML, escaped, without style or script.")


class LabelDocument(_Part):
    """The label of an upload, and the verdict it rests on."""

    schema_: Literal["urn:provkit:schema:label:1"] = Field(alias="schema")
    label: LabelModel | None = Field(description="Null when there is no verdict.")
    result: ResultModel = Field(description="As in the document of /v1/verify.")


class RefusalModel(_Part):
    """Why a request was not served."""

    kind: str = Field(description="Stable word.")
    message: str
    hint: str | None = Field(description="What to do about it.")


class RefusalDocument(_Part):
    """Any answer that is no result."""

    error: RefusalModel


class HealthDocument(_Part):
    """Whether the service is there."""

    status: Literal["ok", "starting"]


def label_schema() -> dict[str, object]:
    """JSON Schema (draft 2020-12) of what ``POST /v1/label`` answers."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": LABEL_URN,
        **LabelDocument.model_json_schema(mode="serialization", by_alias=True),
        "title": "provkit labels, version 1",
    }


__all__ = [
    "HealthDocument",
    "LabelDocument",
    "LabelModel",
    "RefusalDocument",
    "UrlRequest",
    "label_schema",
]
