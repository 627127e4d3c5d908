"""What a PDF carries, and what is no credential (the table of attacks on PDF, rules of spec/pdf.md)."""

from __future__ import annotations

import hashlib
import io
import re
import zlib

import pypdf
import pytest

from provkit import LimitError, Limits, MalformedError, ProvkitError
from provkit.carriers.carried import Carried
from provkit.codes import StatusCode
from support import containers
from support.shared import shared
from unit.carriers.pdf import making
from unit.carriers.pdf.making import BODY, STORE, Made

PLAIN = making.plain()
GENERAL = StatusCode.GENERAL_ERROR


def outcome(data: bytes) -> str:
    """What a reader is told, in one word."""
    try:
        carried = making.read(data)
    except ProvkitError as error:
        return error.kind
    if carried.problem is not None:
        assert carried.stores == ()
        return str(carried.problem.code)
    return f"{len(carried.stores)} stores" if carried.stores else "unsigned"


def test_a_store_is_found() -> None:
    data = making.with_store()
    carried = making.read(data)
    assert carried.stores == (STORE,)
    assert data[carried.start : carried.start + carried.length] == STORE
    without = data[: carried.start] + data[carried.start + carried.length :]
    assert making.digest(carried.binding, carried.start, carried.length) == hashlib.sha256(without).digest()
    for wrong in ((), ((carried.start - 1, carried.length),), ((carried.start, carried.length + 20),)):
        assert carried.binding.exclusion_problem(wrong) is not None


@pytest.mark.parametrize("name", ["table", "stream", "hybrid", "nothing"])
def test_unsigned(name: str) -> None:
    data = {"table": PLAIN, "stream": making.packed(), "hybrid": making.hybrid(),
            "nothing": making.plain(o1=b"<< /Type /Catalog /Pages 2 0 R /AF null /Names 99 0 R >>")}[name]  # fmt: skip
    assert making.read(data) == Carried()


