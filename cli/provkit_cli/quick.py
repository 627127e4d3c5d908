"""The quick way into ``provkit verify``.

typer and what it imports take longer than verifying a text.  So the plain forms of ``verify`` are
read here; for anything else, a mistake included, :func:`read` gives up and typer takes over,
with its messages.  A test holds the two readings together.
"""

from __future__ import annotations

import os
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from provkit_cli.lists import Chosen
from provkit_cli.verifying import Request, Required, level_of
from provkit_cli.writing import Format

if TYPE_CHECKING:
    from collections.abc import Sequence

_FLAGS: Final = {
    "--no-default-trust": "no_default_trust",
    "--allow-untrusted": "allow_untrusted",
    "--allow-unsigned": "allow_unsigned",
    "--force": "force",
    "--recursive": "recursive",
    "-r": "recursive",
    "--hidden": "hidden",
    "--fail-fast": "fail_fast",
    "--no-color": "no_color",
    "--no-progress": "no_progress",
    "--online": "online",
    "--any-origin": "any_origin",
    "--cross-check": "cross_check",
}
_LEVELS: Final = {"--quiet": -1, "-q": -1, "--verbose": 1, "-v": 1, "-vv": 2}
"""A level of detail less or more."""
_LISTS: Final = {
    "--trust": "trust",
    "--allowed": "allowed",
    "--tsa-trust": "tsa_trust",
    "--identity-trust": "identity_trust",
    "--distrust": "distrust",
    "--include": "include",
    "--exclude": "exclude",
    "--require-origin": "require_origin",
}
_VALUES: Final = {
    "--format": "format",
    "--output": "output",
    "-o": "output",
    "--media": "media_type",
    "--password": "password",
    "--at": "at",
}


def read(arguments: Sequence[str]) -> Request | None:
    """The request that `arguments` make, or None when typer had better read them."""
    if not arguments or arguments[0] != "verify" or "_PROVKIT_COMPLETE" in os.environ:
        return None
    paths: list[str] = []
    lists: dict[str, list[str]] = {}
    values: dict[str, Any] = {}
    levels: list[int] = []
    rest = iter(arguments[1:])
    for argument in rest:
        if not argument.startswith("-") or argument == "-":
            paths.append(argument)
        elif argument in _FLAGS:
            values[_FLAGS[argument]] = True
        elif argument in _LEVELS:
            levels.append(_LEVELS[argument])
        elif argument in _LISTS or argument in _VALUES:
            value = next(rest, None)
            if value is None or value.startswith("-"):
                return None
            if argument in _LISTS:
                lists.setdefault(_LISTS[argument], []).append(value)
            else:
                values[_VALUES[argument]] = value
        else:
            return None
    if not paths:
        return None
    try:
        if "format" in values:
            values["format"] = Format(values["format"])
        required = tuple(Required(word) for word in lists.pop("require_origin", ()))
    except ValueError:
        return None
    values["level"] = level_of(quiet=-1 in levels, verbose=sum(levels), level=None)
    given: dict[str, Any] = {**values, **{name: tuple(entries) for name, entries in lists.items()}}
    chosen = {field.name: given.pop(field.name) for field in fields(Chosen) if field.name in given}
    return Request(paths=tuple(paths), chosen=Chosen(**chosen), require_origin=required, **given)
