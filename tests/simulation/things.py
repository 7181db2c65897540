"""The things of a room as a model of the work keeps them: what is worked on, who works, and a line of the journal.

Theory of operation. These hold the account that tests/simulation/model.py and tests/simulation/partners.py keep from facts
alone, and say what follows from it without anything else: whether something is open, in which queue it stands, whose it is.
Nothing here comes from the product. All instants are ns UTC.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

NS = 1_000_000_000
KINDS = {
    1: "contact", 2: "incident", 3: "expedite", 4: "staff", 5: "policy", 8: "resource", 11: "referral", 12: "episode",
    13: "partner",
}  # fmt: skip
FLOOR = frozenset({"handler", "dispatcher", "vulnerability", "supervisor", "incident-manager"})
ROLES = FLOOR | {"auditor", "administrator", "sergeant", "inspector", "watch"}
FIELD = FLOOR | {"sergeant", "inspector"}
AWAITED = {"made": "sent", "sent": "received", "received": "accepted"}  # how far a referral is, and what comes next
Line = dict[str, Any]
Key = tuple[str, str, str, int, bool]  # of a demand: stream, fact, which, due, again


# What is worked on


@dataclass
class Word:
    """A promise that is open: what, by when, who sees to it, and whether its time was recorded as passed."""

    what: str
    due: int
    owner: str
    broken: bool = False


@dataclass
class Worked:
    """What contacts, incidents and expedites have in common."""

    stream: str
    since: int
    version: int = 0
    stage: str = ""
    holder: str = ""
    district: str = "unknown"
    pack: str = ""
    words: dict[int, Word] = field(default_factory=dict)
    reminders: dict[int, tuple[int, bool]] = field(default_factory=dict)
    checks: set[int] = field(default_factory=set)
    rung: dict[tuple[str, int], bool] = field(default_factory=dict)
    asked_of: dict[str, str] = field(default_factory=dict)  # question of a set -> its answer
    levels: dict[str, str] = field(default_factory=dict)
    forms: list[str] = field(default_factory=list)
    needed: list[str] = field(default_factory=list)  # forms of whoever is not back yet
    referrals: list[str] = field(default_factory=list)
    put_off: tuple[list[str], int, bool] | None = None  # which alerts, until when, and whether by one person alone

    @property
    def open(self) -> bool:
        return self.stage != "closed"

    def sorts(self) -> list[str]:
        return [word.what for word in self.words.values()]


@dataclass
class Call(Worked):
    """A contact."""

    channel: str = ""
    parked: bool = False
    was_answered: bool = False
    operator: bool = False
    incident: str = ""
    expedite: str = ""
    site: str = ""
    numbers: list[str] = field(default_factory=list)  # of the site that rang
    lost: int = 0
    tried: int = 0
    last: int = 0
    reached: bool = False
    late: int = 0
    answers: dict[str, tuple[str, int]] = field(default_factory=dict)  # element -> answer, the version that said it

    @property
    def queue(self) -> str:
        if self.stage in ("abandoned", "ringing"):
            lane = self.site and self.channel != "999"
            return "partner" if lane else {"abandoned": "recall", "ringing": "waiting"}[self.stage]
        return "parked" if self.parked else "in-hand"

    @property
    def owner(self) -> str:
        return self.holder or ("vulnerability" if self.queue == "partner" else "handler")


@dataclass
class Rung:
    """An escalation that was raised."""

    to: str
    raised: int
    known: bool = False


@dataclass
class Agency:
    """Who must know of a major incident."""

    due: int
    told: bool = False
    knows: bool = False
    late: bool = False


@dataclass
class Case(Worked):
    """An incident. `changed` and `assessed` are versions: of the last material change and the last assessment."""

    category: str = ""
    categories: str = ""
    placed_by: str = "unknown"
    said_in: tuple[str, int] = ("", 0)
    careful: bool = False
    vulnerable: bool = False
    vulnerable_from: int = 0
    looked: int = 0  # when the vulnerability desk looked last
    contacts: list[str] = field(default_factory=list)
    changed: int = 1
    assessed: int = 0
    suggested: str = ""
    replies: dict[str, str] = field(default_factory=dict)
    heard: dict[str, int] = field(default_factory=dict)
    grade: str = ""
    changed_at: int = 0
    needed_from: int = 0
    untold_from: int = 0
    alone_from: int = 0
    clock: int = 0
    merged: str = ""
    reviewed: int = 0
    interim: int = 0
    crew: str = ""
    crews: list[str] = field(default_factory=list)
    attended: bool = False
    told: bool = False
    result: str = ""
    crime: str = ""
    no_crime: bool = False
    missed: list[tuple[str, int]] = field(default_factory=list)
    rungs: list[Rung] = field(default_factory=list)
    raised: set[tuple[str, int]] = field(default_factory=set)
    agencies: dict[str, Agency] = field(default_factory=dict)
    major: bool = False
    ties: dict[str, str] = field(default_factory=dict)
    absorbed: list[str] = field(default_factory=list)
    unread: int = 0

    @property
    def careful_now(self) -> bool:
        return self.careful or self.vulnerable

    @property
    def current(self) -> bool:
        return self.assessed > self.changed

    @property
    def queue(self) -> str:
        if self.stage == "resulted":
            return "closing"
        if not self.current:
            return "assess"
        return {"opened": "grade", "graded": "dispatch"}.get(self.stage, "deployed")

    @property
    def owner(self) -> str:
        return self.holder or ("handler" if self.stage == "opened" else "dispatcher")

    @property
    def for_desk(self) -> bool:
        """Whether the vulnerability desk looks at it."""
        return self.vulnerable and self.stage in ("opened", "graded")

    @property
    def desk_from(self) -> int:
        """Since when it is for the desk."""
        return max(self.vulnerable_from, self.alone_from, self.needed_from)

    @property
    def waiting(self) -> Rung | None:
        """The last escalation that nobody knows of, while nobody is sent."""
        unknown = [one for one in self.rungs if not one.known] if self.stage == "graded" else []
        return unknown[-1] if unknown else None


@dataclass
class Request(Worked):
    """A partner's expedite; `means` is how the asker was verified."""

    what: str = ""
    partner: str = ""
    contact: str = ""
    means: str = ""
    not_matched: bool = False
    told: bool = False
    decision: str = ""
    decider: str = ""
    incident: str = ""
    unanswered: int = 0
    disputed: int = 0
    answer_from: int = 0
    last_call: str = ""
    rungs: list[Rung] = field(default_factory=list)
    raised: set[tuple[str, int]] = field(default_factory=set)

    @property
    def queue(self) -> str:
        return "partner"

    @property
    def owner(self) -> str:
        return self.holder or "vulnerability"

    @property
    def waiting(self) -> Rung | None:
        """The last rung of a dispute that nobody knows of, until it is decided anew."""
        unknown = [one for one in self.rungs if not one.known and one.raised >= self.disputed] if self.disputed else []
        return unknown[-1] if unknown else None


