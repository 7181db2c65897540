"""Passphrases and shared phrases as they are kept: a salt and the scrypt hash of what was said, never the words.

Theory of operation. What is compared takes as long whether it is right or not. Source: RFC 7914.
"""

import hashlib
import hmac
import os

from hueandcry.domain.fault import Refused

LETTERS_MIN = 8
SALT_BYTES = 16
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 1 << 14, 8, 1


def verifier_of(said: str) -> bytes:
    """Return a fresh salt and the hash of what was said."""
    return _hashed(said, os.urandom(SALT_BYTES))


def is_that(said: str, verifier: bytes) -> bool:
    """Tell whether what is said now is what the verifier was made of."""
    return hmac.compare_digest(_hashed(said, verifier[:SALT_BYTES]), verifier)


def check_length(said: str, what: str = "passphrase") -> None:
    """Refuse a passphrase that is too short to be one."""
    if len(said) < LETTERS_MIN:
        raise Refused(f"a {what} has at least {LETTERS_MIN} letters")


def plainly(phrase: str) -> str:
    """Return a shared phrase as it is compared: how it was spelt or spaced does not matter to who says it aloud."""
    return " ".join("".join(sign if sign.isalnum() else " " for sign in phrase.casefold()).split())


def _hashed(said: str, salt: bytes) -> bytes:
    return salt + hashlib.scrypt(said.encode(), salt=salt, n=_SCRYPT_N, r=_SCRYPT_R, p=_SCRYPT_P)
