"""Signing what was recorded: the next checkpoint of a journal, never of one that is not what was signed before.

Theory of operation. A checkpoint is written to the store's file first and then made known in the key folder, so that what is
known is always in the store as well. Before that the journal is held against the newest checkpoint known: a key that
signs whatever it is shown would cover up the very thing that it is there to show.
"""

from hueandcry.domain.fault import Damaged
from hueandcry.store.checkpoint import Checkpoint, Checkpoints, Known, read, sign
from hueandcry.store.log import Log
from hueandcry.store.note import Signer


def sign_next(journal: Log, signer: Signer, kept: Checkpoints, known: Known) -> Checkpoint | None:
    """Sign a journal as it stands, and return the checkpoint; None where nothing was recorded since the last one.

    Raises Damaged where it is not the journal that was signed before, Unavailable where a file cannot be written.
    """
    note = known.note()
    tip = journal.tip()
    if note is not None:
        before = read(note, signer.verifier)
        if before.size == tip.size and before.root == tip.root:
            return None
        if before.size >= tip.size or journal.root_at(before.size) != before.root:
            raise Damaged(f"the journal is not the one that was signed at {before.size} facts; hue verify says more")
    made = Checkpoint(signer.verifier.name, tip.size, tip.root)
    note = sign(made, signer)
    kept.append(note)
    known.advance(note)
    return made
