"""A checkpoint is what C2SP says it is, is believed only when its key signed it, and is kept so that it survives a crash."""

import errno
import hashlib
import json
import os
import stat
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hueandcry.domain.fault import Damaged, ForeignFault, Unavailable
from hueandcry.store.checkpoint import Checkpoint, Checkpoints, Known, read, sign
from hueandcry.store.note import NOTE_BYTES_MAX, Signer, Verifier, open_note, sign_note
from hueandcry.store.tree import EMPTY_ROOT, leaf_hash, node_hash, verify_consistency

STEADY = settings(derandomize=True, database=None, deadline=None, max_examples=100)
ORIGIN = "gmp.example/journal"
ROOT = bytes(range(32))

# Source: RFC 8032, section 7.1, test 1.
SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
PUBLIC = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
SIGNATURE_OF_NOTHING = bytes.fromhex(
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
)

# Source: C2SP, signed-note.md, the example of a verifier key.
EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE_NOTE = (
    "This is an example message.\n\n— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)


def key_text(name: str, public_or_seed: bytes, public: bytes | None = None, *, mark: str = "") -> str:
    """Return a key as signed-note writes it, spelt here a second time."""
    key_id = hashlib.sha256(name.encode() + b"\n\1" + (public or public_or_seed)).digest()[:4]
    return f"{mark}{name}+{key_id.hex()}+{b64encode(bytes([1]) + public_or_seed).decode()}"


SIGNER = Signer(key_text(ORIGIN, SEED, PUBLIC, mark="PRIVATE+KEY+"))
VERIFIER = SIGNER.verifier
OTHER = Signer.generate(ORIGIN)
CHECKPOINT = Checkpoint(ORIGIN, 1000, ROOT)
NOTE = sign(CHECKPOINT, SIGNER)


def refused(act: Callable[..., Any], *arguments: Any) -> str:
    """Return the sentence by which something foreign is refused."""
    with pytest.raises(ForeignFault) as caught:
        act(*arguments)
    return str(caught.value)


def line(name: str, key_id: bytes, signature: bytes) -> str:
    return f"— {name} {b64encode(key_id + signature).decode()}\n"


def signed(text: str) -> str:
    """Return a note over any text, signed well."""
    return f"{text}\n{line(ORIGIN, VERIFIER.key_id, SIGNER.sign(text.encode()))}"


def cases(named: Iterable[tuple[str, Any, str]]) -> list[Any]:
    return [pytest.param(given, why, id=what) for what, given, why in named]


# Keys


def test_a_key_goes_to_its_text_and_back() -> None:
    for signer in (SIGNER, Signer.generate("a"), Signer.generate("élysée.example/journal")):
        again = Signer(signer.text())
        assert again.text() == signer.text()
        assert Verifier(signer.verifier.text()).text() == signer.verifier.text() == again.verifier.text()
        assert read(sign(Checkpoint(again.verifier.name, 1, ROOT), again), signer.verifier).size == 1


def test_the_texts_of_a_key_are_those_of_signed_note() -> None:
    assert SIGNER.text() == key_text(ORIGIN, SEED, PUBLIC, mark="PRIVATE+KEY+")
    assert VERIFIER.text() == key_text(ORIGIN, PUBLIC)
    assert (VERIFIER.name, VERIFIER.public) == (ORIGIN, PUBLIC)
    assert SIGNER.sign(b"") == SIGNATURE_OF_NOTHING
    assert Verifier(EXAMPLE_KEY).text() == EXAMPLE_KEY
    assert Verifier(EXAMPLE_KEY).key_id.hex() == "530d903a"


def test_a_key_is_read_from_a_file_that_ends_with_a_line_break() -> None:
    assert Verifier(VERIFIER.text() + "\n").text() == VERIFIER.text()
    assert Signer(SIGNER.text() + "\n").text() == SIGNER.text()


def test_a_thousand_made_keys_are_each_another_and_accepted() -> None:
    assert len({Verifier(Signer.generate(ORIGIN).verifier.text()).public for _ in range(1000)}) == 1000


def test_a_signer_shows_its_secret_only_when_asked_for_its_text() -> None:
    assert b64encode(b"\1" + SEED).decode() not in repr(SIGNER) + str(SIGNER) + repr(VERIFIER)


@pytest.mark.parametrize("name", ["", "a b", "a\tb", "a\nb", "a+b", "a\u00a0b", "a\u2003b", "a\u3000", "a\0", "\ud800"])
def test_a_name_that_signed_note_does_not_allow_is_refused(name: str) -> None:
    assert "the name of a key" in refused(Signer.generate, name)
    assert "the name of a key" in refused(Verifier.of, name, PUBLIC)
    refused(Verifier, f"{name}+00000000+{b64encode(bytes([1]) + PUBLIC).decode()}")


def bad_key_texts() -> Iterator[tuple[str, str, str]]:
    name, key_id, key = VERIFIER.text().split("+", 2)
    yield "empty", "", "written as"
    yield "two parts", f"{name}+{key_id}", "written as"
    yield "short key id", f"{name}+{key_id[1:]}+{key}", "written as"
    yield "key id in capitals", f"{name}+{'ABCDEF01'}+{key}", "written as"
    yield "key id of another", f"{name}+00000000+{key}", "key id"
    yield "name of another", f"{name}x+{key_id}+{key}", "key id"
    yield "no base64", f"{name}+{key_id}+{key[:-1]}!", "base64"
    yield "base64 without its end", f"{name}+{key_id}+{key.rstrip('=')[:-1]}", "base64"
    yield "nothing in base64", f"{name}+{key_id}+", "base64"
    yield "another type", f"{name}+{key_id}+{b64encode(bytes([4]) + PUBLIC).decode()}", "not an Ed25519 key"
    yield "a byte short", f"{name}+{key_id}+{b64encode(bytes([1]) + PUBLIC[1:]).decode()}", "not an Ed25519 key"
    yield "a byte long", f"{name}+{key_id}+{b64encode(bytes([1]) + PUBLIC + bytes(1)).decode()}", "not an Ed25519 key"
    yield "two line breaks", VERIFIER.text() + "\n\n", "base64"
    yield "a space before", " " + VERIFIER.text(), "name"


@pytest.mark.parametrize(("text", "why"), cases(bad_key_texts()))
def test_a_text_that_is_no_key_is_refused(text: str, why: str) -> None:
    assert why in refused(Verifier, text)
    assert why in refused(Signer, "PRIVATE+KEY+" + text)


def test_a_verifier_key_is_no_signer_key_and_a_signer_key_no_verifier_key() -> None:
    assert "PRIVATE+KEY+" in refused(Signer, VERIFIER.text())
    refused(Verifier, SIGNER.text())
    wrong = key_text(ORIGIN, SEED, mark="PRIVATE+KEY+")  # the key id made from the secret half
    assert "key id" in refused(Signer, wrong)


# Points of low order, worked out here from the curve itself

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
Point = tuple[int, int]


def add(one: Point, two: Point) -> Point:
    """Add two points of the curve -x² + y² = 1 + d·x²·y²."""
    (x1, y1), (x2, y2) = one, two
    product = D * x1 * x2 * y1 * y2
    return (
        (x1 * y2 + x2 * y1) * pow(1 + product, -1, P) % P,
        (y1 * y2 + x1 * x2) * pow(1 - product, -1, P) % P,
    )


def times(count: int, point: Point) -> Point:
    total = (0, 1)
    while count:
        if count & 1:
            total = add(total, point)
        point, count = add(point, point), count >> 1
    return total


def points(y: int) -> list[Point]:
    """Return the points with this y."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    return [(x, y), (-x % P, y)] if x * x % P == square else []


def torsion() -> set[Point]:
    """Return the points whose order divides 8: what is left of any point, taken times the large prime."""
    found: set[Point] = {(0, 1)}
    y = 2
    while len(found) < 8:
        found |= {times(ORDER, point) for point in points(y)}
        y += 1
    return found


def spellings(y: int) -> Iterator[bytes]:
    """Yield every 32 bytes that a reader might take for this y, with either sign of x."""
    for written in (y, y + P):
        for sign_bit in (0, 1):
            if written < 2**255:
                yield (written | sign_bit << 255).to_bytes(32, "little")


def test_every_spelling_of_every_point_of_low_order_is_refused() -> None:
    low = torsion()
    assert len(low) == 8
    assert all(times(8, point) == (0, 1) for point in low)
    written = {spelling for _, y in low for spelling in spellings(y)}
    assert len(written) == 14  # five numbers, two of them with a second spelling, each with either sign
    for public in written:
        assert "low order" in refused(Verifier.of, ORIGIN, public), public.hex()
        assert "low order" in refused(Verifier, key_text(ORIGIN, public)), public.hex()


def test_a_point_whose_number_is_not_below_the_prime_is_refused() -> None:
    for y in range(2, 19):
        for public in list(spellings(y))[2:]:
            assert "not below the prime" in refused(Verifier.of, ORIGIN, public)


def test_points_of_the_large_order_are_accepted() -> None:
    accepted = 0
    for y in range(2, 40):
        for point in points(y):
            public = (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")
            assert Verifier.of(ORIGIN, public).public == public
            accepted += 1
    assert accepted > 20


# Notes


def test_the_example_of_signed_note_is_opened() -> None:
    assert open_note(EXAMPLE_NOTE, Verifier(EXAMPLE_KEY)) == "This is an example message.\n"
    assert "does not fit" in refused(open_note, EXAMPLE_NOTE.replace("is an", "was an"), Verifier(EXAMPLE_KEY))


def test_a_checkpoint_is_three_lines_an_empty_one_and_a_signature() -> None:
    text = f"{ORIGIN}\n1000\n{b64encode(ROOT).decode()}\n"
    assert CHECKPOINT.text() == text
    signature = b64encode(VERIFIER.key_id + SIGNER.sign(text.encode())).decode()
    assert f"{text}\n— {ORIGIN} {signature}\n" == NOTE
    assert read(NOTE, VERIFIER) == read(NOTE.encode(), VERIFIER) == CHECKPOINT


LINES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30)


@STEADY
@given(st.integers(0, 2**64 - 1), st.binary(min_size=32, max_size=32), st.lists(LINES, max_size=4))
def test_a_checkpoint_comes_back_as_it_was_signed(size: int, root: bytes, extensions: list[str]) -> None:
    checkpoint = Checkpoint(ORIGIN, size, root, tuple(extensions))
    assert read(sign(checkpoint, SIGNER), VERIFIER) == checkpoint


def test_lines_that_others_add_to_a_checkpoint_are_kept() -> None:
    extensions = ("— not a signature", "anything\u2028at all", "\x7f", " ")
    note = sign(Checkpoint(ORIGIN, 0, EMPTY_ROOT, extensions), SIGNER)
    assert read(note, VERIFIER).extensions == extensions
    assert read(note, VERIFIER).text() == open_note(note, VERIFIER)


@pytest.mark.parametrize(
    "checkpoint",
    [
        Checkpoint("another.example", 1, ROOT),
        Checkpoint(f"{ORIGIN}\n7", 1, ROOT),
        Checkpoint("", 1, ROOT),
        Checkpoint(ORIGIN, -1, ROOT),
        Checkpoint(ORIGIN, 2**64, ROOT),
        Checkpoint(ORIGIN, True, ROOT),
        Checkpoint(ORIGIN, 1, ROOT[1:]),
        Checkpoint(ORIGIN, 1, b""),
        Checkpoint(ORIGIN, 1, ROOT, ("",)),
        Checkpoint(ORIGIN, 1, ROOT, ("two\nlines",)),
        Checkpoint(ORIGIN, 1, ROOT, ("a\rb",)),
        Checkpoint(ORIGIN, 1, ROOT, ("\ud800",)),
        Checkpoint(ORIGIN, 1, ROOT, ("x" * NOTE_BYTES_MAX,)),
    ],
    ids=lambda checkpoint: ascii(checkpoint)[11:60],
)
def test_what_could_not_be_read_back_is_not_signed(checkpoint: Checkpoint) -> None:
    refused(sign, checkpoint, SIGNER)


@pytest.mark.parametrize("text", ["", "no line break", "two\n\nparts", "a\n\n— x AAAAAAA=", "bell\7\n", "\ud800\n"])
def test_a_text_that_no_note_can_hold_is_not_signed(text: str) -> None:
    refused(sign_note, text, SIGNER)


def test_a_note_with_any_byte_changed_is_refused() -> None:
    content = NOTE.encode()
    for at in range(len(content)):
        for change in (1, 2, 4, 8, 16, 32, 64, 128):
            refused(read, content[:at] + bytes([content[at] ^ change]) + content[at + 1 :], VERIFIER)


def test_a_note_with_any_byte_left_out_or_added_is_refused() -> None:
    content = NOTE.encode()
    for at in range(len(content)):
        refused(read, content[:at] + content[at + 1 :], VERIFIER)
        for extra in (b"\n", b" ", b"=", b"A", b"\0", b"\r", b"\xff"):
            if content[at : at + 1] != extra:
                refused(read, content[:at] + extra + content[at:], VERIFIER)


@STEADY
@given(st.binary(max_size=300) | st.text(max_size=300))
def test_whatever_is_read_for_a_note_is_refused_in_a_sentence(junk: bytes | str) -> None:
    assert refused(read, junk, VERIFIER)


def bad_notes() -> Iterator[tuple[str, str | bytes, str]]:
    text, ours = NOTE.split("\n\n")
    stranger = "— stranger.example AAAAAAAA\n"
    yield "not UTF-8", b"\xff" + NOTE.encode(), "not UTF-8"
    yield "half a pair", "\ud800" + NOTE, "not UTF-8"
    yield "nothing", "", "does not end with a line break"
    yield "no last line break", NOTE[:-1], "does not end with a line break"
    yield "control character in the text", NOTE.replace(ORIGIN, ORIGIN + "\x1b", 1), "control characters"
    yield "windows line breaks", NOTE.replace("\n", "\r\n"), "control characters"
    yield "zero byte at the end", NOTE + "\0\n", "control characters"
    yield "text alone", CHECKPOINT.text(), "not a signed note"
    yield "no signature lines", text + "\n\n", "not a signed note"
    yield "an empty line at the end", NOTE + "\n", "not a signed note"
    yield "no empty line", NOTE.replace("\n\n", "\n"), "not a signed note"
    yield "a hyphen for the dash", f"{text}\n\n{ours.replace('—', '-')}", "not a dash"
    yield "no space after the dash", f"{text}\n\n{ours.replace('— ', '—', 1)}", "not a dash"
    yield "three words in a line", f"{text}\n\n{ours[:-1]} x\n", "base64"
    yield "no signature in a line", f"{text}\n\n— {ORIGIN}\n", "not a dash"
    yield "no name in a line", f"{text}\n\n{ours}—  AAAAAAAA\n", "the name of a key"
    yield "a plus in a name", f"{text}\n\n{ours}— a+b AAAAAAAA\n", "the name of a key"
    yield "malformed base64", f"{text}\n\n{ours[:-3]}\n", "base64"
    yield "malformed base64 of a stranger", f"{NOTE}— stranger.example AAAA!\n", "base64"
    yield "a key id alone", f"{NOTE}— stranger.example {b64encode(bytes(4)).decode()}\n", "holds no signature"
    yield "a stranger alone", f"{text}\n\n{stranger}", "no signature by the key"
    yield (
        "our name, another key",
        f"{text}\n\n{line(ORIGIN, OTHER.verifier.key_id, bytes(64))}",
        "no signature by the key",
    )
    yield "our key id, another name", f"{text}\n\n{line('x', VERIFIER.key_id, bytes(64))}", "no signature by the key"
    yield "another text", NOTE.replace("1000", "1001"), "does not fit"
    yield "another key's signature", sign(CHECKPOINT, OTHER).replace(
        b64encode(OTHER.verifier.key_id + OTHER.sign(CHECKPOINT.text().encode())).decode(),
        b64encode(VERIFIER.key_id + OTHER.sign(CHECKPOINT.text().encode())).decode(),
    ), "does not fit"  # fmt: skip
    yield "a short signature", f"{text}\n\n{line(ORIGIN, VERIFIER.key_id, bytes(63))}", "does not fit"
    yield "a long signature", f"{text}\n\n{line(ORIGIN, VERIFIER.key_id, bytes(65))}", "does not fit"
    yield "a good and a bad one", NOTE + line(ORIGIN, VERIFIER.key_id, bytes(64)), "does not fit"
    yield "a bad and a good one", f"{text}\n\n{line(ORIGIN, VERIFIER.key_id, bytes(64))}{ours}", "does not fit"
    yield "101 signatures", NOTE + stranger * 100, "more than 100 signatures"
    yield "over a megabyte", "x" * NOTE_BYTES_MAX + NOTE, "longer than 1,000,000 bytes"


@pytest.mark.parametrize(("note", "why"), cases(bad_notes()))
def test_a_note_that_is_none_or_is_not_signed_is_refused(note: str | bytes, why: str) -> None:
    assert why in refused(read, note, VERIFIER)


SPELLINGS = ["01", "00", "-1", "+1", "1.0", "1e3", "0x1", "１", " 1", "1 ", "1_0", "", "ten", str(2**64), "9" * 9999]
ROOTS = [ROOT[1:], ROOT + b"\0", ROOT * 2, b"\0"]


@pytest.mark.parametrize("size", SPELLINGS, ids=lambda value: value[:12])
def test_a_size_in_another_spelling_is_refused_though_signed(size: str) -> None:
    sentence = refused(read, signed(f"{ORIGIN}\n{size}\n{b64encode(ROOT).decode()}\n"), VERIFIER)
    assert "size" in sentence or not size  # an empty line is one too many


@pytest.mark.parametrize("root", ROOTS, ids=len)
def test_a_root_that_is_not_32_bytes_is_refused_though_signed(root: bytes) -> None:
    note = signed(f"{ORIGIN}\n1\n{b64encode(root).decode()}\n")
    assert refused(read, note, VERIFIER) == "the checkpoint's root is not 32 bytes"


def test_a_root_in_another_spelling_is_refused_though_signed() -> None:
    right = b64encode(ROOT).decode()  # its last sign before the = holds two bits that say nothing
    spare = right[:-2] + chr(ord(right[-2]) + 1) + "="
    assert b64decode(spare) == ROOT
    for root in (spare, right[:-1], right + "=", right + " ", right.replace("/", "_").replace("A", "-"), "é"):
        assert "root" in refused(read, signed(f"{ORIGIN}\n1\n{root}\n"), VERIFIER)


@pytest.mark.parametrize(
    "text",
    ["", f"{ORIGIN}\n", f"{ORIGIN}\n1\n", f"\n1\n{b64encode(ROOT).decode()}\n", CHECKPOINT.text() + "\n"],
    ids=len,
)
def test_a_signed_text_that_is_no_checkpoint_is_refused(text: str) -> None:
    refused(read, signed(text), VERIFIER)


def test_a_checkpoint_of_another_origin_is_refused_though_our_key_signed_it() -> None:
    note = signed(CHECKPOINT.text().replace(ORIGIN, "cheshire.example"))
    assert refused(read, note, VERIFIER) == "the checkpoint is of another origin than the key that signed it"


def test_signatures_of_keys_that_were_not_asked_about_are_passed_over() -> None:
    text, ours = NOTE.split("\n\n")
    lines = [
        line("countersigner.example", b"abcd", bytes(72)),
        line("countersigner.example", VERIFIER.key_id, bytes(64)),
        line(ORIGIN, bytes(4), b"1"),
        line(ORIGIN, OTHER.verifier.key_id, OTHER.sign(CHECKPOINT.text().encode())),
    ]
    for at in range(len(lines) + 1):
        note = f"{text}\n\n{''.join(lines[:at])}{ours}{''.join(lines[at:])}"
        assert read(note, VERIFIER) == read(note, OTHER.verifier) == CHECKPOINT


def test_a_hundred_signatures_are_read() -> None:
    text, ours = NOTE.split("\n\n")
    stranger = line("countersigner.example", b"abcd", bytes(5000))
    assert read(f"{text}\n\n{stranger * 99}{ours}", VERIFIER) == CHECKPOINT


# The file of checkpoints


def note_of(size: int, signer: Signer = SIGNER, *extensions: str) -> str:
    return sign(Checkpoint(signer.verifier.name, size, hashlib.sha256(b"%d" % size).digest(), extensions), signer)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "checkpoints"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o022, 0o077, 0o000], ids=["umask 022", "umask 077", "umask 000"])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def test_notes_stand_oldest_first_with_an_empty_line_after_each(path: Path, umask: int) -> None:
    kept = Checkpoints(path)
    assert (list(kept.all()), kept.last()) == ([], None)
    notes = [note_of(size) for size in (1, 5, 9)]
    for count, note in enumerate(notes, 1):
        kept.append(note)
        assert list(kept.all()) == notes[:count]
        assert kept.last() == note
    assert path.read_text() == "".join(note + "\n" for note in notes)
    assert mode(path) == 0o660


def test_only_a_checkpoint_is_added(path: Path) -> None:
    kept = Checkpoints(path)
    for note in (
        "",
        "x",
        NOTE + "\n",
        NOTE[:-1],
        EXAMPLE_NOTE,
        signed(f"— two words\n1\n{b64encode(ROOT).decode()}\n"),
    ):
        refused(kept.append, note)
    assert not path.exists()


def test_an_append_returns_only_when_all_is_on_the_disk(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[tuple[bool, int]] = []

    def noted(handle: int) -> None:
        found = os.fstat(handle)
        synced.append((stat.S_ISDIR(found.st_mode), found.st_size))

    monkeypatch.setattr(os, "fsync", noted)
    Checkpoints(path).append(NOTE)
    assert synced[0] == (False, len(f"{NOTE}\n".encode()))
    assert synced[1][0]


ENTRIES = [f"{note_of(size)}\n".encode() for size in (1, 22, 333)]


@pytest.mark.parametrize("before", [0, 1, 2], ids=lambda count: f"after {count}")
def test_a_write_that_broke_off_at_any_byte_is_passed_over_and_cut_off(path: Path, before: int) -> None:
    kept, whole = Checkpoints(path), b"".join(ENTRIES[:before])
    notes = [note_of(size) for size in (1, 22)][:before]
    for cut in range(len(ENTRIES[2])):
        path.write_bytes(whole + ENTRIES[2][:cut])
        assert list(kept.all()) == notes, cut
        assert kept.last() == (notes[-1] if notes else None), cut
        kept.append(NOTE)
        assert path.read_bytes() == whole + f"{NOTE}\n".encode(), cut


def test_a_write_of_which_parts_came_out_as_zero_bytes_is_passed_over_and_cut_off(path: Path) -> None:
    kept, entry = Checkpoints(path), ENTRIES[2]
    for first, end in ((0, len(entry)), (0, 10), (10, 40), (40, len(entry)), (len(entry) - 1, len(entry)), (50, 51)):
        path.write_bytes(ENTRIES[0] + entry[:first] + bytes(end - first) + entry[end:])
        assert list(kept.all()) == [note_of(1)]
        assert kept.last() == note_of(1)
        kept.append(NOTE)
        assert path.read_bytes() == ENTRIES[0] + f"{NOTE}\n".encode()


def test_an_append_that_fails_leaves_what_was_there(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Checkpoints(path)
    kept.append(note_of(1))

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(Unavailable, match="No space left on device"):
            kept.append(note_of(2))
    kept.append(note_of(3))
    assert kept.last() == note_of(3)
    assert next(iter(kept.all())) == note_of(1)


@pytest.mark.parametrize("at", [0, 1])
def test_something_before_the_last_checkpoint_that_is_none_is_damage(path: Path, at: int) -> None:
    changed = [*ENTRIES]
    changed[at] = changed[at].replace("— ".encode(), b"-- ")
    path.write_bytes(b"".join(changed))
    kept = Checkpoints(path)
    notes = kept.all()
    assert [next(notes) for _ in range(at)] == [note_of(1)][:at]
    with pytest.raises(Damaged, match=f"at byte {sum(map(len, ENTRIES[:at]))}"):
        next(notes)
    assert kept.last() == note_of(333)


@pytest.mark.parametrize(
    "tail",
    [ENTRIES[2].replace(b"333", b"0333"), ENTRIES[2].replace("— ".encode(), b"-- "), b"\n\n\n\n", b"x" * 1_000_001],
    ids=["size", "dash", "empty lines", "long"],
)
@pytest.mark.parametrize("before", [0, 2], ids=lambda count: f"after {count}")
def test_something_at_the_end_that_no_broken_write_leaves_is_damage_and_is_not_cut_off(
    path: Path, tail: bytes, before: int
) -> None:
    whole = b"".join(ENTRIES[:before]) + tail
    path.write_bytes(whole)
    kept = Checkpoints(path)
    for act in (kept.last, lambda: list(kept.all()), lambda: kept.append(NOTE)):
        with pytest.raises(Damaged, match="neither a checkpoint nor the beginning of one"):
            act()
    assert path.read_bytes() == whole


def test_the_last_is_found_from_the_tail_alone(path: Path) -> None:
    with path.open("wb") as file:
        file.seek(1 << 38)  # a hole that nobody could read through
        file.write(b"\n\n" + b"".join(ENTRIES))
    kept = Checkpoints(path)
    assert kept.last() == note_of(333)
    kept.append(NOTE)
    assert kept.last() == NOTE
    with pytest.raises(Damaged, match="at byte 0"):
        next(kept.all())
    path.unlink()


def test_many_are_read_one_after_the_other(path: Path) -> None:
    path.write_bytes(b"".join(ENTRIES) * 4000)
    assert path.stat().st_size > 2 * NOTE_BYTES_MAX
    kept = Checkpoints(path)
    notes = kept.all()
    assert all(next(notes) == note for _ in range(100) for note in (note_of(1), note_of(22), note_of(333)))
    kept.append(NOTE)
    assert kept.last() == NOTE


def test_the_longest_notes_are_kept_and_read(path: Path) -> None:
    room = NOTE_BYTES_MAX - len(note_of(5, SIGNER, "x").encode())
    notes = [note_of(5, SIGNER, "x" * room + "x"), note_of(6, SIGNER, "y" * room + "y"), note_of(7)]
    assert len(notes[0].encode()) == NOTE_BYTES_MAX
    kept = Checkpoints(path)
    for note in notes:
        kept.append(note)
        assert kept.last() == note
    assert list(kept.all()) == notes
    with path.open("ab") as file:
        file.write(notes[0].encode())
    assert kept.last() == notes[2]
    kept.append(notes[1])
    assert list(kept.all()) == [*notes, notes[1]]


@STEADY
@given(st.lists(st.integers(0, 3), max_size=6), st.integers(0, 400))
def test_appends_and_broken_writes_in_any_order_keep_every_acknowledged_note(
    tmp_path_factory: pytest.TempPathFactory, deeds: list[int], cut: int
) -> None:
    path = tmp_path_factory.mktemp("any") / "checkpoints"
    kept, expected = Checkpoints(path), list[str]()
    for size in deeds:
        if size:
            kept.append(note_of(size))
            expected.append(note_of(size))
        else:  # a write cuts off what the one before it left, then breaks off itself
            path.write_bytes("".join(f"{note}\n" for note in expected).encode() + ENTRIES[2][: cut % len(ENTRIES[2])])
        assert list(kept.all()) == expected
        assert kept.last() == (expected[-1] if expected else None)


def test_those_who_append_at_once_do_it_one_after_the_other(path: Path) -> None:
    def work(first: int) -> None:
        for size in range(first, first + 20):
            Checkpoints(path).append(note_of(size))

    threads = [threading.Thread(target=work, args=(100 * index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sizes = [read(note, VERIFIER).size for note in Checkpoints(path).all()]
    assert sorted(sizes) == [100 * index + at for index in range(4) for at in range(20)]
    for index in range(4):
        assert [size % 100 for size in sizes if size // 100 == index] == list(range(20))


def test_a_file_that_cannot_be_had_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(Unavailable, match="cannot be read or written"):
        Checkpoints(tmp_path / "nowhere" / "checkpoints").append(NOTE)
    for act in (Checkpoints(tmp_path / "folder").last, Known(tmp_path / "folder").note):
        with pytest.raises(Unavailable, match="Is a directory"):
            act()


# What is known elsewhere


@pytest.fixture
def known(tmp_path: Path) -> Known:
    return Known(tmp_path / "known")


def test_the_newest_checkpoint_is_kept_for_its_owner_alone(known: Known, umask: int) -> None:
    assert known.note() is None
    assert known.advance(note_of(5))
    assert (known.note(), mode(known.path)) == (note_of(5), 0o600)
    assert known.advance(note_of(7))
    assert (known.note(), mode(known.path)) == (note_of(7), 0o600)
    assert [file.name for file in known.path.parent.iterdir()] == ["known"]


@STEADY
@given(st.lists(st.integers(0, 5), min_size=1, max_size=8))
def test_what_is_known_never_goes_back(tmp_path_factory: pytest.TempPathFactory, sizes: list[int]) -> None:
    known = Known(tmp_path_factory.mktemp("known") / "known")
    highest = -1
    for size in sizes:
        assert known.advance(note_of(size)) == (size > highest)
        highest = max(highest, size)
        assert known.note() == note_of(highest)


def test_a_checkpoint_of_the_same_size_takes_the_place_where_more_have_signed_it(known: Known) -> None:
    note = note_of(5)
    more = note + line("countersigner.example", b"abcd", bytes(72))
    assert known.advance(note)
    assert not known.advance(note)
    assert known.advance(more)
    assert known.note() == more


def test_two_roots_of_one_size_are_damage_and_change_nothing(known: Known) -> None:
    known.advance(note_of(5))
    with pytest.raises(Damaged, match="two checkpoints over 5 rows have different roots"):
        known.advance(sign(Checkpoint(ORIGIN, 5, ROOT), SIGNER))
    assert known.note() == note_of(5)


def test_what_is_no_checkpoint_or_one_of_another_origin_is_not_kept(known: Known) -> None:
    refused(known.advance, "known\n")
    assert known.note() is None
    known.advance(note_of(5))
    assert "another origin" in refused(known.advance, note_of(7, Signer.generate("cheshire.example")))
    assert known.note() == note_of(5)


@pytest.mark.parametrize(
    "kept", [b"", b"x", NOTE.encode()[:-1], b"\0" * 300, NOTE.encode() + b"\n", b"x" * 2_000_000], ids=len
)
def test_what_is_kept_and_is_no_checkpoint_is_damage(known: Known, kept: bytes) -> None:
    known.path.write_bytes(kept)
    for act in (known.note, lambda: known.advance(NOTE)):
        with pytest.raises(Damaged, match="does not hold the checkpoint that was written there"):
            act()
    assert known.path.read_bytes() == kept


def test_a_replacement_that_breaks_off_anywhere_leaves_the_old_or_the_new(
    known: Known, monkeypatch: pytest.MonkeyPatch
) -> None:
    known.advance(note_of(5))

    def broken(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    for owner, name in ((os, "fsync"), (os, "fchmod"), (Path, "replace")):
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, broken)
            with pytest.raises(Unavailable, match="Input/output error"):
                known.advance(note_of(7))
        assert known.note() == note_of(5)
    known.path.with_name("known.new").write_bytes(b"half a no")
    assert known.advance(note_of(7))
    assert known.note() == note_of(7)
    assert [file.name for file in known.path.parent.iterdir()] == ["known"]


def test_a_replacement_is_on_the_disk_before_it_takes_the_place(known: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    deeds: list[str] = []
    replace = Path.replace

    def synced(handle: int) -> None:
        found = os.fstat(handle)
        deeds.append("folder" if stat.S_ISDIR(found.st_mode) else f"{found.st_size} bytes")

    def replaced(self: Path, target: Path) -> Path:
        deeds.append("replaced")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", replaced)
    known.advance(NOTE)
    assert deeds == [f"{len(NOTE.encode())} bytes", "replaced", "folder"]


# The published vectors

VECTORS = os.environ.get("HUE_VECTORS", "")
published = pytest.mark.skipif(not VECTORS, reason="HUE_VECTORS does not name the folder of the published vectors")


def hashes_of_rfc_6962(vector: dict[str, str]) -> None:
    assert EMPTY_ROOT.hex() == vector["empty_root"]
    assert leaf_hash(b"").hex() == vector["empty_leaf"]
    assert leaf_hash(b"L123456").hex() == vector["leaf_L123456"]
    assert node_hash(b"N123", b"N456").hex() == vector["node_N123_N456"]


def example_of_signed_note(vector: dict[str, str]) -> None:
    verifier = Verifier(vector["vkey"])
    note = f"{vector['text']}\n{vector['signature_line']}\n"
    assert open_note(note, verifier) == vector["text"]
    assert verifier.text() == vector["vkey"] == EXAMPLE_KEY
    assert note == EXAMPLE_NOTE


def growth_of_the_monkeys(vector: dict[str, Any]) -> None:
    verifier = Verifier(vector["log_vkey"])
    five, eight = (read(vector[name], verifier) for name in ("size5", "size8"))
    assert (five.origin, five.size, eight.size) == ("monkeys", 5, 8)
    proof = [bytes.fromhex(one) for one in vector["consistency_5_8_hex"]]
    verify_consistency(five.size, eight.size, five.root, eight.root, proof)
    refused(read, vector["size5"].replace("\n5\n", "\n6\n"), verifier)


SEQUENCES = {
    "rfc6962_hashes.json": hashes_of_rfc_6962,
    "signed_note_example.json": example_of_signed_note,
    "witness_monkeys_5_8.json": growth_of_the_monkeys,
}


@published
def test_every_published_c2sp_vector_comes_out_as_published() -> None:
    files = sorted((Path(VECTORS) / "c2sp").iterdir())
    checked = 0
    for file in files:
        SEQUENCES[file.name](json.loads(file.read_text()))
        checked += 1
    assert checked == len(files) == len(SEQUENCES) > 0


@published
def test_every_published_ed25519_vector_of_wycheproof_comes_out_as_published() -> None:
    vectors = json.loads((Path(VECTORS) / "wycheproof" / "ed25519_test.json").read_text())
    checked = {"valid": 0, "invalid": 0}
    for group in vectors["testGroups"]:
        verifier = Verifier.of("wycheproof.example", bytes.fromhex(group["publicKey"]["pk"]))
        for test in group["tests"]:
            verified = verifier.verifies(bytes.fromhex(test["msg"]), bytes.fromhex(test["sig"]))
            assert verified == (test["result"] == "valid"), (test["tcId"], test["flags"])
            checked[test["result"]] += 1
    assert sum(checked.values()) == vectors["numberOfTests"]
    assert min(checked.values()) > 0
