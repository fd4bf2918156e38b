"""The journal's file: only its owner reads it, and it is what it was when it was opened."""

import errno
import os
import stat
from pathlib import Path

import attrs

from invoicekit.errors import ConfigurationError

_OWNER_ONLY = 0o600


@attrs.frozen(kw_only=True)
class FileIdentity:
    """Which file it is, whatever stands under its name later."""

    device: int
    inode: int


def make_private(path: Path) -> FileIdentity:
    """Create the file for its owner alone, or check the one that is there.

    An existing file is never opened here: closing it again would drop the locks that SQLite holds on it
    elsewhere in this process.

    Raises:
        ConfigurationError: It is a symbolic link or no ordinary file.
        OSError: It cannot be created.
    """
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, _OWNER_ONLY)
    except FileExistsError:
        pass
    else:
        os.close(descriptor)
        _keep_name(path.parent)
    for name in _files(path):
        if name.is_symlink():
            raise ConfigurationError(f"{name} is a symbolic link: name the journal's file itself")
    found = os.lstat(path)
    if not stat.S_ISREG(found.st_mode):
        raise ConfigurationError(f"{path} is not an ordinary file: name another one for the journal")
    return FileIdentity(device=found.st_dev, inode=found.st_ino)


def close_to_others(path: Path) -> None:
    """Take everybody else's rights on the file and its companions away.

    Raises:
        OSError: It belongs to another user.
    """
    for name in _files(path):
        try:
            mode = stat.S_IMODE(os.lstat(name).st_mode)
        except FileNotFoundError:
            continue
        if mode & ~_OWNER_ONLY:
            name.chmod(mode & _OWNER_ONLY)


def check_is_still(path: Path, identity: FileIdentity) -> None:
    """Refuse to go on with a file that nobody will find again under its name.

    Raises:
        OSError: It was removed or replaced.
    """
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        raise OSError(errno.ESTALE, "its name leads nowhere") from None
    if (found.st_dev, found.st_ino) != (identity.device, identity.inode):
        raise OSError(errno.ESTALE, "its name leads to another file")


def _files(path: Path) -> tuple[Path, Path, Path]:
    return path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")


def _keep_name(directory: Path) -> None:
    """Make the new name survive a power cut."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
