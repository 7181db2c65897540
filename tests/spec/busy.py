"""A busy shift in memory, by seeded chance: calls, incidents, partners, crews, promises, and what time demands of them.

Theory of operation. Seven people do one line after another, each on whatever is open; what a rule refuses is not done. The watch
looks after every few lines. The same seed plays the same shift, so that whatever is counted over it can be counted again by hand.
"""

from contextlib import suppress
from random import Random

from msgspec.structs import replace

from hueandcry.domain.adoption import Adopt
from hueandcry.domain.duty import AnyCommand, Role
from hueandcry.domain.escalation import Escalate
from hueandcry.domain.fact import Record
from hueandcry.domain.fault import Conflict, Refused
from hueandcry.domain.incident import Incident
from hueandcry.domain.policy import POLICY_STREAM
from hueandcry.domain.reference import Kind
from hueandcry.domain.ringing import RingQuestion, RingVolume
from hueandcry.domain.timer import timers
from hueandcry.operator.desk import THE_WATCH, Act, Desk
from hueandcry.operator.reference import Misread
from hueandcry.operator.verbs import carry_out
from tests.staging import Stage, work

VULNERABLE = "situation=now threat=spoken risk=some investigation=none vulnerability=child engagement=wants-police"
CALM = "situation=past threat=none risk=low investigation=none vulnerability=none engagement=wants-advice"
CAST: dict[str, tuple[Role, ...]] = {
    "2211": (Role.HANDLER,),
    "2212": (Role.HANDLER, Role.DISPATCHER),
    "3301": (Role.DISPATCHER,),
    "4401": (Role.VULNERABILITY,),
    "5501": (Role.SUPERVISOR,),
    "6601": (Role.SERGEANT,),
    "6602": (Role.INSPECTOR,),
}
CREWS = ("AB12", "AB13", "AB14")
RINGS = ("ring 999", "ring 999", "ring 101", "ring chat", "ring 101 01614960012", "ring 999 01614960012")
OPENINGS = ("open . domestic he is back", "open - theft a bicycle", "open - welfare no answer at the door")
ON_INCIDENTS = (
    "assess {i} " + VULNERABLE, "assess {i} " + VULNERABLE, "assess {i} " + CALM, "locate {i} CENTRAL 12 Mill Lane",
    "g1 {i} now", "g2 {i} soon", "g3 {i} later", "note {i} a neighbour rang", "note {i} heard again", "change {i} he has a knife",
    "seen {i}", "seen {i}", "seen {i}", "send {i} AB12", "send {i} AB13", "arrive {i} AB12", "ack {i}", "ack {i}",
    "ack {i} Khan told by radio",
    "desk {i} as-assessed with her sister", "desk {i} higher two calls last month", "review {i} rang back",
    "promise {i} call-back 15m", "promise {i} update 40m", "kept {i} call-back done", "release {i} update she is here",
    "bringup {i} 10m ring her sister", "done {i} 9", "own {i}", "hand {i} handler", "check {i} pnc silver Astra",
    "told {i} nobody comes", "result {i} advice", "close {i}", "reopen {i} he is back", "research {i} local nothing",
)  # fmt: skip
ON_PARTNERS = (
    "expedite mri-ward-12 walkout - Jones / 0161 / left", "verify {e} not-verified nobody there", "decide {e} accept real risk",
    "decide {e} accept real risk", "decide {e} hold they look first", "tellback {e} Sister Jones", "again {e} - he rang",
    "dispute {e} Sister Jones: he is on insulin", "ack {e}", "ack {e} Khan by radio", "promise {e} tell-partner 10m", "close {e}",
)  # fmt: skip
ON_CALLS = (
    "answer {c}",
    "answer {c}",
    "answer {c}",
    "abandon {c}",
    "park .",
    "resolve . advice said",
    "recall {c} spoke",
)
ON_CREWS = ("emergency AB12 help", "clear AB12", "clear AB13", "heard AB12", "enroute AB13")
GROUPS = (RINGS, OPENINGS, ON_INCIDENTS, ON_PARTNERS, ON_CALLS, ON_CREWS)


