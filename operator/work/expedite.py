"""Lines about a partner's safeguarding expedite: asked, verified, decided, told back, disputed, asked anew, handed back."""

from hueandcry.domain import dispute, episode, expedite, incident, lane, link, recontact, threshold
from hueandcry.domain.contact import Contact
from hueandcry.domain.episode import Episode
from hueandcry.domain.expedite import Decision, Expedite, Means
from hueandcry.domain.fault import Refused
from hueandcry.domain.questions import GIVEN
from hueandcry.domain.reference import Kind
from hueandcry.domain.worked import Worked
from hueandcry.operator import slots
from hueandcry.operator.desk import Act, Desk
from hueandcry.operator.grammar import Line, Verb
from hueandcry.operator.partnering import as_registered
from hueandcry.operator.slots import EXPEDITE
from hueandcry.operator.work.incident import worked_for
from hueandcry.operator.work.safeguarding import answer_of


def expedite_acts(desk: Desk, line: Line) -> list[Act]:
    """The text may name the asker and a call-back number before the request, parted by ` / `."""
    parts = [part.strip() for part in line["request"].split(" / ")]
    asker, call_back, request = (
        (parts[0], parts[1], " / ".join(parts[2:])) if len(parts) > 2 else ("", "", line["request"])
    )
    new, contact = desk.identity.stream(Kind.EXPEDITE), line["contact"]
    asked = Act(new, expedite.Ask(line["partner"], line["sort"], contact, asker, call_back, request))
    return [asked, *([Act(contact, lane.LeadToExpedite(new))] if contact is not None else [])]


def verify_acts(desk: Desk, line: Line) -> list[Act]:
    record, means = desk.board.record(line["expedite"]), Means(line["means"])
    assert isinstance(record, Expedite)
    found = desk.board.partner_of(record.partner)
    matches, words = as_registered(desk, record, means, line["words"])
    resting = (found[0].id,) if found is not None else ()
    return [Act(record.id, expedite.Verify(means, words, matches), rests_on=resting)]


def decide_acts(_: Desk, line: Line) -> list[Act]:
    """What is not a matter for police names the powers that were considered after ` / `."""
    reason, _slash, powers = line["reason"].partition(" / ")
    decision = Decision(line["decision"])
    if decision is not Decision.NOT_POLICE:
        return [Act(line["expedite"], expedite.Decide(decision, line["reason"]))]
    return [Act(line["expedite"], threshold.DecideNotPolice(reason.strip(), powers.strip()))]


def _person_and(words: str) -> tuple[str, str]:
    person, colon, rest = words.partition(":")
    return person.strip(), rest.strip() if colon else ""


def tell_back_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["expedite"], expedite.TellBack(*_person_and(line["person"])))]


def dispute_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["expedite"], dispute.Dispute(*_person_and(line["person"])))]


def hand_back_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["expedite"], recontact.HandBack(*_person_and(line["person"])))]


def again_acts(desk: Desk, line: Line) -> list[Act]:
    """The incident that was opened for it is assessed anew, too; one that is closed is open again."""
    record, contact = desk.board.record(line["expedite"]), line["contact"]
    assert isinstance(record, Expedite)
    acts = [Act(record.id, recontact.ContactAgain(contact, line["words"]))]
    if contact is not None:
        acts.append(Act(contact, lane.LeadToExpedite(record.id)))
    if record.incident is None:
        return acts
    about = worked_for(desk, record.incident)
    if about.stage is incident.Stage.CLOSED:
        acts.append(Act(about.id, link.Reopen("somebody got in touch about it again")))
    new = contact is not None and contact not in about.contacts
    heard = incident.AddContact(contact) if new else incident.Change("the partner asks anew")
    return [*acts, Act(about.id, heard)]


def form_acts(desk: Desk, line: Line) -> list[Act]:
    """The form is begun with its first answer, in a record of its own."""
    item, question = line["item"], line["question"]
    form = _forms(desk)[question]
    answer = answer_of(desk, question, GIVEN, line["words"])
    for kept in _kept(desk, item):
        if kept.form == form and not kept.ended:
            return [Act(kept.id, answer)]
    new = desk.identity.stream(Kind.EPISODE)
    return [Act(item, episode.NoteForm(form, new)), Act(new, episode.BeginEpisode(form, item)), Act(new, answer)]


