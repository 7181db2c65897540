"""Lines of safeguarding: question sets, the vulnerability desk's work, and referrals to agencies."""

from datetime import date

from hueandcry.domain import questionnaire, referral, safeguarding
from hueandcry.domain.contact import Contact
from hueandcry.domain.duty import AnyCommand
from hueandcry.domain.expedite import Expedite
from hueandcry.domain.fault import Refused
from hueandcry.domain.questions import GIVEN
from hueandcry.domain.reference import Kind
from hueandcry.domain.referral import Referral, Shown
from hueandcry.domain.safeguarding import Action, Review
from hueandcry.domain.worked import Part, Worked
from hueandcry.operator import slots
from hueandcry.operator.desk import Act, Desk
from hueandcry.operator.grammar import Line, Slot, SlotKind, Verb
from hueandcry.operator.slots import INCIDENT, ITEM
from hueandcry.operator.work.contact import found_first
from hueandcry.operator.work.incident import worked_for
from hueandcry.store.identifiers import can_be
from hueandcry.store.moment import local_day


def question_acts(desk: Desk, line: Line) -> list[Act]:
    return [Act(line["item"], answer_of(desk, line["question"], line["answer"], line["detail"]))]


def answer_of(desk: Desk, question: str, answer: str, detail: str) -> questionnaire.AnswerQuestion:
    """Return the answer to a question, flagged where it can hardly be what was asked for."""
    scheme = desk.board.policy.safeguarding
    asked = (one for of in (scheme.set if scheme is not None else ()) for one in of.question)
    sort = next((one.type for one in asked if one.code == question), "")
    plausible = can_be(sort, detail, date.fromisoformat(local_day(desk.identity.now(), desk.board.zone)))
    return questionnaire.AnswerQuestion(question, answer, detail, plausible)


def level_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["item"], questionnaire.GiveLevel(line["set"], line["level"], line["reason"]))]


def desk_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["incident"], safeguarding.ReviewAtDesk(Review(line["review"]), line["words"]))]


def research_acts(desk: Desk, line: Line) -> list[Act]:
    """People, contacts and expedites that are named at the beginning were found; the rest is said of it."""
    found, rest = found_first(desk, line["words"])
    return [Act(line["item"], safeguarding.Research(line["source"], found, rest))]


def safeguard_acts(desk: Desk, line: Line) -> list[Act]:
    """What is done about an expedite is before the arrival at the incident that was opened for it."""
    record = desk.board.record(line["item"])
    about = worked_for(desk, record.incident) if isinstance(record, Expedite | Contact) and record.incident else None
    attended = about is not None and about.attended
    resting = (about.id,) if about is not None else ()
    return [
        Act(line["item"], safeguarding.Safeguard(Action(line["action"]), line["words"], attended), rests_on=resting)
    ]


def refer_acts(desk: Desk, line: Line) -> list[Act]:
    """The person is the one involved as its subject, victim or missing, where that is one; why without consent follows ` / `."""
    item = line["item"]
    content, _slash, without = line["words"].partition(" / ")
    new = desk.identity.stream(Kind.REFERRAL)
    person = _subject(desk, item)
    made = referral.Refer(line["agency"], item, person, line["basis"], content.strip(), without.strip())
    return [Act(new, made), Act(item, safeguarding.NoteReferred(line["agency"], new))]


def referred_already(desk: Desk, line: Line) -> str:
    """Return which open referral to the same agency was made of the item already."""
    record = desk.board.record(line["item"])
    made = (desk.board.record(one) for one in getattr(record, "referrals", ()))
    open_now = [one for one in made if isinstance(one, Referral) and one.open and one.agency == line["agency"]]
    return f"- {desk.board.name(open_now[-1].id)} went to {line['agency']} about it already" if open_now else ""


def _subject(desk: Desk, item: bytes) -> bytes | None:
    record = desk.board.record(item)
    people = record.people if isinstance(record, Worked) else ()
    for part in (Part.MISSING, Part.SUBJECT, Part.VICTIM):
        found = {one.nominal for one in people if one.part is part}
        if len(found) == 1:
            return found.pop()
    return None


def sent_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["referral"], referral.Send(line["how"]))]


def agency_acts(_: Desk, line: Line) -> list[Act]:
    """Who said so and what shows it are parted by ` / `."""
    person, _slash, evidence = line["words"].partition(" / ")
    shown = Shown(line["shown"])
    noted: dict[str, type[referral.NoteReceived | referral.NoteAccepted | referral.NoteDeclined]] = {
        "received": referral.NoteReceived,
        "accepted": referral.NoteAccepted,
        "declined": referral.NoteDeclined,
    }
    said: AnyCommand = noted[line["answer"]](shown, person.strip(), evidence.strip())
    return [Act(line["referral"], said)]


def outcome_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["referral"], referral.End(line["outcome"]))]


