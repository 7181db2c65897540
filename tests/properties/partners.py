"""An account of partners and of what they ask: who is registered with which numbers, who was verified, what was decided.

Theory of operation. It is kept from the facts alone, in words of its own, and asserts of each fact that it may stand there. What
was decided does not stand any more once the partner asks anew; what it disputes is decided anew by another person.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hueandcry.domain import dispute, expedite, partner, recontact, threshold
from hueandcry.domain.fact import Entry, Header
from hueandcry.domain.staff import staff_stream
from tests.staging import S

if TYPE_CHECKING:
    from tests.properties.ledger import Ledger

ANSWER_WITHIN = 900 * S
DISPUTE_LADDER = (("sergeant", 0), ("inspector", 900 * S))
KEEP_PARTNERS = {"vulnerability", "supervisor", "administrator"}
NO_MATTER_FOR_POLICE = {
    "rc-life": "no",
    "rc-harm": "no",
    "rc-crime": "no",
    "rc-child": "no",
    "rc-other": "yes",
}


def dialled(said: str) -> str:
    """Return a number as it is dialled from abroad, from what is said before any other word."""
    first = said[: next((at for at, letter in enumerate(said) if letter not in "+0123456789 ()/-"), len(said))]
    digits = "".join(letter for letter in first if letter.isdigit())
    return f"44{digits[1:]}" if digits.startswith("0") else digits


@dataclass
class Firm:
    """A partner: its sites with their numbers, and its people by the facts that name them."""

    code: str
    registered: bool = True
    sites: dict[str, tuple[str, ...]] = field(default_factory=dict)
    names: dict[str, bytes] = field(default_factory=dict)
    people: dict[int, str] = field(default_factory=dict)

    def rings_from(self, number: str) -> bool:
        """Tell whether a number is of one of its sites, or of one of its people."""
        return any(number in numbers for numbers in self.sites.values()) or number in self.people.values()


class Partners:
    """Every partner that was ever registered."""

    def __init__(self) -> None:
        self.firms: dict[bytes, Firm] = {}

    def take(self, entry: Entry, header: Header, fact: Any) -> None:
        """Take a fact about a partner."""
        assert header.role in KEEP_PARTNERS, "who may ask is kept by the desk that answers, and by the office"
        firm = self.firms.get(entry.stream)
        if isinstance(fact, partner.PartnerRegistered):
            assert firm is None or not firm.registered, "a partner is registered once"
            assert (firm is None) is (entry.version == 1)
            self.firms[entry.stream] = Firm(fact.partner)
            return
        assert firm is not None
        assert firm.registered, "who is no partner any more has neither sites nor people"
        match fact:
            case partner.SiteListed():
                before = (firm.sites.get(fact.site), firm.names.get(fact.site))
                assert before != (fact.numbers, fact.name), "a site is listed anew with another name or other numbers"
                assert all(number.isdigit() for number in fact.numbers)
                for other in (one for one in self.now() if one is not firm):
                    assert fact.site not in (other.code, *other.sites), "a code is of one partner"
                    assert not {one for listed in other.sites.values() for one in listed}.intersection(fact.numbers)
                firm.sites[fact.site], firm.names[fact.site] = fact.numbers, fact.name
            case partner.SiteEnded():
                assert fact.reason
                del firm.sites[fact.site]
            case partner.PersonNamed():
                assert fact.site in firm.sites, "somebody is named where there is a site"
                assert fact.name
                firm.people[entry.version] = dialled(fact.number or "")
            case partner.PersonGone():
                assert fact.reason
                del firm.people[fact.number]
            case partner.PartnerEnded():
                assert fact.reason
                self.firms[entry.stream] = Firm(firm.code, registered=False)
            case _:
                assert isinstance(fact, partner.PhraseSet)

    def now(self) -> list[Firm]:
        """Return who is registered now."""
        return sorted((one for one in self.firms.values() if one.registered), key=lambda one: one.code)

    def sites_of(self, number: str) -> set[tuple[str, str]]:
        """Return the sites that a number is one of."""
        wanted = dialled(number)
        return {(firm.code, site) for firm in self.now() for site, numbers in firm.sites.items() if wanted in numbers}

    def named(self, code: str) -> Firm | None:
        """Return whom a code names, by its own or by that of a site."""
        return next((firm for firm in self.now() if code == firm.code or code in firm.sites), None)


@dataclass
class Request:
    """A partner's expedite."""

    asked: int
    partner: str
    number: str | None
    again: int = 0
    linked: int = 0
    means: str = ""
    mismatched: bool = False
    considered: bool = False
    decision: str = ""
    told: bool = False
    answered: bool = False
    open: bool = True
    owner: str = ""
    incident: bytes = b""
    disputed: int = 0
    raised: list[tuple[str, int]] = field(default_factory=list)
    unacknowledged: list[str] = field(default_factory=list)
    since: int = 0
    unanswered: list[int] = field(default_factory=list)

    @property
    def holder(self) -> str:
        return self.owner or "vulnerability"

    @property
    def queue(self) -> str:
        return "partner"

    @property
    def escalated(self) -> str:
        return self.unacknowledged[-1] if self.disputed and self.unacknowledged else ""

    def dues(self) -> Iterator[int]:
        """Yield when somebody should do something."""
        if not self.answered:
            yield (self.since or self.asked) + ANSWER_WITHIN


