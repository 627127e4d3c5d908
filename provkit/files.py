"""Files: the only module of the library core that reads paths and writes them; :mod:`.folders` lists them.

Reading never blocks and never reads anything but a regular file.  Writing is atomic: whatever
happens and whenever the process dies, a path holds what it held before or all of what it was
to hold.  Every :class:`provkit.FileAccessError` raised here names its path in the message; the
message is raw, so escape it before it reaches a terminal.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from provkit.carriers.source import Memory
from provkit.errors import FileAccessError, LimitError
from provkit.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from provkit.carriers.source import Source

_CHUNK: Final = 8 * 1024 * 1024
_HELD: Final = 16 * 1024 * 1024
"""Files up to so many bytes are held in memory, where everything is quicker."""
_WRITE_FLAGS: Final = (
    os.O_WRONLY
    | os.O_CREAT
    | os.O_EXCL
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_BINARY", 0)
)
_READ_FLAGS: Final = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_KINDS: Final = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)
_SHOWN: Final = 1000
"""Characters of a path in a message."""
_NO_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
"""What file systems without hard links say when asked for one."""


def read_file(path: str | os.PathLike[str], limits: Limits = DEFAULT_LIMITS) -> bytes:
    """All bytes of a regular file.  Symbolic links are followed.

    Raises:
        FileAccessError: missing, not readable, or no regular file (a pipe is not waited for).
        LimitError: larger than ``limits.file_bytes``; nothing is read then.
    """
    name = _named(path)
    try:
        # Looked at before it is opened: opening can act on a device, and wake the writer of a pipe.
        _require_regular(Path(name).stat(), name)
        descriptor = os.open(name, _READ_FLAGS)
    except (OSError, ValueError) as error:
        raise cannot("read", name, error) from error
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        try:
            facts = os.fstat(descriptor)
            _require_regular(facts, name)
            return _read_bounded(file.read, facts.st_size, limits.file_bytes)
        except OSError as error:
            raise cannot("read", name, error) from error


@dataclass(frozen=True, slots=True)
class FileSource:
    """A regular file that is read where it is asked to be; a :class:`provkit.carriers.source.Source`.

    Belongs to the ``with`` block of :func:`open_asset`.  Safe to share between threads.
    """

    name: str
    descriptor: int
    size: int

    def read(self, start: int, length: int) -> bytes:
        """At most ``length`` bytes from ``start``; fewer only at the end.

        Raises:
            FileAccessError: it cannot be read, or has become shorter since it was opened.
        """
        wanted = max(0, min(length, self.size - start))
        parts: list[bytes] = []
        while wanted:
            try:
                part = _read_at(self.descriptor, wanted, start)
            except OSError as error:
                raise cannot("read", self.name, error) from error
            if not part:
                raise FileAccessError(f"the file became shorter while it was read: {self.name}")
            parts.append(part)
            start += len(part)
            wanted -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)


def _read_at(descriptor: int, length: int, start: int) -> bytes:
    if hasattr(os, "pread"):
        return os.pread(descriptor, length, start)
    os.lseek(descriptor, start, os.SEEK_SET)
    return os.read(descriptor, length)


@contextlib.contextmanager
def open_asset(path: str | os.PathLike[str], limits: Limits = DEFAULT_LIMITS) -> Iterator[Source]:
    """A regular file to be read in windows; a small one is read at once.  Symbolic links are followed.

    Raises:
        FileAccessError, LimitError: as :func:`read_file`.
    """
    name = _named(path)
    try:
        _require_regular(Path(name).stat(), name)
        descriptor = os.open(name, _READ_FLAGS)
    except (OSError, ValueError) as error:
        raise cannot("read", name, error) from error
    try:
        facts = os.fstat(descriptor)
        _require_regular(facts, name)
        if facts.st_size > limits.file_bytes:
            raise _too_large(facts.st_size, limits.file_bytes)
        source = FileSource(name, descriptor, facts.st_size)
        yield Memory(source.read(0, source.size)) if source.size <= _HELD else source
    finally:
        os.close(descriptor)


def read_stream(read: Callable[[int], bytes | None], limits: Limits = DEFAULT_LIMITS) -> bytes:
    """Everything `read` gives, for example ``sys.stdin.buffer.read``.

    Raises:
        LimitError: more than ``limits.file_bytes``.
    """
    return _read_bounded(read, 0, limits.file_bytes)


def _read_bounded(read: Callable[[int], bytes | None], expected: int, limit: int) -> bytes:
    if expected > limit:
        raise _too_large(expected, limit)
    # Files grow while they are read, and some report a size of zero: go on until the end.
    parts: list[bytes] = []
    total = 0
    while part := read(min(_CHUNK, max(limit + 1 - total, 1))):
        parts.append(part)
        total += len(part)
        if total > limit:
            raise _too_large(total, limit)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _too_large(size: int, limit: int) -> LimitError:
    return LimitError(f"the file has {size} bytes or more; the limit is {limit}")


def _require_regular(facts: os.stat_result, name: str) -> None:
    if stat.S_ISREG(facts.st_mode):
        return
    what = next((word for test, word in _KINDS if test(facts.st_mode)), "no regular file")
    hint = "give one of the files in it" if what == "a folder" else "copy it into a regular file first"
    raise FileAccessError(f"{what}, not a file: {name}", hint=hint)


def _named(path: str | os.PathLike[str]) -> str:
    name = os.fspath(path)
    if not name:
        raise FileAccessError("the name of a file is empty")
    return name


def cannot(verb: str, name: str, error: OSError | ValueError) -> FileAccessError:
    """The error for what the system refused: the verb and the path in words, and what to do."""
    if len(name) > _SHOWN:
        name = f"{name[:_SHOWN]}…"
    if isinstance(error, FileNotFoundError):
        return FileAccessError(f"no such file or folder: {name}", hint="check the spelling of the path")
    if isinstance(error, PermissionError):
        return FileAccessError(f"no permission to {verb}: {name}", hint="check the permissions of the path")
    if isinstance(error, OSError):
        hint = "make room on the disk" if error.errno in {errno.ENOSPC, errno.EDQUOT} else None
        return FileAccessError(f"cannot {verb}: {error.strerror or type(error).__name__}: {name}", hint=hint)
    return FileAccessError(f"cannot {verb}, no possible path: {name}")


def write_atomic(
    path: str | os.PathLike[str],
    data: bytes | Iterable[bytes],
    *,
    force: bool = False,
    mode: int | None = None,
) -> None:
    """Write a file whole or not at all.

    The bytes go into a new file in the same folder, are forced to the disk, and take the name in
    one step.  When the process is killed, that step has happened or it has not; what can be left
    behind is a file called ``.provkit-….tmp``.  A symbolic link is followed, so the link stays
    and its target is replaced.  A replaced file keeps its permissions, and its owner where the
    system allows it.

    Args:
        path: where to.  Its folder must exist.
        data: the whole contents, or parts of them in order.
        force: replace a file that is there.  Without it an existing file is never touched, not
            even one that appears at the last moment.
        mode: permissions, also of a file that is replaced.  When left out, those of the replaced
            file, or what the process's mask leaves of 0666.

    Raises:
        FileAccessError: the path exists (without `force`), is no regular file, or cannot be written.
    """
    name = os.fspath(path)
    try:
        try:
            target = os.path.realpath(name) if force else name
            replaced = _existing(target)
        except ValueError as error:  # of the path alone: what makes the parts may raise its own
            raise cannot("write", name, error) from error
        if replaced is not None:
            _require_regular(replaced, name)
            if not force:
                raise _exists(name)
        _write_beside(target, data, replaced if force else None, mode, force=force)
    except FileExistsError as error:
        raise _exists(name) from error
    except OSError as error:
        raise cannot("write", name, error) from error


def _existing(target: str) -> os.stat_result | None:
    try:
        return Path(target).stat()
    except FileNotFoundError:
        if os.path.islink(target):  # noqa: PTH114 - a path as the caller wrote it
            raise FileExistsError(errno.EEXIST, "a broken link", target) from None
        return None


def _exists(name: str) -> FileAccessError:
    return FileAccessError(
        f"the file exists already: {name}", hint="choose another name, or add --force to replace it"
    )


def _write_beside(
    target: str,
    data: bytes | Iterable[bytes],
    replaced: os.stat_result | None,
    mode: int | None,
    *,
    force: bool,
) -> None:
    folder = os.path.dirname(target) or os.curdir  # noqa: PTH120
    temporary = os.path.join(folder, f".provkit-{os.urandom(8).hex()}.tmp")  # noqa: PTH118
    # Never more open than the file that is replaced, not even for a moment.
    first_mode = mode if mode is not None else 0o666 if replaced is None else 0o600
    descriptor = os.open(temporary, _WRITE_FLAGS, first_mode)
    try:
        with os.fdopen(descriptor, "wb", buffering=0) as file:
            for part in (data,) if isinstance(data, bytes) else data:
                view = memoryview(part)
                while view:
                    view = view[file.write(view) :]
            if replaced is not None:
                _keep_attributes(descriptor, replaced, mode)
            os.fsync(descriptor)
        if force:
            os.replace(temporary, target)  # noqa: PTH105
        else:
            _rename_new(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108
        raise
    _sync_folder(folder)


def _keep_attributes(descriptor: int, replaced: os.stat_result, mode: int | None) -> None:
    if hasattr(os, "fchown") and hasattr(os, "fchmod"):
        # Only the superuser may give a file away; a group one belongs to can be kept by anybody.
        for owner in ((replaced.st_uid, replaced.st_gid), (-1, replaced.st_gid)):
            with contextlib.suppress(OSError):
                os.fchown(descriptor, *owner)
                break
        os.fchmod(descriptor, mode if mode is not None else stat.S_IMODE(replaced.st_mode) & 0o777)


def _rename_new(temporary: str, target: str) -> None:
    """Give `temporary` the name `target` unless that name is taken, in one step."""
    if os.name == "nt":
        os.rename(temporary, target)  # noqa: PTH104 - refuses an existing name there
        return
    try:
        os.link(temporary, target)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # No hard links here (FAT, some network shares): reserve the name, then replace our own
        # reservation.  Killed in between, the new name holds an empty file; nothing was lost.
        os.close(os.open(target, _WRITE_FLAGS, 0o600))
        os.replace(temporary, target)  # noqa: PTH105
        return
    os.unlink(temporary)  # noqa: PTH108


def _sync_folder(folder: str) -> None:
    """Make the new name itself survive a power cut, where the system knows how."""
    if os.name != "posix":
        return
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def make_folder(path: str | os.PathLike[str]) -> None:
    """Make a folder and those above it; one that is there is fine.

    Raises:
        FileAccessError: a file is in the way, or it cannot be made.
    """
    try:
        Path(path).mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise cannot("make the folder", os.fspath(path), error) from error


__all__ = [
    "FileSource",
    "cannot",
    "make_folder",
    "open_asset",
    "read_file",
    "read_stream",
    "write_atomic",
]
