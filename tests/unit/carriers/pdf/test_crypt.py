"""Encrypted documents: keys as other programs derive them, and strings they can decrypt."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Any

import pypdf
import pytest

from provkit import MalformedError, UnsupportedError
from provkit.carriers import pdf
from provkit.carriers.carried import Carried
from provkit.carriers.pdf import crypt, syntax
from provkit.carriers.pdf.document import open_document
from provkit.carriers.pdf.syntax import Dict
from provkit.carriers.source import Memory
from provkit.codes import StatusCode
from provkit.limits import DEFAULT_LIMITS
from unit.carriers.pdf import making
from unit.carriers.pdf.making import BODY, STORE, catalog, embed

ALGORITHMS = ("AES-128", "AES-256", "AES-256-R5")
OLD = ("RC4-40", "RC4-128")
CATALOG = b"<< /Type /Catalog /Pages 2 0 R /Lang (de-DE) >>"


@lru_cache(maxsize=32)
def encrypted(algorithm: str, user: str = "", owner: str = "owner") -> bytes:
    """Written by pypdf."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(making.plain(o1=CATALOG)))
    writer.generate_file_identifiers()
    writer.encrypt(user, owner, algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def attachment(signed: bytes, password: str = "") -> Any:
    root = catalog(signed, password)
    (specification,) = (one.get_object() for one in root["/AF"])
    assert root["/Names"]["/EmbeddedFiles"]["/Names"][0] == "content_credential.c2pa"
    assert root["/Lang"] == "de-DE"
    assert specification["/UF"] == "content_credential.c2pa"
    return specification["/EF"]["/F"].get_object()


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_signed_and_still_encrypted(algorithm: str) -> None:
    data = encrypted(algorithm)
    assert making.read(data) == Carried()
    signed = embed(data)
    assert signed.startswith(data)
    assert making.read(signed).stores == (STORE,)
    assert making.remove(signed) == data
    stream = attachment(signed)
    assert stream["/Filter"] == "/Crypt"
    assert stream["/Params"]["/ModDate"].startswith("D:")
    appended = signed[len(data) :]
    assert b"/Encrypt" in appended
    assert b"content_credential" not in appended
    assert b"(D:" not in appended
    assert "Signed or not" in pypdf.PdfReader(io.BytesIO(signed)).pages[0].extract_text()
    assert embed(data) == signed


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("password", ["usér", "öwner"])
def test_with_a_password(algorithm: str, password: str) -> None:
    data = encrypted(algorithm, "usér", "öwner")
    with pytest.raises(UnsupportedError, match="password only") as caught:
        embed(data)
    assert caught.value.hint == "give the password: --password"
    with pytest.raises(UnsupportedError, match="does not open"):
        embed(data, password="other")
    signed = embed(data, password=password)
    assert making.read(signed, password=password).stores == (STORE,)
    assert making.read(signed).stores == (STORE,)
    assert making.remove(signed, password=password) == data
    attachment(signed, password)


def test_the_signer_is_told_that_few_can_read_it() -> None:
    def warned(data: bytes, password: str) -> bool:
        place = pdf.place(Memory(data), DEFAULT_LIMITS, moment=making.MOMENT, password=password)
        return any(warning.startswith("password: ") for warning in place.warnings)

    assert warned(encrypted("AES-256", "user"), "user")
    assert not warned(encrypted("AES-256"), "owner")


@pytest.mark.parametrize("algorithm", OLD)
def test_rc4_is_refused(algorithm: str) -> None:
    data = encrypted(algorithm)
    assert making.read(data) == Carried()
    with pytest.raises(UnsupportedError, match="RC4") as caught:
        embed(data)
    assert "sidecar" in str(caught.value.hint)


def handler(data: bytes) -> crypt.Handler:
    found = open_document(Memory(data), DEFAULT_LIMITS).encryption
    assert found is not None
    return found


@pytest.mark.parametrize("algorithm", [*ALGORITHMS, *OLD])
def test_keys(algorithm: str) -> None:
    found = handler(encrypted(algorithm, "user", "owner"))
    keys = {crypt.unlock(found, password).key for password in ("user", "owner")}
    assert len(keys) == 1
    for wrong in (None, "", "User"):
        with pytest.raises(crypt.LockedError):
            crypt.unlock(found, wrong)
    assert not crypt.opens_freely(found)
    assert crypt.opens_freely(handler(encrypted(algorithm)))


@pytest.mark.parametrize("algorithm", [*ALGORITHMS, *OLD])
@pytest.mark.parametrize("value", [b"", b"x", b"sixteen bytes...", b"more than sixteen bytes"])
def test_strings_round_trip(algorithm: str, value: bytes) -> None:
    cipher = crypt.unlock(handler(encrypted(algorithm)), None)
    spelled = cipher.encrypt_string(value, 12, 3)
    assert cipher.decrypt_string(spelled, 12, 3) == value
    assert cipher.encrypt_string(value, 12, 3) == spelled
    if algorithm in ALGORITHMS:
        assert len(value) < 4 or value not in spelled
        for damaged in (spelled[:-1], spelled[:16]):
            with pytest.raises(MalformedError):
                cipher.decrypt_string(damaged, 12, 3)


def test_a_catalog_in_an_encrypted_object_stream() -> None:
    """Its strings were in the clear inside; written on their own they are encrypted."""
    data = packed_and_encrypted()
    assert making.read(data) == Carried()
    signed = embed(data)
    assert making.read(signed).stores == (STORE,)
    assert b"de-DE" not in signed
    assert making.remove(signed) == data
    attachment(signed)


def packed_and_encrypted(password: str | None = None, content: bytes = b"") -> bytes:
    """A document of AES-256 whose catalog is in an object stream, made of the parts of one of pypdf."""
    source = encrypted("AES-256", password or "")
    reader = pypdf.PdfReader(io.BytesIO(source))
    dictionary: Any = reader.trailer["/Encrypt"]
    entries = b" ".join(
        b"/%s <%s>" % (key[1:].encode(), dictionary[key].original_bytes.hex().encode())
        for key in ("/O", "/U", "/OE", "/UE", "/Perms")
    )
    spelled = (
        b"<< /Filter /Standard /V 5 /R 6 /Length 256 /P %d %s /StmF /StdCF /StrF /StdCF"
        b" /CF << /StdCF << /CFM /AESV3 /Length 32 /AuthEvent /DocOpen >> >> >>" % (dictionary["/P"], entries)
    )
    cipher = crypt.unlock(handler(source), password)
    made = making.Made()
    made._put(4, b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    made._put(6, spelled)
    texts = {1: CATALOG, 2: BODY[2], 3: BODY[3], 5: BODY[5]}
    places, body = [], b""
    for number, text in texts.items():
        places.append(b"%d %d" % (number, len(body)))
        body += text + b" "
    directory = b" ".join(places) + b" "
    # A stream is encrypted as a string is.
    packed = cipher.encrypt_string(directory + body, 7, 0)
    made._put(7, b"<< /Type /ObjStm /N 4 /First %d /Length %d >>\nstream\n%s\nendstream" % (len(directory), len(packed), packed))  # fmt: skip
    rows = {number: (2, 7, at) for at, number in enumerate(texts)}
    rows |= {number: (1, made.offsets[number], 0) for number in (4, 6, 7)}
    made.previous = made.rows(rows, extra=b"/Encrypt 6 0 R /ID [<00> <00>]")
    made.data += b"startxref\n%d\n%%%%EOF\n" % made.previous
    return made.data


def test_a_locked_catalog() -> None:
    """A store would stand there in the clear: where there is none, the document is unsigned."""
    data = packed_and_encrypted("user")
    carried = making.read(data)
    assert (carried.stores, carried.problem) == ((), None)
    assert carried.warnings[0].startswith("encrypted: ")
    assert making.read(data, password="user") == Carried()
    with pytest.raises(UnsupportedError, match="password"):
        making.read(packed_and_encrypted("user", STORE))
    signed = embed(data, password="user")
    assert making.read(signed, password="user").stores == (STORE,)
    assert making.read(signed).stores == (STORE,)


def test_a_store_that_is_not_marked_as_in_the_clear() -> None:
    data = encrypted("AES-256")
    signed = embed(data)
    at = signed.index(b"/Filter /Crypt", len(data))
    end = signed.index(b"/Params", at)
    unmarked = signed[:at] + b" " * (end - at) + signed[end:]
    problem = making.read(unmarked).problem
    assert problem is not None
    assert problem.code is StatusCode.MANIFEST_INACCESSIBLE


ENTRIES = b"/Filter /Standard /V 4 /R 4 /O <%s> /U <%s> /P -4" % (b"00" * 32, b"00" * 32)


def read_handler(entries: bytes) -> crypt.Handler:
    value = syntax.parse(b"<< %s >>" % entries, 0).value
    assert isinstance(value, Dict)
    return crypt.read_handler(value, b"")


def test_handlers() -> None:
    assert read_handler(ENTRIES).streams == "Identity"
    aes = read_handler(ENTRIES + b" /CF << /A << /CFM /AESV2 >> /B << /CFM /None >> >> /StmF /A /StrF /B")
    assert (aes.streams, aes.strings, aes.files) == ("AESV2", "Identity", "AESV2")
    cipher = crypt.Cipher(aes, bytes(16))
    assert cipher.encrypt_string(b"x", 1, 0) == b"x" == cipher.decrypt_string(b"x", 1, 0)
    assert read_handler(ENTRIES.replace(b"/V 4 /R 4", b"/V 2 /R 3 /Length 128")).old


@pytest.mark.parametrize(
    "entries",
    [
        ENTRIES.replace(b"Standard", b"Other"),
        ENTRIES.replace(b"/V 4", b"/V 3"),
        ENTRIES.replace(b"/R 4", b"/R 7"),
        ENTRIES.replace(b"/R 4", b"/R (x)"),
        ENTRIES.replace(b"/V 4", b"/V 5"),
        ENTRIES.replace(b"00" * 32, b"00" * 31),
        ENTRIES + b" /StmF /Missing",
        ENTRIES + b" /CF << /A << /CFM /Other >> >> /StmF /A",
        ENTRIES.replace(b"/V 4 /R 4", b"/V 2 /R 3 /Length 8"),
    ],
)
def test_unknown_handlers(entries: bytes) -> None:
    with pytest.raises((UnsupportedError, MalformedError)):
        read_handler(entries)
