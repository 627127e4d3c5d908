"""Who may sign: trust lists, certificate profile, chain judgement.  Pure and offline.

    from provkit.trust import TrustStore, judge, load_credential

    store = TrustStore.bundled()
    finding = judge(load_credential(chain), store, at)
    finding.trusted, finding.list_name, finding.reason

Importing this package is cheap: parsers and the path validator are loaded when they are needed.
"""

from __future__ import annotations

from provkit.trust.chain import ChainFinding, judge
from provkit.trust.credential import Credential, load_credential
from provkit.trust.store import ListKind, Purpose, TrustList, TrustStore

__all__ = [
    "ChainFinding",
    "Credential",
    "ListKind",
    "Purpose",
    "TrustList",
    "TrustStore",
    "judge",
    "load_credential",
]