@dataclass
class Referral(Worked):
    """What was referred to an agency; `late` is the due time that was recorded as passed."""

    agency: str = ""
    basis: str = ""
    due: int = 0
    accept_within: int = 0
    late: int = 0

    @property
    def open(self) -> bool:
        return self.stage != "ended"

    @property
    def queue(self) -> str:
        return "referral"

    @property
    def owner(self) -> str:
        return self.holder or "vulnerability"


Item = Call | Case | Request | Referral


def waits_for(one: Item) -> str:
    """Return the role in whose queue an item waits while nobody has it."""
    match one:
        case Call():
            return "handler"
        case Request() | Referral():
            return "vulnerability"
        case _:
            return "handler" if one.stage == "opened" else "dispatcher"


# Beside what is worked on


@dataclass
class Form:
    """A form about somebody who is missing, in a record of its own; `sealed` counts its facts that hold words."""

    stream: str
    form: str
    about: str
    ended: bool = False
    dispose_by: int = 0
    erased: bool = False
    sealed: int = 0
    asked_of: dict[str, str] = field(default_factory=dict)


@dataclass
class Partner:
    """An organisation that may ask on somebody's behalf."""

    partner: str = ""
    ended: bool = False
    sites: dict[str, list[str]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    people: dict[int, str] = field(default_factory=dict)
    phrase: bool = False


@dataclass
class Crew:
    """A callsign on the list."""

    stream: str
    callsign: str
    district: str = ""
    skills: list[str] = field(default_factory=list)
    status: str = "off"
    incident: str = ""
    check_by: int = 0
    unheard: bool = False
    emergency: bool = False


@dataclass
class Member:
    """A member of staff."""

    collar: str
    roles: list[str] = field(default_factory=list)
    sessions: list[str] = field(default_factory=list)
    covers: list[tuple[str, str]] = field(default_factory=list)
    proposals: dict[int, Line] = field(default_factory=dict)


class Fact:
    """A line of the journal, its instants read."""

    __slots__ = (
        "actor", "name", "occurred", "pack", "position", "recorded", "role", "said", "session", "stream", "version",
    )  # fmt: skip

    def __init__(self, line: Line) -> None:
        self.position, self.stream, self.version = line["position"], line["stream"], line["version"]
        self.name, self.said = line["name"], line["fields"]
        self.occurred, self.recorded = instant(line["occurred"]), instant(line["recorded"])
        self.actor, self.role, self.session, self.pack = line["actor"], line["role"], line["session"], line["pack"]


@lru_cache(maxsize=1 << 14)
def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def instant(text: str) -> int:
    """Return an instant of RFC 3339 in UTC with nanoseconds."""
    return _seconds(text[:19]) * NS + int(text[20:29])


def kind_of(stream: str) -> str:
    """Return the kind that a stream id carries."""
    return KINDS.get(int(stream.replace("-", "")[13:15], 16), "")


def ref(said: Line) -> tuple[str, int]:
    """Return what a reference to a fact names."""
    return said["stream"], said["version"]


def span(text: str) -> int:
    """Return how long a span is, as in 20m or 2h (ns)."""
    return int(text[:-1]) * {"m": 60, "h": 3600}[text[-1]] * NS


def settled(questions: Iterable[Line], answers: dict[str, str]) -> dict[str, str]:
    """Return the answers that stand: what is not asked any more is unknown, and so is what hangs on that, round by round."""
    given, whens = dict(answers), {one["code"]: one["when"].items() for one in questions if one.get("when")}
    for _ in whens:
        gone = [code for code, when in whens.items() if any(given.get(on, codes[0]) not in codes for on, codes in when)]
        given |= dict.fromkeys(gone, "unknown")
    return given


# A line that somebody types


class Typed(NamedTuple):
    """A line that somebody types: its verb, the item it is about, further words, and within it another line."""

    verb: str
    item: str = ""
    words: tuple[str, ...] = ()
    inner: "Typed | None" = None


FINE = ""  # not to be refused
UNSAID = None  # not covered here
CLOSED = {
    "contact": "the contact is closed",
    "incident": "the incident is closed",
    "expedite": "the expedite is closed",
}
OVER = "nobody works on this any more"
