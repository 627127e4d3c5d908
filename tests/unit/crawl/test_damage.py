"""What editors, extractors, minifiers and archives do to a credential, and what that is called."""

from __future__ import annotations

import gzip
import re
import unicodedata

import pytest

import provkit
from interop import identities
from provkit import Limits, Origin, OriginClass
from provkit.carriers.text import PREFIX
from provkit.crawl.model import Assurance, Damage, Reading
from provkit.crawl.reading import Reader

SIGNER = "ES256"
TEXT = "Eleven herons stood in the reeds.\nÉtangs gelés.\n".encode()
PAGE = (
    b"<!DOCTYPE html>\n<html lang=en>\n<head>\n<title>Herons</title>\n</head>\n"
    b"<body>\n<p>Eleven herons stood in the reeds.</p>\n</body>\n</html>\n"
)


def reader() -> Reader:
    return Reader(trust=identities.trust(SIGNER))


def sign(data: bytes, **more: object) -> bytes:
    return provkit.sign(data, Origin.human(), identities.signer(SIGNER), **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def text() -> bytes:
    return sign(TEXT)


@pytest.fixture(scope="module")
def page() -> bytes:
    return sign(PAGE)


def read(body: bytes, **more: object) -> Reading:
    reading = reader().read(body, **more)  # type: ignore[arg-type]
    if reading.damage is not None:
        # Whatever is the matter: it is said, and nothing is believed.
        assert (reading.cls, reading.assurance) == (OriginClass.UNKNOWN, Assurance.NONE)
        assert reading.signer is None
        assert len(reading.notes) == 1
    return reading


def code(reading: Reading) -> str:
    return reading.notes[0].partition(":")[0]


def test_untouched(text: bytes, page: bytes) -> None:
    for body in (text, page):
        reading = read(body)
        assert (reading.cls, reading.assurance) == (OriginClass.HUMAN, Assurance.VERIFIED_TRUSTED)
        assert (reading.damage, reading.notes) == (None, ())


class TestText:
    def test_without_feff(self, text: bytes) -> None:
        # What ftfy and trafilatura make of it.
        assert read(text.replace(PREFIX, b"")).damage is Damage.DAMAGED

    @pytest.mark.parametrize("end", [-1, -4, -400, -2000])
    def test_cut(self, text: bytes, end: int) -> None:
        assert read(text[:end]).damage is Damage.DAMAGED

    @pytest.mark.parametrize(
        ("what", "change"),
        [
            ("byte order mark", lambda body: b"\xef\xbb\xbf" + body),
            ("line end", lambda body: body + b"\n"),
            ("line end", lambda body: body + b"\r\n"),
            ("line ends", lambda body: body.replace(b"\n", b"\r\n")),
            ("Unicode form", lambda body: unicodedata.normalize("NFD", body.decode()).encode()),
        ],
    )
    def test_what_editors_do(self, text: bytes, what: str, change: object) -> None:
        reading = read(change(text))  # type: ignore[operator]
        assert (reading.damage, code(reading)) == (Damage.DAMAGED, "credential.damaged")
        assert what in reading.notes[0]

    def test_tampered(self, text: bytes) -> None:
        for changed in (
            text.replace(b"Eleven", b"Twelve"),
            b"\xef\xbb\xbf" + text.replace(b"Eleven", b"Twelve"),
            b"Another text." + text[len(TEXT) :],
        ):
            reading = read(changed)
            assert (reading.damage, code(reading)) == (Damage.INVALID, "credential.invalid")

    def test_in_a_page(self, text: bytes) -> None:
        body = PAGE.replace(b"<p>", b"<p>" + text)
        assert (read(body).damage, code(read(body))) == (Damage.UNVERIFIABLE, "credential.quoted")
        assert read(body.replace(PREFIX, b"")).damage is Damage.DAMAGED
        assert read(PAGE.replace(b"<p>", b"<p>" + text[:-30])).damage is Damage.DAMAGED

    def test_selectors_of_others(self) -> None:
        assert read("❤\ufe0f and \U000e0100\U000e0101\n".encode()).damage is None


class TestPages:
    def test_base64_in_lines(self, page: bytes) -> None:
        def wrap(match: re.Match[bytes]) -> bytes:
            return match[1] + re.sub(rb"(.{76})", rb"\1\n", match[2]) + match[3]

        body = re.sub(rb"(c2pa\">)([^<]*)(</script>)", wrap, page)
        assert body != page
        assert read(body).damage is Damage.DAMAGED

    def test_more_attributes(self, page: bytes) -> None:
        assert read(page.replace(b"<script ", b"<script nonce=abc ")).damage is Damage.DAMAGED

    def test_emptied(self, page: bytes) -> None:
        body = re.sub(rb"(c2pa\">)[^<]*(</script>)", rb"\1\2", page)
        assert read(body).damage is Damage.DAMAGED

    def test_cut(self, page: bytes) -> None:
        assert read(page[: page.index(b"c2pa") + 500]).damage is Damage.DAMAGED

    @pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be"])
    def test_another_encoding(self, page: bytes, codec: str) -> None:
        assert read(page.decode().encode(codec)).damage in (Damage.DAMAGED, Damage.UNVERIFIABLE)

    def test_byte_order_mark(self, page: bytes) -> None:
        assert read(b"\xef\xbb\xbf" + page).damage is Damage.DAMAGED

    def test_tampered(self, page: bytes) -> None:
        assert read(page.replace(b"Eleven", b"Twelve")).damage is Damage.INVALID

    def test_two(self, page: bytes) -> None:
        element = re.search(rb"<script.*</script>", page)
        assert element is not None
        assert read(page.replace(element[0], element[0] * 2)).damage is Damage.INVALID


class TestArchives:
    @pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.999])
    def test_truncated(self, text: bytes, page: bytes, share: float) -> None:
        for whole in (text, page):
            reading = read(whole[: int(len(whole) * share)], truncated=True)
            assert (reading.damage, code(reading)) == (Damage.TRUNCATED, "credential.truncated")

    def test_truncated_without_a_sign_of_one(self) -> None:
        # The credential of a text stands at its end: nobody can tell.
        assert read(b"Eleven herons", truncated=True).damage is Damage.TRUNCATED

    def test_called_truncated_and_whole(self, text: bytes) -> None:
        assert read(text, truncated=True).assurance is Assurance.VERIFIED_TRUSTED

    def test_coding_left_on(self, page: bytes) -> None:
        headers = (("Content-Encoding", "gzip"),)
        assert read(gzip.compress(page), headers=headers).assurance is Assurance.VERIFIED_TRUSTED
        # A crawler that undid it and kept the header.
        assert read(page, headers=headers).assurance is Assurance.VERIFIED_TRUSTED
        assert read(gzip.compress(page)[:-200], headers=headers).damage is Damage.TRUNCATED

    def test_coding_that_nobody_knows(self, page: bytes) -> None:
        reading = read(b"\x00\x01" + page[::-1], headers=(("Content-Encoding", "x-secret"),))
        assert (reading.damage, code(reading)) == (Damage.UNVERIFIABLE, "body.encoded")


