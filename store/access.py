"""The access log: a journal of its own that names who was shown which records, before they were shown.

Theory of operation. The log lies in a file of its own with a tree of its own, in the journal's own format; each entry
carries the journal's size and root of that moment, so that the two can be held against each other. An entry is one
durable commit for a whole screenful. Where it cannot be written nothing is shown; only while a 999 call rings is the
entry kept aside in a spool (a 0600 file outside the store, where the store's own disk may be the trouble), and it is
delivered, with the moment it belongs to, before the next entry. Entries name records and never values.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from hueandcry.domain.access import ACCESS_STREAM, Read, Searched, Shown
from hueandcry.domain.access import Access as Entries
from hueandcry.domain.fact import Entry, Fact, Header
from hueandcry.domain.fault import Damaged, Unavailable
from hueandcry.store.codec import NEXT, Pending, prepare
from hueandcry.store.log import Log, MemoryLog, Tip
from hueandcry.store.sealed import Access, Viewer

SCREENFUL = 1000  # records in one entry; more are named in several, in one commit


class AccessLog(Access):
    """Writes and reads the access log of one journal."""

    def __init__(
        self, opener: Callable[[], Log], journal: Log, now: Callable[[], int], spool: Path | None = None
    ) -> None:
        self._opener, self._journal, self._now, self._spool = opener, journal, now, spool
        self._log: Log | None = None

    @property
    def log(self) -> Log:
        """The log itself, opened when it is first needed; raises Unavailable where it cannot be."""
        if self._log is None:
            self._log = self._opener()
        return self._log

    def shown(self, viewer: Viewer, screen: str, records: Sequence[bytes]) -> None:
        """Write durably that records are about to be shown; raises Unavailable where that cannot be done."""
        self._write(lambda: self._shown(viewer, screen, records, self._journal.tip()))

    def searched(
        self, viewer: Viewer, by: Sequence[str], records: Sequence[bytes], screen: str = "", shown: Sequence[bytes] = ()
    ) -> None:
        """Write durably by what people were searched and whom that found, and at once what is about to be shown of it."""

        def entries() -> list[Pending]:
            tip = self._journal.tip()
            found = Searched(tip.size, tip.root, tuple(by), tuple(records))
            return [_pending(viewer, self._now(), found), *self._shown(viewer, screen, shown, tip)]

        self._write(entries)

    def read(self, viewer: Viewer, about: str) -> None:
        """Write durably that the access log is about to be read for a record or a member of staff."""
        self._write(lambda: [_pending(viewer, self._now(), Read(*self._journal.tip()[:2], about))])

    def entries(self) -> Iterator[Entry]:
        """Yield the entries, oldest first."""
        return self.log.entries()

    def close(self) -> None:
        """Close the file."""
        if self._log is not None:
            self._log.close()
            self._log = None

    def _shown(self, viewer: Viewer, screen: str, records: Sequence[bytes], tip: Tip) -> list[Pending]:
        parts = [tuple(records[at : at + SCREENFUL]) for at in range(0, len(records), SCREENFUL)]
        return [_pending(viewer, self._now(), Shown(tip.size, tip.root, screen, part)) for part in parts]

    def _write(self, make: Callable[[], list[Pending]]) -> None:
        """Write entries, and before them those that were kept aside; raises Unavailable, whatever hinders it."""
        try:
            with self._kept_aside() as (aside, delivered):
                self.log.append([*aside, *make()])
                delivered()
        except (Damaged, OSError) as fault:
            raise Unavailable(f"the access log cannot be used: {fault}") from fault

    # The spool

    def spooled(self, viewer: Viewer, screen: str, records: Sequence[bytes]) -> None:
        """Keep an entry aside until the log can be written again; whatever hinders that, nobody is held up."""
        if self._spool is None:
            return
        lines = "".join(
            json.dumps(_as_object(one)) + "\n" for one in self._shown(viewer, screen, records, self._journal.tip())
        )
        with suppress(OSError):  # the caller is on the line: the door has flagged the view, more cannot be done here
            while not _added(self._spool, f"\n{lines}".encode()):  # behind a line that a crash may have cut off
                pass

    @contextmanager
    def _kept_aside(self) -> Iterator[tuple[list[Pending], Callable[[], None]]]:
        """Hold the spool; yields its entries, and what takes them out of it once they are delivered.

        One process at a time delivers; whoever keeps something aside meanwhile waits for nobody.
        """
        spool = self._spool
        if spool is None or not spool.exists():
            yield [], lambda: None
            return
        with spool.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:  # another process is delivering it
                yield [], lambda: None
                return
            content = file.read()
            entries = [one for line in content.splitlines() if (one := _of_object(line)) is not None]
            yield entries, lambda: _taken_out(spool, len(content))


def _added(spool: Path, content: bytes) -> bool:
    """Add to the spool, durably, and tell whether it is the spool still: whoever took it away may have read it before."""
    handle = os.open(spool, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, content)
        os.fsync(handle)
        return spool.exists() and spool.stat().st_ino == os.fstat(handle).st_ino
    finally:
        os.close(handle)


def _taken_out(spool: Path, length: int) -> None:
    """Take so many bytes out of the spool, and keep what was added behind them."""
    away = spool.with_name(f"{spool.name}.delivered")
    spool.replace(away)
    rest = away.read_bytes()[length:]
    while rest.strip() and not _added(spool, rest):
        pass
    away.unlink()


def _pending(viewer: Viewer, now_ns: int, said: Fact[Entries]) -> Pending:
    header = Header(0, now_ns, 0, viewer.collar, viewer.role, viewer.seat, viewer.session)
    return Pending(ACCESS_STREAM, NEXT, said, header)


def _as_object(pending: Pending) -> dict[str, object]:
    said, header = pending.fact, pending.header
    assert isinstance(said, Shown)
    return {
        "occurred": header.occurred,
        "viewer": [header.actor, header.role, header.seat, header.session],
        "size": said.size,
        "root": said.root.hex(),
        "screen": said.screen,
        "records": [one.hex() for one in said.records],
    }


def _of_object(line: bytes) -> Pending | None:
    """Return the entry of a spooled line, None for one that is none: a crash cut it off, or somebody changed it."""
    try:
        said = json.loads(line)
        records = tuple(bytes.fromhex(one) for one in said["records"])
        shown = Shown(int(said["size"]), bytes.fromhex(said["root"]), str(said["screen"]), records)
        pending = _pending(Viewer(*map(str, said["viewer"])), int(said["occurred"]), shown)
        prepare(pending)  # what could not be written is no entry
    except (ValueError, KeyError, TypeError):
        return None
    return pending


def in_memory(journal: Log, now: Callable[[], int]) -> AccessLog:
    """Return an access log that lives and dies with this process, for a journal that does."""
    kept = MemoryLog(now)
    return AccessLog(lambda: kept, journal, now)
