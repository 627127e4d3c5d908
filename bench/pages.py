"""A crawl for the bench: seeded pages with the tags of real ones, and WARC files full of them.

The shape is that of the goal: pages of 30 to 100 KB, 65 KB on average, one in twenty not ASCII.  The
same seed gives the same bytes.
"""

from __future__ import annotations

import random
import zlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KINDS: Final = ("ASCII", "references", "accents", "Cyrillic", "CJK")
"""Of the text: ASCII alone, with character references, and three kinds of UTF-8."""
SMALLEST: Final = 30_000
LARGEST: Final = 100_000
HEADERS: Final = (
    ("Date", "Fri, 20 Nov 2026 10:00:00 GMT"),
    ("Content-Type", "text/html; charset=utf-8"),
    ("Server", "nginx"),
    ("Cache-Control", "max-age=300"),
    ("Vary", "Accept-Encoding"),
    ("ETag", '"5f3-1"'),
    ("Link", '</style.css>; rel="preload"; as="style"'),
    ("X-Cache", "HIT"),
    ("Age", "12"),
)
"""Of every response; ``Content-Length`` comes on top."""
_DISTINCT: Final = 400
"""So many bodies are made; addresses, identifiers and moments never repeat."""
_A_SECOND: Final = 4
"""Pages captured in one second."""
_LETTERS: Final = {
    "ASCII": "eeeetttaaooiinnsshhrrddllcumwfgypbvk",
    "accents": "eeeetttaaooiinnsshhrrddllcumwfgypbvkéàüñ",
    "Cyrillic": "оооеееаааииннттсрвлкмдпуяыьгзбчй",
}
_HEAD: Final = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="{text}"><meta property="og:title" content="{title}">
<link rel="stylesheet" href="/a-1.css"><link rel="canonical" href="https://a.example/{number}">
<style>.c1{{border-bottom-right-radius:12px;color:#c2c2c2}}.ui-dialog{{margin:0 auto}}</style>
<script>var a=1;if(a<2&&!document.querySelector('#main')){{console.log("</h" + "ead>")}}</script>{more}</head>
<body class="home m-0"><nav><ul><li><a href="/">{title}</a></li></ul></nav><main id="main">
"""
ORDINARY: Final = (
    '<meta name="robots" content="index, follow, max-image-preview:large"><link rel="license" href="/terms">'
    '<script type="application/ld+json">{"@context":"https://schema.org","@type":"NewsArticle","headline":"A"}</script>'
)
"""What ordinary pages say of themselves: nothing of their origin or use."""


def page(dice: random.Random, kind: str, *, size: int | None = None, more: str = ORDINARY) -> bytes:
    """One page; `more` goes into its head."""
    wanted = size or dice.randint(SMALLEST, LARGEST)
    title, text = _words(dice, kind, 5), _words(dice, kind, 20)
    parts = [_HEAD.format(title=title, text=text, number=dice.randrange(10**6), more=more)]
    found = len(parts[0].encode())
    while found < wanted:
        number = dice.randrange(10_000)
        its = "it&#8217;s &#160;" if kind == "references" else "its"
        parts.append(
            f'<div class="col-{number % 12} item" id="n{number}"><h2>{_words(dice, kind, 4)}</h2>'
            f"<p>{_words(dice, kind, 40)} &amp; {its} "
            f'<a href="/2024/{number % 12:02d}/post-{number}?x=1&amp;y=2">{_words(dice, kind, 3)}</a></p></div>\n'
        )
        found += len(parts[-1].encode())
    return "".join([*parts, "</main></body></html>"]).encode()


_stocks: dict[str, list[str]] = {}


def _words(dice: random.Random, kind: str, count: int) -> str:
    kind = "ASCII" if kind == "references" else kind
    if kind not in _stocks:
        own = random.Random(kind)  # the same words in every run
        if kind == "CJK":
            made = [
                "".join(chr(own.randrange(0x4E00, 0x9FA5)) for _ in range(own.randint(1, 4)))
                for _ in range(3000)
            ]
        else:
            made = ["".join(own.choices(_LETTERS[kind], k=own.randint(1, 10))) for _ in range(3000)]
        _stocks[kind] = made
    # Few words are frequent, as in a language.
    stock = _stocks[kind]
    return " ".join(stock[int(len(stock) * dice.random() ** 3)] for _ in range(count))


def bodies(count: int = _DISTINCT, seed: int = 7) -> Iterator[bytes]:
    """Pages of the crawl: of twenty one is not ASCII, and two have character references."""
    dice = random.Random(seed)
    foreign = 0
    for number in range(count):
        kind = "ASCII"
        if number % 20 == 19:
            kind = KINDS[2 + foreign % 3]
            foreign += 1
        elif number % 10 == 5:
            kind = "references"
        yield page(dice, kind)


def write(folder: Path, count: int, files: int) -> list[Path]:
    """A crawl of `count` pages that say nothing, spread over WARC files as Common Crawl writes them."""
    pool = [(body, _deflated(body)) for body in bodies(min(count, _DISTINCT))]
    start = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"crawl-{number:03d}.warc.gz" for number in range(files)]
    for number, path in enumerate(paths):
        with path.open("wb") as out:
            for index in range(number * count // files, (number + 1) * count // files):
                body, packed = pool[index % len(pool)]
                moment = start + timedelta(seconds=index // _A_SECOND)
                out.write(_member(_before(index, len(body), moment), body, packed))
    return paths


def _before(index: int, length: int, moment: datetime) -> bytes:
    """What stands in a record before the body."""
    fields = "".join(f"{name}: {value}\r\n" for name, value in (*HEADERS, ("Content-Length", str(length))))
    http = f"HTTP/1.1 200 OK\r\n{fields}\r\n"
    return (
        "WARC/1.0\r\nWARC-Type: response\r\n"
        f"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{index:012d}>\r\n"
        f"WARC-Date: {moment:%Y-%m-%dT%H:%M:%SZ}\r\nContent-Length: {len(http) + length}\r\n"
        "Content-Type: application/http; msgtype=response\r\n"
        f"WARC-Target-URI: https://site{index % 50}.example/{index}\r\n"
        "WARC-IP-Address: 192.0.2.1\r\nWARC-Identified-Payload-Type: text/html\r\n\r\n"
        f"{http}"
    ).encode()


_END: Final = b"\r\n\r\n"


def _deflated(body: bytes) -> bytes:
    engine = zlib.compressobj(6, zlib.DEFLATED, -15)
    return engine.compress(body + _END) + engine.flush()


def _member(before: bytes, body: bytes, packed: bytes) -> bytes:
    """A member of gzip (RFC 1952): what stands before is packed by itself, so that a body is packed once."""
    engine = zlib.compressobj(6, zlib.DEFLATED, -15)
    first = engine.compress(before) + engine.flush(zlib.Z_SYNC_FLUSH)
    check = zlib.crc32(_END, zlib.crc32(body, zlib.crc32(before)))
    size = len(before) + len(body) + len(_END)
    head = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
    return head + first + packed + check.to_bytes(4, "little") + (size % 2**32).to_bytes(4, "little")
