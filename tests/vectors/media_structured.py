"""``md::``: blocks in structured text (A.9)."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from support import forge as f
from vectors.case import error, invalid, trusted, unsigned
from vectors.codes import MISMATCH
from vectors.media_forge import BEGIN, DATA_URI, END, MARKDOWN, beside, block, created, forge, inline, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vectors.media_forge import Row

_CODE: Final = "manifest.structuredText."
SEVERAL: Final = invalid(_CODE + "multipleReferences")
BROKEN: Final = invalid(_CODE + "malformedReference")
NONE_THERE: Final = invalid(_CODE + "noManifest")
PYTHON: Final = b"answer = 42\n"
FRONT: Final = b"---\n"
FRONT_REST: Final = b"title: A title\n---\n\nText.\n"


def cases() -> Iterator[Row]:
    good_ = text()
    yield "md::good", "markdown", good_, trusted(), "A.9.3", "A block in a comment on the first line."
    yield from good()
    yield from table(good_)
    yield from neighbours(good_)


def good() -> Iterator[Row]:
    # Without its line end: that is how the two forms in front matter are told apart.
    inside = text(b"\n" + FRONT_REST, b"# ", b"", FRONT)
    yield (
        "md::front-matter",
        "markdown",
        inside,
        trusted(),
        "A.9.3.2",
        "A block as a comment in front matter.",
    )
    literal = forge(
        FRONT,
        FRONT_REST,
        lambda store: BEGIN + b"\n" + inline(store) + b"\n" + END + b"\n",
        kind="text/markdown",
    ).sealed()
    yield (
        "md::front-matter-lines",
        "markdown",
        literal,
        trusted(),
        "A.9.3.2",
        "In three lines, as the clause draws it.",
    )
    yield (
        "md::python",
        "py",
        text(PYTHON, b"# ", b"\n", kind="text/x-python"),
        trusted(),
        "A.9.2",
        "Source code.",
    )
    shebang = b"#!/usr/bin/env python3\n" + PYTHON[:-1]
    at_end = forge(
        shebang, b"", lambda store: b"\n" + block(inline(store), b"# ", b""), kind="text/x-python"
    ).sealed()
    yield "md::at-end", "py", at_end, trusted(), "A.9.4", "The first line is taken: the block is at the end."
    xml = forge(
        b'<?xml version="1.0"?>\n<a>x</a>',
        b"",
        lambda store: b"\n" + block(inline(store), b"<?c2pa ", b" ?>"),
        kind="application/xml",
    ).sealed()
    yield "md::xml", "xml", xml, trusted(), "A.9.2", "A processing instruction at the end of a document."
    windows = text(MARKDOWN.replace(b"\n", b"\r\n"), behind=b" -->\r\n")
    yield "md::crlf", "markdown", windows, trusted(), "A.9.4", "Lines that end with two characters."
    named = block(b"https://example.org/a.c2pa", b"# ", b"\n") + PYTHON
    start = len(named) - len(PYTHON)
    boxes = [
        created("text/x-python"),
        f.data_hash(exclusions=[{"start": 0, "length": start}], hash=f.hash_of(PYTHON)),
    ]
    store = forge(named, b"", bytes, boxes=boxes).apart()
    yield (
        "md::address",
        "py",
        named,
        trusted(None),
        "A.9.3",
        "The store is elsewhere, and handed in; the block is left out of the hash.",
        {"manifest": store},
    )
    yield "md::plain", "markdown", MARKDOWN, unsigned(), "A.9.5", "A text without a block."


def table(good_: bytes) -> Iterator[Row]:
    """The rows of the catalogue."""
    yield (
        "md::malformed",
        "markdown",
        block(b"not a url") + MARKDOWN,
        BROKEN,
        "A.9.5",
        "No address and no data URI.",
    )
    yield (
        "md::no-end",
        "markdown",
        good_.replace(b" " + END, b""),
        NONE_THERE,
        "A.9.5",
        "The closing delimiter is gone, and a store stands behind the opening one.",
    )
    ftp = block(b"ftp://example.org/a.c2pa") + MARKDOWN
    yield (
        "md::ftp",
        "markdown",
        ftp,
        invalid(_CODE + "noResolutionPath"),
        "A.9.5",
        "A scheme nobody resolves.",
    )
    yield (
        "md::metadata-ip",
        "markdown",
        block(b"http://169.254.169.254/latest/meta-data/") + MARKDOWN,
        unsigned("remote-manifest", followed="blocked"),
        "15.5.3",
        "The address of a cloud's credentials: reported, not fetched, and refused when fetching is allowed.",
    )
    fence = b"```\n" + BEGIN + b"\n" + END + b"\n```\n"
    yield (
        "md::quoted",
        "markdown",
        text(MARKDOWN + fence),
        SEVERAL,
        "A.9.5",
        "An article that quotes the delimiters, signed.",
    )
    yield "md::quoted-alone", "markdown", MARKDOWN + fence, unsigned(), "A.9.5", "The same article, unsigned."
    broken = "\n".join(textwrap.wrap(good_.decode(), 60, break_long_words=False, break_on_hyphens=False))
    yield "md::reformat", "markdown", broken.encode(), invalid(MISMATCH), "A.9.4", "Wrapped at 60 columns."
    loose = good_.replace(DATA_URI, DATA_URI + b"* ").replace(b"AAA", b"A*A A", 1)
    yield "md::b64-loose", "markdown", loose, BROKEN, "A.9.5", "Base64 with asterisks and spaces in it."
    double = text(
        FRONT_REST + b"<!-- " + BEGIN + b" https://example.org/a " + END + b" -->\n", b"# ", b"\n", FRONT
    )
    yield (
        "md::front-matter-dup",
        "markdown",
        double,
        SEVERAL,
        "A.9.5",
        "A block in front matter, and one in a comment.",
    )


def neighbours(good_: bytes) -> Iterator[Row]:
    """What stands beside the rows of the catalogue."""
    yield (
        "md::no-begin",
        "markdown",
        good_.replace(BEGIN + b" ", b""),
        NONE_THERE,
        "A.9.5",
        "The opening delimiter is gone.",
    )
    empty = b"<!-- " + BEGIN + b" " + END + b" -->\n" + MARKDOWN
    yield (
        "md::empty",
        "markdown",
        empty,
        invalid(_CODE + "emptyReference"),
        "A.9.5",
        "Nothing between the delimiters.",
    )
    first = good_.index(b"\n") + 1
    yield "md::twice", "markdown", good_[:first] + good_, SEVERAL, "A.9.5", "The same block twice."
    other = text(b"# Another\n")
    yield (
        "md::two-signers",
        "markdown",
        good_[:first] + other[: other.index(b"\n") + 1] + MARKDOWN,
        SEVERAL,
        "A.9.5",
        "Two blocks, each genuine elsewhere.",
    )
    yield (
        "md::transplant",
        "markdown",
        good_[:first] + MARKDOWN.replace(b"quick", b"quack"),
        invalid(MISMATCH),
        "15.12.1",
        "The block of one text before another.",
    )
    yield "md::append", "markdown", good_ + b"More.\n", invalid(MISMATCH), "15.12.1", "A line was added."
    yield "md::strip", "markdown", good_[first:], unsigned(), "A.9.5", "The block was cut off."
    moved = good_[first:] + good_[: first - 1]
    yield "md::moved", "markdown", moved, invalid(MISMATCH), "A.9.4", "The block was moved to the end."
    yield "md::blank-line", "markdown", b"\n" + good_, invalid(MISMATCH), "A.9.4", "A line before the block."
    crlf = good_.replace(b"\n", b"\r\n")
    yield "md::line-ends", "markdown", crlf, invalid(MISMATCH), "A.9.4", "All line ends were converted."
    wide = [
        created("text/markdown"),
        f.data_hash(
            exclusions=lambda x: [{"start": 0, "length": x.length + 10}],
            hash=lambda x: f.hash_of(x.content[10:]),
        ),
    ]
    yield (
        "md::excl-over",
        "markdown",
        text(boxes=wide),
        invalid(MISMATCH),
        "15.12.1",
        "The exclusion covers the title too.",
    )
    more = [
        created("text/markdown"),
        f.data_hash(
            exclusions=lambda x: [{"start": 0, "length": x.length}, {"start": x.length + 11, "length": 5}],
            hash=lambda x: f.hash_of(x.content[:11] + x.content[16:]),
        ),
    ]
    yield (
        "md::excl-two",
        "markdown",
        text(boxes=more),
        invalid(MISMATCH),
        "15.12.1",
        "A second exclusion in the text.",
    )
    code = b"x = 1  " + good_
    yield (
        "md::beside-code",
        "py",
        code,
        invalid(MISMATCH),
        "A.9.4",
        "Code on the line of the block, in the exclusion.",
    )
    yield (
        "md::sidecar-for-other",
        "markdown",
        MARKDOWN,
        invalid(MISMATCH),
        "15.12.1",
        "The store of another text is handed in.",
        {"manifest": beside(PYTHON)},
    )
    stump = b"<!-- " + BEGIN + b" " + DATA_URI + b"AAAA " + END + b" -->\n" + MARKDOWN
    yield (
        "md::no-store",
        "markdown",
        stump,
        invalid("general.error"),
        "11.1",
        "Three zero bytes in the place of a store.",
    )
    quoted = text(b"print('" + BEGIN + b"')\n", b"# ", b"\n", kind="text/x-python")
    yield "md::quoted-half", "py", quoted, SEVERAL, "A.9.5", "One delimiter in a string beside a block."
    yield (
        "md::utf-16",
        "markdown",
        good_.decode().encode("utf-16"),
        error("unsupported"),
        "A.9.1",
        "Converted to UTF-16.",
    )
