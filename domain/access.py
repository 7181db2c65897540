"""The access log: who looked at which records, on which screen, and where the journal stood at that moment.

Theory of operation. One stream in a file of its own. An entry is written before the words are shown, and names records,
never values. Reading the access log is itself an entry. The header tells who (collar number, role, seat, session) and
when. Source: Data Protection Act 2018, section 62 (logging of consultation and disclosure).
"""

from typing import ClassVar

from msgspec.structs import replace

from hueandcry.domain.fact import Fact, Plain, Record, fact
from hueandcry.domain.reference import Code, Kind, StreamId, stream_id

ACCESS_STREAM = stream_id(Kind.ACCESS, 0, 0)


class Access(Record, frozen=True, kw_only=True):
    """How often records were shown, how often the log of that was read, how often somebody was looked for."""

    kind: ClassVar[Kind] = Kind.ACCESS
    shown: int = 0
    read: int = 0
    searched: int = 0


@fact("access.shown", version=1, says="{records} shown on {screen}, the journal at @{size}")
class Shown(Fact[Access], frozen=True):
    """Sealed words of these records were about to be shown; `size` and `root` are the journal's at that moment."""

    size: Plain[int]
    root: Plain[bytes]
    screen: Plain[Code]
    records: Plain[tuple[StreamId, ...]]

    def apply(self, access: Access) -> Access:
        return replace(access, shown=access.shown + 1)


@fact("access.searched", version=1, says="People searched by {by}: {records} found, the journal at @{size}")
class Searched(Fact[Access], frozen=True):
    """Somebody was looked for: by which sorts of detail, and whom that found, nobody where it is empty; never the words."""

    size: Plain[int]
    root: Plain[bytes]
    by: Plain[tuple[Code, ...]]
    records: Plain[tuple[StreamId, ...]]

    def apply(self, access: Access) -> Access:
        return replace(access, searched=access.searched + 1)


@fact("access.read", version=1, says="The access log was read for {about}, the journal at @{size}")
class Read(Fact[Access], frozen=True):
    """Somebody asked who had looked: at a record, or what a member of staff had looked at."""

    size: Plain[int]
    root: Plain[bytes]
    about: Plain[Code]

    def apply(self, access: Access) -> Access:
        return replace(access, read=access.read + 1)
