from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provkit import OriginClass
from provkit.crawl.model import Assurance, Permission
from provkit.crawl.signals import xmp

if TYPE_CHECKING:
    from collections.abc import Callable

RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
NAMES = (
    'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" '
    'xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/" xmlns:tdm="http://www.w3.org/ns/tdmrep/" '
    'xmlns:tdm2="http://www.w3.org/ns/tdmrep#"'
)
TRAINED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
ELEMENT = f"<Iptc4xmpExt:DigitalSourceType>{TRAINED}</Iptc4xmpExt:DigitalSourceType>"


def packet(inner: str, attributes: str = "") -> bytes:
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF {RDF}><rdf:Description rdf:about="" {NAMES} {attributes}>{inner}</rdf:Description></rdf:RDF>'
        '</x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(content: bytes) -> bytes:
    text = b"XML:com.adobe.xmp\0\0\0\0\0" + content
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b"\0" * 13) + chunk(b"iTXt", text) + chunk(b"IEND", b"")


def jpeg(content: bytes) -> bytes:
    data = b"http://ns.adobe.com/xap/1.0/\0" + content
    return b"\xff\xd8\xff\xe1" + struct.pack(">H", len(data) + 2) + data + b"\xff\xd9"


def webp(content: bytes) -> bytes:
    return b"RIFF\0\0\0\0WEBPXMP " + struct.pack("<I", len(content)) + content


def gif(content: bytes) -> bytes:
    return b"GIF89a" + content


def pdf(content: bytes, *, packed: bool = False) -> bytes:
    filtered = b" /Filter /FlateDecode" if packed else b""
    stream = zlib.compress(content) if packed else content
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R /Metadata 3 0 R >>",
        b"<< /Type /Pages /Kids [] /Count 0 >>",
        b"<< /Type /Metadata /Subtype /XML /Length %d%s >>\nstream\n" % (len(stream), filtered)
        + stream
        + b"\nendstream",
    ]
    out = b"%PDF-1.7\n"
    offsets = []
    for number, part in enumerate(parts, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + part + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % one for one in offsets)
    return out + b"trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start


FILES: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "png": ("image/png", png),
    "jpeg": ("image/jpeg", jpeg),
    "webp": ("image/webp", webp),
    "gif": ("image/gif", gif),
    "pdf": ("application/pdf", pdf),
    "packed pdf": ("application/pdf", lambda content: pdf(content, packed=True)),
}


@pytest.mark.parametrize("name", FILES)
def test_source_type_in_each_file(name: str) -> None:
    media_type, make = FILES[name]
    (found,) = xmp.signals(make(packet(ELEMENT)), media_type)
    assert (found.cls, found.source, found.value, found.whole) == (
        OriginClass.SYNTHETIC,
        "xmp",
        TRAINED,
        True,
    )
    assert xmp.signals(make(packet("")), media_type) == ()


@pytest.mark.parametrize(
    ("inner", "attributes"),
    [
        ("", f'Iptc4xmpExt:DigitalSourceType="{TRAINED}"'),
        (f'<Iptc4xmpExt:DigitalSourceType rdf:resource="{TRAINED}"/>', ""),
        (f"<Iptc4xmpExt:DigitalSourceType><rdf:Bag><rdf:li>{TRAINED}</rdf:li></rdf:Bag></Iptc4xmpExt:DigitalSourceType>", ""),
        (f'<a:DigitalSourceType xmlns:a="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">{TRAINED}</a:DigitalSourceType>', ""),
    ],
)  # fmt: skip
def test_spellings_of_a_property(inner: str, attributes: str) -> None:
    found = xmp.signals(png(packet(inner, attributes)), "image/png")
    assert [one.cls for one in found] == [OriginClass.SYNTHETIC]


