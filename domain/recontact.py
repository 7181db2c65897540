"""What comes after the answer: the partner gets in touch again, or takes somebody back.

Theory of operation. Whoever gets in touch again is asked anew: the decision does not stand any more, and the answers that it rested
on have to be given again; what was said before stays in the log, so that both decisions stand in their order. The clock of the
answer begins anew where they had one; whoever waits for the first goes on waiting since they asked. A closed expedite is open
again by that. Handing somebody back is said by the name of who took them.
Source: letter, area 1; IOPC on a welfare call that was not looked at anew when the caller rang again.
"""

from typing import ClassVar

from msgspec.structs import replace

from hueandcry.domain.duty import FIELD, FLOOR, Command, Duty, Role
from hueandcry.domain.expedite import Expedite, Stage, live
from hueandcry.domain.fact import Fact, Plain, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.pack import PackKind
from hueandcry.domain.reference import Code, StreamId

# Facts


@fact("expedite.contacted", version=1, says="Asked anew, contact {contact}; to be answered anew: {voided}: {words}")
class ContactedAgain(Fact[Expedite], frozen=True):
    """Somebody got in touch about it again; `voided` are the questions whose answers do not stand any more."""

    contact: Plain[StreamId | None]
    voided: Plain[tuple[Code, ...]]
    words: Sealed[str]

    def apply(self, expedite: Expedite) -> Expedite:
        others = tuple(one for one in expedite.contacts if one != self.contact)
        last = () if self.contact is None else (self.contact,)  # from whose number they ring now
        answered = (
            expedite.told or not expedite.open
        )  # else they wait for the first answer still, since they first asked
        return replace(
            expedite,
            stage=Stage.ASKED,
            asked=expedite.occurred if answered else expedite.asked,
            asked_under=expedite.pack if answered else expedite.asked_under,
            answer_from=expedite.occurred if answered else expedite.answer_from,
            unanswered=0 if answered else expedite.unanswered,
            holder="",
            contacts=(*others, *last),
            answers=tuple(one for one in expedite.answers if one.question not in self.voided),
            means=None,
            not_matched=False,
            decision=None,
            told=False,
        )


@fact("expedite.handed_back", version=1, says="Handed back to {person}: {words}")
class HandedBack(Fact[Expedite], frozen=True):
    """A named person of the partner has whoever it was about."""

    person: Sealed[str]
    words: Sealed[str]

    def apply(self, expedite: Expedite) -> Expedite:
        return replace(expedite, handed_back=True)


# Commands


class ContactAgain(Command[Expedite], frozen=True):
    """Record that somebody got in touch about it again, also where it is closed."""

    may: ClassVar[tuple[Role, ...]] = FLOOR
    under: ClassVar[PackKind | None] = PackKind.GRADES
    contact: bytes | None
    words: str

    def decide(self, expedite: Expedite, duty: Duty) -> list[Fact[Expedite]]:
        if expedite.stage is Stage.NONE:
            raise Refused("there is no such expedite")
        if not self.words:
            raise Refused("say what they say now")
        scheme = duty.policy.safeguarding
        codes = () if scheme is None else {one.code for one in scheme.set_of(scheme.threshold).question}
        voided = tuple(one.question for one in expedite.answers if one.question in codes)
        return [ContactedAgain(self.contact, voided, self.words)]


class HandBack(Command[Expedite], frozen=True):
    """Record that somebody was handed back to the partner, and to whom there."""

    may: ClassVar[tuple[Role, ...]] = FIELD
    person: str
    words: str

    def decide(self, expedite: Expedite, duty: Duty) -> list[Fact[Expedite]]:
        live(expedite)
        if not self.person:
            raise Refused("name the person at the partner who has them now")
        return [HandedBack(self.person, self.words)]
