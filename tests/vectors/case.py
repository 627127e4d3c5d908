"""What a vector is: bytes, circumstances, one frozen verdict, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

PRESENT: Final = "2026-06-01T12:00:30Z"
"""Moment most vectors are judged at: inside the validity of every certificate but the expired ones."""
AFTER: Final = "2030-01-01T00:00:00Z"
UNLISTED: Final = "signingCredential.untrusted"


@dataclass(frozen=True)
class Expected:
    """The verdict.  Fields of None are not compared."""

    state: str | None = None
    error: str | None = None
    failure: tuple[str, ...] = ()
    origin: str | None = None
    attributed: bool | None = None
    complete: bool | None = None
    warnings: tuple[str, ...] = ()
    followed: str | None = None
    """Kind of the error when the store is fetched by the default rules."""

    def as_json(self) -> dict[str, Any]:
        """What goes into the index."""
        if self.error is not None:
            return {"error": self.error}
        found: dict[str, Any] = {
            "state": self.state,
            "failure": sorted(self.failure),
            "warnings": sorted(self.warnings),
        }
        if self.origin is not None:
            found["origin"] = self.origin
        if self.attributed is not None:
            found["attributed"] = self.attributed
        if self.complete is not None:
            found["complete"] = self.complete
        if self.followed is not None:
            found["followed"] = self.followed
        return found

    def forbidden(self) -> list[str]:
        """States that the clause of the vector rules out.

        A limit, or a type this implementation does not read, forbids others nothing.
        """
        believed = ["trusted", "valid"]
        if self.error is not None:
            return believed if self.error == "malformed" else []
        return {"trusted": [], "valid": ["trusted"]}.get(self.state or "", believed)


@dataclass(frozen=True)
class Case:
    """One vector."""

    id: str
    data: bytes
    expected: Expected
    clause: str
    reason: str
    trust: str = "root"
    at: str = PRESENT
    extension: str = field(default="txt")
    manifest: bytes | None = None
    """A manifest store that stands beside the file."""
    path: str | None = None
    """Where the file has to be laid out, for vectors about what stands beside it."""
    beside: tuple[tuple[str, bytes | str], ...] = ()
    """What is laid out beside it: a path and bytes, or the path of a symbolic link and what it names."""

    @property
    def file(self) -> str:
        """File name: the id with one hyphen for the colons."""
        return f"{self._stem}.{self.extension}"

    @property
    def files(self) -> dict[str, bytes]:
        """Every file of it, by name."""
        found = {self.file: self.data}
        if self.manifest is not None:
            found[self.manifest_file] = self.manifest
        for path, content in self.beside:
            if isinstance(content, bytes):
                found[self._beside_file(path)] = content
        return found

    @property
    def layout(self) -> dict[str, Any]:
        """What goes where, as the index says it."""
        return {
            "path": self.path,
            "files": {path: self._beside_file(path) for path, one in self.beside if isinstance(one, bytes)},
            "links": {path: one for path, one in self.beside if isinstance(one, str)},
        }

    def _beside_file(self, path: str) -> str:
        return f"{self._stem}~{path.replace('/', '-')}"

    @property
    def manifest_file(self) -> str:
        """File name of the store beside it."""
        return f"{self._stem}.c2pa"

    @property
    def _stem(self) -> str:
        return self.id.replace("::", "-")


def trusted(origin: str | None = "human", *warnings: str, **more: Any) -> Expected:
    """Intact, signer listed."""
    return Expected("trusted", origin=origin, warnings=warnings, **more)


def valid(origin: str | None = "human", *warnings: str) -> Expected:
    """Intact, signer not listed."""
    return Expected("valid", failure=(UNLISTED,), origin=origin, warnings=warnings)


def invalid(*codes: str, warnings: tuple[str, ...] = ()) -> Expected:
    """Broken; exactly these failure codes; no origin may be taken from it."""
    return Expected("invalid", failure=codes, origin="unknown", warnings=warnings)


def unsigned(*warnings: str, **more: Any) -> Expected:
    """No credential."""
    return Expected("unsigned", origin="unknown", warnings=warnings, **more)


def error(kind: str) -> Expected:
    """No verdict: an error of this kind."""
    return Expected(error=kind)