@pytest.mark.parametrize(
    "inner",
    [
        f"<Iptc4xmpExt:ArtworkOrObject><rdf:Bag><rdf:li><rdf:Description>{ELEMENT}</rdf:Description></rdf:li></rdf:Bag></Iptc4xmpExt:ArtworkOrObject>",
        f'<x:DigitalSourceType xmlns:x="http://other.example/">{TRAINED}</x:DigitalSourceType>',
        f"<!-- {ELEMENT} -->",
        "<Iptc4xmpExt:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/composite</Iptc4xmpExt:DigitalSourceType>",
    ],
)
def test_other_properties_say_nothing(inner: str) -> None:
    assert xmp.signals(png(packet(inner)), "image/png") == ()


def test_aigc() -> None:
    for label, assurance in (("1", Assurance.DECLARED), ("2", Assurance.DETECTED), ("3", Assurance.DETECTED)):
        inner = f'<TC260:AIGC>{{"Label":"{label}","ContentProducer":"x"}}</TC260:AIGC>'
        (found,) = xmp.signals(jpeg(packet(inner)), "image/jpeg")
        assert (found.cls, found.source, found.assurance) == (OriginClass.SYNTHETIC, "aigc", assurance)


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("ALLOWED", [("tdm", Permission.ALLOWED)]),
        ("PROHIBITED", [("tdm", Permission.DENIED)]),
        ("PROHIBITED-AIMLTRAINING", [("train-ai", Permission.DENIED)]),
        ("PROHIBITED-GENAIMLTRAINING", [("train-ai", Permission.DENIED)]),
        (
            "PROHIBITED-EXCEPTSEARCHENGINEINDEXING",
            [("tdm", Permission.DENIED), ("search", Permission.ALLOWED)],
        ),
        ("PROHIBITED-SEECONSTRAINT", [("tdm", Permission.CONSTRAINED)]),
        ("UNSPECIFIED", []),
    ],
)
def test_plus_data_mining(term: str, expected: list[tuple[str, Permission]]) -> None:
    inner = f"<plus:DataMining>http://ns.useplus.org/ldf/vocab/DMI-{term}</plus:DataMining>"
    found = xmp.preferences(png(packet(inner)), "image/png")
    assert [(one.purpose, one.permission) for one in found] == expected


@pytest.mark.parametrize("prefix", ["tdm", "tdm2"])
def test_tdm_in_both_namespaces(prefix: str) -> None:
    (found,) = xmp.preferences(
        pdf(packet(f"<{prefix}:reservation>1</{prefix}:reservation>")), "application/pdf"
    )
    assert (found.purpose, found.permission, found.source) == (
        "tdm",
        Permission.DENIED,
        "xmp:tdm-reservation",
    )
    both = (
        f"<{prefix}:reservation>1</{prefix}:reservation><{prefix}:policy rdf:resource='https://a.example/p'/>"
    )
    (found,) = xmp.preferences(pdf(packet(both)), "application/pdf")
    assert found.permission is Permission.CONSTRAINED


def test_no_entity_is_resolved() -> None:
    hostile = b'<!DOCTYPE x [<!ENTITY a "b">]>' + packet(ELEMENT)
    assert xmp.properties(hostile) == ()


def test_damage_says_nothing() -> None:
    whole = png(packet(ELEMENT))
    for end in range(len(whole)):
        xmp.signals(whole[:end], "image/png")
    broken = pdf(packet(ELEMENT)).replace(b"startxref", b"startxxxx")
    assert xmp.signals(broken, "application/pdf") == ()
    assert xmp.signals(packet(ELEMENT), "text/html") == ()
    assert xmp.signals(packet(ELEMENT), None) == ()


@given(st.binary(max_size=300), st.sampled_from(sorted({media for media, _ in FILES.values()})))
def test_any_bytes_give_an_answer(data: bytes, media_type: str) -> None:
    xmp.signals(data, media_type)
    xmp.preferences(data, media_type)


@given(
    st.lists(
        st.sampled_from(
            ["<rdf:li>", "</rdf:li>", ELEMENT, "<rdf:Bag>", "&a;", "&#0;", "<", "]]>", "é", "\0"]
        ),
        max_size=8,
    )
)
def test_any_packet_gives_an_answer(pieces: list[str]) -> None:
    xmp.signals(png(packet("".join(pieces))), "image/png")
