"""What a seat keeps for itself: whole or not at all, for its system user alone, sealed; operator/keptfile.py.

Source: letter, area 1: what a handler typed is not lost, and nobody reads it in a copy of the file.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from hueandcry.domain.fault import Damaged
from hueandcry.operator import keptfile
from hueandcry.operator.keptfile import SealedFile, write_whole

WORDS = b"she is behind the kitchen door, he must not hear"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    before = os.umask(0)  # whatever the system hands out, it is not relied upon
    yield tmp_path / "seat"
    os.umask(before)


@contextmanager
def full_disk(monkeypatch: pytest.MonkeyPatch, takes: int, passes: int = 0) -> Iterator[None]:
    """A disk that takes `passes` writes whole and of the next so many bytes, then no more."""
    left, write = [passes], os.write

    def fills_up(handle: int, content: Any) -> int:
        left[0] -= 1
        if left[0] >= 0:
            return write(handle, content)
        if not takes:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(handle, content[:takes])

    with monkeypatch.context() as patched:
        patched.setattr(keptfile.os, "write", fills_up)
        yield


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_what_was_written_is_read_back_by_whoever_opens_it_next(folder: Path) -> None:
    SealedFile(folder / "draft").write(WORDS)
    assert SealedFile(folder / "draft").read() == WORDS


def test_where_there_is_no_file_nothing_is_read(folder: Path) -> None:
    assert SealedFile(folder / "draft").read() is None


@pytest.mark.parametrize("content", [b"", b"x", WORDS * 5_000])
def test_any_length_is_kept(folder: Path, content: bytes) -> None:
    SealedFile(folder / "draft").write(content)
    assert SealedFile(folder / "draft").read() == content


def test_only_the_system_user_reads_the_files_and_their_folder(folder: Path) -> None:
    kept = SealedFile(folder / "draft")
    kept.write(WORDS)
    kept.write(WORDS)
    assert mode(folder) == 0o700
    assert {mode(path) for path in folder.iterdir()} == {0o600}


def test_the_words_stand_in_no_file_of_the_folder(folder: Path) -> None:
    kept = SealedFile(folder / "draft")
    for length in range(1, len(WORDS) + 1):
        kept.write(WORDS[:length])
    found = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert found
    assert [word for word in WORDS.split() if len(word) > 3 and word in found] == []


def test_the_same_words_are_never_sealed_alike(folder: Path) -> None:
    kept, seen = SealedFile(folder / "draft"), set()
    for _ in range(20):
        kept.write(WORDS)
        seen.add((folder / "draft").read_bytes())
    assert len(seen) == 20


def test_nothing_is_left_beside_the_file_and_its_key(folder: Path) -> None:
    SealedFile(folder / "draft").write(WORDS)
    assert {path.name for path in folder.iterdir()} == {"draft", "draft.key"}


@pytest.mark.parametrize("takes", [0, 1, 20])
def test_a_full_disk_leaves_the_old_words_whole(folder: Path, monkeypatch: pytest.MonkeyPatch, takes: int) -> None:
    kept = SealedFile(folder / "draft")
    kept.write(WORDS)
    with full_disk(monkeypatch, takes), pytest.raises(OSError, match="space"):
        kept.write(WORDS + b", and a child is with her")
    assert SealedFile(folder / "draft").read() == WORDS
    kept.write(WORDS * 2)
    assert SealedFile(folder / "draft").read() == WORDS * 2


@pytest.mark.parametrize("takes", [0, 5])
def test_a_full_disk_leaves_the_old_file_whole_for_write_whole_itself(
    folder: Path, monkeypatch: pytest.MonkeyPatch, takes: int
) -> None:
    write_whole(folder / "place", b"before")
    with full_disk(monkeypatch, takes), pytest.raises(OSError, match="space"):
        write_whole(folder / "place", b"afterwards")
    assert (folder / "place").read_bytes() == b"before"


def test_words_that_are_kept_once_the_disk_has_room_again_are_read_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = SealedFile(folder / "draft")
    with full_disk(monkeypatch, 0), pytest.raises(OSError, match="space"):
        kept.write(WORDS)
    kept.write(WORDS)
    assert SealedFile(folder / "draft").read() == WORDS


def test_a_disk_that_fills_up_between_key_and_file_leaves_the_old_words_whole(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    SealedFile(folder / "draft").write(WORDS)
    with full_disk(monkeypatch, 0), pytest.raises(OSError, match="space"):
        SealedFile(folder / "draft").write(WORDS * 2)
    assert SealedFile(folder / "draft").read() == WORDS


def test_any_byte_that_is_changed_is_found(folder: Path) -> None:
    SealedFile(folder / "draft").write(WORDS)
    for name in ("draft", "draft.key"):
        whole = (folder / name).read_bytes()
        for at in range(len(whole)):
            (folder / name).write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            with pytest.raises(Damaged, match="not as it was kept"):
                SealedFile(folder / "draft").read()
        (folder / name).write_bytes(whole)
    assert SealedFile(folder / "draft").read() == WORDS


@pytest.mark.parametrize("name", ["draft", "draft.key"])
@pytest.mark.parametrize("length", [0, 1, 11, 12, 20])
def test_a_file_that_was_cut_off_is_found(folder: Path, name: str, length: int) -> None:
    SealedFile(folder / "draft").write(WORDS)
    (folder / name).write_bytes((folder / name).read_bytes()[:length])
    with pytest.raises(Damaged, match="not as it was kept"):
        SealedFile(folder / "draft").read()


def test_remove_leaves_nothing_also_of_what_a_crash_broke_off(folder: Path) -> None:
    kept = SealedFile(folder / "draft")
    kept.write(WORDS)
    (folder / "draft.4711").write_bytes(b"half")
    (folder / "draft.key.4711").write_bytes(b"half a key")
    kept.remove()
    assert list(folder.iterdir()) == []
    assert kept.read() is None
    kept.remove()


def test_remove_leaves_what_belongs_to_another_room(folder: Path) -> None:
    one, other = SealedFile(folder / "17-ab"), SealedFile(folder / "4-17-ab")
    one.write(WORDS)
    other.write(WORDS)
    (folder / "4-17-ab.4711").write_bytes(b"just being written")
    one.remove()
    assert (folder / "4-17-ab.4711").exists()
    assert other.read() == WORDS


def test_what_is_written_after_a_removal_has_another_key(folder: Path) -> None:
    kept = SealedFile(folder / "draft")
    kept.write(WORDS)
    before = (folder / "draft.key").read_bytes()
    kept.remove()
    kept.write(WORDS)
    assert (folder / "draft.key").read_bytes() != before
    assert SealedFile(folder / "draft").read() == WORDS
