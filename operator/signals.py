"""What calls for whoever sits here: the alerts of all items, and what is asked of them; and the line above, which is calm.

Theory of operation. The backroom feeds it record by record; it tells the screen only what changed. What rings stands first, then
what is asked of this person, then what calls for somebody else in the room.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from hueandcry.domain.bell import too_low
from hueandcry.domain.expedite import Expedite
from hueandcry.domain.fact import Record
from hueandcry.domain.incident import Incident
from hueandcry.domain.welfare import CARERS
from hueandcry.operator.attention import PARTNER_RINGING, RANKS, TO_YOU, Attention, Call
from hueandcry.operator.desk import Signed
from hueandcry.operator.messages import Alerted
from hueandcry.operator.text import safe_text
from hueandcry.operator.watch import Watch
from hueandcry.store.item import Item
from hueandcry.store.moment import local_text
from hueandcry.store.views import Board

_LOUDEST = RANKS[: RANKS.index(PARTNER_RINGING) + 1]


def _counted(call: Call) -> str:
    """Return a kind of alert with how many items have it, and none of their names."""
    return f"{call.count} x {call.word}" if call.count > 1 else call.word


def _first_of(named: Sequence[str]) -> str:
    more = f" and {len(named) - 1} more" if len(named) > 1 else ""
    return f"{named[0]}{more}" if named else ""


class Signals:
    """Alerts and notices for one person at a board."""

    def __init__(self, board: Board, signed: Signed, watch: Watch) -> None:
        self._board, self._signed, self._watch = board, signed, watch
        self._attention = Attention(signed.collar)
        self._escalated: set[bytes] = set()
        self._fresh: list[tuple[str, str]] = []
        self._last: Alerted | None = None
        self.unkept = ""  # why the watch is not kept

    def fill(self, items: Sequence[Item], records: Sequence[Record]) -> None:
        """Take the whole board, with nothing in it that is new."""
        for item in items:
            self._attention.take(item.stream, item)
        for record in records:
            self._follow(record.id, record)

    def take(self, stream: bytes, record: Record | None, item: Item | None) -> None:
        """Take what an item has become, None for one that is gone."""
        grade = item.grade if item is not None else ""
        self._fresh += [(word, grade) for word in self._attention.take(stream, item)]
        before = stream in self._escalated
        self._follow(stream, record)
        if stream in self._escalated and not before and stream in self._for_me():
            self._fresh.append((TO_YOU, grade))

    def _follow(self, stream: bytes, record: Record | None) -> None:
        waits = isinstance(record, Incident | Expedite) and record.unacknowledged is not None
        (self._escalated.add if waits else self._escalated.discard)(stream)

    def alerted(self, now_ns: int) -> Alerted | None:
        """Return what calls for somebody now, None where that was said already."""
        calls, notices = self._attention.calls(), self._notices(now_ns)
        loudest = [one for one in calls if one.word in _LOUDEST]
        asked = [Call(text, 1, (), None, "1" if head == TO_YOU else "") for head, text in notices]
        rest = [one for one in calls if one.word not in _LOUDEST]
        most = [*map(_counted, loudest), *(head for head, _ in notices), *map(_counted, rest), ""]
        told = Alerted((*loudest, *asked, *rest), (), most[0], self._too_low())
        fresh, self._fresh = tuple(self._fresh), []
        if told == self._last and not fresh:
            return None
        self._last = told
        return replace(told, fresh=fresh)

    def _too_low(self) -> tuple[str, ...] | None:
        """Return for which grades whoever sits here wants no bell, None for any."""
        me = self._board.member(self._signed.collar)
        return too_low(me.bell if me is not None else "", self._board.policy.grades)

    def streams(self) -> list[bytes]:
        """Return every item that calls for somebody, what was escalated to whoever sits here first."""
        return list(dict.fromkeys((*self._for_me(), *self._attention.streams())))

    # The line above

    def status(self, now_ns: int) -> str:
        """Return the time, the force, and who sits here."""
        board, signed = self._board, self._signed
        member = board.member(signed.collar)
        roles = ", ".join(role.value for role in member.roles) if member else ""
        clock = local_text(now_ns, board.zone)[:5]
        return safe_text(f"{clock}  {board.policy.force}  {signed.collar} at {signed.seat} as {roles}")

    # What is asked of whoever sits here

    def _notices(self, now_ns: int) -> tuple[tuple[str, str], ...]:
        """Return what is asked, each in the words that are always the same, and whole."""
        board = self._board
        asked = board.to_approve(self._signed.collar, now_ns)
        mine = [board.name(stream, now_ns) for stream in self._for_me()]
        cared = self._to_see_to()
        notices = (
            (TO_YOU, f" {_first_of(mine)}", mine),
            ("A BREAK IS OFFERED TO YOU", " ('break take')", self._offered()),
            ("ON A BREAK", " ('break over')", self._on_a_break()),
            ("WELFARE", f" {_first_of(cared)}", cared),
            ("SECOND LOOK", f" {_first_of([f'p{one.tail}' for _, one in asked])}", asked),
            ("CHECKPOINTS NOT SIGNED", "", self._watch.unsigned),
            ("THE WATCH IS NOT KEPT", "", self.unkept),
            ("AN ERASURE IS PENDING", "", board.erasing),
        )
        return tuple((head, safe_text(head + rest)) for head, rest, holds in notices if holds)

    def _offered(self) -> bool:
        """Tell whether a break is offered to whoever sits here, and not answered."""
        me = self._board.member(self._signed.collar)
        return me is not None and any(not one.answer for one in me.care)

    def _on_a_break(self) -> bool:
        me = self._board.member(self._signed.collar)
        return me is not None and any(one.answer == "take" for one in me.care)

    def _to_see_to(self) -> list[str]:
        """Return whom whoever sits here is asked to see to, as a supervisor."""
        board = self._board
        me = board.member(self._signed.collar)
        if me is None or not set(me.roles).intersection(CARERS):
            return []
        others = [one for one in board.staff.values() if one.collar != me.collar]
        return [one.collar for one in others if any(not care.seen for care in one.care)]

    def _for_me(self) -> list[bytes]:
        """Return what was escalated to whoever sits here: as answering for its district, or where nobody does."""
        board, me = self._board, self._board.member(self._signed.collar)
        found = []
        for record in (board.records.get(stream) for stream in sorted(self._escalated)):
            waits = record.unacknowledged if isinstance(record, Incident | Expedite) else None
            if record is None or waits is None or me is None or waits.to not in me.roles:
                continue
            about = board.record(record.incident) if isinstance(record, Expedite) and record.incident else record
            district = about.district if isinstance(about, Incident) else ""
            if me.collar in (board.answers_for(district, waits.to) or (me.collar,)):
                found.append(record.id)
        return found
