"""What safeguarding and partners should come to: the account of it, and what the rules must refuse.

Theory of operation. This is the part of the model of tests/simulation/model.py that knows question sets, the vulnerability
desk, referrals, partners with their sites, disputes, requests that are asked anew, and forms. The account takes each fact in
turn and holds it against the safeguarding pack, whose text stands in the journal. The rules say of a line in which words it
must be refused. Both are mixed into the model, whose items, packs and people they share; nothing comes from the product.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from tests.simulation.things import (
    AWAITED,
    CLOSED,
    FIELD,
    FINE,
    NS,
    OVER,
    UNSAID,
    Call,
    Case,
    Fact,
    Form,
    Item,
    Key,
    Line,
    Partner,
    Referral,
    Request,
    Rung,
    Typed,
    Worked,
    instant,
    kind_of,
    ref,
    settled,
)  # fmt: skip

SEND_WITHIN = 3600 * NS
AGENCY_RECEIVES_S, AGENCY_ACCEPTS_S = 86_400, 259_200  # where the pack does not say
OF_THE_FIELD = {
    "question",
    "level",
    "research",
    "safeguard",
    "refer",
    "sent",
    "agency",
    "outcome",
    "handback",
    "form",
    "found",
}
OF_THE_REGISTER = {"partner", "site", "unsite", "named", "forget", "unpartner"}
MAY = {  # who may what, where it is others than the whole floor
    **dict.fromkeys(OF_THE_FIELD, FIELD),
    **dict.fromkeys(OF_THE_REGISTER, frozenset({"vulnerability", "supervisor", "administrator"})),
    "desk": frozenset({"vulnerability", "supervisor"}),
    "decide": frozenset({"vulnerability", "supervisor", "handler", "sergeant", "inspector", "incident-manager"}),
}
NUMBER_FIRST = re.compile(r"\+?[\d ()/-]{5,}")


def plain_number(said: str) -> str:
    """Return a number of this country as a site lists it: with the country's own, without a plus."""
    return "44" + said.replace(" ", "").removeprefix("0")


class Safeguarding:
    """The scheme in force: its sets, what they suggest, its agencies and desks."""

    force: dict[str, Line]

    @property
    def scheme(self) -> Line:
        return self.force["safeguarding"]

    def set_of(self, code: str) -> Line:
        return next(one for one in self.scheme["set"] if one["code"] == code)

    def asking(self, question: str) -> Line:
        """Return the set in which a question stands."""
        return next(one for one in self.scheme["set"] if question in [each["code"] for each in one["question"]])

    def question(self, code: str) -> Line:
        return next(one for one in self.asking(code)["question"] if one["code"] == code)

    def offered(self, code: str) -> list[str]:
        """Return what a question may be answered with."""
        one = self.question(code)
        if one["type"] == "choice":
            return [*(row["code"] for row in one["answer"]), "unknown"]
        return ["yes", "no", "unknown"] if one["type"] == "yes-no" else ["given", "unknown"]

    def standing(self, of: Line, answers: dict[str, str]) -> dict[str, str]:
        codes = [one["code"] for one in of["question"]]
        return settled(of["question"], {code: answer for code, answer in answers.items() if code in codes})

    def first_to_answer(self, code: str, answers: dict[str, str]) -> str:
        """Return the question that is answered before another is asked, empty where that one is asked."""
        stand = self.standing(self.asking(code), answers)
        for needed, codes in self.question(code).get("when", {}).items():
            if stand.get(needed, "unknown") not in codes:
                return self.first_to_answer(needed, answers) or needed
        return ""

    def suggestion(self, of: Line, answers: dict[str, str]) -> tuple[str, list[str]]:
        """Return the level that answers suggest, and the grounds."""
        stand = self.standing(of, answers)
        yes = sum(stand.get(one["code"]) == "yes" for one in of["question"])
        for rule in of["suggest"]:
            when, least = rule.get("when", {}), rule.get("yes_at_least", 0)
            if yes >= least and all(stand.get(code) in codes for code, codes in when.items()):
                counted = [f"yes.{yes}"] if least else []
                return rule["level"], [rule["because"], *(f"{code}.{stand[code]}" for code in when), *counted]
        raise AssertionError("the last rule meets all answers")

    def threshold(self, one: Request) -> tuple[str, list[str]]:
        return self.suggestion(self.set_of(self.scheme["threshold"]), one.asked_of)

    def agency_row(self, code: str) -> Line:
        return next(one for one in self.scheme["agency"] if one["code"] == code)

    def desk_for(self, district: str) -> str:
        own = [one["code"] for one in self.scheme["desk"] if district in one.get("district", [])]
        rest = [one["code"] for one in self.scheme["desk"] if not one.get("district")]
        return str((own or rest)[0])

    def desk_by(self, one: Case) -> int:
        """Return by when the vulnerability desk should have looked."""
        if one.looked >= one.desk_from:
            return one.looked + int(self.scheme["review_every_s"]) * NS
        return one.desk_from + int(self.scheme["review_within_s"]) * NS


