"""Keys: what signs, and the certificates that say whose it is.

    from provkit.signers import Signer

    signer = Signer.from_files(cert_chain="chain.pem", key="key.pem")

Keys can stay where they are: give :meth:`Signer.from_callback` a function that signs, or write a
subclass of :class:`Signer`.
"""

from __future__ import annotations

from provkit.signers.base import Signer

__all__ = ["Signer"]
