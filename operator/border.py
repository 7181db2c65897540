"""Sharing an incident across a force's border by file: agree, export, verify, import.

Theory of operation. Nothing goes or comes without an agreement, which an administrator records with the other force's
public key, learned from them by another way than the file. An export opens what the agreement allows through the door,
writes the file, and records the export in every record that is in it. An import verifies the whole file first, then
records what is new of it in one transaction; imported again it records nothing.
"""

import hashlib
import os
from pathlib import Path

from hueandcry.domain import replay
from hueandcry.domain.fact import Erasure, Record, Tier
from hueandcry.domain.fault import ForeignFault, Refused, Unavailable
from hueandcry.domain.foreign import Foreign, Receive, Received, foreign_stream
from hueandcry.domain.incident import Incident
from hueandcry.domain.policy import POLICY_STREAM
from hueandcry.domain.reference import Kind, kind_of, stream_text
from hueandcry.domain.sharing import Agree, Export, agreement_with
from hueandcry.operator import console, dossier
from hueandcry.operator.bootstrap import Room
from hueandcry.operator.desk import Act, Desk
from hueandcry.operator.reference import Misread
from hueandcry.operator.text import counted, safe_text
from hueandcry.store.inbound import FILE_BYTES_MAX, Inbound, origin_of, verify_file
from hueandcry.store.note import Verifier
from hueandcry.store.outbound import Outbound, write

EXPORT_ID_BYTES = 16


def agree(room: Room, force: str, key: str, tier: str, *, session: str | None) -> None:
    """Record an agreement with another force; its key is checked before it is trusted."""
    desk = room.desk(session)
    vkey = _public_key(key).text()
    desk.do([Act(POLICY_STREAM, Agree(force, vkey, tier))])
    console.say(safe_text(f"Agreed with {force}: values up to {tier} may go there; its files are known by {vkey}"))


def _public_key(key: str) -> Verifier:
    """Return a public key from its text or from the file that holds it; raises Misread for what is none."""
    try:
        return Verifier(_key_text(key))
    except ForeignFault as fault:
        raise Misread(str(fault)) from fault


def _key_text(key: str) -> str:
    """Return a public key as given, or as it stands in a file of that name."""
    path = Path(key)
    try:
        return path.read_text().strip() if path.is_file() else key
    except (OSError, UnicodeDecodeError) as fault:
        raise Misread(f"the key file {key} cannot be read") from fault


def export(room: Room, ref: str, force: str, file: Path, *, session: str | None, json: bool) -> None:
    """Write an incident with its contacts to a file for another force, and record that it went."""
    desk, board = room.desk(session), room.board
    record = dossier.found(room, board, ref, session)
    if not isinstance(record, Incident):
        raise Misread(f"'{ref}' is no incident: an incident goes over the border, with its contacts")
    agreement = agreement_with(board.policy, force)
    if file.exists():
        raise Refused(f"{file} is there already: an export goes into a new file")
    streams = [stream for stream in replay.told_of(record) if not _is_erased(board.record(stream))]
    export_id = os.urandom(EXPORT_ID_BYTES)
    acts = [Act(stream, Export(force, export_id, bytes(32))) for stream in streams]
    desk.would(acts)  # whoever may not is told before a word is opened
    said = Outbound(
        export_id,
        room.identity.now(),
        desk.signed.collar,
        board.policy.force,
        force,
        Tier[agreement.tier.upper()],
        record.id,
    )
    content = _content(room, desk, streams, said)
    _write_new(file, content)
    digest = hashlib.sha256(content).digest()
    try:
        desk.do([Act(stream, Export(force, export_id, digest)) for stream in streams])
    except BaseException:
        file.unlink(missing_ok=True)  # a copy that no fact tells of does not stay
        raise
    if json:
        console.say_json(
            {"file": str(file), "sha256": digest.hex(), "bytes": len(content), "force": force, "tier": agreement.tier}
        )
    else:
        console.say(
            safe_text(f"{ref} exported to {file} for {force}, values up to {agreement.tier}, {len(content)} bytes")
        )


def _is_erased(record: Record | None) -> bool:
    return record is None or record.erasure is not Erasure.NONE


def _content(room: Room, desk: Desk, streams: list[bytes], said: Outbound) -> bytes:
    journal = room.journal
    rows = sorted(row for stream in streams for row in journal.stream_rows(stream))
    if said.tier is Tier.SEALED:
        desk.door.opened(rows, "export")  # names the records in the access log before a word of them is in a file
        groups = [journal.seals.opened(row) for row in rows]
    else:
        groups = [{} if row.police is None else {Tier.POLICE: row.police} for row in rows]
    return write(journal, rows, groups, said, room.key_folder.signer())


