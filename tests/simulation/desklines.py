"""What the night's staff type about safeguarding and partners: the register, the lane, questions, the desk, referrals, forms.

Theory of operation. Each method returns a line as it might be typed of an item as it stands, mostly what comes next and now and
then what the rules refuse: a set that is not asked about such an item, a phrase that is wrong, a partner that is nobody's.
Which it is, is not for this page to say; tests/simulation/partners.py does.
"""

from collections.abc import Callable
from random import Random
from typing import Any

from tests.simulation.things import AWAITED, Call, Case, Form, Item, Line, Referral, Request, Typed

PARTNERS: dict[str, tuple[str, dict[str, str]]] = {  # code -> sort, site -> number
    "mft": ("nhs", {"mri-ward-12": "0161 496 0012", "mri-ward-31": "0161 496 0031"}),
    "elms": ("children", {"elm-house": "0161 496 0040"}),
    "gmmh": ("nhs", {"edale": "0161 496 0050"}),
}
PHRASES = {"mft": "blue heron at dawn", "elms": "nine stone steps"}  # the third has none
NUMBERS = [number for _, sites in PARTNERS.values() for number in sites.values()]
ASKING = [site for _, sites in PARTNERS.values() for site in sites] * 3 + ["mft", "elms", "ward-99", "a-neighbour"]
ASKED_FOR = ("walkout", "awol", "missing", "missing", "welfare")
RINGS_ON = ("partner", "partner", "partner", "101", "999")
GIVEN = {
    "date": ("12/3/1984", "last spring"),
    "reference": ("HOME-7 221b.jpg", "../../etc/passwd"),
    "number": ("2", "two"),
}
SAID = ("she", "says")
DOUBTS = ("Jones:", "he", "is", "on", "insulin")
NO_THREAT = {"rc-life": "no", "rc-harm": "no", "rc-crime": "no", "rc-child": "no", "rc-other": "yes"}
REFERRED_TO = ("mash", "adults", "ambulance", "mental-health", "idva")
FOR_THE_DESK = ("vulnerability", "supervisor")


