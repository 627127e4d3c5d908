"""Reading a time-stamp token: RFC 3161 in CMS (RFC 5652), taken apart and not believed yet.

A token lies in the part of a signature that nothing signs, so every part of it that its own
signature does not cover has to have one spelling: DER throughout, versions and identifiers that say
the same thing twice agree, and no lists that a reader would skip.  The order of the certificates is
left as it is; common authorities do not sort them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from asn1crypto import cms, core, tsp

from provkit.errors import LimitError, MalformedError
from provkit.trust.asn1_errors import ASN1_ERRORS

if TYPE_CHECKING:
    from datetime import datetime

    from provkit.limits import Limits

HASHES: Final = frozenset({"sha256", "sha384", "sha512"})
"""Allowed hash algorithms (C2PA 2.4 §13.1), as asn1crypto and hashlib name them."""

_NULL: Final = b"\x05\x00"
_GRANTED: Final = core.Integer(0).dump()
_GENERALIZED: Final = re.compile(rb"[0-9]{14}(?:\.[0-9]{1,6})?Z")
_MAX_ELEMENTS: Final = 20_000
_MAX_DEPTH: Final = 32
_RSA: Final = {"sha256_rsa": "sha256", "sha384_rsa": "sha384", "sha512_rsa": "sha512"}
_ECDSA: Final = {"sha256_ecdsa": "sha256", "sha384_ecdsa": "sha384", "sha512_ecdsa": "sha512"}


class Scheme(NamedTuple):
    """How a token is signed."""

    kind: Literal["pkcs1", "pss", "ecdsa", "ed25519"]
    hash: str
    """Name for hashlib; of no meaning for Ed25519."""
    salt: int = 0
    """Length of the PSS salt, bytes."""


@dataclass(frozen=True, slots=True)
class Token:
    """A time-stamp token as it says it is.  Nothing in it has been checked against anything else."""

    moment: datetime
    """``genTime``, UTC."""
    imprint_algorithm: str
    imprint: bytes
    """Hash of what was stamped."""
    certificates: tuple[bytes, ...]
    """DER; that of the authority first."""
    info: bytes
    """TSTInfo, DER."""
    digest_algorithm: str
    digest: bytes
    """Signed attribute: the hash :attr:`info` should have."""
    bindings: tuple[tuple[str, bytes], ...]
    """Signed attributes: hashes that the authority's certificate should have (RFC 5035)."""
    signed: bytes
    """The signed attributes, as they are signed."""
    scheme: Scheme
    signature: bytes


def read(data: bytes, limits: Limits) -> Token:
    """Take a token apart: a bare TimeStampToken, or the TimeStampResp it came in.

    Raises:
        MalformedError: anything else, also a second spelling of the same.
        LimitError: larger, or with more certificates, than `limits` allows.
    """
    if len(data) > limits.certificates * limits.certificate_bytes:
        raise LimitError(f"a time stamp of {len(data)} bytes")
    if not is_der(data):
        raise MalformedError("it is not DER")
    try:
        return _read(data, limits)
    except ASN1_ERRORS:
        raise MalformedError("it is not a time-stamp token (RFC 3161)") from None


def bare(data: bytes, limits: Limits) -> bytes:
    """A token without the response it may have come in, which is how ``sigTst2`` wants it (§10.3.2.5).

    Raises:
        MalformedError, LimitError: as :func:`read`.
    """
    read(data, limits)
    return bytes(_content(data).dump())


def is_der(data: bytes) -> bool:
    """Whether `data` is one element whose structure, as far as tags show it, is DER (X.690 §10, §11).

    The order of sets is left out.
    """
    waiting = [(0, len(data), 0)]
    count = 0
    while waiting:
        at, end, depth = waiting.pop()
        while at < end:
            count += 1
            element = _element(data, at, end)
            if element is None or count > _MAX_ELEMENTS or depth > _MAX_DEPTH:
                return False
            start, stop = element
            if data[at] & 0x20:
                waiting.append((start, stop, depth + 1))
            elif not _is_plain(data[at], data[start:stop]):
                return False
            if depth == 0 and stop != end:
                return False  # something follows
            at = stop
    return count > 0