SHAPES = {
    "one reference": {"catalog": b"/AF 7 0 R /Names << /EmbeddedFiles << /Names [(c) 7 0 R] >> >>"},
    "array elsewhere": {"catalog": b"/AF 8 0 R /Names << /EmbeddedFiles << /Names [(c) 7 0 R] >> >>",
                        "o8": b"[7 0 R]"},
    "escapes": {"catalog": b"/#41F [7 0 R] /Names << /EmbeddedFiles << /Names [(c) 7 0 R] >> >>",
                "specification": b"/AF#52elationship /C2P#41_Manifest /EF << /F 6 0 R >>"},
    "tree of nodes": {"catalog": b"/AF [7 0 R] /Names 8 0 R", "o8": b"<< /EmbeddedFiles 9 0 R >>",
                      "o9": b"<< /Kids [10 0 R] >>", "o10": b"<< /Limits [(c) (c)] /Names 11 0 R >>",
                      "o11": b"[(c) 7 0 R]"},
    "annotation": {"catalog": b"/AF [7 0 R]",
                   "o3": making.PAGE[:-2] + b"/Annots [<< /Subtype /FileAttachment /FS 7 0 R >>] >>"},
    "length elsewhere": {"length": b"8 0 R", "o8": b"%d" % len(STORE)},
    "identity": {"stream": b"/Filter [/Crypt] /DecodeParms [<< /Name /Identity >>]"},
    "other files": {"catalog": b"/AF [8 0 R 7 0 R 8 0 R 7 0 R]"
                               b" /Names << /EmbeddedFiles << /Names [(a) 8 0 R (c) 7 0 R] >> >>",
                    "o8": b"<< /Type /Filespec /AFRelationship /Data >>"},
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_ways_to_the_store(name: str) -> None:
    assert outcome(making.with_store(**SHAPES[name])) == "1 stores"


EMBEDDED = b" /Names << /EmbeddedFiles << /Names [(c) 7 0 R] >> >>"
PROBLEMS = {
    "two stores": ({"catalog": b"/AF [7 0 R 8 0 R]" + EMBEDDED,
                    "o8": b"<< /AFRelationship /C2PA_Manifest /EF << /F 6 0 R >> >>"}, GENERAL),
    "the tree names another": ({"catalog": b"/AF [7 0 R] /Names << /EmbeddedFiles << /Names [(c) 8 0 R] >> >>",
                                "o8": b"<< /AFRelationship /C2PA_Manifest /EF << /F 6 0 R >> >>"}, GENERAL),
    "the tree names one more": ({"catalog": b"/AF [7 0 R] /Names << /EmbeddedFiles << /Names [(c) 7 0 R (d) 8 0 R] >> >>",
                                 "o8": b"<< /AFRelationship /C2PA_Manifest /EF << /F 6 0 R >> >>"}, GENERAL),
    "not in the tree": ({"catalog": b"/AF [7 0 R]"}, GENERAL),
    "not in /AF": ({"catalog": EMBEDDED}, GENERAL),
    "two files": ({"specification": b"/AFRelationship /C2PA_Manifest /EF << /F 6 0 R /UF 4 0 R >>"}, GENERAL),
    "no file": ({"specification": b"/AFRelationship /C2PA_Manifest"}, GENERAL),
    "no stream": ({"specification": b"/AFRelationship /C2PA_Manifest /EF << /F 5 0 R >>"}, GENERAL),
    "nowhere": ({"specification": b"/AFRelationship /C2PA_Manifest /EF << /F 99 0 R >>"}, GENERAL),
    "encrypted": ({"stream": b"/Filter /Crypt /DecodeParms << /Name /StdCF >>"}, StatusCode.MANIFEST_INACCESSIBLE),
    "length + 64": ({"length": len(STORE) + 64}, GENERAL),
    "length - 1": ({"length": len(STORE) - 1}, GENERAL),
    "length past the end": ({"length": 10**9}, GENERAL),
    "no length": ({"length": b"(x)"}, GENERAL),
}  # fmt: skip


@pytest.mark.parametrize("name", PROBLEMS)
def test_broken_credentials(name: str) -> None:
    changes, code = PROBLEMS[name]
    assert outcome(making.with_store(**changes)) == str(code)  # type: ignore[arg-type]


ERRORS = {
    "two /AF": ({"catalog": b"/AF [7 0 R] /A#46 []" + EMBEDDED}, "malformed"),
    "two relationships": ({"specification": b"/AFRelationship /C2PA_Manifest /AFRelationship /Data"}, "malformed"),
    "no reference": ({"catalog": b"/AF [<< /AFRelationship /C2PA_Manifest >>]" + EMBEDDED}, "malformed"),
    "no reference in the tree": (
        {"catalog": b"/AF [7 0 R] /Names << /EmbeddedFiles << /Names [(c) << /AFRelationship /C2PA_Manifest >>] >> >>"},
        "malformed"),
    "/AF is a name": ({"catalog": b"/AF /Seven" + EMBEDDED}, "malformed"),
    "tree in a circle": ({"catalog": b"/AF [7 0 R] /Names << /EmbeddedFiles 8 0 R >>",
                          "o8": b"<< /Kids [9 0 R] >>", "o9": b"<< /Kids [9 0 R] >>"}, "malformed"),
    "odd tree": ({"catalog": b"/AF [7 0 R] /Names << /EmbeddedFiles << /Names [(c)] >> >>"}, "malformed"),
    "filters": ({"stream": b"/Filter [/FlateDecode /FlateDecode /FlateDecode]"}, "limit"),
    "one filter": ({"stream": b"/Filter /FlateDecode"}, "limit"),
}  # fmt: skip


@pytest.mark.parametrize("name", ERRORS)
def test_no_verdict(name: str) -> None:
    changes, kind = ERRORS[name]
    assert outcome(making.with_store(**changes)) == kind


def test_plain_attachment() -> None:
    """A store attached as any file says nothing about the document."""
    assert outcome(making.with_store(specification=b"/EF << /F 6 0 R >>")) == "unsigned"
    assert outcome(making.with_store(specification=b"/AFRelationship /Data /EF << /F 6 0 R >>")) == "unsigned"


def test_attached_by_pypdf() -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(PLAIN))
    writer.add_attachment("credential.c2pa", STORE)
    out = io.BytesIO()
    writer.write(out)
    assert outcome(out.getvalue()) == "unsigned"


