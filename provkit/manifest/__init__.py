"""The manifest store itself: JUMBF, CBOR, COSE, claims.  Pure: bytes in, values out."""