def _element(data: bytes, at: int, end: int) -> tuple[int, int] | None:
    """Where the value of an element starts and stops; None if its head is not DER."""
    tag = data[at]
    # Tags of several bytes do not occur; sequences and sets, and no other universal type, are constructed.
    if tag & 0x1F == 0x1F or (tag < 0x40 and (tag & 0x20 == 0x20) != (tag & 0x1F in (0x10, 0x11))):
        return None
    if at + 2 > end:
        return None
    length, start = data[at + 1], at + 2
    if length >= 0x80:
        size = length & 0x7F
        start += size
        length = int.from_bytes(data[at + 2 : start], "big")
        if not 0 < size <= 4 or start > end or length < 0x80 or length >> (8 * (size - 1)) == 0:
            return None
    return (start, start + length) if start + length <= end else None


def _is_plain(tag: int, value: bytes) -> bool:
    """Whether a primitive value is in its one form, for the types that have several."""
    match tag:
        case 0x01:
            return value in (b"\x00", b"\xff")
        case 0x02:
            return len(value) == 1 or (
                len(value) > 1 and not (value[0] in (0, 0xFF) and (value[0] ^ value[1]) < 0x80)
            )
        case 0x03:
            unused = value[0] if value else 8
            return unused == 0 or (unused < 8 and len(value) > 1 and not value[-1] & ((1 << unused) - 1))
        case 0x05:
            return not value
        case 0x06:
            starts = [True, *(byte < 0x80 for byte in value[:-1])]
            return (
                bool(value)
                and value[-1] < 0x80
                and not any(first and byte == 0x80 for first, byte in zip(starts, value, strict=True))
            )
        case 0x00:
            return False
        case _:
            return True


def _read(data: bytes, limits: Limits) -> Token:
    content = _content(data)
    signed = content["content"]
    if signed["version"].native != "v3" or len(signed["signer_infos"]) != 1:
        raise MalformedError("it is not signed by one authority in the form of RFC 3161")
    if _stands(signed["crls"]) or signed["encap_content_info"]["content_type"].native != "tst_info":
        raise MalformedError("it holds something else than a time stamp and certificates")
    signer = signed["signer_infos"][0]
    if _stands(signer["unsigned_attrs"]):
        raise MalformedError("it holds attributes that nobody signs")
    digest_algorithm = _hash(signer["digest_algorithm"])
    if [_hash(one) for one in signed["digest_algorithms"]] != [digest_algorithm]:
        raise MalformedError("it names two hash algorithms for one signature")
    info = bytes(signed["encap_content_info"]["content"])
    stated = tsp.TSTInfo.load(info, strict=True)
    imprint = stated["message_imprint"]
    digest, bindings = _attributes(signer["signed_attrs"])
    return Token(
        moment=_moment(stated),
        imprint_algorithm=_hash(imprint["hash_algorithm"]),
        imprint=imprint["hashed_message"].native,
        certificates=_certificates(signed, signer, limits),
        info=info,
        digest_algorithm=digest_algorithm,
        digest=digest,
        bindings=bindings,
        signed=signer["signed_attrs"].untag().dump(),
        scheme=_scheme(signer["signature_algorithm"], digest_algorithm),
        signature=signer["signature"].native,
    )


def _stands(optional: Any) -> bool:
    """Whether an optional part is there at all: an empty one says nothing, and nothing signs that it is there."""
    return not isinstance(optional, core.Void)


def _content(data: bytes) -> Any:
    """The ContentInfo, out of its response if it is in one."""
    start = 2 + (data[1] & 0x7F if data[1] & 0x80 else 0)
    if data[start] == 0x06:
        content = cms.ContentInfo.load(data, strict=True)
    else:
        response = tsp.TimeStampResp.load(data, strict=True)
        # Nothing signs the status, so it has one spelling: granted, and no words with it.
        if response["status"].contents != _GRANTED:
            raise MalformedError("the response around it does not plainly say 'granted'")
        content = response["time_stamp_token"]
    if content["content_type"].native != "signed_data":
        raise MalformedError("it is not signed data")
    return content


def _moment(stated: Any) -> datetime:
    if stated["version"].native != "v1" or any(one["critical"].native for one in stated["extensions"]):
        raise MalformedError("it is of a later version, or has an extension that must be understood")
    if not _GENERALIZED.fullmatch(stated["gen_time"].contents):
        raise MalformedError("its time is not in the form of RFC 3161")
    moment: datetime = stated["gen_time"].native
    return moment


