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
from provkit.carriers.source import Memory
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


# What readers of archives differ about


def with_bytes(data: bytes, at: int, more: bytes) -> bytes:
    """`more` put in at an offset, and every offset behind it put right, as an attacker would."""
    end = data.rfind(b"PK\5\6")
    start = int.from_bytes(data[end + 16 : end + 20], "little")
    changed = bytearray(data)
    pos = start
    while pos < end:
        offset = int.from_bytes(data[pos + 42 : pos + 46], "little")
        changed[pos + 42 : pos + 46] = (offset + len(more) * (offset >= at)).to_bytes(4, "little")
        pos += 46 + sum(int.from_bytes(data[pos + n : pos + n + 2], "little") for n in (28, 30, 32))
    changed[end + 16 : end + 20] = (start + len(more) * (start >= at)).to_bytes(4, "little")
    return bytes(changed[:at]) + more + bytes(changed[at:])


GHOST = made.archive(("ghost.txt", b"not in the directory"))
GHOST = GHOST[: GHOST.index(b"PK\1\2")]


def places(data: bytes) -> dict[str, int]:
    """Where something could stand that the directory does not name."""
    return {
        "before": 0,
        "between": data.index(b"PK\3\4", 4),
        "before the store": data.rindex(b"PK\3\4"),
        "before the folder": data.index(b"PK\3\4", data.index(b"PK\1\2")),
        "before the directory": int.from_bytes(data[-6:-2], "little"),
    }


@pytest.mark.parametrize(
    "place", ["before", "between", "before the folder", "before the store", "before the directory"]
)
@pytest.mark.parametrize("more", [GHOST, b"PK\3\4x", b"\0"])
def test_a_file_that_the_directory_does_not_name(place: str, more: bytes) -> None:
    data = signed()
    changed = with_bytes(data, places(data)[place], more)
    with zipfile.ZipFile(io.BytesIO(changed)) as archived:
        assert archived.testzip() is None
    try:
        found = archive.locate(changed)
    except MalformedError:
        assert not changed.startswith(b"PK")
        return
    assert found is not None
    assert any("stand between" in problem for problem in found.problems)
    assert state(changed) is State.INVALID


def test_what_stands_before_without_the_offsets_put_right_is_refused() -> None:
    data = signed()
    for changed in (GHOST + data, b"PK\3\4" + data, made.archive(OTHER) + data):
        with pytest.raises(MalformedError, match="looks like a manifest store"):
            archive.locate(changed)


def test_behind_the_directory() -> None:
    data = signed()
    comment = data[:-2] + b"\4\0said"
    assert state(comment) is State.INVALID  # of the hash: a comment is covered with the directory
    for changed in (data + b"x", data[:-2] + b"\4\0sai", data[:-2] + b"\1\0said"):
        found = archive.locate(changed)
        assert found is not None
        assert found.problems == ("bytes follow the archive",)
    with pytest.raises(MalformedError, match="before or behind"):
        archive.locate(data[:-22] + b"PK\6\6" + data[-22:])
    with pytest.raises(MalformedError, match="large kind"):
        archive.locate(data[:-22] + b"PK\6\7" + bytes(16) + data[-22:])
    with pytest.raises(MalformedError):
        archive.locate(data[:-2] + (22).to_bytes(2, "little") + data[-22:])


def test_a_comment_that_was_there_is_signed() -> None:
    out = io.BytesIO(made.document())
    with zipfile.ZipFile(out, "a") as archived:
        archived.comment = b"said"
    data = provkit.sign(out.getvalue(), provkit.Origin.human(), house()[0])
    assert state(data) is State.TRUSTED
    assert state(data[:-1] + b"D") is State.INVALID


@pytest.mark.parametrize(
    ("at", "value"),
    [(4, b"\1\0"), (6, b"\1\0"), (8, b"\2\0"), (8, b"\2\0\2\0"), (10, b"\xff\xff"), (12, b"\xff" * 4), (16, b"\xff" * 4)],
)  # fmt: skip
def test_an_odd_end_record_is_refused(at: int, value: bytes) -> None:
    data = made.archive(FILE)
    end = len(data) - 22 + at
    with pytest.raises(MalformedError, match="looks like a manifest store"):
        archive.locate(data[:end] + value + data[end + len(value) :])


