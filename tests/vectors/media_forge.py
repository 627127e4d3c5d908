"""Pages, structured texts and PDFs, and a forge that puts stores into them or beside them.

Nothing here uses provkit.  The same keys give the same bytes.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from support import forge as f
from unit.carriers.pdf.making import BODY, Made
from vectors.image_forge import ImageForge
from vectors.keys import credential

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER: Final = Path(__file__).resolve().parents[2] / "spec" / "vectors" / "media"

Row = tuple[Any, ...]
"""Id, extension, bytes, verdict, clause, reason, and fields of a :class:`~vectors.case.Case`."""

BEGIN: Final = b"-----BEGIN C2PA MANIFEST-----"
END: Final = b"-----END C2PA MANIFEST-----"
DATA_URI: Final = b"data:application/c2pa;base64,"

PAGE_HEAD: Final = b'<!DOCTYPE html>\n<html>\n<head>\n<meta charset="utf-8">\n<title>A page</title>\n'
PAGE_BODY: Final = b"</head>\n<body>\n<p>The quick brown fox.</p>\n</body>\n</html>\n"
MARKDOWN: Final = b"# A title\n\nThe quick brown fox jumps over the lazy dog.\n"


@dataclass
class MediaForge(ImageForge):
    """The forge, around any asset."""

    layout: Callable[[int], tuple[bytes, bytes]] | None = None
    """Halves of the asset, where they depend on the length of what stands between them."""

    def sealed(self) -> bytes:
        """The signed asset.

        Raises:
            RuntimeError: the size did not settle.
        """
        length = 4000
        for _ in range(9):
            if self.layout is not None:
                self.host, self.tail = self.layout(length)
            carrier = self.carry(self._store(0, length, self.pad))
            if len(carrier) == length:
                return self.host + carrier + self.tail
            length = len(carrier)
        raise RuntimeError("the size did not settle")

    def apart(self) -> bytes:
        """A store for the asset, which is hashed whole."""
        return self._store(0, 0, self.pad)


def forge(
    head: bytes, tail: bytes, carry: Callable[[bytes], bytes], *, who: str = "es256", **changes: Any
) -> MediaForge:
    """A good asset in the making."""
    kind = changes.pop("kind", "text/html")
    boxes = changes.pop("boxes", None) or [created(kind), f.data_hash()]
    return MediaForge(head, credential(who), tail, boxes=boxes, carry=carry, **changes)


def created(kind: str) -> f.Box:
    """Says that a person made it, and of which type it is: a comment is judged by that."""
    return f.actions(f.created(parameters={"dc:format": kind}))


def beside(asset: bytes, **changes: Any) -> bytes:
    """A store of its own for an asset."""
    boxes = [created(changes.pop("kind", "text/html")), f.data_hash(exclusions=None)]
    return forge(asset, b"", bytes, boxes=boxes, **changes).apart()


# HTML


def script(store: bytes) -> bytes:
    """The element that carries a store."""
    return b'<script type="application/c2pa">' + base64.b64encode(store) + b"</script>"


def link(href: bytes) -> bytes:
    """The element that names one."""
    return b'<link rel="c2pa-manifest" href="' + href + b'">'


def page(head: bytes = b"", body: bytes = b"", **changes: Any) -> bytes:
    """A signed page with more in its head and its body."""
    rest = PAGE_BODY.replace(b"</body>", body + b"</body>")
    return forge(PAGE_HEAD + head, rest, changes.pop("carry", script), **changes).sealed()


def plain_page(head: bytes = b"", body: bytes = b"") -> bytes:
    """The same without a credential."""
    return PAGE_HEAD + head + PAGE_BODY.replace(b"</body>", body + b"</body>")


def element_of(data: bytes) -> bytes:
    """The carrier of a page."""
    found = re.search(rb'<script type="application/c2pa">[^<]*</script>', data)
    if found is None:
        raise ValueError("no carrier")
    return found[0]


# Structured text


def block(reference: bytes, before: bytes = b"<!-- ", behind: bytes = b" -->\n") -> bytes:
    """A comment line with a block."""
    return before + BEGIN + b" " + reference + b" " + END + behind


def inline(store: bytes) -> bytes:
    """A store as a data URI."""
    return DATA_URI + base64.b64encode(store)


def text(
    host: bytes = MARKDOWN,
    before: bytes = b"<!-- ",
    behind: bytes = b" -->\n",
    head: bytes = b"",
    **changes: Any,
) -> bytes:
    """A signed text with the block in front of it, or behind `head`."""
    kind = changes.pop("kind", "text/markdown")
    return forge(
        head, host, lambda store: block(inline(store), before, behind), kind=kind, **changes
    ).sealed()


# PDF

FILLER: Final = b"\xaa"
CATALOG: Final = b"/AF [7 0 R] /Names << /EmbeddedFiles << /Names [(c) 7 0 R] >> >>"
SPECIFICATION: Final = b"/AFRelationship /C2PA_Manifest /EF << /F 6 0 R /UF 6 0 R >>"


def store_objects(
    length: int, *, catalog: bytes = CATALOG, specification: bytes = SPECIFICATION, more: int = 0
) -> dict[int, bytes]:
    """The objects of a document with room for a store; ``/Length`` may lie by `more`."""
    return {
        **BODY,
        1: b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog,
        6: b"<< /Type /EmbeddedFile /Subtype /application#2Fc2pa /Length %d >>\nstream\n%s\nendstream"
        % (length + more, FILLER * length),
        7: b"<< /Type /Filespec /F (c) /UF (c) %s >>" % specification,
    }


def split(data: bytes, length: int) -> tuple[bytes, bytes]:
    """What stands before and behind the room for a store."""
    head, _, tail = data.partition(FILLER * length)
    return head, tail


def pdf(make: Callable[[int], bytes] | None = None, **changes: Any) -> bytes:
    """A signed document; `make` writes it with room for a store of so many bytes."""

    def layout(length: int) -> tuple[bytes, bytes]:
        data = Made().update(store_objects(length)).data if make is None else make(length)
        return split(data, length)

    return forge(b"", b"", bytes, layout=layout, kind="application/pdf", **changes).sealed()