class TestElsewhere:
    LINK = (("Link", '<https://example.org/a.c2pa>; rel="c2pa-manifest"'),)

    def test_in_a_header(self, text: bytes) -> None:
        reading = read(PAGE, headers=self.LINK)
        assert (reading.damage, code(reading)) == (Damage.UNVERIFIABLE, "credential.remote")
        assert "https://example.org/a.c2pa" in reading.notes[0]
        assert read(text, headers=self.LINK).assurance is Assurance.VERIFIED_TRUSTED

    def test_in_the_page(self) -> None:
        link = b'<link rel="c2pa-manifest" href="a.c2pa">'
        reading = read(PAGE.replace(b"</head>", link + b"</head>"))
        assert (reading.damage, code(reading)) == (Damage.UNVERIFIABLE, "credential.remote")
        assert read(PAGE.replace(b"<p>", link + b"<p>")).damage is Damage.UNVERIFIABLE

    def test_another_link(self) -> None:
        assert read(PAGE, headers=(("Link", '<a.css>; rel="preload"'),)).damage is None


def test_beyond_a_limit(text: bytes, page: bytes) -> None:
    small = Reader(trust=identities.trust(SIGNER), limits=Limits(store_bytes=100))
    for body in (text, page):
        reading = small.read(body)
        assert reading.damage is Damage.UNVERIFIABLE
        assert code(reading) == "credential.unverifiable"


@pytest.mark.parametrize(
    "body",
    [b"", b"\x00", b"\x89PNG\r\n\x1a\nrubbish", b"%PDF-1.7\nrubbish", b"PK\x03\x04", b"\xff\xfeh\x00i\x00"],
)
def test_broken_and_nothing_there(body: bytes) -> None:
    assert read(body).damage is None