def scheme_choices(desk: Desk, what: str) -> list[str]:
    """Return the codes of agencies, bases, sets or questions in force; none where no scheme is."""
    scheme = desk.board.policy.safeguarding
    if scheme is None:
        raise Refused("no safeguarding pack is adopted: hue pack adopt safeguarding-2020")
    match what:
        case "question":
            return [one.code for of in scheme.set for one in of.question]
        case "set":
            return [one.code for one in scheme.set if one.level]
        case "agency":
            return [one.code for one in scheme.agency]
        case _:
            return [one.code for one in scheme.basis]


def _fitting(desk: Desk, values: slots.Values, what: str) -> list[str]:
    """Return questions or sets, those first that are asked about such an item, of them those that nobody answered yet."""
    scheme, record = desk.board.policy.safeguarding, desk.board.record(values["item"])
    if scheme is None or not isinstance(record, Worked):
        return scheme_choices(desk, what)
    kind, about = record.kind.name.lower(), getattr(record, "category", "") or getattr(record, "sort", "")
    fits = {of.code: (of.form or kind not in of.of, about not in of.category) for of in scheme.set}
    answered = {one.question for one in record.answers}
    if what == "set":
        return sorted(scheme_choices(desk, what), key=lambda code: fits[code])
    of_set = {question.code: of.code for of in scheme.set for question in of.question}
    return sorted(of_set, key=lambda code: (code in answered, *fits[of_set[code]]))


def _answers(desk: Desk, values: slots.Values) -> list[str]:
    scheme = desk.board.policy.safeguarding
    asked = [] if scheme is None else [one for of in scheme.set for one in of.question]
    return next((list(one.offered) for one in asked if one.code == values["question"]), [])


def _levels(desk: Desk, values: slots.Values) -> list[str]:
    scheme = desk.board.policy.safeguarding
    return [] if scheme is None else [row.code for row in scheme.set_of(values["set"]).level]


REFERRAL = slots.ref("referral", Kind.REFERRAL)
_QUESTION = slots.choice("question", lambda desk, values: _fitting(desk, values, "question"))
_ANSWER = Slot(name="answer", kind=SlotKind.CHOICE, choices=_answers, otherwise=GIVEN)

VERBS = (
    Verb(
        name="question", short="q", slots=(ITEM, _QUESTION, _ANSWER, slots.words("detail", optional=True)), acts=question_acts,
        does="Answer {question} of {item} with {answer}[: {detail}]", example="q 57 da-throat yes twice this week",
    ),
    Verb(
        name="level", short="lv", acts=level_acts,
        slots=(ITEM, slots.choice("set", lambda desk, values: _fitting(desk, values, "set")), slots.choice("level", _levels), slots.words("reason", optional=True)),
        does="Give {item} the level {level} by {set}[: {reason}]", example="lv 57 domestic-abuse high",
    ),
    Verb(
        name="desk", short="dk", slots=(INCIDENT, slots.choice("review", slots.one_of(Review)), slots.words("words")), acts=desk_acts,
        does="Record the vulnerability desk's review of {incident}, risk {review}: {words}", example="dk 57 higher two calls from this address last month",
    ),
    Verb(
        name="research", short="rh", slots=(ITEM, slots.code("source", lambda _, __: ["records", "pnd", "local", "partner", "open-source"]), slots.words("words", optional=True)),
        acts=research_acts, does="Record research on {item} in {source}[: {words}]", example="rh 57 local n4f7q bail until Friday, not to go near her",
    ),
    Verb(
        name="safeguard", short="sg", slots=(ITEM, slots.choice("action", slots.one_of(Action)), slots.words("words")), acts=safeguard_acts,
        does="Record what keeps somebody of {item} safe, {action}: {words}", example="sg 57 remove her sister takes her in tonight",
    ),
    Verb(
        name="refer", short="rf", acts=refer_acts,
        slots=(ITEM, slots.choice("agency", lambda desk, _: scheme_choices(desk, "agency")), slots.choice("basis", lambda desk, _: scheme_choices(desk, "basis")), slots.words("words")),
        tells=referred_already, does="Refer somebody of {item} to {agency} on {basis}: {words}", example="rf 57 mash child-protection two children saw it / asking would put her at risk",
    ),
    Verb(
        name="sent", short="snt", slots=(REFERRAL, slots.words("how")), acts=sent_acts,
        does="Record that referral {referral} was sent: {how}", example="snt . secure mail to the hub",
    ),
    Verb(
        name="agency", short="ag", acts=agency_acts,
        slots=(REFERRAL, slots.choice("answer", lambda _, __: ["received", "accepted", "declined"]), slots.choice("shown", slots.one_of(Shown)), slots.words("words")),
        does="Record that the agency of {referral} says {answer}, shown by {shown}: {words}", example="ag . accepted reference Jane Hill, duty social worker / CS-20417",
    ),
    Verb(
        name="outcome", short="oc", slots=(REFERRAL, slots.words("outcome")), acts=outcome_acts,
        does="Record what came of referral {referral}: {outcome}", example="oc . strategy meeting held, family visited",
    ),
)  # fmt: skip
