"""Backing a store up and putting one back, at the command line."""

import os
from contextlib import suppress
from pathlib import Path

from hueandcry.domain.adoption import BeginKeyBackup, NoteBackup, NoteRestore, WithdrawKeyBackup
from hueandcry.domain.erasure import ERASED, RepeatErasure
from hueandcry.domain.fact import FactRef
from hueandcry.domain.fault import Refused, Unavailable
from hueandcry.domain.policy import POLICY_STREAM
from hueandcry.operator import console
from hueandcry.operator.bootstrap import Room, keys_base, missing_access_log
from hueandcry.operator.desk import THE_WATCH, Act, Desk
from hueandcry.operator.identity import Identity
from hueandcry.operator.text import counted, safe_text
from hueandcry.store import codec
from hueandcry.store.backup import back_up, check_empty, check_folders, examine_copy, put_back, withdraw
from hueandcry.store.checkpoint import Checkpoint, read
from hueandcry.store.erasure import keys_of
from hueandcry.store.folder import KEYS_NAME, StoreFolder
from hueandcry.store.keyfolder import KeyFolder
from hueandcry.store.keyring import kept_in


def backup(room: Room, into: Path, keys: Path | None, *, session: str | None, json: bool) -> None:
    """Back a store up, record that, and print what came of it."""
    desk = room.desk(session)
    desk.duty(None)
    room.journal.seals.keyring.still()  # what cannot be recorded is not begun
    if not room.folder.access.exists():
        raise missing_access_log(room.folder.access)
    room.sign_checkpoint()
    check_folders(into, keys)
    begun = _begin_keys(desk, keys / KEYS_NAME) if keys is not None else None
    with console.progress("backing up", room.journal.tip().size) as seen:
        try:
            copied = back_up(room.folder, into, keys, room.key_folder, seen)
        except Exception:
            if begun is not None:
                with suppress(Unavailable):  # then an erasure names the place, where nothing is
                    desk.do([Act(POLICY_STREAM, WithdrawKeyBackup(begun))])
            raise
    note = NoteBackup(copied.size, copied.root, str(into), str(keys / KEYS_NAME) if keys is not None else "")
    desk.do([Act(POLICY_STREAM, note)])
    if json:
        console.say_json(
            {"position": copied.size, "root": copied.root.hex(), "path": str(into), "keys": keys and str(keys)}
        )
        return
    console.say(safe_text(f"{counted(copied.size, 'fact')} backed up to {into}, verified, root {copied.root.hex()}"))
    if keys is None:
        console.say("The record keys were not: without them the words in this backup stay closed (--keys FOLDER)")
    else:
        console.say(
            safe_text(f"The record keys to {keys}; they open with the key of the seals, which is in neither folder")
        )


def _begin_keys(desk: Desk, place: Path) -> FactRef:
    """Record where the record keys go before they do: whatever breaks the copying off, an erasure looks there, too."""
    (begun,) = desk.do([Act(POLICY_STREAM, BeginKeyBackup(str(place)))])
    return FactRef(begun.stream, begun.version)


def restore(source: Path, keys: Path, store: Path, *, behind: bool, json: bool) -> bool:
    """Put a backup back; refuses to go behind a known checkpoint unless told, and records when it did."""
    copy, keys_copy, into = StoreFolder(source), keys / KEYS_NAME, StoreFolder(store)
    origin, _ = kept_in(keys_copy)
    folder = KeyFolder(keys_base(), origin)
    if not folder.exists:
        raise Unavailable(
            f"the key folder {folder.path} is missing: bring seal.key, sign.key and verify.key back first"
        )
    with console.progress("verifying the backup", None) as seen:
        examined = examine_copy(copy, folder, seen)
    note = folder.known.note()
    known = read(note, folder.verifier()) if note is not None else None
    size = examined.journal.size
    lost = known if known is not None and known.size > size else None
    if lost is not None and not behind:
        raise Refused(
            f"a checkpoint over {counted(lost.size, 'fact')} is known, and this backup ends at {size}: find a newer backup, or "
            "give up what lies between with --behind; to try a restore beside a room that works, use a copy of the key folder"
        )
    room = _put_back(copy, keys_copy, into, folder, known)
    if json:
        console.say_json(
            {"position": size, "root": examined.journal.root.hex(), "given_up": lost.size - size if lost else 0}
        )
    else:
        console.say(safe_text(f"{counted(size, 'fact')} put back into {store}, root {examined.journal.root.hex()}"))
        if lost is not None:
            console.say(
                safe_text(
                    f"{counted(lost.size - size, 'fact')} that had been signed are given up, and that is recorded"
                )
            )
    room.close()
    return True


def _put_back(
    copy: StoreFolder, keys_copy: Path, into: StoreFolder, folder: KeyFolder, known: Checkpoint | None
) -> Room:
    """Put a verified backup back and record that, or leave everything as it was."""
    before = folder.remembered()
    check_empty(into)
    room: Room | None = None
    try:
        put_back(copy, keys_copy, into)
        room = Room(into, Identity())
        _begin_again(room, folder, room.journal.tip().size, known)
    except BaseException:
        if room is not None:
            room.close()
        withdraw(into.path)  # it was empty, and nothing in it was acknowledged
        folder.remember(before)
        raise
    return room


def _begin_again(room: Room, folder: KeyFolder, size: int, known: Checkpoint | None) -> None:
    """Record the restore, take keys up where no record of the time that was given up has one, and sign what stands now."""
    keyring = room.journal.seals.keyring
    erased = _erased(room)
    gone = tuple(key for key in range(1, keyring.made + 1) if key not in erased and keyring.destroyed(key))
    keyring.begin_at(keyring.made + 1)
    if known is not None and known.size > size:
        folder.set_aside()
    desk = Desk(room.journal, room.board, room.identity, THE_WATCH)
    root = known.root if known is not None else b""
    note = NoteRestore(os.getuid(), size, known.size if known is not None else 0, root, gone)
    (restored,) = desk.do([Act(POLICY_STREAM, note)])
    again = RepeatErasure(FactRef(restored.stream, restored.version))
    streams = {row.stream for row in room.journal.rows() if codec.key_of(row.head) in gone} if gone else set()
    for stream in sorted(streams):
        desk.do([Act(stream, again)])
    room.sign_checkpoint()


def _erased(room: Room) -> set[int]:
    """Return the record keys whose erasure this journal tells of."""
    rows = room.journal.rows()
    streams = {row.stream for row in rows if row.name == ERASED}
    return {key for stream in streams for key in keys_of(room.journal.stream_rows(stream))}