def _hash(algorithm: Any) -> str:
    name: str = algorithm["algorithm"].native
    if name not in HASHES:
        raise MalformedError("it uses a hash algorithm that is not allowed")
    if algorithm["parameters"].dump() not in (b"", _NULL):
        raise MalformedError("its hash algorithm has parameters")
    return name


def _attributes(attributes: Any) -> tuple[bytes, tuple[tuple[str, bytes], ...]]:
    """The digest and the certificate that the signed attributes name (RFC 3161 §2.4.2, RFC 5035)."""
    found: dict[str, Any] = {}
    for attribute in attributes:
        kind = attribute["type"].native
        if kind in found or len(attribute["values"]) != 1:
            raise MalformedError("a signed attribute stands there twice")
        found[kind] = attribute["values"][0]
    if found["content_type"].native != "tst_info":
        raise MalformedError("its signature is over something else than a time stamp")
    bindings: list[tuple[str, bytes]] = []
    if "signing_certificate" in found:
        bindings.append(("sha1", found["signing_certificate"]["certs"][0]["cert_hash"].native))
    if "signing_certificate_v2" in found:
        first = found["signing_certificate_v2"]["certs"][0]
        bindings.append((_hash(first["hash_algorithm"]), first["cert_hash"].native))
    if not bindings:
        raise MalformedError("its signature does not say which certificate it is for")
    return found["message_digest"].native, tuple(bindings)


def _certificates(signed: Any, signer: Any, limits: Limits) -> tuple[bytes, ...]:
    if len(signed["certificates"]) > limits.certificates:
        raise LimitError(f"more than {limits.certificates} certificates in a time stamp")
    if any(choice.name != "certificate" for choice in signed["certificates"]):
        raise MalformedError("it holds certificates of another kind")
    # DER allows to leave out bits that are zero, and those who check signatures do not look.
    if any(choice.chosen["signature_value"].contents[:1] != b"\0" for choice in signed["certificates"]):
        raise MalformedError("it holds a certificate whose signature ends within a byte")
    own: list[bytes] = []
    others: list[bytes] = []
    for choice in signed["certificates"]:
        (own if _is_named(choice.chosen, signer) else others).append(choice.chosen.dump())
    everything = (*own, *others)
    if len(own) != 1 or len(set(everything)) != len(everything):
        raise MalformedError("it does not hold the certificate of the authority, once")
    return everything


def _is_named(certificate: Any, signer: Any) -> bool:
    identifier = signer["sid"]
    if identifier.name == "issuer_and_serial_number":
        named = identifier.chosen
        return bool(
            signer["version"].native == "v1"
            and certificate["tbs_certificate"]["serial_number"].dump() == named["serial_number"].dump()
            and certificate.issuer.dump() == named["issuer"].dump()
        )
    return bool(signer["version"].native == "v3" and certificate.key_identifier == identifier.chosen.native)


def _scheme(algorithm: Any, digest: str) -> Scheme:
    name = algorithm["algorithm"].native
    parameters = algorithm["parameters"]
    if name == "rsassa_pss":
        hashed = _hash(parameters["hash_algorithm"])
        generator = parameters["mask_gen_algorithm"]
        if (
            generator["algorithm"].native != "mgf1"
            or _hash(generator["parameters"]) != hashed
            or parameters["trailer_field"].native != "trailer_field_bc"
        ):
            raise MalformedError("its PSS parameters are not those in use")
        return Scheme("pss", hashed, parameters["salt_length"].native)
    if name == "rsassa_pkcs1v15" or name in _RSA:
        # Named without a hash it is the one of the digest (RFC 3370 §3.2), and no other if with one.
        if _RSA.get(name, digest) != digest or parameters.dump() not in (b"", _NULL):
            raise MalformedError("its signature algorithm does not fit its hash algorithm")
        return Scheme("pkcs1", digest)
    if parameters.dump():
        raise MalformedError("its signature algorithm has parameters")
    if name in _ECDSA:
        return Scheme("ecdsa", _ECDSA[name])
    if name == "ed25519":
        return Scheme("ed25519", digest)
    raise MalformedError("it is signed by an algorithm that is not allowed")
