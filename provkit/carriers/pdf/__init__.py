"""PDF: a manifest store as an embedded file in an update section (C2PA 2.4 §A.4).

A PDF is changed by appending to it.  So the signed file begins with the original, byte for
byte, and signatures that the original carries still hold.  How the clauses are read, and what
is refused, is in spec/pdf.md.
"""

from __future__ import annotations

from provkit.carriers.pdf.placing import PdfPlacement, place
from provkit.carriers.pdf.reading import read
from provkit.carriers.pdf.removing import remove

__all__ = ["PdfPlacement", "place", "read", "remove"]
