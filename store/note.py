"""Signed notes: a text that anyone can read and check, and the keys that sign them.

Theory of operation. A note is a C2SP signed note: a text, an empty line, and signature lines. Keys are Ed25519 in the texts
of signed-note. Only the form of a note is looked at before a signature by the one key we were told of verifies: lines of
other keys are passed over, a line by our key that does not verify refuses the whole. Base64 is taken only as it would be
written, so that one note has one spelling. A public key of low order is refused: a signature under one fits many texts.

    key id = first 4 bytes of SHA-256(name || 0x0A || 0x01 || public key)
"""

import hashlib
import re
from base64 import b64decode, b64encode
from contextlib import suppress

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from hueandcry.domain.fault import ForeignFault

NOTE_BYTES_MAX = 1_000_000
SIGNATURES_MAX = 100
KEY_BYTES = 32
KEY_ID_BYTES = 4
_ED25519 = b"\1"  # the type byte of signed-note
_PRIVATE = "PRIVATE+KEY+"
_DASH = "— "
_KEY_ID = re.compile(r"[0-9a-f]{8}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_NOT_IN_A_NAME = re.compile(r"[\x00-\x1f\s+\ud800-\udfff]")  # the last are halves of pairs, which UTF-8 does not know
_PRIME = (1 << 255) - 19  # of the field below the curve
_ORDER_8_Y = int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little")
_LOW_ORDER_Y = (0, 1, _PRIME - 1, _ORDER_8_Y, _PRIME - _ORDER_8_Y)  # of the eight points whose order divides 8


class Verifier:
    """A public key with its name, from a C2SP verifier key; raises ForeignFault where that is none, or of low order."""

    def __init__(self, text: str) -> None:
        self.name, key_id, self.public = _read_key(text)
        _check_point(self.public)
        self.key_id = _key_id(self.name, self.public)
        if key_id != self.key_id:
            raise ForeignFault("the key id of this verifier key is not that of its name and key")
        self._public = Ed25519PublicKey.from_public_bytes(self.public)

    @classmethod
    def of(cls, name: str, public: bytes) -> "Verifier":
        """Return the verifier of a name and a public key; raises ForeignFault as reading its text would."""
        return cls(_key_text(name, _key_id(name, public), public))

    def named(self, name: str) -> "Verifier":
        """Return the same key under another name."""
        return Verifier.of(name, self.public)

    def text(self) -> str:
        """Return the verifier key as C2SP writes it."""
        return _key_text(self.name, self.key_id, self.public)

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """Tell whether a signature over a message is by this key."""
        with suppress(InvalidSignature):
            self._public.verify(signature, message)
            return True
        return False


class Signer:
    """A key that signs, with its name, from a C2SP signer key; raises ForeignFault where that is none."""

    def __init__(self, text: str) -> None:
        name, key_id, seed = _read_key(text, _PRIVATE)
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier = Verifier.of(name, self._private.public_key().public_bytes_raw())
        if key_id != self.verifier.key_id:
            raise ForeignFault("the key id of this signer key is not that of its name and key")

    @classmethod
    def generate(cls, name: str) -> "Signer":
        """Make a key; raises ForeignFault for a name that signed-note does not allow."""
        private = Ed25519PrivateKey.generate()
        key_id = _key_id(name, private.public_key().public_bytes_raw())
        return cls(_PRIVATE + _key_text(name, key_id, private.private_bytes_raw()))

    def named(self, name: str) -> "Signer":
        """Return the same key under another name."""
        verifier = self.verifier.named(name)
        return Signer(_PRIVATE + _key_text(name, verifier.key_id, self._private.private_bytes_raw()))

    def text(self) -> str:
        """Return the signer key as C2SP writes it; whoever has this text can sign."""
        return _PRIVATE + _key_text(self.verifier.name, self.verifier.key_id, self._private.private_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """Return the signature over a message."""
        return self._private.sign(message)


def check_name(name: str) -> None:
    """Check the name of a key; raises ForeignFault where signed-note does not allow it."""
    if not name or _NOT_IN_A_NAME.search(name):
        raise ForeignFault("the name of a key is not empty and holds no space, no plus and no control character")


def _read_key(text: str, mark: str = "") -> tuple[str, bytes, bytes]:
    parts = text.removeprefix(mark).removesuffix("\n").split("+", 2)  # base64 may hold a plus
    if not text.startswith(mark) or len(parts) != 3 or not _KEY_ID.fullmatch(parts[1]):
        raise ForeignFault(f"a key is written as {mark}name+key id+base64, the key id in eight hexadecimal digits")
    check_name(parts[0])
    key = decoded(parts[2], "key")
    if len(key) != 1 + KEY_BYTES or key[:1] != _ED25519:
        raise ForeignFault("this key is not an Ed25519 key")
    return parts[0], bytes.fromhex(parts[1]), key[1:]


def _key_text(name: str, key_id: bytes, key: bytes) -> str:
    return f"{name}+{key_id.hex()}+{b64encode(_ED25519 + key).decode()}"


def _key_id(name: str, public: bytes) -> bytes:
    check_name(name)
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:KEY_ID_BYTES]


def _check_point(public: bytes) -> None:
    """Check a public key; raises ForeignFault for low order, and for a spelling that is not the one."""
    y = int.from_bytes(public, "little") & (1 << 255) - 1  # the bit above is the sign of x
    if y % _PRIME in _LOW_ORDER_Y:
        raise ForeignFault("this public key is of low order: its signatures would fit texts that were never signed")
    if y >= _PRIME:
        raise ForeignFault("this public key is not spelt as Ed25519 does: its number is not below the prime")


def decoded(text: str, what: str) -> bytes:
    """Return the bytes of a base64 text; raises ForeignFault where it is not spelt as it would be written."""
    try:
        content = b64decode(text, validate=True)
    except ValueError:
        content = b""
    if not content or b64encode(content).decode() != text:  # another spelling of the same bytes
        raise ForeignFault(f"the base64 of a {what} is malformed")
    return content


# Notes


def sign_note(text: str, signer: Signer) -> str:
    """Return a text as a note with one signature; raises ForeignFault for a text that no note can hold."""
    verifier = signer.verifier
    signature = signer.sign(text.encode("utf-8", "replace"))  # what this replaces is refused below
    note = f"{text}\n{_DASH}{verifier.name} {b64encode(verifier.key_id + signature).decode()}\n"
    if note_parts(note)[0] != text:
        raise ForeignFault("the text of a note ends with a line break")
    return note


def open_note(note: str | bytes, verifier: Verifier) -> str:
    """Return the text of a note that a key signed; raises ForeignFault for anything else."""
    text, signatures = note_parts(note)
    ours = [signature for *key, signature in signatures if key == [verifier.name, verifier.key_id]]
    if not ours:
        raise ForeignFault("the note has no signature by the key that it is checked with")
    if not all(verifier.verifies(text.encode(), signature) for signature in ours):
        raise ForeignFault("the note's signature does not fit its text: one of them was changed")
    return text


def note_parts(note: str | bytes) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """Return a note's text and signatures (key name, key id, signature) by its form; raises ForeignFault where that is none."""
    try:
        content = note.encode() if isinstance(note, str) else note
        written = content.decode()
    except UnicodeError as fault:
        raise ForeignFault("the note is not UTF-8") from fault
    if len(content) > NOTE_BYTES_MAX:
        raise ForeignFault(f"the note is longer than {NOTE_BYTES_MAX:,} bytes")
    if _CONTROL.search(written):
        raise ForeignFault("the note holds control characters")
    if not written.endswith("\n"):
        raise ForeignFault("the note does not end with a line break")
    text, gap, lines = written.rpartition("\n\n")
    signatures = lines.split("\n")[:-1]
    if not gap or not signatures:
        raise ForeignFault("this is not a signed note: it has no signature lines after an empty line")
    if len(signatures) > SIGNATURES_MAX:
        raise ForeignFault(f"the note has more than {SIGNATURES_MAX} signatures")
    return text + "\n", [_signature(line) for line in signatures]


def _signature(line: str) -> tuple[str, bytes, bytes]:
    name, gap, written = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not gap:
        raise ForeignFault("a signature line is not a dash, a key name and a signature")
    check_name(name)
    content = decoded(written, "signature")
    if len(content) <= KEY_ID_BYTES:
        raise ForeignFault("a signature line holds no signature")
    return name, content[:KEY_ID_BYTES], content[KEY_ID_BYTES:]