@pytest.mark.parametrize("at", [20, 24, 42])
def test_the_large_kind_is_not_signed(at: int) -> None:
    data = made.document()
    pos = data.index(b"PK\1\2") + at
    data = data[:pos] + b"\xff" * 4 + data[pos + 4 :]
    assert archive.locate(data) is None
    with pytest.raises(UnsupportedError, match="ZIP64"):
        archive.check_signable(data)
    assert archive.kind(Memory(data)) == "application/zip"
    assert archive.members(data) is None
    assert state(data) is State.UNSIGNED


@pytest.mark.parametrize(
    ("local", "listed", "problem"),
    [
        ((6, 1), (8, 1), "encrypted"),
        ((6, 0), (8, 1), "encrypted"),
        ((6, 1), (8, 0), "not what the directory says"),
        ((7, 0x20), (9, 0), "not what the directory says"),
        ((6, 8), (8, 0), "not what the directory says"),
        ((8, 8), (10, 0), "not what the directory says"),
        ((14, 1), (12, 0), "not what the directory says"),
        ((18, 1), (12, 0), "not what the directory says"),
        ((22, 1), (12, 0), "not what the directory says"),
        ((30, 1), (12, 0), "no file where"),
        ((0, 1), (12, 0), "no file where"),
    ],
)
def test_headers_that_differ(local: tuple[int, int], listed: tuple[int, int], problem: str) -> None:
    for data in (made.archive(("a", b"x"), OTHER, FILE), made.archive(("a", b"x"), OTHER)):
        changed = bytearray(data)
        changed[31 + 1 + local[0]] ^= local[1]  # of the second file
        changed[data.index(b"PK\1\2", data.index(b"PK\1\2") + 4) + listed[0]] ^= listed[1]
        found = archive.locate(bytes(changed))
        if data.count(b"content_credential"):
            assert found is not None
            assert any(problem in one for one in found.problems)
        else:
            assert found is None
            with pytest.raises(UnsupportedError, match=problem):
                archive.check_signable(bytes(changed))


@pytest.mark.parametrize("name", ["../a", "/a", "a//b", "./a", "a\\b", "C:x"])
def test_names_that_lead_elsewhere_are_not_signed(name: str) -> None:
    with pytest.raises(UnsupportedError, match="odd name"):
        archive.check_signable(made.archive((name, b"x")))


def piped() -> bytes:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise io.UnsupportedOperation

    out = Pipe()
    with zipfile.ZipFile(out, "w") as archived:
        archived.writestr(zipfile.ZipInfo("a"), b"x" * 20)
    return out.getvalue()


def test_no_hash_covers_a_descriptor_so_it_says_what_the_directory_says() -> None:
    data = provkit.sign(piped(), provkit.Origin.human(), house()[0])
    assert state(data) is State.TRUSTED
    at = data.index(b"PK\7\x08")
    for offset in range(at, at + 16):
        for bit in (1, 0x80):
            changed = data[:offset] + bytes([data[offset] ^ bit]) + data[offset + 1 :]
            assert state(changed) is State.INVALID, offset


@pytest.mark.parametrize(
    ("local", "listed"),
    [
        ({7: 8}, {9: 8}),  # names in UTF-8, where there is nothing but ASCII
        ({6: 6}, {8: 6}),  # how hard it was compressed, which it was not
        ({10: 0, 12: 0}, {12: 0, 14: 0}),  # no date at all
        ({10: 255, 11: 255, 12: 255, 13: 255}, {12: 255, 13: 255, 14: 255, 15: 255}),
        ({4: 45}, {4: 63, 5: 3, 6: 45, 36: 1, 38: 32, 40: 0xA4, 41: 0x81}),  # as Unix tools write
    ],
)
def test_headers_as_others_write_them(local: dict[int, int], listed: dict[int, int]) -> None:
    data = bytearray(made.archive(("a", b"x")))
    at = data.index(b"PK\1\2")
    for base, values in ((0, local), (at, listed)):
        for offset, value in values.items():
            data[base + offset] = value
    assert state(provkit.sign(bytes(data), provkit.Origin.human(), house()[0])) is State.TRUSTED


def test_a_name_in_utf_8_that_is_not_marked() -> None:
    data = made.archive(("gr\u00fcn.txt", b"x"))
    at = data.index(b"PK\1\2")
    unmarked = data[:7] + b"\0" + data[8 : at + 9] + b"\0" + data[at + 10 :]
    signed_one = provkit.sign(unmarked, provkit.Origin.human(), house()[0])
    assert state(signed_one) is State.TRUSTED
    assert provkit.strip(signed_one) == data
    with pytest.raises(UnsupportedError, match="odd name"):
        archive.check_signable(unmarked.replace(b"\xc3\xbc", b"\x94\xe1"))
