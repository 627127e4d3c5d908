"""The signer that the options of ``provkit sign`` describe."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from provkit.errors import ConfigurationError
from provkit_cli import console
from provkit_cli.inputs import as_configuration

if TYPE_CHECKING:
    from provkit.signers import Signer


def signer(
    *,
    cert: str | None,
    key: str | None,
    identity: str | None,
    algorithm: str | None,
    password_env: str | None,
    quiet: bool = False,
) -> Signer:
    """A signer; what its owner should know goes to stderr.

    Raises:
        ConfigurationError: options that do not go together, or files that cannot be read.
        CredentialError: a key or chain that cannot sign.
    """
    if identity is not None:
        if cert is not None or key is not None:
            raise ConfigurationError(
                "--identity brings its own certificate and key", hint="leave out --cert and --key"
            )
        from provkit_cli.config import load_identity

        known = load_identity(identity)
        cert, key = known.cert, known.key
        algorithm, password_env = algorithm or known.algorithm, password_env or known.password_env
    if cert is None or key is None:
        raise ConfigurationError(
            "signing needs a certificate chain and its key",
            hint="add --cert chain.pem --key key.pem, or --identity NAME; for a first try: provkit keys init dev",
        )
    made = _load(cert, key, algorithm, password(password_env))
    if not quiet:
        for warning in made.warnings:
            console.say("warning", warning)
        if made.credential.facts.development:
            console.say("note", "a development identity signs: no public trust list knows it")
    return made


def _load(cert: str, key: str, algorithm: str | None, secret: bytes | None) -> Signer:
    from provkit.signers.files import key_file_warnings, read_pem
    from provkit.signers.local import LocalSigner

    return LocalSigner.load(
        as_configuration(lambda: read_pem(cert, "certificate chain")),
        as_configuration(lambda: read_pem(key, "key")),
        password=secret,
        algorithm=algorithm,
        warnings=key_file_warnings(key),
    )


def password(variable: str | None) -> bytes | None:
    """The password in an environment variable.  Never on the command line, where everybody sees it.

    Raises:
        ConfigurationError: the variable is not set.
    """
    if variable is None:
        return None
    value = os.environ.get(variable)
    if value is None:
        raise ConfigurationError(
            f"the environment variable {variable} is not set", hint="it holds the password of the key"
        )
    return value.encode()
