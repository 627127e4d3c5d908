"""``provkit serve``: the service of :mod:`provkit.serve`, with the lists and files of this user."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from provkit.errors import ConfigurationError
from provkit_cli import console, exits, inputs, lists, options
from provkit_cli.app import new_app
from provkit_cli.lists import NONE_CHOSEN, Chosen

if TYPE_CHECKING:
    from provkit.serve.configuration import Configuration
    from provkit.trust.store import TrustStore

app = new_app()


@app.command(epilog=exits.told("it ended as it was asked to"))
@options.with_lists()
def serve(
    config: Annotated[
        str | None, typer.Option("--config", metavar="FILE", help="Configuration of the service (TOML).")
    ] = None,
    host: Annotated[
        str | None,
        typer.Option("--host", metavar="ADDRESS", help="Where to listen; 127.0.0.1 when left out."),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            "--port", min=0, max=65535, metavar="N", help="Port; 8080 when left out, 0 takes a free one."
        ),
    ] = None,
    chosen: Chosen = NONE_CHOSEN,
    new_key: Annotated[
        bool, typer.Option("--new-key", help="Print a new API key and its hash, and end.")
    ] = False,
) -> None:
    """Verify, label and sign over HTTP, and show the verify page.

    \b
    provkit serve                              the page on http://127.0.0.1:8080
    provkit serve --config serve.toml          with keys, limits and trust lists of your own
    provkit serve --new-key                    a key for POST /v1/sign, to put into the configuration

    Listens on this machine only, unless --host says otherwise; a proxy with TLS belongs in front.
    SIGTERM and Ctrl-C finish what was accepted, then end. The log is JSON lines on stderr.
    """  # noqa: D301 - typer's mark for lines that are kept as they are
    try:
        import pebble  # noqa: F401
        import python_multipart  # noqa: F401 - named here so that all of the extra is looked for
        import starlette  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError as error:
        raise ConfigurationError(
            f"the service needs a package that is not installed: {error.name}",
            hint='install provkit with its extra "serve"',
        ) from error
    from provkit.serve import keys, server
    from provkit.serve.configuration import Configuration, load

    if new_key:
        key, hashed = keys.new_key()
        console.out(f"key:  {key}\nhash: {hashed}\n")
        console.say("note", "the key is shown this once; the hash goes into [[key]] of the configuration")
        return
    found = Configuration() if config is None else inputs.as_configuration(lambda: load(config))
    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    found = found.model_copy(update={"server": found.server.model_copy(update=given)})
    server.run(found, _store(found, chosen), lambda address: console.say("serving", address))


def _store(found: Configuration, chosen: Chosen) -> TrustStore:
    """Who may sign: what the configuration names, and what the options add."""
    written = found.trust
    store = lists.build_store(
        Chosen(
            trust=(*written.anchors, *chosen.trust),
            allowed=(*written.allowed, *chosen.allowed),
            tsa_trust=(*written.time_stamping, *chosen.tsa_trust),
            identity_trust=(*written.identities, *chosen.identity_trust),
            distrust=(*written.distrust, *chosen.distrust),
            no_default_trust=chosen.no_default_trust or not written.bundled,
        )
    )
    if warning := lists.age_warning(store, datetime.now(UTC).date()):
        console.say("warning", warning)
    return store