class Requests:
    """What partners asked for."""

    def __init__(self, ledger: "Ledger") -> None:
        self.ledger = ledger
        self.all: dict[bytes, Request] = {}
        self.decider: dict[bytes, str] = {}

    def take(self, entry: Entry, header: Header, fact: Any) -> None:
        """Take a fact about an expedite."""
        if isinstance(fact, expedite.Asked):
            assert entry.version == 1
            call = self.ledger.calls.get(fact.contact) if fact.contact is not None else None
            assert fact.contact is None or call is not None or fact.contact in self.ledger.history
            self.all[entry.stream] = Request(header.occurred, fact.partner, call.number if call is not None else "")
            return
        request = self.all[entry.stream]
        no_matter = isinstance(fact, expedite.Decided) and fact.decision is expedite.Decision.NOT_POLICE
        assert request.considered is no_matter, "the threshold is considered right before it is said not to be met"
        assert request.open or isinstance(fact, recontact.ContactedAgain), "a closed expedite is not worked"
        told = self._verified, self._decided, self._disputed, self._afterwards
        assert any(one(request, entry, header, fact) for one in told), f"nobody knows what {fact} does to an expedite"

    def _verified(self, request: Request, entry: Entry, header: Header, fact: Any) -> bool:
        match fact:
            case expedite.Verified():
                assert self._fits(request, fact.means.value, fact.words or "") in (True, None), (
                    "what was given is theirs"
                )
                request.means, request.mismatched = fact.means.value, False
            case expedite.NotMatched():
                assert fact.means is not expedite.Means.NOT_VERIFIED
                unheard = request.number is None and fact.means is expedite.Means.NUMBER  # who asked anew rang from it
                may_be_another = unheard or fact.means is expedite.Means.PHRASE
                fits = self._fits(request, fact.means.value, fact.words or "")
                assert fits is False or (fits is None and may_be_another), "what was given is not theirs"
                request.mismatched, request.means = True, ""
            case _:
                return False
        assert not self.ledger.partners.now() or fact.means is not expedite.Means.PHRASE or not fact.words, (
            "a shared phrase stands nowhere"
        )
        return True

    def _fits(self, request: Request, means: str, words: str) -> bool | None:
        """Tell whether what the asker gave is as they are registered, None where the facts do not say so."""
        if not self.ledger.partners.now():
            return None
        firm = self.ledger.partners.named(request.partner)
        match means:
            case "phrase":
                return None if firm is not None else False
            case "number":
                if request.number is None:
                    return None
                return firm is not None and firm.rings_from(dialled(request.number))
            case "call-back":
                return firm.rings_from(dialled(words)) if firm is not None else None
            case _:
                return None

    def _decided(self, request: Request, entry: Entry, header: Header, fact: Any) -> bool:
        match fact:
            case threshold.ThresholdConsidered():
                said = self.ledger.safeguarding.answers.get(entry.stream, {})
                assert fact.level == "not-met"
                assert said.items() >= NO_MATTER_FOR_POLICE.items(), "what is not known is no reason not to go"
                assert fact.powers, "which powers there are is considered"
                request.considered = True
            case expedite.Decided():
                assert fact.reason, "a decision has a reason"
                assert request.means == fact.verified.value, "the decision says how the asker was verified"
                assert fact.decider == header.actor
                if request.disputed:
                    assert self.decider[entry.stream] != header.actor, "another person decides what is disputed"
                self.decider[entry.stream] = fact.decider
                request.decision, request.told, request.owner = fact.decision.value, False, fact.decider
                request.disputed, request.considered = 0, False
            case expedite.Told():
                assert request.decision, "what is told was decided"
                assert fact.person, "a named person is told"
                request.told = request.answered = True
            case expedite.Unanswered():
                assert (request.since or request.asked) + ANSWER_WITHIN == fact.due <= header.occurred
                assert fact.due not in request.unanswered
                assert not request.answered, "no answer is missed that was given"
                request.unanswered.append(fact.due)
            case _:
                return False
        return True

    def _disputed(self, request: Request, entry: Entry, header: Header, fact: Any) -> bool:
        match fact:
            case dispute.Disputed():
                assert request.decision, "what is disputed was decided"
                assert not request.disputed, "it is disputed once"
                assert fact.person, "a named person disputes it"
                assert fact.words, "and says why"
                request.disputed = request.since = header.occurred
                request.told = request.answered = False  # who disagrees waits for an answer again
                request.unacknowledged = []
            case dispute.DisputeEscalated():
                ladder = {(to, request.disputed + after) for to, after in DISPUTE_LADDER}
                assert request.disputed, "what is settled goes to nobody"
                assert (fact.to.value, fact.due) in ladder
                assert fact.due <= header.occurred, "no rung before its time"
                assert (fact.to.value, fact.due) not in request.raised, "a rung is raised once"
                request.raised.append((fact.to.value, fact.due))
                request.unacknowledged.append(fact.to.value)
            case dispute.DisputeAcknowledged():
                assert fact.to.value in request.unacknowledged, "what is acknowledged was raised"
                held = self.ledger.roles.get(staff_stream(fact.by))
                assert held is None or fact.to.value in held, "by whom it went to, or who was told for them"
                assert fact.words or fact.by == header.actor, "how another was told is said"
                request.unacknowledged = [to for to in request.unacknowledged if to != fact.to.value]
            case _:
                return False
        return True

    def _afterwards(self, request: Request, entry: Entry, header: Header, fact: Any) -> bool:
        match fact:
            case expedite.Linked():
                assert not request.incident, "an expedite has one incident"
                assert fact.incident in self.ledger.cases or fact.incident in self.ledger.history
                request.incident, request.linked = fact.incident, entry.position
            case recontact.ContactedAgain():
                self._asked_anew(request, entry, header, fact)
            case recontact.HandedBack():
                assert fact.person, "whoever takes somebody back has a name"
            case expedite.Closed():
                assert request.told, "the partner knows before the close"
                assert request.decision != "hold"
                assert not request.disputed, "what is disputed is decided anew before the close"
                self.ledger.nothing_is_left(entry.stream)
                request.open = False
            case _:
                return False
        return True

    def _asked_anew(self, request: Request, entry: Entry, header: Header, fact: Any) -> None:
        """Nothing stands of what was decided and of how they were verified, and whether police go is asked anew."""
        said = self.ledger.safeguarding.answers.setdefault(entry.stream, {})
        assert fact.words, "they say something"
        assert fact.contact is None or fact.contact in self.ledger.calls or fact.contact in self.ledger.history
        assert sorted(fact.voided) == sorted(code for code in said if code.startswith("rc-"))
        for code in fact.voided:
            del said[code]
        if request.answered or not request.open:  # whoever waits for a first answer waits since they asked
            request.asked, request.since, request.unanswered = header.occurred, 0, []
        request.again, request.open = entry.position, True
        request.owner = ""
        request.means, request.decision, request.mismatched = "", "", False
        request.told = request.answered = False
        if fact.contact is not None:
            request.number = None

    def holds(self) -> None:
        """Assert that whoever asked anew has an incident that is looked at anew, and that nothing is half decided."""
        assert not any(one.considered for one in self.all.values())
        for request in self.all.values():
            self.ledger.looks_anew(request)
