"""The vectors for PNG, JPEG and SVG: makes ``spec/vectors/images``.  The committed bytes are what is tested.

    python tests/vectors/images.py            # make what is missing or changed
    python tests/vectors/images.py --check    # say what would change

Stores come from :mod:`support.forge`, so the same keys give the same bytes.  Four things are made
once and then kept: keys and certificates (they cannot be made twice alike), the plain JPEG (Pillow
changes between versions), and the three files that provkit and the engine sign (random identifiers).
The engine judges certificates at the time of the call: these are valid until 2046.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import struct
import sys
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
if str(ROOT / "tests") not in sys.path:
    sys.path.insert(0, str(ROOT / "tests"))

import cbor2  # noqa: E402
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature  # noqa: E402

from support import containers, pki  # noqa: E402
from support import forge as f  # noqa: E402
from vectors.case import Case, error, invalid, trusted, unsigned, valid  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cryptography import x509

FOLDER: Final = ROOT / "spec" / "vectors" / "images"
KEYS: Final = FOLDER / "keys"
TRUST_FOLDER: Final = FOLDER / "trust"
SCHEMA: Final = "urn:provkit:schema:vectors:1"
VERSION: Final = "1.0.0"
AT: Final = "2026-12-01T00:00:00Z"
START: Final = datetime(2026, 1, 1, tzinfo=UTC)
END: Final = datetime(2046, 1, 1, tzinfo=UTC)
TYPES: Final = {"png": "image/png", "jpg": "image/jpeg", "svg": "image/svg+xml"}
TRUST: Final[dict[str, dict[str, list[str]]]] = {
    "none": {},
    "root": {"anchors": ["root.pem"]},
    "intermediate": {"anchors": ["intermediate.pem"]},
    "leaf-as-anchor": {"anchors": ["leaf.pem"]},
    "allowed": {"allowed": ["leaf.pem"]},
    "distrust-leaf": {"anchors": ["root.pem"], "distrust": ["leaf.pem"]},
}
MISMATCH: Final = "assertion.dataHash.mismatch"
MALFORMED: Final = "assertion.dataHash.malformed"
ACTION: Final = "assertion.action.malformed"
HASHED: Final = "assertion.hashedURI.mismatch"
SIGNATURE: Final = "claimSignature.mismatch"
CREDENTIAL: Final = "signingCredential.invalid"
UNSUPPORTED: Final = "algorithm.unsupported"
GENERAL: Final = "general.error"
P256: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


# ------------------------------------------------------------------ keys


def make_keys() -> None:
    """Keys and certificates, once."""
    if (KEYS / "es256.chain.pem").exists():
        return
    KEYS.mkdir(parents=True, exist_ok=True)
    TRUST_FOLDER.mkdir(parents=True, exist_ok=True)
    life = {"start": START, "end": END}
    root = pki.make_ca("provkit vectors TEST ONLY image root", start=START, end=END)
    middle = pki.make_ca(
        "provkit vectors TEST ONLY image CA", issuer=root, path_length=0, start=START, end=END
    )
    deep = pki.make_ca("provkit vectors TEST ONLY image too deep", issuer=middle, start=START, end=END)
    stranger = pki.make_ca("provkit vectors TEST ONLY image stranger", start=START, end=END)
    leaf: Callable[..., tuple[x509.Certificate, Any]] = pki.make_leaf

    def keep(name: str, issuer: pki.Authority, *chain: pki.Authority, **options: Any) -> None:
        certificate, key = leaf(issuer, common_name="provkit vectors TEST ONLY signer", **life, **options)
        pem = certificate.public_bytes(pki.PEM)
        (KEYS / f"{name}.chain.pem").write_bytes(pem + b"".join(one.pem for one in chain))
        mark = b"TEST ONLY: this key is public. Never trust a certificate for it.\n"
        (KEYS / f"{name}.key.pem").write_bytes(mark + pki.key_pem(key))
        if name == "es256":
            (TRUST_FOLDER / "leaf.pem").write_bytes(pem)

    keep("es256", middle, middle)
    keep("stranger", stranger)
    keep("pathlen", deep, deep, middle)
    keep("no-intermediate", middle)
    keep("no-ds", middle, middle, usage=pki.key_usage())
    keep("no-eku", middle, middle, ekus=None)
    keep("server-eku", middle, middle, ekus=(pki.SERVER_AUTH,))
    keep("rsa1024", middle, middle, algorithm="RSA1024")
    keep("sha1", middle, middle, sha1=True)
    (TRUST_FOLDER / "root.pem").write_bytes(root.pem)
    (TRUST_FOLDER / "intermediate.pem").write_bytes(middle.pem)


@lru_cache(maxsize=16)
def credential(name: str = "es256") -> f.Credential:
    """A stored credential."""
    algorithm = "PS256" if name == "rsa1024" else "ES256"
    return f.Credential.load(
        (KEYS / f"{name}.chain.pem").read_bytes(), (KEYS / f"{name}.key.pem").read_bytes(), algorithm
    )


# ------------------------------------------------------------------ pictures and carriers


def pixels(first: int = 0) -> bytes:
    """64 rows of a gradient, unfiltered."""
    return b"".join(
        b"\0" + bytes((first if x == y == 0 else (x * 2 + y * 2) & 0xFF) for x in range(64))
        for y in range(64)
    )


def png(
    *before: bytes, first: int = 0, size: tuple[int, int] = (64, 64), level: int = 0, end: bytes = b""
) -> tuple[bytes, bytes]:
    """A picture in two halves, between which the store goes; stored blocks, so always the same bytes."""
    head = b"\x89PNG\r\n\x1a\n" + containers.chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 8, 0, 0, 0, 0))
    body = containers.chunk(b"IDAT", zlib.compress(pixels(first), level))
    return head + b"".join(before), body + end + containers.chunk(b"IEND", b"")


def plain_jpeg() -> bytes:
    """The plain JPEG, made once."""
    path = FOLDER / "img-jpeg-plain.jpg"
    if not path.exists():
        from PIL import Image

        out = io.BytesIO()
        Image.frombytes("L", (64, 64), b"".join(pixels()[y * 65 + 1 : y * 65 + 65] for y in range(64))).save(
            out, "JPEG", quality=60
        )
        path.write_bytes(out.getvalue())
    return path.read_bytes()


SVG_HEAD: Final = (
    b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:c2pa="http://c2pa.org/manifest" width="64" height="64">'
    b"<metadata><c2pa:manifest>"
)
SVG_TAIL: Final = b'</c2pa:manifest></metadata><rect width="64" height="64" fill="blue"/></svg>'
SVG_PLAIN: Final = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64">'
    b'<rect width="64" height="64" fill="blue"/></svg>'
)
LAUGHS: Final = (
    b'<!DOCTYPE svg [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9))
    + b']><svg xmlns="http://www.w3.org/2000/svg"><text>&j;</text></svg>'
)
XXE: Final = (
    b'<!DOCTYPE svg [<!ENTITY canary SYSTEM "file:///etc/hostname">]>'
    b'<svg xmlns="http://www.w3.org/2000/svg"><text>&canary;</text></svg>'
)


def carry_png(store: bytes) -> bytes:
    """One caBX chunk."""
    return containers.chunk(b"caBX", store)


def carry_jpeg(store: bytes, size: int = 64_000) -> bytes:
    """APP11 segments."""
    return b"".join(containers.packets(store, size))


@dataclass
class ImageForge(f.Forge):
    """The forge, around a picture: `host` and `tail` are its halves."""

    carry: Callable[[bytes], bytes] = carry_png
    pad: int = 64

    def sealed(self) -> bytes:
        """The signed picture.

        Raises:
            RuntimeError: the size did not settle.
        """
        length = 4000
        for _ in range(9):
            carrier = self.carry(self._store(0, length, self.pad))
            if len(carrier) == length:
                return self.host + carrier + self.tail
            length = len(carrier)
        raise RuntimeError("the size did not settle")

    def _store(self, nonce: int, length: int, pad: int) -> bytes:
        content = self.host + self.tail
        frame = f.Frame(len(self.host), length, hashlib.sha256(content).digest(), content)
        raws = [entry.build(frame) for entry in self.boxes]
        claim = self.encode_claim(self.edit_claim(self._claim(raws, nonce)))
        parts = [
            f.superbox(f.type_uuid("c2as"), "c2pa.assertions", b"".join(raws)),
            f.superbox(f.type_uuid("c2cl"), self.claim_label, f.box(b"cbor", claim)),
            f.superbox(f.type_uuid("c2cs"), "c2pa.signature", f.box(b"cbor", self.cose(claim, pad))),
        ]
        manifest = f.superbox(self.manifest_uuid, self.label(), b"".join(self.edit_parts(parts)))
        manifests = b"".join(self.edit_manifests([manifest]))
        return self.edit_store(f.superbox(f.type_uuid("c2pa"), "c2pa", manifests))


def created(source: str | None = "digitalCreation", **fields: Any) -> dict[str, Any]:
    """A ``c2pa.created`` action of a picture."""
    return f.created(source, **{"parameters": {"dc:format": "image/png"}, **fields})


def forge(
    kind: str = "png",
    halves: tuple[bytes, bytes] | None = None,
    who: str = "es256",
    boxes: list[f.Box] | None = None,
    **changes: Any,
) -> ImageForge:
    """A good picture in the making."""
    if halves is None:
        if kind == "png":
            halves = png()
        elif kind == "jpg":
            halves = plain_jpeg()[:20], plain_jpeg()[20:]  # behind SOI and JFIF
        else:
            halves = SVG_HEAD, SVG_TAIL
    carry = {"png": carry_png, "jpg": carry_jpeg, "svg": base64.b64encode}[kind]
    boxes = [f.actions(created()), f.data_hash()] if boxes is None else boxes
    return ImageForge(*(halves[0], credential(who), halves[1]), boxes=boxes, **{"carry": carry, **changes})


def signed(kind: str = "png", halves: tuple[bytes, bytes] | None = None, **changes: Any) -> bytes:
    """A sealed picture."""
    return forge(kind, halves, **changes).sealed()


def carrier(data: bytes) -> tuple[int, int]:
    """Start and end of the caBX chunk."""
    start = data.index(b"caBX") - 4
    return start, start + 12 + int.from_bytes(data[start : start + 4], "big")


def store_of(data: bytes) -> bytes:
    """The store in the caBX chunk."""
    start, end = carrier(data)
    return data[start + 8 : end - 4]


def patched(edit: Callable[[bytes], bytes]) -> bytes:
    """The good PNG with its store edited, the chunk around it right, and nothing sealed."""
    data = signed()
    start, end = carrier(data)
    changed = edit(store_of(data))
    if changed == store_of(data):
        raise ValueError("nothing changed")
    return data[:start] + carry_png(changed) + data[end:]


def swap(old: bytes, new: bytes, count: int = -1) -> Callable[[bytes], bytes]:
    """Exchanges bytes for as many."""
    return lambda store: store.replace(old, new.ljust(len(old), b"\0"), count)


def by_engine(name: str, kind: str) -> bytes:
    """A picture signed by provkit through the reference engine, made once."""
    path = FOLDER / f"{name.replace('::', '-')}.{kind}"
    if not path.exists():
        import provkit
        from provkit.signers.base import Signer

        signer = Signer.from_pem(
            (KEYS / "es256.chain.pem").read_bytes(), (KEYS / "es256.key.pem").read_bytes(), algorithm="ES256"
        )
        plain = {"png": b"".join(png()), "jpg": plain_jpeg(), "svg": SVG_PLAIN}[kind]
        path.write_bytes(provkit.sign(plain, provkit.Origin.human(), signer, when=datetime.now(UTC)))
    return path.read_bytes()


# ------------------------------------------------------------------ the vectors


def cases() -> Iterator[Case]:
    """Every vector."""
    for name, data, expected, clause, reason, *rest in (
        *good(),
        *png_cases(),
        *jpeg_cases(),
        *svg_cases(),
        *claim_cases(),
        *certificate_cases(),
    ):
        kind = "jpg" if data.startswith(b"\xff\xd8") else "svg" if b"<svg" in data[:2000] else "png"
        yield Case(
            name, data, expected, clause, reason, trust=rest[0] if rest else "root", at=AT, extension=kind
        )


Row = tuple[Any, ...]


def good() -> Iterator[Row]:
    yield "img::png", signed(), trusted(), "A.3.2", "A PNG as it should be."
    yield "img::jpeg", signed("jpg"), trusted(), "A.3.1", "A JPEG as it should be."
    many = forge("jpg", carry=lambda store: carry_jpeg(store, 500)).sealed()
    yield "img::jpeg-parts", many, trusted(), "A.3.1", "A store in several segments, one behind the other."
    yield "img::svg", signed("svg"), trusted(), "A.3.3", "An SVG as it should be."
    for kind in ("png", "jpg", "svg"):
        name = f"img::{kind}-engine"
        yield name, by_engine(name, kind), trusted(), "A.3", "Signed by provkit through c2pa-python."
    made = f.actions(created("trainedAlgorithmicMedia"))
    data = signed(boxes=[made, f.data_hash()])
    yield "img::png-synthetic", data, trusted("synthetic"), "18.15", "Declared as made by a model."
    yield "img::png-plain", b"".join(png()), unsigned(), "15.5.1", "A PNG without a credential."
    yield "img::jpeg-plain", plain_jpeg(), unsigned(), "15.5.1", "A JPEG without a credential."
    yield "img::svg-plain", SVG_PLAIN, unsigned(), "15.5.1", "An SVG without a credential."


def png_cases() -> Iterator[Row]:
    good_, (head, tail) = signed(), png()
    start, end = carrier(good_)
    chunk = good_[start:end]
    text = containers.chunk(b"tEXt", b"Comment\0hello")
    yield (
        "png::pixel",
        head + chunk + png(first=1)[1],
        invalid(MISMATCH),
        "15.12.1",
        "One pixel was changed, and the checksums put right.",
    )
    yield (
        "png::text-chunk",
        good_[:-12] + text + good_[-12:],
        invalid(MISMATCH),
        "15.12.1",
        "A text chunk was added.",
    )
    yield "png::reencode", b"".join(png(level=1)), unsigned(), "15.5.1", "Saved again by something else."
    yield (
        "png::resign",
        signed(who="stranger"),
        valid(),
        "14.4",
        "Taken off and signed by somebody nobody knows.",
    )
    yield (
        "png::dup-store",
        good_[:-12] + chunk + good_[-12:],
        error("malformed"),
        "A.3.2",
        "The carrier twice.",
    )
    yield (
        "png::two-signers",
        head + chunk + carry_png(store_of(signed(who="stranger"))) + tail,
        error("malformed"),
        "A.3.2",
        "Two carriers, each genuine somewhere.",
    )
    yield (
        "png::crc",
        good_[: end - 1] + bytes([good_[end - 1] ^ 1]) + good_[end:],
        invalid(GENERAL),
        "A.3.2",
        "The checksum of the carrier is wrong; no hash covers it.",
    )
    yield (
        "png::jumbf-len",
        patched(lambda s: b"\xff\xff\xff\xf0" + s[4:]),
        error("malformed"),
        "11.1",
        "The store says that it is four gigabytes long.",
    )
    yield (
        "png::jumbf-half",
        patched(lambda s: s[: len(s) // 2]),
        error("malformed"),
        "11.1",
        "Half of the store.",
    )
    yield (
        "png::jumbf-trailing",
        patched(lambda s: s + b"unsigned"),
        invalid(GENERAL),
        "11.1",
        "Bytes follow the store in its carrier.",
    )

    def nested(depth: int) -> bytes:
        inner = f.box(b"cbor", b"\xa0")
        for _ in range(depth):
            inner = f.superbox(f.type_uuid("cbor"), "n", inner)
        return inner

    yield (
        "png::jumbf-deep",
        signed(edit_parts=lambda parts: [*parts, nested(64)]),
        error("limit"),
        "11.1",
        "Superboxes nested 64 deep: a bound of this reader, not a verdict.",
    )
    yield (
        "png::cose-pad",
        patched(swap(bytes(28), b"read this, nobody signed it!", 1)),
        invalid(MISMATCH),
        "10.3.2, 15.12.1.1",
        "A text in the padding of the signature.",
    )
    yield (
        "png::cose-entry",
        signed(unprotected={"note": "nobody signed this"}),
        invalid(MISMATCH),
        "10.3.2, 15.12.1.1",
        "An entry of its own in the unsigned header.",
    )
    yield (
        "png::dh-pad",
        signed(boxes=[f.actions(created()), f.data_hash(pad=b"room for a message")]),
        invalid(MALFORMED),
        "18.5",
        "The padding of the data hash is not zero, and sealed so.",
    )
    yield (
        "png::overwritten",
        head + containers.chunk(b"tEXt", b"Comment\0".ljust(len(chunk) - 12, b"x")) + tail,
        unsigned(),
        "15.5.1",
        "A comment of the same size in place of the carrier.",
    )

    def exclusion(start: Callable[[f.Frame], int], length: Callable[[f.Frame], int], digest: Any) -> bytes:
        box = f.data_hash(exclusions=lambda x: [{"start": start(x), "length": length(x)}], hash=digest)
        return signed(boxes=[f.actions(created()), box])

    def sha(data: bytes) -> bytes:
        return hashlib.sha256(data).digest()

    yield (
        "png::excl-idat",
        exclusion(
            lambda x: x.start,
            lambda x: len(x.content) - x.start + x.length,
            lambda x: sha(x.content[: x.start]),
        ),
        invalid(MISMATCH),
        "15.12.1",
        "The exclusion goes to the end of the file: the picture is not bound at all.",
    )
    yield (
        "png::excl-chunk",
        exclusion(
            lambda x: x.start,
            lambda x: x.length + 20,
            lambda x: sha(x.content[: x.start] + x.content[x.start + 20 :]),
        ),
        invalid(MISMATCH),
        "15.12.1",
        "The exclusion covers twenty bytes of the picture.",
    )
    yield (
        "png::excl-header",
        exclusion(lambda _: 0, lambda x: x.start + x.length, lambda x: sha(x.content[x.start :])),
        invalid(MISMATCH),
        "15.12.1",
        "The exclusion begins at the head of the file: the size of the picture is not bound.",
    )
    yield (
        "png::excl-minus4",
        exclusion(
            lambda x: x.start + 4,
            lambda x: x.length - 4,
            lambda x: sha(x.content[: x.start] + struct.pack(">I", x.length - 12) + x.content[x.start :]),
        ),
        invalid(MISMATCH),
        "15.12.1",
        "The exclusion is four bytes short, and the hash is right for that.",
    )
    yield (
        "png::excl-two",
        signed(
            boxes=[
                f.actions(created()),
                f.data_hash(
                    exclusions=lambda x: [
                        {"start": x.start, "length": x.length},
                        {"start": x.start + x.length + 60, "length": 30},
                    ],
                    hash=lambda x: sha(x.content[: x.start + 60] + x.content[x.start + 90 :]),
                ),
            ]
        ),
        invalid(MISMATCH),
        "15.12.1",
        "A second exclusion in the middle of the picture.",
    )
    yield (
        "png::excl-none",
        signed(boxes=[f.actions(created()), f.data_hash(exclusions=None)]),
        invalid(MISMATCH),
        "15.12.1",
        "No exclusion, as for a store beside the file.",
    )
    yield (
        "png::size-bomb",
        signed(halves=png(size=(60000, 60000))),
        trusted(),
        "15.12.1",
        "Says that it is 60000 by 60000: bytes are hashed, no picture is decoded.",
    )
    archive = containers.archive(("a.txt", b"hello"))
    yield "img::wrong-magic", archive, error("unsupported"), "A.4", "A ZIP under the name of a PNG."
    yield (
        "png::transplant",
        png(first=7)[0] + chunk + png(first=7)[1],
        invalid(MISMATCH),
        "15.12.1",
        "The carrier of one picture in another.",
    )
    yield "png::append", good_ + b"more", invalid(MISMATCH), "15.12.1", "Bytes behind the end."


XMP: Final = (
    b'http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    b'xmlns:dcterms="http://purl.org/dc/terms/" dcterms:provenance="http://127.0.0.1:9/a.c2pa"/>'
    b"</rdf:RDF></x:xmpmeta>"
)


def jpeg_cases() -> Iterator[Row]:
    plain = plain_jpeg()
    data = forge("jpg", carry=lambda store: carry_jpeg(store, 900)).sealed()
    first = 20 + 2 + int.from_bytes(data[22:24], "big")
    table = data.index(b"\xff\xdb", first)
    end = table + 2 + int.from_bytes(data[table + 2 : table + 4], "big")
    yield (
        "jpg::split-app11",
        data[:first] + data[table:end] + data[first:table] + data[end:],
        error("malformed"),
        "A.3.1",
        "A table was moved between two parts of the carrier.",
    )
    yield (
        "jpg::swapped-parts",
        data[:20] + _second(data, first) + data[20:first] + data[first + len(_second(data, first)) :],
        error("malformed"),
        "A.3.1",
        "Parts of the carrier in another order.",
    )
    marked = plain[:20] + containers.segment(0xE1, XMP), plain[20:]
    yield (
        "jpg::xmp-remote",
        signed("jpg", marked),
        trusted(),
        "11.3",
        "XMP names a remote credential; the embedded one counts, and nothing is fetched.",
    )
    yield (
        "jpg::xmp-only",
        b"".join(marked),
        unsigned("remote-manifest"),
        "11.3",
        "XMP names a remote credential and there is no other: nothing is fetched.",
    )
    good_ = signed("jpg")
    yield (
        "jpg::comment",
        good_[:-2] + containers.segment(0xFE, b"hello") + good_[-2:],
        invalid(MISMATCH),
        "15.12.1",
        "A comment was added.",
    )
    yield "jpg::append", good_ + b"more", invalid(MISMATCH), "15.12.1", "Bytes behind the end."


def _second(data: bytes, at: int) -> bytes:
    return data[at : at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")]


def svg_cases() -> Iterator[Row]:
    good_ = signed("svg")
    coded = good_[len(SVG_HEAD) : -len(SVG_TAIL)]
    yield (
        "svg::append",
        good_ + b"<!-- more -->",
        invalid(MISMATCH),
        "15.12.1",
        "A comment behind the root.",
    )
    yield (
        "svg::fill",
        good_.replace(b'"blue"', b'"pink"'),
        invalid(MISMATCH),
        "15.12.1",
        "Another colour.",
    )
    yield (
        "svg::ws",
        SVG_HEAD + coded[:76] + b"\n" + coded[76:] + SVG_TAIL,
        error("malformed"),
        "A.3.3",
        "A line break in the base64.",
    )
    element = b"<metadata><c2pa:manifest>" + coded + b"</c2pa:manifest></metadata>"
    yield (
        "svg::two",
        good_.replace(b"</svg>", element + b"</svg>"),
        error("malformed"),
        "A.3.3",
        "Two carriers.",
    )
    yield (
        "svg::comment-manifest",
        SVG_PLAIN.replace(b"</svg>", b"<!--" + element + b"--></svg>"),
        unsigned(),
        "A.3.3",
        "The carrier stands in a comment only.",
    )
    yield (
        "svg::shrink-inject",
        shrunk(),
        invalid(MISMATCH),
        "15.12.1",
        (
            "The padding of the signature was cut, all lengths were put right, and an element was put in "
            "the room, inside the exclusion."
        ),
    )
    yield (
        "svg::shrink-inject-ns",
        shrunk(b' xmlns:c2pa="urn:x"'),
        invalid(MISMATCH),
        "15.12.1",
        ("The same, and the element that is reopened is of another name space."),
    )
    yield "svg::laughs", LAUGHS, unsigned(), "A.3.3", "Entities in entities: none is resolved."
    yield (
        "svg::xxe",
        XXE,
        error("malformed"),
        "A.3.3",
        "An entity that is another file: it is not read, and could hold a carrier.",
    )


def shrunk(attribute: bytes = b"") -> bytes:
    """Cut 600 of 996 bytes of padding, close the manifest early, and inject an element."""
    made = forge("svg", pad=996)
    full = made.sealed()
    length = len(full) - len(SVG_HEAD) - len(SVG_TAIL)
    short = base64.b64encode(made._store(0, length, 396))
    injected = b'</c2pa:manifest></metadata><rect width="9" height="9" fill="red"/><metadata id="'
    closing = b'"><c2pa:manifest' + attribute + b">"
    room = length - len(short) - len(injected) - len(closing)
    return SVG_HEAD + short + injected + b"x" * room + closing + SVG_TAIL


def claim_cases() -> Iterator[Row]:
    def actions(*entries: Any, **changes: Any) -> bytes:
        return signed(boxes=[f.actions(*entries), f.data_hash()], **changes)

    note = f.Box("org.example.note", {"a": 1})
    hidden = f.Box("org.example.note", {"a": 1}, listed=None)
    human, binding = f.actions(created()), f.data_hash()
    label = forge().label().encode()
    other = b"urn:c2pa:00000000-0000-4000-8000-000000000000"
    yield (
        "cl::png-dst-flip",
        patched(swap(b"digitalCreation", b"digitalCreatiom")),
        invalid(HASHED),
        "15.10.3",
        "The source type was changed and nothing sealed.",
    )
    yield (
        "cl::png-dst-unknown",
        actions(created("digitalInvention")),
        trusted("unknown"),
        "18.15",
        "A source type nobody knows: intact, and it says nothing.",
    )
    yield (
        "cl::png-dst-missing",
        actions(created(None)),
        invalid(ACTION),
        "15.10.3",
        "Created, and no source type.",
    )
    yield (
        "cl::png-first-action",
        actions({"action": "c2pa.edited"}),
        invalid(ACTION),
        "15.10.3",
        "The first action is neither created nor opened.",
    )
    yield (
        "cl::png-two-created",
        actions(created(), created("trainedAlgorithmicMedia")),
        invalid(ACTION),
        "15.10.3",
        "Created twice, by hand and by a model.",
    )
    yield (
        "cl::png-undeclared",
        signed(boxes=[human, hidden, binding]),
        invalid("assertion.undeclared"),
        "15.10.3",
        "An assertion the claim does not list.",
    )
    yield (
        "cl::png-removed",
        signed(boxes=[human, f.Box(**{**note.__dict__, "raw": b""}), binding]),
        invalid("assertion.missing"),
        "15.10.3",
        "A listed assertion is not there.",
    )
    yield (
        "cl::png-dup-label",
        signed(boxes=[human, note, hidden, binding]),
        invalid("assertion.undeclared"),
        "8.4, 15.10",
        "Two assertions of one label.",
    )
    yield (
        "cl::png-trailing",
        signed(encode_claim=lambda claim: f.canonical(claim) + b"\0"),
        invalid("claim.cbor.invalid"),
        "15.6",
        "A byte follows the claim, and is signed.",
    )
    second = f.Box(**{**binding.__dict__, "label": "c2pa.hash.data__1"})
    yield (
        "cl::png-two-bindings",
        signed(boxes=[human, binding, second]),
        invalid("assertion.multipleHardBindings"),
        "15.12",
        "Two hard bindings.",
    )
    yield (
        "cl::png-no-binding",
        signed(boxes=[human]),
        invalid("claim.hardBindings.missing"),
        "15.12",
        "No hard binding.",
    )
    yield (
        "cl::png-label-rename",
        patched(swap(label, other)),
        invalid(SIGNATURE),
        "8.1, 15.7",
        "The manifest was renamed everywhere, also in the claim.",
    )
    yield (
        "cl::png-label-rename-box",
        patched(swap(label, other, 1)),
        invalid(),
        "15.7",
        "Only the label of the box was changed.",
    )
    yield (
        "cl::png-alias-uuid",
        patched(swap(b"c2ma", b"c2xx")),
        invalid(GENERAL),
        "11.1.4",
        "The manifest is of no known type.",
    )
    foreign = f.children(store_of(signed(who="stranger", seed="other")))[2][0]
    yield (
        "cl::png-label-repeat",
        signed(edit_manifests=lambda found: [found[0], foreign, found[0]]),
        invalid(GENERAL),
        "8.4, 15.5.1",
        "The label of the active manifest occurs twice.",
    )
    yield (
        "cl::png-two-manifests",
        signed(edit_manifests=lambda found: [foreign, *found]),
        invalid(GENERAL),
        "15.5.1",
        "A manifest that nothing refers to.",
    )
    yield (
        "cl::png-sig-wrong-key",
        signed(sign=wrong_key().sign),
        invalid(SIGNATURE),
        "15.7",
        "Signed with another key than that of the certificate.",
    )

    def der(raw: bytes) -> bytes:
        return encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))

    def high(raw: bytes) -> bytes:
        return raw[:32] + (P256 - int.from_bytes(raw[32:], "big")).to_bytes(32, "big")

    for name, edit, why in (
        ("sig-der", der, "The signature in DER."),
        ("sig-zero", lambda raw: bytes(32) + raw[32:], "r is 0."),
        ("sig-flip", lambda raw: raw[:-1] + bytes([raw[-1] ^ 1]), "A bit of the signature was changed."),
    ):
        yield f"cl::png-{name}", signed(edit_signature=edit), invalid(SIGNATURE), "13.2, 15.7", why
    yield (
        "cl::png-sig-high",
        signed(edit_signature=high),
        trusted(),
        "13.2.1",
        "The other of the two values of s: a signature over the same claim by the same key (nothing forbids it).",
    )
    for name, value in (("alg-none", 0), ("alg-unknown", -999)):
        yield (
            f"cl::png-{name}",
            signed(edit_protected=lambda header, value=value: {**header, 1: value}),
            invalid(UNSUPPORTED),
            "13.2, 15.7",
            "An algorithm that is not on the list.",
        )
    yield (
        "cl::png-hash-alg",
        signed(boxes=[human, f.data_hash(alg="md5", hash=lambda x: f.hash_of(x.content, "md5"))]),
        invalid(),
        "13.1",
        "The binding is by MD5.",
    )
    yield (
        "cl::png-no-alg",
        signed(fields={"alg": None}),
        invalid(),
        "13.1, 15.4",
        ("No algorithm is named for the hashes of assertions."),
    )
    yield (
        "cl::png-cose-untagged",
        signed(edit_cose=lambda raw: cbor2.dumps(cbor2.loads(raw).value)),
        invalid(SIGNATURE),
        "13.2",
        "The signature has no tag.",
    )


def wrong_key() -> f.Credential:
    """A key that is not that of the certificate."""
    key = pki.key_for("ES256", "somebody else")
    path = KEYS / "other.key.pem"
    if not path.exists():
        path.write_bytes(pki.key_pem(key))
    return f.Credential.load((KEYS / "es256.chain.pem").read_bytes(), path.read_bytes(), "ES256")


def certificate_cases() -> Iterator[Row]:
    yield (
        "ct::png-unknown-root",
        signed(who="stranger"),
        valid(),
        "14.4",
        "The root is on no list.",
    )
    yield "ct::png-no-anchors", signed(), valid(), "14.4", "No list at all.", "none"
    yield (
        "ct::png-no-intermediate",
        signed(who="no-intermediate"),
        valid(),
        "14.4",
        "The chain lacks the intermediate.",
    )
    yield "ct::png-pathlen", signed(who="pathlen"), valid(), "14.4", "Deeper than the path length allows."
    yield (
        "ct::png-leaf-anchor",
        signed(),
        error("configuration"),
        "14.4",
        "The leaf is listed as an authority: the list is refused.",
        "leaf-as-anchor",
    )
    yield "ct::png-inter-anchor", signed(), trusted(), "14.4", "The intermediate is listed.", "intermediate"
    yield "ct::png-allowed", signed(), trusted(), "14.4", "The leaf is on the allowed list.", "allowed"
    yield "ct::png-distrust-leaf", signed(), valid(), "14.4", "The leaf is distrusted.", "distrust-leaf"
    for name, why in (
        ("no-ds", "The certificate may not sign."),
        ("no-eku", "The certificate names no purpose."),
        ("server-eku", "The certificate is for servers."),
        ("rsa1024", "A key of 1024 bits."),
        ("sha1", "The certificate is signed over SHA-1."),
    ):
        yield f"ct::png-{name}", signed(who=name), invalid(CREDENTIAL), "14.5", why


# ------------------------------------------------------------------ writing


def index(found: list[Case]) -> bytes:
    """The index, ASCII."""
    vectors = [
        {
            "id": case.id,
            "file": case.file,
            "sha256": hashlib.sha256(case.data).hexdigest(),
            "media_type": "application/zip" if case.id == "img::wrong-magic" else TYPES[case.extension],
            "trust": case.trust,
            "at": case.at,
            "expected": case.expected.as_json(),
            "clause": case.clause,
            "reason": case.reason,
        }
        for case in found
    ]
    document = {"schema": SCHEMA, "version": VERSION, "trust": TRUST, "vectors": vectors}
    return (json.dumps(document, indent=1, ensure_ascii=True) + "\n").encode("ascii")


def files() -> dict[str, bytes]:
    """Name and bytes of every file."""
    found = list(cases())
    if len({case.id for case in found}) != len(found):
        raise ValueError("an id occurs twice")
    return {"index.json": index(found), **{case.file: case.data for case in found}}


def main() -> None:
    """Write, or compare."""
    make_keys()
    wanted = files()
    there = {path.name: path.read_bytes() for path in FOLDER.iterdir() if path.is_file()}
    there.pop("README.md", None)
    changed = sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name))
    for name in changed:
        print(name)  # noqa: T201 - a script
    if "--check" in sys.argv[1:]:
        sys.exit(1 if changed else 0)
    for name in changed:
        if name in wanted:
            (FOLDER / name).write_bytes(wanted[name])
        else:
            (FOLDER / name).unlink()


if __name__ == "__main__":
    main()
