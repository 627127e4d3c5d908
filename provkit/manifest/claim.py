"""The claim: what one manifest asserts and who answers for which part (C2PA 2.4 §10.2)."""

from __future__ import annotations

import binascii
from typing import Any, Final, NamedTuple

from provkit.errors import MalformedError
from provkit.manifest import cbor

HASHES: Final = {"sha256": 32, "sha384": 48, "sha512": 64}
"""Allowed hash algorithms and their digest lengths in bytes (§13.1)."""


class MissingFieldError(MalformedError):
    """The claim is CBOR but not a claim (``claim.malformed``)."""


class HashedUri(NamedTuple):
    """A JUMBF URI and the hash of what it names (§8.4.2)."""

    url: str
    hash: bytes
    alg: str | None

    @classmethod
    def read(cls, value: Any) -> HashedUri | None:
        """Read a hashed-URI map; None if ``value`` is not one.

        In JSON the hash is base64, or a list of numbers from older writers.
        """
        if not isinstance(value, cbor.MAPS):
            return None
        url, digest, alg = value.get("url"), value.get("hash"), value.get("alg")
        if not isinstance(digest, bytes):
            digest = _json_bytes(digest)
        if digest is None or not isinstance(url, str) or not (alg is None or isinstance(alg, str)):
            return None
        return cls(url, digest, alg)


def _json_bytes(value: Any) -> bytes | None:
    try:
        if isinstance(value, str):
            return binascii.a2b_base64(value, strict_mode=True)
        return bytes(value) if isinstance(value, list) else None
    except (ValueError, TypeError):
        return None


class Claim(NamedTuple):
    """A decoded claim of version 1 or 2."""

    version: int
    instance_id: str
    signature: str
    """JUMBF URI of the signature box."""
    created: tuple[HashedUri, ...]
    """Assertions attributed to the signer; all assertions of a version 1 claim."""
    gathered: tuple[HashedUri, ...]
    """Assertions the signer signs but does not stand behind (§10.2.2)."""
    alg: str | None
    title: str | None
    generator: str
    redacted: tuple[str, ...]
    fields: dict[str, Any]
    """The map as decoded, for display."""


def read(data: bytes, version: int, max_depth: int, *, strict: bool = True) -> Claim:
    """Decode a claim and check its required fields (§15.6.2).

    Args:
        data: the CBOR.
        version: of the claim, by its label.
        max_depth: nesting of arrays and maps.
        strict: in core deterministic form only (§10.1).

    Raises:
        MissingFieldError: a required field is absent or of the wrong type.
        MalformedError: the CBOR is not what :func:`.cbor.decode_claim` accepts, or no map.
    """
    if strict:
        return from_fields(cbor.decode_claim(data, max_depth=max_depth), version)
    fields = cbor.decode(data, max_depth=max_depth)
    if not isinstance(fields, dict):
        raise MalformedError("CBOR: the claim is not a map")
    return from_fields(fields, version)


def from_fields(fields: dict[str, Any], version: int) -> Claim:
    """A claim from its decoded map.

    Raises:
        MissingFieldError: a required field is absent or of the wrong type.
    """
    created = _uris(fields, "created_assertions" if version > 1 else "assertions", required=True)
    if not created:
        raise MissingFieldError("the claim lists no created assertion")
    return Claim(
        version=version,
        instance_id=_text(fields, "instanceID"),
        signature=_text(fields, "signature"),
        created=created,
        gathered=_uris(fields, "gathered_assertions", required=False) if version > 1 else (),
        alg=_optional_text(fields, "alg"),
        title=_optional_text(fields, "dc:title"),
        generator=_generator(fields, version),
        redacted=_redacted(fields),
        fields=fields,
    )


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise MissingFieldError(f"the claim has no {name}")
    return value


def _optional_text(fields: dict[str, Any], name: str) -> str | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise MissingFieldError(f"{name} of the claim is not text")
    return value


def _uris(fields: dict[str, Any], name: str, *, required: bool) -> tuple[HashedUri, ...]:
    value = fields.get(name)
    if value is None and not required:
        return ()
    if not isinstance(value, list):
        raise MissingFieldError(f"the claim has no list {name}")
    uris = []
    for entry in value:
        uri = HashedUri.read(entry)
        if uri is None or not isinstance(entry["hash"], bytes):
            raise MissingFieldError(f"an entry of {name} is not a hashed URI")
        uris.append(uri)
    if len({uri.url for uri in uris}) != len(uris):
        raise MissingFieldError(f"{name} lists an assertion twice")
    return tuple(uris)


def _generator(fields: dict[str, Any], version: int) -> str:
    if version == 1:
        return _text(fields, "claim_generator")
    info = fields.get("claim_generator_info")
    name = info.get("name") if isinstance(info, dict) else None
    if not isinstance(info, dict) or not isinstance(name, str) or not name:
        raise MissingFieldError("the claim has no claim_generator_info with a name")
    number = info.get("version")
    if not (number is None or isinstance(number, str)):
        raise MissingFieldError("the version in claim_generator_info is not text")
    return f"{name} {number}" if number else name


def _redacted(fields: dict[str, Any]) -> tuple[str, ...]:
    value = fields.get("redacted_assertions")
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise MissingFieldError("redacted_assertions of the claim is not a list of URIs")
    return tuple(value)
