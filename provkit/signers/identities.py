"""Who signs, as users write it: a certificate chain, and where its key is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from provkit.errors import ConfigurationError
from provkit.signers import pkcs11, subprocess
from provkit.signers.base import Signer
from provkit.signers.files import read_pem

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Self

Algorithm = Literal["ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "Ed25519"]
_Text = Annotated[str, StringConstraints(min_length=1)]


class Identity(BaseModel):
    """A certificate chain and the key that goes with it.  Holds no key and no password."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cert: _Text = Field(description="PEM chain, the signer's certificate first; relative to this file.")
    key: _Text = Field(
        description="PEM private key, relative to this file; or pkcs11:… for a key in a token, "
        "or exec:PROGRAM … for a program that signs."
    )
    algorithm: Algorithm | None = Field(
        default=None, description="What to sign with; the key decides when left out."
    )
    password_env: _Text | None = Field(
        default=None,
        description="Name of the environment variable with the password of the key, or the PIN of the token.",
    )

    def below(self, folder: Path) -> Self:
        """The same with its paths made absolute.

        Args:
            folder: that of the file it was written in.
        """
        key = self.key if is_elsewhere(self.key) else str(folder / self.key)
        return self.model_copy(update={"cert": str(folder / self.cert), "key": key})


def of(cert: str, key: str, algorithm: str | None, password_env: str | None) -> Identity:
    """An identity from options; what is wrong with them shows when it is loaded."""
    return Identity.model_construct(cert=cert, key=key, algorithm=algorithm, password_env=password_env)


def is_elsewhere(key: str) -> bool:
    """Whether a key is named by something else than the path of a file."""
    return key.startswith((pkcs11.PREFIX, subprocess.PREFIX))


def load(identity: Identity) -> Signer:
    """The signer of an identity.

    Raises:
        ConfigurationError: a variable that is not set, or a module that cannot be loaded.
        FileAccessError: a file that cannot be read.
        CredentialError: a key or chain that cannot sign.
    """
    secret = password(identity.password_env)
    if not is_elsewhere(identity.key):
        return Signer.from_files(identity.cert, identity.key, password=secret, algorithm=identity.algorithm)
    chain = read_pem(identity.cert, "certificate chain")
    if identity.key.startswith(pkcs11.PREFIX):
        pin = None if secret is None else secret.decode()
        return pkcs11.TokenSigner.load(identity.key, chain, pin=pin, algorithm=identity.algorithm)
    return subprocess.load(identity.key, chain, algorithm=identity.algorithm)


def password(variable: str | None) -> bytes | None:
    """The password in an environment variable.  Never on a command line, where everybody sees it.

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
