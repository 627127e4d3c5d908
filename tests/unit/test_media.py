"""What a file is, from its bytes."""

from __future__ import annotations

import pytest

from provkit import MalformedError, UnsupportedError, media


@pytest.mark.parametrize(
    "data",
    [b"Text.", b"\xef\xbb\xbfText", "世界".encode(), b"<p>not a page", b"# comment", b"{}", b"-----BEGIN C2PA MANIFEST-----", b"a < b and html", b"Hello <html> there"],
)  # fmt: skip
def test_text(data: bytes) -> None:
    assert media.sniff(data) == "text/plain"


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfea\0b\0",
        b"\xfe\xff\0a\0b",
        b"a\0b\0c\0d\0",
        b"OTTO" + bytes(30),
    ],
)
def test_other_formats(data: bytes) -> None:
    with pytest.raises(UnsupportedError):
        media.sniff(data)


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"\xff\xd8\xff\xe0" + bytes(20), "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n" + bytes(8), "image/png"),
        (b"GIF89a" + bytes(8), "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"II*\0" + bytes(8), "image/tiff"),
        (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        (b"PK\x03\x04" + bytes(30), "application/zip"),
        (b"PK\x05\x06" + bytes(18), "application/zip"),
        (b"\0\0\0 ftypisom", "video/mp4"),
        (b"\0\0\0 ftypavif", "image/avif"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "application/pdf"),
        (b"  \n%PDF-1.4", "application/pdf"),
        (b"<!doctype HTML>", "text/html"),
        (b"\n\n<!-- comment --><html>", "text/html"),
        (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'>", "text/html"),
        (b'<p><script type="application/c2pa">AAAA</script>', "text/plain"),
    ],
)
def test_known_formats(data: bytes, media_type: str) -> None:
    assert media.sniff(data) == media_type


def test_empty() -> None:
    with pytest.raises(MalformedError, match="empty"):
        media.sniff(b"")


@pytest.mark.parametrize(("name", "expected"), [("a.txt", "text/plain"), ("A.TXT", "text/plain"), ("a.csv", "text/csv"), ("a.md", "text/markdown"), ("LICENSE", "text/plain"), ("a.py", "text/x-python"), ("a.htm", "text/html"), ("a.json", "application/json"), ("a.xyz", None)])  # fmt: skip
def test_names(name: str, expected: str | None) -> None:
    assert media.type_of_name(name) == expected


def test_a_type_is_what_the_bytes_are_and_for_text_what_is_said() -> None:
    assert media.type_to_sign(b"# A", "text/markdown") == "text/markdown"
    assert media.type_to_sign(b"A", None) == "text/plain"
    assert media.type_to_sign(b"<html>", "text/plain") == "text/html"
    assert media.type_to_sign(b"<html>", "application/xhtml+xml") == "application/xhtml+xml"
    assert media.type_to_sign(b"%PDF-1.7", "text/plain") == "application/pdf"
    with pytest.raises(UnsupportedError):
        media.type_to_sign(b"A", "image/png")


def test_beside_anything_a_sidecar_can_stand() -> None:
    assert media.type_to_sign(b"OTTO" + bytes(30), "font/otf", apart=True) == "font/otf"
    assert media.type_to_sign(b"OTTO" + bytes(30), None, apart=True) == "application/octet-stream"


@pytest.mark.parametrize(
    "data",
    [b"<svg-icon/>", b"<html-include>", b"%PDF-1 is a name", "BM: Grüße".encode("latin-1"), "ID3 für alle".encode("latin-1"), "OTTO für alle".encode("latin-1"), "%PDF- für alle".encode("latin-1")],
)  # fmt: skip
def test_text_that_resembles_something(data: bytes) -> None:
    assert media.sniff(data) == "text/plain"


def test_a_long_comment_before_a_page() -> None:
    assert media.sniff(b"<!--" + b"licence " * 2000 + b"-->\n<!DOCTYPE html>") == "text/html"