def test_written_anew_by_pypdf() -> None:
    """The store is kept and stands elsewhere: what was signed is another file."""
    signed = making.sign(PLAIN)
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(signed))
    out = io.BytesIO()
    writer.write(out)
    before, after = making.read(signed), making.read(out.getvalue())
    assert after.stores == before.stores
    assert after.start != before.start
    assert after.binding.exclusion_problem(((before.start, before.length),)) is not None


def test_a_damaged_way_to_the_store() -> None:
    """One byte changed in a signed document does not make it unsigned."""
    marked = b"/AFRelationship /C3PA_Manifest /Subtype /application#2Fc2pa /EF << /F 6 0 R >>"
    assert outcome(making.with_store(specification=marked)) == "malformed"
    assert outcome(making.with_store(b"something else", specification=marked)) == "unsigned"
    nowhere = b"/AF [99 0 R] /Names << /EmbeddedFiles << /Names [(c) 99 0 R] >> >>"
    assert outcome(making.with_store(catalog=nowhere)) == "malformed"
    assert outcome(making.with_store(catalog=b"/AF 99 0 R")) == "malformed"
    signed = making.embed(PLAIN)
    renamed = PLAIN + signed[len(PLAIN) :].replace(b"xref\n1 1\n", b"xref\n9 1\n")
    assert renamed != signed
    assert outcome(renamed) == "malformed"


HOSTS = {"table": PLAIN, "stream": making.packed(), "hybrid": making.hybrid(), "junk": PLAIN + b"<html>junk"}


@pytest.mark.parametrize("name", HOSTS)
def test_a_signed_document_cut_anywhere(name: str) -> None:
    """It is unsigned only where less than the number of an object is left of what was appended."""
    host = HOSTS[name]
    whole = making.embed(host)
    assert outcome(whole[:-1]) == "1 stores"  # the line feed at the end, which the hash covers
    for end in range(len(host), len(whole) - 1):
        expected = "unsigned" if b"obj" not in whole[len(host) : end] else "malformed"
        assert outcome(whole[:end]) == expected, whole[len(host) : end]


@pytest.mark.parametrize("name", HOSTS)
def test_the_original_appended_to_the_signed_document(name: str) -> None:
    with pytest.raises(MalformedError, match="what looks like a manifest store is in it") as caught:
        making.read(making.embed(HOSTS[name]) + HOSTS[name])
    assert caught.value.message.count("what looks like") == 1


PICTURE = b"\xff\xd8\xff\xeb\x02\0JP\0\1\0\0\0\1" + STORE
"""The beginning of a JPEG that is signed for itself."""


@pytest.mark.parametrize(
    "junk", [b"\n\n\0 ", b"<html>junk</html>", b"1 0\n", b"\x1a", b"x" * 5000, b"% obj", b"--boundary--\r\n"]
)
def test_bytes_behind_the_end(junk: bytes) -> None:
    """They say nothing about a document without traces of a store."""
    picture = b"<< /Type /XObject /Length %d >>\nstream\n%s\nendstream" % (len(PICTURE), PICTURE)
    for data in (PLAIN, making.packed(), making.plain(o6=picture)):
        assert outcome(data + junk) == "unsigned"
    named = making.plain(o6=b"(C2PA#5fManifest /C2P#41_Manifest)")
    assert outcome(named) == "unsigned"
    assert outcome(named + junk) == ("malformed" if junk.strip(b"\0\n ") else "unsigned")


def passed_over(*, catalog: bytes = BODY[1], previous: bool = True) -> bytes:
    """A signed document with an update whose ``/Prev`` leads past the signed section, or nowhere."""
    made = Made().update(BODY)
    first = made.previous
    made.data = making.embed(made.data)
    made.previous = first if previous else None
    return made.update({1: catalog} if previous else {9: catalog}).data


def test_an_update_that_passes_over_the_signed_one() -> None:
    assert outcome(passed_over()) == "malformed"
    bare = passed_over(previous=False).replace(b"/Root 1 0 R  >>\nstartxref", b"/Root 9 0 R  >>\nstartxref")
    end = bare.rindex(b"/Root 1 0 R")
    assert outcome(bare[:end] + b"/Root 9 0 R" + bare[end + 11 :]) == "malformed"
    honest = Made().update(BODY)
    for number in (5, 1, 5):
        honest.update({number: BODY[number]})
    attached = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(STORE), STORE)
    assert outcome(honest.update({7: attached}).data) == "unsigned"
    honest.data += b"% nothing\n"
    honest.update({5: making.FONT}, free=(4,))
    assert outcome(honest.data) == "unsigned"


