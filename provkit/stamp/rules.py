"""The rules of an archive: which files are stamped with what, and by whom.  What a user writes, TOML.

The smallest file that works::

    [[rule]]
    match = ["**/*.html"]
    origin = "human"
    identity = "newsroom"

    [identity.newsroom]
    cert = "chain.pem"
    key = "key.pem"

The first rule that matches a file decides about it.  A file that no rule matches, or whose rule finds no
statement of origin, is left alone and listed: nothing is ever guessed.
"""

from __future__ import annotations

import hashlib
import tomllib
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from provkit.errors import ConfigurationError, ProvkitError
from provkit.files import read_file
from provkit.limits import DEFAULT_LIMITS
from provkit.origin.declaration import Origin
from provkit.signers.authorities import chosen
from provkit.signers.identities import Identity, is_elsewhere
from provkit.stamp import globs

if TYPE_CHECKING:
    from collections.abc import Mapping

_Text = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
_Class = Literal["human", "ai-assisted", "synthetic"]


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Byline(_Written):
    """Authors who stand for an origin."""

    match: _Text = Field(description="The whole of a byline, case-sensitive; * is anything.")
    origin: _Class = Field(description="What their articles are.")


class Statement(_Written):
    """Where an article itself says what it is: its front matter, or the ``meta`` elements of a page."""

    key: _Text = Field(default="origin", description="Key of the front matter, or name of the meta element.")
    values: dict[str, _Class] = Field(
        default={"human": "human", "ai-assisted": "ai-assisted", "synthetic": "synthetic"},
        description="What its values stand for.",
    )
    byline_keys: tuple[_Text, ...] = Field(
        default=("author", "article:author"),
        description="Where the byline stands; the first that is there counts.",
    )
    bylines: tuple[Byline, ...] = Field(default=(), description="Read only where the key itself is absent.")


class Rule(_Written):
    """What is stamped, with what, by whom."""

    match: tuple[_Text, ...] = Field(min_length=1, description="Patterns of paths below the root.")
    exclude: tuple[_Text, ...] = Field(
        default=(), description="Patterns of paths that are left alone all the same."
    )
    media_types: tuple[_Text, ...] = Field(
        default=(), description="Only files of these types; all when left out."
    )
    origin: _Class | None = Field(default=None, description="What these files are.")
    origin_from: Statement | None = Field(default=None, description="Where each file says what it is.")
    identity: _Text = Field(description="Who signs: a name of the table identity.")
    carriage: Literal["embedded", "sidecar", "link"] | None = Field(
        default=None, description="Where the credential goes; what is usual for the type when left out."
    )
    reference: _Text | None = Field(
        default=None, description="For links, where readers find it; {name} is the name of the file."
    )
    signed: Literal["leave", "keep"] = Field(
        default="leave",
        description="Files with another's credential: leave them, or keep it as their history.",
    )
    read_only: Literal["stamp", "leave"] = Field(
        default="stamp",
        description="Files that their owner may not write: stamp them and let them stay so, or leave them.",
    )
    model: _Text | None = None
    model_identifier: _Text | None = None
    model_type: _Text | None = None
    oversight: Literal["fully_autonomous", "prompt_guided", "human_validated"] | None = None
    source_type: _Text | None = None
    category: _Text | None = None
    purpose: _Text | None = None
    title: _Text | None = None
    training_mining: dict[str, Literal["allowed", "notAllowed", "constrained"]] | None = None

    @model_validator(mode="after")
    def _agree(self) -> Rule:
        if (self.origin is None) is (self.origin_from is None):
            raise ValueError("a rule has either origin or origin_from")
        if (self.reference is None) is (self.carriage == "link"):
            raise ValueError('carriage = "link" and reference go together')
        for pattern in (*self.match, *self.exclude):
            globs.matches(pattern, "")
        return self

    def declares(self, cls: str) -> Origin:
        """The declaration for a file of a class.

        Raises:
            ConfigurationError: the parts of the rule contradict the class.
        """
        names = ("model", "model_identifier", "model_type", "oversight", "source_type", "category")
        stated: dict[str, Any] = {
            name: getattr(self, name) for name in (*names, "purpose", "title", "training_mining")
        }
        return Origin.of(cls, **{name: value for name, value in stated.items() if value is not None})

    @cached_property
    def terms(self) -> str:
        """SHA-256 of what the rule says of a file, lower-case hexadecimal; not of which files it says it."""
        said = self.model_dump_json(exclude={"match", "exclude", "media_types", "signed", "read_only"})
        return hashlib.sha256(said.encode()).hexdigest()


class Signing(Identity):
    """An identity, and who stamps the time of what it signs."""

    tsa: _Text | None = Field(
        default=None,
        description="URL of a time-stamp authority (RFC 3161), asked once for each file that is signed.",
    )

    @field_validator("tsa")
    @classmethod
    def _is_address(cls, url: str | None) -> str | None:
        try:
            if url is not None:
                chosen(url)
        except ProvkitError as error:
            raise ValueError(error.message) from None
        return url


class Rules(_Written):
    """The whole file."""

    rule: tuple[Rule, ...] = Field(min_length=1, description="In order; the first that matches counts.")
    identity: dict[str, Signing] = Field(default_factory=dict, description="Identities by name.")
    hidden: bool = Field(default=False, description="Also files and folders that start with a dot.")

    @model_validator(mode="after")
    def _agree(self) -> Rules:
        for number, rule in enumerate(self.rule, 1):
            if rule.identity not in self.identity:
                known = ", ".join(sorted(self.identity)) or "none"
                raise ValueError(f"rule {number} names the identity {rule.identity!r}; there are: {known}")
            for cls in _classes(rule):
                rule.declares(cls)
        return self

    def for_path(self, path: str) -> int | None:
        """Number of the rule for a path below the root, from 0; None where no rule matches."""
        for number, rule in enumerate(self.rule):
            if any(globs.matches(one, path) for one in rule.match):
                if any(globs.matches(one, path) for one in rule.exclude):
                    continue
                return number
        return None

    def files(self) -> tuple[str, ...]:
        """Certificates and keys: files that are never content."""
        found: list[str] = []
        for one in self.identity.values():
            found.append(one.cert)
            if not is_elsewhere(one.key):
                found.append(one.key)
        return tuple(found)


def _classes(rule: Rule) -> set[str]:
    if rule.origin is not None:
        return {rule.origin}
    statement = rule.origin_from
    return (
        set()
        if statement is None
        else {*statement.values.values(), *(one.origin for one in statement.bylines)}
    )


def load(path: str) -> Rules:
    """Read a file of rules; the paths in it become absolute.

    Raises:
        ConfigurationError: it cannot be read or understood.
    """
    try:
        data = read_file(path, DEFAULT_LIMITS)
    except ProvkitError as error:
        raise ConfigurationError(error.message, hint=error.hint) from error
    try:
        return parse(tomllib.loads(data.decode("utf-8-sig")), Path(path).absolute().parent)
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(f"not TOML: {error}, in the rules: {path}") from error


def parse(written: Mapping[str, Any], folder: Path) -> Rules:
    """Rules as they were written, with the folder that their paths are relative to.

    Raises:
        ConfigurationError: they cannot be understood.
    """
    try:
        rules = Rules.model_validate(written)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(
            f"rules: {where}: {first['msg']}", hint="see: provkit schema stamp"
        ) from error
    known = {name: one.below(folder) for name, one in rules.identity.items()}
    return rules.model_copy(update={"identity": known})
