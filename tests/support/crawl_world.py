"""A small web in WARC files, with what is true of every record in a table beside it.

    world = make_world(folder, pages=300, seed=7)
    world.warcs, world.truth[url], world.root

Publishers sign by every carrier, generators label or do not, attackers strip, tamper, move manifests
and sign generated text as human work under certificates that anybody can make.  The reader never
sees the table.  The same seed gives the same texts, hosts and table; keys and signatures are new.
"""

from __future__ import annotations

import functools
import gzip
import io
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from PIL import Image
from pypdf import PdfWriter

import provkit
from provkit.crawl.model import Assurance, Damage
from provkit.verdict import OriginClass, State
from support.pki import NOW, Pki

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HUMAN, ASSISTED, SYNTHETIC, UNKNOWN = (
    OriginClass.HUMAN,
    OriginClass.AI_ASSISTED,
    OriginClass.SYNTHETIC,
    OriginClass.UNKNOWN,
)
TRUSTED, UNTRUSTED, DECLARED, NONE = (
    Assurance.VERIFIED_TRUSTED,
    Assurance.VERIFIED_UNTRUSTED,
    Assurance.DECLARED,
    Assurance.NONE,
)
AT: Final = NOW.isoformat()
_WORDS: Final = (
    "river",
    "stone",
    "heron",
    "window",
    "salt",
    "letter",
    "harbour",
    "field",
    "lamp",
    "winter",
    "ash",
    "thread",
    "copper",
    "orchard",
    "bell",
    "road",
    "paper",
    "glass",
    "morning",
    "kettle",
    "bridge",
    "cloud",
    "sparrow",
    "meadow",
    "iron",
    "candle",
    "garden",
    "table",
    "coat",
    "rain",
)
_DENIED: Final = "private.example"
"""A host whose robots.txt says that its pages are not for training."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What is so, and what a reader can know of it."""

    kind: str
    real: OriginClass
    cls: OriginClass
    assurance: Assurance
    state: State | None = State.UNSIGNED
    """None where a credential is there and no state can be known."""
    damage: Damage | None = None
    denied: bool = False


@dataclass(slots=True)
class World:
    """The files and the table."""

    warcs: list[Path]
    truth: dict[str, Truth]
    root: Path
    """Certification authority of the listed publishers, PEM."""
    records: int = 0


@dataclass(frozen=True, slots=True)
class _Made:
    body: bytes
    media_type: str
    truth: Truth
    headers: tuple[tuple[str, str], ...] = ()
    truncated: bool = False


@dataclass(slots=True)
class _Maker:
    dice: random.Random
    paragraphs: int
    listed: provkit.Signer = field(init=False)
    unlisted: provkit.Signer = field(init=False)
    root: bytes = field(init=False)

    def __post_init__(self) -> None:
        publishers = Pki.make(common_name="Listed Publisher")
        strangers = Pki.make("ES384", common_name="Anybody")
        self.root = publishers.root_pem
        self.listed = provkit.Signer.from_pem(publishers.chain_pem, publishers.key_pem)
        self.unlisted = provkit.Signer.from_pem(strangers.chain_pem, strangers.key_pem)

    def text(self) -> str:
        lines = []
        for _ in range(self.paragraphs):
            words = [self.dice.choice(_WORDS) for _ in range(self.dice.randint(30, 90))]
            lines.append(f"{' '.join(words).capitalize()}.")
        return "\n\n".join(lines) + "\n"

    def page(self, head: str = "") -> bytes:
        body = "".join(f"<p>{line}</p>\n" for line in self.text().split("\n\n"))
        return (
            f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>A page</title>{head}</head>\n'
            f"<body><nav>Home</nav><article>{body}</article><script>var hidden = 1;</script></body></html>\n"
        ).encode()

    def plain(self, medium: str) -> tuple[bytes, str]:
        if medium == "html":
            return self.page(), "text/html; charset=utf-8"
        if medium == "markdown":
            return f"---\ntitle: A page\n---\n\n# A page\n\n{self.text()}".encode(), "text/markdown"
        if medium == "pdf":
            writer, out = PdfWriter(), io.BytesIO()
            writer.add_blank_page(200, 200)
            writer.add_metadata({"/Title": self.text()[:40]})
            writer.write(out)
            return out.getvalue(), "application/pdf"
        if medium in {"png", "jpeg"}:
            out = io.BytesIO()
            color = tuple(self.dice.randrange(256) for _ in range(3))
            Image.new("RGB", (8, 8), color).save(out, medium)
            return out.getvalue(), f"image/{medium}"
        return self.text().encode(), "text/plain; charset=utf-8"

    def signed(self, medium: str, cls: OriginClass, signer: provkit.Signer) -> tuple[bytes, str]:
        body, media_type = self.plain(medium)
        hint = "text/markdown" if medium == "markdown" else None
        origin = {HUMAN: provkit.Origin.human, ASSISTED: provkit.Origin.ai_assisted}.get(
            cls, provkit.Origin.synthetic
        )()
        return provkit.sign(body, origin, signer, media_type=hint, when=NOW), media_type


