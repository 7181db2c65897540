"""Files that a seat keeps for itself: whole or not at all, durable when said to be, for this system user alone, sealed.

Theory of operation. A file is written beside the old one, synced, and put in its place; then its folder is synced. The content is
`nonce (12) || AES-256-GCM(content)` under a key that lies beside it and goes with it: what it guards against is a copy of one file,
a backup of it, or a disk block that is read later, not whoever may read the whole folder.
"""

import errno
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hueandcry.domain.fault import Damaged

KEY_BYTES, NONCE_BYTES = 32, 12


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, durably, 0600, in a folder of 0700; raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        if os.write(handle, content) < len(content):  # a disk that fills up takes a part
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(handle)
    finally:
        os.close(handle)
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class SealedFile:
    """One sealed file and its key; `read` is None where there is none."""

    def __init__(self, path: Path) -> None:
        self.path, self._key_path = path, path.with_name(f"{path.name}.key")
        self._key: bytes | None = None

    def read(self) -> bytes | None:
        """Return the content; raises Damaged where it is not as it was written."""
        try:
            sealed, key = self.path.read_bytes(), self._key_path.read_bytes()
            plain = AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)
        except FileNotFoundError:
            return None
        except (InvalidTag, ValueError) as fault:
            raise Damaged(f"{self.path} is not as it was kept") from fault
        self._key = key
        return plain

    def write(self, content: bytes) -> None:
        """Write the content, durably; raises OSError."""
        if self._key is None:
            self._key = self._made_key()
        nonce = os.urandom(NONCE_BYTES)
        write_whole(self.path, nonce + AESGCM(self._key).encrypt(nonce, content, None))

    def _made_key(self) -> bytes:
        """Return the key that lies there, so that what it seals stays whole whatever happens next, or a new one once it is kept."""
        try:
            key = self._key_path.read_bytes()
        except FileNotFoundError:
            key = b""
        if len(key) != KEY_BYTES:
            key = os.urandom(KEY_BYTES)
            write_whole(self._key_path, key)
        return key

    def remove(self) -> None:
        """Remove the key, then the file, and whatever a crash left beside them."""
        self._key_path.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)
        for broken_off in self.path.parent.glob(f"{self.path.name}*.[0-9]*"):
            broken_off.unlink(missing_ok=True)
        self._key = None
