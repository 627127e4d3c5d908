"""Laws of the PDF carrier."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING

import pypdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf.generic import read_object

from provkit import LimitError, Limits, MalformedError, ProvkitError
from provkit.carriers import pdf
from provkit.carriers.found import SIGNATURE
from provkit.carriers.pdf import syntax
from provkit.carriers.source import Memory
from provkit.limits import DEFAULT_LIMITS
from support import containers
from unit.carriers.pdf import making
from unit.carriers.pdf.making import BODY, Made

if TYPE_CHECKING:
    from collections.abc import Callable

MANY = settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
FEW = settings(MANY, max_examples=60)
HOSTS: dict[str, Callable[[], bytes]] = {
    "table": making.plain,
    "packed": making.packed,
    "hybrid": making.hybrid,
}
PIECES = st.one_of(
    st.sampled_from(
        [b"<<", b">>", b"[", b"]", b"(", b")", b"<", b">", b"/AF", b"/Names", b"/Kids", b"/Prev ", b"/Size ", b"/Length ",
         b"1 0 R", b"7 0 R", b"obj", b"endobj", b"stream\n", b"endstream", b"xref\n", b"trailer", b"startxref\n", b"%%EOF\n",
         b"%PDF-1.7", b"/C2PA_Manifest", b"null", b"\\", b"#", b"\0", b"\n", b"9999999999", b"-1", b"/Filter", b"/FlateDecode"]
    ),
    st.binary(max_size=12),
    st.integers(-5, 5000).map(lambda value: b"%d" % value),
)  # fmt: skip


@lru_cache(maxsize=8)
def embedded(name: str) -> bytes:
    return making.embed(HOSTS[name]())


def outcome(data: bytes) -> str:
    """What a reader is told; anything but a verdict or a ProvkitError is raised."""
    try:
        carried = pdf.read(Memory(data), DEFAULT_LIMITS)
    except ProvkitError as error:
        return f"error {error.kind}"
    if carried.problem is not None:
        return "problem"
    return "stores" if carried.stores else "unsigned"


@MANY
@given(st.lists(PIECES, max_size=30).map(b"".join), st.sampled_from(["alone", "header", "host"]))
def test_any_bytes(data: bytes, where: str) -> None:
    front = {"alone": b"", "header": b"%PDF-1.7\n", "host": making.plain()}[where]
    outcome(front + data)
    for call in (
        lambda: pdf.place(Memory(front + data), DEFAULT_LIMITS, moment=making.MOMENT),
        lambda: pdf.remove(Memory(front + data), DEFAULT_LIMITS),
    ):
        try:
            call()
        except ProvkitError as error:
            assert error.message  # noqa: PT017


@MANY
@given(st.data())
def test_changed_documents(data: st.DataObject) -> None:
    """Any change gives a verdict or an error; what is still found is hashed as another document."""
    name = data.draw(st.sampled_from(sorted(HOSTS)))
    whole = bytearray(embedded(name))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(0, len(whole) - 1)))
        match data.draw(st.integers(0, 3)):
            case 0 if whole:
                whole[at] ^= data.draw(st.integers(1, 255))
            case 1:
                del whole[at : at + data.draw(st.integers(1, 40))]
            case 2:
                whole[at:at] = data.draw(PIECES)
            case _:
                other = data.draw(st.integers(0, max(0, len(whole) - 1)))
                whole[at:at] = whole[other : other + data.draw(st.integers(1, 300))]
    changed = bytes(whole)
    if outcome(changed) == "stores":
        carried = pdf.read(Memory(changed), DEFAULT_LIMITS)
        original = pdf.read(Memory(embedded(name)), DEFAULT_LIMITS)
        start, length = original.start, original.length
        same = (carried.start, carried.length, carried.stores[-1]) == (start, length, original.stores[-1])
        if same and changed != embedded(name):
            assert making.digest(carried.binding, start, length) != making.digest(
                original.binding, start, length
            )


@pytest.mark.parametrize("name", HOSTS)
def test_no_single_byte_makes_it_unsigned(name: str) -> None:
    """One byte in the section that was appended, changed in three ways."""
    whole = embedded(name)
    carried = pdf.read(Memory(whole), DEFAULT_LIMITS)
    host = len(HOSTS[name]())
    wrong = []
    for at in range(host, len(whole)):
        if carried.start <= at < carried.start + carried.length and at >= carried.start:
            continue
        for flip in (1, 0x10, 0x80):
            changed = whole[:at] + bytes((whole[at] ^ flip,)) + whole[at + 1 :]
            if outcome(changed) == "unsigned" and SIGNATURE in changed:
                wrong.append((at, flip))
    assert wrong == []


@FEW
@given(
    st.sampled_from(sorted(HOSTS)),
    st.lists(st.integers(120, 5000), min_size=1, max_size=3),
    st.binary(max_size=20),
)
def test_remove_undoes_embed(name: str, sizes: list[int], tail: bytes) -> None:
    documents = [HOSTS[name]() + b"\n%" + tail.translate(None, b"\r\n") + b"\n"]
    for size in sizes:
        documents.append(making.embed(documents[-1], containers.store(size), resign=len(documents) > 1))
    stores = pdf.read(Memory(documents[-1]), DEFAULT_LIMITS).stores
    assert [len(store) for store in stores] == [len(containers.store(size)) for size in sizes]
    while len(documents) > 1:
        whole = documents.pop()
        assert making.remove(whole) == documents[-1]


values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**9), 10**9),
        st.binary(max_size=12),
        st.text("ABCxyz #()/", min_size=1, max_size=6).map(lambda name: ("name", name)),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.text("ABCDE", min_size=1, max_size=3), inner, max_size=4),
    ),
    max_leaves=10,
)


def spelled(value: object, draw: Callable[[list[bytes]], bytes]) -> bytes:
    """One of the ways to write a value."""
    match value:
        case None:
            return b"null"
        case bool():
            return b"true" if value else b"false"
        case int():
            return b"%d" % value
        case bytes():
            escaped = b"(" + b"".join(b"\\%03o" % byte for byte in value) + b")"
            return draw([escaped, syntax.hex_string(value)])
        case ("name", str(name)):
            return b"/" + b"".join(b"#%02x" % ord(one) if one in " #()/" else one.encode() for one in name)
        case list():
            return b"[" + b" ".join(spelled(one, draw) for one in value) + draw([b"]", b" ]", b"%x\n]"])
        case dict():
            pairs = (b"/%s %s" % (key.encode(), spelled(one, draw)) for key, one in value.items())
            return b"<<" + draw([b"", b" ", b"\n"]).join(pairs) + b">>"
        case _:
            raise AssertionError(value)


def back(item: syntax.Item) -> object:
    match item.value:
        case syntax.Name():
            return ("name", str(item.value))
        case tuple():
            return [back(one) for one in item.value]
        case syntax.Dict():
            return {key: back(one) for key, one in item.value.entries.items()}
        case _:
            return item.value


def without_null(value: object) -> object:
    match value:
        case dict():
            return {key: without_null(one) for key, one in value.items() if one is not None}
        case list():
            return [without_null(one) for one in value]
        case _:
            return value


@MANY
@given(values, st.data())
def test_values_round_trip(value: object, data: st.DataObject) -> None:
    written = spelled(value, lambda ways: data.draw(st.sampled_from(ways)))
    item = syntax.parse(written + b" ", 0)
    assert back(item) == without_null(value)
    assert (item.start, item.end) == (0, len(written))


@MANY
@given(st.lists(PIECES, max_size=12).map(b" ".join))
def test_what_pypdf_reads_otherwise(data: bytes) -> None:
    """Where both read a name, a number or a string, they read the same."""
    try:
        ours = syntax.parse(data + b" ", 0).value
    except MalformedError:
        return
    if isinstance(ours, syntax.Name) and not ours.isascii():
        return  # it guesses encodings
    if isinstance(ours, bool | int | syntax.Name) and not data.lstrip(b"\0\t\n\f\r ").startswith(b"%"):
        theirs: object = read_object(io.BytesIO(data.lstrip(b"\0\t\n\f\r ") + b" "), None)
        if isinstance(ours, syntax.Name):
            assert str(theirs) == "/" + ours
        else:
            assert theirs == ours


def large(pages: int) -> bytes:
    made = Made()
    kids = b" ".join(b"%d 0 R" % number for number in range(10, 10 + pages))
    leaf = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"
    body = {**BODY, 2: b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, pages)}
    return made.update({**body, **dict.fromkeys(range(10, 10 + pages), leaf)}).data


class Counting:
    """A source that says how much of it was read."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.size = len(data)
        self.asked = 0

    def read(self, start: int, length: int) -> bytes:
        found = self.data[start : start + length]
        self.asked += len(found)
        return found


