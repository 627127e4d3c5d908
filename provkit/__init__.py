"""provkit makes origin travel with content: sign, embed and verify C2PA 2.4 manifests.

    import provkit

    signer = provkit.Signer.from_files(cert_chain="chain.pem", key="key.pem")
    signed = provkit.sign(b"A short text.", provkit.Origin.human(), signer)
    verdict = provkit.verify(signed)
    print(verdict.state, verdict.origin.cls)

Names resolve when they are first used, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # the typing module alone would cost most of this import
if TYPE_CHECKING:
    from typing import Any

    from provkit.errors import (
        AlreadySignedError,
        BlockedError,
        ConfigurationError,
        CredentialError,
        FetchError,
        FileAccessError,
        LimitError,
        MalformedError,
        PolicyError,
        ProvkitError,
        UnsupportedError,
    )
    from provkit.fetch import Fetched, Fetcher
    from provkit.fetch_rules import FetchRules
    from provkit.limits import Limits
    from provkit.origin.declaration import Origin
    from provkit.policy import Policy
    from provkit.signers import Signer
    from provkit.signing import Signed, sign, sign_detailed
    from provkit.trust import Purpose, TrustStore
    from provkit.verdict import OriginClass, State, Status, Verdict
    from provkit.verification import inspect, strip, verify

    __version__: str

_HOMES = {
    "AlreadySignedError": "errors",
    "BlockedError": "errors",
    "ConfigurationError": "errors",
    "CredentialError": "errors",
    "FetchError": "errors",
    "FetchRules": "fetch_rules",
    "Fetched": "fetch",
    "Fetcher": "fetch",
    "FileAccessError": "errors",
    "LimitError": "errors",
    "Limits": "limits",
    "MalformedError": "errors",
    "Origin": "origin.declaration",
    "OriginClass": "verdict",
    "Policy": "policy",
    "PolicyError": "errors",
    "ProvkitError": "errors",
    "Purpose": "trust",
    "Signed": "signing",
    "Signer": "signers",
    "State": "verdict",
    "Status": "verdict",
    "TrustStore": "trust",
    "UnsupportedError": "errors",
    "Verdict": "verdict",
    "inspect": "verification",
    "sign": "signing",
    "sign_detailed": "signing",
    "strip": "verification",
    "verify": "verification",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import PackageNotFoundError, version

        try:
            value: object = version("provkit")
        except PackageNotFoundError:  # run from a source tree that was not installed
            value = "0+unknown"
    elif name in _HOMES:
        value = getattr(import_module(f"provkit.{_HOMES[name]}"), name)
    else:
        raise AttributeError(f"module 'provkit' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES, "__version__"})


__all__ = [
    "AlreadySignedError",
    "BlockedError",
    "ConfigurationError",
    "CredentialError",
    "FetchError",
    "FetchRules",
    "Fetched",
    "Fetcher",
    "FileAccessError",
    "LimitError",
    "Limits",
    "MalformedError",
    "Origin",
    "OriginClass",
    "Policy",
    "PolicyError",
    "ProvkitError",
    "Purpose",
    "Signed",
    "Signer",
    "State",
    "Status",
    "TrustStore",
    "UnsupportedError",
    "Verdict",
    "__version__",
    "inspect",
    "sign",
    "sign_detailed",
    "strip",
    "verify",
]
