"""An account of safeguarding: what was asked and which level given, what the desk did, who was referred, which forms are kept.

Theory of operation. It is kept from the facts alone, in words of its own, and asserts of each fact that it may stand there. What
the answers suggest is worked out here once more from what the questions mean. The words of a form stand in its own record
and nowhere else, and go by themselves when their time has come.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hueandcry.domain import episode, policy, questionnaire, referral, safeguarding
from hueandcry.domain.fact import Entry, FactRef, Header
from hueandcry.domain.reference import Kind, kind_of
from hueandcry.domain.staff import staff_stream
from tests.staging import S

if TYPE_CHECKING:
    from tests.properties.ledger import Ledger

SEND_WITHIN, FORM_KEPT = 3600 * S, 86_400 * S
ANSWER_WITHIN_S = {  # until it is received, and from then until it is accepted
    "mash": (3600, 86_400),
    "marac": (86_400, 1_209_600),
    "mental-health": (3600, 14_400),
    "ambulance": (300, 600),
}
OTHERWISE_S = 86_400, 259_200
AWAITED = {"made": "sent", "sent": "received", "received": "accepted"}
ASKED_OF = {
    "da": ("domestic-abuse", {Kind.INCIDENT}),
    "mp": ("missing-person", {Kind.INCIDENT, Kind.EXPEDITE}),
    "rq": ("request", {Kind.EXPEDITE}),
    "rc": ("right-care", {Kind.EXPEDITE}),
    "ph": ("philomena", {Kind.EPISODE}),
    "he": ("herbert", {Kind.EPISODE}),
}
LEVELS = {
    "domestic-abuse": {"high", "medium", "standard"},
    "missing-person": {"high", "medium", "low", "none"},
    "right-care": {"met", "not-met"},
}
ONLY_WHILE = {
    "da-of-what": "da-afraid",
    "da-how-many": "da-children",
    "mp-found-at": "mp-before",
    "mp-medicine": "mp-health",
    "mp-medicine-by": "mp-health",
    "rc-which": "rc-other",
}
WORTH_HIDING = 12  # letters: what is shorter may be said of anything


def suggested(code: str, said: dict[str, str]) -> str:
    """Return the level that answers point to; what is not known never points to safety."""
    yes = {question for question, answer in said.items() if answer == "yes"}
    no = {question for question, answer in said.items() if answer == "no"}
    match code:
        case "domestic-abuse":
            return _of_abuse({one for one in yes if one.startswith("da-")}, no)
        case "missing-person":
            return _of_missing(yes, no)
        case _:
            left = {"rc-life", "rc-harm", "rc-crime", "rc-child"} <= no
            return "not-met" if left and "rc-other" in yes else "met"


def _of_abuse(yes: set[str], no: set[str]) -> str:
    grave = {"da-throat", "da-kill", "da-weapon"}
    if yes & grave or len(yes) >= 8:
        return "high"
    return "standard" if len(yes) < 3 and no >= grave | {"da-afraid"} else "medium"


def _of_missing(yes: set[str], no: set[str]) -> str:
    cannot_cope = "mp-health" in yes and "mp-copes" in no
    if yes & {"mp-self", "mp-others"} or yes >= {"mp-child", "mp-exploited"} or cannot_cope:
        return "high"
    if yes & {"mp-child", "mp-exploited"}:
        return "medium"
    unharmed = no >= {"mp-self", "mp-health", "mp-exploited", "mp-others"}
    as_before = "mp-unlike" in no and yes >= {"mp-before", "mp-copes"}
    return "medium" if not unharmed else "none" if as_before else "low"


@dataclass
class Paper:
    """A referral: what it is about, how far it has come, and by when it should come further."""

    agency: str
    about: bytes
    due: int
    stage: str = "made"
    within_s: int = 0
    late: list[tuple[str, int]] = field(default_factory=list)
    noted: bool = False
    open: bool = True
    owner: str = ""

    @property
    def holder(self) -> str:
        return self.owner or "vulnerability"

    @property
    def queue(self) -> str:
        return "referral"

    def dues(self) -> Iterator[int]:
        """Yield when somebody should do something."""
        if self.stage in AWAITED:
            yield self.due


@dataclass
class Form:
    """What a home prepared about somebody who is missing: for what, and when its words go."""

    form: str
    about: bytes
    dispose_by: int = 0


class Safeguarding:
    """What is asked, found out, done and passed on so that somebody is safe."""

    def __init__(self, ledger: "Ledger") -> None:
        self.ledger = ledger
        self.answers: dict[bytes, dict[str, str]] = {}
        self.levels: dict[tuple[bytes, str], str] = {}
        self.papers: dict[bytes, Paper] = {}
        self.forms: dict[bytes, Form] = {}
        self.needed: dict[bytes, set[bytes]] = {}
        self.to_come: dict[bytes, Form] = {}
        self.words: set[str] = set()

    # Referrals

    def refers(self, entry: Entry, header: Header, fact: Any) -> None:
        """Take a fact about a referral."""
        if isinstance(fact, referral.Made):
            self._made(entry, header, fact)
            return
        paper = self.papers[entry.stream]
        assert paper.open, "a referral of which it is known what came is not worked"
        match fact:
            case referral.Sent():
                received_s, accepted_s = ANSWER_WITHIN_S.get(paper.agency, OTHERWISE_S)
                assert paper.stage == "made", "it is sent once"
                assert fact.how
                assert (fact.receive_by, fact.accept_within_s) == (header.occurred + received_s * S, accepted_s)
                paper.stage, paper.due, paper.within_s = "sent", fact.receive_by, accepted_s
            case referral.Late():
                assert fact.awaited.value == AWAITED[paper.stage], "nothing is late that has come"
                assert paper.due == fact.due <= header.occurred, "nothing is late before its time"
                assert (paper.stage, fact.due) not in paper.late, "a step is late once"
                paper.late.append((paper.stage, fact.due))
            case referral.Ended():
                assert fact.outcome
                desk = {"vulnerability", "supervisor"} & set(self.ledger.roles[staff_stream(header.actor)])
                assert paper.stage not in AWAITED or desk, "what nobody answered is given up by the desk"
                self.ledger.nothing_is_left(entry.stream)
                paper.stage, paper.open = "ended", False
            case _:
                self._answered(paper, header, fact)

    def _made(self, entry: Entry, header: Header, fact: Any) -> None:
        assert entry.version == 1
        assert fact.about in self.ledger.everything(), "it is about something"
        assert fact.content, "the agency is told something"
        assert fact.basis == "consent" or fact.without, "without consent there is a reason"
        assert fact.send_by == header.occurred + SEND_WITHIN
        parts = {part for who, part in self.ledger.people.parts.get(fact.about, []) if who == fact.person}
        assert fact.person is None or parts & {"missing", "subject", "victim"}, "whom it concerns has such a part"
        self.papers[entry.stream] = Paper(fact.agency, fact.about, fact.send_by)

    def _answered(self, paper: Paper, header: Header, fact: Any) -> None:
        """Somebody there said so, by name, and something shows it."""
        assert fact.person
        assert paper.stage != "made", "nobody answers what was not sent"
        match fact:
            case referral.Received():
                assert paper.stage == "sent"
                assert fact.evidence
                paper.stage, paper.due = "received", header.occurred + paper.within_s * S
            case referral.Accepted():
                assert paper.stage != "accepted"
                assert fact.evidence
                paper.stage = "accepted"
            case referral.Declined():
                assert paper.stage != "declined"
                assert fact.reason, "there is a reason to decline"
                paper.stage = "declined"
            case _:
                raise AssertionError(f"nobody knows what {fact} does to a referral")

    # Forms

    def keeps(self, entry: Entry, header: Header, fact: Any) -> None:
        """Take a fact about a form."""
        if isinstance(fact, episode.EpisodeBegun):
            assert entry.version == 1
            begun = self.to_come.pop(entry.stream)
            assert (begun.form, begun.about) == (fact.form, fact.about), "its record knows of it"
            self.forms[entry.stream] = begun
            return
        form = self.forms[entry.stream]
        assert isinstance(fact, episode.EpisodeEnded), f"nobody knows what {fact} does to a form"
        assert not form.dispose_by, "somebody comes back once"
        assert fact.dispose_by == header.occurred + FORM_KEPT
        form.dispose_by = fact.dispose_by

    def goes(self, entry: Entry, header: Header, approval: FactRef) -> None:
        """Take that the words of a form go by themselves: on the authority of the pack, when their time has come."""
        form, adopted = self.forms[entry.stream], self.ledger.facts[approval].fact
        assert 0 < form.dispose_by <= header.occurred, "a form is kept while somebody is missing, and a while after"
        assert isinstance(adopted, policy.Adopted)
        assert adopted.kind.value == "safeguarding"

    def is_kept(self, stream: bytes) -> bool:
        """Tell whether a form is still needed."""
        return stream in self.forms and not self.forms[stream].dispose_by

    def nobody_repeats(self, entry: Entry) -> None:
        """Assert that the words of no form stand in another record."""
        said = repr(entry.fact) if self.words and entry.stream not in self.forms else ""
        assert not [one for one in self.words if one in said], "what a form says stands in its own record"

    # Any record

    def take(self, entry: Entry, header: Header, fact: Any) -> None:
        """Take what any record may say of safeguarding."""
        worked = entry.stream in self.ledger.open_streams()
        match fact:
            case questionnaire.QuestionAnswered():
                self._asked(entry, fact, worked=worked)
            case questionnaire.LevelGiven():
                assert worked
                self._rated(entry, fact)
            case safeguarding.Researched():
                assert worked, "nothing is looked for about what is over"
                known = {*self.ledger.people.known, *self.ledger.calls, *self.ledger.requests.all, *self.ledger.history}
                assert set(fact.found) <= known, "what was found is on record"
            case safeguarding.Safeguarded():
                assert worked, "nothing is done about what is over"
                assert fact.words
                assert fact.before_arrival is not self._attended(entry.stream)
            case safeguarding.Referred():
                paper = self.papers[fact.referral]
                assert (paper.about, paper.agency, paper.noted) == (entry.stream, fact.agency, False)
                paper.noted = True
            case episode.FormBegun():
                assert worked, "no form is begun for what is over"
                assert kind_of(entry.stream) in (Kind.INCIDENT, Kind.EXPEDITE)
                self.to_come[fact.episode] = Form(fact.form, entry.stream)
                self.needed.setdefault(entry.stream, set()).add(fact.episode)
            case episode.FormEnded():
                assert self.forms[fact.episode].dispose_by, "whoever it is about is back"
                assert fact.how, "it is said where and how they are"
                self.needed[entry.stream].remove(fact.episode)
            case _:
                raise AssertionError(f"nobody knows what {fact} says of safeguarding")

    def _attended(self, stream: bytes) -> bool:
        """Tell whether somebody was at an incident, or at the one that a call or a request led to."""
        own = self.ledger.cases.get(stream)
        if own is not None:
            return own.attended
        leads = self.ledger.calls.get(stream) or self.ledger.requests.all.get(stream)
        case = self.ledger.cases.get(leads.incident) if leads is not None else None
        return case is not None and self.ledger.worked_for(case).attended

    def _asked(self, entry: Entry, fact: Any, *, worked: bool) -> None:
        code, kinds = ASKED_OF[fact.question[:2]]
        said = self.answers.setdefault(entry.stream, {})
        assert fact.set == code
        assert kind_of(entry.stream) in kinds, "it is asked about such a thing"
        assert worked or self.is_kept(entry.stream), "nothing is asked about what is over"
        assert (fact.answer == "given") <= bool(fact.detail), "what is given in words has some"
        if fact.question in ONLY_WHILE:
            assert said.get(ONLY_WHILE[fact.question]) == "yes", "it is asked while another answer stands"
        kind, words = fact.question[3:], fact.detail
        doubtful = {"photo": bool(set("/\\<>:") & set(words)), "born": not any(one.isdigit() for one in words)}
        assert fact.flagged is (fact.answer == "given" and doubtful.get(kind, False)), "what cannot be true is flagged"
        said[fact.question] = fact.answer
        if entry.stream in self.forms:
            assert fact.set == self.forms[entry.stream].form
            self.words |= {words} if len(words) >= WORTH_HIDING else set()

    def _rated(self, entry: Entry, fact: Any) -> None:
        """A person gives the level; one that differs, or that is given without any answer, or again, has a reason."""
        said = self.answers.get(entry.stream, {})
        prefix = next(prefix for prefix, (code, _) in ASKED_OF.items() if code == fact.set)
        assert fact.level in LEVELS[fact.set]
        assert kind_of(entry.stream) in ASKED_OF[prefix][1]
        assert fact.suggested == suggested(fact.set, said)
        known = any(answer != "unknown" for question, answer in said.items() if question.startswith(prefix))
        again = self.levels.get((entry.stream, fact.set)) == fact.level
        assert fact.reason or (known and not again and fact.level == fact.suggested)
        self.levels[entry.stream, fact.set] = fact.level

    def holds(self) -> None:
        """Assert that each record knows of its referrals and forms."""
        assert all(paper.noted for paper in self.papers.values()), "whom it is about knows of it"
        assert not self.to_come, "a form that is named is there"
