"""The signer that the options of ``provkit sign`` describe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provkit.errors import ConfigurationError
from provkit.signers import identities
from provkit_cli import console
from provkit_cli.inputs import as_configuration

if TYPE_CHECKING:
    from provkit.signers import Signer
    from provkit.signers.identities import Identity


def key_options(
    *,
    cert: str | None,
    key: str | None,
    identity: str | None,
    algorithm: str | None,
    password_env: str | None,
) -> Identity:
    """The options, with those of a named identity filled in.

    Raises:
        ConfigurationError: options that do not go together.
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
    return identities.of(cert, key, algorithm, password_env)


def load_signer(identity: Identity) -> Signer:
    """The signer of an identity.

    Raises:
        ConfigurationError: files that cannot be read, or a password that is not set.
        CredentialError: a key or chain that cannot sign.
    """
    return as_configuration(lambda: identities.load(identity))


def introduce(signer: Signer) -> None:
    """Say on stderr what the owner of a key should know."""
    for warning in signer.warnings:
        console.say("warning", warning)
    if signer.credential.facts.development:
        console.say("note", "a development identity signs: no public trust list knows it")
