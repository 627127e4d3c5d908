"""Key and certificate files, written through :mod:`provkit.files`."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final

from provkit.errors import FileAccessError
from provkit.files import make_folder, write_atomic

if TYPE_CHECKING:
    from provkit.signers.development import DevelopmentIdentity

_MAX_BYTES: Final = 1024 * 1024
"""A chain of 16 RSA certificates takes 40 KB; more than this is some other file."""


def read_pem(path: str | os.PathLike[str], what: str) -> bytes:
    """Contents of a small file.

    Args:
        path: the file.
        what: word for the error message, for example ``key``.

    Raises:
        FileAccessError: it cannot be read, or is far too large.
    """
    try:
        with Path(path).open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise FileAccessError(
            f"cannot read the {what} {os.fspath(path)}: {error.strerror or type(error).__name__}",
            hint="check the path and its permissions",
        ) from error
    if len(data) > _MAX_BYTES:
        raise FileAccessError(f"the {what} {os.fspath(path)} is larger than {_MAX_BYTES} bytes")
    return data


def key_file_warnings(path: str | os.PathLike[str]) -> tuple[str, ...]:
    """A warning when others than the owner may read or write the key file; none on Windows."""
    if os.name != "posix":
        return ()
    try:
        mode = Path(path).stat().st_mode
    except OSError:
        return ()
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        return (f"the key file {os.fspath(path)} is open to other users (mode {stat.S_IMODE(mode):03o})",)
    return ()


def write_development_identity(
    folder: str | os.PathLike[str], identity: DevelopmentIdentity, *, force: bool = False
) -> tuple[Path, Path, Path]:
    """Write ``root.pem``, ``chain.pem`` and ``key.pem``; returns the three paths.

    The key is created with mode 0600 and is never open to others, not even for a moment.

    Args:
        folder: made when it is not there.
        identity: what to write.
        force: replace files that are there.

    Raises:
        FileAccessError: a file is there already (and nothing was written), or cannot be written.
    """
    target = Path(folder)
    contents = {
        target / "root.pem": (identity.root_pem, 0o644),
        target / "chain.pem": (identity.chain_pem, 0o644),
        target / "key.pem": (identity.key_pem, 0o600),
    }
    if not force:
        for path in contents:
            if os.path.lexists(path):
                raise FileAccessError(
                    f"{path} is there already", hint="choose another folder, or add --force"
                )
    make_folder(target)
    for path, (data, mode) in contents.items():
        write_atomic(path, data, force=force, mode=mode)
    root, chain, key = contents
    return root, chain, key


def write_private(path: str | os.PathLike[str], data: bytes, *, force: bool = False) -> Path:
    """Write a key that nobody else may read (mode 0600 from the start).

    Raises:
        FileAccessError: the file is there already, or cannot be written.
    """
    write_atomic(path, data, force=force, mode=0o600)
    return Path(path)
