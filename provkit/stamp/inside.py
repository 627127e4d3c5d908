"""Files of an archive, reached without following links: what is named lies below the root, or is not touched.

An archive may come from somebody else, its journal too.  So every path is gone along folder by folder, and neither
a link, nor ``..``, nor a folder that is swapped for a link at the last moment, leads out of it.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import hashlib
import os
import stat
import sys
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from provkit.assets import sidecar_path
from provkit.errors import FileAccessError, LimitError, ProvkitError, UnsafePathError
from provkit.files import read_stream
from provkit.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_FOLDER: Final = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_FILE: Final = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
_RECENT: Final = 2_000_000_000
"""Nanoseconds.  Clocks of file systems are coarse: of a file that was written so shortly before it was read, they do
not tell whether it was written once more."""
_CHANGED: Final = "it was changed meanwhile, and is as somebody else left it"
_NO_REPLACE: Final = 1
_EXCHANGE: Final = 2


def digest_of(data: bytes) -> str:
    """SHA-256, lower-case hexadecimal."""
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, slots=True)
class Facts:
    """Of a file as it was read, to notice that somebody else writes it."""

    inode: int
    size: int
    changed: int
    """Nanoseconds."""
    mode: int
    """Permissions."""
    owner: tuple[int, int]
    """User and group."""
    links: int
    """How many names it has."""
    digest: str
    """SHA-256 of what was read."""
    settled: bool
    """It had not been written for a while when it was read, so its times tell of every change."""


@dataclass(frozen=True, slots=True)
class Place:
    """A name in a folder that is open."""

    folder: int
    name: str

    @property
    def beside(self) -> Place:
        """Where its store goes."""
        return Place(self.folder, sidecar_path(self.name))

    def exists(self) -> bool:
        """Whether anything has this name, a broken link too."""
        return self._look() is not None

    def read(self, limits: Limits = DEFAULT_LIMITS) -> tuple[bytes, Facts]:
        """All of a regular file.

        Raises:
            FileAccessError: there is none, or it cannot be read.
            LimitError: it is larger than ``limits.file_bytes``.
        """
        try:
            descriptor = os.open(self.name, _FILE, dir_fd=self.folder)
        except FileNotFoundError:
            raise FileAccessError("the file is gone") from None
        except (OSError, ValueError) as error:
            raise _cannot("read", error) from error
        try:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                raise FileAccessError("it is no regular file")
            if found.st_size > limits.file_bytes:
                raise LimitError(f"the file has {found.st_size} bytes; the limit is {limits.file_bytes}")
            data = read_stream(lambda most: os.read(descriptor, min(most, found.st_size + 1)), limits)
        except OSError as error:
            raise _cannot("read", error) from error
        finally:
            os.close(descriptor)
        return data, Facts(
            found.st_ino,
            found.st_size,
            found.st_mtime_ns,
            _mode(found),
            (found.st_uid, found.st_gid),
            found.st_nlink,
            digest_of(data),
            time.time_ns() - found.st_mtime_ns > _RECENT,
        )

    def digest(self) -> str | None:
        """SHA-256 of what is there; None where no file can be read."""
        try:
            return self.read()[1].digest
        except (FileAccessError, LimitError):
            return None

    def require(self, facts: Facts) -> None:
        """Make sure that the file is as it was read.

        Raises:
            FileAccessError: it is not.
        """
        if not self.is_still(facts):
            raise FileAccessError(_CHANGED)

    def require_room(self, root: str) -> None:
        """Make sure that a name in this folder can be taken by a file that waits in the root, before one is made.

        Raises:
            FileAccessError: it cannot, or no name is that long.
        """
        try:
            if len(os.fsencode(self.name)) > os.fpathconf(self.folder, "PC_NAME_MAX"):
                raise OSError(errno.ENAMETOOLONG, "")
            if os.fstat(self.folder).st_dev != os.lstat(root).st_dev:
                raise OSError(errno.EXDEV, "")
            if not os.access(".", os.W_OK | os.X_OK, dir_fd=self.folder):
                raise OSError(errno.EACCES, "")
        except OSError as error:
            raise _cannot("write", error) from error

    def replace(self, temporary: str, facts: Facts | None, like: Facts) -> None:
        """Let a finished file take this name.

        The two are exchanged in one step, where the system can, and then it is looked at what was there: what
        somebody wrote at the last moment comes back.

        Args:
            temporary: absolute path of the file; gone afterwards, whatever happens.
            facts: of what is there, as it was read; None for nothing.
            like: whose permissions, and where possible owner, it gets.

        Raises:
            FileAccessError: something else is there, and stays; or it cannot be written.
        """
        try:
            os.chmod(temporary, like.mode)  # noqa: PTH101
            _give(temporary, like.owner)
            if facts is None:
                if self.exists():
                    raise FileAccessError(_CHANGED)
                if not _rename(temporary, self, _NO_REPLACE):
                    os.rename(temporary, self.name, dst_dir_fd=self.folder)
                return
            self.require(facts)
            if not _rename(temporary, self, _EXCHANGE):
                os.replace(temporary, self.name, dst_dir_fd=self.folder)
            elif not Place(self.folder, temporary).is_still(
                facts
            ):  # an absolute path: the folder does not matter
                _rename(temporary, self, _EXCHANGE)
                raise FileAccessError(_CHANGED)
        except OSError as error:
            raise _cannot("write", error) from error
        finally:
            with contextlib.suppress(OSError):
                os.unlink(temporary)  # noqa: PTH108

    def keep(self, temporary: str, digest: str) -> None:
        """Let a finished file take this name, unless what is there has the same contents.

        Args:
            temporary: absolute path of the file; gone afterwards, whatever happens.
            digest: SHA-256 of its contents, which this name stands for.

        Raises:
            FileAccessError: it cannot be written.
        """
        try:
            if self.digest() == digest:
                return
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.name, dir_fd=self.folder)
            if not _rename(temporary, self, _NO_REPLACE):
                os.rename(temporary, self.name, dst_dir_fd=self.folder)
        except FileExistsError:
            return  # another worker was quicker
        except OSError as error:
            raise _cannot("write", error) from error
        finally:
            with contextlib.suppress(OSError):
                os.unlink(temporary)  # noqa: PTH108

    def remove(self, digest: str) -> None:
        """Take away a file, if it has these contents.

        Raises:
            FileAccessError: it cannot be removed.
        """
        if self.digest() != digest:
            return
        try:
            os.unlink(self.name, dir_fd=self.folder)
        except OSError as error:
            raise _cannot("remove", error) from error

    def _look(self) -> os.stat_result | None:
        try:
            return os.stat(self.name, dir_fd=self.folder, follow_symlinks=False)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
                return None  # nothing can have such a name: a store beside a file whose name is long
            raise _cannot("read", error) from error

    def is_still(self, facts: Facts) -> bool:
        """Whether the file is the one that was read."""
        found = self._look()
        if found is None or not stat.S_ISREG(found.st_mode):
            return False
        if (found.st_ino, found.st_size, found.st_mtime_ns) != (facts.inode, facts.size, facts.changed):
            return False
        if (_mode(found), (found.st_uid, found.st_gid)) != (facts.mode, facts.owner):
            return False  # they would be lost: its successor gets those that were read
        if facts.settled:
            return True
        return self.digest() == facts.digest


def _mode(found: os.stat_result) -> int:
    return stat.S_IMODE(found.st_mode) & 0o777


@contextlib.contextmanager
def place_of(root: str, path: str, *, make: bool = False) -> Iterator[Place]:
    """A file below the root; its folder is open as long as the ``with`` block.

    Args:
        root: of the archive, absolute, without links in it.
        path: below the root, with ``/``.
        make: folders on the way that are not there are made, for this user alone.

    Raises:
        UnsafePathError: the path leads out of the root.
        FileAccessError: a folder on the way is not there, or a link.
    """
    *folders, name = path.split("/")
    if any(part in {"", ".", ".."} or "\0" in part for part in (*folders, name)):
        raise UnsafePathError(f"leads out of the archive: {path}")
    try:
        descriptor = os.open(root, _FOLDER)
    except OSError as error:
        raise _cannot("open the archive", error) from error
    try:
        for one in folders:
            if make:
                _make_folder(one, descriptor)
            inner = _open_folder(one, descriptor)
            os.close(descriptor)
            descriptor = inner
        yield Place(descriptor, name)
    finally:
        os.close(descriptor)


def write_new(path: str, data: bytes) -> None:
    """Write a file that is not there yet, for this user alone.  It survives a power cut only after :func:`flush`.

    Args:
        path: absolute.
        data: what is in it.

    Raises:
        FileAccessError: it cannot be written; nothing is left of it.
    """
    try:
        descriptor = os.open(path, _NEW, 0o600)
    except OSError as error:
        raise _cannot("write", error) from error
    try:
        with os.fdopen(descriptor, "wb", buffering=0) as file:
            view = memoryview(data)
            while view:
                view = view[file.write(view) :]
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(path)  # noqa: PTH108
        raise _cannot("write", error) from error


def flush(paths: Iterable[str]) -> None:
    """Force the contents of files to the disk: of many together, which costs little more than of one.

    Args:
        paths: absolute.

    Raises:
        FileAccessError: they cannot be written.
    """
    for path in paths:
        try:
            descriptor = os.open(path, _FILE)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise _cannot("write", error) from error


def sync(root: str, paths: Iterable[str]) -> None:
    """Make the names in the folders of these files survive a power cut."""
    for path in {one.rpartition("/")[0]: one for one in paths}.values():
        with contextlib.suppress(OSError, ProvkitError), place_of(root, path) as place:
            os.fsync(place.folder)


def _make_folder(name: str, below: int) -> None:
    try:
        os.mkdir(name, 0o700, dir_fd=below)
        os.fsync(below)
    except FileExistsError:
        return
    except OSError as error:
        raise _cannot("make a folder", error) from error


def _open_folder(name: str, below: int) -> int:
    try:
        return os.open(name, _FOLDER, dir_fd=below)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENOTDIR}:
            raise FileAccessError(
                "a folder on the way to it is a link, and those are not followed"
            ) from error
        raise _cannot("open a folder on the way to it", error) from error


def _cannot(verb: str, error: OSError | ValueError) -> FileAccessError:
    code = error.errno if isinstance(error, OSError) else None
    if code == errno.ELOOP:
        return FileAccessError("it is a link, and those are not followed")
    if code == errno.EXDEV:
        return FileAccessError(
            "it is on another file system than the root of the archive", hint="stamp that folder by itself"
        )
    said = os.strerror(code) if code is not None else "no possible name"
    hint = "make room on the disk" if code in {errno.ENOSPC, errno.EDQUOT} else None
    return FileAccessError(f"cannot {verb}: {said}", hint=hint)


def _give(path: str, owner: tuple[int, int]) -> None:
    """Only the superuser may give a file away; a group one belongs to can be kept by anybody."""
    found = os.lstat(path)
    if (found.st_uid, found.st_gid) == owner:
        return
    for one in (owner, (-1, owner[1])):
        with contextlib.suppress(OSError):
            os.chown(path, *one)
            return


@lru_cache(maxsize=1)
def _rename_at() -> Callable[..., int] | None:
    """``renameat2`` of the C library, which can exchange two names; Python has no call for it."""
    if sys.platform != "linux":
        return None
    found: Callable[..., int] | None = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    return found


def _rename(source: str, target: Place, flag: int) -> bool:
    """Rename as a flag says; False where the system or the file system cannot."""
    call = _rename_at()
    if call is None:
        return False
    if call(0, os.fsencode(source), target.folder, os.fsencode(target.name), flag) == 0:
        return True
    code = ctypes.get_errno()
    if code in {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP}:
        return False
    raise OSError(code, os.strerror(code))