class SafeguardingAccount(Safeguarding):
    """The account of safeguarding and partners."""

    items: dict[str, Item]
    case: Callable[[str], Case]
    call: Callable[[str], Call]
    request: Callable[[str], Request]
    answers_for: Callable[[str, str], list[str]]
    person: Callable[[str], Any]
    _worked: Callable[[Fact], Case]
    _updated: Callable[[Case, Fact], None]
    _owe: Callable[[Callable[[], bool], str], None]
    _raise: Callable[..., None]
    _in_act: list[Fact]

    def __init__(self) -> None:
        self.forms: dict[str, Form] = {}
        self.partners: dict[str, Partner] = {}
        self.adopted: dict[str, tuple[str, int]] = {}

    # Question sets and levels

    def _record_question_answered(self, fact: Fact) -> None:
        said, one = fact.said, self.forms.get(fact.stream) or self.items[fact.stream]
        of = self.asking(said["question"])
        assert of["code"] == said["set"]
        assert said["answer"] in self.offered(said["question"])
        assert said["answer"] != "given" or said["detail"] != "", "what is given is given in words"
        assert said["answer"] == "given" or not said["flagged"], "only words can be doubted"
        if isinstance(one, Form):
            one.sealed += 1
            assert of["code"] == one.form, "a form holds its own questions"
            assert not one.ended, "nothing is added to a form once they are back"
        else:
            assert one.open, "nobody is asked about what is over"
            assert not of.get("form"), "what a form holds stands in no log"
            assert kind_of(one.stream) in of["of"]
        given = one.asked_of | {said["question"]: said["answer"]}
        assert not self.first_to_answer(said["question"], given), "asked while the answers stand that it hangs on"
        one.asked_of = given

    def _record_level_given(self, fact: Fact) -> None:
        one, said = self.items[fact.stream], fact.said
        of = self.set_of(said["set"])
        assert one.open, "no level is given of what is over"
        assert kind_of(one.stream) in of["of"]
        assert said["level"] in [row["code"] for row in of["level"]]
        assert (said["suggested"], said["grounds"]) == self.suggestion(of, one.asked_of), "by the answers that stand"
        assert said["level"] == said["suggested"] or said["reason"] != "", "another level has its reason"
        one.levels[said["set"]] = said["level"]
        if isinstance(one, Case):
            if one.assessed:
                self._reassess(one, fact)
            self._updated(one, fact)

    def _reassess(self, one: Case, fact: Fact) -> None:
        one.changed, one.changed_at = fact.version, max(one.changed_at, fact.occurred)

    # The desk

    def _incident_desk_reviewed(self, fact: Fact) -> None:
        one, said = self._worked(fact), fact.said
        assert one.for_desk, "the desk looks at what is vulnerable and has nobody sent"
        assert said["words"] != ""
        assert said["desk"] == self.desk_for(one.district)
        assert said["late"] is (self.desk_by(one) <= fact.occurred), "late or in time"
        assert said["review"] != "as-assessed" or one.current, "what is out of date is not as assessed"
        one.missed = [two for two in one.missed if two[0] != "desk-review"]
        one.looked = max(one.looked, fact.occurred)
        self._updated(one, fact)
        if said["review"] != "as-assessed":
            self._reassess(one, fact)

    def _in_the_log(self, fact: Fact) -> Worked:
        one = self.items[fact.stream]
        if isinstance(one, Case):
            self._updated(one, fact)
        return one

    def _record_researched(self, fact: Fact) -> None:
        assert self._in_the_log(fact).open

    def _record_safeguarded(self, fact: Fact) -> None:
        one = self._in_the_log(fact)
        assert one.open
        assert fact.said["words"] != ""
        of = one if isinstance(one, Case) else self.worked_for(one.incident) if getattr(one, "incident", "") else None
        there = of is not None and of.attended
        assert fact.said["before_arrival"] is not there, "before anyone was there, or not"

    # Referrals

    def _record_referred(self, fact: Fact) -> None:
        one, made = self._in_the_log(fact), self.items[fact.said["referral"]]
        assert isinstance(made, Referral)
        assert made.agency == fact.said["agency"]
        one.referrals.append(made.stream)

    def referral(self, stream: str) -> Referral:
        one = self.items[stream]
        assert isinstance(one, Referral)
        return one

    def _referral_made(self, fact: Fact) -> None:
        said = fact.said
        basis = next(one for one in self.scheme["basis"] if one["code"] == said["basis"])
        assert fact.version == 1
        assert said["content"] != ""
        assert basis.get("consent") or said["without"] != "", "without consent it says why"
        assert instant(said["send_by"]) == fact.occurred + SEND_WITHIN
        one = Referral(fact.stream, fact.occurred, stage="made", agency=said["agency"], basis=said["basis"])
        one.due = instant(said["send_by"])
        self.agency_row(one.agency)
        self.items[fact.stream] = one
        about = self.items[said["about"]]
        self._owe(lambda: fact.stream in about.referrals, "a referral is told in the log of what it is about")

    def _going(self, fact: Fact) -> Referral:
        one = self.referral(fact.stream)
        assert one.open, "what came of it is known"
        return one

    def _referral_sent(self, fact: Fact) -> None:
        one = self._going(fact)
        assert one.stage == "made"
        assert fact.said["how"] != ""
        row = self.agency_row(one.agency)
        one.stage, one.due = "sent", instant(fact.said["receive_by"])
        one.accept_within = fact.said["accept_within_s"] * NS
        assert one.due == fact.occurred + row.get("received_within_s", AGENCY_RECEIVES_S) * NS
        assert one.accept_within == row.get("accepted_within_s", AGENCY_ACCEPTS_S) * NS

    def _said_by_them(self, fact: Fact, stage: str) -> Referral:
        one = self._going(fact)
        assert one.stage not in ("made", stage), "it was sent before that, and is said once"
        assert fact.said["person"] != "", "a named person says so"
        assert fact.said["reason" if stage == "declined" else "evidence"] != "", "something shows it"
        one.stage, one.due = stage, 0
        return one

    def _referral_received(self, fact: Fact) -> None:
        assert self.referral(fact.stream).stage == "sent"
        one = self._said_by_them(fact, "received")
        one.due = fact.occurred + one.accept_within

    def _referral_accepted(self, fact: Fact) -> None:
        self._said_by_them(fact, "accepted")

    def _referral_declined(self, fact: Fact) -> None:
        self._said_by_them(fact, "declined")

    def _referral_late(self, fact: Fact) -> None:
        self._raise(fact)
        one = self.referral(fact.stream)
        assert fact.said["awaited"] == AWAITED[one.stage]
        one.late = one.due

    def _referral_ended(self, fact: Fact) -> None:
        one = self._going(fact)
        assert fact.said["outcome"] != ""
        assert not one.words, "no end while a promise is open"
        assert not one.reminders, "no end while something is to be brought up"
        one.stage, one.due, one.put_off = "ended", 0, None

    # Partners

    def _partner_registered(self, fact: Fact) -> None:
        one = self.partners.setdefault(fact.stream, Partner())
        assert not one.partner or one.ended, "a partner is registered once"
        one.partner, one.ended = fact.said["partner"], False

    def _asks(self, fact: Fact) -> Partner:
        one = self.partners[fact.stream]
        assert not one.ended
        return one

    def _partner_site_listed(self, fact: Fact) -> None:
        one = self._asks(fact)
        site, numbers, name = (fact.said[field] for field in ("site", "numbers", "name"))
        assert (one.sites.get(site), one.names.get(site)) != (numbers, name)
        others = [
            (known, listed) for known in self.registered() for listed in known.sites if (known, listed) != (one, site)
        ]
        assert not any(listed == site for _, listed in others), "a site is of one partner"
        assert not any(set(numbers) & set(known.sites[listed]) for known, listed in others), "a number is of one site"
        one.sites[site], one.names[site] = numbers, name

    def _partner_site_ended(self, fact: Fact) -> None:
        assert fact.said["reason"] != ""
        one = self._asks(fact)
        del one.sites[fact.said["site"]]
        one.people = {number: site for number, site in one.people.items() if site != fact.said["site"]}

    def _partner_person_named(self, fact: Fact) -> None:
        one = self._asks(fact)
        assert fact.said["site"] in one.sites
        assert fact.said["name"] != ""
        one.people[fact.version] = fact.said["site"]

    def _partner_person_gone(self, fact: Fact) -> None:
        assert fact.said["reason"] != ""
        del self._asks(fact).people[fact.said["number"]]

    def _partner_phrase_set(self, fact: Fact) -> None:
        self._asks(fact).phrase = True

    def _partner_ended(self, fact: Fact) -> None:
        assert fact.said["reason"] != ""
        self.partners[fact.stream] = Partner(self._asks(fact).partner, ended=True)

    def registered(self) -> list[Partner]:
        return [one for one in self.partners.values() if not one.ended]

    def partner_of(self, code: str) -> Partner | None:
        """Return the partner that a code names, its own or a site's."""
        found = [one for one in self.registered() if code == one.partner or code in one.sites]
        return min(found, key=lambda one: one.partner, default=None)

    def rings_from(self, number: str) -> tuple[str, str] | None:
        """Return whose number rings."""
        for one in sorted(self.registered(), key=lambda one: one.partner):
            for site, numbers in one.sites.items():
                if plain_number(number) in numbers:
                    return one.partner, site
        return None

    # The lane

    def _contact_partner_known(self, fact: Fact) -> None:
        one = self.call(fact.stream)
        assert one.stage == "ringing"
        assert [other.name for other in self._in_act] == ["contact.rang"], "it is known in the moment of the ring"
        known = [two for two in self.registered() if two.partner == fact.said["partner"]]
        assert known, "whoever rings is registered"
        assert fact.said["site"] in known[0].sites
        one.site, one.numbers = fact.said["site"], known[0].sites[fact.said["site"]]

    def _contact_led_to_expedite(self, fact: Fact) -> None:
        one = self.call(fact.stream)
        assert one.stage in ("ringing", "answered"), "somebody is there"
        assert not one.expedite
        one.expedite = fact.said["expedite"]

    def _leads(self, contact: str | None, to: Request) -> None:
        """Whoever is on the line about a request has led to it by the end of the act."""
        one = self.call(contact) if contact else None
        if one is not None and one.stage in ("ringing", "answered") and not one.expedite:
            self._owe(lambda: one.expedite == to.stream, "a caller who asks has led to what they ask for")

    # Expedites

    def _expedite_asked(self, fact: Fact) -> None:
        said = fact.said
        one = Request(fact.stream, fact.occurred, stage="asked", pack=fact.pack, partner=said["partner"])
        one.what, one.contact = f"{said['partner']} {said['sort']}", said["contact"] or ""
        one.last_call, one.answer_from = one.contact, fact.occurred
        self.items[fact.stream] = one
        self._leads(said["contact"], one)

    def _asked_for(self, fact: Fact) -> Request:
        one = self.request(fact.stream)
        assert one.open, "a closed expedite is not worked"
        return one

    def _expedite_verified(self, fact: Fact) -> None:
        one = self._asked_for(fact)
        one.means, one.not_matched = fact.said["means"], False

    def _expedite_not_matched(self, fact: Fact) -> None:
        assert self.registered(), "there is something that it could match"
        assert fact.said["means"] != "not-verified"
        one = self._asked_for(fact)
        one.not_matched, one.means = True, ""

    def _expedite_linked(self, fact: Fact) -> None:
        one = self.request(fact.stream)
        assert not one.incident
        one.incident = fact.said["incident"]
        about = self.case(one.incident)
        self._owe(lambda: about.open and not about.current, "a partner who gets in touch reopens the assessment")

    def _expedite_threshold_considered(self, fact: Fact) -> None:
        one, said = self._asked_for(fact), fact.said
        assert (said["level"], said["grounds"]) == self.threshold(one), "by the answers that stand"
        assert said["level"] in self.scheme["not_police"]
        assert said["powers"] != "", "which powers there are is considered"
        self._owe(lambda: one.decision == "not-police", "it is considered for a decision")

    def _expedite_decided(self, fact: Fact) -> None:
        one, said = self._asked_for(fact), fact.said
        assert said["verified"] == one.means != "", "whether the asker is who they say is asked first"
        assert said["reason"] != ""
        assert said["decider"] == fact.actor
        assert not one.disputed or fact.actor != one.decider, "of a dispute decides another person"
        considered = any(other.name == "expedite.threshold_considered" for other in self._in_act)
        assert considered is (said["decision"] == "not-police")
        one.stage, one.decision, one.disputed = "decided", said["decision"], 0
        one.holder = one.decider = said["decider"]

    def _expedite_disputed(self, fact: Fact) -> None:
        one = self._asked_for(fact)
        assert one.stage in ("decided", "told"), "what is disputed was decided"
        assert not one.disputed
        assert fact.said["person"] != ""
        assert fact.said["words"] != ""
        one.disputed = one.answer_from = fact.occurred
        one.told, one.pack = False, fact.pack

    def _expedite_escalated(self, fact: Fact) -> None:
        self._raise(fact)
        one, said = self._asked_for(fact), fact.said
        district = self.case(one.incident).district if one.incident else ""
        who = self.answers_for(district, said["to"]) if one.incident else []
        assert sorted(said["who"]) == sorted(who), "it goes to who answers for it"
        one.rungs.append(Rung(said["to"], fact.occurred))
        one.raised.add((said["to"], instant(said["due"])))

    def _expedite_escalation_acknowledged(self, fact: Fact) -> None:
        one = self._asked_for(fact)
        waiting = [rung for rung in one.rungs if rung.to == fact.said["to"] and not rung.known]
        assert waiting, "what is acknowledged was raised"
        by = self.person(fact.said["by"])
        assert by is None or fact.said["to"] in by.roles, "nobody acknowledges for a role that is not theirs"
        for rung in waiting:
            rung.known = True

    def _expedite_contacted(self, fact: Fact) -> None:
        """Asked anew: nothing that was found or decided stands, and it waits in nobody's hands."""
        one, said = self.request(fact.stream), fact.said
        assert said["words"] != ""
        codes = {each["code"] for each in self.set_of(self.scheme["threshold"])["question"]}
        assert set(said["voided"]) == codes & set(one.asked_of), "the answers that it rested on are given again"
        one.asked_of = {code: answer for code, answer in one.asked_of.items() if code not in codes}
        if one.told or not one.open:  # whoever waits for a first answer waits since they asked
            one.since = one.answer_from = fact.occurred
            one.pack, one.unanswered = fact.pack, 0
        one.stage = "asked"
        one.means, one.decision, one.not_matched, one.told = "", "", False, False
        one.holder, one.last_call = "", said["contact"] or one.last_call
        self._leads(said["contact"], one)
        if one.incident:
            self._heard_again(self.worked_for(one.incident))

    def _heard_again(self, about: Case) -> None:
        """Its incident is open, and assessed anew."""
        self._owe(lambda: about.open and not about.current, "its incident is assessed anew")

    def worked_for(self, stream: str) -> Case:
        """Return an incident, or the one that it was merged into."""
        one = self.case(stream)
        return self.worked_for(one.merged) if one.merged else one

    def _expedite_handed_back(self, fact: Fact) -> None:
        self._asked_for(fact)
        assert fact.said["person"] != ""

    # Forms

    def _record_form_begun(self, fact: Fact) -> None:
        one, stream = self.items[fact.stream], fact.said["episode"]
        assert one.open, "no form is begun for what is over"
        one.forms.append(stream)
        one.needed.append(stream)
        self._owe(lambda: stream in self.forms and bool(self.forms[stream].asked_of), "a form begins with an answer")

    def _episode_begun(self, fact: Fact) -> None:
        said = fact.said
        assert self.set_of(said["form"]).get("form"), "a form is one of the pack's"
        still = [one for one in self.forms.values() if (one.about, one.form) == (said["about"], said["form"])]
        assert all(one.ended for one in still), "one form of a kind at a time"
        assert fact.stream in self.items[said["about"]].forms
        self.forms[fact.stream] = Form(fact.stream, said["form"], said["about"])

    def _episode_ended(self, fact: Fact) -> None:
        one = self.forms[fact.stream]
        assert not one.ended
        about = self.items[one.about]
        self._owe(lambda: one.stream not in about.needed, "the record that it is of knows of it")
        one.ended, one.dispose_by = True, instant(fact.said["dispose_by"])
        assert one.dispose_by == fact.occurred + self.scheme["form_kept_s"] * NS

    def _record_form_ended(self, fact: Fact) -> None:
        assert self.forms[fact.said["episode"]].ended, "whoever it is about is back"
        assert fact.said["how"] != ""
        self.items[fact.stream].needed.remove(fact.said["episode"])

    def _record_erased(self, fact: Fact) -> None:
        """In a night only a form is erased: when its time has come, on the authority of the pack."""
        one = self.forms[fact.stream]
        self._raise(fact, one.dispose_by)
        assert not one.erased
        assert ref(fact.said["approval"]) == self.adopted["safeguarding"]
        one.erased = True

    def _record_erasure_completed(self, fact: Fact) -> None:
        assert self.forms[fact.stream].erased

    # What time demands, and what the board should say

    def _of_safeguarding(self, stream: str) -> Iterator[Key]:
        form, one = self.forms.get(stream), self.items.get(stream)
        if form is not None and form.dispose_by and not form.erased:
            yield stream, "record.erased", "", form.dispose_by, False
        match one:
            case Request() if one.open and one.disputed:
                for rung in self.scheme.get("dispute", []):
                    due = one.disputed + rung["after_s"] * NS
                    if (rung["to"], due) not in one.raised:
                        yield stream, "expedite.escalated", rung["to"], due, False
            case Referral() if one.due and one.due != one.late:
                yield stream, "referral.late", AWAITED[one.stage], one.due, False

    def partner_alerts(self, one: Item) -> Iterator[str]:
        """Yield what else calls for somebody about an item, of safeguarding and partners."""
        codes = {code for known in self.registered() for code in (known.partner, *known.sites)}
        match one:
            case Request():
                if one.disputed:
                    yield "the partner disputes the decision"
                if one.not_matched:
                    yield "NOT as the partner is registered"
                if codes and one.partner not in codes:
                    yield f"{one.partner} is not registered"
            case Referral() if one.stage == "declined":
                yield "agency declined: refer to another, or say what comes of it"
            case Case() if one.for_desk:
                late = [due for target, due in one.missed if target == "desk-review"]
                if late and late[-1] > max(one.looked, one.desk_from):
                    yield "vulnerability desk has not looked at it"


