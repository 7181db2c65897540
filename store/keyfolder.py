"""The keys that lie outside the store: what wraps the record keys, and what signs checkpoints.

Theory of operation. One folder (0700) for each store, named after its origin, where `hue init` was told to make it. It
holds the key-encryption key, unless that is a passphrase, a root-owned file or a credential, the signing key, its
public half, and the newest checkpoint known here: whoever copies the store has none of it, and whoever puts an old
store back is found out by it. A key that others may read is not used.
"""

import os
import stat
from collections.abc import Callable
from pathlib import Path

from hueandcry.domain.fault import ForeignFault, Unavailable
from hueandcry.store.checkpoint import Known
from hueandcry.store.keyring import KEY_BYTES, Kept, stretched
from hueandcry.store.note import Signer, Verifier

SEAL_NAME, SIGN_NAME, VERIFY_NAME, KNOWN_NAME, VERIFIED_NAME, SPOOL_NAME = (
    "seal.key",
    "sign.key",
    "verify.key",
    "known",
    "verified",
    "access.spool",
)


_KNOWN = (KNOWN_NAME, VERIFIED_NAME, f"access.{KNOWN_NAME}")


class KeyFolder:
    """The key folder of one store."""

    def __init__(self, base: Path, origin: str) -> None:
        self.path = base / origin.replace("/", "_")
        self.spool = self.path / SPOOL_NAME
        self.known = Known(self.path / KNOWN_NAME)
        self.access_known = Known(self.path / f"access.{KNOWN_NAME}")
        self.verified = Known(self.path / VERIFIED_NAME)

    @property
    def exists(self) -> bool:
        """Whether the folder is here."""
        return self.path.is_dir()

    def create(self) -> None:
        """Make the folder, 0700."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path.chmod(0o700)

    def set_aside(self) -> None:
        """Put what is known of the journal aside: it was put back behind that, as its keeper was told and recorded."""
        for name in _KNOWN:
            path = self.path / name
            if path.exists():
                path.replace(self.path / f"{name}.{int(path.stat().st_mtime)}.given-up")

    def remembered(self) -> dict[str, bytes]:
        """Return what is known of the journal here, to be remembered again if what is begun now does not come about."""
        paths = [self.path / name for name in _KNOWN]
        return {path.name: path.read_bytes() for path in paths if path.exists()}

    def remember(self, before: dict[str, bytes]) -> None:
        """Know again what was known before, and no more."""
        for name in _KNOWN:
            if name in before:
                (self.path / name).write_bytes(before[name])
            else:
                (self.path / name).unlink(missing_ok=True)

    def make_seal_key(self) -> bytes:
        """Make the key-encryption key in its file, and return it."""
        kek = os.urandom(KEY_BYTES)
        _write(self.path / SEAL_NAME, kek.hex() + "\n", 0o600)
        return kek

    def make_signer(self, origin: str) -> Signer:
        """Make the signing key in its file, with its public half beside it."""
        signer = Signer.generate(origin)
        _write(self.path / SIGN_NAME, signer.text() + "\n", 0o600)
        _write(self.path / VERIFY_NAME, signer.verifier.text() + "\n", 0o644)
        return signer

    def signer(self) -> Signer:
        """Return the signing key; raises Unavailable where it is missing or may be read by others."""
        path = self.path / SIGN_NAME
        try:
            return Signer(_private(path, "nothing is signed").strip())
        except ForeignFault as fault:
            raise Unavailable(f"the signing key {path} is damaged: {fault}") from fault

    def access_signer(self) -> Signer:
        """Return the same key under the name by which it signs the access log."""
        signer = self.signer()
        return signer.named(access_name(signer.verifier.name))

    def verifier(self) -> Verifier:
        """Return the public key that checkpoints are checked with; raises Unavailable where it is missing."""
        path = self.path / VERIFY_NAME
        try:
            return Verifier(path.read_text().strip())
        except (OSError, UnicodeDecodeError) as fault:
            raise Unavailable(f"the public key {path} cannot be read: {_why(fault)}") from fault
        except ForeignFault as fault:
            raise Unavailable(f"the public key {path} is damaged: {fault}") from fault

    def kek(self, kept: Kept, passphrase: Callable[[], str | None], credentials: Path | None) -> bytes:
        """Return the key-encryption key from where it is kept; raises Unavailable where it cannot be had there."""
        if kept.how == "passphrase":
            said = passphrase()
            if said is None:
                raise Unavailable(
                    "the seals of this store open with a passphrase: give HUE_KEY_PASSPHRASE_FILE, or run this in a terminal"
                )
            return stretched(said, kept.salt)
        if kept.how == "credential":
            if credentials is None:
                raise Unavailable(
                    f"the seals of this store open with the credential {kept.place}; CREDENTIALS_DIRECTORY is not set"
                )
            return _hexadecimal(credentials / kept.place, private=False)
        return _hexadecimal(Path(kept.place) if kept.place else self.path / SEAL_NAME)


def access_name(origin: str) -> str:
    """Return the name under which the access log of a store is signed."""
    return f"{origin}/access"


def read_key(path: Path) -> bytes:
    """Return the 32 bytes that a key file holds; raises Unavailable where it is missing, damaged or open to others."""
    return _hexadecimal(path)


def _hexadecimal(path: Path, *, private: bool = True) -> bytes:
    text = _private(path) if private else _read(path)
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise Unavailable(f"the key file {path} is damaged: it should hold {KEY_BYTES * 2} hexadecimal digits")
    return key


def _private(path: Path, without: str = "sealed words stay closed") -> str:
    """Return the text of a file that is ours alone, or root's and at most its group's to read."""
    text = _read(path, without)
    found = path.stat()
    allowed = 0o640 if found.st_uid == 0 else 0o600
    if stat.S_IMODE(found.st_mode) & ~allowed:
        raise Unavailable(
            f"the key file {path} may be read by others (mode {stat.S_IMODE(found.st_mode):o}): chmod it to {allowed:o}"
        )
    return text


def _read(path: Path, without: str = "sealed words stay closed") -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as fault:
        raise Unavailable(
            f"the key file {path} cannot be read ({_why(fault)}): {without} until it is brought back"
        ) from fault


def _why(fault: Exception) -> str:
    return getattr(fault, "strerror", None) or "it is no text"


def _write(path: Path, text: str, mode: int) -> None:
    """Write a new file durably; an earlier one of a founding that broke off is replaced."""
    fresh = path.with_name(f"{path.name}.new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        os.fchmod(handle, mode)
        os.write(handle, text.encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    fresh.replace(path)
