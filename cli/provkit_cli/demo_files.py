"""The files that ``provkit demo`` signs: a text, a page, a picture and a document."""

from __future__ import annotations

import binascii
from typing import Final

_BOAT: Final = (
    "iVBORw0KGgoAAAANSUhEUgAAADAAAAAgCAMAAABjCgsuAAAAYFBMVEX6+vrw8OZTqL9Sm787qNcmqOw7m9cmm+xAkNFBgNAn"
    "juongepLdsZLbcYsduYsbeZTYr5CYs9UVb1CVc8sYuYsVeYUW24UWm4UWW4UWG4UV24UVm4UVW4UVG4UU24UUm600KfKAAAA"
    "uklEQVR42pXL2QKCIBRF0WODgQnRPNf//2V4EUVE6e7nvXCmTtSuSW+7KmrjWrswBpoN9BBUeaDZoCUcoANQ/QV0AMqmlWsa"
    "aAJlVwbIQkopbCNwpPZ90uWB+BugBZ7kATwQs0DVHeiFmALKVttaABGIBFDKAxsBL5ZNCwoHyhijVALAvUngzRAg+oeASAQw"
    "DyyJAZIgECYGyAETA0yAYqYAfJnhwwxvZngxw5MZHsxwZ4YbM1yZ4cLsB5/JXEVvHLSGAAAAAElFTkSuQmCC"
)
"""A small drawing, PNG."""
_PAGE: Final = b"""<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Herons</title></head>
<body><h1>Herons</h1><p>The ferry was late again, so we counted herons.</p></body>
</html>
"""


def _document(line: str) -> bytes:
    """A PDF of one page with one line on it."""
    drawing = f"BT /F1 18 Tf 40 100 Td ({line}) Tj ET"
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 460 200] /Contents 4 0 R /Resources 6 0 R >>",
        f"<< /Length {len(drawing)} >>\nstream\n{drawing}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        "<< /Font << /F1 5 0 R >> >>",
    )
    out = "%PDF-1.7\n"
    table = "0000000000 65535 f \n"
    for number, content in enumerate(objects, 1):
        table += f"{len(out):010} 00000 n \n"
        out += f"{number} 0 obj\n{content}\nendobj\n"
    size = len(objects) + 1
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return f"{out}xref\n0 {size}\n{table}{trailer}".encode("ascii")


FILES: Final = {
    "letter.txt": b"The ferry was late again, so we counted herons. There were eleven of them.\n",
    "herons.html": _PAGE,
    "boat.png": binascii.a2b_base64(_BOAT),
    "reply.pdf": _document("Your parcel left our warehouse this morning."),
    "notice.txt": b"The library is closed on Monday.\n",
}
