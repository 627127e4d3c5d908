"""The distrust file: certificates that are not believed, whatever vouches for them.

PEM certificates, or TOML with one table for each entry::

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

An entry has either ``issuer`` and ``serial`` or ``fingerprint``.  Colons, spaces and letter case
do not matter in the hexadecimal values, letter case and white space do not in the issuer: a rule of
this kind should rather match than not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from provkit.errors import ConfigurationError

_FIELDS: Final = frozenset({"issuer", "serial", "fingerprint", "reason", "from", "until"})
_BESIDE: Final = frozenset({"reason", "from", "until"})
_LAST: Final = timedelta(days=1) - timedelta(microseconds=1)
_HEX: Final = frozenset("0123456789abcdef")
_SHA256_DIGITS: Final = 64
_MOMENTS: Final = "for example: 2025-08-01 (a day in UTC), or 2025-08-01T12:00:00Z"


@dataclass(frozen=True, slots=True)
class DistrustRule:
    """One entry.  Either :attr:`fingerprint`, or :attr:`issuer` and :attr:`serial`."""

    issuer: str | None = None
    """Issuer as :func:`normal_name` gives it."""
    serial: int | None = None
    """Serial number."""
    fingerprint: bytes | None = None
    """SHA-256 of the certificate, 32 bytes."""
    reason: str | None = None
    """Why, for people."""
    start: datetime | None = None
    """Only what was signed from then on; UTC."""
    end: datetime | None = None
    """Only what was signed up to then; UTC."""

    @property
    def span(self) -> str:
        """When it counts, for people; empty for ever."""
        parts = (("from", self.start), ("until", self.end))
        return " ".join(f"{word} {moment:%Y-%m-%d %H:%M}" for word, moment in parts if moment is not None)


def normal_name(rfc4514: str) -> str:
    """A distinguished name for comparison: letter case and runs of white space do not count."""
    return " ".join(rfc4514.casefold().split())


def parse_rules(data: bytes, name: str) -> tuple[DistrustRule, ...]:
    """Read the TOML form.

    Raises:
        ConfigurationError: not TOML, no entry, an unknown key, or a value that cannot be read.
    """
    import tomllib

    try:
        document = tomllib.loads(data.decode("utf-8-sig"))
    except ValueError as error:
        raise ConfigurationError(
            f"distrust list {name!r}: neither PEM nor TOML", hint=f"the TOML reader says: {error}"
        ) from None
    entries = document.pop("distrust", None)
    if document:
        raise ConfigurationError(f"distrust list {name!r}: unknown key {next(iter(document))!r}")
    if not isinstance(entries, list) or not entries:
        raise ConfigurationError(
            f"distrust list {name!r}: no entry found", hint="each entry starts with [[distrust]]"
        )
    return tuple(_rule(entry, f"distrust list {name!r}, entry {n}") for n, entry in enumerate(entries, 1))


def _rule(entry: object, where: str) -> DistrustRule:
    if not isinstance(entry, dict):
        raise ConfigurationError(f"{where}: is no table")
    if unknown := entry.keys() - _FIELDS:
        raise ConfigurationError(f"{where}: unknown key {min(unknown)!r}")
    if not all(isinstance(value, str) for key, value in entry.items() if key not in ("from", "until")):
        raise ConfigurationError(f"{where}: every value must be text in quotes")
    start = _moment(entry.get("from"), f"{where}: from", last=False)
    end = _moment(entry.get("until"), f"{where}: until", last=True)
    if start is not None and end is not None and end < start:
        raise ConfigurationError(f"{where}: until is before from, so it would never count")
    plain = DistrustRule(reason=entry.get("reason"), start=start, end=end)
    keys = entry.keys() - _BESIDE
    if keys == {"fingerprint"}:
        digits = _digits(entry["fingerprint"], where, "fingerprint")
        if len(digits) != _SHA256_DIGITS:
            raise ConfigurationError(f"{where}: fingerprint is not a SHA-256 of {_SHA256_DIGITS} digits")
        return replace(plain, fingerprint=bytes.fromhex(digits))
    if keys == {"issuer", "serial"}:
        serial = int(_digits(entry["serial"], where, "serial"), 16)
        return replace(plain, issuer=_issuer(entry["issuer"], where), serial=serial)
    raise ConfigurationError(f"{where}: needs issuer and serial, or fingerprint alone")


def _moment(value: object, where: str, *, last: bool) -> datetime | None:
    """A day or a moment, as TOML has them or as text; a day ends with its last microsecond."""
    if value is None:
        return None
    if isinstance(value, str):
        try:
            value = (
                datetime.fromisoformat(value)
                if "T" in value.upper() or " " in value
                else date.fromisoformat(value)
            )
        except ValueError:
            raise ConfigurationError(
                f"{where}: {value!r} is neither a day nor a moment", hint=_MOMENTS
            ) from None
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ConfigurationError(f"{where}: the moment has no time zone", hint=_MOMENTS)
        try:
            return value.astimezone(UTC)
        except OverflowError:
            raise ConfigurationError(f"{where}: the moment is out of range", hint=_MOMENTS) from None
    if isinstance(value, date):
        day = datetime(value.year, value.month, value.day, tzinfo=UTC)
        return day + _LAST if last else day
    raise ConfigurationError(f"{where}: is neither a day nor a moment", hint=_MOMENTS)


def _digits(value: str, where: str, field: str) -> str:
    digits = "".join(value.split()).replace(":", "").lower().removeprefix("0x")
    if not digits or not _HEX.issuperset(digits):
        raise ConfigurationError(f"{where}: {field} is not hexadecimal")
    return digits


def _issuer(value: str, where: str) -> str:
    import re

    from cryptography import x509

    # The reader wants attribute types in capitals and no space around the commas; people write both.
    tidy = re.sub(r"(^|(?<!\\)[,+])\s*([A-Za-z]+)\s*=\s*", lambda m: f"{m[1]}{m[2].upper()}=", value.strip())
    try:
        return normal_name(x509.Name.from_rfc4514_string(tidy).rfc4514_string())
    except ValueError:
        raise ConfigurationError(
            f"{where}: issuer is not a distinguished name", hint='write it like "CN=Some CA,O=Some Corp,C=US"'
        ) from None