def test_an_unsigned_document_is_hardly_read() -> None:
    data = making.plain(o6=b"<< /Length 9000000 >>\nstream\n%s\nendstream" % bytes(9_000_000))
    source = Counting(data)
    assert pdf.read(source, DEFAULT_LIMITS).stores == ()
    assert source.asked < 300_000


def test_a_document_is_hashed_once() -> None:
    data = making.plain(o6=b"<< /Length 9000000 >>\nstream\n%s\nendstream" % bytes(9_000_000))
    source = Counting(data)
    place = pdf.place(source, DEFAULT_LIMITS, moment=making.MOMENT)
    assert source.asked < 500_000
    for length in range(300, 320):
        place.digest(length)
    assert source.asked < len(data) + 500_000


def test_floods() -> None:
    """Much of one thing: an answer, and no stall."""
    updates = Made().update(BODY)
    for _ in range(900):
        updates.update({5: making.FONT})
    assert outcome(updates.data) == "unsigned"
    names = b" ".join(b"(%06d) 5 0 R" % at for at in range(30_000))
    flood = making.with_store(catalog=b"/AF [7 0 R] /Names << /EmbeddedFiles << /Names [%s] >> >>" % names)
    assert outcome(flood) in {"problem", "error limit"}
    assert outcome(making.with_store(catalog=b"/AF 9 0 R", o9=b"[" + b"7 0 R " * 60_000 + b"]")) == "problem"
    assert outcome(making.with_store(catalog=b"/AF [" + b"7 0 R " * 60_000 + b"]")) == "error limit"
    assert outcome(making.plain(o1=b"<< /AF " * 500_000)) in {"error malformed", "error limit", "unsigned"}
    assert outcome(b"%PDF-1.7\n" + b"(" * 5_000_000) == "error malformed"
    assert outcome(b"%PDF-1.7\n" + b"startxref\n9\n%%EOF\n" * 400_000) == "error malformed"
    signed = making.embed(large(5_000))
    assert outcome(signed) == "stores"
    with pytest.raises(LimitError):
        pdf.read(Memory(making.with_store(catalog=b"/AF [7 0 R]", o3=making.PAGE)), Limits(container_parts=1))
    assert len(pypdf.PdfReader(io.BytesIO(signed)).pages) == 5_000


def test_cutting_never_makes_a_signed_document_unsigned() -> None:
    """Nor does junk behind the cut."""
    for name, host in sorted((name, make()) for name, make in HOSTS.items()):
        whole = embedded(name)
        for end in range(len(host) + len(b"\n1 0 obj\n"), len(whole) - 1, 3):
            for junk in (b"", b"\n", b"junk\n", b"\0" * 700):
                assert outcome(whole[:end] + junk) != "unsigned", (name, end - len(host), junk)
