"""The distrust file as people write it: TOML with one table for each entry.

    [[distrust]]
    issuer = "CN=Some CA,O=Some Corp,C=US"   # RFC 4514, as `provkit verify` prints it
    serial = "0a1b2c"                        # hexadecimal
    reason = "key published on a forum"      # optional

    [[distrust]]
    fingerprint = "9f86d081...00f4"          # SHA-256 of the DER certificate, hexadecimal
    from = 2025-08-01                        # optional: only what was signed from then on
    until = 2025-09-21T12:00:00Z             # optional: and up to then; a day counts as a whole

Without a trusted time stamp nobody knows when something was signed, so an entry with ``from`` or
``until`` counts then too.

Colons, spaces and letter case do not matter in the hexadecimal values, letter case and white space
do not in the issuer: a rule of this kind should rather match than not.

Only who reads such a file imports this module: it needs pydantic.
"""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import SkipJsonSchema

from provkit.errors import ConfigurationError
from provkit.trust.distrust import DistrustRule, normal_name

if TYPE_CHECKING:
    from collections.abc import Mapping

_LAST: Final = timedelta(days=1) - timedelta(microseconds=1)
_DIGITS: Final = r"^(?:\s*0[xX])?(?:[\s:]*[0-9A-Fa-f])COUNT[\s:]*$"
_SERIAL: Final = _DIGITS.replace("COUNT", "+")
_SHA256: Final = _DIGITS.replace("COUNT", "{64}")
_HINT: Final = "see: provkit schema distrust"
_ENTRY_HINT: Final = "each entry starts with [[distrust]]"
_HEADER: Final = re.compile(r"^[ \t]*\[\[[ \t]*[\"']?distrust[\"']?[ \t]*\]\]", re.MULTILINE)


def _hexadecimal(value: str, pattern: str, what: str) -> str:
    if not re.match(pattern, value):
        raise ValueError(what)
    return re.sub(r"[\s:]", "", value).lower().removeprefix("0x")


def _serial(value: str) -> str:
    return _hexadecimal(value, _SERIAL, "is not hexadecimal")


def _fingerprint(value: str) -> str:
    return _hexadecimal(value, _SHA256, "is not a SHA-256 of 64 hexadecimal digits")


def _issuer(value: str) -> str:
    from cryptography import x509

    # The reader wants attribute types in capitals and no space around the commas; people write both.
    tidy = re.sub(r"(^|(?<!\\)[,+])\s*([A-Za-z]+)\s*=\s*", lambda m: f"{m[1]}{m[2].upper()}=", value.strip())
    try:
        return normal_name(x509.Name.from_rfc4514_string(tidy).rfc4514_string())
    except ValueError:
        example = '"CN=Some CA,O=Some Corp,C=US"'
        raise ValueError(f"is not a distinguished name, such as {example}") from None


def _moment(value: object) -> date:
    """A day, or a moment in UTC, as TOML has them or as text."""
    if isinstance(value, str):
        try:
            value = (
                datetime.fromisoformat(value)
                if "T" in value.upper() or " " in value
                else date.fromisoformat(value)
            )
        except ValueError:
            raise ValueError(f"{value!r} is neither a day nor a moment") from None
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("the moment has no time zone")
        try:
            return value.astimezone(UTC)
        except OverflowError:
            raise ValueError("the moment is out of range") from None
    if isinstance(value, date):
        return value
    raise ValueError("is neither a day (2025-08-01) nor a moment (2025-08-01T12:00:00Z)")


def _no_default(schema: dict[str, Any]) -> None:
    """TOML has no null to write, so no schema should offer it."""
    del schema["default"]


_Text = Annotated[str, StringConstraints(max_length=2000)]
_Serial = Annotated[_Text, AfterValidator(_serial)]
_Fingerprint = Annotated[_Text, AfterValidator(_fingerprint)]
_Issuer = Annotated[_Text, AfterValidator(_issuer)]
_Moment = Annotated[
    date,
    PlainValidator(_moment),
    WithJsonSchema({"anyOf": [{"type": "string", "format": form} for form in ("date", "date-time")]}),
]