def found_acts(desk: Desk, line: Line) -> list[Act]:
    open_now = [one for one in _kept(desk, line["item"]) if not one.ended]
    if not open_now:
        raise Refused("no form is kept for it: say in a note ('note') that they are back")
    ended = [Act(one.id, episode.EndEpisode()) for one in open_now]
    return [*ended, *(Act(line["item"], episode.NoteFormEnded(one.id, line["how"])) for one in open_now)]


def _kept(desk: Desk, item: bytes) -> list[Episode]:
    """Return the forms that are kept for an item."""
    record = desk.board.record(item)
    found = (desk.board.record(one) for one in record.forms) if isinstance(record, Worked) else ()
    return [one for one in found if isinstance(one, Episode)]


def _forms(desk: Desk) -> dict[str, str]:
    """Return the questions of all forms, each with its form."""
    scheme = desk.board.policy.safeguarding
    sets = scheme.set if scheme is not None else ()
    return {question.code: of.code for of in sets if of.form for question in of.question}


def _known(desk: Desk, _: slots.Values) -> list[str]:
    """Return every site, that of the caller in hand before the others."""
    contact = desk.board.record(desk.named(Kind.CONTACT) or b"")
    own = contact.site if isinstance(contact, Contact) else ""
    return sorted((site.site for one in desk.board.partners() for site in one.sites), key=lambda one: one != own)


_ITEM = slots.ref("item", Kind.EXPEDITE, Kind.INCIDENT)

VERBS = (
    Verb(
        name="expedite", short="e", acts=expedite_acts,
        slots=(slots.code("partner", _known), slots.code("sort", lambda _, __: ["walkout", "awol", "missing", "entry", "welfare", "assist"]), slots.ref("contact", Kind.CONTACT, optional=True), slots.words("request")),
        does="Record that {partner} asks ({sort}[, contact {contact}]): {request}",
        example="e mri-ward-12 walkout - Sister Jones / 0161 496 0000 / patient left at 14:00 without medication",
    ),
    Verb(
        name="verify", short="v", slots=(EXPEDITE, slots.choice("means", slots.one_of(Means)), slots.words("words", optional=True)), acts=verify_acts, alone=True, opens=True,
        does="Record that the asker of {expedite} was verified by {means}[: {words}]", example="v . call-back 0161 496 0000 switchboard put me through",
    ),
    Verb(
        name="decide", short="de", slots=(EXPEDITE, slots.choice("decision", slots.one_of(Decision)), slots.words("reason")), acts=decide_acts,
        does="Decide expedite {expedite}: {decision}, {reason}", example="de . accept real and immediate risk",
    ),
    Verb(
        name="tellback", short="tb", slots=(EXPEDITE, slots.words("person")), acts=tell_back_acts,
        does="Record who was told back for {expedite}: {person}", example="tb . Sister Jones: we are looking, reference 57",
    ),
    Verb(
        name="dispute", short="dp", slots=(EXPEDITE, slots.words("person")), acts=dispute_acts,
        does="Record that the partner of {expedite} disputes the decision: {person}", example="dp . Sister Jones: he is on insulin",
    ),
    Verb(
        name="again", short="agn", slots=(EXPEDITE, slots.ref("contact", Kind.CONTACT, optional=True), slots.words("words")), acts=again_acts,
        does="Record that somebody got in touch again about {expedite}[, contact {contact}]: {words}", example="agn . - he has rung his mother, he has taken tablets",
    ),
    Verb(
        name="handback", short="hb", slots=(EXPEDITE, slots.words("person")), acts=hand_back_acts,
        does="Record who has them now for {expedite}: {person}", example="hb . Sister Jones: on the ward at 16:20",
    ),
    Verb(
        name="form", short="fm", slots=(_ITEM, slots.choice("question", lambda desk, _: list(_forms(desk))), slots.words("words")), acts=form_acts, alone=True,
        does="Take down {question} of the form for {item}: {words}", example="fm . ph-places the bus station, her aunt in Sale",
    ),
    Verb(
        name="found", short="fd", slots=(_ITEM, slots.words("how")), acts=found_acts,
        does="Record that whoever was missing for {item} is back: {how}", example="fd . came back by herself at 23:10, unhurt",
    ),
)  # fmt: skip
