"""The table of verbs: one grammar for the screen's command bar, `hue do`, line mode, tests and the demo.

Theory of operation. Each verb has a long and a short name, slots, a sentence for its preview, and the function of
operator/commands.py that turns a line into acts. docs/commands.md is written from this table. `carry_out` is the way
from a line of text to recorded facts.
"""

from collections.abc import Callable, Sequence
from typing import Any

from hueandcry.domain import cover
from hueandcry.domain.contact import Channel
from hueandcry.domain.duty import Role
from hueandcry.domain.expedite import Decision, Means
from hueandcry.domain.fact import Entry
from hueandcry.domain.reference import Kind
from hueandcry.domain.worked import Promising, Worked
from hueandcry.operator import commands
from hueandcry.operator.desk import Desk
from hueandcry.operator.grammar import Reader, Slot, SlotKind, Verb
from hueandcry.operator.text import storable
from hueandcry.store.views import WORKED

Values = dict[str, Any]


# What slots may be


def _channels(_: Desk, __: Values) -> list[str]:
    return [channel.value for channel in Channel if channel is not Channel.UNKNOWN]


def _elements(desk: Desk, _: Values) -> list[str]:
    return [element.code for element in desk.board.policy.risk.element]


def _reasons(desk: Desk, _: Values) -> list[str]:
    return [reason.code for reason in desk.board.policy.risk.not_asked]


def _grades(desk: Desk, _: Values) -> list[str]:
    return [grade.code for grade in desk.board.policy.grades.grade]


def _categories(desk: Desk, _: Values) -> list[str]:
    return [category.code for category in desk.board.policy.categories.category]


def _results(desk: Desk, _: Values) -> list[str]:
    return [result.code for result in desk.board.policy.results.result]


def _means(_: Desk, __: Values) -> list[str]:
    return [means.value for means in Means]


def _decisions(_: Desk, __: Values) -> list[str]:
    return [decision.value for decision in Decision]


def _roles(_: Desk, __: Values) -> list[str]:
    return [role.value for role in Role if role is not Role.WATCH]


def _members(desk: Desk, _: Values) -> list[str]:
    return sorted(desk.board.staff)


def _promising(_: Desk, __: Values) -> list[str]:
    return [what.value for what in Promising]


def _promises(desk: Desk, values: Values) -> list[str]:
    """Return what names an open promise of the item: its number, and what was promised where that names one alone."""
    record = desk.board.record(values["item"])
    open_now = record.promises if isinstance(record, Worked) else ()
    sorts = [one.what.value for one in open_now]
    return [*(str(one.number) for one in open_now), *(what for what in dict.fromkeys(sorts) if sorts.count(what) == 1)]


def _covered_as(_: Desk, __: Values) -> list[str]:
    return [role.value for role in cover.COVERED_AS]


def _proposals(desk: Desk, _: Values) -> list[str]:
    return [f"p{one.tail}" for member in desk.board.staff.values() for one in member.proposals]


def _ref(name: str, *kinds: Kind, optional: bool = False) -> Slot:
    if not kinds:
        return Slot(name=name, kind=SlotKind.REF, optional=optional)
    return Slot(name=name, kind=SlotKind.REF, kinds=kinds, optional=optional)


def _words(name: str, *, optional: bool = False) -> Slot:
    return Slot(name=name, kind=SlotKind.WORDS, optional=optional)


def _time(name: str) -> Slot:
    return Slot(name=name, kind=SlotKind.TIME)


def _choice(name: str, choices: Callable[[Desk, Values], Sequence[str]], *, optional: bool = False) -> Slot:
    return Slot(name=name, kind=SlotKind.CHOICE, choices=choices, optional=optional)


def _code(name: str, *, optional: bool = False) -> Slot:
    return Slot(name=name, kind=SlotKind.CODE, optional=optional)


def _answers(desk: Desk, values: Values) -> Sequence[str]:
    return [
        answer
        for element in desk.board.policy.risk.element
        if element.code == values.get("element")
        for answer in (a.code for a in element.answer)
    ]


_CONTACT, _INCIDENT, _EXPEDITE = (
    _ref("contact", Kind.CONTACT),
    _ref("incident", Kind.INCIDENT),
    _ref("expedite", Kind.EXPEDITE),
)
_ITEM = _ref("item")
_OWN_COLLAR = Slot(
    name="collar", kind=SlotKind.CHOICE, choices=_members, optional=True, default=lambda desk: desk.signed.collar
)
_COLLAR = Slot(name="collar", kind=SlotKind.CHOICE, choices=_members)


