"""``pdf::``: stores in PDF (A.4)."""

from __future__ import annotations

import io
import zlib
from typing import TYPE_CHECKING, Final

from support import forge as f
from unit.carriers.pdf.making import BODY, PAGE, Made
from vectors.case import error, invalid, trusted, unsigned, valid
from vectors.codes import GENERAL, MISMATCH
from vectors.media_forge import CATALOG, FOLDER, SPECIFICATION, pdf, store_objects

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vectors.media_forge import Row

RULE: Final = "15.12.1"
TWO: Final = "15.5.2.2"


def cases() -> Iterator[Row]:
    yield "pdf::good", "pdf", pdf(), trusted(), "A.4", "A PDF as it should be."
    yield "pdf::plain", "pdf", Made().update(BODY).data, unsigned(), "A.4", "A PDF without a credential."
    packed = pdf(_packed)
    yield "pdf::object-streams", "pdf", packed, trusted(), "A.4", "Its catalog stands in an object stream."
    yield from table()
    yield from neighbours()


def _packed(length: int) -> bytes:
    objects = store_objects(length)
    inside = {n: objects[n] for n in (1, 2, 3, 5, 7)}
    return Made().streamed(inside, {n: objects[n] for n in (4, 6)}).data


def _again(made: bytes) -> Made:
    """A signed document of :func:`pdf`, to be updated."""
    again = Made(made, size=8)
    again.previous = int(made.rpartition(b"startxref\n")[2].split()[0])
    return again


def table() -> Iterator[Row]:
    """The rows of the catalogue."""
    good_ = pdf()
    kids = {2: b"<< /Type /Pages /Kids [3 0 R 8 0 R] /Count 2 >>", 8: PAGE}
    yield "pdf::page", "pdf", _again(good_).update(kids).data, invalid(MISMATCH), RULE, "A page was added."
    yield "pdf::comment", "pdf", good_ + b"% x\n", invalid(MISMATCH), RULE, "A comment behind the end."
    yield (
        "pdf::rewrite",
        "pdf",
        _rewritten(good_),
        invalid(MISMATCH),
        RULE,
        "Written anew by pypdf, with its store.",
    )
    layer = pdf(
        lambda n: (
            Made()
            .update(
                store_objects(
                    n, catalog=CATALOG + b" /OCProperties << /OCGs [8 0 R] /D << /OFF [8 0 R] >> >>"
                )
                | {8: b"<< /Type /OCG /Name (x) >>"}
            )
            .data
        )
    )
    warned = trusted("human", "active-content")
    yield "pdf::shadow-signed", "pdf", layer, warned, "A.4", "Signed with a layer that can be switched."
    script = pdf(
        lambda n: (
            Made()
            .update(store_objects(n, catalog=CATALOG + b" /OpenAction << /S /JavaScript /JS (x) >>"))
            .data
        )
    )
    yield (
        "pdf::javascript-signed",
        "pdf",
        script,
        warned,
        "A.4",
        "Signed with a script that runs when it is opened.",
    )
    second = b"/AF [7 0 R 8 0 R] /Names << /EmbeddedFiles << /Names [(c) 7 0 R (d) 8 0 R] >> >>"
    specification = b"<< /Type /Filespec /F (d) /UF (d) %s >>" % SPECIFICATION
    two = pdf(lambda n: Made().update({**store_objects(n, catalog=second), 8: specification}).data)
    yield "pdf::two-stores", "pdf", two, invalid(GENERAL), TWO, "Two file specifications of stores in /AF."
    plain = SPECIFICATION.replace(b"/AFRelationship /C2PA_Manifest", b"")
    names = CATALOG.replace(b"/AF [7 0 R]", b"")
    attached = pdf(lambda n: Made().update(store_objects(n, specification=plain, catalog=names)).data)
    yield "pdf::plain-attachment", "pdf", attached, unsigned(), "A.4.2", "A store that is only an attachment."
    yield (
        "pdf::af-swap",
        "pdf",
        _swapped(good_),
        valid(),
        TWO,
        "A stranger's update with a store of his own: he signed.",
    )
    yield (
        "pdf::hybrid-xref",
        "pdf",
        pdf(_hybrid),
        error("malformed"),
        "A.4",
        "A table and the stream beside it disagree.",
    )
    lie = pdf(lambda n: Made().update(store_objects(n, more=64)).data)
    yield "pdf::length-lie", "pdf", lie, invalid(GENERAL), RULE, "/Length is 64 more than there is."
    bomb = zlib.compress(zlib.compress(zlib.compress(bytes(1 << 20), 9), 9), 9)
    filtered = Made().update({
        **store_objects(1),
        6: b"<< /Type /EmbeddedFile /Filter [/FlateDecode /FlateDecode /FlateDecode] /Length %d >>\nstream\n%s\nendstream" % (len(bomb), bomb),
    }).data  # fmt: skip
    yield "pdf::filtered-store", "pdf", filtered, error("limit"), "A.4.1", "A store behind three filters."
    cycle = pdf(
        lambda n: (
            Made().update({**store_objects(n), 2: b"<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 1 >>"}).data
        )
    )
    yield "pdf::page-cycle", "pdf", cycle, warned, "A.4", "Pages that are their own parent."
    heavy = pdf(lambda n: Made().update({**store_objects(n), 4: _flood(200_000_000)}).data)
    yield "pdf::flate-bomb", "pdf", heavy, trusted(), "A.4", "A page of 200 MB: no page is ever expanded."
    huge = Made().update(BODY).data.replace(b"/Size 6 /Root 1 0 R", b"/Size 2147483648")
    yield (
        "pdf::huge-size",
        "pdf",
        huge,
        error("malformed"),
        "A.4",
        "Two thousand million objects, and no root.",
    )


