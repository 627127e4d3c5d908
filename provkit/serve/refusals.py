"""Requests that are not answered with a verdict, as the JSON that says why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from provkit.report.document import sound

if TYPE_CHECKING:
    from collections.abc import Mapping


class RefusalError(Exception):
    """A request that is not served.

    Args:
        status: of HTTP.
        kind: stable word.
        message: what is wrong, lower case, without a trailing period.
        hint: what to do about it.
        headers: further ones of the response.
    """

    def __init__(
        self,
        status: int,
        kind: str,
        message: str,
        *,
        hint: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.message = message
        self.hint = hint
        self.headers = dict(headers or {})

    @property
    def sentence(self) -> str:
        """The refusal for readers.  Quotes the request: escape it."""
        said = ". ".join(part[:1].upper() + part[1:] for part in (self.message, self.hint) if part)
        return f"{said}."

    def response(self) -> JSONResponse:
        """The refusal as a response."""
        said = {"error": {"kind": self.kind, "message": self.message, "hint": self.hint}}
        return JSONResponse(sound(said), self.status, self.headers)


def busy(message: str = "the service is at work on as much as it may be") -> RefusalError:
    """Too much to do at the moment."""
    return RefusalError(
        503,
        "busy",
        message,
        hint="try again",
        headers={"Retry-After": "1"},
    )


__all__ = ["RefusalError", "busy"]
