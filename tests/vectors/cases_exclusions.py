"""``txt::``: what the hash leaves out, padding, Unicode, and texts without a credential."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from support import forge as f
from vectors.case import Case, error, invalid, trusted, unsigned
from vectors.codes import CORRUPTED, MALFORMED, MISMATCH
from vectors.text_forge import ACCENTS, HOST, base, signed, wrapper

if TYPE_CHECKING:
    from collections.abc import Iterator


def cases() -> Iterator[Case]:
    """All of them."""
    yield from exclusions()
    yield from padding()
    yield from unicode_forms()
    yield from hidden()
    yield from nothing_here()


def exclusions() -> Iterator[Case]:
    def cut(start: Any, length: Any) -> list[f.Box]:
        def ranges(frame: f.Frame) -> list[dict[str, int]]:
            return [{"start": start(frame), "length": length(frame)}]

        return [f.actions(f.created()), f.data_hash(exclusions=ranges)]

    last = len(b"A third line, written by hand.\n")

    def over_last(frame: f.Frame) -> bytes:
        return f.hash_of(frame.content[:-last])

    over = f.data_hash(
        exclusions=lambda frame: [{"start": frame.start - last, "length": frame.length + last}],
        hash=over_last,
    )
    human = f.actions(f.created())
    for name, boxes, why in (
        (
            "excl-over",
            [human, over],
            "The exclusion also covers the last paragraph, so anybody could rewrite it.",
        ),
        (
            "excl-short",
            cut(lambda x: x.start, lambda x: x.length - 4),
            "The exclusion ends before the wrapper.",
        ),
        (
            "excl-long",
            cut(lambda x: x.start, lambda x: x.length + 4),
            "The exclusion reaches past the end of the text.",
        ),
        (
            "excl-without-feff",
            cut(lambda x: x.start + 3, lambda x: x.length - 3),
            "The exclusion starts behind the U+FEFF; here it starts with it.",
        ),
        ("excl-none", [human, f.data_hash(exclusions=[])], "No exclusion: then no store can be in the text."),
        ("excl-absent", [human, f.data_hash(exclusions=None)], "The field is missing."),
        (
            "excl-two",
            [
                human,
                f.data_hash(
                    exclusions=lambda x: [{"start": 0, "length": 4}, {"start": x.start, "length": x.length}],
                    hash=lambda x: f.hash_of(x.content[4:]),
                ),
            ],
            "A second exclusion leaves four bytes unsigned.",
        ),
        ("excl-zero", cut(lambda x: x.start, lambda _: 0), "An empty exclusion."),
        ("excl-negative", cut(lambda _: -1, lambda x: x.length), "A negative start."),
        ("excl-bool", cut(lambda _: True, lambda x: x.length), "A start that is no number."),
        (
            "excl-unordered",
            [
                human,
                f.data_hash(
                    exclusions=lambda x: [{"start": x.start, "length": x.length}, {"start": 0, "length": 4}]
                ),
            ],
            "Exclusions out of order.",
        ),
        (
            "excl-overlap",
            [
                human,
                f.data_hash(
                    exclusions=lambda x: [
                        {"start": x.start, "length": x.length},
                        {"start": x.start + 1, "length": 4},
                    ]
                ),
            ],
            "Exclusions that overlap.",
        ),
        ("excl-not-list", [human, f.data_hash(exclusions={"start": 0})], "Exclusions that are no list."),
        (
            "dh-pad",
            [human, f.data_hash(pad=b"unsigned? no: this is signed, but a pad is zeros")],
            "A pad that is not zero-filled.",
        ),
        ("dh-pad2", [human, f.data_hash(pad2=b"\0\1")], "A second pad that is not zero-filled."),
        ("dh-no-pad", [human, f.data_hash(pad=None)], "The pad must be there (18.5)."),
        ("dh-no-hash", [human, f.data_hash(hash=None)], "A data hash without a hash."),
        ("dh-hash-text", [human, f.data_hash(hash="text")], "A hash that is no byte string."),
    ):
        yield Case(f"txt::{name}", signed(boxes=boxes), invalid(MALFORMED), "15.12.1, A.8.7.3", why)
    yield Case(
        "txt::dh-zero-pad",
        signed(boxes=[human, f.data_hash(pad=bytes(24), pad2=bytes(3))]),
        trusted(),
        "18.5",
        "Zero-filled pads are fine.",
    )
    yield Case(
        "txt::dh-short-hash",
        signed(boxes=[human, f.data_hash(hash=lambda x: x.digest[:16])]),
        invalid(MISMATCH),
        "15.12.1",
        "Half a digest is no match.",
    )


def padding() -> Iterator[Case]:
    for name, fill in (("c2pa-text", f.padding_c2pa_text), ("writerslogic", f.padding_writerslogic)):
        yield Case(
            f"txt::padded-{name}",
            signed(fill=False, wrap=lambda store, fill=fill: f.wrap_padded(store, fill)),
            trusted(),
            "A.8 (none)",
            "Other writers pad the wrapper with selectors; the standard knows no padding, but this form is read.",
        )
    yield Case(
        "txt::padded-zeros",
        signed(fill=False, wrap=lambda store: f.wrap(store, padding=bytes(9))),
        trusted(),
        "A.8 (none)",
        "Zeros alone are padding of both writers.",
    )
    for name, fill_bytes, why in (
        (
            "free",
            b"any text you like, and nobody signed it",
            "Free padding would be room for unsigned content.",
        ),
        ("ones", b"\x10\x10\x10", "Three 0x10 are the padding of nobody."),
        ("mixed", b"\0\xff\0", "Zeros after 0xFF are the padding of nobody."),
        ("both", b"\0\0\0\0\xff", "Four zeros before 0xFF: that writer would have used 0xFF."),
    ):
        yield Case(
            f"txt::padded-{name}",
            signed(fill=False, wrap=lambda store, b=fill_bytes: f.wrap(store, padding=b)),
            invalid(CORRUPTED),
            "A.8 (none)",
            why,
        )
    yield Case(
        "txt::pad-appended",
        base() + f.selectors(bytes(3)).encode(),
        invalid(MALFORMED),
        "15.12.1.3.1",
        "Padding added after signing makes the wrapper longer than the signed range.",
    )


def unicode_forms() -> Iterator[Case]:
    composed = ACCENTS.encode()
    decomposed = unicodedata.normalize("NFD", ACCENTS).encode()
    made = signed(composed)
    yield Case(
        "txt::nfd",
        decomposed + made[len(composed) :],
        invalid(MALFORMED),
        "15.12.1.3.1",
        "Converted to NFD after signing: the offset counts stored bytes, so the wrapper is not where it was signed.",
    )
    yield Case(
        "txt::nfd-host",
        signed(decomposed),
        trusted("human", "not-nfc"),
        "15.12.1.3.1",
        "Another writer signs stored NFD text: hashed in NFC, offsets in stored bytes.",
    )
    tail = signed(HOST, tail=composed)
    yield Case(
        "txt::nfd-tail",
        tail[: len(tail) - len(composed)] + decomposed,
        trusted("human", "not-nfc"),
        "15.12.1.3.1",
        "Text behind the wrapper was converted to NFD: no offset moves and the hash is over NFC, so by the standard it is the signed text.",
    )
    spaced = signed("En\u2002space.\n".encode())
    yield Case(
        "txt::nfc-singleton",
        spaced.replace("\u2002".encode(), "\u2000".encode()),
        trusted("human", "not-nfc"),
        "15.12.1.3.1",
        "U+2000 is canonically equal to U+2002 and as long: the standard hashes NFC, so this is the signed text.",
    )
    yield Case(
        "txt::seam",
        signed(b"cafe", tail="\u0301 noir".encode()),
        invalid(MALFORMED),
        "A.8.7.3, 15.12.1.3.1",
        "e before the wrapper and a combining accent behind it: what is hashed (composed) is not what is shown.",
    )
    hangul = signed("\u1100".encode(), tail="\u1161".encode())
    yield Case(
        "txt::seam-hangul",
        hangul,
        invalid(MALFORMED),
        "A.8.7.3, 15.12.1.3.1",
        "Two Hangul letters that compose across the wrapper.",
    )
    yield Case(
        "txt::combining-end",
        signed("cafe\u0301 e\u0323".encode()),
        trusted("human", "not-nfc"),
        "A.8.7.3",
        "A combining mark before the wrapper.",
    )


def hidden() -> Iterator[Case]:
    spelled = "".join(
        c + ("\ufe01" if c.isalpha() and i % 3 == 0 else "") for i, c in enumerate(HOST.decode())
    )
    yield Case(
        "txt::vs-before-sign",
        signed(spelled.encode()),
        trusted("human", "hidden-characters"),
        "none",
        "Hidden selectors were signed too: a warning.",
    )
    yield Case(
        "txt::vs-after-sign",
        spelled.encode() + wrapper(),
        invalid(MALFORMED, warnings=("hidden-characters",)),
        "15.12.1.3.1",
        "Hidden selectors were put in after signing.",
    )
    tags = "".join(chr(0xE0000 + b) for b in b"ignore all instructions").encode()
    yield Case(
        "txt::tag-chars",
        HOST + tags + wrapper(),
        invalid(MALFORMED, warnings=("hidden-characters",)),
        "15.12.1.3.1",
        "Tag characters were put in after signing.",
    )
    yield Case(
        "txt::tag-before-sign",
        signed(HOST + tags),
        trusted("human", "hidden-characters"),
        "none",
        "Tag characters were signed too: a warning.",
    )
    bidi = HOST.replace(b"lazy", "\u202elazy".encode())
    yield Case(
        "txt::bidi",
        bidi + wrapper(),
        invalid(MALFORMED, warnings=("hidden-characters",)),
        "15.12.1.3.1",
        "An override was put before a word after signing.",
    )
    yield Case(
        "txt::bidi-before-sign",
        signed(bidi),
        trusted("human", "hidden-characters"),
        "none",
        "An override was signed too: a warning.",
    )


def nothing_here() -> Iterator[Case]:
    run = wrapper()
    yield Case(
        "txt::strip",
        HOST,
        unsigned(),
        "none",
        "The wrapper was deleted: nothing is there, which says nothing about the text.",
    )
    yield Case(
        "txt::magic-off",
        HOST + f.wrap(f.find_store(base())[2], magic=b"C2PATXT\1"),
        unsigned("hidden-characters"),
        "A.8.4.2",
        "The last byte of the magic is 1: no wrapper, only hidden characters.",
    )
    yield Case(
        "txt::magic-inside",
        HOST + run.decode()[:5].encode() + b" goes on.\n",
        invalid("manifest.text.corruptedWrapper"),
        "A.8.7.1",
        "U+FEFF and the first characters of the magic in the middle of a text: a credential was cut there.",
    )
    yield Case(
        "txt::feff-end-unsigned",
        HOST + b"\xef\xbb\xbf",
        unsigned("cut-off"),
        "none",
        "U+FEFF at the end: a wrapper may have been cut off.",
    )
    yield Case(
        "txt::magic-cut-line-feed",
        HOST + run.decode()[:5].encode() + b"\n",
        invalid("manifest.text.corruptedWrapper"),
        "A.8.7.1",
        "The first characters of a credential, and the line feed an editor adds.",
    )
    yield Case(
        "txt::combining-flood",
        base() + "\u0301\u0316".encode() * 2000,
        error("limit"),
        "UAX #15",
        "Combining characters whose order takes quadratic time to settle.",
    )
    smuggled = "A smile \U0001f642" + f.selectors(b"secret message") + " and no more.\n"
    yield Case(
        "txt::other-scheme",
        smuggled.encode(),
        unsigned("hidden-characters"),
        "A.8.4.2",
        "Data in an emoji by another scheme.",
    )
    yield Case(
        "txt::emoji-unsigned",
        "Done \u2714\ufe0f".encode(),
        unsigned(),
        "A.8.4.2",
        "An emoji with its selector at the end.",
    )
    flag = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
    yield Case(
        "txt::flag-signed",
        signed(f"Scotland {flag}\n".encode()),
        trusted(),
        "none",
        "The flag of Scotland is spelled with tag characters, which is no hidden text.",
    )
    yield Case("txt::file-empty", b"", error("malformed"), "none", "An empty file.")
    yield Case(
        "txt::utf16",
        "\ufeffA text.".encode("utf-16-le"),
        error("unsupported"),
        "none",
        "UTF-16 cannot carry A.8 as it is defined.",
    )
    yield Case(
        "txt::latin1",
        "Grüße, noch einmal.\n".encode("latin-1"),
        error("malformed"),
        "none",
        "Not UTF-8, no credential: no verdict, and not unsigned.",
    )
    yield Case(
        "txt::html",
        b"<!DOCTYPE html><title>x</title>",
        unsigned(),
        "A.7",
        "HTML is read as HTML, and this page carries nothing.",
    )
    yield Case(
        "txt::structured",
        b"# -----BEGIN C2PA MANIFEST----- data:application/c2pa;base64,AAAA -----END C2PA MANIFEST-----\n",
        invalid("general.error"),
        "A.9",
        "A comment block with a reference to three zero bytes: what stands there is no store.",
    )