class Entry(BaseModel):
    """A certificate that is not believed: issuer and serial number, or fingerprint."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        json_schema_extra={
            "oneOf": [
                {"required": ["issuer", "serial"], "not": {"required": ["fingerprint"]}},
                {"required": ["fingerprint"], "properties": {"issuer": False, "serial": False}},
            ]
        },
    )

    issuer: _Issuer | SkipJsonSchema[None] = Field(
        default=None,
        description="Issuer of the certificate, RFC 4514, as provkit verify prints it.",
        json_schema_extra=_no_default,
    )
    serial: Annotated[_Serial, Field(json_schema_extra={"pattern": _SERIAL})] | SkipJsonSchema[None] = Field(
        default=None,
        description="Serial number of the certificate, hexadecimal.",
        json_schema_extra=_no_default,
    )
    fingerprint: (
        Annotated[_Fingerprint, Field(json_schema_extra={"pattern": _SHA256})] | SkipJsonSchema[None]
    ) = Field(
        default=None,
        description="SHA-256 of the certificate (DER), hexadecimal; in place of issuer and serial.",
        json_schema_extra=_no_default,
    )
    reason: _Text | SkipJsonSchema[None] = Field(
        default=None, description="Why; verdicts repeat it.", json_schema_extra=_no_default
    )
    start: _Moment | SkipJsonSchema[None] = Field(
        default=None,
        alias="from",
        description="Only what was signed from then on: a day (UTC), or a moment with a time zone.",
        json_schema_extra=_no_default,
    )
    until: _Moment | SkipJsonSchema[None] = Field(
        default=None,
        description="Only what was signed up to then; a day counts as a whole.",
        json_schema_extra=_no_default,
    )

    @model_validator(mode="after")
    def _one_certificate(self) -> Self:
        if (self.fingerprint is None) == (self.issuer is None) or (self.issuer is None) != (
            self.serial is None
        ):
            raise ValueError("needs issuer and serial, or fingerprint alone")
        rule = self.rule()
        if rule.start is not None and rule.end is not None and rule.end < rule.start:
            raise ValueError("until is before from, so it would never count")
        return self

    def rule(self) -> DistrustRule:
        """What it says, for the verifier."""
        return DistrustRule(
            issuer=self.issuer,
            serial=None if self.serial is None else int(self.serial, 16),
            fingerprint=None if self.fingerprint is None else bytes.fromhex(self.fingerprint),
            reason=self.reason,
            start=_utc(self.start),
            end=_utc(self.until, last=True),
        )


class DistrustFile(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    distrust: tuple[Entry, ...] = Field(min_length=1, description="One table for each certificate.")


def _utc(value: date | None, *, last: bool = False) -> datetime | None:
    """A day begins with its first microsecond and ends with its last."""
    if value is None or isinstance(value, datetime):
        return value
    day = datetime(value.year, value.month, value.day, tzinfo=UTC)
    return day + _LAST if last else day


def parse_rules(data: bytes, name: str) -> tuple[DistrustRule, ...]:
    """Read the file.

    Args:
        data: TOML.
        name: of the list, for messages.

    Raises:
        ConfigurationError: not TOML, no entry, an unknown key, or a value that cannot be read; the line
            or the entry, and the key, are named.
    """
    try:
        text = data.decode("utf-8-sig")
        written = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(
            f"distrust list {name!r}: neither PEM nor TOML", hint=f"the TOML reader says: {error}"
        ) from None
    try:
        found = DistrustFile.model_validate(written)
    except ValidationError as error:
        # A key that nobody knows explains best why another is missing.
        first, *_ = sorted(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
        raise _refused(first, f"distrust list {name!r}", text, written) from error
    return tuple(entry.rule() for entry in found.distrust)


def _refused(first: Mapping[str, Any], what: str, text: str, written: dict[str, Any]) -> ConfigurationError:
    """The first thing that is wrong, where it stands, in words."""
    place = first["loc"]
    key = str(place[2]) if len(place) > 2 else None  # distrust, number of the entry, key
    sentence = {
        "extra_forbidden": f"unknown key {place[-1]!r}",
        "string_type": f"{key}: must be text in quotes",
        "model_type": "is no table",
        "missing": "no entry found",
        "too_short": "no entry found",
        "tuple_type": "no entry found",
    }.get(first["type"])
    if sentence == "no entry found":
        return ConfigurationError(f"{what}: {sentence}", hint=_ENTRY_HINT)
    if sentence is None:
        sentence = f"{f'{key}: ' if key else ''}{first['msg'].removeprefix('Value error, ')}"
    if len(place) > 1:
        what += f", {_place(text, len(written['distrust']), int(place[1]), key)}"
    return ConfigurationError(f"{what}: {sentence}", hint=_HINT)


def _place(text: str, entries: int, number: int, key: str | None) -> str:
    """The line of an entry, or of a key in it; its number where the file is written in another way."""
    headers = [match.end() for match in _HEADER.finditer(text)]
    if len(headers) != entries:
        return f"entry {number + 1}"
    start, end = headers[number], (*headers[1:], len(text))[number]
    found = key and re.compile(rf"^[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*=", re.MULTILINE).search(
        text, start, end
    )
    return f"line {text.count(chr(10), 0, found.start() if found else start) + 1}"


__all__ = ["DistrustFile", "Entry", "parse_rules"]
