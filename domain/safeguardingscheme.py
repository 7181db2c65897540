"""A safeguarding scheme as a pack: question sets, vulnerability desks, agencies, legal bases, and the times that go with them.

Theory of operation. A question set is asked about an incident or an expedite beside the risk model: domestic abuse, a missing
person, what a partner asks for, whether it is a matter for police at all. Its rules suggest a level from the answers; the first
that they meet decides, so rules stand most serious first, and the last meets all: what is not known is no evidence of
safety. A set that is a form holds what a home or a family prepared about somebody; it is kept with the episode and goes with it.
Source: letter, areas 1 and 2; the published forms and question sets are not at hand, so ours are our own words.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from hueandcry.domain.fault import Refused
from hueandcry.domain.pack import Answer, PackText, Seconds
from hueandcry.domain.questions import YES, Question, check_questions, standing
from hueandcry.domain.reference import WrittenCode as Code

Asked = Literal["incident", "expedite"]


class LevelRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Suggests a level where every named question has one of the named answers, and so many are answered with yes."""

    level: Code
    because: Code
    when: dict[str, tuple[str, ...]] = {}
    yes_at_least: Annotated[int, Meta(ge=0)] = 0


class Level(Struct, frozen=True):
    """The level that the answers suggest, and the grounds: the rule's name and the answers that met it."""

    level: Code
    grounds: tuple[Code, ...]


class QuestionSet(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Questions that belong together, and what they are asked about; the most serious level first."""

    code: Code
    name: str
    of: tuple[Asked, ...]
    category: tuple[Code, ...] = ()
    form: bool = False
    question: tuple[Question, ...]
    level: tuple[Answer, ...] = ()
    suggest: tuple[LevelRule, ...] = ()

    def suggestion(self, answers: dict[str, str]) -> Level:
        """Return the level of the first rule that the answers meet; refuses where the set has none."""
        said = standing(self.question, answers)
        yes = sum(said.get(one.code) == YES for one in self.question)
        for rule in self.suggest:
            if yes >= rule.yes_at_least and all(said.get(code) in codes for code, codes in rule.when.items()):
                met = tuple(f"{code}.{said[code]}" for code in rule.when)
                counted = (f"yes.{yes}",) if rule.yes_at_least else ()
                return Level(rule.level, (rule.because, *met, *counted))
        raise Refused(f"{self.code} has no levels")


class DeskRow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A vulnerability desk and the districts that it answers for; one without any answers for all that no other does."""

    code: Code
    name: str
    district: tuple[Code, ...] = ()


class ReferralAgency(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An agency that takes referrals, and within what time it should say that it received one and that it accepts it."""

    code: Code
    name: str
    received_within_s: Seconds = 86_400
    accepted_within_s: Seconds = 259_200


class Basis(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """On what a referral rests in law; one that is no consent needs the reason why it goes without."""

    code: Code
    says: str
    consent: bool = False


class DisputeRung(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """To whom a decision goes that a partner disputes, and after how many seconds without a new one."""

    to: Literal["sergeant", "inspector", "supervisor", "incident-manager"]
    after_s: Seconds


class SafeguardingPack(PackText, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What safeguarding asks, who does it, to whom it refers, and by when.

    `threshold` names the set that says whether something is a matter for police, `not_police` the levels at which it is not.
    """

    set: tuple[QuestionSet, ...]
    desk: tuple[DeskRow, ...]
    agency: tuple[ReferralAgency, ...]
    basis: tuple[Basis, ...]
    review_within_s: Seconds
    review_every_s: Annotated[int, Meta(gt=0)]
    threshold: Code
    not_police: tuple[Code, ...]
    dispute: tuple[DisputeRung, ...] = ()
    form_kept_s: Seconds = 86_400
    break_s: Annotated[int, Meta(gt=0)] = 900
    follow_up_s: tuple[Annotated[int, Meta(gt=0)], ...] = ()

    def set_of(self, code: str) -> QuestionSet:
        """Return a question set; refuses one that the pack does not have."""
        for one in self.set:
            if one.code == code:
                return one
        raise Refused(f"{self.pack} has no set {code}; it has {', '.join(one.code for one in self.set)}")

    def asking(self, code: str) -> QuestionSet:
        """Return the set that a question stands in; refuses a question that the pack does not have."""
        for one in self.set:
            if any(question.code == code for question in one.question):
                return one
        raise Refused(f"{self.pack} has no question {code}")

    def takes(self, code: str) -> ReferralAgency:
        """Return an agency that takes referrals; refuses one that the pack does not have."""
        for one in self.agency:
            if one.code == code:
                return one
        raise Refused(f"{self.pack} has no agency {code}; it has {', '.join(one.code for one in self.agency)}")

    def rests_on(self, code: str) -> Basis:
        """Return a basis in law; refuses one that the pack does not have."""
        for one in self.basis:
            if one.code == code:
                return one
        raise Refused(f"{self.pack} has no basis {code}; it has {', '.join(one.code for one in self.basis)}")

    def desk_for(self, district: str) -> str:
        """Return the desk that answers for a district."""
        own = [one.code for one in self.desk if district in one.district]
        return (own or [one.code for one in self.desk if not one.district] or [self.desk[0].code])[0]


def check_safeguarding(pack: SafeguardingPack) -> None:
    """Refuse a scheme that would fail in the middle of a shift: a rule on what nobody is asked, a level that is none."""
    if not pack.desk:
        raise Refused(f"{pack.pack}: names no desk")
    for one in pack.set:
        check_questions(pack.pack, one.question, {})
        _check_levels(pack.pack, one)
    threshold = pack.set_of(pack.threshold)
    unknown = sorted(set(pack.not_police) - {row.code for row in threshold.level})
    if unknown or not pack.not_police:
        raise Refused(f"{pack.pack}: {pack.threshold} has no level {', '.join(unknown) or 'at which police do not go'}")


def _check_levels(pack: str, one: QuestionSet) -> None:
    """Refuse rules whose level or answer nobody can give, and levels without a last resort."""
    where, levels = f"{pack}, set {one.code}", {row.code for row in one.level}
    if bool(levels) is not bool(one.suggest):
        raise Refused(f"{where}: levels and the rules that suggest them go together")
    offered = {question.code: question.offered for question in one.question}
    for rule in one.suggest:
        if rule.level not in levels:
            raise Refused(f"{where}, rule {rule.because}: there is no level {rule.level}")
        for code, codes in rule.when.items():
            unknown = [answer for answer in codes if answer not in offered.get(code, ())]
            if unknown or not codes or code not in offered:
                raise Refused(
                    f"{where}, rule {rule.because}: nobody can answer {code} with {', '.join(unknown or codes)}"
                )
    if one.suggest and (one.suggest[-1].when or one.suggest[-1].yes_at_least):
        raise Refused(f"{where}: the last rule must meet all answers, with nothing under 'when'")