class SafeguardingLines:
    """Lines of safeguarding and partners, by chance."""

    random: Random
    model: Any
    _pick: Callable[..., Typed]
    _some: Callable[..., Any]
    _word_of: Callable[[Item], Typed]
    _opening: Callable[[Call | Request], Typed]

    # The register

    def registering(self) -> list[Typed]:
        """Return the lines that put every partner on the register, with its sites and somebody there."""
        found = []
        for code, (sort, sites) in PARTNERS.items():
            found.append(Typed("partner", words=(code, sort, "Partner", code)))
            for site, number in sites.items():
                found += [self._site_at(code, site, number), self._person_at(code, site)]
        return found

    def _site_at(self, code: str, site: str, number: str) -> Typed:
        return Typed("site", words=(code, site, "Site", site, "/", *number.split()))

    def _person_at(self, code: str, site: str) -> Typed:
        return Typed("named", words=(code, site, "A.", "Jones", "/", "sister", "/", "07700", "900456"))

    def of_the_register(self) -> Typed:
        """Return something that is done with the register; what was taken off mostly comes back."""
        code = self.random.choice(list(PARTNERS))
        sort, sites = PARTNERS[code]
        site = self.random.choice(list(sites))
        known = next((one for one in self.model.registered() if one.partner == code), None)
        if known is None and self.random.random() < 0.8:
            return Typed("partner", words=(code, sort, "Partner", code))
        if known is not None and site not in known.sites and self.random.random() < 0.8:
            return self._site_at(code, site, sites[site])
        number = str(self.random.choice(list(known.people) if known and known.people else [2]))
        return self._pick(
            (3, self._site_at(code, site, self.random.choice(NUMBERS))),
            (4, self._site_at(code, site, sites[site])),
            (4, self._person_at(code, site)),
            (3, Typed("forget", words=(code, number, "has", "left"))),
            (1, Typed("unsite", words=(code, site, "moved"))),
            (1, Typed("unpartner", words=(code, "merged"))),
            (1, Typed("partner", words=(code, sort, "anew"))),
        )

    # The lane

    def asking(self) -> Typed:
        """Return a partner's request, from whoever is on the line where there is one."""
        callers = [one for one in self.model.live.values() if isinstance(one, Call) and one.stage != "abandoned"]
        on_line = [one for one in callers if one.site] or callers
        caller = self.random.choice(on_line) if on_line and self.random.random() < 0.5 else None
        return self.asked_by(caller)

    def asked_by(self, caller: Call | None) -> Typed:
        """Return what is taken down from a caller, or from somebody of whom there is no call."""
        asks = caller.site if caller is not None and caller.site else self.random.choice(ASKING)
        on = caller.stream if caller is not None else "-"
        words = ("Jones", "/", "0161", "/", "left", "the", "ward")
        return Typed("expedite", words=(asks, self.random.choice(ASKED_FOR), on, *words))

    # A request

    def _next_of_request(self, one: Request) -> Typed:
        it, draw = one.stream, self.random.random()
        if one.waiting is not None and draw < 0.5:
            return Typed("ack", it, ("reading", "it"))
        if draw < 0.25:
            return self._about_request(one)
        if not one.means:
            return self._verifying(one)
        if one.stage == "asked" or one.decision == "hold" or one.disputed:
            return self._deciding(one)
        if one.decision == "accept" and not one.incident and draw < 0.7:
            return self._opening(one)
        if one.stage == "decided":
            return self._pick((8, Typed("tellback", it, ("Jones:", "we", "look"))), (1, Typed("dispute", it, DOUBTS)))
        if draw < 0.45:
            return self._pick((3, Typed("dispute", it, DOUBTS)), (1, self._anew(one)))
        return self._word_of(one) if one.words else Typed("close", it)

    def _verifying(self, one: Request) -> Typed:
        it = one.stream
        partner = self.model.partner_of(one.partner)
        theirs = [f"0{number[2:]}" for site in partner.sites.values() for number in site] if partner is not None else []
        number = self.random.choice([*theirs, *theirs, "0161 496 7777", "07700 900456"])
        phrase = PHRASES.get(partner.partner if partner is not None else "", "open sesame please")
        said = phrase.title() if self.random.random() < 0.8 else "blue heron at dusk"
        return self._pick(
            (8, Typed("verify", it, ("call-back", *number.split(), "the", "sister"))),
            (2, Typed("verify", it, ("phrase", *said.split()))),
            (2, Typed("verify", it, ("number",))),
            (4, Typed("verify", it, ("not-verified", "nobody", "answers"))),
            (1, Typed("verify", it, (self.random.choice(("phrase", "call-back")),))),
        )

    def _deciding(self, one: Request) -> Typed:
        """Mostly what the answers bear; what is no matter for police is asked about first."""
        it = one.stream
        reason = ("real", "risk")
        if self.random.random() < 0.45:
            return Typed("decide", it, (self.random.choice(("accept", "accept", "hold")), *reason))
        left = [code for code, answer in NO_THREAT.items() if one.asked_of.get(code) != answer]
        if left and self.random.random() < 0.85:
            answer = NO_THREAT[left[0]] if self.random.random() < 0.95 else "yes"
            return Typed("question", it, (left[0], answer))
        powers = ("/", "none", "under", "s.136") if self.random.random() < 0.85 else ()
        return Typed("decide", it, ("not-police", "the", "ward", "searches", *powers))

    def _anew(self, one: Request) -> Typed:
        caller = self._some(Call)
        on = caller.stream if caller is not None and self.random.random() < 0.5 else one.contact or "-"
        return Typed("again", one.stream, (on, "he", "took", "tablets"))

    def _about_request(self, one: Request) -> Typed:
        it = one.stream
        return self._pick(
            (6, self._of_anything(one)),
            (1, self._anew(one)),
            (1, Typed("handback", it, ("Jones:", "on", "the", "ward"))),
            (1, Typed("dispute", it, DOUBTS if self.random.random() < 0.8 else ("Jones",))),
            (1, self._verifying(one)),
        )

    # Any item

    def _of_anything(self, one: Item) -> Typed:
        """Return what may be asked, found out or done about anything; forms are begun and ended of two kinds alone."""
        it, choice = one.stream, self.random.choice
        without = ("/", "could", "not", "ask") if self.random.random() < 0.8 else ()
        basis = choice(("consent", "child-protection", "adult-at-risk"))
        lines = [
            (4, self._asked(one)),
            (3, self._rated(one)),
            (2, Typed("research", it, (choice(("local", "pnd")), "nothing", "known"))),
            (2, Typed("safeguard", it, (choice(("remove", "avoid", "reduce", "accept")), "to", "her", "sister"))),
            (2, Typed("refer", it, (choice(REFERRED_TO), basis, "two", "children", *without))),
        ]
        if isinstance(one, Case | Request):
            missing = any(not self.model.forms[stream].ended for stream in one.forms)
            lines += [(2, self._form(one)), (8 if missing else 1, Typed("found", it, ("came", "back", "unhurt")))]
        return self._pick(*lines)

    def _asked(self, one: Item) -> Typed:
        """Return an answer to a question, mostly of a set that is asked about such an item."""
        kind = "expedite" if isinstance(one, Request) else "incident"
        sets = [of for of in self.model.scheme["set"] if kind in of["of"] and not of.get("form")]
        of = self.random.choice(sets if self.random.random() < 0.9 else self.model.scheme["set"])
        question = self.random.choice(of["question"])
        answer = self.random.choice(self.model.offered(question["code"]))
        return Typed("question", one.stream, (question["code"], answer, *self._in_words(question, answer)))

    def _in_words(self, question: Line, answer: str) -> tuple[str, ...]:
        if self.random.random() < 0.1:
            return ()
        if answer != "given":
            return SAID if self.random.random() < 0.3 else ()
        return tuple(self.random.choice(GIVEN.get(question["type"], ("by the bus station",))).split())

    def _rated(self, one: Item) -> Typed:
        levels = [of for of in self.model.scheme["set"] if of.get("level")]
        of = self.random.choice(levels)
        suggested = self.model.suggestion(of, one.asked_of)[0]
        level = suggested if self.random.random() < 0.6 else self.random.choice(of["level"])["code"]
        reason = ("said", "in", "anger") if self.random.random() < 0.5 else ()
        return Typed("level", one.stream, (of["code"], level, *reason))

    def _form(self, one: Item) -> Typed:
        forms: list[Form] = [self.model.forms[stream] for stream in one.forms]
        codes = [form.form for form in forms if not form.ended] or ["philomena", "herbert"]
        question = self.random.choice(self.model.set_of(self.random.choice(codes))["question"])
        return Typed("form", one.stream, (question["code"], *self._in_words(question, "given"), "it", "seems"))

    def _at_desk(self, one: Case) -> Typed:
        review = self.random.choice(("as-assessed", "as-assessed", "as-assessed", "higher", "lower"))
        return Typed("desk", one.stream, (review, "two", "calls", "last", "month"))

    # A referral

    def _next_of_referral(self, one: Referral) -> Typed:
        it = one.stream
        match AWAITED.get(one.stage):
            case "sent":
                return Typed("sent", it, ("secure", "mail"))
            case "received":
                return self._agency(it, "received")
            case "accepted":
                return self._agency(it, self.random.choice(("accepted", "accepted", "declined")))
            case _:
                return self._word_of(one) if one.words else Typed("outcome", it, ("family", "visited"))

    def _agency(self, it: str, said: str) -> Typed:
        evidence = ("/", "CS-20417") if self.random.random() < 0.9 else ()
        shown = self.random.choice(("reference", "message", "our-word"))
        return Typed("agency", it, (said, shown, "Jane", "Hill", *evidence))

    def _of_a_referral(self, one: Referral) -> Typed:
        """Return anything that is done with a referral, in whatever order."""
        it = one.stream
        return self._pick(
            (2, Typed("sent", it, ("secure", "mail"))),
            (3, self._agency(it, self.random.choice(("received", "accepted", "declined")))),
            (2, Typed("outcome", it, ("given", "up"))),
            (1, self._of_anything(one)),
        )
