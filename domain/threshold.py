"""Whether what a partner asks for is a matter for police: no, only on answers that say so and with the powers considered.

Theory of operation. The safeguarding pack asks about life, harm, crime, a child, and whether another service can go. Where an
answer says that police go, or is not known, the decision that they do not is refused. What was considered is a fact of its own,
beside the decision and under the same pack. Source: Right Care Right Person; letter, area 1.
"""

from typing import ClassVar

from hueandcry.domain.duty import Command, Duty, Role
from hueandcry.domain.expedite import DECIDERS, Decision, Expedite, decision_on
from hueandcry.domain.fact import Fact, Plain, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.pack import PackKind
from hueandcry.domain.questionnaire import said_of, scheme_of
from hueandcry.domain.questions import asks
from hueandcry.domain.reference import Code

# Facts


@fact("expedite.threshold_considered", version=1, says="Threshold {level} ({grounds}); powers considered: {powers}")
class ThresholdConsidered(Fact[Expedite], frozen=True):
    """Whether it is a matter for police, by the answers that stood, and which powers there are."""

    level: Plain[Code]
    grounds: Plain[tuple[Code, ...]]
    powers: Sealed[str]

    def apply(self, expedite: Expedite) -> Expedite:
        return expedite


# Commands


class DecideNotPolice(Command[Expedite], frozen=True):
    """Say that it is not a matter for police, with the powers that were considered; refuses where the answers say otherwise.

    Source: Right Care Right Person.
    """

    may: ClassVar[tuple[Role, ...]] = DECIDERS
    under: ClassVar[PackKind | None] = PackKind.SAFEGUARDING
    reason: str
    powers: str

    def decide(self, expedite: Expedite, duty: Duty) -> list[Fact[Expedite]]:
        decided = decision_on(expedite, duty, Decision.NOT_POLICE, self.reason)
        scheme = scheme_of(duty)
        of = scheme.set_of(scheme.threshold)
        said = said_of(expedite, of)
        level = of.suggestion(said)
        if level.level not in scheme.not_police:
            grounds, *answers = level.grounds
            left = [one.code for one in asks(of.question, said) if one.code not in said and not answers]
            then = f"not answered ('question'): {', '.join(left)}" if left else "police go"
            raise Refused(f"the threshold is {level.level} ({', '.join((grounds, *answers))}): {then}")
        if not self.powers:
            raise Refused("say which powers were considered, after ' / '")
        return [ThresholdConsidered(level.level, level.grounds, self.powers), decided]
