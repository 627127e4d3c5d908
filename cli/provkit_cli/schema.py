"""``provkit schema``: JSON Schemas of what provkit reads and writes."""

from __future__ import annotations

import json
from typing import Annotated, Any, Final

import typer

from provkit.errors import ConfigurationError
from provkit_cli import console, exits
from provkit_cli.app import new_app

app = new_app()

_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"


def _verdict() -> dict[str, Any]:
    from provkit.report.model import verdict_schema

    return verdict_schema()


def _origin() -> dict[str, Any]:
    from provkit.origin.record import OriginRecord

    schema = OriginRecord.model_json_schema()
    version = {"const": 1, "description": "Version of this assertion.", "title": "Version"}
    return {
        "$schema": _DRAFT,
        "$id": "urn:provkit:schema:origin:1",
        **schema,
        "title": "The org.provkit.origin assertion, version 1",
        "properties": {"version": version, **schema["properties"]},
        "required": ["version", *schema.get("required", [])],
    }


def _config() -> dict[str, Any]:
    from provkit_cli.config import Configuration

    return {
        "$schema": _DRAFT,
        "$id": "urn:provkit:schema:config:1",
        **Configuration.model_json_schema(),
        "title": "Configuration file of provkit",
    }


def _policy() -> dict[str, Any]:
    from provkit.crawl.policy_file import PolicyFile

    schema = PolicyFile.model_json_schema(by_alias=True)
    base = {
        "description": "Name of a preset whose settings hold where this file says nothing.",
        "title": "Extends",
        "type": "string",
    }
    return {
        "$schema": _DRAFT,
        "$id": "urn:provkit:schema:policy:1",
        **schema,
        "title": "Crawl policy of provkit, version 1",
        "properties": {"extends": base, **schema["properties"]},
        # What a file extends has a name already.
        "required": [],
        "anyOf": [{"required": ["name"]}, {"required": ["extends"]}],
    }


def _distrust() -> dict[str, Any]:
    from provkit.trust.distrust_file import DistrustFile

    return {
        "$schema": _DRAFT,
        "$id": "urn:provkit:schema:distrust:1",
        **DistrustFile.model_json_schema(),
        "title": "Distrust file of provkit",
    }


def _crawl_report() -> dict[str, Any]:
    from provkit.crawl.account_model import account_schema

    return account_schema()


def _stamp() -> dict[str, Any]:
    from provkit.stamp.rules import Rules

    return {
        "$schema": _DRAFT,
        "$id": "urn:provkit:schema:stamp:1",
        **Rules.model_json_schema(),
        "title": "Rules of provkit stamp",
    }


def _label() -> dict[str, Any]:
    from provkit.serve.model import label_schema

    return label_schema()


def _serve() -> dict[str, Any]:
    from provkit.serve.configuration import Configuration

    return {
        "$schema": _DRAFT,
        "$id": "urn:provkit:schema:serve:1",
        **Configuration.model_json_schema(),
        "title": "Configuration of provkit serve",
    }


_SCHEMAS: Final = {
    "verdict": (_verdict, "what verify --format json prints"),
    "origin": (_origin, "content of the org.provkit.origin assertion"),
    "config": (_config, "the configuration file, config.toml"),
    "policy": (_policy, "a crawl policy file"),
    "distrust": (_distrust, "a distrust list in TOML, for --distrust"),
    "stamp": (_stamp, "the rules of provkit stamp, stamp.toml"),
    "serve": (_serve, "the configuration of provkit serve, serve.toml"),
    "label": (_label, "what POST /v1/label of the service answers"),
    "crawl-report": (_crawl_report, "report.json of provkit weigh"),
}


def schema_text(name: str) -> str:
    """A schema as it is committed in ``schemas/``."""
    return f"{json.dumps(_SCHEMAS[name][0](), indent=2, ensure_ascii=True)}\n"


@app.command(epilog=exits.told("printed", usage="there is no such schema"))
def schema(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME",
            help="verdict, origin, config, policy, distrust, stamp, serve, label or crawl-report.",
        ),
    ] = None,
) -> None:
    """Print a JSON Schema; without a name, list them.

    \b
    provkit schema verdict > verdict.schema.json
    """  # noqa: D301 - typer's mark for lines that are kept as they are
    if name is None:
        console.out_lines(f"{known:<12} {what}" for known, (_, what) in _SCHEMAS.items())
        return
    if name not in _SCHEMAS:
        raise ConfigurationError(f"no schema {name!r}", hint=f"there are: {', '.join(_SCHEMAS)}")
    console.out(schema_text(name))
