"""Key and certificate files: the one place where signers touch a disk."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final

from provkit.errors import FileAccessError

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
    paths = (target / "root.pem", target / "chain.pem", target / "key.pem")
    contents = (identity.root_pem, identity.chain_pem, identity.key_pem)
    if not force:
        for path in paths:
            if os.path.lexists(path):
                raise FileAccessError(f"{path} is there already", hint="choose another folder, or force it")
    try:
        target.mkdir(parents=True, exist_ok=True)
        for path, data in zip(paths, contents, strict=True):
            _write(path, data, mode=0o600 if path.name == "key.pem" else 0o644, force=force)
    except OSError as error:
        raise FileAccessError(
            f"cannot write into {target}: {error.strerror or type(error).__name__}"
        ) from error
    return paths


def write_private(path: str | os.PathLike[str], data: bytes, *, force: bool = False) -> Path:
    """Write a key that nobody else may read (mode 0600 from the start).

    Raises:
        FileAccessError: the file is there already, or cannot be written.
    """
    target = Path(path)
    if not force and os.path.lexists(target):
        raise FileAccessError(f"{target} is there already", hint="choose another name, or force it")
    try:
        _write(target, data, mode=0o600, force=force)
    except OSError as error:
        raise FileAccessError(f"cannot write {target}: {error.strerror or type(error).__name__}") from error
    return target


def _write(path: Path, data: bytes, *, mode: int, force: bool) -> None:
    """Create a file that has its mode from the start.

    With `force` it is written beside the target and renamed, so that neither old contents nor an old,
    wider mode survive; without, it is never written over a file that appeared in the meantime.
    """
    new = path.with_name(f".{path.name}.{os.getpid()}.tmp") if force else path
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if force:
            new.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            new.unlink()
        raise
