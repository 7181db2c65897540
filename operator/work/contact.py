"""A contact's lines: ring, answer, where it is, the risk model, and where it leads."""

from hueandcry.domain import contact, firstcheck, incident, lane, parking, recall, triage
from hueandcry.domain.contact import Channel
from hueandcry.domain.fault import Refused
from hueandcry.domain.firstcheck import Looked
from hueandcry.domain.partner import partner_stream
from hueandcry.domain.questions import GIVEN
from hueandcry.domain.reference import TAIL_SHOWN, Kind, has_digit
from hueandcry.operator import slots
from hueandcry.operator.callers import known
from hueandcry.operator.desk import Act, Desk
from hueandcry.operator.grammar import Line, Slot, SlotKind, Verb
from hueandcry.operator.partnering import rings_from
from hueandcry.operator.reference import Misread, find
from hueandcry.operator.slots import CONTACT
from hueandcry.operator.words import words_of
from hueandcry.operator.work.location import witnessed


def ring_acts(desk: Desk, line: Line) -> list[Act]:
    """A registered partner's number is known at once, and the contact waits in the partners' lane."""
    new, site = desk.identity.stream(Kind.CONTACT), rings_from(desk.board, line["number"])
    rang = Act(new, contact.Ring(Channel(line["channel"]), line["number"]))
    return [
        rang,
        *([Act(new, lane.KnowPartner(*site), rests_on=(partner_stream(site[0]),))] if site is not None else []),
    ]


def answer_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["contact"], contact.Answer())]


def next_acts(desk: Desk, _: Line) -> list[Act]:
    """A 999 call before a partner's, a partner's before the others; of each the one that has waited longest."""
    ringing = [
        one for one in desk.board.open() if isinstance(one, contact.Contact) and one.stage is contact.Stage.RINGING
    ]
    if not ringing:
        raise Refused("nobody is ringing")
    first = min(
        ringing, key=lambda one: (one.channel is not Channel.EMERGENCY, one.queue != "partner", one.rang, one.id)
    )
    return [Act(first.id, contact.Answer())]


def triage_acts(desk: Desk, line: Line) -> list[Act]:
    about = witnessed(desk, line["contact"])
    asked = triage.Triage(line["element"], line["answer"], line["detail"])
    again = incident.Change(f"the caller answered {line['element']} with {line['answer']}")
    return [
        Act(line["contact"], asked, rests_on=tuple(one.id for one in about)),
        *(Act(one.id, again) for one in about if one.assessment_current),
    ]


def not_asked_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["contact"], triage.PassOver(line["element"], line["reason"], line["detail"]))]


def resolve_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["contact"], contact.Resolve(line["result"], line["reason"]))]


def transfer_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["contact"], contact.Transfer(line["to"], line["reason"]))]


def abandon_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["contact"], recall.Abandon())]


_FOUND = (Kind.NOMINAL, Kind.CONTACT, Kind.EXPEDITE)  # a number alone may be said of anything


def found_first(desk: Desk, text: str) -> tuple[tuple[bytes, ...], str]:
    """Return which people, contacts and expedites a text names at its beginning, and the rest of it.

    What reads as a word is one: 'no' and 'night' name nobody, whatever a tail may be.
    """
    found: list[bytes] = []
    for word in words_of(text):
        one = _named(desk, word.text)
        if one is None:
            return tuple(found), text[word.start :]
        found.append(one)
    return tuple(found), ""


def _named(desk: Desk, word: str) -> bytes | None:
    if word != "." and (len(word) <= TAIL_SHOWN or not has_digit(word)):
        return None
    try:
        return find(desk, word, _FOUND)
    except Misread:
        if len(word) == len("n") + TAIL_SHOWN:
            raise  # it looks like a record's name: that it was mistyped is not taken for nothing found
        return None


def looked_acts(desk: Desk, line: Line) -> list[Act]:
    """What is named at the beginning was found; the rest is said of it. Where nothing is said, what the records say is found."""
    found, rest = found_first(desk, line["words"])
    what = Looked(line["what"])
    if not line["words"]:
        found = known(desk, line["contact"]).found.get(what, ())
    return [Act(line["contact"], firstcheck.CheckFirst(what, found, rest))]


def park_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["contact"], parking.Park(line["reason"]))]


_ANSWER = Slot(name="answer", kind=SlotKind.CHOICE, choices=slots.answers, otherwise=GIVEN)

VERBS = (
    Verb(
        name="park", short="pk", slots=(CONTACT, slots.words("reason", optional=True)), acts=park_acts,
        does="Let the caller of {contact} hold the line[: {reason}]", example="pk . a 999 is ringing",
    ),
    Verb(
        name="ring", short="r", slots=(slots.choice("channel", slots.CHANNELS), slots.words("number", optional=True)), acts=ring_acts,
        does="Record a contact on {channel}[ from {number}]", example="ring 999 07700900123",
    ),
    Verb(name="next", short="nx", slots=(), acts=next_acts, does="Answer whoever is next: 999 first, then who rang first", example="next"),
    Verb(name="answer", short="a", slots=(CONTACT,), acts=answer_acts, does="Answer contact {contact}", example="a ."),
    Verb(
        name="triage", short="t", acts=triage_acts,
        slots=(CONTACT, slots.choice("element", slots.asked), _ANSWER, slots.words("detail", optional=True)),
        does="Answer {element} with {answer} for contact {contact}[: {detail}]", example="t . threat weapon a kitchen knife",
    ),
    Verb(
        name="notasked", short="na", acts=not_asked_acts,
        slots=(CONTACT, slots.choice("element", slots.passed_over), slots.choice("reason", slots.reasons), slots.words("detail", optional=True)),
        does="Pass over {element} for contact {contact}, {reason}[: {detail}]", example="na . engagement unsafe",
    ),
    Verb(
        name="looked", short="lk", acts=looked_acts, opens=True,
        slots=(CONTACT, slots.choice("what", slots.one_of(Looked)), slots.words("words", optional=True)),
        does="Record that {what} was looked for at {contact}[, found: {words}]", example="lk . household n4f7q her son is fifteen",
    ),
    Verb(
        name="resolve", short="rs", slots=(CONTACT, slots.choice("result", slots.results), slots.words("reason")), acts=resolve_acts,
        does="Resolve contact {contact} without an incident as {result}: {reason}", example="rs . advice told where to report lost property",
    ),
    Verb(
        name="transfer", short="x", slots=(CONTACT, slots.code("to"), slots.words("reason")), acts=transfer_acts,
        does="Transfer contact {contact} to {to}: {reason}", example="x . ambulance chest pain, no police matter",
    ),
    Verb(name="abandon", short="ab", slots=(CONTACT,), acts=abandon_acts, does="Mark contact {contact} as abandoned", example="ab ."),
)  # fmt: skip
