"""``txt::``: the carrier of unstructured text (C2PA 2.4 §A.8, §15.12.1.3)."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from support import forge as f
from vectors.case import Case, error, invalid, trusted, unsigned
from vectors.keys import credential

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST: Final = b"The quick brown fox\njumps over the lazy dog.\nA third line, written by hand.\n"
OTHER: Final = b"The quiet brown cat\nsleeps under the old oak.\nA third line, written by hand.\n"
CORRUPTED: Final = "manifest.text.corruptedWrapper"
MULTIPLE: Final = "manifest.text.multipleWrappers"
MALFORMED: Final = "assertion.dataHash.malformed"
MISMATCH: Final = "assertion.dataHash.mismatch"
ACCENTS: Final = "Crème brûlée à la façon d’Élodie.\n"


def signed(host: bytes = HOST, **changes: Any) -> bytes:
    """A text signed as it should be, or with changes."""
    return f.Forge(host, credential("es256"), **changes).text()


@lru_cache(maxsize=1)
def base() -> bytes:
    """The text most vectors start from."""
    return signed()


def wrapper() -> bytes:
    """The wrapper of :func:`base`."""
    return base()[len(HOST) :]


def rewrapped(**changes: Any) -> bytes:
    """:func:`base` with its store in another wrapper."""
    return HOST + f.wrap(f.find_store(base())[2], **changes)


def cases() -> Iterator[Case]:
    """All vectors of the text carrier."""
    yield from good()
    yield from edited()
    yield from broken_wrapper()
    yield from several()
    yield from exclusions()
    yield from padding()
    yield from unicode_forms()
    yield from hidden()
    yield from nothing_here()


def good() -> Iterator[Case]:
    yield Case(
        "txt::good", base(), trusted(attributed=True, complete=True), "A.8.4", "A text as it should be."
    )
    for name, host, why in (
        ("empty", b"", "An empty text can be signed: the wrapper is the whole file."),
        ("crlf", HOST.replace(b"\n", b"\r\n"), "Line ends are signed as they are."),
        ("no-newline", HOST.rstrip(b"\n"), "The wrapper follows the last letter."),
        ("bom-host", b"\xef\xbb\xbf" + HOST, "A byte order mark is U+FEFF and no wrapper (A.8.4.2)."),
        ("feff-end", HOST + b"\xef\xbb\xbf", "U+FEFF directly before the wrapper belongs to the text."),
        (
            "cjk",
            "すべての人間は、生まれながらにして自由である。\n".encode(),
            "Offsets count bytes, not characters.",
        ),
        (
            "emoji",
            "Done \u2714\ufe0f and loved \u2764\ufe0f".encode(),
            "Emoji carry U+FE0F; the last one stands next to the wrapper.",
        ),
        (
            "keycap",
            "Press 1\ufe0f\u20e3 now.\n".encode(),
            "A digit may carry a selector; it is no hidden text.",
        ),
        ("nfc", ACCENTS.encode(), "Text in NFC."),
    ):
        yield Case(f"txt::{name}", signed(host), trusted(), "A.8.4", why)
    yield Case(
        "txt::mid",
        signed(HOST, tail=OTHER),
        trusted(),
        "A.8.4.1",
        "The end is only the usual place; inside is allowed.",
    )
    yield Case(
        "txt::start", signed(b"", tail=HOST), trusted(), "A.8.4.1", "A wrapper before the text is allowed."
    )


def edited() -> Iterator[Case]:
    text = base()
    yield Case(
        "txt::edit-word",
        text.replace(b"quick", b"quack"),
        invalid(MISMATCH),
        "15.12.1",
        "A word was changed, length kept.",
    )
    yield Case(
        "txt::edit-longer",
        text.replace(b"quick", b"quicker"),
        invalid(MALFORMED),
        "15.12.1.3.1",
        "A longer word moves the wrapper away from the signed range.",
    )
    yield Case(
        "txt::append-after",
        text + b"One more sentence.\n",
        invalid(MISMATCH),
        "15.12.1",
        "Text behind the wrapper is hashed.",
    )
    yield Case("txt::append-space", text + b"\n", invalid(MISMATCH), "15.12.1", "One line feed is a change.")
    yield Case("txt::prepend", b"Note: " + text, invalid(MALFORMED), "15.12.1.3.1", "The wrapper moved.")
    yield Case(
        "txt::homoglyph",
        text.replace(b"lazy", "lаzy".encode()),
        invalid(MALFORMED),
        "15.12.1.3.1",
        "Cyrillic a takes one byte more, so the wrapper moved.",
    )
    yield Case(
        "txt::homoglyph-same-length",
        signed("Кот и пёс.\n".encode()).replace("о".encode(), "ο".encode()),
        invalid(MISMATCH),
        "15.12.1",
        "Cyrillic o was exchanged for Greek omicron: as long, and it looks the same.",
    )
    yield Case(
        "txt::bom",
        b"\xef\xbb\xbf" + text,
        invalid(MALFORMED),
        "15.12.1.3.1",
        "A byte order mark was put in front.",
    )
    yield Case(
        "txt::bom-lost",
        signed(b"\xef\xbb\xbf" + HOST)[3:],
        invalid(MALFORMED),
        "15.12.1.3.1",
        "A byte order mark was taken away.",
    )
    yield Case(
        "txt::crlf-converted",
        text.replace(b"\n", b"\r\n"),
        invalid(MALFORMED),
        "15.12.1.3.1",
        "Line ends were converted.",
    )
    yield Case(
        "txt::excerpt",
        text[HOST.index(b"A third") :],
        invalid(MALFORMED),
        "15.12.1.3.4",
        "Only the last paragraph was copied.",
    )
    half = len(HOST) // 2
    yield Case(
        "txt::moved",
        text[:half] + wrapper() + text[half : len(HOST)],
        invalid(MALFORMED),
        "15.12.1.3.1",
        "The wrapper was moved to the middle.",
    )
    yield Case(
        "txt::transplant",
        OTHER[: len(HOST)].ljust(len(HOST), b".") + wrapper(),
        invalid(MISMATCH),
        "15.12.1",
        "The wrapper of another text of the same length.",
    )
    yield Case(
        "txt::transplant-length",
        b"Short.\n" + wrapper(),
        invalid(MALFORMED),
        "15.12.1.3.1",
        "The wrapper of another, longer text.",
    )
    yield Case(
        "txt::not-utf8",
        text.replace(b"quick", b"qu\xffck"),
        invalid(MISMATCH),
        "15.12.1",
        "A byte that is no UTF-8: certainly not the signed text.",
    )
    yield Case(
        "txt::utf8-surrogate",
        text.replace(b"fox", b"\xed\xa0\x80"),
        invalid(MISMATCH),
        "15.12.1",
        "An encoded surrogate is no UTF-8.",
    )
    yield Case(
        "txt::utf8-overlong",
        text.replace(b"fo", b"\xc1\xa6"),
        invalid(MISMATCH),
        "15.12.1",
        "An overlong form is no UTF-8.",
    )


def broken_wrapper() -> Iterator[Case]:
    text, run = base(), wrapper()
    characters = run.decode()
    for name, data, why in (
        ("headless", HOST + run[3:], "The U+FEFF is missing: damaged, not unsigned."),
        ("headless-space", HOST + b" " + run[3:], "A space where the U+FEFF was."),
        (
            "split",
            HOST + characters[:500].encode() + b" " + characters[500:].encode(),
            "A space inside the run ends it early.",
        ),
        (
            "split-feff",
            HOST + characters[:500].encode() + b"\xef\xbb\xbf" + characters[500:].encode(),
            "U+FEFF inside the run ends it early.",
        ),
        ("truncated-store", HOST + characters[: len(characters) // 2].encode(), "Cut off inside the store."),
        ("truncated-last", HOST + characters[:-1].encode(), "The last selector is missing."),
        ("truncated-header", HOST + characters[:11].encode(), "Cut off inside the length."),
        ("truncated-version", HOST + characters[:9].encode(), "Cut off after the magic."),
        (
            "truncated-magic",
            HOST + characters[:5].encode(),
            "The text ends inside the magic: one to seven of its characters after U+FEFF.",
        ),
        ("version-0", rewrapped(version=0), "Version 0 does not exist."),
        ("version-2", rewrapped(version=2), "Version 2 does not exist."),
        ("length-huge", rewrapped(length=0xFFFFFFFF), "Claims four gigabytes; nothing is allocated for it."),
        ("length-zero", rewrapped(length=0), "Declares an empty store; what follows is no padding."),
        (
            "length-one-less",
            rewrapped(length=len(f.find_store(text)[2]) - 1),
            "One byte follows the store that is no padding.",
        ),
        (
            "len-short",
            rewrapped(length=len(f.find_store(text)[2]) - 100),
            "The length field says 100 bytes less.",
        ),
        (
            "len-long",
            rewrapped(length=len(f.find_store(text)[2]) + 1),
            "The length field says one byte more.",
        ),
        ("header-only", HOST + f.wrap(b"", length=20), "A header and nothing behind it."),
    ):
        yield Case(f"txt::{name}", data, invalid(CORRUPTED), "A.8.7.1", why)
    for name, store, why in (
        ("not-jumbf", b"not a manifest store", "The wrapper is sound and holds something else."),
        ("empty-store", b"", "The wrapper is sound and holds nothing."),
        (
            "store-trailing",
            f.find_store(text)[2] + b"\0",
            "A byte follows the store, inside the declared length.",
        ),
    ):
        yield Case(
            f"txt::{name}",
            HOST + f.wrap(store),
            invalid("general.error"),
            "A.8.7.1",
            f"{why} The standard has no code for it; general.error is ours.",
        )


def several() -> Iterator[Case]:
    text, run = base(), wrapper()
    stranger = f.Forge(HOST, credential("stranger")).text()[len(HOST) :]
    for name, data, why in (
        ("second-wrapper", text + run, "The same wrapper twice."),
        ("second-apart", text + b"More.\n" + run, "The same wrapper twice, apart."),
        ("two-signers", text + stranger, "Two signers, each of them genuine for the text alone."),
        ("two-stores-front", stranger + text, "A wrapper in front of a signed text."),
    ):
        yield Case(
            f"txt::{name}", data, invalid(MULTIPLE), "A.8.7.1", f"{why} One is allowed; none is believed."
        )
    decoy = f.wrap(b"decoy", version=9)
    yield Case(
        "txt::decoy-before",
        signed(decoy + HOST),
        trusted("human", "decoy"),
        "A.8.4.2",
        "A broken wrapper in the signed text itself changes nothing: or appending one would undo any credential.",
    )
    yield Case(
        "txt::decoy-arbitrary",
        signed(b"\xef\xbb\xbf" + f.selectors(bytes(range(64, 96))).encode() + HOST),
        trusted("human", "hidden-characters"),
        "A.8.4.2",
        "U+FEFF and selectors without the magic are no wrapper.",
    )
    yield Case(
        "txt::decoy-after",
        text + decoy,
        invalid(MISMATCH, warnings=("decoy",)),
        "15.12.1",
        "A broken wrapper added later is text that was not signed.",
    )
    yield Case(
        "txt::damaged-beside",
        text + run.decode()[:400].encode(),
        invalid(MISMATCH, warnings=("decoy",)),
        "A.8.7.1",
        "The second wrapper is damaged, so there is one; but the text was changed.",
    )


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
        error("unsupported"),
        "A.7",
        "HTML may carry a credential this version does not read.",
    )
    yield Case(
        "txt::structured",
        b"# -----BEGIN C2PA MANIFEST----- data:application/c2pa;base64,AAAA -----END C2PA MANIFEST-----\n",
        error("unsupported"),
        "A.9",
        "A comment block may be a credential this version does not read.",
    )
