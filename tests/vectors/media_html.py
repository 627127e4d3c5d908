"""``html::`` and ``decoy::``: pages (A.7)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from support import forge as f
from vectors.case import error, invalid, trusted, unsigned
from vectors.codes import GENERAL, MISMATCH
from vectors.media_forge import (
    PAGE_BODY,
    PAGE_HEAD,
    beside,
    element_of,
    forge,
    link,
    page,
    plain_page,
    script,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vectors.media_forge import Row

SEVERAL: Final = invalid("manifest.html.multipleManifests")
OUTSIDE: Final = "A.7.1.1"
RULE: Final = "15.12.1"
SMALL: Final = b'<script type="application/c2pa">YSBzdG9yZQ==</script>'
"""What stands for a second carrier: to count it is enough to see it."""


def cases() -> Iterator[Row]:
    yield from good()
    yield from table()
    yield from neighbours()
    yield from decoys()


def good() -> Iterator[Row]:
    yield "html::good", "html", page(), trusted(), OUTSIDE, "A page as it should be."
    yield "html::plain", "html", plain_page(), unsigned(), "A.7.1", "A page without a credential."
    spaced = forge(PAGE_HEAD, PAGE_BODY, lambda store: script(store).replace(b'c2pa">', b"c2pa'>\n  ").replace(
        b'"', b"'").replace(b"</script>", b"\n</SCRIPT >")).sealed()  # fmt: skip
    yield (
        "html::spaced",
        "html",
        spaced,
        trusted(),
        OUTSIDE,
        "White space around the base64, other quotes and letters.",
    )
    fragment = forge(b"", b"<p>One<p>Two", script).sealed()
    yield (
        "html::fragment",
        "html",
        fragment,
        trusted(),
        "A.7.1",
        "No tag says where the head is: it begins here.",
    )
    after = forge(PAGE_HEAD + b"</head>\n", PAGE_BODY.removeprefix(b"</head>"), script).sealed()
    yield (
        "html::after-head",
        "html",
        after,
        trusted(),
        "A.7.1",
        "Behind </head> and before <body> is in the head too.",
    )
    linked = plain_page(link(b"a.c2pa"))
    yield (
        "html::link",
        "html",
        linked,
        trusted(),
        "A.7.1.2",
        "The page names its store, and nothing is left out of the hash.",
        {"manifest": beside(linked)},
    )


def table() -> Iterator[Row]:
    """The rows of the catalogue."""
    good_ = page()
    carrier = element_of(good_)
    double = page(b"", carry=lambda store: script(store) + SMALL)
    yield (
        "html::two-scripts",
        "html",
        good_.replace(carrier, carrier + SMALL),
        SEVERAL,
        OUTSIDE,
        "A second script.",
    )
    yield (
        "html::two-scripts-hashed",
        "html",
        double,
        SEVERAL,
        OUTSIDE,
        "A second script, inside the exclusion.",
    )
    comment = b"<!-- " + SMALL + b" -->"
    yield (
        "html::decoy-comment-pre",
        "html",
        page(comment),
        trusted(),
        OUTSIDE,
        "Signed with a carrier in a comment.",
    )
    yield (
        "html::decoy-comment-post",
        "html",
        good_.replace(b"<title>", comment + b"<title>"),
        invalid(MISMATCH),
        RULE,
        "A carrier in a comment was put in: changed, but there is one credential.",
    )
    yield (
        "html::abrupt-comment",
        "html",
        page(b"<!-->" + SMALL),
        SEVERAL,
        OUTSIDE,
        "A comment that ends at once.",
    )
    yield (
        "html::bang-comment",
        "html",
        page(b"<!-- a --!>" + SMALL),
        SEVERAL,
        OUTSIDE,
        "A comment that ends with --!>.",
    )
    for name, head, body in (
        ("style", b"<style>" + SMALL + b"</style>", b""),
        ("textarea", b"", b"<textarea>" + SMALL + b"</textarea>"),
        ("xmp", b"", b"<xmp>" + SMALL + b"</xmp>"),
    ):
        yield f"html::rawtext-{name}", "html", page(head, body), trusted(), OUTSIDE, f"A decoy in {name}."
    template = b"<template>" + SMALL + b"</template>"
    yield (
        "html::template-decoy",
        "html",
        page(template),
        trusted(),
        OUTSIDE,
        "A decoy in a template of the head.",
    )
    noscript = page(b"<noscript>" + SMALL + b"</noscript>")
    yield "html::noscript", "html", noscript, SEVERAL, OUTSIDE, "One more for those who run no scripts."
    renamed = b'<script type="text/plain" type="application/c2pa">'
    first = forge(
        PAGE_HEAD, PAGE_BODY, lambda one: script(one).replace(b'<script type="application/c2pa">', renamed)
    )
    yield (
        "html::dup-attr-a",
        "html",
        first.sealed(),
        unsigned("damaged-credential"),
        OUTSIDE,
        "Of two types the first counts: no carrier.",
    )
    renamed_b = b'<script type="application/c2pa" type="text/plain">'
    second = forge(
        PAGE_HEAD, PAGE_BODY, lambda one: script(one).replace(b'<script type="application/c2pa">', renamed_b)
    )
    yield (
        "html::dup-attr-b",
        "html",
        second.sealed(),
        invalid(MISMATCH),
        OUTSIDE,
        "Of two types the first counts.",
    )
    onload = b'<script type="application/c2pa" onload="alert(1);//xyz">'
    added = onload + re.sub(rb"<script[^>]*>", b"", carrier)
    room = len(added) - len(carrier)
    shorter = forge(PAGE_HEAD, PAGE_BODY, script, pad=64 - room * 3 // 4)
    shorter_element = script(shorter._store(0, len(carrier), shorter.pad)).replace(
        b'<script type="application/c2pa">', onload
    )
    if len(shorter_element) != len(carrier):
        raise ValueError((len(shorter_element), len(carrier)))
    yield (
        "html::attr-added",
        "html",
        good_.replace(carrier, shorter_element),
        invalid(MISMATCH, warnings=("active-content",)),
        RULE,
        "The padding was cut, and an attribute put in its place, inside the exclusion.",
    )
    charset = good_.replace(b"utf-8", b"utf-7")
    yield (
        "html::charset",
        "html",
        charset,
        invalid(MISMATCH, warnings=("encoding",)),
        RULE,
        "The declared encoding was changed.",
    )
    japanese = forge(PAGE_HEAD.replace(b"utf-8", b"iso-2022-jp"), PAGE_BODY, script).sealed()
    yield (
        "html::charset-pre",
        "html",
        japanese,
        trusted("human", "encoding"),
        OUTSIDE,
        "Signed in an encoding that hides text.",
    )
    active = page(b"", b"<script>document.body.textContent='other'</script>")
    yield (
        "html::active",
        "html",
        active,
        trusted("human", "active-content"),
        OUTSIDE,
        "A script writes the body anew.",
    )
    image = page(b"", b'<img src="a.png" alt="">')
    yield (
        "html::subresource",
        "html",
        image,
        trusted("human", "sub-resources"),
        OUTSIDE,
        "An image is not covered.",
    )
    deep = page(b"", b"<div>" * 5000)
    yield "html::deep", "html", deep, trusted(), OUTSIDE, "Five thousand elements, one in the other."
    nul = good_.replace(b"<script type", b"<scr\0ipt type")
    yield "html::nul", "html", nul, invalid(GENERAL), OUTSIDE, "A zero byte in the name of the tag."


def neighbours() -> Iterator[Row]:
    """What stands beside the rows of the catalogue."""
    good_ = page()
    carrier = element_of(good_)
    outside = forge(PAGE_HEAD + PAGE_BODY[:30], PAGE_BODY[30:], script).sealed()
    yield "html::body", "html", outside, invalid(MISMATCH), OUTSIDE, "The carrier stands in the body."
    yield "html::strip", "html", good_.replace(carrier, b""), unsigned(), "A.7.1", "The carrier was cut out."
    other = page(b'<meta name="a">')
    moved = good_.replace(carrier, element_of(other))
    yield "html::transplant", "html", moved, invalid(MISMATCH), RULE, "The carrier of another page."
    both = page(link(b"a.c2pa"))
    yield "html::script-and-link", "html", both, SEVERAL, "A.7.1", "A script, and a link."
    links = plain_page(link(b"a.c2pa") + link(b"b.c2pa"))
    yield "html::two-links", "html", links, SEVERAL, "A.7.1", "Two links."
    empty = plain_page(b'<script type="application/c2pa"></script>')
    yield "html::empty", "html", empty, invalid(GENERAL), OUTSIDE, "A script without a store."
    no_href = plain_page(b'<link rel="c2pa-manifest">')
    yield "html::no-href", "html", no_href, invalid("manifest.inaccessible"), "A.7.1.2", "A link to nowhere."
    broken = forge(
        PAGE_HEAD, PAGE_BODY, lambda store: script(store)[:99] + b"\n" + script(store)[99:]
    ).sealed()
    yield "html::line-feed", "html", broken, invalid(MISMATCH), OUTSIDE, "A line feed inside the base64."
    title = forge(PAGE_HEAD + b"<title/>", PAGE_BODY, script).sealed()
    yield (
        "html::closed-title",
        "html",
        title,
        invalid(GENERAL),
        OUTSIDE,
        "<title/> does not end: for some readers the carrier is its text.",
    )
    wide = page().decode().encode("utf-16")
    yield "html::utf-16", "html", wide, error("unsupported"), OUTSIDE, "The page was converted to UTF-16."
    for name, exclusion in (("start", (1, 0)), ("end", (0, 1)), ("minus", (0, -4))):
        boxes = [
            f.actions(f.created()),
            f.data_hash(
                exclusions=lambda x, e=exclusion: [{"start": x.start - e[0], "length": x.length + sum(e)}],
                hash=lambda x, e=exclusion: f.hash_of(
                    x.content[: x.start - e[0]] + x.content[x.start + max(e[1], 0) :]
                ),
            ),
        ]
        yield (
            f"html::excl-{name}",
            "html",
            page(boxes=boxes),
            invalid(MISMATCH),
            RULE,
            "Another exclusion than the carrier.",
        )
    none = [f.actions(f.created()), f.data_hash(exclusions=None)]
    yield "html::excl-none", "html", page(boxes=none), invalid(MISMATCH), RULE, "No exclusion, as for a link."


def decoys() -> Iterator[Row]:
    """The table of decoys: in a signed page, and without another carrier."""
    hidden, seen = True, False
    for name, head, body, decoy in (
        ("comment", b"<!-- " + SMALL + b" -->", b"", hidden),
        ("bang", b"<!-- a --!>" + SMALL, b"", seen),
        ("abrupt", b"<!-->" + SMALL, b"", seen),
        ("title", b"<title>" + SMALL + b"</title>", b"", hidden),
        ("textarea", b"", b"<textarea>" + SMALL + b"</textarea>", hidden),
        ("xmp", b"", b"<xmp>" + SMALL + b"</xmp>", hidden),
        ("plaintext", b"", b"<plaintext>" + SMALL, hidden),
        ("style", b"<style>" + SMALL + b"</style>", b"", hidden),
        ("attribute", b"<meta content='" + SMALL + b"'>", b"", hidden),
        ("string", b"<script>var a='<script type=\"application/c2pa\">'</script>", b"", hidden),
        ("srcdoc", b"", b"<iframe srcdoc='" + SMALL + b"'></iframe>", hidden),
        ("section", b"", b"<svg><![CDATA[" + SMALL + b"]]></svg>", hidden),
        ("instruction", b"", b"<?x " + SMALL.split(b">")[0] + b"?>", hidden),
        ("template", b"<template>" + SMALL + b"</template>", b"", hidden),
        ("noscript", b"<noscript>" + SMALL + b"</noscript>", b"", seen),
        ("body", b"", SMALL, seen),
        ("svg", b"", b"<svg>" + SMALL + b"</svg>", seen),
        ("type-second", SMALL.replace(b" type", b" type=x type", 1), b"", hidden),
        ("type-first", SMALL.replace(b'c2pa"', b'c2pa" type=x', 1), b"", seen),
        ("unquoted", SMALL.replace(b'"', b""), b"", seen),
        ("slash", SMALL.replace(b"script type", b"script/type"), b"", seen),
        ("newline", SMALL.replace(b"script type", b"script\ntype"), b"", seen),
        ("reference", SMALL.replace(b"/c2pa", b"&#47;c2pa"), b"", seen),
        ("letters", SMALL.replace(b"application", b"APPLICATION"), b"", seen),
        ("parameter", SMALL.replace(b'c2pa"', b'c2pa; charset=utf-8"'), b"", hidden),
    ):  # fmt: skip
        active = ("active-content",) if name == "string" else ("sub-resources",) if name == "srcdoc" else ()
        if name == "reference":  # what is spelled so may be a script for all that is looked at
            active = ("active-content",)
        several = invalid("manifest.html.multipleManifests", warnings=active)
        verdict = trusted("human", *active) if decoy else several
        why = "It only looks like a carrier" if decoy else "It is a carrier"
        yield (
            f"decoy::{name}",
            "html",
            page(head, body),
            verdict,
            "A.7.1",
            f"{why}, beside one that was signed.",
        )
        alone = unsigned() if decoy else None
        if alone is not None:
            reason = f"{why}, and there is no other."
            yield f"decoy::{name}-alone", "html", plain_page(head, body), alone, "A.7.1", reason
    bare = forge(b"<title>x</title>", b"<p>y", script).sealed()
    yield "decoy::no-head", "html", bare, trusted(), "A.7.1", "A head without tags that say so."
