"""``txt::``: the carrier of unstructured text (C2PA 2.4 §A.8, §15.12.1.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from support import forge as f
from vectors.case import Case, invalid, trusted
from vectors.codes import CORRUPTED, MALFORMED, MISMATCH, MULTIPLE
from vectors.keys import credential
from vectors.text_forge import ACCENTS, HOST, base, rewrapped, signed, wrapper

if TYPE_CHECKING:
    from collections.abc import Iterator

OTHER: Final = b"The quiet brown cat\nsleeps under the old oak.\nA third line, written by hand.\n"


def cases() -> Iterator[Case]:
    """The text as it should be, edits of it, and the wrapper."""
    yield from good()
    yield from edited()
    yield from broken_wrapper()
    yield from several()


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