VERBS: tuple[Verb, ...] = (
    Verb(
        name="ring", short="r", slots=(_choice("channel", _channels), _words("number", optional=True)), acts=commands.ring_acts,
        does="Record a contact on {channel}[ from {number}]", example="ring 999 07700900123",
    ),
    Verb(name="answer", short="a", slots=(_CONTACT,), acts=commands.answer_acts, does="Answer contact {contact}", example="a ."),
    Verb(
        name="note", short="n", slots=(_ITEM, _words("words")), acts=commands.note_acts,
        does="Write in the log of {item}: {words}", example="n 57 neighbour heard shouting",
    ),
    Verb(
        name="locate", short="loc", slots=(_ref("item", Kind.CONTACT, Kind.INCIDENT), _code("district"), _words("place", optional=True)),
        acts=commands.locate_acts, does="Place {item} in district {district}[: {place}]", example="loc . CENTRAL 12 Mill Lane, back door",
    ),
    Verb(
        name="triage", short="t", acts=commands.triage_acts,
        slots=(_CONTACT, _choice("element", _elements), _choice("answer", _answers), _words("detail", optional=True)),
        does="Answer {element} with {answer} for contact {contact}[: {detail}]", example="t . threat weapon a kitchen knife",
    ),
    Verb(
        name="notasked", short="na", acts=commands.not_asked_acts,
        slots=(_CONTACT, _choice("element", _elements), _choice("reason", _reasons), _words("detail", optional=True)),
        does="Pass over {element} for contact {contact}, {reason}[: {detail}]", example="na . engagement unsafe",
    ),
    Verb(
        name="open", short="o", acts=commands.open_acts,
        slots=(_ref("from", Kind.CONTACT, Kind.EXPEDITE, optional=True), _choice("category", _categories), _words("summary", optional=True)),
        does="Open an incident {category}[ from {from}][: {summary}]", example="o . domestic man with a knife at the door",
    ),
    Verb(
        name="link", short="l", slots=(_ref("item", Kind.CONTACT, Kind.EXPEDITE), _INCIDENT), acts=commands.link_acts,
        does="Link {item} to incident {incident}", example="l c4f7q 57",
    ),
    Verb(
        name="resolve", short="rs", slots=(_CONTACT, _choice("result", _results), _words("reason")), acts=commands.resolve_acts,
        does="Resolve contact {contact} without an incident as {result}: {reason}", example="rs . advice told where to report lost property",
    ),
    Verb(
        name="transfer", short="x", slots=(_CONTACT, _code("to"), _words("reason")), acts=commands.transfer_acts,
        does="Transfer contact {contact} to {to}: {reason}", example="x . ambulance chest pain, no police matter",
    ),
    Verb(name="abandon", short="ab", slots=(_CONTACT,), acts=commands.abandon_acts, does="Mark contact {contact} as abandoned", example="ab ."),
    Verb(
        name="assess", short="as", slots=(_INCIDENT, _words("statement", optional=True)), acts=commands.assess_acts,
        does="Assess the risk of incident {incident}[: {statement}]", example="as . threat=none he has left, she is with her sister",
    ),
    Verb(
        name="grade", short="g", slots=(_INCIDENT, _choice("grade", _grades), _words("reason", optional=True)), acts=commands.grade_acts,
        does="Grade incident {incident} as {grade}[: {reason}]", example="g1 57 knife seen",
    ),
    Verb(
        name="change", short="ch", slots=(_INCIDENT, _words("what")), acts=commands.change_acts,
        does="Record a material change of {incident}: {what}", example="ch 57 he is back and shouting",
    ),
    Verb(
        name="own", short="ow", slots=(_INCIDENT, _OWN_COLLAR), acts=commands.own_acts,
        does="Give incident {incident} to {collar}", example="ow 57",
    ),
    Verb(
        name="send", short="d", slots=(_INCIDENT, _code("callsign")), acts=commands.send_acts,
        does="Send {callsign} to incident {incident}", example="d 57 AB12",
    ),
    Verb(
        name="arrive", short="at", slots=(_INCIDENT, _code("callsign", optional=True)), acts=commands.arrive_acts,
        does="Record[ {callsign}] at the scene of incident {incident}", example="at 57",
    ),
    Verb(
        name="told", short="td", slots=(_INCIDENT, _words("words")), acts=commands.told_acts,
        does="Record that the caller of {incident} was told nobody will come: {words}", example="td 57 rang back, will not attend, report number given",
    ),
    Verb(
        name="review", short="rv", slots=(_INCIDENT, _words("words")), acts=commands.review_acts,
        does="Record that incident {incident} was reviewed: {words}", example="rv 57 rang her back, he has not returned",
    ),
    Verb(
        name="ack", short="ak", slots=(_INCIDENT, _code("collar", optional=True), _words("words", optional=True)), acts=commands.ack_acts,
        does="Acknowledge the escalation of incident {incident}[ for {collar}][: {words}]", example="ak 57 4455 told by radio, is looking for a car",
    ),
    Verb(
        name="cover", short="cv", slots=(_code("district"), _choice("role", _covered_as), _OWN_COLLAR), acts=commands.cover_acts,
        does="Let {collar} answer for {district} as {role}", example="cv CENTRAL sergeant",
    ),
    Verb(
        name="promise", short="pm", slots=(_ITEM, _choice("what", _promising), _time("by"), _words("words", optional=True)),
        acts=commands.promise_acts, does="Promise {what} about {item} by {by}[: {words}]", example="pm 57 arrival 20m told her twenty minutes",
    ),
    Verb(
        name="kept", short="k", slots=(_ITEM, _choice("promise", _promises), _words("words", optional=True)), acts=commands.kept_acts,
        does="Record that promise {promise} of {item} was kept[: {words}]", example="k 57 call-back spoke to her sister",
    ),
    Verb(
        name="release", short="rl", slots=(_ITEM, _choice("promise", _promises), _words("reason")), acts=commands.release_acts,
        does="Release promise {promise} of {item}: {reason}", example="rl 57 arrival she is at the station herself now",
    ),
    Verb(
        name="pass", short="ps", slots=(_ITEM, _choice("promise", _promises), _COLLAR), acts=commands.pass_acts,
        does="Let {collar} see to promise {promise} of {item}", example="ps 57 call-back 2211",
    ),
    Verb(
        name="result", short="res", slots=(_INCIDENT, _choice("result", _results), _words("words", optional=True)), acts=commands.result_acts,
        does="Result incident {incident} as {result}[: {words}]", example="res 57 attended arrest made",
    ),
    Verb(
        name="close", short="c", slots=(_ITEM, _words("words", optional=True)), acts=commands.close_acts,
        does="Close {item}[: {words}]", example="c 57",
    ),
    Verb(
        name="fix", short="f", slots=(_ITEM, Slot(name="fact", kind=SlotKind.NUMBER), _words("words")), acts=commands.fix_acts,
        does="Correct fact {fact} of {item}: {words}", example="f 57 4 the house is number 21, not 12",
    ),
    Verb(
        name="expedite", short="e", acts=commands.expedite_acts,
        slots=(_code("partner"), _code("sort"), _ref("contact", Kind.CONTACT, optional=True), _words("request")),
        does="Record that {partner} asks ({sort}[, contact {contact}]): {request}",
        example="e mri-ward-12 walkout - Sister Jones / 0161 496 0000 / patient left at 14:00 without medication",
    ),
    Verb(
        name="verify", short="v", slots=(_EXPEDITE, _choice("means", _means), _words("words", optional=True)), acts=commands.verify_acts,
        does="Record that the asker of {expedite} was verified by {means}[: {words}]", example="v . call-back switchboard put me through",
    ),
    Verb(
        name="decide", short="de", slots=(_EXPEDITE, _choice("decision", _decisions), _words("reason")), acts=commands.decide_acts,
        does="Decide expedite {expedite}: {decision}, {reason}", example="de . accept real and immediate risk",
    ),
    Verb(
        name="tellback", short="tb", slots=(_EXPEDITE, _words("person")), acts=commands.tell_back_acts,
        does="Record who was told back for {expedite}: {person}", example="tb . Sister Jones: we are looking, reference 57",
    ),
    Verb(
        name="propose", short="p", slots=(Slot(name="line", kind=SlotKind.LINE),), acts=commands.propose_acts,
        does="Put before a second person: {line}", example="p g3 57 he has been arrested",
    ),
    Verb(
        name="approve", short="ap", slots=(_choice("proposal", _proposals),), acts=commands.approve_acts, approving=True,
        does="Approve and do proposal {proposal}", example="ap p4k2m",
    ),
    Verb(
        name="decline", short="dc", slots=(_choice("proposal", _proposals), _words("reason")), acts=commands.decline_acts, approving=True,
        does="Decline proposal {proposal}: {reason}", example="dc p4k2m he is still in the house",
    ),
    Verb(
        name="register", short="rg", slots=(_code("collar"), _code("roles"), _words("name", optional=True)), acts=commands.register_acts,
        does="Register {collar} as {roles}[: {name}]", example="rg 2211 handler.dispatcher J. Smith",
    ),
    Verb(
        name="grant", short="gr", slots=(_COLLAR, _choice("role", _roles)), acts=commands.grant_acts,
        does="Grant {role} to {collar}", example="gr 2211 supervisor",
    ),
    Verb(
        name="withdraw", short="wd", slots=(_COLLAR, _choice("role", _roles)), acts=commands.withdraw_acts,
        does="Withdraw {role} from {collar}", example="wd 2211 supervisor",
    ),
    Verb(
        name="erase", short="er", slots=(_ref("item", *WORKED, Kind.FOREIGN), _words("authority")), acts=commands.erase_acts,
        does="Erase every word of {item}, for good: {authority}", example="propose erase 57 MoPI review 2026/114",
    ),
    Verb(name="off", short="off", slots=(), acts=commands.off_acts, does="Sign off", example="off"),
)  # fmt: skip

READER = Reader(VERBS)


def carry_out(desk: Desk, text: str) -> list[Entry]:
    """Read a line at a desk, decide it and record it; raises Misread, Refused or Conflict and then writes nothing."""
    desk.board.catch_up()
    line = READER.read(storable(text), desk)
    return desk.do(lambda: line.verb.acts(desk, line), approving=line.verb.approving)


def preview(desk: Desk, text: str) -> str:
    """Return what Enter will do with this line, in words; raises Misread."""
    return READER.read(storable(text), desk).says(desk)