MEDIA: Final = ("text", "html", "markdown", "pdf", "png", "jpeg")


def _signed(maker: _Maker, *, cls: OriginClass, medium: str) -> _Made:
    body, kind = maker.signed(medium, cls, maker.listed)
    return _Made(body, kind, Truth(f"signed-{cls}-{medium}", cls, cls, TRUSTED, State.TRUSTED))


def _labelled(maker: _Maker, *, medium: str) -> _Made:
    """Generated, and said so under a certificate of one's own."""
    body, kind = maker.signed(medium, SYNTHETIC, maker.unlisted)
    return _Made(body, kind, Truth(f"labelled-{medium}", SYNTHETIC, SYNTHETIC, UNTRUSTED, State.VALID))


def _laundered(maker: _Maker, *, medium: str) -> _Made:
    """Generated, and signed as human work under a certificate that anybody can make."""
    body, kind = maker.signed(medium, HUMAN, maker.unlisted)
    return _Made(body, kind, Truth(f"laundered-{medium}", SYNTHETIC, HUMAN, UNTRUSTED, State.VALID))


def _stripped(maker: _Maker) -> _Made:
    body, kind = maker.signed("html", SYNTHETIC, maker.listed)
    return _Made(provkit.strip(body), kind, Truth("stripped", SYNTHETIC, UNKNOWN, NONE))


def _plain(maker: _Maker) -> _Made:
    body, kind = maker.plain(maker.dice.choice(("html", "html", "html", "text")))
    return _Made(body, kind, Truth("plain", HUMAN, UNKNOWN, NONE))


def _tampered(maker: _Maker) -> _Made:
    body, kind = maker.signed("html", HUMAN, maker.listed)
    changed = body.replace(b"<nav>Home</nav>", b"<nav>Hone</nav>")
    return _Made(changed, kind, Truth("tampered", SYNTHETIC, UNKNOWN, NONE, State.INVALID, Damage.INVALID))


def _moved(maker: _Maker) -> _Made:
    """The wrapper of a signed text behind a generated one."""
    body, kind = maker.signed("text", HUMAN, maker.listed)
    bare = provkit.strip(body)
    wrapper = body.removeprefix(bare)
    assert len(wrapper) < len(body)
    other = maker.text().encode() + wrapper
    return _Made(other, kind, Truth("moved", SYNTHETIC, UNKNOWN, NONE, State.INVALID, Damage.INVALID))


def _damaged(maker: _Maker) -> _Made:
    """What a text tool leaves that deletes U+FEFF."""
    body, kind = maker.signed("text", HUMAN, maker.listed)
    torn = body.replace("\ufeff".encode(), b"")
    return _Made(torn, kind, Truth("damaged", HUMAN, UNKNOWN, NONE, None, Damage.DAMAGED))


def _truncated(maker: _Maker) -> _Made:
    body, kind = maker.signed("html", HUMAN, maker.listed)
    truth = Truth("truncated", HUMAN, UNKNOWN, NONE, None, Damage.TRUNCATED)
    return _Made(body[: len(body) - 400], kind, truth, truncated=True)


def _header(maker: _Maker) -> _Made:
    body, kind = maker.plain("html")
    truth = Truth("declared-header", SYNTHETIC, SYNTHETIC, DECLARED)
    return _Made(body, kind, truth, (("AI-Disclosure", "mode=ai-originated"),))


def _meta(maker: _Maker) -> _Made:
    head = '<meta name="ai-disclosure" content="ai-generated">'
    truth = Truth("declared-meta", SYNTHETIC, SYNTHETIC, DECLARED)
    return _Made(maker.page(head), "text/html", truth)


def _jsonld(maker: _Maker) -> _Made:
    head = (
        '<script type="application/ld+json">{"@context": "https://schema.org", "@type": "Article", '
        '"digitalSourceType": "https://schema.org/TrainedAlgorithmicMediaDigitalSource"}</script>'
    )
    return _Made(maker.page(head), "text/html", Truth("declared-jsonld", SYNTHETIC, SYNTHETIC, DECLARED))


def _boast(maker: _Maker) -> _Made:
    """Generated, and stated to be human work without a signature."""
    head = '<meta name="ai-disclosure" content="none">'
    return _Made(maker.page(head), "text/html", Truth("boast", SYNTHETIC, HUMAN, DECLARED))