def _write_new(file: Path, content: bytes) -> None:
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
        except OSError:
            file.unlink(missing_ok=True)
            raise
    except OSError as fault:
        raise Unavailable(f"{file} cannot be written: {fault.strerror}") from fault


def verify(room: Room | None, file: Path, key: str | None, *, json: bool) -> None:
    """Verify a file by itself and say what it holds; nothing is recorded."""
    inbound = _verified(room, file, key, None)
    header = inbound.header
    if json:
        console.say_json(
            {
                "origin": header.origin,
                "force": header.force,
                "recipient": header.recipient,
                "export": header.export.hex(),
                "tier": header.tier,
                "facts": header.events,
                "size": inbound.checkpoint.size,
                "root": inbound.checkpoint.root.hex(),
            }
        )
        return
    console.say(
        safe_text(
            f"{counted(header.events, 'fact')} of {header.force} ({header.origin}) for {header.recipient}, "
            f"values up to {header.tier}: "
            f"verified under a checkpoint over {counted(inbound.checkpoint.size, 'fact')}"
        )
    )


def take(room: Room, file: Path, *, session: str | None, json: bool) -> None:
    """Verify a file and record what is new of it, all or nothing."""
    desk = room.desk(session)
    inbound = _verified(room, file, None, room.board.policy.force)
    records = inbound.received()
    acts = [Act(foreign_stream(inbound.header.origin, stream), Receive(facts)) for stream, facts in records.items()]
    entries = desk.do(acts)
    recorded = sum(entry.name == Received.card.name for entry in entries)
    disclosed = len(entries) - recorded
    names = [room.board.name(foreign_stream(inbound.header.origin, stream)) for stream in records]
    if json:
        console.say_json(
            {"facts": inbound.header.events, "recorded": recorded, "disclosed": disclosed, "records": names}
        )
    else:
        known = f"{inbound.header.events - recorded} known already"
        given = f", values given of {disclosed} of them" if disclosed else ""
        console.say(safe_text(f"{counted(recorded, 'fact')} received, {known}{given}: {', '.join(names)}"))


def listed(room: Room, *, json: bool) -> None:
    """Print what is agreed with other forces, and each record that was received from one."""
    board = room.board
    for one in board.policy.agreements:
        if json:
            console.say_json({"agreed_with": one.force, "tier": one.tier, "key": one.vkey.decode()})
        else:
            console.say(safe_text(f"agreed with {one.force}: values up to {one.tier} may go there"))
    received = [stream for stream in room.journal.begun() if kind_of(stream) is Kind.FOREIGN]
    for stream in received:
        record = board.record(stream)
        assert isinstance(record, Foreign)
        _say_received(board.name(stream), record, json=json)
    if not json:
        console.say(f"{counted(len(received), 'record')} received")


def _say_received(name: str, record: Foreign, *, json: bool) -> None:
    theirs = kind_of(record.stream)
    kind = theirs.name.lower() if theirs is not None else "record"
    values = (
        "sealed"
        if any(one.with_sealed for one in record.held)
        else "police"
        if any(one.with_police for one in record.held)
        else "plain"
    )
    if json:
        console.say_json(
            {
                "ref": name,
                "stream": stream_text(record.id),
                "kind": kind,
                "origin": record.origin,
                "theirs": stream_text(record.stream),
                "facts": len(record.held),
                "tier": values,
                "erasure": record.erasure.value,
            }
        )
        return
    erased = "" if record.erasure is Erasure.NONE else " [erased]"
    facts = counted(len(record.held), "fact")
    console.say(safe_text(f"{name:<12} {kind:<9} of {record.origin}, {facts}, values up to {values}{erased}"))


def _verified(room: Room | None, file: Path, key: str | None, recipient: str | None) -> Inbound:
    try:
        if file.stat().st_size > FILE_BYTES_MAX:
            raise ForeignFault(f"the file is longer than {FILE_BYTES_MAX:,} bytes")
        content = file.read_bytes()
    except (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError) as fault:
        raise Misread(f"the file {file} cannot be read: {fault.strerror}") from fault
    except OSError as fault:
        raise Unavailable(f"the file {file} cannot be read: {fault.strerror}") from fault
    origin, force = origin_of(content)
    if key is not None:
        return verify_file(content, _public_key(key), recipient)
    if room is None:
        raise Misread("give the public key of the force that the file is from: --key")
    found = [one for one in room.board.policy.agreements if one.force == force]
    if not found:
        raise ForeignFault(f"the file is from {force} ({origin}), with whom there is no agreement")
    return verify_file(content, Verifier(found[-1].vkey.decode()), recipient)
