"""A replay of the room: the same board, items and lists as at any moment that was, stepped through or played.

Theory of operation. A thread of its own holds a board as of a position and a clock that stands, runs, or runs faster; the screens
ask it as they ask the live room. Forward the board takes what was recorded next, backward it starts from the last twin that was
kept on the way. Whatever is read stops at the position (store/bounded.py); sealed words are opened for whoever looks, and the
access log says that it was in a replay. A line of work is refused here; what is typed moves the replay.
"""

import queue
import threading
import time
from bisect import bisect_right, insort
from collections.abc import Callable, Sequence
from typing import Any

from hueandcry.domain import replay
from hueandcry.domain.fault import Refused, Unavailable
from hueandcry.domain.reference import NS_PER_S
from hueandcry.domain.staff import SignedOn
from hueandcry.operator.bootstrap import FOUNDED, Room, read_at
from hueandcry.operator.desk import Desk, viewer_of
from hueandcry.operator.exits import family_of
from hueandcry.operator.identity import Identity
from hueandcry.operator.messages import Foreseen, Message, Stopped, Told
from hueandcry.operator.showing import Showing
from hueandcry.operator.text import safe_text
from hueandcry.store.bounded import Bounded
from hueandcry.store.moment import NotAMoment, last_changeover, local_text
from hueandcry.store.sealed import Door
from hueandcry.store.views import Board, board_of

SCREEN = "replay"
TICK_S = 0.1
TWIN_EVERY = 2_000  # positions between boards that are kept to go back to
TWINS_MAX = 500
SPEED_MAX = 3_600
BAR = 20  # cells
SHIFT_NS = 8 * 3600 * NS_PER_S
WORDS = {
    "play": "let time go on", "pause": "let time stand", "step": "the next fact, or so many", "back": "the fact before, or so many",
    "decision": "the next decision", "speed": "seconds of then in one of now",
    "jump": "to a moment or a position, as in 22:31 or @123",
}  # fmt: skip
KEYS = {" ": "play or pause", ">": "step", "<": "back", "]": "next decision", "+": "twice as fast", "-": "half as fast"}


class _ReplayDoor(Door):
    """A door whose entries in the access log say that it was a replay."""

    def _name(self, records: Sequence[bytes], screen: str, *, urgent: bool) -> None:  # noqa: ARG002
        super()._name(records, SCREEN, urgent=False)