def tick(stage: Stage) -> None:
    """Let the watch record what time demands."""
    watch, board, now = Desk(stage.log, stage.board, stage.identity, THE_WATCH), stage.board, stage.clock()
    for record in (*board.open(), *board.resources()):
        for timer in timers(record, board.policy, 0):
            if timer.due <= now:
                watch.do([Act(record.id, _named(stage, record, timer.command))])


def _named(stage: Stage, record: Record, command: AnyCommand) -> AnyCommand:
    if isinstance(command, Escalate) and isinstance(record, Incident):
        return replace(command, who=stage.board.answers_for(record.district, command.to))
    return command


def adopt(stage: Stage, *contents: str) -> None:
    """Let the founder adopt packs."""
    stage.founder.do([Act(POLICY_STREAM, Adopt(tuple(one.encode() for one in contents)))])


class Shift:
    """A shift that is played; `stage` holds its log and board, `moments` when each line was done."""

    def __init__(self, seed: int, lines: int) -> None:
        self.stage, self._random = Stage(seed=seed), Random(seed)
        self.desks = {collar: self.stage.desk(collar, *roles) for collar, roles in CAST.items()}
        self._watch = Desk(self.stage.log, self.stage.board, self.stage.identity, THE_WATCH)
        work(self.desks["5501"], "partner mft nhs Trust\nsite mft mri-ward-12 Ward / 0161 496 0012")
        for crew in CREWS:
            work(self.desks["3301"], f"unit {crew} CENTRAL")
        work(self.desks["6601"], "cover CENTRAL sergeant")
        self.moments: list[int] = []
        self._opened = 0
        self.play(lines)

    def play(self, lines: int) -> None:
        """Play so many lines more."""
        for _ in range(lines):
            self._step(len(self.moments))
            self.moments.append(self.stage.clock())

    def _step(self, number: int) -> None:
        self.stage.pass_time(self._random.choice((1, 2, 4, 8, 15, 40, 90)))
        line, cast = self._line(), self._random.sample(list(CAST), len(CAST))
        for collar in cast:
            with suppress(Refused, Misread, Conflict):
                done = carry_out(self.desks[collar], line)
                self._opened += sum(one.name == "incident.opened" for one in done)
                break
        if not number % 5:
            tick(self.stage)
            self._rings()
        if not number % 50:
            self._changes_seats(cast[0])

    def _line(self) -> str:
        group = self._random.choices(GROUPS, (3, 0.6, 12, 4, 6, 1))[0]
        newest = max(1, self._opened)
        return self._random.choice(group).format(
            i=self._random.randint(max(1, newest - 3), newest), c=self._any(Kind.CONTACT), e=self._any(Kind.EXPEDITE)
        )

    def _any(self, kind: Kind) -> str:
        open_now = [one for one in self.stage.board.open() if one.kind is kind]
        return self.stage.board.name(self._random.choice(open_now[-4:]).id) if open_now else "."

    def _changes_seats(self, collar: str) -> None:
        """Sign off, and on again in another session, where nothing is in hand; a while later."""
        with suppress(Refused):
            carry_out(self.desks[collar], "off")
            self.stage.pass_time(self._random.choice((1, 600)))
            self.desks[collar] = self.stage.desk_again(collar, f"again-{collar}-{self.stage.clock()}")

    def _rings(self) -> None:
        """Let standing questions ring, and a volume that fell."""
        now = self.stage.clock()
        for record in [one for one in self.stage.board.open() if self._random.random() < 0.004]:
            self._watch.do([Act(record.id, RingQuestion("stranded-log", record.version, now))])
        if self._random.random() < 0.02:
            self._watch.do([Act(POLICY_STREAM, RingVolume("referrals-fell", now, 1, 9))])
