"""The crawl that ``provkit demo`` weighs: thirty-odd pages of a small web, as rows of JSON.

Every text has the same length, and where a cap leaves one of several documents it is one of a kind:
which one stays depends on signatures, which are new each time, and the table does not.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provkit.signers.base import Signer

_SUBJECTS: Final = (
    "ferry", "lock-keeper", "orchard", "bakery", "lighthouse", "signal box", "quarry", "reading room",
)  # fmt: skip
_LINES: Final = (
    "Nobody could say when the {0} had last been painted, but everybody had an opinion on the colour.",
    "The minutes of that meeting fill nine pages, and the {0} is named on all of them but the third.",
    "In the end a boy from the upper village went and looked, and he told us what he had seen there.",
)
_LENGTH: Final = 320
_SYNTHETIC, _HUMAN, _ASSISTED = "synthetic", "human", "ai-assisted"
_TAMPER: Final = (b"nine pages", b"four pages")


def rows(listed: Signer, anybody: Signer, picture: bytes) -> bytes:
    """Lines for ``crawl.jsonl``.

    Args:
        listed: a signer whose root the reader is told to trust.
        anybody: one that is on no list.
        picture: a PNG.
    """
    found = enumerate(_rows(listed, anybody, picture), 1)
    return b"".join(json.dumps({"id": f"page-{n}", **row}).encode() + b"\n" for n, row in found)


def _rows(listed: Signer, anybody: Signer, picture: bytes) -> Iterator[dict[str, object]]:
    number = iter(range(1000))

    def row(host: str, content: bytes, **headers: str) -> dict[str, object]:
        packed = base64.b64encode(content).decode("ascii")
        url = f"https://{host}.example/{next(number)}"
        return {
            "url": url,
            "content_b64": packed,
            "headers": {k.replace("_", "-"): v for k, v in headers.items()},
        }

    def page(index: int, form: str) -> bytes:
        return _FORMS[form](_text(index))

    # A paper that signs what its people write, by every carrier; one page was changed on the way.
    for index, form in enumerate(("text", "page", "markdown", "code")):
        yield row("herald", _signed(page(index, form), _HUMAN, listed, form), content_type=_TYPES[form])
    yield row("herald", _signed(picture, _HUMAN, listed, "png"), content_type="image/png")
    for form in ("text", "page"):
        changed = _signed(page(4, form), _HUMAN, listed, form).replace(*_TAMPER)
        yield row("herald", changed, content_type=_TYPES[form])
    yield row("herald", _signed(page(5, "page"), _ASSISTED, listed, "page"), content_type=_TYPES["page"])
    # A portal with pages that state nothing, and some that a model wrote and a listed signer says so.
    for index in range(9):
        yield row("portal", page(index, "page"), content_type=_TYPES["page"])
    for index in range(3):
        made = _signed(page(index, "text"), _SYNTHETIC, listed, "text")
        yield row("portal", made, content_type=_TYPES["text"])
    # A blog that labels its generated pages in a header, without a signature.
    for index in range(9):
        yield row("blog", page(index + 3, "page"), content_type=_TYPES["page"])
    for index in range(2):
        yield row(
            "blog", page(index, "page"), content_type=_TYPES["page"], AI_Disclosure="mode=ai-originated"
        )
    # A mill whose generated texts are signed as human work, under a certificate anybody can make; and one
    # honest enough to say what they are.
    for index in range(4):
        made = _signed(page(index, "page"), _HUMAN, anybody, "page")
        yield row("mill", made, content_type=_TYPES["page"])
    for index in range(2):
        made = _signed(page(index, "text"), _SYNTHETIC, anybody, "text")
        yield row("bots", made, content_type=_TYPES["text"])
    # A site that says in a header that it is not for training.
    yield row("private", page(6, "page"), content_type=_TYPES["page"], Content_Usage="train-ai=n")


def _text(index: int) -> str:
    """A text of exactly :data:`_LENGTH` characters."""
    subject = _SUBJECTS[index % len(_SUBJECTS)]
    words = " ".join(line.format(subject) for line in _LINES)
    return words[: _LENGTH - 1].ljust(_LENGTH - 1, ".") + "\n"


def _page(text: str) -> bytes:
    return f'<!DOCTYPE html>\n<html lang="en"><head><title>x</title></head><body><p>{text}</p></body></html>\n'.encode()


_FORMS: Final[dict[str, Callable[[str], bytes]]] = {
    "text": str.encode,
    "page": _page,
    "markdown": str.encode,
    "code": lambda text: f'"""{text}"""\n'.encode(),
}
_TYPES: Final = {
    "text": "text/plain",
    "page": "text/html",
    "markdown": "text/markdown",
    "code": "text/x-python",
    "png": "image/png",
}


def _signed(content: bytes, origin: str, signer: Signer, form: str) -> bytes:
    from provkit.origin.declaration import Origin
    from provkit.signing import sign

    return sign(content, Origin.of(origin), signer, media_type=_TYPES[form])
