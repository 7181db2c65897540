"""Question sets as they are asked: each answer is a fact, and so is the level that a person gives by them.

Theory of operation. The sets stand in the safeguarding pack of the day. What is answered may be answered anew; a question that
is not asked while other answers stand is refused, with the one to answer first. What cannot be true, such as a date of birth
that is to come or a picture that is a path, is taken and flagged. The pack suggests a level; a person gives it, and says why
where the two differ. A level is material: what was assessed before it is assessed anew.
Source: letter, areas 1 and 2; domain-abuse and missing-person practice as the College publishes it.
"""

from typing import ClassVar

from msgspec.structs import replace

from hueandcry.domain.duty import FIELD, Command, Duty, Role
from hueandcry.domain.fact import Fact, Plain, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.pack import PackKind
from hueandcry.domain.questions import GIVEN, UNKNOWN, skipped, standing
from hueandcry.domain.reference import Code
from hueandcry.domain.safeguardingscheme import QuestionSet, SafeguardingPack
from hueandcry.domain.worked import Given, Questioned, Rated, Worked

# Facts


@fact("record.question_answered", version=1, says="{question}: {answer} {detail} flagged: {flagged}")
class QuestionAnswered(Fact[Questioned], frozen=True):
    """A question of a set has an answer; `flagged` where what was said can hardly be true, or is no plain reference."""

    set: Plain[Code]
    question: Plain[Code]
    answer: Plain[Code]
    flagged: Plain[bool]
    detail: Sealed[str]

    def apply(self, questioned: Questioned) -> Questioned:
        others = tuple(one for one in questioned.answers if one.question != self.question)
        return replace(questioned, answers=(*others, Given(self.question, self.answer)))


@fact("record.level_given", version=1, says="{set}: {level} (suggested {suggested}: {grounds}) {reason}")
class LevelGiven(Fact[Questioned], frozen=True):
    """A person gave the level of a set, on the answers that stood."""

    set: Plain[Code]
    level: Plain[Code]
    suggested: Plain[Code]
    grounds: Plain[tuple[Code, ...]]
    reason: Sealed[str]

    def apply(self, questioned: Questioned) -> Questioned:
        others = tuple(one for one in questioned.levels if one.set != self.set)
        return replace(questioned, levels=(*others, Rated(self.set, self.level))).rated()


# Commands


def scheme_of(duty: Duty) -> SafeguardingPack:
    """Return the safeguarding scheme in force; refuses where none was adopted."""
    scheme = duty.policy.safeguarding
    if scheme is None:
        raise Refused("no safeguarding pack is adopted: hue pack adopt safeguarding-2020")
    return scheme


def said_of(questioned: Questioned, of: QuestionSet) -> dict[str, str]:
    """Return the answers that stand to the questions of a set."""
    codes = {one.code for one in of.question}
    return standing(of.question, {one.question: one.answer for one in questioned.answers if one.question in codes})


def _a(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


class AnswerQuestion(Command[Questioned], frozen=True):
    """Record the answer to a question of a set, with the words where it is given in words.

    What is not `plausible` as what was asked for is taken as it was said, and flagged.
    """

    may: ClassVar[tuple[Role, ...]] = FIELD
    under: ClassVar[PackKind | None] = PackKind.SAFEGUARDING
    question: str
    answer: str
    detail: str
    plausible: bool = True

    def decide(self, questioned: Questioned, duty: Duty) -> list[Fact[Questioned]]:
        if isinstance(questioned, Worked) and not questioned.open:
            raise Refused("nobody works on this any more, so nothing is asked about it")
        of = scheme_of(duty).asking(self.question)
        kind = questioned.kind.name.lower()
        if isinstance(questioned, Worked) and (of.form or kind not in of.of):
            raise Refused(f"{of.code} is not asked about {_a(kind)}")
        question = next(one for one in of.question if one.code == self.question)
        if self.answer not in question.offered:
            raise Refused(f"{self.question} is answered with one of {', '.join(question.offered)}")
        if self.answer == GIVEN and not self.detail:
            raise Refused(f"say in words what the answer to {self.question} is")
        why = skipped(of.question, self.question, said_of(questioned, of) | {self.question: self.answer})
        if why is not None:
            raise Refused(why)
        flagged = self.answer == GIVEN and not self.plausible
        return [QuestionAnswered(of.code, self.question, self.answer, flagged, self.detail)]


class GiveLevel(Command[Questioned], frozen=True):
    """Give the level of a set; with a reason where the answers suggest another."""

    may: ClassVar[tuple[Role, ...]] = FIELD
    under: ClassVar[PackKind | None] = PackKind.SAFEGUARDING
    set: str
    level: str
    reason: str

    def decide(self, questioned: Questioned, duty: Duty) -> list[Fact[Questioned]]:
        if isinstance(questioned, Worked) and not questioned.open:
            raise Refused("nobody works on this any more, so no level is given")
        of = scheme_of(duty).set_of(self.set)
        if questioned.kind.name.lower() not in of.of:
            raise Refused(f"{of.code} is not asked about {_a(questioned.kind.name.lower())}")
        if self.level not in {row.code for row in of.level}:
            raise Refused(
                f"{of.code} has no level {self.level}; it has {', '.join(r.code for r in of.level) or 'none'}"
            )
        said = said_of(questioned, of)
        if all(answer == UNKNOWN for answer in said.values()) and not self.reason:
            raise Refused(f"nothing of {of.code} is answered: ask ('question'), or say why the level is given without")
        suggested = of.suggestion(said)
        if suggested.level != self.level and not self.reason:
            raise Refused(f"the answers suggest {suggested.level}: say why it is {self.level}")
        if questioned.level_of(self.set) == self.level and not self.reason:
            raise Refused(f"{of.code} is {self.level} already")
        return [LevelGiven(of.code, self.level, suggested.level, suggested.grounds, self.reason)]
