# -----BEGIN C2PA MANIFEST----- https://example.org/a.c2pa -----END C2PA MANIFEST-----
answer = 42