class Playback(threading.Thread):
    """One replay; `tell` is called with each message, from this thread."""

    def __init__(self, room: Room, session: str | None, tell: Callable[[Message], Any], at: str = "") -> None:
        super().__init__(name="replay", daemon=True)
        self._room, self._signed, self._tell, self._at = room, room.signed(session), tell, at
        self._requests: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._clock_ns = 0
        self._speed, self._playing = 1.0, False
        self._ticked = 0.0
        self._untold = True  # the board stands where nothing was told of yet
        self._twins: list[tuple[int, int, Board]] = []  # position, number, board
        self._board: Board
        self._log: Bounded
        self._showing: Showing

    # What the screens ask

    def carry(self, text: str, number: int = 0) -> None:
        self._requests.put(lambda: self._carry(text, number))

    def foresee(self, text: str, turn: int) -> None:
        self._requests.put(lambda: self._foresee(text, turn))

    def look_at(self, stream: bytes | None) -> None:
        self._requests.put(lambda: self._look_at(stream))

    def look_away(self, stream: bytes) -> None:
        self._requests.put(lambda: self._showing.look_away(stream))

    def unlist(self, name: str) -> None:
        self._requests.put(lambda: self._showing.unlist(name))

    def open(self, ref: str) -> None:
        self._requests.put(lambda: self._showing.find(ref))

    def show_list(self, name: str) -> None:
        self._requests.put(lambda: self._showing.list(name))

    def show_board(self) -> None:
        self._requests.put(self._say_board)

    def key(self, character: str) -> None:
        """Do what a key does while the line is empty."""
        self._requests.put(lambda: self._key(character))

    def _key(self, character: str) -> None:
        lines = {
            " ": "pause" if self._playing else "play", ">": "step", "<": "back", "]": "decision",
            "+": f"speed {min(SPEED_MAX, self._speed * 2):g}", "-": f"speed {max(1, self._speed / 2):g}",
        }  # fmt: skip
        self._carry(lines[character])

    def end(self) -> None:
        """Stop; returns when that is so."""
        self._requests.put(None)
        if self.is_alive() and threading.current_thread() is not self:
            self.join()

    # The thread

    def run(self) -> None:
        try:
            self._begin()
            while True:
                try:
                    request = self._requests.get(timeout=TICK_S if self._playing else None)
                except queue.Empty:
                    self._tick()
                    continue
                if request is None:
                    return
                try:
                    request()
                except Unavailable as fault:  # what was asked for cannot be had now; the replay stands where it is
                    self._playing = False
                    self._tell(Told("", (), safe_text(str(fault))))
        except Exception as fault:  # noqa: BLE001 — the last door of this thread: the screen says one sentence
            self._tell(Stopped(family_of(fault)[1]))

    def _begin(self) -> None:
        end = self._room.journal.tip()
        self._log = Bounded(self._room.journal, end.size)
        self._board = board_of(self._room.journal, self._room.folder.board, end.size)
        self._clock_ns = end.recorded
        self._sit()
        if self._at:
            self._carry(f"jump {self._at}")
        if self._untold:  # also where that is no moment of this journal
            self._showing.say_board()
            self._untold = False

    def _sit(self) -> None:
        """Look at the board from a desk of its own: with the board's clock, and as whoever replays."""
        desk = Desk(self._log, self._board, Identity(lambda: self._clock_ns), self._signed)
        desk.__dict__["door"] = _ReplayDoor(self._log, viewer_of(self._room.board, self._signed))
        self._showing = Showing(desk, self._tell, self._status)

    def _tick(self) -> None:
        now = time.monotonic()
        self._clock_ns += int((now - self._ticked) * self._speed * NS_PER_S)
        self._ticked = now
        end = self._room.journal.tip()
        if self._clock_ns >= end.recorded:
            self._clock_ns, self._playing = end.recorded, False
        self._go_to(self._room.journal.position_at(self._clock_ns), self._clock_ns)

    # Moving

    def _go_to(self, position: int, clock_ns: int | None = None) -> None:
        """Go to a position, and to the moment it was recorded where no other is meant."""
        self._clock_ns = clock_ns if clock_ns is not None else self._room.journal.recorded_at(position)
        self._log.position = position
        anew, self._untold = self._untold, True  # until it is told, also where reading breaks off in between
        if position < self._board.position:
            self._back_before(position)
            anew = True
        entries = self._fold(position)
        if anew:
            self._showing.say_board()
            self._look_at(self._showing.looking_at)
            self._showing.list(self._showing.listing)
        else:
            self._showing.take(entries)
            self._showing.say_time()
        self._untold = False

    def _back_before(self, position: int) -> None:
        """Begin again from a board before a position, with the same in front."""
        before, self._board = self._showing, self._twin_before(position)
        self._sit()
        self._showing.looking_at, self._showing.listing = before.looking_at, before.listing

    def _fold(self, position: int) -> list[Any]:
        """Take what was recorded up to a position; boards are kept on the way."""
        taken = []
        while self._board.position < position:
            upto = min(position, (self._board.position // TWIN_EVERY + 1) * TWIN_EVERY)
            taken += self._board.take(self._room.journal.entries(self._board.position, upto))
            if upto % TWIN_EVERY == 0:
                self._keep_twin()
        return taken

    def _keep_twin(self) -> None:
        position = self._board.position
        if len(self._twins) < TWINS_MAX and all(one[0] != position for one in self._twins):
            insort(self._twins, (position, len(self._twins), self._board.twin()))

    def _twin_before(self, position: int) -> Board:
        at = bisect_right(self._twins, position, key=lambda one: one[0])
        if at:
            return self._twins[at - 1][2].twin()
        return board_of(self._room.journal, self._room.folder.board, min(position, TWIN_EVERY))

    def _say_board(self) -> None:
        self._showing.say_board()

    def _look_at(self, stream: bytes | None) -> None:
        self._showing.turn_to(stream)
        self._showing.say_page()

    # Lines

    def _carry(self, text: str, number: int = 0) -> None:
        try:
            said = self._move(text)
        except (Refused, NotAMoment, Unavailable) as fault:
            self._tell(Told(text, (), safe_text(str(fault)), number=number))
        else:
            self._tell(Told(text, (said,), number=number))
            self._showing.say_time()

    def _move(self, text: str) -> str:
        word, _, rest = text.strip().partition(" ")
        match word:
            case "play":
                self._playing, self._ticked = True, time.monotonic()
            case "pause":
                self._playing = False
            case "step":
                self._go_to(min(self._room.journal.tip().size, self._board.position + _count(rest)))
            case "back":
                self._go_to(max(self._first(), self._board.position - _count(rest)))
            case "decision":
                self._to_next_decision()
            case "speed":
                self._speed = float(min(SPEED_MAX, _count(rest)))
            case "jump":
                self._jump(rest.strip())
            case _:
                raise Refused(f"this is a replay of what was: nothing is recorded in it; {_help()}")
        return f"{word} {rest}".strip()

    def _jump(self, at: str) -> None:
        position, moment = read_at(self._room.board, at)
        moment = min(moment, self._room.journal.tip().recorded)
        found = self._room.journal.position_at(moment) if position is None else position
        if found < self._first():
            raise Refused("the room was not founded yet")
        self._go_to(found, moment or None)

    def _first(self) -> int:
        """Return the first position at which there is a room to look at: its packs are adopted, and somebody is signed on."""
        founding = self._room.journal.entries(0, min(FOUNDED, self._room.journal.tip().size))
        return next((one.position for one in founding if isinstance(one.fact, SignedOn)), 1)

    def _to_next_decision(self) -> None:
        for entry in self._room.journal.entries(self._board.position):
            if replay.is_decision(entry):
                self._go_to(entry.position)
                return
        raise Refused("no decision was recorded after this moment")

    def _foresee(self, text: str, turn: int) -> None:
        word = text.strip().partition(" ")[0]
        completions = tuple(f"{one} " for one in WORDS if one.startswith(word))
        if word in WORDS:
            self._tell(Foreseen(turn, f"{word}: {WORDS[word]}", completions=completions))
        else:
            self._tell(Foreseen(turn, "", f"a replay: {_help()}", completions=completions))

    # The line above

    def _status(self, now_ns: int) -> str:
        """Return when it is, where in the shift that is, and whether time goes on."""
        board = self._board
        end = self._log.position, self._room.journal.tip().size
        since = last_changeover(board.policy.grades.changeover, board.zone, now_ns)
        filled = min(BAR, max(0, (now_ns - since) * BAR // SHIFT_NS)) if since else 0
        bar = f"[{'#' * filled}{'.' * (BAR - filled)}]"
        goes = f"playing x{self._speed:g}" if self._playing else f"stands (x{self._speed:g})"
        shift = f"shift from {local_text(since, board.zone)[:5]} {bar}" if since else bar
        return f"REPLAY {local_text(now_ns, board.zone, day=True)}  {shift}  @{end[0]} of {end[1]}  {goes}"


def _count(text: str) -> int:
    """Return a count that was typed, 1 where none was; refuses what is none."""
    if not text.strip():
        return 1
    if not text.strip().isdecimal() or not 1 <= int(text) <= 10**9:
        raise Refused(f"how many is a number, not '{safe_text(text.strip())}'")
    return int(text)


def _help() -> str:
    return f"{', '.join(WORDS)} move it"
