"""ZIP: a file in the archive."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from functools import lru_cache

import pytest

import provkit
from provkit import LimitError, Limits, MalformedError, State, TrustStore, UnsupportedError, media
from provkit.carriers import zip as archive
from provkit.signers.base import Signer
from provkit.signers.development import make_development_identity
from support import containers as made

STORE = made.store()
FILE = (made.CREDENTIAL, STORE)
OTHER = ("mimetype", b"application/epub+zip")


def test_range_is_the_data_of_the_file() -> None:
    data = made.archive(OTHER, FILE)
    assert archive.locate(data) == (STORE, ((data.index(STORE), len(STORE)),), ())


def test_none() -> None:
    assert archive.locate(made.archive(OTHER)) is None
    assert archive.locate(made.archive()) is None


def test_wrong_crc_is_a_problem() -> None:
    data = made.archive(FILE)
    pos = data.index(b"PK\1\2") + 16
    found = archive.locate(data[:pos] + b"\1\2\3\4" + data[pos + 4 :])
    assert found is not None
    assert "CRC" in found.problems[0]


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda: b"", "not a ZIP"),
        (lambda: made.archive(OTHER)[:-30], "cut off"),
        (lambda: made.archive(FILE, FILE), "more than one"),
        (lambda: made.archive(FILE, method=zipfile.ZIP_DEFLATED), "compressed"),
        (lambda: made.archive((made.CREDENTIAL, b"nothing")), "something else"),
        (lambda: made.archive(FILE).replace(b"PK\1\2", b"PK\1\3"), "damaged"),
        (lambda: made.archive(FILE)[:1] + b"x" + made.archive(FILE)[1:], "not a ZIP"),
        (lambda: made.archive(FILE).replace(b"META", b"METB", 1), "no manifest store where"),
    ],
)
def test_malformed(make: object, word: str) -> None:
    assert callable(make)
    with pytest.raises(MalformedError, match=word):
        archive.locate(make())


def test_limits() -> None:
    with pytest.raises(LimitError, match="parts"):
        archive.locate(made.archive(*[(str(n), b"") for n in range(20)]), Limits(container_parts=10))
    with pytest.raises(LimitError, match="store"):
        archive.locate(made.archive(FILE), Limits(store_bytes=100))


OFFICE = "application/vnd.openxmlformats-officedocument."
OPEN = "application/vnd.oasis.opendocument."


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize(
    ("part", "media_type"),
    [
        ("word/document.xml", f"{OFFICE}wordprocessingml.document"),
        ("xl/workbook.xml", f"{OFFICE}spreadsheetml.sheet"),
        ("ppt/presentation.xml", f"{OFFICE}presentationml.presentation"),
        ("other.xml", "application/zip"),
    ],
)
def test_office_is_told_by_its_main_part(part: str, media_type: str, method: int) -> None:
    assert media.sniff(made.document(part, method)) == media_type


@pytest.mark.parametrize(
    "media_type", ["application/epub+zip", f"{OPEN}text", f"{OPEN}spreadsheet", f"{OPEN}presentation"]
)
def test_books_and_open_documents_name_their_type(media_type: str) -> None:
    assert media.sniff(made.book(media_type)) == media_type
    assert media.sniff(made.archive(("a", b"x"), ("mimetype", media_type.encode()))) == "application/zip"


def test_an_odd_type_is_an_archive() -> None:
    assert media.sniff(made.book("application/x-evil")) == "application/zip"
    assert media.sniff(made.book("text/plain")) == "application/zip"


# What no hash covers


@lru_cache(maxsize=1)
def house() -> tuple[Signer, TrustStore]:
    identity = make_development_identity(now=datetime.now(UTC))
    signer = Signer.from_pem(identity.chain_pem, identity.key_pem)
    return signer, TrustStore.empty().with_anchors(identity.root_pem, name="house")


@lru_cache(maxsize=4)
def signed(kind: str = "docx") -> bytes:
    return provkit.sign(made.PLAIN[kind][1](), provkit.Origin.human(), house()[0])


def state(data: bytes) -> State:
    return provkit.verify(data, trust=house()[1]).state


@pytest.mark.parametrize("kind", ["docx", "epub"])
def test_signed_stripped_and_signed_again(kind: str) -> None:
    data = signed(kind)
    assert state(data) is State.TRUSTED
    with zipfile.ZipFile(io.BytesIO(data)) as archived:
        assert archived.testzip() is None
    assert provkit.strip(data) == made.PLAIN[kind][1]()
    again = provkit.sign(data, provkit.Origin.ai_assisted(model="a/b"), house()[0], resign=True)
    verdict = provkit.verify(again, trust=house()[1])
    assert (verdict.state, [one.relationship for one in verdict.ingredients]) == (State.TRUSTED, ["parentOf"])
    assert again.count(b"jumdc2pa") == 1
    assert provkit.strip(again) == made.PLAIN[kind][1]()


@pytest.mark.parametrize("make", [made.document, made.book])
def test_compressed_is_refused_with_the_way_out_and_is_unsigned(make: object) -> None:
    assert callable(make)
    data = make(method=zipfile.ZIP_DEFLATED)
    assert state(data) is State.UNSIGNED
    with pytest.raises(UnsupportedError, match="is compressed") as error:
        provkit.sign(data, provkit.Origin.human(), house()[0])
    assert "zip -X -0" in (error.value.hint or "")
    with pytest.raises(UnsupportedError, match="without files"):
        provkit.sign(made.archive(), provkit.Origin.human(), house()[0])


def moved(data: bytes, at: int, more: bytes) -> bytes:
    """`more` put in before the directory, which then starts later."""
    end = data.rfind(b"PK\5\6")
    start = int.from_bytes(data[end + 16 : end + 20], "little")
    place = min(at, start)
    tail = data[place : end + 16] + (start + len(more)).to_bytes(4, "little") + data[end + 20 :]
    return data[:place] + more + tail


def test_nothing_stands_between_files() -> None:
    data = signed()
    found = archive.locate(moved(data, len(data), b"hidden"))
    assert found is not None
    assert found.problems == ("bytes stand between the files of the archive and its directory",)
    assert state(moved(data, len(data), b"hidden")) is State.INVALID
    old = data.index(b"PK\1\2")
    for changed in (data[: old + 20] + b"X" + data[old + 21 :], data + b"x"):
        found = archive.locate(changed)
        assert found is not None
        assert len(found.problems) == 1
        assert state(changed) is State.INVALID


def test_header_of_the_store_is_that_of_the_directory() -> None:
    data = signed()
    header = data.index(b"PK\3\4", data.index(b"PK\1\2"))
    for start in (header, data.index(b"PK\3\4", header + 4)):
        for offset in range(4, 26):
            pos = start + offset
            assert state(data[:pos] + bytes([data[pos] ^ 1]) + data[pos + 1 :]) is State.INVALID, offset


def test_a_store_that_the_directory_does_not_name_is_never_unsigned() -> None:
    data = signed()
    place = data.rindex(b"content_credential")
    with pytest.raises(MalformedError, match="does not name it"):
        archive.locate(data[:place] + b"C" + data[place + 1 :])


def test_a_signed_file_inside_says_nothing_of_the_archive() -> None:
    assert state(made.archive(("in.docx", signed()), ("b", b"x"))) is State.UNSIGNED


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name() -> None:
    found = archive.locate(made.archive(OTHER, OTHER, FILE))
    assert found is not None
    assert found.problems == ("two files of the archive have one name",)


def test_files_with_extra_fields_and_late_sizes() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise io.UnsupportedOperation

    out = Pipe()
    with zipfile.ZipFile(out, "w") as archived:
        info = zipfile.ZipInfo("größe.txt")
        info.extra = b"UT\5\0\3abcd"
        info.comment = b"said"
        archived.writestr(info, "x")
    data = provkit.sign(out.getvalue(), provkit.Origin.human(), house()[0])
    assert state(data) is State.TRUSTED
    with zipfile.ZipFile(io.BytesIO(data)) as archived:
        assert archived.read("größe.txt") == b"x"
