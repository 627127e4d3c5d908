"""The reference engine, c2pa-python, at arm's length.

Containers (images, audio, video, office formats) are signed and validated by it, in
:mod:`.native`, the only module that imports it.  What it says is turned into our words by
:mod:`.report`; :mod:`.strict` then looks at what it leaves unchecked, and :mod:`.credential`
judges the signer against the lists for claim signing alone.  :mod:`.manifest_definition` turns
a declaration of origin into what the engine signs.
"""
