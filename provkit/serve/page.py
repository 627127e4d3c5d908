"""The verify page: three forms, and what came out.  Works without script; nothing comes from elsewhere.

Script and style are files of this service, named after their digest, so that they can be cached for
ever and the policy of the page allows nothing else.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import resources
from typing import Final

from provkit.report.markup import ascii_only, safe
from provkit.report.page_style import STYLE
from provkit.serve.labels import LabelCode

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
"""Content-Security-Policy of every response."""


@dataclass(frozen=True, slots=True)
class About:
    """What the page has to know of the service."""

    urls: bool
    """Addresses are taken too."""
    body_mb: int
    """Largest file, MiB."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that the page needs."""

    name: str
    media_type: str
    data: bytes


def _asset(name: str, media_type: str, before: str = "") -> Asset:
    text = resources.files("provkit.serve").joinpath("static", name).read_text(encoding="utf-8")
    data = (before + text).encode()
    stem, _, ending = name.partition(".")
    return Asset(f"{stem}.{hashlib.sha256(data).hexdigest()[:16]}.{ending}", media_type, data)


_STYLE: Final = _asset("page.css", "text/css", STYLE)
_SCRIPT: Final = _asset("page.js", "text/javascript")
_ICON: Final = _asset("icon.svg", "image/svg+xml")
ASSETS: Final = {asset.name: asset for asset in (_STYLE, _SCRIPT, _ICON)}
"""Files below ``/static/``, by name."""

_LABELS: Final = (
    (LabelCode.AI_GENERATED, "AI-generated", "the signer states that a model generated it"),
    (LabelCode.AI_EDITED, "AI-edited", "the signer states that a model generated or changed a part of it"),
    (LabelCode.CAMERA_CAPTURED, "Camera-captured", "a listed signer states that a camera captured it"),
    (LabelCode.HUMAN_MADE, "Human-made, as stated", "a listed signer states that a person made it"),
    (
        LabelCode.NOT_STATED,
        "Origin not stated",
        "nothing that counts is stated; this says nothing about the content",
    ),
    (LabelCode.BROKEN, "Credential broken", "a credential is there and does not hold for these bytes"),
)


def front(about: About, problem: str | None = None) -> str:
    """The page with nothing checked yet.

    Args:
        about: the service.
        problem: what is wrong with what was sent, one sentence of ours.
    """
    said = f'<p class="problem" id="answer" role="alert" tabindex="-1">{safe(problem)}</p>' if problem else ""
    lead = (
        '<header class="top"><h1>What does this file say about itself?</h1><p class="lead">Signed files state who '
        "signed them and where they come from: a person, a camera, a model. Check here whether that statement "
        "holds.</p></header>"
    )
    title = "Nothing was checked" if problem else "Check a file"
    return _page(title, f"{lead}<main>{said}{_forms(about)}{_legend()}</main>")


def result(about: About, fragment: str) -> str:
    """The page with an answer.

    Args:
        about: the service.
        fragment: from :func:`provkit.serve.page_result.fragment`: markup of ours.
    """
    again = '<section class="again" aria-labelledby="again"><h2 id="again">Check another</h2>'
    return _page(
        "The answer",
        f"<main>{fragment}{again}{_forms(about)}</section>{_legend()}</main>",
        '<a href="#again">Check another</a>',
    )


def _forms(about: About) -> str:
    file = (
        '<form class="drop" aria-label="A file" method="post" action="/" enctype="multipart/form-data" data-drop>'
        '<label for="file"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 16V4m0 0L7 9m5-5l5 5M4 16v3a1 1 '
        '0 0 0 1 1h14a1 1 0 0 0 1-1v-3"/></svg><b>Choose a file<i data-hint></i></b><span>Image, text, page, PDF, sound, video '
        f'or office file, up to {about.body_mb} MB</span></label><input id="file" name="file" type="file" '
        f'data-most="{about.body_mb}" required><button type="submit">Check the file</button></form>'
    )
    text = (
        '<form class="card" aria-label="A text" method="post" action="/" enctype="multipart/form-data"><label for="text">Paste a text'
        '</label><p class="say" id="textsay">All of it, to its very end: the credential of a text is in characters '
        'that are not shown. The source of a page works too.</p><textarea id="text" name="text" rows="6" required '
        'spellcheck="false" aria-describedby="textsay"></textarea><button type="submit">Check the text</button></form>'
    )
    url = (
        '<form class="card" aria-label="An address" method="post" action="/" enctype="multipart/form-data"><label for="url">Or give an address'
        '</label><p class="say" id="urlsay">This service fetches it, and nothing else of that page.</p>'
        '<input id="url" name="url" type="url" required placeholder="https://" autocomplete="off" '
        'aria-describedby="urlsay"><button type="submit">Check the address</button></form>'
        if about.urls
        else ""
    )
    return (
        f'<div class="ways">{file}{text}{url}</div><p class="say kept">What you send is looked at, then deleted. '
        'Nothing of it is kept or logged.</p><p class="busy" role="status" data-busy></p>'
    )


def _legend() -> str:
    rows = "".join(
        f'<div class="l-{code}"><dt>{words}</dt><dd>{said}</dd></div>' for code, words, said in _LABELS
    )
    return (
        '<section class="legend" aria-labelledby="legend"><h2 id="legend">What the labels mean</h2>'
        f"<dl>{rows}</dl><p>A label repeats what a signer states, once the signature holds. Nobody here judges whether "
        "it is so. Anybody can remove a credential, so a file without one says nothing.</p></section>"
    )


def _page(title: str, body: str, link: str = "") -> str:
    return ascii_only(
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><title>{title} \u2013 provkit</title>'
        f'<link rel="icon" href="/static/{_ICON.name}"><link rel="stylesheet" href="/static/{_STYLE.name}">'
        f'<script src="/static/{_SCRIPT.name}" defer></script></head><body>'
        '<a class="skip" href="#main">To the content</a><nav class="brand" aria-label="Site"><a href="/">'
        f'<img src="/static/{_ICON.name}" alt="" width="26" height="26">provkit</a>{link}</nav>'
        f'<div id="main">{body}</div><footer><p>Reads C2PA 2.4 Content Credentials. '
        '<a href="/openapi.json">API description</a></p></footer></body></html>\n'
    )


__all__ = ["ASSETS", "POLICY", "About", "Asset", "front", "result"]