def _flood(size: int) -> bytes:
    """The content of a page, almost all of it zeros, in less than a kilobyte."""
    packed = zlib.compress(zlib.compress(bytes(size), 9), 9)
    filters = b"/Filter [/FlateDecode /FlateDecode]"
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (filters, len(packed), packed)


def bomb() -> bytes:
    """A document with such a page, unsigned."""
    return Made().update({**BODY, 4: _flood(20_000_000)}).data


def neighbours() -> Iterator[Row]:
    """What stands beside the rows of the catalogue."""
    good_ = pdf()
    yield (
        "pdf::text",
        "pdf",
        good_.replace(b"Signed or not", b"Signed by you"),
        invalid(MISMATCH),
        RULE,
        "Another text.",
    )
    cut = good_[: good_.rindex(b"xref")]
    yield "pdf::cut", "pdf", cut[: len(cut) // 2], error("malformed"), "A.4", "Half of a file."
    alone = pdf(lambda n: Made().update(store_objects(n, catalog=b"/AF [7 0 R]")).data)
    yield (
        "pdf::af-alone",
        "pdf",
        alone,
        invalid(GENERAL),
        "A.4.2.1",
        "The store is in /AF and not in the name tree.",
    )
    names = pdf(lambda n: Made().update(store_objects(n, catalog=CATALOG.replace(b"/AF [7 0 R]", b""))).data)
    yield (
        "pdf::names-alone",
        "pdf",
        names,
        invalid(GENERAL),
        "A.4.2.1",
        "The store is in the name tree and not in /AF.",
    )
    dropped = _again(good_).update({1: BODY[1]}).data
    yield (
        "pdf::dropped",
        "pdf",
        dropped,
        invalid(MISMATCH),
        TWO,
        "An update whose catalog no longer names the store.",
    )
    for name, exclusion in (("minus", (0, -4)), ("start", (-1, 1)), ("end", (0, 1))):
        boxes = [
            f.actions(f.created()),
            f.data_hash(
                exclusions=lambda x, e=exclusion: [{"start": x.start + e[0], "length": x.length + e[1]}],
                hash=lambda x, e=exclusion: f.hash_of(
                    x.content[: x.start + e[0]] + x.content[x.start + e[0] + max(e[1], 0) :]
                ),
            ),
        ]
        yield (
            f"pdf::excl-{name}",
            "pdf",
            pdf(boxes=boxes),
            invalid(MISMATCH),
            RULE,
            "Another exclusion than the store.",
        )


def _hybrid(length: int) -> bytes:
    """A table with a store, and a stream beside it that has another object of the same number."""
    made = Made()
    objects = store_objects(length)
    rows = made.pack({7: b"<< /Type /Filespec /F (x) >>"})
    at = made.rows(rows)
    made.update(objects, hidden=at)
    return made.data


def _rewritten(data: bytes) -> bytes:
    """By pypdf, once: its releases write differently."""
    path = FOLDER / "pdf-rewrite.pdf"
    if path.exists():
        return path.read_bytes()
    import pypdf

    out = io.BytesIO()
    pypdf.PdfWriter(clone_from=io.BytesIO(data)).write(out)
    return out.getvalue()


def _swapped(good_: bytes) -> bytes:
    made = _again(good_)

    def layout(length: int) -> bytes:
        again = Made(made.data, size=8, previous=made.previous)
        objects = {n + 4 if n > 5 else n: body for n, body in store_objects(length).items() if n in {1, 6, 7}}
        moved = {
            n: body.replace(b"7 0 R", b"11 0 R").replace(b"6 0 R", b"10 0 R") for n, body in objects.items()
        }
        return again.update(moved).data

    return pdf(layout, who="stranger", seed="stranger")
