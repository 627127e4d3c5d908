"""The configuration file: identities, so that nobody has to type paths of keys.

    [identity.newsroom]
    cert = "newsroom/chain.pem"          # relative to this file
    key = "newsroom/key.pem"
    password_env = "NEWSROOM_PASSWORD"   # name of a variable, never the password

Only ``provkit sign --identity`` and ``provkit schema`` import this module: it needs pydantic.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from provkit.errors import ConfigurationError
from provkit.files import read_file
from provkit_cli import places
from provkit_cli.inputs import as_configuration

Algorithm = Literal["ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "Ed25519"]
_Path = Annotated[str, StringConstraints(min_length=1)]


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Identity(_Written):
    """A certificate chain and the key that goes with it."""

    cert: _Path = Field(description="PEM chain, the signer's certificate first; relative to this file.")
    key: _Path = Field(description="PEM private key; relative to this file.")
    algorithm: Algorithm | None = Field(
        default=None, description="What to sign with; the key decides when left out."
    )
    password_env: _Path | None = Field(
        default=None, description="Name of the environment variable with the password of the key."
    )


class Configuration(_Written):
    """The whole file."""

    identity: dict[str, Identity] = Field(default_factory=dict, description="Identities by name.")


def load_identity(name: str) -> Identity:
    """One identity of the user's configuration, its paths made absolute.

    Raises:
        ConfigurationError: no such file or identity, or the file cannot be understood.
    """
    path = places.config_file()
    if not path.exists():
        raise ConfigurationError(
            f"there is no configuration file: {path}",
            hint=f"write [identity.{name}] with cert and key into it",
        )
    data = as_configuration(lambda: read_file(path))
    try:
        configuration = Configuration.model_validate(tomllib.loads(data.decode("utf-8-sig")))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(
            f"{where}: {first['msg']}, in the configuration file: {path}", hint="see: provkit schema config"
        ) from error
    except ValueError as error:
        raise ConfigurationError(f"not TOML: {error}, in the configuration file: {path}") from error
    identity = configuration.identity.get(name)
    if identity is None:
        known = ", ".join(sorted(configuration.identity)) or "none"
        raise ConfigurationError(
            f"no identity {name!r} in the configuration file: {path}", hint=f"it has: {known}"
        )
    folder = path.absolute().parent
    return identity.model_copy(
        update={"cert": str(folder / Path(identity.cert)), "key": str(folder / Path(identity.key))}
    )
