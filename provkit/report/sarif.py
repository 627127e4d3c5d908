"""Findings as SARIF 2.1.0, for code scanning (OASIS sarif-v2.1.0).

What is fine is not reported: a run without results says that every file was accepted.
"""

from __future__ import annotations

import json
import os
import re
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from provkit.report.document import sound
from provkit.report.escape import escape
from provkit.report.explained import lookup
from provkit.report.judged import Outcome, findings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provkit.report.judged import Finding, Judged

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_MESSAGE: Final = 600
_PER_FILE: Final = 100
"""Findings of one file that are listed; a hostile file can break thousands of rules."""
_WEB: Final = re.compile(r"https?://", re.IGNORECASE)


def to_sarif(judged: Sequence[Judged], version: str, *, base: str) -> str:
    """The whole log, ASCII only, ending in a line feed.

    Args:
        judged: results in the order they are to be listed.
        version: of this program.
        base: folder that paths below it are written relative to.
    """
    artifacts: list[dict[str, Any]] = []
    results: list[dict[str, Any]] = []
    rules: dict[str, int] = {}
    for index, entry in enumerate(judged):
        uri = artifact_uri(entry.result.path, base)
        artifacts.append(_artifact(entry, uri))
        found = list(findings(entry))
        for finding in found[:_PER_FILE]:
            number = rules.setdefault(finding.rule, len(rules))
            results.append(_result(finding, number, uri, index, entry))
    run = {
        "tool": {
            "driver": {
                "name": "provkit",
                "version": version,
                "rules": [_rule(code) for code in rules],
            }
        },
        "invocations": [{"executionSuccessful": True}],
        "columnKind": "utf16CodeUnits",
        "artifacts": artifacts,
        "results": results,
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return f"{json.dumps(sound(log), ensure_ascii=True, indent=2)}\n"


def artifact_uri(path: str, base: str) -> str:
    """A path as a URI reference: relative where it is below `base`, every odd character encoded.

    Args:
        path: as the user wrote it; may hold bytes that are not UTF-8; ``-`` is standard input.
        base: absolute path of a folder.
    """
    if _WEB.match(path):
        return quote(path, safe=":/?#[]@!$&'()*+,;=%~")
    if os.path.isabs(path):  # noqa: PTH117 - the path stays as it was written
        below = os.path.relpath(path, base)
        if below == os.pardir or below.startswith(os.pardir + os.sep):
            return f"file://{quote(_raw(path))}"
        path = below
    # A colon in the first segment would begin a scheme; quote() encodes it.
    return quote(_raw(os.path.normpath(path)))


def _raw(path: str) -> bytes:
    """A path in bytes, with forward slashes."""
    plain = path.replace(os.sep, "/")
    try:
        return plain.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a surrogate that stands for no byte, which no file system gives
        return plain.encode("utf-8", "surrogatepass")


def _artifact(judged: Judged, uri: str) -> dict[str, Any]:
    verdict = judged.result.verdict
    state = {"outcome": str(judged.outcome)}
    if verdict is not None:
        state |= {"state": str(verdict.state), "origin": str(verdict.origin.cls)}
    data: dict[str, Any] = {"location": {"uri": uri}, "properties": state}
    if verdict is not None:
        data["mimeType"] = verdict.media_type
    return data


def _rule(code: str) -> dict[str, Any]:
    found = lookup(code)
    meaning, causes, action = (
        (found.words.meaning, found.words.causes, found.words.action) if found else ("", "", "")
    )
    helped = f"{meaning} Usual cause: {causes} What to do: {action}"
    return {
        "id": code,
        "name": "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", code)),
        "shortDescription": {"text": meaning},
        "fullDescription": {"text": f"{meaning} {causes}"},
        "help": {
            "text": helped,
            "markdown": f"{meaning}\n\n**Usual cause:** {causes}\n\n**What to do:** {action}\n",
        },
        "defaultConfiguration": {"level": "error" if found and found.kind in _SERIOUS else "warning"},
        "properties": {"tags": ["provenance", found.kind if found else "other"]},
    }


_SERIOUS: Final = frozenset({"failure", "error"})


def _result(finding: Finding, number: int, uri: str, index: int, judged: Judged) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": uri, "index": index}}
    verdict = judged.result.verdict
    if verdict is not None and verdict.media_type.startswith("text/"):
        # A finding is about the whole file; viewers want a line.
        place["region"] = {"startLine": 1}
    location: dict[str, Any] = {"physicalLocation": place}
    if finding.where is not None:
        location["logicalLocations"] = [{"fullyQualifiedName": escape(finding.where, limit=_MESSAGE)}]
    identity = "\0".join((finding.rule, uri, finding.where or "", finding.message))
    return {
        "ruleId": finding.rule,
        "ruleIndex": number,
        "level": str(finding.level),
        "message": {"text": _sentence(finding, judged)},
        "locations": [location],
        "partialFingerprints": {
            "provkitFinding/v1": sha256(identity.encode("utf-8", "backslashreplace")).hexdigest()
        },
    }


def _sentence(finding: Finding, judged: Judged) -> str:
    found = lookup(finding.rule)
    said = _plain(finding.message)
    said = f"{said[:1].upper()}{said[1:]}"
    meaning = found.words.meaning if found and found.kind in {"failure", "warning"} else ""
    absent = judged.outcome is Outcome.ABSENT and finding.rule == "unsigned"
    rest = " That says nothing about the content." if absent else ""
    return f"{meaning} {said}".strip().rstrip(".") + "." + rest


def _plain(text: str) -> str:
    """Text of a file that a message may hold: no placeholder, no link (§3.11.5, §3.11.6)."""
    shown = escape(text, limit=_MESSAGE)
    shown = re.sub(r"([\[\]\\])", r"\\\1", shown)
    return shown.replace("{", "{{").replace("}", "}}")


__all__ = ["artifact_uri", "to_sarif"]
