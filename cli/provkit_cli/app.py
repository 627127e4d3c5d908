"""How every part of the command line is put together."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup

COMMANDS: Final = {
    "sign": "sign",
    "verify": "verify",
    "inspect": "inspection",  # a module named inspect would stand in front of the standard one
    "strip": "strip",
    "keys": "keys",
    "trust": "trust",
    "weigh": "weigh",
    "policy": "policy",
    "serve": "serve",
    "stamp": "stamp",
    "formats": "formats",
    "explain": "explain",
    "schema": "schema",
    "demo": "demo",
}
"""In the order of the help: each command, and the module of this package that has its ``app``."""


def new_app(help_text: str | None = None) -> typer.Typer:
    """An empty app with our settings.  Without markup typer does not import rich, which takes 0.1 s."""
    return typer.Typer(
        help=help_text,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )


class LazyGroup(TyperGroup):
    """Imports a command when it is asked for, so that one command never pays for another."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the signature is typer's
        """The names, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """The command, or None for an unknown name."""
        if cmd_name not in COMMANDS:
            return None
        return typer.main.get_command(import_module(f"provkit_cli.{COMMANDS[cmd_name]}").app)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """As typer does it, with the near matches of an unknown name."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            close = get_close_matches(name, COMMANDS)
            ctx.fail(f"no such command {name!r}" + (f"; did you mean {close[0]!r}?" if close else ""))
        return super().resolve_command(ctx, args)
