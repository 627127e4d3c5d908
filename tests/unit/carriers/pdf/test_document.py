"""Documents of every structure open; what readers would read differently does not."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import pytest

from provkit import LimitError, Limits, MalformedError
from provkit.carriers.carried import Carried
from provkit.carriers.pdf import attachments, document, objects, reading, syntax
from provkit.carriers.pdf.document import Document, open_document
from provkit.carriers.pdf.syntax import Ref
from provkit.carriers.source import Memory
from provkit.limits import DEFAULT_LIMITS
from unit.carriers.pdf import making
from unit.carriers.pdf.making import BODY, Made

if TYPE_CHECKING:
    from collections.abc import Iterable


def opened(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Document:
    return open_document(Memory(data), limits)


STRUCTURES = {"table": making.plain(), "stream": making.packed(), "hybrid": making.hybrid()}


@pytest.mark.parametrize("name", STRUCTURES)
def test_structures(name: str) -> None:
    doc = opened(STRUCTURES[name])
    assert doc.root().dictionary.get("Type") == "Catalog"
    (page,) = attachments.pages(doc)
    assert page.dictionary.get("Type") == "Page"
    font = doc.object(Ref(5, 0))
    assert font is not None
    assert font.raw == making.FONT
    assert doc.object(Ref(77, 0)) is None
    assert doc.object(Ref(0, 65535)) is None


@pytest.mark.parametrize("junk", [b"\n\n", b"#!/bin/false\n" * 20])
def test_bytes_before_the_header(junk: bytes) -> None:
    shifted = opened(junk + making.plain())
    assert shifted.shift == len(junk)
    assert shifted.root().number == 1
    moved = opened(Made(junk + b"%PDF-1.4\n").update(BODY).data)
    assert moved.shift == 0
    assert moved.root().number == 1


def test_generations() -> None:
    made = Made(generations={1: 65535, 3: 7}, root=b"1 65535 R")
    doc = opened(made.update({**BODY, 2: b"<< /Type /Pages /Kids [3 7 R] /Count 1 >>"}).data)
    assert doc.root().generation == 65535
    assert doc.object(Ref(1, 0)) is None
    assert len(list(attachments.pages(doc))) == 1


def test_each_update_has_its_own_view() -> None:
    made = Made().update(BODY)
    made.update({1: b"<< /Type /Catalog /Pages 2 0 R /Lang (b) >>"})
    made.update({5: b"<< /Changed true >>"}, free=(4,))
    doc = opened(made.data)
    assert len(doc.updates) == 3
    assert [doc.root(at).dictionary.get("Lang") for at in range(3)] == [b"b", b"b", None]
    assert doc.object(Ref(4, 0)) is None
    assert doc.object(Ref(4, 0), 1) is not None
    old = doc.object(Ref(5, 0), 2)
    assert old is not None
    assert old.raw == making.FONT


def patched(data: bytes, old: bytes, new: bytes) -> bytes:
    assert data.count(old) == 1, data.count(old)
    return data.replace(old, new)


def looped() -> bytes:
    data = making.plain(o6=b"(" + b"x" * 9 + b")")
    at = data.rindex(b"xref\n0 1")
    return patched(data, b"/Size 7", b"/Prev %d /Size 7" % at)


def circle() -> bytes:
    made = Made().update(BODY)
    first = made.previous
    made.update({5: making.FONT})
    assert first is not None
    start = made.data.index(b"trailer")
    return made.data[:start] + patched(
        made.data[start:], b"/Size 6 /Root 1 0 R  >>\nstartxref\n%d" % first,
        b"/Size 6 /Root 1 0 R /Prev %d >>\nstartxref\n%d" % (made.previous or 0, first),
    )  # fmt: skip


DAMAGED = {
    "empty": b"",
    "no header": b"x" * 2000,
    "cut": making.plain()[:-40],
    "startxref too far": making.plain().replace(b"startxref\n", b"startxref\n9"),
    "startxref at an object": patched(making.plain(), b"startxref\n", b"startxref\n15\n%"),
    "loop": looped(),
    "circle": circle(),
    "entries of 19 bytes": making.plain().replace(b" n \n", b" n\n"),
    "wrong offset": making.plain().replace(b"1 1\n0000000015", b"1 1\n0000000016"),
    "other object": making.plain().replace(b"1 0 obj", b"9 0 obj"),
    "no root": making.plain().replace(b"/Root 1 0 R", b""),
    "root is no reference": making.plain().replace(b"/Root 1 0 R", b"/Root 1"),
    "root is nowhere": making.plain().replace(b"/Root 1 0 R", b"/Root 9 0 R"),
    "root is no dictionary": making.plain(o1=b"[]"),
    "two roots": making.plain().replace(b"/Root 1 0 R", b"/Root 1 0 R /Root 2 0 R"),
    "an object twice in a table": making.plain().replace(b"3 1\n", b"2 1\n"),
    "too many objects": making.plain().replace(b"5 1\n", b"99999999 1\n"),
    "huge table": making.plain().replace(b"5 1\n", b"5 2147483648\n"),
    "/Prev is no number": making.plain().replace(b"/Size", b"/Prev (x) /Size"),
    "/Prev is negative": making.plain().replace(b"/Size", b"/Prev -1 /Size"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged(name: str) -> None:
    with pytest.raises(MalformedError):
        opened(DAMAGED[name]).root()


def streamed(**changes: bytes) -> bytes:
    rows = b"".join(bytes((1,)) + at.to_bytes(4, "big") + b"\0" for at in (0, 15, 60, 90, 1))
    entries = {
        "Type": b"/XRef", "W": b"[1 4 1]", "Size": b"5", "Root": b"1 0 R", "Length": b"%d" % len(rows), **changes
    }  # fmt: skip
    text = b" ".join(b"/%s %s" % (key.encode(), value) for key, value in entries.items() if value)
    head = b"%PDF-1.5\n"
    return head + b"4 0 obj\n<< %s >>\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (
        text,
        rows,
        len(head),
    )


def test_rows_without_a_filter() -> None:
    assert opened(streamed()).entry(2) is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"Type": b"/Other"},
        {"W": b"[1 4]"},
        {"W": b"[0 0 0]"},
        {"W": b"[1 4 9]"},
        {"W": b"[1 -4 1]"},
        {"W": b"7"},
        {"W": b"[1 (x) 1]"},
        {"Index": b"[0 5 7]"},
        {"Index": b"[0 6]"},
        {"Index": b"[0 2 1 3]"},
        {"Length": b"999999"},
        {"Length": b"29"},
        {"Length": b"(x)"},
        {"Filter": b"/ASCIIHexDecode"},
        {"Filter": b"/FlateDecode"},
        {"Size": b"99999999"},
    ],
    ids=str,
)
def test_damaged_streams(changes: dict[str, bytes]) -> None:
    with pytest.raises(MalformedError):
        opened(streamed(**changes))


def test_a_hybrid_section_whose_halves_disagree() -> None:
    data = making.hybrid()
    at = data.index(b"0 6\n0000000005 65535 f ")
    entries = at + len(b"0 6\n")
    fifth = entries + 5 * 20
    shown = data[:fifth] + b"0000000015 00000 n \n" + data[fifth + 20 :]
    with pytest.raises(MalformedError, match="disagree on object 5"):
        opened(shown).object(Ref(5, 0))


def test_object_streams_that_lie() -> None:
    wrong = Made()
    rows = wrong.pack({1: BODY[1], 2: BODY[2]})
    rows[2] = (2, rows[1][1], 0)
    rows[13] = (2, rows[1][1], 7)
    rows[14] = (2, 99, 0)
    wrong.previous = wrong.rows(rows)
    wrong.data += b"startxref\n%d\n%%%%EOF\n" % wrong.previous
    bad = opened(wrong.data)
    for one in (2, 13, 14):
        with pytest.raises(MalformedError):
            bad.object(Ref(one, 0))
    assert bad.object(Ref(1, 1)) is None


@pytest.mark.parametrize("encrypt", [b"", b"/Encrypt 1 0 R"])
def test_an_object_stream_that_needs_itself(encrypt: bytes) -> None:
    """Its length, or the encryption dictionary, stands in it."""
    made = Made()
    length = b"9" if encrypt else b"13 0 R"
    made._put(2, b"<< /Type /ObjStm /N 1 /First 4 /Length %s >>\nstream\n1 0 << >>\nendstream" % length)
    made.previous = made.rows({1: (2, 2, 0), 2: (1, made.offsets[2], 0), 13: (2, 2, 0)}, extra=encrypt)
    made.data += b"startxref\n%d\n%%%%EOF\n" % made.previous
    with pytest.raises(MalformedError, match="to read itself"):
        opened(made.data).root()


@pytest.mark.parametrize("kind", [b"<< >>", b"[]", b"(Catalog)", b"/Page"])
def test_a_catalog_of_another_type(kind: bytes) -> None:
    with pytest.raises(MalformedError, match="something else"):
        opened(making.plain(o1=b"<< /Type %s /Pages 2 0 R >>" % kind)).root()


@pytest.mark.slow
def test_bombs() -> None:
    made = Made()
    packed = zlib.compress(b"1 0 " + bytes(40 * 1024 * 1024))
    made._put(2, b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(packed), packed))  # fmt: skip
    made.previous = made.rows({1: (2, 2, 0), 2: (1, made.offsets[2], 0)})
    made.data += b"startxref\n%d\n%%%%EOF\n" % made.previous
    with pytest.raises(LimitError, match="expands"):
        opened(made.data).root()
    big = zlib.compress(bytes(70 * 1024 * 1024))
    rows = streamed(Filter=b"/FlateDecode", Length=b"%d" % len(big))
    at = rows.index(b"stream\n") + 7
    with pytest.raises(LimitError, match="expands"):
        opened(rows[:at] + big + rows[at + 30 :].replace(b"startxref\n9", b"startxref\n9"))


def test_limits() -> None:
    made = Made().update(BODY)
    for _ in range(4):
        made.update({5: making.FONT})
    with pytest.raises(LimitError, match="updated more than 3 times"):
        opened(made.data, Limits(carriers=3))
    with pytest.raises(LimitError, match="more than 2 parts"):
        opened(making.plain(), Limits(container_parts=2))
    long = making.plain(o6=b"(" + b"x" * (objects.LONGEST + 10) + b")")
    with pytest.raises(LimitError, match="object at byte"):
        opened(long).object(Ref(6, 0))


@pytest.mark.slow
@pytest.mark.parametrize("value", [b"1 ", b"<< /A /B >> ", b"(x) ", b"% x\n"])
def test_catalogs_and_trailers_are_short(value: bytes) -> None:
    """Values are slow to read, and everything begins with these."""
    flood = b"/A [" + value * (objects.LONGEST_ROOT // len(value) + 1) + b"]"
    catalog = BODY[1][:-2] + flood + b">>"
    for data in (
        making.plain(o1=catalog),
        making.packed(catalog),
        making.plain().replace(b"/Root", flood + b" /Root"),
        making.packed().replace(b"/Type /XRef", flood + b" /Type /XRef"),
    ):
        with pytest.raises(LimitError):
            opened(data).root()


@pytest.mark.slow
@pytest.mark.parametrize("value", [b"1 ", b"<< /A /B >> "])
def test_an_object_of_too_many_values(value: bytes) -> None:
    body = b"[" + value * (syntax.MOST_VALUES + 1) + b"]"
    for data in (making.plain(o6=body), Made().streamed({1: BODY[1], 6: body}, {4: BODY[4]}).data):
        with pytest.raises(LimitError, match="values"):
            opened(data).object(Ref(6, 0))


def test_an_object_larger_than_a_window() -> None:
    doc = opened(making.plain(o6=b"[" + b"1 0 R " * 50_000 + b"]"))
    found = doc.object(Ref(6, 0))
    assert found is not None
    assert isinstance(found.item.value, tuple)
    assert len(found.item.value) == 50_000


def test_page_trees() -> None:
    circle = making.plain(o2=b"<< /Type /Pages /Kids [2 0 R] >>")
    twice = making.plain(o2=b"<< /Type /Pages /Kids [3 0 R 3 0 R] >>")
    number = making.plain(o2=b"<< /Type /Pages /Kids 3 >>")
    for data in (circle, twice, number):
        with pytest.raises(MalformedError):
            list(attachments.pages(opened(data)))
    many = making.plain(o2=b"<< /Kids [" + b" ".join(b"%d 0 R" % at for at in range(10, 60)) + b"] >>")
    with pytest.raises(LimitError):
        list(attachments.pages(opened(many, Limits(container_parts=20))))


def test_the_header_is_near_the_beginning() -> None:
    assert document.header_offset(Memory(b"x" * 1000 + b"%PDF-1.7")) == 1000
    assert document.header_offset(Memory(b"x" * 1020 + b"%PDF-1.7")) is None


def test_linearized_sections_are_one() -> None:
    """The first page has a section at the beginning, whose /Prev leads forward."""
    made = Made(b"%PDF-1.7\n9 0 obj\n<< /Linearized 1 >>\nendobj\n")
    made.update({1: BODY[1]})
    first = made.data.index(b"xref")
    made.previous = None
    made.update({number: BODY[number] for number in (2, 3, 4, 5)})
    main = made.data.rindex(b"xref\n0 1")
    data = made.data.replace(b"/Size 2 /Root 1 0 R ", b"/Size 6 /Root 1 0 R /Prev %d" % (main + 9))
    data = data[: data.rindex(b"startxref")] + b"startxref\n%d\n%%%%EOF\n" % first
    moved = data.rindex(b"xref\n0 1")
    data = data.replace(b"/Prev %d" % (main + 9), b"/Prev %d" % moved)
    shift = moved - main
    for number in (2, 3, 4, 5):
        old = b"%d 1\n%010d" % (number, made.offsets[number])
        data = data.replace(old, b"%d 1\n%010d" % (number, made.offsets[number] + shift))
    doc = opened(data)
    assert [len(one) for one in doc.updates] == [2]
    assert len(list(attachments.pages(doc))) == 1
    with pytest.raises(MalformedError, match="circle"):
        opened(data.replace(b"/Linearized", b"/Linear1zed"))


MANY = 2000
SPECIFICATION = b"<< /Type /Filespec /AFRelationship /C2PA_Manifest /F (a) /EF << /F 7 0 R >> >>"
NAMED = b"<< /Type /Catalog /Pages 2 0 R /AF [6 0 R] /Names << /EmbeddedFiles << /Names [(a) 6 0 R] >> >> >>"
ATTACHED = {6: SPECIFICATION, 7: b"<< /Length 3 >>\nstream\nabc\nendstream"}


def _pages(count: int, entries: bytes, others: dict[int, bytes]) -> bytes:
    """Pages that all have the same entries."""
    kids = b" ".join(b"%d 0 R" % (one + 100) for one in range(count))
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] %s >>" % entries
    tree = {2: b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count)}
    return Made().update({**BODY, **tree, **others, **{one + 100: page for one in range(count)}}).data


def _ask(doc: Document, numbers: Iterable[int]) -> None:
    for number in numbers:
        doc.object(Ref(number, 0))


def test_a_list_that_all_updates_share() -> None:
    made = Made().update(
        {**BODY, 1: b"<< /Type /Catalog /Pages 2 0 R /AF 8 0 R >>", 8: b"[%s]" % (b"9 0 R " * MANY)}
    )
    assert reading.read(Memory(made.data), DEFAULT_LIMITS) == Carried()
    for _ in range(100):
        made.update({})
    with pytest.raises(LimitError, match="more than 1000000 steps"):
        reading.read(Memory(made.data), DEFAULT_LIMITS)


def test_annotations_that_all_pages_share() -> None:
    named = {1: b"<< /Type /Catalog /Pages 2 0 R /AF [6 0 R] >>", **ATTACHED, 8: b"[%s]" % (b"0 " * MANY)}
    data = _pages(MANY // 3, b"/Annots 8 0 R", named)
    with pytest.raises(LimitError, match="more than 1000000 steps"):
        reading.read(Memory(data), DEFAULT_LIMITS)


@pytest.mark.slow
def test_actions_that_all_pages_share() -> None:
    events = b"<< %s >>" % b" ".join(b"/E%d 9 0 R" % one for one in range(MANY))
    data = _pages(900, b"/AA 8 0 R", {1: NAMED, **ATTACHED, 8: events, 9: b"<< /S /GoTo >>"})
    (warning,) = reading.read(Memory(data), DEFAULT_LIMITS).warnings
    assert "more than 1000000 steps" in warning


@pytest.mark.slow
@pytest.mark.parametrize("step", [0, 9])
def test_trailers_that_stand_in_one_another(step: int) -> None:
    """Comments let a stream begin at many places; its dictionary is parsed for each table that names one."""
    made = Made().update(BODY)
    place = len(made.data)
    index = b"9 0 " * 2 * MANY
    made.data += b"7 0 obj %" * 100 + b"\n<< /Type /XRef /W [1 1 1] /Size 9 /Length 0 /Index [%s] >>" % index
    made.data += b"\nstream\n\nendstream\nendobj\n"
    for count in range(2):
        made.update({}, hidden=place + step * count)
    assert opened(made.data).root().dictionary.get("Type") == "Catalog"
    for count in range(2, 60):
        made.update({}, hidden=place + step * count)
    with pytest.raises(LimitError, match="stand in one another"):
        opened(made.data)


def test_objects_that_stand_in_one_another() -> None:
    made = Made()
    place = len(made.data)
    numbers = range(100, 200)
    made.data += b"".join(b"%d 0 obj %%" % one for one in numbers) + b"\n(%s) endobj\n" % bytes(40_000)
    made.update(BODY)
    entries = b"".join(b"%010d 00000 n \n" % (place + 11 * one) for one in range(100))
    start = len(made.data)
    made.data += b"xref\n100 100\n%strailer\n<< %s >>\nstartxref\n%d\n%%%%EOF\n" % (
        entries, made._trailer(b""), start
    )  # fmt: skip
    doc = opened(made.data)
    assert doc.value(Ref(150, 0)) == bytes(40_000)
    with pytest.raises(LimitError, match="stand in one another"):
        _ask(doc, numbers)


def test_object_streams_in_turn() -> None:
    """Few of them are kept, and each is a bomb: asked for in turn, they would be expanded each time."""
    made = Made().update(BODY)
    rows: dict[int, tuple[int, int, int]] = {}
    for number in range(100, 700, 100):
        rows |= made.pack(dict.fromkeys(range(number, number + 10), b"[]" + b" " * 400_000))
    start = made.rows(rows)
    made.data += b"startxref\n%d\n%%%%EOF\n" % start
    doc = opened(made.data)
    assert doc.object(Ref(100, 0)) is not None
    with pytest.raises(LimitError, match="expanded over and over"):
        _ask(doc, (number + place for place in range(10) for number in range(100, 700, 100)))


def test_an_object_keeps_its_own_bytes_only() -> None:
    found = opened(making.plain()).object(Ref(3, 0))
    assert found is not None
    assert len(found.data) < 300