KINDS: Final[tuple[tuple[Callable[[_Maker], _Made], int], ...]] = (
    (_plain, 30),
    (_stripped, 6),
    (_tampered, 4),
    (_moved, 3),
    (_damaged, 3),
    (_truncated, 3),
    (_header, 3),
    (_meta, 3),
    (_jsonld, 3),
    (_boast, 3),
    *((functools.partial(_laundered, medium=medium), 2) for medium in MEDIA),
    *((functools.partial(_labelled, medium=medium), 2) for medium in ("text", "html", "markdown", "png")),
    *(
        (functools.partial(_signed, cls=cls, medium=medium), 1)
        for cls in (ASSISTED, SYNTHETIC)
        for medium in MEDIA
    ),
    *((functools.partial(_signed, cls=HUMAN, medium=medium), 2) for medium in MEDIA),
)
"""What there is, and how often against the rest."""


def make_world(
    folder: Path, *, pages: int = 120, files: int = 2, hosts: int = 6, seed: int = 7, paragraphs: int = 3
) -> World:
    """Write the files and give the table.

    Args:
        folder: where to.
        pages: documents; every kind is there when there are more than kinds.
        files: WARC files they are spread over.
        hosts: hosts they are spread over.
        seed: of texts, hosts and order.
        paragraphs: of each text.
    """
    dice = random.Random(seed)
    maker = _Maker(dice, paragraphs)
    makers = [kind for kind, _ in KINDS]
    extra = dice.choices(makers, [often for _, often in KINDS], k=max(0, pages - len(makers)))
    order = [*makers, *extra][:pages]
    dice.shuffle(order)
    folder.mkdir(parents=True, exist_ok=True)
    root = folder / "publishers.pem"
    root.write_bytes(maker.root)
    world = World([], {}, root)
    for number in range(files):
        path = folder / f"crawl-{number:02d}.warc.gz"
        with path.open("wb") as out:
            out.write(
                gzip.compress(
                    _record("warcinfo", "", b"software: a test\r\n", "application/warc-fields"), mtime=0
                )
            )
            if number == files - 1:
                # Behind the pages it speaks of, as in a real crawl's separate files.
                rules = b"User-agent: *\nContent-Usage: train-ai=n\nAllow: /\n"
                out.write(
                    gzip.compress(response(f"https://{_DENIED}/robots.txt", rules, "text/plain"), mtime=0)
                )
            for index in range(number, len(order), files):
                made = order[index](maker)
                denied = index % 17 == 3
                host = _DENIED if denied else f"site{dice.randrange(hosts)}.example"
                url = f"https://{host}/{made.truth.kind}/{index}"
                world.truth[url] = Truth(
                    made.truth.kind,
                    made.truth.real,
                    made.truth.cls,
                    made.truth.assurance,
                    made.truth.state,
                    made.truth.damage,
                    denied,
                )
                for record in _around(url, made, index):
                    out.write(gzip.compress(record, 1, mtime=0))
                    world.records += 1
        world.warcs.append(path)
    return world


def _around(url: str, made: _Made, index: int) -> list[bytes]:
    """A response as crawlers store it, with the records that stand around it."""
    found = [_record("request", url, b"GET / HTTP/1.1\r\n\r\n", "application/http; msgtype=request")]
    body = made.body
    headers = made.headers
    if index % 5 == 0 and not made.truncated:
        # As it went over the wire; Common Crawl undoes this, others do not.
        body, headers = gzip.compress(body, mtime=0), (*headers, ("Content-Encoding", "gzip"))
    if index % 7 == 0 and not made.truncated:
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
        headers = (*headers, ("Transfer-Encoding", "chunked"))
    found.append(response(url, body, made.media_type, headers, truncated=made.truncated, number=index))
    if index % 9 == 0:
        found.append(_record("c2paprovenance", url, b"\0\0\0\x10jumb", "application/c2pa"))
    if index % 11 == 0:
        found.append(response(f"{url}/gone", b"gone", "text/plain", status="404 Not Found"))
    return found


def response(
    url: str,
    body: bytes,
    media_type: str,
    headers: tuple[tuple[str, str], ...] = (),
    *,
    status: str = "200 OK",
    truncated: bool = False,
    number: int = 0,
) -> bytes:
    """A response record, not compressed."""
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Type: {media_type}",
        *(f"{name}: {value}" for name, value in headers),
    ]
    block = "\r\n".join(lines).encode() + b"\r\n\r\n" + body
    extra = "WARC-Truncated: length\r\n" if truncated else ""
    return _record("response", url, block, "application/http; msgtype=response", extra, number)


def _record(kind: str, url: str, block: bytes, media_type: str, extra: str = "", number: int = 0) -> bytes:
    target = f"WARC-Target-URI: {url}\r\n" if url else ""
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{number:012d}>\r\n"
        f"WARC-Date: 2026-05-04T03:02:01Z\r\n{target}Content-Type: {media_type}\r\n{extra}"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


record = _record
