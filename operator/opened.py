"""What follows from opening an item on the screen: updates are read, and what was looked for at the ring is recorded.

Theory of operation. Whoever opens an item does not ask for a fact, so that a refusal is no fault: who may not record it, or finds
it recorded by another, sees the page all the same.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from hueandcry.domain.fault import Conflict, Refused, Unavailable
from hueandcry.domain.firstcheck import CheckFirst
from hueandcry.domain.handover import SeeUpdate
from hueandcry.domain.incident import Incident
from hueandcry.operator.desk import Act, Desk


def note_seen(desk: Desk, stream: bytes) -> None:
    """Record that whoever works an incident has read what others wrote, where somebody with that role opens it."""
    record = desk.board.record(stream)
    if isinstance(record, Incident) and record.unread:
        with suppress(Refused, Conflict, Unavailable):
            desk.do([Act(stream, SeeUpdate())])


def note_checked(desk: Desk, stream: bytes, unchecked: Mapping[Any, tuple[bytes, ...]]) -> None:
    """Record what was looked for by the number of a contact, once somebody who may take it opens it and could look."""
    acts = [Act(stream, CheckFirst(what, found, "")) for what, found in unchecked.items()]
    with suppress(Refused, Conflict, Unavailable):  # the page says what is known, recorded or not
        desk.do(acts)