class SafeguardingRules:
    """What the rules must refuse of safeguarding and of partners."""

    model: Any
    collar: str
    roles: list[str]
    _word_kept: Callable[[Worked], str]

    def _unread_of_partners(self, typed: Typed) -> str:
        """Return why a line about partners names nobody, or what is looked up for it is missing."""
        verb = typed.verb
        if verb in ("site", "unsite", "named", "forget", "unpartner"):
            found = [one for one in self.model.registered() if one.partner == typed.words[0]]
            if not found:
                return "there is no partner"
            if verb in ("unsite", "named") and typed.words[1] not in found[0].sites:
                return "there is no site" if verb == "named" else "has no site"
        if verb == "found" and not self._kept_for(typed.item):
            return "no form is kept for it"
        return self._unverifiable(typed) if verb == "verify" else FINE

    def _kept_for(self, item: str) -> list[Form]:
        """Return the forms of an item about somebody who is not back yet."""
        forms = (self.model.forms[stream] for stream in self.model.items[item].forms)
        return [one for one in forms if not one.ended]

    def _unverifiable(self, typed: Typed) -> str:
        """Return what is missing to hold what the asker gives against the register."""
        means, words = typed.words[0], " ".join(typed.words[1:])
        one = self.model.request(typed.item)
        partner = self.model.partner_of(one.partner)
        if partner is None:
            return FINE
        if means == "number":
            return FINE if one.last_call else "no call is tied to it"
        if means == "phrase":
            return "no phrase is set for" if not partner.phrase else FINE if words else "say the phrase that they gave"
        said = means != "call-back" or NUMBER_FIRST.match(words)
        return FINE if said else "say which number was rung back"

    def _over(self, typed: Typed, *verbs: str) -> str:
        one = self.model.items.get(typed.item)
        return OVER if one is not None and not one.open and typed.verb in verbs else FINE

    # Question sets

    def _question(self, typed: Typed) -> str | None:
        one, (code, *rest) = self.model.items[typed.item], typed.words
        of, offered = self.model.asking(code), self.model.offered(code)
        if not one.open:
            return OVER
        if of.get("form") or kind_of(one.stream) not in of["of"]:
            return "is not asked about"
        answer = rest[0] if rest and rest[0] in offered else "given"
        if answer == "given" and not [word for word in rest if word != "given"]:
            return "say in words what the answer"
        return "is asked while" if self.model.first_to_answer(code, one.asked_of | {code: answer}) else FINE

    def _level(self, typed: Typed) -> str | None:
        one, (code, level, *reason) = self.model.items[typed.item], typed.words
        of = self.model.set_of(code)
        if not one.open:
            return OVER
        if kind_of(one.stream) not in of["of"]:
            return "is not asked about"
        if reason:
            return FINE
        if all(answer == "unknown" for answer in self.model.standing(of, one.asked_of).values()):
            return "is answered: ask ('question')"
        suggested = self.model.suggestion(of, one.asked_of)[0]
        if suggested != level:
            return "the answers suggest"
        return "already" if one.levels.get(code) == level else FINE

    # The desk, and what anybody does

    def _desk(self, typed: Typed) -> str | None:
        one = self.model.case(typed.item)
        if not one.for_desk:
            return "the desk reviews what is vulnerable"
        stale = typed.words[0] == "as-assessed" and not one.current
        return "risk is not assessed since the last material change" if stale else FINE

    def _research(self, typed: Typed) -> str | None:
        return FINE if self.model.items[typed.item].open else OVER

    _safeguard = _research

    # Referrals

    def _refer(self, typed: Typed) -> str | None:
        consent = typed.words[1] == "consent"
        return FINE if consent or "/" in typed.words else "goes without consent"

    def _sent(self, typed: Typed) -> str | None:
        one = self.model.referral(typed.item)
        if not one.open:
            return "is recorded already"
        return FINE if one.stage == "made" else f"the referral is {one.stage} already"

    def _agency(self, typed: Typed) -> str | None:
        one, said = self.model.referral(typed.item), typed.words[0]
        if not one.open:
            return "is recorded already"
        if one.stage == "made":
            return "the referral was not sent yet"
        if "/" not in typed.words:
            return "say what shows it"
        again = one.stage != "sent" if said == "received" else one.stage == said
        return f"the referral is {one.stage} already" if again else FINE

    def _outcome(self, typed: Typed) -> str | None:
        one = self.model.referral(typed.item)
        if not one.open:
            return "is recorded already"
        if one.stage in AWAITED and not {"vulnerability", "supervisor"} & set(self.roles):
            return "the agency has not answered"
        return self._word_kept(one)

    # Partners

    def _partner(self, typed: Typed) -> str | None:
        known = [one.partner for one in self.model.registered()]
        return "is registered already" if typed.words[0] in known else FINE

    def _found_partner(self, typed: Typed) -> Partner:
        found: Partner = next(one for one in self.model.registered() if one.partner == typed.words[0])
        return found

    def _site(self, typed: Typed) -> str | None:
        """The site's name and its number are parted by a slash; a number is of one site."""
        mine, site = self._found_partner(typed), typed.words[1]
        name, _slash, said = " ".join(typed.words[2:]).partition(" / ")
        number = plain_number(said)
        for known in self.model.registered():
            for listed, numbers in known.sites.items():
                if number in numbers and (known, listed) != (mine, site):
                    return "is the number of"
        same = mine.sites.get(site) == [number] and mine.names.get(site) == name.encode().hex()
        return "with this name and these numbers already" if same else FINE

    def _forget(self, typed: Typed) -> str | None:
        return FINE if int(typed.words[1]) in self._found_partner(typed).people else "names nobody there now"

    def _unsite(self, _: Typed) -> str | None:
        return FINE

    _named = _unpartner = _found = _again = _unsite

    # Expedites

    def _live(self, typed: Typed) -> tuple[Request, str]:
        one = self.model.request(typed.item)
        return one, FINE if one.open else CLOSED["expedite"]

    def _verify(self, typed: Typed) -> str | None:
        return self._live(typed)[1]

    _handback = _verify

    def _decide(self, typed: Typed) -> str | None:
        one, closed = self._live(typed)
        if closed:
            return closed
        if not one.means:
            return "the asker is not verified"
        if one.disputed and self.collar == one.decider:
            return "another person decides anew"
        if typed.words[0] != "not-police":
            return FINE
        level = self.model.threshold(one)[0]
        if level not in self.model.scheme["not_police"]:
            return f"the threshold is {level}"
        return FINE if "/" in typed.words else "say which powers were considered"

    def _tellback(self, typed: Typed) -> str | None:
        return "nothing is decided yet" if self.model.request(typed.item).stage == "asked" else FINE

    def _dispute(self, typed: Typed) -> str | None:
        one, closed = self._live(typed)
        if closed:
            return closed
        if one.stage == "asked":
            return "nothing is decided yet that could be disputed"
        if one.disputed:
            return "the decision is disputed already"
        return FINE if any(word.endswith(":") for word in typed.words[:-1]) else "name the person at the partner"

    def _close_expedite(self, one: Request) -> str:
        if one.stage == "asked":
            return "nothing is decided since they asked"
        if one.stage != "told":
            return "the partner was not told"
        if one.disputed:
            return "the partner disputes the decision"
        return "is on hold" if one.decision == "hold" else FINE

    def _ack_dispute(self, one: Request) -> str | None:
        """By whoever it went to; a standing question that rang is another matter."""
        rang = any(not known for known in one.rung.values())
        if one.waiting is not None and rang and not {rung.to for rung in one.rungs if not rung.known} & set(self.roles):
            return UNSAID
        if one.waiting is not None:
            asked = {rung.to for rung in one.rungs if not rung.known}
            return FINE if asked & set(self.roles) else "it was escalated to the"
        if any(not known for known in one.rung.values()):
            return UNSAID
        return "no dispute of this expedite waits" if one.open else CLOSED["expedite"]

    # Forms

    def _form(self, typed: Typed) -> str | None:
        of = self.model.asking(typed.words[0])["code"]
        if any(one.form == of for one in self._kept_for(typed.item)):
            return FINE
        return FINE if self.model.items[typed.item].open else OVER

    def outcome_of(self, typed: Typed, phrases: dict[str, str]) -> str:
        """Return the fact that a line of 'verify' should come to, empty where that is not known here."""
        means, words = typed.words[0], " ".join(typed.words[1:])
        partner = self.model.partner_of(self.model.request(typed.item).partner)
        if means == "not-verified" or not self.model.registered() or (means == "call-back" and partner is None):
            return "expedite.verified"
        if partner is None:
            return "expedite.not_matched"
        if means == "phrase":
            matches = _plainly(words) == _plainly(phrases.get(partner.partner, ""))
        else:
            given = self._number_given(self.model.request(typed.item), means, words)
            if given is None:
                return ""  # it is sealed here
            matches = any(given in numbers for numbers in partner.sites.values())
        return "expedite.verified" if matches else "expedite.not_matched"

    def _number_given(self, one: Request, means: str, words: str) -> str | None:
        """Return the number that is held against the register, None where it is one that this model cannot know."""
        if means == "call-back":
            said = NUMBER_FIRST.match(words)
            return None if words.startswith("07") else plain_number(said[0]) if said is not None else ""
        if not one.last_call:
            return None  # it is refused
        numbers: list[str] = self.model.call(one.last_call).numbers
        return numbers[0] if len(numbers) == 1 else None


def _plainly(phrase: str) -> list[str]:
    return re.findall(r"\w+", phrase.lower())