def test_a_section_that_nothing_leads_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its ``startxref`` is looked for in files of ordinary size."""
    signed = making.embed(PLAIN)
    made = Made(signed + b"% written anew\n", size=20)
    rewritten = made.update(BODY).data
    assert outcome(rewritten) == "malformed"
    assert outcome(Made(PLAIN).update(BODY).data) == "unsigned"
    monkeypatch.setattr("provkit.carriers.pdf.doubts.SCANNED", len(rewritten) - 1)
    assert outcome(rewritten) == "unsigned"


@pytest.mark.slow
def test_filter_bomb_is_not_expanded() -> None:
    bomb = zlib.compress(zlib.compress(zlib.compress(bytes(300_000_000))))
    data = making.with_store(bomb, stream=b"/Filter [/FlateDecode /FlateDecode /FlateDecode]")
    with pytest.raises(LimitError, match="3 filters"):
        making.read(data)


@pytest.mark.slow
def test_content_is_never_expanded() -> None:
    bomb = zlib.compress(bytes(200_000_000))
    content = b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(bomb), bomb)
    assert outcome(making.with_store(o4=content)) == "1 stores"


def test_page_cycle() -> None:
    carried = making.read(making.with_store(o2=b"<< /Type /Pages /Kids [2 0 R] >>"))
    assert carried.stores == (STORE,)
    assert "not all of it could be looked at" in carried.warnings[0]


@pytest.mark.parametrize(
    "data",
    [
        PLAIN.replace(b"/Size 6", b"/Size 2147483648").replace(b"/Root 1 0 R", b""),
        making.packed()[:-30],
        PLAIN[:-30],
        making.packed().replace(b"startxref\n", b"startxref\n1"),
        making.with_store().replace(b"startxref\n", b"startxref\n1"),
        making.with_store(b"compressed").replace(b"startxref\n", b"startxref\n1").replace(b"C2PA_M", b"#43#32PA_M"),
        b"not a PDF at all",
        b"",
    ],
)  # fmt: skip
def test_structure_that_may_hide_a_store(data: bytes) -> None:
    with pytest.raises(MalformedError):
        making.read(data)


def test_damaged_structure_that_hides_none() -> None:
    carried = making.read(PLAIN.replace(b"startxref\n", b"startxref\n1"))
    assert carried.stores == ()
    assert carried.problem is None
    assert carried.warnings[0].startswith("damaged-structure: ")


def test_traces_across_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store is seen wherever the windows part."""
    data = making.with_store(b"x" + STORE).replace(b"C2PA_Manifest", b"Data_________")
    data = data.replace(b"startxref\n", b"startxref\n1")
    for window in (67, 70, 101):
        monkeypatch.setattr("provkit.carriers.source.WINDOW", window)
        with pytest.raises(MalformedError, match="looks like a manifest store"):
            making.read(data)


def test_updates_after_signing_are_seen() -> None:
    made = Made()
    made.data, made.size, made.previous = making.with_store(), 8, making.with_store().rindex(b"xref\n0 1")
    before = making.read(made.data)
    made.update({5: making.FONT})
    after = making.read(made.data)
    assert (after.stores, after.start) == (before.stores, before.start)
    digests = [making.digest(one.binding, one.start, one.length) for one in (before, after)]
    assert digests[0] != digests[1]
    comment = making.read(making.with_store() + b"% x\n")
    assert making.digest(comment.binding, comment.start, comment.length) not in digests


def test_a_store_that_a_later_catalog_forgets() -> None:
    """Taking the entry out of the catalog does not make a signed document unsigned."""
    made = Made()
    made.data, made.size, made.previous = making.with_store(), 8, making.with_store().rindex(b"xref\n0 1")
    made.update({1: BODY[1]})
    assert making.read(made.data).stores == (STORE,)


