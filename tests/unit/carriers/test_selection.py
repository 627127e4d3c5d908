"""Which carrier speaks for a text or a page."""

from __future__ import annotations

import pytest

import provkit
from interop import identities
from provkit import Origin, State, UnsupportedError
from unit.carriers.pdf import making

SIGNER = "ES256"
TRUST = identities.trust(SIGNER)
PAGE = b"<!DOCTYPE html><html><head><title>T</title></head><body><p>Text.</body></html>"


def sign(data: bytes, media_type: str = "text/plain") -> bytes:
    return provkit.sign(data, Origin.human(), identities.signer(SIGNER), media_type=media_type)


@pytest.mark.parametrize(
    "data",
    [
        b'see `<link rel="c2pa-manifest">` tag\n',
        b'print("<script type=\\"application/c2pa\\">")\n',
        b'# A\n\n<script type="application/c2pa">BASE64</script>\n',
        b"The marks -----BEGIN C2PA MANIFEST----- and -----END C2PA MANIFEST----- stand around it.\n",
    ],
)
def test_a_text_that_only_names_a_carrier_is_unsigned(data: bytes) -> None:
    assert provkit.verify(data).state is State.UNSIGNED


@pytest.mark.parametrize(
    "data", [b'see `<link rel="c2pa-manifest">` tag\n', b'<script type="application/c2pa">']
)
def test_and_is_signed(data: bytes) -> None:
    assert provkit.verify(sign(data), trust=TRUST).state is State.TRUSTED


ARTICLE = b'# A\n\n```html\n<script type="application/c2pa">BASE64</script>\n```\n'


def test_an_article_that_shows_the_element_is_signed_as_what_it_is() -> None:
    signed = sign(ARTICLE, "text/markdown")
    assert provkit.verify(signed, trust=TRUST).state is State.TRUSTED
    assert provkit.strip(signed) == ARTICLE
    shown = ARTICLE.replace(b"BASE64", b"AAAAwGp1bWIAAAAeanVtZGMycGEAEQAQ" * 4)
    assert provkit.verify(shown).state is State.INVALID
    both = signed + shown
    assert provkit.verify(both, trust=TRUST).carrier == "html"
    assert provkit.verify(both, trust=TRUST).state is State.INVALID


def test_a_text_with_credentials_of_two_kinds_is_invalid_and_not_signed() -> None:
    quoted = sign(b"# A\n", "text/markdown")
    both = quoted + sign(b"Text.")[5:]
    assert provkit.verify(both, trust=TRUST).state is State.INVALID
    with pytest.raises(UnsupportedError, match="another kind"):
        sign(quoted)
    with pytest.raises(UnsupportedError, match="another kind"):
        sign(sign(b"Text."), "text/markdown")


def test_a_part_of_a_page_is_read_as_the_text_it_is() -> None:
    part = b"<p>A paragraph.</p>\n"
    assert provkit.verify(sign(part, "text/html"), trust=TRUST).state is State.TRUSTED
    with pytest.raises(UnsupportedError, match="another kind"):
        sign(sign(part), "text/html")


def test_a_page_that_quotes_a_signed_text_speaks_for_itself() -> None:
    page = PAGE.replace(b"Text.", sign(b"Text."))
    verdict = provkit.verify(page, trust=TRUST)
    assert verdict.state is State.UNSIGNED
    assert verdict.warnings[-1].startswith("quoted-credential: ")
    assert provkit.verify(sign(page, "text/html"), trust=TRUST).state is State.TRUSTED


def test_a_page_that_was_signed_as_text() -> None:
    page = PAGE + sign(b"Text.")[5:]
    assert provkit.verify(page, trust=TRUST).state is State.INVALID


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"application/c2pa", b"application/c2pb"), (b"<script", b"<scripx"), (b" type=", b" typf=")],
)
def test_a_carrier_that_is_none_any_more_is_told(old: bytes, new: bytes) -> None:
    for page in (PAGE, b"<p>A fragment."):
        verdict = provkit.verify(sign(page, "text/html").replace(old, new, 1), trust=TRUST)
        assert verdict.state is State.UNSIGNED
        assert verdict.warnings[-1].startswith("damaged-credential: ")


def test_a_signed_file_behind_a_tag_is_told() -> None:
    verdict = provkit.verify(b"<html><!-- %PDF-1.7" + b" " * 5000 + making.STORE, trust=TRUST)
    assert verdict.state is State.UNSIGNED
    assert verdict.warnings[-1].startswith("damaged-credential: ")
