"""Export: one incident with its contacts as a file that another force can verify without our store.

Theory of operation (docs/exchange.md is the page to read beside this one). A magic, then frames of msgpack behind their
length: a header that says from whom, to whom and what; the rows in order of position, each with its inclusion proof;
the signed checkpoint that the proofs lead to; and an end whose signed note covers every byte before it. Of each group
the value goes, as salt and array, where the agreement allows its tier; of every other the digest goes alone. Local
values never go. Sealed values are opened through the door, which names the records in the access log first.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

import msgpack
from msgspec import Struct

from hueandcry.domain.fact import Tier
from hueandcry.store.checkpoint import Checkpoint, sign
from hueandcry.store.codec import Row
from hueandcry.store.note import Signer, sign_note
from hueandcry.store.sqlite import SQLiteJournal
from hueandcry.store.tree import inclusion_proof

MAGIC = b"\x89CMX\r\n\x1a\x01"
FORMAT = 1
END_TAG = "cmx-export/v1"
HEADER, EVENT, CHECKPOINT, END = 1, 3, 4, 5
LENGTH_BYTES = 4


class Outbound(Struct, frozen=True):
    """What an export says of itself: from which force, by whom, to whom, when (ns UTC), and what of."""

    export: bytes
    created: int
    exporter: str
    force: str
    recipient: str
    tier: Tier
    record: bytes


def frame(parts: Sequence[Any]) -> bytes:
    """Return one frame: the length of a msgpack array, 4 bytes big-endian, and the array."""
    content: bytes = msgpack.packb(list(parts))
    return len(content).to_bytes(LENGTH_BYTES, "big") + content


def write(
    journal: SQLiteJournal, rows: Sequence[Row], groups: Sequence[dict[Tier, bytes]], said: Outbound, signer: Signer
) -> bytes:
    """Return the file of some rows in order of position; `groups` are their opened groups, of which only agreed ones go."""
    tip = journal.tip()
    origin = signer.verifier.name
    content = MAGIC + frame(
        (HEADER, FORMAT, origin, said.force, said.export, said.created, said.exporter, said.recipient,
         said.tier.name.lower(), said.record, len(rows))
    )  # fmt: skip
    for row, opened in zip(rows, groups, strict=True):
        values = [opened.get(tier) if tier <= said.tier else None for tier in (Tier.POLICE, Tier.SEALED)]
        proof = inclusion_proof(row.position - 1, tip.size, journal.subtree)
        digests = [row.police_digest, row.sealed_digest, row.local_digest]
        content += frame(
            (EVENT, row.position, row.stream, row.version, row.name, row.head, digests, [*values, None], proof)
        )
    content += frame((CHECKPOINT, sign(Checkpoint(origin, tip.size, tip.root), signer)))
    return content + frame((END, sign_note(end_text(said.export, origin, said.recipient, content, len(rows)), signer)))


def end_text(export: bytes, origin: str, recipient: str, before: bytes, events: int) -> str:
    """Return the text that the end of a file signs: what it is, and SHA-256 over every byte before it."""
    digest = hashlib.sha256(before).hexdigest()
    return f"{END_TAG}\n{export.hex()}\n{origin}\n{recipient}\n{events}\n{digest}\n"
