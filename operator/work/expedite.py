"""Lines about a partner's safeguarding expedite."""

from hueandcry.domain import expedite
from hueandcry.domain.expedite import Decision, Means
from hueandcry.domain.reference import Kind
from hueandcry.operator import slots
from hueandcry.operator.desk import Act, Desk
from hueandcry.operator.grammar import Line, Verb
from hueandcry.operator.slots import EXPEDITE


def expedite_acts(desk: Desk, line: Line) -> list[Act]:
    """The text may name the asker and a call-back number before the request, parted by ` / `."""
    parts = [part.strip() for part in line["request"].split(" / ")]
    asker, call_back, request = (
        (parts[0], parts[1], " / ".join(parts[2:])) if len(parts) > 2 else ("", "", line["request"])
    )
    new = desk.identity.stream(Kind.EXPEDITE)
    return [Act(new, expedite.Ask(line["partner"], line["sort"], line["contact"], asker, call_back, request))]


def verify_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["expedite"], expedite.Verify(Means(line["means"]), line["words"]))]


def decide_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["expedite"], expedite.Decide(Decision(line["decision"]), line["reason"]))]


def tell_back_acts(_: Desk, line: Line) -> list[Act]:
    person, colon, words = line["person"].partition(":")
    return [Act(line["expedite"], expedite.TellBack(person.strip(), words.strip() if colon else ""))]


VERBS = (
    Verb(
        name="expedite", short="e", acts=expedite_acts,
        slots=(slots.code("partner"), slots.code("sort"), slots.ref("contact", Kind.CONTACT, optional=True), slots.words("request")),
        does="Record that {partner} asks ({sort}[, contact {contact}]): {request}",
        example="e mri-ward-12 walkout - Sister Jones / 0161 496 0000 / patient left at 14:00 without medication",
    ),
    Verb(
        name="verify", short="v", slots=(EXPEDITE, slots.choice("means", slots.one_of(Means)), slots.words("words", optional=True)), acts=verify_acts,
        does="Record that the asker of {expedite} was verified by {means}[: {words}]", example="v . call-back switchboard put me through",
    ),
    Verb(
        name="decide", short="de", slots=(EXPEDITE, slots.choice("decision", slots.one_of(Decision)), slots.words("reason")), acts=decide_acts,
        does="Decide expedite {expedite}: {decision}, {reason}", example="de . accept real and immediate risk",
    ),
    Verb(
        name="tellback", short="tb", slots=(EXPEDITE, slots.words("person")), acts=tell_back_acts,
        does="Record who was told back for {expedite}: {person}", example="tb . Sister Jones: we are looking, reference 57",
    ),
)  # fmt: skip