def test_a_catalog_put_over_a_signed_one() -> None:
    """The store of the attacker is active; the signed one before it is history at most."""
    made = Made()
    made.data, made.size, made.previous = making.with_store(), 8, making.with_store().rindex(b"xref\n0 1")
    other = containers.store(400)
    made.update(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R /AF [9 0 R] /Names << /EmbeddedFiles << /Names [(c) 9 0 R] >> >> >>",
            8: b"<< /Length %d >>\nstream\n%s\nendstream" % (len(other), other),
            9: b"<< /Type /Filespec /AFRelationship /C2PA_Manifest /EF << /F 8 0 R >> >>",
        }
    )
    carried = making.read(made.data)
    assert carried.stores == (STORE, other)
    assert made.data[carried.start : carried.start + carried.length] == other


def test_limits() -> None:
    with pytest.raises(LimitError, match="limit is 100"):
        making.read(making.with_store(), Limits(store_bytes=100))
    many = b" ".join(b"(%05d) 5 0 R" % at for at in range(60))
    data = making.with_store(catalog=b"/AF [7 0 R] /Names << /EmbeddedFiles << /Names [%s] >> >>" % many)
    with pytest.raises(LimitError):
        making.read(data, Limits(container_parts=50))
    data = making.with_store(catalog=b"/AF [%s]" % (b"5 0 R " * 60))
    with pytest.raises(LimitError):
        making.read(data, Limits(container_parts=50))


ACTIVE = {
    "JavaScript": b"/Names << /JavaScript << /Names [(a) 5 0 R] >> /EmbeddedFiles << /Names [(c) 7 0 R] >> >>",
    "JavaScript on opening": EMBEDDED + b" /OpenAction << /S /JavaScript /JS (x) >>",
    "JavaScript behind a destination": EMBEDDED + b" /OpenAction << /S /GoTo /Next [<< /S /JavaScript >>] >>",
    "actions of the kind Launch": EMBEDDED + b" /OpenAction << /S /Launch >>",
    "JavaScript on printing": EMBEDDED + b" /AA << /WP << /S /JavaScript >> >>",
    "optional content": EMBEDDED + b" /OCProperties << /OCGs [] >>",
    "an XFA form": EMBEDDED + b" /AcroForm << /XFA (x) >>",
}


@pytest.mark.parametrize("name", ACTIVE)
def test_active_content(name: str) -> None:
    (warning,) = making.read(making.with_store(catalog=b"/AF [7 0 R]" + ACTIVE[name])).warnings
    assert warning.startswith("active-content: ")
    assert re.split(" on | behind ", name)[0] in warning


@pytest.mark.parametrize("annotation", [b"/A << /S /JavaScript >>", b"/AA << /E << /S /Hide >> >>"])
def test_active_content_of_pages(annotation: bytes) -> None:
    page = making.PAGE[:-2] + b"/Annots [<< /Subtype /Link %s >>] >>" % annotation
    assert "active-content" in making.read(making.with_store(o3=page)).warnings[0]
    data = making.with_store(o3=making.PAGE[:-2] + b"/Annots [%s] >>" % (b"<< /Subtype /Link >> " * 50))
    assert "first 20" in making.read(data, Limits(carriers=20)).warnings[0]


@pytest.mark.parametrize("action", [b"[3 0 R /Fit]", b"<< /S /GoTo /D [3 0 R /Fit] >>", b"/Chapter1"])
def test_destinations_are_harmless(action: bytes) -> None:
    data = making.with_store(catalog=b"/AF [7 0 R] /OpenAction %s" % action + EMBEDDED)
    assert making.read(data).warnings == ()


@pytest.mark.parametrize(
    ("name", "start", "length"),
    [
        ("ingredient-chain/express-signed.pdf", 4141962, 23310),
        ("tampered-content/pdf-c2pie-3.pdf", 16453, 5125),
        ("tampered-content/pdf-c2pie-7.pdf", 34271, 5125),
    ],
)
def test_files_of_other_writers(name: str, start: int, length: int) -> None:
    carried = making.read(shared("testfiles", "files", *name.split("/")).read_bytes())
    assert (carried.start, carried.length, len(carried.stores)) == (start, length, 1)


def test_real_files_without_a_store() -> None:
    found = list(shared("testfiles", "files", "no-manifest").glob("*.pdf"))
    found += list(shared("inputs", "pdf").glob("*.pdf"))
    assert len(found) > 8
    for path in found:
        assert making.read(path.read_bytes()) == Carried(), path.name
