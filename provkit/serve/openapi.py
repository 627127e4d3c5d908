"""The description of the service (OpenAPI 3.1), generated from the models that it answers with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pydantic.json_schema import models_json_schema

import provkit
from provkit.report.model import VerdictDocument
from provkit.serve.model import HealthDocument, LabelDocument, RefusalDocument, UrlRequest
from provkit.verdict import OriginClass

if TYPE_CHECKING:
    from provkit.serve.configuration import Configuration

_REF: Final = "#/components/schemas/{model}"
_FILE: Final = {"type": "string", "contentMediaType": "application/octet-stream"}
_CLASSES: Final = (OriginClass.HUMAN, OriginClass.AI_ASSISTED, OriginClass.SYNTHETIC)
_BUSY: Final = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
_REFUSALS: Final = {
    400: "The request cannot be understood.",
    401: "No API key, or one that is not known.",
    403: "This service, or this key, may not do that.",
    408: "Sending the request took too long.",
    413: "The request is too large, or the file takes more than it may.",
    415: "A file to be signed comes in a form.",
    422: "The file could not be signed; the kind says why.",
    429: "The key had its files of today.",
    503: "The service is at work on as much as it may be, no worker was free in time, or there is no room for uploads.",
}


def document(configuration: Configuration) -> dict[str, Any]:
    """The document for a configuration: what is switched off is not in it."""
    _, definitions = models_json_schema(
        [
            (VerdictDocument, "serialization"),
            (LabelDocument, "serialization"),
            (RefusalDocument, "serialization"),
            (HealthDocument, "serialization"),
            (UrlRequest, "validation"),
        ],
        by_alias=True,
        ref_template=_REF,
    )
    urls = configuration.urls.enabled
    paths: dict[str, Any] = {
        "/v1/verify": {
            "post": _judging("verify", "Verify a file", VerdictDocument.__name__, urls=urls),
        },
        "/v1/label": {
            "post": _judging(
                "label", "Decide the disclosure for an upload", LabelDocument.__name__, urls=urls
            ),
        },
        "/healthz": {"get": _state("healthz", "Whether the process answers", (200,))},
        "/readyz": {"get": _state("readyz", "Whether its workers work too", (200, 503))},
        "/openapi.json": {"get": _plain("openapi", "This document", "application/json")},
    }
    if configuration.key:
        paths["/v1/sign"] = {"post": _signing()}
    if configuration.server.metrics:
        paths["/metrics"] = {"get": _plain("metrics", "Counters for Prometheus", "text/plain")}
    described: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": "provkit",
            "version": provkit.__version__,
            "description": "Verifies, labels and signs content with C2PA 2.4 Content Credentials.",
        },
        "paths": paths,
        "components": {
            "schemas": definitions["$defs"],
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }
    if configuration.server.public_url is not None:
        described["servers"] = [{"url": configuration.server.public_url}]
    return described


def _json(model: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _REF.format(model=model)}}}


def _refused(*statuses: int) -> dict[str, Any]:
    return {
        str(status): {
            "description": _REFUSALS[status],
            "content": _json(RefusalDocument.__name__),
            **({"headers": _BUSY} if status in {429, 503} else {}),
        }
        for status in statuses
    }


def _judging(name: str, summary: str, answer: str, *, urls: bool) -> dict[str, Any]:
    form = {
        "type": "object",
        "properties": {
            "file": {**_FILE, "description": "The file."},
            "manifest": {**_FILE, "description": "Its credential, where that is kept apart from it."},
        },
        "required": ["file"],
        "additionalProperties": False,
    }
    content: dict[str, Any] = {
        "multipart/form-data": {"schema": form},
        "application/octet-stream": {"schema": {}},
    }
    if urls:
        content |= _json(UrlRequest.__name__)
    either = {"application/json": {"schema": {"anyOf": [_schema(answer), _schema(RefusalDocument.__name__)]}}}
    return {
        "operationId": name,
        "summary": summary,
        "requestBody": {"required": True, "content": content},
        "responses": {
            "200": {"description": "There is a verdict; its state may be any.", "content": _json(answer)},
            "422": {"description": "The file cannot be judged; error says why.", "content": _json(answer)},
            **_refused(400, 403, 408, 503),
            "413": {"description": _REFUSALS[413], "content": either},
        },
    }


def _schema(model: str) -> dict[str, str]:
    return {"$ref": _REF.format(model=model)}


def _signing() -> dict[str, Any]:
    form = {
        "type": "object",
        "properties": {
            "file": {**_FILE, "description": "The file; its name tells the kind of a text."},
            "origin": {
                "description": "A class; or a JSON object with class and the other parts of a declaration "
                "(provkit schema origin).",
                "anyOf": [
                    {"type": "string", "enum": [str(cls) for cls in _CLASSES]},
                    {"type": "string", "contentMediaType": "application/json", "pattern": r"^\s*\{"},
                ],
                "examples": [str(_CLASSES[-1])],
            },
            "identity": {"type": "string", "description": "Who signs; the first of the key when left out."},
            "media_type": {"type": "string", "description": "Of a text; the name decides when left out."},
            "keep_history": {
                "type": "string",
                "enum": ["true", "false"],
                "description": "Keep the credential that the file carries, as its history.",
            },
            "parent": {
                **_FILE,
                "description": "Signed file that this was made from, by transcoding for example; its credential "
                "is kept as an ingredient.",
            },
        },
        "required": ["file", "origin"],
        "additionalProperties": False,
    }
    return {
        "operationId": "sign",
        "summary": "Sign a file with a statement of its origin",
        "security": [{"key": []}],
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": form}}},
        "responses": {
            "200": {
                "description": "The signed file; or its credential alone, where the kind has no place for one.",
                "headers": {
                    "Provkit-Credential": {
                        "description": "embedded, or apart: the body is the credential.",
                        "schema": {"type": "string", "enum": ["embedded", "apart"]},
                    }
                },
                "content": {"*/*": {"schema": {}}},
            },
            **_refused(400, 401, 403, 408, 413, 415, 422, 429, 503),
        },
    }


def _state(name: str, summary: str, statuses: tuple[int, ...]) -> dict[str, Any]:
    said = {200: "Yes.", 503: "Not yet, or not any more."}
    return {
        "operationId": name,
        "summary": summary,
        "responses": {
            str(status): {"description": said[status], "content": _json(HealthDocument.__name__)}
            for status in statuses
        },
    }


def _plain(name: str, summary: str, media_type: str) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": summary,
        "responses": {"200": {"description": summary + ".", "content": {media_type: {"schema": {}}}}},
    }


__all__ = ["document"]
