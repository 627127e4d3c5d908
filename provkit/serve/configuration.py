"""What the operator of the service writes: TOML, all of it optional.

[server]
port = 8080

[limits]
body_mb = 64

[urls]
enabled = true

[identity.house]
cert = "chain.pem"
key = "key.pem"

[[key]]
name = "cms"
hash = "sha256:..."             # provkit serve --new-key
origins = ["synthetic"]
identities = ["house"]
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from provkit.errors import ConfigurationError
from provkit.files import read_file

_Text = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
Name = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9._-]{1,64}$")]
Class = Literal["human", "ai-assisted", "synthetic"]
Algorithm = Literal["ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "Ed25519"]


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Server(_Written):
    """Where the service listens, and how it ends."""

    host: _Text = Field(default="127.0.0.1", description="Address to listen on; a proxy goes in front.")
    port: int = Field(default=8080, ge=0, le=65535, description="0 takes a free one, and says which.")
    public_url: _Text | None = Field(
        default=None, description="Address readers know the service by; written into the OpenAPI document."
    )
    page: bool = Field(default=True, description="Serve the verify page at /.")
    metrics: bool = Field(default=True, description="Serve /metrics; keep it from the public in the proxy.")


class Bounds(_Written):
    """What one request may cost, and how many are at work at once."""

    body_mb: int = Field(default=64, ge=1, le=512, description="Largest request, MiB.")
    upload_seconds: float = Field(default=30, gt=0, le=3600, description="Time to send a request, seconds.")
    job_seconds: float = Field(default=10, gt=0, le=600, description="Time to judge a file, seconds.")
    workers: int = Field(default=4, ge=1, le=256, description="Processes for files up to 64 KiB.")
    large_workers: int = Field(
        default=6, ge=1, le=256, description="Processes for larger files, at a lower priority."
    )
    concurrency: int = Field(
        default=32, ge=1, le=4096, description="Requests at work at once; above it the answer is 503."
    )
    worker_memory_mb: int = Field(
        default=2048, ge=256, le=65536, description="Address space of one process, MiB; where the system can."
    )


class Trust(_Written):
    """Who may sign; paths are relative to this file."""

    bundled: bool = Field(default=True, description="The lists that come with provkit, or their updates.")
    anchors: tuple[_Text, ...] = Field(default=(), description="PEM files of roots that signers chain to.")
    allowed: tuple[_Text, ...] = Field(default=(), description="PEM files of signers that are trusted.")
    time_stamping: tuple[_Text, ...] = Field(default=(), description="PEM files of time-stamp roots.")
    identities: tuple[_Text, ...] = Field(
        default=(), description="PEM files of roots for identities named beside the signer."
    )
    distrust: tuple[_Text, ...] = Field(default=(), description="Lists of signers that are not trusted.")


class Urls(_Written):
    """Verifying what is elsewhere.  Off unless it is switched on; public HTTPS addresses only."""

    enabled: bool = Field(default=False, description="Take addresses as well as files.")
    workers: int = Field(
        default=2, ge=1, le=64, description="Processes of their own, so that slow sites wait alone."
    )
    seconds: float = Field(default=15, gt=0, le=120, description="Time to fetch and judge, seconds.")


class Identity(_Written):
    """A certificate chain and the key that goes with it."""

    cert: _Text = Field(description="PEM chain, the signer's certificate first; relative to this file.")
    key: _Text = Field(description="PEM private key; relative to this file.")
    algorithm: Algorithm | None = Field(default=None, description="The key decides when left out.")
    password_env: _Text | None = Field(default=None, description="Variable with the password of the key.")
    tsa: _Text | None = Field(default=None, description="Address of a time-stamp authority to ask.")


class Key(_Written):
    """Somebody who may have files signed, and what he may state."""

    name: Name = Field(description="Stands in the log; never the key.")
    hash: Annotated[str, StringConstraints(pattern="^sha256:[0-9a-f]{64}$")] = Field(
        description="Digest of the key, as provkit serve --new-key prints it."
    )
    origins: tuple[Class, ...] = Field(min_length=1, description="Classes he may state.")
    identities: tuple[Name, ...] = Field(min_length=1, description="Identities he may sign as.")
    per_day: int = Field(default=1000, ge=1, le=10**9, description="Files a day (UTC).")


class Signing(_Written):
    """How files are signed."""

    workers: int = Field(
        default=1, ge=1, le=64, description="Processes that hold keys; they do nothing else."
    )
    ledger: _Text | None = Field(
        default=None,
        description="SQLite file that counts what each key signed; without it, counts start anew with the service.",
    )


class Configuration(_Written):
    """The whole file."""

    server: Server = Server()
    limits: Bounds = Bounds()
    trust: Trust = Trust()
    urls: Urls = Urls()
    signing: Signing = Signing()
    identity: dict[Name, Identity] = Field(default_factory=dict, description="Identities by name.")
    key: tuple[Key, ...] = Field(default=(), description="API keys; without one, POST /v1/sign is off.")

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if len({one.name for one in self.key}) < len(self.key) or len({one.hash for one in self.key}) < len(
            self.key
        ):
            raise ValueError("two keys have the same name or the same hash")
        for one in self.key:
            for name in one.identities:
                if name not in self.identity:
                    known = ", ".join(sorted(self.identity)) or "none"
                    raise ValueError(f"the key {one.name!r} names the identity {name!r}; there are: {known}")
        return self


def load(path: str) -> Configuration:
    """Read a configuration; the paths in it become absolute.

    Raises:
        ConfigurationError: it cannot be read or understood.
        FileAccessError: there is no such file.
    """
    data = read_file(path)
    try:
        written = tomllib.loads(data.decode("utf-8-sig"))
    except ValueError as error:
        raise ConfigurationError(f"not TOML: {error}, in the configuration: {path}") from error
    try:
        found = Configuration.model_validate(written)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ConfigurationError(
            f"{where}: {first['msg']}, in the configuration: {path}", hint="see: provkit schema serve"
        ) from error
    return _absolute(found, Path(path).absolute().parent)


def _absolute(found: Configuration, folder: Path) -> Configuration:
    def here(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(str(folder / name) for name in names)

    trust, ledger = found.trust, found.signing.ledger
    return found.model_copy(
        update={
            "trust": trust.model_copy(
                update={
                    "anchors": here(trust.anchors),
                    "allowed": here(trust.allowed),
                    "time_stamping": here(trust.time_stamping),
                    "identities": here(trust.identities),
                    "distrust": here(trust.distrust),
                }
            ),
            "signing": found.signing.model_copy(update={"ledger": str(folder / ledger) if ledger else None}),
            "identity": {
                name: one.model_copy(update={"cert": str(folder / one.cert), "key": str(folder / one.key)})
                for name, one in found.identity.items()
            },
        }
    )


__all__ = [
    "Bounds",
    "Configuration",
    "Identity",
    "Key",
    "Server",
    "Signing",
    "Trust",
    "Urls",
    "load",
]
