"""The configuration file: identities, so that nobody has to type paths of keys.

    [identity.newsroom]
    cert = "newsroom/chain.pem"          # relative to this file
    key = "newsroom/key.pem"
    password_env = "NEWSROOM_PASSWORD"   # name of a variable, never the password

Only ``provkit sign --identity`` and ``provkit schema`` import this module: it needs pydantic.
"""

from __future__ import annotations

import tomllib

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from provkit.errors import ConfigurationError
from provkit.files import read_file
from provkit.signers.identities import Identity
from provkit_cli import places
from provkit_cli.inputs import as_configuration


class Configuration(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

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
    return identity.below(path.absolute().parent)
