"""Where the results of ``sign`` and ``strip`` go."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from provkit.assets import sidecar_path
from provkit.carriers.source import windows
from provkit.errors import ConfigurationError
from provkit.files import make_folder, write_atomic
from provkit_cli import checks, console
from provkit_cli.inputs import STDIN, Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provkit.carriers.source import Source as Asset


@dataclass(frozen=True, slots=True)
class Target:
    """Where one result goes."""

    source: Source
    path: str
    """A path, or ``-`` for standard output."""
    force: bool
    """Replace a file that is there; always so in place."""

    beside: bool = False
    """The file itself stays as it is, and nothing was said about replacing it."""

    def write(
        self, asset: Asset, store: bytes | None = None, *, replace_store: bool = False, same: bool = False
    ) -> None:
        """Write the result whole or not at all.

        Args:
            asset: the result.
            store: its manifest store, when that goes into a sidecar; written first, because a store
                without its asset misleads nobody.
            replace_store: replace a sidecar that is there.
            same: the asset is as it was, so in place there is nothing to write.

        Raises:
            FileAccessError: it exists, or cannot be written.
            ConfigurationError: standard output has no place for a sidecar.
        """
        if self.path == STDIN:
            if store is not None:
                raise ConfigurationError(
                    "standard output has no place for a sidecar", hint="use --out with the name of a file"
                )
            console.out_bytes(asset.read(0, asset.size))
            return
        folder = os.path.dirname(self.path)  # noqa: PTH120
        if folder and self.path != self.source.path:
            make_folder(folder)
        if store is not None:
            force = replace_store or (self.force and not self.beside)
            write_atomic(sidecar_path(self.path), store, force=force)
        if not (same and self.path == self.source.path):
            write_atomic(self.path, windows(asset, 0, asset.size), force=self.force)


def plan(
    sources: Sequence[Source], *, out: str | None, in_place: bool, force: bool, beside: bool = False
) -> list[Target]:
    """A target for every source that can be read, settled before anything is written.

    Args:
        sources: the files.
        out: file or folder for the results.
        in_place: replace the files.
        force: replace results that are there.
        beside: only sidecars are written, so results need no place when none is given.

    Raises:
        ConfigurationError: options that do not go together, or two results for one name.
        FileAccessError: one file is asked for and it exists already.
    """
    if in_place and out is not None:
        raise ConfigurationError("--out and --in-place say two different things", hint="choose one of them")
    piped = any(source.path == STDIN for source in sources)
    if piped and len(sources) > 1:
        raise ConfigurationError("standard input goes alone", hint="give - and no other file")
    if piped and in_place:
        raise ConfigurationError(
            "standard input cannot be replaced", hint="use --out, or let the result go to stdout"
        )
    if beside and out is None:
        if piped:
            raise ConfigurationError("standard input has no place for a sidecar", hint="give a file")
        return [Target(source, source.path, force, beside=True) for source in sources]
    if out is None and not in_place:
        if not piped:
            raise ConfigurationError(
                "it is not said where the result goes",
                hint="add --out PATH, or --in-place to replace the file",
            )
        if sys.stdout.isatty():
            raise ConfigurationError("the result would go to the terminal", hint="add --out PATH")
        return [Target(sources[0], STDIN, force)]
    if in_place:
        return [Target(source, source.path, True) for source in sources]
    assert out is not None  # noqa: S101 - settled above
    if len(sources) == 1 and sources[0].below == os.path.basename(sources[0].path) and not _is_folder(out):  # noqa: PTH119
        if out != STDIN and not force:
            checks.refuse_existing(out)
        return [Target(sources[0], out, force)]
    if piped:
        raise ConfigurationError("the result of standard input needs a file name", hint="give --out a file")
    if os.path.lexists(out) and not os.path.isdir(out):  # noqa: PTH112
        raise ConfigurationError(
            f"several files go into a folder, and this is none: {out}", hint="give --out a folder"
        )
    return _in_folder(sources, out, force=force)


def _is_folder(path: str) -> bool:
    return path.endswith(("/", os.sep)) or os.path.isdir(path)  # noqa: PTH112


def _in_folder(sources: Sequence[Source], out: str, *, force: bool) -> list[Target]:
    targets: dict[str, Target] = {}
    for source in sources:
        path = os.path.join(out, source.below)  # noqa: PTH118
        if source.problem is None and path in targets:
            raise ConfigurationError(
                f"two files would become one: {path}",
                hint="give them different names, or sign them one by one",
            )
        targets[path if source.problem is None else f"{len(targets)}\0"] = Target(source, path, force)
    return list(targets.values())
