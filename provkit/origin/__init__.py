"""Origin: what a signer declares, how it is written into a manifest, and what is read back.

``vocabulary`` knows the terms, ``derive`` turns a validated manifest into one class with
its evidence, ``declaration`` turns a declaration into assertions, and ``record`` is the
model of the ``org.provkit.origin`` assertion.
"""
